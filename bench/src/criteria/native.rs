//! The limits of evaluating row by row: closures that a compiler has optimised for one condition.

use std::hint::black_box;

use chrono::NaiveDate;
use offerkit::domain::customer::{Customer, Gender, KycStatus, MaritalStatus};
use rust_decimal::Decimal;

use super::{
    contest::{Contestant, count},
    dictionary::Dictionary,
    documents::Which,
};

/// A customer as a service without us would have it.
#[expect(
    dead_code,
    reason = "a row is as wide as its table, whatever is asked of it"
)]
pub(super) struct Plain {
    id: u128,
    external_id: Option<String>,
    full_name: String,
    email: Option<String>,
    phone: Option<String>,
    dob: Option<NaiveDate>,
    gender: Option<String>,
    kyc_status: Option<String>,
    segment: Option<String>,
    occupation: Option<String>,
    annual_income: Option<Decimal>,
    credit_score: Option<i32>,
    state: Option<String>,
    city: Option<String>,
    pin_code: Option<String>,
    marital_status: Option<String>,
    account_age_months: Option<i32>,
    preferred_language: Option<String>,
    is_active: bool,
}

impl From<&Customer> for Plain {
    fn from(customer: &Customer) -> Self {
        let owned = |text: Option<&str>| text.map(str::to_owned);
        Self {
            id: customer.id().as_uuid().as_u128(),
            external_id: owned(customer.external_id()),
            full_name: customer.full_name().to_owned(),
            email: owned(customer.email()),
            phone: owned(customer.phone()),
            dob: customer.dob(),
            gender: owned(customer.gender().map(Gender::as_str)),
            kyc_status: owned(customer.kyc_status().map(KycStatus::as_str)),
            segment: owned(customer.segment()),
            occupation: owned(customer.occupation()),
            annual_income: customer.annual_income(),
            credit_score: customer.credit_score(),
            state: owned(customer.state()),
            city: owned(customer.city()),
            pin_code: owned(customer.pin_code()),
            marital_status: owned(customer.marital_status().map(MaritalStatus::as_str)),
            account_age_months: customer.account_age_months(),
            preferred_language: owned(customer.preferred_language()),
            is_active: customer.is_active(),
        }
    }
}

fn is_simple(row: &Plain) -> bool {
    row.segment.as_deref() == Some("premium") && row.kyc_status.as_deref() == Some("verified")
}

fn is_complex(row: &Plain, least_income: Decimal) -> bool {
    row.segment
        .as_deref()
        .is_some_and(|it| matches!(it, "premium" | "corporate" | "private"))
        && row.kyc_status.as_deref() != Some("rejected")
        && row.credit_score.is_some_and(|it| it >= 650)
        && row.annual_income.is_some_and(|it| it > least_income)
        && (row.occupation.as_deref() == Some("salaried")
            || row.preferred_language.as_deref() == Some("hi"))
        && row
            .pin_code
            .as_deref()
            .is_some_and(|it| it.starts_with("40"))
        && row.is_active
}

/// How many match: what everybody else must count, too.
pub(super) fn expected(rows: &[Plain], which: Which, only_active: bool) -> u64 {
    let least_income = Decimal::from(800_000);
    let matches = |row: &&Plain| match which {
        Which::Simple => is_simple(row),
        Which::Complex => is_complex(row, least_income),
    };
    count(
        rows.iter()
            .filter(|row| row.is_active || !only_active)
            .filter(matches)
            .count(),
    )
}

/// Timed: the closure on each row, and counting.
pub(super) fn closure(rows: &[Plain], which: Which) -> Contestant<'_> {
    Contestant::new("native closure, `String` columns", rows.len(), move || {
        let rows = black_box(rows);
        let least_income = black_box(Decimal::from(800_000));
        count(match which {
            Which::Simple => rows.iter().filter(|row| is_simple(row)).count(),
            Which::Complex => rows
                .iter()
                .filter(|row| is_complex(row, least_income))
                .count(),
        })
    })
}

/// The columns that the documents read, in a row of 24 bytes: words are numbers, and absent numbers the least.
pub(super) struct Interned {
    annual_income: i64,
    credit_score: i32,
    pin_code: u16,
    segment: u8,
    kyc_status: u8,
    occupation: u8,
    preferred_language: u8,
    is_active: bool,
}

/// Rows whose words are numbers, and what the numbers mean.
pub(super) struct InternedRows {
    rows: Vec<Interned>,
    segments: Dictionary,
    kyc: Dictionary,
    occupations: Dictionary,
    languages: Dictionary,
    pin_codes: Dictionary,
}

impl InternedRows {
    pub(super) fn of(customers: &[Customer]) -> Self {
        let segments = Dictionary::of(customers.iter().map(Customer::segment));
        let kyc = Dictionary::of(customers.iter().map(kyc));
        let occupations = Dictionary::of(customers.iter().map(Customer::occupation));
        let languages = Dictionary::of(customers.iter().map(Customer::preferred_language));
        let pin_codes = Dictionary::of(customers.iter().map(Customer::pin_code));
        let row = |customer: &Customer| Interned {
            annual_income: customer.annual_income().map_or(i64::MIN, paise),
            credit_score: customer.credit_score().unwrap_or(i32::MIN),
            pin_code: pin_codes.code(customer.pin_code()),
            segment: segments.byte(customer.segment()),
            kyc_status: kyc.byte(self::kyc(customer)),
            occupation: occupations.byte(customer.occupation()),
            preferred_language: languages.byte(customer.preferred_language()),
            is_active: customer.is_active(),
        };
        Self {
            rows: customers.iter().map(row).collect(),
            segments,
            kyc,
            occupations,
            languages,
            pin_codes,
        }
    }
}

/// A hundredth of the currency; incomes have no more digits here.
pub(super) fn paise(income: Decimal) -> i64 {
    (income * Decimal::ONE_HUNDRED)
        .try_into()
        .unwrap_or(i64::MIN)
}

pub(super) fn kyc(customer: &Customer) -> Option<&'static str> {
    customer.kyc_status().map(KycStatus::as_str)
}

/// Timed: the closure on each row, and counting. The literals are numbers already.
pub(super) fn interned(table: &InternedRows, which: Which) -> Contestant<'_> {
    let segment = |name| table.segments.byte(Some(name));
    let [premium, corporate, private] = ["premium", "corporate", "private"].map(segment);
    let verified = table.kyc.byte(Some("verified"));
    let rejected = table.kyc.byte(Some("rejected"));
    let salaried = table.occupations.byte(Some("salaried"));
    let hindi = table.languages.byte(Some("hi"));
    let area = table.pin_codes.prefix("40");
    let matches = move |row: &&Interned| {
        (row.segment == premium || row.segment == corporate || row.segment == private)
            && row.kyc_status != rejected
            && row.credit_score >= 650
            && row.annual_income > 80_000_000
            && (row.occupation == salaried || row.preferred_language == hindi)
            && area.contains(&row.pin_code)
            && row.is_active
    };
    Contestant::new("native closure, interned", table.rows.len(), move || {
        let rows = black_box(&table.rows[..]);
        count(match which {
            Which::Simple => rows
                .iter()
                .filter(|row| row.segment == premium && row.kyc_status == verified)
                .count(),
            Which::Complex => rows.iter().filter(&matches).count(),
        })
    })
}
