-- Customers belong to the platform: whom campaigns select, what they agreed to, and where they must not be reached.

-- Text is in code-point order, which is that of criteria, so that one index serves equality, ranges and prefixes.
CREATE TABLE {schema}.customers (
    id UUID PRIMARY KEY,
    external_id TEXT COLLATE "C",
    full_name TEXT COLLATE "C" NOT NULL CHECK (full_name <> ''),
    email TEXT COLLATE "C",
    phone TEXT COLLATE "C",
    dob DATE CHECK (dob BETWEEN '0001-01-01' AND '9999-12-31'),
    gender TEXT COLLATE "C" CHECK (gender IN ('male', 'female', 'other')),
    kyc_status TEXT COLLATE "C" CHECK (kyc_status IN ('verified', 'pending', 'rejected')),
    segment TEXT COLLATE "C",
    occupation TEXT COLLATE "C",
    -- NaN sorts above infinity, so the upper bound refuses both.
    annual_income NUMERIC CHECK (annual_income > '-Infinity' AND annual_income < 'Infinity'),
    credit_score INTEGER,
    state TEXT COLLATE "C",
    city TEXT COLLATE "C",
    pin_code TEXT COLLATE "C",
    marital_status TEXT COLLATE "C" CHECK (marital_status IN ('single', 'married', 'divorced', 'widowed')),
    account_age_months INTEGER,
    preferred_language TEXT COLLATE "C",
    is_active BOOLEAN NOT NULL DEFAULT TRUE,
    created_at TIMESTAMPTZ NOT NULL CHECK (isfinite(created_at)),
    attributes JSONB NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(attributes) = 'object'),
    -- Set once, when the personal data was erased; evidence still refers to the row.
    erased_at TIMESTAMPTZ CHECK (isfinite(erased_at)),
    CONSTRAINT customers_email_key UNIQUE (email),
    CONSTRAINT customers_external_id_key UNIQUE (external_id),
    CONSTRAINT customers_erased_check CHECK (erased_at IS NULL OR (NOT is_active AND full_name = '(erased)'
        AND num_nonnulls(external_id, email, phone, dob, gender, kyc_status, segment, occupation, annual_income,
            credit_score, state, city, pin_code, marital_status, account_age_months, preferred_language) = 0
        AND attributes = '{}'))
);
CREATE INDEX customers_attributes ON {schema}.customers USING GIN (attributes jsonb_path_ops);
-- An order that means nothing, in which samples are the first.
CREATE INDEX customers_sample ON {schema}.customers (reverse(id::TEXT) COLLATE "C");

CREATE TRIGGER customers_kept BEFORE DELETE OR TRUNCATE ON {schema}.customers
    FOR EACH STATEMENT EXECUTE FUNCTION {schema}.refuse(
        'customers_kept', 'a customer is erased, never deleted');
CREATE TRIGGER customers_erased BEFORE UPDATE ON {schema}.customers
    FOR EACH ROW WHEN (OLD.erased_at IS NOT NULL AND OLD IS DISTINCT FROM NEW)
    EXECUTE FUNCTION {schema}.refuse('customers_erased', 'this customer was erased');
CREATE TRIGGER customers_identity BEFORE UPDATE ON {schema}.customers
    FOR EACH ROW WHEN (OLD.id <> NEW.id)
    EXECUTE FUNCTION {schema}.refuse('customers_identity', 'a customer''s id never changes');

-- What customers said about messages, word by word, as evidence; the last one counts. A withdrawal comes after a consent
-- of the same moment, as their words do in the alphabet.
CREATE TABLE {schema}.consents (
    customer_id UUID NOT NULL,
    purpose TEXT COLLATE "C" NOT NULL CHECK (purpose IN ('marketing', 'service')),
    channel TEXT COLLATE "C" NOT NULL CHECK (channel IN ('email', 'sms', 'push', 'webhook')),
    said_at TIMESTAMPTZ NOT NULL CHECK (isfinite(said_at)),
    word TEXT COLLATE "C" NOT NULL CHECK (word IN ('given', 'withdrawn')),
    -- A code that names no person, so that it may stay when the customer is erased.
    source TEXT COLLATE "C" NOT NULL CHECK (source ~ '^[a-z][a-z0-9_.-]{0,63}$'),
    PRIMARY KEY (customer_id, purpose, channel, said_at, word)
);
CREATE TRIGGER consents_unchanged BEFORE UPDATE OR DELETE OR TRUNCATE ON {schema}.consents
    FOR EACH STATEMENT EXECUTE FUNCTION {schema}.refuse(
        'consents_unchanged', 'what a customer said stays said');

