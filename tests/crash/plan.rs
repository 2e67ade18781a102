//! What a process of the harness's is to be.

use std::{path::PathBuf, time::Duration};

use serde::{Deserialize, Serialize};

use crate::{mode::Mode, protocols::Protocol};

/// The variable that holds a process's plan.
pub(crate) const PLAN: &str = "OFFERKIT_CRASH_PLAN";

/// How long a claim holds.
pub(crate) const DEADLINE: Duration = Duration::from_secs(3);

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) enum Plan {
    Provider(ProviderPlan),
    Worker(Box<WorkerPlan>),
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct ProviderPlan {
    /// Where it listens.
    pub(crate) socket: PathBuf,
    /// Where it keeps its ledger.
    pub(crate) ledger: PathBuf,
    /// Whether it drops a message whose key it knows.
    pub(crate) deduplicates: bool,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct WorkerPlan {
    /// The database.
    pub(crate) url: String,
    /// Where the provider listens.
    pub(crate) provider: PathBuf,
    /// A folder of its own.
    pub(crate) folder: PathBuf,
    pub(crate) mode: Mode,
    pub(crate) protocol: Protocol,
    /// What befalls it, and where.
    pub(crate) fault: Option<Fault>,
    /// How many messages it sends at once.
    pub(crate) batch: u32,
    /// Seconds by which its process differs from others in what it draws.
    pub(crate) seed: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Fault {
    pub(crate) act: Act,
    pub(crate) point: Point,
    /// The how manieth time that the worker comes there.
    pub(crate) occurrence: u64,
}

/// What befalls a worker.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Act {
    /// Its process is killed.
    Kill,
    /// Its process is halted, until someone has it go on.
    Stop,
    /// Its connection is cut. At the points without a commit, nothing happens.
    Cut,
}

/// Where something befalls a worker.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Point {
    /// The claim's `COMMIT` is on its way and does not arrive.
    ClaimCommit,
    /// The claim is committed.
    Claimed,
    /// The provider has been asked, and has yet to answer.
    Asked,
    /// The provider has accepted.
    Accepted,
    /// The settling's `COMMIT` is on its way and does not arrive.
    SettleCommit,
    /// The settling is committed, and its answer does not arrive.
    Settled,
}

impl Point {
    pub(crate) const ALL: [Self; 6] = [
        Self::ClaimCommit,
        Self::Claimed,
        Self::Asked,
        Self::Accepted,
        Self::SettleCommit,
        Self::Settled,
    ];
}
