//! Tests of fields that are kept among the attributes, as a record in memory reads them: JSON of another type than the
//! field's is no value.

use chrono::{DateTime, Datelike as _, NaiveDate, Utc};
use offerkit_core::{
    criteria::{Anniversaries, Comparison, Field, FieldType, Literal},
    time::Timestamp,
};
use serde_json::{Value, json};

use super::{
    bind::Bind,
    column::push_text,
    condition::{End, operator, push_condition, push_constant, push_range},
    question::Question,
    relation::SqlColumn,
    sink::Sink,
};

/// The days that there are in the years 1 to 9999, as four digits, two and two.
macro_rules! day {
    () => {
        "(?!0000)(?:[0-9]{4}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)|02-(?:0[1-9]|1[0-9]|2[0-8]))|(?:[0-9]{2}(?:0[48]|[2468][048]|[13579][26])|(?:[02468][048]|[13579][26])00)-02-29)"
    };
}

const DATE: &str = concat!("^", day!(), "$");
const TIMESTAMP: &str = concat!(
    "^",
    day!(),
    "T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9][.][0-9]{6}Z$"
);
const UUID: &str = "^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$";

/// The value of one attribute, as expressions over the column that holds them all.
struct Attribute<'a> {
    attributes: &'a str,
    name: &'a str,
    field_type: &'a FieldType,
}

pub(super) fn push(
    sink: &mut impl Sink,
    column: &SqlColumn,
    field: &Field,
    question: &Question<'_>,
    wanted: bool,
) {
    let attribute = Attribute {
        attributes: &column.value,
        name: field.name(),
        field_type: field.field_type(),
    };
    match question {
        Question::Never => push_constant(sink, false, wanted),
        Question::Exists => exists(sink, &attribute, wanted),
        Question::Equals(literal) => contains(sink, column, wanted, |sink| {
            sink.bind(Bind::Json(attribute.holding(json(literal))));
        }),
        Question::In(list) => contains(sink, column, wanted, |sink| {
            let list = list.iter().map(|it| attribute.holding(json(it)));
            any(sink, list.collect());
        }),
        Question::Between(low, high) => push_condition(sink, wanted, |sink| {
            let ends = (low.as_ref().map(end), high.as_ref().map(end));
            push_range(sink, &attribute.value(), false, ends, true);
        }),
        Question::Anniversary(days) => push_condition(sink, wanted, |sink| {
            anniversary(sink, &attribute.value(), days);
        }),
        Question::FoldedEquals(_)
        | Question::FoldedIn(_)
        | Question::Starts(_)
        | Question::Ends(_)
        | Question::Contains(_) => push_condition(sink, wanted, |sink| {
            push_text(sink, &attribute.value(), false, question, true);
        }),
        Question::HasAny(items) => push_condition(sink, wanted, |sink| {
            contains(sink, column, true, |sink| match items {
                [one] => sink.bind(Bind::Json(attribute.holding(json!([one])))),
                items => {
                    let items = items.iter().map(|it| attribute.holding(json!([it])));
                    any(sink, items.collect());
                }
            });
            sink.push(" AND ");
            sink.push(&attribute.is_set());
        }),
        Question::HasAll(items) => push_condition(sink, wanted, |sink| {
            contains(sink, column, true, |sink| {
                sink.bind(Bind::Json(attribute.holding(json!(items))));
            });
            sink.push(" AND ");
            sink.push(&attribute.is_set());
        }),
        Question::Size(is, size) => push_condition(sink, wanted, |sink| {
            has_size(sink, &attribute, *is, *size);
        }),
    }
}

/// Writes that the attributes contain what `operand` writes: found by an index over all attributes. A JSON list contains a
/// text that is one of its items, but not so below a name.
fn contains<S: Sink>(sink: &mut S, column: &SqlColumn, wanted: bool, operand: impl FnOnce(&mut S)) {
    if !wanted {
        sink.push(if column.is_nullable { "(" } else { "NOT (" });
    }
    sink.push(&column.value);
    sink.push(" @> ");
    operand(sink);
    if !wanted {
        sink.push(if column.is_nullable {
            ") IS NOT TRUE"
        } else {
            ")"
        });
    }
}

fn any(sink: &mut impl Sink, list: Vec<Value>) {
    sink.push("ANY (");
    sink.bind(Bind::Jsons(list));
    sink.push(")");
}

fn exists(sink: &mut impl Sink, attribute: &Attribute<'_>, wanted: bool) {
    match attribute.field_type {
        FieldType::Text | FieldType::Enum { .. } => attribute.push_type(sink, "string", wanted),
        FieldType::Bool => attribute.push_type(sink, "boolean", wanted),
        FieldType::Set => push_condition(sink, wanted, |sink| sink.push(&attribute.is_set())),
        FieldType::Int
        | FieldType::Decimal { .. }
        | FieldType::Date
        | FieldType::Timestamp
        | FieldType::Uuid => {
            sink.push(&attribute.value());
            sink.push(if wanted { " IS NOT NULL" } else { " IS NULL" });
        }
    }
}

/// Months and days, such as `12-31`.
fn anniversary(sink: &mut impl Sink, value: &str, days: &Anniversaries) {
    let days = days.month_days();
    let days = days.map(|(month, day)| format!("{month:02}-{day:02}"));
    sink.push("substr(");
    sink.push(value);
    sink.push(", 6) = ANY (");
    sink.bind(Bind::Texts(days.collect()));
    sink.push(")");
}

