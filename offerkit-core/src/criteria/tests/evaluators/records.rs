//! Records of a host, which knows no attributes and no JSON, and what they were sent.

use offerkit_generator::FIELDS;
use proptest::prelude::*;
use rust_decimal::Decimal;

use super::super::*;
use super::values;
use crate::domain::DeliveryStatus;
use crate::id::{CampaignId, CustomerId, OfferId};
use crate::time::Timestamp;

/// A value for each of the fields, in their order.
#[derive(Debug)]
pub(super) struct Host(Vec<HostValue>);

#[derive(Clone, Debug)]
enum HostValue {
    Absent,
    Text(Box<str>),
    Int(i64),
    Decimal(Decimal),
    Bool(bool),
    Date(chrono::NaiveDate),
    Timestamp(Timestamp),
    Uuid(uuid::Uuid),
    Texts(Vec<String>),
}

impl Record for Host {
    fn value(&self, field: &Field) -> FieldValue<'_> {
        let place = FIELDS.iter().position(|name| *name == field.name());
        match &self.0[place.unwrap()] {
            HostValue::Absent => FieldValue::Absent,
            HostValue::Text(text) => FieldValue::Text(text),
            HostValue::Int(int) => FieldValue::Int(*int),
            HostValue::Decimal(decimal) => FieldValue::Decimal(*decimal),
            HostValue::Bool(bool) => FieldValue::Bool(*bool),
            HostValue::Date(date) => FieldValue::Date(*date),
            HostValue::Timestamp(at) => FieldValue::Timestamp(*at),
            HostValue::Uuid(uuid) => FieldValue::Uuid(*uuid),
            HostValue::Texts(texts) => FieldValue::Set(texts.as_slice().into()),
        }
    }
}

/// A record, some of whose values are absent and some of another type than the catalog says.
pub(super) fn host() -> impl Strategy<Value = Host> {
    let catalog = catalog();
    let values: Vec<_> = FIELDS
        .iter()
        .map(|name| {
            let typed = of_type(catalog.field(name).unwrap().field_type());
            prop_oneof![12 => typed, 2 => Just(HostValue::Absent), 1 => of_any_type()]
        })
        .collect();
    values.prop_map(Host)
}

fn of_type(field_type: &FieldType) -> BoxedStrategy<HostValue> {
    match field_type {
        FieldType::Text | FieldType::Enum { .. } => {
            values::text().prop_map(HostValue::Text).boxed()
        }
        FieldType::Int => values::int().prop_map(HostValue::Int).boxed(),
        FieldType::Decimal { .. } => values::decimal().prop_map(HostValue::Decimal).boxed(),
        FieldType::Bool => any::<bool>().prop_map(HostValue::Bool).boxed(),
        FieldType::Date => values::date().prop_map(HostValue::Date).boxed(),
        FieldType::Timestamp => values::timestamp().prop_map(HostValue::Timestamp).boxed(),
        FieldType::Set => values::texts().prop_map(HostValue::Texts).boxed(),
        FieldType::Uuid => values::uuid().prop_map(HostValue::Uuid).boxed(),
    }
}

fn of_any_type() -> BoxedStrategy<HostValue> {
    prop_oneof![
        of_type(&FieldType::Text),
        of_type(&FieldType::Int),
        of_type(&FieldType::Bool),
        of_type(&FieldType::Date),
        of_type(&FieldType::Timestamp),
        of_type(&FieldType::Set),
        of_type(&FieldType::Uuid),
    ]
    .boxed()
}

/// What was sent: more or less, to one customer or another.
pub(super) struct Sent;

pub(super) fn offer(number: u8) -> OfferId {
    OfferId::from_uuid(uuid::Uuid::from_u128(number.into()))
}

pub(super) fn campaign(number: u8) -> CampaignId {
    CampaignId::from_uuid(uuid::Uuid::from_u128(number.into()))
}

impl History for Sent {
    fn deliveries(&self, customer: CustomerId, each: &mut dyn FnMut(&PastDelivery)) {
        let [.., last] = *customer.as_uuid().as_bytes();
        let last = last % 90;
        for number in 0..last % 5 {
            let status = usize::from((number + last) % 9);
            let days = [
                "2026-01-31T04:00:00Z",
                "2026-01-30T04:00:00Z",
                "2026-01-24T04:00:00Z",
                "2026-01-24T03:59:59.999999Z",
            ];
            let day = days.get(usize::from(number + last) % 5);
            each(&PastDelivery {
                offer: offer(number % 3),
                campaign: campaign(last % 2),
                status: DeliveryStatus::ALL[status],
                sent_at: day.map(|day| day.parse().unwrap()),
            });
        }
    }
}
