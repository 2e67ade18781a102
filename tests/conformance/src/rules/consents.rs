//! Marketing goes to those whose word allows it, and to no address that is suppressed.

use chrono::TimeDelta;
use offerkit_core::{
    domain::{
        Campaign, Channel, ClaimRules, Consent, ConsentMode, ConsentWord, ContactRules, Customer,
        DeliveryStatus, Purpose, Scope, SuppressionReason,
    },
    id::CustomerId,
    policy::Job,
    ports::Outcome as Sent,
    services::{Error, OptOutLinks},
    time::{TimeZone, Timestamp},
};

use crate::{
    Adapter, Failure, Outcome,
    acts::denied,
    cases::{cases, fails},
    world::World,
};

use DeliveryStatus::{Failed, Pending, Sending, Suppressed};

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
    only_super_admins_keep_words_and_suppress_addresses,
    a_link_opts_out_without_a_login,
    a_wrong_link_tells_nothing,
    nothing_is_sent_to_a_suppressed_address,
    a_suppressed_address_outlives_its_customer,
    a_dead_address_is_suppressed,
    a_complaint_suppresses_the_address,
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

fn codes(outcomes: &[(DeliveryStatus, String)]) -> Vec<(DeliveryStatus, &str)> {
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
    assert_eq!(codes(&outcomes)[1], (Suppressed, "no_consent"));
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
    let claimed = store.claim_by_rules(&one, &rules).await?.rows;
    assert_eq!(crate::audience::customers(&claimed), [*first]);
    w.pass(TimeDelta::microseconds(1));
    for customer in &customers {
        says(&w, *customer, ConsentWord::Withdrawn, w.now()).await?;
    }
    let next = w.request(&campaign, 1);
    let claim = store.claim_by_rules(&next, &rules).await?;
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
        let claim = store.claim_by_rules(&two, &rules).await?;
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

async fn only_super_admins_keep_words_and_suppress_addresses<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let customers = w.platform.customers(1).await?;
    let [customer] = customers.as_slice() else {
        return Err("one customer".into());
    };
    let admin = w.acting(&w.tenant.admin);
    let (purpose, source) = (Purpose::Marketing, "form".parse()?);
    let (email, address) = (Channel::Email, "asha@example.com");
    let code = "not_super_admin";
    denied(
        admin
            .consents()
            .give(*customer, purpose, email, source)
            .await,
        code,
    )?;
    denied(admin.consents().of(*customer).await, code)?;
    denied(admin.suppressions().add(email, address).await, code)?;
    denied(admin.suppressions().remove(email, address).await, code)?;
    denied(admin.suppressions().find(email, address).await, code)?;
    let root = w.platform.as_root();
    assert_eq!(root.consents().of(*customer).await?, []);
    assert_eq!(root.suppressions().find(email, address).await?, None);
    Ok(())
}

const BASE: &str = "https://bank.example/opt-out?token=";

async fn linked<B: Adapter>(store: &B) -> Result<World<B>, Failure> {
    let links = OptOutLinks::new(BASE, &[7; 32])?;
    World::with(store, |builder| builder.opt_out_links(links)).await
}

async fn a_link_opts_out_without_a_login<B: Adapter>(store: &B) -> Outcome {
    let w = linked(store).await?;
    let customers = w.platform.customers(2).await?;
    agree(&w, &customers).await?;
    let campaign = marketed(&w).await?;
    w.sent(&campaign).await?;
    let messages = w.platform.email.messages();
    let first = messages.first().ok_or("no message")?;
    let url = first.unsubscribe_url.clone().ok_or("no link")?;
    let token = url.strip_prefix(BASE).ok_or("another base")?;
    w.pass(TimeDelta::minutes(1));
    w.platform.kit.unsubscribe(token).await?;
    let consents = w.platform.as_root().consents();
    let customer = first.key.customer;
    let words = consents.of(customer).await?;
    w.pass(TimeDelta::minutes(1));
    w.platform.kit.unsubscribe(token).await?;
    assert_eq!(consents.of(customer).await?, words, "once is enough");
    let last = words.first().ok_or("no word")?;
    assert_eq!(
        (last.word, last.source.as_str()),
        (ConsentWord::Withdrawn, "opt_out_link")
    );
    let other = marketed(&w).await?;
    let report = w.sent(&other).await?;
    assert_eq!((report.sent, report.suppressed), (1, 1));
    let (service, _) = w.filled(0).await?;
    w.sent(&service).await?;
    let messages = w.platform.email.messages();
    let last = messages.last().ok_or("no message")?;
    assert_eq!(last.unsubscribe_url, None, "a service message has no link");
    Ok(())
}

