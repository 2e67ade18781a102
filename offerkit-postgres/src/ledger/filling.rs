//! Adding a chunk of selected customers to an audience.

use std::collections::BTreeSet;

use offerkit_core::{
    domain::{Channel, Run, RunStatus},
    id::{CustomerId, RunId, TenantId},
    ports::{Selection, StoreError},
    time::Timestamp,
};
use sqlx::{Postgres, QueryBuilder, types::Uuid};

use super::{CONFLICT, moving, runs};
use crate::{
    connection::Open,
    criteria::{Relation, selected},
    rows::{Row, signed},
};

/// How many customers stand in a lot. A claim walks past those of its lot that were claimed before, and progress adds up
/// lots, so neither few nor many.
pub(super) const LOT: usize = 500;

/// One chunk of a filling.
pub(super) struct Chunk {
    pub(super) tenant: TenantId,
    pub(super) run: RunId,
    pub(super) selected: Selected,
    pub(super) channels: Vec<Channel>,
    pub(super) is_one: bool,
    pub(super) ceiling: u64,
    pub(super) limit: usize,
    pub(super) now: Timestamp,
}

/// Whom the criteria select.
pub(super) enum Selected {
    /// These, who follow this position of the run.
    Ids(Option<CustomerId>, Vec<CustomerId>),
    /// The next ones of a relation of the same database.
    Of(Box<Relation>, Selection),
}

/// The numbers of a run in the ledger, and what there is beside it.
struct Place {
    tenant: i32,
    campaign: i32,
    run: i32,
    /// How many customers the fillings of the run's revision have added.
    added: u64,
    /// Whether nobody after the run's position has a row of the campaign.
    is_ahead: bool,
}

/// Adds the chunk up to the ceiling, and moves the run past it, unless another runner has moved it.
pub(super) async fn fill(open: &mut Open, chunk: &Chunk) -> Result<Run, StoreError> {
    let run = runs::find(open, chunk.tenant, chunk.run).await?;
    let mut run = run.ok_or(CONFLICT)?;
    if run.status != RunStatus::Running {
        return Err(CONFLICT);
    }
    match &chunk.selected {
        Selected::Ids(position, _) if *position != run.position => return Err(CONFLICT),
        Selected::Ids(..) | Selected::Of(..) => {}
    }
    let place = place(open, &run).await?;
    let row = add(open, &run, chunk, &place).await?;
    if let Selected::Of(relation, _) = &chunk.selected
        && row.number("apart")? < row.number("found")?
    {
        return Err(relation.ambiguous());
    }
    run.added = run.added.saturating_add(row.number("added")?);
    run.kept = run.kept.saturating_add(row.number("kept")?);
    let position: Option<Uuid> = row.get("position")?;
    run.position = position.map(CustomerId::from_uuid).or(run.position);
    if row.number("taken")? < row.number("found")? {
        run.status = RunStatus::OverCeiling;
    } else if usize::try_from(row.number("found")?).is_ok_and(|found| found < chunk.limit) {
        run.status = RunStatus::Finished;
        moving::cancel_earlier(open, &run, chunk.now).await?;
    }
    if run.status != RunStatus::Running {
        run.finished_at = Some(chunk.now);
    }
    runs::update(open, &run).await?;
    Ok(run)
}

/// Whether somebody is ahead is asked in the order of the primary key, which no other index has: in that of customers, all
/// later rows of other campaigns would be walked to find nobody.
async fn place(open: &mut Open, run: &Run) -> Result<Place, StoreError> {
    let statement = open
        .query(&[
            "SELECT tenant.number AS tenant, campaign.number AS campaign, filling.number AS run,
                (SELECT coalesce(sum(it.added), 0)::BIGINT FROM {schema}.audience_runs AS it
                    WHERE it.tenant_id = $1 AND it.campaign_id = filling.campaign_id AND it.revision = filling.revision)
                    AS added,
                NOT EXISTS (SELECT FROM (SELECT FROM {schema}.campaign_customers AS it
                    WHERE it.tenant_number = tenant.number AND it.campaign_number <= campaign.number
                        AND (it.campaign_number, it.customer_id) >= (campaign.number, $3)
                        AND it.customer_id IS DISTINCT FROM $4
                    ORDER BY it.campaign_number, it.customer_id LIMIT 1) AS later) AS is_ahead
            FROM {schema}.audience_runs AS filling
            JOIN {schema}.tenants AS tenant ON tenant.id = filling.tenant_id
            JOIN {schema}.campaigns AS campaign
                ON campaign.tenant_id = filling.tenant_id AND campaign.id = filling.campaign_id
            WHERE filling.tenant_id = $1 AND filling.id = $2",
        ])
        .bind(run.tenant.as_uuid())
        .bind(run.id.as_uuid())
        .bind(run.position.map_or(Uuid::nil(), CustomerId::as_uuid))
        .bind(run.position.map(CustomerId::as_uuid));
    let row = open.one(statement).await?;
    Ok(Place {
        tenant: row.get("tenant")?,
        campaign: row.get("campaign")?,
        run: row.get("run")?,
        added: row.number("added")?,
        is_ahead: row.get("is_ahead")?,
    })
}

