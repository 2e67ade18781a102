//! Requests signed as [Standard Webhooks](https://www.standardwebhooks.com).

mod endpoint;
mod key;
mod notifier;
mod settings;

pub use endpoint::{Endpoint, Endpoints, EndpointsError};
pub use key::sign;
pub use notifier::WebhookNotifier;
pub use settings::WebhookSettings;
