//! Lengths of time.

use std::fmt;

/// The unit of a [`Period`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PeriodUnit {
    /// 60 seconds; for timestamps.
    Minutes,
    /// 60 minutes; for timestamps.
    Hours,
    /// Calendar days for dates, 24 hours for timestamps.
    Days,
    /// 7 days.
    Weeks,
    /// Calendar months, clamped to the end of the month; for dates.
    Months,
    /// 12 months; for dates.
    Years,
}

/// A length of time, as `{"days": 30}` writes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Period {
    amount: u32,
    unit: PeriodUnit,
}

impl PeriodUnit {
    /// Every unit, the shortest first.
    pub const ALL: [Self; 6] = [
        Self::Minutes,
        Self::Hours,
        Self::Days,
        Self::Weeks,
        Self::Months,
        Self::Years,
    ];

    /// The unit's name in a document.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Minutes => "minutes",
            Self::Hours => "hours",
            Self::Days => "days",
            Self::Weeks => "weeks",
            Self::Months => "months",
            Self::Years => "years",
        }
    }

    /// How many minutes, days or months the unit has: the three units that cannot be told in each other.
    const fn plain(self) -> (u32, Self) {
        match self {
            Self::Minutes => (1, Self::Minutes),
            Self::Hours => (60, Self::Minutes),
            Self::Days => (1, Self::Days),
            Self::Weeks => (7, Self::Days),
            Self::Months => (1, Self::Months),
            Self::Years => (12, Self::Months),
        }
    }
}

impl Period {
    pub(super) const fn new(amount: u32, unit: PeriodUnit) -> Self {
        Self { amount, unit }
    }

    /// How many units.
    #[must_use]
    pub const fn amount(self) -> u32 {
        self.amount
    }

    /// The unit.
    #[must_use]
    pub const fn unit(self) -> PeriodUnit {
        self.unit
    }

    /// The same period in minutes, days or months, of which the canonical document is made.
    pub(super) const fn plain(self) -> Self {
        let (factor, unit) = self.unit.plain();
        // Periods are at most `Limits::period_days` long, which is far from the end of the range.
        Self::new(self.amount.saturating_mul(factor), unit)
    }
}

impl fmt::Display for Period {
    /// Shows the period as a sentence says it: `30 days`, `1 month`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let unit = self.unit.as_str();
        let unit = if self.amount == 1 {
            unit.trim_end_matches('s')
        } else {
            unit
        };
        write!(f, "{} {unit}", self.amount)
    }
}
