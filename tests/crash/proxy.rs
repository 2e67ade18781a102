//! A proxy between a worker and the server, in the worker's own process: it sees each `COMMIT`, and holds it or its answer
//! up.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use sqlx::postgres::PgConnectOptions;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{UnixListener, UnixStream},
};

use crate::{Outcome, faults::Faults, plan::Point};

/// The name of a server's socket in its folder.
const SOCKET: &str = ".s.PGSQL.5432";

/// The same database, reached through a proxy whose socket is in `folder`.
pub(crate) fn through(
    options: PgConnectOptions,
    folder: &Path,
    faults: &Arc<Faults>,
) -> Outcome<PgConnectOptions> {
    let server = options.get_socket().ok_or("the server has no socket")?;
    let server: PathBuf = server.join(SOCKET);
    let listener = UnixListener::bind(folder.join(SOCKET))?;
    let faults = Arc::clone(faults);
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            let (server, faults) = (server.clone(), Arc::clone(&faults));
            tokio::spawn(async move { forward(client, &server, &faults).await.ok() });
        }
    });
    Ok(options.socket(folder))
}

/// Forwards both ways until one side ends, or a commit is to be held up.
async fn forward(client: UnixStream, server: &Path, faults: &Faults) -> std::io::Result<()> {
    let (mut from_client, mut to_client) = client.into_split();
    let (mut from_server, mut to_server) = UnixStream::connect(server).await?.into_split();
    let (mut asked, mut answered) = (vec![0; 65_536], vec![0; 65_536]);
    loop {
        tokio::select! {
            read = from_client.read(&mut asked) => {
                let sent = asked.get(..read?).unwrap_or_default();
                if sent.is_empty() {
                    return Ok(());
                }
                let is_commit = sent.windows(6).any(|bytes| bytes == b"COMMIT");
                match is_commit.then(|| faults.on_commit()).flatten() {
                    Some(Point::Settled) => {
                        to_server.write_all(sent).await?;
                        // Answered is committed.
                        if from_server.read(&mut answered).await? > 0 {
                            faults.held_up();
                        }
                        return Ok(());
                    }
                    Some(_) => {
                        faults.held_up();
                        return Ok(());
                    }
                    None => to_server.write_all(sent).await?,
                }
            }
            read = from_server.read(&mut answered) => {
                let sent = answered.get(..read?).unwrap_or_default();
                if sent.is_empty() {
                    return Ok(());
                }
                to_client.write_all(sent).await?;
            }
        }
    }
}
