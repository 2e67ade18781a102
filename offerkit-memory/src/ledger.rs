use std::{collections::BTreeMap, sync::Arc};

use async_trait::async_trait;
use offerkit_core::{
    domain::{
        Channel, ClaimRules, Delivery, DeliveryKey, DeliveryStatus, RateWindow, Run, RunStatus,
    },
    id::{CampaignId, ClaimToken, CustomerId, RunId, TenantId},
    page::{Page, PageRequest},
    ports::{
        ClaimRequest, Claimed, CustomerSource, DailyCounting, DayCounts, DeliveryFilter, Extension,
        Ledger, Progress, Prospect, Prospecting, RuledClaim, Settlement, StoreError, UniqueKey,
    },
    time::Timestamp,
};

use self::book::{Book, Step};
use crate::{
    defence::ensure,
    keyset::no_page,
    locks::{read, write},
    store::MemoryStore,
};

mod book;
mod days;
mod filling;
mod history;
mod lane;
mod moving;
mod pages;
mod rates;
mod ruled;

/// Where a book stands.
type Shelf = (TenantId, CampaignId);

#[derive(Debug, Default)]
pub(crate) struct Books {
    shelves: BTreeMap<Shelf, Book>,
    runs: BTreeMap<RunId, Shelf>,
    rates: BTreeMap<rates::Counted, RateWindow>,
}

impl Books {
    fn book(&self, tenant: TenantId, campaign: CampaignId) -> Option<&Book> {
        self.shelves.get(&(tenant, campaign))
    }

    fn book_mut(&mut self, tenant: TenantId, campaign: CampaignId) -> Option<&mut Book> {
        self.shelves.get_mut(&(tenant, campaign))
    }

    fn of_tenant(&self, tenant: TenantId) -> impl Iterator<Item = (CampaignId, &Book)> {
        let books = self.shelves.range((tenant, FIRST)..);
        let books = books.take_while(move |((owner, _), _)| *owner == tenant);
        books.map(|((_, campaign), book)| (*campaign, book))
    }

    /// The book of a tenant's run, and the run's place in it.
    fn of_run(&mut self, tenant: TenantId, run: RunId) -> Option<(&mut Book, usize)> {
        let key = self.runs.get(&run).filter(|(owner, _)| *owner == tenant)?;
        let book = self.shelves.get_mut(key)?;
        let place = book.runs.iter().position(|it| it.id == run)?;
        Some((book, place))
    }
}

const FIRST: CampaignId = CampaignId::from_uuid(uuid::Uuid::nil());

const CONFLICT: StoreError = StoreError::Conflict("run");

#[async_trait]
impl Ledger for MemoryStore {
    async fn start_run(&self, run: &Run) -> Result<(), StoreError> {
        let mut books = write(&self.shared().books);
        if books.runs.contains_key(&run.id) {
            return Err(StoreError::Duplicate(UniqueKey::Id));
        }
        let place = (run.tenant, run.campaign);
        let book = books.shelves.entry(place).or_default();
        if book.runs.iter().any(|it| it.status == RunStatus::Running) {
            return Err(CONFLICT);
        }
        book.runs.push(run.clone());
        books.runs.insert(run.id, place);
        Ok(())
    }

    async fn unfinished_run(
        &self,
        tenant: TenantId,
        campaign: CampaignId,
    ) -> Result<Option<Run>, StoreError> {
        let books = read(&self.shared().books);
        let mut runs = books
            .book(tenant, campaign)
            .into_iter()
            .flat_map(|it| &it.runs);
        Ok(runs.find(|run| run.status == RunStatus::Running).cloned())
    }

    async fn runs(&self, tenant: TenantId, campaign: CampaignId) -> Result<Vec<Run>, StoreError> {
        let books = read(&self.shared().books);
        let book = books.book(tenant, campaign);
        Ok(book.map(|book| book.runs.clone()).unwrap_or_default())
    }

