//! The saved segments that a document contains, each read and checked once.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::fault::Fault;
use super::{Checker, Context, Scope};
use crate::criteria::clause::Clause;
use crate::criteria::code::ErrorCode;
use crate::criteria::error::{CriteriaError, ErrorLog};
use crate::criteria::json::{self, Document};
use crate::criteria::limits::Limits;
use crate::criteria::mentions;
use crate::criteria::references::{Pins, SavedSegment};
use crate::domain::SegmentVersion;
use crate::text::SegmentName;

/// A version of a segment.
pub(super) type Pinned = (SegmentName, SegmentVersion);

/// What is known of the segments that a document names, directly or not.
pub(super) struct Inlining<'c> {
    context: Context<'c>,
    known: BTreeMap<Pinned, State>,
}

pub(super) enum State {
    /// It is being read, so that whatever names it is part of it.
    Open,
    Sound(Inlined),
    /// What is wrong with it, as seen in so many segments.
    Faulty(CriteriaError, usize),
}

/// A saved segment that can be inlined.
pub(super) struct Inlined {
    pub(super) clause: Arc<Clause>,
    pub(super) size: Size,
    /// The versions it contains, itself not among them.
    pub(super) segments: BTreeSet<Pinned>,
    /// How many segments stand inside each other here, itself one of them.
    pub(super) levels: usize,
}

/// How large a condition is with everything in it that is inlined.
#[derive(Clone, Copy, Default)]
pub(super) struct Size {
    pub(super) nodes: usize,
    pub(super) items: usize,
    pub(super) bytes: usize,
    /// How many clauses and tests stand inside each other.
    pub(super) height: usize,
}

impl<'c> Inlining<'c> {
    pub(super) const fn new(context: Context<'c>) -> Self {
        let known = BTreeMap::new();
        Self { context, known }
    }

    pub(super) const fn context(&self) -> Context<'c> {
        self.context
    }

    /// What is known of a version. Nothing, where segments would be nested too deep.
    pub(super) fn find(&self, pinned: &Pinned) -> Option<&State> {
        self.known.get(pinned)
    }

    /// Reads and checks the segments that a document names.
    pub(super) fn prepare(&mut self, document: &Document<'_>, pins: &Pins) {
        self.prepare_below(document, pins, 0);
    }

    fn prepare_below(&mut self, document: &Document<'_>, pins: &Pins, level: usize) {
        if level >= self.context.segment_depth() {
            return;
        }
        for (name, version) in mentions::segments_in(&document.root) {
            if let Ok((version, saved)) = self.context.resolve(pins, &name, version) {
                self.read(saved, (name, version), level + 1);
            }
        }
    }

    fn read(&mut self, saved: &'c SavedSegment, pinned: Pinned, level: usize) {
        // Segments that were too deep may not be so here; each is read once for each level at most.
        match self.known.get(&pinned) {
            Some(State::Faulty(error, before))
                if error.code() == ErrorCode::SegmentDepth && level < *before => {}
            Some(State::Open | State::Sound(_) | State::Faulty(..)) => return,
            None => {}
        }
        self.known.insert(pinned.clone(), State::Open);
        let limits = self.context.limits;
        // More than the first fault of a segment is for whoever writes the segment.
        let mut errors = ErrorLog::new(1);
        let document = json::read(&saved.source, limits, &mut errors);
        if let Some(document) = &document {
            self.prepare_below(document, &saved.pins, level);
        }
        let (checked, errors) = match &document {
            Some(document) => {
                let (inlined, later) = self.check(document, saved, &pinned.0, level);
                (inlined, errors.join(later))
            }
            None => (None, errors),
        };
        let state = match (errors.take_first(), checked) {
            (Some(error), _) => State::Faulty(error, level),
            (None, Some(inlined)) => State::Sound(inlined),
            (None, None) => return,
        };
        self.known.insert(pinned, state);
    }

    fn check(
        &self,
        document: &Document<'_>,
        saved: &SavedSegment,
        name: &SegmentName,
        level: usize,
    ) -> (Option<Inlined>, ErrorLog) {
        let scope = Scope {
            owner: Some(name),
            pins: &saved.pins,
            level,
        };
        let mut checker = Checker::new(document, &saved.source, scope, self);
        let clause = checker.document(&document.root);
        let inlined = clause.map(|clause| Inlined {
            clause: Arc::new(clause),
            size: checker.size,
            segments: checker.segments.into_keys().collect(),
            levels: checker.levels + 1,
        });
        (inlined, checker.errors)
    }
}

impl<'c> Context<'c> {
    /// How deep segments may be nested.
    pub(super) fn segment_depth(&self) -> usize {
        self.limits.segment_depth.min(Limits::MAX_SEGMENT_DEPTH)
    }

    /// The version of a segment that is meant; if there is none, the latest version there is.
    pub(super) fn resolve(
        &self,
        pins: &Pins,
        name: &SegmentName,
        version: Option<SegmentVersion>,
    ) -> Result<(SegmentVersion, &'c SavedSegment), Unknown> {
        let versions = self.references.segments.get(name);
        let latest = versions.and_then(|versions| versions.last_key_value());
        let latest = latest.map(|(version, _)| *version);
        let wanted = version.or_else(|| pins.get(name).copied()).or(latest);
        let saved = versions.zip(wanted).and_then(|(versions, wanted)| {
            let saved = versions.get(&wanted)?;
            Some((wanted, saved))
        });
        saved.ok_or(Unknown { wanted, latest })
    }
}

/// A version of a segment that the tenant does not have.
pub(super) struct Unknown {
    pub(super) wanted: Option<SegmentVersion>,
    pub(super) latest: Option<SegmentVersion>,
}

/// What is wrong inside a segment, as the document that names it is told.
pub(super) fn inside(pinned: &Pinned, error: &CriteriaError) -> Fault {
    let (name, version) = pinned;
    let place = match error.pointer() {
        "" => "the top".to_owned(),
        pointer => format!("`{pointer}`"),
    };
    let message = format!(
        "in segment `{name}@{version}`, at {place}: {}",
        error.message()
    );
    let fault = Fault::new(error.code(), message).suggesting(error.suggestion());
    match error.expected() {
        Some(expected) => fault.expecting(expected),
        None => fault,
    }
}
