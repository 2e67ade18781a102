//! The cases of the criteria language, put to PostgreSQL: the project's own, and those of other implementations, where
//! `OFFERKIT_CRITERIA_CASES` names a folder of them.
//!
//! A case's customer is stored first, then selected. Whoever is not active is never selected.

#[path = "../examples/criteria/main.rs"]
mod criteria;

use std::{error::Error, fs, io::Write as _, path::Path, process};

use criteria::{
    case::Case,
    judge::{catalog, moment_of, recipient, references},
};
use offerkit::{
    criteria::{Compiler, History as _, Moment, PastDelivery},
    domain::Customer,
    id::TenantId,
    ports::{CustomerSource as _, Selection},
    postgres::{PgStore, SchemaName},
    time::Timestamp,
};
use offerkit_cluster::Database;
use sqlx::{Connection as _, Executor as _, PgConnection};
use uuid::Uuid;

type Failure = Box<dyn Error + Send + Sync>;

// The tool is used as `main` uses it.
const _: fn() -> process::ExitCode = criteria::main;

const TENANT: Uuid = Uuid::from_u128(1);

const EMPTY: &str = "DELETE FROM offerkit.customers; DELETE FROM offerkit.campaign_customers;
    DELETE FROM offerkit.audience_runs";

/// What became of some cases.
#[derive(Default)]
struct Answers {
    right: usize,
    wrong: Vec<String>,
    /// Customers whom our table does not take, and why.
    not_stored: Vec<String>,
}

struct World {
    store: PgStore,
    /// As a superuser, whom no trigger and no foreign key keeps from anything.
    beside: PgConnection,
    _database: Database,
}

impl World {
    async fn new() -> Result<Self, Failure> {
        let database = Database::new().await?;
        let url = database.url();
        let migrating = PgStore::pool_options().connect(&url).await?;
        PgStore::from_pool(migrating.clone(), SchemaName::default())
            .migrate()
            .await?;
        migrating.close().await;
        let mut beside = PgConnection::connect(&url).await?;
        beside
            .execute(
                "SET session_replication_role = replica;
                ALTER TABLE offerkit.customers DISABLE TRIGGER ALL;
                ALTER TABLE offerkit.campaign_customers DISABLE TRIGGER ALL;
                ALTER TABLE offerkit.audience_runs DISABLE TRIGGER ALL",
            )
            .await?;
        let tenant =
            "INSERT INTO offerkit.tenants (number, id, name, created_by, created_at, updated_at)
            OVERRIDING SYSTEM VALUE VALUES (1, $1, 'tenant', $1, now(), now())";
        let tenant = sqlx::query(tenant).bind(TENANT);
        tenant.execute(&mut beside).await?;
        let pool = PgStore::pool_options().connect(&url).await?;
        Ok(Self {
            store: PgStore::from_pool(pool, SchemaName::default()),
            beside,
            _database: database,
        })
    }

    /// The answer to a case, or why its customer cannot be stored.
    async fn answer(
        &mut self,
        case: &Case,
        moment: Moment,
    ) -> Result<Result<bool, String>, Failure> {
        let catalog = catalog(case)?;
        let references = references(case)?;
        let compiler = Compiler::new(&catalog).with_references(&references);
        let criteria = compiler.compile(case.document())?;
        let customer = recipient(case, &catalog, moment)?;
        self.beside.execute(EMPTY).await?;
        if let Err(error) = self.store_customer(&customer).await {
            return Ok(Err(error.to_string()));
        }
        let mut deliveries = Vec::new();
        case.deliveries(customer.id(), &mut |delivery| deliveries.push(*delivery));
        for (number, delivery) in (1..).zip(&deliveries) {
            self.store_delivery(&customer, number, delivery).await?;
        }
        let moment = moment_of(case, moment);
        let selection = Selection::new(TenantId::from_uuid(TENANT), criteria, moment);
        let selected = self.store.select(&selection, None, 2).await?;
        Ok(Ok(selected == [customer.id()]))
    }

