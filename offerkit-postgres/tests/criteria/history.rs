//! What customers were sent, in memory and in the ledger.

use std::collections::HashMap;

use offerkit_core::{
    criteria::{History, PastDelivery},
    domain::{Customer, DeliveryStatus},
    id::CustomerId,
    time::Timestamp,
};
use offerkit_generator::{CAMPAIGNS, OFFERS};
use proptest::{collection::vec, prelude::*, sample::select};
use sqlx::types::Uuid;

use crate::world::{OTHER, Outcome, TENANT, World, uuid};

/// The deliveries of one tenant, by customer.
#[derive(Default)]
pub(crate) struct Ledger {
    sent: HashMap<CustomerId, Vec<PastDelivery>>,
}

impl History for Ledger {
    fn deliveries(&self, customer: CustomerId, each: &mut dyn FnMut(&PastDelivery)) {
        self.sent
            .get(&customer)
            .into_iter()
            .flatten()
            .for_each(each);
    }
}

/// A few deliveries to one customer, of which a run, a campaign and a channel have one at most.
pub(crate) fn sent() -> impl Strategy<Value = Vec<PastDelivery>> {
    let statuses = vec![
        DeliveryStatus::Sent,
        DeliveryStatus::Delivered,
        DeliveryStatus::Failed,
    ];
    let moments = [
        None,
        Some("2026-01-31T04:00:00.000000Z"),
        Some("2026-01-31T04:00:00.000001Z"),
        Some("2026-01-30T04:00:00.000000Z"),
        Some("2026-01-24T03:59:59.999999Z"),
    ];
    let delivery = (
        select(OFFERS.to_vec()),
        select(CAMPAIGNS.to_vec()),
        select(statuses),
        select(moments.to_vec()),
    );
    let delivery = delivery.prop_map(|(offer, campaign, status, sent_at)| PastDelivery {
        offer: offer.parse().unwrap(),
        campaign: campaign.parse().unwrap(),
        status,
        sent_at: sent_at.map(|at| at.parse().unwrap()),
    });
    prop_oneof![1 => Just(Vec::new()), 3 => vec(delivery, 1..4)]
}

impl World {
    /// Stores what each customer was sent, and as much of another tenant, to other customers.
    pub(crate) async fn store_history(
        &self,
        customers: &[Customer],
        sent: Vec<Vec<PastDelivery>>,
    ) -> Outcome<Ledger> {
        let mut connection = self.beside().await?;
        for tenant in [TENANT, OTHER] {
            for (campaign, campaign_id) in CAMPAIGNS.iter().enumerate() {
                for (offer, offer_id) in OFFERS.iter().enumerate() {
                    let statement = "INSERT INTO offerkit.audience_runs (tenant_id, id, number, campaign_id, offer_id,
                            revision, criteria_digest, as_of, today, status, finished_at)
                        OVERRIDING SYSTEM VALUE
                        VALUES ($1, $2, $3, $4::TEXT::UUID, $5::TEXT::UUID, 1, sha256(''), now(), now(), 'finished', now())";
                    let run = run(tenant, campaign, offer)?;
                    let statement = sqlx::query(statement).bind(uuid(tenant)).bind(uuid(run));
                    let statement = statement.bind(run).bind(campaign_id).bind(offer_id);
                    statement.execute(&mut connection).await?;
                }
            }
        }
        let mut ledger = Ledger::default();
        for (place, (customer, sent)) in customers.iter().zip(sent).enumerate() {
            // The other tenant sends the same to somebody else.
            let other = &customers[(place + 7) % customers.len()];
            for (tenant, receiver) in [(TENANT, customer), (OTHER, other)] {
                for (channel, delivery) in ["email", "sms", "push"].iter().zip(&sent) {
                    let statement = "INSERT INTO offerkit.campaign_customers (tenant_number, campaign_number, channel,
                            customer_id, run_number, delivery_status, sent_at, updated_at)
                        VALUES ($1, $2, $3::TEXT, $4, $5, $6::TEXT::offerkit.delivery_status, $7, now())";
                    let campaign = position(&CAMPAIGNS, delivery.campaign.as_uuid())?;
                    let offer = position(&OFFERS, delivery.offer.as_uuid())?;
                    let statement = sqlx::query(statement)
                        .bind(tenant)
                        .bind(i32::try_from(campaign)?)
                        .bind(channel)
                        .bind(receiver.id().as_uuid())
                        .bind(run(tenant, campaign, offer)?)
                        .bind(delivery.status.as_str())
                        .bind(delivery.sent_at.map(Timestamp::as_datetime));
                    statement.execute(&mut connection).await?;
                }
            }
            ledger.sent.insert(customer.id(), sent);
        }
        Ok(ledger)
    }
}

fn run(tenant: i32, campaign: usize, offer: usize) -> Outcome<i32> {
    Ok(tenant * 100 + i32::try_from(campaign * 10 + offer)?)
}

fn position(ids: &[&str], id: Uuid) -> Outcome<usize> {
    let id = id.to_string();
    let found = ids.iter().position(|it| *it == id);
    found.ok_or_else(|| "a delivery of nothing".into())
}
