//! What a campaign's messages would say to somebody.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::Campaigns;
use crate::{
    domain::{Campaign, Channel, Customer, Messages, OfferContent, Scope},
    id::{CampaignId, CustomerId},
    policy::Action,
    ports::{TemplateEngine, TemplateError},
    services::{
        Error, mask,
        messages::{self, Rendered},
        work::Work,
    },
    text::LanguageTag,
};

/// Whom messages are filled in for, to be looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sample {
    /// Nobody: a customer made up for it.
    Invented,
    /// Somebody whom the campaign selects now, their name and occupation masked.
    Masked,
    /// A customer whom the campaign selects or has messages for, their name and occupation masked.
    MaskedCustomer(CustomerId),
    /// The same with their name.
    Customer(CustomerId),
}

impl Sample {
    /// What looking at it takes.
    const fn action(self) -> Action {
        match self {
            Self::Invented => Action::ViewCampaigns,
            Self::Masked | Self::MaskedCustomer(_) => Action::ViewRecipients,
            Self::Customer(_) => Action::ViewRecipientsUnmasked,
        }
    }
}

/// What a message says, filled in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FilledMessage {
    /// The subject, on channels that have one.
    pub subject: Option<String>,
    /// The text.
    pub body: String,
    /// The HTML, where there is any.
    pub html: Option<String>,
}

impl From<Rendered> for FilledMessage {
    fn from(rendered: Rendered) -> Self {
        Self {
            subject: rendered.subject,
            body: rendered.body,
            html: rendered.html,
        }
    }
}

/// A message as somebody would get it over a channel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MessagePreview {
    /// The channel.
    pub channel: Channel,
    /// The language of the text, where the message says which it is.
    pub language: Option<LanguageTag>,
    /// What it says; none where it cannot be filled in.
    pub message: Option<FilledMessage>,
    /// Why it cannot be filled in.
    pub failure: Option<String>,
    /// The names in it that there is no value for, in order: `customer.city`.
    pub absent: Vec<String>,
}

/// A campaign's messages with the values that they are filled in with.
pub(super) struct Sampled {
    messages: Messages,
    language: Option<String>,
    values: Value,
}

impl Campaigns {
    /// What the campaign's messages would say to somebody, channel by channel: in `language`, or else in the one that they
    /// prefer, or the nearest that there is. With the offer's data as it is sent: the launched revision's, or else the live
    /// one's, or else what is being written.
    ///
    /// A customer made up is shown to everybody who may see the campaign. Another takes the permission to see recipients,
    /// unmasked the permission for that, and is recorded.
    ///
    /// # Errors
    ///
    /// [`Error::Denied`] unless a group permits it; [`Error::NotFound`], also for a customer whom the campaign neither
    /// selects nor has messages for, or where it selects nobody.
    pub async fn preview_messages(
        &self,
        id: CampaignId,
        sample: Sample,
        language: Option<&LanguageTag>,
    ) -> Result<Vec<MessagePreview>, Error> {
        let sampled = self.sampled(id, sample, language).await?;
        let templates = &*self.acting.kit().inner.templates;
        let channels = sampled.messages.keys();
        Ok(channels
            .filter_map(|channel| sampled.preview(templates, *channel))
            .collect())
    }

    /// The messages of a campaign with what a sample fills in, if the actor may see that.
    pub(super) async fn sampled(
        &self,
        id: CampaignId,
        sample: Sample,
        language: Option<&LanguageTag>,
    ) -> Result<Sampled, Error> {
        if sample != Sample::Invented {
            self.record_view(sample.action(), id).await?;
        }
        let customer = match sample {
            Sample::Invented => None,
            Sample::Masked => Some(self.first_selected(id).await?),
            Sample::MaskedCustomer(customer) | Sample::Customer(customer) => {
                Some(self.reached(id, customer).await?)
            }
        };
        let mut work = self.view().await?;
        let campaign = work.viewed_campaign(id).await?;
        let content = work.content_to_send(&campaign).await?;
        let tenant = work.tx()?.tenants().find(self.tenant).await?;
        let tenant = tenant.ok_or(Error::NotFound("tenant"))?;
        drop(work);
        let shared = messages::shared_values(&tenant, &campaign, &content);
        let mut values = match &customer {
            Some(customer) => messages::with_customer(&shared, customer),
            None => invented(shared),
        };
        if matches!(sample, Sample::Masked | Sample::MaskedCustomer(_)) {
            mask(&mut values);
        }
        let preferred = customer.as_ref().and_then(Customer::preferred_language);
        Ok(Sampled {
            messages: campaign.plan().messages.clone(),
            language: language
                .map_or(preferred, |tag| Some(tag.as_str()))
                .map(str::to_owned),
            values,
        })
    }

