//! Whole files, chunk by chunk.

use std::{future::poll_fn, pin::pin};

use super::{
    Arrived, BadRow, Customers, ImportRow,
    chunk::{self, Chunk},
};
use crate::{
    id::OperationId,
    policy::Action,
    ports::{MergeBy, StoreError},
    services::{Error, MAX_CHUNK_ROWS},
};

/// The most bad rows that a summary keeps. Progress is told all of them.
pub const MAX_KEPT_BAD_ROWS: usize = 10_000;

/// How many rows are read at a time while the store is at work.
const STRIDE: usize = 256;

/// How a file is imported.
///
/// ```
/// use offerkit_core::{ports::MergeBy, services::ImportOptions};
///
/// let options = ImportOptions { merge_by: MergeBy::Email, ..ImportOptions::default() };
/// assert_eq!(options.chunk, ImportOptions::DEFAULT_CHUNK);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ImportOptions {
    /// By what customers are known.
    pub merge_by: MergeBy,
    /// How many rows are imported in one commit, from 1 to [`MAX_CHUNK_ROWS`].
    pub chunk: usize,
}

impl ImportOptions {
    /// The rows of one commit where nothing else is said: enough that committing costs little, and a few megabytes.
    pub const DEFAULT_CHUNK: usize = 20_000;
}

impl Default for ImportOptions {
    fn default() -> Self {
        Self {
            merge_by: MergeBy::default(),
            chunk: Self::DEFAULT_CHUNK,
        }
    }
}

/// How far an import has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ImportTotals {
    /// How many rows were read.
    pub rows: u64,
    /// How many customers were new.
    pub added: u64,
    /// How many were there and are now as imported.
    pub updated: u64,
    /// How many rows were refused.
    pub refused: u64,
    /// How many of the rows were imported by an earlier attempt, and counted as it counted them.
    pub done_before: u64,
}

/// What an import did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportSummary {
    /// The import's name: importing the same file under it again goes on where this ended.
    pub operation: OperationId,
    /// The numbers.
    pub totals: ImportTotals,
    /// The first [`MAX_KEPT_BAD_ROWS`] rows that were refused, in the order of the file.
    pub bad_rows: Vec<BadRow>,
}

/// A file that is read while the store is at work.
struct Reader<I> {
    rows: I,
    size: usize,
    read: u64,
    is_over: bool,
    broken: Option<Error>,
}

impl<I: Iterator<Item = ImportRow>> Reader<I> {
    /// Reads on, at most `rows` rows, and tells whether the chunk is complete.
    fn fill(&mut self, chunk: &mut Chunk, rows: usize) -> bool {
        for _ in 0..rows {
            if self.is_over || chunk.len() >= self.size {
                return true;
            }
            match self.rows.next() {
                Some(row) if row.is_unreadable => {
                    let ImportRow { line, customer, .. } = row;
                    let reason = customer.err().unwrap_or_default();
                    self.broken = Some(Error::Unreadable { line, reason });
                    self.is_over = true;
                }
                Some(row) => {
                    chunk.add(self.read, row);
                    self.read = self.read.saturating_add(1);
                }
                None => self.is_over = true,
            }
        }
        false
    }

    /// Reads a chunk to its end.
    fn complete(&mut self, chunk: &mut Chunk) -> Result<(), Error> {
        while !self.fill(chunk, STRIDE) {}
        self.broken.take().map_or(Ok(()), Err)
    }
}

