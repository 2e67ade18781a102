//! A database with two tenants in it, and the roles in which it is reached.

use std::error::Error;

use offerkit_cluster::Database;
use offerkit_postgres::{PgStore, SchemaName};
use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection, PgPool};

pub(crate) type Outcome<T = ()> = Result<T, Box<dyn Error + Send + Sync>>;

/// In whose name SQL is run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    /// What services run as.
    App,
    /// The owner of the schema, no superuser.
    Owner,
    /// A superuser, for whom row-level security does not hold.
    Superuser,
}

pub(crate) struct World {
    pub(crate) database: Database,
}

impl World {
    pub(crate) async fn new() -> Outcome<Self> {
        let database = Database::prepared(async |url| {
            let pool = PgPool::connect_lazy(&url)?;
            PgStore::from_pool(pool, SchemaName::default())
                .migrate()
                .await?;
            let mut connection = PgConnection::connect(&url).await?;
            connection.execute(sql(include_str!("fixture.sql"))).await?;
            connection.execute(sql(OWNER)).await?;
            connection.close().await?;
            Ok::<_, Box<dyn Error + Send + Sync>>(())
        })
        .await?;
        Ok(Self { database })
    }

    /// A connection in which the tenant `loan` is set for the session.
    pub(crate) async fn connect(&self, role: Role) -> Outcome<PgConnection> {
        let mut connection = PgConnection::connect(&self.database.url()).await?;
        connection
            .execute("SELECT set_config('offerkit.tenant', md5('loan')::UUID::TEXT, FALSE)")
            .await?;
        match role {
            Role::App => connection.execute("SET ROLE offerkit_app").await?,
            Role::Owner => connection.execute("SET ROLE offerkit_test_owner").await?,
            Role::Superuser => return Ok(connection),
        };
        Ok(connection)
    }

    /// Runs statements as a superuser.
    pub(crate) async fn run(&self, text: &str) -> Outcome {
        let mut connection = PgConnection::connect(&self.database.url()).await?;
        connection.execute(sql(text)).await?;
        Ok(connection.close().await?)
    }
}

/// Text of a test, with the schema's name.
pub(crate) fn sql(text: &str) -> AssertSqlSafe<String> {
    AssertSqlSafe(text.replace("{schema}", "offerkit"))
}

/// Makes an ordinary role the owner of everything in the schema.
const OWNER: &str = "
    DO $$
    DECLARE
        it RECORD;
    BEGIN
        BEGIN
            CREATE ROLE offerkit_test_owner NOLOGIN;
        EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
        END;
        ALTER SCHEMA {schema} OWNER TO offerkit_test_owner;
        FOR it IN SELECT c.oid::regclass AS name, c.relkind FROM pg_class AS c
            WHERE c.relnamespace = '{schema}'::regnamespace AND c.relkind IN ('r', 'v') LOOP
            EXECUTE format('ALTER %s %s OWNER TO offerkit_test_owner',
                CASE it.relkind WHEN 'v' THEN 'VIEW' ELSE 'TABLE' END, it.name);
        END LOOP;
        FOR it IN SELECT p.oid::regprocedure AS name FROM pg_proc AS p
            WHERE p.pronamespace = '{schema}'::regnamespace LOOP
            EXECUTE format('ALTER FUNCTION %s OWNER TO offerkit_test_owner', it.name);
        END LOOP;
    END
    $$;";
