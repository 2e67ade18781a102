//! A proxy before the server that delays replies, and cuts a connection at its commit.

use std::{
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicU8, AtomicU32, Ordering},
    },
    time::Duration,
};

use sqlx::postgres::PgConnectOptions;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{UnixListener, UnixStream},
    task::JoinHandle,
};

use crate::world::Outcome;

/// What happens to the next `COMMIT`.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cut {
    /// It goes through, and so does its answer.
    None = 0,
    /// It goes through, and its answer does not.
    Answer = 1,
    /// It does not go through.
    Request = 2,
}

pub(crate) struct Proxy {
    folder: PathBuf,
    cut: Arc<AtomicU8>,
    serving: JoinHandle<()>,
}

impl Proxy {
    /// Before the server at `url`, answering so much later.
    pub(crate) fn before(url: &str, delay: Duration) -> Outcome<Self> {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("offerkit-proxy-{}-{number}", std::process::id());
        let folder = std::env::temp_dir().join(name);
        std::fs::create_dir(&folder)?;
        let server: PgConnectOptions = url.parse()?;
        let socket = server.get_socket().ok_or("the server has no socket")?;
        let server = socket.join(".s.PGSQL.5432");
        let listener = UnixListener::bind(folder.join(".s.PGSQL.5432"))?;
        let cut = Arc::new(AtomicU8::new(Cut::None as u8));
        let shared = Arc::clone(&cut);
        let serving = tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let (server, cut) = (server.clone(), Arc::clone(&shared));
                tokio::spawn(async move {
                    let _ended = forward(client, &server, delay, &cut).await;
                });
            }
        });
        Ok(Self {
            folder,
            cut,
            serving,
        })
    }

    /// The same database, reached through the proxy.
    pub(crate) fn through(&self, options: PgConnectOptions) -> PgConnectOptions {
        options.socket(&self.folder)
    }

    pub(crate) fn cut(&self, cut: Cut) {
        self.cut.store(cut as u8, Ordering::SeqCst);
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.serving.abort();
        let _removed = std::fs::remove_dir_all(&self.folder);
    }
}

async fn forward(
    client: UnixStream,
    server: &Path,
    delay: Duration,
    cut: &AtomicU8,
) -> std::io::Result<()> {
    let (mut from_client, mut to_client) = client.into_split();
    let (mut from_server, mut to_server) = UnixStream::connect(server).await?.into_split();
    let answers = tokio::spawn(async move {
        let mut buffer = vec![0; 65_536];
        loop {
            let read = from_server.read(&mut buffer).await?;
            if read == 0 {
                return Ok::<_, std::io::Error>(());
            }
            tokio::time::sleep(delay).await;
            to_client
                .write_all(buffer.get(..read).unwrap_or_default())
                .await?;
        }
    });
    let mut buffer = vec![0; 65_536];
    loop {
        let read = from_client.read(&mut buffer).await?;
        let sent = buffer.get(..read).unwrap_or_default();
        let is_commit = sent.windows(6).any(|bytes| bytes == b"COMMIT");
        let once = if is_commit {
            cut.swap(0, Ordering::SeqCst)
        } else {
            0
        };
        if once == Cut::Answer as u8 {
            answers.abort();
            to_server.write_all(sent).await?;
            // The server has read it before it finds that nobody listens.
            tokio::time::sleep(Duration::from_millis(50)).await;
            return Ok(());
        }
        if read == 0 || once == Cut::Request as u8 {
            answers.abort();
            return Ok(());
        }
        to_server.write_all(sent).await?;
    }
}
