//! The provider: a process that accepts messages and keeps a ledger of its own, on disk before it answers, and that can be
//! asked what it has accepted.

use std::{
    collections::HashSet,
    fs::{File, OpenOptions},
    io::{BufRead as _, BufReader, Write as _},
    os::unix::net::{UnixListener, UnixStream},
    sync::{Arc, Mutex, PoisonError},
    thread,
};

use crate::{Outcome, plan::ProviderPlan};

/// What the provider remembers.
struct Memory {
    ledger: File,
    keys: HashSet<String>,
    deduplicates: bool,
}

/// Accepts messages until it is killed. A request is a line of `delivery=key` words, the answer a line; or one of keys, and
/// the answer is those among them that it knows.
pub(crate) fn serve(plan: &ProviderPlan) -> Outcome {
    let ledger = OpenOptions::new()
        .create(true)
        .append(true)
        .open(&plan.ledger)?;
    let memory = Arc::new(Mutex::new(Memory {
        ledger,
        keys: HashSet::new(),
        deduplicates: plan.deduplicates,
    }));
    let listener = UnixListener::bind(&plan.socket)?;
    for stream in listener.incoming() {
        let (stream, memory) = (stream?, Arc::clone(&memory));
        // A worker that is killed breaks its connection.
        thread::spawn(move || drop(answer(stream, &memory)));
    }
    Ok(())
}

fn answer(stream: UnixStream, memory: &Mutex<Memory>) -> Outcome {
    let mut writer = stream.try_clone()?;
    for request in BufReader::new(stream).lines() {
        let request = request?;
        let mut memory = memory.lock().unwrap_or_else(PoisonError::into_inner);
        let answer = if let Some(keys) = request.strip_prefix("known? ") {
            memory.known(keys)
        } else {
            memory.accept(&request)?;
            "accepted\n".to_owned()
        };
        drop(memory);
        writer.write_all(answer.as_bytes())?;
    }
    Ok(())
}

impl Memory {
    fn known(&self, keys: &str) -> String {
        let keys = keys.split_whitespace();
        let known: Vec<_> = keys.filter(|key| self.keys.contains(*key)).collect();
        format!("{}\n", known.join(" "))
    }

    fn accept(&mut self, request: &str) -> Outcome {
        let mut lines = String::new();
        for message in request.split_whitespace() {
            let (delivery, key) = message.split_once('=').ok_or("a message without a key")?;
            let is_known = !self.keys.insert(key.to_owned());
            if !(is_known && self.deduplicates) {
                lines.push_str(delivery);
                lines.push('\n');
            }
        }
        self.ledger.write_all(lines.as_bytes())?;
        Ok(self.ledger.sync_data()?)
    }
}
