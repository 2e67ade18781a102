//! Customers from CSV files (RFC 4180), with the line and column of every mistake; and reports as such files
//! ([`report_rows`]).
//!
//! The first line names the columns, in any order: those of the `customers` table
//! ([`Column`]), and `attributes.NAME` for custom attributes. Only `full_name` is
//! needed. A name that is neither, or stands there twice, is an error: a misspelt column would otherwise be lost in
//! silence.
//!
//! Attributes become texts, until a catalog says their types ([`Customers::typed_by`]): then an `int` or a `decimal` is
//! written in plain digits, a `bool` as `is_active` is, a `date` as `YYYY-MM-DD`, a `timestamp` with an offset, a `uuid` in
//! any of its forms, an `enum` as one of its values, and a `set` as `a|b|c` or, for texts with a `|` in them, as a JSON
//! array. An empty value is no value.
//!
//! [`Customers::import_rows`] gives a whole file to
//! [`import_all`](crate::services::Customers::import_all).
//!
//! A row with a mistake is an error of its own and does not stop those after it. Values are separated by commas and may
//! be quoted; lines end in LF or CRLF; a byte order mark and blank lines are passed over. Nothing is kept in memory but
//! the row being read.
//!
//! ```
//! use offerkit_core::{csv, id::SystemIds};
//!
//! let file = "full_name,email,kyc_status\nAsha Rao,asha@example.com,verified\nBen Ito,ben,pending\n";
//! let ids = SystemIds::new();
//! let mut rows = csv::customers(file.as_bytes(), &ids, "2026-01-31T09:30:00Z".parse()?)?;
//!
//! let asha = rows.next().ok_or("no row")??;
//! assert_eq!(asha.email(), Some("asha@example.com"));
//! let mistake = rows.next().ok_or("no row")?.unwrap_err();
//! assert_eq!(mistake.to_string(), "line 3, column 2 (email): expected an e-mail address, found `ben`");
//! assert!(rows.next().is_none());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use std::io::{self, Read};

use ::csv::{ByteRecord, Reader, ReaderBuilder, Terminator};
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::{
    criteria::{AttributeError, Catalog},
    domain::customer::{Column, Customer, CustomerBuilder, CustomerFieldError, Words},
    id::{CustomerId, IdSource},
    time::Timestamp,
};

mod attribute;
mod error;
mod header;
mod import_rows;
mod report;

pub use error::{HeaderError, RowError, RowProblem};
use header::{Header, Target};
pub use import_rows::ImportRows;
pub use report::{report_header, report_rows};

/// The customers of a CSV file, row by row; [`customers`] makes one.
pub struct Customers<'a, R> {
    rows: Rows<R>,
    header: Header,
    ids: &'a dyn IdSource,
    now: Timestamp,
    words: Words,
    catalog: Option<Catalog>,
    /// Where the ids stand.
    ids_at: Option<usize>,
}

/// What a row says itself.
#[derive(Debug, Clone, Copy, Default)]
struct Said {
    id: bool,
    created_at: bool,
}

/// Reads the header of a CSV file; the rows are read as they are asked for.
///
/// A customer without an `id` gets one from `ids`, and one without `created_at` is taken as created `now`.
///
/// # Errors
///
/// [`HeaderError`] where the first line cannot be the header of a file of customers.
pub fn customers<R: Read>(
    reader: R,
    ids: &dyn IdSource,
    now: Timestamp,
) -> Result<Customers<'_, R>, HeaderError> {
    let mut rows = Rows::new(reader);
    let header = match rows.next() {
        Ok(true) => Header::read(rows.fields().map(trimmed))?,
        Ok(false) => return Err(HeaderError::Empty),
        Err(error) => return Err(HeaderError::Read(error)),
    };
    let is_id = |target: &Target| *target == Target::Column(Column::Id);
    let ids_at = header.targets().position(is_id);
    Ok(Customers {
        rows,
        ids_at,
        header,
        ids,
        now,
        words: Words::new(),
        catalog: None,
    })
}

impl<'a, R: Read> Customers<'a, R> {
    /// The line on which the row read last begins; 1 before the first.
    pub fn line(&self) -> u64 {
        self.rows.line()
    }

    /// Gives attributes the types that `catalog` declares; a value of another type is a mistake. Attributes that it does not
    /// have stay texts.
    #[must_use]
    pub fn typed_by(mut self, catalog: &Catalog) -> Self {
        self.header.type_by(catalog);
        self.catalog = Some(catalog.clone());
        self
    }

