//! Which offers one customer qualifies for, and why not for the others.

use chrono::TimeDelta;
use offerkit_core::{
    domain::{Campaign, customer::CustomerFieldError},
    id::{CustomerId, OfferId},
    policy::Job,
    services::{Error, JudgedCampaign, JudgedCustomer, OfferDraft},
    testing::offer_data,
};

use crate::{
    Adapter, Failure, Outcome,
    acts::denied,
    cases::{cases, fails},
    world::World,
};

cases! { rules::eligibility:
    a_customer_qualifies_where_a_running_campaign_selects_them,
    what_decided_against_a_customer_is_told_without_values,
    offers_that_are_not_live_are_left_out,
    campaigns_that_do_not_run_select_nobody,
    what_a_customer_was_sent_counts,
    an_inactive_customer_qualifies_for_nothing,
    looking_is_recorded_and_takes_a_permission,
    criteria_of_ones_own_are_explained,
}

impl<B: Adapter> World<B> {
    /// A customer with other values in some columns.
    async fn someone(&self, columns: &[(&str, &str)]) -> Result<CustomerId, Failure> {
        let customer: Result<_, CustomerFieldError> = self.platform.customer(columns);
        let customer = customer?;
        let id = customer.id();
        let customers = self.platform.as_root().customers();
        customers.import(vec![customer]).await?;
        Ok(id)
    }

    /// An active campaign of an offer of its own, with these criteria.
    async fn running(&self, title: &str, criteria: &str) -> Result<Campaign, Failure> {
        let offer = self.tenant.approved_offer(title).await?;
        let mut draft = self.tenant.campaign(offer.id())?;
        draft.selection_criteria = criteria.to_owned();
        Ok(self.tenant.launched_campaign(draft).await?)
    }

    async fn judged(&self, customer: CustomerId) -> Result<JudgedCustomer, Error> {
        let admin = self.tenant.acting(&self.tenant.admin);
        admin.eligibility(self.tenant.id).of(customer).await
    }
}

/// Of each offer, whether the customer qualifies.
fn told(judged: &JudgedCustomer) -> Vec<(OfferId, bool)> {
    let offers = judged.offers.iter();
    offers.map(|it| (it.offer, it.qualifies)).collect()
}

/// The campaigns that stand under an offer.
fn campaigns(judged: &JudgedCustomer, offer: OfferId) -> &[JudgedCampaign] {
    let offer = judged.offers.iter().find(|it| it.offer == offer);
    offer.map_or(&[], |offer| &offer.campaigns)
}

