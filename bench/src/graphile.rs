//! graphile-worker, which `npm` installs into a folder for as long as the benchmark runs.

use std::{
    env,
    error::Error,
    fs,
    io::{BufRead as _, BufReader, Write as _},
    path::PathBuf,
    process::{Child, Command, Stdio},
};

use serde_json::Value;

use crate::{measure::per_second, postgres::Durable};

const SCRIPT: &str = include_str!("../graphile/work.mjs");

/// Its processes, and what each is told.
#[derive(Clone, Copy)]
pub(crate) struct Tuning {
    processes: usize,
    local_queue: usize,
    concurrency: usize,
}

/// The folder it is installed in, which goes with this.
pub(crate) struct Graphile {
    folder: PathBuf,
    version: String,
}

impl Tuning {
    pub(crate) const fn new(processes: usize, local_queue: usize, concurrency: usize) -> Self {
        Self {
            processes,
            local_queue,
            concurrency,
        }
    }

    pub(crate) fn name(self) -> String {
        let Self {
            processes,
            local_queue,
            concurrency,
        } = self;
        format!(
            "graphile-worker: {processes} processes, queue {local_queue}, {concurrency} at once"
        )
    }
}

impl Graphile {
    /// Installs it.
    pub(crate) fn install() -> Result<Self, Box<dyn Error>> {
        let folder = env::temp_dir().join(format!("offerkit-graphile-{}", std::process::id()));
        fs::create_dir_all(&folder)?;
        let mut installed = Self {
            folder,
            version: String::new(),
        };
        fs::write(installed.folder.join("work.mjs"), SCRIPT)?;
        fs::write(installed.folder.join("package.json"), "{}")?;
        let npm = Command::new("npm")
            .args([
                "install",
                "--no-audit",
                "--no-fund",
                "--silent",
                "graphile-worker@0.17",
            ])
            .current_dir(&installed.folder)
            .status()
            .map_err(|error| format!("npm is needed to install graphile-worker: {error}"))?;
        if !npm.success() {
            return Err(format!("npm install graphile-worker ended with {npm}").into());
        }
        let about = installed
            .folder
            .join("node_modules/graphile-worker/package.json");
        let about: Value = serde_json::from_str(&fs::read_to_string(about)?)?;
        about["version"]
            .as_str()
            .unwrap_or("?")
            .clone_into(&mut installed.version);
        Ok(installed)
    }

    pub(crate) fn version(&self) -> &str {
        &self.version
    }

    /// How many jobs a second it does, each of which does nothing.
    pub(crate) async fn drain(
        &self,
        durable: &Durable,
        tuning: Tuning,
        jobs: u64,
    ) -> Result<f64, Box<dyn Error>> {
        durable
            .run("postgres", "DROP DATABASE IF EXISTS graphile WITH (FORCE)")
            .await?;
        durable.create("graphile", None).await?;
        let migrated = self
            .node(durable, "-e")
            .arg("require('graphile-worker').runMigrations({ connectionString: 'postgres:///graphile' })")
            .status()?;
        if !migrated.success() {
            return Err(format!("graphile-worker's migrations ended with {migrated}").into());
        }
        let add = format!(
            "SELECT count(*) FROM graphile_worker.add_jobs((SELECT array_agg(ROW(
                'noop', json_build_object('id', i), NULL, now(), 25::SMALLINT, NULL, 0::SMALLINT, NULL)::graphile_worker.job_spec)
                FROM generate_series(1, {jobs}) AS i))"
        );
        durable.run("graphile", &add).await?;
        durable.run("graphile", "VACUUM (ANALYZE)").await?;
        durable.run("postgres", "CHECKPOINT").await?;

        let processes = (0..tuning.processes)
            .map(|_| self.start(durable, tuning))
            .collect::<Result<Vec<_>, _>>()?;
        let mut outputs = Vec::new();
        for mut process in processes {
            let mut output = BufReader::new(process.stdout.take().ok_or("no output")?);
            let mut line = String::new();
            output.read_line(&mut line)?;
            outputs.push((process, output));
        }
        for (process, _) in &mut outputs {
            process
                .stdin
                .as_mut()
                .ok_or("no input")?
                .write_all(b"go\n")?;
        }
        let (mut first, mut last, mut count) = (f64::INFINITY, 0.0_f64, 0);
        for (mut process, mut output) in outputs {
            let mut line = String::new();
            output.read_line(&mut line)?;
            process.wait()?;
            let told: Value = serde_json::from_str(&line)?;
            count += told["count"].as_u64().unwrap_or_default();
            // A process that came too late did nothing.
            first = first.min(told["first"].as_f64().unwrap_or(f64::INFINITY));
            last = last.max(told["last"].as_f64().unwrap_or_default());
        }
        let left = "DO $$ BEGIN ASSERT NOT EXISTS (SELECT FROM graphile_worker._private_jobs), 'jobs are left'; END $$";
        durable.run("graphile", left).await?;
        if count != jobs {
            return Err(format!("graphile-worker did {count} of {jobs} jobs").into());
        }
        Ok(per_second(count, (last - first) / 1e3))
    }

    fn start(&self, durable: &Durable, tuning: Tuning) -> Result<Child, Box<dyn Error>> {
        let process = self
            .node(durable, "work.mjs")
            .arg(tuning.local_queue.to_string())
            .arg(tuning.concurrency.to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        Ok(process)
    }

    fn node(&self, durable: &Durable, what: &str) -> Command {
        let mut node = Command::new("node");
        node.arg(what).current_dir(&self.folder);
        node.env("PGHOST", durable.socket())
            .env("PGUSER", "postgres");
        node.env("PGDATABASE", "graphile")
            .env("NODE_ENV", "production");
        node
    }
}

impl Drop for Graphile {
    fn drop(&mut self) {
        let _removed = fs::remove_dir_all(&self.folder);
    }
}
