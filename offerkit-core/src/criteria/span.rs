//! Where in a document's text something stands.

use serde::Serialize;

/// A range of bytes in the text of a document, its end excluded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Span {
    start: usize,
    end: usize,
}

impl Span {
    pub(super) const fn new(start: usize, end: usize) -> Self {
        Self { start, end }
    }

    /// The first byte.
    #[must_use]
    pub const fn start(self) -> usize {
        self.start
    }

    /// The byte after the last one.
    #[must_use]
    pub const fn end(self) -> usize {
        self.end
    }

    /// The text the span covers, where it is one of `text`.
    ///
    /// ```
    /// # use offerkit_core::criteria::{Catalog, Criteria};
    /// let text = r#"{"segmnet": "premium"}"#;
    /// let errors = Criteria::parse(text, &Catalog::customers()).unwrap_err();
    /// assert_eq!(errors.first().unwrap().span().of(text), Some(r#""segmnet""#));
    /// ```
    #[must_use]
    pub fn of(self, text: &str) -> Option<&str> {
        text.get(self.start..self.end)
    }
}
