//! The rows of a file.

use crate::domain::Customer;

/// The most rows of a file that are imported in one commit: so many are held in memory, and their refusals in one record.
pub const MAX_CHUNK_ROWS: usize = 100_000;

/// A row of a file of customers, as its reader gives it.
///
/// ```
/// use offerkit_core::{domain::Customer, services::ImportRow};
///
/// /// Customers, one JSON document a line.
/// fn rows(file: impl std::io::BufRead) -> impl Iterator<Item = ImportRow> {
///     (1..).zip(file.lines()).map(|(line, text)| match text {
///         Ok(text) => ImportRow::read(line, serde_json::from_str::<Customer>(&text)),
///         Err(error) => ImportRow::unreadable(line, error.to_string()),
///     })
/// }
///
/// let file = concat!(
///     r#"{"id": "01890000-0000-7000-8000-000000000001", "full_name": "Asha Rao", "created_at": "2026-01-31T09:30:00Z"}"#,
///     "\n{}\n",
/// );
/// assert_eq!(rows(file.as_bytes()).count(), 2);
/// ```
#[derive(Debug, Clone)]
pub struct ImportRow {
    pub(super) line: u64,
    pub(super) customer: Result<Customer, String>,
    pub(super) has_id: bool,
    pub(super) has_created_at: bool,
    pub(super) is_unreadable: bool,
}

impl ImportRow {
    /// The customer who stands on a line.
    #[must_use]
    pub const fn new(line: u64, customer: Customer) -> Self {
        Self {
            line,
            customer: Ok(customer),
            has_id: true,
            has_created_at: true,
            is_unreadable: false,
        }
    }

    /// A line on which no customer stands, and why. The reason is shown, and never recorded, so it may quote the line.
    #[must_use]
    pub fn refused(line: u64, reason: impl Into<String>) -> Self {
        Self {
            line,
            customer: Err(reason.into()),
            has_id: false,
            has_created_at: false,
            is_unreadable: false,
        }
    }

    /// The line from which on the file cannot be read, and why. The import breaks off before the chunk in which it stands,
    /// and goes on there when the file is whole.
    #[must_use]
    pub fn unreadable(line: u64, reason: impl Into<String>) -> Self {
        Self {
            is_unreadable: true,
            ..Self::refused(line, reason)
        }
    }

    /// What a reader has made of a line.
    #[must_use]
    pub fn read<E: std::fmt::Display>(line: u64, customer: Result<Customer, E>) -> Self {
        match customer {
            Ok(customer) => Self::new(line, customer),
            Err(error) => Self::refused(line, error.to_string()),
        }
    }

    /// The row says no id, so the one that the customer has counts for nothing: a new customer gets one that the import
    /// makes of its own id and the row's place, the same each time.
    #[must_use]
    pub fn without_id(mut self) -> Self {
        self.has_id = false;
        self
    }

    /// The row says no moment of creation: a new customer is created at the moment that the customer has, and one who is
    /// there keeps theirs.
    #[must_use]
    pub fn without_created_at(mut self) -> Self {
        self.has_created_at = false;
        self
    }

    /// The line, as the reader of the file gave it.
    #[must_use]
    pub const fn line(&self) -> u64 {
        self.line
    }

    /// The customer, unless there is none.
    #[must_use]
    pub fn customer(&self) -> Option<&Customer> {
        self.customer.as_ref().ok()
    }
}

/// A row that was not imported. The reason may quote it: show it to whoever supplied the file, and keep it out of logs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadRow {
    /// The line, as the reader of the file gave it.
    pub line: u64,
    /// Why: a sentence of the reader, the catalog or the store.
    pub reason: String,
}
