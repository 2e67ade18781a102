//! A platform on a database of its own, with a tenant, customers and a launched campaign.

use std::{any::Any, error::Error};

use async_trait::async_trait;
use offerkit_cluster::Database;
use offerkit_core::{
    criteria::{Catalog, Criteria, Moment},
    domain::{Campaign, Channel, Customer, Run, RunStatus},
    id::{ClaimToken, CustomerId, IdSource as _, RunId},
    ports::{ClaimRequest, CustomerSource, Extension, Ledger as _, Selection, StoreError},
    testing::{TestPlatform, TestTenant},
    time::{Clock as _, Timestamp},
};
use offerkit_postgres::{PgStore, SchemaName};
use sqlx::{Connection as _, PgConnection, PgPool, types::Uuid};

pub(crate) type Outcome<T = ()> = Result<T, Box<dyn Error + Send + Sync>>;

pub(crate) struct World {
    database: Database,
    pub(crate) store: PgStore,
    pub(crate) tenant: TestTenant,
    pub(crate) campaign: Campaign,
}

impl World {
    /// So many customers, and an active campaign that e-mails every one of them.
    pub(crate) async fn new(customers: usize) -> Outcome<Self> {
        let database = Database::prepared(async |url| {
            let pool = PgStore::pool_options().connect_lazy(&url)?;
            let store = PgStore::from_pool(pool.clone(), SchemaName::default());
            store.migrate().await?;
            pool.close().await;
            Ok::<_, Box<dyn Error + Send + Sync>>(())
        })
        .await?;
        let store = on(&database)?;
        let platform = TestPlatform::new(store.clone()).await?;
        platform.customers(customers).await?;
        let tenant = platform.tenant("loan").await?;
        let offer = tenant.approved_offer("Spring cashback").await?;
        let draft = tenant.campaign(offer.id())?;
        let campaign = tenant.launched_campaign(draft).await?;
        Ok(Self {
            database,
            store,
            tenant,
            campaign,
        })
    }

    /// Another process's store in the same database.
    pub(crate) fn another(&self) -> Outcome<PgStore> {
        on(&self.database)
    }

    /// A store with one connection, so that it is known which one has counted what was read.
    pub(crate) fn single(&self) -> Outcome<(PgStore, PgPool)> {
        let pool = PgStore::pool_options()
            .max_connections(1)
            .connect_lazy(&self.database.url())?;
        Ok((
            PgStore::from_pool(pool.clone(), SchemaName::default()),
            pool,
        ))
    }

    /// Another active campaign, to the same customers.
    pub(crate) async fn another_campaign(&self) -> Outcome<Campaign> {
        let draft = self.tenant.campaign(self.campaign.plan().offer)?;
        Ok(self.tenant.launched_campaign(draft).await?)
    }

    /// A connection beside the store's, as a superuser.
    pub(crate) async fn beside(&self) -> Outcome<PgConnection> {
        Ok(PgConnection::connect(&self.database.url()).await?)
    }

    /// The backend that waits for a lock, once there is one.
    pub(crate) async fn waiting(&self) -> Outcome<i32> {
        let mut connection = self.beside().await?;
        loop {
            let waiting = sqlx::query_scalar(
                "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'",
            );
            if let Some(waiting) = waiting.fetch_optional(&mut connection).await? {
                return Ok(waiting);
            }
        }
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.tenant.platform().clock.now()
    }

    pub(crate) fn uuid(&self) -> Uuid {
        self.tenant.platform().ids.uuid(self.now())
    }

    /// A run that has looked at nobody yet.
    pub(crate) async fn start(&self) -> Result<Run, StoreError> {
        let run = Run {
            id: RunId::from_uuid(self.uuid()),
            tenant: self.tenant.id,
            campaign: self.campaign.id(),
            offer: self.campaign.plan().offer,
            revision: self.campaign.revision(),
            criteria_digest: self.campaign.plan().selection_criteria.digest,
            now: self.now(),
            today: self.now().date(),
            position: None,
            added: 0,
            kept: 0,
            status: RunStatus::Running,
            finished_at: None,
        };
        self.store.start_run(&run).await.map(|()| run)
    }

    /// Adds a chunk of everybody.
    pub(crate) async fn extend(
        &self,
        (store, source): (&PgStore, &dyn CustomerSource),
        run: RunId,
        limit: usize,
    ) -> Result<Run, StoreError> {
        let everyone = Criteria::parse(r#"{"$everyone": true}"#, &Catalog::customers());
        let everyone = everyone.map_err(|_| StoreError::Aborted)?;
        let selection = Selection::new(self.tenant.id, everyone, Moment::in_utc(self.now()));
        let extension = Extension {
            run,
            selection: &selection,
            channels: &[Channel::Email],
            is_one: false,
            ceiling: u64::MAX,
            limit,
            now: self.now(),
        };
        store.extend(source, &extension).await
    }

    /// The campaign's unfinished run.
    pub(crate) async fn unfinished(&self) -> Result<Option<Run>, StoreError> {
        let (tenant, campaign) = (self.tenant.id, self.campaign.id());
        self.store.unfinished_run(tenant, campaign).await
    }

    /// What a worker asks for: e-mails that are due at `now`, for five minutes.
    pub(crate) fn request(&self, limit: usize, now: Timestamp) -> ClaimRequest {
        ClaimRequest {
            tenant: self.tenant.id,
            campaign: self.campaign.id(),
            revision: self.campaign.revision(),
            channel: Channel::Email,
            token: ClaimToken::from_uuid(self.uuid()),
            limit,
            now,
            deadline: now.plus(chrono::TimeDelta::minutes(5)),
        }
    }

    /// Asserts that every customer has one row, and that what is counted is what a look at all rows finds.
    pub(crate) async fn everyone_has_a_row(&self) -> Outcome {
        let mut connection = self.beside().await?;
        let missing: i64 = sqlx::query_scalar(
            "SELECT count(*) FROM offerkit.customers AS it WHERE 1 <> (
                SELECT count(*) FROM offerkit.campaign_customers AS row WHERE row.customer_id = it.id)",
        )
        .fetch_one(&mut connection)
        .await?;
        assert_eq!(missing, 0, "customers without a row, or with two");
        self.counts_are_exact().await
    }

