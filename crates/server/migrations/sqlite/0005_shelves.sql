-- The index of the search, in the order of names: a row's number there begins with the name's first letters (users/shelf.rs reads them
-- from it) and ends with the user's id. A page of the many whom a search finds is the beginning of its list.
ALTER TABLE users ADD COLUMN place INTEGER GENERATED ALWAYS AS ((CASE
    WHEN coalesce(unicode(name_sort), 0) >= 65533 THEN (65533 << 14) | 16383
    WHEN coalesce(unicode(substr(name_sort, 2)), 0) >= 127 THEN (unicode(name_sort) << 14) | 16383
    ELSE (coalesce(unicode(name_sort), 0) << 14) | (coalesce(unicode(substr(name_sort, 2)), 0) << 7)
        | min(coalesce(unicode(substr(name_sort, 3)), 0), 127)
END << 33) | id) VIRTUAL;

DROP TRIGGER users_search_insert;
DROP TRIGGER users_search_update;
DROP TABLE users_search;
CREATE VIRTUAL TABLE users_search USING fts5 (search, content = '', tokenize = 'trigram case_sensitive 1');
INSERT INTO users_search (rowid, search) SELECT place, search FROM users ORDER BY place;
CREATE TRIGGER users_search_insert AFTER INSERT ON users BEGIN
    INSERT INTO users_search (rowid, search) VALUES (new.place, new.search);
END;
CREATE TRIGGER users_search_update AFTER UPDATE OF search, name_sort ON users
WHEN new.search <> old.search OR new.place <> old.place BEGIN
    INSERT INTO users_search (users_search, rowid, search) VALUES ('delete', old.place, old.search);
    INSERT INTO users_search (rowid, search) VALUES (new.place, new.search);
END;

DROP TRIGGER users_unreachable_search_insert;
DROP TRIGGER users_unreachable_search_update;
DROP TABLE users_unreachable_search;
CREATE VIRTUAL TABLE users_unreachable_search USING fts5 (search, content = '', tokenize = 'trigram case_sensitive 1');
INSERT INTO users_unreachable_search (rowid, search) SELECT place, search FROM users WHERE address IS NULL ORDER BY place;
CREATE TRIGGER users_unreachable_search_insert AFTER INSERT ON users WHEN new.address IS NULL BEGIN
    INSERT INTO users_unreachable_search (rowid, search) VALUES (new.place, new.search);
END;
CREATE TRIGGER users_unreachable_search_update AFTER UPDATE OF search, name_sort, address ON users
WHEN (new.address IS NULL) <> (old.address IS NULL) OR (new.address IS NULL AND (new.search <> old.search OR new.place <> old.place)) BEGIN
    INSERT INTO users_unreachable_search (users_unreachable_search, rowid, search) SELECT 'delete', old.place, old.search WHERE old.address IS NULL;
    INSERT INTO users_unreachable_search (rowid, search) SELECT new.place, new.search WHERE new.address IS NULL;
END;

DROP TRIGGER users_disabled_search_insert;
DROP TRIGGER users_disabled_search_update;
DROP TABLE users_disabled_search;
CREATE VIRTUAL TABLE users_disabled_search USING fts5 (search, content = '', tokenize = 'trigram case_sensitive 1');
INSERT INTO users_disabled_search (rowid, search) SELECT place, search FROM users WHERE status = 'disabled' ORDER BY place;
CREATE TRIGGER users_disabled_search_insert AFTER INSERT ON users WHEN new.status = 'disabled' BEGIN
    INSERT INTO users_disabled_search (rowid, search) VALUES (new.place, new.search);
END;
CREATE TRIGGER users_disabled_search_update AFTER UPDATE OF search, name_sort, status ON users
WHEN (new.status = 'disabled') <> (old.status = 'disabled') OR (new.status = 'disabled' AND (new.search <> old.search OR new.place <> old.place)) BEGIN
    INSERT INTO users_disabled_search (users_disabled_search, rowid, search) SELECT 'delete', old.place, old.search WHERE old.status = 'disabled';
    INSERT INTO users_disabled_search (rowid, search) SELECT new.place, new.search WHERE new.status = 'disabled';
END;
