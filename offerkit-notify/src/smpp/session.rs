//! A session: requests and their answers, over one connection.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use futures_util::{SinkExt as _, StreamExt as _};
use offerkit_core::domain::DeliveryKey;
use rusmpp::{
    Command, CommandId, CommandStatus, Pdu,
    pdus::{DeliverSm, DeliverSmResp, SubmitSm},
};
use tokio::{
    sync::{mpsc, oneshot},
    time::Instant,
};

use super::{
    connection::Frames,
    receipts::{Awaited, Receipt, Receipts},
};

/// The first number after that of the bind.
const FIRST: u32 = 2;
/// The largest number that SMPP allows.
const LAST: u32 = 0x7FFF_FFFF;
/// How many requests wait to be written, and how many receipts to be noted.
const QUEUE: usize = 64;

/// How far a request came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Exchange {
    Answered(CommandStatus),
    /// The centre cannot have read the whole of it.
    NotSent,
    /// It may have been read, or not.
    Lost,
}

/// A part of a message, and where its answer goes.
pub(super) struct Request {
    pub(super) pdu: SubmitSm,
    pub(super) key: DeliveryKey,
    pub(super) parts: usize,
    pub(super) answer: oneshot::Sender<Exchange>,
}

/// How a session is kept.
#[derive(Clone)]
pub(super) struct Keeping {
    /// How long a write, and the answer to a look at the link, may take.
    pub(super) reply: Duration,
    /// After how long without a word the link is looked at.
    pub(super) enquire: Duration,
    pub(super) receipts: Option<Arc<dyn Receipts>>,
    pub(super) awaited: Arc<Mutex<Awaited>>,
}

/// Begins a session: what is sent to it is written in order. It ends with the connection, or when its sender is dropped.
pub(super) fn begin(frames: Frames, keeping: Keeping) -> mpsc::Sender<Request> {
    let (sender, requests) = mpsc::channel(QUEUE);
    let (to_note, notes) = mpsc::channel(QUEUE);
    let (acknowledge, answers) = mpsc::channel(QUEUE);
    if let Some(receipts) = keeping.receipts.clone() {
        let awaited = Arc::clone(&keeping.awaited);
        tokio::spawn(note(receipts, awaited, notes, acknowledge));
    }
    let session = Session {
        frames,
        keeping,
        number: FIRST,
        open: BTreeMap::new(),
        early: Vec::new(),
        to_note,
    };
    tokio::spawn(session.run(requests, answers));
    sender
}

/// Notes receipts one after the other, beside the session, and answers with which status each is acknowledged.
async fn note(
    receipts: Arc<dyn Receipts>,
    awaited: Arc<Mutex<Awaited>>,
    mut notes: mpsc::Receiver<(u32, Receipt)>,
    acknowledge: mpsc::Sender<(u32, CommandStatus)>,
) {
    while let Some((number, receipt)) = notes.recv().await {
        let meant = lock(&awaited).meant(&receipt);
        let done = match meant {
            Some((key, status)) => receipts.receipt(key, status).await,
            None => Ok(()),
        };
        let status = if done.is_ok() {
            lock(&awaited).done(&receipt);
            CommandStatus::EsmeRok
        } else {
            CommandStatus::EsmeRxTAppn
        };
        if acknowledge.send((number, status)).await.is_err() {
            return;
        }
    }
}

fn lock(awaited: &Mutex<Awaited>) -> std::sync::MutexGuard<'_, Awaited> {
    awaited.lock().unwrap_or_else(PoisonError::into_inner)
}

struct Session {
    frames: Frames,
    keeping: Keeping,
    number: u32,
    open: BTreeMap<u32, Request>,
    /// Receipts that may be for a message whose answer is still to come.
    early: Vec<(u32, Receipt)>,
    to_note: mpsc::Sender<(u32, Receipt)>,
}

/// The session is over.
struct Over;

impl Session {
    async fn run(
        mut self,
        mut requests: mpsc::Receiver<Request>,
        mut answers: mpsc::Receiver<(u32, CommandStatus)>,
    ) {
        // When the link is looked at, or where it was, when it counts as broken.
        let (mut heard, mut is_asked) = (Instant::now(), false);
        loop {
            let wait = if is_asked {
                self.keeping.reply
            } else {
                self.keeping.enquire
            };
            let step = tokio::select! {
                request = requests.recv() => match request {
                    Some(request) => self.submit(request).await,
                    None => break self.unbind().await,
                },
                frame = self.frames.next() => {
                    (heard, is_asked) = (Instant::now(), false);
                    match frame {
                        Some(Ok(command)) => self.hear(command).await,
                        _ => Err(Over),
                    }
                }
                Some((number, status)) = answers.recv() => self.acknowledge(number, status).await,
                () = tokio::time::sleep_until(heard + wait) => {
                    if is_asked {
                        Err(Over)
                    } else {
                        (heard, is_asked) = (Instant::now(), true);
                        let number = self.next();
                        self.write(CommandStatus::EsmeRok, number, Pdu::EnquireLink).await
                    }
                }
            };
            if step.is_err() {
                break;
            }
        }
        for (_, request) in self.open {
            request.answer.send(Exchange::Lost).unwrap_or_default();
        }
        requests.close();
        while let Some(request) = requests.recv().await {
            request.answer.send(Exchange::NotSent).unwrap_or_default();
        }
    }

