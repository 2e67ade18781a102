-- The audit log: what was done and what was refused, and the chain of seals over it.
--
-- Neither tenant nor actor nor subject is a foreign key: a refusal may name what is not there, and that is evidence too.
-- Documents are JSON, not JSONB: the text that was sealed is the text that is read. A fingerprint, by which a repeat of an
-- operation is told from another request, is not sealed.

CREATE TABLE {schema}.offer_audit_logs (
    tenant_id UUID NOT NULL,
    id UUID NOT NULL,
    operation_id UUID NOT NULL,
    fingerprint BYTEA CHECK (octet_length(fingerprint) = 32),
    actor_kind TEXT NOT NULL CHECK (actor_kind IN ('user', 'system', 'anonymous')),
    performed_by UUID,
    actor_job TEXT,
    request_id TEXT,
    source TEXT,
    action TEXT NOT NULL,
    outcome TEXT NOT NULL CHECK (outcome IN ('done', 'refused')),
    refusal_code TEXT,
    refusal_message TEXT,
    subject_kind TEXT NOT NULL,
    subject_id UUID,
    offer_id UUID GENERATED ALWAYS AS (CASE WHEN subject_kind = 'offer' THEN subject_id END) STORED,
    old_data JSON,
    new_data JSON,
    comment TEXT,
    result JSON NOT NULL,
    created_at TIMESTAMPTZ NOT NULL CHECK (isfinite(created_at)),
    -- Set by the database: where the record stands in the order of commits.
    epoch INTEGER NOT NULL DEFAULT 0,
    transaction_id XID8 NOT NULL DEFAULT pg_current_xact_id(),
    PRIMARY KEY (tenant_id, id),
    CONSTRAINT offer_audit_logs_actor_check CHECK (
        (actor_kind = 'user') = (performed_by IS NOT NULL) AND (actor_kind = 'system') = (actor_job IS NOT NULL)),
    CONSTRAINT offer_audit_logs_refusal_check CHECK (
        (outcome = 'refused') = (refusal_code IS NOT NULL) AND (outcome = 'refused') = (refusal_message IS NOT NULL))
);
-- An operation is done once.
CREATE UNIQUE INDEX offer_audit_logs_operation_key ON {schema}.offer_audit_logs (tenant_id, operation_id)
    WHERE outcome = 'done';
CREATE INDEX offer_audit_logs_commits ON {schema}.offer_audit_logs (tenant_id, epoch, transaction_id, id);
CREATE INDEX offer_audit_logs_subject ON {schema}.offer_audit_logs (tenant_id, subject_kind, subject_id, id);
CREATE INDEX offer_audit_logs_performed_by ON {schema}.offer_audit_logs (tenant_id, performed_by, id);
CREATE INDEX offer_audit_logs_action ON {schema}.offer_audit_logs (tenant_id, action, id);
CREATE INDEX offer_audit_logs_created_at ON {schema}.offer_audit_logs (tenant_id, created_at);
CREATE INDEX offer_audit_logs_refused ON {schema}.offer_audit_logs (tenant_id, id) WHERE outcome = 'refused';

CREATE TABLE {schema}.platform_audit_logs (
    id UUID PRIMARY KEY,
    operation_id UUID NOT NULL,
    fingerprint BYTEA CHECK (octet_length(fingerprint) = 32),
    actor_kind TEXT NOT NULL CHECK (actor_kind IN ('user', 'system', 'anonymous')),
    performed_by UUID,
    actor_job TEXT,
    request_id TEXT,
    source TEXT,
    action TEXT NOT NULL,
    outcome TEXT NOT NULL CHECK (outcome IN ('done', 'refused')),
    refusal_code TEXT,
    refusal_message TEXT,
    subject_kind TEXT NOT NULL,
    subject_id UUID,
    old_data JSON,
    new_data JSON,
    comment TEXT,
    result JSON NOT NULL,
    created_at TIMESTAMPTZ NOT NULL CHECK (isfinite(created_at)),
    epoch INTEGER NOT NULL DEFAULT 0,
    transaction_id XID8 NOT NULL DEFAULT pg_current_xact_id(),
    CONSTRAINT platform_audit_logs_actor_check CHECK (
        (actor_kind = 'user') = (performed_by IS NOT NULL) AND (actor_kind = 'system') = (actor_job IS NOT NULL)),
    CONSTRAINT platform_audit_logs_refusal_check CHECK (
        (outcome = 'refused') = (refusal_code IS NOT NULL) AND (outcome = 'refused') = (refusal_message IS NOT NULL))
);
CREATE UNIQUE INDEX platform_audit_logs_operation_key ON {schema}.platform_audit_logs (operation_id)
    WHERE outcome = 'done';
