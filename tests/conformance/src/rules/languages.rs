//! A message in several languages, and what it would say to somebody.

use std::collections::BTreeMap;

use offerkit_core::{
    domain::{Campaign, Channel, MessageTemplate, MessageText, Permission},
    id::CustomerId,
    policy::Job,
    services::{CampaignDraft, Error, MessagePreview, Sample},
};
use serde_json::json;

use crate::{
    Adapter, Failure, Outcome,
    acts::denied,
    cases::{cases, fails},
    world::World,
};

cases! { rules::languages:
    customers_get_the_language_they_prefer_or_the_nearest,
    html_is_sent_beside_its_text_with_values_escaped,
    a_translation_is_part_of_what_is_launched,
    whoever_sees_a_campaign_may_look_at_its_messages_with_made_up_values,
    a_customer_is_shown_masked_to_those_who_may_see_recipients,
    a_customer_is_shown_unmasked_by_a_permission_of_its_own,
    a_customer_whom_the_campaign_does_not_reach_is_not_shown,
    a_preview_says_what_has_no_value_and_what_cannot_be_filled_in,
}

/// A mail in English, Hindi and two kinds of Portuguese.
fn message() -> Result<MessageTemplate, Failure> {
    let text = |greeting: &str| {
        MessageText::new(format!("{greeting} {{{{ customer.full_name }}}}")).with_subject(greeting)
    };
    Ok(MessageTemplate::from(text("Hello"))
        .in_language("en".parse()?)
        .with_translation("hi".parse()?, text("नमस्ते"))
        .with_translation("pt".parse()?, text("Olá"))
        .with_translation("pt-BR".parse()?, text("Oi")))
}

impl<B: Adapter> World<B> {
    async fn mailing(&self, message: MessageTemplate) -> Result<CampaignDraft, Failure> {
        let offer = self.tenant.approved_offer("Cashback").await?;
        let mut draft = self.tenant.campaign(offer.id())?;
        draft.messages = [(Channel::Email, message)].into();
        Ok(draft)
    }

    /// A draft of the mail for one customer who speaks Tamil and Hindi, in this order of preference.
    async fn addressed(&self, language: &str) -> Result<(Campaign, CustomerId), Failure> {
        let columns = [
            ("full_name", "Asha Raman"),
            ("preferred_language", language),
            ("city", ""),
        ];
        let customer = self.platform.customer(&columns)?;
        let id = customer.id();
        self.platform
            .as_root()
            .customers()
            .import(vec![customer])
            .await?;
        let draft = self.mailing(message()?).await?;
        let campaigns = self.campaigns(&self.tenant.creator);
        Ok((campaigns.create(draft).await?, id))
    }
}

fn said(previews: &[MessagePreview]) -> Result<(Option<&str>, &str), Failure> {
    let [preview] = previews else {
        return Err(format!("one message, not {previews:?}").into());
    };
    let message = preview.message.as_ref().ok_or("it cannot be filled in")?;
    let language = preview.language.as_ref().map(AsRef::as_ref);
    Ok((language, &message.body))
}

// First seen to fail with the message's own text for everybody, and without the wider languages.
async fn customers_get_the_language_they_prefer_or_the_nearest<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let expected: BTreeMap<_, _> = [
        ("hi", "नमस्ते"),
        ("hi_IN", "नमस्ते"),
        ("pt-BR", "Oi"),
        ("PT-br", "Oi"),
        ("pt-PT", "Olá"),
        ("en-IN", "Hello"),
        ("ta", "Hello"),
        ("no language at all", "Hello"),
        ("", "Hello"),
    ]
    .into();
    let mut customers = Vec::new();
    for language in expected.keys() {
        let columns = [("preferred_language", *language), ("full_name", *language)];
        let columns = match *language {
            "" => &columns[..1],
            _ => &columns[..],
        };
        customers.push(w.platform.customer(columns)?);
    }
    w.platform.as_root().customers().import(customers).await?;
    let draft = w.mailing(message()?).await?;
    let campaign = w.tenant.launched_campaign(draft).await?;
    w.job(Job::Audience).fill(campaign.id()).await?;
    w.sent(&campaign).await?;
    let messages = w.platform.email.messages();
    assert_eq!(messages.len(), expected.len());
    for message in messages {
        let subject = message.subject.unwrap_or_default();
        let (greeting, name) = message.body.split_once(' ').ok_or("no name")?;
        assert_eq!(greeting, subject);
        let greeting = expected.get(name).copied().unwrap_or("Hello");
        assert_eq!(subject, greeting, "{name}");
    }
    Ok(())
}