    /// The rows, for a whole file to be imported.
    pub fn import_rows(self) -> ImportRows<'a, R> {
        ImportRows { customers: self }
    }

    /// The next row, and what it says itself.
    fn read(&mut self) -> Option<Result<(Customer, Said), RowError>> {
        match self.rows.next() {
            Ok(true) => Some(self.customer().map(|(mut customer, said)| {
                customer.share_words(&mut self.words);
                (customer, said)
            })),
            Ok(false) => None,
            Err(error) => Some(Err(RowError::new(self.line(), None, error.into()))),
        }
    }

    fn customer(&self) -> Result<(Customer, Said), RowError> {
        let (found, expected) = (self.rows.fields().count(), self.header.len());
        if found != expected {
            let problem = RowProblem::FieldCount {
                found,
                expected,
                has_line_break: self.rows.fields().any(|field| field.contains(&b'\n')),
            };
            return Err(RowError::new(self.line(), None, problem));
        }
        let mut said = Said::default();
        let id = self.ids_at.and_then(|index| self.rows.fields().nth(index));
        said.id = id.is_some_and(|id| !trimmed(id).is_empty());
        let made = if said.id {
            Uuid::nil()
        } else {
            self.ids.uuid(self.now)
        };
        let mut builder = CustomerBuilder::new(CustomerId::from_uuid(made), self.now);
        let mut attributes = Map::new();
        for (index, (target, field)) in self.header.targets().zip(self.rows.fields()).enumerate() {
            let text = std::str::from_utf8(trimmed(field))
                .map_err(|_| self.mistake(index, RowProblem::Utf8))?;
            match target {
                Target::Column(column) => {
                    if *column == Column::CreatedAt {
                        said.created_at = !text.is_empty();
                    }
                    builder
                        .set_column(*column, text)
                        .map_err(|error| self.mistake(index, error.into()))?;
                }
                Target::Attribute(..) if text.is_empty() => {}
                Target::Attribute(name, None) => {
                    attributes.insert(name.clone(), Value::from(text));
                }
                Target::Attribute(name, Some(field_type)) => {
                    let value = attribute::value(field_type, text);
                    let value = value.map_err(|problem| self.mistake(index, problem))?;
                    attributes.insert(name.clone(), value);
                }
            }
        }
        if let Some(catalog) = &self.catalog
            && !attributes.is_empty()
        {
            let canonical = catalog.canonical_attributes(attributes);
            attributes = canonical.map_err(|error| self.misfit(&error))?;
        }
        let built = builder.attributes(attributes).build();
        let customer = built.map_err(|error| self.refused(error))?;
        Ok((customer, said))
    }

    /// A mistake in the attribute that the catalog refuses.
    fn misfit(&self, error: &AttributeError) -> RowError {
        let index = self.header.position(error.field()).unwrap_or_default();
        let text = self.rows.fields().nth(index).map(trimmed);
        let text = String::from_utf8_lossy(text.unwrap_or_default());
        self.mistake(index, RowProblem::attribute(&text, error.expected()))
    }

    /// A mistake in the field at `index`.
    fn mistake(&self, index: usize, problem: RowProblem) -> RowError {
        let column = self
            .header
            .names()
            .nth(index)
            .map(|name| (name.into(), index.saturating_add(1)));
        RowError::new(self.rows.line_of(index), column, problem)
    }

    /// A mistake that only the whole row shows.
    fn refused(&self, error: CustomerFieldError) -> RowError {
        match self.header.position(error.column()) {
            Some(index) => self.mistake(index, error.into()),
            None => RowError::new(self.line(), None, error.into()),
        }
    }
}

impl<R: Read> Iterator for Customers<'_, R> {
    type Item = Result<Customer, RowError>;

    fn next(&mut self) -> Option<Self::Item> {
        let row = self.read()?;
        Some(row.map(|(customer, _)| customer))
    }
}

impl<R> std::fmt::Debug for Customers<'_, R> {
    /// Without the row, which is personal data.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Customers")
            .field("header", &self.header)
            .finish_non_exhaustive()
    }
}

/// The rows of a file, blank ones left out, and where they stand.
struct Rows<R> {
    // The reader counts line feeds, so lines end in those alone: `\r` before one is trimmed with other white space. A
    // line feed after the end makes the last line one like the others.
    reader: Reader<io::Chain<R, &'static [u8]>>,
    row: ByteRecord,
    line: u64,
    is_over: bool,
}

impl<R: Read> Rows<R> {
    fn new(reader: R) -> Self {
        let reader = ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .terminator(Terminator::Any(b'\n'))
            .buffer_capacity(65_536)
            .from_reader(reader.chain(b"\n".as_slice()));
        Self {
            reader,
            row: ByteRecord::new(),
            line: 1,
            is_over: false,
        }
    }

    /// Goes on to the next row that is not blank, and tells whether there was one.
    fn next(&mut self) -> io::Result<bool> {
        while !self.is_over {
            let first = self.reader.position().line();
            // A file that cannot be read is not tried again.
            self.is_over = true;
            self.is_over = !self.reader.read_byte_record(&mut self.row)?;
            if self.is_over {
                break;
            }
            // The reader's position before the row may be that of blank lines before it, so the end counts.
            let end = self.reader.position().line();
            let begin = end.saturating_sub(1 + line_breaks(self.row.iter()));
            self.line = first.max(begin);
            if self.row.len() > 1 || self.row.iter().any(|field| !trimmed(field).is_empty()) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn fields(&self) -> impl Iterator<Item = &[u8]> {
        self.row.iter()
    }

    fn line(&self) -> u64 {
        self.line
    }

    /// The line on which the field at `index` begins.
    fn line_of(&self, index: usize) -> u64 {
        self.line
            .saturating_add(line_breaks(self.row.iter().take(index)))
    }
}

fn line_breaks<'a>(fields: impl Iterator<Item = &'a [u8]>) -> u64 {
    let count = fields.flatten().filter(|byte| **byte == b'\n').count();
    u64::try_from(count).unwrap_or(u64::MAX)
}

fn trimmed(field: &[u8]) -> &[u8] {
    field.trim_ascii()
}

#[cfg(test)]
mod tests;