CREATE INDEX platform_audit_logs_commits ON {schema}.platform_audit_logs (epoch, transaction_id, id);
CREATE INDEX platform_audit_logs_subject ON {schema}.platform_audit_logs (subject_kind, subject_id, id);
CREATE INDEX platform_audit_logs_performed_by ON {schema}.platform_audit_logs (performed_by, id);
CREATE INDEX platform_audit_logs_action ON {schema}.platform_audit_logs (action, id);
CREATE INDEX platform_audit_logs_created_at ON {schema}.platform_audit_logs (created_at);
CREATE INDEX platform_audit_logs_refused ON {schema}.platform_audit_logs (id) WHERE outcome = 'refused';

-- Whatever the writer says, a record bears the transaction that writes it.
CREATE FUNCTION {schema}.audit_stamp() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    NEW.transaction_id := pg_current_xact_id();
    SELECT epoch INTO STRICT NEW.epoch FROM {schema}.installation;
    RETURN NEW;
END
$$;
CREATE TRIGGER offer_audit_logs_stamp BEFORE INSERT ON {schema}.offer_audit_logs
    FOR EACH ROW EXECUTE FUNCTION {schema}.audit_stamp();
CREATE TRIGGER platform_audit_logs_stamp BEFORE INSERT ON {schema}.platform_audit_logs
    FOR EACH ROW EXECUTE FUNCTION {schema}.audit_stamp();

-- The chains. A seal's position follows the last one's, so the last seal's record is where a sealer goes on.
CREATE TABLE {schema}.audit_seals (
    tenant_id UUID NOT NULL,
    position BIGINT NOT NULL CHECK (position > 0),
    record_id UUID NOT NULL,
    hash BYTEA NOT NULL CHECK (octet_length(hash) = 32),
    PRIMARY KEY (tenant_id, position),
    CONSTRAINT audit_seals_record_key UNIQUE (tenant_id, record_id),
    CONSTRAINT audit_seals_record_fkey FOREIGN KEY (tenant_id, record_id)
        REFERENCES {schema}.offer_audit_logs (tenant_id, id) ON DELETE RESTRICT
);
CREATE TABLE {schema}.platform_audit_seals (
    position BIGINT PRIMARY KEY CHECK (position > 0),
    record_id UUID NOT NULL,
    hash BYTEA NOT NULL CHECK (octet_length(hash) = 32),
    CONSTRAINT platform_audit_seals_record_key UNIQUE (record_id),
    CONSTRAINT platform_audit_seals_record_fkey FOREIGN KEY (record_id)
        REFERENCES {schema}.platform_audit_logs (id) ON DELETE RESTRICT
);

CREATE FUNCTION {schema}.audit_seals_follow() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    previous UUID;
BEGIN
    IF NEW.position > 1 THEN
        SELECT it.record_id INTO previous FROM {schema}.audit_seals AS it
            WHERE it.tenant_id = NEW.tenant_id AND it.position = NEW.position - 1;
    END IF;
    PERFORM {schema}.ensure(
        (NEW.position = 1 OR previous IS NOT NULL)
        AND NOT EXISTS (SELECT FROM {schema}.offer_audit_logs AS it, {schema}.offer_audit_logs AS before
            WHERE it.tenant_id = NEW.tenant_id AND it.id = NEW.record_id
                AND before.tenant_id = NEW.tenant_id AND before.id = previous
                AND (it.epoch, it.transaction_id, it.id) <= (before.epoch, before.transaction_id, before.id)),
        'audit_seals_follow', 'seals follow the order of the commits, without gaps');
    RETURN NEW;
