//! The yardstick: a service with `FastAPI` and asyncpg, which `pip` installs into a folder for as long as the benchmark runs.

use std::{
    env,
    error::Error,
    fs,
    net::{SocketAddr, TcpListener},
    path::PathBuf,
    process::{Child, Command, Stdio},
    thread,
    time::Duration,
};

use super::{
    Operation, Round, client,
    wrk::{self, Asked},
};
use crate::postgres::Durable;

const APP: &str = include_str!("../../fastapi/app.py");
const TABLES: &str = include_str!("../../fastapi/tables.sql");
const PACKAGES: [&str; 4] = [
    "fastapi==0.165.0",
    "uvicorn[standard]==0.54.0",
    "asyncpg==0.32.0",
    "orjson==3.13.0",
];
const DATABASE: &str = "fastapi";
/// How many offers `tables.sql` makes.
const OFFERS: u64 = 2_000;
/// Whose digest is in `sessions`.
const TOKEN: &str = "bench";

/// The folder it is installed in, which goes with this.
pub(crate) struct FastApi {
    folder: PathBuf,
}

/// A running server, which ends with this.
struct Uvicorn {
    process: Child,
    address: SocketAddr,
}

impl FastApi {
    pub(crate) fn install() -> Result<Self, Box<dyn Error>> {
        let folder = env::temp_dir().join(format!("offerkit-fastapi-{}", std::process::id()));
        fs::create_dir_all(&folder)?;
        let installed = Self { folder };
        fs::write(installed.folder.join("app.py"), APP)?;
        let python = Command::new("python3")
            .args(["-m", "venv", "venv"])
            .current_dir(&installed.folder)
            .status()
            .map_err(|error| format!("python3 with venv is needed for FastAPI: {error}"))?;
        let pip = Command::new(installed.folder.join("venv/bin/pip"))
            .args(["install", "--quiet", "--disable-pip-version-check"])
            .args(PACKAGES)
            .status()?;
        if python.success() && pip.success() {
            Ok(installed)
        } else {
            Err(format!("installing FastAPI ended with {pip}").into())
        }
    }

    pub(crate) fn versions() -> String {
        PACKAGES.join(", ").replace("==", " ")
    }

    /// Makes its database.
    pub(crate) fn prepare(server: &Durable) -> Result<(), Box<dyn Error>> {
        server.block_on(async {
            server.create(DATABASE, None).await?;
            server.run(DATABASE, TABLES).await?;
            server.run(DATABASE, "VACUUM ANALYZE").await.map(drop)
        })
    }

    /// Starts it, asks once to see that the answer is right, measures, and stops it.
    pub(crate) fn measured(
        &mut self,
        server: &Durable,
        workers: u32,
        operation: Operation,
        connections: u32,
    ) -> Result<Round, Box<dyn Error>> {
        let running = self.start(server, workers)?;
        let (asked, right) = match operation {
            Operation::Read => {
                let path = |number: u64| {
                    format!(
                        "/v1/tenants/credit_card/offers/00000000-0000-7000-8000-{number:012x}\n"
                    )
                };
                let paths: String = (0..OFFERS).map(path).collect();
                (("GET", paths, ""), 200)
            }
            Operation::Create => {
                let path = "/v1/tenants/credit_card/offers\n".to_owned();
                (("POST", path, super::world::DRAFT), 201)
            }
        };
        let (method, paths, body) = asked;
        let first = paths.lines().next().unwrap_or_default();
        let bearer = format!("Bearer {TOKEN}");
        for (authorization, wanted) in [(bearer.as_str(), right), ("Bearer other", 401)] {
            let headers = [("Authorization", authorization)];
            let (status, said) = client::ask(running.address, (method, first), &headers, body)?;
            if status != wanted {
                return Err(format!("FastAPI answers {status}: {said}").into());
            }
        }
        let asked = Asked {
            method,
            paths,
            token: TOKEN,
            body,
        };
        // Its workers warm up first.
        wrk::measured(running.address, &asked, connections, Duration::from_secs(1))?;
        wrk::measured(running.address, &asked, connections, super::window()?)
    }

    fn start(&self, server: &Durable, workers: u32) -> Result<Uvicorn, Box<dyn Error>> {
        // Free a moment ago, which is as good as it gets.
        let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
        let process = Command::new(self.folder.join("venv/bin/uvicorn"))
            .args(["app:app", "--loop=uvloop", "--http=httptools"])
            .args(["--no-access-log", "--log-level=warning", "--host=127.0.0.1"])
            .arg(format!("--port={}", address.port()))
            .arg(format!("--workers={workers}"))
            .current_dir(&self.folder)
            .env("PGHOST", server.socket())
            .stdin(Stdio::null())
            .spawn()?;
        let running = Uvicorn { process, address };
        // A second is usual for two workers; half a minute is for a busy machine.
        for _ in 0..300 {
            if client::ask(address, ("GET", "/"), &[], "").is_ok() {
                return Ok(running);
            }
            thread::sleep(Duration::from_millis(100));
        }
        Err("uvicorn does not answer".into())
    }
}

impl Drop for Uvicorn {
    fn drop(&mut self) {
        // The signal that lets it end its workers, too.
        let id = self.process.id().to_string();
        let _told = Command::new("kill").args(["-TERM", &id]).status();
        let _ended = self.process.wait();
    }
}

impl Drop for FastApi {
    fn drop(&mut self) {
        let _removed = fs::remove_dir_all(&self.folder);
    }
}
