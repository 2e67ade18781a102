use std::sync::Arc;

use async_trait::async_trait;
use offerkit_core::{
    audit::AuditEvent,
    domain::{AddressDigest, Channel, Consent, Purpose, Scope, Suppression},
    id::CustomerId,
    ports::{Access, Contacts, StoreError},
};

use serde_json::Value;

use crate::{
    commit,
    connection::{Open, Statement, detached},
    customers::refuse_repeated,
    rows::Row,
    store::PgStore,
};

const WORD: &str = "SELECT it.customer_id, it.purpose, it.channel, it.said_at, it.word, it.source
FROM {schema}.consents AS it WHERE it.customer_id = $1 ";

/// A withdrawal comes after a consent of the same moment, as their words do in the alphabet.
const LAST_FIRST: &str = "ORDER BY it.said_at DESC, it.word DESC";

#[async_trait]
impl Contacts for PgStore {
    async fn keep_words(
        &self,
        words: Arc<Vec<Consent>>,
        event: Option<AuditEvent>,
    ) -> Result<u64, StoreError> {
        self.change_contacts(Change::Keep(words), event, Value::from)
            .await
    }

    async fn words_of(&self, customer: CustomerId) -> Result<Vec<Consent>, StoreError> {
        let mut open = self.open_in(Scope::Platform, Access::Read).await?;
        let order = ", it.purpose DESC, it.channel DESC";
        let statement = open.query(&[WORD, LAST_FIRST, order]);
        let rows = open.all(statement.bind(customer.as_uuid())).await?;
        rows.iter().map(consent).collect()
    }

    async fn last_word(
        &self,
        customer: CustomerId,
        purpose: Purpose,
        channel: Channel,
    ) -> Result<Option<Consent>, StoreError> {
        let mut open = self.open_in(Scope::Platform, Access::Read).await?;
        let statement = open
            .query(&[
                WORD,
                "AND it.purpose = $2 AND it.channel = $3 ",
                LAST_FIRST,
                " LIMIT 1",
            ])
            .bind(customer.as_uuid())
            .bind(purpose.as_str())
            .bind(channel.as_str());
        let row = open.optional(statement).await?;
        row.as_ref().map(consent).transpose()
    }

    async fn suppress(
        &self,
        suppression: Suppression,
        event: Option<AuditEvent>,
    ) -> Result<bool, StoreError> {
        let change = Change::Suppress(suppression);
        Ok(self.change_contacts(change, event, is_done).await? > 0)
    }

    async fn release(&self, address: AddressDigest, event: AuditEvent) -> Result<bool, StoreError> {
        let change = Change::Release(address);
        Ok(self.change_contacts(change, Some(event), is_done).await? > 0)
    }

    async fn suppressed(
        &self,
        addresses: &[AddressDigest],
    ) -> Result<Vec<Suppression>, StoreError> {
        let channels: Vec<_> = addresses.iter().map(|it| it.channel.as_str()).collect();
        let digests = addresses.iter().map(|it| it.digest.as_bytes().to_vec());
        let digests: Vec<_> = digests.collect();
        let mut open = self.open_in(Scope::Platform, Access::Read).await?;
        let statement = open
            .query(&[
                "SELECT it.channel, it.address_digest, it.reason, it.since
                FROM (SELECT DISTINCT * FROM unnest($1::TEXT[], $2::BYTEA[])) AS asked (channel, address_digest)
                JOIN {schema}.suppressions AS it
                    ON it.channel = asked.channel AND it.address_digest = asked.address_digest",
            ])
            .bind(channels)
            .bind(digests);
        let rows = open.all(statement).await?;
        rows.iter().map(suppression).collect()
    }
}

enum Change {
    Keep(Arc<Vec<Consent>>),
    Suppress(Suppression),
    Release(AddressDigest),
}

fn is_done(rows: u64) -> Value {
    (rows > 0).into()
}

impl PgStore {
    /// Changes what belongs to the platform, with its record, where there is one, and answers how many rows that were.
    async fn change_contacts(
        &self,
        change: Change,
        event: Option<AuditEvent>,
        result: fn(u64) -> Value,
    ) -> Result<u64, StoreError> {
        let Some(event) = event else {
            let mut open = self.open_in(Scope::Platform, Access::Write).await?;
            return detached(async move {
                let rows = apply(&mut open, change).await?;
                commit::end(open).await?;
                Ok(rows)
            })
            .await;
        };
        let (mut open, settling) = self.recorded(&event).await?;
        detached(async move {
            refuse_repeated(&mut open, &event).await?;
            let rows = apply(&mut open, change).await?;
            let mut record = event.into_record();
            record.result = result(rows);
            commit::commit(open, record, settling).await?;
            Ok(rows)
        })
        .await
    }
}

async fn apply(open: &mut Open, change: Change) -> Result<u64, StoreError> {
    let statement = match change {
        Change::Keep(words) => keep(open, &words),
        Change::Suppress(new) => open
            .query(&[
                "INSERT INTO {schema}.suppressions (channel, address_digest, reason, since) VALUES ($1, $2, $3, $4)
                ON CONFLICT (channel, address_digest) DO NOTHING",
            ])
            .bind(new.address.channel.as_str())
            .bind(new.address.digest.as_bytes().to_vec())
            .bind(new.reason.as_str())
            .bind(new.since.as_datetime()),
        Change::Release(address) => open
            .query(&[
                "DELETE FROM {schema}.suppressions AS it WHERE it.channel = $1 AND it.address_digest = $2",
            ])
            .bind(address.channel.as_str())
            .bind(address.digest.as_bytes().to_vec()),
    };
    open.execute(statement).await
}

fn keep(open: &Open, words: &[Consent]) -> Statement {
    let (mut customers, mut purposes, mut channels) = (Vec::new(), Vec::new(), Vec::new());
    let (mut moments, mut said, mut sources) = (Vec::new(), Vec::new(), Vec::new());
    for consent in words {
        customers.push(consent.customer.as_uuid());
        purposes.push(consent.purpose.as_str());
        channels.push(consent.channel.as_str());
        moments.push(consent.said_at.as_datetime());
        said.push(consent.word.as_str());
        sources.push(consent.source.to_string());
    }
    open.query(&[
        "INSERT INTO {schema}.consents (customer_id, purpose, channel, said_at, word, source)
        SELECT new.* FROM unnest($1::UUID[], $2::TEXT[], $3::TEXT[], $4::TIMESTAMPTZ[], $5::TEXT[], $6::TEXT[])
            AS new (customer_id, purpose, channel, said_at, word, source)
        ORDER BY new.customer_id, new.purpose, new.channel, new.said_at, new.word
        ON CONFLICT (customer_id, purpose, channel, said_at, word) DO NOTHING",
    ])
    .bind(customers)
    .bind(purposes)
    .bind(channels)
    .bind(moments)
    .bind(said)
    .bind(sources)
}

fn consent(row: &Row) -> Result<Consent, StoreError> {
    Ok(Consent {
        customer: CustomerId::from_uuid(row.get("customer_id")?),
        purpose: row.text("purpose")?,
        channel: row.text("channel")?,
        said_at: row.moment("said_at")?,
        word: row.word("word")?,
        source: row.text("source")?,
    })
}

fn suppression(row: &Row) -> Result<Suppression, StoreError> {
    Ok(Suppression {
        address: AddressDigest {
            channel: row.text("channel")?,
            digest: row.digest("address_digest")?,
        },
        reason: row.word("reason")?,
        since: row.moment("since")?,
    })
}
