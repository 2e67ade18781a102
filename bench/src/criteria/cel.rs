//! cel-rust: the Common Expression Language, compiled to a tree that is interpreted.

use std::{
    error::Error,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use cel::{
    Context, Env, Value,
    common::{
        types::{CelBool, CelDouble, CelInt, CelNull, CelString},
        value::{CowVal, Val},
    },
    context::VariableResolver,
};
use offerkit::domain::customer::{Customer, KycStatus};
use rust_decimal::prelude::ToPrimitive as _;

use super::{contest::Contestant, documents::Document};

/// The columns that the documents read, as CEL's own values. Texts are borrowed.
pub(super) struct Row<'a> {
    segment: Option<CelString<'a>>,
    kyc_status: Option<CelString<'a>>,
    credit_score: Option<CelInt>,
    annual_income: Option<CelDouble>,
    occupation: Option<CelString<'a>>,
    preferred_language: Option<CelString<'a>>,
    pin_code: Option<CelString<'a>>,
    is_active: CelBool,
}

impl<'a> From<&'a Customer> for Row<'a> {
    fn from(customer: &'a Customer) -> Self {
        let income = customer.annual_income().and_then(|it| it.to_f64());
        Self {
            segment: customer.segment().map(CelString::from),
            kyc_status: customer
                .kyc_status()
                .map(KycStatus::as_str)
                .map(CelString::from),
            credit_score: customer
                .credit_score()
                .map(|it| CelInt::from(i64::from(it))),
            annual_income: income.map(CelDouble::from),
            occupation: customer.occupation().map(CelString::from),
            preferred_language: customer.preferred_language().map(CelString::from),
            pin_code: customer.pin_code().map(CelString::from),
            is_active: CelBool::from(customer.is_active()),
        }
    }
}

/// Answers the variables of one row after the other, so that one context serves them all.
pub(super) struct Rows<'a> {
    rows: Vec<Row<'a>>,
    place: AtomicUsize,
}

impl<'a> Rows<'a> {
    pub(super) fn of(customers: &'a [Customer]) -> Self {
        Self {
            rows: customers.iter().map(Row::from).collect(),
            place: AtomicUsize::new(0),
        }
    }
}

impl VariableResolver for Rows<'_> {
    fn resolve<'b>(&'b self, variable: &str) -> Option<CowVal<'b, 'b>> {
        let row = &self.rows[self.place.load(Ordering::Relaxed)];
        let value: &'b (dyn Val + 'b) = match variable {
            "segment" => or_null(row.segment.as_ref()),
            "kyc_status" => or_null(row.kyc_status.as_ref()),
            "credit_score" => or_null(row.credit_score.as_ref()),
            "annual_income" => or_null(row.annual_income.as_ref()),
            "occupation" => or_null(row.occupation.as_ref()),
            "preferred_language" => or_null(row.preferred_language.as_ref()),
            "pin_code" => or_null(row.pin_code.as_ref()),
            "is_active" => &row.is_active,
            _ => return None,
        };
        Some(CowVal::Borrowed(value))
    }
}

fn or_null<'b, T: Val + 'b>(value: Option<&'b T>) -> &'b (dyn Val + 'b) {
    const NULL: &CelNull = &CelNull;
    value.map_or(NULL, |value| value as &dyn Val)
}

/// Timed: `Program::execute` in one context for all rows, whose resolver lends values that were made before.
pub(super) fn contestant<'a>(
    rows: &'a Rows<'a>,
    document: &Document,
) -> Result<Contestant<'a>, Box<dyn Error>> {
    let env = Arc::new(Env::stdlib());
    let program = env.compile(document.cel)?;
    let mut context = Context::with_env(env);
    context.set_variable_resolver(rows);
    Ok(Contestant::new("cel", rows.rows.len(), move || {
        let mut matches = 0;
        for place in 0..rows.rows.len() {
            rows.place.store(place, Ordering::Relaxed);
            matches += u64::from(matches!(program.execute(&context), Ok(Value::Bool(true))));
        }
        matches
    }))
}
