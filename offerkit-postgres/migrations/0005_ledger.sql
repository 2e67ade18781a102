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

-- One row for every campaign, customer and channel, for ever. Customers are never deleted, and tenants, campaigns, runs and
-- channels are checked once for every lot, so no row pays for a foreign key. Columns stand where they leave no gaps.
--
-- A row that is sent is written twice more, once claimed and once settled. No index holds what those writes change, and as
-- much of a page is left free as both need, so that they stay in it and touch no index.
--
-- Under row-level security only leakproof operators may use an index, which those of enums are not. So a channel is a
-- text, and a status, in no index.
CREATE TABLE {schema}.campaign_customers (
    tenant_number INTEGER NOT NULL,
    campaign_number INTEGER NOT NULL,
    run_number INTEGER NOT NULL,
    -- Which of the run's lots the row stands in.
    lot INTEGER NOT NULL DEFAULT 0,
    delivery_status {schema}.delivery_status NOT NULL DEFAULT 'pending',
    attempts INTEGER NOT NULL DEFAULT 0 CHECK (attempts >= 0),
    updated_at TIMESTAMPTZ NOT NULL CHECK (isfinite(updated_at)),
    customer_id UUID NOT NULL,
    channel TEXT COLLATE "C" NOT NULL,
    not_before TIMESTAMPTZ CHECK (isfinite(not_before)),
    first_claimed_at TIMESTAMPTZ CHECK (isfinite(first_claimed_at)),
    sent_at TIMESTAMPTZ CHECK (isfinite(sent_at)),
    claim_token UUID,
    claim_deadline TIMESTAMPTZ CHECK (isfinite(claim_deadline)),
    -- When a provider reported what became of it.
    reported_at TIMESTAMPTZ CHECK (isfinite(reported_at)),
    reason TEXT,
    PRIMARY KEY (tenant_number, campaign_number, customer_id, channel),
    CONSTRAINT campaign_customers_claim_check CHECK (
        (delivery_status = 'sending') = (claim_token IS NOT NULL)
            AND (claim_token IS NULL) = (claim_deadline IS NULL))
) WITH (fillfactor = 28);
-- History criteria, caps, complaints and erasure go from the customer to the rows.
CREATE INDEX campaign_customers_customer ON {schema}.campaign_customers (tenant_number, customer_id);

-- Some hundred rows of a run and channel whose customers follow each other, and how many of them have which status. The
-- database counts with every change of the ledger. So progress adds up lots instead of rows, workers count in different
-- lots and do not wait for each other, and what is due or has lapsed is found without a look at what was sent.
CREATE TABLE {schema}.campaign_lots (
    tenant_number INTEGER NOT NULL,
    campaign_number INTEGER NOT NULL,
    channel TEXT COLLATE "C" NOT NULL CHECK (channel IN ('email', 'sms', 'push', 'webhook')),
    run_number INTEGER NOT NULL,
    lot INTEGER NOT NULL,
    first_customer UUID NOT NULL,
    last_customer UUID NOT NULL,
    pending INTEGER NOT NULL DEFAULT 0 CHECK (pending >= 0),
    -- Those of the pending that wait for a moment, and the first of their moments.
    waiting INTEGER NOT NULL DEFAULT 0 CHECK (waiting >= 0),
    wakes_at TIMESTAMPTZ CHECK (isfinite(wakes_at)),
    sending INTEGER NOT NULL DEFAULT 0 CHECK (sending >= 0),
    -- Before this moment, no claim of a row of the lot lapses.
    lapses_at TIMESTAMPTZ CHECK (isfinite(lapses_at)),
    sent INTEGER NOT NULL DEFAULT 0 CHECK (sent >= 0),
    delivered INTEGER NOT NULL DEFAULT 0 CHECK (delivered >= 0),
    bounced INTEGER NOT NULL DEFAULT 0 CHECK (bounced >= 0),
    failed INTEGER NOT NULL DEFAULT 0 CHECK (failed >= 0),
    unknown INTEGER NOT NULL DEFAULT 0 CHECK (unknown >= 0),
    suppressed INTEGER NOT NULL DEFAULT 0 CHECK (suppressed >= 0),
    cancelled INTEGER NOT NULL DEFAULT 0 CHECK (cancelled >= 0),
    PRIMARY KEY (tenant_number, campaign_number, channel, run_number, lot)
) WITH (fillfactor = 50);
CREATE INDEX campaign_lots_ready ON {schema}.campaign_lots (tenant_number, campaign_number, channel, first_customer)
    WHERE pending > waiting;
