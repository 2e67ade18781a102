//! E-mail through a server that the command line names.

use std::env;

use offerkit::notify::smtp::{Security, SmtpNotifier, SmtpSettings};
use url::Url;

use super::failure::Failure;

/// Where the password stands, since others see what a command line says.
const PASSWORD: &str = "SMTP_PASSWORD";

/// The notifier for `smtp://host:port`, without TLS or login, or `smtps://user@host:port`.
pub(crate) fn notifier(url: &str, from: &str) -> Result<SmtpNotifier, Failure> {
    let wrong = |why: &str| Failure::Input(format!("`--smtp`: {why}"));
    let url = Url::parse(url).map_err(|error| wrong(&error.to_string()))?;
    let host = url.host_str().ok_or_else(|| wrong("it names no host"))?;
    let security = match url.scheme() {
        "smtp" => Security::Plain,
        "smtps" => Security::Tls,
        _ => {
            return Err(wrong(
                "expected `smtp://host:port` or `smtps://user@host:port`",
            ));
        }
    };
    if url.password().is_some() {
        return Err(wrong(
            "others see what a command line says, so the password stands in `SMTP_PASSWORD`",
        ));
    }
    if !matches!(url.path(), "" | "/") || url.query().is_some() {
        return Err(wrong("something stands behind the host and port"));
    }
    let mut settings = SmtpSettings::new(host, from).security(security);
    if let Some(port) = url.port() {
        settings = settings.port(port);
    }
    if !url.username().is_empty() {
        let password =
            env::var(PASSWORD).map_err(|_| wrong("the password stands in `SMTP_PASSWORD`"))?;
        settings = settings.login(url.username(), password);
    }
    if security == Security::Tls {
        // One that is installed already does as well.
        rustls::crypto::ring::default_provider()
            .install_default()
            .ok();
    }
    let notifier = settings.build();
    notifier.map_err(|error| wrong(&error.to_string()))
}
