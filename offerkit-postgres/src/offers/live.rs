//! Which revisions were live on a day.

use offerkit_core::{
    domain::Validity,
    id::{OfferId, TenantId, UserId},
    page::{Cursor, Order, Page, PageRequest},
    ports::{LiveOffer, LiveOn, LiveRevision, StoreError},
};
use uuid::Uuid;

use super::row::approval;
use crate::{connection::Open, keyset, rows::Row};

/// The approvals `own` of the tenant $1 whose revisions were live on the day $2, from $3 until before $4.
const LIVE: &str = "FROM {schema}.offer_approvals AS own
    JOIN {schema}.offers AS offer ON offer.tenant_id = own.tenant_id AND offer.id = own.offer_id
    JOIN {schema}.offer_revisions AS written ON written.tenant_id = own.tenant_id AND written.offer_id = own.offer_id
        AND written.number = own.revision
    CROSS JOIN LATERAL (
        SELECT (SELECT next.at FROM {schema}.offer_approvals AS next
            WHERE next.tenant_id = own.tenant_id AND next.offer_id = own.offer_id AND next.revision > own.revision
            ORDER BY next.revision LIMIT 1) AS at
    ) AS replaced
    WHERE own.tenant_id = $1 AND own.at < $4 AND coalesce(replaced.at > $3, TRUE)
        AND coalesce(offer.retired_at > $3, TRUE)
        AND coalesce(written.valid_from <= $2, TRUE) AND coalesce(written.valid_until >= $2, TRUE)";

/// Whole offers.
pub(super) async fn page(
    open: &mut Open,
    tenant: TenantId,
    asked: &LiveOn,
    request: &PageRequest,
) -> Result<Page<LiveOffer>, StoreError> {
    // Every id lies between the two that are none.
    let (from, [beyond, outer]) = match request.order() {
        Order::OldestFirst => (
            Uuid::nil(),
            [
                " AND own.offer_id > $5 ORDER BY own.offer_id LIMIT $6)",
                " ORDER BY own.offer_id, own.revision",
            ],
        ),
        Order::NewestFirst => (
            Uuid::max(),
            [
                " AND own.offer_id < $5 ORDER BY own.offer_id DESC LIMIT $6)",
                " ORDER BY own.offer_id DESC, own.revision",
            ],
        ),
    };
    let after = request.cursor().map_or(from, Cursor::position);
    let statement = open
        .query(&[
            "SELECT own.offer_id, own.revision, own.digest, own.approver, own.at, own.comment, written.author,
                written.valid_from, written.valid_until, replaced.at AS replaced_at, offer.retired_at ",
            LIVE,
            " AND own.offer_id IN (SELECT DISTINCT own.offer_id ",
            LIVE,
            beyond,
            outer,
        ])
        .bind(tenant.as_uuid())
        .bind(asked.day)
        .bind(asked.from.as_datetime())
        .bind(asked.before.as_datetime())
        .bind(after)
        .bind(keyset::rows(request));
    let mut offers: Vec<LiveOffer> = Vec::new();
    for row in open.all(statement).await? {
        let offer = OfferId::from_uuid(row.get("offer_id")?);
        let revision = revision(&row)?;
        match offers.last_mut() {
            Some(last) if last.offer == offer => last.revisions.push(revision),
            _ => offers.push(LiveOffer {
                offer,
                retired_at: row.optional_moment("retired_at")?,
                revisions: vec![revision],
            }),
        }
    }
    Ok(Page::from_surplus(offers, request, |live| {
        live.offer.as_uuid()
    }))
}

fn revision(row: &Row) -> Result<LiveRevision, StoreError> {
    Ok(LiveRevision {
        approval: approval(row)?,
        author: UserId::from_uuid(row.get("author")?),
        validity: Validity {
            from: row.get("valid_from")?,
            until: row.get("valid_until")?,
        },
        replaced_at: row.optional_moment("replaced_at")?,
    })
}
