//! The memory that this process has.

use std::{error::Error, fs};

/// The process's resident memory, in bytes, as Linux tells it.
pub(crate) fn resident() -> Result<u64, Box<dyn Error>> {
    let status = fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find(|line| line.starts_with("VmRSS:"));
    let kibibytes = line
        .and_then(|line| line.split_whitespace().nth(1))
        .ok_or("no VmRSS in /proc/self/status")?;
    Ok(kibibytes.parse::<u64>()? * 1024)
}

/// In MiB.
#[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
pub(crate) fn mebibytes(bytes: u64) -> f64 {
    bytes as f64 / f64::from(1 << 20)
}
