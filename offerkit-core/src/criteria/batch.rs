//! Criteria evaluated on many records at once, by columns.

mod block;
mod codes;
mod column;
mod columns;
mod lookup;
mod pass;
mod row_set;
mod values;

pub use self::columns::Columns;
pub use self::row_set::RowSet;

use self::pass::Pass;
use super::program::Matcher;
use super::record::Record;

impl Matcher<'_> {
    /// Which of the records the criteria select: those for which [`Matcher::matches`] holds.
    ///
    /// `columns` belong to these records, unchanged and in this order; each column is built when it is first asked for
    /// and serves every later call. Many criteria asked of the same records, or of a few ten thousand records at a
    /// time, so take about a nanosecond a record.
    #[must_use]
    pub fn select<R: Record>(&self, records: &[R], columns: &Columns) -> RowSet {
        let mut pass = Pass::new(self, records, columns);
        let mut selected = RowSet::none(records.len());
        while let Some(words) = pass.next() {
            selected.extend(&words);
        }
        selected
    }

    /// The places of the selected records from the place `first` on, in order, as [`Matcher::select`] finds them.
    /// Records are evaluated as the iterator is read, so that a page costs no more than itself.
    pub fn select_from<'a, R: Record>(
        &'a self,
        records: &'a [R],
        columns: &Columns,
        first: usize,
    ) -> impl Iterator<Item = usize> + 'a {
        Pass::new(self, records, columns).places_from(first)
    }
}
