//! A document one clause after the other: how many customers each leaves.

use std::collections::BTreeMap;

use serde::Serialize;

use super::clause::{Clause, ClauseKind};
use super::document::Criteria;
use super::record::Record;
use super::references::PinnedSegment;
use super::situation::Situation;
use super::{definition, describe};
use crate::domain::SegmentVersion;
use crate::text::SegmentName;

/// A clause at the top of a document, together with those before it.
#[derive(Clone, Debug)]
pub struct Step {
    pointer: Box<str>,
    description: Box<str>,
    criteria: Criteria,
}

impl Step {
    /// The most steps of a document, since each is counted on its own. The last one takes all clauses that are left.
    pub const MAX: usize = 32;

    /// Where the clause stands in the document: an RFC 6901 pointer.
    #[must_use]
    pub fn pointer(&self) -> &str {
        &self.pointer
    }

    /// Whom this clause alone selects, as one English sentence without a full stop.
    #[must_use]
    pub fn description(&self) -> &str {
        &self.description
    }

    /// Whom the clauses up to this one select, itself included.
    #[must_use]
    pub const fn criteria(&self) -> &Criteria {
        &self.criteria
    }
}

/// How many customers remain after each clause of a document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Waterfall {
    /// All the customers that were looked at.
    pub total: u64,
    /// The clauses, in the order of the document.
    pub steps: Vec<WaterfallStep>,
}

/// How many customers remain after a clause.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct WaterfallStep {
    /// Where the clause stands in the document: an RFC 6901 pointer.
    pub pointer: Box<str>,
    /// Whom this clause alone selects, as one English sentence without a full stop.
    pub description: Box<str>,
    /// How many customers it and all clauses before it select.
    pub remaining: u64,
}

impl WaterfallStep {
    /// The step, with the number of customers that a store has counted for [`Step::criteria`].
    #[must_use]
    pub fn new(step: &Step, remaining: u64) -> Self {
        Self {
            pointer: step.pointer.clone(),
            description: step.description.clone(),
            remaining,
        }
    }
}

impl Criteria {
    /// The clauses at the top of the document, in its order, each with those before it: the last step's criteria equal
    /// the whole. The items of an `$and` at the top are clauses of their own. There are at most [`Step::MAX`] steps.
    ///
    /// ```
    /// use offerkit_core::criteria::{Catalog, Criteria};
    ///
    /// let text = r#"{"segment": "premium", "city": "Pune"}"#;
    /// let criteria = Criteria::parse(text, &Catalog::customers())?;
    /// let steps = criteria.steps();
    /// assert_eq!(steps[1].description(), r#"customers whose city is "Pune""#);
    /// assert_eq!(*steps[1].criteria(), criteria);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn steps(&self) -> Vec<Step> {
        let groups = groups(self.clause());
        let mut before = 0;
        let mut steps = Vec::with_capacity(groups.len());
        for group in &groups {
            before += group.len();
            let clauses = groups.iter().flatten().take(before);
            let clauses: Vec<Clause> = clauses.map(|clause| Clause::clone(clause)).collect();
            let criteria = if steps.len() + 1 == groups.len() {
                self.clone()
            } else {
                let segments = pinned(&clauses);
                self.conjunction(clauses, segments)
            };
            steps.push(Step {
                pointer: pointer(group),
                description: describe::describe_all(group).into(),
                criteria,
            });
        }
        steps
    }

    /// Counts how many of the records each of the [`Criteria::steps`] leaves.
    ///
    /// ```
    /// use offerkit_core::criteria::{Catalog, Criteria, Field, FieldValue, Moment, Record};
    ///
    /// struct Row<'a>(&'a str, &'a str);
    ///
    /// impl Record for Row<'_> {
    ///     fn value(&self, field: &Field) -> FieldValue<'_> {
    ///         match field.name() {
    ///             "segment" => FieldValue::Text(self.0),
    ///             "city" => FieldValue::Text(self.1),
    ///             _ => FieldValue::Absent,
    ///         }
    ///     }
    /// }
    ///
    /// let text = r#"{"segment": "premium", "city": "Pune"}"#;
    /// let criteria = Criteria::parse(text, &Catalog::customers())?;
    /// let rows = [Row("premium", "Pune"), Row("premium", "Delhi"), Row("regular", "Pune")];
    /// let moment = Moment::in_utc("2026-01-31T09:30:00.000000Z".parse()?);
    /// let waterfall = criteria.waterfall(&rows, &moment);
    /// let remaining: Vec<u64> = waterfall.steps.iter().map(|step| step.remaining).collect();
    /// assert_eq!((waterfall.total, remaining), (3, vec![2, 1]));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn waterfall<'h, 'r, R: Record + 'r>(
        &self,
        records: impl IntoIterator<Item = &'r R>,
        at: impl Into<Situation<'h>>,
    ) -> Waterfall {
        let at = at.into();
        let groups = groups(self.clause());
        let mut total = 0;
        let mut remaining = vec![0; groups.len()];
        for record in records {
            total += 1;
            // Whoever fails a clause is not among those who remain after a later one.
            for (group, remaining) in groups.iter().zip(&mut remaining) {
                if !group
                    .iter()
                    .all(|clause| definition::holds(clause, record, &at))
                {
                    break;
                }
                *remaining += 1;
            }
        }
        let counted = groups.iter().zip(remaining);
        let steps = counted.map(|(group, remaining)| WaterfallStep {
            pointer: pointer(group),
            description: describe::describe_all(group).into(),
            remaining,
        });
        Waterfall {
            total,
            steps: steps.collect(),
        }
    }
}

