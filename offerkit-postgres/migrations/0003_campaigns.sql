-- Segments and campaigns: whom, what, when; and who launched exactly that.

-- Versions of criteria saved under a name; a change is a new version.
CREATE TABLE {schema}.segments (
    tenant_id UUID NOT NULL REFERENCES {schema}.tenants (id) ON DELETE RESTRICT,
    id UUID NOT NULL,
    name TEXT NOT NULL CHECK (name ~ '^[a-z][a-z0-9_]{0,63}$'),
    version BIGINT NOT NULL CHECK (version > 0),
    description TEXT,
    criteria_source TEXT NOT NULL,
    criteria_canonical TEXT NOT NULL,
    criteria JSONB NOT NULL GENERATED ALWAYS AS (criteria_canonical::JSONB) STORED,
    criteria_digest BYTEA NOT NULL CHECK (octet_length(criteria_digest) = 32),
    criteria_language INTEGER NOT NULL CHECK (criteria_language BETWEEN 0 AND 65535),
    criteria_catalog BIGINT NOT NULL CHECK (criteria_catalog >= 0),
    -- The versions of segments that the document names without one, by name.
    criteria_pins JSONB NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(criteria_pins) = 'object'),
    author UUID NOT NULL REFERENCES {schema}.users (id) ON DELETE RESTRICT,
    written_at TIMESTAMPTZ NOT NULL CHECK (isfinite(written_at)),
    PRIMARY KEY (tenant_id, id),
    CONSTRAINT segments_version_key UNIQUE (tenant_id, name, version),
    CONSTRAINT segments_digest_key UNIQUE (tenant_id, id, criteria_digest)
);

