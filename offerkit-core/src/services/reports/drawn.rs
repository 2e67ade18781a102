//! A report that was drawn, read part by part.

use std::{fmt, mem};

use async_trait::async_trait;

use crate::{
    page::{Cursor, Order, Page, PageRequest},
    services::Error,
};

/// A report that was drawn. That it was is recorded; its rows are read part by part.
pub struct Drawn<R> {
    parts: Box<dyn Parts<R>>,
    size: u16,
    next: Next,
}

/// Where the rows of a report come from.
#[async_trait]
pub(super) trait Parts<R>: Send + Sync {
    /// A part, the oldest rows first.
    async fn part(&self, request: &PageRequest) -> Result<Page<R>, Error>;
}

enum Next {
    First,
    After(Cursor),
    Over,
}

impl<R> Drawn<R> {
    pub(super) fn new(parts: impl Parts<R> + 'static, size: u16) -> Self {
        Self {
            parts: Box::new(parts),
            size,
            next: Next::First,
        }
    }

    /// The next rows, in order; none once all were given. Whether the actor may see them is looked at again each time, or every
    /// second where a request's login was found with what its user may do; so a report does not go on for someone who lost
    /// the permission.
    ///
    /// # Errors
    ///
    /// [`Error::Denied`] and [`Error::NotFound`] for someone who lost the permission meanwhile; [`Error::Store`]. The report
    /// is over then.
    pub async fn next(&mut self) -> Result<Option<Vec<R>>, Error> {
        let first = PageRequest::first(self.size)?.ordered(Order::OldestFirst);
        let request = match mem::replace(&mut self.next, Next::Over) {
            Next::First => first,
            Next::After(cursor) => first.after(cursor),
            Next::Over => return Ok(None),
        };
        let part = self.parts.part(&request).await?;
        if let Some(cursor) = part.next {
            self.next = Next::After(cursor);
        }
        Ok(Some(part.items))
    }
}

impl<R> fmt::Debug for Drawn<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Drawn").finish_non_exhaustive()
    }
}