    async fn extend(
        &self,
        source: &dyn CustomerSource,
        extension: &Extension<'_>,
    ) -> Result<Run, StoreError> {
        let tenant = extension.selection.tenant();
        let position = {
            let mut books = write(&self.shared().books);
            let (book, place) = books.of_run(tenant, extension.run).ok_or(CONFLICT)?;
            let run = book.runs.get(place).ok_or(CONFLICT)?;
            if run.status != RunStatus::Running {
                return Err(CONFLICT);
            }
            run.position
        };
        let selected = source
            .select(extension.selection, position, extension.limit)
            .await?;
        let mut books = write(&self.shared().books);
        let (book, place) = books.of_run(tenant, extension.run).ok_or(CONFLICT)?;
        let mut run = book.runs.get(place).cloned().ok_or(CONFLICT)?;
        if run.status != RunStatus::Running || run.position != position {
            return Err(CONFLICT);
        }
        filling::fill(book, &mut run, place, &selected, extension);
        if let Some(stored) = book.runs.get_mut(place) {
            stored.clone_from(&run);
        }
        Ok(run)
    }

    async fn end_run(
        &self,
        tenant: TenantId,
        run: RunId,
        status: RunStatus,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        ensure(
            status != RunStatus::Running,
            "a run does not end as running",
        )?;
        let mut books = write(&self.shared().books);
        let (book, place) = books.of_run(tenant, run).ok_or(CONFLICT)?;
        if let Some(run) = book.runs.get_mut(place)
            && run.status == RunStatus::Running
        {
            run.status = status;
            run.finished_at = Some(now);
        }
        Ok(())
    }

    async fn claim(&self, request: &ClaimRequest) -> Result<Vec<Claimed>, StoreError> {
        let mut books = write(&self.shared().books);
        let book = books.book_mut(request.tenant, request.campaign);
        Ok(book.map(|book| book.claim(request)).unwrap_or_default())
    }

    async fn claim_by_rules(
        &self,
        source: &dyn CustomerSource,
        request: &ClaimRequest,
        rules: &ClaimRules,
    ) -> Result<RuledClaim, StoreError> {
        let marketing = self.counted(request.tenant, rules).await;
        let customers = read(&self.shared().customers);
        let contacts = read(&self.shared().contacts);
        let mut books = write(&self.shared().books);
        let known = ruled::Known {
            customers: self.is_behind(source).then_some(&*customers),
            contacts: &contacts,
            marketing: &marketing,
        };
        Ok(books.claim_by_rules(request, rules, &known))
    }

    async fn prospects(
        &self,
        source: &dyn CustomerSource,
        asked: &Prospecting<'_>,
        rules: &ClaimRules,
    ) -> Result<Vec<Prospect>, StoreError> {
        let marketing = self.counted(asked.tenant, rules).await;
        let customers = read(&self.shared().customers);
        let contacts = read(&self.shared().contacts);
        let books = read(&self.shared().books);
        let known = ruled::Known {
            customers: self.is_behind(source).then_some(&*customers),
            contacts: &contacts,
            marketing: &marketing,
        };
        let prospect = |customer: &CustomerId| books.prospect(*customer, asked, rules, &known);
        Ok(asked.customers.iter().map(prospect).collect())
    }

    async fn settle(
        &self,
        tenant: TenantId,
        token: ClaimToken,
        settlements: &[Settlement],
        now: Timestamp,
    ) -> Result<u64, StoreError> {
        let may_settle = |it: &Settlement| DeliveryStatus::Sending.leads_to(it.status);
        ensure(
            settlements.iter().all(may_settle),
            "a claimed delivery does not lead there",
        )?;
        let mut books = write(&self.shared().books);
        let mut settled = 0;
        for settlement in settlements {
            let key = settlement.key;
            let is_again = settlement.status == DeliveryStatus::Pending;
            let step = Step {
                to: settlement.status,
                reason: settlement.reason.as_deref().map(Arc::from),
                not_before: settlement.not_before.filter(|_| is_again),
                at: now,
            };
            if let Some(book) = books.book_mut(tenant, key.campaign)
                && book.holds(token, key)
                && book.step(key.customer, key.channel, step)
            {
                settled += 1;
                if settlement.status == DeliveryStatus::Suppressed {
                    book.pass_on(key.customer, key.channel, &settlement.next, now);
                }
            }
        }
        Ok(settled)
    }

    async fn reclaim(&self, request: &ClaimRequest) -> Result<Vec<Claimed>, StoreError> {
        let mut books = write(&self.shared().books);
        let book = books.book_mut(request.tenant, request.campaign);
        Ok(book.map(|book| book.reclaim(request)).unwrap_or_default())
    }

