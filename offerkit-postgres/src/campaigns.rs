use async_trait::async_trait;
use offerkit_core::{
    domain::{Campaign, Launch, Scope},
    id::{CampaignId, TenantId},
    page::{Page, PageRequest},
    ports::{CampaignFilter, CampaignRepository, StoreError},
};
use sqlx::types::Uuid;

use crate::{
    connection::Open,
    contributions::{self, CAMPAIGN},
    keyset::{by_id, no_page},
    rows::{signed, sought},
    transaction::PgTransaction,
};

mod row;

use row::{bind, campaign};
pub(crate) use row::{criteria, pinned};

const SELECT: &str = "SELECT it.id, it.tenant_id, it.status, it.offer_id, it.name, it.description, it.purpose, it.criteria_source,
    it.criteria_canonical, it.criteria_digest, it.criteria_language, it.criteria_catalog,
    it.criteria_pins::TEXT AS criteria_pins, it.messages, it.channels, it.schedule, it.start_date, it.end_date, it.revision, it.request_by, it.request_at, it.request_revision, it.request_counted, it.pause_reason,
    it.created_by, it.created_at, it.updated_at, it.version,
    launch.launched_by, launch.launched_at, launch.revision AS launched_revision, launch.offer_revision,
    launch.offer_digest, launch.criteria_digest AS launched_criteria, launch.messages_digest AS launched_messages,
    launch.schedule_digest AS launched_schedule,
    launch.counted, launch.ceiling, since.users, since.kinds, since.revisions, since.moments, pins.segments, pins.segment_names,
    pins.segment_versions, pins.digests, pins.authors, pins.written, used.launched_segments
FROM {schema}.campaigns AS it
LEFT JOIN {schema}.campaign_launches AS launch
    ON launch.tenant_id = it.tenant_id AND launch.campaign_id = it.id AND launch.number = it.launch_number
CROSS JOIN LATERAL (
    SELECT array_agg(each.user_id ORDER BY each.position) AS users, array_agg(each.kind ORDER BY each.position) AS kinds,
        array_agg(each.revision ORDER BY each.position) AS revisions, array_agg(each.at ORDER BY each.position) AS moments
    FROM {schema}.campaign_contributions AS each
    WHERE each.tenant_id = it.tenant_id AND each.campaign_id = it.id
        AND each.since_launch = coalesce(it.launch_number, 0)
) AS since
CROSS JOIN LATERAL (
    SELECT array_agg(pin.segment_id ORDER BY pin.position) AS segments,
        array_agg(segment.name ORDER BY pin.position) AS segment_names,
        array_agg(segment.version ORDER BY pin.position) AS segment_versions,
        array_agg(pin.criteria_digest ORDER BY pin.position) AS digests,
        array_agg(segment.author ORDER BY pin.position) AS authors,
        array_agg(segment.written_at ORDER BY pin.position) AS written
    FROM {schema}.campaign_segments AS pin
    JOIN {schema}.segments AS segment ON segment.tenant_id = pin.tenant_id AND segment.id = pin.segment_id
    WHERE pin.tenant_id = it.tenant_id AND pin.campaign_id = it.id AND pin.revision = it.revision
) AS pins
CROSS JOIN LATERAL (
    SELECT array_agg(pin.segment_id ORDER BY pin.position) AS launched_segments
    FROM {schema}.campaign_segments AS pin
    WHERE pin.tenant_id = it.tenant_id AND pin.campaign_id = it.id AND pin.revision = launch.revision
) AS used
WHERE it.tenant_id = ";