END
$$;
CREATE TRIGGER audit_seals_follow BEFORE INSERT ON {schema}.audit_seals
    FOR EACH ROW EXECUTE FUNCTION {schema}.audit_seals_follow();
CREATE FUNCTION {schema}.platform_audit_seals_follow() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    previous UUID;
BEGIN
    IF NEW.position > 1 THEN
        SELECT it.record_id INTO previous FROM {schema}.platform_audit_seals AS it
            WHERE it.position = NEW.position - 1;
    END IF;
    PERFORM {schema}.ensure(
        (NEW.position = 1 OR previous IS NOT NULL)
        AND NOT EXISTS (SELECT FROM {schema}.platform_audit_logs AS it, {schema}.platform_audit_logs AS before
            WHERE it.id = NEW.record_id AND before.id = previous
                AND (it.epoch, it.transaction_id, it.id) <= (before.epoch, before.transaction_id, before.id)),
        'audit_seals_follow', 'seals follow the order of the commits, without gaps');
    RETURN NEW;
END
$$;
CREATE TRIGGER platform_audit_seals_follow BEFORE INSERT ON {schema}.platform_audit_seals
    FOR EACH ROW EXECUTE FUNCTION {schema}.platform_audit_seals_follow();

-- Append-only, even where replication has switched ordinary triggers off.
CREATE TRIGGER offer_audit_logs_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {schema}.offer_audit_logs
    FOR EACH STATEMENT EXECUTE FUNCTION {schema}.refuse('audit_append_only', 'the audit log is only added to');
CREATE TRIGGER platform_audit_logs_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {schema}.platform_audit_logs
    FOR EACH STATEMENT EXECUTE FUNCTION {schema}.refuse('audit_append_only', 'the audit log is only added to');
CREATE TRIGGER audit_seals_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {schema}.audit_seals
    FOR EACH STATEMENT EXECUTE FUNCTION {schema}.refuse('audit_append_only', 'the audit log is only added to');
CREATE TRIGGER platform_audit_seals_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {schema}.platform_audit_seals
    FOR EACH STATEMENT EXECUTE FUNCTION {schema}.refuse('audit_append_only', 'the audit log is only added to');
ALTER TABLE {schema}.offer_audit_logs ENABLE ALWAYS TRIGGER offer_audit_logs_append_only;
ALTER TABLE {schema}.offer_audit_logs ENABLE ALWAYS TRIGGER offer_audit_logs_stamp;
ALTER TABLE {schema}.platform_audit_logs ENABLE ALWAYS TRIGGER platform_audit_logs_append_only;
ALTER TABLE {schema}.platform_audit_logs ENABLE ALWAYS TRIGGER platform_audit_logs_stamp;
ALTER TABLE {schema}.audit_seals ENABLE ALWAYS TRIGGER audit_seals_append_only;
ALTER TABLE {schema}.platform_audit_seals ENABLE ALWAYS TRIGGER platform_audit_seals_append_only;

-- While a host's hook runs in a commit (SET LOCAL offerkit.hook), nothing is committed, so the hook cannot commit half of it.
CREATE FUNCTION {schema}.audit_hook_over() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM {schema}.ensure(coalesce(current_setting('offerkit.hook', true), '') = '',
        'audit_hook_over', 'a commit hook does not end its transaction');
    RETURN NULL;
END
$$;
CREATE CONSTRAINT TRIGGER audit_hook_over AFTER INSERT ON {schema}.offer_audit_logs
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (current_setting('offerkit.hook', true) = 'runs')
    EXECUTE FUNCTION {schema}.audit_hook_over();
CREATE CONSTRAINT TRIGGER platform_audit_hook_over AFTER INSERT ON {schema}.platform_audit_logs
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (current_setting('offerkit.hook', true) = 'runs')
    EXECUTE FUNCTION {schema}.audit_hook_over();

