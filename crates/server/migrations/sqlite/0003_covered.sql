-- By last login a walk finds the searched text in the index, as it does by name. Who never logged in has a place of their own there,
-- before or after any time: among a hundred thousand equals a page would be looked for from the first of them on.
DROP INDEX users_by_login;
DROP INDEX users_by_login_down;
DROP INDEX users_unreachable_by_login;
DROP INDEX users_unreachable_by_login_down;
DROP INDEX users_disabled_by_login;
DROP INDEX users_disabled_by_login_down;
CREATE INDEX users_by_login ON users (coalesce(last_login_at, id + 4611686018427387904), id, search, last_login_at);
CREATE INDEX users_by_login_down ON users (coalesce(last_login_at, id - 4611686018427387904), id, search, last_login_at);
CREATE INDEX users_unreachable_by_login ON users (coalesce(last_login_at, id + 4611686018427387904), id, search, last_login_at, address) WHERE address IS NULL;
CREATE INDEX users_unreachable_by_login_down ON users (coalesce(last_login_at, id - 4611686018427387904), id, search, last_login_at, address) WHERE address IS NULL;
CREATE INDEX users_disabled_by_login ON users (coalesce(last_login_at, id + 4611686018427387904), id, search, last_login_at, status) WHERE status = 'disabled';
CREATE INDEX users_disabled_by_login_down ON users (coalesce(last_login_at, id - 4611686018427387904), id, search, last_login_at, status) WHERE status = 'disabled';

-- SQLite reads the row for what a filter looks at, though each in its index has it: unless that stands there as well.
DROP INDEX users_unreachable_by_name;
DROP INDEX users_unreachable_by_email;
DROP INDEX users_disabled_by_name;
DROP INDEX users_disabled_by_email;
CREATE INDEX users_unreachable_by_name ON users (name_sort, id, search, address) WHERE address IS NULL;
CREATE INDEX users_unreachable_by_email ON users (email_sort, id, search, address) WHERE address IS NULL;
CREATE INDEX users_disabled_by_name ON users (name_sort, id, search, status) WHERE status = 'disabled';
CREATE INDEX users_disabled_by_email ON users (email_sort, id, search, status) WHERE status = 'disabled';