-- Addresses that nothing is sent to any more, by their digest, so that they outlive the erasing of the customer.
CREATE TABLE {schema}.suppressions (
    channel TEXT COLLATE "C" NOT NULL CHECK (channel IN ('email', 'sms', 'push', 'webhook')),
    address_digest BYTEA NOT NULL CHECK (octet_length(address_digest) = 32),
    reason TEXT NOT NULL CHECK (reason IN ('by_hand', 'dead_address', 'complaint')),
    since TIMESTAMPTZ NOT NULL CHECK (isfinite(since)),
    PRIMARY KEY (channel, address_digest)
);

-- A row that whoever counts a customer's messages locks, so that two claims take turns and no cap is passed by both. What
-- is counted is the ledger.
CREATE TABLE {schema}.contact_turns (
    tenant_number INTEGER NOT NULL,
    customer_id UUID NOT NULL,
    PRIMARY KEY (tenant_number, customer_id)
);

-- How many messages were claimed in the last window of a rate limit over a channel: a tenant's own, and all tenants'
-- together. A claim holds the row until it is committed, so that no two take what is left.
CREATE TABLE {schema}.tenant_rates (
    tenant_number INTEGER NOT NULL,
    channel TEXT COLLATE "C" NOT NULL CHECK (channel IN ('email', 'sms', 'push', 'webhook')),
    began_at TIMESTAMPTZ NOT NULL CHECK (isfinite(began_at)),
    taken BIGINT NOT NULL CHECK (taken >= 0),
    PRIMARY KEY (tenant_number, channel)
) WITH (fillfactor = 50);
CREATE TABLE {schema}.notifier_rates (
    channel TEXT COLLATE "C" PRIMARY KEY CHECK (channel IN ('email', 'sms', 'push', 'webhook')),
    began_at TIMESTAMPTZ NOT NULL CHECK (isfinite(began_at)),
    taken BIGINT NOT NULL CHECK (taken >= 0)
) WITH (fillfactor = 50);

-- Messages as they were filled in, so that every attempt of a delivery sends the same: personal data, which erasing deletes.
CREATE TABLE {schema}.kept_messages (
    delivery_id UUID PRIMARY KEY,
    customer_id UUID NOT NULL,
    -- The launched revision of the campaign that it was filled in for.
    revision BIGINT NOT NULL CHECK (revision > 0),
    address TEXT NOT NULL,
    subject TEXT,
    body TEXT NOT NULL,
    html TEXT,
    unsubscribe_url TEXT,
    digest BYTEA NOT NULL CHECK (octet_length(digest) = 32),
    kept_at TIMESTAMPTZ NOT NULL CHECK (isfinite(kept_at)),
    -- When it is of no use any more; never, where all messages are kept.
    kept_until TIMESTAMPTZ CHECK (isfinite(kept_until))
);
CREATE INDEX kept_messages_customer ON {schema}.kept_messages (customer_id);
CREATE INDEX kept_messages_until ON {schema}.kept_messages (kept_until) WHERE kept_until IS NOT NULL;

-- Customers who stand in a table of the host, not in ours, have ids that are derived from the host's key. Both functions
-- are inlined, so that an index of the host over one of them is found; therefore they name everything in full.

-- The 64 bits of the key with the sign turned, so that ids are in the order of keys, around the version and variant.
CREATE FUNCTION {schema}.customer_id_of_number(key BIGINT) RETURNS UUID
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT (pg_catalog.overlay(pg_catalog.overlay(pg_catalog.lpad(pg_catalog.to_hex(
            key OPERATOR(pg_catalog.#) '-9223372036854775808'::pg_catalog.int8), 16, '0'), '8', 13, 0), '8', 17, 0)
        OPERATOR(pg_catalog.||) '00000000000000')::pg_catalog.uuid
$$;

-- 120 bits of the SHA-256 of the source's length, the source and the key. Only a backslash means something in the text of
-- a bytea, and this way of making one is immutable, as `convert_to` is not.
CREATE FUNCTION {schema}.customer_id_of_text(source TEXT, key TEXT) RETURNS UUID
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT pg_catalog.overlay(pg_catalog.overlay(pg_catalog.substr(pg_catalog.encode(pg_catalog.sha256(pg_catalog.replace(
            pg_catalog.octet_length(source)::pg_catalog.text OPERATOR(pg_catalog.||) ':' OPERATOR(pg_catalog.||) source
                OPERATOR(pg_catalog.||) ':' OPERATOR(pg_catalog.||) key,
            pg_catalog.chr(92), pg_catalog.repeat(pg_catalog.chr(92), 2))::pg_catalog.bytea), 'hex'), 1, 32),
        '8', 13, 1), '8', 17, 1)::pg_catalog.uuid
$$;

-- Which key of the host an id was derived from, where the id does not tell: of those whom a filling selected. The check
-- keeps a message from going to another than whom the id stands for.
CREATE TABLE {schema}.customer_keys (
    customer_id UUID PRIMARY KEY,
    source TEXT COLLATE "C" NOT NULL,
    key TEXT COLLATE "C" NOT NULL,
    CONSTRAINT customer_keys_derived CHECK (customer_id = {schema}.customer_id_of_text(source, key))
);
