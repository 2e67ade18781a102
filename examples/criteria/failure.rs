//! What ends a command early.

use std::io;

/// Why a command did not do what it says.
#[derive(Debug)]
pub(crate) enum Failure {
    /// An option or a file is wrong.
    Input(String),
    /// The document has mistakes, and here they are; or they were already shown.
    Document(Option<String>),
    /// Cases failed, and were shown.
    Cases,
    /// The result cannot be written.
    Output(io::Error),
}

impl Failure {
    pub(crate) const fn exit_code(&self) -> u8 {
        match self {
            Self::Input(_) | Self::Document(_) => 2,
            Self::Cases | Self::Output(_) => 1,
        }
    }

    /// What standard error is told.
    pub(crate) fn told(&self) -> Option<String> {
        match self {
            Self::Input(problem) => Some(format!("error: {problem}")),
            Self::Document(problems) => problems.clone(),
            Self::Cases => None,
            Self::Output(error) => Some(format!("error: cannot write: {error}")),
        }
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Output(error)
    }
}

impl From<serde_json::Error> for Failure {
    fn from(error: serde_json::Error) -> Self {
        Self::Output(error.into())
    }
}
