//! The values of a customer's columns, as expressions over a host's row: none where a customer cannot have it.

use offerkit_core::domain::customer::{
    ANNUAL_INCOME_PRECISION, ANNUAL_INCOME_SCALE, Column, Gender, KycStatus, MAX_EMAIL_BYTES,
    MAX_EXTERNAL_ID_BYTES, MAX_NAME_BYTES, MAX_PHONE_BYTES, MAX_WORD_BYTES, MaritalStatus,
};

use super::host_column::{HostColumn, HostType};
use crate::criteria::SqlColumn;

/// White space as Rust knows it.
macro_rules! white {
    () => {
        r"\u0009\u000A\u000B\u000C\u000D\u0020\u0085\u00A0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200A\u2028\u2029\u202F\u205F\u3000"
    };
}
const WHITE: &str = concat!("E'", white!(), "'");
/// What no e-mail address has: white space and control characters, as ranges.
macro_rules! blank {
    () => {
        r"\u0001-\u0020\u007F-\u00A0\u1680\u2000-\u200A\u2028\u2029\u202F\u205F\u3000"
    };
}
const EMAIL: &str = concat!("E'^[^", blank!(), "]+@[^@", blank!(), "]+$'");

const FIRST_DATE: &str = "DATE '0001-01-01'";
const LAST_DATE: &str = "DATE '9999-12-31'";
const FIRST_MOMENT: &str = "TIMESTAMPTZ '0001-01-01 00:00:00Z'";
const LAST_MOMENT: &str = "TIMESTAMPTZ '9999-12-31 23:59:59.999999Z'";

/// When customers were created of whom the host does not say it.
pub(super) const NO_CREATION: &str = "TIMESTAMPTZ '1970-01-01 00:00:00Z'";

/// The values of a column, for conditions.
pub(super) fn column(column: Column, host: &HostColumn) -> SqlColumn {
    match column {
        Column::FullName => required(name(host)),
        Column::ExternalId => text(trimmed(host, MAX_EXTERNAL_ID_BYTES)),
        Column::Phone => text(trimmed(host, MAX_PHONE_BYTES)),
        Column::Email => text(email(host)),
        Column::Gender => choice(host, Gender::ALL.iter().map(|it| it.as_str())),
        Column::KycStatus => choice(host, KycStatus::ALL.iter().map(|it| it.as_str())),
        Column::MaritalStatus => choice(host, MaritalStatus::ALL.iter().map(|it| it.as_str())),
        Column::Id
        | Column::Segment
        | Column::Occupation
        | Column::State
        | Column::City
        | Column::PinCode
        | Column::PreferredLanguage => word(host),
        Column::Dob => unbounded(host),
        Column::AnnualIncome => decimal(host, ANNUAL_INCOME_PRECISION, ANNUAL_INCOME_SCALE),
        Column::CreditScore | Column::AccountAgeMonths => small_int(host),
        Column::IsActive => SqlColumn {
            is_nullable: false,
            ..SqlColumn::expression(format!("coalesce({}, FALSE)", host.raw))
        },
        Column::CreatedAt => SqlColumn {
            is_nullable: false,
            ..SqlColumn::expression(format!(
                "(CASE WHEN {} THEN {} ELSE {NO_CREATION} END)",
                within(host, FIRST_MOMENT, LAST_MOMENT),
                host.raw
            ))
        },
    }
}

/// Whether the row has a name that a customer can have.
pub(super) fn is_named(host: &HostColumn) -> String {
    format!(
        "octet_length(btrim({}, {WHITE})) BETWEEN 1 AND {MAX_NAME_BYTES}",
        host.text()
    )
}

/// A value that is left out by conditions where it is outside the years 1 to 9999.
pub(super) fn unbounded(host: &HostColumn) -> SqlColumn {
    SqlColumn {
        is_bounded: false,
        ..SqlColumn::expression(host.raw.clone())
    }
}

/// A date, or nothing where it is outside the years 1 to 9999.
pub(super) fn date(host: &HostColumn) -> String {
    let within = within(host, FIRST_DATE, LAST_DATE);
    format!("(CASE WHEN {within} THEN {} END)", host.raw)
}

