//! What is doubtful about a condition that can be run.
//!
//! Segments are not looked into: whoever wrote them was told.

mod constant;
mod contradiction;
mod index;
mod leaf;
mod negation;
mod values;

use crate::criteria::clause::{Clause, Place};
use crate::criteria::code::WarningCode;
use crate::criteria::warning::{CriteriaWarning, WarningLog};

pub(super) fn lint(clause: &Clause, warnings: &mut WarningLog) {
    let passes = [
        index::lint,
        negation::lint,
        constant::lint,
        contradiction::lint,
        leaf::lint,
    ];
    for pass in passes {
        warnings.next_pass();
        pass(clause, warnings);
    }
}

impl WarningLog {
    fn warn(&mut self, code: WarningCode, place: &Place, message: impl FnOnce() -> String) {
        self.push(|| CriteriaWarning::new(code, &place.pointer, place.span, message()));
    }
}
