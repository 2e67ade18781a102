//! pgbench sending what the API was seen to send: the server logs the statements of one request, which become a script.

use std::{collections::BTreeSet, env, error::Error, fs, path::Path};

use uuid::Uuid;

use super::{
    Operation, Round, client,
    world::{self, DATABASE, World},
};
use crate::{pg_transactions::pgbench, postgres::Durable};

/// Shows that a transaction has begun, and fails where it had before.
const PROBE: &str = "SELECT 1 / (now() = statement_timestamp())::INTEGER";

/// A statement, as the server logged it.
struct Seen {
    text: String,
    /// `None` is `NULL`.
    parameters: Vec<Option<String>>,
}

/// The statements of the second of two requests over one connection: by then all is prepared.
pub(crate) fn script(
    server: &Durable,
    world: &World,
    operation: Operation,
) -> Result<String, Box<dyn Error>> {
    let logging = |value: &str| format!("ALTER DATABASE {DATABASE} {value}");
    server.block_on(server.run("postgres", &logging("SET log_statement = 'all'")))?;
    let (first, second) = server.block_on(requests(server, world, operation))?;
    server.block_on(server.run("postgres", &logging("RESET log_statement")))?;
    let known: BTreeSet<&String> = first.iter().flat_map(values).collect();
    // What only the second request has are ids that it made.
    let mut made: Vec<&String> = second.iter().flat_map(values).collect();
    made.retain(|value| Uuid::parse_str(value).is_ok() && !known.contains(value));
    let mut script = "\\set bench_number random(1, 281474976710655)\n".to_owned();
    // The end of the request before, which is sent with this one; its own is sent with the next.
    let ends = second.iter().take_while(|it| it.text == "ROLLBACK").count();
    let (ends, own) = second.split_at(ends);
    for statement in own.iter().chain(ends) {
        script += &statement.written(&made);
    }
    if own.is_empty() {
        return Err(format!("the server logged no statement of {operation:?}").into());
    }
    Ok(script)
}

/// pgbench, for a while.
pub(crate) fn measured(
    server: &Durable,
    script: &str,
    connections: u32,
) -> Result<Round, Box<dyn Error>> {
    let folder = env::temp_dir().join(format!("offerkit-rest-{}", std::process::id()));
    fs::create_dir_all(&folder)?;
    let file = folder.join("script.sql");
    let done = fs::write(&file, script).map_err(Into::into).and_then(|()| {
        let window = super::window()?;
        pgbench::script(&server.url(DATABASE), &file, &[], connections, window)
    });
    fs::remove_dir_all(&folder)?;
    let mut done = done?;
    Ok(Round {
        per_second: done.per_second(),
        p50: done.percentile(50),
        p99: done.percentile(99),
    })
}

async fn requests(
    server: &Durable,
    world: &World,
    operation: Operation,
) -> Result<(Vec<Seen>, Vec<Seen>), Box<dyn Error>> {
    let (store, pool) = server.connected(DATABASE, 1)?;
    let address = world::served(store).await?;
    let asked = world.asked(operation);
    let path = asked.paths.lines().next().unwrap_or_default().to_owned();
    let bearer = format!("Bearer {}", asked.token);
    let (method, body) = (asked.method.to_owned(), asked.body.to_owned());
    let ask = move || {
        let headers = [
            ("Authorization", bearer.as_str()),
            ("X-Request-Id", "bench"),
        ];
        let (status, said) = client::ask(address, (&method, &path), &headers, &body)
            .map_err(|error| error.to_string())?;
        if status >= 400 {
            return Err(format!("the API answers {status}: {said}"));
        }
        Ok(())
    };
    let log = Path::new(&server.socket()).join("log");
    let mut ends = vec![fs::read(&log)?.len()];
    for _ in 0..3 {
        tokio::task::spawn_blocking(ask.clone()).await??;
        ends.push(fs::read(&log)?.len());
    }
    pool.close().await;
    let text = fs::read(&log)?;
    let part = |from: usize, to: usize| {
        let part = text.get(ends[from]..ends[to]).unwrap_or_default();
        read(&String::from_utf8_lossy(part))
    };
    Ok((part(1, 2)?, part(2, 3)?))
}

