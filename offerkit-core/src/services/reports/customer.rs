//! All that one customer was sent, and why.

use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;

use super::{Reports, drawn::Parts, row::row};
use crate::{
    digest::Digest,
    domain::{Campaign, Channel, Delivery, DeliveryStatus, Launch, RevisionNumber, Run, Scope},
    id::{CampaignId, CustomerId, OfferId, RunId, UserId},
    page::{MAX_PAGE_SIZE, Order, Page, PageRequest},
    policy::Action,
    ports::{AuditFilter, StoreError},
    services::{Error, work::Work},
    text::{Title, Username},
    time::Timestamp,
};

row! {
    /// A message to a customer, and the rule by which they were selected for it.
    CustomerMessage {
        /// The campaign.
        campaign: CampaignId,
        /// What it was called when it was launched.
        campaign_name: Title,
        /// The channel.
        channel: Channel,
        /// What became of the message.
        status: DeliveryStatus,
        /// Why, where the status alone does not say.
        reason: Option<Box<str>>,
        /// When the provider accepted it.
        sent_at: Option<Timestamp>,
        /// When the message's status last changed.
        updated_at: Timestamp,
        /// The offer that the launch sends.
        offer: OfferId,
        /// The revision of the offer.
        offer_revision: RevisionNumber,
        /// The digest of that revision.
        offer_digest: Digest,
        /// The launched revision of the campaign.
        campaign_revision: RevisionNumber,
        /// Who launched it.
        launched_by: UserId,
        /// Their user name.
        launched_by_name: Option<Username>,
        /// When.
        launched_at: Timestamp,
        /// The filling that selected the customer.
        run: RunId,
        /// The moment that the rule took as now.
        selected_at: Timestamp,
        /// The digest of the rule.
        rule_digest: Digest,
        /// The rule in words; none where the field catalog cannot say it any more.
        rule: Option<String>,
        /// The rule as it was written.
        criteria: Box<str>,
    }
}

pub(super) struct Messages {
    pub(super) place: Reports,
    pub(super) customer: CustomerId,
}

#[async_trait]
impl Parts<CustomerMessage> for Messages {
    /// All of it: one customer is in no more campaigns than a tenant has.
    async fn part(&self, _: &PageRequest) -> Result<Page<CustomerMessage>, Error> {
        let Reports { acting, tenant } = &self.place;
        // The ledger stands outside transactions, and a task holds one at a time.
        let ledger = &acting.kit().inner.ledger;
        let rows = ledger.of_customer(*tenant, self.customer).await?;
        let campaigns: BTreeSet<CampaignId> = rows.iter().map(|row| row.key.campaign).collect();
        let mut runs = BTreeMap::new();
        for campaign in campaigns {
            let of_campaign = ledger.runs(*tenant, campaign).await?;
            runs.extend(of_campaign.into_iter().map(|run| (run.id, run)));
        }
        let mut work = acting.write(Scope::Tenant(*tenant)).await?;
        let grant = work
            .authorize_in_tenant(Action::ReportCustomer, self.customer)
            .await?;
        drop(grant);
        let mut launches = Launches::default();
        let mut items = Vec::with_capacity(rows.len());
        for row in rows {
            let run = runs.get(&row.run).ok_or(Error::NotFound("run"))?;
            let under = launches.of(&mut work, run).await?;
            items.push(message(row, run, under));
        }
        let names = work
            .names_of(items.iter().map(|row| row.launched_by))
            .await?;
        for row in &mut items {
            row.launched_by_name = names.get(&row.launched_by).cloned();
        }
        Ok(Page { items, next: None })
    }
}

fn message(row: Delivery, run: &Run, launched: &Launched) -> CustomerMessage {
    let plan = launched.campaign.plan();
    CustomerMessage {
        campaign: row.key.campaign,
        campaign_name: plan.name.clone(),
        channel: row.key.channel,
        status: row.status,
        reason: row.reason,
        sent_at: row.sent_at,
        updated_at: row.updated_at,
        offer: run.offer,
        offer_revision: launched.launch.offer_revision,
        offer_digest: launched.launch.offer_digest,
        campaign_revision: run.revision,
        launched_by: launched.launch.by,
        launched_by_name: None,
        launched_at: launched.launch.at,
        run: run.id,
        selected_at: run.now,
        rule_digest: run.criteria_digest,
        rule: launched.rule.clone(),
        criteria: plan.selection_criteria.source.clone(),
    }
}

/// A campaign as it was launched.
struct Launched {
    campaign: Campaign,
    launch: Launch,
    rule: Option<String>,
}

/// The launches that were looked up.
#[derive(Default)]
struct Launches(BTreeMap<(CampaignId, RevisionNumber), Launched>);

impl Launches {
    /// The launch under which a run selects. The campaign may have been edited since, so the audit log is asked.
    async fn of(&mut self, work: &mut Work<'_>, run: &Run) -> Result<&Launched, Error> {
        let key = (run.campaign, run.revision);
        if !self.0.contains_key(&key) {
            for (campaign, launch) in launched(work, run.campaign).await? {
                let rule = work.rule_of(&campaign).await?;
                let key = (run.campaign, launch.revision);
                self.0.insert(
                    key,
                    Launched {
                        campaign,
                        launch,
                        rule,
                    },
                );
            }
        }
        self.0.get(&key).ok_or(Error::NotFound("launch"))
    }
}

/// The launches of a campaign, as the audit log has them.
async fn launched(work: &mut Work<'_>, id: CampaignId) -> Result<Vec<(Campaign, Launch)>, Error> {
    let filter = AuditFilter {
        subject: Some(id.into()),
        action: Some(Action::LaunchCampaign),
        is_refused: Some(false),
        ..AuditFilter::default()
    };
    let mut launches = Vec::new();
    let mut page = PageRequest::first(MAX_PAGE_SIZE)?.ordered(Order::OldestFirst);
    loop {
        let records = work.tx()?.audit().list(&filter, &page).await?;
        for record in records.items {
            let campaign: Campaign = serde_json::from_value(record.after.unwrap_or_default())
                .map_err(|error| StoreError::Backend(Box::new(error)))?;
            if let Some(launch) = campaign.launch().clone() {
                launches.push((campaign, launch));
            }
        }
        match records.next {
            Some(cursor) => page = page.after(cursor),
            None => return Ok(launches),
        }
    }
}

impl Work<'_> {
    /// The criteria of a campaign as it was launched, in words.
    async fn rule_of(&mut self, campaign: &Campaign) -> Result<Option<String>, Error> {
        match self.launched_criteria(campaign).await {
            Ok(criteria) => Ok(Some(criteria.describe())),
            Err(Error::Criteria(_) | Error::Transition(_)) => Ok(None),
            Err(error) => Err(error),
        }
    }
}