/// Adds the rows that due customers do not have, and takes over what is pending from an earlier launch, all in one
/// statement. It answers how many customers were `found`, and how many of those were `taken` up to the ceiling, of whom
/// some were `added` and others, whom an earlier launch dealt with, `kept`; and the last one's `position`.
async fn add(open: &mut Open, run: &Run, chunk: &Chunk, place: &Place) -> Result<Row, StoreError> {
    let mut seen = BTreeSet::new();
    let channels = chunk
        .channels
        .iter()
        .filter(|channel| seen.insert(**channel));
    let channels: Vec<&'static str> = channels.map(|channel| channel.as_str()).collect();
    let first_lot = i32::try_from(run.added);
    let first_lot = first_lot.map_err(|_| StoreError::Refused("an audience has too many lots"))?;
    let room = chunk.ceiling.saturating_sub(place.added);
    let room = i64::try_from(room.saturating_sub(run.kept)).unwrap_or(i64::MAX);
    let lot = i32::try_from(LOT).unwrap_or(i32::MAX);
    // Bound first, so that the text may say $1 to $9 wherever it needs them.
    let mut builder = open.builder(&["WITH bound AS (SELECT "]);
    builder.push_bind(place.tenant).push("::INTEGER, ");
    builder.push_bind(place.campaign).push("::INTEGER, ");
    builder.push_bind(place.run).push("::INTEGER, ");
    builder
        .push_bind(chunk.now.as_datetime())
        .push("::TIMESTAMPTZ, ");
    builder.push_bind(channels).push("::TEXT[], ");
    builder.push_bind(room).push("::BIGINT, ");
    builder.push_bind(first_lot).push("::INTEGER, ");
    builder.push_bind(lot).push("::INTEGER, ");
    builder
        .push_bind(signed(run.revision.get())?)
        .push("::BIGINT");
    builder.push("), ");
    if let Selected::Of(relation, selection) = &chunk.selected
        && relation.key.source.is_some()
    {
        selected::push_keeping(&mut builder, relation, selection, run.position, chunk.limit);
        builder.push(", ");
    }
    builder.push("chunk (customer_id) AS MATERIALIZED (");
    match &chunk.selected {
        Selected::Ids(_, ids) => push_ids(&mut builder, ids),
        Selected::Of(relation, selection) => {
            selected::push_page(&mut builder, relation, selection, run.position, chunk.limit);
        }
    }
    let is_unique = match &chunk.selected {
        Selected::Ids(..) => true,
        Selected::Of(relation, _) => relation.key.is_unique,
    };
    // Customers are told apart on the way where the database does not do it.
    let is_ahead = place.is_ahead && is_unique;
    let taken = match (is_ahead, chunk.is_one) {
        (true, _) => ALL_DUE.to_owned(),
        (false, false) => BY_STANDING.replace("{settled}", ON_ALL),
        (false, true) => BY_STANDING.replace("{settled}", ON_ONE),
    };
    builder.push(open.schema().render(&taken));
    builder.push(open.schema().render(ADD));
    let lanes = if chunk.is_one { FIRST } else { EVERY };
    builder.push(open.schema().render(lanes));
    builder.push(if is_ahead { "" } else { TAKE_OVER });
    builder.push(COUNT);
    builder.push(if is_unique { ALL_APART } else { APART });
    builder.push(" FROM taken AS it");
    // Planned with its values each time, as criteria are wherever they stand.
    let rows = open.all(builder.build().persistent(false)).await?;
    rows.into_iter().next().ok_or(CONFLICT)
}

fn push_ids(builder: &mut QueryBuilder<Postgres>, ids: &[CustomerId]) {
    let ids: Vec<Uuid> = ids.iter().map(|id| id.as_uuid()).collect();
    builder.push("SELECT it.id FROM unnest(").push_bind(ids);
    builder.push("::UUID[]) AS it (id) ORDER BY it.id");
}

