//! Logins beside the hash that they wait for, and how long a refusal takes for a name that there is and one that there is not.

use std::{
    error::Error,
    net::SocketAddr,
    sync::Arc,
    thread::available_parallelism,
    time::{Duration, Instant},
};

use offerkit::{domain::PasswordHash, ports::PasswordHasher as _};
use offerkit_core::password::Argon2Hasher;
use serde_json::json;

use super::{
    ROUNDS, client,
    world::{NAME, PASSWORD, World},
    wrk::{self, Asked},
};
use crate::{measure::median, postgres::Durable, report::Report};

/// How many refusals of each kind.
const REFUSALS: u32 = 101;

pub(crate) fn run(server: &Durable, world: &World) -> Result<Vec<Report>, Box<dyn Error>> {
    Ok(vec![logins(server, world)?, refusals(world.address)?])
}

/// As many logins at once as there are cores, and one.
fn logins(server: &Durable, world: &World) -> Result<Report, Box<dyn Error>> {
    let hasher = Arc::new(Argon2Hasher::new());
    let hash = Arc::new(server.block_on(hasher.hash(PASSWORD))?);
    let body = json!({ "name": NAME, "password": PASSWORD }).to_string();
    let asked = Asked {
        method: "POST",
        paths: "/v1/login\n".to_owned(),
        token: "",
        body: &body,
    };
    let cores = u32::try_from(available_parallelism()?.get())?;
    let mut at_once = vec![1, cores];
    at_once.dedup();
    let mut rows = Vec::new();
    for at_once in at_once {
        let (mut bare, mut ours) = (Vec::new(), Vec::new());
        for _ in 0..ROUNDS {
            bare.push(server.block_on(verified(&hasher, &hash, at_once, super::window()?))?);
            let round = wrk::measured(world.address, &asked, at_once, super::window()?)?;
            ours.push(round.per_second);
        }
        let (bare, ours) = (median(&bare), median(&ours));
        let row = |who: &str, rate: f64| {
            vec![
                at_once.to_string(),
                who.to_owned(),
                format!("{rate:.1}"),
                format!("{:.2}×", rate / bare),
            ]
        };
        rows.push(row("argon2id alone", bare));
        rows.push(row("POST /v1/login", ours));
    }
    let head = ["at once", "who", "a second", "ratio"];
    Ok(Report::new("rest: logins", &head, rows))
}

/// How many a second.
async fn verified(
    hasher: &Arc<Argon2Hasher>,
    hash: &Arc<PasswordHash>,
    at_once: u32,
    window: Duration,
) -> Result<f64, Box<dyn Error>> {
    let begin = Instant::now();
    let tasks: Vec<_> = (0..at_once)
        .map(|_| {
            let (hasher, hash) = (Arc::clone(hasher), Arc::clone(hash));
            tokio::spawn(async move {
                let mut done = 0_u32;
                while begin.elapsed() < window {
                    if !hasher.verify(PASSWORD, Some(&hash)).await? {
                        return Ok(0);
                    }
                    done += 1;
                }
                Ok::<_, offerkit::ports::HashError>(done)
            })
        })
        .collect();
    let mut done = 0;
    for task in tasks {
        done += task.await??;
    }
    Ok(f64::from(done) / begin.elapsed().as_secs_f64())
}

/// One name known, the other not, in turns; each from a source of its own, so that nobody has to wait.
fn refusals(address: SocketAddr) -> Result<Report, Box<dyn Error>> {
    let (mut known, mut unknown) = (Vec::new(), Vec::new());
    for number in 0..REFUSALS {
        let other = format!("nobody{number}");
        for (name, taken) in [(NAME, &mut known), (other.as_str(), &mut unknown)] {
            let source = format!("10.{}.{}.{}", number / 250, number % 250, name.len());
            let body = json!({ "name": name, "password": "not the password at all" }).to_string();
            let begin = Instant::now();
            let headers = [("X-Forwarded-For", source.as_str())];
            let (status, said) = client::ask(address, ("POST", "/v1/login"), &headers, &body)?;
            taken.push(begin.elapsed().as_secs_f64() * 1e3);
            if status != 401 {
                return Err(format!("a wrong password answers {status}: {said}").into());
            }
        }
    }
    let (known, unknown) = (median(&known), median(&unknown));
    let row = |who: &str, time: f64| {
        vec![
            who.to_owned(),
            format!("{time:.2}"),
            format!("{:.3}×", time / known),
        ]
    };
    let rows = vec![
        row("a name that there is", known),
        row("one that there is not", unknown),
    ];
    let head = ["wrong password of", "median ms", "ratio"];
    let title = "rest: refused logins";
    Ok(Report::new(title, &head, rows))
}
