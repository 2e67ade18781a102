//! A store on a database of its own, with two tenants in it, and the catalog that random criteria use.

use std::error::Error;

use offerkit_cluster::Database;
use offerkit_core::{
    criteria::{Catalog, Compiler, Criteria, FieldDefinition, FieldType, Moment, References},
    domain::{Customer, SegmentVersion},
    id::TenantId,
    ports::Selection,
};
use offerkit_generator::{CAMPAIGNS, OFFERS, SEGMENTS};
use offerkit_postgres::{PgStore, SchemaName};
use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection, types::Uuid};

pub(crate) type Outcome<T = ()> = Result<T, Box<dyn Error + Send + Sync>>;

/// The number of the tenant whose criteria are run.
pub(crate) const TENANT: i32 = 1;
/// The number of another one.
pub(crate) const OTHER: i32 = 2;

pub(crate) struct World {
    database: Database,
    pub(crate) store: PgStore,
}

impl World {
    pub(crate) async fn new() -> Outcome<Self> {
        let database = Database::prepared(async |url| {
            let pool = PgStore::pool_options().connect_lazy(&url)?;
            let store = PgStore::from_pool(pool.clone(), SchemaName::default());
            store.migrate().await?;
            pool.close().await;
            let mut connection = superuser(&url).await?;
            for number in [TENANT, OTHER] {
                let tenant = "INSERT INTO offerkit.tenants (number, id, name, created_by, created_at, updated_at)
                    OVERRIDING SYSTEM VALUE VALUES ($1, $2, $3, $2, now(), now())";
                let name = format!("tenant_{number}");
                let tenant = sqlx::query(tenant).bind(number).bind(uuid(number)).bind(name);
                tenant.execute(&mut connection).await?;
            }
            connection.close().await?;
            Ok::<_, Box<dyn Error + Send + Sync>>(())
        })
        .await?;
        let pool = PgStore::pool_options()
            .max_connections(2)
            .connect_lazy(&database.url())?;
        let store = PgStore::from_pool(pool, SchemaName::default());
        Ok(Self { database, store })
    }

    /// A connection beside the store's, which no trigger and no foreign key keeps from anything.
    pub(crate) async fn beside(&self) -> Outcome<PgConnection> {
        superuser(&self.database.url()).await
    }

    pub(crate) async fn run(&self, statement: &str) -> Outcome {
        let mut connection = self.beside().await?;
        connection
            .execute(AssertSqlSafe(statement.to_owned()))
            .await?;
        Ok(())
    }

    /// Stores customers as an import does.
    pub(crate) async fn store_customers(&self, customers: &[Customer]) -> Outcome {
        let statement = "INSERT INTO offerkit.customers
            SELECT new.* FROM json_array_elements($1::TEXT::JSON) AS customer (form)
            CROSS JOIN json_populate_record(NULL::offerkit.customers,
                ('{\"attributes\": {}}'::JSONB || form::JSONB)::JSON) AS new";
        let statement = sqlx::query(statement).bind(serde_json::to_string(customers)?);
        statement.execute(&mut self.beside().await?).await?;
        Ok(())
    }
}

async fn superuser(url: &str) -> Outcome<PgConnection> {
    let mut connection = PgConnection::connect(url).await?;
    connection
        .execute("SET session_replication_role = replica")
        .await?;
    Ok(connection)
}

/// The id of a tenant, and of whatever else has a number.
pub(crate) fn uuid(number: i32) -> Uuid {
    Uuid::from_u128(0x018f_4a2c_0000_7000_8000_00ff_0000_0000 | u128::from(number.unsigned_abs()))
}

pub(crate) fn tenant() -> TenantId {
    TenantId::from_uuid(uuid(TENANT))
}

pub(crate) fn moment() -> Outcome<Moment> {
    Ok(Moment::in_utc("2026-01-31T04:00:00Z".parse()?))
}

/// The built-in fields, one attribute of each type, and the protected fields allowed.
pub(crate) fn catalog() -> Outcome<Catalog> {
    let values = vec!["gold".into(), "silver".into()];
    let decimal = FieldType::Decimal {
        precision: 6,
        scale: 2,
    };
    let mut catalog = Catalog::customers().allowing(&["gender", "marital_status"])?;
    for (name, field_type) in [
        ("a.text", FieldType::Text),
        ("a.enum", FieldType::Enum { values }),
        ("a.int", FieldType::Int),
        ("a.decimal", decimal),
        ("a.bool", FieldType::Bool),
        ("a.date", FieldType::Date),
        ("a.timestamp", FieldType::Timestamp),
        ("a.set", FieldType::Set),
        ("a.uuid", FieldType::Uuid),
    ] {
        catalog = catalog.with_attribute(FieldDefinition::attribute(name, field_type)?)?;
    }
    Ok(catalog)
}

pub(crate) fn references() -> Outcome<References> {
    let mut references = References::new();
    for (name, source) in SEGMENTS {
        references = references.with_segment(name.parse()?, SegmentVersion::FIRST, source, []);
    }
    for (offer, campaign) in OFFERS.iter().zip(CAMPAIGNS) {
        references = references
            .with_offer(offer.parse()?)
            .with_campaign(campaign.parse()?);
    }
    Ok(references)
}

pub(crate) fn compile(document: &str) -> Outcome<Criteria> {
    let (catalog, references) = (catalog()?, references()?);
    let compiler = Compiler::new(&catalog).with_references(&references);
    compiler
        .compile(document)
        .map_err(|errors| format!("{document}: {errors}").into())
}

pub(crate) fn selection(criteria: Criteria) -> Outcome<Selection> {
    Ok(Selection::new(tenant(), criteria, moment()?))
}
