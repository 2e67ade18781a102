//! datalogic-rs: rules in `JSONLogic`, compiled.

use std::error::Error;

use chrono::NaiveDate;
use datalogic_rs::{DataValue, Engine, Logic, bumpalo::Bump, datavalue::NumberValue};
use offerkit::domain::customer::{Customer, Gender, KycStatus, MaritalStatus};
use rust_decimal::prelude::ToPrimitive as _;

use super::{contest::Contestant, documents::Document};

/// Which columns a row has: the engine looks a name up by going through them.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Breadth {
    /// All, as a store would have them that knows no document.
    WholeRows,
    /// Those that the documents read, which nobody knows before: the best case.
    ReadColumns,
}

/// The customers as the engine's own values, which borrow the customers' texts.
pub(super) fn rows<'a>(
    customers: &'a [Customer],
    breadth: Breadth,
    arena: &'a Bump,
) -> Vec<DataValue<'a>> {
    let row = |customer| {
        let members = members(customer, arena)
            .into_iter()
            .filter(|(name, _)| breadth == Breadth::WholeRows || READ.contains(name));
        let present = members.filter_map(|(name, value)| Some((name, value?)));
        DataValue::Object(arena.alloc_slice_copy(&present.collect::<Vec<_>>()))
    };
    customers.iter().map(row).collect()
}

/// The columns that the documents read.
const READ: [&str; 8] = [
    "kyc_status",
    "segment",
    "occupation",
    "annual_income",
    "credit_score",
    "pin_code",
    "preferred_language",
    "is_active",
];

/// In the order of the customers table, without the keys. Absent columns have no member.
fn members<'a>(
    customer: &'a Customer,
    arena: &'a Bump,
) -> [(&'static str, Option<DataValue<'a>>); 17] {
    let text = |text: Option<&'a str>| text.map(DataValue::String);
    let int = |value: i32| DataValue::Number(NumberValue::from_i64(i64::from(value)));
    let date = |date: NaiveDate| DataValue::String(arena.alloc_str(&date.to_string()));
    let income = customer.annual_income().and_then(|it| it.to_f64());
    [
        ("full_name", text(Some(customer.full_name()))),
        ("email", text(customer.email())),
        ("phone", text(customer.phone())),
        ("dob", customer.dob().map(date)),
        ("gender", text(customer.gender().map(Gender::as_str))),
        (
            "kyc_status",
            text(customer.kyc_status().map(KycStatus::as_str)),
        ),
        ("segment", text(customer.segment())),
        ("occupation", text(customer.occupation())),
        (
            "annual_income",
            income.map(NumberValue::Float).map(DataValue::Number),
        ),
        ("credit_score", customer.credit_score().map(int)),
        ("state", text(customer.state())),
        ("city", text(customer.city())),
        ("pin_code", text(customer.pin_code())),
        (
            "marital_status",
            text(customer.marital_status().map(MaritalStatus::as_str)),
        ),
        ("account_age_months", customer.account_age_months().map(int)),
        ("preferred_language", text(customer.preferred_language())),
        ("is_active", Some(DataValue::Bool(customer.is_active()))),
    ]
}

/// Timed: `Engine::evaluate` of the compiled rule on a reference to a row's value, which its documentation calls the path
/// without copies, and emptying the arena after each row. These rules leave nothing there, and without the emptying the
/// times are the same.
pub(super) fn contestant<'a>(
    name: &'static str,
    rows: &'a [DataValue<'a>],
    document: &Document,
) -> Result<Contestant<'a>, Box<dyn Error>> {
    let engine = Engine::new();
    let logic: Logic = engine.compile(document.datalogic)?;
    let mut arena = Bump::with_capacity(4_096);
    Ok(Contestant::new(name, rows.len(), move || {
        let mut matches = 0;
        for row in rows {
            let answer = engine.evaluate(&logic, row, &arena);
            matches += u64::from(answer.is_ok_and(|it| matches!(it, DataValue::Bool(true))));
            arena.reset();
        }
        matches
    }))
}
