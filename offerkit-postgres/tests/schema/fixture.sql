-- Two tenants with something in every table; ids are `md5(name)::uuid`.
--
-- asha writes, ben approves and launches, carol is another writer, root gives memberships.
DO $$
#variable_conflict use_variable
DECLARE
    name TEXT;
    t UUID;
    asha CONSTANT UUID := md5('asha')::UUID;
    ben CONSTANT UUID := md5('ben')::UUID;
    carol CONSTANT UUID := md5('carol')::UUID;
    root CONSTANT UUID := md5('root')::UUID;
    at CONSTANT TIMESTAMPTZ := '2026-03-02 09:00:00+00';
    title TEXT;
    o UUID;
    c UUID;
    kind TEXT;
    r INTEGER;
BEGIN
    INSERT INTO {schema}.users (id, username, is_super_admin, created_at, updated_at) VALUES
        (root, 'root', TRUE, at, at), (asha, 'asha', FALSE, at, at), (ben, 'ben', FALSE, at, at),
        (carol, 'carol', FALSE, at, at);
    INSERT INTO {schema}.platform_audit_logs (id, operation_id, actor_kind, performed_by, action, outcome, subject_kind, result, created_at)
        VALUES (md5('platform audit')::UUID, md5('platform operation')::UUID, 'user', root, 'user.create', 'done', 'platform', 'null', at);
    INSERT INTO {schema}.platform_audit_seals (position, record_id, hash)
        VALUES (1, md5('platform audit')::UUID, sha256('platform'));
    INSERT INTO {schema}.customers (id, full_name, email, created_at)
        SELECT md5('customer ' || i)::UUID, 'Customer ' || i, 'c' || i || '@example.com', at FROM generate_series(1, 3) AS i;
    INSERT INTO {schema}.sessions (id, user_id, token_hash, credential_version, opened_at, last_seen_at, expires_at)
        VALUES (md5('session')::UUID, asha, sha256('token'), 0, at, at, at + '12 hours');
    FOREACH name IN ARRAY ARRAY['loan', 'card'] LOOP
        t := md5(name)::UUID;
        PERFORM set_config('offerkit.tenant', t::TEXT, TRUE);
        INSERT INTO {schema}.tenants (id, name, created_by, created_at, updated_at) VALUES (t, name, root, at, at);
        INSERT INTO {schema}.groups (tenant_id, id, name, permissions, created_at, updated_at)
            VALUES (t, md5(name || ' approver')::UUID, 'approver', '{decide_offers}', at, at);
        INSERT INTO {schema}.user_tenant_roles (tenant_id, user_id, group_id, given_by, given_at, decides_from)
            VALUES (t, ben, md5(name || ' approver')::UUID, root, at, at);
        INSERT INTO {schema}.offer_configurations (tenant_id, version, schema, channels, time_zone, protected_fields, published_by, published_at)
            VALUES (t, 1, '{}', '{email}', 'UTC', '{}', root, at);
        INSERT INTO {schema}.offer_audit_logs (tenant_id, id, operation_id, actor_kind, performed_by, action, outcome, subject_kind, result, created_at)
            VALUES (t, md5(name || ' audit')::UUID, md5(name || ' operation')::UUID, 'user', root, 'tenant.create', 'done', 'configuration', 'null', at);
        INSERT INTO {schema}.audit_seals (tenant_id, position, record_id, hash)
            VALUES (t, 1, md5(name || ' audit')::UUID, sha256('seal'));
        INSERT INTO {schema}.message_templates (tenant_id, id, name, version, channel, body, author, written_at)
            VALUES (t, md5(name || ' template')::UUID, 'greeting', 1, 'email', 'Dear you', asha, at);
        -- Offers `draft`, `submitted`, `approved`, and `washed`: rejected, then edited and submitted by another.
        FOREACH title IN ARRAY ARRAY['draft', 'submitted', 'approved', 'washed'] LOOP
            o := md5(name || ' ' || title)::UUID;
            INSERT INTO {schema}.offers (tenant_id, id, working_revision, latest_revision, created_by, created_at, updated_at)
                VALUES (t, o, 1, 1, asha, at, at);
            INSERT INTO {schema}.offer_revisions (tenant_id, offer_id, number, content, configuration, author, written_at)
                VALUES (t, o, 1, '{"title":"' || title || '"}', 1, asha, at);
            INSERT INTO {schema}.offer_contributions (tenant_id, offer_id, position, user_id, kind, revision, at)
                VALUES (t, o, 1, asha, 'wrote', 1, at);
            CONTINUE WHEN title = 'draft';
            INSERT INTO {schema}.offer_contributions (tenant_id, offer_id, position, user_id, kind, revision, at)
                VALUES (t, o, 2, asha, 'submitted', 1, at);
            UPDATE {schema}.offers SET status = 'submitted', submitted_at = at, version = 2 WHERE tenant_id = t AND id = o;
            IF title = 'approved' THEN
                INSERT INTO {schema}.offer_approvals (tenant_id, offer_id, revision, digest, approver, at)
                    SELECT t, o, 1, digest, ben, at FROM {schema}.offer_revisions AS it WHERE it.tenant_id = t AND it.offer_id = o;
                UPDATE {schema}.offers SET status = 'approved', live_revision = 1, submitted_at = NULL, version = 3
                    WHERE tenant_id = t AND id = o;
            ELSIF title = 'washed' THEN
                UPDATE {schema}.offers SET status = 'rejected', submitted_at = NULL, version = 3 WHERE tenant_id = t AND id = o;
                UPDATE {schema}.offers SET status = 'draft', working_revision = 2, latest_revision = 2, version = 4
                    WHERE tenant_id = t AND id = o;
                INSERT INTO {schema}.offer_revisions (tenant_id, offer_id, number, content, configuration, author, written_at)
                    VALUES (t, o, 2, '{"title":"washed,"}', 1, carol, at);
                INSERT INTO {schema}.offer_contributions (tenant_id, offer_id, position, user_id, kind, revision, at)
                    VALUES (t, o, 3, carol, 'wrote', 2, at), (t, o, 4, carol, 'submitted', 2, at);
                UPDATE {schema}.offers SET status = 'submitted', submitted_at = at, version = 5 WHERE tenant_id = t AND id = o;
            END IF;
        END LOOP;
        o := md5(name || ' approved')::UUID;
        INSERT INTO {schema}.offer_comments (tenant_id, id, offer_id, revision, kind, body, author, at)
            VALUES (t, md5(name || ' comment')::UUID, o, 1, 'note', 'Is the rate right?', ben, at);
        -- carol's segment; campaigns `draft` and `active`, which uses it.
        INSERT INTO {schema}.segments (tenant_id, id, name, version, criteria_source, criteria_canonical, criteria_digest, criteria_language, criteria_catalog, author, written_at)
            VALUES (t, md5(name || ' segment')::UUID, 'young', 1, '{}', '{}', sha256('{}'), 1, 1, carol, at);
        FOREACH kind IN ARRAY ARRAY['draft', 'active'] LOOP
            c := md5(name || ' campaign ' || kind)::UUID;
            INSERT INTO {schema}.campaigns (tenant_id, id, offer_id, name, criteria_source, criteria_canonical, criteria_digest, criteria_language, criteria_catalog, messages, start_date, end_date, revision, created_by, created_at, updated_at)
                VALUES (t, c, o, kind, '{}', '{}', sha256('{}'), 1, 1, '{"email":{"body":"Hi","subject":null}}', '2026-03-02', '2026-03-31', 1, asha, at, at);
            INSERT INTO {schema}.campaign_contributions (tenant_id, campaign_id, position, user_id, kind, revision, at)
                VALUES (t, c, 1, asha, 'wrote', 1, at);
            INSERT INTO {schema}.campaign_segments (tenant_id, campaign_id, revision, position, segment_id, criteria_digest)
                VALUES (t, c, 1, 1, md5(name || ' segment')::UUID, sha256('{}'));
            CONTINUE WHEN kind = 'draft';
            -- At once, since the pins of an active campaign are those of its draft.
            SET CONSTRAINTS {schema}.campaign_segments_current IMMEDIATE;
            SET CONSTRAINTS {schema}.campaign_segments_current DEFERRED;
            INSERT INTO {schema}.campaign_launches (tenant_id, campaign_id, number, launched_by, launched_at, revision, offer_id, offer_revision, offer_digest, criteria_digest, messages_digest, schedule_digest, counted, ceiling)
                SELECT t, c, 1, ben, at, 1, o, 1, approval.digest, campaign.criteria_digest, campaign.messages_digest, campaign.schedule_digest, 3, 4
                FROM {schema}.offer_approvals AS approval, {schema}.campaigns AS campaign
                WHERE approval.tenant_id = t AND approval.offer_id = o AND campaign.tenant_id = t AND campaign.id = c;
            UPDATE {schema}.campaigns SET status = 'active', launch_number = 1, version = 2 WHERE tenant_id = t AND id = c;
            INSERT INTO {schema}.audience_runs (tenant_id, id, campaign_id, offer_id, revision, criteria_digest, as_of, today)
                VALUES (t, md5(name || ' run')::UUID, c, o, 1, sha256('{}'), at, '2026-03-02') RETURNING number INTO r;
            -- Customer 1 waits, customer 2 is claimed by `worker`.
            INSERT INTO {schema}.campaign_customers (tenant_number, campaign_number, channel, customer_id, run_number, updated_at)
                SELECT tenant.number, campaign.number, 'email', md5('customer ' || i)::UUID, r, at
                FROM {schema}.tenants AS tenant, {schema}.campaigns AS campaign, generate_series(1, 2) AS i
                WHERE tenant.id = t AND campaign.tenant_id = t AND campaign.id = c;
            UPDATE {schema}.campaign_customers AS it
                SET delivery_status = 'sending', attempts = 1, claim_token = md5('worker')::UUID, claim_deadline = at + '5 minutes'
                WHERE it.customer_id = md5('customer 2')::UUID AND it.run_number = r;
            INSERT INTO {schema}.contact_turns (tenant_number, customer_id)
                SELECT tenant.number, md5('customer 2')::UUID FROM {schema}.tenants AS tenant WHERE tenant.id = t
                ON CONFLICT DO NOTHING;
            INSERT INTO {schema}.tenant_rates (tenant_number, channel, began_at, taken)
                SELECT tenant.number, 'email', at, 1 FROM {schema}.tenants AS tenant WHERE tenant.id = t
                ON CONFLICT DO NOTHING;
            INSERT INTO {schema}.delivery_attempts (tenant_id, campaign_id, customer_id, channel, attempt, claim_token, outcome, at)
                VALUES (t, c, md5('customer 2')::UUID, 'email', 1, md5('worker')::UUID, 'retry', at);
        END LOOP;
    END LOOP;
END
$$;
