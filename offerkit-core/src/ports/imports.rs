//! What is imported, how it finds its customers, and what became of it.

use serde::{Deserialize, Serialize};

use crate::domain::Customer;

/// By what an import knows customers again.
///
/// A customer has three keys, each its own alone: the id, the external id and the e-mail address. One of them says whom
/// a row is about. The row updates the customer who has it, and where nobody has it, adds one. With any other key than the
/// id, the customer who is found keeps the id they had.
///
/// Two rows of one batch are taken one after the other: the second finds what the first has left.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MergeBy {
    /// By the id.
    #[default]
    Id,
    /// By the key in the host's own systems.
    ExternalId,
    /// By the e-mail address, byte for byte.
    Email,
}

impl MergeBy {
    /// The key of `customer`, where it is a text; nothing for the id, which every customer has.
    #[must_use]
    pub fn text_of(self, customer: &Customer) -> Option<&str> {
        match self {
            Self::Id => None,
            Self::ExternalId => customer.external_id(),
            Self::Email => customer.email(),
        }
    }
}

/// Why a store refuses a row. Stores answer these sentences and no others, and none quotes the row: they stay in the audit
/// log when the customer is erased.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RowRefusal {
    /// The customers are known by external id, and the row has none.
    NoExternalId,
    /// The customers are known by e-mail address, and the row has none.
    NoEmail,
    /// The row's id is that of a customer who was erased.
    Erased,
    /// The row's id is that of another customer than the one it was found to be about.
    IdTaken,
    /// Another customer has the row's external id.
    ExternalIdTaken,
    /// Another customer has the row's e-mail address.
    EmailTaken,
}

impl RowRefusal {
    /// The sentence.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NoExternalId => "there is no external id to know the customer by",
            Self::NoEmail => "there is no e-mail address to know the customer by",
            Self::Erased => "this customer was erased",
            Self::IdTaken => "another customer has this id",
            Self::ExternalIdTaken => "another customer has this external id",
            Self::EmailTaken => "another customer has this e-mail address",
        }
    }
}

/// A customer to import.
#[derive(Debug, Clone, PartialEq)]
pub struct Incoming {
    /// The customer, as a new one would be stored.
    pub customer: Customer,
    /// Whether it is known when they were created. Where it is not, a customer who is there keeps the moment they have.
    pub has_created_at: bool,
}

impl From<Customer> for Incoming {
    fn from(customer: Customer) -> Self {
        Self {
            customer,
            has_created_at: true,
        }
    }
}

/// A customer to import, or why they were refused before they came to the store.
pub type Candidate = Result<Incoming, String>;

/// Customers that are imported at once.
#[derive(Debug, Clone, Default)]
pub struct ImportBatch {
    /// By what they are known.
    pub merge_by: MergeBy,
    /// The customers, in the order in which they are taken.
    pub candidates: Vec<Candidate>,
}

impl FromIterator<Customer> for ImportBatch {
    /// Customers who are known by their ids.
    fn from_iter<I: IntoIterator<Item = Customer>>(customers: I) -> Self {
        Self {
            merge_by: MergeBy::Id,
            candidates: customers.into_iter().map(|it| Ok(it.into())).collect(),
        }
    }
}

/// What an import did.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ImportReport {
    /// How many customers were new.
    pub added: u64,
    /// How many were there and are now as imported.
    pub updated: u64,
    /// The customers that were refused, by their place in the batch from 0 on, and why.
    pub refused: Vec<(usize, String)>,
}
