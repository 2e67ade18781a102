//! The provider: a process that accepts messages and keeps a ledger of its own, on disk before it answers.

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

/// Accepts messages until it is killed. A request is a line of `delivery=key` words, the answer a line.
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
        memory
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .accept(&request?)?;
        writer.write_all(b"accepted\n")?;
    }
    Ok(())
}

impl Memory {
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
