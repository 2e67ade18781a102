//! Criteria that ask what customers were sent: the deliveries of the tenant, as the ledger has them.

use chrono::TimeDelta;
use offerkit_core::{
    domain::{Campaign, RunStatus},
    policy::Job,
    ports::Outcome as Answer,
    services::{Context, Error},
    testing::TestTenant,
};

use crate::{
    Adapter, Failure, Outcome,
    acts::written,
    cases::{cases, fails},
    world::World,
};

cases! { rules::received:
    who_received_an_offer_is_selected,
    what_became_of_a_delivery_is_asked_as_it_is_now,
    who_did_not_receive_is_everybody_else,
    a_period_reaches_from_its_first_moment_to_now,
    every_delivery_counts_once,
    every_part_is_asked_of_the_same_delivery,
    a_delivery_belongs_to_the_offer_it_was_sent_for,
    another_tenants_deliveries_do_not_count,
    a_filling_leaves_out_who_received_already,
    a_launched_campaign_outlives_the_offer_that_it_asks_for,
}

/// A campaign of a new offer to every customer, filled and sent.
async fn sent<B: Adapter>(w: &World<B>) -> Result<Campaign, Failure> {
    let campaign = w.launched().await?;
    w.job(Job::Audience).fill(campaign.id()).await?;
    w.sent(&campaign).await?;
    Ok(campaign)
}

