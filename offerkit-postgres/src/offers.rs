use async_trait::async_trait;
use offerkit_core::{
    domain::{Offer, OfferApproval, OfferRevision, Proposal, RevisionNumber, Scope, Validity},
    id::{OfferId, TenantId},
    page::{Page, PageRequest},
    ports::{LiveOffer, LiveOn, OfferFilter, OfferRepository, StoreError},
    time::Timestamp,
};

use crate::{
    connection::Open,
    contributions::{self, OFFER},
    keyset::{by_id, no_page},
    rows::{signed, sought},
    transaction::PgTransaction,
};

mod filter;
mod live;
mod row;

use row::{approval, offer, revision};

const SELECT: &str = "SELECT it.id, it.tenant_id, it.status, it.latest_revision, it.live_revision, it.submitted_at,
    it.retired_at, it.deleted_at, it.created_by, it.created_at, it.updated_at, it.version,
    working.offer_id, working.number, working.content, working.valid_from, working.valid_until, working.configuration,
    working.author, working.written_at, since.users, since.kinds, since.revisions, since.moments
FROM {schema}.offers AS it
JOIN {schema}.offer_revisions AS working
    ON working.tenant_id = it.tenant_id AND working.offer_id = it.id AND working.number = it.working_revision
CROSS JOIN LATERAL (
    SELECT array_agg(each.user_id ORDER BY each.position) AS users, array_agg(each.kind ORDER BY each.position) AS kinds,
        array_agg(each.revision ORDER BY each.position) AS revisions, array_agg(each.at ORDER BY each.position) AS moments
    FROM {schema}.offer_contributions AS each
    WHERE each.tenant_id = it.tenant_id AND each.offer_id = it.id AND each.revision > coalesce(it.live_revision, 0)
) AS since
WHERE it.tenant_id = ";

const SELECT_REVISION: &str =
    "SELECT it.offer_id, it.number, it.content, it.valid_from, it.valid_until, it.configuration,
    it.author, it.written_at
FROM {schema}.offer_revisions AS it WHERE it.tenant_id = $1 AND it.offer_id = $2 ";

