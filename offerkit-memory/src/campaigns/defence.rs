//! What the database's triggers and keys refuse of a campaign, whatever a service asks.

use offerkit_core::{
    domain::{Campaign, CampaignStatus, Launch},
    id::UserId,
};

use crate::{
    defence::{Checked, ensure},
    state::State,
};

pub(super) fn may_begin(campaign: &Campaign) -> Checked {
    ensure(
        campaign.status() == CampaignStatus::Draft && campaign.launch().is_none(),
        "a campaign begins as a draft",
    )
}

pub(super) fn may_follow(state: &State, stored: &Campaign, next: &Campaign) -> Checked {
    use CampaignStatus::{Active, Completed, Draft, Paused};
    let launch = next
        .launch()
        .as_ref()
        .filter(|launch| stored.launch().as_ref() != Some(*launch));
    let may = match (stored.status(), next.status()) {
        (Draft | Paused, Active) => launch.is_some() || next.runs_as_launched(),
        (Draft, Draft) | (Active, Active | Paused | Completed) | (Paused, Paused | Completed) => {
            launch.is_none()
        }
        (Completed, Draft | Active | Paused | Completed)
        | (Draft, Paused | Completed)
        | (Active | Paused, Draft) => false,
    };
    ensure(may, "the campaign's status does not lead there")?;
    ensure(
        stored.launch().is_none() || next.launch().is_some(),
        "a launch is not forgotten",
    )?;
    match launch {
        Some(launch) => may_launch(state, stored, next, launch),
        None => ensure(
            next.contributions().starts_with(stored.contributions()),
            "contributions are forgotten by a launch alone",
        ),
    }
}

fn may_launch(state: &State, stored: &Campaign, next: &Campaign, launch: &Launch) -> Checked {
    let offer = next.plan().offer;
    let key = (stored.tenant(), offer, launch.offer_revision);
    ensure(
        state.is_approved(stored.tenant(), offer, launch.offer_revision)
            && state
                .approvals
                .get(&key)
                .is_some_and(|approval| approval.digest == launch.offer_digest),
        "a launch sends an approved revision of the offer",
    )?;
    ensure(
        next.plan() == stored.plan() && next.revision() == stored.revision(),
        "a launch changes nothing of what is launched",
    )?;
    ensure(
        next.runs_as_launched(),
        "a launch names the digests of what is launched",
    )?;
    ensure(
        !stored
            .contributions()
            .iter()
            .any(|contribution| contribution.user == launch.by),
        "nobody launches a campaign they wrote or requested since its last launch",
    )?;
    ensure(
        !wrote_segment(state, stored, launch.by),
        "nobody launches a campaign with a segment they wrote and that its last launch did not use",
    )
}

fn wrote_segment(state: &State, stored: &Campaign, user: UserId) -> bool {
    let last = stored.launch().as_ref();
    stored.plan().segments.iter().any(|pin| {
        let segment = state.segments.get(&(stored.tenant(), pin.id));
        let is_new = last.is_none_or(|last| !last.segments.contains(&pin.id));
        is_new && segment.is_some_and(|segment| segment.author == user)
    })
}

#[cfg(test)]
mod tests;
