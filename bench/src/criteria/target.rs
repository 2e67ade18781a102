//! How fast we mean to be. A missed target is said, and fails nothing.

use crate::measure::Measured;

/// What one case takes as a multiple of another, and the most it may be.
pub(super) struct Target {
    ours: &'static str,
    theirs: &'static str,
    /// Nothing where the ratio is told without a target.
    most: Option<f64>,
}

pub(super) const TARGETS: [Target; 6] = [
    Target::promised("row program", "native closure, `String` columns", 1.5),
    Target::promised("row program", "datalogic-rs, whole rows", 1.0 / 2.5),
    Target::told("row program", "datalogic-rs, read columns"),
    Target::promised("batch, columns built", "columns by hand, one loop", 2.0),
    Target::told("batch, columns built", "columns by hand, to bits"),
    Target::told("memory store, count", "batch, columns built"),
];

impl Target {
    const fn promised(ours: &'static str, theirs: &'static str, most: f64) -> Self {
        Self {
            ours,
            theirs,
            most: Some(most),
        }
    }

    const fn told(ours: &'static str, theirs: &'static str) -> Self {
        Self {
            ours,
            theirs,
            most: None,
        }
    }

    /// A line for the table; nothing where a case was not measured.
    pub(super) fn verdict(&self, measured: &[Measured]) -> Option<String> {
        let median = |name| {
            measured
                .iter()
                .find(|it| it.name == name)
                .map(|it| it.median)
        };
        let ratio = median(self.ours)? / median(self.theirs)?;
        let line = format!("- {}: {ratio:.2} × {}", self.ours, self.theirs);
        Some(match self.most {
            Some(most) if ratio <= most => format!("{line}; target at most {most}: met"),
            Some(most) => format!("{line}; target at most {most}: missed"),
            None => line,
        })
    }
}
