//! jsonlogic-rs: rules in `JSONLogic` on `serde_json`, interpreted.

use std::error::Error;

use offerkit::domain::customer::{Customer, KycStatus};
use rust_decimal::prelude::ToPrimitive as _;
use serde_json::{Value, json};

use super::{contest::Contestant, documents::Document};

/// The columns that the documents read, as JSON. Absent ones are null.
pub(super) fn rows(customers: &[Customer]) -> Vec<Value> {
    customers.iter().map(row).collect()
}

fn row(customer: &Customer) -> Value {
    json!({
        "segment": customer.segment(),
        "kyc_status": customer.kyc_status().map(KycStatus::as_str),
        "credit_score": customer.credit_score(),
        "annual_income": customer.annual_income().and_then(|it| it.to_f64()),
        "occupation": customer.occupation(),
        "preferred_language": customer.preferred_language(),
        "pin_code": customer.pin_code(),
        "is_active": customer.is_active(),
    })
}

/// Timed: `apply` of the rule on a reference to a row's JSON. It has no compiled form, so each row reads the rule's JSON
/// value again.
pub(super) fn contestant<'a>(
    rows: &'a [Value],
    document: &Document,
) -> Result<Contestant<'a>, Box<dyn Error>> {
    let rule: Value = serde_json::from_str(document.jsonlogic)?;
    Ok(Contestant::new("jsonlogic-rs", rows.len(), move || {
        let is_true = |row| matches!(jsonlogic_rs::apply(&rule, row), Ok(Value::Bool(true)));
        rows.iter().map(|row| u64::from(is_true(row))).sum()
    }))
}
