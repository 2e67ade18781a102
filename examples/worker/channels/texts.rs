//! Text messages through a gateway.

use offerkit::notify::sms::{SmsNotifier, SmsSettings};
use url::Url;

use super::{super::failure::Failure, Environment, secret, without_password, wrong};

const OPTION: &str = "--sms";
const TOKEN: &str = "SMS_TOKEN";

/// The notifier for `https://account@host`.
pub(super) fn notifier(
    url: &str,
    from: &str,
    environment: Environment<'_>,
) -> Result<SmsNotifier, Failure> {
    let mut url = Url::parse(url).map_err(|error| wrong(OPTION, error))?;
    without_password(OPTION, TOKEN, &url)?;
    let account = url.username().to_owned();
    if account.is_empty() || url.set_username("").is_err() {
        let expected = "it names no account: expected `https://ACCOUNT@HOST`";
        return Err(wrong(OPTION, expected));
    }
    let token = secret(OPTION, TOKEN, environment)?;
    let settings = SmsSettings::new(url, account, token, from);
    settings.build().map_err(|error| wrong(OPTION, error))
}
