use std::collections::BTreeMap;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use offerkit_core::{
    domain::{RevisionNumber, Scope},
    id::{CustomerId, DeliveryId},
    ports::{Access, KeptMessage, KeptMessages, StoreError},
    time::Timestamp,
};
use sqlx::types::Uuid;

use crate::{
    commit,
    connection::{Open, Statement, detached},
    rows::{Row, signed},
    store::PgStore,
};

/// What was sent stays sent where the host rolls back.
const UNCOMMITTED: &str = "nothing is sent in a transaction of the host's";

/// An erasing takes a lock on the table that this waits for, and then its customer is known to be erased: the row is locked
/// by neither. One order of rows for all, so that two calls do not wait for each other.
const KEEP: &str = "INSERT INTO {schema}.kept_messages AS it (delivery_id, customer_id, revision, address, subject, body, html,
    unsubscribe_url, digest, kept_until, kept_at)
SELECT new.delivery_id, new.customer_id, new.revision, new.address, new.subject, new.body, new.html, new.unsubscribe_url,
    new.digest, new.kept_until, $11
FROM unnest($1::UUID[], $2::UUID[], $3::BIGINT[], $4::TEXT[], $5::TEXT[], $6::TEXT[], $7::TEXT[], $8::TEXT[], $9::BYTEA[],
    $10::TIMESTAMPTZ[]) AS new (delivery_id, customer_id, revision, address, subject, body, html, unsubscribe_url, digest,
    kept_until)
WHERE NOT EXISTS (SELECT FROM {schema}.customers AS customer
    WHERE customer.id = new.customer_id AND customer.erased_at IS NOT NULL)
ORDER BY new.delivery_id
ON CONFLICT (delivery_id) DO UPDATE SET revision = excluded.revision, address = excluded.address,
    subject = excluded.subject, body = excluded.body, html = excluded.html, unsubscribe_url = excluded.unsubscribe_url,
    digest = excluded.digest, kept_until = excluded.kept_until, kept_at = excluded.kept_at
WHERE it.revision <> excluded.revision
RETURNING delivery_id";

const FORGET: &str = "DELETE FROM {schema}.kept_messages AS it
WHERE it.delivery_id = ANY ($1) OR it.delivery_id IN (
    SELECT over.delivery_id FROM {schema}.kept_messages AS over WHERE over.kept_until <= $2
    ORDER BY over.kept_until LIMIT 1000 FOR UPDATE SKIP LOCKED)";

const SELECT: &str = "SELECT it.delivery_id, it.customer_id, it.revision, it.address, it.subject, it.body, it.html,
    it.unsubscribe_url, it.digest, it.kept_until FROM {schema}.kept_messages AS it WHERE it.delivery_id = ";

#[async_trait]
impl KeptMessages for PgStore {
    async fn keep(
        &self,
        messages: Vec<KeptMessage>,
        now: Timestamp,
    ) -> Result<Vec<KeptMessage>, StoreError> {
        self.refuse_joined(UNCOMMITTED)?;
        let mut open = self.open_in(Scope::Platform, Access::Write).await?;
        detached(async move {
            let kept = keep(&mut open, messages, now).await?;
            commit::end(open).await?;
            Ok(kept)
        })
        .await
    }

    async fn forget(&self, deliveries: &[DeliveryId], now: Timestamp) -> Result<(), StoreError> {
        let mut open = self.open_in(Scope::Platform, Access::Write).await?;
        let mut deliveries: Vec<Uuid> = deliveries.iter().map(|it| it.as_uuid()).collect();
        deliveries.sort_unstable();
        detached(async move {
            let statement = open.query(&[FORGET]);
            let statement = statement.bind(deliveries).bind(now.as_datetime());
            open.execute(statement).await?;
            commit::end(open).await
        })
        .await
    }

    async fn kept(&self, delivery: DeliveryId) -> Result<Option<KeptMessage>, StoreError> {
        let mut open = self.open_in(Scope::Platform, Access::Read).await?;
        let statement = open.query(&[SELECT, "$1"]).bind(delivery.as_uuid());
        let row = open.optional(statement).await?;
        row.as_ref().map(kept).transpose()
    }
}

async fn keep(
    open: &mut Open,
    messages: Vec<KeptMessage>,
    now: Timestamp,
) -> Result<Vec<KeptMessage>, StoreError> {
    let statement = bind(open.query(&[KEEP]), &messages)?.bind(now.as_datetime());
    let mut messages: BTreeMap<Uuid, KeptMessage> = messages
        .into_iter()
        .map(|message| (message.delivery.as_uuid(), message))
        .collect();
    let mut answer = Vec::with_capacity(messages.len());
    for row in open.all(statement).await? {
        answer.extend(messages.remove(&row.get("delivery_id")?));
    }
    if messages.is_empty() {
        return Ok(answer);
    }
    // Another statement, since this one must see what was committed while the first waited.
    let others: Vec<Uuid> = messages.into_keys().collect();
    let statement = open.query(&[SELECT, "ANY ($1)"]).bind(others);
    for row in open.all(statement).await? {
        answer.push(kept(&row)?);
    }
    Ok(answer)
}

/// Deletes what is kept of a customer, and answers how much that was. No message of theirs is kept from now on until
/// the transaction ends.
pub(crate) async fn erase(open: &mut Open, customer: CustomerId) -> Result<u64, StoreError> {
    let statement = open
        .query(&["DELETE FROM {schema}.kept_messages AS it WHERE it.customer_id = $1"])
        .bind(customer.as_uuid());
    open.execute(statement).await
}

/// Has [`KeptMessages::keep`] wait until this transaction ends.
pub(crate) async fn hold(open: &mut Open) -> Result<(), StoreError> {
    let statement = open.query(&["LOCK TABLE {schema}.kept_messages IN SHARE ROW EXCLUSIVE MODE"]);
    open.execute(statement).await.map(drop)
}

/// Binds $1 to $10.
fn bind(statement: Statement, messages: &[KeptMessage]) -> Result<Statement, StoreError> {
    fn column<T>(messages: &[KeptMessage], part: impl Fn(&KeptMessage) -> T) -> Vec<T> {
        messages.iter().map(part).collect()
    }
    let revisions: Vec<i64> = messages
        .iter()
        .map(|it| signed(it.revision.get()))
        .collect::<Result<_, _>>()?;
    Ok(statement
        .bind(column(messages, |it| it.delivery.as_uuid()))
        .bind(column(messages, |it| it.customer.as_uuid()))
        .bind(revisions)
        .bind(column(messages, |it| it.address.clone()))
        .bind(column(messages, |it| it.subject.clone()))
        .bind(column(messages, |it| it.body.clone()))
        .bind(column(messages, |it| it.html.clone()))
        .bind(column(messages, |it| it.unsubscribe_url.clone()))
        .bind(column(messages, |it| it.digest.as_bytes().to_vec()))
        .bind(column(messages, |it| -> Option<DateTime<Utc>> {
            it.until.map(Timestamp::as_datetime)
        })))
}

fn kept(row: &Row) -> Result<KeptMessage, StoreError> {
    Ok(KeptMessage {
        delivery: DeliveryId::from_uuid(row.get("delivery_id")?),
        customer: CustomerId::from_uuid(row.get("customer_id")?),
        revision: RevisionNumber::new(row.number("revision")?),
        address: row.get("address")?,
        subject: row.get("subject")?,
        body: row.get("body")?,
        html: row.get("html")?,
        unsubscribe_url: row.get("unsubscribe_url")?,
        digest: row.digest("digest")?,
        until: row.optional_moment("kept_until")?,
    })
}
