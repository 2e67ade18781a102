//! Every port on PostgreSQL, held to what every adapter must do, where the customers are read from a view of the host: it
//! has other names for everything, and shows what is imported into the library's own table.

use std::{any::Any, error::Error, sync::OnceLock};

use async_trait::async_trait;
use offerkit::{
    domain::{
        Channel, ClaimRules, Customer, Delivery, DeliveryKey, DeliveryStatus, Run, RunStatus,
        Scope, customer::Column,
    },
    id::{CampaignId, ClaimToken, CustomerId, RunId, TenantId},
    page::{Page, PageRequest},
    ports::{
        Access, ClaimRequest, Claimed, CustomerSource, DailyCounting, DayCounts, DeliveryFilter,
        Extension, Ledger, Progress, Prospect, Prospecting, RuledClaim, Selection, Settlement,
        Store, StoreError, Transaction,
    },
    postgres::{CustomerMapping, KeyType, MappedCustomers, PgStore, SchemaName},
    time::Timestamp,
};
use offerkit_cluster::Database;
use offerkit_conformance::{Failure, Harness, Outcome};
use sqlx::{Connection as _, Executor as _, PgConnection};

#[path = "mapped/kept.rs"]
mod kept;
#[path = "mapped/sessions.rs"]
mod sessions;

const VIEW: &str = "CREATE SCHEMA crm;
    CREATE VIEW crm.client AS SELECT id AS guid, external_id AS \"Ext Ref\", full_name AS name, email AS mail,
        phone AS mobile, dob AS born, gender AS sex, kyc_status AS checked, segment AS grade, occupation AS job,
        annual_income AS income, credit_score::BIGINT AS score, state AS province, city AS town, pin_code AS zip,
        marital_status AS married, account_age_months AS months, preferred_language AS lang, is_active AS live,
        created_at AS since, attributes ->> 'tier' AS loyalty, attributes AS extra
        FROM offerkit.customers;
    GRANT USAGE ON SCHEMA crm TO offerkit_app;
    GRANT SELECT ON crm.client TO offerkit_app";

/// The attributes that tests give customers.
const EXTRA: &str = "push_token n other tags visits opted_in renewal last_login zone";

fn mapping() -> Result<CustomerMapping, Failure> {
    let mapping = CustomerMapping::builder("crm", "client")
        .key("guid", KeyType::Uuid)
        .column(Column::ExternalId, "Ext Ref")
        .column(Column::FullName, "name")
        .column(Column::Email, "mail")
        .column(Column::Phone, "mobile")
        .column(Column::Dob, "born")
        .column(Column::Gender, "sex")
        .column(Column::KycStatus, "checked")
        .column(Column::Segment, "grade")
        .column(Column::Occupation, "job")
        .column(Column::AnnualIncome, "income")
        .column(Column::CreditScore, "score")
        .column(Column::State, "province")
        .column(Column::City, "town")
        .column(Column::PinCode, "zip")
        .column(Column::MaritalStatus, "married")
        .column(Column::AccountAgeMonths, "months")
        .column(Column::PreferredLanguage, "lang")
        .column(Column::IsActive, "live")
        .column(Column::CreatedAt, "since")
        .attribute("tier", "loyalty")
        .attributes("extra", EXTRA.split(' '));
    Ok(mapping.build()?)
}

/// The store, and beside it the host's customers.
#[derive(Clone)]
struct Mapped {
    store: PgStore,
    customers: MappedCustomers,
}

/// A store on a database of its own, which goes with this.
struct Postgres {
    connections: u32,
    database: OnceLock<Database>,
}

impl Postgres {
    const fn with(connections: u32) -> Self {
        Self {
            connections,
            database: OnceLock::new(),
        }
    }
}

impl Harness for Postgres {
    type Adapter = Mapped;

    async fn backend(&self) -> Result<Mapped, Failure> {
        let database = Database::prepared(async |url| {
            let pool = PgStore::pool_options().connect_lazy(&url)?;
            let store = PgStore::from_pool(pool.clone(), SchemaName::default());
            store.migrate().await?;
            pool.close().await;
            let mut host = PgConnection::connect(&url).await?;
            host.execute(VIEW).await?;
            host.close().await?;
            Ok::<_, Box<dyn Error + Send + Sync>>(())
        })
        .await?;
        let pool = PgStore::pool_options()
            .max_connections(self.connections)
            .connect_lazy(&database.url())?;
        let _kept = self.database.set(database);
        let store = PgStore::from_pool(pool, SchemaName::default());
        let customers = store.customers_of(&mapping()?).await?;
        Ok(Mapped { store, customers })
    }

    fn block_on(&self, case: impl Future<Output = Outcome>) -> Outcome {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        runtime.block_on(case)
    }
}

mod many_connections {
    use super::*;
    offerkit_conformance::conformance!(Postgres::with(8));
}

#[async_trait]
impl Store for Mapped {
    async fn begin(
        &self,
        scope: Scope,
        access: Access,
    ) -> Result<Box<dyn Transaction>, StoreError> {
        self.store.begin(scope, access).await
    }
}

#[async_trait]
impl CustomerSource for Mapped {
    async fn get_many(&self, ids: &[CustomerId]) -> Result<Vec<Customer>, StoreError> {
        CustomerSource::get_many(&self.customers, ids).await
    }

