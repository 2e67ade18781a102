-- Offers: what may be proposed, what was proposed, by whom, and who approved exactly what.

CREATE TABLE {schema}.offer_configurations (
    tenant_id UUID NOT NULL REFERENCES {schema}.tenants (id) ON DELETE RESTRICT,
    version BIGINT NOT NULL CHECK (version > 0),
    schema JSON NOT NULL,
    criteria_fields TEXT[],
    channels TEXT[] NOT NULL CHECK (channels <@ ARRAY['email', 'sms', 'push', 'webhook']),
    time_zone TEXT NOT NULL,
    contact_rules JSONB NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(contact_rules) = 'object'),
    protected_fields TEXT[] NOT NULL,
    published_by UUID NOT NULL REFERENCES {schema}.users (id) ON DELETE RESTRICT,
    published_at TIMESTAMPTZ NOT NULL CHECK (isfinite(published_at)),
    PRIMARY KEY (tenant_id, version)
);

CREATE TABLE {schema}.offers (
    tenant_id UUID NOT NULL REFERENCES {schema}.tenants (id) ON DELETE RESTRICT,
    id UUID NOT NULL,
    status TEXT NOT NULL DEFAULT 'draft' CHECK (status IN ('draft', 'submitted', 'approved', 'rejected')),
    working_revision BIGINT NOT NULL CHECK (working_revision > 0),
    latest_revision BIGINT NOT NULL CHECK (latest_revision >= working_revision),
    live_revision BIGINT CHECK (live_revision <= latest_revision),
    submitted_at TIMESTAMPTZ CHECK (isfinite(submitted_at)),
    retired_at TIMESTAMPTZ CHECK (isfinite(retired_at)),
    deleted_at TIMESTAMPTZ CHECK (isfinite(deleted_at)),
    created_by UUID NOT NULL REFERENCES {schema}.users (id) ON DELETE RESTRICT,
    created_at TIMESTAMPTZ NOT NULL CHECK (isfinite(created_at)),
    updated_at TIMESTAMPTZ NOT NULL CHECK (isfinite(updated_at)),
    version BIGINT NOT NULL DEFAULT 1 CHECK (version > 0),
    PRIMARY KEY (tenant_id, id),
    CONSTRAINT offers_approved_is_live CHECK (status <> 'approved' OR live_revision IS NOT DISTINCT FROM working_revision)
);
CREATE INDEX offers_status ON {schema}.offers (tenant_id, status, id);
CREATE INDEX offers_created_by ON {schema}.offers (tenant_id, created_by, id);
CREATE INDEX offers_created_at ON {schema}.offers (tenant_id, created_at);
CREATE INDEX offers_live ON {schema}.offers (tenant_id, id) WHERE live_revision IS NOT NULL AND retired_at IS NULL;

-- What a revision says never changes. `content` is the canonical text; what is derived from it, the database derives.
CREATE TABLE {schema}.offer_revisions (
    tenant_id UUID NOT NULL,
    offer_id UUID NOT NULL,
    number BIGINT NOT NULL CHECK (number > 0),
    content TEXT NOT NULL,
    data JSONB NOT NULL GENERATED ALWAYS AS (content::JSONB) STORED,
    valid_from DATE CHECK (valid_from BETWEEN '0001-01-01' AND '9999-12-31'),
    valid_until DATE CHECK (valid_until BETWEEN '0001-01-01' AND '9999-12-31'),
    digest BYTEA NOT NULL GENERATED ALWAYS AS (
        {schema}.digest_of_parts(content, {schema}.iso_date(valid_from), {schema}.iso_date(valid_until))) STORED,
    configuration BIGINT NOT NULL,
    author UUID NOT NULL REFERENCES {schema}.users (id) ON DELETE RESTRICT,
    written_at TIMESTAMPTZ NOT NULL CHECK (isfinite(written_at)),
    PRIMARY KEY (tenant_id, offer_id, number),
    CONSTRAINT offer_revisions_digest_key UNIQUE (tenant_id, offer_id, number, digest),
    CONSTRAINT offer_revisions_offer_fkey FOREIGN KEY (tenant_id, offer_id)
        REFERENCES {schema}.offers (tenant_id, id) ON DELETE RESTRICT,
    CONSTRAINT offer_revisions_configuration_fkey FOREIGN KEY (tenant_id, configuration)
        REFERENCES {schema}.offer_configurations (tenant_id, version) ON DELETE RESTRICT,
    CONSTRAINT offer_revisions_content_check CHECK (jsonb_typeof(content::JSONB) = 'object'),
    CONSTRAINT offer_revisions_validity_check CHECK (valid_from <= valid_until)
);
-- Members of an offer's data, as lists are filtered by them.
CREATE INDEX offer_revisions_data ON {schema}.offer_revisions USING GIN (data jsonb_path_ops);

