//! Why a mapping does not fit the database.

use offerkit_core::ports::StoreError;

/// Something that keeps customers from being read; its text says the remedy.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MappingProblem {
    /// There is nothing to read.
    #[error(
        "there is no table, view or foreign table `{relation}` in the database; names are written as the catalog has them, \
         in small letters unless they were quoted"
    )]
    NoRelation {
        /// What was looked for.
        relation: String,
    },
    /// A column is not there.
    #[error("`{relation}` has no column `{column}`")]
    NoColumn {
        /// The relation.
        relation: String,
        /// What was looked for.
        column: String,
    },
    /// A column holds something else than the field.
    #[error(
        "the column `{column}` of `{relation}` is `{is}`, from which `{field}` is not read; {remedy}"
    )]
    Type {
        /// The relation.
        relation: String,
        /// The column.
        column: String,
        /// The field, or `key`.
        field: String,
        /// The column's type.
        is: String,
        /// What to do.
        remedy: String,
    },
    /// A column holds texts equal that differ.
    #[error(
        "the column `{column}` of `{relation}` has the nondeterministic collation `{collation}`, under which different \
         texts are equal; give it another in a view, such as `COLLATE \"C\"`"
    )]
    Collation {
        /// The relation.
        relation: String,
        /// The column.
        column: String,
        /// Its collation.
        collation: String,
    },
    /// The role may not read.
    #[error("the role may not read the customers; have the owner run `{statement}`")]
    Right {
        /// What gives the right.
        statement: String,
    },
}

/// Why the customers of a host cannot be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CustomersError {
    /// The database does not have what the mapping says, or not so that it can be read. All that was found is listed.
    #[error("the customers cannot be read: {}", listed(.0))]
    Unfit(Vec<MappingProblem>),
    /// The database cannot be asked.
    #[error("the database cannot be asked for the host's customers")]
    Database(#[source] StoreError),
}

fn listed(problems: &[MappingProblem]) -> String {
    let shown: Vec<String> = problems.iter().map(ToString::to_string).collect();
    shown.join("; ")
}