CREATE INDEX campaign_lots_waiting ON {schema}.campaign_lots (tenant_number, campaign_number, channel, wakes_at)
    WHERE waiting > 0;
CREATE INDEX campaign_lots_sending ON {schema}.campaign_lots (tenant_number, campaign_number, channel, lapses_at)
    WHERE sending > 0;

-- How many customers have a row of the campaign, on whichever channel.
CREATE TABLE {schema}.campaign_audiences (
    tenant_number INTEGER NOT NULL,
    campaign_number INTEGER NOT NULL,
    customers BIGINT NOT NULL CHECK (customers >= 0),
    PRIMARY KEY (tenant_number, campaign_number)
);

-- Rows that keep the rules pay for no function, and no lock of their own: WHEN clauses look at them once they are
-- written, and what they find takes the statement back.
CREATE TRIGGER campaign_customers_begin AFTER INSERT ON {schema}.campaign_customers
    FOR EACH ROW WHEN (
        NEW.delivery_status <> 'pending' OR NEW.attempts <> 0 OR NEW.sent_at IS NOT NULL OR NEW.not_before IS NOT NULL)
    EXECUTE FUNCTION {schema}.refuse('campaign_customers_begin', 'a delivery begins as pending');
CREATE TRIGGER campaign_customers_edge AFTER UPDATE ON {schema}.campaign_customers
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
CREATE TRIGGER campaign_customers_identity AFTER UPDATE ON {schema}.campaign_customers
    FOR EACH ROW WHEN (
        OLD.tenant_number <> NEW.tenant_number OR OLD.campaign_number <> NEW.campaign_number
        OR OLD.channel <> NEW.channel OR OLD.customer_id <> NEW.customer_id
        OR ((OLD.run_number <> NEW.run_number OR OLD.lot <> NEW.lot) AND OLD.delivery_status <> 'pending'))
    EXECUTE FUNCTION {schema}.refuse('campaign_customers_identity', 'a delivery stays whose it is');
-- A claimed row is settled by the worker that names its token (SET LOCAL offerkit.claim), or moved by what a provider
-- reported, which leaves its mark.
CREATE TRIGGER campaign_customers_token AFTER UPDATE ON {schema}.campaign_customers
    FOR EACH ROW WHEN (
        OLD.delivery_status = 'sending' AND NEW.delivery_status <> 'sending'
        AND OLD.claim_token::TEXT IS DISTINCT FROM current_setting('offerkit.claim', true)
        AND NOT (NEW.delivery_status IN ('sent', 'delivered', 'bounced')
            AND NEW.reported_at IS DISTINCT FROM OLD.reported_at AND NEW.reported_at IS NOT NULL))
    EXECUTE FUNCTION {schema}.refuse('campaign_customers_token', 'a claimed delivery is settled by its claim''s holder');
-- A claim is taken over once it has lapsed.
CREATE TRIGGER campaign_customers_takeover AFTER UPDATE ON {schema}.campaign_customers
    FOR EACH ROW WHEN (
        OLD.delivery_status = 'sending' AND NEW.delivery_status = 'sending'
        AND (OLD.claim_token <> NEW.claim_token OR OLD.claim_deadline <> NEW.claim_deadline)
        AND NEW.updated_at <= OLD.claim_deadline)
    EXECUTE FUNCTION {schema}.refuse('campaign_customers_takeover', 'a claim is taken over once it has lapsed');
CREATE TRIGGER campaign_customers_kept BEFORE DELETE OR TRUNCATE ON {schema}.campaign_customers
    FOR EACH STATEMENT EXECUTE FUNCTION {schema}.refuse('campaign_customers_kept', 'a delivery is evidence');

