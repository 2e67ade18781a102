//! A small HTTP server that answers what it is told to, and keeps what it was asked.

use std::{
    collections::{BTreeMap, VecDeque},
    net::IpAddr,
    sync::{Arc, Mutex},
};

use tokio::{
    io::{
        AsyncBufRead, AsyncBufReadExt as _, AsyncRead, AsyncReadExt as _, AsyncWrite,
        AsyncWriteExt as _, BufReader,
    },
    net::{TcpListener, TcpStream},
};
use tokio_rustls::TlsAcceptor;

/// A request as it arrived.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    /// Method and path.
    pub(crate) line: String,
    /// With names in lower case.
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) body: Vec<u8>,
}

impl Request {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", String::as_str)
    }
}

/// What the server does with a request.
#[derive(Debug, Clone)]
pub(crate) enum Reply {
    /// Answers with this status, these lines of headers, and this body.
    Answer(u16, &'static str, String),
    /// Sends these bytes and closes the connection.
    Raw(&'static str),
    /// Closes the connection as soon as it is made.
    DropUnread,
    /// Reads the request and says nothing.
    Silence,
    /// Sends this first, and then this for ever.
    Endless(&'static str, &'static str),
}

/// An answer without headers.
pub(crate) fn answer(status: u16, body: &str) -> Reply {
    Reply::Answer(status, "", body.to_owned())
}

#[derive(Debug, Default)]
struct State {
    script: VecDeque<Reply>,
    usual: Option<Reply>,
    requests: Vec<Request>,
}

/// The server.
#[derive(Debug)]
pub(crate) struct Stub {
    pub(crate) port: u16,
    state: Arc<Mutex<State>>,
}

impl Stub {
    /// Answers from the script, one reply for every request, then 200.
    pub(crate) async fn start(script: impl IntoIterator<Item = Reply>) -> Self {
        Self::at([127, 0, 0, 1].into(), 0, None, script).await
    }

    pub(crate) async fn at(
        address: IpAddr,
        port: u16,
        tls: Option<TlsAcceptor>,
        script: impl IntoIterator<Item = Reply>,
    ) -> Self {
        let listener = TcpListener::bind((address, port)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let state = Arc::new(Mutex::new(State {
            script: script.into_iter().collect(),
            ..State::default()
        }));
        let shared = Arc::clone(&state);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (state, tls) = (Arc::clone(&shared), tls.clone());
                tokio::spawn(async move { accept(stream, tls, &state).await });
            }
        });
        Self { port, state }
    }

    /// Answers this from now on, after the script.
    pub(crate) fn always(self, reply: Reply) -> Self {
        self.state.lock().unwrap().usual = Some(reply);
        self
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    pub(crate) fn requests(&self) -> Vec<Request> {
        self.state.lock().unwrap().requests.clone()
    }
}

async fn accept(stream: TcpStream, tls: Option<TlsAcceptor>, state: &Mutex<State>) -> Option<()> {
    let is_dropped = {
        let mut state = state.lock().unwrap();
        let is_dropped = matches!(state.script.front(), Some(Reply::DropUnread));
        if is_dropped {
            state.script.pop_front();
        }
        is_dropped
    };
    if is_dropped {
        // With a reset, so that nothing of the request counts as read.
        stream.set_zero_linger().ok()?;
        return None;
    }
    match tls {
        Some(tls) => talk(tls.accept(stream).await.ok()?, state).await,
        None => talk(stream, state).await,
    }
}

/// `None` ends the connection.
async fn talk(stream: impl AsyncRead + AsyncWrite + Unpin, state: &Mutex<State>) -> Option<()> {
    let mut stream = BufReader::new(stream);
    loop {
        let request = read(&mut stream).await?;
        let reply = {
            let mut state = state.lock().unwrap();
            state.requests.push(request);
            let usual = state.usual.clone();
            state.script.pop_front().or(usual)
        };
        match reply.unwrap_or_else(|| answer(200, "")) {
            Reply::Answer(status, headers, body) => {
                let head = format!(
                    "HTTP/1.1 {status} x\r\n{headers}content-length: {}\r\n\r\n",
                    body.len()
                );
                stream.write_all((head + &body).as_bytes()).await.ok()?;
                stream.flush().await.ok()?;
            }
            Reply::Raw(bytes) => {
                stream.write_all(bytes.as_bytes()).await.ok()?;
                stream.flush().await.ok()?;
                return None;
            }
            Reply::Silence | Reply::DropUnread => {
                let mut rest = Vec::new();
                stream.read_to_end(&mut rest).await.ok();
                return None;
            }
            Reply::Endless(head, more) => {
                stream.write_all(head.as_bytes()).await.ok()?;
                while stream.write_all(more.as_bytes()).await.is_ok() {}
                return None;
            }
        }
    }
}

async fn read(stream: &mut (impl AsyncBufRead + Unpin)) -> Option<Request> {
    let mut lines = Vec::new();
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).await.ok()? == 0 {
            return None;
        }
        match line.trim_end() {
            "" => break,
            line => lines.push(line.to_owned()),
        }
    }
    let headers: BTreeMap<_, _> = lines
        .iter()
        .skip(1)
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_lowercase(), value.to_owned()))
        .collect();
    let length = headers
        .get("content-length")
        .map_or(0, |it| it.parse().unwrap());
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await.ok()?;
    let line = lines.first()?.trim_end_matches(" HTTP/1.1").to_owned();
    Some(Request {
        line,
        headers,
        body,
    })
}
