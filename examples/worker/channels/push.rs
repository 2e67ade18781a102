//! Push messages, to phones and to browsers: the address says which of them it is.

use std::{fs, path::Path};

use offerkit::{
    domain::DeliveryKey,
    id::DeliveryId,
    notify::{
        guard::Guard,
        push::{FcmNotifier, FcmSettings, WebPushNotifier, WebPushSettings},
    },
    ports::{Message, Notifier, Outcome, Profile},
};
use url::{Host, Url};

use super::{super::failure::Failure, Environment, secret, wrong};

const PHONES: &str = "--fcm";
const BROWSERS: &str = "--web-push";
const SERVICE: &str = "--push-service";
const KEY: &str = "VAPID_KEY";

/// To phones and browsers. A kit has one notifier for a channel, so this one passes each message on.
pub(super) struct Devices {
    pub(super) phones: FcmNotifier,
    pub(super) browsers: WebPushNotifier,
}

#[offerkit::async_trait]
impl Notifier for Devices {
    fn profile(&self) -> Profile {
        // That of browsers is the same.
        self.phones.profile()
    }

    async fn send(&self, batch: &[Message]) -> Vec<(DeliveryId, Outcome)> {
        // A browser's subscription is JSON, and a phone's token is not.
        let is_browser = |message: &Message| message.address.starts_with('{');
        let (to_browsers, to_phones): (Vec<_>, Vec<_>) =
            batch.iter().cloned().partition(is_browser);
        let (mut outcomes, to_phones) = tokio::join!(
            self.browsers.send(&to_browsers),
            self.phones.send(&to_phones)
        );
        outcomes.extend(to_phones);
        outcomes
    }

    async fn lookup(&self, _: &[DeliveryKey]) -> Vec<(DeliveryId, Outcome)> {
        Vec::new()
    }
}

/// The notifier for phones, from the key file of a service account.
pub(super) fn phones(file: &Path, base: Option<&str>) -> Result<FcmNotifier, Failure> {
    let account = fs::read_to_string(file).map_err(|error| {
        let file = file.display();
        wrong(PHONES, format_args!("cannot read {file}: {error}"))
    })?;
    let mut settings = FcmSettings::new(account);
    if let Some(base) = base {
        settings = settings.base(base);
    }
    settings.build().map_err(|error| wrong(PHONES, error))
}

/// The notifier for browsers, which may also send to a push service that is not on the Internet.
pub(super) fn browsers(
    contact: &str,
    service: Option<&Url>,
    environment: Environment<'_>,
) -> Result<WebPushNotifier, Failure> {
    let key = secret(BROWSERS, KEY, environment)?;
    let mut settings = WebPushSettings::new(key, contact);
    if let Some(service) = service {
        settings = settings.guard(allowing(service)?);
    }
    settings.build().map_err(|error| wrong(BROWSERS, error))
}

/// What may be reached where one's own push service may: whoever subscribes names the URL.
fn allowing(service: &Url) -> Result<Guard, Failure> {
    let mut guard = Guard::default();
    match service.scheme() {
        "https" => {}
        "http" => guard = guard.allow_http(),
        _ => return Err(wrong(SERVICE, "expected an `https` or `http` URL")),
    }
    if let Some(port) = service.port_or_known_default() {
        guard = guard.allow_port(port);
    }
    let network = match service.host() {
        Some(Host::Ipv4(address)) => format!("{address}/32"),
        Some(Host::Ipv6(address)) => format!("{address}/128"),
        Some(Host::Domain(_)) => return Ok(guard),
        None => return Err(wrong(SERVICE, "it names no host")),
    };
    let network = network.parse().map_err(|error| wrong(SERVICE, error))?;
    Ok(guard.allow_network(network))
}
