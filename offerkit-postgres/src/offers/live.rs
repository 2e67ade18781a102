//! Which revisions were live on a day.

use offerkit_core::{
    domain::Validity,
    id::{OfferId, TenantId, UserId},
    page::{Order, Page, PageRequest},
    ports::{LiveOffer, LiveOn, LiveRevision, StoreError},
};

use super::row::approval;
use crate::{connection::Open, keyset, rows::Row};

/// The revisions of an offer that were live on the day $2, from $3 until before $4.
const LIVE: &str = "SELECT it.offer_id, it.revision, it.digest, it.approver, it.at, it.comment, it.author, it.valid_from,
        it.valid_until, it.replaced_at
    FROM (
        SELECT own.offer_id, own.revision, own.digest, own.approver, own.at, own.comment, written.author,
            written.valid_from, written.valid_until,
            (SELECT next.at FROM {schema}.offer_approvals AS next
                WHERE next.tenant_id = own.tenant_id AND next.offer_id = own.offer_id AND next.revision > own.revision
                ORDER BY next.revision LIMIT 1) AS replaced_at
        FROM {schema}.offer_approvals AS own
        JOIN {schema}.offer_revisions AS written ON written.tenant_id = own.tenant_id
            AND written.offer_id = own.offer_id AND written.number = own.revision
        WHERE own.tenant_id = offer.tenant_id AND own.offer_id = offer.id AND own.at < $4
            AND coalesce(written.valid_from <= $2, TRUE) AND coalesce(written.valid_until >= $2, TRUE)
    ) AS it
    WHERE coalesce(it.replaced_at > $3, TRUE)";

/// Whole offers.
pub(super) async fn page(
    open: &mut Open,
    tenant: TenantId,
    asked: &LiveOn,
    request: &PageRequest,
) -> Result<Page<LiveOffer>, StoreError> {
    let [after, inner, outer] = match request.order() {
        Order::OldestFirst => [
            "offer.id > $5",
            " ORDER BY offer.id LIMIT $6",
            " ORDER BY it.offer_id, it.revision",
        ],
        Order::NewestFirst => [
            "offer.id < $5",
            " ORDER BY offer.id DESC LIMIT $6",
            " ORDER BY it.offer_id DESC, it.revision",
        ],
    };
    let statement = open
        .query(&[
            "SELECT it.*, offer.retired_at
            FROM (
                SELECT offer.tenant_id, offer.id, offer.retired_at FROM {schema}.offers AS offer
                WHERE offer.tenant_id = $1 AND offer.live_revision IS NOT NULL AND coalesce(offer.retired_at > $3, TRUE)
                    AND ($5::UUID IS NULL OR ",
            after,
            ") AND EXISTS (",
            LIVE,
            ")",
            inner,
            ") AS offer CROSS JOIN LATERAL (",
            LIVE,
            ") AS it",
            outer,
        ])
        .bind(tenant.as_uuid())
        .bind(asked.day)
        .bind(asked.from.as_datetime())
        .bind(asked.before.as_datetime())
        .bind(request.cursor().map(|cursor| cursor.position()))
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