-- Counts what was added: by lot, and customers that had no row before. PostgreSQL 15 has no least of UUIDs; their texts
-- have the same order.
CREATE FUNCTION {schema}.campaign_customers_added() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    change RECORD;
BEGIN
    INSERT INTO {schema}.campaign_lots AS it (tenant_number, campaign_number, channel, run_number, lot, first_customer,
        last_customer, pending)
    SELECT row.tenant_number, row.campaign_number, row.channel, row.run_number, row.lot,
        min(row.customer_id::TEXT COLLATE "C")::UUID, max(row.customer_id::TEXT COLLATE "C")::UUID, count(*)
    FROM added AS row GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 2, 3, 4, 5
    ON CONFLICT (tenant_number, campaign_number, channel, run_number, lot) DO UPDATE
        SET first_customer = least(it.first_customer, excluded.first_customer),
            last_customer = greatest(it.last_customer, excluded.last_customer), pending = it.pending + excluded.pending;
    FOR change IN SELECT row.tenant_number, row.campaign_number, count(*) AS rows FROM added AS row
        GROUP BY 1, 2 ORDER BY 1, 2
    LOOP
        -- Whoever adds to a campaign at the same time waits here, and sees these rows then.
        INSERT INTO {schema}.campaign_audiences AS it (tenant_number, campaign_number, customers)
            VALUES (change.tenant_number, change.campaign_number, 0)
            ON CONFLICT (tenant_number, campaign_number) DO UPDATE SET customers = it.customers;
        -- On a campaign's only channel, every row is another customer's.
        IF (SELECT min(it.channel) <> max(it.channel) FROM {schema}.campaign_lots AS it
            WHERE it.tenant_number = change.tenant_number AND it.campaign_number = change.campaign_number)
        THEN
            SELECT count(*) INTO change.rows FROM (
                SELECT FROM added AS row
                WHERE row.tenant_number = change.tenant_number AND row.campaign_number = change.campaign_number
                GROUP BY row.customer_id
                HAVING count(*) = (SELECT count(*) FROM {schema}.campaign_customers AS it
                    WHERE it.tenant_number = change.tenant_number AND it.campaign_number = change.campaign_number
                        AND it.customer_id = row.customer_id)
            ) AS newcomer;
            -- Where one channel is chosen, a customer's other rows went nowhere, or wait for no worker any more.
            PERFORM {schema}.ensure(NOT EXISTS (
                SELECT FROM {schema}.tenants AS tenant
                JOIN {schema}.campaigns AS campaign ON campaign.tenant_id = tenant.id
                    AND campaign.number = change.campaign_number AND campaign.channels <> '"all"'
                JOIN added AS row
                    ON row.tenant_number = change.tenant_number AND row.campaign_number = change.campaign_number
                JOIN {schema}.audience_runs AS mine ON mine.number = row.run_number
                WHERE tenant.number = change.tenant_number AND (SELECT count(*) FROM {schema}.campaign_customers AS it
                    JOIN {schema}.audience_runs AS theirs ON theirs.number = it.run_number
                    WHERE it.tenant_number = change.tenant_number AND it.campaign_number = change.campaign_number
                        AND it.customer_id = row.customer_id AND it.channel <> row.channel
                        AND it.delivery_status NOT IN ('suppressed', 'cancelled')
                        AND (it.delivery_status <> 'pending' OR theirs.revision = mine.revision)) > 0),
                'campaign_customers_one', 'a customer is on one of the campaign''s channels at a time');
        END IF;
        UPDATE {schema}.campaign_audiences AS it SET customers = it.customers + change.rows
            WHERE it.tenant_number = change.tenant_number AND it.campaign_number = change.campaign_number;
    END LOOP;
    RETURN NULL;
END
$$;
CREATE TRIGGER campaign_customers_added AFTER INSERT ON {schema}.campaign_customers
    REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION {schema}.campaign_customers_added();

-- A statement that may give rows to another lot says so, since looking for such rows costs each time.
CREATE FUNCTION {schema}.campaign_customers_relotted() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM set_config('offerkit.relotted', 'yes', TRUE);
    RETURN NULL;
