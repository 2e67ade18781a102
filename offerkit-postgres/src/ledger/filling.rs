//! Adding a chunk of selected customers to an audience.

use std::collections::BTreeSet;

use offerkit_core::{
    domain::{Channel, NOT_SELECTED_ANEW, Run, RunStatus},
    id::{CustomerId, RunId, TenantId},
    ports::StoreError,
    time::Timestamp,
};
use sqlx::types::Uuid;

use super::{CONFLICT, OF_CAMPAIGN, runs};
use crate::{connection::Open, rows::signed};

/// What was selected after a run's position.
pub(super) struct Chunk {
    pub(super) tenant: TenantId,
    pub(super) run: RunId,
    pub(super) position: Option<CustomerId>,
    pub(super) selected: Vec<CustomerId>,
    pub(super) channels: Vec<Channel>,
    pub(super) ceiling: u64,
    pub(super) limit: usize,
    pub(super) now: Timestamp,
}

/// What there is to do for a customer whom a filling selects.
enum Standing {
    /// A filling of the same revision has selected them.
    Selected,
    /// Under an earlier launch, everything was sent to them or settled otherwise.
    Settled,
    /// Something is to be sent to them.
    Due,
}

/// Adds the chunk up to the ceiling, and moves the run past it, unless another runner has moved it.
pub(super) async fn fill(open: &mut Open, chunk: &Chunk) -> Result<Run, StoreError> {
    let run = runs::find(open, chunk.tenant, chunk.run).await?;
    let mut run = run.ok_or(CONFLICT)?;
    if run.status != RunStatus::Running || run.position != chunk.position {
        return Err(CONFLICT);
    }
    let channels: BTreeSet<Channel> = chunk.channels.iter().copied().collect();
    let channels: Vec<&'static str> = channels.into_iter().map(Channel::as_str).collect();
    let mut selected = selected(open, &run).await?;
    let mut due: Vec<Uuid> = Vec::new();
    for (customer, standing) in standings(open, &run, &chunk.selected, &channels).await? {
        match standing {
            Standing::Selected => {}
            Standing::Settled => run.kept += 1,
            Standing::Due if selected.saturating_add(run.kept) >= chunk.ceiling => {
                run.status = RunStatus::OverCeiling;
                break;
            }
            Standing::Due => {
                due.push(customer);
                selected += 1;
                run.added += 1;
            }
        }
        run.position = Some(CustomerId::from_uuid(customer));
    }
    add(open, &run, &due, channels, chunk.now).await?;
    if run.status == RunStatus::Running && chunk.selected.len() < chunk.limit {
        run.status = RunStatus::Finished;
        cancel_earlier(open, &run, chunk.now).await?;
    }
    if run.status != RunStatus::Running {
        run.finished_at = Some(chunk.now);
    }
    runs::update(open, &run).await?;
    Ok(run)
}

/// How many customers the fillings of the run's revision have selected, those left out whom an earlier one dealt with.
async fn selected(open: &mut Open, run: &Run) -> Result<u64, StoreError> {
    let statement = open
        .query(&[
            "SELECT coalesce(sum(it.added), 0)::BIGINT AS selected FROM {schema}.audience_runs AS it
            WHERE it.tenant_id = $1 AND it.campaign_id = $2 AND it.revision = $3",
        ])
        .bind(run.tenant.as_uuid())
        .bind(run.campaign.as_uuid())
        .bind(signed(run.revision.get())?);
    open.one(statement).await?.number("selected")
}

