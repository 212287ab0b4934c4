-- The index of the search in the order of addresses, and in that of extensions, as 0005_shelves.sql has it in the order of names; an
-- extension is a user's place there itself.
ALTER TABLE users ADD COLUMN place_by_email INTEGER GENERATED ALWAYS AS ((CASE
    WHEN coalesce(unicode(email_sort), 0) >= 65533 THEN (65533 << 14) | 16383
    WHEN coalesce(unicode(substr(email_sort, 2)), 0) >= 127 THEN (unicode(email_sort) << 14) | 16383
    ELSE (coalesce(unicode(email_sort), 0) << 14) | (coalesce(unicode(substr(email_sort, 2)), 0) << 7)
        | min(coalesce(unicode(substr(email_sort, 3)), 0), 127)
END << 33) | id) VIRTUAL;
CREATE VIRTUAL TABLE users_search_by_email USING fts5 (search, content = '', tokenize = 'trigram case_sensitive 1');
INSERT INTO users_search_by_email (rowid, search) SELECT place_by_email, search FROM users ORDER BY place_by_email;
CREATE TRIGGER users_search_by_email_insert AFTER INSERT ON users BEGIN
    INSERT INTO users_search_by_email (rowid, search) VALUES (new.place_by_email, new.search);
END;
CREATE TRIGGER users_search_by_email_update AFTER UPDATE OF search, email_sort ON users
WHEN new.search <> old.search OR new.place_by_email <> old.place_by_email BEGIN
    INSERT INTO users_search_by_email (users_search_by_email, rowid, search) VALUES ('delete', old.place_by_email, old.search);
    INSERT INTO users_search_by_email (rowid, search) VALUES (new.place_by_email, new.search);
END;

CREATE VIRTUAL TABLE users_search_by_extension USING fts5 (search, content = '', tokenize = 'trigram case_sensitive 1');
INSERT INTO users_search_by_extension (rowid, search) SELECT extension, search FROM users ORDER BY extension;
CREATE TRIGGER users_search_by_extension_insert AFTER INSERT ON users BEGIN
    INSERT INTO users_search_by_extension (rowid, search) VALUES (new.extension, new.search);
END;
CREATE TRIGGER users_search_by_extension_update AFTER UPDATE OF search, extension ON users
WHEN new.search <> old.search OR new.extension <> old.extension BEGIN
    INSERT INTO users_search_by_extension (users_search_by_extension, rowid, search) VALUES ('delete', old.extension, old.search);
    INSERT INTO users_search_by_extension (rowid, search) VALUES (new.extension, new.search);
END;

-- Nobody is deleted but by hand.
CREATE TRIGGER users_search_delete AFTER DELETE ON users BEGIN
    INSERT INTO users_search (users_search, rowid, search) VALUES ('delete', old.place, old.search);
    INSERT INTO users_search_by_email (users_search_by_email, rowid, search) VALUES ('delete', old.place_by_email, old.search);
    INSERT INTO users_search_by_extension (users_search_by_extension, rowid, search) VALUES ('delete', old.extension, old.search);
    INSERT INTO users_unreachable_search (users_unreachable_search, rowid, search) SELECT 'delete', old.place, old.search WHERE old.address IS NULL;
    INSERT INTO users_disabled_search (users_disabled_search, rowid, search) SELECT 'delete', old.place, old.search WHERE old.status = 'disabled';
    UPDATE tally SET users = users - 1, unreachable = unreachable - (old.address IS NULL), disabled = disabled - (old.status = 'disabled'),
        version = version + 1;
END;
