//! A mail server that the command line names.

use std::str::FromStr;

use offerkit::notify::smtp::{Security, SmtpNotifier, SmtpSettings};

use super::failure::Failure;

const SENDER: &str = "offers@bank.example";

/// Where a mail server listens, as `HOST:PORT`. No TLS and no login, so it is one near by.
#[derive(Debug, Clone)]
pub(crate) struct MailServer {
    host: String,
    port: u16,
}

impl FromStr for MailServer {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let expected = || "expected HOST:PORT, such as localhost:1025".to_owned();
        let (host, port) = text.rsplit_once(':').ok_or_else(expected)?;
        if host.is_empty() {
            return Err(expected());
        }
        Ok(Self {
            host: host.trim_matches(['[', ']']).to_owned(),
            port: port.parse().map_err(|_| expected())?,
        })
    }
}

impl MailServer {
    pub(crate) fn notifier(&self) -> Result<SmtpNotifier, Failure> {
        SmtpSettings::new(&self.host, SENDER)
            .security(Security::Plain)
            .port(self.port)
            .build()
            .map_err(|error| Failure::Input(format!("`--smtp`: {error}")))
    }
}