async fn a_customer_qualifies_where_a_running_campaign_selects_them<B: Adapter>(
    store: &B,
) -> Outcome {
    let w = World::new(store).await?;
    let pune = w.someone(&[("city", "Pune")]).await?;
    let delhi = w.someone(&[("city", "Delhi")]).await?;
    let alone = w.tenant.approved_offer("nobody sends it").await?.id();
    let everybody = w.running("everybody", r#"{"$everyone": true}"#).await?;
    let city = w.running("city", r#"{"city": "Pune"}"#).await?;
    let (everybody, city) = (everybody.plan().offer, city.plan().offer);
    let expected = [(city, true), (everybody, true), (alone, false)];
    assert_eq!(told(&w.judged(pune).await?), expected);
    let expected = [(city, false), (everybody, true), (alone, false)];
    let judged = w.judged(delhi).await?;
    assert_eq!(told(&judged), expected);
    assert_eq!(judged.at, w.now());
    assert_eq!(campaigns(&judged, alone), []);
    // It is what a filling would do.
    let filled = w.campaigns(&w.tenant.creator);
    for (criteria, count) in [(r#"{"city": "Pune"}"#, 1), (r#"{"$everyone": true}"#, 2)] {
        assert_eq!(filled.preview_criteria(criteria).await?.count, count);
    }
    Ok(())
}

async fn what_decided_against_a_customer_is_told_without_values<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let someone = w.someone(&[("city", "Delhi"), ("state", "Goa")]).await?;
    let criteria = r#"{"state": "Goa", "city": "Pune", "credit_score": {"$gte": 700}, "$not": {"segment": "premium"}}"#;
    let campaign = w.running("hard to get", criteria).await?;
    let judged = w.judged(someone).await?;
    let [under] = campaigns(&judged, campaign.plan().offer) else {
        return Err("one campaign".into());
    };
    assert!(!under.qualifies);
    let unmet = under.unmet.iter();
    let unmet: Vec<_> = unmet
        .map(|it| (&*it.asks, &*it.pointer, it.holds, it.has_value))
        .collect();
    let expected = [
        (r#"city is "Pune""#, "/city", false, Some(true)),
        (
            "credit_score is at least 700",
            "/credit_score/$gte",
            false,
            Some(false),
        ),
        (r#"segment is "premium""#, "/$not/segment", true, Some(true)),
    ];
    assert_eq!(unmet, expected);
    Ok(())
}

async fn offers_that_are_not_live_are_left_out<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let someone = w.someone(&[]).await?;
    w.tenant.draft_offer("draft").await?;
    w.tenant.submitted_offer("submitted").await?;
    let retired = w.running("retired", r#"{"$everyone": true}"#).await?;
    let deciding = w.offers(&w.tenant.approver);
    deciding
        .retire(retired.plan().offer, &"a test".parse()?)
        .await?;
    let today = w.now().date();
    let mut ended: OfferDraft = offer_data("ends tomorrow").into();
    ended.validity.until = Some(today + TimeDelta::days(1));
    let writing = w.offers(&w.tenant.creator);
    let offer = writing.create(ended).await?;
    let submitted = writing.submit(offer.id(), offer.revision()).await?.offer;
    deciding
        .approve(offer.id(), submitted.revision(), None)
        .await?;
    assert_eq!(told(&w.judged(someone).await?), [(offer.id(), false)]);
    w.pass(TimeDelta::days(2));
    assert_eq!(told(&w.judged(someone).await?), []);
    Ok(())
}

async fn campaigns_that_do_not_run_select_nobody<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let someone = w.someone(&[]).await?;
    let campaign = w.running("spring", r#"{"$everyone": true}"#).await?;
    let offer = campaign.plan().offer;
    w.tenant
        .requested_campaign(w.tenant.campaign(offer)?)
        .await?;
    let judged = w.judged(someone).await?;
    let running = campaigns(&judged, offer).iter();
    let running: Vec<_> = running.map(|it| (it.campaign, it.qualifies)).collect();
    assert_eq!(running, [(campaign.id(), true)]);
    let operating = w.campaigns(&w.tenant.admin);
    operating.pause(campaign.id(), &"a test".parse()?).await?;
    assert_eq!(told(&w.judged(someone).await?), [(offer, false)]);
    operating.resume(campaign.id()).await?;
    assert_eq!(told(&w.judged(someone).await?), [(offer, true)]);
    w.pass(TimeDelta::days(31));
    assert_eq!(told(&w.judged(someone).await?), [(offer, false)]);
    Ok(())
}

// First seen to fail with criteria that are held against no history.
async fn what_a_customer_was_sent_counts<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let early = w.someone(&[]).await?;
    let first = w.running("first", r#"{"$everyone": true}"#).await?;
    w.job(Job::Audience).fill(first.id()).await?;
    w.sent(&first).await?;
    let late = w.someone(&[]).await?;
    let offer = first.plan().offer;
    let criteria = format!(r#"{{"$received": {{"offer": "{offer}", "status": "sent"}}}}"#);
    let second = w.running("second", &criteria).await?.plan().offer;
    assert_eq!(
        told(&w.judged(early).await?),
        [(second, true), (offer, true)]
    );
    assert_eq!(
        told(&w.judged(late).await?),
        [(second, false), (offer, true)]
    );
    Ok(())
}

// First seen to fail with the criteria alone asked.
async fn an_inactive_customer_qualifies_for_nothing<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let gone = w.someone(&[("is_active", "false")]).await?;
    let campaign = w.running("spring", r#"{"$everyone": true}"#).await?;
    let judged = w.judged(gone).await?;
    assert!(!judged.is_active);
    assert_eq!(told(&judged), [(campaign.plan().offer, false)]);
    Ok(())
}

async fn looking_is_recorded_and_takes_a_permission<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let someone = w.someone(&[]).await?;
    let from = w.records(w.scope()).await?.len();
    w.judged(someone).await?;
    let records = w.records(w.scope()).await?;
    let [record] = records.get(from..).unwrap_or_default() else {
        return Err("one record".into());
    };
    assert_eq!(record.action.as_str(), "customer.judge");
    assert_eq!(record.subject, someone.into());
    for who in [&w.tenant.creator, &w.tenant.approver, &w.tenant.reader] {
        let eligibility = w.tenant.acting(who).eligibility(w.tenant.id);
        denied(eligibility.of(someone).await, "missing_permission")?;
    }
    let absent = CustomerId::from_uuid(w.uuid());
    fails!(w.judged(absent).await, Error::NotFound("customer"));
    let other = w.platform.tenant("other").await?;
    let outside = w.tenant.acting(&other.admin).eligibility(w.tenant.id);
    fails!(outside.of(someone).await, Error::NotFound("tenant"));
    Ok(())
}

async fn criteria_of_ones_own_are_explained<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let someone = w.someone(&[("city", "Delhi")]).await?;
    let campaigns = w.campaigns(&w.tenant.admin);
    let told = campaigns
        .explain_criteria(r#"{"city": "Delhi"}"#, someone)
        .await?;
    assert!(told.is_selected && told.is_active);
    assert_eq!(
        told.explanation.to_string(),
        r#"yes  city is "Delhi" [a value]"#
    );
    let told = campaigns
        .explain_criteria(r#"{"city": "Pune"}"#, someone)
        .await?;
    assert!(!told.is_selected);
    let wrong = campaigns.explain_criteria(r#"{"citi": "Pune"}"#, someone);
    fails!(wrong.await, Error::Criteria(_));
    let writing = w.campaigns(&w.tenant.creator);
    let refused = writing.explain_criteria(r#"{"city": "Pune"}"#, someone);
    denied(refused.await, "missing_permission")?;
    let checked = writing.check_criteria(r#"{"city": "Pune"}"#).await?;
    assert_eq!(&*checked.criteria.source, r#"{"city": "Pune"}"#);
    Ok(())
}
