//! `docs/postgres-schema.md` against the catalogs of what the users drew and of what the migrations make.

use std::{collections::BTreeSet, env, fmt::Write as _, fs, path::PathBuf};

use offerkit_cluster::Database;
use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection, Row as _};

use crate::world::{Outcome, Role, World};

const PAGE: &str = include_str!("../../../docs/postgres-schema.md");
const BEGIN: &str = "--test schema page` -->\n";
const END: &str = "<!-- end of tables -->";

/// What has a name in a schema: `table.column` with its type, and indexes, constraints, triggers and functions.
const NAMED: &str = "
    SELECT class.relname || '.' || it.attname AS name, format_type(it.atttypid, it.atttypmod) AS type
    FROM pg_attribute AS it JOIN pg_class AS class ON class.oid = it.attrelid
    WHERE class.relnamespace = $1::regnamespace AND class.relkind IN ('r', 'v') AND it.attnum > 0 AND NOT it.attisdropped
    UNION ALL SELECT relname::TEXT, '' FROM pg_class WHERE relnamespace = $1::regnamespace AND relkind = 'i'
    UNION ALL SELECT conname::TEXT, '' FROM pg_constraint WHERE connamespace = $1::regnamespace AND contype IN ('c', 'f')
    UNION ALL SELECT it.tgname::TEXT, '' FROM pg_trigger AS it JOIN pg_class AS class ON class.oid = it.tgrelid
        WHERE class.relnamespace = $1::regnamespace AND NOT it.tgisinternal
    UNION ALL SELECT proname::TEXT, '' FROM pg_proc WHERE pronamespace = $1::regnamespace";

async fn named(connection: &mut PgConnection, schema: &str) -> Outcome<BTreeSet<(String, String)>> {
    let rows = sqlx::query(NAMED)
        .bind(schema)
        .fetch_all(connection)
        .await?;
    rows.iter()
        .map(|row| Ok((row.try_get("name")?, row.try_get("type")?)))
        .collect()
}

/// The database that the users drew, without the extension, which nothing in it needs.
async fn drawn() -> Outcome<(Database, PgConnection)> {
    let database = Database::new().await?;
    let mut connection = PgConnection::connect(&database.url()).await?;
    let text =
        include_str!("drawn.sql").replace("CREATE EXTENSION IF NOT EXISTS \"pgcrypto\";", "");
    connection.execute(AssertSqlSafe(text)).await?;
    Ok((database, connection))
}

/// The texts between backticks.
fn codes(cell: &str) -> impl Iterator<Item = &str> {
    cell.split('`').skip(1).step_by(2)
}

/// What stands on the page between two texts.
fn part(after: &str, before: &str) -> &'static str {
    let (_, rest) = PAGE.split_once(after).unwrap_or_default();
    rest.split_once(before).map_or(rest, |(part, _)| part)
}

/// The first two cells of the rows that begin with something drawn.
fn rows() -> impl Iterator<Item = (&'static str, &'static str)> {
    let part = part("## What the users drew", "## Every table");
    let rows = part.lines().filter(|line| line.starts_with("| `"));
    rows.filter_map(|line| {
        let mut cells = line.trim_start_matches("| ").split(" | ");
        Some((cells.next()?, cells.next()?))
    })
}

/// First seen to fail with a line taken off the page.
#[tokio::test(flavor = "multi_thread")]
async fn every_drawn_line_is_on_the_page_once() -> Outcome {
    let (_database, mut connection) = drawn().await?;
    let drawn: BTreeSet<_> = named(&mut connection, "public")
        .await?
        .into_iter()
        .map(|(name, _)| name)
        .collect();
    let listed: Vec<_> = rows()
        .map(|(first, _)| codes(first).next().unwrap().to_owned())
        .collect();
    let unique: BTreeSet<_> = listed.iter().cloned().collect();
    assert_eq!(unique, drawn);
    assert_eq!(listed.len(), unique.len(), "a line is there twice");
    Ok(())
}

