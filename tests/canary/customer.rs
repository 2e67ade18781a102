//! A customer who is unique in every column, so that what was told of them is found wherever it went.

use std::{borrow::Cow, error::Error};

use offerkit::{domain::customer::Customer, testing::TestPlatform};
use serde_json::json;

/// In every text of a canary, and in nothing else.
pub(crate) const CANARY: &str = "canary7q";

/// A customer with `mark`, which begins with [`CANARY`], in every text.
pub(crate) fn customer(
    platform: &TestPlatform,
    mark: &str,
) -> Result<Customer, Box<dyn Error + Send + Sync>> {
    let texts = [
        "external_id",
        "full_name",
        "phone",
        "segment",
        "occupation",
        "state",
        "city",
        "pin_code",
    ];
    let mut columns = vec![
        ("email", format!("{mark}@example.com")),
        ("preferred_language", mark.to_owned()),
        ("dob", "1907-07-07".to_owned()),
        ("annual_income", "7070707.07".to_owned()),
        ("credit_score", "70707".to_owned()),
        ("account_age_months", "70708".to_owned()),
        ("gender", "female".to_owned()),
        ("kyc_status", "verified".to_owned()),
        ("marital_status", "widowed".to_owned()),
    ];
    columns.extend(texts.map(|column| (column, format!("{mark} {column}"))));
    let columns: Vec<_> = columns
        .iter()
        .map(|(name, text)| (*name, &**text))
        .collect();
    let customer = platform.customer(&columns)?;
    let attributes = json!({ CANARY: mark, "tags": [mark] });
    let mut parts = customer.to_parts();
    parts.attributes = Cow::Owned(attributes.as_object().cloned().unwrap_or_default());
    Ok(Customer::from_parts(parts)?)
}
