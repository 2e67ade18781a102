//! A server of our own, and the watch that ends it.

use std::{
    env, fs,
    io::{Read as _, Write as _},
    os::unix::{
        fs::{MetadataExt as _, chown},
        process::CommandExt as _,
    },
    path::{Path, PathBuf},
    process::{Child, ChildStdin, Command, Stdio},
    sync::atomic::{AtomicU32, Ordering},
    thread,
    time::Duration,
};

use sqlx::{Connection as _, PgConnection};

use crate::{Binaries, ClusterError};

/// Whether a commit survives a crash of the machine. Tests need none of it, but for those of durability.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Durability {
    /// As fast as it goes: no write waits for a disk.
    None,
    /// As in production.
    Full,
}

/// A running server. It ends, and its files go, when this is dropped or the process ends, even by a signal.
#[derive(Debug)]
pub struct Server {
    folder: PathBuf,
    version: u32,
    // The watch reads until this is closed, which the system does at the latest.
    alive: Option<ChildStdin>,
    watch: Child,
}

/// The server and its watch: a shell that outlives this process just long enough to stop the server. It is a process
/// group of its own, so that an interrupt from the keyboard reaches this process and not the server.
const WATCH: &str = r#"
start() {
    "$1" -D "$2/data" -k "$2" -c listen_addresses= -c unix_socket_permissions=0777 $3 >>"$2/log" 2>&1 &
    server=$!
}
start "$@"
while read -r _; do
    kill -KILL "$server"
    wait "$server"
    # Its last processes may hold on to its memory for a moment, and until then it does not start.
    until
        start "$@"
        sleep 0.2
        [ "$(head -n 1 "$2/data/postmaster.pid" 2>/dev/null)" = "$server" ]
    do
        wait "$server"
    done
done
kill -QUIT "$server" 2>/dev/null
wait "$server"
rm -rf "$2"
"#;

const FAST: &str = "-c fsync=off -c full_page_writes=off -c wal_level=minimal -c max_wal_senders=0";
const BOTH: &str = "-c max_connections=300 -c shared_buffers=256MB -c max_wal_size=4GB -c jit=off -c log_min_messages=warning";

