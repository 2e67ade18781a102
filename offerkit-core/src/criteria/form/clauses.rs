//! What stands beside fields.

use serde::Serialize;

use super::names;
use super::operators::MOMENT_UNITS;
use crate::criteria::operator::Keyword;
use crate::domain::DeliveryStatus;

/// A clause that stands beside fields.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ClauseForm {
    /// The clause's name, such as `$or`.
    pub name: &'static str,
    /// What a person reads before the operand.
    pub label: &'static str,
    /// What follows the name.
    pub operand: ClauseOperand,
}

/// What follows the name of a clause.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[non_exhaustive]
pub enum ClauseOperand {
    /// A list of at least one object of conditions.
    Conditions,
    /// An object of conditions.
    Condition,
    /// Always `true`.
    True,
    /// The name of a saved segment, with `@` and its version or without, or a list of at least one.
    Segments,
    /// An object of these.
    Parts {
        /// Its members.
        parts: Vec<PartForm>,
        /// The members of which one must be given at least.
        one_of: Vec<&'static str>,
    },
}

/// A member of a clause's operand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct PartForm {
    /// The member's name.
    pub name: &'static str,
    /// Whether it must be given.
    pub required: bool,
    /// What follows the name.
    pub operand: PartOperand,
}

/// What follows the name of a part.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[non_exhaustive]
pub enum PartOperand {
    /// An id, or a list of at least one.
    Ids,
    /// One of these values, or a list of at least one.
    Values {
        /// The values.
        values: Vec<&'static str>,
    },
    /// An object of one unit and a whole number from 0 on.
    Period {
        /// The units.
        units: Vec<&'static str>,
    },
    /// A whole number.
    Count {
        /// The least number.
        min: u32,
        /// The greatest number.
        max: u32,
    },
    /// A number greater than 0, and 100 at most.
    Percent {
        /// Digits behind the point.
        scale: u32,
    },
    /// A text that is not empty.
    Text,
}

pub(super) fn all() -> Vec<ClauseForm> {
    let form = |keyword: Keyword| {
        let (label, operand) = form(keyword);
        ClauseForm {
            name: keyword.as_str(),
            label,
            operand,
        }
    };
    Keyword::ALL.iter().copied().map(form).collect()
}

fn form(keyword: Keyword) -> (&'static str, ClauseOperand) {
    match keyword {
        Keyword::And => ("all of", ClauseOperand::Conditions),
        Keyword::Or => ("any of", ClauseOperand::Conditions),
        Keyword::Nor => ("none of", ClauseOperand::Conditions),
        Keyword::Not => ("not", ClauseOperand::Condition),
        Keyword::Everyone => ("every customer", ClauseOperand::True),
        Keyword::Segment => ("is in segment", ClauseOperand::Segments),
        Keyword::Received => ("has deliveries", received()),
        Keyword::Sample => ("is in a sample", sample()),
    }
}

fn received() -> ClauseOperand {
    let part = |name, operand| PartForm {
        name,
        required: false,
        operand,
    };
    let values = DeliveryStatus::ALL.iter().map(|status| status.as_str());
    let values = values.collect();
    ClauseOperand::Parts {
        parts: vec![
            part("offer", PartOperand::Ids),
            part("campaign", PartOperand::Ids),
            part("status", PartOperand::Values { values }),
            part(
                "within_last",
                PartOperand::Period {
                    units: names(MOMENT_UNITS),
                },
            ),
            part(
                "at_least",
                PartOperand::Count {
                    min: 1,
                    max: u32::MAX,
                },
            ),
        ],
        one_of: vec!["offer", "campaign", "status"],
    }
}

fn sample() -> ClauseOperand {
    let part = |name, operand| PartForm {
        name,
        required: true,
        operand,
    };
    ClauseOperand::Parts {
        parts: vec![
            part("percent", PartOperand::Percent { scale: 2 }),
            part("salt", PartOperand::Text),
        ],
        one_of: Vec::new(),
    }
}
