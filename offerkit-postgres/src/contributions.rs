//! Who took part in an offer or a campaign: added to, never changed.

use chrono::{DateTime, Utc};
use offerkit_core::{
    domain::{Contribution, RevisionNumber},
    id::{TenantId, UserId},
    ports::StoreError,
    time::Timestamp,
};
use sqlx::types::Uuid;

use crate::{
    connection::Open,
    rows::{self, Row, signed, word_of},
};

/// Whose contributions: the statement that appends some.
pub(crate) struct Subject(&'static str);

pub(crate) const OFFER: Subject = Subject(
    "INSERT INTO {schema}.offer_contributions (tenant_id, offer_id, position, user_id, kind, revision, at)
    SELECT $1, $2, last.position + new.place, new.user_id, new.kind, new.revision, new.at
    FROM unnest($3::UUID[], $4::TEXT[], $5::BIGINT[], $6::TIMESTAMPTZ[]) WITH ORDINALITY
        AS new (user_id, kind, revision, at, place),
        (SELECT coalesce(max(it.position), 0) AS position FROM {schema}.offer_contributions AS it
        WHERE it.tenant_id = $1 AND it.offer_id = $2) AS last",
);

pub(crate) const CAMPAIGN: Subject = Subject(
    "INSERT INTO {schema}.campaign_contributions (tenant_id, campaign_id, position, user_id, kind, revision, at)
    SELECT $1, $2, last.position + new.place, new.user_id, new.kind, new.revision, new.at
    FROM unnest($3::UUID[], $4::TEXT[], $5::BIGINT[], $6::TIMESTAMPTZ[]) WITH ORDINALITY
        AS new (user_id, kind, revision, at, place),
        (SELECT coalesce(max(it.position), 0) AS position FROM {schema}.campaign_contributions AS it
        WHERE it.tenant_id = $1 AND it.campaign_id = $2) AS last",
);

pub(crate) async fn append(
    open: &mut Open,
    subject: &Subject,
    tenant: TenantId,
    id: Uuid,
    new: &[Contribution],
) -> Result<(), StoreError> {
    if new.is_empty() {
        return Ok(());
    }
    let kinds: Vec<String> = new
        .iter()
        .map(|it| word_of(&it.kind))
        .collect::<Result<_, _>>()?;
    let revisions: Vec<i64> = new
        .iter()
        .map(|it| signed(it.revision.get()))
        .collect::<Result<_, _>>()?;
    let users: Vec<Uuid> = new.iter().map(|it| it.user.as_uuid()).collect();
    let moments: Vec<DateTime<Utc>> = new.iter().map(|it| it.at.as_datetime()).collect();
    let statement = open
        .query(&[subject.0])
        .bind(tenant.as_uuid())
        .bind(id)
        .bind(users)
        .bind(kinds)
        .bind(revisions)
        .bind(moments);
    open.execute(statement).await.map(drop)
}

/// Those that were aggregated into the columns `users`, `kinds`, `revisions` and `moments`.
pub(crate) fn of(row: &Row) -> Result<Vec<Contribution>, StoreError> {
    let users: Vec<Uuid> = row.array("users")?;
    let kinds: Vec<String> = row.array("kinds")?;
    let revisions: Vec<i64> = row.array("revisions")?;
    let moments: Vec<DateTime<Utc>> = row.array("moments")?;
    let all = users.into_iter().zip(kinds).zip(revisions).zip(moments);
    all.map(|(((user, kind), revision), at)| {
        Ok(Contribution {
            user: UserId::from_uuid(user),
            kind: rows::word("kinds", &kind)?,
            revision: RevisionNumber::new(rows::unsigned("revisions", revision)?),
            at: Timestamp::from_datetime(at),
        })
    })
    .collect()
}