/// A moment in the form in which attributes hold it.
pub(super) fn canonical_moment(host: &HostColumn) -> String {
    format!(
        "(CASE WHEN {} THEN to_char({} AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"') END)",
        within(host, FIRST_MOMENT, LAST_MOMENT),
        host.raw
    )
}

/// A number of `precision` digits at most, `scale` of them behind the point. NaN is greater than all numbers.
pub(super) fn decimal(host: &HostColumn, precision: u32, scale: u32) -> SqlColumn {
    let number = format!("{}::NUMERIC", host.raw);
    let whole = precision.saturating_sub(scale);
    SqlColumn {
        probe: Some(host.raw.clone().into()),
        ..SqlColumn::expression(format!(
            "(CASE WHEN {number} = round({number}, {scale}) AND abs({number}) < 1e{whole} THEN {number} END)"
        ))
    }
}

/// A text as it stands, in whatever letters.
pub(super) fn any_text(host: &HostColumn) -> SqlColumn {
    let text = host.text();
    SqlColumn {
        ordered: format!("({text} COLLATE \"C\")").into(),
        ..SqlColumn::expression(text)
    }
}

fn within(host: &HostColumn, first: &str, last: &str) -> String {
    format!("{} BETWEEN {first} AND {last}", host.raw)
}

fn text(value: String) -> SqlColumn {
    SqlColumn::expression(value)
}

fn required(value: String) -> SqlColumn {
    SqlColumn {
        is_nullable: false,
        ..text(value)
    }
}

fn name(host: &HostColumn) -> String {
    let text = host.text();
    format!("(btrim({text}, {WHITE}) COLLATE \"C\")")
}

/// What people typed: the white space around it says nothing.
fn trimmed(host: &HostColumn, longest: usize) -> String {
    let text = format!("btrim({}, {WHITE})", host.text());
    format!(
        "(CASE WHEN octet_length({text}) BETWEEN 1 AND {longest} THEN {text} END COLLATE \"C\")"
    )
}

fn email(host: &HostColumn) -> String {
    let text = format!("btrim({}, {WHITE})", host.text());
    format!(
        "(CASE WHEN octet_length({text}) BETWEEN 1 AND {MAX_EMAIL_BYTES} AND {text} COLLATE \"C\" ~ {EMAIL} \
         THEN {text} END COLLATE \"C\")"
    )
}

/// What systems wrote, and criteria look up: compared as it stands, so that an index serves.
fn word(host: &HostColumn) -> SqlColumn {
    let text = host.text();
    guarded(
        host,
        &format!(
            "octet_length({text}) BETWEEN 1 AND {MAX_WORD_BYTES} AND btrim({text}, {WHITE}) = {text}"
        ),
    )
}

fn choice<'c>(host: &HostColumn, choices: impl Iterator<Item = &'c str>) -> SqlColumn {
    let choices: Vec<String> = choices.map(|it| format!("'{it}'")).collect();
    let choices = choices.join(", ");
    guarded(host, &format!("{} IN ({choices})", host.text()))
}

fn guarded(host: &HostColumn, guard: &str) -> SqlColumn {
    let text = host.text();
    let value = format!("(CASE WHEN {guard} THEN {text} END COLLATE \"C\")");
    SqlColumn {
        probe: (host.host_type == HostType::Text).then(|| text.into()),
        ..SqlColumn::expression(value)
    }
}

/// A whole number of 32 bits, as the domain holds it.
fn small_int(host: &HostColumn) -> SqlColumn {
    if host.host_type == HostType::Int {
        return SqlColumn::expression(host.raw.clone());
    }
    let (raw, least, most) = (&host.raw, i32::MIN, i32::MAX);
    SqlColumn {
        probe: Some(raw.clone().into()),
        ..SqlColumn::expression(format!(
            "(CASE WHEN {raw} BETWEEN {least} AND {most} THEN {raw} END)"
        ))
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    #[test]
    fn white_space_is_what_rust_trims() {
        let all = (char::MIN..=char::MAX).filter(|it| it.is_whitespace());
        let mut escaped = String::new();
        for it in all {
            write!(escaped, "\\u{:04X}", u32::from(it)).unwrap();
        }
        assert_eq!(white!(), escaped);
    }
}
