//! What the cases of this folder have in common: someone who acts, and what they are answered.

use std::fmt::Debug;

use offerkit_core::{
    domain::{
        Campaign, Channel, DeliveryStatus, MessageText, Offer, Permission, PermissionSet, Scope,
    },
    id::OfferId,
    page::{MAX_PAGE_SIZE, Order, PageRequest},
    policy::{Denied, Job},
    ports::Progress,
    services::{
        Acting, CampaignDraft, Configuration, Context, DeliveryReport, Error, Groups, Segments,
    },
    testing::offer_data,
};

use crate::{
    Adapter, Failure, Outcome,
    cases::failing,
    world::{World, user},
};

impl<B: Adapter> World<B> {
    pub(crate) fn acting(&self, context: &Context) -> Acting {
        self.platform.kit.acting(context)
    }

    pub(crate) fn configuration(&self, context: &Context) -> Configuration {
        self.acting(context).configuration(self.tenant.id)
    }

    pub(crate) fn segments(&self, context: &Context) -> Segments {
        self.acting(context).segments(self.tenant.id)
    }

    pub(crate) fn groups(&self, context: &Context) -> Groups {
        self.acting(context).groups(self.tenant.id)
    }

    /// Puts someone into a group of the tenant.
    pub(crate) async fn give(&self, to: &Context, group: &str) -> Outcome {
        let groups = self.groups(&self.platform.root);
        groups.add(user(to)?, &group.parse()?).await?;
        Ok(())
    }

    /// Takes someone out of a group of the tenant.
    pub(crate) async fn take(&self, from: &Context, group: &str) -> Outcome {
        let groups = self.groups(&self.platform.root);
        groups.remove(user(from)?, &group.parse()?).await?;
        Ok(())
    }

    /// A member of a new group that permits exactly this.
    pub(crate) async fn permitted(
        &self,
        name: &str,
        permissions: &[Permission],
    ) -> Result<Context, Failure> {
        let groups = self.groups(&self.platform.root);
        let set = PermissionSet::of(permissions);
        groups.create(name.parse()?, None, set).await?;
        self.member(name, &[name]).await
    }

    /// The offer's next revision.
    pub(crate) async fn edited(
        &self,
        by: &Context,
        offer: &Offer,
        title: &str,
    ) -> Result<Offer, Error> {
        let draft = offer_data(title).into();
        self.offers(by)
            .edit(offer.id(), offer.revision(), draft)
            .await
    }

    pub(crate) async fn submitted(&self, by: &Context, offer: &Offer) -> Result<Offer, Error> {
        let offers = self.offers(by);
        let submitted = offers.submit(offer.id(), offer.revision()).await?;
        Ok(submitted.offer)
    }

    pub(crate) async fn approved(&self, by: &Context, offer: &Offer) -> Result<Offer, Error> {
        let offers = self.offers(by);
        offers.approve(offer.id(), offer.revision(), None).await
    }

    /// The campaign with another name.
    pub(crate) async fn renamed(
        &self,
        by: &Context,
        campaign: &Campaign,
        name: &str,
    ) -> Result<Campaign, Failure> {
        let mut draft = written(campaign);
        draft.name = name.parse()?;
        let (id, seen) = (campaign.id(), campaign.revision());
        Ok(self.campaigns(by).edit(id, seen, draft).await?)
    }

    pub(crate) async fn requested(
        &self,
        by: &Context,
        campaign: &Campaign,
    ) -> Result<Campaign, Error> {
        let (id, seen) = (campaign.id(), campaign.revision());
        self.campaigns(by).request_launch(id, seen).await
    }

    pub(crate) async fn launched_by(
        &self,
        by: &Context,
        campaign: &Campaign,
    ) -> Result<Campaign, Error> {
        let (id, seen) = (campaign.id(), campaign.revision());
        self.campaigns(by).launch(id, seen).await
    }

    pub(crate) async fn paused(
        &self,
        by: &Context,
        campaign: &Campaign,
    ) -> Result<Campaign, Failure> {
        let reason = "a question".parse()?;
        Ok(self.campaigns(by).pause(campaign.id(), &reason).await?)
    }

