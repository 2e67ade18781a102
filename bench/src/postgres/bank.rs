//! A bank on a durable server: many customers, a tenant, and campaigns that were launched and not yet filled.

use std::{
    error::Error,
    time::{Duration, Instant},
};

use offerkit::{
    criteria::{Criteria, Moment},
    domain::{Campaign, Channel, Purpose, Run, RunStatus},
    id::RunId,
    testing::{TestPlatform, TestTenant},
};
use offerkit_core::{
    id::IdSource as _,
    ports::{Extension, Ledger as _, Selection},
    time::Clock as _,
};
use offerkit_postgres::PgStore;
use sqlx::PgPool;

use super::Durable;

/// How many customers a filling adds at once: what the library does unless told otherwise.
const CHUNK: usize = 50_000;

/// A bank in a database of its own.
pub(crate) struct Bank {
    pub(crate) store: PgStore,
    pub(crate) tenant: TestTenant,
    pool: PgPool,
}

/// The values of customer number `i`, for tables of the drawn columns; one in ten is `premium`.
pub(crate) const VALUES: &str = "'Customer Number ' || i AS full_name, 'customer.' || i || '@example.com' AS email,
    '+91' || lpad(i::TEXT, 10, '0') AS phone, DATE '1950-06-15' + i % 20000 AS dob,
    (ARRAY['male', 'female', 'other'])[1 + i % 3] AS gender,
    (ARRAY['verified', 'pending', 'rejected'])[1 + i / 3 % 3] AS kyc_status,
    CASE WHEN hashint4(i) % 10 = 0 THEN 'premium' ELSE (ARRAY['regular', 'student', 'corporate'])[1 + i % 3] END AS segment,
    (ARRAY['salaried', 'self-employed'])[1 + i % 2] AS occupation, 200000.50 + i % 999983 * 3 AS annual_income,
    300 + i % 601 AS credit_score, 'Maharashtra' AS state, 'Mumbai' AS city, '400001' AS pin_code,
    (ARRAY['single', 'married'])[1 + i / 2 % 2] AS marital_status, i % 240 AS account_age_months,
    (ARRAY['en', 'hi', 'ta'])[1 + i / 9 % 3] AS preferred_language, TRUE AS is_active";

/// The names of those columns.
pub(crate) const COLUMNS: &str = "full_name, email, phone, dob, gender, kyc_status, segment, occupation, annual_income,
    credit_score, state, city, pin_code, marital_status, account_age_months, preferred_language, is_active";

/// An id that grows with `i`, as those that the library makes do.
pub(crate) const IN_ORDER: &str = "('01890000-0000-7000-8000-' || lpad(to_hex(i), 12, '0'))::UUID";

/// An id that looks random, the same for the same `i`.
pub(crate) const AT_RANDOM: &str = "md5('customer ' || i)::UUID";

impl Bank {
    /// A bank in a new database, with so many customers.
    pub(crate) async fn open(
        durable: &Durable,
        database: &str,
        customers: u64,
        id: &str,
    ) -> Result<Self, Box<dyn Error>> {
        durable.create(database, None).await?;
        let (store, pool) = durable.store(database, 8).await?;
        let insert = format!(
            "INSERT INTO offerkit.customers (id, {COLUMNS}, created_at)
            SELECT {id}, {VALUES}, '2026-01-01Z' FROM generate_series(1, {customers}) AS i"
        );
        durable.run(database, &insert).await?;
        durable
            .run(database, "VACUUM (ANALYZE) offerkit.customers")
            .await?;
        let platform = TestPlatform::new(store.clone()).await?;
        let tenant = platform.tenant("credit_card").await?;
        Ok(Self {
            store,
            tenant,
            pool,
        })
    }

    /// A campaign that e-mails whom `criteria` select, launched.
    pub(crate) async fn launch(&self, criteria: &str) -> Result<Campaign, Box<dyn Error>> {
        self.launch_for(criteria, Purpose::Service).await
    }

    /// The same, for a purpose.
    pub(crate) async fn launch_for(
        &self,
        criteria: &str,
        purpose: Purpose,
    ) -> Result<Campaign, Box<dyn Error>> {
        let offer = self.tenant.approved_offer("Gold card").await?;
        let mut draft = self.tenant.campaign(offer.id())?;
        draft.purpose = purpose;
        criteria.clone_into(&mut draft.selection_criteria);
        Ok(self.tenant.launched_campaign(draft).await?)
    }

    /// Nobody is connected any more, so that the database may be copied.
    pub(crate) async fn close(self) -> TestTenant {
        self.pool.close().await;
        self.tenant
    }
}

/// Fills a campaign's audience from the store's own customers, chunk by chunk, and tells how long it took.
pub(crate) async fn fill(
    store: &PgStore,
    tenant: &TestTenant,
    campaign: &Campaign,
    criteria: &str,
) -> Result<(Run, Duration), Box<dyn Error>> {
    let platform = tenant.platform();
    let now = platform.clock.now();
    let criteria = Criteria::parse(criteria, &offerkit::criteria::Catalog::customers())?;
    let mut run = Run {
        id: RunId::from_uuid(platform.ids.uuid(now)),
        tenant: tenant.id,
        campaign: campaign.id(),
        offer: campaign.plan().offer,
        revision: campaign.revision(),
        criteria_digest: criteria.digest(),
        now,
        today: now.date(),
        position: None,
        added: 0,
        kept: 0,
        status: RunStatus::Running,
        finished_at: None,
    };
    let selection = Selection::new(tenant.id, criteria, Moment::in_utc(now));
    store.start_run(&run).await?;
    let begin = Instant::now();
    while run.status == RunStatus::Running {
        let extension = Extension {
            run: run.id,
            selection: &selection,
            channels: &[Channel::Email],
            is_one: false,
            ceiling: u64::MAX,
            limit: CHUNK,
            now,
        };
        run = store.extend(store, &extension).await?;
    }
    Ok((run, begin.elapsed()))
}
