//! The meaning of documents on JSON alone: a second reading of the language that shares nothing with the first but the
//! field types. Dates, timestamps and UUIDs are compared as the texts they are stored as.

use std::cmp::Ordering;

use chrono::{Datelike, NaiveDate, TimeDelta};
use offerkit_generator::{Row, SEGMENTS};
use rust_decimal::Decimal;
use serde_json::Value;

/// What the model knows besides the row.
pub(super) struct World {
    pub(super) today: NaiveDate,
    pub(super) now: chrono::DateTime<chrono::Utc>,
    /// Offer, campaign, status, and when it was sent.
    pub(super) history: Vec<(
        &'static str,
        &'static str,
        &'static str,
        Option<&'static str>,
    )>,
}

impl World {
    pub(super) fn selects(&self, document: &Value, row: &Row) -> bool {
        let all = |list: &Value, wanted: bool| {
            let mut parts = list.as_array().unwrap().iter();
            parts.all(|part| self.selects(part, row) == wanted)
        };
        let mut members = document.as_object().unwrap().iter();
        members.all(|(name, operand)| match name.as_str() {
            "$v" | "$everyone" => true,
            "$and" => all(operand, true),
            "$or" => !all(operand, false),
            "$nor" => all(operand, false),
            "$not" => !self.selects(operand, row),
            "$segment" => list(operand)
                .iter()
                .any(|name| self.is_in_segment(name, row)),
            "$received" => self.has_received(operand),
            "$sample" => is_sampled(operand, row["id"].as_str().unwrap()),
            field if operand.is_object() => self.passes(operand, typed(field, &row[field])),
            field => equals(typed(field, &row[field]), operand),
        })
    }

    fn is_in_segment(&self, name: &Value, row: &Row) -> bool {
        let name = name.as_str().unwrap().trim_end_matches("@1");
        let (_, source) = SEGMENTS.iter().find(|(it, _)| *it == name).unwrap();
        self.selects(&serde_json::from_str(source).unwrap(), row)
    }

    fn passes(&self, test: &Value, value: Option<&Value>) -> bool {
        let mut operators = test.as_object().unwrap().iter();
        operators.all(|(name, operand)| {
            let compares = |is: fn(Ordering) -> bool, operand: &Value| {
                value.is_some_and(|value| order(value, operand).is_some_and(is))
            };
            let is_one = || list(operand).iter().any(|item| equals(value, item));
            match name.as_str() {
                "$eq" => equals(value, operand),
                "$ne" => !equals(value, operand),
                "$in" => is_one(),
                "$nin" => !is_one(),
                "$gt" => compares(Ordering::is_gt, operand),
                "$gte" => compares(Ordering::is_ge, operand),
                "$lt" => compares(Ordering::is_lt, operand),
                "$lte" => compares(Ordering::is_le, operand),
                "$between" => {
                    compares(Ordering::is_ge, &operand[0]) && compares(Ordering::is_le, &operand[1])
                }
                "$exists" => value.is_some() == operand.as_bool().unwrap(),
                "$not" => !self.passes(operand, value),
                _ => value.is_some_and(|value| self.holds(name, operand, value)),
            }
        })
    }

    /// The operators that are false on absent, for a value.
    fn holds(&self, name: &str, operand: &Value, value: &Value) -> bool {
        let text = || value.as_str().unwrap();
        match name {
            "$starts_with" => text().starts_with(operand.as_str().unwrap()),
            "$ends_with" => text().ends_with(operand.as_str().unwrap()),
            "$contains" => text().contains(operand.as_str().unwrap()),
            "$ieq" | "$iin" => list(operand)
                .iter()
                .any(|item| fold(item.as_str().unwrap()) == fold(text())),
            "$istarts_with" => fold(text()).starts_with(&fold(operand.as_str().unwrap())),
            "$iends_with" => fold(text()).ends_with(&fold(operand.as_str().unwrap())),
            "$icontains" => fold(text()).contains(&fold(operand.as_str().unwrap())),
            "$has" | "$has_any" => list(operand).iter().any(|item| list(value).contains(item)),
            "$has_all" => list(operand).iter().all(|item| list(value).contains(item)),
            "$size" => {
                let mut items: Vec<&str> =
                    list(value).iter().map(|it| it.as_str().unwrap()).collect();
                items.sort_unstable();
                items.dedup();
                compares_all(i64::try_from(items.len()).unwrap(), operand)
            }
            "$age" => self
                .age(text())
                .is_some_and(|age| compares_all(age, operand)),
            "$anniversary_within" => {
                let days = operand["days"].as_i64().unwrap();
                (0..=days).any(|days| {
                    let day = self.today + TimeDelta::days(days);
                    let (shown, common) = (day.to_string(), !day.leap_year());
                    let ((_, day), (_, date)) = (parts(&shown), parts(text()));
                    day == date || (date == "-02-29" && day == "-03-01" && common)
                })
            }
            "$within_last" | "$within_next" | "$older_than" => self.lies(name, operand, text()),
            _ => panic!("the model has no {name}"),
        }
    }

    fn age(&self, born: &str) -> Option<i64> {
        let today = self.today.to_string();
        let ((year, day), (born_in, birthday)) = (parts(&today), parts(born));
        // As texts, 29 February lies before 1 March and after 28 February in every year.
        (born <= today.as_str()).then_some(year - born_in - i64::from(day < birthday))
    }

