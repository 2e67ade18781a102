-- The ledger: who is to get a message, who got it, and what became of it. Its rows are many, so they are narrow, and
-- what belongs to a run stays on the run.

CREATE TYPE {schema}.delivery_status AS ENUM (
    'pending', 'sending', 'sent', 'delivered', 'bounced', 'failed', 'unknown', 'suppressed', 'cancelled');

-- One filling of an audience. What it asks about time is fixed, so that any chunk, and any later explanation, sees the
-- same moment.
CREATE TABLE {schema}.audience_runs (
    tenant_id UUID NOT NULL,
    id UUID NOT NULL,
    -- Stands for the id in the ledger; ascends as runs are started.
    number INTEGER GENERATED ALWAYS AS IDENTITY,
    campaign_id UUID NOT NULL,
    -- What the launch sends; a campaign that is edited may send another offer by its next launch.
    offer_id UUID NOT NULL,
    revision BIGINT NOT NULL CHECK (revision > 0),
    criteria_digest BYTEA NOT NULL CHECK (octet_length(criteria_digest) = 32),
    as_of TIMESTAMPTZ NOT NULL CHECK (isfinite(as_of)),
    today DATE NOT NULL CHECK (isfinite(today)),
    position UUID,
    added BIGINT NOT NULL DEFAULT 0 CHECK (added >= 0),
    kept BIGINT NOT NULL DEFAULT 0 CHECK (kept >= 0),
    status TEXT NOT NULL DEFAULT 'running' CHECK (status IN ('running', 'finished', 'over_ceiling', 'superseded')),
    finished_at TIMESTAMPTZ CHECK (isfinite(finished_at)),
    PRIMARY KEY (tenant_id, id),
    CONSTRAINT audience_runs_id_key UNIQUE (id),
    CONSTRAINT audience_runs_number_key UNIQUE (number),
    CONSTRAINT audience_runs_campaign_fkey FOREIGN KEY (tenant_id, campaign_id)
        REFERENCES {schema}.campaigns (tenant_id, id) ON DELETE RESTRICT,
    CONSTRAINT audience_runs_offer_fkey FOREIGN KEY (tenant_id, offer_id)
        REFERENCES {schema}.offers (tenant_id, id) ON DELETE RESTRICT,
    CONSTRAINT audience_runs_finished_check CHECK ((status = 'running') = (finished_at IS NULL))
);
CREATE INDEX audience_runs_campaign ON {schema}.audience_runs (tenant_id, campaign_id, number);
CREATE UNIQUE INDEX audience_runs_running ON {schema}.audience_runs (tenant_id, campaign_id) WHERE status = 'running';

CREATE FUNCTION {schema}.audience_runs_follow() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM {schema}.ensure(
        OLD.status = 'running', 'audience_runs_over', 'a run that is over stays as it is');
    PERFORM {schema}.ensure(
        (NEW.tenant_id, NEW.id, NEW.number, NEW.campaign_id, NEW.offer_id, NEW.revision, NEW.criteria_digest, NEW.as_of,
                NEW.today)
            = (OLD.tenant_id, OLD.id, OLD.number, OLD.campaign_id, OLD.offer_id, OLD.revision, OLD.criteria_digest,
                OLD.as_of, OLD.today)
            AND NEW.added >= OLD.added AND NEW.kept >= OLD.kept
            AND (OLD.position IS NULL OR NEW.position >= OLD.position),
        'audience_runs_forward', 'a run goes forward, as it was started');
    RETURN NEW;
END
$$;
CREATE TRIGGER audience_runs_follow BEFORE UPDATE ON {schema}.audience_runs
    FOR EACH ROW EXECUTE FUNCTION {schema}.audience_runs_follow();
CREATE TRIGGER audience_runs_kept BEFORE DELETE OR TRUNCATE ON {schema}.audience_runs
    FOR EACH STATEMENT EXECUTE FUNCTION {schema}.refuse('audience_runs_kept', 'a run is evidence');

