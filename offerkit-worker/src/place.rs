//! How many batches each channel takes at once.

use std::collections::BTreeMap;

use offerkit_core::{domain::Channel, id::TenantId, services::Task};
use tokio::task::Id;

/// Whether a task's channel takes another batch. Nothing but batches needs a place.
pub(crate) fn has_place(
    task: Task,
    places: &BTreeMap<Channel, usize>,
    running: &BTreeMap<Id, Option<(TenantId, Task)>>,
) -> bool {
    let Task::Send(_, channel) = task else {
        return true;
    };
    let sending = running
        .values()
        .filter(|it| matches!(it, Some((_, Task::Send(_, other))) if *other == channel));
    // A channel without a notifier takes a step, which says so.
    sending.count() < places.get(&channel).copied().unwrap_or(1)
}
