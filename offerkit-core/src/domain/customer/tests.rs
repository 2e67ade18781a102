use super::*;
use serde_json::json;

fn builder() -> CustomerBuilder {
    let id = "018f4a2c-0000-7000-8000-000000000001".parse().unwrap();
    let created_at = "2026-01-31T09:30:00.000000Z".parse().unwrap();
    CustomerBuilder::new(id, created_at)
}

fn with(columns: &[(&str, &str)]) -> CustomerBuilder {
    let mut builder = builder();
    for (column, text) in columns {
        builder.set(column, text).unwrap();
    }
    builder
}

fn full() -> Customer {
    let columns = [
        ("external_id", "CRM-17"),
        ("full_name", "  Asha Rao "),
        ("email", "asha@example.in"),
        ("phone", "+91 98450 00000"),
        ("dob", "1992-02-29"),
        ("gender", "female"),
        ("kyc_status", "verified"),
        ("segment", "premium"),
        ("occupation", "salaried"),
        ("annual_income", "1250000.50"),
        ("credit_score", "742"),
        ("state", "Karnataka"),
        ("city", "Bengaluru"),
        ("pin_code", "560001"),
        ("marital_status", "married"),
        ("account_age_months", "36"),
        ("preferred_language", "kn"),
        ("is_active", "f"),
    ];
    let attributes = json!({"tier": "gold"}).as_object().unwrap().clone();
    with(&columns).attributes(attributes).build().unwrap()
}

#[test]
fn every_column_can_be_set_from_text() {
    let customer = full();
    assert_eq!(customer.full_name(), "Asha Rao");
    assert_eq!(customer.annual_income().unwrap().to_string(), "1250000.5");
    assert_eq!(customer.dob().unwrap().to_string(), "1992-02-29");
    assert_eq!(customer.marital_status(), Some(MaritalStatus::Married));
    assert_eq!(customer.attribute("tier"), Some(&json!("gold")));
    assert!(!customer.is_active());
    for column in Column::ALL {
        assert_eq!(column.as_str().parse::<Column>().unwrap(), *column);
    }
}

#[test]
fn empty_text_is_absent() {
    let customer = with(&[("full_name", "A"), ("segment", " ")])
        .build()
        .unwrap();
    assert_eq!(customer.segment(), None);
    assert!(customer.is_active());
    assert!(customer.attributes().is_empty());
}

#[test]
fn a_refused_value_names_its_column_and_what_it_takes() {
    let cases = [
        ("gender", "m", "`male`, `female` or `other`"),
        ("dob", "1992-2-9", "a date as `YYYY-MM-DD`"),
        ("dob", "1993-02-29", "a date as `YYYY-MM-DD`"),
        ("credit_score", "7e2", "a whole number"),
        ("annual_income", "1_000", "a number such as"),
        ("annual_income", "12,5", "a number such as"),
        ("email", "nobody", "an e-mail address"),
        ("city", "a\0b", "text without U+0000"),
        ("shoe_size", "42", "a column of the customers table"),
    ];
    for (column, value, expected) in cases {
        let error = builder().set(column, value).unwrap_err();
        assert_eq!(error.column(), column);
        assert!(error.expected().contains(expected), "{error}");
    }
    let long = "x".repeat(MAX_WORD_BYTES + 1);
    assert_eq!(
        builder().set("city", &long).unwrap_err().expected(),
        "at most 256 bytes"
    );
}

#[test]
fn a_customer_has_a_name() {
    let error = builder().build().unwrap_err();
    assert_eq!(
        error.to_string(),
        "column `full_name`: expected a name, since every customer has one"
    );
    let error = builder().set("gender", "m").unwrap_err();
    assert_eq!(
        error.to_string(),
        "column `gender` does not take `m`: expected `male`, `female` or `other`"
    );
}

#[test]
fn incomes_that_would_lose_digits_are_refused() {
    for income in ["0.00001", "1000000000000000000000000"] {
        let error = with(&[("full_name", "A"), ("annual_income", income)])
            .build()
            .unwrap_err();
        assert_eq!(error.column(), "annual_income");
    }
    let largest = "-999999999999999999999999.9999";
    let customer = with(&[("full_name", "A"), ("annual_income", largest)])
        .build()
        .unwrap();
    assert_eq!(customer.annual_income().unwrap().to_string(), largest);
}

#[test]
fn json_keeps_every_column() {
    let customer = full();
    let text = serde_json::to_string(&customer).unwrap();
    assert_eq!(serde_json::from_str::<Customer>(&text).unwrap(), customer);
    let mut value = serde_json::to_value(&customer).unwrap();
    value["full_name"] = json!(" ");
    assert!(serde_json::from_value::<Customer>(value).is_err());
}

#[test]
fn debug_shows_no_personal_data() {
    let shown = format!("{:?} {:?}", full(), full().to_parts());
    for personal in ["Asha", "example.in", "98450", "1992", "1250000"] {
        assert!(!shown.contains(personal), "{shown}");
    }
}

#[test]
fn shared_words_are_stored_once() {
    let mut words = Words::new();
    let (mut one, mut other) = (full(), full());
    one.share_words(&mut words);
    other.share_words(&mut words);
    assert_eq!(words.len(), 6);
    assert!(std::ptr::eq(
        one.segment().unwrap(),
        other.segment().unwrap()
    ));
    assert_eq!(one, other);
}

#[test]
fn a_customer_stays_small() {
    assert!(size_of::<Customer>() <= 264, "{}", size_of::<Customer>());
}

#[test]
fn an_attribute_with_a_nul_is_refused() {
    let attributes = json!({"a": [{"b": "x\u{0}"}]}).as_object().unwrap().clone();
    let error = with(&[("full_name", "A")])
        .attributes(attributes)
        .build()
        .unwrap_err();
    assert_eq!(error.column(), "a");
}
