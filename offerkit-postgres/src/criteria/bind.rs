//! Values that travel beside a statement.

use std::fmt;

use chrono::{DateTime, NaiveDate, Utc};
use offerkit_core::{criteria::Literal, time::Timestamp};
use rust_decimal::Decimal;
use serde_json::Value;
use sqlx::{
    Postgres, QueryBuilder,
    types::{Json, Uuid},
};

/// A value of one of the few types that criteria compare with. The type decides whether an index is used: an integer
/// that is bound as a float reads the whole table.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Bind {
    Int(i64),
    Ints(Vec<i64>),
    Decimal(Decimal),
    Decimals(Vec<Decimal>),
    Bool(bool),
    Bools(Vec<bool>),
    Text(String),
    Texts(Vec<String>),
    Date(NaiveDate),
    Dates(Vec<NaiveDate>),
    Timestamp(DateTime<Utc>),
    Timestamps(Vec<DateTime<Utc>>),
    Uuid(Uuid),
    Uuids(Vec<Uuid>),
    Json(Value),
    Jsons(Vec<Value>),
}

impl Bind {
    pub(super) fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    pub(super) fn timestamp(at: Timestamp) -> Self {
        Self::Timestamp(held_moment(at))
    }

    pub(super) fn texts(texts: &[Box<str>]) -> Self {
        Self::Texts(texts.iter().map(ToString::to_string).collect())
    }

    pub(super) fn literal(literal: &Literal) -> Self {
        match literal {
            Literal::Text(text) => Self::text(text.as_ref()),
            Literal::Int(int) => Self::Int(*int),
            Literal::Decimal(decimal) => Self::Decimal(*decimal),
            Literal::Bool(bool) => Self::Bool(*bool),
            Literal::Date(date) => Self::Date(held(*date)),
            Literal::Timestamp(at) => Self::timestamp(*at),
            Literal::Uuid(uuid) => Self::Uuid(*uuid),
        }
    }

    /// The literals of one list, which are of one type: the first one's.
    pub(super) fn literals(literals: &[Literal]) -> Self {
        macro_rules! list {
            ($literal:ident, $bind:ident, $value:ident => $bound:expr) => {
                Self::$bind(
                    literals
                        .iter()
                        .filter_map(|literal| match literal {
                            Literal::$literal($value) => Some($bound),
                            _ => None,
                        })
                        .collect(),
                )
            };
        }
        match literals.first() {
            Some(Literal::Int(_)) => list!(Int, Ints, it => *it),
            Some(Literal::Decimal(_)) => list!(Decimal, Decimals, it => *it),
            Some(Literal::Bool(_)) => list!(Bool, Bools, it => *it),
            Some(Literal::Date(_)) => list!(Date, Dates, it => held(*it)),
            Some(Literal::Timestamp(_)) => list!(Timestamp, Timestamps, it => held_moment(*it)),
            Some(Literal::Uuid(_)) => list!(Uuid, Uuids, it => *it),
            Some(Literal::Text(_)) | None => list!(Text, Texts, it => it.to_string()),
        }
    }

    /// Adds the value to a statement that is built.
    pub(super) fn push_to(self, builder: &mut QueryBuilder<Postgres>) {
        match self {
            Self::Int(it) => builder.push_bind(it),
            Self::Ints(it) => builder.push_bind(it),
            Self::Decimal(it) => builder.push_bind(it),
            Self::Decimals(it) => builder.push_bind(it),
            Self::Bool(it) => builder.push_bind(it),
            Self::Bools(it) => builder.push_bind(it),
            Self::Text(it) => builder.push_bind(it),
            Self::Texts(it) => builder.push_bind(it),
            Self::Date(it) => builder.push_bind(it),
            Self::Dates(it) => builder.push_bind(it),
            Self::Timestamp(it) => builder.push_bind(it),
            Self::Timestamps(it) => builder.push_bind(it),
            Self::Uuid(it) => builder.push_bind(it),
            Self::Uuids(it) => builder.push_bind(it),
            Self::Json(it) => builder.push_bind(Json(it)),
            Self::Jsons(it) => builder.push_bind(it.into_iter().map(Json).collect::<Vec<_>>()),
        };
    }

    /// The name of the type as PostgreSQL knows it.
    pub(crate) const fn sql_type(&self) -> &'static str {
        match self {
            Self::Int(_) => "int8",
            Self::Ints(_) => "int8[]",
            Self::Decimal(_) => "numeric",
            Self::Decimals(_) => "numeric[]",
            Self::Bool(_) => "bool",
            Self::Bools(_) => "bool[]",
            Self::Text(_) => "text",
            Self::Texts(_) => "text[]",
            Self::Date(_) => "date",
            Self::Dates(_) => "date[]",
            Self::Timestamp(_) => "timestamptz",
            Self::Timestamps(_) => "timestamptz[]",
            Self::Uuid(_) => "uuid",
            Self::Uuids(_) => "uuid[]",
            Self::Json(_) => "jsonb",
            Self::Jsons(_) => "jsonb[]",
        }
    }
}

/// Shown, it is the text from which PostgreSQL reads a value of the type.
impl fmt::Display for Bind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Int(it) => it.fmt(f),
            Self::Ints(list) => array(list, f),
            Self::Decimal(it) => it.fmt(f),
            Self::Decimals(list) => array(list, f),
            Self::Bool(it) => it.fmt(f),
            Self::Bools(list) => array(list, f),
            Self::Text(it) => f.write_str(it),
            Self::Texts(list) => array(list, f),
            Self::Date(it) => it.fmt(f),
            Self::Dates(list) => array(list, f),
            Self::Timestamp(it) => Timestamp::from_datetime(*it).fmt(f),
            Self::Timestamps(list) => {
                let shown: Vec<_> = list
                    .iter()
                    .map(|it| Timestamp::from_datetime(*it))
                    .collect();
                array(&shown, f)
            }
            Self::Uuid(it) => it.fmt(f),
            Self::Uuids(list) => array(list, f),
            Self::Json(it) => it.fmt(f),
            Self::Jsons(list) => array(list, f),
        }
    }
}

/// `{"…","…"}`, with what has a meaning there escaped.
fn array<T: ToString>(items: &[T], f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let escaped = |item: &T| {
        let text = item.to_string();
        format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
    };
    let items: Vec<String> = items.iter().map(escaped).collect();
    write!(f, "{{{}}}", items.join(","))
}

/// The first day that is bound. PostgreSQL has no earlier ones than 4713 BC, and customers none before the year 1.
const FIRST: Option<NaiveDate> = NaiveDate::from_ymd_opt(-4000, 1, 1);

/// The date, or the first one that PostgreSQL holds in place of the start of our calendar.
fn held(date: NaiveDate) -> NaiveDate {
    FIRST.map_or(date, |first| date.max(first))
}

fn held_moment(at: Timestamp) -> DateTime<Utc> {
    let at = at.as_datetime();
    let first = FIRST.and_then(|first| first.and_hms_opt(0, 0, 0));
    first.map_or(at, |first| at.max(first.and_utc()))
}
