-- A filter's own index of the search: what it finds has not to be looked for among what all others hold. Its condition is spelt like no
-- other's, so that a search cannot be planned along the filter's index by extension, row by row.
CREATE INDEX users_unreachable_search ON users USING gin (search gin_trgm_ops) WITH (gin_pending_list_limit = 256) WHERE coalesce(address, '') = '';
CREATE INDEX users_disabled_search ON users USING gin (search gin_trgm_ops) WITH (gin_pending_list_limit = 256) WHERE coalesce(status, '') = 'disabled';

-- Users that came or changed lie in a list that every search reads to its end, until it is long enough to be put in order: at four
-- megabytes, as it comes, that costs a search more than its answer. Shorter still, an import takes three times as long.
ALTER INDEX users_search SET (gin_pending_list_limit = 256);
