//! How a notifier for a message centre is set up.

use std::{
    num::NonZeroUsize,
    sync::{Arc, Mutex},
    time::Duration,
};

use rustls::ClientConfig;

use super::{
    LongTexts, Receipts, SmppNotifier,
    connection::{Centre, Login},
    receipts::Awaited,
    session::Keeping,
    writing::{Form, Sender},
};
use crate::{Pace, SetupError, error::setting, pace::Pacer, secret::Secret, tls};

/// How the connection to the message centre is kept private.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SmppSecurity {
    /// TLS from the first byte on, usually port 3550.
    #[default]
    Tls,
    /// None at all, usually port 2775: for a private network. Whoever is on the way reads password, numbers and texts.
    Plain,
}

impl SmppSecurity {
    const fn usual_port(self) -> u16 {
        match self {
            Self::Tls => 3550,
            Self::Plain => 2775,
        }
    }
}

/// How long to wait for a message centre.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SmppTimeouts {
    /// For a session: TCP, TLS and login together. 20 seconds by default.
    pub connect: Duration,
    /// For the answer to a message, after which nobody can tell whether it was taken. 30 seconds by default.
    pub reply: Duration,
    /// After how long without a word the centre is asked whether it is still there. 30 seconds by default.
    pub enquire: Duration,
    /// How long nothing is tried after the centre could not be reached or asked to come back. 2 seconds by default.
    pub pause: Duration,
}

impl Default for SmppTimeouts {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(20),
            reply: Duration::from_secs(30),
            enquire: Duration::from_secs(30),
            pause: Duration::from_secs(2),
        }
    }
}

/// The settings of an [`SmppNotifier`].
///
/// ```
/// use offerkit_notify::smpp::{SmppSecurity, SmppSettings};
///
/// let notifier = SmppSettings::new("smsc.example.com", "goldbank", "sesame", "Gold Bank")
///     .security(SmppSecurity::Plain)
///     .build()?;
/// # Ok::<(), offerkit_notify::SetupError>(())
/// ```
#[derive(Clone)]
pub struct SmppSettings {
    host: String,
    system_id: String,
    password: Secret,
    sender: String,
    port: Option<u16>,
    security: SmppSecurity,
    tls: Option<Arc<ClientConfig>>,
    system_type: String,
    long_texts: LongTexts,
    max_segments: NonZeroUsize,
    receipts: Option<Arc<dyn Receipts>>,
    awaited: usize,
    timeouts: SmppTimeouts,
    pace: Pace,
}

impl SmppSettings {
    /// Messages from `sender` through the message centre at `host`, as this system with this password, over TLS. The sender
    /// is a phone number such as `+15550100`, a short code, or a name of at most 11 letters, digits and spaces.
    #[must_use]
    pub fn new(
        host: impl Into<String>,
        system_id: impl Into<String>,
        password: impl Into<String>,
        sender: impl Into<String>,
    ) -> Self {
        Self {
            host: host.into(),
            system_id: system_id.into(),
            password: Secret::new(password.into()),
            sender: sender.into(),
            port: None,
            security: SmppSecurity::default(),
            tls: None,
            system_type: String::new(),
            long_texts: LongTexts::default(),
            max_segments: const { NonZeroUsize::new(10).unwrap() },
            receipts: None,
            awaited: 100_000,
            timeouts: SmppTimeouts::default(),
            pace: Pace::default(),
        }
    }

    /// Another port than the usual one.
    #[must_use]
    pub const fn port(mut self, port: u16) -> Self {
        self.port = Some(port);
        self
    }

    /// Another way to keep the connection private.
    #[must_use]
    pub const fn security(mut self, security: SmppSecurity) -> Self {
        self.security = security;
        self
    }

    /// This configuration of TLS, instead of the process's default provider and the operating system's trust.
    #[must_use]
    pub fn tls(mut self, config: Arc<ClientConfig>) -> Self {
        self.tls = Some(config);
        self
    }

    /// The `system_type` that some message centres ask for.
    #[must_use]
    pub fn system_type(mut self, system_type: impl Into<String>) -> Self {
        self.system_type = system_type.into();
        self
    }

    /// Another way for texts that are longer than one message.
    #[must_use]
    pub const fn long_texts(mut self, long_texts: LongTexts) -> Self {
        self.long_texts = long_texts;
        self
    }

    /// The most parts that a text may take; a longer one fails. 10 by default.
    #[must_use]
    pub const fn max_segments(mut self, segments: NonZeroUsize) -> Self {
        self.max_segments = segments;
        self
    }

    /// Asks for receipts, and gives them to `receipts`. The session is then bound as a transceiver.
    #[must_use]
    pub fn receipts(mut self, receipts: Arc<dyn Receipts>) -> Self {
        self.receipts = Some(receipts);
        self
    }

    /// Of how many parts the ids are kept until their receipts come; the oldest is forgotten. 100,000 by default.
    #[must_use]
    pub const fn awaited(mut self, parts: usize) -> Self {
        self.awaited = parts;
        self
    }

    /// Other timeouts.
    #[must_use]
    pub const fn timeouts(mut self, timeouts: SmppTimeouts) -> Self {
        self.timeouts = timeouts;
        self
    }

    /// Another pace; `parallel` is the window: the most messages that are written and not answered yet.
    #[must_use]
    pub const fn pace(mut self, pace: Pace) -> Self {
        self.pace = pace;
        self
    }

    /// The notifier. Connects to nothing yet.
    ///
    /// # Errors
    ///
    /// [`SetupError`] for a login or sender that SMPP cannot hold, and where TLS is wanted but cannot be set up.
    pub fn build(self) -> Result<SmppNotifier, SetupError> {
        let sender = Sender::parse(&self.sender).ok_or_else(|| {
            setting(
                "the sender",
                "is neither a phone number such as `+15550100`, nor a short code, nor a name of at most 11 letters",
            )
        })?;
        let tls = match self.security {
            SmppSecurity::Tls => Some(tls::config(self.tls)?),
            SmppSecurity::Plain => None,
        };
        let hears_receipts = self.receipts.is_some();
        Ok(SmppNotifier {
            centre: Centre {
                port: self.port.unwrap_or(self.security.usual_port()),
                host: self.host,
                tls,
                login: Login::new(&self.system_id, self.password, &self.system_type)?,
                hears_receipts,
                connect: self.timeouts.connect,
            },
            form: Form {
                sender,
                long_texts: self.long_texts,
                max_segments: self.max_segments.get(),
                asks_for_receipts: hears_receipts,
            },
            keeping: Keeping {
                reply: self.timeouts.reply,
                enquire: self.timeouts.enquire,
                receipts: self.receipts,
                awaited: Arc::new(Mutex::new(Awaited::new(self.awaited))),
            },
            pause: self.timeouts.pause,
            pacer: Pacer::new(self.pace),
            line: tokio::sync::Mutex::default(),
        })
    }
}

impl std::fmt::Debug for SmppSettings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SmppSettings")
            .field("host", &self.host)
            .field("port", &self.port)
            .field("security", &self.security)
            .field("pace", &self.pace)
            .finish_non_exhaustive()
    }
}
