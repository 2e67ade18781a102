//! Customers opt out by a link, and nothing is sent to an address that is suppressed.

use chrono::TimeDelta;
use offerkit_core::{
    domain::{Channel, ConsentWord, Customer, DeliveryStatus, Purpose, Scope, SuppressionReason},
    policy::Job,
    ports::Outcome as Sent,
    services::{Error, OptOutLinks},
};

use crate::{
    Adapter, Failure, Outcome,
    acts::denied,
    cases::{cases, fails},
    rules::consents::{agree, codes, marketed},
    world::World,
};

use DeliveryStatus::{Failed, Pending, Suppressed};

cases! { rules::suppressions:
    a_link_opts_out_without_a_login,
    a_wrong_link_tells_nothing,
    nothing_is_sent_to_a_suppressed_address,
    a_suppressed_address_outlives_its_customer,
    a_dead_address_is_suppressed,
    a_complaint_suppresses_the_address,
    only_super_admins_keep_words_and_suppress_addresses,
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
        forged,
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
    let expected = (Suppressed, "suppressed_address");
    assert_eq!(codes(&outcomes).first(), Some(&expected));
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
