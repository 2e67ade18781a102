//! Running migrations: once, by any number of processes, and never over what another release has made.

use std::{env, fs, process};

use offerkit_cluster::Database;
use offerkit_postgres::{CheckError, MigrateError, Migrations, PgStore, SchemaName, Weakness};
use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection, PgPool, Row as _};

use crate::world::Outcome;

fn store(database: &Database, schema: &SchemaName) -> Outcome<PgStore> {
    Ok(PgStore::from_pool(
        PgPool::connect_lazy(&database.url())?,
        schema.clone(),
    ))
}

async fn run(database: &Database, statement: &str) -> Outcome {
    let mut connection = PgConnection::connect(&database.url()).await?;
    connection.execute(AssertSqlSafe(statement)).await?;
    Ok(connection.close().await?)
}

#[tokio::test(flavor = "multi_thread")]
async fn any_number_of_processes_migrate_at_once() -> Outcome {
    let database = Database::new().await?;
    let schema = SchemaName::default();
    let mut tasks = Vec::new();
    for _ in 0..8 {
        let store = store(&database, &schema)?;
        tasks.push(tokio::spawn(async move { store.migrate().await }));
    }
    for task in tasks {
        task.await??;
    }
    let mut connection = PgConnection::connect(&database.url()).await?;
    let row = sqlx::query(
        "SELECT count(*) AS applied, count(DISTINCT version) AS versions FROM offerkit.schema_migrations",
    );
    let row = row.fetch_one(&mut connection).await?;
    let known = i64::try_from(Migrations::of(&schema).list().len())?;
    assert_eq!(
        (
            row.try_get::<i64, _>("applied")?,
            row.try_get::<i64, _>("versions")?
        ),
        (known, known)
    );
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn two_schemas_stand_in_one_database() -> Outcome {
    let database = Database::new().await?;
    for name in ["bank_one", "bank_two"] {
        let schema: SchemaName = name.parse()?;
        let store = store(&database, &schema)?;
        store.migrate().await?;
        store.migrate().await?;
    }
    let mut connection = PgConnection::connect(&database.url()).await?;
    let stray = "SELECT count(*) FROM pg_class AS it JOIN pg_namespace AS space ON space.oid = it.relnamespace
        WHERE space.nspname IN ('public', 'offerkit')";
    let stray: i64 = sqlx::query_scalar(stray).fetch_one(&mut connection).await?;
    assert_eq!(stray, 0, "everything stands in its schema");
    // Functions and keys of one never lead into the other.
    let crossing = "SELECT count(*) FROM pg_proc AS it WHERE it.pronamespace = 'bank_one'::regnamespace AND it.prosrc ~ 'bank_two|offerkit\\.'
        AND it.prosrc !~ 'offerkit\\.(tenant|claim|hook|relotted)'";
    let crossing: i64 = sqlx::query_scalar(crossing)
        .fetch_one(&mut connection)
        .await?;
    assert_eq!(crossing, 0);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_checksum_is_refused() -> Outcome {
    let database = Database::new().await?;
    let store = store(&database, &SchemaName::default())?;
    store.migrate().await?;
    run(
        &database,
        "UPDATE offerkit.schema_migrations SET checksum = repeat('0', 64) WHERE version = 2",
    )
    .await?;
    let error = store.migrate().await.unwrap_err();
    assert!(matches!(error, MigrateError::Changed { .. }), "{error:?}");
    assert!(
        error
            .to_string()
            .starts_with("migration `0002_offers` has the checksum 0000")
    );
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_newer_database_is_refused() -> Outcome {
    let database = Database::new().await?;
    let store = store(&database, &SchemaName::default())?;
    store.migrate().await?;
    run(&database, "INSERT INTO offerkit.schema_migrations (version, name, checksum) VALUES (9999, '9999_later', '')").await?;
    let error = store.migrate().await.unwrap_err();
    assert!(
        matches!(error, MigrateError::Newer { applied: 9999, .. }),
        "{error:?}"
    );
    let error = store.check().await.unwrap_err();
    assert!(
        error
            .to_string()
            .contains("a newer release has migrated it"),
        "{error}"
    );
    Ok(())
}

/// As a host's own tool would run them: from files, in order, and the library finds them applied.
#[tokio::test(flavor = "multi_thread")]
async fn the_files_make_the_same_schema() -> Outcome {
    let database = Database::new().await?;
    let schema = SchemaName::default();
    let folder = env::temp_dir().join(format!("offerkit-migrations-{}", process::id()));
    fs::create_dir_all(&folder)?;
    Migrations::of(&schema).write_to(&folder)?;
    let mut files: Vec<_> = fs::read_dir(&folder)?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .collect();
    files.sort();
    for file in &files {
        run(&database, &fs::read_to_string(file)?).await?;
    }
    fs::remove_dir_all(&folder)?;
    PgStore::connect(&database.url()).await?.check().await?;
    store(&database, &schema)?.migrate().await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failed_migration_changes_nothing_and_is_named() -> Outcome {
    let database = Database::new().await?;
    run(
        &database,
        "CREATE SCHEMA offerkit; CREATE TABLE offerkit.tenants (id INT)",
    )
    .await?;
    let error = store(&database, &SchemaName::default())?
        .migrate()
        .await
        .unwrap_err();
    assert_eq!(error.to_string(), "migration `0001_platform` failed");
    let mut connection = PgConnection::connect(&database.url()).await?;
    let tables = "SELECT count(*) FROM pg_class WHERE relnamespace = 'offerkit'::regnamespace AND relkind = 'r'";
    let tables: i64 = sqlx::query_scalar(tables)
        .fetch_one(&mut connection)
        .await?;
    assert_eq!(tables, 1, "what was there before");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_without_migrations_is_refused_with_the_remedy() -> Outcome {
    let database = Database::new().await?;
    let store = PgStore::connect(&database.url()).await?;
    let CheckError::Weak(found) = store.check().await.unwrap_err() else {
        return Err("the check failed".into());
    };
    assert!(
        found.contains(&Weakness::Behind {
            next: "0001_platform"
        }),
        "{found:?}"
    );
    store.migrate().await?;
    PgStore::connect(&database.url()).await?.check().await?;
    Ok(())
}

/// An ordinary role that may make schemas and roles is enough: no superuser, no extension.
#[tokio::test(flavor = "multi_thread")]
async fn no_superuser_is_needed() -> Outcome {
    let database = Database::new().await?;
    let name = database.name();
    let role = format!("{name}_owner");
    run(
        &database,
        &format!("CREATE ROLE {role} LOGIN CREATEROLE; GRANT CREATE ON DATABASE {name} TO {role}"),
    )
    .await?;
    let options = database
        .url()
        .parse::<sqlx::postgres::PgConnectOptions>()?
        .username(&role);
    let pool = PgPool::connect_lazy_with(options);
    let store = PgStore::from_pool(pool, SchemaName::default());
    store.migrate().await?;
    let CheckError::Weak(found) = store.check().await.unwrap_err() else {
        return Err("the check failed".into());
    };
    assert_eq!(found, [Weakness::OwningRole { role: role.clone() }]);
    PgStore::connect(&database.url()).await?.check().await?;
    run(
        &database,
        &format!(
            "DROP OWNED BY {role}; REVOKE ALL ON DATABASE {name} FROM {role}; DROP ROLE {role}"
        ),
    )
    .await?;
    Ok(())
}
