//! What a worker tells its host.

use std::time::Duration;

use offerkit_core::{
    domain::{Campaign, Channel, Run, Stop},
    id::{CampaignId, TenantId},
    services::{DeliveryReport, Error, Task},
};

/// Something that a worker did.
#[derive(Debug)]
#[non_exhaustive]
pub enum Event<'a> {
    /// It looked for work.
    Looked {
        /// How many tenants there are to work for.
        tenants: usize,
        /// How many tasks they have.
        tasks: usize,
    },
    /// What super admins have stopped is not what it was when it looked before: while it is stopped, nothing of it is sent.
    Stops {
        /// The stops that are in force; none where all may be sent again.
        in_force: &'a [Stop],
    },
    /// It filled a chunk of an audience.
    Filled {
        /// The tenant.
        tenant: TenantId,
        /// The filling, as it stands.
        run: &'a Run,
    },
    /// It settled a batch of messages.
    Sent {
        /// The tenant.
        tenant: TenantId,
        /// The campaign.
        campaign: CampaignId,
        /// The channel.
        channel: Channel,
        /// What became of the messages.
        report: DeliveryReport,
    },
    /// It found that a campaign's start was missed, and completed or paused it, as its plan says.
    StartMissed {
        /// The tenant.
        tenant: TenantId,
        /// The campaign, as it is now.
        campaign: &'a Campaign,
    },
    /// It completed a campaign whose last day was over.
    Completed {
        /// The tenant.
        tenant: TenantId,
        /// The campaign.
        campaign: CampaignId,
    },
    /// A step failed. It is tried again later, and the others go on.
    Failed {
        /// The tenant, unless looking for tenants failed.
        tenant: Option<TenantId>,
        /// The task, unless looking for work failed.
        task: Option<Task>,
        /// Why.
        failure: &'a Failure,
    },
}

/// Why a step failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Failure {
    /// A service did not do it.
    #[error(transparent)]
    Service(#[from] Error),
    /// A batch took longer than its claim holds. Its rows are recovered.
    #[error("the batch took longer than its claim holds, {} s", .0.as_secs())]
    TimedOut(Duration),
    /// What was sent could not be settled before its claim lapsed. The rows are recovered.
    #[error("{rows} messages were sent and could not be settled in time")]
    Unsettled {
        /// How many.
        rows: usize,
        /// Why.
        source: Error,
    },
    /// The step panicked, most likely in a notifier of the host's.
    #[error("the step panicked")]
    Panicked,
}

impl Failure {
    /// A word for metrics and logs, without anything that could be personal.
    pub(crate) const fn kind(&self) -> &'static str {
        match self {
            Self::Service(Error::Store(_)) => "store",
            Self::Service(_) => "service",
            Self::TimedOut(_) => "timed_out",
            Self::Unsettled { .. } => "unsettled",
            Self::Panicked => "panicked",
        }
    }
}
