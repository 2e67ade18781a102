//! Why a document selects a customer, and why not.

mod evaluate;

use std::fmt;

use serde::Serialize;

use super::document::Criteria;
use super::record::Record;
use super::sample::BUCKETS;
use super::situation::Situation;
use super::span::Span;

/// What a clause of a document asked of one record, what was found, and whether it holds; so, too, for its parts.
///
/// Shown, it is a tree with a line for each clause, and whether it holds before each line. An object with one member,
/// and a group with one item, are that member or item.
///
/// ```
/// use offerkit_core::criteria::{Catalog, Criteria, Field, FieldValue, Moment, Record};
///
/// struct Row;
///
/// impl Record for Row {
///     fn value(&self, field: &Field) -> FieldValue<'_> {
///         if field.name() == "segment" { FieldValue::Text("premium") } else { FieldValue::Absent }
///     }
/// }
///
/// let text = r#"{"segment": "premium", "$or": [{"city": "Pune"}, {"credit_score": {"$gte": 700}}]}"#;
/// let criteria = Criteria::parse(text, &Catalog::customers())?;
/// let moment = Moment::in_utc("2026-01-31T09:30:00.000000Z".parse()?);
/// let explanation = criteria.explain(&Row, &moment);
/// assert!(!explanation.holds());
/// let shown = r#"
/// no   all of these hold
/// yes    segment is "premium" ["premium"]
/// no     any of these holds
/// no       city is "Pune" [no value]
/// no       credit_score is at least 700 [no value]
/// "#;
/// assert_eq!(explanation.to_string(), shown.trim());
///
/// let decisive: Vec<&str> = explanation.decisive().iter().map(|part| part.pointer()).collect();
/// assert_eq!(decisive, ["/$or/0/city", "/$or/1/credit_score/$gte"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Explanation {
    pointer: Box<str>,
    span: Span,
    kind: ExplanationKind,
    asks: Box<str>,
    holds: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    found: Option<Found>,
    #[serde(skip_serializing_if = "Option::is_none")]
    segment: Option<Box<str>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    parts: Vec<Self>,
}

/// How the parts of an [`Explanation`] make the whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ExplanationKind {
    /// It holds always, and has no parts.
    Everyone,
    /// It holds where all parts hold.
    All,
    /// It holds where any part holds.
    Any,
    /// It holds where no part holds.
    None,
    /// It holds where its one part does not.
    Not,
    /// It tests the value of a field, and has no parts.
    Test,
    /// It holds where its one part does: what the segment says.
    Segment,
    /// It asks what the customer was sent, and has no parts.
    Received,
    /// It asks whether the customer is in a sample, and has no parts.
    Sample,
}

/// What a clause without parts looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Found {
    /// The value of the field, as a sentence shows it; a long one is clipped.
    Value(Box<str>),
    /// The field has a value, which is not told ([`Explanation::without_values`]).
    Hidden,
    /// The field has no value, or one of another type than the catalog declares.
    NoValue,
    /// So many deliveries that count.
    Deliveries(u32),
    /// The customer's bucket among the 10,000 of the sample's salt.
    Bucket(u32),
    /// The record has no id, by which deliveries and samples know a customer.
    NoCustomer,
}

impl fmt::Display for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Value(value) => f.write_str(value),
            Self::Hidden => f.write_str("a value"),
            Self::NoValue => f.write_str("no value"),
            Self::Deliveries(1) => f.write_str("1 delivery"),
            Self::Deliveries(count) => write!(f, "{count} deliveries"),
            Self::Bucket(bucket) => write!(f, "bucket {bucket} of {BUCKETS}"),
            Self::NoCustomer => f.write_str("no id"),
        }
    }
}

impl Criteria {
    /// Says of every clause of the document whether it holds for the record, and what it found there.
    ///
    /// The whole holds where [`Criteria::matches`] does. The words are those of [`Criteria::describe`], and they show
    /// values of the record: what is shown to whom is the caller's to decide.
    #[must_use]
    pub fn explain<'h, R: Record + ?Sized>(
        &self,
        record: &R,
        at: impl Into<Situation<'h>>,
    ) -> Explanation {
        evaluate::explain(self.clause(), record, &at.into())
    }
}

impl Explanation {
    /// Where the clause stands: an RFC 6901 pointer into the document, or into the text of the segment it is part of.
    #[must_use]
    pub fn pointer(&self) -> &str {
        &self.pointer
    }

    /// The bytes of the clause in the same text.
    #[must_use]
    pub const fn span(&self) -> Span {
        self.span
    }

    /// How the parts make the whole.
    #[must_use]
    pub const fn kind(&self) -> ExplanationKind {
        self.kind
    }

    /// What the clause asks of a customer, such as `city is "Pune"`.
    #[must_use]
    pub fn asks(&self) -> &str {
        &self.asks
    }

    /// Whether the clause holds.
    #[must_use]
    pub const fn holds(&self) -> bool {
        self.holds
    }

    /// What the clause looked at, where it has no parts.
    #[must_use]
    pub const fn found(&self) -> Option<&Found> {
        self.found.as_ref()
    }

    /// The segment whose text the parts stand in, as `name@version`.
    #[must_use]
    pub fn segment(&self) -> Option<&str> {
        self.segment.as_deref()
    }

    /// The clauses it consists of, in the order of the document.
    #[must_use]
    pub fn parts(&self) -> &[Self] {
        &self.parts
    }

    /// The same without the record's values: whether there is one is all that is told.
    #[must_use]
    pub fn without_values(mut self) -> Self {
        self.hide_values();
        self
    }

    fn hide_values(&mut self) {
        if let Some(found @ Found::Value(_)) = &mut self.found {
            *found = Found::Hidden;
        }
        self.parts.iter_mut().for_each(Self::hide_values);
    }

    /// The clauses without parts that decided: where all had to hold and did not, those that do not hold; where any had
    /// to hold and did, those that hold; otherwise all of them.
    #[must_use]
    pub fn decisive(&self) -> Vec<&Self> {
        let mut found = Vec::new();
        self.collect_decisive(&mut found);
        found
    }

    fn collect_decisive<'e>(&'e self, found: &mut Vec<&'e Self>) {
        if self.parts.is_empty() {
            return found.push(self);
        }
        let decides = |part: &Self| match self.kind {
            ExplanationKind::All | ExplanationKind::Any => part.holds == self.holds,
            ExplanationKind::None | ExplanationKind::Not => part.holds != self.holds,
            ExplanationKind::Segment
            | ExplanationKind::Everyone
            | ExplanationKind::Test
            | ExplanationKind::Received
            | ExplanationKind::Sample => true,
        };
        for part in self.parts.iter().filter(|part| decides(part)) {
            part.collect_decisive(found);
        }
    }

    fn write(&self, f: &mut fmt::Formatter<'_>, depth: usize) -> fmt::Result {
        if depth > 0 {
            f.write_str("\n")?;
        }
        let (outcome, indent) = (if self.holds { "yes" } else { "no" }, 2 * depth);
        write!(f, "{outcome:<3}  {:indent$}{}", "", self.asks)?;
        if let Some(found) = &self.found {
            write!(f, " [{found}]")?;
        }
        for part in &self.parts {
            part.write(f, depth + 1)?;
        }
        Ok(())
    }
}

impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write(f, 0)
    }
}

#[cfg(test)]
mod tests;