impl Customers {
    /// Imports a file of any size: the good rows are kept, and every bad one is told with its line and reason.
    ///
    /// [`import`](Self::import) says what becomes of a row, and [`MergeBy`] whom it is about. The rows are taken one after
    /// the other, in commits of [`ImportOptions::chunk`] rows, each with its own record; the next chunk is read while one
    /// is written. After each, `progress` is told how far the import has come, and which rows of the chunk were bad.
    ///
    /// The caller's operation ([`Acting::operation`](crate::services::Acting::operation)) names the import. Where it broke
    /// off, the same actor gives the same file and options under the same name again: chunks that are done are only
    /// counted, and the import goes on after them. Their records hold the digest of their rows, by which another file is
    /// found out. Records quote no row.
    ///
    /// ```
    /// # use offerkit_core::{id::OperationId, services::{self, Error, ImportOptions, ImportRow}};
    /// # async fn example(
    /// #     root: services::Acting, import: OperationId, rows: Vec<ImportRow>,
    /// # ) -> Result<(), Error> {
    /// let customers = root.operation(import).customers();
    /// let told = customers.import_all(rows, ImportOptions::default(), |totals, bad_rows| {
    ///     println!("{} rows, {} of them bad", totals.rows, totals.refused);
    ///     for row in bad_rows {
    ///         println!("line {}: {}", row.line, row.reason);
    ///     }
    /// });
    /// let summary = told.await?;
    /// assert_eq!(summary.operation, import);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Denied`] unless the actor is a super admin; [`Error::Invalid`] for a chunk of another size;
    /// [`Error::ImportChanged`] where the name stands for another file; [`Error::Unreadable`] where the file breaks off
    /// ([`ImportRow::unreadable`]). Whatever was imported before an error stays, and
    /// so may be gone on with.
    pub async fn import_all<I>(
        &self,
        rows: I,
        options: ImportOptions,
        mut progress: impl FnMut(&ImportTotals, &[BadRow]),
    ) -> Result<ImportSummary, Error>
    where
        I: IntoIterator<Item = ImportRow>,
    {
        if !chunk::is_size(options.chunk) {
            let why = format!("a chunk of an import has 1 to {MAX_CHUNK_ROWS} rows");
            return Err(Error::Invalid(why));
        }
        let fresh = || OperationId::from_uuid(self.acting.kit().uuid());
        let operation = self.acting.operation_id().unwrap_or_else(fresh);
        let mut summary = ImportSummary {
            operation,
            totals: ImportTotals::default(),
            bad_rows: Vec::new(),
        };
        let mut reader = Reader {
            rows: rows.into_iter(),
            size: options.chunk,
            read: 0,
            is_over: false,
            broken: None,
        };
        let mut number = 1;
        let mut next = Chunk::new(operation, number);
        reader.complete(&mut next)?;
        // An empty file has one chunk too, so that whoever may not import is told so.
        while next.len() > 0 || number == 1 {
            number += 1;
            let chunk = std::mem::replace(&mut next, Chunk::new(operation, number));
            let mut writing = pin!(self.write(chunk, options.merge_by));
            let mut is_full = false;
            let (done, bad_rows) = poll_fn(|context| {
                let polled = writing.as_mut().poll(context);
                if polled.is_pending() && !is_full {
                    is_full = reader.fill(&mut next, STRIDE);
                    context.waker().wake_by_ref();
                }
                polled
            })
            .await?;
            summary.totals.count(done);
            progress(&summary.totals, &bad_rows);
            let room = MAX_KEPT_BAD_ROWS.saturating_sub(summary.bad_rows.len());
            summary.bad_rows.extend(bad_rows.into_iter().take(room));
            reader.complete(&mut next)?;
        }
        Ok(summary)
    }

    /// Writes a chunk, or finds that it was written before, and gives its bad rows.
    async fn write(
        &self,
        chunk: Chunk,
        merge_by: MergeBy,
    ) -> Result<(ImportTotals, Vec<BadRow>), Error> {
        let customers = Self::new(self.acting.operation(chunk.operation()));
        let (arriving, about, sent) = chunk.send(merge_by);
        let rows = u64::try_from(sent.lines.len()).unwrap_or(u64::MAX);
        let (arrived, done_before) = match customers.arrive(arriving).await {
            Err(Error::Store(StoreError::AlreadyDone(record))) => {
                let is_same = record.after.as_ref() == Some(&about);
                let first = Err(StoreError::AlreadyDone(record).into());
                let acting = &customers.acting;
                let report = acting.first_result(Action::ImportCustomers, first)?;
                if !is_same {
                    return Err(sent.changed());
                }
                let quoted = Vec::new();
                (Arrived { report, quoted }, rows)
            }
            arrived => (arrived?, 0),
        };
        let report = &arrived.report;
        let totals = ImportTotals {
            rows,
            added: report.added,
            updated: report.updated,
            refused: u64::try_from(report.refused.len()).unwrap_or(u64::MAX),
            done_before,
        };
        Ok((totals, sent.bad_rows(&arrived.report, arrived.quoted)))
    }
}

impl ImportTotals {
    fn count(&mut self, chunk: Self) {
        self.rows += chunk.rows;
        self.added += chunk.added;
        self.updated += chunk.updated;
        self.refused += chunk.refused;
        self.done_before += chunk.done_before;
    }
}
