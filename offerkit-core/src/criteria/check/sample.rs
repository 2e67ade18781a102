//! `$sample`.

use rust_decimal::Decimal;

use super::Checker;
use super::fault::{Fault, wrong_kind};
use crate::criteria::code::ErrorCode;
use crate::criteria::json::{Json, Node};
use crate::criteria::number::Number;
use crate::criteria::quote::quoted;
use crate::criteria::sample::{BUCKETS, Sample};

const PERCENT: &str = "a number above 0 and up to 100, with at most 2 digits behind the point";

impl Checker<'_> {
    pub(super) fn sample(&mut self, node: &Node<'_>) -> Option<Sample> {
        let members = match &node.json {
            Json::Object(members) => members,
            Json::Refused => return None,
            Json::Null | Json::Bool(_) | Json::Number(_) | Json::Text(_) | Json::List(_) => {
                self.report(node.span, || {
                    let expected = "an object with `percent` and `salt`";
                    wrong_kind(ErrorCode::NotObject, "`$sample`", &node.json, expected)
                });
                return None;
            }
        };
        let (mut percent, mut salt) = (None, None);
        for member in members {
            let Some(name) = member.name.as_deref() else {
                continue;
            };
            self.path.enter_member(name);
            match name {
                "percent" => percent = Some(self.percent(&member.value)),
                "salt" => salt = Some(self.salt(&member.value)),
                _ => {
                    let parts = ["percent", "salt"];
                    self.no_part(name, member.name_span, "`$sample`", parts.into_iter());
                }
            }
            self.path.leave();
        }
        let parts = [
            (percent.is_none(), ErrorCode::Percent, PERCENT),
            (
                salt.is_none(),
                ErrorCode::Salt,
                "text of the author's choice",
            ),
        ];
        for (is_missing, code, expected) in parts {
            if is_missing {
                self.report(node.span, || {
                    let message = format!("the sample has no `{code}`");
                    Fault::new(code, message).expecting(expected)
                });
            }
        }
        Some(Sample {
            buckets: percent??,
            salt: salt??,
        })
    }

    fn percent(&mut self, node: &Node<'_>) -> Option<u32> {
        let buckets = match &node.json {
            Json::Number(number) => buckets(*number),
            Json::Refused => return None,
            Json::Null | Json::Bool(_) | Json::Text(_) | Json::List(_) | Json::Object(_) => None,
        };
        if buckets.is_none() {
            self.report(node.span, || {
                let shown = quoted(node.span.of(self.text).unwrap_or_default());
                let message = format!("a sample cannot be {shown} percent");
                Fault::new(ErrorCode::Percent, message).expecting(PERCENT)
            });
        }
        buckets
    }

    fn salt(&mut self, node: &Node<'_>) -> Option<Box<str>> {
        let longest = self.limits().salt_bytes;
        let salt = match &node.json {
            Json::Text(text) => Some(text.as_ref()),
            Json::Refused => return None,
            Json::Null | Json::Bool(_) | Json::Number(_) | Json::List(_) | Json::Object(_) => None,
        };
        let fitting = salt.filter(|salt| (1..=longest).contains(&salt.len()));
        if fitting.is_none() {
            self.report(node.span, || {
                let message = salt.map_or_else(
                    || format!("the salt is {}", node.json.kind()),
                    |salt| format!("the salt has {} bytes", salt.len()),
                );
                Fault::new(ErrorCode::Salt, message)
                    .expecting(format!("text of 1 to {longest} bytes"))
            });
        }
        fitting.map(Box::from)
    }
}

/// Hundredths of a percent.
fn buckets(percent: Number) -> Option<u32> {
    let percent = percent.to_decimal(5, 2).ok()?;
    let buckets = u32::try_from(percent.checked_mul(Decimal::ONE_HUNDRED)?).ok()?;
    (1..=BUCKETS).contains(&buckets).then_some(buckets)
}