async fn a_wrong_link_tells_nothing<B: Adapter>(store: &B) -> Outcome {
    let w = linked(store).await?;
    let customers = w.platform.customers(1).await?;
    let [customer] = customers.as_slice() else {
        return Err("one customer".into());
    };
    let forged = OptOutLinks::new(BASE, &[8; 32])?;
    let forged = forged.link(*customer, Channel::Email, Purpose::Marketing);
    let forged = forged.strip_prefix(BASE).ok_or("another base")?;
    let mut told = Vec::new();
    for token in [
        "",
        "x",
        &forged,
        &forged.replace('0', "1"),
        &customer.to_string(),
    ] {
        let error = fails!(w.platform.kit.unsubscribe(token).await, Error::NotFound(_));
        told.push(error.to_string());
    }
    told.dedup();
    assert_eq!(told, ["there is no such opt-out link"]);
    assert_eq!(w.platform.as_root().consents().of(*customer).await?, []);
    Ok(())
}

async fn import<B: Adapter>(w: &World<B>, columns: &[(&str, &str)]) -> Result<Customer, Failure> {
    let customer = w.platform.customer(columns)?;
    let customers = w.platform.as_root().customers();
    customers.import(vec![customer.clone()]).await?;
    Ok(customer)
}

async fn nothing_is_sent_to_a_suppressed_address<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    import(&w, &[("email", "asha@example.com")]).await?;
    let root = w.platform.as_root();
    let suppressions = root.suppressions();
    let from = w.records(Scope::Platform).await?.len();
    assert!(suppressions.add(Channel::Email, "Asha@Example.com").await?);
    assert!(!suppressions.add(Channel::Email, "asha@example.com").await?);
    let (campaign, _) = w.filled(1).await?;
    let report = w.sent(&campaign).await?;
    assert_eq!((report.sent, report.suppressed), (1, 1));
    let outcomes = w.outcomes(&campaign).await?;
    assert_eq!(codes(&outcomes)[0], (Suppressed, "suppressed_address"));
    let found = suppressions
        .find(Channel::Email, "asha@example.com")
        .await?;
    let found = found.ok_or("not suppressed")?;
    assert_eq!(found.reason, SuppressionReason::ByHand);
    assert!(
        suppressions
            .remove(Channel::Email, "asha@example.com")
            .await?
    );
    assert!(
        !suppressions
            .remove(Channel::Email, "asha@example.com")
            .await?
    );
    let (again, _) = w.filled(0).await?;
    assert_eq!(w.sent(&again).await?.sent, 2);
    let actions = w.actions(Scope::Platform, from).await?;
    let of_addresses = actions.iter().filter(|it| it.starts_with("address."));
    let expected = [
        "address.suppress",
        "address.suppress",
        "address.release",
        "address.release",
    ];
    assert_eq!(of_addresses.copied().collect::<Vec<_>>(), expected);
    Ok(())
}

async fn a_suppressed_address_outlives_its_customer<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let asha = import(&w, &[("email", "asha@example.com")]).await?;
    let root = w.platform.as_root();
    root.suppressions()
        .add(Channel::Email, "asha@example.com")
        .await?;
    root.customers().erase(asha.id()).await?;
    import(&w, &[("email", "asha@example.com")]).await?;
    let (campaign, _) = w.filled(0).await?;
    let report = w.sent(&campaign).await?;
    assert_eq!((report.sent, report.suppressed), (0, 1));
    Ok(())
}

async fn a_dead_address_is_suppressed<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let (campaign, _) = w.filled(2).await?;
    let failed = |address_is_dead| Sent::Failed {
        reason: "550".to_owned(),
        address_is_dead,
    };
    w.platform.email.script(Some(failed(true)));
    w.platform.email.script(Some(failed(false)));
    w.sent(&campaign).await?;
    assert_eq!(w.emails(&campaign).await?, [Failed, Failed]);
    let (again, _) = w.filled(0).await?;
    w.sent(&again).await?;
    let outcomes = w.outcomes(&again).await?;
    let expected = [
        (Suppressed, "suppressed_address"),
        (DeliveryStatus::Sent, ""),
    ];
    assert_eq!(codes(&outcomes), expected);
    Ok(())
}

async fn a_complaint_suppresses_the_address<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let (campaign, _) = w.filled(2).await?;
    w.sent(&campaign).await?;
    let messages = w.platform.email.messages();
    let first = messages.first().ok_or("no message")?;
    assert!(w.job(Job::Delivery).complaint(first.key).await?);
    let (again, _) = w.filled(0).await?;
    assert_eq!(w.emails(&again).await?, [Pending; 2]);
    w.sent(&again).await?;
    assert_eq!(w.emails(&again).await?, [Suppressed, DeliveryStatus::Sent]);
    let found = w.platform.as_root().suppressions();
    let found = found.find(Channel::Email, &first.address).await?;
    let found = found.ok_or("not suppressed")?;
    assert_eq!(found.reason, SuppressionReason::Complaint);
    Ok(())
}
