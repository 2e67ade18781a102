//! What is known of customers, as far as a tenant's contact rules ask for it.

use std::collections::HashMap;

use offerkit_core::{
    domain::{Channel, ClaimRules, ConsentWord, Contact, ContactFacts, Customer},
    id::{CampaignId, CustomerId, TenantId},
    ports::{Prospect, StoreError},
    time::Timestamp,
};
use serde_json::Value;
use sqlx::types::Uuid;

use super::OF_CAMPAIGN;
use crate::{connection::Open, mapped::MappedCustomers, rows::word};

/// Where the customers of a claim stand.
#[derive(Clone)]
pub(super) enum People {
    /// In the library's own table.
    Ours,
    /// In a host's, of the same database.
    Mapped(Box<MappedCustomers>),
    /// Somewhere else.
    Elsewhere,
}

/// About whom something is asked.
pub(super) struct Asked<'a> {
    pub(super) tenant: TenantId,
    pub(super) channel: Channel,
    pub(super) now: Timestamp,
    pub(super) customers: &'a [Uuid],
}

/// What is known of customers.
pub(super) struct Known {
    words: HashMap<Uuid, ConsentWord>,
    zones: HashMap<Uuid, String>,
    contacts: HashMap<Uuid, Vec<Contact>>,
}

impl Known {
    pub(super) fn of(&self, customer: &Uuid) -> ContactFacts<'_> {
        ContactFacts {
            consent: self.words.get(customer).copied(),
            zone: self.zones.get(customer).map(String::as_str),
            contacts: self.contacts.get(customer).map_or(&[], Vec::as_slice),
        }
    }
}

pub(super) async fn known(
    open: &mut Open,
    people: &People,
    asked: &Asked<'_>,
    rules: &ClaimRules,
) -> Result<Known, StoreError> {
    Ok(Known {
        words: last_words(open, asked, rules).await?,
        zones: zones(open, people, asked, rules).await?,
        contacts: contacts(open, asked, rules).await?,
    })
}

/// The same, and what the ledger says of each customer's row of a campaign.
pub(super) async fn prospects(
    open: &mut Open,
    people: &People,
    asked: &Asked<'_>,
    (campaign, rules): (CampaignId, &ClaimRules),
) -> Result<Vec<Prospect>, StoreError> {
    let known = known(open, people, asked, rules).await?;
    let statement = open
        .query(&[
            "SELECT it.customer_id, it.delivery_status::TEXT AS status, it.not_before
            FROM {schema}.campaign_customers AS it
            WHERE it.customer_id = ANY ($4) AND it.channel = $3::TEXT AND ",
            OF_CAMPAIGN,
        ])
        .bind(asked.tenant.as_uuid())
        .bind(campaign.as_uuid())
        .bind(asked.channel.as_str())
        .bind(asked.customers.to_vec());
    let mut rows = HashMap::new();
    for row in open.all(statement).await? {
        let customer: Uuid = row.get("customer_id")?;
        let status = word("status", row.get("status")?)?;
        rows.insert(customer, (status, row.optional_moment("not_before")?));
    }
    let prospect = |customer: &Uuid| {
        let facts = known.of(customer);
        let row = rows.get(customer);
        Prospect {
            customer: CustomerId::from_uuid(*customer),
            status: row.map(|(status, _)| *status),
            not_before: row.and_then(|(_, not_before)| *not_before),
            consent: facts.consent,
            zone: facts.zone.map(Box::from),
            contacts: facts.contacts.to_vec(),
        }
    };
    Ok(asked.customers.iter().map(prospect).collect())
}

/// Everyone's last word, where the rules need one.
async fn last_words(
    open: &mut Open,
    asked: &Asked<'_>,
    rules: &ClaimRules,
) -> Result<HashMap<Uuid, ConsentWord>, StoreError> {
    if !rules.consent.asks() {
        return Ok(HashMap::new());
    }
    let statement = open
        .query(&[
            "SELECT asked.customer_id, last.word FROM unnest($1::UUID[]) AS asked (customer_id)
            CROSS JOIN LATERAL (
                SELECT it.word FROM {schema}.consents AS it
                WHERE it.customer_id = asked.customer_id AND it.purpose = $2 AND it.channel = $3
                ORDER BY it.said_at DESC, it.word DESC LIMIT 1
            ) AS last",
        ])
        .bind(asked.customers.to_vec())
        .bind(rules.purpose.as_str())
        .bind(asked.channel.as_str());
    let rows = open.all(statement).await?;
    rows.iter()
        .map(|row| Ok((row.get("customer_id")?, word("word", row.get("word")?)?)))
        .collect()
}

