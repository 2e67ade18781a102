//! Marketing goes to those whose word allows it.

use chrono::TimeDelta;
use offerkit_core::{
    domain::{
        Campaign, Channel, ClaimRules, Consent, ConsentMode, ConsentWord, ContactRules,
        DeliveryStatus, Purpose, Scope,
    },
    id::CustomerId,
    policy::Job,
    services::Error,
    time::{TimeZone, Timestamp},
};

use crate::{
    Adapter, Failure, Outcome,
    cases::{cases, fails},
    world::World,
};

use DeliveryStatus::{Sending, Suppressed};

cases! { rules::consents:
    marketing_goes_to_those_who_agreed,
    where_no_word_is_a_yes_marketing_goes_to_all_but_those_who_withdrew,
    a_service_message_needs_no_consent,
    a_word_is_about_one_purpose_and_channel,
    the_last_word_counts_by_when_it_was_said,
    a_word_that_is_kept_before_a_claim_binds_it,
    a_claim_goes_on_past_those_whom_it_withholds,
    a_changed_purpose_needs_a_new_launch,
    words_are_kept_for_ever_and_once,
}

pub(crate) async fn marketed<B: Adapter>(w: &World<B>) -> Result<Campaign, Failure> {
    let offer = w.tenant.approved_offer("Cashback").await?;
    let mut draft = w.tenant.campaign(offer.id())?;
    draft.purpose = Purpose::Marketing;
    let campaign = w.tenant.launched_campaign(draft).await?;
    w.job(Job::Audience).fill(campaign.id()).await?;
    Ok(campaign)
}

pub(crate) async fn agree<B: Adapter>(w: &World<B>, customers: &[CustomerId]) -> Outcome {
    let words = customers
        .iter()
        .map(|customer| word(*customer, ConsentWord::Given, w.now()))
        .collect::<Result<Vec<_>, _>>()?;
    w.platform.as_root().consents().import(words).await?;
    Ok(())
}

fn word(customer: CustomerId, word: ConsentWord, said_at: Timestamp) -> Result<Consent, Failure> {
    Ok(Consent {
        customer,
        purpose: Purpose::Marketing,
        channel: Channel::Email,
        said_at,
        word,
        source: "form".parse()?,
    })
}

async fn says<B: Adapter>(
    w: &World<B>,
    customer: CustomerId,
    said: ConsentWord,
    said_at: Timestamp,
) -> Result<u64, Failure> {
    let consents = w.platform.as_root().consents();
    Ok(consents
        .import(vec![word(customer, said, said_at)?])
        .await?)
}

fn contact<B: Adapter>(consent: ConsentMode, w: &World<B>) -> ClaimRules {
    let rules = ContactRules {
        consent,
        ..ContactRules::default()
    };
    let end = w.now().plus(TimeDelta::days(9));
    rules.for_claims(Purpose::Marketing, TimeZone::UTC, end)
}

async fn set_mode<B: Adapter>(w: &World<B>, consent: ConsentMode) -> Outcome {
    let configuration = w.configuration(&w.tenant.admin);
    let current = configuration.current().await?;
    let mut settings = current.settings.clone();
    settings.contact.consent = consent;
    configuration.publish(current.version, settings).await?;
    Ok(())
}

pub(crate) fn codes(outcomes: &[(DeliveryStatus, String)]) -> Vec<(DeliveryStatus, &str)> {
    outcomes
        .iter()
        .map(|(status, why)| (*status, &**why))
        .collect()
}

fn three(customers: &[CustomerId]) -> Result<[CustomerId; 3], Failure> {
    <[CustomerId; 3]>::try_from(customers).map_err(|_| "three customers".into())
}

