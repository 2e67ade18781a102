//! Chapter 3: an offer is written, under the tenant's schema.

use std::collections::BTreeSet;

use offerkit::{
    domain::{Channel, ConfigurationSettings, Offer},
    page::{Order, PageRequest},
    schema::OfferSchema,
};
use serde_json::{Value, json};

use super::{
    failure::{Failure, holds},
    story::{Cast, Stage},
};

pub(crate) async fn write(stage: &mut Stage<'_>, cast: &Cast) -> Result<Offer, Failure> {
    stage.report.chapter("An offer")?;
    let schema = configure(stage, cast).await?;

    let asha = cast.asha.acting.offers(cast.card);
    let refused = asha
        .create(mistaken(&stage.input.offer, &schema)?.into())
        .await;
    let tried = "writes the offer, with mistakes in it";
    stage.report.refused("asha", tried, "invalid", refused)?;

    let offer = asha.create(stage.input.offer.clone().into()).await?;
    let done = format!(
        "writes the offer of {}: revision {}, {}",
        stage.input.offer_file.display(),
        offer.revision(),
        offer.status().as_str()
    );
    stage.report.did("asha", &done)?;
    for name in ["title", "headline", "product_code"] {
        if let Some(text) = stage.input.offer.get(name).and_then(Value::as_str) {
            stage.report.detail(&format!("{name}: {text}"))?;
        }
    }

    asha.comment(offer.id(), &"Please have a look at the fees.".parse()?)
        .await?;
    let chitra = cast.chitra.acting.offers(cast.card);
    chitra
        .comment(offer.id(), &"They are what we agreed on.".parse()?)
        .await?;
    let page = PageRequest::default().ordered(Order::OldestFirst);
    for comment in asha.comments(offer.id(), &page).await?.items {
        let author = cast
            .everybody()
            .into_iter()
            .find(|person| Some(person.id) == comment.author);
        let said = format!(
            "comments on revision {}: “{}”",
            comment.revision, comment.body
        );
        stage
            .report
            .did(author.map_or("somebody", |person| person.name), &said)?;
    }

    let submitted = asha.submit(offer.id(), offer.revision()).await?;
    holds(
        "somebody can approve the offer",
        !submitted.nobody_can_approve,
    )?;
    let offer = submitted.offer;
    let done = format!("submits revision {} to the approvers", offer.revision());
    stage.report.did("asha", &done)?;
    Ok(offer)
}

/// The tenant's admin publishes a configuration, and gets told which live offers it would break.
async fn configure(stage: &mut Stage<'_>, cast: &Cast) -> Result<Value, Failure> {
    let configuration = cast.chitra.acting.configuration(cast.card);
    let first = configuration.current().await?;
    let Some((file, schema)) = &stage.input.schema else {
        let done = format!(
            "keeps version {} of the offer configuration, which takes any JSON object",
            first.version
        );
        stage.report.did("chitra", &done)?;
        return Ok(first.settings.schema);
    };
    let settings = ConfigurationSettings {
        schema: schema.clone(),
        channels: BTreeSet::from([Channel::Email, Channel::Sms]),
        time_zone: "+05:30"
            .parse()
            .map_err(|_| Failure::Broken("no time zone".to_owned()))?,
        ..first.settings
    };
    let published = configuration.publish(first.version, settings).await?;
    let done = format!(
        "publishes version {} of the offer configuration: offers must satisfy {}, campaigns use e-mail and SMS, days \
         begin in the zone {}",
        published.configuration.version,
        file.display(),
        published.configuration.settings.time_zone,
    );
    stage.report.did("chitra", &done)?;
    let report = format!("Compatibility report: {}.", published.compatibility);
    stage.report.detail(&report)?;
    Ok(schema.clone())
}

/// The offer with a required member left out and a text where a number belongs; no object at all where the schema
/// minds neither.
fn mistaken(offer: &Value, schema: &Value) -> Result<Value, Failure> {
    let mut mistaken = offer.clone();
    let required = schema.pointer("/required/0").and_then(Value::as_str);
    if let Some(members) = mistaken.as_object_mut() {
        if let Some(name) = required {
            members.remove(name);
        }
        if let Some(number) = members.values_mut().find(|value| value.is_number()) {
            *number = Value::from("free");
        }
    }
    let schema = OfferSchema::compile(schema).map_err(offerkit::Error::from)?;
    Ok(match schema.check(&mistaken) {
        Err(_) => mistaken,
        Ok(()) => json!([offer]),
    })
}

/// The offer with another wording: `added` behind one of its texts or, where the schema takes none of those, in a new
/// member `note`.
pub(crate) fn reworded(stage: &Stage<'_>, offer: &Value, added: &str) -> Result<Value, Failure> {
    let any = json!({});
    let schema = stage
        .input
        .schema
        .as_ref()
        .map_or(&any, |(_, schema)| schema);
    let schema = OfferSchema::compile(schema).map_err(offerkit::Error::from)?;
    let members = offer.as_object().into_iter().flatten();
    let names = members.map(|(name, _)| name.as_str());
    for name in ["headline", "description", "title"]
        .into_iter()
        .chain(names)
    {
        if let Some(text) = offer.get(name).and_then(Value::as_str) {
            let next = with_member(offer, name, format!("{text}, {added}"));
            if schema.check(&next).is_ok() {
                return Ok(next);
            }
        }
    }
    let next = with_member(offer, "note", added.to_owned());
    if schema.check(&next).is_ok() {
        return Ok(next);
    }
    Err(Failure::Input(
        "the story edits the offer, and the schema takes no other wording of any of its texts"
            .to_owned(),
    ))
}

fn with_member(offer: &Value, name: &str, text: String) -> Value {
    let mut next = offer.clone();
    if let Some(members) = next.as_object_mut() {
        members.insert(name.to_owned(), Value::from(text));
    }
    next
}