/// First seen to fail with another type, and another defence's name, on the page.
#[tokio::test(flavor = "multi_thread")]
async fn what_replaced_it_is_there_with_its_type() -> Outcome {
    let world = World::new().await?;
    let there = named(&mut world.connect(Role::Superuser).await?, "offerkit").await?;
    let names: BTreeSet<_> = there.iter().map(|(name, _)| name.as_str()).collect();
    for (drawn, now) in rows() {
        if now == "none" {
            continue;
        }
        let mut targets = codes(now).peekable();
        assert!(
            targets.peek().is_some(),
            "{drawn} says neither a name nor `none`"
        );
        for target in targets {
            assert!(names.contains(target), "{drawn}: there is no {target}");
        }
        let (target, kind) = now.trim_start_matches('`').split_once('`').unwrap();
        if target.contains('.') {
            let pair = (target.to_owned(), kind.trim().to_owned());
            assert!(there.contains(&pair), "{drawn}: {target} is not {kind}");
        }
    }
    // Elsewhere on the page, a name with a dot is a column, and one that looks like a defence is there.
    for code in codes(PAGE)
        .filter(|code| code.split('.').count() == 2 && !code.contains(['(', ' ', ':', '=']))
    {
        let (table, _) = code.split_once('.').unwrap();
        let is_ours = names
            .iter()
            .any(|name| name.starts_with(&format!("{table}.")));
        assert!(
            !is_ours
                || names.contains(code)
                || rows().any(|(drawn, _)| drawn == format!("`{code}`")),
            "{code}"
        );
    }
    let held = part("## What holds what", "\n## ");
    for code in codes(held).filter(|code| {
        code.contains('_') && !code.starts_with(['*', '`']) && !code.contains(['.', ' '])
    }) {
        let is_policy = matches!(
            code,
            "tenant_wall" | "tenant_rows" | "offerkit_app" | "tenant_id"
        );
        assert!(
            is_policy || names.contains(code),
            "there is no defence {code}"
        );
    }
    Ok(())
}

/// All columns of the drawn customers, of their types but for the time zone, and their lists of values.
#[tokio::test(flavor = "multi_thread")]
async fn the_drawn_customers_table_is_whole() -> Outcome {
    let (_database, mut before) = drawn().await?;
    let world = World::new().await?;
    let mut now = world.connect(Role::Superuser).await?;
    let there = named(&mut now, "offerkit").await?;
    for (name, kind) in named(&mut before, "public").await? {
        if name.starts_with("customers.") {
            let kind = kind.replace("without time zone", "with time zone");
            assert!(
                there.contains(&(name.clone(), kind.clone())),
                "{name} {kind}"
            );
        }
    }
    let lists = "SELECT conname::TEXT || ': ' || pg_get_constraintdef(oid) FROM pg_constraint
        WHERE conrelid = $1::regclass AND contype = 'c' AND pg_get_constraintdef(oid) LIKE '% = ANY %' ORDER BY 1";
    let of = async |connection: &mut PgConnection, table: &str| {
        sqlx::query_scalar::<_, String>(lists)
            .bind(table)
            .fetch_all(connection)
            .await
    };
    let drawn = of(&mut before, "public.customers").await?;
    assert_eq!(drawn.len(), 3);
    assert_eq!(drawn, of(&mut now, "offerkit.customers").await?);
    Ok(())
}

/// The list of every table, as the catalog has it.
#[tokio::test(flavor = "multi_thread")]
async fn every_table_is_listed_as_it_is() -> Outcome {
    let world = World::new().await?;
    let mut connection = world.connect(Role::Superuser).await?;
    let select = "SELECT class.relname::TEXT AS name,
            string_agg(it.attname || ' ' || format_type(it.atttypid, it.atttypmod)
                || CASE WHEN it.attgenerated <> '' OR it.attidentity <> '' THEN ' =' WHEN it.attnotnull THEN '' ELSE ' ?' END,
                ', ' ORDER BY it.attnum) AS columns,
            (SELECT string_agg(part.attname, ', ' ORDER BY place) FROM pg_index AS key,
                unnest(key.indkey::SMALLINT[]) WITH ORDINALITY AS k (number, place)
                JOIN pg_attribute AS part ON part.attnum = k.number
                WHERE key.indrelid = class.oid AND key.indisprimary AND part.attrelid = class.oid) AS key
        FROM pg_class AS class JOIN pg_attribute AS it ON it.attrelid = class.oid AND it.attnum > 0 AND NOT it.attisdropped
        WHERE class.relnamespace = 'offerkit'::regnamespace AND class.relkind = 'r'
        GROUP BY class.oid, class.relname ORDER BY class.relname";
    let mut listed = String::from("| table | key | columns |\n|---|---|---|\n");
    for row in sqlx::query(select).fetch_all(&mut connection).await? {
        let (name, key, columns): (String, String, String) = (
            row.try_get("name")?,
            row.try_get("key")?,
            row.try_get("columns")?,
        );
        let columns = columns
            .replace("timestamp with time zone", "timestamptz")
            .replace("offerkit.", "");
        writeln!(listed, "| `{name}` | {key} | {columns} |")?;
    }
    let (head, rest) = PAGE.split_once(BEGIN).unwrap();
    let (there, tail) = rest.split_once(END).unwrap();
    if env::var_os("OFFERKIT_BLESS").is_some() {
        let page = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../docs/postgres-schema.md");
        fs::write(page, format!("{head}{BEGIN}\n{listed}\n{END}{tail}"))?;
        return Ok(());
    }
    assert_eq!(
        there.trim(),
        listed.trim(),
        "OFFERKIT_BLESS=1 writes the list anew"
    );
    Ok(())
}
