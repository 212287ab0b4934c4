-- Text that is sorted or compared by range has the collation "C", which orders as SQLite does.
-- Times are Unix milliseconds; a link's expiry is a whole second. Kept alike with ../sqlite/0001_start.sql.

CREATE TABLE users (
    id            BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name          TEXT NOT NULL,
    name_sort     TEXT COLLATE "C" NOT NULL,              -- folded: no case, no accents
    email         TEXT,                                   -- as kept in the profile, usable or not
    email_sort    TEXT COLLATE "C" NOT NULL,              -- folded; empty where there is none
    address       TEXT COLLATE "C" UNIQUE,                -- canonical; null unless mail can go there
    email_status  TEXT NOT NULL,
    role          TEXT NOT NULL,
    status        TEXT NOT NULL,
    extension     BIGINT NOT NULL UNIQUE,
    password_hash TEXT,                       -- PHC string; null until the owner sets one
    created_at    BIGINT NOT NULL,
    changed_at    BIGINT NOT NULL,           -- last change that the users table shows
    last_login_at BIGINT,
    reset_id      BIGINT,                    -- the newest
    pending_until BIGINT,                    -- while its link is on its way or works
    paused_until  BIGINT,                    -- "this wasn't me"
    search        TEXT COLLATE "C" NOT NULL               -- folded name, address and extension, two line ends before each
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

CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE INDEX users_search ON users USING gin (search gin_trgm_ops);

-- How many there are, and how often what search and filters look at has changed; one row. Who changes that holds a lock
-- on the table already, so that nobody waits for this row.
CREATE TABLE tally (
    id          BIGINT PRIMARY KEY CHECK (id = 1),
    users       BIGINT NOT NULL,
    unreachable BIGINT NOT NULL,             -- no address that mail can go to
    disabled    BIGINT NOT NULL,
    version     BIGINT NOT NULL
);
INSERT INTO tally VALUES (1, 0, 0, 0, 0);
CREATE FUNCTION users_tally_insert() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    UPDATE tally SET users = tally.users + more.users, unreachable = tally.unreachable + more.unreachable,
        disabled = tally.disabled + more.disabled, version = version + 1
    FROM (SELECT count(*) AS users, count(*) FILTER (WHERE address IS NULL) AS unreachable,
        count(*) FILTER (WHERE status = 'disabled') AS disabled FROM inserted) AS more;
    RETURN NULL;
END $$;
CREATE TRIGGER users_tally_insert AFTER INSERT ON users REFERENCING NEW TABLE AS inserted
    FOR EACH STATEMENT EXECUTE FUNCTION users_tally_insert();
CREATE FUNCTION users_tally_update() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    UPDATE tally SET unreachable = unreachable + (new.address IS NULL)::int - (old.address IS NULL)::int,
        disabled = disabled + (new.status = 'disabled')::int - (old.status = 'disabled')::int, version = version + 1;
    RETURN NULL;
END $$;
CREATE TRIGGER users_tally_update AFTER UPDATE OF address, status, search ON users
    FOR EACH ROW EXECUTE FUNCTION users_tally_update();

CREATE TABLE sessions (
    id_hash      BYTEA PRIMARY KEY,
    user_id      BIGINT NOT NULL REFERENCES users (id),
    created_at   BIGINT NOT NULL,
    last_used_at BIGINT NOT NULL
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
    attempts      BIGINT NOT NULL DEFAULT 0,
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
