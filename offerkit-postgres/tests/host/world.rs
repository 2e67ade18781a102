//! A platform with two tenants, and a bank beside it with tables and logins of its own.

use std::error::Error;

use offerkit_cluster::Database;
use offerkit_core::{
    domain::{Campaign, Offer, OfferStatus},
    id::TenantId,
    services::{Context, Offerkit},
    testing::{TestPlatform, TestTenant},
};
use offerkit_postgres::{PgStore, SchemaName};
use sqlx::{
    AssertSqlSafe, Connection as _, Executor as _, PgConnection, PgPool, Postgres, Transaction,
    postgres::{PgConnectOptions, PgPoolOptions},
};

pub(crate) type Outcome<T = ()> = Result<T, Box<dyn Error + Send + Sync>>;

pub(crate) struct World {
    pub(crate) store: PgStore,
    /// The connections of the bank's own login, which is no superuser.
    pub(crate) bank: PgPool,
    pub(crate) platform: TestPlatform,
    pub(crate) loan: TestTenant,
    pub(crate) card: TestTenant,
    // Dropped last.
    pub(crate) database: Database,
}

/// The bank's schema. Its login may become the library's role, and a role of its own.
const BANK: &str = "
    DO $$
    BEGIN
        CREATE ROLE offerkit_test_bank LOGIN NOINHERIT;
        CREATE ROLE offerkit_test_teller NOLOGIN;
        GRANT offerkit_app, offerkit_test_teller TO offerkit_test_bank;
    EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
    END
    $$;
    CREATE SCHEMA bank;
    GRANT USAGE ON SCHEMA bank TO offerkit_test_bank, offerkit_test_teller, offerkit_app;
    CREATE TABLE bank.entries (what TEXT NOT NULL);
    GRANT SELECT, INSERT ON bank.entries TO offerkit_test_bank, offerkit_test_teller;
    CREATE TABLE bank.outbox (record_id UUID PRIMARY KEY, action TEXT NOT NULL, seen TEXT NOT NULL);
    GRANT INSERT ON bank.outbox TO offerkit_app, offerkit_test_teller;";

impl World {
    pub(crate) async fn new() -> Outcome<Self> {
        Self::with(|store| store).await
    }

    pub(crate) async fn with(change: impl FnOnce(PgStore) -> PgStore) -> Outcome<Self> {
        let database = Database::prepared(async |url| {
            let pool = PgPool::connect_lazy(&url)?;
            let store = PgStore::from_pool(pool, SchemaName::default());
            store.migrate().await?;
            let mut connection = PgConnection::connect(&url).await?;
            connection.execute(BANK).await?;
            connection.close().await?;
            Ok::<_, Box<dyn Error + Send + Sync>>(())
        })
        .await?;
        let pool = PgStore::pool_options()
            .max_connections(4)
            .connect_lazy(&database.url())?;
        let store = change(PgStore::from_pool(pool, SchemaName::default()));
        let options: PgConnectOptions = database.url().parse()?;
        let bank = PgPoolOptions::new().connect_lazy_with(options.username("offerkit_test_bank"));
        let platform = TestPlatform::new(store.clone()).await?;
        Ok(Self {
            loan: platform.tenant("loan").await?,
            card: platform.tenant("card").await?,
            store,
            bank,
            platform,
            database,
        })
    }

    /// A transaction of the bank's, in which it has done something already.
    pub(crate) async fn begun(&self) -> Outcome<Transaction<'static, Postgres>> {
        let mut transaction = self.bank.begin().await?;
        enter(&mut transaction, "begun").await?;
        Ok(transaction)
    }

    /// The library on another store.
    pub(crate) fn on(&self, store: PgStore) -> Offerkit {
        self.platform.kit.on(store)
    }

    /// What a query answers to a superuser, over a connection of its own.
    pub(crate) async fn count(&self, from: &str) -> Outcome<i64> {
        let mut connection = self.beside().await?;
        let count = AssertSqlSafe(format!("SELECT count(*) FROM {from}"));
        Ok(sqlx::query_scalar(count).fetch_one(&mut connection).await?)
    }

    pub(crate) async fn beside(&self) -> Outcome<PgConnection> {
        Ok(PgConnection::connect(&self.database.url()).await?)
    }

    pub(crate) async fn status(&self, offer: &Offer) -> Outcome<OfferStatus> {
        let offers = self.loan.acting(&self.loan.reader).offers(self.loan.id);
        Ok(offers.get(offer.id()).await?.status())
    }

    /// A campaign of the tenant `card` that waits for its launch.
    pub(crate) async fn requested(&self) -> Outcome<Campaign> {
        let offer = self.card.approved_offer("Gold").await?;
        let draft = self.card.campaign(offer.id())?;
        Ok(self.card.requested_campaign(draft).await?)
    }
}

pub(crate) async fn enter(transaction: &mut PgConnection, what: &str) -> Outcome {
    let insert = sqlx::query("INSERT INTO bank.entries (what) VALUES ($1)");
    insert.bind(what).execute(transaction).await?;
    Ok(())
}

/// Approves an offer.
pub(crate) async fn approve(
    kit: &Offerkit,
    (by, tenant): (&Context, TenantId),
    offer: &Offer,
) -> Result<Offer, offerkit_core::services::Error> {
    let offers = kit.acting(by).offers(tenant);
    offers.approve(offer.id(), offer.revision(), None).await
}
