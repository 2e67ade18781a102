//! What is claimed in the windows of rate limits. Whoever claims under a limit holds its row until the claim is committed, so
//! that nobody else takes what is left.

use offerkit_core::{
    domain::{ClaimRates, RateLimit},
    ports::{ClaimRequest, StoreError},
    time::Timestamp,
};

use crate::connection::Open;

/// Where a limit's windows are counted.
struct Counter {
    hold: &'static str,
    count: &'static str,
}

const OF_TENANT: Counter = Counter {
    hold: "INSERT INTO {schema}.tenant_rates AS it (tenant_number, channel, began_at, taken)
        SELECT tenant.number, $2::TEXT, $3, 0 FROM {schema}.tenants AS tenant WHERE tenant.id = $1::UUID
        ON CONFLICT (tenant_number, channel)",
    count: "UPDATE {schema}.tenant_rates AS it SET taken = it.taken + $3 WHERE it.channel = $2::TEXT
        AND it.tenant_number = (SELECT tenant.number FROM {schema}.tenants AS tenant WHERE tenant.id = $1::UUID)",
};

const OF_NOTIFIER: Counter = Counter {
    hold: "INSERT INTO {schema}.notifier_rates AS it (channel, began_at, taken)
        SELECT $2::TEXT, $3, 0 WHERE $1::UUID IS NOT NULL
        ON CONFLICT (channel)",
    count: "UPDATE {schema}.notifier_rates AS it SET taken = it.taken + $3
        WHERE it.channel = $2::TEXT AND $1::UUID IS NOT NULL",
};

fn limits(rates: &ClaimRates) -> impl Iterator<Item = (RateLimit, Counter)> {
    let notifier = rates.notifier.map(|limit| (limit, OF_NOTIFIER));
    notifier
        .into_iter()
        .chain(rates.tenant.map(|limit| (limit, OF_TENANT)))
}

/// What a claim may take now.
pub(super) enum Left {
    /// The request, for no more than what is left.
    Some(ClaimRequest),
    /// Nothing before this moment.
    Until(Timestamp),
}

/// Holds the limits' windows until the end of the transaction. All claims hold them in one order, and before anything else.
pub(super) async fn hold(
    open: &mut Open,
    request: &ClaimRequest,
    rates: &ClaimRates,
) -> Result<Left, StoreError> {
    let mut within = *request;
    let mut until: Option<Timestamp> = None;
    for (limit, counter) in limits(rates) {
        let statement = open
            .query(&[
                counter.hold,
                " DO UPDATE SET began_at = greatest(it.began_at, excluded.began_at),
                    taken = CASE WHEN it.began_at < excluded.began_at THEN 0 ELSE it.taken END
                RETURNING it.taken",
            ])
            .bind(request.tenant.as_uuid())
            .bind(request.channel.as_str())
            .bind(limit.began_at(request.now).as_datetime());
        let left = limit.left(open.one(statement).await?.number("taken")?);
        within.limit = within.limit.min(left);
        if left == 0 {
            until = until.max(Some(limit.next_at(request.now)));
        }
    }
    Ok(until.map_or(Left::Some(within), Left::Until))
}

/// Counts what was claimed in the windows that are held.
pub(super) async fn count(
    open: &mut Open,
    request: &ClaimRequest,
    rates: &ClaimRates,
    claimed: usize,
) -> Result<(), StoreError> {
    for (_, counter) in limits(rates).filter(|_| claimed > 0) {
        let statement = open
            .query(&[counter.count])
            .bind(request.tenant.as_uuid())
            .bind(request.channel.as_str())
            .bind(i64::try_from(claimed).unwrap_or(i64::MAX));
        open.execute(statement).await?;
    }
    Ok(())
}
