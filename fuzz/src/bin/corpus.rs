//! Moves inputs between a target's corpus, a folder of files, and the file of kept inputs that the tests read.
//!
//! `corpus unpack FILE.jsonl FOLDER` begins a corpus with what was kept; `corpus pack FOLDER FILE.jsonl` keeps a corpus.
//! An input is a line: a JSON string, which for bytes that are no UTF-8 holds a `!` and a character for each byte. Lines
//! longer than `LONGEST` bytes are not kept: they take much room and say little more.

use std::error::Error;
use std::{env, fs};

const LONGEST: usize = 200;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    match arguments
        .iter()
        .map(String::as_str)
        .collect::<Vec<_>>()
        .as_slice()
    {
        ["unpack", file, folder] => unpack(file, folder),
        ["pack", folder, file] => pack(folder, file),
        _ => Err("say `corpus unpack FILE.jsonl FOLDER` or `corpus pack FOLDER FILE.jsonl`".into()),
    }
}

fn unpack(file: &str, folder: &str) -> Result<(), Box<dyn Error>> {
    fs::create_dir_all(folder)?;
    for (number, line) in fs::read_to_string(file)?.lines().enumerate() {
        let input: String = serde_json::from_str(line)?;
        let bytes = match input.strip_prefix('!') {
            Some(bytes) => bytes
                .chars()
                .map(|c| u8::try_from(u32::from(c)))
                .collect::<Result<_, _>>()?,
            None => input.into_bytes(),
        };
        fs::write(format!("{folder}/kept-{number:05}"), bytes)?;
    }
    Ok(())
}

fn pack(folder: &str, file: &str) -> Result<(), Box<dyn Error>> {
    let mut lines = Vec::new();
    for entry in fs::read_dir(folder)? {
        let bytes = fs::read(entry?.path())?;
        let input = match String::from_utf8(bytes) {
            Ok(text) if !text.starts_with('!') => text,
            Ok(text) => escaped(text.as_bytes()),
            Err(error) => escaped(error.as_bytes()),
        };
        let line = serde_json::to_string(&input)? + "\n";
        if line.len() <= LONGEST {
            lines.push(line);
        }
    }
    lines.sort_by_key(|line| (line.len(), line.clone()));
    lines.dedup();
    Ok(fs::write(file, lines.concat())?)
}

fn escaped(bytes: &[u8]) -> String {
    std::iter::once('!')
        .chain(bytes.iter().copied().map(char::from))
        .collect()
}
