//! Criteria compiled for one moment: what selects among many records.

mod asks;
mod compile;
mod deliveries;
mod estimate;
mod interval;
mod question;

use std::fmt;

use super::builtin;
use super::expr::{Expr, Leaf, Predicate, Test};
use super::field::Field;
use super::literal::Literal;
use super::record::{self, Record};
use super::sample::Sample;
use super::situation::Situation;

use self::deliveries::Deliveries;
pub(super) use self::question::Question;

/// Criteria compiled for one moment, to be asked about many records: [`Criteria::at`](super::Criteria::at).
///
/// What depends on the moment alone (bounds of ages, windows and anniversaries) is computed once. A matcher selects
/// exactly the records that [`Criteria::matches`](super::Criteria::matches) does: one after another with
/// [`Matcher::matches`], which allocates nothing, or many at once with [`Matcher::select`].
///
/// ```
/// use offerkit_core::criteria::{Catalog, Columns, Criteria, Moment};
/// use offerkit_core::domain::customer::{Customer, CustomerBuilder};
///
/// let criteria = Criteria::parse(r#"{"segment": "premium"}"#, &Catalog::customers())?;
/// let now = "2026-01-31T09:30:00.000000Z".parse()?;
/// let matcher = criteria.at(Moment::in_utc(now));
///
/// let customer = |id: &str, segment: &str| -> Result<Customer, Box<dyn std::error::Error>> {
///     let mut builder = CustomerBuilder::new(id.parse()?, now);
///     builder.set("full_name", "Asha Rao")?;
///     builder.set("segment", segment)?;
///     Ok(builder.build()?)
/// };
/// let customers = [
///     customer("018f4a2c-0000-7000-8000-000000000001", "regular")?,
///     customer("018f4a2c-0000-7000-8000-000000000002", "premium")?,
/// ];
/// assert!(!matcher.matches(&customers[0]));
///
/// let columns = Columns::new();
/// let selected = matcher.select(&customers, &columns);
/// assert_eq!(selected.iter().collect::<Vec<_>>(), [1]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Matcher<'h> {
    program: Program,
    situation: Situation<'h>,
}

impl<'h> Matcher<'h> {
    pub(super) fn new(expr: &Expr, situation: Situation<'h>) -> Self {
        Self {
            program: compile::compile(expr, situation.moment()),
            situation,
        }
    }

    /// Selects no customer that is not active: whose field `is_active` is not true.
    #[must_use]
    pub fn among_active(mut self) -> Self {
        let literals = Predicate::Equals(Literal::Bool(true));
        let is_active = Expr::Holds(Leaf::Field(Test::new(builtin::IS_ACTIVE.clone(), literals)));
        self.program = self
            .program
            .and(compile::compile(&is_active, self.situation.moment()));
        self
    }

    /// Whether the criteria select the record.
    #[must_use]
    pub fn matches<R: Record + ?Sized>(&self, record: &R) -> bool {
        let mut target = self.program.entry;
        while let Some(step) = self.program.step(target) {
            target = step.next(step.check.holds(record, &self.situation));
        }
        target == Target::ACCEPT
    }

    pub(super) const fn program(&self) -> &Program {
        &self.program
    }

    pub(super) const fn situation(&self) -> &Situation<'h> {
        &self.situation
    }
}

impl fmt::Debug for Matcher<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Matcher")
            .field("steps", &self.program.steps.len())
            .field("situation", &self.situation)
            .finish_non_exhaustive()
    }
}

/// A condition as steps, each of which asks one thing and says where its two answers lead: always to a later step, or
/// to the end. Negation is an exchange of the two.
#[derive(Clone, Debug)]
pub(super) struct Program {
    pub(super) entry: Target,
    pub(super) steps: Vec<Step>,
}

impl Program {
    /// Accepts what both programs accept, and asks this one first.
    fn and(mut self, other: Self) -> Self {
        let start = self.steps.len();
        let moved = |target: Target| {
            if target.is_end() {
                target
            } else {
                Target(target.0.saturating_add(start))
            }
        };
        let entry = moved(other.entry);
        let or_entry = |target| {
            if target == Target::ACCEPT {
                entry
            } else {
                target
            }
        };
        self.entry = or_entry(self.entry);
        for step in &mut self.steps {
            (step.yes, step.no) = (or_entry(step.yes), or_entry(step.no));
        }
        self.steps.extend(other.steps.into_iter().map(|step| Step {
            yes: moved(step.yes),
            no: moved(step.no),
            check: step.check,
        }));
        self
    }

    fn step(&self, target: Target) -> Option<&Step> {
        self.steps.get(target.0)
    }
}

/// The place of a step, or an end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Target(usize);

impl Target {
    /// The record is selected.
    pub(super) const ACCEPT: Self = Self(usize::MAX);
    /// The record is not selected.
    pub(super) const REJECT: Self = Self(usize::MAX - 1);

    fn is_end(self) -> bool {
        self == Self::ACCEPT || self == Self::REJECT
    }

    /// The place of the step; beyond all steps for an end.
    pub(super) const fn place(self) -> usize {
        self.0
    }
}

#[derive(Clone, Debug)]
pub(super) struct Step {
    pub(super) check: Check,
    pub(super) yes: Target,
    pub(super) no: Target,
}

impl Step {
    const fn next(&self, answer: bool) -> Target {
        if answer { self.yes } else { self.no }
    }
}

/// What a step asks.
#[derive(Clone, Debug)]
pub(super) enum Check {
    Field(Field, Question),
    Sample(Sample),
    Received(Deliveries),
}

impl Check {
    #[inline]
    pub(super) fn holds<R: Record + ?Sized>(&self, record: &R, situation: &Situation<'_>) -> bool {
        match self {
            Self::Field(field, question) => question.holds(field, &record.value(field)),
            Self::Sample(sample) => record::customer(record).is_some_and(|id| sample.contains(id)),
            Self::Received(wanted) => {
                record::customer(record).is_some_and(|id| wanted.are_had(id, situation.history()))
            }
        }
    }
}