CREATE TABLE {schema}.campaigns (
    tenant_id UUID NOT NULL REFERENCES {schema}.tenants (id) ON DELETE RESTRICT,
    id UUID NOT NULL,
    -- Stands for the id in the ledger, whose rows are many.
    number INTEGER GENERATED ALWAYS AS IDENTITY,
    status TEXT NOT NULL DEFAULT 'draft' CHECK (status IN ('draft', 'active', 'paused', 'completed')),
    offer_id UUID NOT NULL,
    name TEXT NOT NULL,
    description TEXT,
    -- Decides whose consent the messages need.
    purpose TEXT NOT NULL DEFAULT 'marketing' CHECK (purpose IN ('marketing', 'service')),
    criteria_source TEXT NOT NULL,
    criteria_canonical TEXT NOT NULL,
    selection_criteria JSONB NOT NULL GENERATED ALWAYS AS (criteria_canonical::JSONB) STORED,
    criteria_digest BYTEA NOT NULL CHECK (octet_length(criteria_digest) = 32),
    criteria_language INTEGER NOT NULL CHECK (criteria_language BETWEEN 0 AND 65535),
    criteria_catalog BIGINT NOT NULL CHECK (criteria_catalog >= 0),
    criteria_pins JSONB NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(criteria_pins) = 'object'),
    -- The canonical text of the channels, each with its message.
    messages TEXT NOT NULL CHECK (jsonb_typeof(messages::JSONB) = 'object'),
    messages_digest BYTEA NOT NULL GENERATED ALWAYS AS (sha256({schema}.utf8(messages))) STORED,
    -- The canonical text of over which of them a customer is reached: "all", or an order of which the first is taken.
    channels TEXT NOT NULL DEFAULT '"all"' CHECK (jsonb_typeof(channels::JSONB) IN ('string', 'object')),
    -- The canonical text of what becomes of a missed start, and of when the audience is filled again.
    schedule TEXT NOT NULL DEFAULT '{"missed_start":"run","refresh":null}' CHECK (jsonb_typeof(schedule::JSONB) = 'object'),
    schedule_digest BYTEA NOT NULL GENERATED ALWAYS AS (sha256({schema}.utf8(schedule))) STORED,
    start_date DATE NOT NULL CHECK (start_date BETWEEN '0001-01-01' AND '9999-12-31'),
    end_date DATE NOT NULL CHECK (end_date BETWEEN '0001-01-01' AND '9999-12-31'),
    revision BIGINT NOT NULL CHECK (revision > 0),
    launch_number BIGINT,
    request_by UUID REFERENCES {schema}.users (id) ON DELETE RESTRICT,
    request_at TIMESTAMPTZ CHECK (isfinite(request_at)),
    request_revision BIGINT,
    request_counted BIGINT CHECK (request_counted >= 0),
    pause_reason TEXT,
    created_by UUID NOT NULL REFERENCES {schema}.users (id) ON DELETE RESTRICT,
    created_at TIMESTAMPTZ NOT NULL CHECK (isfinite(created_at)),
    updated_at TIMESTAMPTZ NOT NULL CHECK (isfinite(updated_at)),
    version BIGINT NOT NULL DEFAULT 1 CHECK (version > 0),
    PRIMARY KEY (tenant_id, id),
    CONSTRAINT campaigns_number_key UNIQUE (number),
    CONSTRAINT campaigns_offer_key UNIQUE (tenant_id, id, offer_id),
    CONSTRAINT campaigns_offer_fkey FOREIGN KEY (tenant_id, offer_id)
        REFERENCES {schema}.offers (tenant_id, id) ON DELETE RESTRICT,
    CONSTRAINT campaigns_dates_check CHECK (start_date <= end_date),
    CONSTRAINT campaigns_request_check CHECK (
        num_nonnulls(request_by, request_at, request_revision, request_counted) IN (0, 4)),
    CONSTRAINT campaigns_runs_by_launch CHECK (status = 'draft' OR launch_number IS NOT NULL)
);
CREATE INDEX campaigns_offer ON {schema}.campaigns (tenant_id, offer_id, id);
CREATE INDEX campaigns_created_by ON {schema}.campaigns (tenant_id, created_by, id);
CREATE INDEX campaigns_status ON {schema}.campaigns (tenant_id, status, id);
-- Those of a day are among those that have not ended before it.
CREATE INDEX campaigns_end_date ON {schema}.campaigns (tenant_id, end_date);
CREATE INDEX campaigns_requested ON {schema}.campaigns (tenant_id, id) WHERE request_by IS NOT NULL;

-- The segment versions that the criteria of a campaign's revision use.
CREATE TABLE {schema}.campaign_segments (
    tenant_id UUID NOT NULL,
    campaign_id UUID NOT NULL,
    revision BIGINT NOT NULL CHECK (revision > 0),
    position INTEGER NOT NULL CHECK (position > 0),
    segment_id UUID NOT NULL,
    criteria_digest BYTEA NOT NULL,
    PRIMARY KEY (tenant_id, campaign_id, revision, position),
    CONSTRAINT campaign_segments_segment_key UNIQUE (tenant_id, campaign_id, revision, segment_id),
    CONSTRAINT campaign_segments_campaign_fkey FOREIGN KEY (tenant_id, campaign_id)
        REFERENCES {schema}.campaigns (tenant_id, id) ON DELETE RESTRICT,
    CONSTRAINT campaign_segments_segment_fkey FOREIGN KEY (tenant_id, segment_id, criteria_digest)
        REFERENCES {schema}.segments (tenant_id, id, criteria_digest) ON DELETE RESTRICT
);

-- Who wrote and who requested, for ever; those since the last launch bear its number (0 before the first).
CREATE TABLE {schema}.campaign_contributions (
    tenant_id UUID NOT NULL,
    campaign_id UUID NOT NULL,
    position BIGINT NOT NULL CHECK (position > 0),
    user_id UUID NOT NULL REFERENCES {schema}.users (id) ON DELETE RESTRICT,
    kind TEXT NOT NULL CHECK (kind IN ('wrote', 'requested_launch', 'wrote_segment')),
    revision BIGINT NOT NULL CHECK (revision > 0),
    at TIMESTAMPTZ NOT NULL CHECK (isfinite(at)),
    -- Set by the database.
    since_launch BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (tenant_id, campaign_id, position),
    CONSTRAINT campaign_contributions_campaign_fkey FOREIGN KEY (tenant_id, campaign_id)
        REFERENCES {schema}.campaigns (tenant_id, id) ON DELETE RESTRICT
);