#[async_trait]
impl CampaignRepository for PgTransaction {
    async fn insert(&mut self, campaign: &Campaign) -> Result<(), StoreError> {
        let (tenant, id) = (campaign.tenant(), campaign.id());
        let mut call = self.writing_in(Scope::Tenant(tenant))?;
        if campaign.launch().is_some() {
            return Err(StoreError::Refused("a campaign begins as a draft"));
        }
        let statement = call.query(&[
            "INSERT INTO {schema}.campaigns (tenant_id, id, version, status, offer_id, name, description, criteria_source,
                criteria_canonical, criteria_digest, criteria_language, criteria_catalog, messages, start_date, end_date,
                revision, request_by, request_at, request_revision, request_counted, pause_reason, created_by, created_at,
                updated_at, criteria_pins, schedule, purpose, channels)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22,
                $23, $24, $25::TEXT::JSONB, $26, $27, $28)",
        ]);
        call.execute(bind(statement, campaign)?).await?;
        insert_pins(&mut call, campaign).await?;
        let new = campaign.contributions();
        contributions::append(&mut call, &CAMPAIGN, tenant, id.as_uuid(), new).await?;
        call.done(())
    }

    async fn update(&mut self, campaign: Campaign) -> Result<Campaign, StoreError> {
        let (tenant, id) = (campaign.tenant(), campaign.id());
        let mut call = self.writing_in(Scope::Tenant(tenant))?;
        let stored = locked(&mut call, tenant, id).await?;
        let stored = stored
            .filter(|stored| stored.version() == campaign.version())
            .ok_or(StoreError::Conflict("campaign"))?;
        let launch = campaign.launch().as_ref();
        if launch.is_none() && stored.launch().is_some() {
            return Err(StoreError::Refused("a launch is not forgotten"));
        }
        let launch = launch.filter(|launch| stored.launch().as_ref() != Some(*launch));
        let (before, after) = (stored.contributions(), campaign.contributions());
        let new = match after.strip_prefix(before.as_slice()) {
            Some(new) => new,
            None if launch.is_some() => after,
            None => {
                return Err(StoreError::Refused(
                    "contributions are forgotten by a launch alone",
                ));
            }
        };
        if stored.revision() == campaign.revision()
            && stored.plan().segments != campaign.plan().segments
        {
            require_segments(&mut call, &campaign).await?;
            return Err(StoreError::Refused("a changed plan has the next revision"));
        }
        // What a launch used is what its revision pins, so nothing but the plan could tell otherwise.
        if launch.is_some_and(|launch| launch.segments != campaign.plan().segment_ids()) {
            return Err(StoreError::Refused(
                "a launch names the digests of what is launched",
            ));
        }
        contributions::append(&mut call, &CAMPAIGN, tenant, id.as_uuid(), new).await?;
        if let Some(launch) = launch {
            insert_launch(&mut call, &campaign, launch).await?;
        }
        let statement = call.query(&[
            "UPDATE {schema}.campaigns SET status = $4, offer_id = $5, name = $6, description = $7, criteria_source = $8,
                criteria_canonical = $9, criteria_digest = $10, criteria_language = $11, criteria_catalog = $12,
                messages = $13, start_date = $14, end_date = $15, revision = $16, request_by = $17, request_at = $18,
                request_revision = $19, request_counted = $20, pause_reason = $21, created_by = $22, created_at = $23,
                updated_at = $24, criteria_pins = $25::TEXT::JSONB, schedule = $26, purpose = $27, channels = $28, version = version + 1,
                launch_number = CASE WHEN $29 THEN coalesce(launch_number, 0) + 1 ELSE launch_number END
            WHERE tenant_id = $1 AND id = $2 AND version = $3",
        ]);
        let statement = bind(statement, &campaign)?.bind(launch.is_some());
        if call.execute(statement).await? == 0 {
            return Err(StoreError::Conflict("campaign"));
        }
        if stored.revision() != campaign.revision() {
            insert_pins(&mut call, &campaign).await?;
        }
        let version = campaign.version().next();
        call.done(campaign.with_version(version))
    }

    async fn find(&mut self, id: CampaignId) -> Result<Option<Campaign>, StoreError> {
        let Some((mut call, tenant)) = self.reading_tenant()? else {
            return Ok(None);
        };
        let found = find(&mut call, tenant, id).await?;
        call.done(found)
    }

    async fn find_for_update(&mut self, id: CampaignId) -> Result<Option<Campaign>, StoreError> {
        let Some((mut call, tenant)) = self.reading_tenant()? else {
            return Ok(None);
        };
        let found = locked(&mut call, tenant, id).await?;
        call.done(found)
    }

    async fn list(
        &mut self,
        filter: &CampaignFilter,
        request: &PageRequest,
    ) -> Result<Page<Campaign>, StoreError> {
        let Some((mut call, tenant)) = self.reading_tenant()? else {
            return Ok(no_page());
        };
        let mut builder = call.builder(&[SELECT]);
        builder.push_bind(tenant.as_uuid());
        if let Some(status) = filter.status {
            builder.push(" AND it.status = ").push_bind(status.as_str());
        }
        if let Some(offer) = filter.offer {
            builder
                .push(" AND it.offer_id = ")
                .push_bind(offer.as_uuid());
        }
        if let Some(user) = filter.created_by {
            builder
                .push(" AND it.created_by = ")
                .push_bind(user.as_uuid());
        }
        if let Some(day) = filter.running_on {
            builder.push(" AND it.start_date <= ").push_bind(day);
            builder.push(" AND it.end_date >= ").push_bind(day);
        }
        match filter.is_launch_requested {
            Some(true) => builder.push(" AND it.request_by IS NOT NULL"),
            Some(false) => builder.push(" AND it.request_by IS NULL"),
            None => &mut builder,
        };
        by_id(&mut builder, request);
        let rows = call.all(builder.build()).await?;
        let campaigns = rows.iter().map(campaign).collect::<Result<_, _>>()?;
        call.done(Page::from_surplus(
            campaigns,
            request,
            |campaign: &Campaign| campaign.id().as_uuid(),
        ))
    }
}