    async fn receipt(
        &self,
        tenant: TenantId,
        key: DeliveryKey,
        status: DeliveryStatus,
        at: Timestamp,
    ) -> Result<bool, StoreError> {
        let mut books = write(&self.shared().books);
        let Some(book) = books.book_mut(tenant, key.campaign) else {
            return Ok(false);
        };
        // The other steps are the worker's, or someone's request.
        let is_reported = matches!(
            book.status(key.customer, key.channel),
            Some(DeliveryStatus::Sending | DeliveryStatus::Sent | DeliveryStatus::Unknown)
        ) && matches!(
            status,
            DeliveryStatus::Sent | DeliveryStatus::Delivered | DeliveryStatus::Bounced
        );
        let step = Step {
            to: status,
            reason: None,
            not_before: None,
            at,
        };
        Ok(is_reported && book.step(key.customer, key.channel, step))
    }

    async fn complaint(
        &self,
        tenant: TenantId,
        key: DeliveryKey,
        at: Timestamp,
    ) -> Result<bool, StoreError> {
        let mut books = write(&self.shared().books);
        let book = books.book_mut(tenant, key.campaign);
        Ok(book.is_some_and(|book| book.complain(key.customer, key.channel, at)))
    }

    async fn claimed_until(
        &self,
        tenant: TenantId,
        campaign: CampaignId,
    ) -> Result<Option<Timestamp>, StoreError> {
        let books = read(&self.shared().books);
        let book = books.book(tenant, campaign);
        Ok(book.and_then(|book| book.claimed_until(None)))
    }

    async fn tenant_claimed_until(
        &self,
        tenant: TenantId,
        channel: Option<Channel>,
    ) -> Result<Option<Timestamp>, StoreError> {
        let books = read(&self.shared().books);
        let until = books.of_tenant(tenant);
        Ok(until
            .filter_map(|(_, book)| book.claimed_until(channel))
            .max())
    }

    async fn cancel(
        &self,
        tenant: TenantId,
        campaign: CampaignId,
        reason: &str,
        now: Timestamp,
    ) -> Result<u64, StoreError> {
        let to = (DeliveryStatus::Cancelled, Some(reason));
        let mut books = write(&self.shared().books);
        Ok(books.move_all((tenant, campaign), DeliveryStatus::Pending, to, now))
    }

    async fn retry_failed(
        &self,
        tenant: TenantId,
        campaign: CampaignId,
        now: Timestamp,
    ) -> Result<u64, StoreError> {
        let to = (DeliveryStatus::Pending, None);
        let mut books = write(&self.shared().books);
        Ok(books.move_all((tenant, campaign), DeliveryStatus::Failed, to, now))
    }

    async fn progress(
        &self,
        tenant: TenantId,
        campaign: CampaignId,
    ) -> Result<Progress, StoreError> {
        let books = read(&self.shared().books);
        let book = books.book(tenant, campaign);
        Ok(book.map(Book::progress).unwrap_or_default())
    }

    async fn recipients(
        &self,
        tenant: TenantId,
        campaign: CampaignId,
        filter: &DeliveryFilter,
        request: &PageRequest,
    ) -> Result<Page<Delivery>, StoreError> {
        let books = read(&self.shared().books);
        let book = books.book(tenant, campaign);
        Ok(book.map_or_else(no_page, |book| {
            pages::recipients(book, (tenant, campaign), *filter, request)
        }))
    }

    async fn counted_by_day(
        &self,
        tenant: TenantId,
        campaign: CampaignId,
        counting: &DailyCounting<'_>,
    ) -> Result<DayCounts, StoreError> {
        let books = read(&self.shared().books);
        days::counted(books.book(tenant, campaign), counting)
    }

    async fn of_customer(
        &self,
        tenant: TenantId,
        customer: CustomerId,
    ) -> Result<Vec<Delivery>, StoreError> {
        let books = read(&self.shared().books);
        let deliveries = books.of_tenant(tenant).flat_map(|(campaign, book)| {
            let rows = book.of_customer(customer);
            rows.filter_map(move |row| book.delivery((tenant, campaign), row))
        });
        Ok(deliveries.collect())
    }
}

#[cfg(test)]
mod tests;
