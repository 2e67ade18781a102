//! A campaign to try the worker on: two people, an offer, made-up customers, and a launch.

use chrono::TimeDelta;
use offerkit::{
    CampaignDraft, Context, Offerkit,
    domain::{Channel, MessageText, NewUser, Purpose, Schedule, customer::CustomerBuilder},
    id::{IdSource as _, SystemIds},
    postgres::PgStore,
    services::Error,
    text::PasswordText,
    time::{Clock as _, SystemClock},
};

use super::failure::Failure;

/// Makes the schema, and the rest where the database is empty.
pub(crate) async fn make(store: &PgStore, customers: usize) -> Result<(), Failure> {
    store.migrate().await?;
    let kit = Offerkit::builder(store.clone()).build()?;
    let password = PasswordText::new("correct horse battery staple")?;
    let root = match kit
        .bootstrap(NewUser::named("root".parse()?), &password)
        .await
    {
        Ok(root) => kit.acting(&Context::user(root.id())),
        Err(Error::AlreadyBootstrapped) => return Ok(()),
        Err(error) => return Err(error.into()),
    };
    let tenant = root
        .tenants()
        .create("credit_card".parse()?, None)
        .await?
        .id();
    let asha = root
        .users()
        .create(NewUser::named("asha".parse()?), None)
        .await?
        .id();
    let ben = root
        .users()
        .create(NewUser::named("ben".parse()?), None)
        .await?
        .id();
    for (user, group) in [(asha, "create"), (ben, "approver")] {
        root.groups(tenant).add(user, &group.parse()?).await?;
    }
    root.customers().import(made_up(customers)?).await?;

    let (asha, ben) = (
        kit.acting(&Context::user(asha)),
        kit.acting(&Context::user(ben)),
    );
    let offer = serde_json::json!({ "title": "Gold card" });
    let offer = asha.offers(tenant).create(offer.into()).await?;
    asha.offers(tenant)
        .submit(offer.id(), offer.revision())
        .await?;
    ben.offers(tenant)
        .approve(offer.id(), offer.revision(), None)
        .await?;
    let today = SystemClock.now().date();
    let message = MessageText::new("Dear {{ customer.full_name }}, your {{ offer.title }} waits.")
        .with_subject("For you");
    let draft = CampaignDraft {
        offer: offer.id(),
        name: "Gold".parse()?,
        description: None,
        // About something they have: it needs no consent.
        purpose: Purpose::Service,
        selection_criteria: r#"{"$everyone": true}"#.to_owned(),
        messages: [(Channel::Email, message.into())].into(),
        start_date: today - TimeDelta::days(1),
        end_date: today + TimeDelta::days(30),
        channels: offerkit::domain::ChannelChoice::default(),
        schedule: Schedule::default(),
    };
    let campaign = asha.campaigns(tenant).create(draft).await?;
    let (id, revision) = (campaign.id(), campaign.revision());
    asha.campaigns(tenant).request_launch(id, revision).await?;
    ben.campaigns(tenant).launch(id, revision).await?;
    Ok(())
}

fn made_up(count: usize) -> Result<Vec<offerkit::domain::Customer>, Failure> {
    let (ids, now) = (SystemIds::new(), SystemClock.now());
    let mut customers = Vec::with_capacity(count);
    for number in 0..count {
        let id = offerkit::id::CustomerId::from_uuid(ids.uuid(now));
        let mut customer = CustomerBuilder::new(id, now);
        customer.set("full_name", &format!("Customer {number}"))?;
        customer.set("email", &format!("customer.{number}@example.com"))?;
        customers.push(customer.build()?);
    }
    Ok(customers)
}
