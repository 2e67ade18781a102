-- The platform: who there is, and what stands outside tenants.
--
-- `{schema}` stands for the quoted name of the library's schema. A defence that refuses raises SQLSTATE OF001 with its
-- name as the constraint, a change without its record OF002; all else is PostgreSQL's own.

CREATE SCHEMA IF NOT EXISTS {schema};
REVOKE ALL ON SCHEMA {schema} FROM PUBLIC;

CREATE TABLE IF NOT EXISTS {schema}.schema_migrations (
    version BIGINT PRIMARY KEY,
    name TEXT NOT NULL,
    checksum TEXT NOT NULL,
    applied_at TIMESTAMPTZ NOT NULL DEFAULT clock_timestamp()
);

-- The role that services run as: it owns nothing, logs in nowhere, and row-level security holds for it. Roles belong to
-- the cluster, so another database's migration may make it at the same moment. Whoever makes it may take it, so that a login
-- with the right to make roles needs no superuser to run the library.
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = 'offerkit_app') THEN
        CREATE ROLE offerkit_app NOLOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE NOREPLICATION NOINHERIT;
        IF NOT pg_catalog.pg_has_role(current_user, 'offerkit_app', 'MEMBER') THEN
            EXECUTE pg_catalog.format('GRANT offerkit_app TO %I', current_user);
        END IF;
    END IF;
EXCEPTION
    WHEN duplicate_object OR unique_violation THEN NULL;
END
$$;

-- What a trigger's WHEN clause has found to break a rule: the arguments are the rule's name and its sentence.
CREATE FUNCTION {schema}.refuse() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RAISE EXCEPTION USING ERRCODE = 'OF001', CONSTRAINT = TG_ARGV[0], TABLE = TG_TABLE_NAME, MESSAGE = TG_ARGV[1];
END
$$;

-- The same for a rule that a function checks.
CREATE FUNCTION {schema}.ensure(holds BOOLEAN, rule TEXT, sentence TEXT) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF holds IS NOT TRUE THEN
        RAISE EXCEPTION USING ERRCODE = 'OF001', CONSTRAINT = rule, MESSAGE = sentence;
    END IF;
END
$$;

-- The bytes of a text. `convert_to` is only stable, since conversions may be redefined; to UTF8 itself there is none.
CREATE FUNCTION {schema}.utf8(content TEXT) RETURNS BYTEA
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
    SELECT convert_to(content, 'UTF8')
$$;

-- A date as `YYYY-MM-DD`, whatever DateStyle is set; the empty text where there is none.
CREATE FUNCTION {schema}.iso_date(day DATE) RETURNS TEXT
LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce(
        lpad(extract(YEAR FROM day)::INT::TEXT, 4, '0') || '-' ||
        lpad(extract(MONTH FROM day)::INT::TEXT, 2, '0') || '-' ||
        lpad(extract(DAY FROM day)::INT::TEXT, 2, '0'), '')
$$;

-- SHA-256 of several parts, each preceded by its length, as `Digest::of_parts` of the library makes it.
CREATE FUNCTION {schema}.digest_of_parts(VARIADIC parts TEXT[]) RETURNS BYTEA
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    part TEXT;
    joined BYTEA := '';
BEGIN
    FOREACH part IN ARRAY parts LOOP
        joined := joined || int8send(octet_length(convert_to(part, 'UTF8'))) || convert_to(part, 'UTF8');
    END LOOP;
    RETURN sha256(joined);
END
$$;

-- What is true of this installation. One row; the runtime reads it and changes nothing.
CREATE TABLE {schema}.installation (
    is_the_one BOOLEAN PRIMARY KEY DEFAULT TRUE CHECK (is_the_one),
    -- The cluster in which transactions are counted. A restored copy counts anew, so its records begin a new epoch.
    system_identifier BIGINT NOT NULL,
    epoch INTEGER NOT NULL DEFAULT 1 CHECK (epoch > 0),
    -- What a test adds to the server's clock.
    clock_offset INTERVAL NOT NULL DEFAULT '0' CHECK (clock_offset > '-1000 years' AND clock_offset < '1000 years')
);
INSERT INTO {schema}.installation (system_identifier) SELECT system_identifier FROM pg_control_system();

