//! Servers answer, keep databases apart, and end with whoever booted them.

use std::{
    env,
    io::{BufRead as _, BufReader, Write as _},
    path::Path,
    process::{Command, Stdio},
    thread,
    time::Duration,
};

use offerkit_cluster::{ClusterError, Database, Durability, Server};
use sqlx::{Connection as _, Executor as _, PgConnection};

type Outcome = Result<(), Box<dyn std::error::Error>>;

async fn setting(url: &str, name: &str) -> Result<String, sqlx::Error> {
    let mut connection = PgConnection::connect(url).await?;
    sqlx::query_scalar("SELECT current_setting($1)")
        .bind(name)
        .fetch_one(&mut connection)
        .await
}

/// Where a server's folder is, by its URL.
fn folder(url: &str) -> String {
    let host = url
        .split('@')
        .nth(1)
        .and_then(|rest| rest.split('/').next());
    host.unwrap_or_default().replace("%2F", "/")
}

fn is_gone(folder: &str) -> bool {
    for _ in 0..200 {
        if !Path::new(folder).exists() {
            return true;
        }
        thread::sleep(Duration::from_millis(50));
    }
    false
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_is_supported_listens_on_its_socket_alone_and_goes_with_its_value() -> Outcome {
    let server = Server::boot(Durability::Full).await?;
    let url = server.url("postgres");
    assert!(server.version() >= 15);
    assert_eq!(setting(&url, "listen_addresses").await?, "");
    assert_eq!(setting(&url, "fsync").await?, "on");
    let folder = folder(&url);
    assert!(Path::new(&folder).exists());
    drop(server);
    assert!(!Path::new(&folder).exists(), "{folder}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_of_the_template_is_its_tests_own() -> Outcome {
    let prepare = async |url: String| {
        let mut connection = PgConnection::connect(&url).await?;
        connection.execute("CREATE TABLE kept (id INT)").await?;
        connection.close().await
    };
    let (one, two) = (
        Database::prepared(prepare).await?,
        Database::prepared(prepare).await?,
    );
    let mut first = PgConnection::connect(&one.url()).await?;
    first.execute("DROP TABLE kept").await?;
    let mut second = PgConnection::connect(&two.url()).await?;
    second.execute("SELECT id FROM kept").await?;
    // Dropped although someone is connected.
    let name = one.name().to_owned();
    drop(one);
    let there = "SELECT count(*) FROM pg_database WHERE datname = $1";
    let there: i64 = sqlx::query_scalar(there)
        .bind(name)
        .fetch_one(&mut second)
        .await?;
    assert_eq!(there, 0);
    Ok(())
}

/// Run by the test below, in a process of its own.
#[tokio::test(flavor = "multi_thread")]
async fn boots_and_waits() -> Outcome {
    if env::var_os("OFFERKIT_CLUSTER_WAITS").is_none() {
        return Ok(());
    }
    let server = Server::boot(Durability::None).await?;
    writeln!(std::io::stdout(), "\nurl {}", server.url("postgres"))?;
    tokio::time::sleep(Duration::from_mins(10)).await;
    Ok(())
}

/// First seen to fail with a watch that did not read until its input was closed.
#[test]
fn a_server_ends_with_a_process_that_is_killed() -> Outcome {
    let mut child = Command::new(env::current_exe()?)
        .args(["--exact", "boots_and_waits", "--nocapture"])
        .env("OFFERKIT_CLUSTER_WAITS", "1")
        .stdout(Stdio::piped())
        .spawn()?;
    let said = child.stdout.take().ok_or("no output")?;
    let url = BufReader::new(said)
        .lines()
        .find_map(|line| Some(line.ok()?.strip_prefix("url ")?.to_owned()))
        .ok_or("the child said no URL")?;
    let folder = folder(&url);
    assert!(Path::new(&folder).exists());
    child.kill()?;
    child.wait()?;
    assert!(is_gone(&folder), "{folder} is still there");
    Ok(())
}

#[test]
fn what_to_install_is_said() {
    let error = ClusterError::NotInstalled {
        looked: "nowhere".to_owned(),
    }
    .to_string();
    for way in [
        "apt-get install postgresql",
        "OFFERKIT_POSTGRES_BIN",
        "OFFERKIT_TEST_DATABASE_URL",
    ] {
        assert!(error.contains(way), "{error}");
    }
}
