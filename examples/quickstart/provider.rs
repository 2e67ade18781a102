//! A provider of the story's own: it has the moods of a real one, and prints what it accepts or hands it to a mail server.
//!
//! Another way to send is a type that implements [`Notifier`]; this one wraps the library's [`WriterNotifier`], and its
//! [`SmtpNotifier`] where there is a server.

use std::{
    collections::{BTreeMap, HashSet},
    io::{self, Write},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use indicatif::ProgressBar;
use offerkit::{
    domain::{Channel, DeliveryKey},
    id::DeliveryId,
    memory::WriterNotifier,
    notify::smtp::SmtpNotifier,
    ports::{Message, Notifier, Outcome, Profile},
};

/// The domain whose mail the provider refuses until somebody asks it to stop.
pub(crate) const REFUSED_DOMAIN: &str = "@example.net";
/// How long the provider asks to wait before a busy phone is tried again.
pub(crate) const BUSY: Duration = Duration::from_millis(200);
/// The last digit of the phones that are busy at first.
const BUSY_DIGIT: char = '7';
/// How many bytes of printed messages are kept.
const KEPT: usize = 16_384;

/// What the story sees of its providers, and tells them.
#[derive(Default)]
pub(crate) struct Switchboard {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    accepts_all_mail: bool,
    accepted: HashSet<DeliveryId>,
    repeated: u64,
    printed: BTreeMap<Channel, Vec<u8>>,
    bar: Option<ProgressBar>,
    has_server: bool,
    not_taken: Option<String>,
}

impl Switchboard {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Makes the provider accept mail to every domain.
    pub(crate) fn accept_all_mail(&self) {
        self.state().accepts_all_mail = true;
    }

    /// How many messages were accepted.
    pub(crate) fn accepted(&self) -> u64 {
        u64::try_from(self.state().accepted.len()).unwrap_or(u64::MAX)
    }

    /// How many messages were accepted for a second time.
    pub(crate) fn repeated(&self) -> u64 {
        self.state().repeated
    }

    /// The first message over a channel, as it was printed.
    pub(crate) fn first_message(&self, channel: Channel) -> Option<String> {
        let state = self.state();
        let printed = String::from_utf8_lossy(state.printed.get(&channel)?);
        let first = printed.split("\n\n").next()?;
        Some(first.trim_end().to_owned())
    }

    /// Whether mails go to a server.
    pub(crate) fn has_server(&self) -> bool {
        self.state().has_server
    }

    /// Why the mail server did not take the first mail that it did not take.
    pub(crate) fn not_taken(&self) -> Option<String> {
        self.state().not_taken.clone()
    }

    /// Shows on this bar how many messages came.
    pub(crate) fn show_on(&self, bar: &ProgressBar) {
        self.state().bar = Some(bar.clone());
    }
}

/// One channel of a provider.
pub(crate) struct Provider {
    printer: WriterNotifier<Paper>,
    server: Option<SmtpNotifier>,
    switchboard: Arc<Switchboard>,
}

impl Provider {
    pub(crate) fn new(channel: Channel, switchboard: &Arc<Switchboard>) -> Self {
        let paper = Paper {
            channel,
            switchboard: Arc::clone(switchboard),
        };
        Self {
            printer: WriterNotifier::new(channel, paper),
            server: None,
            switchboard: Arc::clone(switchboard),
        }
    }

    /// The same, sending through a mail server where there is one.
    pub(crate) fn through(mut self, server: Option<SmtpNotifier>) -> Self {
        self.switchboard.state().has_server = server.is_some();
        self.server = server;
        self
    }

    /// What is not sent this time.
    fn refusal(&self, message: &Message) -> Option<Outcome> {
        match message.key.channel {
            Channel::Email
                if message.address.ends_with(REFUSED_DOMAIN)
                    && !self.switchboard.state().accepts_all_mail =>
            {
                Some(Outcome::Failed {
                    reason: format!("550 mail to {REFUSED_DOMAIN} is not relayed"),
                    address_is_dead: false,
                })
            }
            Channel::Sms if message.attempt == 1 && message.address.ends_with(BUSY_DIGIT) => {
                Some(Outcome::Retry {
                    after: Some(BUSY),
                    reason: "the phone is busy".to_owned(),
                })
            }
            Channel::Email | Channel::Sms | Channel::Push | Channel::Webhook => None,
        }
    }
}

#[offerkit::async_trait]
impl Notifier for Provider {
    fn profile(&self) -> Profile {
        match &self.server {
            Some(server) => server.profile(),
            None => self.printer.profile(),
        }
    }

    async fn send(&self, batch: &[Message]) -> Vec<(DeliveryId, Outcome)> {
        let mut outcomes = Vec::with_capacity(batch.len());
        let mut accepted = Vec::with_capacity(batch.len());
        for message in batch {
            match self.refusal(message) {
                Some(refusal) => outcomes.push((message.id, refusal)),
                None => accepted.push(message.clone()),
            }
        }
        let printed = self.printer.send(&accepted).await;
        let done = match &self.server {
            Some(server) => server.send(&accepted).await,
            None => printed,
        };
        let mut state = self.switchboard.state();
        for (id, outcome) in &done {
            match outcome {
                Outcome::Sent if state.accepted.insert(*id) => {}
                Outcome::Sent => state.repeated += 1,
                Outcome::Retry { reason, .. }
                | Outcome::Failed { reason, .. }
                | Outcome::Unknown { reason } => {
                    if self.server.is_some() {
                        state.not_taken.get_or_insert_with(|| reason.clone());
                    }
                }
            }
        }
        if let Some(bar) = &state.bar {
            bar.inc(u64::try_from(batch.len()).unwrap_or(u64::MAX));
        }
        drop(state);
        outcomes.extend(done);
        outcomes
    }

    async fn lookup(&self, keys: &[DeliveryKey]) -> Vec<(DeliveryId, Outcome)> {
        self.printer.lookup(keys).await
    }
}

/// What the provider prints on: it keeps the beginning, however many messages there are.
struct Paper {
    channel: Channel,
    switchboard: Arc<Switchboard>,
}

impl Write for Paper {
    fn write(&mut self, text: &[u8]) -> io::Result<usize> {
        let mut state = self.switchboard.state();
        let printed = state.printed.entry(self.channel).or_default();
        let room = KEPT.saturating_sub(printed.len());
        printed.extend(text.iter().take(room));
        Ok(text.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
