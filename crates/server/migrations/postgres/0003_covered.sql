-- By last login a walk finds the searched text in the index, as it does by name. Who never logged in has a place of their own there,
-- before or after any time: among a hundred thousand equals a page would be looked for from the first of them on.
DROP INDEX users_by_login;
DROP INDEX users_by_login_down;
DROP INDEX users_unreachable_by_login;
DROP INDEX users_unreachable_by_login_down;
DROP INDEX users_disabled_by_login;
DROP INDEX users_disabled_by_login_down;
CREATE INDEX users_by_login ON users (coalesce(last_login_at, id + 4611686018427387904), id) INCLUDE (search, last_login_at);
CREATE INDEX users_by_login_down ON users (coalesce(last_login_at, id - 4611686018427387904), id) INCLUDE (search, last_login_at);
CREATE INDEX users_unreachable_by_login ON users (coalesce(last_login_at, id + 4611686018427387904), id) INCLUDE (search, last_login_at) WHERE address IS NULL;
CREATE INDEX users_unreachable_by_login_down ON users (coalesce(last_login_at, id - 4611686018427387904), id) INCLUDE (search, last_login_at) WHERE address IS NULL;
CREATE INDEX users_disabled_by_login ON users (coalesce(last_login_at, id + 4611686018427387904), id) INCLUDE (search, last_login_at) WHERE status = 'disabled';
CREATE INDEX users_disabled_by_login_down ON users (coalesce(last_login_at, id - 4611686018427387904), id) INCLUDE (search, last_login_at) WHERE status = 'disabled';
