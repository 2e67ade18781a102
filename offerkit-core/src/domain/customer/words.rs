//! One copy of each word that many customers share.

use std::collections::HashSet;
use std::sync::Arc;

/// How many different words are kept. Further ones stay with the customer that brought them.
pub const MAX_SHARED_WORDS: usize = 65_536;

/// The words seen so far while loading customers, so that `premium` is stored once and not a million times.
///
/// ```
/// use offerkit_core::domain::customer::Words;
/// # use offerkit_core::domain::customer::CustomerBuilder;
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let id = "018f4a2c-0000-7000-8000-000000000001".parse()?;
/// # let created_at = "2026-01-31T09:30:00.000000Z".parse()?;
/// # let mut builder = CustomerBuilder::new(id, created_at);
/// # builder.set("full_name", "Asha")?;
/// # builder.set("segment", "premium")?;
/// # let mut customer = builder.build()?;
/// let mut words = Words::new();
/// customer.share_words(&mut words);
/// assert_eq!(words.len(), 1);
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Default)]
pub struct Words {
    seen: HashSet<Arc<str>>,
}

impl Words {
    /// No words yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// How many different words are shared.
    #[must_use]
    pub fn len(&self) -> usize {
        self.seen.len()
    }

    /// Whether no word has been seen.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.seen.is_empty()
    }

    pub(super) fn share(&mut self, word: &mut Arc<str>) {
        if let Some(shared) = self.seen.get(&**word) {
            *word = Arc::clone(shared);
        } else if self.seen.len() < MAX_SHARED_WORDS {
            self.seen.insert(Arc::clone(word));
        }
    }
}