-- An offer comes with its first revision and an edit with the next one; the order of the two statements is free.
ALTER TABLE {schema}.offers
    ADD CONSTRAINT offers_working_revision_fkey FOREIGN KEY (tenant_id, id, working_revision)
        REFERENCES {schema}.offer_revisions (tenant_id, offer_id, number) ON DELETE RESTRICT DEFERRABLE INITIALLY DEFERRED,
    ADD CONSTRAINT offers_latest_revision_fkey FOREIGN KEY (tenant_id, id, latest_revision)
        REFERENCES {schema}.offer_revisions (tenant_id, offer_id, number) ON DELETE RESTRICT DEFERRABLE INITIALLY DEFERRED;

-- Who wrote and who submitted, for ever; those of revisions after the live one are the contributions since the last
-- approval.
CREATE TABLE {schema}.offer_contributions (
    tenant_id UUID NOT NULL,
    offer_id UUID NOT NULL,
    position BIGINT NOT NULL CHECK (position > 0),
    user_id UUID NOT NULL REFERENCES {schema}.users (id) ON DELETE RESTRICT,
    kind TEXT NOT NULL CHECK (kind IN ('wrote', 'submitted')),
    revision BIGINT NOT NULL,
    at TIMESTAMPTZ NOT NULL CHECK (isfinite(at)),
    PRIMARY KEY (tenant_id, offer_id, position),
    CONSTRAINT offer_contributions_revision_fkey FOREIGN KEY (tenant_id, offer_id, revision)
        REFERENCES {schema}.offer_revisions (tenant_id, offer_id, number) ON DELETE RESTRICT
        DEFERRABLE INITIALLY DEFERRED
);

-- An approval names a revision and the digest of what it says; the key holds the two together.
CREATE TABLE {schema}.offer_approvals (
    tenant_id UUID NOT NULL,
    offer_id UUID NOT NULL,
    revision BIGINT NOT NULL,
    digest BYTEA NOT NULL,
    approver UUID NOT NULL REFERENCES {schema}.users (id) ON DELETE RESTRICT,
    at TIMESTAMPTZ NOT NULL CHECK (isfinite(at)),
    comment TEXT,
    PRIMARY KEY (tenant_id, offer_id, revision),
    CONSTRAINT offer_approvals_digest_key UNIQUE (tenant_id, offer_id, revision, digest),
    CONSTRAINT offer_approvals_content_fkey FOREIGN KEY (tenant_id, offer_id, revision, digest)
        REFERENCES {schema}.offer_revisions (tenant_id, offer_id, number, digest) ON DELETE RESTRICT
);
ALTER TABLE {schema}.offers
    ADD CONSTRAINT offers_live_revision_fkey FOREIGN KEY (tenant_id, id, live_revision)
        REFERENCES {schema}.offer_approvals (tenant_id, offer_id, revision) ON DELETE RESTRICT;

CREATE FUNCTION {schema}.offers_begin() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM {schema}.ensure(
        NEW.status = 'draft' AND NEW.working_revision = 1 AND NEW.latest_revision = 1 AND NEW.live_revision IS NULL
            AND NEW.version = 1,
        'offers_begin', 'an offer begins as a draft with its first revision');
    RETURN NEW;
END
$$;
CREATE TRIGGER offers_begin BEFORE INSERT ON {schema}.offers
    FOR EACH ROW EXECUTE FUNCTION {schema}.offers_begin();