fn values(statement: &Seen) -> impl Iterator<Item = &String> {
    statement.parameters.iter().flatten()
}

/// The statements of a part of the log. A line that begins with a tab goes on with the one before.
fn read(log: &str) -> Result<Vec<Seen>, Box<dyn Error>> {
    let mut statements: Vec<Seen> = Vec::new();
    for line in log
        .replace("\n\t", "\n\u{1}")
        .replace('\n', "\u{2}")
        .replace("\u{2}\u{1}", "\n")
        .split('\u{2}')
    {
        if let Some((_, said)) = line.split_once("] LOG:  ") {
            let text = match said.split_once(": ") {
                Some((how, text)) if how == "statement" || how.starts_with("execute ") => text,
                _ => continue,
            };
            statements.push(Seen {
                text: text.to_owned(),
                parameters: Vec::new(),
            });
        } else if let Some((_, said)) = line.split_once("] DETAIL:  ")
            && let Some(said) = said.get("parameters: ".len()..)
        {
            let last = statements.last_mut().ok_or("parameters of no statement")?;
            last.parameters = parameters(said)?;
        }
    }
    Ok(statements)
}

/// Reads `$1 = 'it''s', $2 = NULL`.
fn parameters(said: &str) -> Result<Vec<Option<String>>, Box<dyn Error>> {
    let mut found = Vec::new();
    let mut rest = said;
    while let Some((_, value)) = rest.split_once(" = ") {
        if let Some(after) = value.strip_prefix("NULL") {
            found.push(None);
            rest = after;
            continue;
        }
        let mut text = String::new();
        let mut value = value.strip_prefix('\'').ok_or("a value without quotes")?;
        loop {
            let (part, after) = value.split_once('\'').ok_or("a value without an end")?;
            text += part;
            value = after;
            let Some(after) = value.strip_prefix('\'') else {
                break;
            };
            text.push('\'');
            value = after;
        }
        found.push(Some(text));
        rest = value;
    }
    Ok(found)
}

impl Seen {
    /// As pgbench takes it; statements that went together go together.
    fn written(&self, made: &[&String]) -> String {
        let mut text = String::new();
        let mut rest = self.text.as_str();
        while let Some((before, after)) = rest.split_once('$') {
            text += before;
            let digits = after.len()
                - after
                    .trim_start_matches(|it: char| it.is_ascii_digit())
                    .len();
            let (number, after) = after.split_at(digits);
            match number
                .parse::<usize>()
                .ok()
                .and_then(|it| self.parameters.get(it - 1))
            {
                Some(value) => text += &literal(value.as_ref(), made),
                None => text.extend(["$", number]),
            }
            rest = after;
        }
        text += rest;
        let parts: Vec<_> = text.split(';').filter(|it| !it.trim().is_empty()).collect();
        if self.parameters.is_empty() && parts.len() > 1 {
            let written = |part: &&str| match part.trim() {
                // In a pipeline, the moment of the statement is that of its arrival.
                PROBE => "SELECT 1;\n".to_owned(),
                part => format!("{part};\n"),
            };
            let parts: String = parts.iter().map(written).collect();
            return format!("\\startpipeline\n{parts}\\endpipeline\n");
        }
        format!("{};\n", text.trim())
    }
}

fn literal(value: Option<&String>, made: &[&String]) -> String {
    match value {
        None => "NULL".to_owned(),
        // Another one in every run, near the first in the index as a new one would be.
        Some(value) if made.contains(&value) => {
            let stem = value.get(..24).unwrap_or_default();
            format!("('{stem}' || lpad(to_hex(:bench_number::BIGINT), 12, '0'))::UUID")
        }
        // pgbench would take what follows a colon for a variable, between quotes too.
        Some(value) => {
            let value = value.replace('\\', r"\\").replace('\'', r"\'");
            format!("E'{}'", value.replace(':', r"\x3A"))
        }
    }
}
