-- Times are Unix milliseconds; a link's expiry is a whole second. Kept alike with ../postgres/0001_start.sql.

CREATE TABLE users (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    name          TEXT NOT NULL,
    name_sort     TEXT NOT NULL,              -- folded: no case, no accents
    email         TEXT,                       -- as kept in the profile, usable or not
    email_sort    TEXT NOT NULL,              -- folded; empty where there is none
    address       TEXT UNIQUE,                -- canonical; null unless mail can go there
    email_status  TEXT NOT NULL,
    role          TEXT NOT NULL,
    status        TEXT NOT NULL,
    extension     INTEGER NOT NULL UNIQUE,
    password_hash TEXT,                       -- PHC string; null until the owner sets one
    created_at    INTEGER NOT NULL,
    changed_at    INTEGER NOT NULL,           -- last change that the users table shows
    last_login_at INTEGER,
    reset_id      INTEGER,                    -- the newest
    pending_until INTEGER,                    -- while its link is on its way or works
    paused_until  INTEGER,                    -- "this wasn't me"
    search        TEXT NOT NULL               -- folded name, address and extension, two line ends before each
);
CREATE INDEX users_by_name ON users (name_sort, id);
CREATE INDEX users_by_email ON users (email_sort, id);
CREATE INDEX users_by_login ON users (coalesce(last_login_at, 9223372036854775807), id);
CREATE INDEX users_by_login_down ON users (coalesce(last_login_at, -1), id);
CREATE INDEX users_by_change ON users (changed_at);
CREATE INDEX users_pending ON users (pending_until) WHERE pending_until IS NOT NULL;

-- Each filter in each order, so that a page of few is not looked for among all.
CREATE INDEX users_unreachable_by_name ON users (name_sort, id) WHERE address IS NULL;
CREATE INDEX users_unreachable_by_email ON users (email_sort, id) WHERE address IS NULL;
CREATE INDEX users_unreachable_by_extension ON users (extension) WHERE address IS NULL;
CREATE INDEX users_unreachable_by_login ON users (coalesce(last_login_at, 9223372036854775807), id) WHERE address IS NULL;
CREATE INDEX users_unreachable_by_login_down ON users (coalesce(last_login_at, -1), id) WHERE address IS NULL;
CREATE INDEX users_disabled_by_name ON users (name_sort, id) WHERE status = 'disabled';
CREATE INDEX users_disabled_by_email ON users (email_sort, id) WHERE status = 'disabled';
CREATE INDEX users_disabled_by_extension ON users (extension) WHERE status = 'disabled';
CREATE INDEX users_disabled_by_login ON users (coalesce(last_login_at, 9223372036854775807), id) WHERE status = 'disabled';
CREATE INDEX users_disabled_by_login_down ON users (coalesce(last_login_at, -1), id) WHERE status = 'disabled';

-- One or two letters typed: who begins with them by the one column, in the order of the other.
CREATE INDEX users_letter_of_name ON users (substr(name_sort, 1, 1), email_sort, id);
CREATE INDEX users_letters_of_name ON users (substr(name_sort, 1, 2), email_sort, id);
CREATE INDEX users_letter_of_email ON users (substr(email_sort, 1, 1), name_sort, id);
CREATE INDEX users_letters_of_email ON users (substr(email_sort, 1, 2), name_sort, id);

CREATE VIRTUAL TABLE users_search USING fts5 (search, content = 'users', content_rowid = 'id', tokenize = 'trigram case_sensitive 1');
CREATE TRIGGER users_search_insert AFTER INSERT ON users BEGIN
    INSERT INTO users_search (rowid, search) VALUES (new.id, new.search);
END;
CREATE TRIGGER users_search_update AFTER UPDATE OF search ON users WHEN new.search <> old.search BEGIN
    INSERT INTO users_search (users_search, rowid, search) VALUES ('delete', old.id, old.search);
    INSERT INTO users_search (rowid, search) VALUES (new.id, new.search);
END;

