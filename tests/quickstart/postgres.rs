//! The story on PostgreSQL.

use std::io;

use offerkit_cluster::{Database, Durability, Server};
use sqlx::{Connection as _, PgConnection};
use tokio::runtime::{self, Runtime};

use super::tell;

/// What two runs tell alike: times, ids and the head of the chain are of one run, and the opening names the store.
fn told_alike(out: &str) -> Vec<String> {
    let story = out.lines().skip_while(|line| !line.starts_with("1. "));
    story.map(without_what_varies).collect()
}

fn without_what_varies(line: &str) -> String {
    let word = |word: &str| {
        let is_time =
            word.len() == 12 && word.chars().all(|c| c.is_ascii_digit() || ":.".contains(c));
        let is_id = word.len() == 37 && word.ends_with(',') && word.matches('-').count() == 4;
        if is_time || is_id { "…" } else { word }.to_owned()
    };
    let words: Vec<_> = line.split(' ').map(word).collect();
    match words.as_slice() {
        // The head of the chain: a position, and a hash of times and ids.
        [.., position, hash] if hash.len() == 64 && position.parse::<u64>().is_ok() => {
            format!("{position} …")
        }
        words => words.join(" "),
    }
}

#[test]
fn the_story_on_postgresql_is_the_one_in_memory() {
    let in_memory = tell(&[]);
    let on_a_server = tell(&["--postgres"]);
    assert_eq!((on_a_server.code, on_a_server.err.as_str()), (0, ""));
    assert!(on_a_server.out.contains("a throw-away PostgreSQL 1"));
    let expected = told_alike(&in_memory.out);
    assert!(expected.len() > 200, "{expected:?}");
    assert_eq!(told_alike(&on_a_server.out), expected);
}

fn runtime() -> io::Result<Runtime> {
    let mut builder = runtime::Builder::new_current_thread();
    builder.enable_all().build()
}

/// First seen to fail with schemas told by their name alone, and by their mark alone.
#[test]
fn each_run_on_a_database_makes_its_own_schema_and_the_drop_takes_no_other() {
    let runtime = runtime().unwrap();
    let database = runtime.block_on(Database::new()).unwrap();
    let url = database.url();
    let schemas = |prepare: &'static str| {
        runtime.block_on(async {
            let mut connection = PgConnection::connect(&url).await.unwrap();
            sqlx::raw_sql(prepare).execute(&mut connection).await.unwrap();
            sqlx::query_scalar::<_, String>(
                "SELECT nspname::TEXT FROM pg_namespace WHERE nspname LIKE '%quickstart%' ORDER BY nspname",
            )
            .fetch_all(&mut connection)
            .await
            .unwrap()
        })
    };
    // Neither is the story's: one has its kind of name, the other its mark.
    let others = ["my_quickstart", "offerkit_quickstart_of_mine"];
    let made = schemas(
        "CREATE SCHEMA offerkit_quickstart_of_mine; CREATE SCHEMA my_quickstart;
        COMMENT ON SCHEMA my_quickstart IS 'made by the quickstart of Offerkit'",
    );
    assert_eq!(made, others);

    let first = tell(&["--database", &url]);
    let second = tell(&["--database", &url]);
    for told in [&first, &second] {
        assert_eq!((told.code, told.err.as_str()), (0, ""));
    }
    assert_eq!(told_alike(&first.out), told_alike(&second.out));
    let mut made = schemas("");
    made.retain(|name| !others.contains(&name.as_str()));
    assert_eq!(made.len(), 2, "{made:?}");
    for (name, told) in made.iter().zip([first, second]) {
        assert!(told.out.contains(name.as_str()), "{name} in:\n{}", told.out);
    }

    let dropped = tell(&["--database", &url, "--drop"]);
    assert_eq!((dropped.code, dropped.err.as_str()), (0, ""));
    let lines: Vec<_> = dropped.out.lines().collect();
    let expected: Vec<_> = made.iter().map(|name| format!("dropped {name}")).collect();
    assert_eq!(lines, expected);
    assert_eq!(schemas(""), others);
    let again = tell(&["--database", &url, "--drop"]);
    assert!(
        again.out.starts_with("there is nothing to drop"),
        "{}",
        again.out
    );
}

/// First seen to fail where a schema stayed that could not be migrated.
#[test]
fn a_database_that_cannot_be_used_is_told_with_what_to_do() {
    let runtime = runtime().unwrap();
    let server = runtime.block_on(Server::boot(Durability::None)).unwrap();
    let url = server.url("postgres");
    runtime.block_on(async {
        let mut connection = PgConnection::connect(&url).await.unwrap();
        let roles = "CREATE ROLE asha LOGIN; CREATE ROLE ben LOGIN; GRANT CREATE ON DATABASE postgres TO ben";
        sqlx::raw_sql(roles).execute(&mut connection).await.unwrap();
    });
    let of = |user: &str| url.replacen("//postgres@", &format!("//{user}@"), 1);
    let closed = "postgres://secret:word@127.0.0.1:1/bank".to_owned();
    for (url, problem, remedy) in [
        (
            "bank".to_owned(),
            "--database is no URL",
            "postgres://user:password@host",
        ),
        (closed, "refused", "is the server running"),
        (of("nobody"), "nobody", "check the user and the password"),
        (
            server.url("missing"),
            "does not exist",
            "make the database first",
        ),
        (of("asha"), "permission denied", "GRANT CREATE ON DATABASE"),
        (of("ben"), "permission denied", "`GRANT offerkit_app TO"),
    ] {
        let told = tell(&["--database", &url]);
        assert_eq!(told.code, 2, "{url}: {}", told.err);
        assert!(told.out.is_empty(), "{}", told.out);
        for part in [problem, remedy] {
            assert!(told.err.contains(part), "`{part}` is not in: {}", told.err);
        }
        assert!(!told.err.contains("secret:word"), "{}", told.err);
    }
    let left = runtime.block_on(async {
        let mut connection = PgConnection::connect(&url).await.unwrap();
        let left = "SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'offerkit%'";
        sqlx::query_scalar::<_, i64>(left)
            .fetch_one(&mut connection)
            .await
            .unwrap()
    });
    assert_eq!(left, 0, "a schema that could not be used was left");
}
