//! Why a catalog could not be made.

/// Why a field cannot stand in a catalog.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CatalogError {
    /// The language has no such field names.
    #[error(
        "field name `{name}` is not words of a-z, 0-9 and `_`, joined by points, of 64 bytes at most"
    )]
    Name {
        /// The refused name.
        name: Box<str>,
    },
    /// The type's values or digits are wrong.
    #[error(
        "field `{name}` has a wrong type `{field_type}`: an enum needs different values, a decimal at most 28 digits, \
         and 15 among the attributes"
    )]
    Type {
        /// The field.
        name: Box<str>,
        /// The name of its type.
        field_type: &'static str,
    },
    /// The catalog already has a field of this name.
    #[error("the catalog already has a field `{name}`")]
    Taken {
        /// The name.
        name: Box<str>,
    },
    /// Only attributes can be added.
    #[error("field `{name}` is a column, and only attributes can be added")]
    NotAnAttribute {
        /// The field.
        name: Box<str>,
    },
    /// The catalog has no field of this name.
    #[error("the catalog has no field `{name}`")]
    Unknown {
        /// The name.
        name: Box<str>,
    },
    /// The catalog is full.
    #[error("a catalog has at most {limit} fields")]
    TooManyFields {
        /// [`Catalog::MAX_FIELDS`](super::Catalog::MAX_FIELDS).
        limit: usize,
    },
}
