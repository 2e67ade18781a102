//! Cases: a document, a customer, and the answer.
//!
//! A file holds one JSON object a line. Members that are not named here are notes.

use std::collections::BTreeMap;

use offerkit::{
    criteria::{History, PastDelivery},
    domain::DeliveryStatus,
    id::{CampaignId, CustomerId, OfferId},
    time::{Date, Timestamp},
};
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value, value::RawValue};

/// One case.
#[derive(Debug, Deserialize)]
pub(crate) struct Case {
    /// What the case shows.
    pub(crate) id: String,
    /// The attributes that the catalog has: `{"tier": "text", "rank": {"enum": ["a", "b"]}}`. Beside `enum` or `type`,
    /// an object may say `required`, `indexed`, `retired` and `protected`.
    pub(crate) fields: Map<String, Value>,
    /// Whether the catalog also has the columns of the customers table, and the row may hold them.
    #[serde(default)]
    pub(crate) columns: bool,
    /// The protected fields that are allowed.
    #[serde(default)]
    pub(crate) allow: Vec<String>,

    /// The document. Its text is kept, so that repeated names and large numbers are seen.
    #[serde(default, deserialize_with = "written")]
    pub(crate) criteria: Option<Box<RawValue>>,
    /// The document where it cannot stand in a line of JSON.
    pub(crate) text: Option<String>,
    /// Saved segments that the document may name, as `name@version`.
    #[serde(default)]
    pub(crate) segments: BTreeMap<String, Box<RawValue>>,
    /// What names of segments without a version mean.
    #[serde(default)]
    pub(crate) pins: BTreeMap<String, u64>,
    /// The tenant's offers.
    #[serde(default)]
    pub(crate) offers: Vec<OfferId>,
    /// The tenant's campaigns.
    #[serde(default)]
    pub(crate) campaigns: Vec<CampaignId>,

    /// The customer as it is imported.
    #[serde(default)]
    pub(crate) row: Map<String, Value>,
    /// The attributes as a store that another program writes to may hold them, instead of `row`.
    pub(crate) stored: Option<Map<String, Value>>,
    /// The customer's id.
    pub(crate) customer: Option<CustomerId>,
    /// What the tenant has sent to the customer.
    #[serde(default)]
    pub(crate) deliveries: Vec<Delivery>,
    /// The time.
    pub(crate) now: Option<Timestamp>,
    /// The day it is then in the tenant's time zone, where that is not UTC.
    pub(crate) today: Option<Date>,

    /// Whether the document selects the customer.
    pub(crate) expected: Option<bool>,
    /// The code of one of the document's errors.
    pub(crate) error: Option<String>,
    /// The code of one of its warnings.
    pub(crate) warning: Option<String>,
}

/// A delivery to the customer.
#[derive(Debug, Deserialize)]
pub(crate) struct Delivery {
    offer: OfferId,
    campaign: CampaignId,
    status: DeliveryStatus,
    sent_at: Option<Timestamp>,
}

impl Case {
    /// Reads a line.
    pub(crate) fn read(line: &str) -> Result<Self, String> {
        let case: Self = serde_json::from_str(line).map_err(|error| error.to_string())?;
        if case.criteria.is_some() == case.text.is_some() {
            return Err("one of `criteria` and `text` is needed".to_owned());
        }
        if case.error.is_some() == (case.expected.is_some() || case.warning.is_some()) {
            return Err("either `error` or `expected` or `warning` is needed".to_owned());
        }
        Ok(case)
    }

    /// The text of the document.
    pub(crate) fn document(&self) -> &str {
        let criteria = self.criteria.as_ref().map(|raw| raw.get());
        self.text.as_deref().or(criteria).unwrap_or_default()
    }
}

/// A document that is there, even if it is only `null`.
fn written<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Box<RawValue>>, D::Error> {
    Box::deserialize(from).map(Some)
}

/// The deliveries of a case are all to its customer.
impl History for Case {
    fn deliveries(&self, _: CustomerId, each: &mut dyn FnMut(&PastDelivery)) {
        for delivery in &self.deliveries {
            each(&PastDelivery {
                offer: delivery.offer,
                campaign: delivery.campaign,
                status: delivery.status,
                sent_at: delivery.sent_at,
            });
        }
    }
}
