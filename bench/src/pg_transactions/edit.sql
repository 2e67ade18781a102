\set number random(0, {offers} / 8 - 1) * 8 + :client_id
\startpipeline
BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE;
SELECT 1;
SET LOCAL offerkit.tenant = '{tenant}';
SELECT it.id, it.name, it.description, it.is_active, it.created_by, it.created_at, it.updated_at,
    it.version
FROM "offerkit".tenants AS it WHERE it.id = '{tenant}' FOR SHARE;
\endpipeline
WITH held AS (SELECT it.tenant_id, it.user_id, it.group_id, it.given_by, it.given_at, it.decides_from,
    held.name, held.permissions
FROM "offerkit".user_tenant_roles AS it
JOIN "offerkit".groups AS held ON held.tenant_id = it.tenant_id AND held.id = it.group_id WHERE it.user_id = :user AND it.tenant_id = :tenant FOR SHARE)
SELECT it.id, it.username, it.password_hash, it.full_name, it.email, it.is_super_admin, it.is_active,
    it.identity_issuer, it.identity_subject, it.must_change_password, it.credential_version, it.hold_reset_by,
    it.hold_until, it.is_established, it.created_by, it.created_at, it.updated_at, it.version,
    held.tenant_id, held.user_id, held.group_id, held.given_by, held.given_at, held.decides_from, held.name,
    held.permissions
FROM "offerkit".users AS it LEFT JOIN held ON TRUE
WHERE it.id = :user ORDER BY held.name COLLATE "C" FOR SHARE OF it;
SELECT it.id FROM "offerkit".offers AS it WHERE it.tenant_id = :tenant AND it.id = {offer} FOR UPDATE;
{find} AND it.id = {offer} \gset offer_
SELECT it.tenant_id, it.version, it.schema::TEXT AS schema, it.criteria_fields, it.channels, it.time_zone,
    it.protected_fields, it.published_by, it.published_at
FROM "offerkit".offer_configurations AS it WHERE it.tenant_id = :tenant ORDER BY it.version DESC LIMIT 1;
INSERT INTO "offerkit".offer_revisions (tenant_id, offer_id, number, content, valid_from, valid_until,
    configuration, author, written_at)
VALUES (:tenant, {offer}, :offer_latest_revision::BIGINT + 1, :content, NULL, NULL, 1, :user, :at);
INSERT INTO "offerkit".offer_contributions (tenant_id, offer_id, position, user_id, kind, revision, at)
SELECT :tenant, {offer}, last.position + new.place, new.user_id, new.kind, new.revision, new.at
FROM unnest(ARRAY[:user::UUID], ARRAY['wrote'], ARRAY[:offer_latest_revision::BIGINT + 1], ARRAY[:at::TIMESTAMPTZ])
    WITH ORDINALITY AS new (user_id, kind, revision, at, place),
    (SELECT coalesce(max(it.position), 0) AS position FROM "offerkit".offer_contributions AS it
    WHERE it.tenant_id = :tenant AND it.offer_id = {offer}) AS last;
UPDATE "offerkit".offers SET status = 'draft', working_revision = :offer_latest_revision::BIGINT + 1,
    latest_revision = :offer_latest_revision::BIGINT + 1, live_revision = NULL,
    submitted_at = NULL, retired_at = NULL, deleted_at = NULL, created_by = :user, created_at = :at,
    updated_at = :at, version = version + 1
WHERE tenant_id = :tenant AND id = {offer} AND version = :offer_version::BIGINT;
INSERT INTO "offerkit".offer_audit_logs (tenant_id, id, operation_id, actor_kind, performed_by, actor_job, request_id, source, action, outcome, refusal_code,
    refusal_message, subject_kind, subject_id, old_data, new_data, comment, result, created_at)
VALUES (:tenant, {new_id}, {new_id}, 'user', :user, NULL, NULL, NULL, 'offer.edit', 'done', NULL, NULL, 'offer',
    {offer}, :document::TEXT::JSON, :document::TEXT::JSON, NULL, :document::TEXT::JSON, :at)
RETURNING transaction_id::TEXT AS transaction_id;
COMMIT;
