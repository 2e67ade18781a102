//! The notifier for message centres that speak SMPP.

use std::time::Duration;

use async_trait::async_trait;
use offerkit_core::{
    domain::{Channel, DeliveryKey},
    id::DeliveryId,
    ports::{Guarantee, Message, Notifier, Outcome, Profile},
};
use rusmpp::{CommandStatus, pdus::SubmitSm};
use tokio::{
    sync::{Mutex, mpsc, oneshot},
    time::Instant,
};

use super::{
    connection::Centre,
    session::{self, Exchange, Keeping, Request},
    status::{Refusal, code},
    writing::Form,
};
use crate::pace::{Pacer, SendOne, failed, retry, unknown};

/// Sends text messages through a message centre that speaks SMPP 3.4. [`SmppSettings`](super::SmppSettings) makes one.
///
/// It keeps one session, which is bound when the first message is sent, looked after, and bound anew where it was lost.
///
/// Its guarantee is [`Guarantee::AtMostOnce`]: SMPP has no idempotency key, and a centre cannot be asked for a message whose
/// id nobody heard. What was written and not answered is unknown. What was answered with an error was not taken: it is
/// tried again where the centre, the session or the account is at fault, and fails where the message is.
pub struct SmppNotifier {
    pub(super) centre: Centre,
    pub(super) form: Form,
    pub(super) keeping: Keeping,
    pub(super) pause: Duration,
    pub(super) pacer: Pacer,
    pub(super) line: Mutex<Line>,
}

/// The session, and what keeps from having one.
#[derive(Default)]
pub(super) struct Line {
    session: Option<mpsc::Sender<Request>>,
    /// Why there was none, and until when nobody tries again.
    broken: Option<(Instant, String)>,
    /// The centre asked for a pause until then.
    throttled_until: Option<Instant>,
}

impl std::fmt::Debug for SmppNotifier {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SmppNotifier")
            .field("host", &self.centre.host)
            .field("port", &self.centre.port)
            .finish_non_exhaustive()
    }
}

impl SmppNotifier {
    /// The session, bound anew where there is none. All who need it wait for the same one.
    async fn session(&self) -> Result<mpsc::Sender<Request>, String> {
        let mut line = self.line.lock().await;
        if let Some(session) = line.session.as_ref().filter(|it| !it.is_closed()) {
            return Ok(session.clone());
        }
        if let Some((until, why)) = &line.broken
            && Instant::now() < *until
        {
            return Err(why.clone());
        }
        match self.centre.bind().await {
            Ok(frames) => {
                let session = session::begin(frames, self.keeping.clone());
                line.session = Some(session.clone());
                line.broken = None;
                Ok(session)
            }
            Err(why) => {
                line.session = None;
                line.broken = Some((Instant::now() + self.pause, why.clone()));
                Err(why)
            }
        }
    }

    /// No further message goes through this session.
    async fn leave(&self, session: &mpsc::Sender<Request>) {
        let mut line = self.line.lock().await;
        if line
            .session
            .as_ref()
            .is_some_and(|it| it.same_channel(session))
        {
            line.session = None;
        }
    }

    async fn calm(&self) {
        let until = self.line.lock().await.throttled_until;
        if let Some(until) = until {
            tokio::time::sleep_until(until).await;
        }
    }