#[async_trait]
impl OfferRepository for PgTransaction {
    async fn insert(&mut self, offer: &Offer) -> Result<(), StoreError> {
        let mut call = self.writing_in(Scope::Tenant(offer.tenant()))?;
        if offer.working().offer != offer.id() || offer.revision() != RevisionNumber::FIRST {
            return Err(StoreError::Refused(
                "an offer begins as a draft with its first revision",
            ));
        }
        let statement = call
            .query(&[
                "INSERT INTO {schema}.offers (tenant_id, id, status, working_revision, latest_revision, live_revision,
                    submitted_at, retired_at, deleted_at, created_by, created_at, updated_at, version)
                VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
            ])
            .bind(offer.tenant().as_uuid())
            .bind(offer.id().as_uuid())
            .bind(offer.status().as_str())
            .bind(signed(offer.revision().get())?)
            .bind(signed(offer.latest_revision().get())?)
            .bind(offer.live_revision().map(|it| sought(it.get())))
            .bind(offer.submitted_at().map(Timestamp::as_datetime))
            .bind(offer.retired_at().map(Timestamp::as_datetime))
            .bind(offer.deleted_at().map(Timestamp::as_datetime))
            .bind(offer.created_by().as_uuid())
            .bind(offer.created_at().as_datetime())
            .bind(offer.updated_at().as_datetime())
            .bind(signed(offer.version().get())?);
        call.execute(statement).await?;
        insert_revision(&mut call, offer.tenant(), offer.working()).await?;
        let (tenant, id) = (offer.tenant(), offer.id().as_uuid());
        contributions::append(&mut call, &OFFER, tenant, id, offer.contributions()).await?;
        call.done(())
    }

    async fn update(&mut self, offer: Offer) -> Result<Offer, StoreError> {
        let (tenant, id) = (offer.tenant(), offer.id());
        let seen = self.take_locked_offer(id);
        let mut call = self.writing_in(Scope::Tenant(tenant))?;
        let stored = match seen {
            Some(seen) => Some(seen),
            None => locked(&mut call, tenant, id).await?,
        };
        let stored = stored
            .filter(|stored| stored.version() == offer.version())
            .ok_or(StoreError::Conflict("offer"))?;
        match kept_revision(&mut call, &stored, offer.revision()).await? {
            Some(kept) if kept == *offer.working() => {}
            Some(_) => return Err(StoreError::Refused("a stored revision never changes")),
            None if offer.working().offer == id => {
                insert_revision(&mut call, tenant, offer.working()).await?;
            }
            None => {
                return Err(StoreError::Refused("revisions are numbered without gaps"));
            }
        }
        let is_approved = stored.live_revision() != offer.live_revision();
        let (before, after) = (stored.contributions(), offer.contributions());
        let new = match after.strip_prefix(before.as_slice()) {
            Some(new) => new,
            None if is_approved => after,
            None => {
                return Err(StoreError::Refused(
                    "contributions are forgotten by an approval alone",
                ));
            }
        };
        contributions::append(&mut call, &OFFER, tenant, id.as_uuid(), new).await?;
        let statement = call
            .query(&[
                "UPDATE {schema}.offers SET status = $4, working_revision = $5, latest_revision = $6, live_revision = $7,
                    submitted_at = $8, retired_at = $9, deleted_at = $10, created_by = $11, created_at = $12,
                    updated_at = $13, version = version + 1
                WHERE tenant_id = $1 AND id = $2 AND version = $3",
            ])
            .bind(tenant.as_uuid())
            .bind(id.as_uuid())
            .bind(signed(offer.version().get())?)
            .bind(offer.status().as_str())
            .bind(signed(offer.revision().get())?)
            .bind(signed(offer.latest_revision().get())?)
            .bind(offer.live_revision().map(|it| sought(it.get())))
            .bind(offer.submitted_at().map(Timestamp::as_datetime))
            .bind(offer.retired_at().map(Timestamp::as_datetime))
            .bind(offer.deleted_at().map(Timestamp::as_datetime))
            .bind(offer.created_by().as_uuid())
            .bind(offer.created_at().as_datetime())
            .bind(offer.updated_at().as_datetime());
        if call.execute(statement).await? == 0 {
            return Err(StoreError::Conflict("offer"));
        }
        let version = offer.version().next();
        call.done(offer.with_version(version))
    }

    async fn add_approval(&mut self, approval: &OfferApproval) -> Result<(), StoreError> {
        let mut call = self.writing()?;
        let Some(tenant) = call.scope().tenant() else {
            return Err(StoreError::MissingReference("offer"));
        };
        let statement = call
            .query(&[
                "INSERT INTO {schema}.offer_approvals (tenant_id, offer_id, revision, digest, approver, at, comment)
                VALUES ($1, $2, $3, $4, $5, $6, $7)",
            ])
            .bind(tenant.as_uuid())
            .bind(approval.offer.as_uuid())
            .bind(sought(approval.revision.get()))
            .bind(approval.digest.as_bytes().to_vec())
            .bind(approval.approver.as_uuid())
            .bind(approval.at.as_datetime())
            .bind(approval.comment.as_ref().map(ToString::to_string));
        call.execute(statement).await?;
        call.done(())
    }

    async fn find(&mut self, id: OfferId) -> Result<Option<Offer>, StoreError> {
        let Some((mut call, tenant)) = self.reading_tenant()? else {
            return Ok(None);
        };
        let found = find(&mut call, tenant, id).await?;
        call.done(found.filter(|offer| offer.deleted_at().is_none()))
    }

    async fn find_for_update(&mut self, id: OfferId) -> Result<Option<Offer>, StoreError> {
        let Some((mut call, tenant)) = self.reading_tenant()? else {
            return Ok(None);
        };
        let found = locked(&mut call, tenant, id).await?;
        if !call.lock(" FOR UPDATE").is_empty() {
            call.seen.keep_offer(found.as_ref());
        }
        call.done(found.filter(|offer| offer.deleted_at().is_none()))
    }

    async fn list(
        &mut self,
        filter: &OfferFilter,
        request: &PageRequest,
    ) -> Result<Page<Offer>, StoreError> {
        let Some((mut call, tenant)) = self.reading_tenant()? else {
            return Ok(no_page());
        };
        let mut builder = call.builder(&[SELECT]);
        builder.push_bind(tenant.as_uuid());
        builder.push(" AND it.deleted_at IS NULL");
        if !filter::push(&mut builder, filter, call.schema()) {
            return call.done(no_page());
        }
        by_id(&mut builder, request);
        let rows = call.all(builder.build()).await?;
        let offers = rows.iter().map(offer).collect::<Result<_, _>>()?;
        call.done(Page::from_surplus(offers, request, |offer: &Offer| {
            offer.id().as_uuid()
        }))
    }

    async fn live_on(
        &mut self,
        asked: &LiveOn,
        request: &PageRequest,
    ) -> Result<Page<LiveOffer>, StoreError> {
        let Some((mut call, tenant)) = self.reading_tenant()? else {
            return Ok(no_page());
        };
        let found = live::page(&mut call, tenant, asked, request).await?;
        call.done(found)
    }

    async fn revision(
        &mut self,
        offer: OfferId,
        number: RevisionNumber,
    ) -> Result<Option<OfferRevision>, StoreError> {
        let Some((mut call, tenant)) = self.reading_tenant()? else {
            return Ok(None);
        };
        let found = find_revision(&mut call, tenant, offer, number).await?;
        call.done(found)
    }

    async fn revisions(&mut self, offer: OfferId) -> Result<Vec<OfferRevision>, StoreError> {
        let Some((mut call, tenant)) = self.reading_tenant()? else {
            return Ok(Vec::new());
        };
        let statement = call
            .query(&[SELECT_REVISION, "ORDER BY it.number"])
            .bind(tenant.as_uuid())
            .bind(offer.as_uuid());
        let rows = call.all(statement).await?;
        call.done(rows.iter().map(revision).collect::<Result<_, _>>()?)
    }

    async fn approvals(&mut self, offer: OfferId) -> Result<Vec<OfferApproval>, StoreError> {
        let Some((mut call, tenant)) = self.reading_tenant()? else {
            return Ok(Vec::new());
        };
        let statement = call
            .query(&[
                "SELECT it.offer_id, it.revision, it.digest, it.approver, it.at, it.comment
                FROM {schema}.offer_approvals AS it WHERE it.tenant_id = $1 AND it.offer_id = $2 ORDER BY it.revision",
            ])
            .bind(tenant.as_uuid())
            .bind(offer.as_uuid());
        let rows = call.all(statement).await?;
        call.done(rows.iter().map(approval).collect::<Result<_, _>>()?)
    }
}

