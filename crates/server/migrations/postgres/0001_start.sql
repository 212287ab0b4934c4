-- Text that is sorted or compared by range has the collation "C", which orders as SQLite does.
-- Times are Unix milliseconds; a link's expiry is a whole second. Kept alike with ../sqlite/0001_start.sql.

CREATE TABLE users (
    id              BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name            TEXT NOT NULL,
    name_sort       TEXT COLLATE "C" NOT NULL,        -- folded: no case, no accents
    email           TEXT,                             -- as kept in the profile, usable or not
    email_sort      TEXT COLLATE "C" NOT NULL,        -- folded; empty where there is none
    address         TEXT COLLATE "C",                 -- canonical; null unless mail can go there
    email_status    TEXT NOT NULL,
    role            TEXT NOT NULL,
    status          TEXT NOT NULL,
    phone           TEXT,
    language        TEXT,                             -- BCP 47; null: not chosen
    extension       BIGINT NOT NULL UNIQUE,
    extension_type  TEXT NOT NULL,                    -- web, sip, sip_tls
    secret          BYTEA,                            -- of the extension, encrypted; null where there is none
    password_hash   TEXT,                             -- PHC string; null until the owner sets one
    created_at      BIGINT NOT NULL,
    changed_at      BIGINT NOT NULL,                  -- last change that the users table shows
    last_login_at   BIGINT NOT NULL,                  -- 0: never; not null, since it is sorted by
    reset_id        BIGINT,                           -- the newest
    pending_until   BIGINT,                           -- while its link is on its way or works
    paused_until    BIGINT,                           -- "this wasn't me"
    search          TEXT COLLATE "C" NOT NULL         -- folded name, address and extension, two line ends before each
);
-- The sort orders. Each also holds the searched text, so that a search reads the index alone.
CREATE INDEX users_by_name ON users (name_sort, id) INCLUDE (search);
CREATE INDEX users_by_email ON users (email_sort, id) INCLUDE (search);
CREATE INDEX users_by_login ON users (last_login_at, id) INCLUDE (search);
-- The filters, each with what sorting and searching need.
CREATE INDEX users_unreachable ON users (id) INCLUDE (search, name_sort, email_sort, extension, last_login_at) WHERE address IS NULL;
CREATE INDEX users_disabled ON users (id) INCLUDE (search, name_sort, email_sort, extension, last_login_at) WHERE status = 'disabled';
CREATE INDEX users_pending ON users (pending_until) WHERE pending_until IS NOT NULL;
CREATE INDEX users_by_change ON users (changed_at);
CREATE INDEX users_admins ON users (status) WHERE role = 'admin';
CREATE UNIQUE INDEX users_by_address ON users (address) WHERE address IS NOT NULL;

-- Substring search: trigrams.
CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE INDEX users_search ON users USING gin (search gin_trgm_ops);

CREATE TABLE sessions (
    id           BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id_hash      BYTEA NOT NULL UNIQUE,
    user_id      BIGINT NOT NULL REFERENCES users (id),
    created_at   BIGINT NOT NULL,
    last_used_at BIGINT NOT NULL,
    ip           TEXT,                        -- at the login
    user_agent   TEXT                         -- at the login
);
CREATE INDEX sessions_by_user ON sessions (user_id);

CREATE TABLE resets (
    id           BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    user_id      BIGINT NOT NULL REFERENCES users (id),
    kind         TEXT NOT NULL,               -- reset, welcome
    requested_at BIGINT NOT NULL,
    by_kind      TEXT NOT NULL,               -- self, admin, cli
    by_name      TEXT NOT NULL,
    sent_at      BIGINT,
    expires_at   BIGINT,                     -- the last second in which any link of it works
    opened_at    BIGINT,
    used_at      BIGINT,
    cancelled_at BIGINT,
    failed_at    BIGINT,
    detail       TEXT
);
CREATE INDEX resets_open ON resets (user_id) WHERE used_at IS NULL AND cancelled_at IS NULL;

-- A reset whose mail had to be tried twice has two tokens: nobody knows which mail arrived.
CREATE TABLE tokens (
    token_hash BYTEA PRIMARY KEY,
    reset_id   BIGINT NOT NULL REFERENCES resets (id),
    minted_at  BIGINT NOT NULL,
    expires_at BIGINT NOT NULL            -- the last second in which it works
);
CREATE INDEX tokens_by_reset ON tokens (reset_id);

CREATE TABLE outbox (
    id            BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind          TEXT NOT NULL,              -- forgot, throttled, link, notice, address_changed
    user_id       BIGINT,
    reset_id      BIGINT,
    address       TEXT,                       -- forgot, throttled: as typed, canonical; else: where to
    ip            TEXT,
    detail        TEXT,
    created_at    BIGINT NOT NULL,
    next_at       BIGINT NOT NULL,
    request_id    TEXT,                       -- of the request that queued the job
    attempts      BIGINT NOT NULL DEFAULT 0,
    deliveries    BIGINT NOT NULL DEFAULT 0, -- times the mail was handed over without a confirmation
    claimed_until BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX outbox_due ON outbox (next_at);

CREATE TABLE limits (
    key        BYTEA PRIMARY KEY,
    count      BIGINT NOT NULL,
    ends_at    BIGINT NOT NULL
);
CREATE INDEX limits_by_end ON limits (ends_at);

CREATE TABLE login_failures (
    key      BYTEA PRIMARY KEY,
    failures BIGINT NOT NULL,
    next_at  BIGINT NOT NULL
);
CREATE INDEX login_failures_by_time ON login_failures (next_at);

CREATE TABLE audit (
    seq          BIGINT PRIMARY KEY,
    at           BIGINT NOT NULL,
    action       TEXT NOT NULL,
    actor_id     BIGINT,
    actor_name   TEXT,
    subject_id   BIGINT,
    subject_name TEXT,
    ip           TEXT,
    detail       TEXT,
    mac          BYTEA NOT NULL                -- keyed, over this row and the mac before it
);
CREATE TABLE audit_head (
    id   BIGINT PRIMARY KEY CHECK (id = 1),
    seq  BIGINT NOT NULL,
    mac  BYTEA NOT NULL,
    seal BYTEA NOT NULL                        -- keyed, over seq and mac: an older head cannot be made up
);

-- Resets of many users, started by a query. An item waits until its mail is queued: then `reset_id` tells the rest.
CREATE TABLE batches (
    id           BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    started_at   BIGINT NOT NULL,
    by_id        BIGINT NOT NULL,
    by_name      TEXT NOT NULL,
    total        BIGINT NOT NULL,
    cancelled_at BIGINT,
    finished_at  BIGINT
);
CREATE INDEX batches_running ON batches (id) WHERE finished_at IS NULL;
CREATE TABLE batch_items (
    batch_id BIGINT NOT NULL REFERENCES batches (id),
    user_id  BIGINT NOT NULL,
    reset_id BIGINT,
    result   TEXT NOT NULL,                   -- waiting, started, cancelled, or the code for which it was skipped
    PRIMARY KEY (batch_id, user_id)
);
CREATE INDEX batch_items_waiting ON batch_items (batch_id, user_id) WHERE result = 'waiting';
CREATE INDEX batch_items_by_user ON batch_items (user_id);
