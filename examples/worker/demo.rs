//! A campaign to try the worker on: two people, an offer, made-up customers, and a launch.

use std::collections::{BTreeMap, BTreeSet};

use chrono::TimeDelta;
use offerkit::{
    CampaignDraft, Context, Offerkit,
    domain::{
        Channel, ChannelChoice, Customer, MessageText, NewUser, Purpose, Schedule,
        customer::CustomerBuilder,
    },
    id::{CustomerId, IdSource as _, SystemIds},
    postgres::PgStore,
    services::Error,
    text::PasswordText,
    time::{Clock as _, SystemClock},
};
use serde_json::{Map, json};
use url::Url;

use super::failure::Failure;

/// Phone numbers that the United Kingdom keeps for films: the first, and how many there are. They reach nobody.
const PHONES: (usize, usize) = (447_700_900_000, 1_000);
/// A subscription's keys: the example of RFC 8291.
const KEYS: [(&str, &str); 2] = [
    (
        "p256dh",
        "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
    ),
    ("auth", "BTBZMqHH6r4Tts7J_aSIgg"),
];

/// What is made.
pub(crate) struct Demo<'a> {
    pub(crate) customers: usize,
    /// What the campaign goes over; e-mail, where this is empty.
    pub(crate) channels: BTreeSet<Channel>,
    /// Where every other customer's browser has a subscription.
    pub(crate) push_service: Option<&'a Url>,
}

impl Demo<'_> {
    /// Makes the schema, and the rest where the database is empty.
    pub(crate) async fn make(&self, store: &PgStore) -> Result<(), Failure> {
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
        root.customers().import(self.made_up()?).await?;

        let (asha, ben) = (
            kit.acting(&Context::user(asha)),
            kit.acting(&Context::user(ben)),
        );
        let offer = json!({ "title": "Gold card" });
        let offer = asha.offers(tenant).create(offer.into()).await?;
        asha.offers(tenant)
            .submit(offer.id(), offer.revision())
            .await?;
        ben.offers(tenant)
            .approve(offer.id(), offer.revision(), None)
            .await?;
        let today = SystemClock.now().date();
        let text = MessageText::new("Dear {{ customer.full_name }}, your {{ offer.title }} waits.");
        let mut channels = self.channels.clone();
        if channels.is_empty() {
            channels.insert(Channel::Email);
        }
        let messages = channels.into_iter().map(|channel| {
            let text = text.clone();
            let text = if channel.has_subject() {
                text.with_subject("For you")
            } else {
                text
            };
            (channel, text.into())
        });
        let draft = CampaignDraft {
            offer: offer.id(),
            name: "Gold".parse()?,
            description: None,
            // About something they have: it needs no consent.
            purpose: Purpose::Service,
            selection_criteria: r#"{"$everyone": true}"#.to_owned(),
            messages: messages.collect(),
            start_date: today - TimeDelta::days(1),
            end_date: today + TimeDelta::days(30),
            channels: ChannelChoice::default(),
            schedule: Schedule::default(),
        };
        let campaign = asha.campaigns(tenant).create(draft).await?;
        let (id, revision) = (campaign.id(), campaign.revision());
        asha.campaigns(tenant).request_launch(id, revision).await?;
        ben.campaigns(tenant).launch(id, revision).await?;
        Ok(())
    }

    fn made_up(&self) -> Result<Vec<Customer>, Failure> {
        let (ids, now) = (SystemIds::new(), SystemClock.now());
        (0..self.customers)
            .map(|number| {
                let id = CustomerId::from_uuid(ids.uuid(now));
                let mut customer = CustomerBuilder::new(id, now);
                customer.set("full_name", &format!("Customer {number}"))?;
                customer.set("email", &format!("customer.{number}@example.com"))?;
                let (first, phones) = PHONES;
                if number < phones {
                    customer.set("phone", &format!("+{}", first + number))?;
                }
                let token = match self.push_service {
                    Some(service) if number % 2 == 1 => {
                        let endpoint = service.join(&format!("demo-{number}"))?;
                        json!({ "endpoint": endpoint.as_str(), "keys": BTreeMap::from(KEYS) })
                            .to_string()
                    }
                    _ => format!("demo-{number}"),
                };
                let mut attributes = Map::new();
                attributes.insert("push_token".to_owned(), token.into());
                Ok(customer.attributes(attributes).build()?)
            })
            .collect()
    }
}