-- The time of leases and runs: the server's, so that workers need not agree on theirs.
CREATE FUNCTION {schema}.offerkit_now() RETURNS TIMESTAMPTZ
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT statement_timestamp() + (SELECT clock_offset FROM {schema}.installation)
$$;

CREATE TABLE {schema}.users (
    id UUID PRIMARY KEY,
    username TEXT NOT NULL,
    password_hash TEXT,
    full_name TEXT,
    email TEXT,
    phone TEXT CHECK (phone ~ '^\+[1-9][0-9]{0,14}$'),
    is_super_admin BOOLEAN NOT NULL DEFAULT FALSE,
    is_active BOOLEAN NOT NULL DEFAULT TRUE,
    identity_issuer TEXT,
    identity_subject TEXT,
    must_change_password BOOLEAN NOT NULL DEFAULT FALSE,
    credential_version BIGINT NOT NULL DEFAULT 0 CHECK (credential_version >= 0),
    hold_reset_by UUID[],
    hold_until TIMESTAMPTZ CHECK (isfinite(hold_until)),
    is_established BOOLEAN NOT NULL DEFAULT FALSE,
    created_by UUID REFERENCES {schema}.users (id) ON DELETE RESTRICT,
    created_at TIMESTAMPTZ NOT NULL CHECK (isfinite(created_at)),
    updated_at TIMESTAMPTZ NOT NULL CHECK (isfinite(updated_at)),
    version BIGINT NOT NULL DEFAULT 1 CHECK (version > 0),
    CONSTRAINT users_username_key UNIQUE (username),
    CONSTRAINT users_username_check CHECK (username ~ '^[a-z][a-z0-9_.-]{0,63}$'),
    CONSTRAINT users_identity_key UNIQUE (identity_issuer, identity_subject),
    CONSTRAINT users_identity_check CHECK ((identity_issuer IS NULL) = (identity_subject IS NULL)),
    CONSTRAINT users_hold_check CHECK ((hold_until IS NULL) = (hold_reset_by IS NULL))
);
CREATE INDEX users_super_admins ON {schema}.users (id) WHERE is_super_admin;
CREATE INDEX users_inactive ON {schema}.users (id) WHERE NOT is_active;

CREATE TABLE {schema}.tenants (
    id UUID PRIMARY KEY,
    -- Stands for the id in the ledger, whose rows are many.
    number INTEGER GENERATED ALWAYS AS IDENTITY,
    name TEXT NOT NULL,
    description TEXT,
    is_active BOOLEAN NOT NULL DEFAULT TRUE,
    created_by UUID NOT NULL REFERENCES {schema}.users (id) ON DELETE RESTRICT,
    created_at TIMESTAMPTZ NOT NULL CHECK (isfinite(created_at)),
    updated_at TIMESTAMPTZ NOT NULL CHECK (isfinite(updated_at)),
    version BIGINT NOT NULL DEFAULT 1 CHECK (version > 0),
    CONSTRAINT tenants_name_key UNIQUE (name),
    CONSTRAINT tenants_number_key UNIQUE (number),
    CONSTRAINT tenants_name_check CHECK (name ~ '^[a-z][a-z0-9_]{0,63}$')
);

-- The tenant that the transaction is about; none where it is about the platform.
CREATE FUNCTION {schema}.current_tenant() RETURNS UUID
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT nullif(pg_catalog.current_setting('offerkit.tenant', true), '')::pg_catalog.uuid
$$;