async fn html_is_sent_beside_its_text_with_values_escaped<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let customer = w.platform.customer(&[("full_name", "Asha <Rao> & Sons")])?;
    w.platform
        .as_root()
        .customers()
        .import(vec![customer])
        .await?;
    let text = MessageText::new("Dear {{ customer.full_name }}")
        .with_subject("{{ customer.full_name }}")
        .with_html("<p title=\"{{ customer.full_name }}\">Dear {{ customer.full_name }}</p>");
    let draft = w.mailing(text.into()).await?;
    let campaign = w.tenant.launched_campaign(draft).await?;
    w.job(Job::Audience).fill(campaign.id()).await?;
    w.sent(&campaign).await?;
    let messages = w.platform.email.messages();
    let message = messages.first().ok_or("nothing was sent")?;
    assert_eq!(message.subject.as_deref(), Some("Asha <Rao> & Sons"));
    assert_eq!(message.body, "Dear Asha <Rao> & Sons");
    let name = "Asha &lt;Rao&gt; &amp; Sons";
    let html = format!("<p title=\"{name}\">Dear {name}</p>");
    assert_eq!(message.html, Some(html));
    Ok(())
}

async fn a_translation_is_part_of_what_is_launched<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let draft = w.mailing(message()?).await?;
    let campaigns = w.campaigns(&w.tenant.creator);
    let written = campaigns.create(draft.clone()).await?;
    assert_eq!(
        campaigns.get(written.id()).await?.plan().messages,
        draft.messages
    );
    let mut other = draft.clone();
    for message in other.messages.values_mut() {
        for text in message.translations.values_mut() {
            text.body.push('!');
        }
    }
    let edited = campaigns
        .edit(written.id(), written.revision(), other)
        .await?;
    let digests = [&written, &edited].map(|it| it.plan().messages_digest());
    assert_ne!(digests[0], digests[1]);
    // Whoever writes a translation has written the message.
    w.give(&w.tenant.approver, "create").await?;
    let by = w.campaigns(&w.tenant.approver);
    let edited = by.edit(edited.id(), edited.revision(), draft).await?;
    w.requested(&w.tenant.creator, &edited).await?;
    denied(
        w.launched_by(&w.tenant.approver, &edited).await,
        "four_eyes",
    )?;
    Ok(())
}

async fn whoever_sees_a_campaign_may_look_at_its_messages_with_made_up_values<B: Adapter>(
    store: &B,
) -> Outcome {
    let w = World::new(store).await?;
    let (campaign, _) = w.addressed("hi").await?;
    let approver = w.campaigns(&w.tenant.approver);
    let previews = w
        .unrecorded(approver.preview_messages(campaign.id(), Sample::Invented, None))
        .await??;
    assert_eq!(said(&previews)?, (Some("en"), "Hello Sample Customer"));
    let chosen = "pt-BR".parse()?;
    let previews = approver
        .preview_messages(campaign.id(), Sample::Invented, Some(&chosen))
        .await?;
    assert_eq!(said(&previews)?, (Some("pt-BR"), "Oi Sample Customer"));
    let reader = w.campaigns(&w.tenant.reader);
    let refused = reader.preview_messages(campaign.id(), Sample::Invented, None);
    denied(refused.await, "missing_permission")?;
    Ok(())
}

async fn a_customer_is_shown_masked_to_those_who_may_see_recipients<B: Adapter>(
    store: &B,
) -> Outcome {
    let w = World::new(store).await?;
    let (campaign, customer) = w.addressed("hi").await?;
    let from = w.records(w.scope()).await?.len();
    let admin = w.campaigns(&w.tenant.admin);
    for sample in [Sample::Masked, Sample::MaskedCustomer(customer)] {
        let previews = admin.preview_messages(campaign.id(), sample, None).await?;
        assert_eq!(said(&previews)?, (Some("hi"), "नमस्ते A••• R•••"));
        let creator = w.campaigns(&w.tenant.creator);
        let refused = creator.preview_messages(campaign.id(), sample, None);
        denied(refused.await, "missing_permission")?;
    }
    let viewed = "campaign.view_recipients";
    assert_eq!(w.actions(w.scope(), from).await?, [viewed; 4]);
    Ok(())
}