async fn marketing_goes_to_those_who_agreed<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let [yes, no, _] = three(&w.platform.customers(3).await?)?;
    agree(&w, &[yes, no]).await?;
    let consents = w.platform.as_root().consents();
    w.pass(TimeDelta::seconds(1));
    let (purpose, source) = (Purpose::Marketing, "phone".parse()?);
    consents
        .withdraw(no, purpose, Channel::Email, source)
        .await?;
    let campaign = marketed(&w).await?;
    let report = w.sent(&campaign).await?;
    assert_eq!((report.sent, report.suppressed), (1, 2));
    let outcomes = w.outcomes(&campaign).await?;
    let none = (Suppressed, "no_consent");
    assert_eq!(codes(&outcomes), [(DeliveryStatus::Sent, ""), none, none]);
    Ok(())
}

async fn where_no_word_is_a_yes_marketing_goes_to_all_but_those_who_withdrew<B: Adapter>(
    store: &B,
) -> Outcome {
    let w = World::new(store).await?;
    let [_, no, _] = three(&w.platform.customers(3).await?)?;
    says(&w, no, ConsentWord::Withdrawn, w.now()).await?;
    set_mode(&w, ConsentMode::OptOut).await?;
    let campaign = marketed(&w).await?;
    let report = w.sent(&campaign).await?;
    assert_eq!((report.sent, report.suppressed), (2, 1));
    let outcomes = w.outcomes(&campaign).await?;
    let expected = (Suppressed, "no_consent");
    assert_eq!(codes(&outcomes).get(1), Some(&expected));
    Ok(())
}

async fn a_service_message_needs_no_consent<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let (campaign, customers) = w.filled(2).await?;
    assert_eq!(campaign.plan().purpose, Purpose::Service);
    for customer in customers {
        says(&w, customer, ConsentWord::Withdrawn, w.now()).await?;
    }
    assert_eq!(w.sent(&campaign).await?.sent, 2);
    Ok(())
}

async fn a_word_is_about_one_purpose_and_channel<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let customers = w.platform.customers(1).await?;
    let [customer] = customers.as_slice() else {
        return Err("one customer".into());
    };
    let consents = w.platform.as_root().consents();
    for (purpose, channel) in [
        (Purpose::Marketing, Channel::Sms),
        (Purpose::Service, Channel::Email),
    ] {
        let source = "form".parse()?;
        consents.give(*customer, purpose, channel, source).await?;
    }
    let campaign = marketed(&w).await?;
    assert_eq!(w.sent(&campaign).await?.suppressed, 1);
    Ok(())
}

async fn the_last_word_counts_by_when_it_was_said<B: Adapter>(store: &B) -> Outcome {
    use ConsentWord::{Given, Withdrawn};
    let w = World::new(store).await?;
    let [late, back, same] = three(&w.platform.customers(3).await?)?;
    let (before, now) = (w.now().minus(TimeDelta::days(1)), w.now());
    // What was said first arrives last.
    says(&w, late, Withdrawn, now).await?;
    says(&w, late, Given, before).await?;
    says(&w, back, Given, now).await?;
    says(&w, back, Withdrawn, before).await?;
    says(&w, same, Withdrawn, now).await?;
    says(&w, same, Given, now).await?;
    let campaign = marketed(&w).await?;
    w.sent(&campaign).await?;
    let none = (Suppressed, "no_consent");
    let outcomes = w.outcomes(&campaign).await?;
    assert_eq!(codes(&outcomes), [none, (DeliveryStatus::Sent, ""), none]);
    let consents = w.platform.as_root().consents();
    let words = consents.of(same).await?;
    let said: Vec<_> = words.iter().map(|it| it.word).collect();
    assert_eq!(said, [Withdrawn, Given], "the one that counts first");
    Ok(())
}

