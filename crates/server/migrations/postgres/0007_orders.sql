-- The search's own tables, one for each order that users stay in, cut into shelves along it (users/shelf.rs has the same cuts): the index of
-- a search lists all that it suspects before the first is read, so that a page of the many whom it finds is looked for among a few of the
-- users. Apart from the users table they burden no change of a user that no search sees, and a search on them is planned in a seventh of the time.

-- First, since it keeps all others out until the step is done: whoever changed a user meanwhile would be missed.
DO $$
BEGIN
    FOR shelf IN 0..22 LOOP
        EXECUTE format('DROP INDEX users_search_%s', shelf);
    END LOOP;
END $$;

-- The index knows letters and digits only, and whatever has another sign within three characters would be looked for among all. So these signs
-- become letters of their own, of a script that nobody has written for centuries ('Phags-pa; users/search.rs writes what is looked for alike).
CREATE FUNCTION users_spelt(search TEXT) RETURNS TEXT LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT translate(search, E'\n !"#$%&''()*+,-./:;<=>?@[\\]^_`{|}~',
        U&'\A840\A841\A842\A843\A844\A845\A846\A847\A848\A849\A84A\A84B\A84C\A84D\A84E\A84F\A850'
        '\A851\A852\A853\A854\A855\A856\A857\A858\A859\A85A\A85B\A85C\A85D\A85E\A85F\A860\A861')
$$;

CREATE TABLE users_search_by_name (id BIGINT NOT NULL, name_sort TEXT COLLATE "C" NOT NULL, search TEXT COLLATE "C" NOT NULL)
    PARTITION BY RANGE (name_sort);
CREATE TABLE users_search_by_email (id BIGINT NOT NULL, email_sort TEXT COLLATE "C" NOT NULL, search TEXT COLLATE "C" NOT NULL)
    PARTITION BY RANGE (email_sort);
CREATE TABLE users_search_by_extension (id BIGINT NOT NULL, extension BIGINT NOT NULL, search TEXT COLLATE "C" NOT NULL)
    PARTITION BY RANGE (extension);

DO $$
DECLARE
    cuts CONSTANT JSONB := jsonb_build_object(
        -- After the alphabet: Latin letters with a stroke, and Greek; Cyrillic and Hebrew; Arabic, and from its meem on; from Devanagari;
        -- kana and Han; Hangul.
        'name', ARRAY['an', 'b', 'c', 'd', 'e', 'g', 'h', 'j', 'k', 'l', 'm', 'n', 'r', 's', 't', '{', U&'\0400', U&'\0600', U&'\0645',
            U&'\0900', U&'\3000', U&'\AC00'],
        'email', ARRAY['an', 'b', 'c', 'd', 'e', 'g', 'h', 'j', 'k', 'l', 'm', 'n', 'p', 's', 't', 'v'],
        'extension', ARRAY[50000, 100000, 150000, 200000, 250000, 300000, 350000, 400000, 450000, 500000, 550000, 600000, 650000, 700000,
            750000, 800000, 850000, 900000, 950000, 1000000, 2000000, 5000000, 10000000, 100000000]);
    sort TEXT;
    shelf INTEGER;
BEGIN
    FOR sort IN SELECT jsonb_object_keys(cuts) LOOP
        FOR shelf IN 0..jsonb_array_length(cuts -> sort) LOOP
            EXECUTE format('CREATE TABLE users_search_by_%1$s_%2$s PARTITION OF users_search_by_%1$s FOR VALUES FROM (%3$s) TO (%4$s)', sort, shelf,
                CASE WHEN shelf = 0 THEN 'MINVALUE' ELSE quote_literal(cuts -> sort ->> shelf - 1) END,
                coalesce(quote_literal(cuts -> sort ->> shelf), 'MAXVALUE'));
        END LOOP;
    END LOOP;
END $$;

SET LOCAL maintenance_work_mem = '256MB';
INSERT INTO users_search_by_name SELECT id, name_sort, users_spelt(search) FROM users ORDER BY name_sort, id;
INSERT INTO users_search_by_email SELECT id, email_sort, users_spelt(search) FROM users ORDER BY email_sort, id;
INSERT INTO users_search_by_extension SELECT id, extension, users_spelt(search) FROM users ORDER BY extension;

-- What comes is read from end to end in each of them, until it is put in order.
CREATE INDEX users_search_by_name_found ON users_search_by_name USING gin (search gin_trgm_ops) WITH (gin_pending_list_limit = 64);
CREATE INDEX users_search_by_email_found ON users_search_by_email USING gin (search gin_trgm_ops) WITH (gin_pending_list_limit = 64);
CREATE INDEX users_search_by_extension_found ON users_search_by_extension USING gin (search gin_trgm_ops) WITH (gin_pending_list_limit = 64);
ALTER TABLE users_search_by_name ADD PRIMARY KEY (id, name_sort);
ALTER TABLE users_search_by_email ADD PRIMARY KEY (id, email_sort);
ALTER TABLE users_search_by_extension ADD PRIMARY KEY (extension);

CREATE FUNCTION users_search_insert() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    INSERT INTO users_search_by_name SELECT id, name_sort, users_spelt(search) FROM inserted;
    INSERT INTO users_search_by_email SELECT id, email_sort, users_spelt(search) FROM inserted;
    INSERT INTO users_search_by_extension SELECT id, extension, users_spelt(search) FROM inserted;
    RETURN NULL;
END $$;
CREATE TRIGGER users_search_insert AFTER INSERT ON users REFERENCING NEW TABLE AS inserted
    FOR EACH STATEMENT EXECUTE FUNCTION users_search_insert();
CREATE FUNCTION users_search_update() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    UPDATE users_search_by_name SET name_sort = new.name_sort, search = users_spelt(new.search) WHERE id = old.id AND name_sort = old.name_sort;
    UPDATE users_search_by_email SET email_sort = new.email_sort, search = users_spelt(new.search) WHERE id = old.id AND email_sort = old.email_sort;
    UPDATE users_search_by_extension SET extension = new.extension, search = users_spelt(new.search) WHERE extension = old.extension;
    RETURN NULL;
END $$;
CREATE TRIGGER users_search_update AFTER UPDATE OF name_sort, email_sort, extension, search ON users FOR EACH ROW
    WHEN ((new.name_sort, new.email_sort, new.extension, new.search) IS DISTINCT FROM (old.name_sort, old.email_sort, old.extension, old.search))
    EXECUTE FUNCTION users_search_update();
-- Nobody is deleted but by hand.
CREATE FUNCTION users_search_delete() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    DELETE FROM users_search_by_name WHERE id = old.id AND name_sort = old.name_sort;
    DELETE FROM users_search_by_email WHERE id = old.id AND email_sort = old.email_sort;
    DELETE FROM users_search_by_extension WHERE extension = old.extension;
    UPDATE tally SET users = users - 1, unreachable = unreachable - (old.address IS NULL)::int,
        disabled = disabled - (old.status = 'disabled')::int, version = version + 1;
    RETURN NULL;
END $$;
CREATE TRIGGER users_search_delete AFTER DELETE ON users FOR EACH ROW EXECUTE FUNCTION users_search_delete();