    /// One part, and how far it came; the reason where there was no session.
    async fn submit(
        &self,
        pdu: SubmitSm,
        key: DeliveryKey,
        parts: usize,
    ) -> Result<Exchange, String> {
        let session = self.session().await?;
        let (answer, answered) = oneshot::channel();
        let request = Request {
            pdu,
            key,
            parts,
            answer,
        };
        let until = Instant::now() + self.keeping.reply;
        match tokio::time::timeout_at(until, session.send(request)).await {
            Ok(Ok(())) => {}
            Ok(Err(_)) => return Ok(Exchange::NotSent),
            Err(_) => {
                self.leave(&session).await;
                return Ok(Exchange::NotSent);
            }
        }
        let exchange = match tokio::time::timeout_at(until, answered).await {
            Ok(exchange) => exchange.unwrap_or(Exchange::Lost),
            Err(_) => Exchange::Lost,
        };
        let refusal = match exchange {
            Exchange::Answered(CommandStatus::EsmeRok) => return Ok(exchange),
            Exchange::Answered(status) => Some(Refusal::of(status)),
            // The centre may still count it as open, so the window would shrink.
            Exchange::Lost | Exchange::NotSent => None,
        };
        match refusal {
            Some(Refusal::Throttled) => {
                let until = Instant::now() + self.pause;
                self.line.lock().await.throttled_until = Some(until);
            }
            None | Some(Refusal::Session) => self.leave(&session).await,
            Some(Refusal::Later | Refusal::Never) => {}
        }
        Ok(exchange)
    }

    /// The parts after the first, which was taken: a repeat of the whole would be a second message. So each is tried as
    /// long as it may be, and then nobody can tell what the customer sees.
    async fn finish(&self, rest: Vec<SubmitSm>, key: DeliveryKey, parts: usize) -> Outcome {
        let until = Instant::now() + self.keeping.reply;
        for pdu in rest {
            loop {
                let why = match self.submit(pdu.clone(), key, parts).await {
                    Ok(Exchange::Answered(CommandStatus::EsmeRok)) => break,
                    Ok(Exchange::Answered(status)) => match Refusal::of(status) {
                        Refusal::Never => return failed(partly(&refused(status))),
                        _ => refused(status),
                    },
                    Ok(Exchange::Lost) => return unknown(partly(NO_ANSWER)),
                    Ok(Exchange::NotSent) => NOT_SENT.to_owned(),
                    Err(why) => why,
                };
                if Instant::now() + self.pause > until {
                    return unknown(partly(&why));
                }
                tokio::time::sleep(self.pause).await;
            }
        }
        Outcome::Sent
    }
}

const NO_ANSWER: &str = "the message centre gave no answer";
const NOT_SENT: &str = "the connection was lost before the message was handed over";

fn refused(status: CommandStatus) -> String {
    format!("the message centre answered {}", code(status))
}

fn partly(why: &str) -> String {
    format!("{why}, and has taken a part of the text")
}

#[async_trait]
impl SendOne for SmppNotifier {
    async fn send_one(&self, message: &Message) -> Outcome {
        let mut pdus = match self.form.pdus(message) {
            Ok(pdus) => pdus.into_iter(),
            Err(why) => return failed(why),
        };
        let parts = pdus.len();
        let Some(first) = pdus.next() else {
            return failed("the text is empty");
        };
        self.calm().await;
        match self.submit(first, message.key, parts).await {
            Ok(Exchange::Answered(CommandStatus::EsmeRok)) => {
                self.finish(pdus.collect(), message.key, parts).await
            }
            Ok(Exchange::Answered(status)) => match Refusal::of(status) {
                Refusal::Throttled => Outcome::Retry {
                    after: Some(self.pause),
                    reason: refused(status),
                },
                Refusal::Later | Refusal::Session => retry(refused(status)),
                Refusal::Never => failed(refused(status)),
            },
            Ok(Exchange::NotSent) => retry(NOT_SENT),
            Ok(Exchange::Lost) => unknown(NO_ANSWER),
            Err(why) => retry(why),
        }
    }
}

#[async_trait]
impl Notifier for SmppNotifier {
    fn profile(&self) -> Profile {
        self.pacer.profile(Channel::Sms, Guarantee::AtMostOnce)
    }

    async fn send(&self, batch: &[Message]) -> Vec<(DeliveryId, Outcome)> {
        self.pacer.send(batch, self).await
    }

    async fn lookup(&self, _: &[DeliveryKey]) -> Vec<(DeliveryId, Outcome)> {
        Vec::new()
    }
}
