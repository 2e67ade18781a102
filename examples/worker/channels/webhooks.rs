//! Webhooks to one receiver.

use offerkit::notify::{
    guard::Guard,
    webhook::{Endpoint, WebhookNotifier, WebhookSettings},
};
use url::Url;

use super::{super::failure::Failure, Environment, secret, without_password, wrong};

const OPTION: &str = "--webhook";
const SECRET: &str = "WEBHOOK_SECRET";

/// The notifier for one endpoint, which is wherever who starts the program says: no tenant names it.
pub(super) fn notifier(
    url: &Url,
    environment: Environment<'_>,
) -> Result<WebhookNotifier, Failure> {
    let url = without_password(OPTION, SECRET, url)?;
    let port = url.port_or_known_default();
    let port = port.ok_or_else(|| wrong(OPTION, "expected an `https` or `http` URL"))?;
    let mut guard = Guard::default().allow_port(port);
    match url.scheme() {
        "https" => {}
        "http" => guard = guard.allow_http(),
        _ => return Err(wrong(OPTION, "expected an `https` or `http` URL")),
    }
    for anywhere in ["0.0.0.0/0", "::/0"] {
        guard = guard.allow_network(anywhere.parse()?);
    }
    let secret = secret(OPTION, SECRET, environment)?;
    let endpoint = Endpoint::new(url.as_str(), [secret.as_str()]);
    let endpoint = endpoint.map_err(|error| wrong(OPTION, error))?;
    let settings = WebhookSettings::to(endpoint).guard(guard);
    settings.build().map_err(|error| wrong(OPTION, error))
}
