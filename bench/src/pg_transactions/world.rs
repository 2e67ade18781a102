//! A tenant with offers, whose ids both sides can compute.

use std::{
    error::Error,
    sync::atomic::{AtomicU64, Ordering},
};

use offerkit::{
    domain::RevisionNumber,
    id::OfferId,
    testing::{TestPlatform, TestTenant, offer_data},
};
use offerkit_postgres::PgStore;
use sqlx::PgPool;
use uuid::Uuid;

use crate::postgres::Durable;

pub(crate) const DATABASE: &str = "transactions";
/// How many offers each side edits: so many that none is edited so often that its history takes the time.
pub(crate) const OFFERS: u64 = 2_000;
/// The ids of the test's platform count; each new offer takes so many.
const STEP: u64 = 3;

pub(crate) struct World {
    pub(crate) tenant: TestTenant,
    pub(crate) pool: PgPool,
    first: u128,
    /// How often the service has edited each of its own.
    edits: Vec<AtomicU64>,
}

impl World {
    pub(crate) async fn make(server: &Durable) -> Result<Self, Box<dyn Error>> {
        server.create(DATABASE, None).await?;
        let (store, pool): (PgStore, _) = server.store(DATABASE, 8).await?;
        store.check().await?;
        let platform = TestPlatform::new(store).await?;
        let tenant = platform.tenant("credit_card").await?;
        let offers = tenant.acting(&tenant.creator).offers(tenant.id);
        let mut first = None;
        // The first half is pgbench's to edit, the other ours.
        for number in 0..2 * OFFERS {
            let offer = offers.create(offer_data("Gold card").into()).await?;
            let id = offer.id().as_uuid().as_u128();
            let first = *first.get_or_insert(id);
            if id != first + u128::from(STEP * number) {
                return Err("the offers' ids do not count as they did".into());
            }
        }
        server.run(DATABASE, "VACUUM ANALYZE").await?;
        server.run(DATABASE, "CHECKPOINT").await?;
        Ok(Self {
            tenant,
            pool,
            first: first.ok_or("there are no offers")?,
            edits: (0..OFFERS).map(|_| AtomicU64::new(0)).collect(),
        })
    }

    /// The id of one of the offers.
    pub(crate) fn offer(&self, number: u64) -> OfferId {
        OfferId::from_uuid(Uuid::from_u128(self.first + u128::from(STEP * number)))
    }

    /// The same, as SQL in which `:number` counts from 0.
    pub(crate) fn offer_sql(&self) -> String {
        let first = Uuid::from_u128(self.first).to_string();
        let (stem, counted) = first.split_at(first.len() - 12);
        let counted = u64::from_str_radix(counted, 16).unwrap_or_default();
        format!("('{stem}' || lpad(to_hex({counted} + {STEP} * :number::BIGINT), 12, '0'))::UUID")
    }

    /// The revision at which one of the service's offers is, which is edited now.
    pub(crate) fn edited(&self, number: u64) -> RevisionNumber {
        let edits = usize::try_from(number)
            .ok()
            .and_then(|number| self.edits.get(number));
        let before = edits.map_or(0, |edits| edits.fetch_add(1, Ordering::Relaxed));
        RevisionNumber::new(before + 1)
    }

    /// What the service has written into the audit log of a new offer; pgbench writes it for every edit.
    pub(crate) async fn document(&self) -> Result<String, Box<dyn Error>> {
        let mut connection = self.pool.acquire().await?;
        let select = "SELECT result::TEXT FROM offerkit.offer_audit_logs WHERE action = 'offer.create' LIMIT 1";
        let in_tenant = sqlx::AssertSqlSafe(format!(
            "BEGIN; SET LOCAL offerkit.tenant = '{}'",
            self.tenant.id
        ));
        sqlx::raw_sql(in_tenant).execute(&mut *connection).await?;
        let document: String = sqlx::query_scalar(select)
            .fetch_one(&mut *connection)
            .await?;
        sqlx::raw_sql("ROLLBACK").execute(&mut *connection).await?;
        Ok(document)
    }
}
