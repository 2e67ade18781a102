//! A mail server that takes everything: `smtp-sink` of Postfix, from PATH or `/usr/sbin`.

use std::{
    net::{TcpListener, TcpStream},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

/// How long it may take to answer first.
const START: Duration = Duration::from_secs(5);

/// The server, which ends with this.
pub(super) struct Sink {
    process: Child,
    port: u16,
}

impl Sink {
    /// Starts it, or says what is missing.
    pub(super) fn start() -> Result<Self, String> {
        let failed = |error| format!("smtp-sink could not start: {error}");
        let free = TcpListener::bind("127.0.0.1:0").map_err(|error| failed(error.to_string()))?;
        let port = free
            .local_addr()
            .map_err(|error| failed(error.to_string()))?
            .port();
        drop(free);
        let start = |program: &str| {
            Command::new(program)
                // As root it asks for whom it is to run as, and looks at nothing else.
                .args(["-u", "nobody", &format!("127.0.0.1:{port}"), "100"])
                .stderr(Stdio::null())
                .spawn()
        };
        let process = start("smtp-sink").or_else(|_| start("/usr/sbin/smtp-sink"));
        let process = process.map_err(|_| {
            "there is no smtp-sink: install Postfix (Debian's `postfix`), or put the program on PATH".to_owned()
        })?;
        let sink = Self { process, port };
        let begin = Instant::now();
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            if begin.elapsed() > START {
                return Err(failed("it does not answer".to_owned()));
            }
            thread::sleep(Duration::from_millis(20));
        }
        Ok(sink)
    }

    pub(super) const fn port(&self) -> u16 {
        self.port
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        let _killed = self.process.kill();
        let _ended = self.process.wait();
    }
}
