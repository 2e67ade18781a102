//! A tenant's campaigns: planned, launched by someone else, run and ended.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::{Acting, Error, messages as templates, work::Work};
use crate::{
    criteria::{Criteria, Moment},
    domain::{
        Campaign, CampaignPlan, ChannelChoice, CommentKind, CommentSubject, Messages,
        OfferConfiguration, OfferContent, Purpose, Schedule, Scope,
    },
    id::{CampaignId, OfferId, TenantId},
    policy::{Action, CampaignFacts, Grant, Resource},
    ports::Selection,
    text::{CommentBody, Description, Title},
};

mod explaining;
mod launching;
mod messages;
mod previewing;
mod reach;
mod reading;
mod running;
mod scheduling;
mod test_sending;
mod waterfall;
mod writing;

pub use explaining::{CheckedCriteria, SelectionExplanation};
pub use messages::{FilledMessage, MessagePreview, Sample};
pub use previewing::{AudiencePreview, MaskedCustomer};
pub use reach::{CapCount, ChannelReach, HeldCount, Reach, RuleCount};
pub use test_sending::{TestMessage, TestOutcome};

/// A tenant's campaigns.
///
/// ```
/// # use offerkit_core::{id, services::{self, CampaignDraft, Error}};
/// # async fn example(asha: services::Acting, ben: services::Acting, tenant: id::TenantId, draft: CampaignDraft) -> Result<(), Error> {
/// let campaign = asha.campaigns(tenant).create(draft).await?;
/// let preview = asha.campaigns(tenant).preview(campaign.id()).await?;
/// println!("{}: {} customers", preview.description, preview.count);
/// asha.campaigns(tenant).request_launch(campaign.id(), campaign.revision()).await?;
/// ben.campaigns(tenant).launch(campaign.id(), campaign.revision()).await?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct Campaigns {
    acting: Acting,
    tenant: TenantId,
}

/// What a campaign's writer writes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CampaignDraft {
    /// The offer it sends.
    pub offer: OfferId,
    /// What it is called.
    pub name: Title,
    /// What it is for.
    pub description: Option<Description>,
    /// What its messages are for, which decides whose consent they need.
    #[serde(default)]
    pub purpose: Purpose,
    /// Whom it selects: a criteria document, as JSON text.
    pub selection_criteria: String,
    /// The channels, each with its message.
    pub messages: Messages,
    /// Over which of them a customer is reached: over all unless it says otherwise.
    #[serde(default)]
    pub channels: ChannelChoice,
    /// The first day of sending, in the tenant's time zone.
    pub start_date: NaiveDate,
    /// The last day of sending.
    pub end_date: NaiveDate,
    /// When it starts late, and when its audience is filled again.
    #[serde(default)]
    pub schedule: Schedule,
}

impl Campaigns {
    pub(super) const fn new(acting: Acting, tenant: TenantId) -> Self {
        Self { acting, tenant }
    }

    async fn write(&self) -> Result<Work<'_>, Error> {
        self.acting.write(Scope::Tenant(self.tenant)).await
    }

    /// Reads a campaign, decides, applies a step of its life, and commits the result of both.
    async fn step(
        &self,
        action: Action,
        id: CampaignId,
        comment: Option<(CommentKind, &CommentBody)>,
        step: impl Fn(Campaign, &Work<'_>) -> Result<Campaign, Error> + Sync,
    ) -> Result<Campaign, Error> {
        self.acting
            .mutate((action, id), || async {
                let mut work = self.write().await?;
                let (campaign, grant) = work.campaign_for_update(action, id).await?;
                let next = step(campaign.clone(), &work)?;
                let next = work.tx()?.campaigns().update(next).await?;
                if let Some((kind, body)) = comment {
                    let subject = CommentSubject::Campaign(id);
                    work.add_comment(subject, campaign.revision(), kind, body)
                        .await?;
                }
                let event = work
                    .event(grant, id)
                    .before(&campaign)
                    .after(&next)
                    .comment(comment.map(|(_, body)| body));
                work.commit(event, next).await
            })
            .await
    }
}

impl Work<'_> {
    /// The campaign, locked, if the actor may do `action` to it.
    pub(super) async fn campaign_for_update(
        &mut self,
        action: Action,
        id: CampaignId,
    ) -> Result<(Campaign, Grant), Error> {
        let Some(campaign) = self.tx()?.campaigns().find_for_update(id).await? else {
            return Err(self.missing(action, "campaign", id).await);
        };
        let facts = CampaignFacts::new(self.tenant()?, &campaign);
        let grant = self
            .authorize(action, &Resource::Campaign(facts), id)
            .await?;
        self.has_seen(campaign.revision())?;
        Ok((campaign, grant))
    }

    /// Whom criteria select, at this moment in the tenant's time zone.
    fn selection(
        &self,
        configuration: &OfferConfiguration,
        criteria: Criteria,
    ) -> Result<Selection, Error> {
        let now = self.now();
        let today = configuration.settings.time_zone.date_of(now);
        let moment = Moment::new(now, today);
        Ok(Selection::new(self.tenant()?.id, criteria, moment))
    }

    /// Whom a campaign selects now, by its criteria as they were saved.
    async fn saved_selection(&mut self, campaign: &Campaign) -> Result<Selection, Error> {
        let configuration = self.configuration().await?;
        let saved = &campaign.plan().selection_criteria;
        let criteria = self.saved_criteria(&configuration, saved).await?;
        self.selection(&configuration, criteria)
    }

    /// Checks what a writer wrote: criteria, channels, and messages against the names they may use.
    async fn plan(&mut self, draft: &CampaignDraft) -> Result<CampaignPlan, Error> {
        let configuration = self.configuration().await?;
        let written = self
            .criteria(&configuration, &draft.selection_criteria)
            .await?;
        let choice = draft.channels.check(&draft.messages);
        choice.map_err(|error| Error::Invalid(error.to_string()))?;
        let offer = self.tx()?.offers().find(draft.offer).await?;
        let offer = offer.ok_or(Error::NotFound("offer"))?;
        self.check_messages(
            &configuration,
            &draft.messages,
            &offer.working().proposal.content,
        )?;
        self.check_refresh(&draft.schedule)?;
        Ok(CampaignPlan {
            offer: draft.offer,
            name: draft.name.clone(),
            description: draft.description.clone(),
            purpose: draft.purpose,
            selection_criteria: written.saved(),
            segments: written.segments,
            messages: draft.messages.clone(),
            channels: draft.channels.clone(),
            start_date: draft.start_date,
            end_date: draft.end_date,
            schedule: draft.schedule.clone(),
        })
    }

    fn check_refresh(&self, schedule: &Schedule) -> Result<(), Error> {
        let least = self.settings().refresh_interval;
        match &schedule.refresh {
            Some(refresh) if refresh.shortest_wait() < least => Err(Error::Invalid(format!(
                "`{refresh}` fills the audience again after {} minutes, and {} have to lie between two fillings",
                refresh.shortest_wait().num_minutes(),
                least.num_minutes(),
            ))),
            Some(_) | None => Ok(()),
        }
    }

    fn check_messages(
        &self,
        configuration: &OfferConfiguration,
        messages: &Messages,
        content: &OfferContent,
    ) -> Result<(), Error> {
        if let Some(channel) = messages
            .keys()
            .find(|channel| !configuration.settings.channels.contains(channel))
        {
            return Err(Error::Invalid(format!(
                "the tenant's offer configuration does not allow the channel {channel}"
            )));
        }
        templates::check(self.templates(), messages, content)
    }
}