    /// The first of those whom the campaign selects now.
    async fn first_selected(&self, id: CampaignId) -> Result<Customer, Error> {
        let selection = {
            let mut work = self.acting.read(Scope::Tenant(self.tenant)).await?;
            let campaign = work.viewed_campaign(id).await?;
            work.saved_selection(&campaign).await?
        };
        let customers = &self.acting.kit().inner.customers;
        let sample = customers.sample(&selection, 1).await?;
        sample.into_iter().next().ok_or(Error::NotFound("customer"))
    }

    /// A customer whom the campaign has messages for, or selects now; nobody else's data is shown for its sake.
    async fn reached(&self, id: CampaignId, customer: CustomerId) -> Result<Customer, Error> {
        let inner = &self.acting.kit().inner;
        let rows = inner.ledger.of_customer(self.tenant, customer).await?;
        if !rows.iter().any(|row| row.key.campaign == id) {
            let selection = {
                let mut work = self.acting.read(Scope::Tenant(self.tenant)).await?;
                let campaign = work.viewed_campaign(id).await?;
                work.saved_selection(&campaign).await?
            };
            let before = customer.as_uuid().as_u128().checked_sub(1);
            let before = before.map(|it| CustomerId::from_uuid(uuid::Uuid::from_u128(it)));
            let next = inner.customers.select(&selection, before, 1).await?;
            if next != [customer] {
                return Err(Error::NotFound("customer"));
            }
        }
        let found = inner.customers.get_many(&[customer]).await?;
        found.into_iter().next().ok_or(Error::NotFound("customer"))
    }
}

impl Sampled {
    /// What the message of one channel says.
    pub(super) fn filled(
        &self,
        templates: &dyn TemplateEngine,
        channel: Channel,
    ) -> Option<Result<Rendered, TemplateError>> {
        let message = self.messages.get(&channel)?;
        let (_, text) = message.text_for(self.language.as_deref());
        Some(messages::fill(templates, text, &self.values))
    }

    /// The message of one channel, and what there is to say about it.
    fn preview(&self, templates: &dyn TemplateEngine, channel: Channel) -> Option<MessagePreview> {
        let message = self.messages.get(&channel)?;
        let (language, text) = message.text_for(self.language.as_deref());
        let (message, failure) = match messages::fill(templates, text, &self.values) {
            Ok(rendered) => (Some(rendered.into()), None),
            Err(error) => (None, Some(error.to_string())),
        };
        Some(MessagePreview {
            channel,
            language: language.cloned(),
            message,
            failure,
            absent: messages::absent(templates, text, &self.values),
        })
    }
}

/// Values of a customer whom nobody can take for a real one.
fn invented(mut shared: Value) -> Value {
    if let Some(values) = shared.as_object_mut() {
        let customer = json!({
            "full_name": "Sample Customer",
            "city": "Sample City",
            "state": "Sample State",
            "preferred_language": "en",
            "segment": "sample",
            "occupation": "sample",
        });
        values.insert("customer".to_owned(), customer);
    }
    shared
}

/// Masks what says who a customer is, as lists of recipients do, and what they do for a living.
fn mask(values: &mut Value) {
    for name in ["full_name", "occupation"] {
        if let Some(value) = values.pointer_mut(&format!("/customer/{name}"))
            && let Some(text) = value.as_str()
        {
            *value = mask::name(text).into();
        }
    }
}

impl Work<'_> {
    /// The offer's data as a campaign sends it: launched, or else live, or else as it is written now.
    async fn content_to_send(&mut self, campaign: &Campaign) -> Result<OfferContent, Error> {
        let offers = self.tx()?.offers();
        let offer = offers.find(campaign.plan().offer).await?;
        let offer = offer.ok_or(Error::NotFound("offer"))?;
        let launched = campaign.launch().as_ref();
        let launched = launched.filter(|_| campaign.runs_as_launched());
        let number = launched
            .map(|launch| launch.offer_revision)
            .or(offer.live_revision());
        let revision = match number {
            Some(number) => offers.revision(offer.id(), number).await?,
            None => None,
        };
        Ok(match revision {
            Some(revision) => revision.proposal.content,
            None => offer.working().proposal.content.clone(),
        })
    }
}