-- How many there are, and how often what search and filters look at has changed; one row.
CREATE TABLE tally (
    id          INTEGER PRIMARY KEY CHECK (id = 1),
    users       INTEGER NOT NULL,
    unreachable INTEGER NOT NULL,             -- no address that mail can go to
    disabled    INTEGER NOT NULL,
    version     INTEGER NOT NULL
);
INSERT INTO tally VALUES (1, 0, 0, 0, 0);
CREATE TRIGGER users_tally_insert AFTER INSERT ON users BEGIN
    UPDATE tally SET users = users + 1, unreachable = unreachable + (new.address IS NULL),
        disabled = disabled + (new.status = 'disabled'), version = version + 1;
END;
CREATE TRIGGER users_tally_update AFTER UPDATE OF address, status, search ON users BEGIN
    UPDATE tally SET unreachable = unreachable + (new.address IS NULL) - (old.address IS NULL),
        disabled = disabled + (new.status = 'disabled') - (old.status = 'disabled'), version = version + 1;
END;

CREATE TABLE sessions (
    id_hash      BLOB PRIMARY KEY,
    user_id      INTEGER NOT NULL REFERENCES users (id),
    created_at   INTEGER NOT NULL,
    last_used_at INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX sessions_by_user ON sessions (user_id);

CREATE TABLE resets (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    user_id      INTEGER NOT NULL REFERENCES users (id),
    kind         TEXT NOT NULL,               -- reset, welcome
    requested_at INTEGER NOT NULL,
    by_kind      TEXT NOT NULL,               -- self, admin, cli
    by_name      TEXT NOT NULL,
    sent_at      INTEGER,
    expires_at   INTEGER,                     -- the last second in which any link of it works
    opened_at    INTEGER,
    used_at      INTEGER,
    cancelled_at INTEGER,
    failed_at    INTEGER,
    detail       TEXT
);
CREATE INDEX resets_open ON resets (user_id) WHERE used_at IS NULL AND cancelled_at IS NULL;

-- A reset whose mail had to be tried twice has two tokens: nobody knows which mail arrived.
CREATE TABLE tokens (
    token_hash BLOB PRIMARY KEY,
    reset_id   INTEGER NOT NULL REFERENCES resets (id),
    minted_at  INTEGER NOT NULL,
    expires_at INTEGER NOT NULL            -- the last second in which it works
) WITHOUT ROWID;
CREATE INDEX tokens_by_reset ON tokens (reset_id);

CREATE TABLE outbox (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    kind          TEXT NOT NULL,              -- forgot, throttled, link, notice, address_changed
    user_id       INTEGER,
    reset_id      INTEGER,
    address       TEXT,                       -- forgot, throttled: as typed, canonical; else: where to
    ip            TEXT,
    detail        TEXT,
    created_at    INTEGER NOT NULL,
    next_at       INTEGER NOT NULL,
    attempts      INTEGER NOT NULL DEFAULT 0,
    claimed_until INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX outbox_due ON outbox (next_at);

CREATE TABLE limits (
    key        BLOB PRIMARY KEY,
    count      INTEGER NOT NULL,
    ends_at    INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX limits_by_end ON limits (ends_at);

CREATE TABLE login_failures (
    key      BLOB PRIMARY KEY,
    failures INTEGER NOT NULL,
    next_at  INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX login_failures_by_time ON login_failures (next_at);

CREATE TABLE audit (
    seq          INTEGER PRIMARY KEY,
    at           INTEGER NOT NULL,
    action       TEXT NOT NULL,
    actor_id     INTEGER,
    actor_name   TEXT,
    subject_id   INTEGER,
    subject_name TEXT,
    ip           TEXT,
    detail       TEXT,
    mac          BLOB NOT NULL                -- keyed, over this row and the mac before it
);
CREATE TABLE audit_head (
    id   INTEGER PRIMARY KEY CHECK (id = 1),
    seq  INTEGER NOT NULL,
    mac  BLOB NOT NULL,
    seal BLOB NOT NULL                        -- keyed, over seq and mac: an older head cannot be made up
);