CREATE FUNCTION {schema}.offers_follow() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    is_new BOOLEAN := NEW.working_revision = OLD.latest_revision + 1;
    is_same BOOLEAN := NEW.working_revision = OLD.working_revision;
    keeps_live BOOLEAN := NEW.live_revision IS NOT DISTINCT FROM OLD.live_revision;
    discards BOOLEAN := keeps_live AND NEW.live_revision IS NOT DISTINCT FROM NEW.working_revision;
BEGIN
    PERFORM {schema}.ensure(OLD.deleted_at IS NULL, 'offers_deleted', 'a deleted offer is not changed');
    PERFORM {schema}.ensure(OLD.retired_at IS NULL, 'offers_retired', 'a retired offer is not changed');
    PERFORM {schema}.ensure(
        (NEW.tenant_id, NEW.id, NEW.created_by, NEW.created_at) = (OLD.tenant_id, OLD.id, OLD.created_by, OLD.created_at)
            AND NEW.version = OLD.version + 1,
        'offers_identity', 'an offer stays whose it is, and every change has the next version');
    PERFORM {schema}.ensure(
        NEW.deleted_at IS NULL OR OLD.live_revision IS NULL,
        'offers_approved_not_deleted', 'an offer that was approved is not deleted');
    PERFORM {schema}.ensure(
        NEW.working_revision <= OLD.latest_revision + 1,
        'offers_revision_gap', 'revisions are numbered without gaps');
    PERFORM {schema}.ensure(
        NEW.latest_revision = CASE WHEN is_new THEN NEW.working_revision ELSE OLD.latest_revision END,
        'offers_latest_revision', 'the latest revision is the one with the highest number');
    PERFORM {schema}.ensure(
        is_new OR is_same OR NEW.working_revision IS NOT DISTINCT FROM OLD.live_revision,
        'offers_working_revision', 'an offer goes back to its live revision alone');
    PERFORM {schema}.ensure(
        CASE OLD.status || ' ' || NEW.status
            WHEN 'draft draft' THEN is_new OR is_same
            WHEN 'submitted draft' THEN is_new OR is_same
            WHEN 'rejected draft' THEN is_new OR is_same
            WHEN 'approved draft' THEN is_new
            WHEN 'draft submitted' THEN is_same
            WHEN 'submitted submitted' THEN is_same
            WHEN 'submitted rejected' THEN is_same
            WHEN 'rejected rejected' THEN is_same
            WHEN 'approved approved' THEN is_same
            WHEN 'submitted approved' THEN is_same OR discards
            WHEN 'draft approved' THEN discards
            WHEN 'rejected approved' THEN discards
            ELSE FALSE
        END,
        'offers_status_edge', 'the offer''s status does not lead there');
    -- That there is an approval of it, and of exactly this content, is a foreign key's.
    PERFORM {schema}.ensure(
        keeps_live OR (NEW.live_revision = OLD.working_revision AND OLD.status = 'submitted' AND NEW.status = 'approved'),
        'offers_live_by_approval', 'a revision becomes live by its approval alone');
    IF OLD.status = 'draft' AND NEW.status = 'submitted' THEN
        PERFORM {schema}.ensure(
            EXISTS (SELECT FROM {schema}.offer_contributions AS contribution
                WHERE contribution.tenant_id = NEW.tenant_id AND contribution.offer_id = NEW.id
                    AND contribution.revision = NEW.working_revision AND contribution.kind = 'submitted'
                    AND contribution.at = NEW.submitted_at),
            'offers_submitter', 'whoever submits an offer is kept as a contributor');
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER offers_follow BEFORE UPDATE ON {schema}.offers
    FOR EACH ROW EXECUTE FUNCTION {schema}.offers_follow();

-- At the commit every revision is one that its offer counts.
CREATE FUNCTION {schema}.offer_revisions_counted() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM {schema}.ensure(
        EXISTS (SELECT FROM {schema}.offers AS offer
            WHERE offer.tenant_id = NEW.tenant_id AND offer.id = NEW.offer_id AND NEW.number <= offer.latest_revision),
        'offer_revisions_counted', 'revisions are numbered without gaps');
    RETURN NULL;
