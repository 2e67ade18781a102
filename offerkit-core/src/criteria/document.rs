//! A criteria document, ready to be run.

use std::fmt;
use std::sync::Arc;

use super::catalog::Catalog;
use super::code::ErrorCode;
use super::error::{CriteriaError, CriteriaErrors, ErrorLog};
use super::expr::Expr;
use super::limits::Limits;
use super::moment::Moment;
use super::normalise::normalise;
use super::record::Record;
use super::span::Span;
use super::warning::CriteriaWarning;
use super::{canonical, check, describe, eval, json};
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
/// assert_eq!(criteria.describe(), r#"customers whose kyc_status is "verified" and segment is "premium""#);
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
    expr: Expr,
    canonical: Box<str>,
    digest: Digest,
    catalog_revision: u64,
    warnings: Vec<CriteriaWarning>,
}

impl Criteria {
    /// Reads and checks a document, within the limits of version 1.
    ///
    /// # Errors
    /// [`CriteriaErrors`] with everything that is wrong with the document, in its order.
    pub fn parse(text: &str, catalog: &Catalog) -> Result<Self, CriteriaErrors> {
        Self::parse_with_limits(text, catalog, &Limits::default())
    }

    /// Reads and checks a document, within the given limits.
    ///
    /// # Errors
    /// [`CriteriaErrors`] with everything that is wrong with the document, in its order.
    pub fn parse_with_limits(
        text: &str,
        catalog: &Catalog,
        limits: &Limits,
    ) -> Result<Self, CriteriaErrors> {
        let mut lexical = ErrorLog::new(limits.errors);
        let Some(node) = json::read(text, limits, &mut lexical) else {
            return Err(lexical.into_errors());
        };
        let checked = check::check(&node, text, catalog, limits);
        let errors = lexical.join(checked.errors);
        if !errors.is_empty() {
            return Err(errors.into_errors());
        }
        let expr = normalise(checked.expr);
        let canonical: Box<str> = canonical::print(&expr).into();
        // The canonical document is stored and read again, so it too must stay within the limits.
        if canonical.len() > limits.document_bytes {
            let (size, limit) = (canonical.len(), limits.document_bytes);
            let message =
                format!("the document has {size} bytes in its canonical form, more than {limit}");
            return Err(refused(
                ErrorCode::TooLarge,
                Span::new(0, text.len()),
                message,
            ));
        }
        let (digest, catalog_revision, warnings) = (
            Digest::of(canonical.as_bytes()),
            catalog.revision(),
            checked.warnings,
        );
        let inner = Inner {
            source: text.into(),
            expr,
            canonical,
            digest,
            catalog_revision,
            warnings,
        };
        Ok(Self {
            inner: Arc::new(inner),
        })
    }

    /// Reads and checks a document whose encoding is not known to be UTF-8, within the given limits.
    ///
    /// # Errors
    /// [`CriteriaErrors`] with everything that is wrong with the document; with the first wrong byte alone where it is
    /// not UTF-8.
    pub fn parse_bytes(
        bytes: &[u8],
        catalog: &Catalog,
        limits: &Limits,
    ) -> Result<Self, CriteriaErrors> {
        match str::from_utf8(bytes) {
            Ok(text) => Self::parse_with_limits(text, catalog, limits),
            Err(error) => {
                let start = error.valid_up_to();
                let end = error
                    .error_len()
                    .map_or(bytes.len(), |length| start + length);
                Err(refused(
                    ErrorCode::Utf8,
                    Span::new(start, end),
                    "the document is not UTF-8",
                ))
            }
        }
    }

    /// Whether the document selects the record. It never fails; what is absent passes no positive test.
    #[must_use]
    pub fn matches<R: Record + ?Sized>(
        &self,
        record: &R,
        #[expect(
            unused_variables,
            reason = "equality and presence do not depend on the time"
        )]
        moment: &Moment,
    ) -> bool {
        eval::holds(&self.inner.expr, record)
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
        describe::describe(&self.inner.expr)
    }
}

fn refused(code: ErrorCode, span: Span, message: impl Into<String>) -> CriteriaErrors {
    let mut errors = ErrorLog::new(1);
    errors.push(|| CriteriaError::new(code, "", span, message));
    errors.into_errors()
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
