//! Every port in memory, held to what every adapter must do.

use offerkit::memory::MemoryStore;
use offerkit_conformance::{Failure, Harness, Outcome};

struct Memory;

impl Harness for Memory {
    type Adapter = MemoryStore;

    async fn backend(&self) -> Result<MemoryStore, Failure> {
        Ok(MemoryStore::new())
    }

    fn block_on(&self, case: impl Future<Output = Outcome>) -> Outcome {
        futures_executor::block_on(case)
    }
}

offerkit_conformance::conformance!(Memory);
