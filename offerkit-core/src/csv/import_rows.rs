//! Rows as an import takes them.

use std::io::Read;

use super::{Customers, RowProblem, Said};
use crate::services::ImportRow;

/// The rows of a file for [`import_all`](crate::services::Customers::import_all): those with a mistake are among them.
/// What a row does not say of its id and of its creation, the import makes up.
#[derive(Debug)]
pub struct ImportRows<'a, R> {
    pub(super) customers: Customers<'a, R>,
}

impl<R: Read> Iterator for ImportRows<'_, R> {
    type Item = ImportRow;

    fn next(&mut self) -> Option<ImportRow> {
        let row = self.customers.read()?;
        let line = self.customers.line();
        Some(match row {
            Ok((customer, said)) => {
                let Said { id, created_at } = said;
                let row = ImportRow::new(line, customer);
                let row = if id { row } else { row.without_id() };
                if created_at {
                    row
                } else {
                    row.without_created_at()
                }
            }
            Err(error) => {
                if let RowProblem::Read(why) = error.problem() {
                    ImportRow::unreadable(error.line(), why.to_string())
                } else {
                    ImportRow::refused(error.line(), error.without_line())
                }
            }
        })
    }
}