-- One row for every campaign, customer and channel, for ever. Customers are never deleted, and tenants, campaigns and
-- runs are checked once for every statement, so no row pays for a foreign key.
CREATE TABLE {schema}.campaign_customers (
    tenant_number INTEGER NOT NULL,
    campaign_number INTEGER NOT NULL,
    channel {schema}.channel NOT NULL,
    customer_id UUID NOT NULL,
    run_number INTEGER NOT NULL,
    delivery_status {schema}.delivery_status NOT NULL DEFAULT 'pending',
    attempts INTEGER NOT NULL DEFAULT 0 CHECK (attempts >= 0),
    updated_at TIMESTAMPTZ NOT NULL CHECK (isfinite(updated_at)),
    not_before TIMESTAMPTZ CHECK (isfinite(not_before)),
    first_claimed_at TIMESTAMPTZ CHECK (isfinite(first_claimed_at)),
    sent_at TIMESTAMPTZ CHECK (isfinite(sent_at)),
    claim_token UUID,
    claim_deadline TIMESTAMPTZ CHECK (isfinite(claim_deadline)),
    -- When a provider reported what became of it.
    reported_at TIMESTAMPTZ CHECK (isfinite(reported_at)),
    reason TEXT,
    PRIMARY KEY (tenant_number, campaign_number, channel, customer_id),
    CONSTRAINT campaign_customers_claim_check CHECK (
        (delivery_status = 'sending') = (claim_token IS NOT NULL)
            AND (claim_token IS NULL) = (claim_deadline IS NULL))
) WITH (fillfactor = 90);
-- History criteria, caps, complaints and erasure go from the customer to the rows.
CREATE INDEX campaign_customers_customer ON {schema}.campaign_customers (tenant_number, customer_id);
-- Claims that lapsed. Rows that wait for a worker are found by walking the key.
CREATE INDEX campaign_customers_claims
    ON {schema}.campaign_customers (tenant_number, campaign_number, channel, claim_deadline)
    WHERE delivery_status = 'sending';

-- WHEN clauses refuse without calling a function for rows that keep the rules.
CREATE TRIGGER campaign_customers_begin BEFORE INSERT ON {schema}.campaign_customers
    FOR EACH ROW WHEN (NEW.delivery_status <> 'pending' OR NEW.attempts <> 0 OR NEW.sent_at IS NOT NULL)
    EXECUTE FUNCTION {schema}.refuse('campaign_customers_begin', 'a delivery begins as pending');
CREATE TRIGGER campaign_customers_edge BEFORE UPDATE ON {schema}.campaign_customers
    FOR EACH ROW WHEN (OLD.delivery_status <> NEW.delivery_status AND NOT CASE OLD.delivery_status
        WHEN 'pending' THEN NEW.delivery_status IN ('sending', 'suppressed', 'cancelled')
        WHEN 'sending' THEN NEW.delivery_status IN (
            'pending', 'sent', 'delivered', 'bounced', 'failed', 'unknown', 'suppressed')
        WHEN 'sent' THEN NEW.delivery_status IN ('delivered', 'bounced')
        WHEN 'unknown' THEN NEW.delivery_status IN ('sent', 'delivered', 'bounced')
        WHEN 'failed' THEN NEW.delivery_status = 'pending'
        ELSE FALSE
    END)
    EXECUTE FUNCTION {schema}.refuse('campaign_customers_edge', 'the delivery''s status does not lead there');
CREATE TRIGGER campaign_customers_identity BEFORE UPDATE ON {schema}.campaign_customers
    FOR EACH ROW WHEN (
        OLD.tenant_number <> NEW.tenant_number OR OLD.campaign_number <> NEW.campaign_number
        OR OLD.channel <> NEW.channel OR OLD.customer_id <> NEW.customer_id
        OR (OLD.run_number <> NEW.run_number AND OLD.delivery_status <> 'pending'))
    EXECUTE FUNCTION {schema}.refuse('campaign_customers_identity', 'a delivery stays whose it is');
-- A claimed row is settled by the worker that names its token (SET LOCAL offerkit.claim), or moved by what a provider
-- reported, which leaves its mark.
CREATE TRIGGER campaign_customers_token BEFORE UPDATE ON {schema}.campaign_customers
    FOR EACH ROW WHEN (
        OLD.delivery_status = 'sending' AND NEW.delivery_status <> 'sending'
        AND OLD.claim_token::TEXT IS DISTINCT FROM current_setting('offerkit.claim', true)
        AND NOT (NEW.delivery_status IN ('sent', 'delivered', 'bounced')
            AND NEW.reported_at IS DISTINCT FROM OLD.reported_at AND NEW.reported_at IS NOT NULL))
    EXECUTE FUNCTION {schema}.refuse('campaign_customers_token', 'a claimed delivery is settled by its claim''s holder');
-- A claim is taken over once it has lapsed.
CREATE TRIGGER campaign_customers_takeover BEFORE UPDATE ON {schema}.campaign_customers
    FOR EACH ROW WHEN (
        OLD.delivery_status = 'sending' AND NEW.delivery_status = 'sending'
        AND (OLD.claim_token <> NEW.claim_token OR OLD.claim_deadline <> NEW.claim_deadline)
        AND NEW.updated_at <= OLD.claim_deadline)
    EXECUTE FUNCTION {schema}.refuse('campaign_customers_takeover', 'a claim is taken over once it has lapsed');
