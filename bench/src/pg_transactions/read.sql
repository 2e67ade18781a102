\set number random(0, {offers} / 8 - 1) * 8 + :client_id
\startpipeline
BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;
SELECT 1;
SET LOCAL offerkit.tenant = '{tenant}';
SELECT it.id, it.name, it.description, it.is_active, it.created_by, it.created_at, it.updated_at,
    it.version
FROM "offerkit".tenants AS it WHERE it.id = '{tenant}';
\endpipeline
WITH held AS (SELECT it.tenant_id, it.user_id, it.group_id, it.given_by, it.given_at, it.decides_from,
    held.name, held.permissions
FROM "offerkit".user_tenant_roles AS it
JOIN "offerkit".groups AS held ON held.tenant_id = it.tenant_id AND held.id = it.group_id WHERE it.user_id = :user AND it.tenant_id = :tenant)
SELECT it.id, it.username, it.password_hash, it.full_name, it.email, it.is_super_admin, it.is_active,
    it.identity_issuer, it.identity_subject, it.must_change_password, it.credential_version, it.hold_reset_by,
    it.hold_until, it.is_established, it.created_by, it.created_at, it.updated_at, it.version,
    held.tenant_id, held.user_id, held.group_id, held.given_by, held.given_at, held.decides_from, held.name,
    held.permissions
FROM "offerkit".users AS it LEFT JOIN held ON TRUE
WHERE it.id = :user ORDER BY held.name COLLATE "C";
{find} AND it.id = {offer};
ROLLBACK;
