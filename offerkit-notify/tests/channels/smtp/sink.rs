//! A small SMTP server that fails where it is told to.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
};

use tokio::{
    io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader},
    net::{TcpListener, TcpStream},
};

/// What the server does instead of answering well.
#[derive(Debug, Clone)]
pub(crate) enum Fault {
    /// Closes the connection.
    Drop,
    /// Says nothing.
    Silence,
    /// Answers well, but only when the client says more.
    Late,
    /// Answers this line, and goes on.
    Say(&'static str),
    /// Sends this for ever.
    Endless(&'static str),
}

/// At which command; `""` is the greeting, `"."` the end of a mail, `"content"` its first line.
pub(crate) type Script = VecDeque<(&'static str, Fault)>;

#[derive(Debug, Default)]
struct State {
    script: Script,
    commands: Vec<String>,
    mails: Vec<Vec<u8>>,
    connections: u32,
}

/// The server, on a port of 127.0.0.1.
#[derive(Debug)]
pub(crate) struct Sink {
    pub(crate) port: u16,
    state: Arc<Mutex<State>>,
}

impl Sink {
    /// Fails once for every entry of `script`, at the next command that it names.
    pub(crate) async fn start(script: impl IntoIterator<Item = (&'static str, Fault)>) -> Self {
        Self::offering(
            "250-sink\r\n250-ENHANCEDSTATUSCODES\r\n250 PIPELINING",
            script,
        )
        .await
    }

    pub(crate) async fn offering(
        offers: &'static str,
        script: impl IntoIterator<Item = (&'static str, Fault)>,
    ) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let state = Arc::new(Mutex::new(State {
            script: script.into_iter().collect(),
            ..State::default()
        }));
        let shared = Arc::clone(&state);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                shared.lock().unwrap().connections += 1;
                let state = Arc::clone(&shared);
                tokio::spawn(async move { talk(stream, offers, &state).await });
            }
        });
        Self { port, state }
    }

    /// Fails once more, at `step`.
    pub(crate) fn add(&self, step: &'static str, fault: Fault) {
        self.state.lock().unwrap().script.push_back((step, fault));
    }

    pub(crate) fn mails(&self) -> Vec<Vec<u8>> {
        self.state.lock().unwrap().mails.clone()
    }

    pub(crate) fn commands(&self) -> Vec<String> {
        self.state.lock().unwrap().commands.clone()
    }

    pub(crate) fn connections(&self) -> u32 {
        self.state.lock().unwrap().connections
    }
}

/// `None` ends the connection.
async fn talk(stream: TcpStream, offers: &str, state: &Mutex<State>) -> Option<()> {
    let mut stream = BufReader::new(stream);
    answer(&mut stream, state, "", "220 sink").await?;
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).await.ok()? == 0 {
            return None;
        }
        let line = line.trim_end();
        state.lock().unwrap().commands.push(line.to_owned());
        let verb = line.split([' ', ':']).next().unwrap_or_default();
        match verb {
            "EHLO" => answer(&mut stream, state, verb, offers).await?,
            "DATA" => {
                if answer(&mut stream, state, verb, "354 go on").await? == "354 go on" {
                    take(&mut stream, state).await?;
                }
                continue;
            }
            "MAIL" | "RCPT" | "RSET" => answer(&mut stream, state, verb, "250 2.0.0 well").await?,
            "QUIT" => {
                answer(&mut stream, state, verb, "221 2.0.0 bye").await?;
                return None;
            }
            _ => answer(&mut stream, state, verb, "500 5.5.1 what").await?,
        };
    }
}

/// Reads a mail up to the lone dot.
async fn take(stream: &mut BufReader<TcpStream>, state: &Mutex<State>) -> Option<()> {
    let mut mail = Vec::new();
    loop {
        let from = mail.len();
        if stream.read_until(b'\n', &mut mail).await.ok()? == 0 {
            return None;
        }
        if from == 0 && next(state, "content").is_some() {
            return None;
        }
        if mail.get(from..) == Some(b".\r\n") {
            mail.truncate(from);
            break;
        }
    }
    state.lock().unwrap().mails.push(mail);
    answer(stream, state, ".", "250 2.0.0 taken").await?;
    Some(())
}

fn next(state: &Mutex<State>, at: &str) -> Option<Fault> {
    let mut state = state.lock().unwrap();
    let found = state.script.iter().position(|(step, _)| *step == at)?;
    state.script.remove(found).map(|(_, fault)| fault)
}

async fn answer<'a>(
    stream: &mut BufReader<TcpStream>,
    state: &Mutex<State>,
    at: &str,
    usual: &'a str,
) -> Option<&'a str> {
    match next(state, at) {
        None => say(stream, usual).await.map(|()| usual),
        Some(Fault::Say(line)) => say(stream, line).await.map(|()| line),
        Some(Fault::Drop) => None,
        Some(Fault::Late) => {
            if stream.fill_buf().await.ok()?.is_empty() {
                return None;
            }
            say(stream, usual).await.map(|()| usual)
        }
        Some(Fault::Silence) => {
            // Until the client hangs up.
            let mut rest = Vec::new();
            stream.read_to_end(&mut rest).await.ok();
            None
        }
        Some(Fault::Endless(text)) => {
            while stream.write_all(text.as_bytes()).await.is_ok() {}
            None
        }
    }
}

async fn say(stream: &mut BufReader<TcpStream>, line: &str) -> Option<()> {
    stream
        .write_all(format!("{line}\r\n").as_bytes())
        .await
        .ok()
}