async fn a_word_that_is_kept_before_a_claim_binds_it<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let customers = w.platform.customers(2).await?;
    let [first, second] = customers.as_slice() else {
        return Err("two customers".into());
    };
    agree(&w, &customers).await?;
    let campaign = marketed(&w).await?;
    let rules = contact(ConsentMode::OptIn, &w);
    let one = w.request(&campaign, 1);
    let claimed = store.claim_by_rules(store, &one, &rules).await?.rows;
    assert_eq!(crate::audience::customers(&claimed), [*first]);
    w.pass(TimeDelta::microseconds(1));
    for customer in &customers {
        says(&w, *customer, ConsentWord::Withdrawn, w.now()).await?;
    }
    let next = w.request(&campaign, 1);
    let claim = store.claim_by_rules(store, &next, &rules).await?;
    assert_eq!((claim.rows.len(), claim.suppressed), (0, 1));
    let rows = w.ledger_rows(&campaign).await?;
    let row = rows.iter().find(|row| row.key.customer == *second);
    let row = row.ok_or("no such row")?;
    assert_eq!(
        (row.status, row.reason.as_deref()),
        (Suppressed, Some("no_consent"))
    );
    assert_eq!((row.attempts, row.updated_at), (0, w.now()));
    assert_eq!(rows.iter().filter(|row| row.status == Sending).count(), 1);
    Ok(())
}

/// First seen to fail with a claim that looks at as many rows as it takes, and no further.
async fn a_claim_goes_on_past_those_whom_it_withholds<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let customers = w.platform.customers(40).await?;
    let last = customers.get(38..).unwrap_or_default();
    agree(&w, last).await?;
    let campaign = marketed(&w).await?;
    let rules = contact(ConsentMode::OptIn, &w);
    let (mut taken, mut suppressed) = (Vec::new(), 0);
    for _ in 0..45 {
        let two = w.request(&campaign, 2);
        let claim = store.claim_by_rules(store, &two, &rules).await?;
        suppressed += claim.suppressed;
        taken.extend(crate::audience::customers(&claim.rows));
        if claim.rows.is_empty() && !claim.has_more {
            assert_eq!((taken.as_slice(), suppressed), (last, 38));
            return Ok(());
        }
        assert!(
            !claim.rows.is_empty() || claim.suppressed > 0,
            "it makes way"
        );
    }
    Err("the claims have no end".into())
}

async fn a_changed_purpose_needs_a_new_launch<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let (campaign, _) = w.filled(1).await?;
    let campaign = w.paused(&w.tenant.admin, &campaign).await?;
    let mut draft = crate::acts::written(&campaign);
    draft.purpose = Purpose::Marketing;
    let campaigns = w.campaigns(&w.tenant.creator);
    let edited = campaigns
        .edit(campaign.id(), campaign.revision(), draft)
        .await?;
    assert_eq!(edited.plan().purpose, Purpose::Marketing);
    assert_eq!(edited.revision(), campaign.revision().next());
    fails!(
        w.campaigns(&w.tenant.admin).resume(campaign.id()).await,
        Error::Transition(_)
    );
    let found = campaigns.get(campaign.id()).await?;
    assert_eq!(found, edited, "as it was stored");
    Ok(())
}

async fn words_are_kept_for_ever_and_once<B: Adapter>(store: &B) -> Outcome {
    use ConsentWord::{Given, Withdrawn};
    let w = World::new(store).await?;
    let customers = w.platform.customers(1).await?;
    let [customer] = customers.as_slice() else {
        return Err("one customer".into());
    };
    let before = w.now().minus(TimeDelta::days(9));
    let first = word(*customer, Given, before)?;
    let last = word(*customer, Withdrawn, w.now())?;
    let consents = w.platform.as_root().consents();
    let from = w.records(Scope::Platform).await?.len();
    assert_eq!(consents.import(vec![first.clone(), last.clone()]).await?, 2);
    assert_eq!(consents.import(vec![first.clone()]).await?, 0);
    assert_eq!(consents.of(*customer).await?, [last, first]);
    let kept = ["consent.keep"; 2];
    assert_eq!(w.actions(Scope::Platform, from).await?, kept);
    let late = word(*customer, Given, w.now().plus(TimeDelta::microseconds(1)))?;
    fails!(consents.import(vec![late]).await, Error::Invalid(_));
    w.platform.as_root().customers().erase(*customer).await?;
    assert_eq!(consents.of(*customer).await?.len(), 2, "evidence");
    Ok(())
}