-- A launch pins everything that is sent: an approved revision, by its digest, and the digests of the plan.
CREATE TABLE {schema}.campaign_launches (
    tenant_id UUID NOT NULL,
    campaign_id UUID NOT NULL,
    number BIGINT NOT NULL CHECK (number > 0),
    launched_by UUID NOT NULL REFERENCES {schema}.users (id) ON DELETE RESTRICT,
    launched_at TIMESTAMPTZ NOT NULL CHECK (isfinite(launched_at)),
    revision BIGINT NOT NULL CHECK (revision > 0),
    offer_id UUID NOT NULL,
    offer_revision BIGINT NOT NULL,
    offer_digest BYTEA NOT NULL,
    criteria_digest BYTEA NOT NULL CHECK (octet_length(criteria_digest) = 32),
    messages_digest BYTEA NOT NULL CHECK (octet_length(messages_digest) = 32),
    schedule_digest BYTEA NOT NULL CHECK (octet_length(schedule_digest) = 32),
    counted BIGINT NOT NULL CHECK (counted >= 0),
    ceiling BIGINT NOT NULL CHECK (ceiling >= 0),
    PRIMARY KEY (tenant_id, campaign_id, number),
    CONSTRAINT campaign_launches_campaign_fkey FOREIGN KEY (tenant_id, campaign_id)
        REFERENCES {schema}.campaigns (tenant_id, id) ON DELETE RESTRICT,
    CONSTRAINT campaign_launches_approved_fkey FOREIGN KEY (tenant_id, offer_id, offer_revision, offer_digest)
        REFERENCES {schema}.offer_approvals (tenant_id, offer_id, revision, digest) ON DELETE RESTRICT
);
ALTER TABLE {schema}.campaigns
    ADD CONSTRAINT campaigns_launch_fkey FOREIGN KEY (tenant_id, id, launch_number)
        REFERENCES {schema}.campaign_launches (tenant_id, campaign_id, number) ON DELETE RESTRICT;

CREATE TABLE {schema}.offer_comments (
    tenant_id UUID NOT NULL REFERENCES {schema}.tenants (id) ON DELETE RESTRICT,
    id UUID NOT NULL,
    -- What it is about: an offer, or a campaign that sends one.
    offer_id UUID,
    campaign_id UUID,
    revision BIGINT NOT NULL CHECK (revision > 0),
    kind TEXT NOT NULL CHECK (kind IN ('note', 'rejection', 'change_request', 'retirement', 'decline', 'pause')),
    body TEXT NOT NULL,
    -- Nobody where the library itself said it.
    author UUID REFERENCES {schema}.users (id) ON DELETE RESTRICT,
    at TIMESTAMPTZ NOT NULL CHECK (isfinite(at)),
    PRIMARY KEY (tenant_id, id),
    CONSTRAINT offer_comments_subject_check CHECK (num_nonnulls(offer_id, campaign_id) = 1),
    CONSTRAINT offer_comments_offer_fkey FOREIGN KEY (tenant_id, offer_id)
        REFERENCES {schema}.offers (tenant_id, id) ON DELETE RESTRICT,
    CONSTRAINT offer_comments_campaign_fkey FOREIGN KEY (tenant_id, campaign_id)
        REFERENCES {schema}.campaigns (tenant_id, id) ON DELETE RESTRICT
);
CREATE INDEX offer_comments_offer ON {schema}.offer_comments (tenant_id, offer_id, id) WHERE offer_id IS NOT NULL;
CREATE INDEX offer_comments_campaign ON {schema}.offer_comments (tenant_id, campaign_id, id)
    WHERE campaign_id IS NOT NULL;

