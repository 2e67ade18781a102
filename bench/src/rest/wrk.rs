//! wrk, which asks in bulk.

use std::{env, error::Error, fs, net::SocketAddr, process::Command, time::Duration};

use super::Round;

const SCRIPT: &str = include_str!("wrk.lua");

/// What it asks again and again.
pub(crate) struct Asked<'a> {
    pub(crate) method: &'a str,
    /// One path a line, in turns.
    pub(crate) paths: String,
    pub(crate) token: &'a str,
    pub(crate) body: &'a str,
}

/// Installs wrk with apt where it is missing.
pub(crate) fn installed() -> Result<(), Box<dyn Error>> {
    let is_there = || Command::new("wrk").arg("--version").output().is_ok();
    if !is_there() {
        let _done = Command::new("apt-get")
            .args(["install", "--yes", "--no-install-recommends", "wrk"])
            .env("DEBIAN_FRONTEND", "noninteractive")
            .output();
    }
    if is_there() {
        Ok(())
    } else {
        Err("wrk is needed: apt-get install wrk".into())
    }
}

/// Asks for a while over so many connections. An answer that is an error, or none, makes the round worth nothing.
pub(crate) fn measured(
    address: SocketAddr,
    asked: &Asked<'_>,
    connections: u32,
    window: Duration,
) -> Result<Round, Box<dyn Error>> {
    let folder = env::temp_dir().join(format!("offerkit-wrk-{}", std::process::id()));
    fs::create_dir_all(&folder)?;
    let done = (|| {
        fs::write(folder.join("script.lua"), SCRIPT)?;
        fs::write(folder.join("paths"), &asked.paths)?;
        Command::new("wrk")
            .args(["--threads=1", "--timeout=10s", "--script"])
            .arg(folder.join("script.lua"))
            .arg(format!("--connections={connections}"))
            .arg(format!("--duration={}s", window.as_secs()))
            .arg(format!("http://{address}"))
            .env("METHOD", asked.method)
            .env("PATHS", folder.join("paths"))
            .env("TOKEN", asked.token)
            .env("BODY", asked.body)
            .output()
    })();
    fs::remove_dir_all(&folder)?;
    let said = String::from_utf8(done?.stdout)?;
    let told = said.lines().find_map(|line| line.strip_prefix("TOLD "));
    let told: Vec<f64> = told
        .ok_or_else(|| format!("wrk says: {said}"))?
        .split(' ')
        .map(str::parse)
        .collect::<Result<_, _>>()?;
    let [requests, micros, failed, p50, p99] = told[..] else {
        return Err(format!("wrk says: {said}").into());
    };
    if failed > 0.0 || requests < 1.0 {
        return Err(format!("{failed} of {requests} requests failed").into());
    }
    Ok(Round {
        per_second: requests / (micros / 1e6),
        p50: p50 / 1e3,
        p99: p99 / 1e3,
    })
}