    async fn store_customer(&mut self, customer: &Customer) -> Result<(), Failure> {
        let statement = "INSERT INTO offerkit.customers
            SELECT new.* FROM json_populate_record(NULL::offerkit.customers,
                ('{\"attributes\": {}}'::JSONB || $1::TEXT::JSONB)::JSON) AS new";
        let statement = sqlx::query(statement).bind(serde_json::to_string(customer)?);
        statement.execute(&mut self.beside).await?;
        Ok(())
    }

    async fn store_delivery(
        &mut self,
        customer: &Customer,
        number: i32,
        delivery: &PastDelivery,
    ) -> Result<(), Failure> {
        let run = "INSERT INTO offerkit.audience_runs (tenant_id, id, number, campaign_id, offer_id, revision,
                criteria_digest, as_of, today, status, finished_at)
            OVERRIDING SYSTEM VALUE
            VALUES ($1, $2, $3, $4, $5, 1, sha256(''), now(), now(), 'finished', now())";
        let run = sqlx::query(run)
            .bind(TENANT)
            .bind(Uuid::from_u128(u128::from(number.unsigned_abs())))
            .bind(number)
            .bind(delivery.campaign.as_uuid())
            .bind(delivery.offer.as_uuid());
        run.execute(&mut self.beside).await?;
        let row = "INSERT INTO offerkit.campaign_customers (tenant_number, campaign_number, channel, customer_id, run_number,
                delivery_status, claim_token, claim_deadline, sent_at, updated_at)
            SELECT 1, $1, 'email', $2, $1, $3::TEXT::offerkit.delivery_status, claim.token, claim.deadline, $4, now()
            FROM (VALUES ('sending', gen_random_uuid(), now()), (NULL, NULL, NULL)) AS claim (status, token, deadline)
            WHERE (claim.status IS NOT NULL) = ($3 = 'sending')";
        let row = sqlx::query(row)
            .bind(number)
            .bind(customer.id().as_uuid())
            .bind(delivery.status.as_str())
            .bind(delivery.sent_at.map(Timestamp::as_datetime));
        row.execute(&mut self.beside).await?;
        Ok(())
    }
}

async fn answers(folder: &Path) -> Result<Answers, Failure> {
    let mut world = World::new().await?;
    let moment = Moment::in_utc("2026-01-01T00:00:00Z".parse()?);
    let mut answers = Answers::default();
    for entry in fs::read_dir(folder)? {
        for line in fs::read_to_string(entry?.path())?.lines() {
            let Ok(case) = Case::read(line) else { continue };
            let Some(expected) = case.expected else {
                continue;
            };
            let is_active = recipient(&case, &catalog(&case)?, moment)?.is_active();
            match world.answer(&case, moment).await? {
                Ok(answer) if answer == (expected && is_active) => answers.right += 1,
                Ok(answer) => answers
                    .wrong
                    .push(format!("{}: answered {answer}", case.id)),
                Err(why) => answers.not_stored.push(format!("{}: {why}", case.id)),
            }
        }
    }
    let mut err = std::io::stderr();
    for case in &answers.not_stored {
        writeln!(err, "not stored: {case}")?;
    }
    let (right, left_out) = (answers.right, answers.not_stored.len());
    writeln!(
        err,
        "{}: {right} cases answered, {left_out} not stored",
        folder.display()
    )?;
    Ok(answers)
}

#[tokio::test]
async fn cases_of_operators_are_answered_as_expected() -> Result<(), Failure> {
    let answers = answers(Path::new("tests/cases/operators")).await?;
    assert!(answers.wrong.is_empty(), "{}", answers.wrong.join("\n"));
    assert!(answers.right > 900, "only {} cases", answers.right);
    Ok(())
}

#[tokio::test]
async fn shared_cases_are_answered_as_expected() -> Result<(), Failure> {
    let Ok(folder) = std::env::var("OFFERKIT_CRITERIA_CASES") else {
        let skipped = "skipped: OFFERKIT_CRITERIA_CASES names no folder of cases";
        writeln!(std::io::stderr(), "{skipped}")?;
        return Ok(());
    };
    let answers = answers(Path::new(&folder)).await?;
    assert!(answers.wrong.is_empty(), "{}", answers.wrong.join("\n"));
    assert!(answers.right > 0, "there is no case in {folder}");
    Ok(())
}