CREATE TABLE {schema}.groups (
    tenant_id UUID NOT NULL REFERENCES {schema}.tenants (id) ON DELETE RESTRICT,
    id UUID NOT NULL,
    name TEXT NOT NULL CHECK (name ~ '^[a-z][a-z0-9_]{0,63}$'),
    description TEXT,
    permissions TEXT[] NOT NULL CHECK (permissions <@ ARRAY[
        'view_offers', 'view_campaigns', 'comment', 'write_offers', 'delete_offers', 'decide_offers',
        'write_campaigns', 'launch_campaigns', 'pause_campaigns', 'operate_campaigns', 'view_recipients',
        'view_recipients_unmasked', 'configure_tenant', 'view_audit']),
    created_at TIMESTAMPTZ NOT NULL CHECK (isfinite(created_at)),
    updated_at TIMESTAMPTZ NOT NULL CHECK (isfinite(updated_at)),
    version BIGINT NOT NULL DEFAULT 1 CHECK (version > 0),
    PRIMARY KEY (tenant_id, id),
    CONSTRAINT groups_name_key UNIQUE (tenant_id, name)
);

-- Given and taken, never changed. Nobody gives one to themselves.
CREATE TABLE {schema}.user_tenant_roles (
    tenant_id UUID NOT NULL,
    user_id UUID NOT NULL,
    group_id UUID NOT NULL,
    -- Nobody where the claims of an identity provider gave it.
    given_by UUID REFERENCES {schema}.users (id) ON DELETE RESTRICT,
    given_at TIMESTAMPTZ NOT NULL CHECK (isfinite(given_at)),
    decides_from TIMESTAMPTZ NOT NULL CHECK (isfinite(decides_from)),
    PRIMARY KEY (tenant_id, user_id, group_id),
    CONSTRAINT user_tenant_roles_user_fkey FOREIGN KEY (user_id)
        REFERENCES {schema}.users (id) ON DELETE RESTRICT,
    CONSTRAINT user_tenant_roles_group_fkey FOREIGN KEY (tenant_id, group_id)
        REFERENCES {schema}.groups (tenant_id, id) ON DELETE RESTRICT,
    CONSTRAINT user_tenant_roles_not_to_oneself CHECK (given_by <> user_id)
);
CREATE INDEX user_tenant_roles_user ON {schema}.user_tenant_roles (user_id, tenant_id);
CREATE INDEX user_tenant_roles_group ON {schema}.user_tenant_roles (tenant_id, group_id);
CREATE TRIGGER user_tenant_roles_unchanged BEFORE UPDATE OR TRUNCATE ON {schema}.user_tenant_roles
    FOR EACH STATEMENT EXECUTE FUNCTION {schema}.refuse(
        'user_tenant_roles_unchanged', 'a membership is given and taken, never changed');

-- Deactivated, never deleted; names are not given to another.
CREATE TRIGGER users_kept BEFORE DELETE OR TRUNCATE ON {schema}.users
    FOR EACH STATEMENT EXECUTE FUNCTION {schema}.refuse('users_kept', 'a user is deactivated, never deleted');
-- Deferred, so that one may follow another. The rows that are counted are locked, so that of two who remove each other
-- one is refused.
CREATE FUNCTION {schema}.users_super_admin_remains() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM FROM {schema}.users AS it WHERE it.is_super_admin AND it.is_active ORDER BY it.id FOR SHARE;
    PERFORM {schema}.ensure(FOUND, 'users_super_admin_remains', 'one active super admin always remains');
    RETURN NULL;
END
$$;
CREATE CONSTRAINT TRIGGER users_super_admin_remains AFTER UPDATE ON {schema}.users
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    WHEN (OLD.is_super_admin AND OLD.is_active AND NOT (NEW.is_super_admin AND NEW.is_active))
    EXECUTE FUNCTION {schema}.users_super_admin_remains();
CREATE TRIGGER tenants_kept BEFORE DELETE OR TRUNCATE ON {schema}.tenants
    FOR EACH STATEMENT EXECUTE FUNCTION {schema}.refuse('tenants_kept', 'a tenant is deactivated, never deleted');
CREATE TRIGGER groups_kept BEFORE DELETE OR TRUNCATE ON {schema}.groups
    FOR EACH STATEMENT EXECUTE FUNCTION {schema}.refuse('groups_kept', 'a group is kept, so that records can name it');