    fn lies(&self, name: &str, period: &Value, value: &str) -> bool {
        let (unit, amount) = period.as_object().unwrap().iter().next().unwrap();
        let amount = amount.as_i64().unwrap();
        let sign = if name == "$within_next" { 1 } else { -1 };
        let (now, edge) = if value.contains('T') {
            let minutes = match unit.as_str() {
                "minutes" => 1,
                "hours" => 60,
                "days" => 1440,
                "weeks" => 7 * 1440,
                _ => panic!("{unit}"),
            };
            let edge = self.now + TimeDelta::minutes(sign * amount * minutes);
            let stored =
                |at: chrono::DateTime<chrono::Utc>| at.format("%Y-%m-%dT%H:%M:%S%.6fZ").to_string();
            (stored(self.now), stored(edge))
        } else {
            let edge = match unit.as_str() {
                "days" => self.today + TimeDelta::days(sign * amount),
                "weeks" => self.today + TimeDelta::weeks(sign * amount),
                "months" => add_months(self.today, sign * amount),
                "years" => add_months(self.today, sign * amount * 12),
                _ => panic!("{unit}"),
            };
            (self.today.to_string(), edge.to_string())
        };
        match name {
            "$within_last" => *edge <= *value && *value <= *now,
            "$within_next" => *now <= *value && *value <= *edge,
            _ => *value < *edge,
        }
    }

    fn has_received(&self, wanted: &Value) -> bool {
        let is_one = |name: &str, value: &str| {
            wanted[name].is_null() || list(&wanted[name]).iter().any(|it| it == value)
        };
        let rows = self
            .history
            .iter()
            .filter(|(offer, campaign, status, sent_at)| {
                let period = &wanted["within_last"];
                let is_recent = period.is_null()
                    || sent_at.is_some_and(|at| self.lies("$within_last", period, at));
                is_one("offer", offer)
                    && is_one("campaign", campaign)
                    && is_one("status", status)
                    && is_recent
            });
        u64::try_from(rows.count()).unwrap() >= wanted["at_least"].as_u64().unwrap_or(1)
    }
}

/// The year of a date, and its month and day as text.
fn parts(date: &str) -> (i64, &str) {
    let (year, day) = date.split_at(4);
    (year.parse().unwrap(), day)
}

fn is_sampled(sample: &Value, id: &str) -> bool {
    use md5::{Digest, Md5};
    let hash = Md5::digest(format!("{}:{id}", sample["salt"].as_str().unwrap()));
    let bucket = u32::from_be_bytes(hash[..4].try_into().unwrap()) % 10_000;
    f64::from(bucket) < (sample["percent"].as_f64().unwrap() * 100.0).round()
}

/// The months of a date counted through, its day clamped.
fn add_months(date: NaiveDate, months: i64) -> NaiveDate {
    let month = i64::from(date.year()) * 12 + i64::from(date.month0()) + months;
    let year = i32::try_from(month.div_euclid(12)).unwrap();
    let month = u32::try_from(month.rem_euclid(12)).unwrap() + 1;
    let mut days = (1..=date.day()).rev();
    days.find_map(|day| NaiveDate::from_ymd_opt(year, month, day))
        .unwrap()
}

/// The value of a field, where it has the field's type.
fn typed<'v>(field: &str, value: &'v Value) -> Option<&'v Value> {
    let is_typed = match field {
        "a.int" => value.is_i64(),
        "a.decimal" => value.is_number() && *value != 0.125,
        "a.bool" => value.is_boolean(),
        "a.set" => value
            .as_array()
            .is_some_and(|items| items.iter().all(Value::is_string)),
        "a.date" | "a.timestamp" | "a.uuid" => value.is_string() && value != "?",
        "a.enum" | "a.text" => value.is_string(),
        _ => !value.is_null(),
    };
    is_typed.then_some(value)
}

fn list(value: &Value) -> &[Value] {
    value
        .as_array()
        .map_or(std::slice::from_ref(value), Vec::as_slice)
}

fn equals(value: Option<&Value>, operand: &Value) -> bool {
    match value {
        Some(value) => order(value, operand).is_some_and(Ordering::is_eq),
        None => operand.is_null(),
    }
}

fn order(value: &Value, operand: &Value) -> Option<Ordering> {
    let number = |value: &Value| value.as_number()?.to_string().parse::<Decimal>().ok();
    match (value, operand) {
        (Value::String(value), Value::String(operand)) => Some(value.chars().cmp(operand.chars())),
        (Value::Bool(value), Value::Bool(operand)) => Some(value.cmp(operand)),
        _ => Some(number(value)?.cmp(&number(operand)?)),
    }
}

fn fold(text: &str) -> String {
    let fold = |c: char| {
        if c.is_ascii_uppercase() {
            char::from(c as u8 + 32)
        } else {
            c
        }
    };
    text.chars().map(fold).collect()
}

fn compares_all(n: i64, operand: &Value) -> bool {
    let Some(all) = operand.as_object() else {
        return operand == n;
    };
    all.iter().all(|(name, operand)| {
        let order = n.cmp(&operand.as_i64().unwrap());
        match name.as_str() {
            "$eq" => order.is_eq(),
            "$gt" => order.is_gt(),
            "$gte" => order.is_ge(),
            "$lt" => order.is_lt(),
            _ => order.is_le(),
        }
    })
}