CREATE FUNCTION {schema}.campaigns_begin() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM {schema}.ensure(
        NEW.status = 'draft' AND NEW.launch_number IS NULL AND NEW.version = 1,
        'campaigns_begin', 'a campaign begins as a draft');
    RETURN NEW;
END
$$;
CREATE TRIGGER campaigns_begin BEFORE INSERT ON {schema}.campaigns
    FOR EACH ROW EXECUTE FUNCTION {schema}.campaigns_begin();

CREATE FUNCTION {schema}.campaigns_follow() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    is_launched BOOLEAN := NEW.launch_number IS DISTINCT FROM OLD.launch_number;
    -- A generated column has no value yet before the row is written, so its source stands here.
    is_changed BOOLEAN := (
        NEW.offer_id, NEW.name, NEW.description, NEW.purpose, NEW.criteria_source, NEW.criteria_canonical, NEW.criteria_digest,
        NEW.criteria_language, NEW.criteria_catalog, NEW.criteria_pins, NEW.messages, NEW.channels, NEW.schedule,
        NEW.start_date, NEW.end_date)
        IS DISTINCT FROM (
        OLD.offer_id, OLD.name, OLD.description, OLD.purpose, OLD.criteria_source, OLD.criteria_canonical, OLD.criteria_digest,
        OLD.criteria_language, OLD.criteria_catalog, OLD.criteria_pins, OLD.messages, OLD.channels, OLD.schedule,
        OLD.start_date, OLD.end_date);
    runs_as_launched BOOLEAN;
BEGIN
    PERFORM {schema}.ensure(
        (NEW.tenant_id, NEW.id, NEW.number, NEW.created_by, NEW.created_at)
            = (OLD.tenant_id, OLD.id, OLD.number, OLD.created_by, OLD.created_at)
            AND NEW.version = OLD.version + 1,
        'campaigns_identity', 'a campaign stays whose it is, and every change has the next version');
    runs_as_launched := EXISTS (SELECT FROM {schema}.campaign_launches AS launch
        WHERE launch.tenant_id = NEW.tenant_id AND launch.campaign_id = NEW.id AND launch.number = NEW.launch_number
            AND launch.revision = NEW.revision AND launch.criteria_digest = NEW.criteria_digest
            AND launch.messages_digest = sha256({schema}.utf8(NEW.messages))
            AND launch.schedule_digest = sha256({schema}.utf8(NEW.schedule)));
    PERFORM {schema}.ensure(
        NEW.launch_number IS NOT NULL OR OLD.launch_number IS NULL,
        'campaigns_launch_kept', 'a launch is not forgotten');
    PERFORM {schema}.ensure(
        NOT is_launched OR NEW.launch_number = coalesce(OLD.launch_number, 0) + 1,
        'campaigns_launch_next', 'launches are numbered without gaps');
    PERFORM {schema}.ensure(
        CASE OLD.status || ' ' || NEW.status
            WHEN 'draft active' THEN runs_as_launched
            WHEN 'paused active' THEN runs_as_launched
            WHEN 'draft draft' THEN NOT is_launched
            WHEN 'active active' THEN NOT is_launched
            WHEN 'active paused' THEN NOT is_launched
            WHEN 'active completed' THEN NOT is_launched
            WHEN 'paused paused' THEN NOT is_launched
            WHEN 'paused completed' THEN NOT is_launched
            ELSE FALSE
        END,
        'campaigns_status_edge', 'the campaign''s status does not lead there');
    PERFORM {schema}.ensure(
        NOT is_launched OR (NOT is_changed AND NEW.revision = OLD.revision),
        'campaigns_launch_unchanged', 'a launch changes nothing of what is launched');
    PERFORM {schema}.ensure(
        NOT is_changed OR (OLD.status IN ('draft', 'paused') AND NEW.status = OLD.status),
        'campaigns_plan_held', 'a campaign that runs is not edited');
    PERFORM {schema}.ensure(
        NEW.revision = OLD.revision + CASE WHEN is_changed THEN 1 ELSE 0 END,
        'campaigns_revision', 'a changed plan has the next revision');
    RETURN NEW;
