//! Refusing what no service asks for.

use offerkit_core::ports::StoreError;

pub(crate) type Checked = Result<(), StoreError>;

pub(crate) fn ensure(holds: bool, refusal: &'static str) -> Checked {
    if holds {
        return Ok(());
    }
    Err(StoreError::Refused(refusal))
}