impl Server {
    /// Boots a server in a folder of its own under the system's folder for temporary files.
    ///
    /// # Errors
    ///
    /// [`ClusterError`], which says what to do.
    pub async fn boot(durability: Durability) -> Result<Self, ClusterError> {
        let binaries = Binaries::find()?;
        let user = user()?;
        let folder = folder(user)?;
        let initdb = as_user(&binaries.program("initdb"), user)
            .arg("-D")
            .arg(folder.join("data"))
            .args([
                "-U",
                "postgres",
                "--auth=trust",
                "--no-sync",
                "-E",
                "UTF8",
                "--locale=C.UTF-8",
            ])
            .current_dir(&folder)
            .env_remove("PGDATA")
            .output()
            .map_err(|source| run("initdb", source))?;
        if !initdb.status.success() {
            let said = String::from_utf8_lossy(&initdb.stderr).into_owned();
            let _ignored = fs::remove_dir_all(&folder);
            return Err(ClusterError::Failed {
                program: "initdb".to_owned(),
                status: initdb.status,
                said,
            });
        }
        let settings = match durability {
            Durability::None => format!("{FAST} {BOTH}"),
            Durability::Full => BOTH.to_owned(),
        };
        let mut watch = as_user(Path::new("/bin/sh"), user)
            .args(["-c", WATCH, "offerkit-cluster"])
            .arg(binaries.program("postgres"))
            .arg(&folder)
            .arg(settings)
            .current_dir(&folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()
            .map_err(|source| run("sh", source))?;
        let server = Self {
            alive: watch.stdin.take(),
            version: binaries.version(),
            folder,
            watch,
        };
        server.wait().await?;
        Ok(server)
    }

    /// Kills the server without warning and starts it again on the same files, as after a crash of its process. Answers once
    /// it takes connections.
    ///
    /// # Errors
    ///
    /// [`ClusterError`] where it does not come back.
    pub async fn crash(&mut self) -> Result<(), ClusterError> {
        let before = self.process().map_err(|source| self.unreadable(source))?;
        if let Some(alive) = &mut self.alive {
            alive
                .write_all(b"again\n")
                .map_err(|source| run("sh", source))?;
        }
        // Half a minute, as for the first start.
        for _ in 0..600 {
            if self.process().is_ok_and(|now| now != before) {
                break;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        self.wait().await
    }

    /// The line of its file that names its process.
    fn process(&self) -> std::io::Result<String> {
        let file = fs::read_to_string(self.folder.join("data/postmaster.pid"))?;
        Ok(file.lines().next().unwrap_or_default().to_owned())
    }

    fn unreadable(&self, source: std::io::Error) -> ClusterError {
        ClusterError::Folder {
            path: self.folder.join("data"),
            source,
        }
    }

    /// Where a database of the server is found.
    #[must_use]
    pub fn url(&self, database: &str) -> String {
        let socket = self.folder.display().to_string().replace('/', "%2F");
        format!("postgres://postgres@{socket}/{database}")
    }

    /// The server's major version.
    #[must_use]
    pub const fn version(&self) -> u32 {
        self.version
    }

    /// The end of what the server logged.
    #[must_use]
    pub fn log(&self) -> String {
        let mut log = String::new();
        if let Ok(mut file) = fs::File::open(self.folder.join("log")) {
            let _read = file.read_to_string(&mut log);
        }
        let lines: Vec<_> = log.lines().rev().take(20).collect();
        lines.into_iter().rev().collect::<Vec<_>>().join(" / ")
    }

    async fn wait(&self) -> Result<(), ClusterError> {
        // Half a minute: a second is usual, a busy machine needs more.
        let mut attempt = 0;
        loop {
            match PgConnection::connect(&self.url("postgres")).await {
                Ok(connection) => return Ok(connection.close().await?),
                Err(source) if attempt >= 600 => {
                    let log = self.log();
                    return Err(ClusterError::Silent { log, source });
                }
                Err(_) => attempt += 1,
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.alive.take());
        let _status = self.watch.wait();
    }
}

/// The user and group to run the server as, where that is not the own one: PostgreSQL refuses root.
fn user() -> Result<Option<(u32, u32)>, ClusterError> {
    let own = fs::metadata("/proc/self").map_or(u32::MAX, |own| own.uid());
    if own != 0 {
        return Ok(None);
    }
    let users = fs::read_to_string("/etc/passwd").unwrap_or_default();
    let fields = users
        .lines()
        .map(|line| line.split(':').collect::<Vec<_>>())
        .find(|fields| fields.first() == Some(&"postgres"))
        .ok_or(ClusterError::NoUser)?;
    let number = |place: usize| fields.get(place).and_then(|it| it.parse().ok());
    match (number(2), number(3)) {
        (Some(user), Some(group)) => Ok(Some((user, group))),
        _ => Err(ClusterError::NoUser),
    }
}

fn as_user(program: &Path, user: Option<(u32, u32)>) -> Command {
    let mut command = Command::new(program);
    if let Some((user, group)) = user {
        command.uid(user).gid(group);
    }
    command
}

/// An empty folder, short enough for a socket's name (107 bytes), that the server's user owns.
fn folder(user: Option<(u32, u32)>) -> Result<PathBuf, ClusterError> {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let root = env::temp_dir();
    loop {
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let path = root.join(format!("offerkit-pg-{}-{number}", std::process::id()));
        match fs::create_dir(&path) {
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => thread::yield_now(),
            Err(source) => return Err(ClusterError::Folder { path, source }),
            Ok(()) => {
                let (user, group) = user.unzip();
                return match chown(&path, user, group) {
                    Ok(()) => Ok(path),
                    Err(source) => Err(ClusterError::Folder { path, source }),
                };
            }
        }
    }
}

fn run(program: &str, source: std::io::Error) -> ClusterError {
    ClusterError::Run {
        program: program.to_owned(),
        source,
    }
}
