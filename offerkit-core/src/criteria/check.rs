//! A document's structure, names and values, checked against a catalog and what the tenant has.

mod amount;
mod clause;
mod fault;
mod field;
mod inlining;
mod lint;
mod list;
mod literal;
mod name;
mod received;
mod sample;
mod segment;
mod test;
mod text;

use std::collections::BTreeMap;

use self::fault::Fault;
use self::inlining::{Inlining, Size};
use super::catalog::Catalog;
use super::clause::{Clause, Place};
use super::code::WarningCode;
use super::error::ErrorLog;
use super::json::{Document, Member};
use super::limits::Limits;
use super::path::Path;
use super::references::{PinnedSegment, Pins, References};
use super::span::Span;
use super::warning::{CriteriaWarning, WarningLog};
use crate::domain::SegmentVersion;
use crate::text::SegmentName;

/// The greatest version of the language that this release reads.
pub(super) const NEWEST_VERSION: u16 = 1;

/// What the documents of one compilation are checked against.
#[derive(Clone, Copy)]
pub(super) struct Context<'c> {
    pub(super) catalog: &'c Catalog,
    pub(super) references: &'c References,
    pub(super) limits: &'c Limits,
    /// The segment that the document will be.
    pub(super) defining: Option<&'c SegmentName>,
}

/// What is known of a document after the check.
pub(super) struct Checked {
    /// The condition, in the order of the document.
    pub(super) clause: Clause,
    pub(super) segments: Vec<PinnedSegment>,
    pub(super) warnings: Vec<CriteriaWarning>,
}

/// Checks a document that was read from `text`. Without a condition, there is an error.
pub(super) fn check(
    document: &Document<'_>,
    text: &str,
    context: Context<'_>,
) -> (Option<Checked>, ErrorLog) {
    let mut inlining = Inlining::new(context);
    inlining.prepare(document, &context.references.pins);
    let scope = Scope {
        owner: context.defining,
        pins: &context.references.pins,
        level: 0,
    };
    let mut checker = Checker::new(document, text, scope, &inlining);
    let clause = checker.document(&document.root);
    let accepted = clause.filter(|_| checker.errors.is_empty()).map(|clause| {
        let mut warnings = checker.warnings;
        lint::lint(&clause, &mut warnings);
        let segments = checker.segments.into_iter();
        let segments = segments.map(|((name, version), is_direct)| PinnedSegment {
            name,
            version,
            is_direct,
        });
        Checked {
            segments: segments.collect(),
            warnings: warnings.into_warnings(),
            clause,
        }
    });
    (accepted, checker.errors)
}

/// Whose text is checked.
#[derive(Clone, Copy)]
struct Scope<'c> {
    /// The segment whose text it is.
    owner: Option<&'c SegmentName>,
    /// What names without a version mean in it.
    pins: &'c Pins,
    /// In how many segments it stands.
    level: usize,
}

struct Checker<'c> {
    text: &'c str,
    context: Context<'c>,
    scope: Scope<'c>,
    inlining: &'c Inlining<'c>,
    errors: ErrorLog,
    warnings: WarningLog,
    path: Path,
    /// How many clauses and tests stand around the one that is checked.
    depth: usize,
    /// The size with everything inlined so far.
    size: Size,
    /// The versions inlined so far, and whether this text itself names them.
    segments: BTreeMap<(SegmentName, SegmentVersion), bool>,
    /// How many segments stand inside each other here.
    levels: usize,
}

impl<'c> Checker<'c> {
    fn new(
        document: &Document<'_>,
        text: &'c str,
        scope: Scope<'c>,
        inlining: &'c Inlining<'c>,
    ) -> Self {
        let context = inlining.context();
        Self {
            text,
            context,
            scope,
            inlining,
            errors: ErrorLog::new(context.limits.errors),
            warnings: WarningLog::new(context.limits.errors),
            path: Path::default(),
            depth: 0,
            size: Size {
                nodes: document.nodes,
                items: document.items,
                bytes: text.len(),
                height: 0,
            },
            segments: BTreeMap::new(),
            levels: 0,
        }
    }

    fn limits(&self) -> &'c Limits {
        self.context.limits
    }

    /// Steps into a clause or a test; false where it would be too deep, which is reported.
    ///
    /// Everything that is later done with a condition recurses no deeper than this.
    fn step_in(&mut self, span: Span) -> bool {
        self.depth += 1;
        self.size.height = self.size.height.max(self.depth);
        let is_too_deep = self.depth > Limits::MAX_DEPTH;
        if is_too_deep {
            self.depth -= 1;
            self.report(span, fault::too_deep);
        }
        !is_too_deep
    }

    fn step_out(&mut self) {
        self.depth -= 1;
    }

    /// Where the member stands that was entered last.
    fn place_of(&self, member: &Member<'_>) -> Place {
        self.place(member.span())
    }

    fn place(&self, span: Span) -> Place {
        Place {
            pointer: self.path.pointer().into(),
            span,
        }
    }

    /// Reports what is wrong here. The fault is made only where it is kept.
    fn report(&mut self, span: Span, fault: impl FnOnce() -> Fault) {
        let pointer = self.path.pointer();
        self.errors.push(|| fault().at(pointer, span));
    }

    fn warn(
        &mut self,
        span: Span,
        warning: impl FnOnce() -> (WarningCode, String, Option<String>),
    ) {
        let pointer = self.path.pointer();
        self.warnings.push(|| {
            let (code, message, suggestion) = warning();
            CriteriaWarning::new(code, pointer, span, message).suggesting(suggestion)
        });
    }
}
