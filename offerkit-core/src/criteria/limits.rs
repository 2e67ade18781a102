//! How large a document may be.

/// How large a document may be. Beyond any of these it is refused, never cut.
///
/// ```
/// use offerkit_core::criteria::{Catalog, Compiler, ErrorCode, Limits};
///
/// let limits = Limits { document_bytes: 16, ..Limits::default() };
/// let catalog = Catalog::customers();
/// let compiler = Compiler::new(&catalog).with_limits(limits);
/// let errors = compiler.compile(r#"{"segment": "premium"}"#).unwrap_err();
/// assert_eq!(errors.first().unwrap().code(), ErrorCode::TooLarge);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of the whole text.
    pub document_bytes: usize,
    /// Bytes of the text and of those of all inlined segments, one as often as it is named.
    pub inlined_bytes: usize,
    /// Objects and lists inside each other. More than [`Limits::MAX_DEPTH`] means that many.
    pub depth: usize,
    /// Conditions and groups: members whose value is no object, and objects and lists inside lists. The scalar items of
    /// lists are counted by the two limits below.
    pub nodes: usize,
    /// Conditions and groups with those of all inlined segments, one as often as it is named.
    pub inlined_nodes: usize,
    /// Items of one list.
    pub list_items: usize,
    /// Items of all lists together, with those of all inlined segments.
    pub list_items_in_all: usize,
    /// Bytes of a string, after its escapes are read.
    pub string_bytes: usize,
    /// Bytes of a text that is looked for anywhere in another: the pattern of `$contains` and `$icontains`.
    pub pattern_bytes: usize,
    /// Bytes of the salt of a sample.
    pub salt_bytes: usize,
    /// Bytes of a member's name, after its escapes are read.
    pub name_bytes: usize,
    /// Digits of a number from the first that is not 0. More than [`Limits::MAX_DIGITS`] means that many.
    pub number_digits: u32,
    /// How far from 0 a number's exponent may be: the one written, and the one of its first digit.
    pub number_exponent: u32,
    /// Days of a period. A year of this many days has 365.25, so that 36,525 of them are 100 years. More than
    /// [`Limits::MAX_PERIOD_DAYS`] means that many.
    pub period_days: u32,
    /// Segments inside each other. More than [`Limits::MAX_SEGMENT_DEPTH`] means that many.
    pub segment_depth: usize,
    /// Errors that are collected before the rest is left out, and warnings likewise; 0 means 1.
    pub errors: usize,
}

impl Limits {
    /// The deepest nesting that any limits can allow, with that of inlined segments, so that the stack is bounded.
    pub const MAX_DEPTH: usize = 300;
    /// The most digits that any limits can allow: what an exact decimal holds.
    pub const MAX_DIGITS: u32 = 28;
    /// The longest period that any limits can allow, in days: a thousand years.
    pub const MAX_PERIOD_DAYS: u32 = 365_250;
    /// The deepest nesting of segments that any limits can allow.
    pub const MAX_SEGMENT_DEPTH: usize = 32;

    /// The limits of version 1 of the language.
    pub const VERSION_1: Self = Self {
        document_bytes: 256 * 1024,
        inlined_bytes: 2 * 1024 * 1024,
        depth: 16,
        nodes: 512,
        inlined_nodes: 4096,
        list_items: 10_000,
        list_items_in_all: 20_000,
        string_bytes: 1024,
        pattern_bytes: 256,
        salt_bytes: 64,
        name_bytes: 64,
        number_digits: Self::MAX_DIGITS,
        number_exponent: 28,
        period_days: 36_525,
        segment_depth: 8,
        errors: 100,
    };

    /// Limits within which the canonical text of everything that [`Limits::VERSION_1`] accepts is read again.
    ///
    /// A canonical text is longer and deeper than its document: shorthand is written in full, and segments are inlined.
    ///
    /// ```
    /// use offerkit_core::criteria::{Catalog, Compiler, Criteria, Limits};
    ///
    /// let catalog = Catalog::customers();
    /// let criteria = Criteria::parse(r#"{"credit_score": {"$between": [650, 900]}}"#, &catalog)?;
    /// let compiler = Compiler::new(&catalog).with_limits(Limits::CANONICAL);
    /// assert_eq!(compiler.compile(criteria.canonical_text())?, criteria);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub const CANONICAL: Self = {
        let source = Self::VERSION_1;
        // The most that one condition becomes: `$between` is two tests, each in its own object in a list.
        let nodes = 8 * source.inlined_nodes;
        // A number of 4 bytes may become one of 29, and each test repeats its field's name.
        let bytes = 8 * source.inlined_bytes + nodes * 128;
        Self {
            document_bytes: bytes,
            inlined_bytes: bytes,
            // Each level of the document and of each segment in it is at most one group, of an object and a list; a
            // test has four levels at most.
            depth: 2 * source.depth * (source.segment_depth + 1) + 4,
            nodes,
            inlined_nodes: nodes,
            list_items: source.list_items + nodes,
            list_items_in_all: source.list_items_in_all + nodes,
            ..source
        }
    };
}

impl Default for Limits {
    fn default() -> Self {
        Self::VERSION_1
    }
}
