//! An offer from its first draft to its end.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use offerkit_core::{
    domain::{CampaignStatus, CommentKind, DeliveryStatus, OfferStatus},
    domain::{TransitionError, Validity},
    page::PageRequest,
    policy::Job,
    ports::OfferFilter,
    services::{Error, OfferDraft},
    testing::offer_data,
};
use serde_json::json;

use crate::{
    Adapter, Failure, Outcome,
    acts::{all, denied},
    cases::{cases, fails},
    walk::walk,
    world::{World, user},
};

cases! { rules::offer_life:
    an_edit_voids_a_submission,
    an_edit_of_what_was_approved_leaves_it_live,
    a_stale_edit_and_an_empty_one_are_refused,
    a_discarded_draft_gives_back_what_was_approved,
    a_validity_window_ends_after_it_begins,
    retiring_completes_campaigns_and_cancels_what_they_had_not_sent,
    a_retired_offer_is_changed_no_more,
    only_what_was_never_approved_is_deleted_and_its_evidence_stays,
    a_clone_is_a_draft_of_its_own,
    reasons_and_comments_are_kept_with_their_revision,
    revisions_are_compared_place_by_place,
    offers_are_listed_by_status_author_and_data_page_by_page,
    a_submission_tells_when_nobody_could_approve_it,
}

async fn an_edit_voids_a_submission<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let offer = w.tenant.submitted_offer("cashback").await?;
    let edited = w.edited(&w.tenant.creator, &offer, "more cashback").await?;
    assert_eq!(
        (edited.status(), edited.submitted_at()),
        (OfferStatus::Draft, None)
    );
    assert_eq!(edited.revision(), offer.revision().next());
    fails!(
        w.approved(&w.tenant.approver, &edited).await,
        Error::Transition(TransitionError::Status { .. })
    );
    Ok(())
}

async fn an_edit_of_what_was_approved_leaves_it_live<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let offer = w.tenant.approved_offer("cashback").await?;
    let edited = w.edited(&w.tenant.creator, &offer, "more cashback").await?;
    assert_eq!(
        (edited.status(), edited.live_revision()),
        (OfferStatus::Draft, Some(offer.revision()))
    );
    assert!(edited.is_live(), "the approved revision stays live");
    let draft = w.tenant.campaign(offer.id())?;
    let campaign = w.tenant.launched_campaign(draft).await?;
    let launch = campaign.launch().as_ref().ok_or("no launch")?;
    assert_eq!(launch.offer_revision, offer.revision());
    let submitted = w.submitted(&w.tenant.creator, &edited).await?;
    let approved = w.approved(&w.tenant.approver, &submitted).await?;
    assert_eq!(approved.live_revision(), Some(edited.revision()));
    Ok(())
}

async fn a_stale_edit_and_an_empty_one_are_refused<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let offer = w.tenant.draft_offer("cashback").await?;
    let same = w.edited(&w.tenant.creator, &offer, "cashback").await;
    fails!(same, Error::Transition(TransitionError::Unchanged));
    w.edited(&w.tenant.creator, &offer, "more cashback").await?;
    let late = w.edited(&w.tenant.admin, &offer, "less cashback").await;
    fails!(
        late,
        Error::Transition(TransitionError::Stale {
            seen: 1,
            current: 2
        })
    );
    Ok(())
}

async fn a_discarded_draft_gives_back_what_was_approved<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let offer = w.tenant.approved_offer("cashback").await?;
    let offers = w.offers(&w.tenant.creator);
    fails!(offers.discard_draft(offer.id()).await, Error::Transition(_));
    w.edited(&w.tenant.creator, &offer, "more cashback").await?;
    let back = offers.discard_draft(offer.id()).await?;
    assert_eq!(back.working(), offer.working());
    assert_eq!(back.status(), OfferStatus::Approved);
    let edited = w.edited(&w.tenant.creator, &back, "most cashback").await?;
    assert_eq!(edited.revision().get(), 3, "a number is not given twice");
    let draft = w.tenant.draft_offer("never approved").await?;
    fails!(
        offers.discard_draft(draft.id()).await,
        Error::Transition(TransitionError::NothingApproved)
    );
    Ok(())
}

