//! Whole numbers and periods.

use std::ops::RangeInclusive;

use super::Checker;
use super::fault::{Fault, wrong_kind};
use super::name::unusable;
use crate::criteria::code::ErrorCode;
use crate::criteria::comparison::Comparison;
use crate::criteria::json::{Json, Member, Node};
use crate::criteria::limits::Limits;
use crate::criteria::number::{IntFault, Number};
use crate::criteria::operator::Operator;
use crate::criteria::period::{Period, PeriodUnit};
use crate::criteria::quote::quoted;
use crate::criteria::suggest::nearest;

/// The units of periods of dates.
pub(super) const DATE_UNITS: [PeriodUnit; 4] = [
    PeriodUnit::Days,
    PeriodUnit::Weeks,
    PeriodUnit::Months,
    PeriodUnit::Years,
];

/// The units of periods of timestamps.
pub(super) const TIMESTAMP_UNITS: [PeriodUnit; 4] = [
    PeriodUnit::Minutes,
    PeriodUnit::Hours,
    PeriodUnit::Days,
    PeriodUnit::Weeks,
];

/// The days from one anniversary to the next, at most.
const MOST_DAYS_AHEAD: i64 = 366;

impl Checker<'_> {
    /// A whole number within a range.
    pub(super) fn int(
        &mut self,
        node: &Node<'_>,
        what: &str,
        range: RangeInclusive<i64>,
    ) -> Option<i64> {
        let number = match &node.json {
            Json::Number(number) => *number,
            Json::Refused => return None,
            Json::Null | Json::Bool(_) | Json::Text(_) | Json::List(_) | Json::Object(_) => {
                self.report(node.span, || {
                    let expected = whole_number(&range);
                    wrong_kind(ErrorCode::LiteralType, what, &node.json, &expected)
                });
                return None;
            }
        };
        let fault = match number.to_int() {
            Ok(value) if range.contains(&value) => return Some(value),
            Ok(_) | Err(IntFault::Range) => IntFault::Range,
            Err(IntFault::Fraction) => IntFault::Fraction,
        };
        self.report(node.span, || {
            let (code, message) = match fault {
                IntFault::Range => (ErrorCode::IntRange, format!("{what} is out of range")),
                IntFault::Fraction => (ErrorCode::IntFraction, format!("{what} has a fraction")),
            };
            Fault::new(code, message).expecting(whole_number(&range))
        });
        None
    }

    /// The operand of `$size` and `$age`: a whole number, or comparisons with some.
    pub(super) fn comparisons(
        &mut self,
        operator: Operator,
        node: &Node<'_>,
    ) -> Option<Vec<(Comparison, i64)>> {
        let what = format!("`{}`", operator.as_str());
        match &node.json {
            Json::Number(_) => {
                let number = self.int(node, &what, i64::MIN..=i64::MAX)?;
                Some(vec![(Comparison::Eq, number)])
            }
            Json::Object(members) if members.is_empty() => {
                self.report(node.span, || {
                    let message = format!("the test of {what} has no operator");
                    Fault::new(ErrorCode::EmptyTest, message).expecting(comparison_names())
                });
                None
            }
            Json::Object(members) => {
                let read = members.iter().map(|member| self.comparison(&what, member));
                let read: Vec<_> = read.collect();
                read.into_iter().collect()
            }
            Json::Refused => None,
            Json::Null | Json::Bool(_) | Json::Text(_) | Json::List(_) => {
                self.report(node.span, || {
                    let expected = "a whole number, or a test such as `{\"$gte\": 18}`";
                    wrong_kind(ErrorCode::LiteralType, &what, &node.json, expected)
                });
                None
            }
        }
    }

    fn comparison(&mut self, what: &str, member: &Member<'_>) -> Option<(Comparison, i64)> {
        let name = member.name.as_deref()?;
        self.path.enter_member(name);
        let known = Comparison::ALL.into_iter().find(|it| it.as_str() == name);
        if known.is_none() {
            self.report(member.name_span, || {
                let names = Comparison::ALL.iter().map(|it| it.as_str());
                unusable(name, "in the test of a field", names).expecting(comparison_names())
            });
        }
        let number = known.and_then(|_| self.int(&member.value, what, i64::MIN..=i64::MAX));
        self.path.leave();
        Some((known?, number?))
    }

    /// The operand of `$anniversary_within`.
    pub(super) fn days_ahead(&mut self, node: &Node<'_>) -> Option<u16> {
        let member = self
            .only_unit(node, &[PeriodUnit::Days], "an anniversary")?
            .1;
        self.path.enter_member(PeriodUnit::Days.as_str());
        let days = self.int(&member.value, "the number of days", 0..=MOST_DAYS_AHEAD);
        self.path.leave();
        u16::try_from(days?).ok()
    }

    /// A period in one of the units, which those of `what` have.
    pub(super) fn period(
        &mut self,
        node: &Node<'_>,
        units: &[PeriodUnit],
        what: &str,
    ) -> Option<Period> {
        let what = format!("a {what}");
        let (unit, member) = self.only_unit(node, units, &what)?;
        let longest = longest(unit, self.limits());
        let amount = match &member.value.json {
            Json::Number(number) => amount(*number).filter(|amount| *amount <= longest),
            Json::Refused => return None,
            Json::Null | Json::Bool(_) | Json::Text(_) | Json::List(_) | Json::Object(_) => None,
        };
        if amount.is_none() {
            self.path.enter_member(unit.as_str());
            self.report(member.value.span, || {
                let shown = quoted(member.value.span.of(self.text).unwrap_or_default());
                let message = format!("a period has no {shown} {}", unit.as_str());
                Fault::new(ErrorCode::Duration, message)
                    .expecting(format!("a whole number from 0 to {longest}"))
            });
            self.path.leave();
        }
        amount.map(|amount| Period::new(amount, unit))
    }

    /// The one member of an object whose name is one of the units.
    fn only_unit<'n, 't>(
        &mut self,
        node: &'n Node<'t>,
        units: &[PeriodUnit],
        what: &str,
    ) -> Option<(PeriodUnit, &'n Member<'t>)> {
        let expected = || {
            let units: Vec<String> = units
                .iter()
                .map(|unit| format!("`{{\"{}\": 30}}`", unit.as_str()))
                .collect();
            format!("a period, such as {}", units.join(" or "))
        };
        let members = match &node.json {
            Json::Object(members) => members,
            Json::Refused => return None,
            Json::Null | Json::Bool(_) | Json::Number(_) | Json::Text(_) | Json::List(_) => {
                self.report(node.span, || {
                    let code = ErrorCode::Duration;
                    wrong_kind(code, "the period", &node.json, &expected())
                });
                return None;
            }
        };
        let [member] = members.as_slice() else {
            self.report(node.span, || {
                let message = format!("the period has {} units", members.len());
                Fault::new(ErrorCode::Duration, message).expecting(expected())
            });
            return None;
        };
        let name = member.name.as_deref()?;
        if let Some(unit) = units.iter().find(|unit| unit.as_str() == name) {
            return Some((*unit, member));
        }
        self.path.enter_member(name);
        self.report(member.name_span, || {
            let is_unit = PeriodUnit::ALL.iter().any(|unit| unit.as_str() == name);
            let message = if is_unit {
                format!("{what} has no period in {name}")
            } else {
                format!("there is no unit {}", quoted(name))
            };
            let names = units.iter().map(|unit| unit.as_str());
            Fault::new(ErrorCode::Duration, message)
                .expecting(expected())
                .suggesting(nearest(name, names))
        });
        self.path.leave();
        None
    }
}

fn amount(number: Number) -> Option<u32> {
    u32::try_from(number.to_int().ok()?).ok()
}

/// The most of the unit that a period may have.
fn longest(unit: PeriodUnit, limits: &Limits) -> u32 {
    let days = limits.period_days.min(Limits::MAX_PERIOD_DAYS);
    match unit {
        PeriodUnit::Minutes => days * 24 * 60,
        PeriodUnit::Hours => days * 24,
        PeriodUnit::Days => days,
        PeriodUnit::Weeks => days / 7,
        // 100 years have 36,525 days.
        PeriodUnit::Months => days * 100 / 36_525 * 12,
        PeriodUnit::Years => days * 100 / 36_525,
    }
}

fn whole_number(range: &RangeInclusive<i64>) -> String {
    if *range == (i64::MIN..=i64::MAX) {
        "a whole number".to_owned()
    } else {
        format!("a whole number from {} to {}", range.start(), range.end())
    }
}

fn comparison_names() -> String {
    let names = Comparison::ALL
        .iter()
        .map(|it| format!("`{}`", it.as_str()));
    format!("one of {}", names.collect::<Vec<_>>().join(", "))
}