END
$$;
CREATE TRIGGER campaign_customers_relotted BEFORE UPDATE OF run_number, lot ON {schema}.campaign_customers
    FOR EACH STATEMENT EXECUTE FUNCTION {schema}.campaign_customers_relotted();

-- Counts what moved. The lots are locked in the order of their keys.
CREATE FUNCTION {schema}.campaign_customers_moved() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    change RECORD;
BEGIN
    IF current_setting('offerkit.relotted', TRUE) = 'yes' THEN
        PERFORM set_config('offerkit.relotted', '', TRUE);
        INSERT INTO {schema}.campaign_lots AS it (tenant_number, campaign_number, channel, run_number, lot, first_customer,
            last_customer)
        SELECT row.tenant_number, row.campaign_number, row.channel, row.run_number, row.lot,
            min(row.customer_id::TEXT COLLATE "C")::UUID, max(row.customer_id::TEXT COLLATE "C")::UUID
        FROM after AS row GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 2, 3, 4, 5
        ON CONFLICT (tenant_number, campaign_number, channel, run_number, lot) DO UPDATE
            SET first_customer = least(it.first_customer, excluded.first_customer),
                last_customer = greatest(it.last_customer, excluded.last_customer);
    END IF;
    FOR change IN
        SELECT tenant_number, campaign_number, channel, run_number, lot,
            coalesce(sum(rows) FILTER (WHERE delivery_status = 'pending'), 0) AS pending,
            coalesce(sum(rows) FILTER (WHERE delivery_status = 'pending' AND is_waiting), 0) AS waiting,
            coalesce(sum(rows) FILTER (WHERE delivery_status = 'sending'), 0) AS sending,
            coalesce(sum(rows) FILTER (WHERE delivery_status = 'sent'), 0) AS sent,
            coalesce(sum(rows) FILTER (WHERE delivery_status = 'delivered'), 0) AS delivered,
            coalesce(sum(rows) FILTER (WHERE delivery_status = 'bounced'), 0) AS bounced,
            coalesce(sum(rows) FILTER (WHERE delivery_status = 'failed'), 0) AS failed,
            coalesce(sum(rows) FILTER (WHERE delivery_status = 'unknown'), 0) AS unknown,
            coalesce(sum(rows) FILTER (WHERE delivery_status = 'suppressed'), 0) AS suppressed,
            coalesce(sum(rows) FILTER (WHERE delivery_status = 'cancelled'), 0) AS cancelled,
            min(wakes_at) AS wakes_at, min(lapses_at) AS lapses_at,
            bool_or(rows < 0 AND is_waiting) AS is_woken
        FROM (
            SELECT row.tenant_number, row.campaign_number, row.channel, row.run_number, row.lot, row.delivery_status,
                row.not_before IS NOT NULL AS is_waiting, -count(*) AS rows, NULL::TIMESTAMPTZ AS wakes_at,
                NULL::TIMESTAMPTZ AS lapses_at
            FROM before AS row GROUP BY 1, 2, 3, 4, 5, 6, 7
            UNION ALL
            SELECT row.tenant_number, row.campaign_number, row.channel, row.run_number, row.lot, row.delivery_status,
                row.not_before IS NOT NULL, count(*), min(row.not_before), min(row.claim_deadline)
            FROM after AS row GROUP BY 1, 2, 3, 4, 5, 6, 7
        ) AS moved
        GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 2, 3, 4, 5
    LOOP
        IF change.is_woken THEN
            -- Who waits longest is known again from the rows, once nobody else changes them.
            PERFORM FROM {schema}.campaign_lots AS it
                WHERE it.tenant_number = change.tenant_number AND it.campaign_number = change.campaign_number
                    AND it.channel = change.channel AND it.run_number = change.run_number AND it.lot = change.lot
                FOR UPDATE;
            UPDATE {schema}.campaign_lots AS it SET wakes_at = (
                SELECT min(row.not_before) FROM {schema}.campaign_customers AS row
                WHERE row.tenant_number = it.tenant_number AND row.campaign_number = it.campaign_number
                    AND row.channel = it.channel AND row.customer_id BETWEEN it.first_customer AND it.last_customer
                    AND row.run_number = it.run_number AND row.lot = it.lot AND row.delivery_status = 'pending')
                WHERE it.tenant_number = change.tenant_number AND it.campaign_number = change.campaign_number
                    AND it.channel = change.channel AND it.run_number = change.run_number AND it.lot = change.lot;
        END IF;
        UPDATE {schema}.campaign_lots AS it SET pending = it.pending + change.pending, waiting = it.waiting + change.waiting,
            wakes_at = CASE WHEN it.waiting + change.waiting > 0 THEN least(it.wakes_at, change.wakes_at) END,
            sending = it.sending + change.sending,
            lapses_at = CASE WHEN it.sending + change.sending > 0 THEN least(it.lapses_at, change.lapses_at) END,
            sent = it.sent + change.sent, delivered = it.delivered + change.delivered, bounced = it.bounced + change.bounced,
            failed = it.failed + change.failed, unknown = it.unknown + change.unknown,
            suppressed = it.suppressed + change.suppressed, cancelled = it.cancelled + change.cancelled
            WHERE it.tenant_number = change.tenant_number AND it.campaign_number = change.campaign_number
                AND it.channel = change.channel AND it.run_number = change.run_number AND it.lot = change.lot;
        PERFORM {schema}.ensure(FOUND, 'campaign_lots_follow', 'what the ledger counts follows from its rows');
    END LOOP;
    RETURN NULL;