async fn a_customer_is_shown_unmasked_by_a_permission_of_its_own<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let (campaign, customer) = w.addressed("hi").await?;
    let sample = Sample::Customer(customer);
    let admin = w.campaigns(&w.tenant.admin);
    let refused = admin.preview_messages(campaign.id(), sample, None);
    denied(refused.await, "missing_permission")?;
    let permissions = [
        Permission::ViewCampaigns,
        Permission::ViewRecipientsUnmasked,
    ];
    let auditor = w.permitted("auditor", &permissions).await?;
    let auditor = w.campaigns(&auditor);
    let previews = auditor
        .preview_messages(campaign.id(), sample, None)
        .await?;
    assert_eq!(said(&previews)?, (Some("hi"), "नमस्ते Asha Raman"));
    Ok(())
}

// First seen to fail with any customer shown.
async fn a_customer_whom_the_campaign_does_not_reach_is_not_shown<B: Adapter>(
    store: &B,
) -> Outcome {
    let w = World::new(store).await?;
    let (campaign, reached) = w.addressed("hi").await?;
    let mut draft = crate::acts::written(&campaign);
    let id = reached.to_string();
    let others = [("segment", "regular"), ("full_name", "Somebody Else")];
    let other = w.platform.customer(&others)?;
    let other_id = other.id();
    let premium = w
        .platform
        .customer(&[("id", &id), ("full_name", "Asha Raman")])?;
    let customers = w.platform.as_root().customers();
    customers.import(vec![other, premium]).await?;
    r#"{"segment": "premium"}"#.clone_into(&mut draft.selection_criteria);
    let campaigns = w.campaigns(&w.tenant.creator);
    let campaign = campaigns
        .edit(campaign.id(), campaign.revision(), draft)
        .await?;
    let admin = w.campaigns(&w.tenant.admin);
    let look = async |customer| {
        let sample = Sample::MaskedCustomer(customer);
        admin.preview_messages(campaign.id(), sample, None).await
    };
    said(&look(reached).await?)?;
    fails!(look(other_id).await, Error::NotFound("customer"));
    fails!(
        look(CustomerId::from_uuid(w.uuid())).await,
        Error::NotFound("customer")
    );
    // Whoever has a message may be looked at, whatever the criteria say by now.
    w.requested(&w.tenant.creator, &campaign).await?;
    let launched = w.launched_by(&w.tenant.approver, &campaign).await?;
    w.job(Job::Audience).fill(launched.id()).await?;
    let regular = w
        .platform
        .customer(&[("id", &id), ("segment", "regular")])?;
    customers.import(vec![regular]).await?;
    said(&look(reached).await?)?;
    Ok(())
}

async fn a_preview_says_what_has_no_value_and_what_cannot_be_filled_in<B: Adapter>(
    store: &B,
) -> Outcome {
    let w = World::new(store).await?;
    let (_, customer) = w.addressed("hi").await?;
    let offers = w.offers(&w.tenant.creator);
    let data = json!({ "title": "Cashback", "gift": "a mug" });
    let offer = offers.create(data.into()).await?;
    let mut draft = w.tenant.campaign(offer.id())?;
    let mail = MessageText::new("{{ offer.gift }} for {{ customer.city }}")
        .with_subject("{{ offer.title }}");
    let sms = MessageText::new("In {{ customer.city }}, {{ customer.state }}: {{ offer.title }}");
    draft.messages = [(Channel::Email, mail.into()), (Channel::Sms, sms.into())].into();
    let campaign = w.campaigns(&w.tenant.creator).create(draft).await?;
    let data = json!({ "title": "Cashback" });
    offers
        .edit(offer.id(), offer.revision(), data.into())
        .await?;
    let admin = w.campaigns(&w.tenant.admin);
    let sample = Sample::MaskedCustomer(customer);
    let previews = admin.preview_messages(campaign.id(), sample, None).await?;
    let [mail, sms] = previews.as_slice() else {
        return Err(format!("two messages, not {previews:?}").into());
    };
    assert_eq!((mail.channel, &mail.message), (Channel::Email, &None));
    assert_eq!(mail.absent, ["customer.city", "offer.gift"]);
    let failure = "the message could not be rendered: line 1: undefined value";
    assert_eq!(mail.failure.as_deref(), Some(failure));
    assert_eq!(sms.absent, ["customer.city", "customer.state"]);
    let said = sms.message.as_ref().map(|message| message.body.as_str());
    assert_eq!(said, Some("In , : Cashback"));
    Ok(())
}
