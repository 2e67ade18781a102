//! Random criteria and customers, as JSON, over few values, so that they often meet. The tests of every evaluator draw from
//! them.

mod documents;
mod rows;

pub use documents::{CAMPAIGNS, OFFERS, SEGMENTS, document};
pub use rows::{FIELDS, HOSTILE, Kind, Row, UUIDS, customer_of, kind, row, value_of};