async fn a_validity_window_ends_after_it_begins<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let today = w.now().date();
    let draft = |from, until| OfferDraft {
        data: offer_data("cashback"),
        validity: Validity {
            from: Some(from),
            until: Some(until),
        },
    };
    let offers = w.offers(&w.tenant.creator);
    let empty = offers
        .create(draft(today, today - TimeDelta::days(1)))
        .await;
    fails!(empty, Error::Transition(TransitionError::Validity { .. }));
    let offer = offers.create(draft(today, today)).await?;
    let longer = draft(today, today + TimeDelta::days(1));
    let edited = offers.edit(offer.id(), offer.revision(), longer).await?;
    assert_ne!(edited.working().digest(), offer.working().digest());
    Ok(())
}

async fn retiring_completes_campaigns_and_cancels_what_they_had_not_sent<B: Adapter>(
    store: &B,
) -> Outcome {
    let w = World::new(store).await?;
    let (campaign, _) = w.filled(3).await?;
    let offer = campaign.plan().offer;
    let draft = w
        .campaigns(&w.tenant.creator)
        .clone_of(campaign.id())
        .await?;
    let reason = "the law changed".parse()?;
    let retired = w.offers(&w.tenant.approver).retire(offer, &reason).await?;
    assert_eq!(retired.completed, [campaign.id()]);
    let campaigns = w.campaigns(&w.tenant.creator);
    assert_eq!(
        campaigns.get(campaign.id()).await?.status(),
        CampaignStatus::Completed
    );
    assert_eq!(
        campaigns.get(draft.id()).await?.status(),
        CampaignStatus::Draft
    );
    let progress = w
        .deliveries(&w.tenant.creator)
        .progress(campaign.id())
        .await?;
    assert_eq!(progress.of(DeliveryStatus::Cancelled), 3);
    fails!(
        w.job(Job::Delivery).run(campaign.id()).await,
        Error::Transition(_)
    );
    let asked = w.requested(&w.tenant.creator, &draft).await;
    fails!(asked, Error::Transition(TransitionError::OfferNotLive));
    Ok(())
}

async fn a_retired_offer_is_changed_no_more<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let offer = w.tenant.approved_offer("cashback").await?;
    let (deciding, reason) = (w.offers(&w.tenant.approver), "over".parse()?);
    let draft = w.tenant.draft_offer("a draft").await?;
    fails!(
        deciding.retire(draft.id(), &reason).await,
        Error::Transition(_)
    );
    deciding.retire(offer.id(), &reason).await?;
    fails!(
        w.edited(&w.tenant.creator, &offer, "again").await,
        Error::Transition(TransitionError::Ended {
            state: "retired",
            ..
        })
    );
    fails!(
        deciding.retire(offer.id(), &reason).await,
        Error::Transition(_)
    );
    w.offers(&w.tenant.reader).get(offer.id()).await?;
    Ok(())
}

async fn only_what_was_never_approved_is_deleted_and_its_evidence_stays<B: Adapter>(
    store: &B,
) -> Outcome {
    let w = World::new(store).await?;
    let admin = w.offers(&w.tenant.admin);
    let live = w.tenant.approved_offer("live").await?;
    denied(admin.delete(live.id()).await, "evidence")?;
    let draft = w.tenant.submitted_offer("draft").await?;
    let creator = w.offers(&w.tenant.creator).delete(draft.id()).await;
    denied(creator, "missing_permission")?;
    admin.delete(draft.id()).await?;
    fails!(admin.get(draft.id()).await, Error::NotFound("offer"));
    fails!(admin.history(draft.id()).await, Error::NotFound("offer"));
    fails!(
        w.approved(&w.tenant.approver, &draft).await,
        Error::NotFound("offer")
    );
    let listed = admin.list(&OfferFilter::default(), &all()?).await?;
    assert_eq!(listed.items, [live]);
    let about = offerkit_core::ports::AuditFilter {
        subject: Some(draft.id().into()),
        ..Default::default()
    };
    let log = w.acting(&w.tenant.admin).audit_of(w.tenant.id);
    let records = log.list(&about, &all()?).await?.items;
    let done: Vec<_> = records
        .iter()
        .map(|record| record.action.as_str())
        .collect();
    assert_eq!(
        done,
        [
            "offer.create",
            "offer.submit",
            "offer.delete",
            "offer.delete"
        ]
    );
    Ok(())
}

