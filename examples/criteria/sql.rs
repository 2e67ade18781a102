//! `sql`: the statement by which PostgreSQL finds whom a document selects, and how it would go about it.

use std::error::Error;

use clap::Args;
use offerkit::{
    id::TenantId,
    ports::Selection,
    postgres::{CriteriaSql, PgStore, SchemaName},
};
use offerkit_cluster::Database;
use tokio::runtime::Builder;

use super::{
    failure::Failure,
    input::{Source, Streams},
    setting::Setting,
};

/// What the statement is for.
#[derive(Debug, Args)]
pub(crate) struct SqlOptions {
    /// The tenant, whose deliveries `$received` asks.
    #[arg(
        long,
        value_name = "ID",
        default_value = "00000000-0000-0000-0000-000000000000"
    )]
    tenant: TenantId,
    /// The schema that the tables are in.
    #[arg(long, value_name = "NAME", default_value_t)]
    schema: SchemaName,
    /// Also print how PostgreSQL would carry it out.
    #[arg(long, requires = "server")]
    explain: bool,
    #[command(flatten)]
    server: ServerOptions,
}

/// The database that is asked.
#[derive(Debug, Args)]
#[group(id = "server", multiple = false)]
struct ServerOptions {
    /// The database that explains; its schema was migrated.
    #[arg(long, value_name = "URL", requires = "explain")]
    database: Option<String>,
    /// Boot a throw-away server that explains; it has no customer.
    #[arg(long, requires = "explain")]
    postgres: bool,
}

pub(crate) fn sql(
    document: &Source,
    options: &SqlOptions,
    setting: &Setting,
    streams: &mut Streams<'_>,
) -> Result<(), Failure> {
    let criteria = setting.read(document, streams)?;
    let selection = Selection::new(options.tenant, criteria, setting.moment);
    let sql = CriteriaSql::new(&selection, &options.schema);
    writeln!(streams.out, "{}", sql.statement())?;
    for (place, bind) in sql.binds().iter().enumerate() {
        let (number, value) = (place + 1, bind.value());
        writeln!(streams.out, "${number} {}: {value}", bind.sql_type())?;
    }
    if options.explain {
        let wrong = |error: Box<dyn Error>| Failure::Input(told(&*error));
        let lines = explain(options, &selection).map_err(wrong)?;
        writeln!(streams.out)?;
        for line in lines {
            writeln!(streams.out, "{line}")?;
        }
    }
    Ok(())
}

fn explain(options: &SqlOptions, selection: &Selection) -> Result<Vec<String>, Box<dyn Error>> {
    let runtime = Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let schema = options.schema.clone();
        if let Some(url) = &options.server.database {
            // Tried first, so that what is wrong with the address is told.
            PgStore::connect(url).await?;
            let pool = PgStore::pool_options().connect(url).await?;
            return Ok(PgStore::from_pool(pool, schema).explain(selection).await?);
        }
        let database = Database::new().await?;
        let migrating = PgStore::pool_options().connect(&database.url()).await?;
        PgStore::from_pool(migrating.clone(), schema.clone())
            .migrate()
            .await?;
        // What was connected before the schema was there lacks its role.
        migrating.close().await;
        let pool = PgStore::pool_options().connect(&database.url()).await?;
        let store = PgStore::from_pool(pool.clone(), schema);
        let lines = store.explain(selection).await?;
        pool.close().await;
        Ok(lines)
    })
}

/// The error and what caused it.
fn told(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        text = format!("{text}: {error}");
        source = error.source();
    }
    text
}