    /// What a campaign over one channel would say.
    pub(crate) fn over(&self, channel: Channel, offer: OfferId) -> Result<CampaignDraft, Error> {
        let mut message = MessageText::new("Dear {{ customer.full_name }}, {{ offer.rate }} %.");
        if channel.has_subject() {
            message = message.with_subject("{{ offer.title }}");
        }
        let mut draft = self.tenant.campaign(offer)?;
        draft.messages = [(channel, message.into())].into();
        Ok(draft)
    }

    /// An active campaign over one channel for so many customers, already filled.
    pub(crate) async fn filled_over(
        &self,
        channel: Channel,
        customers: usize,
    ) -> Result<Campaign, Failure> {
        self.platform.customers(customers).await?;
        let offer = self.tenant.approved_offer("Cashback").await?;
        let draft = self.over(channel, offer.id())?;
        let campaign = self.tenant.launched_campaign(draft).await?;
        self.job(Job::Audience).fill(campaign.id()).await?;
        Ok(campaign)
    }

    /// One sending of everything that is due.
    pub(crate) async fn sent(&self, campaign: &Campaign) -> Result<DeliveryReport, Error> {
        self.job(Job::Delivery).run(campaign.id()).await
    }

    pub(crate) async fn progress(&self, campaign: &Campaign) -> Result<Progress, Error> {
        let deliveries = self.deliveries(&self.tenant.creator);
        deliveries.progress(campaign.id()).await
    }

    /// The status and the reason of every row.
    pub(crate) async fn outcomes(
        &self,
        campaign: &Campaign,
    ) -> Result<Vec<(DeliveryStatus, String)>, Failure> {
        let rows = self.ledger_rows(campaign).await?.into_iter();
        let rows = rows.map(|row| (row.status, row.reason.unwrap_or_default().into()));
        Ok(rows.collect())
    }

    /// The actions in a scope's log from its record number `from` on.
    pub(crate) async fn actions(
        &self,
        scope: Scope,
        from: usize,
    ) -> Result<Vec<&'static str>, Failure> {
        let records = self.records(scope).await?;
        let records = records.iter().skip(from);
        Ok(records.map(|record| record.action.as_str()).collect())
    }

    /// Asserts that a call changes no log.
    pub(crate) async fn unrecorded<T>(&self, call: impl Future<Output = T>) -> Result<T, Failure> {
        let before = self.record_counts().await?;
        let answer = call.await;
        assert_eq!(self.record_counts().await?, before, "it was recorded");
        Ok(answer)
    }
}

/// What a campaign's writer wrote.
pub(crate) fn written(campaign: &Campaign) -> CampaignDraft {
    let plan = campaign.plan().clone();
    CampaignDraft {
        offer: plan.offer,
        name: plan.name,
        description: plan.description,
        purpose: plan.purpose,
        selection_criteria: plan.selection_criteria.source.into(),
        messages: plan.messages,
        channels: plan.channels,
        start_date: plan.start_date,
        end_date: plan.end_date,
        schedule: plan.schedule,
    }
}

/// Everything that a first page can hold, the oldest first.
pub(crate) fn all() -> Result<PageRequest, Failure> {
    Ok(PageRequest::first(MAX_PAGE_SIZE)?.ordered(Order::OldestFirst))
}

/// Asserts that the policy refused, by the rule of this code.
#[track_caller]
pub(crate) fn denied<T>(result: Result<T, Error>, code: &str) -> Result<Denied, Failure> {
    match failing(result)? {
        Error::Denied(denied) => {
            assert_eq!(denied.code(), code, "{denied}");
            Ok(denied)
        }
        other => Err(format!("expected a denial by {code}, got {other:?}").into()),
    }
}

/// An error as a caller sees it.
pub(crate) fn shown<T>(result: Result<T, Error>) -> String {
    match result {
        Ok(_) => "it succeeded".to_owned(),
        Err(error) => format!("{}: {error}", error.kind()),
    }
}

/// Asserts that exactly one of two succeeded, and answers why the other did not.
#[track_caller]
pub(crate) fn one_of<T: Debug, E: Debug>(
    (one, two): (Result<T, E>, Result<T, E>),
) -> Result<(T, E), Failure> {
    match (one, two) {
        (Ok(done), Err(error)) | (Err(error), Ok(done)) => Ok((done, error)),
        both => Err(format!("expected one to succeed, got {both:?}").into()),
    }
}
