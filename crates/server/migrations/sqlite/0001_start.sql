-- Times are Unix milliseconds; a link's expiry is a whole second. Kept alike with ../postgres/0001_start.sql.

CREATE TABLE users (
    id              INTEGER PRIMARY KEY AUTOINCREMENT,
    name            TEXT NOT NULL,
    name_sort       TEXT NOT NULL,                    -- folded: no case, no accents
    email           TEXT,                             -- as kept in the profile, usable or not
    email_sort      TEXT NOT NULL,                    -- folded; empty where there is none
    address         TEXT,                             -- canonical; null unless mail can go there
    email_status    TEXT NOT NULL,
    role            TEXT NOT NULL,
    status          TEXT NOT NULL,
    phone           TEXT,
    language        TEXT,                             -- BCP 47; null: not chosen
    extension       INTEGER NOT NULL UNIQUE,
    extension_type  TEXT NOT NULL,                    -- web, sip, sip_tls
    secret          BLOB,                             -- of the extension, encrypted; null where there is none
    password_hash   TEXT,                             -- PHC string; null until the owner sets one
    created_at      INTEGER NOT NULL,
    changed_at      INTEGER NOT NULL,                 -- last change that the users table shows
    last_login_at   INTEGER NOT NULL,                 -- 0: never; not null, since it is sorted by
    reset_id        INTEGER,                          -- the newest
    pending_until   INTEGER,                          -- while its link is on its way or works
    paused_until    INTEGER,                          -- "this wasn't me"
    search          TEXT NOT NULL                     -- folded name, address and extension, two line ends before each
);
-- The sort orders. Each also holds the searched text, so that a search reads the index alone.
CREATE INDEX users_by_name ON users (name_sort, id, search);
CREATE INDEX users_by_email ON users (email_sort, id, search);
CREATE INDEX users_by_login ON users (last_login_at, id, search);
-- The filters, each with what sorting and searching need.
CREATE INDEX users_unreachable ON users (id, search, name_sort, email_sort, extension, last_login_at, address) WHERE address IS NULL;
CREATE INDEX users_disabled ON users (id, search, name_sort, email_sort, extension, last_login_at, status) WHERE status = 'disabled';
CREATE INDEX users_pending ON users (pending_until) WHERE pending_until IS NOT NULL;
CREATE INDEX users_by_change ON users (changed_at);
CREATE INDEX users_admins ON users (status) WHERE role = 'admin';
CREATE UNIQUE INDEX users_by_address ON users (address) WHERE address IS NOT NULL;

-- Substring search: trigrams, in an external content table (SQLite, "FTS5 Extension", section 4.4.3).
CREATE VIRTUAL TABLE users_search USING fts5 (search, content = 'users', content_rowid = 'id', tokenize = 'trigram case_sensitive 1');
CREATE TRIGGER users_search_insert AFTER INSERT ON users BEGIN
    INSERT INTO users_search (rowid, search) VALUES (new.id, new.search);
END;
CREATE TRIGGER users_search_update AFTER UPDATE OF search ON users WHEN new.search <> old.search BEGIN
    INSERT INTO users_search (users_search, rowid, search) VALUES ('delete', old.id, old.search);
    INSERT INTO users_search (rowid, search) VALUES (new.id, new.search);
END;
CREATE TRIGGER users_search_delete AFTER DELETE ON users BEGIN
    INSERT INTO users_search (users_search, rowid, search) VALUES ('delete', old.id, old.search);
END;

CREATE TABLE sessions (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    id_hash      BLOB NOT NULL UNIQUE,
    user_id      INTEGER NOT NULL REFERENCES users (id),
    created_at   INTEGER NOT NULL,
    last_used_at INTEGER NOT NULL,
    ip           TEXT,                        -- at the login
    user_agent   TEXT                         -- at the login
);
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
    request_id    TEXT,                       -- of the request that queued the job
    attempts      INTEGER NOT NULL DEFAULT 0,
    deliveries    INTEGER NOT NULL DEFAULT 0, -- times the mail was handed over without a confirmation
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

-- Resets of many users, started by a query. An item waits until its mail is queued: then `reset_id` tells the rest.
CREATE TABLE batches (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    started_at   INTEGER NOT NULL,
    by_id        INTEGER NOT NULL,
    by_name      TEXT NOT NULL,
    total        INTEGER NOT NULL,
    cancelled_at INTEGER,
    finished_at  INTEGER
);
CREATE INDEX batches_running ON batches (id) WHERE finished_at IS NULL;
CREATE TABLE batch_items (
    batch_id INTEGER NOT NULL REFERENCES batches (id),
    user_id  INTEGER NOT NULL,
    reset_id INTEGER,
    result   TEXT NOT NULL,                   -- waiting, started, cancelled, or the code for which it was skipped
    PRIMARY KEY (batch_id, user_id)
) WITHOUT ROWID;
CREATE INDEX batch_items_waiting ON batch_items (batch_id, user_id) WHERE result = 'waiting';
CREATE INDEX batch_items_by_user ON batch_items (user_id);
