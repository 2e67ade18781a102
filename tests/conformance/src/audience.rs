//! Audiences, as the ledger is given them.

use chrono::TimeDelta;
use offerkit_core::{
    domain::{Campaign, Channel, Delivery, DeliveryKey, DeliveryStatus, Run, RunStatus},
    id::{ClaimToken, CustomerId, RunId},
    page::{MAX_PAGE_SIZE, Order, PageRequest},
    ports::{
        ClaimRequest, Claimed, CustomerSource, DeliveryFilter, Extension, Settlement, StoreError,
    },
};

use crate::{
    Adapter, Failure,
    pause::{SlowSource, Stranger},
    walk::walk,
    world::World,
};

pub(crate) const BOTH: &[Channel] = &[Channel::Email, Channel::Sms];

impl<B: Adapter> World<B> {
    /// A run that has looked at nobody yet.
    pub(crate) fn new_run(&self, campaign: &Campaign) -> Run {
        Run {
            id: RunId::from_uuid(self.uuid()),
            tenant: campaign.tenant(),
            campaign: campaign.id(),
            offer: campaign.plan().offer,
            revision: campaign.revision(),
            criteria_digest: campaign.plan().selection_criteria.digest,
            now: self.now(),
            today: self.now().date(),
            position: None,
            added: 0,
            kept: 0,
            status: RunStatus::Running,
            finished_at: None,
        }
    }

    /// Adds a chunk of everybody, up to `ceiling`.
    pub(crate) async fn extend(
        &self,
        run: &Run,
        ceiling: u64,
        limit: usize,
    ) -> Result<Run, Failure> {
        let selection = self.selection(r#"{"$everyone": true}"#)?;
        let extension = Extension {
            run: run.id,
            selection: &selection,
            channels: BOTH,
            is_one: false,
            ceiling,
            limit,
            now: self.now(),
        };
        let source: &dyn CustomerSource = if self.is_source_known {
            &SlowSource(self.store.clone())
        } else {
            &Stranger(self.store.clone())
        };
        Ok(self.store.extend(source, &extension).await?)
    }

    /// A run that has looked at everybody, in chunks.
    pub(crate) async fn finished_run(
        &self,
        campaign: &Campaign,
        limit: usize,
    ) -> Result<Run, Failure> {
        let mut run = self.new_run(campaign);
        self.store.start_run(&run).await?;
        for _ in 0..100 {
            run = self.extend(&run, u64::MAX, limit).await?;
            if run.status != RunStatus::Running {
                return Ok(run);
            }
        }
        Err("the run has no end".into())
    }

    /// An active campaign with so many customers, each with an e-mail and an SMS to come.
    pub(crate) async fn audience(
        &self,
        customers: usize,
    ) -> Result<(Campaign, Vec<CustomerId>), Failure> {
        let customers = self.platform.customers(customers).await?;
        let campaign = self.launched().await?;
        self.finished_run(&campaign, 100).await?;
        Ok((campaign, customers))
    }

    /// What a worker asks for: e-mails that are due now, for five minutes.
    pub(crate) fn request(&self, campaign: &Campaign, limit: usize) -> ClaimRequest {
        ClaimRequest {
            tenant: campaign.tenant(),
            campaign: campaign.id(),
            revision: campaign.revision(),
            channel: Channel::Email,
            token: ClaimToken::from_uuid(self.uuid()),
            limit,
            now: self.now(),
            deadline: self.now().plus(TimeDelta::minutes(5)),
        }
    }

    /// Claims, under a token of its own.
    pub(crate) async fn claim(
        &self,
        campaign: &Campaign,
        limit: usize,
    ) -> Result<(ClaimToken, Vec<Claimed>), StoreError> {
        let request = self.request(campaign, limit);
        Ok((request.token, self.store.claim(&request).await?))
    }

    /// Settles claimed rows as `status`.
    pub(crate) async fn settle(
        &self,
        token: ClaimToken,
        claimed: &[Claimed],
        status: DeliveryStatus,
    ) -> Result<u64, StoreError> {
        let settlements: Vec<_> = claimed
            .iter()
            .map(|claimed| settlement(claimed.key, status))
            .collect();
        self.store
            .settle(self.tenant.id, token, &settlements, self.now())
            .await
    }

    /// Every row of a campaign, by customer and channel.
    pub(crate) async fn ledger_rows(&self, campaign: &Campaign) -> Result<Vec<Delivery>, Failure> {
        let request = PageRequest::first(MAX_PAGE_SIZE)?.ordered(Order::OldestFirst);
        let any = DeliveryFilter::default();
        walk(request, async |page| {
            self.store
                .recipients(campaign.tenant(), campaign.id(), &any, &page)
                .await
        })
        .await
    }

    /// What became of each customer's e-mail, by customer.
    pub(crate) async fn emails(&self, campaign: &Campaign) -> Result<Vec<DeliveryStatus>, Failure> {
        let rows = self.ledger_rows(campaign).await?;
        let emails = rows.iter().filter(|row| row.key.channel == Channel::Email);
        Ok(emails.map(|row| row.status).collect())
    }
}

/// How a row is settled, without more to say.
pub(crate) const fn settlement(key: DeliveryKey, status: DeliveryStatus) -> Settlement {
    Settlement {
        key,
        status,
        reason: None,
        not_before: None,
        next: Vec::new(),
    }
}

/// Whose rows were claimed.
pub(crate) fn customers(claimed: &[Claimed]) -> Vec<CustomerId> {
    claimed.iter().map(|claimed| claimed.key.customer).collect()
}