CREATE TABLE {schema}.sessions (
    id UUID PRIMARY KEY,
    user_id UUID NOT NULL REFERENCES {schema}.users (id) ON DELETE RESTRICT,
    token_hash BYTEA NOT NULL CHECK (octet_length(token_hash) = 32),
    credential_version BIGINT NOT NULL CHECK (credential_version >= 0),
    opened_at TIMESTAMPTZ NOT NULL CHECK (isfinite(opened_at)),
    last_seen_at TIMESTAMPTZ NOT NULL CHECK (isfinite(last_seen_at)),
    expires_at TIMESTAMPTZ NOT NULL CHECK (isfinite(expires_at)),
    CONSTRAINT sessions_token_hash_key UNIQUE (token_hash)
);
CREATE INDEX sessions_user ON {schema}.sessions (user_id, opened_at);
CREATE INDEX sessions_expiry ON {schema}.sessions (expires_at);

-- Failed logins by the digest of the name that was tried, so that mistyped passwords are not kept.
CREATE TABLE {schema}.login_failures (
    key BYTEA PRIMARY KEY CHECK (octet_length(key) = 32),
    failures BIGINT NOT NULL CHECK (failures > 0),
    last_at TIMESTAMPTZ NOT NULL CHECK (isfinite(last_at))
);

-- What super admins hold back from being sent: of a tenant, over a channel, or everything where neither is named. Those that
-- were lifted stay as evidence.
CREATE TABLE {schema}.sending_stops (
    id UUID PRIMARY KEY,
    stopped_tenant UUID REFERENCES {schema}.tenants (id) ON DELETE RESTRICT,
    stopped_channel TEXT CHECK (stopped_channel IN ('email', 'sms', 'push', 'webhook')),
    reason TEXT NOT NULL CHECK (reason <> ''),
    stopped_by UUID NOT NULL REFERENCES {schema}.users (id) ON DELETE RESTRICT,
    stopped_at TIMESTAMPTZ NOT NULL CHECK (isfinite(stopped_at)),
    lifted_by UUID REFERENCES {schema}.users (id) ON DELETE RESTRICT,
    lifted_at TIMESTAMPTZ CHECK (isfinite(lifted_at)),
    lift_reason TEXT CHECK (lift_reason <> ''),
    CONSTRAINT sending_stops_extent CHECK (num_nonnulls(stopped_tenant, stopped_channel) <= 1),
    CONSTRAINT sending_stops_lift CHECK (num_nonnulls(lifted_by, lifted_at, lift_reason) IN (0, 3))
);
CREATE UNIQUE INDEX sending_stops_in_force ON {schema}.sending_stops (stopped_tenant, stopped_channel) NULLS NOT DISTINCT
    WHERE lifted_at IS NULL;
CREATE TRIGGER sending_stops_kept BEFORE DELETE OR TRUNCATE ON {schema}.sending_stops
    FOR EACH STATEMENT EXECUTE FUNCTION {schema}.refuse(
        'sending_stops_kept', 'a stop of sending is lifted, never taken away');
CREATE TRIGGER sending_stops_lifted BEFORE UPDATE ON {schema}.sending_stops
    FOR EACH ROW WHEN (OLD.lifted_at IS NOT NULL OR NEW.lifted_at IS NULL
        OR (OLD.id, OLD.stopped_tenant, OLD.stopped_channel, OLD.reason, OLD.stopped_by, OLD.stopped_at)
            IS DISTINCT FROM (NEW.id, NEW.stopped_tenant, NEW.stopped_channel, NEW.reason, NEW.stopped_by, NEW.stopped_at))
    EXECUTE FUNCTION {schema}.refuse(
        'sending_stops_lifted', 'a stop of sending is lifted once, and otherwise stays as it was set');

-- The additions to the built-in field catalog, in the order they were made. One row.
CREATE TABLE {schema}.field_catalog (
    is_the_one BOOLEAN PRIMARY KEY DEFAULT TRUE CHECK (is_the_one),
    attributes JSONB NOT NULL DEFAULT '[]' CHECK (jsonb_typeof(attributes) = 'array'),
    version BIGINT NOT NULL DEFAULT 1 CHECK (version > 0)
);
INSERT INTO {schema}.field_catalog DEFAULT VALUES;
