//! Keyset pages: stable while rows come and go, and as fast on the thousandth page as on the first.

use std::{fmt, num::NonZeroU16, str::FromStr};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The most items on a page.
pub const MAX_PAGE_SIZE: u16 = 1_000;

/// The items on a page, where the caller does not say.
pub const DEFAULT_PAGE_SIZE: u16 = 50;

/// Where a page ended; opaque to callers, given back to get the next one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Cursor(Uuid);

impl Cursor {
    /// The cursor after the item with this id.
    #[must_use]
    pub const fn after(id: Uuid) -> Self {
        Self(id)
    }

    /// The id of the last item of the page before.
    #[must_use]
    pub const fn position(self) -> Uuid {
        self.0
    }
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.simple().fmt(f)
    }
}

impl FromStr for Cursor {
    type Err = PageError;

    fn from_str(text: &str) -> Result<Self, PageError> {
        text.parse().map(Self).map_err(|_| PageError::Cursor)
    }
}

/// Which end of a list comes first. Ids ascend with time, so this is by creation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Order {
    /// What was made last comes first.
    #[default]
    NewestFirst,
    /// What was made first comes first.
    OldestFirst,
}

/// Which page of a list is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PageRequest {
    size: NonZeroU16,
    order: Order,
    after: Option<Cursor>,
}

/// A page that cannot be asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PageError {
    /// The size is zero or above [`MAX_PAGE_SIZE`].
    #[error("a page holds 1 to {MAX_PAGE_SIZE} items, not {0}")]
    Size(u16),
    /// The text is no cursor of ours.
    #[error("the cursor was not given out by a list")]
    Cursor,
}

impl PageRequest {
    /// The first page of `size` items.
    ///
    /// # Errors
    ///
    /// [`PageError::Size`] for 0 and for more than [`MAX_PAGE_SIZE`].
    pub fn first(size: u16) -> Result<Self, PageError> {
        match NonZeroU16::new(size) {
            Some(nonzero) if size <= MAX_PAGE_SIZE => Ok(Self {
                size: nonzero,
                ..Self::default()
            }),
            _ => Err(PageError::Size(size)),
        }
    }

    /// The page after the one that ended at `cursor`.
    #[must_use]
    pub const fn after(mut self, cursor: Cursor) -> Self {
        self.after = Some(cursor);
        self
    }

    /// The page in this order.
    #[must_use]
    pub const fn ordered(mut self, order: Order) -> Self {
        self.order = order;
        self
    }

    /// How many items the page holds at most.
    #[must_use]
    pub fn size(&self) -> usize {
        usize::from(self.size.get())
    }

    /// The order of the list.
    #[must_use]
    pub const fn order(&self) -> Order {
        self.order
    }

    /// Where the page before ended.
    #[must_use]
    pub const fn cursor(&self) -> Option<Cursor> {
        self.after
    }
}

impl Default for PageRequest {
    fn default() -> Self {
        Self {
            size: const { NonZeroU16::new(DEFAULT_PAGE_SIZE).unwrap() },
            order: Order::default(),
            after: None,
        }
    }
}

/// One page of a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Page<T> {
    /// The items, in the order asked for.
    pub items: Vec<T>,
    /// Where to go on, unless this is the last page.
    pub next: Option<Cursor>,
}

impl<T> Page<T> {
    /// A page from one item more than it holds: the surplus item tells that another page follows.
    #[must_use]
    pub fn from_surplus(mut items: Vec<T>, request: &PageRequest, id: impl Fn(&T) -> Uuid) -> Self {
        let more = items.len() > request.size();
        items.truncate(request.size());
        let next = items.last().filter(|_| more).map(|last| Cursor(id(last)));
        Self { items, next }
    }

    /// The same page of other items.
    #[must_use]
    pub fn map<U>(self, to: impl FnMut(T) -> U) -> Page<U> {
        Page {
            items: self.items.into_iter().map(to).collect(),
            next: self.next,
        }
    }
}