async fn standings(
    open: &mut Open,
    run: &Run,
    selected: &[CustomerId],
    channels: &[&'static str],
) -> Result<Vec<(Uuid, Standing)>, StoreError> {
    if selected.is_empty() {
        return Ok(Vec::new());
    }
    let customers: Vec<Uuid> = selected.iter().map(|id| id.as_uuid()).collect();
    let statement = open
        .query(&[
            "SELECT new.customer_id, coalesce(bool_or(filling.revision = $3), FALSE) AS is_selected,
                count(*) FILTER (WHERE it.delivery_status <> 'pending' AND it.channel::TEXT = ANY ($5))
                    = cardinality($5::TEXT[]) AS is_settled
            FROM unnest($4::UUID[]) WITH ORDINALITY AS new (customer_id, place)
            LEFT JOIN {schema}.campaign_customers AS it ON it.customer_id = new.customer_id
                AND it.channel = ANY (enum_range(NULL::{schema}.channel)) AND ",
            OF_CAMPAIGN,
            " LEFT JOIN {schema}.audience_runs AS filling
                ON filling.tenant_id = $1 AND filling.number = it.run_number
            GROUP BY new.customer_id, new.place ORDER BY new.place",
        ])
        .bind(run.tenant.as_uuid())
        .bind(run.campaign.as_uuid())
        .bind(signed(run.revision.get())?)
        .bind(customers)
        .bind(channels.to_vec());
    let rows = open.all(statement).await?;
    rows.iter()
        .map(|row| {
            let standing = match (row.get("is_selected")?, row.get("is_settled")?) {
                (true, _) => Standing::Selected,
                (false, true) => Standing::Settled,
                (false, false) => Standing::Due,
            };
            Ok((row.get("customer_id")?, standing))
        })
        .collect()
}

/// Adds the rows that the customers do not have, and takes over what is pending from an earlier launch.
async fn add(
    open: &mut Open,
    run: &Run,
    customers: &[Uuid],
    channels: Vec<&'static str>,
    now: Timestamp,
) -> Result<(), StoreError> {
    if customers.is_empty() {
        return Ok(());
    }
    let statement = open
        .query(&[
            "INSERT INTO {schema}.campaign_customers AS it (tenant_number, campaign_number, channel, customer_id, run_number,
                updated_at)
            SELECT tenant.number, campaign.number, lane.channel::{schema}.channel, new.customer_id, filling.number, $4
            FROM {schema}.audience_runs AS filling
            JOIN {schema}.tenants AS tenant ON tenant.id = filling.tenant_id
            JOIN {schema}.campaigns AS campaign
                ON campaign.tenant_id = filling.tenant_id AND campaign.id = filling.campaign_id
            CROSS JOIN unnest($5::TEXT[]) AS lane (channel)
            CROSS JOIN unnest($3::UUID[]) AS new (customer_id)
            WHERE filling.tenant_id = $1 AND filling.id = $2
            ON CONFLICT (tenant_number, campaign_number, channel, customer_id)
                DO UPDATE SET run_number = excluded.run_number WHERE it.delivery_status = 'pending'",
        ])
        .bind(run.tenant.as_uuid())
        .bind(run.id.as_uuid())
        .bind(customers.to_vec())
        .bind(now.as_datetime())
        .bind(channels);
    open.execute(statement).await.map(drop)
}

/// Cancels what is pending from launches before the run's.
async fn cancel_earlier(open: &mut Open, run: &Run, now: Timestamp) -> Result<(), StoreError> {
    let statement = open
        .query(&[
            "UPDATE {schema}.campaign_customers AS it SET delivery_status = 'cancelled', reason = $5, not_before = NULL,
                updated_at = $4
            WHERE it.delivery_status = 'pending' AND it.run_number IN (
                SELECT earlier.number FROM {schema}.audience_runs AS earlier
                WHERE earlier.tenant_id = $1 AND earlier.campaign_id = $2 AND earlier.revision <> $3) AND ",
            OF_CAMPAIGN,
        ])
        .bind(run.tenant.as_uuid())
        .bind(run.campaign.as_uuid())
        .bind(signed(run.revision.get())?)
        .bind(now.as_datetime())
        .bind(NOT_SELECTED_ANEW);
    open.execute(statement).await.map(drop)
}