END
$$;
CREATE TRIGGER campaigns_follow BEFORE UPDATE ON {schema}.campaigns
    FOR EACH ROW EXECUTE FUNCTION {schema}.campaigns_follow();

CREATE FUNCTION {schema}.campaign_contributions_since() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    SELECT coalesce(it.launch_number, 0) INTO NEW.since_launch FROM {schema}.campaigns AS it
        WHERE it.tenant_id = NEW.tenant_id AND it.id = NEW.campaign_id;
    -- Where there is no such campaign, the foreign key refuses.
    NEW.since_launch := coalesce(NEW.since_launch, 0);
    RETURN NEW;
END
$$;
CREATE TRIGGER campaign_contributions_since BEFORE INSERT ON {schema}.campaign_contributions
    FOR EACH ROW EXECUTE FUNCTION {schema}.campaign_contributions_since();

-- Another person launches, and launches what is there. The campaign's row is locked, so that an edit comes before or
-- after.
CREATE FUNCTION {schema}.campaign_launches_four_eyes() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    campaign {schema}.campaigns%ROWTYPE;
    last_revision BIGINT;
BEGIN
    SELECT * INTO campaign FROM {schema}.campaigns AS it
        WHERE it.tenant_id = NEW.tenant_id AND it.id = NEW.campaign_id FOR UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = '23503', CONSTRAINT = 'campaign_launches_campaign_fkey',
            MESSAGE = 'a launch is of a campaign';
    END IF;
    PERFORM {schema}.ensure(
        NEW.number = coalesce(campaign.launch_number, 0) + 1,
        'campaign_launches_next', 'launches are numbered without gaps');
    PERFORM {schema}.ensure(
        campaign.status IN ('draft', 'paused'),
        'campaign_launches_status', 'the campaign''s status does not lead there');
    PERFORM {schema}.ensure(
        EXISTS (SELECT FROM {schema}.offer_approvals AS it
            WHERE it.tenant_id = NEW.tenant_id AND it.offer_id = campaign.offer_id
                AND it.revision = NEW.offer_revision AND it.digest = NEW.offer_digest)
            AND NEW.offer_id = campaign.offer_id,
        'campaign_launches_approved', 'a launch sends an approved revision of the offer');
    PERFORM {schema}.ensure(
        NEW.revision = campaign.revision AND NEW.criteria_digest = campaign.criteria_digest
            AND NEW.messages_digest = campaign.messages_digest AND NEW.schedule_digest = campaign.schedule_digest,
        'campaign_launches_digests', 'a launch names the digests of what is launched');
    SELECT it.revision INTO last_revision FROM {schema}.campaign_launches AS it
        WHERE it.tenant_id = NEW.tenant_id AND it.campaign_id = NEW.campaign_id
            AND it.number = campaign.launch_number;
    PERFORM {schema}.ensure(
        NOT EXISTS (SELECT FROM {schema}.campaign_contributions AS it
            WHERE it.tenant_id = NEW.tenant_id AND it.campaign_id = NEW.campaign_id
                AND it.since_launch = NEW.number - 1 AND it.user_id = NEW.launched_by),
        'campaign_launches_four_eyes',
        'nobody launches a campaign they wrote or requested since its last launch');
    PERFORM {schema}.ensure(
        NOT EXISTS (SELECT FROM {schema}.campaign_segments AS pin
            JOIN {schema}.segments AS segment ON segment.tenant_id = pin.tenant_id AND segment.id = pin.segment_id
            WHERE pin.tenant_id = NEW.tenant_id AND pin.campaign_id = NEW.campaign_id AND pin.revision = NEW.revision
                AND segment.author = NEW.launched_by
                AND NOT EXISTS (SELECT FROM {schema}.campaign_segments AS before
                    WHERE before.tenant_id = pin.tenant_id AND before.campaign_id = pin.campaign_id
                        AND before.revision = last_revision AND before.segment_id = pin.segment_id)),
        'campaign_launches_segment_authors',
        'nobody launches a campaign with a segment they wrote and that its last launch did not use');
    RETURN NEW;
