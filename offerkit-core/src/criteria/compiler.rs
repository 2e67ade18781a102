//! From a document's text to criteria.

use super::catalog::Catalog;
use super::check::Context;
use super::code::ErrorCode;
use super::document::Criteria;
use super::error::{CriteriaError, CriteriaErrors, ErrorLog};
use super::limits::Limits;
use super::references::References;
use super::span::Span;
use super::{check, json};
use crate::text::SegmentName;

/// Reads and checks documents: against a catalog, within limits, and with the segments, offers and campaigns they may
/// refer to.
///
/// ```
/// use offerkit_core::criteria::{Catalog, Compiler, References};
/// use offerkit_core::domain::SegmentVersion;
///
/// let saved = r#"{"segment": "premium", "kyc_status": "verified"}"#;
/// let references = References::new().with_segment("premium".parse()?, SegmentVersion::FIRST, saved, []);
/// let catalog = Catalog::customers();
/// let compiler = Compiler::new(&catalog).with_references(&references);
/// let criteria = compiler.compile(r#"{"$segment": "premium@1", "is_active": true}"#)?;
/// assert_eq!(criteria.segments().len(), 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Compiler<'c> {
    catalog: &'c Catalog,
    references: Option<&'c References>,
    defining: Option<&'c SegmentName>,
    limits: Limits,
}

impl<'c> Compiler<'c> {
    /// A compiler for a tenant that has no segments, offers or campaigns, within the limits of version 1.
    #[must_use]
    pub const fn new(catalog: &'c Catalog) -> Self {
        Self {
            catalog,
            references: None,
            defining: None,
            limits: Limits::VERSION_1,
        }
    }

    /// Lets documents refer to these.
    #[must_use]
    pub const fn with_references(mut self, references: &'c References) -> Self {
        self.references = Some(references);
        self
    }

    /// Reads the document of a new version of this segment, which may not contain itself.
    #[must_use]
    pub const fn defining(mut self, segment: &'c SegmentName) -> Self {
        self.defining = Some(segment);
        self
    }

    /// Reads documents within other limits.
    #[must_use]
    pub const fn with_limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Reads and checks a document.
    ///
    /// # Errors
    /// [`CriteriaErrors`] with everything that is wrong with the document, in its order.
    pub fn compile(&self, text: &str) -> Result<Criteria, CriteriaErrors> {
        let limits = &self.limits;
        let mut lexical = ErrorLog::new(limits.errors);
        let Some(document) = json::read(text, limits, &mut lexical) else {
            return Err(lexical.into_errors());
        };
        let nothing = References::new();
        let context = Context {
            catalog: self.catalog,
            references: self.references.unwrap_or(&nothing),
            limits,
            defining: self.defining,
        };
        let (checked, errors) = check::check(&document, text, context);
        let errors = lexical.join(errors);
        match checked {
            Some(checked) if errors.is_empty() => {
                Ok(Criteria::new(text, checked, self.catalog.revision()))
            }
            _ => Err(errors.into_errors()),
        }
    }

    /// Reads and checks a document that may not even be text.
    ///
    /// # Errors
    /// As for [`Compiler::compile`], and `utf8`.
    pub fn compile_bytes(&self, bytes: &[u8]) -> Result<Criteria, CriteriaErrors> {
        let error = match str::from_utf8(bytes) {
            Ok(text) => return self.compile(text),
            Err(error) => error,
        };
        let start = error.valid_up_to();
        let end = error
            .error_len()
            .map_or(bytes.len(), |length| start + length);
        let mut errors = ErrorLog::new(1);
        errors.push(|| {
            let message = "the document is not UTF-8";
            CriteriaError::new(ErrorCode::Utf8, "", Span::new(start, end), message)
        });
        Err(errors.into_errors())
    }
}
