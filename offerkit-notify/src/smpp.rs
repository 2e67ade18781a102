//! Text messages through a message centre that speaks SMPP 3.4.

mod connection;
mod notifier;
mod receipts;
mod session;
mod settings;
mod status;
mod writing;

pub use notifier::SmppNotifier;
pub use receipts::{ReceiptError, Receipts};
pub use settings::{SmppSecurity, SmppSettings, SmppTimeouts};
pub use writing::LongTexts;
