//! Where the server's programs are.

use std::{
    env,
    ffi::OsStr,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use crate::ClusterError;

/// The oldest supported major version.
const OLDEST: u32 = 15;

/// The folders under which packages keep one folder for each version.
const VERSIONED: &[&str] = &[
    "/usr/lib/postgresql",
    "/usr",
    "/opt/homebrew/opt",
    "/usr/local/opt",
    "/usr/local",
];

/// The folder of a server's programs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Binaries {
    folder: PathBuf,
    version: u32,
}

impl Binaries {
    /// The programs in `OFFERKIT_POSTGRES_BIN`, else those of the newest version in Debian's and others' versioned
    /// folders, of `pg_config`, or on the PATH.
    ///
    /// # Errors
    ///
    /// [`ClusterError::NotInstalled`], which says what to install.
    pub fn find() -> Result<Self, ClusterError> {
        if let Some(folder) = env::var_os("OFFERKIT_POSTGRES_BIN").filter(|it| !it.is_empty()) {
            return Self::within(Path::new(&folder)).ok_or_else(|| ClusterError::NotInstalled {
                looked: format!("OFFERKIT_POSTGRES_BIN, `{}`", Path::new(&folder).display()),
            });
        }
        let mut newest: Option<Self> = None;
        for found in versioned().filter_map(|folder| Self::within(&folder)) {
            if newest.as_ref().is_none_or(|it| it.version < found.version) {
                newest = Some(found);
            }
        }
        let path = env::var_os("PATH").unwrap_or_default();
        newest
            .or_else(|| Self::within(&pg_config()?))
            .or_else(|| env::split_paths(&path).find_map(|folder| Self::within(&folder)))
            .ok_or_else(|| ClusterError::NotInstalled {
                looked: format!(
                    "{}, `pg_config --bindir` and the PATH",
                    VERSIONED.join(", ")
                ),
            })
    }

    /// The program of this name.
    #[must_use]
    pub fn program(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// The server's major version.
    #[must_use]
    pub const fn version(&self) -> u32 {
        self.version
    }

    fn within(folder: &Path) -> Option<Self> {
        // A link on the PATH leads to the folder that holds the others.
        let postgres = fs::canonicalize(folder.join("postgres")).ok()?;
        let folder = postgres.parent()?.to_owned();
        if !folder.join("initdb").exists() {
            return None;
        }
        let said = Command::new(&postgres).arg("--version").output().ok()?;
        let version = major(&String::from_utf8_lossy(&said.stdout))?;
        (version >= OLDEST).then_some(Self { folder, version })
    }
}

/// The major version in `postgres (PostgreSQL) 15.9 (Debian …)`.
fn major(said: &str) -> Option<u32> {
    let number = said.split_whitespace().nth(2)?;
    let digits: String = number.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().ok()
}

fn versioned() -> impl Iterator<Item = PathBuf> {
    VERSIONED
        .iter()
        .filter_map(|folder| fs::read_dir(folder).ok())
        .flatten()
        .filter_map(|entry| Some(entry.ok()?.path().join("bin")))
        .filter(|bin| bin.join("postgres").exists())
}

fn pg_config() -> Option<PathBuf> {
    let said = Command::new("pg_config").arg("--bindir").output().ok()?;
    let text = String::from_utf8(said.stdout).ok()?;
    Some(PathBuf::from(OsStr::new(text.trim())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_is_read_from_what_servers_say() {
        assert_eq!(
            major("postgres (PostgreSQL) 15.9 (Debian 15.9-0+deb12u1)\n"),
            Some(15)
        );
        assert_eq!(major("postgres (PostgreSQL) 18beta1\n"), Some(18));
        assert_eq!(major("what"), None);
    }
}