async fn a_clone_is_a_draft_of_its_own<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let offer = w.tenant.approved_offer("cashback").await?;
    let clone = w.offers(&w.tenant.admin).clone_of(offer.id()).await?;
    assert_ne!(clone.id(), offer.id());
    assert_eq!(clone.working().proposal, offer.working().proposal);
    assert_eq!(
        (clone.status(), clone.revision().get()),
        (OfferStatus::Draft, 1)
    );
    assert_eq!(clone.created_by(), user(&w.tenant.admin)?);
    assert!(!clone.is_live(), "an approval is not cloned");
    Ok(())
}

async fn reasons_and_comments_are_kept_with_their_revision<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let offer = w.tenant.submitted_offer("cashback").await?;
    let (id, one, creator) = (offer.id(), offer.revision(), &w.tenant.creator);
    let deciding = w.offers(&w.tenant.approver);
    deciding
        .request_changes(id, one, &"name the rate".parse()?)
        .await?;
    w.submitted(creator, &offer).await?;
    deciding.reject(id, one, &"too dear".parse()?).await?;
    let edited = w.edited(creator, &offer, "cheaper").await?;
    w.offers(creator)
        .comment(id, &"better now?".parse()?)
        .await?;
    w.submitted(creator, &edited).await?;
    w.approved(&w.tenant.approver, &edited).await?;
    deciding.retire(id, &"sold out".parse()?).await?;
    let comments = w
        .offers(&w.tenant.reader)
        .comments(id, &all()?)
        .await?
        .items;
    let said: Vec<_> = comments
        .iter()
        .map(|it| (it.kind, it.body.as_str(), it.revision.get()))
        .collect();
    let expected = [
        (CommentKind::ChangeRequest, "name the rate", 1),
        (CommentKind::Rejection, "too dear", 1),
        (CommentKind::Note, "better now?", 2),
        (CommentKind::Retirement, "sold out", 2),
    ];
    assert_eq!(said, expected);
    Ok(())
}

async fn revisions_are_compared_place_by_place<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let offer = w.tenant.draft_offer("cashback").await?;
    let edited = w.edited(&w.tenant.creator, &offer, "more cashback").await?;
    let offers = w.offers(&w.tenant.reader);
    let changes = offers
        .diff(offer.id(), offer.revision(), edited.revision())
        .await?;
    let [change] = changes.as_slice() else {
        return Err(format!("one change, not {changes:?}").into());
    };
    assert_eq!(change.pointer, "/title");
    assert_eq!(change.before, Some(json!("cashback")));
    assert_eq!(change.after, Some(json!("more cashback")));
    let absent = edited.revision().next();
    let absent = offers.diff(offer.id(), offer.revision(), absent).await;
    fails!(absent, Error::NotFound("revision"));
    Ok(())
}

async fn offers_are_listed_by_status_author_and_data_page_by_page<B: Adapter>(
    store: &B,
) -> Outcome {
    let w = World::new(store).await?;
    for title in ["one", "two", "three"] {
        w.tenant.draft_offer(title).await?;
    }
    let submitted = w.tenant.submitted_offer("two").await?;
    let offers = w.offers(&w.tenant.reader);
    let list = async |filter: OfferFilter| -> Result<_, Failure> {
        let request = PageRequest::first(2)?;
        walk(request, async |page| offers.list(&filter, &page).await).await
    };
    assert_eq!(list(OfferFilter::default()).await?.len(), 4);
    let waiting = OfferFilter {
        status: Some(OfferStatus::Submitted),
        ..OfferFilter::default()
    };
    assert_eq!(list(waiting).await?, std::slice::from_ref(&submitted));
    let titled = OfferFilter {
        data: BTreeMap::from([("title".to_owned(), json!("two"))]),
        ..OfferFilter::default()
    };
    assert_eq!(list(titled).await?.len(), 2);
    let mine = OfferFilter {
        created_by: Some(user(&w.tenant.admin)?),
        ..OfferFilter::default()
    };
    assert_eq!(list(mine).await?, []);
    Ok(())
}

async fn a_submission_tells_when_nobody_could_approve_it<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let offer = w.tenant.draft_offer("cashback").await?;
    let offers = w.offers(&w.tenant.creator);
    let submitted = offers.submit(offer.id(), offer.revision()).await?;
    assert!(!submitted.nobody_can_approve, "the approver can");
    w.give(&w.tenant.approver, "create").await?;
    let edited = w
        .edited(&w.tenant.approver, &offer, "more cashback")
        .await?;
    let submitted = offers.submit(edited.id(), edited.revision()).await?;
    assert!(submitted.nobody_can_approve, "the only approver wrote it");
    Ok(())
}