/// What each customer's attribute says about their zone, where the rules ask for it.
async fn zones(
    open: &mut Open,
    people: &People,
    asked: &Asked<'_>,
    rules: &ClaimRules,
) -> Result<HashMap<Uuid, String>, StoreError> {
    let Some(field) = rules.zone_field() else {
        return Ok(HashMap::new());
    };
    match people {
        People::Ours => {}
        People::Mapped(mapped) => {
            let ids: Vec<_> = asked
                .customers
                .iter()
                .map(|id| CustomerId::from_uuid(*id))
                .collect();
            let customers = mapped.read_many(open, &ids).await?;
            let zone = |customer: &Customer| {
                let zone = customer.attribute(field).and_then(Value::as_str)?;
                Some((customer.id().as_uuid(), zone.to_owned()))
            };
            return Ok(customers.iter().filter_map(zone).collect());
        }
        People::Elsewhere => return Ok(HashMap::new()),
    }
    let statement = open
        .query(&[
            "SELECT it.id, it.attributes ->> $2 AS zone FROM {schema}.customers AS it
            WHERE it.id = ANY ($1) AND jsonb_typeof(it.attributes -> $2) = 'string'",
        ])
        .bind(asked.customers.to_vec())
        .bind(field.to_owned());
    let rows = open.all(statement).await?;
    rows.iter()
        .map(|row| Ok((row.get("id")?, row.get("zone")?)))
        .collect()
}

/// What the tenant's campaigns have sent to each customer, where the rules count that.
async fn contacts(
    open: &mut Open,
    asked: &Asked<'_>,
    rules: &ClaimRules,
) -> Result<HashMap<Uuid, Vec<Contact>>, StoreError> {
    let mut contacts: HashMap<Uuid, Vec<Contact>> = HashMap::new();
    let Some(since) = rules.caps_since(asked.now) else {
        return Ok(contacts);
    };
    let statement = open
        .query(&[
            "SELECT it.customer_id, it.channel, coalesce(it.sent_at, it.updated_at) AS at
            FROM unnest($2::UUID[]) AS asked (customer_id)
            JOIN {schema}.campaign_customers AS it ON it.customer_id = asked.customer_id
            JOIN {schema}.campaigns AS campaign ON campaign.tenant_id = $1 AND campaign.number = it.campaign_number
            WHERE it.delivery_status IN ('sending', 'sent', 'delivered', 'unknown')
                AND coalesce(it.sent_at, it.updated_at) > $3 AND campaign.purpose = 'marketing'
                AND it.tenant_number = ",
            TENANT,
        ])
        .bind(asked.tenant.as_uuid())
        .bind(asked.customers.to_vec())
        .bind(since.as_datetime());
    for row in open.all(statement).await? {
        let contact = Contact {
            channel: row.text("channel")?,
            at: row.moment("at")?,
        };
        let customer = row.get("customer_id")?;
        contacts.entry(customer).or_default().push(contact);
    }
    Ok(contacts)
}

const TENANT: &str = "(SELECT tenant.number FROM {schema}.tenants AS tenant WHERE tenant.id = $1)";

/// Waits until nobody else counts what these customers were sent, customer by customer in order, so that no two wait for each
/// other.
pub(super) async fn take_turns(
    open: &mut Open,
    tenant: TenantId,
    customers: &[Uuid],
) -> Result<(), StoreError> {
    let statement = open
        .query(&[
            "INSERT INTO {schema}.contact_turns (tenant_number, customer_id)
            SELECT ",
            TENANT,
            ", asked.customer_id FROM unnest($2::UUID[]) AS asked (customer_id) ORDER BY asked.customer_id
            ON CONFLICT (tenant_number, customer_id) DO NOTHING",
        ])
        .bind(tenant.as_uuid())
        .bind(customers.to_vec());
    open.execute(statement).await?;
    let statement = open
        .query(&[
            "SELECT count(*) AS held FROM (
                SELECT FROM {schema}.contact_turns AS it WHERE it.customer_id = ANY ($2) AND it.tenant_number = ",
            TENANT,
            " ORDER BY it.customer_id FOR UPDATE) AS held",
        ])
        .bind(tenant.as_uuid())
        .bind(customers.to_vec());
    open.one(statement).await.map(drop)
}