END
$$;
CREATE TRIGGER campaign_customers_moved AFTER UPDATE ON {schema}.campaign_customers
    REFERENCING OLD TABLE AS before NEW TABLE AS after
    FOR EACH STATEMENT EXECUTE FUNCTION {schema}.campaign_customers_moved();

-- Lots and audiences say what the ledger says: nothing but its triggers writes them.
CREATE TRIGGER campaign_lots_follow BEFORE INSERT OR UPDATE ON {schema}.campaign_lots
    FOR EACH STATEMENT WHEN (pg_trigger_depth() = 0)
    EXECUTE FUNCTION {schema}.refuse('campaign_lots_follow', 'what the ledger counts follows from its rows');
CREATE TRIGGER campaign_lots_kept BEFORE DELETE OR TRUNCATE ON {schema}.campaign_lots
    FOR EACH STATEMENT EXECUTE FUNCTION {schema}.refuse('campaign_lots_kept', 'a delivery is evidence');
CREATE TRIGGER campaign_audiences_follow BEFORE INSERT OR UPDATE ON {schema}.campaign_audiences
    FOR EACH STATEMENT WHEN (pg_trigger_depth() = 0)
    EXECUTE FUNCTION {schema}.refuse('campaign_audiences_follow', 'what the ledger counts follows from its rows');
CREATE TRIGGER campaign_audiences_kept BEFORE DELETE OR TRUNCATE ON {schema}.campaign_audiences
    FOR EACH STATEMENT EXECUTE FUNCTION {schema}.refuse('campaign_audiences_kept', 'a delivery is evidence');

CREATE FUNCTION {schema}.campaign_customers_of_run() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM {schema}.ensure(
        EXISTS (
            SELECT FROM {schema}.audience_runs AS run
            JOIN {schema}.campaigns AS campaign ON campaign.tenant_id = run.tenant_id AND campaign.id = run.campaign_id
            JOIN {schema}.tenants AS tenant ON tenant.id = run.tenant_id
            WHERE run.number = NEW.run_number AND campaign.number = NEW.campaign_number
                AND tenant.number = NEW.tenant_number),
        'campaign_customers_of_run', 'a delivery is of a run of its campaign, in its tenant');
    RETURN NULL;
END
$$;
-- Every row stands in a lot, so this holds for all of them.
CREATE TRIGGER campaign_customers_of_run AFTER INSERT ON {schema}.campaign_lots
    FOR EACH ROW EXECUTE FUNCTION {schema}.campaign_customers_of_run();

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
    channel TEXT COLLATE "C" NOT NULL CHECK (channel IN ('email', 'sms', 'push', 'webhook')),
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
    channel TEXT COLLATE "C" NOT NULL CHECK (channel IN ('email', 'sms', 'push', 'webhook')),
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
