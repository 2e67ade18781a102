use futures_executor::block_on;
use offerkit_core::{
    domain::{Campaign, CampaignParts, CampaignStatus, Launch, RevisionNumber},
    id::UserId,
    ports::{Access, Store as _, StoreError, Transaction},
};

use crate::{
    MemoryStore,
    fixtures::{SCOPE, TENANT, campaign, moment, offer, plan, tenant, user_id},
};

const ASHA: UserId = user_id(1);
const BEN: UserId = user_id(2);
const CHLOE: UserId = user_id(3);

/// A campaign of Asha's on an offer of hers, approved by Ben or not.
async fn begun(is_approved: bool) -> (Box<dyn Transaction>, Campaign) {
    let store = MemoryStore::new();
    let mut tx = store.begin(SCOPE, Access::Write).await.unwrap();
    tx.tenants().insert(&tenant(TENANT)).await.unwrap();
    let first = offer(1, ASHA);
    tx.offers().insert(&first).await.unwrap();
    if is_approved {
        let waiting = first
            .clone()
            .submit(first.revision(), ASHA, moment())
            .unwrap();
        let waiting = tx.offers().update(waiting).await.unwrap();
        let (live, approval) = waiting
            .approve(first.revision(), BEN, None, moment())
            .unwrap();
        tx.offers().add_approval(&approval).await.unwrap();
        tx.offers().update(live).await.unwrap();
    }
    let campaign = campaign(1, first.id(), ASHA);
    tx.campaigns().insert(&campaign).await.unwrap();
    (tx, campaign)
}

fn launch(campaign: &Campaign, by: UserId) -> Launch {
    Launch {
        by,
        at: moment(),
        revision: campaign.revision(),
        offer_revision: RevisionNumber::FIRST,
        offer_digest: offer(1, ASHA).working().digest(),
        criteria_digest: campaign.plan().selection_criteria.digest,
        messages_digest: campaign.plan().messages_digest(),
        schedule_digest: campaign.plan().schedule_digest(),
        segments: campaign.plan().segment_ids(),
        counted: 0,
        ceiling: 0,
    }
}

fn launched(campaign: Campaign, launch: Launch) -> Campaign {
    changed(campaign, |parts| {
        parts.status = CampaignStatus::Active;
        parts.launch = Some(launch);
        parts.contributions.clear();
    })
}

fn changed(campaign: Campaign, change: impl FnOnce(&mut CampaignParts)) -> Campaign {
    let mut parts = campaign.into_parts();
    change(&mut parts);
    Campaign::from_parts(parts)
}

fn assert_refused<T: std::fmt::Debug>(result: &Result<T, StoreError>, why: &str) {
    match result {
        Err(StoreError::Refused(said)) => assert!(said.contains(why), "{said}"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn another_person_launches_an_approved_revision() {
    block_on(async {
        let (mut tx, draft) = begun(true).await;
        let launch = launch(&draft, BEN);
        let active = tx
            .campaigns()
            .update(launched(draft, launch))
            .await
            .unwrap();
        assert_eq!(active.status(), CampaignStatus::Active);
        let paused = active.pause("wait".parse().unwrap(), moment()).unwrap();
        let paused = tx.campaigns().update(paused).await.unwrap();
        let edited = plan(paused.plan().offer, "summer");
        let edited = paused
            .clone()
            .edit(paused.revision(), edited, CHLOE, moment())
            .unwrap();
        let edited = tx.campaigns().update(edited).await.unwrap();
        let by_writer = self::launch(&edited, CHLOE);
        assert_refused(
            &tx.campaigns().update(launched(edited, by_writer)).await,
            "nobody launches",
        );
    });
}

#[test]
fn a_launch_of_anything_else_is_refused() {
    block_on(async {
        let (mut tx, draft) = begun(true).await;
        let by_writer = launch(&draft, ASHA);
        assert_refused(
            &tx.campaigns().update(launched(draft, by_writer)).await,
            "nobody launches",
        );

        let (mut tx, draft) = begun(false).await;
        let unapproved = launch(&draft, BEN);
        assert_refused(
            &tx.campaigns().update(launched(draft, unapproved)).await,
            "approved revision",
        );

        let (mut tx, draft) = begun(true).await;
        let mut wrong = launch(&draft, BEN);
        wrong.offer_digest = offerkit_core::digest::Digest::of(b"other");
        assert_refused(
            &tx.campaigns().update(launched(draft, wrong)).await,
            "approved revision",
        );

        let (mut tx, draft) = begun(true).await;
        let mut wrong = launch(&draft, BEN);
        wrong.messages_digest = offerkit_core::digest::Digest::of(b"other");
        assert_refused(
            &tx.campaigns().update(launched(draft, wrong)).await,
            "digests",
        );

        let (mut tx, draft) = begun(true).await;
        let pinned = launch(&draft, BEN);
        let other = changed(launched(draft, pinned), |parts| {
            parts.plan = plan(parts.plan.offer, "other");
        });
        assert_refused(&tx.campaigns().update(other).await, "changes nothing");
    });
}

#[test]
fn a_campaign_becomes_active_by_a_launch_alone() {
    block_on(async {
        let (mut tx, draft) = begun(true).await;
        let active = changed(draft, |parts| parts.status = CampaignStatus::Active);
        assert_refused(&tx.campaigns().update(active).await, "does not lead there");

        let (mut tx, draft) = begun(true).await;
        let first = launch(&draft, BEN);
        let active = tx.campaigns().update(launched(draft, first)).await.unwrap();
        let paused = active.pause("wait".parse().unwrap(), moment()).unwrap();
        let paused = tx.campaigns().update(paused).await.unwrap();
        let edited = plan(paused.plan().offer, "summer");
        let edited = paused
            .clone()
            .edit(paused.revision(), edited, CHLOE, moment())
            .unwrap();
        let edited = tx.campaigns().update(edited).await.unwrap();
        let resumed = changed(edited, |parts| parts.status = CampaignStatus::Active);
        assert_refused(&tx.campaigns().update(resumed).await, "does not lead there");
    });
}

#[test]
fn contributions_outlive_everything_but_a_launch() {
    block_on(async {
        let (mut tx, draft) = begun(true).await;
        let washed = changed(draft, |parts| parts.contributions.clear());
        assert_refused(&tx.campaigns().update(washed).await, "contributions");
    });
}
