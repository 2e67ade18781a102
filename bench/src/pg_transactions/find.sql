SELECT it.id, it.tenant_id, it.status, it.latest_revision, it.live_revision, it.submitted_at,
    it.retired_at, it.deleted_at, it.created_by, it.created_at, it.updated_at, it.version,
    working.offer_id, working.number, working.content, working.valid_from, working.valid_until, working.configuration,
    working.author, working.written_at, since.users, since.kinds, since.revisions, since.moments
FROM "offerkit".offers AS it
JOIN "offerkit".offer_revisions AS working
    ON working.tenant_id = it.tenant_id AND working.offer_id = it.id AND working.number = it.working_revision
CROSS JOIN LATERAL (
    SELECT array_agg(each.user_id ORDER BY each.position) AS users, array_agg(each.kind ORDER BY each.position) AS kinds,
        array_agg(each.revision ORDER BY each.position) AS revisions, array_agg(each.at ORDER BY each.position) AS moments
    FROM "offerkit".offer_contributions AS each
    WHERE each.tenant_id = it.tenant_id AND each.offer_id = it.id AND each.revision > coalesce(it.live_revision, 0)
) AS since
WHERE it.tenant_id = :tenant
