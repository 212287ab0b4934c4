-- Each start asks whether there is an admin: a million users are not read for that.
CREATE INDEX users_admins ON users (status) WHERE role = 'admin';
