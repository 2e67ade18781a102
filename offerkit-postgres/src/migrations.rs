//! The library's migrations: in order, with their checksums, as text and as files.

use std::{fs, io, path::Path};

use offerkit_core::digest::Digest;

use crate::schema::SchemaName;

macro_rules! migrations {
    ($($version:literal $name:literal,)+) => {
        const SOURCES: &[(i64, &str, &str)] = &[
            $(($version, $name, include_str!(concat!("../migrations/", $name, ".sql"))),)+
        ];
    };
}

migrations! {
    1 "0001_platform",
    2 "0002_offers",
    3 "0003_campaigns",
    4 "0004_customers",
    5 "0005_ledger",
    6 "0006_audit",
    7 "0007_security",
}

/// One step of the schema.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Migration {
    version: i64,
    name: &'static str,
    checksum: Digest,
    sql: String,
}

impl Migration {
    /// The version, from 1 on, without gaps.
    #[must_use]
    pub const fn version(&self) -> i64 {
        self.version
    }

    /// The name, which begins with the version: `0001_platform`.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// The SHA-256 of the migration as the library ships it, before the schema's name is put in.
    #[must_use]
    pub const fn checksum(&self) -> Digest {
        self.checksum
    }

    /// The statements for this schema, to be run in one transaction. The last of them notes the migration in
    /// `schema_migrations`, so that the library's check at start finds it, whichever tool ran it.
    #[must_use]
    pub fn sql(&self) -> &str {
        &self.sql
    }
}

/// Every migration, in order, for one schema.
///
/// Hosts that run their own migration tool take them from here; all others call
/// [`PgStore::migrate`](crate::PgStore::migrate).
///
/// ```
/// use offerkit_postgres::{Migrations, SchemaName};
///
/// let migrations = Migrations::of(&SchemaName::default());
/// let first = migrations.list().first().map(|it| it.name());
/// assert_eq!(first, Some("0001_platform"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Migrations {
    list: Vec<Migration>,
}

impl Migrations {
    /// The migrations that make and change `schema`.
    #[must_use]
    pub fn of(schema: &SchemaName) -> Self {
        let list = SOURCES
            .iter()
            .map(|(version, name, source)| {
                let checksum = Digest::of(source.as_bytes());
                let note = format!(
                    "\nINSERT INTO {{schema}}.schema_migrations (version, name, checksum)\n    \
                     VALUES ({version}, '{name}', '{checksum}');\n"
                );
                Migration {
                    version: *version,
                    name,
                    checksum,
                    sql: schema.render(&format!("{source}{note}")),
                }
            })
            .collect();
        Self { list }
    }

    /// The migrations, the first first.
    #[must_use]
    pub fn list(&self) -> &[Migration] {
        &self.list
    }

    /// Writes each migration into a file `<name>.sql` of an existing folder.
    ///
    /// # Errors
    ///
    /// What the file system answers.
    pub fn write_to(&self, folder: &Path) -> io::Result<()> {
        self.list.iter().try_for_each(|migration| {
            fs::write(
                folder.join(format!("{}.sql", migration.name)),
                &migration.sql,
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_ascend_without_gaps_and_begin_the_names() {
        let migrations = Migrations::of(&SchemaName::default());
        for (place, migration) in (1..).zip(migrations.list()) {
            assert_eq!(migration.version(), place);
            assert!(migration.name().starts_with(&format!("{place:04}_")));
            assert!(!migration.sql().contains("{schema}"));
        }
    }
}