/// The clauses that each step adds: one, and the last step all that are left.
fn groups(clause: &Clause) -> Vec<Vec<&Clause>> {
    let mut clauses = Vec::new();
    flatten(clause, &mut clauses);
    let rest = clauses.split_off(clauses.len().min(Step::MAX - 1));
    let mut groups: Vec<_> = clauses.into_iter().map(|clause| vec![clause]).collect();
    if !rest.is_empty() {
        groups.push(rest);
    }
    groups
}

fn pointer(group: &[&Clause]) -> Box<str> {
    let first = group.first();
    first
        .map(|clause| clause.place.pointer.clone())
        .unwrap_or_default()
}

/// The clauses that must hold one by one.
fn flatten<'c>(clause: &'c Clause, found: &mut Vec<&'c Clause>) {
    match &clause.kind {
        ClauseKind::And(parts) => parts.iter().for_each(|part| flatten(part, found)),
        ClauseKind::Everyone
        | ClauseKind::Or(_)
        | ClauseKind::Nor(_)
        | ClauseKind::Not(_)
        | ClauseKind::Field(..)
        | ClauseKind::Segment(_)
        | ClauseKind::Received(_)
        | ClauseKind::Sample(_) => found.push(clause),
    }
}

/// The segments that the clauses use, by name and version.
fn pinned(clauses: &[Clause]) -> Vec<PinnedSegment> {
    let mut found = BTreeMap::new();
    for clause in clauses {
        collect(clause, true, &mut found);
    }
    let pinned = |((name, version), is_direct)| PinnedSegment {
        name,
        version,
        is_direct,
    };
    found.into_iter().map(pinned).collect()
}

fn collect(
    clause: &Clause,
    is_direct: bool,
    found: &mut BTreeMap<(SegmentName, SegmentVersion), bool>,
) {
    match &clause.kind {
        ClauseKind::And(parts) | ClauseKind::Or(parts) | ClauseKind::Nor(parts) => {
            for part in parts {
                collect(part, is_direct, found);
            }
        }
        ClauseKind::Not(part) => collect(part, is_direct, found),
        ClauseKind::Segment(any) => {
            for segment in any {
                let key = (segment.name.clone(), segment.version);
                *found.entry(key).or_default() |= is_direct;
                collect(&segment.clause, false, found);
            }
        }
        ClauseKind::Everyone
        | ClauseKind::Field(..)
        | ClauseKind::Received(_)
        | ClauseKind::Sample(_) => {}
    }
}

#[cfg(test)]
mod tests;