/// Nobody of the chunk has a row, so all are due.
const ALL_DUE: &str = "), taken AS MATERIALIZED (
    SELECT it.customer_id, TRUE AS is_due, FALSE AS is_kept, row_number() OVER () - 1 AS place FROM chunk AS it LIMIT $6";

/// A customer whom a filling of the same revision selected is passed over, and one for whom an earlier launch left
/// nothing to send is kept. The ceiling is met by the first due one after whom there is no more room.
const BY_STANDING: &str = "), standing AS (
    SELECT it.customer_id, coalesce(bool_or(filling.revision = $9), FALSE) AS is_selected,
        {settled} AS is_settled
    FROM chunk AS it
    LEFT JOIN {schema}.campaign_customers AS row ON row.tenant_number = $1 AND row.campaign_number = $2
        AND row.customer_id = it.customer_id
    LEFT JOIN {schema}.audience_runs AS filling ON filling.number = row.run_number
    GROUP BY it.customer_id
), walked AS MATERIALIZED (
    SELECT it.customer_id, NOT it.is_selected AND NOT it.is_settled AS is_due,
        NOT it.is_selected AND it.is_settled AS is_kept,
        count(*) FILTER (WHERE NOT it.is_selected) OVER up_to AS counted,
        count(*) FILTER (WHERE NOT it.is_selected AND NOT it.is_settled) OVER up_to - 1 AS place
    FROM standing AS it WINDOW up_to AS (ORDER BY it.customer_id ROWS UNBOUNDED PRECEDING)
), met AS MATERIALIZED (
    SELECT it.customer_id FROM walked AS it WHERE it.is_due AND it.counted > $6 ORDER BY it.customer_id LIMIT 1
), taken AS MATERIALIZED (
    SELECT it.customer_id, it.is_due, it.is_kept, it.place FROM walked AS it
    WHERE NOT EXISTS (SELECT FROM met WHERE met.customer_id <= it.customer_id)";

/// Everything was dealt with.
const ON_ALL: &str = "count(*) FILTER (WHERE row.delivery_status <> 'pending' AND row.channel = ANY ($5)) = cardinality($5)";

/// The same, or one was dealt with otherwise than by withholding it.
const ON_ONE: &str = "(count(*) FILTER (WHERE row.delivery_status <> 'pending' AND row.channel = ANY ($5)) = cardinality($5)
            OR coalesce(bool_or(row.delivery_status NOT IN ('pending', 'suppressed', 'cancelled')), FALSE))";

const ADD: &str = "), added AS (
    INSERT INTO {schema}.campaign_customers AS it (tenant_number, campaign_number, channel, run_number, customer_id, lot,
        updated_at)
    SELECT $1, $2, lane.channel, $3, new.customer_id, $7 + new.place / $8 * $8, $4
    FROM taken AS new CROSS JOIN ";

const EVERY: &str = "unnest($5) AS lane (channel) WHERE new.is_due";

const FIRST: &str = "LATERAL (
        SELECT lane.channel FROM unnest($5) WITH ORDINALITY AS lane (channel, place)
        WHERE NOT EXISTS (SELECT FROM {schema}.campaign_customers AS row
            WHERE row.tenant_number = $1 AND row.campaign_number = $2 AND row.customer_id = new.customer_id
                AND row.channel = lane.channel AND row.delivery_status <> 'pending')
        ORDER BY lane.place LIMIT 1) AS lane WHERE new.is_due";

const TAKE_OVER: &str = " ON CONFLICT (tenant_number, campaign_number, customer_id, channel)
        DO UPDATE SET run_number = excluded.run_number, lot = excluded.lot WHERE it.delivery_status = 'pending'";

const COUNT: &str = ")
SELECT (SELECT count(*) FROM chunk) AS found, count(*) AS taken, count(*) FILTER (WHERE it.is_due) AS added,
    count(*) FILTER (WHERE it.is_kept) AS kept,
    (SELECT last.customer_id FROM taken AS last ORDER BY last.customer_id DESC LIMIT 1) AS position, ";

/// How many customers of the chunk have an id of their own.
const APART: &str = "(SELECT count(DISTINCT chunk.customer_id) FROM chunk) AS apart";
const ALL_APART: &str = "(SELECT count(*) FROM chunk) AS apart";
