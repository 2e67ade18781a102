//! A criteria document, ready to be run.

use std::fmt;
use std::sync::Arc;

use super::catalog::Catalog;
use super::check::{self, Checked};
use super::clause::{Clause, ClauseKind};
use super::compiler::Compiler;
use super::error::CriteriaErrors;
use super::expr::Expr;
use super::normalise::normalise;
use super::program::Matcher;
use super::record::Record;
use super::references::PinnedSegment;
use super::situation::Situation;
use super::warning::CriteriaWarning;
use super::{canonical, definition, describe};
use crate::digest::Digest;

/// A criteria document that was checked against a catalog: which customers it selects. Cheap to clone.
///
/// Two documents are equal where their normalised conditions are, whatever their text. `Debug` shows the digest and not
/// the condition, which may name a person.
///
/// ```
/// use offerkit_core::criteria::{Catalog, Criteria, Moment};
/// use offerkit_core::domain::customer::CustomerBuilder;
///
/// let catalog = Catalog::customers();
/// let criteria = Criteria::parse(r#"{"segment": "premium", "kyc_status": "verified"}"#, &catalog)?;
/// assert_eq!(criteria.describe(), r#"customers whose segment is "premium" and whose kyc_status is "verified""#);
///
/// let now = "2026-01-31T09:30:00.000000Z".parse()?;
/// let mut builder = CustomerBuilder::new("018f4a2c-0000-7000-8000-000000000001".parse()?, now);
/// builder.set("full_name", "Asha Rao")?;
/// builder.set("segment", "premium")?;
/// let customer = builder.build()?;
/// assert!(!criteria.matches(&customer, &Moment::in_utc(now)));
///
/// let errors = Criteria::parse(r#"{"segmnet": "premium"}"#, &catalog).unwrap_err();
/// let shown = "at `/segmnet`: there is no field `segmnet`; expected a field of the catalog; did you mean `segment`?";
/// assert_eq!(errors.to_string(), shown);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Criteria {
    inner: Arc<Inner>,
}

struct Inner {
    source: Box<str>,
    clause: Clause,
    expr: Expr,
    canonical: Box<str>,
    digest: Digest,
    catalog_revision: u64,
    segments: Vec<PinnedSegment>,
    warnings: Vec<CriteriaWarning>,
}

impl Criteria {
    /// Reads and checks a document, within the limits of version 1, for a tenant that has no segments, offers or
    /// campaigns. [`Compiler`](super::Compiler) takes those, and other limits.
    ///
    /// # Errors
    /// [`CriteriaErrors`] with everything that is wrong with the document, in its order.
    pub fn parse(text: &str, catalog: &Catalog) -> Result<Self, CriteriaErrors> {
        Compiler::new(catalog).compile(text)
    }

    pub(super) fn new(source: &str, checked: Checked, catalog_revision: u64) -> Self {
        let inner = Inner::new(Some(source), checked, catalog_revision);
        Self {
            inner: Arc::new(inner),
        }
    }

    /// Criteria of which each of some clauses of this document must hold, read as it were from their canonical text.
    pub(super) fn conjunction(&self, clauses: Vec<Clause>, segments: Vec<PinnedSegment>) -> Self {
        let kind = ClauseKind::And(clauses);
        let place = self.inner.clause.place.clone();
        let checked = Checked {
            clause: Clause { place, kind },
            segments,
            warnings: Vec::new(),
        };
        let inner = Inner::new(None, checked, self.inner.catalog_revision);
        Self {
            inner: Arc::new(inner),
        }
    }

    /// Whether the document selects the record: the definition of the language, evaluated as it stands. It never fails;
    /// what is absent passes no positive test.
    ///
    /// A [`Moment`](super::Moment) alone is the situation of a tenant that has sent nothing.
    #[must_use]
    pub fn matches<'h, R: Record + ?Sized>(
        &self,
        record: &R,
        at: impl Into<Situation<'h>>,
    ) -> bool {
        definition::holds(&self.inner.clause, record, &at.into())
    }

    /// The criteria compiled for one moment, to be asked about many records.
    #[must_use]
    pub fn at<'h>(&self, situation: impl Into<Situation<'h>>) -> Matcher<'h> {
        Matcher::new(&self.inner.expr, situation.into())
    }

    /// The document as it was written, for what people are told.
    pub(super) fn clause(&self) -> &Clause {
        &self.inner.clause
    }

    /// The versions of segments that were inlined, by name.
    #[must_use]
    pub fn segments(&self) -> &[PinnedSegment] {
        &self.inner.segments
    }

    /// The normalised condition, for back ends that compile it.
    #[must_use]
    pub fn expr(&self) -> &Expr {
        &self.inner.expr
    }

    /// The text the document was read from.
    #[must_use]
    pub fn source(&self) -> &str {
        &self.inner.source
    }

    /// The canonical document: normalised, with sorted names, no shorthand and plain decimals. Reading it gives equal
    /// criteria.
    #[must_use]
    pub fn canonical_text(&self) -> &str {
        &self.inner.canonical
    }

    /// The SHA-256 of [`Criteria::canonical_text`], which approvals are bound to.
    #[must_use]
    pub fn digest(&self) -> Digest {
        self.inner.digest
    }

    /// The version of the language.
    #[must_use]
    pub fn version(&self) -> u16 {
        check::NEWEST_VERSION
    }

    /// The revision of the catalog that the document was checked against.
    #[must_use]
    pub fn catalog_revision(&self) -> u64 {
        self.inner.catalog_revision
    }

    /// What is doubtful about the document, though it can be run.
    #[must_use]
    pub fn warnings(&self) -> &[CriteriaWarning] {
        &self.inner.warnings
    }

    /// Whom the document selects, as one English sentence without a full stop.
    #[must_use]
    pub fn describe(&self) -> String {
        describe::describe(&self.inner.clause)
    }
}

impl Inner {
    /// Without a source, the canonical text is the source.
    fn new(source: Option<&str>, checked: Checked, catalog_revision: u64) -> Self {
        let expr = normalise(&checked.clause);
        let canonical: Box<str> = canonical::print(&expr).into();
        Self {
            source: source.map_or_else(|| canonical.clone(), Box::from),
            clause: checked.clause,
            expr,
            digest: Digest::of(canonical.as_bytes()),
            canonical,
            catalog_revision,
            segments: checked.segments,
            warnings: checked.warnings,
        }
    }
}

impl PartialEq for Criteria {
    fn eq(&self, other: &Self) -> bool {
        self.version() == other.version() && self.inner.expr == other.inner.expr
    }
}

impl Eq for Criteria {}

impl fmt::Debug for Criteria {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Criteria")
            .field("digest", &self.inner.digest)
            .finish_non_exhaustive()
    }
}
