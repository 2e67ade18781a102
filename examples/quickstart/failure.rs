//! What ends the story early.

use std::{fmt, io};

use offerkit::{
    Error,
    page::PageError,
    services::BuildError,
    text::{PasswordError, TextError},
};

/// Why the story was not told to its end.
#[derive(Debug)]
pub(crate) enum Failure {
    /// An option or a file is wrong: the caller can mend it.
    Input(String),
    /// The library did not do what it promises.
    Broken(String),
    /// A service refused or failed where it should not have.
    Service(Error),
    /// The report cannot be written.
    Output(io::Error),
}

impl Failure {
    pub(crate) const fn exit_code(&self) -> u8 {
        match self {
            Self::Input(_) => 2,
            Self::Broken(_) | Self::Service(_) | Self::Output(_) => 1,
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Input(problem) => f.write_str(problem),
            Self::Broken(problem) => write!(f, "the library broke its promise: {problem}"),
            Self::Service(error) => write!(f, "the story cannot go on: {error}"),
            Self::Output(error) => write!(f, "cannot write: {error}"),
        }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Service(error)
    }
}

impl From<TextError> for Failure {
    fn from(error: TextError) -> Self {
        Self::Service(error.into())
    }
}

impl From<PasswordError> for Failure {
    fn from(error: PasswordError) -> Self {
        Self::Service(error.into())
    }
}

impl From<PageError> for Failure {
    fn from(error: PageError) -> Self {
        Self::Service(error.into())
    }
}

impl From<BuildError> for Failure {
    fn from(error: BuildError) -> Self {
        Self::Broken(error.to_string())
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Output(error)
    }
}

/// That two numbers which must be equal are.
pub(crate) fn adds_up<T: Copy + PartialEq + fmt::Display>(
    what: &str,
    counted: T,
    expected: T,
) -> Result<(), Failure> {
    if counted == expected {
        return Ok(());
    }
    let problem = format!("{what}: {counted} where {expected} were expected");
    Err(Failure::Broken(problem))
}

/// That something holds.
pub(crate) fn holds(what: &str, is_so: bool) -> Result<(), Failure> {
    if is_so {
        return Ok(());
    }
    Err(Failure::Broken(format!("it does not hold that {what}")))
}
