//! The yardstick: pgbench, sending the statements that the service sends, in as many round trips.

use std::{env, error::Error, ffi::OsStr, fs, path::Path, process::Command, time::Duration};

use offerkit::testing::offer_data;
use offerkit_cluster::Binaries;

use super::{
    Operation,
    latency::Latencies,
    world::{DATABASE, OFFERS, World},
};
use crate::postgres::Durable;

/// What reads an offer, without its last condition.
const FIND: &str = include_str!("find.sql");
/// A new id of the seventh version, as the library makes them: it begins with the time.
const NEW_ID: &str = "overlay(gen_random_uuid()::TEXT PLACING
    regexp_replace(lpad(to_hex((extract(EPOCH FROM clock_timestamp()) * 1000)::BIGINT), 12, '0'), '^(.{8})', '\\1-') || '-7'
    FROM 1 FOR 15)::UUID";

/// Runs pgbench for a while, and reads what each transaction took from its log.
pub(crate) fn run(
    server: &Durable,
    world: &World,
    operation: Operation,
    connections: u32,
    window: Duration,
) -> Result<Latencies, Box<dyn Error>> {
    let folder = env::temp_dir().join(format!("offerkit-pgbench-{}", std::process::id()));
    fs::create_dir_all(&folder)?;
    let measured = measured(server, world, operation, connections, window, &folder);
    fs::remove_dir_all(&folder)?;
    measured
}

fn measured(
    server: &Durable,
    world: &World,
    operation: Operation,
    connections: u32,
    window: Duration,
    folder: &Path,
) -> Result<Latencies, Box<dyn Error>> {
    let script_file = folder.join("script.sql");
    fs::write(&script_file, statements(world, operation))?;
    let user = world.tenant.creator.actor().user().ok_or("nobody acts")?;
    let document = server.block_on(world.document())?;
    let variables = [
        ("tenant", world.tenant.id.to_string()),
        ("user", user.to_string()),
        ("content", offer_data("Gold card").to_string()),
        ("document", document),
        ("at", "2026-03-02T09:00:00Z".to_owned()),
    ];
    script(
        server.url(DATABASE).as_str(),
        &script_file,
        &variables,
        connections,
        window,
    )
}

/// Runs a script for a while, logging into the folder that it lies in.
pub(crate) fn script(
    url: &str,
    file: &Path,
    variables: &[(&str, String)],
    connections: u32,
    window: Duration,
) -> Result<Latencies, Box<dyn Error>> {
    let folder = file.parent().ok_or("a script in no folder")?;
    let mut command = Command::new(Binaries::find()?.program("pgbench"));
    command
        .args(["--no-vacuum", "--protocol=prepared", "--log"])
        .arg(format!("--log-prefix={}", folder.join("log").display()))
        .arg(format!("--client={connections}"))
        .arg(format!("--jobs={}", connections.min(2)))
        .arg(format!("--time={}", window.as_secs()))
        .args(
            variables
                .iter()
                .map(|(name, value)| format!("--define={name}={value}")),
        )
        .arg("--file")
        .arg(file)
        .arg(url)
        // As the pool does on each of its connections.
        .env("PGOPTIONS", "-c role=offerkit_app -c lock_timeout=10s");
    let done = command.output()?;
    if !done.status.success() {
        let said = String::from_utf8_lossy(&done.stderr).into_owned();
        return Err(format!("pgbench: {said}").into());
    }
    let mut taken = Vec::new();
    for file in fs::read_dir(folder)? {
        let path = file?.path();
        if path.file_stem() == Some(OsStr::new("log")) {
            for line in fs::read_to_string(path)?.lines() {
                let micros = line.split(' ').nth(2).ok_or("a log without a time")?;
                taken.push(micros.parse()?);
            }
        }
    }
    Ok(Latencies::new(taken, window))
}

fn statements(world: &World, operation: Operation) -> String {
    let script = match operation {
        Operation::Read => include_str!("read.sql"),
        Operation::Edit => include_str!("edit.sql"),
    };
    script
        .replace("{find}", FIND.trim_end())
        .replace("{offer}", &world.offer_sql())
        .replace("{offers}", &OFFERS.to_string())
        .replace("{new_id}", NEW_ID)
        .replace("{tenant}", &world.tenant.id.to_string())
}