    /// Asserts that what is counted is what a look at all rows finds.
    pub(crate) async fn counts_are_exact(&self) -> Outcome {
        let wrong = sqlx::query_as::<_, (String,)>(WRONG)
            .fetch_all(&mut self.beside().await?)
            .await?;
        assert!(wrong.is_empty(), "{wrong:#?}");
        let progress = self
            .store
            .progress(self.tenant.id, self.campaign.id())
            .await?;
        let (rows, customers): (i64, i64) = sqlx::query_as(
            "SELECT count(*), count(DISTINCT customer_id) FROM offerkit.campaign_customers",
        )
        .fetch_one(&mut self.beside().await?)
        .await?;
        let counted: u64 = progress.counts.iter().map(|count| count.count).sum();
        assert_eq!(i64::try_from(counted)?, rows);
        assert_eq!(i64::try_from(progress.audience)?, customers);
        Ok(())
    }
}

/// The lots that say something else than their rows.
const WRONG: &str = "
    WITH counted AS (
        SELECT tenant_number, campaign_number, channel, run_number, lot,
            count(*) FILTER (WHERE delivery_status = 'pending') AS pending,
            count(not_before) FILTER (WHERE delivery_status = 'pending') AS waiting,
            min(not_before) FILTER (WHERE delivery_status = 'pending') AS wakes_at,
            count(*) FILTER (WHERE delivery_status = 'sending') AS sending,
            min(claim_deadline) AS lapses_at,
            count(*) FILTER (WHERE delivery_status = 'sent') AS sent,
            count(*) FILTER (WHERE delivery_status = 'delivered') AS delivered,
            count(*) FILTER (WHERE delivery_status = 'bounced') AS bounced,
            count(*) FILTER (WHERE delivery_status = 'failed') AS failed,
            count(*) FILTER (WHERE delivery_status = 'unknown') AS unknown,
            count(*) FILTER (WHERE delivery_status = 'suppressed') AS suppressed,
            count(*) FILTER (WHERE delivery_status = 'cancelled') AS cancelled,
            min(customer_id::TEXT)::UUID AS first_customer, max(customer_id::TEXT)::UUID AS last_customer
        FROM offerkit.campaign_customers GROUP BY 1, 2, 3, 4, 5
    )
    SELECT coalesce(it::TEXT, 'no lot') || ' for ' || coalesce(counted::TEXT, 'no rows')
    FROM offerkit.campaign_lots AS it
    FULL JOIN counted USING (tenant_number, campaign_number, channel, run_number, lot)
    WHERE (it.pending, it.waiting, it.wakes_at, it.sending, it.sent, it.delivered, it.bounced, it.failed, it.unknown,
            it.suppressed, it.cancelled)
        IS DISTINCT FROM (coalesce(counted.pending, 0), coalesce(counted.waiting, 0), counted.wakes_at,
            coalesce(counted.sending, 0), coalesce(counted.sent, 0), coalesce(counted.delivered, 0),
            coalesce(counted.bounced, 0), coalesce(counted.failed, 0), coalesce(counted.unknown, 0),
            coalesce(counted.suppressed, 0), coalesce(counted.cancelled, 0))
        OR (it.lapses_at IS NULL) <> (counted.lapses_at IS NULL) OR it.lapses_at > counted.lapses_at
        OR it.first_customer > counted.first_customer OR it.last_customer < counted.last_customer";

fn on(database: &Database) -> Outcome<PgStore> {
    let pool = PgStore::pool_options()
        .max_connections(8)
        .connect_lazy(&database.url())?;
    Ok(PgStore::from_pool(pool, SchemaName::default()))
}

/// The same customers behind a source that no ledger recognises, so that their ids travel.
pub(crate) struct Elsewhere(pub(crate) PgStore);

#[async_trait]
impl CustomerSource for Elsewhere {
    async fn get_many(&self, ids: &[CustomerId]) -> Result<Vec<Customer>, StoreError> {
        self.0.get_many(ids).await
    }

    async fn select(
        &self,
        selection: &Selection,
        after: Option<CustomerId>,
        limit: usize,
    ) -> Result<Vec<CustomerId>, StoreError> {
        self.0.select(selection, after, limit).await
    }

    async fn count(&self, selection: &Selection) -> Result<u64, StoreError> {
        self.0.count(selection).await
    }

    async fn sample(
        &self,
        selection: &Selection,
        limit: usize,
    ) -> Result<Vec<Customer>, StoreError> {
        self.0.sample(selection, limit).await
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}