-- Nothing is committed without its record. A change of an offer needs one that names it, or that names no single
-- object; the other tables, one of the same transaction in the scope that they belong to.
CREATE FUNCTION {schema}.require_record() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    changed JSONB := to_jsonb(CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END);
    -- The argument names the column with the tenant; where there is none, any record of the transaction counts.
    tenant UUID := CASE WHEN TG_NARGS > 0 THEN (changed ->> TG_ARGV[0])::UUID END;
    offer UUID := CASE WHEN TG_NARGS > 1 THEN (changed ->> TG_ARGV[1])::UUID END;
    this_transaction XID8 := pg_current_xact_id();
    this_epoch INTEGER;
    is_recorded BOOLEAN;
BEGIN
    SELECT epoch INTO STRICT this_epoch FROM {schema}.installation;
    is_recorded := EXISTS (SELECT FROM {schema}.offer_audit_logs AS it
        WHERE it.tenant_id = coalesce(tenant, nullif(current_setting('offerkit.tenant', true), '')::UUID)
            AND it.epoch = this_epoch AND it.transaction_id = this_transaction AND it.outcome = 'done'
            AND (offer IS NULL OR it.subject_id IS NULL OR (it.subject_kind = 'offer' AND it.subject_id = offer)));
    IF NOT is_recorded AND tenant IS NULL THEN
        is_recorded := EXISTS (SELECT FROM {schema}.platform_audit_logs AS it
            WHERE it.epoch = this_epoch AND it.transaction_id = this_transaction AND it.outcome = 'done');
    END IF;
    IF NOT is_recorded THEN
        RAISE EXCEPTION USING ERRCODE = 'OF002', CONSTRAINT = TG_NAME, TABLE = TG_TABLE_NAME,
            MESSAGE = 'nothing is changed without its record in the audit log';
    END IF;
    RETURN NULL;
END
$$;
CREATE CONSTRAINT TRIGGER users_recorded AFTER INSERT OR UPDATE OR DELETE ON {schema}.users
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION {schema}.require_record();
CREATE CONSTRAINT TRIGGER tenants_recorded AFTER INSERT OR UPDATE OR DELETE ON {schema}.tenants
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION {schema}.require_record();
CREATE CONSTRAINT TRIGGER field_catalog_recorded AFTER INSERT OR UPDATE OR DELETE ON {schema}.field_catalog
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION {schema}.require_record();
CREATE CONSTRAINT TRIGGER sending_stops_recorded AFTER INSERT OR UPDATE OR DELETE ON {schema}.sending_stops
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION {schema}.require_record();
CREATE CONSTRAINT TRIGGER groups_recorded AFTER INSERT OR UPDATE OR DELETE ON {schema}.groups
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION {schema}.require_record('tenant_id');
CREATE CONSTRAINT TRIGGER user_tenant_roles_recorded AFTER INSERT OR DELETE ON {schema}.user_tenant_roles
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION {schema}.require_record('tenant_id');
CREATE CONSTRAINT TRIGGER offer_configurations_recorded AFTER INSERT ON {schema}.offer_configurations
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION {schema}.require_record('tenant_id');
CREATE CONSTRAINT TRIGGER offers_recorded AFTER INSERT OR UPDATE ON {schema}.offers
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION {schema}.require_record('tenant_id', 'id');
CREATE CONSTRAINT TRIGGER offer_approvals_recorded AFTER INSERT ON {schema}.offer_approvals
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION {schema}.require_record('tenant_id', 'offer_id');
CREATE CONSTRAINT TRIGGER segments_recorded AFTER INSERT ON {schema}.segments
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION {schema}.require_record('tenant_id');
CREATE CONSTRAINT TRIGGER campaigns_recorded AFTER INSERT OR UPDATE ON {schema}.campaigns
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION {schema}.require_record('tenant_id');
CREATE CONSTRAINT TRIGGER offer_comments_recorded AFTER INSERT ON {schema}.offer_comments
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION {schema}.require_record('tenant_id');
-- Of customers, the erasing: a host may load its own customers with its own tools.
CREATE CONSTRAINT TRIGGER customers_erased_recorded AFTER UPDATE ON {schema}.customers
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (OLD.erased_at IS NULL AND NEW.erased_at IS NOT NULL)
    EXECUTE FUNCTION {schema}.require_record();