END
$$;
CREATE CONSTRAINT TRIGGER offer_revisions_counted AFTER INSERT ON {schema}.offer_revisions
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION {schema}.offer_revisions_counted();

-- Four eyes: by what is stored, whatever a service asks. The offer's row is locked, so that an edit comes before or after.
CREATE FUNCTION {schema}.offer_approvals_four_eyes() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    offer {schema}.offers%ROWTYPE;
    stored BYTEA;
    approved BIGINT;
BEGIN
    SELECT * INTO offer FROM {schema}.offers AS it
        WHERE it.tenant_id = NEW.tenant_id AND it.id = NEW.offer_id AND it.deleted_at IS NULL FOR UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = '23503', CONSTRAINT = 'offer_approvals_offer_fkey',
            MESSAGE = 'an approval is of an offer';
    END IF;
    SELECT digest INTO stored FROM {schema}.offer_revisions AS it
        WHERE it.tenant_id = NEW.tenant_id AND it.offer_id = NEW.offer_id AND it.number = NEW.revision;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = '23503', CONSTRAINT = 'offer_approvals_revision_fkey',
            MESSAGE = 'an approval is of a revision';
    END IF;
    PERFORM {schema}.ensure(
        stored = NEW.digest, 'offer_approvals_content', 'an approval names the digest of its revision');
    PERFORM {schema}.ensure(
        offer.status = 'submitted' AND offer.working_revision = NEW.revision,
        'offer_approvals_submitted', 'what is approved is the submitted revision');
    SELECT coalesce(max(it.revision), 0) INTO approved FROM {schema}.offer_approvals AS it
        WHERE it.tenant_id = NEW.tenant_id AND it.offer_id = NEW.offer_id;
    PERFORM {schema}.ensure(
        NOT EXISTS (SELECT FROM {schema}.offer_revisions AS it
            WHERE it.tenant_id = NEW.tenant_id AND it.offer_id = NEW.offer_id AND it.number > approved
                AND it.author = NEW.approver)
        AND NOT EXISTS (SELECT FROM {schema}.offer_contributions AS it
            WHERE it.tenant_id = NEW.tenant_id AND it.offer_id = NEW.offer_id AND it.revision > approved
                AND it.user_id = NEW.approver),
        'offer_approvals_four_eyes', 'nobody approves an offer they wrote or submitted since its last approval');
    RETURN NEW;
END
$$;
CREATE TRIGGER offer_approvals_four_eyes BEFORE INSERT ON {schema}.offer_approvals
    FOR EACH ROW EXECUTE FUNCTION {schema}.offer_approvals_four_eyes();

-- Evidence: added to, never changed.
CREATE TRIGGER offer_configurations_unchanged BEFORE UPDATE OR DELETE OR TRUNCATE ON {schema}.offer_configurations
    FOR EACH STATEMENT EXECUTE FUNCTION {schema}.refuse(
        'offer_configurations_unchanged', 'a published configuration never changes');
CREATE TRIGGER offer_revisions_unchanged BEFORE UPDATE OR DELETE OR TRUNCATE ON {schema}.offer_revisions
    FOR EACH STATEMENT EXECUTE FUNCTION {schema}.refuse(
        'offer_revisions_unchanged', 'a stored revision never changes');
CREATE TRIGGER offer_contributions_unchanged BEFORE UPDATE OR DELETE OR TRUNCATE ON {schema}.offer_contributions
    FOR EACH STATEMENT EXECUTE FUNCTION {schema}.refuse(
        'offer_contributions_unchanged', 'who took part is not forgotten');
CREATE TRIGGER offer_approvals_unchanged BEFORE UPDATE OR DELETE OR TRUNCATE ON {schema}.offer_approvals
    FOR EACH STATEMENT EXECUTE FUNCTION {schema}.refuse(
        'offer_approvals_unchanged', 'an approval never changes');
CREATE TRIGGER offers_kept BEFORE DELETE OR TRUNCATE ON {schema}.offers
    FOR EACH STATEMENT EXECUTE FUNCTION {schema}.refuse(
        'offers_kept', 'a deleted offer is hidden, and its evidence stays');
