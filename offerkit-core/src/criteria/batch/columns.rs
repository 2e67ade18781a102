//! The columns of some records.

use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

use super::column::Column;
use crate::criteria::field::Field;
use crate::criteria::record::Record;

/// The values of some records by field instead of by record, for [`Matcher::select`](super::Matcher::select).
///
/// Columns belong to the records of the first call they are given to, and must be dropped when one of these is
/// changed, added or removed. The column of a field is built when criteria first ask for it: each different value once,
/// and 1, 2 or 4 bytes for each record, depending on how many different values there are.
#[derive(Default)]
pub struct Columns {
    columns: RwLock<Vec<(Field, Arc<Column>)>>,
}

impl Columns {
    /// No columns yet.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            columns: RwLock::new(Vec::new()),
        }
    }

    /// How many bytes the columns take that were built so far.
    #[must_use]
    pub fn bytes(&self) -> usize {
        let columns = self.columns.read().unwrap_or_else(PoisonError::into_inner);
        columns.iter().map(|(_, column)| column.bytes()).sum()
    }

    /// The column of the field; nothing where the columns belong to other records.
    pub(super) fn column<R: Record>(&self, field: &Field, records: &[R]) -> Option<Arc<Column>> {
        let is_theirs = |column: &Arc<Column>| column.rows() == records.len();
        if let Some(column) = self.find(field) {
            return Some(column).filter(is_theirs);
        }
        // Built without the lock. Of two that build the same column at once, the first one's is kept.
        let built = Arc::new(Column::build(records, field)?);
        let mut columns = self.columns.write().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, column)) = columns.iter().find(|(it, _)| is_same(it, field)) {
            return Some(Arc::clone(column)).filter(is_theirs);
        }
        columns.push((field.clone(), Arc::clone(&built)));
        Some(built)
    }

    fn find(&self, field: &Field) -> Option<Arc<Column>> {
        let columns = self.columns.read().unwrap_or_else(PoisonError::into_inner);
        let found = columns.iter().find(|(it, _)| is_same(it, field));
        found.map(|(_, column)| Arc::clone(column))
    }
}

/// Whether records give both fields the same values; what else a catalog says about a field may change.
fn is_same(one: &Field, other: &Field) -> bool {
    one.storage() == other.storage()
        && one.name() == other.name()
        && one.field_type() == other.field_type()
}

impl fmt::Debug for Columns {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let columns = self.columns.read().unwrap_or_else(PoisonError::into_inner);
        let names = columns.iter().map(|(field, _)| field.name());
        f.debug_set().entries(names).finish()
    }
}
