-- 100,000 of everything that is listed, in the tenant `loan`, and as much again in `card`. Triggers and keys are left out:
-- it is about plans.
SET session_replication_role = replica;
INSERT INTO offerkit.users (id, username, is_active, created_at, updated_at)
    SELECT md5('user ' || i)::UUID, 'user' || i, i % 1000 <> 0, '2026-01-01', '2026-01-01' FROM generate_series(1, 100000) AS i;
INSERT INTO offerkit.user_tenant_roles (tenant_id, user_id, group_id, given_by, given_at, decides_from)
    SELECT md5(t)::UUID, md5('user ' || i)::UUID, md5(t || ' approver')::UUID, md5('root')::UUID, '2026-01-01', '2026-01-01'
    FROM generate_series(1, 50000) AS i, unnest(ARRAY['loan', 'card']) AS t;
INSERT INTO offerkit.offers (tenant_id, id, status, working_revision, latest_revision, live_revision, created_by, created_at,
        updated_at)
    SELECT md5(t)::UUID, ('01900000-0000-7000-8000-' || lpad(to_hex(i), 12, '0'))::UUID,
        CASE WHEN i % 1000 = 0 THEN 'submitted' WHEN i % 1000 = 1 THEN 'approved' ELSE 'draft' END, 1, 1,
        CASE WHEN i % 1000 = 1 THEN 1 END, md5('user ' || i % 1000)::UUID, '2026-01-01'::TIMESTAMPTZ + i * '1 minute'::INTERVAL,
        '2026-01-01'
    FROM generate_series(1, 100000) AS i, unnest(ARRAY['loan', 'card']) AS t;
INSERT INTO offerkit.offer_revisions (tenant_id, offer_id, number, content, configuration, author, written_at)
    SELECT it.tenant_id, it.id, 1, '{"rate":' || (row_number() OVER ()) % 1000 || ',"title":"Card"}', 1, it.created_by,
        it.created_at
    FROM offerkit.offers AS it WHERE it.id > '01900000-0000-7000-8000-000000000000' AND it.id < '01900001-0000-7000-8000-000000000000';
INSERT INTO offerkit.offer_approvals (tenant_id, offer_id, revision, digest, approver, at)
    SELECT it.tenant_id, it.id, 1, sha256('{}'), md5('ben')::UUID, '2026-01-02' FROM offerkit.offers AS it
    WHERE it.live_revision = 1 AND it.id > '01900000-0000-7000-8000-000000000000' AND it.id < '01900001-0000-7000-8000-000000000000';
INSERT INTO offerkit.campaigns (tenant_id, id, status, offer_id, name, criteria_source, criteria_canonical, criteria_digest,
        criteria_language, criteria_catalog, messages, start_date, end_date, revision, request_by, request_at, request_revision,
        request_counted, created_by, created_at, updated_at)
    SELECT md5(t)::UUID, ('01900000-0000-7000-8000-' || lpad(to_hex(i), 12, '0'))::UUID,
        'draft', ('01900000-0000-7000-8000-' || lpad(to_hex(i % 1000 + 1), 12, '0'))::UUID, 'c', '{}', '{}', sha256('{}'), 1, 1,
        '{"email":{"body":"Hi","subject":null}}', '2000-01-01'::DATE + i / 10, '2000-01-31'::DATE + i / 10, 1, asked.by,
        asked.at, asked.number, asked.number, md5('user ' || i % 1000)::UUID, '2026-01-01', '2026-01-01'
    FROM generate_series(1, 100000) AS i, unnest(ARRAY['loan', 'card']) AS t,
        LATERAL (SELECT CASE WHEN i % 1000 = 0 THEN md5('asha')::UUID END AS by,
            CASE WHEN i % 1000 = 0 THEN '2026-01-01'::TIMESTAMPTZ END AS at, CASE WHEN i % 1000 = 0 THEN 1 END AS number) AS asked;
INSERT INTO offerkit.offer_comments (tenant_id, id, offer_id, revision, kind, body, author, at)
    SELECT md5(t)::UUID, ('01900000-0000-7000-8000-' || lpad(to_hex(i), 12, '0'))::UUID,
        ('01900000-0000-7000-8000-' || lpad(to_hex(i % 1000 + 1), 12, '0'))::UUID, 1, 'note', 'b', md5('ben')::UUID, '2026-01-01'
    FROM generate_series(1, 100000) AS i, unnest(ARRAY['loan', 'card']) AS t;
INSERT INTO offerkit.offer_audit_logs (tenant_id, id, operation_id, actor_kind, performed_by, action, outcome, refusal_code,
        refusal_message, subject_kind, subject_id, result, created_at)
    SELECT md5(t)::UUID, ('01900000-0000-7000-8000-' || lpad(to_hex(i), 12, '0'))::UUID, md5(t || i)::UUID, 'user',
        md5('user ' || i % 1000)::UUID, CASE WHEN i % 1000 = 7 THEN 'offer.delete' ELSE 'offer.edit' END,
        CASE WHEN i % 1000 = 7 THEN 'refused' ELSE 'done' END, CASE WHEN i % 1000 = 7 THEN 'evidence' END,
        CASE WHEN i % 1000 = 7 THEN 'why' END, 'offer',
        ('01900000-0000-7000-8000-' || lpad(to_hex(i % 1000 + 1), 12, '0'))::UUID, 'null',
        '2026-01-01'::TIMESTAMPTZ + i * '1 minute'::INTERVAL
    FROM generate_series(1, 100000) AS i, unnest(ARRAY['loan', 'card']) AS t;
INSERT INTO offerkit.platform_audit_logs (id, operation_id, actor_kind, performed_by, action, outcome, refusal_code,
        refusal_message, subject_kind, subject_id, result, created_at)
    SELECT id, operation_id, actor_kind, performed_by, action, outcome, refusal_code, refusal_message, subject_kind, subject_id,
        result, created_at FROM offerkit.offer_audit_logs WHERE tenant_id = md5('loan')::UUID AND id > '01900000-0000-7000-8000-000000000000';
INSERT INTO offerkit.campaign_customers (tenant_number, campaign_number, channel, customer_id, run_number, updated_at,
        delivery_status)
    SELECT tenant.number, campaign.number, 'email', ('01900000-0000-7000-8000-' || lpad(to_hex(i), 12, '0'))::UUID, run.number,
        '2026-01-01', CASE WHEN i % 1000 = 0 THEN 'failed' ELSE 'sent' END::offerkit.delivery_status
    FROM generate_series(1, 100000) AS i, offerkit.audience_runs AS run
    JOIN offerkit.tenants AS tenant ON tenant.id = run.tenant_id
    JOIN offerkit.campaigns AS campaign ON campaign.tenant_id = run.tenant_id AND campaign.id = run.campaign_id;
RESET session_replication_role;
VACUUM (ANALYZE);