/// How many customers have received what `parts` say.
async fn received<B: Adapter>(w: &World<B>, parts: &str) -> Result<u64, Failure> {
    counted(w, &format!(r#"{{"$received": {{{parts}}}}}"#)).await
}

async fn counted<B: Adapter>(w: &World<B>, criteria: &str) -> Result<u64, Failure> {
    counted_by(&w.tenant, criteria).await
}

async fn counted_by(tenant: &TestTenant, criteria: &str) -> Result<u64, Failure> {
    let campaigns = tenant.acting(&tenant.creator).campaigns(tenant.id);
    Ok(campaigns.preview_criteria(criteria).await?.count)
}

fn offer(campaign: &Campaign) -> String {
    format!(r#""offer": "{}""#, campaign.plan().offer)
}

fn campaign(campaign: &Campaign) -> String {
    format!(r#""campaign": "{}""#, campaign.id())
}

async fn who_received_an_offer_is_selected<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    w.platform.customers(3).await?;
    let first = sent(&w).await?;
    w.platform.customers(2).await?;
    let second = w.launched().await?;
    assert_eq!(received(&w, &offer(&first)).await?, 3);
    assert_eq!(received(&w, &campaign(&first)).await?, 3);
    assert_eq!(received(&w, &offer(&second)).await?, 0);
    // What the index of an adapter learnt after it was first asked counts too.
    w.job(Job::Audience).fill(second.id()).await?;
    assert_eq!(received(&w, &campaign(&second)).await?, 5);
    let either = format!(r#""campaign": ["{}", "{}"]"#, first.id(), second.id());
    assert_eq!(received(&w, &either).await?, 5);
    Ok(())
}

async fn what_became_of_a_delivery_is_asked_as_it_is_now<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    w.platform.customers(3).await?;
    let reason = "no such mailbox".to_owned();
    w.platform.email.script(Some(Answer::Failed {
        reason,
        address_is_dead: false,
    }));
    let campaign = w.launched().await?;
    w.job(Job::Audience).fill(campaign.id()).await?;
    let with = |status: &str| format!(r#"{}, "status": {status}"#, offer(&campaign));
    let (sent, failed) = (with(r#""sent""#), with(r#""failed""#));
    let pending = with(r#""pending""#);
    assert_eq!(received(&w, &pending).await?, 3);
    w.sent(&campaign).await?;
    assert_eq!(received(&w, &pending).await?, 0);
    assert_eq!(received(&w, &sent).await?, 2);
    assert_eq!(received(&w, &failed).await?, 1);
    assert_eq!(received(&w, &with(r#"["sent", "failed"]"#)).await?, 3);
    assert_eq!(received(&w, r#""status": "sent""#).await?, 2);
    Ok(())
}

async fn who_did_not_receive_is_everybody_else<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    w.platform.customers(3).await?;
    let campaign = sent(&w).await?;
    w.platform.customers(4).await?;
    let parts = offer(&campaign);
    let not = format!(r#"{{"$not": {{"$received": {{{parts}}}}}}}"#);
    assert_eq!(counted(&w, &not).await?, 4);
    let neither = format!(r#"{{"$nor": [{{"$received": {{{parts}}}}}, {{"city": "Pune"}}]}}"#);
    assert_eq!(counted(&w, &neither).await?, 4);
    let either = format!(r#"{{"$or": [{{"$received": {{{parts}}}}}, {not}]}}"#);
    assert_eq!(counted(&w, &either).await?, 7);
    Ok(())
}

async fn a_period_reaches_from_its_first_moment_to_now<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    w.platform.customers(2).await?;
    let first = sent(&w).await?;
    w.pass(TimeDelta::days(7));
    let within = |campaign: &Campaign, period: &str| {
        format!(r#"{}, "within_last": {{{period}}}"#, offer(campaign))
    };
    assert_eq!(received(&w, &within(&first, r#""weeks": 1"#)).await?, 2);
    assert_eq!(received(&w, &within(&first, r#""hours": 168"#)).await?, 2);
    assert_eq!(received(&w, &within(&first, r#""days": 6"#)).await?, 0);
    w.pass(TimeDelta::milliseconds(1));
    assert_eq!(received(&w, &within(&first, r#""weeks": 1"#)).await?, 0);
    // What was never sent lies in no period.
    let waiting = w.launched().await?;
    w.job(Job::Audience).fill(waiting.id()).await?;
    assert_eq!(received(&w, &within(&waiting, r#""weeks": 1"#)).await?, 0);
    Ok(())
}

async fn every_delivery_counts_once<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    w.platform.customers(2).await?;
    sent(&w).await?;
    w.platform.customers(3).await?;
    sent(&w).await?;
    w.platform.customers(1).await?;
    let times = async |at_least: u32| {
        let parts = format!(r#""status": "sent", "at_least": {at_least}"#);
        received(&w, &parts).await
    };
    assert_eq!(times(1).await?, 5);
    assert_eq!(times(2).await?, 2);
    assert_eq!(times(3).await?, 0);
    Ok(())
}

async fn every_part_is_asked_of_the_same_delivery<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    w.platform.customers(2).await?;
    let old = sent(&w).await?;
    w.pass(TimeDelta::days(3));
    let new = w.launched().await?;
    w.job(Job::Audience).fill(new.id()).await?;
    let of =
        |campaign: &Campaign, status: &str| format!(r#"{}, "status": "{status}""#, offer(campaign));
    assert_eq!(received(&w, &of(&old, "sent")).await?, 2);
    assert_eq!(received(&w, &of(&old, "pending")).await?, 0);
    assert_eq!(received(&w, &of(&new, "sent")).await?, 0);
    let crossed = format!("{}, {}", offer(&old), campaign(&new));
    assert_eq!(received(&w, &crossed).await?, 0);
    w.sent(&new).await?;
    let recent = r#""status": "sent", "within_last": {"days": 1}"#;
    assert_eq!(
        received(&w, &format!("{recent}, {}", offer(&old))).await?,
        0
    );
    assert_eq!(received(&w, recent).await?, 2);
    Ok(())
}

// Seen to fail where a run does not keep its offer and a campaign's present one is taken.
async fn a_delivery_belongs_to_the_offer_it_was_sent_for<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    w.platform.customers(2).await?;
    let first = sent(&w).await?;
    let creator = &w.tenant.creator;
    w.paused(creator, &first).await?;
    let mut draft = written(&first);
    draft.offer = w.tenant.approved_offer("Another").await?.id();
    let (id, seen) = (first.id(), first.revision());
    let edited = w.campaigns(creator).edit(id, seen, draft).await?;
    w.platform.customers(1).await?;
    let edited = w.requested(creator, &edited).await?;
    let second = w.launched_by(&w.tenant.approver, &edited).await?;
    w.job(Job::Audience).fill(id).await?;
    w.sent(&second).await?;
    assert_eq!(received(&w, &offer(&first)).await?, 2);
    assert_eq!(received(&w, &offer(&second)).await?, 1);
    assert_eq!(received(&w, &campaign(&first)).await?, 3);
    Ok(())
}

// Seen to fail where the history of every tenant is asked.
async fn another_tenants_deliveries_do_not_count<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    w.platform.customers(3).await?;
    let twin = w.platform.tenant("card").await?;
    let offer = twin.approved_offer("Card").await?;
    let campaign = twin.launched_campaign(twin.campaign(offer.id())?).await?;
    let job = |job| twin.acting(&Context::job(job)).deliveries(twin.id);
    job(Job::Audience).fill(campaign.id()).await?;
    job(Job::Delivery).run(campaign.id()).await?;
    let criteria = r#"{"$received": {"status": "sent"}}"#;
    assert_eq!(counted_by(&twin, criteria).await?, 3);
    assert_eq!(counted(&w, criteria).await?, 0);
    sent(&w).await?;
    let twice = r#"{"$received": {"status": "sent", "at_least": 2}}"#;
    assert_eq!(counted(&w, twice).await?, 0);
    Ok(())
}

async fn a_filling_leaves_out_who_received_already<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    w.platform.customers(3).await?;
    let first = sent(&w).await?;
    w.platform.customers(2).await?;
    let mut draft = w.tenant.campaign(first.plan().offer)?;
    draft.selection_criteria = format!(r#"{{"$not": {{"$received": {{{}}}}}}}"#, offer(&first));
    let second = w.tenant.launched_campaign(draft).await?;
    let run = w.job(Job::Audience).fill(second.id()).await?;
    assert_eq!((run.status, run.added), (RunStatus::Finished, 2));
    assert_eq!(w.sent(&second).await?.sent, 2);
    assert_eq!(received(&w, &offer(&first)).await?, 5);
    Ok(())
}

// Seen to fail where what a launched campaign names is looked up again.
async fn a_launched_campaign_outlives_the_offer_that_it_asks_for<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    w.platform.customers(2).await?;
    let idea = w.tenant.draft_offer("An idea").await?;
    let offer = w.tenant.approved_offer("Cashback").await?;
    let mut draft = w.tenant.campaign(offer.id())?;
    draft.selection_criteria = format!(
        r#"{{"$not": {{"$received": {{"offer": "{}"}}}}}}"#,
        idea.id()
    );
    let campaign = w.tenant.launched_campaign(draft.clone()).await?;
    w.offers(&w.tenant.admin).delete(idea.id()).await?;
    let run = w.job(Job::Audience).fill(campaign.id()).await?;
    assert_eq!(run.added, 2);
    let again = w.campaigns(&w.tenant.creator).create(draft).await;
    fails!(again, Error::Criteria(_));
    Ok(())
}
