//! A message centre that does what it is told to, and keeps what it was asked. It reads and writes bytes of its own.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};

const GENERIC_NACK: u32 = 0x8000_0000;
pub(crate) const SUBMIT: u32 = 0x0000_0004;
pub(crate) const UNBIND: u32 = 0x0000_0006;
pub(crate) const BIND_TRANSMITTER: u32 = 0x0000_0002;
pub(crate) const BIND_TRANSCEIVER: u32 = 0x0000_0009;
pub(crate) const ENQUIRE: u32 = 0x0000_0015;
const DELIVER: u32 = 0x0000_0005;
pub(crate) const ANSWER: u32 = 0x8000_0000;

/// What the centre does with a request to bind, or with a message.
#[derive(Debug, Clone)]
pub(crate) enum Reply {
    /// Answers with this status, and an id where it is 0.
    Status(u32),
    /// Answers that it cannot read it.
    Nack(u32),
    /// Says nothing.
    Silence,
    /// Cuts the connection.
    Reset,
    /// Sends these bytes instead of an answer.
    Raw(Vec<u8>),
    /// Answers, and then sends a message with this `esm_class` and text.
    Receipt(u8, &'static str),
    /// The other way round.
    Early(u8, &'static str),
    /// Answers, and says that it takes leave.
    Leave,
}

/// A PDU as it came.
#[derive(Debug, Clone)]
pub(crate) struct Pdu {
    pub(crate) id: u32,
    pub(crate) status: u32,
    pub(crate) body: Vec<u8>,
}

#[derive(Default)]
struct State {
    binds: VecDeque<Reply>,
    messages: VecDeque<Reply>,
    enquiries: bool,
    came: Vec<Pdu>,
    connections: usize,
    closed: usize,
}

pub(crate) struct Centre {
    pub(crate) port: u16,
    state: Arc<Mutex<State>>,
}

impl Centre {
    /// Binds and takes messages as told, then as it should.
    pub(crate) async fn start(
        binds: impl IntoIterator<Item = Reply>,
        messages: impl IntoIterator<Item = Reply>,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let state = Arc::new(Mutex::new(State {
            binds: binds.into_iter().collect(),
            messages: messages.into_iter().collect(),
            enquiries: true,
            ..State::default()
        }));
        let shared = Arc::clone(&state);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let state = Arc::clone(&shared);
                state.lock().unwrap().connections += 1;
                tokio::spawn(async move {
                    talk(stream, &state).await;
                    state.lock().unwrap().closed += 1;
                });
            }
        });
        Self { port, state }
    }

    /// Does not say any more that it is there.
    pub(crate) fn without_enquiries(self) -> Self {
        self.state.lock().unwrap().enquiries = false;
        self
    }

    pub(crate) fn came(&self) -> Vec<Pdu> {
        self.state.lock().unwrap().came.clone()
    }

    pub(crate) fn count(&self, id: u32) -> usize {
        self.came().iter().filter(|pdu| pdu.id == id).count()
    }

    /// How many connections have ended.
    pub(crate) fn closed(&self) -> usize {
        self.state.lock().unwrap().closed
    }

    pub(crate) fn connections(&self) -> usize {
        self.state.lock().unwrap().connections
    }
}

fn pdu(id: u32, status: u32, number: u32, body: &[u8]) -> Vec<u8> {
    let length = u32::try_from(16 + body.len()).unwrap();
    let head = [length, id, status, number].map(u32::to_be_bytes).concat();
    [head.as_slice(), body].concat()
}

/// A message to us: no service, no addresses, this text.
fn deliver(number: u32, esm_class: u8, text: &str) -> Vec<u8> {
    let mut body = vec![0, 0, 0, 0, 0, 0, 0, esm_class, 0, 0, 0, 0, 0, 0, 0, 0];
    body.push(u8::try_from(text.len()).unwrap());
    body.extend(text.as_bytes());
    pdu(DELIVER, 0, number, &body)
}

/// `None` ends the connection.
async fn talk(mut stream: TcpStream, state: &Mutex<State>) -> Option<()> {
    let mut messages = 0;
    loop {
        let length = stream.read_u32().await.ok()?;
        let (id, status) = (stream.read_u32().await.ok()?, stream.read_u32().await.ok()?);
        let number = stream.read_u32().await.ok()?;
        let mut body = vec![0; usize::try_from(length).unwrap() - 16];
        stream.read_exact(&mut body).await.ok()?;
        let reply = {
            let mut state = state.lock().unwrap();
            state.came.push(Pdu { id, status, body });
            match id {
                BIND_TRANSMITTER | BIND_TRANSCEIVER => state.binds.pop_front(),
                SUBMIT => state.messages.pop_front(),
                ENQUIRE if !state.enquiries => Some(Reply::Silence),
                id if id & ANSWER != 0 => Some(Reply::Silence),
                _ => None,
            }
        };
        let named: &[u8] = match id {
            SUBMIT => {
                messages += 1;
                &[b'm', b'0' + messages, 0]
            }
            BIND_TRANSMITTER | BIND_TRANSCEIVER => b"centre\0",
            _ => &[],
        };
        let answer = pdu(id | ANSWER, 0, number, named);
        let bytes = match reply.unwrap_or(Reply::Status(0)) {
            Reply::Status(0) => answer,
            Reply::Status(status) => pdu(id | ANSWER, status, number, &[]),
            Reply::Nack(status) => pdu(GENERIC_NACK, status, number, &[]),
            Reply::Silence => continue,
            Reply::Reset => {
                stream.set_zero_linger().ok()?;
                return None;
            }
            Reply::Raw(bytes) => bytes,
            Reply::Receipt(esm_class, text) => {
                let receipt = deliver(number + 1000, esm_class, text);
                [answer, receipt].concat()
            }
            Reply::Early(esm_class, text) => {
                let receipt = deliver(number + 1000, esm_class, text);
                stream.write_all(&receipt).await.ok()?;
                // Long enough for whoever takes it to be for nobody.
                tokio::time::sleep(Duration::from_millis(50)).await;
                answer
            }
            Reply::Leave => [answer, pdu(UNBIND, 0, 1, &[])].concat(),
        };
        stream.write_all(&bytes).await.ok()?;
    }
}
