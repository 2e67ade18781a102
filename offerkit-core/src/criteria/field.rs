//! The fields that criteria may name.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::catalog_error::CatalogError;
use super::field_type::{FieldType, MAX_ATTRIBUTE_DIGITS};
use super::limits::Limits;
use crate::domain::customer::Column;

/// Where the values of a field are stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Storage {
    /// A column of the customers table.
    Column(Column),
    /// The key of the field's name among a customer's attributes.
    Attribute,
}

/// What a catalog says about a field.
///
/// ```
/// use offerkit_core::criteria::{FieldDefinition, FieldType};
///
/// let tier = FieldDefinition::attribute("loyalty.tier", FieldType::Text)?.indexed();
/// let text = serde_json::to_string(&tier)?;
/// assert_eq!(serde_json::from_str::<FieldDefinition>(&text)?, tier);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Unchecked")]
#[expect(
    clippy::struct_excessive_bools,
    reason = "the flags are independent of each other"
)]
pub struct FieldDefinition {
    name: Box<str>,
    #[serde(flatten)]
    field_type: FieldType,
    storage: Storage,
    nullable: bool,
    indexed: bool,
    retired: bool,
    protected: bool,
}

impl FieldDefinition {
    /// A custom attribute, which may be absent.
    ///
    /// # Errors
    /// [`CatalogError::Name`] and [`CatalogError::Type`] where the language has no such name or type.
    pub fn attribute(name: &str, field_type: FieldType) -> Result<Self, CatalogError> {
        Self::new(name, field_type, Storage::Attribute).checked()
    }

    pub(super) fn column(column: Column, field_type: FieldType) -> Self {
        Self::new(column.as_str(), field_type, Storage::Column(column))
    }

    fn new(name: &str, field_type: FieldType, storage: Storage) -> Self {
        let name = name.into();
        Self {
            name,
            field_type,
            storage,
            nullable: true,
            indexed: false,
            retired: false,
            protected: false,
        }
    }

    fn checked(self) -> Result<Self, CatalogError> {
        if !is_field_name(&self.name) {
            return Err(CatalogError::Name { name: self.name });
        }
        let inexact = matches!(
            (&self.field_type, self.storage),
            (FieldType::Decimal { precision, .. }, Storage::Attribute) if *precision > MAX_ATTRIBUTE_DIGITS
        );
        if inexact || !self.field_type.is_well_formed() {
            return Err(CatalogError::Type {
                name: self.name,
                field_type: self.field_type.name(),
            });
        }
        Ok(self)
    }

    /// Says that every customer has a value.
    #[must_use]
    pub fn required(mut self) -> Self {
        self.nullable = false;
        self
    }

    /// Says that stores find customers by this field without reading all of them.
    #[must_use]
    pub fn indexed(mut self) -> Self {
        self.indexed = true;
        self
    }

    /// Refuses the field in new criteria.
    #[must_use]
    pub fn retired(mut self) -> Self {
        self.retired = true;
        self
    }

    /// Refuses the field in criteria until a super admin allows it.
    #[must_use]
    pub fn protected(mut self) -> Self {
        self.protected = true;
        self
    }

    pub(super) fn allowed(mut self) -> Self {
        self.protected = false;
        self
    }

    pub(super) fn unretired(mut self) -> Self {
        self.retired = false;
        self
    }

    /// The name by which criteria know the field.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The type of its values.
    #[must_use]
    pub const fn field_type(&self) -> &FieldType {
        &self.field_type
    }

    /// Where its values are stored.
    #[must_use]
    pub const fn storage(&self) -> Storage {
        self.storage
    }

    /// Whether a customer may have no value.
    #[must_use]
    pub const fn is_nullable(&self) -> bool {
        self.nullable
    }

    /// Whether stores find customers by this field without reading all of them.
    #[must_use]
    pub const fn is_indexed(&self) -> bool {
        self.indexed
    }

    /// Whether new criteria may no longer use it.
    #[must_use]
    pub const fn is_retired(&self) -> bool {
        self.retired
    }

    /// Whether criteria may use it only where a super admin has allowed it.
    #[must_use]
    pub const fn is_protected(&self) -> bool {
        self.protected
    }
}

/// A field that checked criteria name: its definition, found once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    // Beside the definition, so that evaluating a column follows no pointer to it.
    storage: Storage,
    definition: Arc<FieldDefinition>,
}

impl Field {
    pub(super) fn new(definition: &Arc<FieldDefinition>) -> Self {
        Self {
            storage: definition.storage(),
            definition: Arc::clone(definition),
        }
    }

    /// The name, which is also the key of an attribute.
    #[must_use]
    pub fn name(&self) -> &str {
        self.definition.name()
    }

    /// The type of its values.
    #[must_use]
    pub fn field_type(&self) -> &FieldType {
        self.definition.field_type()
    }

    /// Where its values are stored.
    #[must_use]
    pub const fn storage(&self) -> Storage {
        self.storage
    }

    /// Everything the catalog says about it.
    #[must_use]
    pub fn definition(&self) -> &FieldDefinition {
        &self.definition
    }
}

/// Whether `name` is one of a field: words of `a-z`, `0-9` and `_` that begin with a letter, joined by points.
fn is_field_name(name: &str) -> bool {
    let is_word = |word: &str| {
        word.starts_with(|c: char| c.is_ascii_lowercase())
            && word
                .bytes()
                .all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_'))
    };
    name.len() <= Limits::VERSION_1.name_bytes && name.split('.').all(is_word)
}

/// A definition as it was stored.
#[derive(Deserialize)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "the flags are independent of each other"
)]
struct Unchecked {
    name: Box<str>,
    #[serde(flatten)]
    field_type: FieldType,
    storage: Storage,
    nullable: bool,
    indexed: bool,
    retired: bool,
    protected: bool,
}

impl TryFrom<Unchecked> for FieldDefinition {
    type Error = CatalogError;

    fn try_from(stored: Unchecked) -> Result<Self, CatalogError> {
        let Unchecked {
            name,
            field_type,
            storage,
            nullable,
            indexed,
            retired,
            protected,
        } = stored;
        Self {
            name,
            field_type,
            storage,
            nullable,
            indexed,
            retired,
            protected,
        }
        .checked()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_words_joined_by_points() {
        for name in ["a", "a1_", "loyalty.tier", &"a".repeat(64)] {
            assert!(is_field_name(name), "{name}");
        }
        for name in [
            "",
            "1a",
            "A",
            "a.",
            ".a",
            "a..b",
            "$a",
            "a-b",
            "é",
            &"a".repeat(65),
        ] {
            assert!(!is_field_name(name), "{name}");
        }
    }

    #[test]
    fn a_stored_definition_is_checked_again() {
        let stored = |name: &str, field_type: &str| {
            let text = format!(
                r#"{{"name":"{name}",{field_type},"storage":"attribute","nullable":true,"indexed":false,
                "retired":false,"protected":false}}"#
            );
            serde_json::from_str::<FieldDefinition>(&text)
        };
        assert!(stored("tier", r#""type":"enum","values":["gold","silver"]"#).is_ok());
        assert!(stored("tier", r#""type":"enum","values":["gold","gold"]"#).is_err());
        assert!(stored("tier", r#""type":"enum","values":[]"#).is_err());
        assert!(stored("Tier", r#""type":"text""#).is_err());
        assert!(stored("rate", r#""type":"decimal","precision":15,"scale":4"#).is_ok());
        assert!(stored("rate", r#""type":"decimal","precision":16,"scale":4"#).is_err());
        assert!(stored("rate", r#""type":"decimal","precision":3,"scale":4"#).is_err());
    }
}