CREATE TRIGGER campaign_customers_kept BEFORE DELETE OR TRUNCATE ON {schema}.campaign_customers
    FOR EACH STATEMENT EXECUTE FUNCTION {schema}.refuse('campaign_customers_kept', 'a delivery is evidence');

CREATE FUNCTION {schema}.campaign_customers_of_run() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM {schema}.ensure(
        NOT EXISTS (
            SELECT FROM (SELECT DISTINCT tenant_number, campaign_number, run_number FROM filled) AS row
            WHERE NOT EXISTS (
                SELECT FROM {schema}.audience_runs AS run
                JOIN {schema}.campaigns AS campaign
                    ON campaign.tenant_id = run.tenant_id AND campaign.id = run.campaign_id
                JOIN {schema}.tenants AS tenant ON tenant.id = run.tenant_id
                WHERE run.number = row.run_number AND campaign.number = row.campaign_number
                    AND tenant.number = row.tenant_number)),
        'campaign_customers_of_run', 'a delivery is of a run of its campaign, in its tenant');
    RETURN NULL;
END
$$;
CREATE TRIGGER campaign_customers_of_run AFTER INSERT ON {schema}.campaign_customers
    REFERENCING NEW TABLE AS filled
    FOR EACH STATEMENT EXECUTE FUNCTION {schema}.campaign_customers_of_run();

-- The ledger as people read it.
CREATE VIEW {schema}.deliveries WITH (security_invoker = true, security_barrier = true) AS
    SELECT tenant.id AS tenant_id, campaign.id AS campaign_id, row.customer_id, row.channel, run.offer_id,
        run.id AS run_id, run.revision, row.delivery_status, row.reason, row.attempts, row.sent_at, row.updated_at
    FROM {schema}.campaign_customers AS row
    JOIN {schema}.tenants AS tenant ON tenant.number = row.tenant_number
    JOIN {schema}.campaigns AS campaign ON campaign.tenant_id = tenant.id AND campaign.number = row.campaign_number
    JOIN {schema}.audience_runs AS run ON run.tenant_id = tenant.id AND run.number = row.run_number;

-- Each attempt to send, where a host wants more than the last reason.
CREATE TABLE {schema}.delivery_attempts (
    tenant_id UUID NOT NULL,
    campaign_id UUID NOT NULL,
    customer_id UUID NOT NULL,
    channel {schema}.channel NOT NULL,
    attempt INTEGER NOT NULL CHECK (attempt > 0),
    claim_token UUID NOT NULL,
    outcome TEXT NOT NULL CHECK (outcome IN ('sent', 'retry', 'failed', 'unknown')),
    reason TEXT,
    at TIMESTAMPTZ NOT NULL CHECK (isfinite(at)),
    PRIMARY KEY (tenant_id, campaign_id, customer_id, channel, attempt, claim_token),
    CONSTRAINT delivery_attempts_campaign_fkey FOREIGN KEY (tenant_id, campaign_id)
        REFERENCES {schema}.campaigns (tenant_id, id) ON DELETE RESTRICT
);
CREATE TRIGGER delivery_attempts_unchanged BEFORE UPDATE OR DELETE OR TRUNCATE ON {schema}.delivery_attempts
    FOR EACH STATEMENT EXECUTE FUNCTION {schema}.refuse('delivery_attempts_unchanged', 'an attempt never changes');

-- Messages saved under a name, in immutable versions.
CREATE TABLE {schema}.message_templates (
    tenant_id UUID NOT NULL REFERENCES {schema}.tenants (id) ON DELETE RESTRICT,
    id UUID NOT NULL,
    name TEXT NOT NULL CHECK (name ~ '^[a-z][a-z0-9_]{0,63}$'),
    version BIGINT NOT NULL CHECK (version > 0),
    channel {schema}.channel NOT NULL,
    subject TEXT,
    body TEXT NOT NULL,
    author UUID NOT NULL REFERENCES {schema}.users (id) ON DELETE RESTRICT,
    written_at TIMESTAMPTZ NOT NULL CHECK (isfinite(written_at)),
    PRIMARY KEY (tenant_id, id),
    CONSTRAINT message_templates_version_key UNIQUE (tenant_id, name, channel, version)
);
CREATE TRIGGER message_templates_unchanged BEFORE UPDATE OR DELETE OR TRUNCATE ON {schema}.message_templates
    FOR EACH STATEMENT EXECUTE FUNCTION {schema}.refuse(
        'message_templates_unchanged', 'a version of a template never changes');
