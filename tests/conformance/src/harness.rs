//! What an adapter brings to be tested.

use std::error::Error;

use offerkit_core::services::Backend;

/// Why a case failed, besides its assertions.
pub type Failure = Box<dyn Error>;

/// What a case answers.
pub type Outcome = Result<(), Failure>;

/// A backend whose clones share what they keep.
pub trait Adapter: Backend + Clone + 'static {}

impl<T: Backend + Clone + 'static> Adapter for T {}

/// Makes backends, and runs cases to their end.
pub trait Harness {
    /// The adapter under test.
    type Adapter: Adapter;

    /// A fresh, empty backend.
    fn backend(&self) -> impl Future<Output = Result<Self::Adapter, Failure>>;

    /// Runs a case to its end.
    ///
    /// # Errors
    ///
    /// What the case answers.
    fn block_on(&self, case: impl Future<Output = Outcome>) -> Outcome;
}