/// The offer, deleted or not.
async fn find(open: &mut Open, tenant: TenantId, id: OfferId) -> Result<Option<Offer>, StoreError> {
    let statement = open
        .query(&[SELECT, "$1 AND it.id = $2"])
        .bind(tenant.as_uuid())
        .bind(id.as_uuid());
    let row = open.optional(statement).await?;
    row.as_ref().map(offer).transpose()
}

/// The offer, deleted or not, which nobody else changes until the transaction ends. What it consists of is read by another
/// statement than the one that waits for the lock, which would see the other tables as they were before the wait.
async fn locked(
    open: &mut Open,
    tenant: TenantId,
    id: OfferId,
) -> Result<Option<Offer>, StoreError> {
    let lock = open.lock(" FOR UPDATE");
    if !lock.is_empty() {
        let statement = open
            .query(&[
                "SELECT it.id FROM {schema}.offers AS it WHERE it.tenant_id = $1 AND it.id = $2",
                lock,
            ])
            .bind(tenant.as_uuid())
            .bind(id.as_uuid());
        if open.optional(statement).await?.is_none() {
            return Ok(None);
        }
    }
    find(open, tenant, id).await
}

async fn find_revision(
    open: &mut Open,
    tenant: TenantId,
    offer: OfferId,
    number: RevisionNumber,
) -> Result<Option<OfferRevision>, StoreError> {
    let statement = open
        .query(&[SELECT_REVISION, "AND it.number = $3"])
        .bind(tenant.as_uuid())
        .bind(offer.as_uuid())
        .bind(sought(number.get()));
    let row = open.optional(statement).await?;
    row.as_ref().map(revision).transpose()
}

/// The revision of this number, if there is one, of an offer that is locked.
async fn kept_revision(
    open: &mut Open,
    stored: &Offer,
    number: RevisionNumber,
) -> Result<Option<OfferRevision>, StoreError> {
    if number == stored.revision() {
        return Ok(Some(stored.working().clone()));
    }
    if number > stored.latest_revision() {
        return Ok(None);
    }
    find_revision(open, stored.tenant(), stored.id(), number).await
}

async fn insert_revision(
    open: &mut Open,
    tenant: TenantId,
    revision: &OfferRevision,
) -> Result<(), StoreError> {
    let Proposal {
        content,
        validity: Validity { from, until },
        configuration,
    } = &revision.proposal;
    let statement = open
        .query(&[
            "INSERT INTO {schema}.offer_revisions (tenant_id, offer_id, number, content, valid_from, valid_until,
                configuration, author, written_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        ])
        .bind(tenant.as_uuid())
        .bind(revision.offer.as_uuid())
        .bind(signed(revision.number.get())?)
        .bind(content.canonical().to_owned())
        .bind(*from)
        .bind(*until)
        .bind(signed(configuration.get())?)
        .bind(revision.author.as_uuid())
        .bind(revision.written_at.as_datetime());
    open.execute(statement).await.map(drop)
}
