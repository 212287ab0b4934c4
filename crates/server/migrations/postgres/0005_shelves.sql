-- The index of the search, cut in the order of names (users/shelf.rs has the same cuts): it lists all that it suspects before the first is
-- read, so that a page of the many whom a search finds is now looked for among a few of the users. The conditions are spelt like no
-- other's, so that no search can be planned along the names, row by row.
DROP INDEX users_search;
CREATE INDEX users_search_0 ON users USING gin (search gin_trgm_ops) WITH (gin_pending_list_limit = 256) WHERE coalesce(name_sort, '') < 'an';
CREATE INDEX users_search_1 ON users USING gin (search gin_trgm_ops) WITH (gin_pending_list_limit = 256) WHERE coalesce(name_sort, '') >= 'an' AND coalesce(name_sort, '') < 'b';
CREATE INDEX users_search_2 ON users USING gin (search gin_trgm_ops) WITH (gin_pending_list_limit = 256) WHERE coalesce(name_sort, '') >= 'b' AND coalesce(name_sort, '') < 'c';
CREATE INDEX users_search_3 ON users USING gin (search gin_trgm_ops) WITH (gin_pending_list_limit = 256) WHERE coalesce(name_sort, '') >= 'c' AND coalesce(name_sort, '') < 'd';
CREATE INDEX users_search_4 ON users USING gin (search gin_trgm_ops) WITH (gin_pending_list_limit = 256) WHERE coalesce(name_sort, '') >= 'd' AND coalesce(name_sort, '') < 'e';
CREATE INDEX users_search_5 ON users USING gin (search gin_trgm_ops) WITH (gin_pending_list_limit = 256) WHERE coalesce(name_sort, '') >= 'e' AND coalesce(name_sort, '') < 'g';
CREATE INDEX users_search_6 ON users USING gin (search gin_trgm_ops) WITH (gin_pending_list_limit = 256) WHERE coalesce(name_sort, '') >= 'g' AND coalesce(name_sort, '') < 'h';
CREATE INDEX users_search_7 ON users USING gin (search gin_trgm_ops) WITH (gin_pending_list_limit = 256) WHERE coalesce(name_sort, '') >= 'h' AND coalesce(name_sort, '') < 'j';
CREATE INDEX users_search_8 ON users USING gin (search gin_trgm_ops) WITH (gin_pending_list_limit = 256) WHERE coalesce(name_sort, '') >= 'j' AND coalesce(name_sort, '') < 'k';
CREATE INDEX users_search_9 ON users USING gin (search gin_trgm_ops) WITH (gin_pending_list_limit = 256) WHERE coalesce(name_sort, '') >= 'k' AND coalesce(name_sort, '') < 'l';
CREATE INDEX users_search_10 ON users USING gin (search gin_trgm_ops) WITH (gin_pending_list_limit = 256) WHERE coalesce(name_sort, '') >= 'l' AND coalesce(name_sort, '') < 'm';
CREATE INDEX users_search_11 ON users USING gin (search gin_trgm_ops) WITH (gin_pending_list_limit = 256) WHERE coalesce(name_sort, '') >= 'm' AND coalesce(name_sort, '') < 'n';
CREATE INDEX users_search_12 ON users USING gin (search gin_trgm_ops) WITH (gin_pending_list_limit = 256) WHERE coalesce(name_sort, '') >= 'n' AND coalesce(name_sort, '') < 'r';
CREATE INDEX users_search_13 ON users USING gin (search gin_trgm_ops) WITH (gin_pending_list_limit = 256) WHERE coalesce(name_sort, '') >= 'r' AND coalesce(name_sort, '') < 's';
CREATE INDEX users_search_14 ON users USING gin (search gin_trgm_ops) WITH (gin_pending_list_limit = 256) WHERE coalesce(name_sort, '') >= 's' AND coalesce(name_sort, '') < 't';
CREATE INDEX users_search_15 ON users USING gin (search gin_trgm_ops) WITH (gin_pending_list_limit = 256) WHERE coalesce(name_sort, '') >= 't' AND coalesce(name_sort, '') < '{';
-- Latin letters with a stroke, and Greek; Cyrillic and Hebrew; Arabic, and from its meem on; from Devanagari; kana and Han; Hangul.
CREATE INDEX users_search_16 ON users USING gin (search gin_trgm_ops) WITH (gin_pending_list_limit = 256) WHERE coalesce(name_sort, '') >= '{' AND coalesce(name_sort, '') < U&'\0400';
CREATE INDEX users_search_17 ON users USING gin (search gin_trgm_ops) WITH (gin_pending_list_limit = 256) WHERE coalesce(name_sort, '') >= U&'\0400' AND coalesce(name_sort, '') < U&'\0600';
CREATE INDEX users_search_18 ON users USING gin (search gin_trgm_ops) WITH (gin_pending_list_limit = 256) WHERE coalesce(name_sort, '') >= U&'\0600' AND coalesce(name_sort, '') < U&'\0645';
CREATE INDEX users_search_19 ON users USING gin (search gin_trgm_ops) WITH (gin_pending_list_limit = 256) WHERE coalesce(name_sort, '') >= U&'\0645' AND coalesce(name_sort, '') < U&'\0900';
CREATE INDEX users_search_20 ON users USING gin (search gin_trgm_ops) WITH (gin_pending_list_limit = 256) WHERE coalesce(name_sort, '') >= U&'\0900' AND coalesce(name_sort, '') < U&'\3000';
CREATE INDEX users_search_21 ON users USING gin (search gin_trgm_ops) WITH (gin_pending_list_limit = 256) WHERE coalesce(name_sort, '') >= U&'\3000' AND coalesce(name_sort, '') < U&'\AC00';
CREATE INDEX users_search_22 ON users USING gin (search gin_trgm_ops) WITH (gin_pending_list_limit = 256) WHERE coalesce(name_sort, '') >= U&'\AC00';
