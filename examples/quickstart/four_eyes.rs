//! Chapter 4: nobody approves what they wrote, and what was approved stays what was approved.

use offerkit::{
    domain::{Offer, RevisionNumber},
    services::Waiting,
};

use super::{
    failure::{Failure, adds_up, holds},
    offer::reworded,
    story::{Cast, Stage},
};

pub(crate) async fn approve(
    stage: &mut Stage<'_>,
    cast: &Cast,
    offer: Offer,
) -> Result<Offer, Failure> {
    stage.report.chapter("Four eyes")?;
    refuse_the_wrong_people(stage, cast, &offer).await?;
    let offer = refuse_what_has_changed(stage, cast, offer).await?;
    let offer = approve_what_was_read(stage, cast, offer).await?;
    keep_what_was_approved(stage, cast, offer).await
}

async fn refuse_the_wrong_people(
    stage: &mut Stage<'_>,
    cast: &Cast,
    offer: &Offer,
) -> Result<(), Failure> {
    let (id, revision) = (offer.id(), offer.revision());
    let asha = cast.asha.acting.offers(cast.card);
    let outcome = asha.approve(id, revision, None).await;
    let tried = "wants to approve the offer";
    stage
        .report
        .refused("asha", tried, "missing_permission", outcome)?;

    let groups = cast.root.acting.groups(cast.card);
    groups.add(cast.asha.id, &"approver".parse()?).await?;
    stage
        .report
        .did("root", "puts asha into the group approver as well")?;
    let outcome = asha.approve(id, revision, None).await;
    let tried = "wants to approve the offer, now that a group permits it";
    stage.report.refused("asha", tried, "four_eyes", outcome)?;

    let draft = reworded(stage, &stage.input.offer, "for a year")?.into();
    let outcome = cast
        .dev
        .acting
        .offers(cast.card)
        .edit(id, revision, draft)
        .await;
    let tried = "wants to edit the offer";
    stage
        .report
        .refused("dev", tried, "missing_permission", outcome)?;

    let outcome = cast.olga.acting.offers(cast.card).get(id).await;
    let tried = "has the offer's id, and wants to look at it";
    stage.report.refused("olga", tried, "not_found", outcome)?;
    stage
        .report
        .detail("Outsiders are not even told that the tenant exists.")
}

async fn refuse_what_has_changed(
    stage: &mut Stage<'_>,
    cast: &Cast,
    offer: Offer,
) -> Result<Offer, Failure> {
    let (id, seen) = (offer.id(), offer.revision());
    let asha = cast.asha.acting.offers(cast.card);
    let draft = reworded(stage, &stage.input.offer, "terms apply")?.into();
    let edited = asha.edit(id, seen, draft).await?;
    let done = format!(
        "edits the offer while ben reads it: revision {}, {}",
        edited.revision(),
        edited.status().as_str()
    );
    stage.report.did("asha", &done)?;

    let outcome = cast
        .ben
        .acting
        .offers(cast.card)
        .approve(id, seen, None)
        .await;
    let tried = format!("wants to approve revision {seen}, which was on his screen");
    stage.report.refused("ben", &tried, "conflict", outcome)?;

    let offer = asha.submit(id, edited.revision()).await?.offer;
    let done = format!("submits revision {}", offer.revision());
    stage.report.did("asha", &done)?;
    Ok(offer)
}

async fn approve_what_was_read(
    stage: &mut Stage<'_>,
    cast: &Cast,
    offer: Offer,
) -> Result<Offer, Failure> {
    let ben = cast.ben.acting.offers(cast.card);
    let desk = cast.ben.acting.desk().list().await?;
    adds_up("things on ben's desk", desk.len(), 1)?;
    for item in &desk {
        let waiting = match &item.waiting {
            Waiting::Offer(offer) => format!("an offer, revision {}", offer.revision()),
            Waiting::Campaign(campaign) => format!("the campaign {}", campaign.plan().name),
        };
        let tenant = item.tenant.name();
        let obstacle = item.obstacle.as_ref().map_or_else(
            || "ben may decide".to_owned(),
            |denied| format!("ben may not: {denied}"),
        );
        let seen = format!("finds on his desk: {tenant}, {waiting}; {obstacle}");
        stage.report.did("ben", &seen)?;
    }

    let (first, now) = (RevisionNumber::FIRST, offer.revision());
    stage.report.did(
        "ben",
        &format!("compares revision {now} with revision {first}"),
    )?;
    let shown = |value: &Option<serde_json::Value>| {
        value
            .as_ref()
            .map_or_else(|| "(nothing)".to_owned(), ToString::to_string)
    };
    for change in ben.diff(offer.id(), first, now).await? {
        let (before, after) = (shown(&change.before), shown(&change.after));
        let place = format!("at {}:", change.pointer);
        stage.report.detail(&place)?;
        stage.report.detail(&format!("was {before}"))?;
        stage.report.detail(&format!("is  {after}"))?;
    }

    let comment = "Checked against the price list.".parse()?;
    let approved = ben.approve(offer.id(), now, Some(&comment)).await?;
    let done = format!("approves revision {now}, and says: “{comment}”");
    stage.report.did("ben", &done)?;
    for approval in ben.history(offer.id()).await?.approvals {
        let bound = format!("bound to SHA-256 {}", approval.digest);
        stage.report.detail(&bound)?;
    }
    Ok(approved)
}

async fn keep_what_was_approved(
    stage: &mut Stage<'_>,
    cast: &Cast,
    offer: Offer,
) -> Result<Offer, Failure> {
    let (id, approved) = (offer.id(), offer.revision());
    let asha = cast.asha.acting.offers(cast.card);
    let content = offer.working().proposal.content.value();
    let draft = reworded(stage, content, "and a free phone")?.into();
    let edited = asha.edit(id, approved, draft).await?;
    let submitted = asha.submit(id, edited.revision()).await?.offer;
    let live = submitted.live_revision();
    holds("the approved revision stays live", live == Some(approved))?;
    let done = format!(
        "edits the approved offer and submits it: revision {} is {}, and revision {approved} stays the live one",
        submitted.revision(),
        submitted.status().as_str()
    );
    stage.report.did("asha", &done)?;
    let outcome = asha.approve(id, submitted.revision(), None).await;
    let tried = format!("wants to approve revision {}", submitted.revision());
    stage.report.refused("asha", &tried, "four_eyes", outcome)?;

    let outcome = cast.chitra.acting.offers(cast.card).delete(id).await;
    let tried = "wants to delete the offer";
    stage.report.refused("chitra", tried, "evidence", outcome)?;

    let offer = asha.discard_draft(id).await?;
    holds("the discarded draft is gone", offer.revision() == approved)?;
    let done = format!(
        "discards the draft: the offer is again {} as revision {approved}",
        offer.status().as_str()
    );
    stage.report.did("asha", &done)?;
    Ok(offer)
}
