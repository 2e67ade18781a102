//! Campaigns as their rows hold them.

use chrono::{DateTime, Utc};
use offerkit_core::{
    canonical::canonical_text,
    domain::{
        Campaign, CampaignParts, CampaignPlan, Launch, LaunchRequest, RevisionNumber,
        SavedCriteria, SegmentPin, SegmentVersion, Version,
    },
    id::{CampaignId, OfferId, SegmentId, TenantId, UserId},
    ports::StoreError,
    time::Timestamp,
};
use sqlx::types::Uuid;

use crate::{
    connection::Statement,
    contributions,
    error::backend,
    rows::{self, Row, signed, wrong},
};

/// Binds $1 to $28.
pub(super) fn bind(statement: Statement, campaign: &Campaign) -> Result<Statement, StoreError> {
    let plan = campaign.plan();
    let criteria = &plan.selection_criteria;
    let messages = serde_json::to_value(&plan.messages).map_err(backend)?;
    let channels = serde_json::to_value(&plan.channels).map_err(backend)?;
    let schedule = serde_json::to_value(&plan.schedule).map_err(backend)?;
    let request = campaign.launch_request().as_ref();
    let counted = request.map(|it| signed(it.counted)).transpose()?;
    let requested = request.map(|it| signed(it.revision.get())).transpose()?;
    Ok(statement
        .bind(campaign.tenant().as_uuid())
        .bind(campaign.id().as_uuid())
        .bind(signed(campaign.version().get())?)
        .bind(campaign.status().as_str())
        .bind(plan.offer.as_uuid())
        .bind(plan.name.to_string())
        .bind(plan.description.as_ref().map(ToString::to_string))
        .bind(criteria.source.to_string())
        .bind(criteria.canonical.to_string())
        .bind(criteria.digest.as_bytes().to_vec())
        .bind(i32::from(criteria.language))
        .bind(signed(criteria.catalog)?)
        .bind(canonical_text(&messages))
        .bind(plan.start_date)
        .bind(plan.end_date)
        .bind(signed(campaign.revision().get())?)
        .bind(request.map(|it| it.by.as_uuid()))
        .bind(request.map(|it| it.at.as_datetime()))
        .bind(requested)
        .bind(counted)
        .bind(campaign.pause_reason().as_ref().map(ToString::to_string))
        .bind(campaign.created_by().as_uuid())
        .bind(campaign.created_at().as_datetime())
        .bind(campaign.updated_at().as_datetime())
        .bind(pinned(criteria)?)
        .bind(canonical_text(&schedule))
        .bind(plan.purpose.as_str())
        .bind(canonical_text(&channels)))
}

pub(super) fn campaign(row: &Row) -> Result<Campaign, StoreError> {
    Ok(Campaign::from_parts(CampaignParts {
        id: CampaignId::from_uuid(row.get("id")?),
        tenant: TenantId::from_uuid(row.get("tenant_id")?),
        status: row.word("status")?,
        plan: CampaignPlan {
            offer: OfferId::from_uuid(row.get("offer_id")?),
            name: row.text("name")?,
            description: row.optional_text("description")?,
            purpose: row.text("purpose")?,
            selection_criteria: criteria(row)?,
            segments: pins(row)?,
            messages: row.json("messages")?,
            channels: row.json("channels")?,
            start_date: row.get("start_date")?,
            end_date: row.get("end_date")?,
            schedule: row.json("schedule")?,
        },
        revision: RevisionNumber::new(row.number("revision")?),
        contributions: contributions::of(row)?,
        launch_request: request(row)?,
        launch: launch(row)?,
        pause_reason: row.optional_text("pause_reason")?,
        created_by: UserId::from_uuid(row.get("created_by")?),
        created_at: row.moment("created_at")?,
        updated_at: row.moment("updated_at")?,
        version: Version::new(row.number("version")?),
    }))
}

/// The versions of segments that a document names without one, as the column holds them.
pub(crate) fn pinned(criteria: &SavedCriteria) -> Result<String, StoreError> {
    serde_json::to_string(&criteria.pins).map_err(backend)
}

/// The criteria of a campaign or a segment.
pub(crate) fn criteria(row: &Row) -> Result<SavedCriteria, StoreError> {
    let language: i32 = row.get("criteria_language")?;
    let language = u16::try_from(language).map_err(|error| wrong("criteria_language", error))?;
    Ok(SavedCriteria {
        source: row.get::<&str>("criteria_source")?.into(),
        canonical: row.get::<&str>("criteria_canonical")?.into(),
        digest: row.digest("criteria_digest")?,
        language,
        catalog: row.number("criteria_catalog")?,
        pins: row.json("criteria_pins")?,
    })
}

fn pins(row: &Row) -> Result<Vec<SegmentPin>, StoreError> {
    let segments: Vec<Uuid> = row.array("segments")?;
    let names: Vec<String> = row.array("segment_names")?;
    let versions: Vec<i64> = row.array("segment_versions")?;
    let digests: Vec<Vec<u8>> = row.array("digests")?;
    let authors: Vec<Uuid> = row.array("authors")?;
    let moments: Vec<DateTime<Utc>> = row.array("written")?;
    let versions = segments.into_iter().zip(names).zip(versions);
    let pins = versions.zip(digests).zip(authors).zip(moments);
    pins.map(|(((((segment, name), version), digest), author), at)| {
        Ok(SegmentPin {
            id: SegmentId::from_uuid(segment),
            name: rows::parse("segment_names", &name)?,
            version: SegmentVersion::new(rows::unsigned("segment_versions", version)?),
            digest: rows::digest("digests", &digest)?,
            author: UserId::from_uuid(author),
            written_at: Timestamp::from_datetime(at),
        })
    })
    .collect()
}

fn request(row: &Row) -> Result<Option<LaunchRequest>, StoreError> {
    let Some(by) = row.get::<Option<Uuid>>("request_by")? else {
        return Ok(None);
    };
    Ok(Some(LaunchRequest {
        by: UserId::from_uuid(by),
        at: row.moment("request_at")?,
        revision: RevisionNumber::new(row.number("request_revision")?),
        counted: row.number("request_counted")?,
    }))
}

fn launch(row: &Row) -> Result<Option<Launch>, StoreError> {
    let Some(by) = row.get::<Option<Uuid>>("launched_by")? else {
        return Ok(None);
    };
    let launched: Vec<Uuid> = row.array("launched_segments")?;
    Ok(Some(Launch {
        by: UserId::from_uuid(by),
        at: row.moment("launched_at")?,
        revision: RevisionNumber::new(row.number("launched_revision")?),
        offer_revision: RevisionNumber::new(row.number("offer_revision")?),
        offer_digest: row.digest("offer_digest")?,
        criteria_digest: row.digest("launched_criteria")?,
        messages_digest: row.digest("launched_messages")?,
        schedule_digest: row.digest("launched_schedule")?,
        segments: launched.into_iter().map(SegmentId::from_uuid).collect(),
        counted: row.number("counted")?,
        ceiling: row.number("ceiling")?,
    }))
}