    async fn select(
        &self,
        selection: &Selection,
        after: Option<CustomerId>,
        limit: usize,
    ) -> Result<Vec<CustomerId>, StoreError> {
        CustomerSource::select(&self.customers, selection, after, limit).await
    }

    async fn count(&self, selection: &Selection) -> Result<u64, StoreError> {
        CustomerSource::count(&self.customers, selection).await
    }

    async fn sample(
        &self,
        selection: &Selection,
        limit: usize,
    ) -> Result<Vec<Customer>, StoreError> {
        CustomerSource::sample(&self.customers, selection, limit).await
    }

    /// As the source itself, so that the ledger selects there.
    fn as_any(&self) -> &dyn Any {
        self.customers.as_any()
    }
}

#[async_trait]
impl Ledger for Mapped {
    async fn start_run(&self, run: &Run) -> Result<(), StoreError> {
        Ledger::start_run(&self.store, run).await
    }

    async fn unfinished_run(
        &self,
        tenant: TenantId,
        campaign: CampaignId,
    ) -> Result<Option<Run>, StoreError> {
        Ledger::unfinished_run(&self.store, tenant, campaign).await
    }

    async fn runs(&self, tenant: TenantId, campaign: CampaignId) -> Result<Vec<Run>, StoreError> {
        Ledger::runs(&self.store, tenant, campaign).await
    }

    async fn extend(
        &self,
        source: &dyn CustomerSource,
        extension: &Extension<'_>,
    ) -> Result<Run, StoreError> {
        Ledger::extend(&self.store, source, extension).await
    }

    async fn end_run(
        &self,
        tenant: TenantId,
        run: RunId,
        status: RunStatus,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        Ledger::end_run(&self.store, tenant, run, status, now).await
    }

    async fn claim(&self, request: &ClaimRequest) -> Result<Vec<Claimed>, StoreError> {
        Ledger::claim(&self.store, request).await
    }

    async fn claim_by_rules(
        &self,
        source: &dyn CustomerSource,
        request: &ClaimRequest,
        rules: &ClaimRules,
    ) -> Result<RuledClaim, StoreError> {
        Ledger::claim_by_rules(&self.store, source, request, rules).await
    }

    async fn prospects(
        &self,
        source: &dyn CustomerSource,
        asked: &Prospecting<'_>,
        rules: &ClaimRules,
    ) -> Result<Vec<Prospect>, StoreError> {
        Ledger::prospects(&self.store, source, asked, rules).await
    }

    async fn settle(
        &self,
        tenant: TenantId,
        token: ClaimToken,
        settlements: &[Settlement],
        now: Timestamp,
    ) -> Result<u64, StoreError> {
        Ledger::settle(&self.store, tenant, token, settlements, now).await
    }

    async fn reclaim(&self, request: &ClaimRequest) -> Result<Vec<Claimed>, StoreError> {
        Ledger::reclaim(&self.store, request).await
    }

    async fn receipt(
        &self,
        tenant: TenantId,
        key: DeliveryKey,
        status: DeliveryStatus,
        at: Timestamp,
    ) -> Result<bool, StoreError> {
        Ledger::receipt(&self.store, tenant, key, status, at).await
    }

    async fn complaint(
        &self,
        tenant: TenantId,
        key: DeliveryKey,
        at: Timestamp,
    ) -> Result<bool, StoreError> {
        Ledger::complaint(&self.store, tenant, key, at).await
    }

    async fn claimed_until(
        &self,
        tenant: TenantId,
        campaign: CampaignId,
    ) -> Result<Option<Timestamp>, StoreError> {
        Ledger::claimed_until(&self.store, tenant, campaign).await
    }

    async fn tenant_claimed_until(
        &self,
        tenant: TenantId,
        channel: Option<Channel>,
    ) -> Result<Option<Timestamp>, StoreError> {
        Ledger::tenant_claimed_until(&self.store, tenant, channel).await
    }

    async fn cancel(
        &self,
        tenant: TenantId,
        campaign: CampaignId,
        reason: &str,
        now: Timestamp,
    ) -> Result<u64, StoreError> {
        Ledger::cancel(&self.store, tenant, campaign, reason, now).await
    }

    async fn retry_failed(
        &self,
        tenant: TenantId,
        campaign: CampaignId,
        now: Timestamp,
    ) -> Result<u64, StoreError> {
        Ledger::retry_failed(&self.store, tenant, campaign, now).await
    }

    async fn progress(
        &self,
        tenant: TenantId,
        campaign: CampaignId,
    ) -> Result<Progress, StoreError> {
        Ledger::progress(&self.store, tenant, campaign).await
    }

    async fn recipients(
        &self,
        tenant: TenantId,
        campaign: CampaignId,
        filter: &DeliveryFilter,
        page: &PageRequest,
    ) -> Result<Page<Delivery>, StoreError> {
        Ledger::recipients(&self.store, tenant, campaign, filter, page).await
    }

    async fn counted_by_day(
        &self,
        tenant: TenantId,
        campaign: CampaignId,
        counting: &DailyCounting<'_>,
    ) -> Result<DayCounts, StoreError> {
        self.store.counted_by_day(tenant, campaign, counting).await
    }

    async fn of_customer(
        &self,
        tenant: TenantId,
        customer: CustomerId,
    ) -> Result<Vec<Delivery>, StoreError> {
        Ledger::of_customer(&self.store, tenant, customer).await
    }
}
