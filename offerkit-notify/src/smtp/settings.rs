//! How a notifier for e-mail is set up.

use std::{num::NonZeroU32, sync::Arc, time::Duration};

use offerkit_core::time::{Clock, SystemClock};
use rustls::ClientConfig;

use super::{SmtpNotifier, address::Mailbox, connection::Server, mail::Letterhead, pool::Pool};
use crate::{Pace, SetupError, error::setting, pace::Pacer, secret::Secret, tls};

/// How the connection to the server is kept private.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Security {
    /// TLS from the first byte on, usually port 465.
    #[default]
    Tls,
    /// TLS after `STARTTLS`, usually port 587. A server that does not offer it is not used.
    StartTls,
    /// None at all, usually port 25: for a relay on the same machine. No login is sent this way.
    Plain,
}

impl Security {
    const fn usual_port(self) -> u16 {
        match self {
            Self::Tls => 465,
            Self::StartTls => 587,
            Self::Plain => 25,
        }
    }
}

/// How long to wait for a server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SmtpTimeouts {
    /// For a connection: TCP, TLS, greeting and login together. 20 seconds by default.
    pub connect: Duration,
    /// For the reply to a command. 30 seconds by default.
    pub reply: Duration,
    /// For handing over a mail and the server's word that it took it; after that nobody can tell. 60 seconds by default.
    pub accept: Duration,
    /// For how long a connection is kept for the next mail. 30 seconds by default.
    pub idle: Duration,
}

impl Default for SmtpTimeouts {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(20),
            reply: Duration::from_secs(30),
            accept: Duration::from_mins(1),
            idle: Duration::from_secs(30),
        }
    }
}

/// The settings of an [`SmtpNotifier`].
///
/// ```
/// use offerkit_notify::smtp::{Security, SmtpSettings};
///
/// let notifier = SmtpSettings::new("mail.example.com", "offers@bank.example")
///     .security(Security::Plain)
///     .sender_name("Gold Bank")
///     .build()?;
/// # Ok::<(), offerkit_notify::SetupError>(())
/// ```
#[derive(Clone)]
pub struct SmtpSettings {
    host: String,
    sender: String,
    port: Option<u16>,
    security: Security,
    tls: Option<Arc<ClientConfig>>,
    login: Option<(String, Secret)>,
    name: Option<String>,
    reply_to: Option<String>,
    return_path: Option<String>,
    hello: Option<String>,
    timeouts: SmtpTimeouts,
    mails_per_connection: NonZeroU32,
    pace: Pace,
    clock: Arc<dyn Clock>,
}

impl SmtpSettings {
    /// Mails from `sender` through the server `host`, over TLS on port 465.
    #[must_use]
    pub fn new(host: impl Into<String>, sender: impl Into<String>) -> Self {
        Self {
            host: host.into(),
            sender: sender.into(),
            port: None,
            security: Security::default(),
            tls: None,
            login: None,
            name: None,
            reply_to: None,
            return_path: None,
            hello: None,
            timeouts: SmtpTimeouts::default(),
            mails_per_connection: const { NonZeroU32::new(100).unwrap() },
            pace: Pace::default(),
            clock: Arc::new(SystemClock),
        }
    }

    /// Another way to keep the connection private.
    #[must_use]
    pub const fn security(mut self, security: Security) -> Self {
        self.security = security;
        self
    }

    /// Another port than the usual one.
    #[must_use]
    pub const fn port(mut self, port: u16) -> Self {
        self.port = Some(port);
        self
    }

    /// This configuration of TLS, instead of the process's default provider and the operating system's trust.
    #[must_use]
    pub fn tls(mut self, config: Arc<ClientConfig>) -> Self {
        self.tls = Some(config);
        self
    }

    /// Logs in, by `PLAIN` or `LOGIN`. Never without TLS.
    #[must_use]
    pub fn login(mut self, user: impl Into<String>, password: impl Into<String>) -> Self {
        self.login = Some((user.into(), Secret::new(password.into())));
        self
    }

    /// The name that is shown beside the sender's address; in any script.
    #[must_use]
    pub fn sender_name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// Where answers go, if not to the sender.
    #[must_use]
    pub fn reply_to(mut self, address: impl Into<String>) -> Self {
        self.reply_to = Some(address.into());
        self
    }

    /// Where bounces go, if not to the sender.
    #[must_use]
    pub fn return_path(mut self, address: impl Into<String>) -> Self {
        self.return_path = Some(address.into());
        self
    }

    /// What the server is told as this machine's name, instead of its IP address.
    #[must_use]
    pub fn hello(mut self, name: impl Into<String>) -> Self {
        self.hello = Some(name.into());
        self
    }

    /// Other timeouts.
    #[must_use]
    pub const fn timeouts(mut self, timeouts: SmtpTimeouts) -> Self {
        self.timeouts = timeouts;
        self
    }

    /// After how many mails a connection is closed; some servers take no more. 100 by default.
    #[must_use]
    pub const fn mails_per_connection(mut self, mails: NonZeroU32) -> Self {
        self.mails_per_connection = mails;
        self
    }

    /// Another pace; `parallel` is the number of connections.
    #[must_use]
    pub const fn pace(mut self, pace: Pace) -> Self {
        self.pace = pace;
        self
    }

    /// Another clock, for the mails' `Date`.
    #[must_use]
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    /// The notifier. Connects to nothing yet.
    ///
    /// # Errors
    ///
    /// [`SetupError`] for an address or name that cannot stand in a mail, for a login without TLS, and where TLS is
    /// wanted but cannot be set up.
    pub fn build(self) -> Result<SmtpNotifier, SetupError> {
        let sender = mailbox("the sender", &self.sender)?;
        let reply_to = self.reply_to.as_deref();
        let return_path = self.return_path.as_deref();
        let letterhead = Letterhead {
            name: self.name.map(named).transpose()?,
            reply_to: reply_to
                .map(|text| mailbox("the address for answers", text))
                .transpose()?,
            return_path: return_path.map_or_else(
                || Ok(sender.clone()),
                |text| mailbox("the address for bounces", text),
            )?,
            sender,
        };
        let is_word =
            |name: &String| !name.is_empty() && name.bytes().all(|c| c.is_ascii_graphic());
        if !self.hello.as_ref().is_none_or(is_word) {
            return Err(setting("this machine's name", "is not one word in ASCII"));
        }
        let is_plain = self.security == Security::Plain;
        if is_plain && self.login.is_some() {
            return Err(setting("the login", "would be sent without TLS"));
        }
        let server = Server {
            port: self.port.unwrap_or(self.security.usual_port()),
            host: self.host,
            security: self.security,
            tls: if is_plain {
                None
            } else {
                Some(tls::config(self.tls)?)
            },
            login: self.login,
            hello: self.hello,
            timeouts: self.timeouts,
        };
        Ok(SmtpNotifier::new(
            letterhead,
            Pool::new(server, self.mails_per_connection.get()),
            Pacer::new(self.pace),
            self.clock,
        ))
    }
}

impl std::fmt::Debug for SmtpSettings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SmtpSettings")
            .field("host", &self.host)
            .field("port", &self.port)
            .field("security", &self.security)
            .field("pace", &self.pace)
            .finish_non_exhaustive()
    }
}

fn mailbox(what: &'static str, text: &str) -> Result<Mailbox, SetupError> {
    Mailbox::parse(text).ok_or_else(|| setting(what, "is no e-mail address"))
}

fn named(name: String) -> Result<String, SetupError> {
    if name.contains(char::is_control) {
        return Err(setting("the sender's name", "has a control character"));
    }
    Ok(name)
}
