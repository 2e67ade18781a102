//! Those who count the matching customers, each in its own way.

/// One way of counting.
pub(super) struct Contestant<'a> {
    pub(super) name: &'static str,
    /// How many customers it looks at: the first so many.
    pub(super) rows: usize,
    /// Whether it never selects inactive customers, whatever the document says.
    pub(super) only_active: bool,
    /// Counts once.
    pub(super) pass: Box<dyn FnMut() -> u64 + 'a>,
}

impl<'a> Contestant<'a> {
    pub(super) fn new(name: &'static str, rows: usize, pass: impl FnMut() -> u64 + 'a) -> Self {
        Self {
            name,
            rows,
            only_active: false,
            pass: Box::new(pass),
        }
    }

    pub(super) fn of_active(self) -> Self {
        Self {
            only_active: true,
            ..self
        }
    }
}

/// A number of rows.
pub(super) fn count(rows: usize) -> u64 {
    u64::try_from(rows).unwrap_or(u64::MAX)
}
