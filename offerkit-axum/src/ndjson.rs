//! A body of JSON documents, one a line, as rows of an import: read as they come, never kept as a whole.

use axum::body::Body;
use futures_util::StreamExt as _;
use serde_json::{Value, json};
use tokio::sync::mpsc::{Receiver, Sender, channel};

use offerkit_core::{
    domain::Customer,
    services::ImportRow,
    time::{Clock as _, SystemClock},
};
use uuid::Uuid;

/// The most bytes of a line.
const MAX_LINE_BYTES: usize = 65_536;
/// How many lines may wait for the importer.
const WAITING: usize = 256;

/// What stands on a line, or how the lines end.
enum Piece {
    Line(u64, Vec<u8>),
    TooLong(u64),
    Broken(u64, &'static str),
    End,
}

/// The lines of a body, for the thread of an importer. Where they cease without an end, the client has hung up, and the
/// import is to break off: what was sent is not the whole file.
pub(crate) struct Rows {
    pieces: Receiver<Piece>,
    last: u64,
    is_over: bool,
}

/// The rows, and what reads them off the body: both have to go on at the same time.
pub(crate) fn rows(body: Body, max_bytes: u64) -> (Rows, impl Future<Output = ()>) {
    let (sender, pieces) = channel(WAITING);
    let rows = Rows {
        pieces,
        last: 0,
        is_over: false,
    };
    (rows, read(body, max_bytes, sender))
}

async fn read(body: Body, max_bytes: u64, sender: Sender<Piece>) {
    let mut frames = body.into_data_stream();
    let mut lines = Lines::default();
    let mut bytes = 0_u64;
    loop {
        let (pieces, is_over) = match frames.next().await {
            Some(Ok(frame)) => {
                bytes = bytes.saturating_add(u64::try_from(frame.len()).unwrap_or(u64::MAX));
                if bytes > max_bytes {
                    let why = "the body is larger than is read here";
                    (vec![Piece::Broken(lines.number + 1, why)], true)
                } else {
                    (lines.add(&frame), false)
                }
            }
            Some(Err(_)) => {
                let why = "the body could not be read on";
                (vec![Piece::Broken(lines.number + 1, why)], true)
            }
            None => (lines.end(), true),
        };
        for piece in pieces {
            if sender.send(piece).await.is_err() {
                // The importer needs no more.
                return;
            }
        }
        if is_over {
            return;
        }
    }
}

/// Takes bytes apart at line feeds.
#[derive(Default)]
struct Lines {
    number: u64,
    rest: Vec<u8>,
    is_too_long: bool,
}

impl Lines {
    fn add(&mut self, bytes: &[u8]) -> Vec<Piece> {
        let mut pieces = Vec::new();
        for part in bytes.split_inclusive(|byte| *byte == b'\n') {
            let (part, is_whole) = match part.strip_suffix(b"\n") {
                Some(line) => (line, true),
                None => (part, false),
            };
            if self.rest.len().saturating_add(part.len()) > MAX_LINE_BYTES {
                self.is_too_long = true;
                self.rest.clear();
            } else if !self.is_too_long {
                self.rest.extend_from_slice(part);
            }
            if is_whole {
                pieces.extend(self.line());
            }
        }
        pieces
    }

    fn end(&mut self) -> Vec<Piece> {
        let mut pieces: Vec<_> = self.line().into_iter().collect();
        pieces.push(Piece::End);
        pieces
    }

    /// The line that is complete now, unless it is blank.
    fn line(&mut self) -> Option<Piece> {
        self.number = self.number.saturating_add(1);
        let line = std::mem::take(&mut self.rest);
        if std::mem::take(&mut self.is_too_long) {
            return Some(Piece::TooLong(self.number));
        }
        let is_blank = line.iter().all(u8::is_ascii_whitespace);
        (!is_blank).then_some(Piece::Line(self.number, line))
    }
}

impl Iterator for Rows {
    type Item = ImportRow;

    fn next(&mut self) -> Option<ImportRow> {
        if self.is_over {
            return None;
        }
        let piece = self.pieces.blocking_recv();
        let (line, row) = match piece {
            Some(Piece::Line(line, bytes)) => (line, row(line, &bytes)),
            Some(Piece::TooLong(line)) => {
                let why = format!("a line has at most {MAX_LINE_BYTES} bytes");
                (line, ImportRow::refused(line, why))
            }
            Some(Piece::Broken(line, why)) => {
                self.is_over = true;
                (line, ImportRow::unreadable(line, why))
            }
            Some(Piece::End) => {
                self.is_over = true;
                return None;
            }
            None => {
                self.is_over = true;
                let line = self.last.saturating_add(1);
                (line, ImportRow::unreadable(line, "the body has no end"))
            }
        };
        self.last = line;
        Some(row)
    }
}

/// The customer on a line. An id and a moment of creation that it leaves out are made up.
fn row(line: u64, bytes: &[u8]) -> ImportRow {
    let mut value: Value = match serde_json::from_slice(bytes) {
        Ok(value) => value,
        Err(error) => return ImportRow::refused(line, format!("not JSON: {error}")),
    };
    let Some(members) = value.as_object_mut() else {
        return ImportRow::refused(line, "a customer is a JSON object");
    };
    let has_id = members.contains_key("id");
    let has_created_at = members.contains_key("created_at");
    if !has_id {
        members.insert("id".to_owned(), json!(Uuid::nil()));
    }
    if !has_created_at {
        let now = SystemClock.now().to_string();
        members.insert("created_at".to_owned(), Value::String(now));
    }
    let mut row = ImportRow::read(line, serde_json::from_value::<Customer>(value));
    if !has_id {
        row = row.without_id();
    }
    if !has_created_at {
        row = row.without_created_at();
    }
    row
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(pieces: Vec<Piece>) -> Vec<String> {
        let text = |piece| match piece {
            Piece::Line(line, bytes) => format!("{line} {}", String::from_utf8(bytes).unwrap()),
            Piece::TooLong(line) => format!("{line} too long"),
            Piece::Broken(line, why) => format!("{line} {why}"),
            Piece::End => "end".to_owned(),
        };
        pieces.into_iter().map(text).collect()
    }

    #[test]
    fn lines_are_whole_however_they_come() {
        let text = b"one\n\ntwo\r\nthree";
        for size in 1..text.len() {
            let mut lines = Lines::default();
            let mut pieces: Vec<_> = text.chunks(size).flat_map(|part| lines.add(part)).collect();
            pieces.extend(lines.end());
            assert_eq!(told(pieces), ["1 one", "3 two\r", "4 three", "end"]);
        }
    }

    #[test]
    fn a_line_that_is_too_long_is_refused_alone() {
        let mut lines = Lines::default();
        let mut pieces = Vec::new();
        for _ in 0..3 {
            pieces.extend(lines.add(&vec![b'x'; MAX_LINE_BYTES]));
        }
        pieces.extend(lines.add(b"\nnext\n"));
        assert_eq!(told(pieces), ["1 too long", "2 next"]);
    }

    #[test]
    fn a_line_without_id_and_creation_is_a_customer() {
        let row = row(
            7,
            br#"{"full_name": "Asha Rao", "email": "asha@example.com"}"#,
        );
        assert_eq!(row.customer().unwrap().full_name(), "Asha Rao");
        assert!(super::row(8, b"[]").customer().is_none());
        assert!(
            super::row(9, br#"{"full_nam": "Asha"}"#)
                .customer()
                .is_none()
        );
    }
}
