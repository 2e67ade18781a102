//! Where text comes from and goes to.

use std::{
    convert::Infallible,
    fmt,
    fs::{self, File},
    io::{Read, Write},
    path::{Path, PathBuf},
    str::FromStr,
};

use super::failure::Failure;

/// The most bytes of a document that are read: the library refuses far smaller ones, and can then say so.
const LONGEST: u64 = 16 * 1024 * 1024;

/// What a command reads and writes.
pub(crate) struct Streams<'s> {
    pub(crate) input: &'s mut dyn Read,
    pub(crate) out: &'s mut dyn Write,
    pub(crate) err: &'s mut dyn Write,
    /// Whether the output may have colours.
    pub(crate) is_terminal: bool,
}

/// A file, or standard input.
#[derive(Clone, Debug)]
pub(crate) enum Source {
    File(PathBuf),
    Input,
}

impl FromStr for Source {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(if text == "-" {
            Self::Input
        } else {
            Self::File(text.into())
        })
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(file) => file.display().fmt(f),
            Self::Input => f.write_str("<standard input>"),
        }
    }
}

impl Source {
    /// What it holds, which need not be text.
    pub(crate) fn read(&self, streams: &mut Streams<'_>) -> Result<Vec<u8>, Failure> {
        let mut bytes = Vec::new();
        let read = match self {
            Self::File(file) => open(file)?.take(LONGEST).read_to_end(&mut bytes),
            Self::Input => (&mut *streams.input).take(LONGEST).read_to_end(&mut bytes),
        };
        match read {
            Ok(_) => Ok(bytes),
            Err(error) => Err(Failure::Input(format!("cannot read {self}: {error}"))),
        }
    }
}

pub(crate) fn open(file: &Path) -> Result<File, Failure> {
    File::open(file).map_err(|error| unreadable(file, &error))
}

pub(crate) fn text(file: &Path) -> Result<String, Failure> {
    fs::read_to_string(file).map_err(|error| unreadable(file, &error))
}

pub(crate) fn unreadable(file: &Path, error: &std::io::Error) -> Failure {
    Failure::Input(format!("cannot read {}: {error}", file.display()))
}
