//! How large a document may be.

/// How large a document may be. Beyond any of these it is refused, never cut.
///
/// ```
/// use offerkit_core::criteria::{Catalog, Criteria, ErrorCode, Limits};
///
/// let limits = Limits { document_bytes: 16, ..Limits::default() };
/// let errors = Criteria::parse_with_limits(r#"{"segment": "premium"}"#, &Catalog::customers(), &limits).unwrap_err();
/// assert_eq!(errors.first().unwrap().code(), ErrorCode::TooLarge);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of the whole text.
    pub document_bytes: usize,
    /// Objects and lists inside each other. More than [`Limits::MAX_DEPTH`] means that many.
    pub depth: usize,
    /// Conditions and groups: members whose value is no object, and objects and lists inside lists. The scalar items of
    /// lists are counted by the two limits below.
    pub nodes: usize,
    /// Items of one list.
    pub list_items: usize,
    /// Scalar items of all lists together.
    pub list_items_in_all: usize,
    /// Bytes of a string, after its escapes are read.
    pub string_bytes: usize,
    /// Bytes of a member's name, after its escapes are read.
    pub name_bytes: usize,
    /// Digits of a number from the first that is not 0. More than [`Limits::MAX_DIGITS`] means that many.
    pub number_digits: u32,
    /// How far from 0 a number's exponent may be: the one written, and the one of its first digit.
    pub number_exponent: u32,
    /// Errors that are collected before the rest is left out; 0 means 1.
    pub errors: usize,
}

impl Limits {
    /// The deepest nesting that any limits can allow, so that the reader's stack is bounded.
    pub const MAX_DEPTH: usize = 64;
    /// The most digits that any limits can allow: what an exact decimal holds.
    pub const MAX_DIGITS: u32 = 28;

    /// The limits of version 1 of the language.
    pub const VERSION_1: Self = Self {
        document_bytes: 256 * 1024,
        depth: 16,
        nodes: 512,
        list_items: 10_000,
        list_items_in_all: 20_000,
        string_bytes: 1024,
        name_bytes: 64,
        number_digits: Self::MAX_DIGITS,
        number_exponent: 28,
        errors: 100,
    };
}

impl Default for Limits {
    fn default() -> Self {
        Self::VERSION_1
    }
}
