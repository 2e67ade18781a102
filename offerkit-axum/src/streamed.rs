//! A body as a reader, for what waits on a thread of its own: read as it comes, never kept as a whole.

use std::io::{self, Read};

use axum::body::{Body, Bytes};
use futures_util::StreamExt as _;
use tokio::sync::mpsc::{Receiver, Sender, channel};

/// How many parts of a body may wait for the reader.
const WAITING: usize = 16;

/// A body as a reader. Where it ceases without an end, the client has hung up, which is an error: what was sent is not the
/// whole file.
pub(crate) struct Streamed {
    parts: Receiver<Part>,
    rest: Bytes,
    is_over: bool,
}

enum Part {
    Bytes(Bytes),
    Broken(&'static str),
    End,
}

/// The reader, and what reads the body for it: both have to go on at the same time.
pub(crate) fn streamed(body: Body, max_bytes: u64) -> (Streamed, impl Future<Output = ()>) {
    let (sender, parts) = channel(WAITING);
    let reader = Streamed {
        parts,
        rest: Bytes::new(),
        is_over: false,
    };
    (reader, read(body, max_bytes, sender))
}

async fn read(body: Body, max_bytes: u64, sender: Sender<Part>) {
    let mut frames = body.into_data_stream();
    let mut bytes = 0_u64;
    loop {
        let part = match frames.next().await {
            Some(Ok(frame)) => {
                bytes = bytes.saturating_add(u64::try_from(frame.len()).unwrap_or(u64::MAX));
                if bytes > max_bytes {
                    Part::Broken("the body is larger than is read here")
                } else {
                    Part::Bytes(frame)
                }
            }
            Some(Err(_)) => Part::Broken("the body could not be read on"),
            None => Part::End,
        };
        let is_over = !matches!(part, Part::Bytes(_));
        // Where nobody takes it, the importer needs no more.
        if sender.send(part).await.is_err() || is_over {
            return;
        }
    }
}

impl Read for Streamed {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        while self.rest.is_empty() && !self.is_over {
            match self.parts.blocking_recv() {
                Some(Part::Bytes(bytes)) => self.rest = bytes,
                Some(Part::End) => self.is_over = true,
                Some(Part::Broken(why)) => return Err(io::Error::other(why)),
                None => return Err(io::Error::other("the body has no end")),
            }
        }
        let count = self.rest.len().min(into.len());
        let taken = self.rest.split_to(count);
        for (place, byte) in into.iter_mut().zip(taken) {
            *place = byte;
        }
        Ok(count)
    }
}
