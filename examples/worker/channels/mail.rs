//! E-mail through a server.

use offerkit::notify::smtp::{Security, SmtpNotifier, SmtpSettings};
use url::Url;

use super::{super::failure::Failure, Environment, secret, without_password, wrong};

const OPTION: &str = "--smtp";
const PASSWORD: &str = "SMTP_PASSWORD";

/// The notifier for `smtp://host:port`, without TLS or login, or `smtps://user@host:port`.
pub(super) fn notifier(
    url: &str,
    from: &str,
    environment: Environment<'_>,
) -> Result<SmtpNotifier, Failure> {
    let url = Url::parse(url).map_err(|error| wrong(OPTION, error))?;
    let url = without_password(OPTION, PASSWORD, &url)?;
    let host = url.host_str();
    let host = host.ok_or_else(|| wrong(OPTION, "it names no host"))?;
    let security = match url.scheme() {
        "smtp" => Security::Plain,
        "smtps" => Security::Tls,
        _ => {
            let expected = "expected `smtp://HOST:PORT` or `smtps://USER@HOST:PORT`";
            return Err(wrong(OPTION, expected));
        }
    };
    if !matches!(url.path(), "" | "/") || url.query().is_some() {
        return Err(wrong(OPTION, "something stands behind the host and port"));
    }
    let mut settings = SmtpSettings::new(host, from).security(security);
    if let Some(port) = url.port() {
        settings = settings.port(port);
    }
    if !url.username().is_empty() {
        settings = settings.login(url.username(), secret(OPTION, PASSWORD, environment)?);
    }
    settings.build().map_err(|error| wrong(OPTION, error))
}