async fn find(
    open: &mut Open,
    tenant: TenantId,
    id: CampaignId,
) -> Result<Option<Campaign>, StoreError> {
    let statement = open
        .query(&[SELECT, "$1 AND it.id = $2"])
        .bind(tenant.as_uuid())
        .bind(id.as_uuid());
    let row = open.optional(statement).await?;
    row.as_ref().map(campaign).transpose()
}

/// The campaign, which nobody else changes until the transaction ends; read by another statement than the one that waits,
/// as an offer is.
async fn locked(
    open: &mut Open,
    tenant: TenantId,
    id: CampaignId,
) -> Result<Option<Campaign>, StoreError> {
    let lock = open.lock(" FOR UPDATE");
    if !lock.is_empty() {
        let statement = open
            .query(&[
                "SELECT it.id FROM {schema}.campaigns AS it WHERE it.tenant_id = $1 AND it.id = $2",
                lock,
            ])
            .bind(tenant.as_uuid())
            .bind(id.as_uuid());
        if open.optional(statement).await?.is_none() {
            return Ok(None);
        }
    }
    find(open, tenant, id).await
}

/// A pin says of a segment's version what the version itself says.
async fn require_segments(open: &mut Open, campaign: &Campaign) -> Result<(), StoreError> {
    for pin in &campaign.plan().segments {
        let statement = open
            .query(&[
                "SELECT it.id FROM {schema}.segments AS it
                WHERE it.tenant_id = $1 AND it.id = $2 AND it.name = $3 AND it.version = $4 AND it.criteria_digest = $5
                    AND it.author = $6 AND it.written_at = $7",
            ])
            .bind(campaign.tenant().as_uuid())
            .bind(pin.id.as_uuid())
            .bind(pin.name.to_string())
            .bind(sought(pin.version.get()))
            .bind(pin.digest.as_bytes().to_vec())
            .bind(pin.author.as_uuid())
            .bind(pin.written_at.as_datetime());
        if open.optional(statement).await?.is_none() {
            return Err(StoreError::MissingReference("segment"));
        }
    }
    Ok(())
}

/// The segment versions that the criteria of the current revision use.
async fn insert_pins(open: &mut Open, campaign: &Campaign) -> Result<(), StoreError> {
    let pins = &campaign.plan().segments;
    if pins.is_empty() {
        return Ok(());
    }
    require_segments(open, campaign).await?;
    let segments: Vec<Uuid> = pins.iter().map(|pin| pin.id.as_uuid()).collect();
    let digests: Vec<Vec<u8>> = pins
        .iter()
        .map(|pin| pin.digest.as_bytes().to_vec())
        .collect();
    let statement = open
        .query(&[
            "INSERT INTO {schema}.campaign_segments (tenant_id, campaign_id, revision, position, segment_id,
                criteria_digest)
            SELECT $1, $2, $3, pin.place::INTEGER, pin.segment_id, pin.digest
            FROM unnest($4::UUID[], $5::BYTEA[]) WITH ORDINALITY AS pin (segment_id, digest, place)",
        ])
        .bind(campaign.tenant().as_uuid())
        .bind(campaign.id().as_uuid())
        .bind(signed(campaign.revision().get())?)
        .bind(segments)
        .bind(digests);
    open.execute(statement).await.map(drop)
}

async fn insert_launch(
    open: &mut Open,
    campaign: &Campaign,
    launch: &Launch,
) -> Result<(), StoreError> {
    let statement = open
        .query(&[
            "INSERT INTO {schema}.campaign_launches (tenant_id, campaign_id, number, launched_by, launched_at, revision,
                offer_id, offer_revision, offer_digest, criteria_digest, messages_digest, schedule_digest, counted, ceiling)
            SELECT $1, $2, coalesce(it.launch_number, 0) + 1, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13
            FROM {schema}.campaigns AS it WHERE it.tenant_id = $1 AND it.id = $2",
        ])
        .bind(campaign.tenant().as_uuid())
        .bind(campaign.id().as_uuid())
        .bind(launch.by.as_uuid())
        .bind(launch.at.as_datetime())
        .bind(signed(launch.revision.get())?)
        .bind(campaign.plan().offer.as_uuid())
        .bind(signed(launch.offer_revision.get())?)
        .bind(launch.offer_digest.as_bytes().to_vec())
        .bind(launch.criteria_digest.as_bytes().to_vec())
        .bind(launch.messages_digest.as_bytes().to_vec())
        .bind(launch.schedule_digest.as_bytes().to_vec())
        .bind(signed(launch.counted)?)
        .bind(signed(launch.ceiling)?);
    open.execute(statement).await.map(drop)
}