    const fn next(&mut self) -> u32 {
        let number = self.number;
        self.number = if number == LAST { FIRST } else { number + 1 };
        number
    }

    async fn write(
        &mut self,
        status: CommandStatus,
        number: u32,
        pdu: impl Into<Pdu>,
    ) -> Result<(), Over> {
        let command = Command::new(status, number, pdu);
        let written = tokio::time::timeout(self.keeping.reply, self.frames.send(&command)).await;
        match written {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) | Err(_) => Err(Over),
        }
    }

    async fn submit(&mut self, request: Request) -> Result<(), Over> {
        // Who asked has given up.
        if request.answer.is_closed() {
            return Ok(());
        }
        let number = self.next();
        let pdu = request.pdu.clone();
        if self
            .write(CommandStatus::EsmeRok, number, pdu)
            .await
            .is_err()
        {
            // Its last byte was not taken, so nobody has read the whole of it.
            request.answer.send(Exchange::NotSent).unwrap_or_default();
            return Err(Over);
        }
        self.open.insert(number, request);
        Ok(())
    }

    async fn hear(&mut self, command: Command) -> Result<(), Over> {
        let (number, status) = (command.sequence_number(), command.status());
        match command.id() {
            CommandId::SubmitSmResp | CommandId::GenericNack => {
                let status = match (command.id(), status) {
                    // It refuses what it cannot read, whatever it says.
                    (CommandId::GenericNack, CommandStatus::EsmeRok) => {
                        CommandStatus::EsmeRunknownerr
                    }
                    (_, status) => status,
                };
                if let Some(request) = self.open.remove(&number) {
                    // Before the next frame is read, which may be its receipt.
                    if let Some(Pdu::SubmitSmResp(answer)) = command.pdu()
                        && self.keeping.receipts.is_some()
                    {
                        let id = answer.message_id().as_str();
                        lock(&self.keeping.awaited).taken(id, request.key, request.parts);
                    }
                    let answered = Exchange::Answered(status);
                    request.answer.send(answered).unwrap_or_default();
                }
                self.look_through_early().await
            }
            CommandId::EnquireLink => {
                self.write(CommandStatus::EsmeRok, number, Pdu::EnquireLinkResp)
                    .await
            }
            CommandId::DeliverSm => {
                let Some(Pdu::DeliverSm(delivered)) = command.pdu() else {
                    return Err(Over);
                };
                self.delivered(number, delivered).await
            }
            CommandId::Unbind => {
                self.write(CommandStatus::EsmeRok, number, Pdu::UnbindResp)
                    .await?;
                Err(Over)
            }
            // The answer to a look at the link, and what nobody asked for.
            _ => Ok(()),
        }
    }

    /// A receipt is acknowledged once it is noted. Other messages are for nobody here.
    async fn delivered(&mut self, number: u32, delivered: &DeliverSm) -> Result<(), Over> {
        let receipt = Receipt::read(delivered).filter(|_| self.keeping.receipts.is_some());
        match receipt {
            None => self.acknowledge(number, CommandStatus::EsmeRok).await,
            Some(receipt) => {
                let is_known = lock(&self.keeping.awaited).knows(&receipt.id);
                if is_known || self.open.is_empty() || self.early.len() >= QUEUE {
                    self.pass_on(number, receipt).await
                } else {
                    self.early.push((number, receipt));
                    Ok(())
                }
            }
        }
    }

    /// Passes on what is for a message whose answer has come by now, and all where no answer is to come any more.
    async fn look_through_early(&mut self) -> Result<(), Over> {
        let is_last = self.open.is_empty();
        for (number, receipt) in std::mem::take(&mut self.early) {
            if is_last || lock(&self.keeping.awaited).knows(&receipt.id) {
                self.pass_on(number, receipt).await?;
            } else {
                self.early.push((number, receipt));
            }
        }
        Ok(())
    }

    async fn pass_on(&mut self, number: u32, receipt: Receipt) -> Result<(), Over> {
        match self.to_note.try_send((number, receipt)) {
            Ok(()) => Ok(()),
            // Too many at once: the centre sends it again.
            Err(_) => self.acknowledge(number, CommandStatus::EsmeRxTAppn).await,
        }
    }

    async fn acknowledge(&mut self, number: u32, status: CommandStatus) -> Result<(), Over> {
        self.write(status, number, DeliverSmResp::default()).await
    }

    /// Takes leave; a centre that does not answer is left all the same.
    async fn unbind(&mut self) {
        let number = self.next();
        if let Ok(()) = self
            .write(CommandStatus::EsmeRok, number, Pdu::Unbind)
            .await
        {
            let answer = tokio::time::timeout(self.keeping.reply, self.frames.next());
            drop(answer.await);
        }
    }
}