END
$$;
CREATE TRIGGER campaign_launches_four_eyes BEFORE INSERT ON {schema}.campaign_launches
    FOR EACH ROW EXECUTE FUNCTION {schema}.campaign_launches_four_eyes();

-- A launch and the campaign that runs by it are committed together.
CREATE FUNCTION {schema}.campaign_launches_taken() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM {schema}.ensure(
        EXISTS (SELECT FROM {schema}.campaigns AS it
            WHERE it.tenant_id = NEW.tenant_id AND it.id = NEW.campaign_id AND it.launch_number >= NEW.number),
        'campaign_launches_taken', 'a launch makes its campaign active');
    RETURN NULL;
END
$$;
CREATE CONSTRAINT TRIGGER campaign_launches_taken AFTER INSERT ON {schema}.campaign_launches
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION {schema}.campaign_launches_taken();

-- Pins belong to the revision that is being written.
CREATE FUNCTION {schema}.campaign_segments_current() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM {schema}.ensure(
        EXISTS (SELECT FROM {schema}.campaigns AS it
            WHERE it.tenant_id = NEW.tenant_id AND it.id = NEW.campaign_id AND it.revision = NEW.revision
                AND it.status IN ('draft', 'paused')),
        'campaign_segments_current', 'segments are pinned for the revision that is written');
    RETURN NULL;
END
$$;
CREATE CONSTRAINT TRIGGER campaign_segments_current AFTER INSERT ON {schema}.campaign_segments
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION {schema}.campaign_segments_current();

CREATE TRIGGER segments_unchanged BEFORE UPDATE OR DELETE OR TRUNCATE ON {schema}.segments
    FOR EACH STATEMENT EXECUTE FUNCTION {schema}.refuse(
        'segments_unchanged', 'a version of a segment never changes');
CREATE TRIGGER campaign_segments_unchanged BEFORE UPDATE OR DELETE OR TRUNCATE ON {schema}.campaign_segments
    FOR EACH STATEMENT EXECUTE FUNCTION {schema}.refuse(
        'campaign_segments_unchanged', 'what a revision pinned is not forgotten');
CREATE TRIGGER campaign_contributions_unchanged BEFORE UPDATE OR DELETE OR TRUNCATE ON {schema}.campaign_contributions
    FOR EACH STATEMENT EXECUTE FUNCTION {schema}.refuse(
        'campaign_contributions_unchanged', 'who took part is not forgotten');
CREATE TRIGGER campaign_launches_unchanged BEFORE UPDATE OR DELETE OR TRUNCATE ON {schema}.campaign_launches
    FOR EACH STATEMENT EXECUTE FUNCTION {schema}.refuse(
        'campaign_launches_unchanged', 'a launch never changes');
CREATE TRIGGER offer_comments_unchanged BEFORE UPDATE OR DELETE OR TRUNCATE ON {schema}.offer_comments
    FOR EACH STATEMENT EXECUTE FUNCTION {schema}.refuse(
        'offer_comments_unchanged', 'a comment never changes');
CREATE TRIGGER campaigns_kept BEFORE DELETE OR TRUNCATE ON {schema}.campaigns
    FOR EACH STATEMENT EXECUTE FUNCTION {schema}.refuse(
        'campaigns_kept', 'a campaign is completed, never deleted');
