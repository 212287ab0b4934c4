-- A filter's own index of the search: what it finds has not to be looked for among what all others hold.
CREATE VIRTUAL TABLE users_unreachable_search USING fts5 (search, content = '', tokenize = 'trigram case_sensitive 1');
INSERT INTO users_unreachable_search (rowid, search) SELECT id, search FROM users WHERE address IS NULL ORDER BY id;
CREATE TRIGGER users_unreachable_search_insert AFTER INSERT ON users WHEN new.address IS NULL BEGIN
    INSERT INTO users_unreachable_search (rowid, search) VALUES (new.id, new.search);
END;
CREATE TRIGGER users_unreachable_search_update AFTER UPDATE OF search, address ON users
WHEN (new.address IS NULL) <> (old.address IS NULL) OR (new.address IS NULL AND new.search <> old.search) BEGIN
    INSERT INTO users_unreachable_search (users_unreachable_search, rowid, search) SELECT 'delete', old.id, old.search WHERE old.address IS NULL;
    INSERT INTO users_unreachable_search (rowid, search) SELECT new.id, new.search WHERE new.address IS NULL;
END;

CREATE VIRTUAL TABLE users_disabled_search USING fts5 (search, content = '', tokenize = 'trigram case_sensitive 1');
INSERT INTO users_disabled_search (rowid, search) SELECT id, search FROM users WHERE status = 'disabled' ORDER BY id;
CREATE TRIGGER users_disabled_search_insert AFTER INSERT ON users WHEN new.status = 'disabled' BEGIN
    INSERT INTO users_disabled_search (rowid, search) VALUES (new.id, new.search);
END;
CREATE TRIGGER users_disabled_search_update AFTER UPDATE OF search, status ON users
WHEN (new.status = 'disabled') <> (old.status = 'disabled') OR (new.status = 'disabled' AND new.search <> old.search) BEGIN
    INSERT INTO users_disabled_search (users_disabled_search, rowid, search) SELECT 'delete', old.id, old.search WHERE old.status = 'disabled';
    INSERT INTO users_disabled_search (rowid, search) SELECT new.id, new.search WHERE new.status = 'disabled';
END;
