//! `$received`: what the tenant has sent to a customer.

use offerkit_core::{criteria::Received, domain::DeliveryStatus};

use super::{bind::Bind, condition::Setting, sink::Sink};

/// The rows are found from the customer on, or from the tenant on; each carries its run, which knows offer and campaign.
const DELIVERIES: &str = "FROM {schema}.campaign_customers AS delivery
    JOIN {schema}.audience_runs AS run ON run.number = delivery.run_number AND run.tenant_id = ";
const OF_TENANT: &str =
    " WHERE delivery.tenant_number = (SELECT tenant.number FROM {schema}.tenants AS tenant
    WHERE tenant.id = ";

pub(super) fn push(sink: &mut impl Sink, received: &Received, wanted: bool, at: &Setting<'_>) {
    let at_least = received.at_least();
    if at_least <= 1 {
        sink.push(if wanted {
            "EXISTS (SELECT "
        } else {
            "NOT EXISTS (SELECT "
        });
        deliveries(sink, received, at);
        return sink.push(")");
    }
    sink.push("(SELECT count(*) ");
    deliveries(sink, received, at);
    sink.push(if wanted { ") >= " } else { ") < " });
    sink.bind(Bind::Int(at_least.into()));
}

fn deliveries(sink: &mut impl Sink, received: &Received, at: &Setting<'_>) {
    let schema = at.relation.ledger();
    sink.push(&schema.render(DELIVERIES));
    sink.bind(Bind::Uuid(at.tenant.as_uuid()));
    sink.push(&schema.render(OF_TENANT));
    sink.bind(Bind::Uuid(at.tenant.as_uuid()));
    sink.push(") AND delivery.customer_id = ");
    sink.push(at.relation.id());
    if !received.offers().is_empty() {
        let offers = received.offers().iter().map(|id| id.as_uuid());
        any(sink, "run.offer_id", Bind::Uuids(offers.collect()));
    }
    if !received.campaigns().is_empty() {
        let campaigns = received.campaigns().iter().map(|id| id.as_uuid());
        any(sink, "run.campaign_id", Bind::Uuids(campaigns.collect()));
    }
    if !received.statuses().is_empty() {
        let statuses = received.statuses().iter();
        let statuses = statuses.map(|status| DeliveryStatus::as_str(*status).to_owned());
        any(
            sink,
            "delivery.delivery_status::TEXT",
            Bind::Texts(statuses.collect()),
        );
    }
    if let Some((first, last)) = received.period(at.moment) {
        sink.push(" AND delivery.sent_at >= ");
        sink.bind(Bind::timestamp(first));
        sink.push(" AND delivery.sent_at <= ");
        sink.bind(Bind::timestamp(last));
    }
}

fn any(sink: &mut impl Sink, column: &str, list: Bind) {
    sink.push(" AND ");
    sink.push(column);
    sink.push(" = ANY (");
    sink.bind(list);
    sink.push(")");
}