fn has_size(sink: &mut impl Sink, attribute: &Attribute<'_>, is: Comparison, size: i64) {
    sink.push("CASE WHEN ");
    sink.push(&attribute.is_set());
    sink.push(
        " THEN (SELECT count(DISTINCT item.text COLLATE \"C\") FROM jsonb_array_elements_text(",
    );
    sink.push(&attribute.json());
    sink.push(") AS item (text)) END");
    sink.push(operator(is));
    sink.bind(Bind::Int(size));
}

/// The typed value of an attribute, or NULL, as conditions compare it.
pub(super) fn value(attributes: &str, name: &str, field_type: &FieldType) -> String {
    let attribute = Attribute {
        attributes,
        name,
        field_type,
    };
    attribute.value()
}

impl Attribute<'_> {
    /// The value as JSON. The name has no character but a-z, 0-9, `_` and `.`.
    fn json(&self) -> String {
        format!("({} -> '{}')", self.attributes, self.name)
    }

    fn text(&self) -> String {
        format!("({} ->> '{}')", self.attributes, self.name)
    }

    /// The typed value, or NULL. A `CASE` guards each cast, since the parts of an `AND` are evaluated in any order.
    ///
    /// An index over this expression serves ranges, so its text is changed with care.
    fn value(&self) -> String {
        let (json, text) = (self.json(), self.text());
        match self.field_type {
            FieldType::Text | FieldType::Enum { .. } => {
                format!("(CASE jsonb_typeof{json} WHEN 'string' THEN {text} END COLLATE \"C\")")
            }
            FieldType::Int => format!(
                "(CASE jsonb_typeof{json} WHEN 'number' THEN CASE WHEN {json}::NUMERIC % 1 = 0 \
                 AND {json}::NUMERIC BETWEEN {} AND {} THEN {json}::BIGINT END END)",
                i64::MIN,
                i64::MAX
            ),
            FieldType::Decimal { precision, scale } => format!(
                "(CASE jsonb_typeof{json} WHEN 'number' THEN CASE WHEN {json}::NUMERIC = round({json}::NUMERIC, {scale}) \
                 AND abs({json}::NUMERIC) < 1e{} THEN {json}::NUMERIC END END)",
                precision.saturating_sub(*scale)
            ),
            FieldType::Date => shaped(&text, DATE),
            FieldType::Timestamp => shaped(&text, TIMESTAMP),
            FieldType::Uuid => shaped(&text, UUID),
            FieldType::Bool => {
                format!("(CASE jsonb_typeof{json} WHEN 'boolean' THEN {json}::BOOLEAN END)")
            }
            FieldType::Set => format!("(CASE WHEN {} THEN {json} END)", self.is_set()),
        }
    }

    /// Whether the value is a list that has nothing but texts. Strictly, so that a list among the items is not opened; and
    /// silently, since what is no list has no items.
    fn is_set(&self) -> String {
        let json = self.json();
        format!(
            "(jsonb_typeof{json} = 'array' AND NOT jsonb_path_exists({json}, \
             'strict $[*] ? (@.type() != \"string\")', '{{}}', TRUE))"
        )
    }

    fn push_type(&self, sink: &mut impl Sink, name: &str, wanted: bool) {
        sink.push("jsonb_typeof");
        sink.push(&self.json());
        sink.push(if wanted {
            " = '"
        } else {
            " IS DISTINCT FROM '"
        });
        sink.push(name);
        sink.push("'");
    }

    /// The attributes of a customer whose value this is.
    fn holding(&self, value: Value) -> Value {
        Value::Object([(self.name.to_owned(), value)].into_iter().collect())
    }
}

fn shaped(text: &str, shape: &str) -> String {
    format!("(CASE WHEN {text} COLLATE \"C\" ~ '{shape}' THEN {text} END COLLATE \"C\")")
}

/// The literal as it is stored.
fn json(literal: &Literal) -> Value {
    match literal {
        Literal::Text(text) => text.as_ref().into(),
        Literal::Int(int) => (*int).into(),
        // Decimals among the attributes have no more digits than a JSON number of ours keeps.
        Literal::Decimal(decimal) => serde_json::from_str(&decimal.to_string()).unwrap_or_default(),
        Literal::Bool(bool) => (*bool).into(),
        Literal::Date(date) => shown_date(*date).into(),
        Literal::Timestamp(at) => shown_moment(*at).into(),
        Literal::Uuid(uuid) => uuid.to_string().into(),
    }
}

fn end(literal: &Literal) -> End {
    End::Bind(match literal {
        Literal::Date(date) => Bind::text(shown_date(*date)),
        Literal::Timestamp(at) => Bind::text(shown_moment(*at)),
        Literal::Text(_)
        | Literal::Int(_)
        | Literal::Decimal(_)
        | Literal::Bool(_)
        | Literal::Uuid(_) => Bind::literal(literal),
    })
}

/// The date as it is stored; one that has no such form as a text before or behind all that have.
fn shown_date(date: NaiveDate) -> String {
    shown(date.year(), || date.to_string())
}

fn shown_moment(at: Timestamp) -> String {
    let day: DateTime<Utc> = at.as_datetime();
    shown(day.year(), || at.to_string())
}

fn shown(year: i32, form: impl FnOnce() -> String) -> String {
    match year {
        ..=0 => String::new(),
        1..=9999 => form(),
        10_000.. => "~".to_owned(),
    }
}
