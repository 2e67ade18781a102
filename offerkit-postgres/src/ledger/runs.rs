//! Fillings of audiences, as their rows hold them.

use offerkit_core::{
    domain::{RevisionNumber, Run},
    id::{CampaignId, CustomerId, OfferId, RunId, TenantId},
    ports::StoreError,
    time::Timestamp,
};
use sqlx::types::Uuid;

use crate::{
    connection::Open,
    rows::{Row, signed, word_of},
};

const SELECT: &str = "SELECT it.tenant_id, it.id, it.campaign_id, it.offer_id, it.revision, it.criteria_digest, it.as_of,
    it.today, it.position, it.added, it.kept, it.status, it.finished_at
FROM {schema}.audience_runs AS it WHERE it.tenant_id = ";

pub(super) async fn insert(open: &mut Open, run: &Run) -> Result<(), StoreError> {
    let statement = open
        .query(&[
            "INSERT INTO {schema}.audience_runs (tenant_id, id, campaign_id, revision, criteria_digest, as_of, today, position,
                added, kept, status, finished_at, offer_id)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
        ])
        .bind(run.tenant.as_uuid())
        .bind(run.id.as_uuid())
        .bind(run.campaign.as_uuid())
        .bind(signed(run.revision.get())?)
        .bind(run.criteria_digest.as_bytes().to_vec())
        .bind(run.now.as_datetime())
        .bind(run.today)
        .bind(run.position.map(CustomerId::as_uuid))
        .bind(signed(run.added)?)
        .bind(signed(run.kept)?)
        .bind(word_of(&run.status)?)
        .bind(run.finished_at.map(Timestamp::as_datetime))
        .bind(run.offer.as_uuid());
    open.execute(statement).await.map(drop)
}

/// Stores how far a run is.
pub(super) async fn update(open: &mut Open, run: &Run) -> Result<(), StoreError> {
    let statement = open
        .query(&[
            "UPDATE {schema}.audience_runs SET position = $3, added = $4, kept = $5, status = $6, finished_at = $7
            WHERE tenant_id = $1 AND id = $2",
        ])
        .bind(run.tenant.as_uuid())
        .bind(run.id.as_uuid())
        .bind(run.position.map(CustomerId::as_uuid))
        .bind(signed(run.added)?)
        .bind(signed(run.kept)?)
        .bind(word_of(&run.status)?)
        .bind(run.finished_at.map(Timestamp::as_datetime));
    open.execute(statement).await.map(drop)
}

/// A campaign's run that is not finished: there is one at most, which an index of its own finds.
pub(super) async fn unfinished(
    open: &mut Open,
    tenant: TenantId,
    campaign: CampaignId,
) -> Result<Option<Run>, StoreError> {
    let statement = open
        .query(&[
            SELECT,
            "$1 AND it.campaign_id = $2 AND it.status = 'running'",
        ])
        .bind(tenant.as_uuid())
        .bind(campaign.as_uuid());
    let row = open.optional(statement).await?;
    row.as_ref().map(run).transpose()
}

/// A campaign's runs, the first first.
pub(super) async fn of_campaign(
    open: &mut Open,
    tenant: TenantId,
    campaign: CampaignId,
) -> Result<Vec<Run>, StoreError> {
    let statement = open
        .query(&[SELECT, "$1 AND it.campaign_id = $2 ORDER BY it.number"])
        .bind(tenant.as_uuid())
        .bind(campaign.as_uuid());
    let rows = open.all(statement).await?;
    rows.iter().map(run).collect()
}

/// The tenant's run; in a transaction that changes, nobody else moves it until the end.
pub(super) async fn find(
    open: &mut Open,
    tenant: TenantId,
    id: RunId,
) -> Result<Option<Run>, StoreError> {
    let statement = open
        .query(&[SELECT, "$1 AND it.id = $2", open.lock(" FOR UPDATE")])
        .bind(tenant.as_uuid())
        .bind(id.as_uuid());
    let row = open.optional(statement).await?;
    row.as_ref().map(run).transpose()
}

fn run(row: &Row) -> Result<Run, StoreError> {
    Ok(Run {
        id: RunId::from_uuid(row.get("id")?),
        tenant: TenantId::from_uuid(row.get("tenant_id")?),
        campaign: CampaignId::from_uuid(row.get("campaign_id")?),
        offer: OfferId::from_uuid(row.get("offer_id")?),
        revision: RevisionNumber::new(row.number("revision")?),
        criteria_digest: row.digest("criteria_digest")?,
        now: row.moment("as_of")?,
        today: row.get("today")?,
        position: row
            .get::<Option<Uuid>>("position")?
            .map(CustomerId::from_uuid),
        added: row.number("added")?,
        kept: row.number("kept")?,
        status: row.word("status")?,
        finished_at: row.optional_moment("finished_at")?,
    })
}
