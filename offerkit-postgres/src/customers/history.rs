//! What a tenant has sent to customers, where criteria ask for it.

use std::collections::HashMap;

use offerkit_core::{
    criteria::{History, PastDelivery},
    domain::Customer,
    id::{CampaignId, CustomerId, OfferId},
    ports::{Selection, StoreError},
};
use sqlx::types::Uuid;

use crate::{connection::Open, rows::Row};

/// The deliveries to some customers.
#[derive(Default)]
pub(super) struct Deliveries {
    by_customer: HashMap<CustomerId, Vec<PastDelivery>>,
}

impl Deliveries {
    /// Those to `customers` of the selection's tenant; none are read where the criteria do not ask for them.
    pub(super) async fn asked(
        open: &mut Open,
        selection: &Selection,
        customers: &[Customer],
    ) -> Result<Self, StoreError> {
        let mut deliveries = Self::default();
        if customers.is_empty() || !selection.criteria().expr().asks_history() {
            return Ok(deliveries);
        }
        let ids: Vec<Uuid> = customers.iter().map(|it| it.id().as_uuid()).collect();
        let statement = open
            .query(&[
                "SELECT it.customer_id, it.delivery_status::TEXT AS delivery_status, it.sent_at, filling.campaign_id,
                    filling.offer_id
                FROM {schema}.campaign_customers AS it
                JOIN {schema}.audience_runs AS filling ON filling.tenant_id = $1 AND filling.number = it.run_number
                WHERE it.tenant_number = (SELECT tenant.number FROM {schema}.tenants AS tenant WHERE tenant.id = $1)
                    AND it.customer_id = ANY ($2)",
            ])
            .bind(selection.tenant().as_uuid())
            .bind(ids);
        for row in open.all(statement).await? {
            let customer = CustomerId::from_uuid(row.get("customer_id")?);
            let sent = deliveries.by_customer.entry(customer).or_default();
            sent.push(delivery(&row)?);
        }
        Ok(deliveries)
    }
}

impl History for Deliveries {
    fn deliveries(&self, customer: CustomerId, each: &mut dyn FnMut(&PastDelivery)) {
        for delivery in self.by_customer.get(&customer).into_iter().flatten() {
            each(delivery);
        }
    }
}

fn delivery(row: &Row) -> Result<PastDelivery, StoreError> {
    Ok(PastDelivery {
        offer: OfferId::from_uuid(row.get("offer_id")?),
        campaign: CampaignId::from_uuid(row.get("campaign_id")?),
        status: row.word("delivery_status")?,
        sent_at: row.optional_moment("sent_at")?,
    })
}
