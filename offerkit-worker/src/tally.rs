//! What a worker has done, for its caller and for metrics.

use offerkit_core::{domain::Channel, services::DeliveryReport};

/// What a worker did since it began.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct WorkReport {
    /// What became of messages.
    pub deliveries: DeliveryReport,
    /// How many customers fillings that ended had added.
    pub filled: u64,
    /// How many campaigns were completed because their last day was over.
    pub completed: u64,
    /// How many steps failed, those that were tried again counted.
    pub failures: u64,
    /// How many rows were taken over by another worker, because this one had let their claim lapse.
    pub overtaken: u64,
}

impl WorkReport {
    pub(crate) const fn add(&mut self, other: Self) {
        self.deliveries.add(other.deliveries);
        self.filled += other.filled;
        self.completed += other.completed;
        self.failures += other.failures;
        self.overtaken += other.overtaken;
    }
}

/// Counts what became of messages over a channel.
pub(crate) fn count(channel: Channel, report: DeliveryReport) {
    let outcomes = [
        ("sent", report.sent),
        ("retried", report.retried),
        ("failed", report.failed),
        ("suppressed", report.suppressed),
        ("unknown", report.unknown),
    ];
    for (outcome, count) in outcomes {
        if count > 0 {
            metrics::counter!(
                "offerkit_worker_messages_total",
                "channel" => channel.as_str(),
                "outcome" => outcome
            )
            .increment(count);
        }
    }
}
