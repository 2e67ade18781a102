//! The fields that criteria are checked against.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::builtin;
use super::catalog_error::CatalogError;
use super::field::{Field, FieldDefinition, Storage};

/// The fields that criteria may name, with their types. Cheap to clone.
///
/// ```
/// use offerkit_core::criteria::{Catalog, Criteria, FieldDefinition, FieldType};
///
/// let tier = FieldType::Enum { values: vec!["gold".into(), "silver".into()] };
/// let catalog = Catalog::customers().with_attribute(FieldDefinition::attribute("tier", tier)?)?;
/// assert!(Criteria::parse(r#"{"tier": "gold"}"#, &catalog).is_ok());
/// assert!(Criteria::parse(r#"{"tier": "bronze"}"#, &catalog).is_err());
///
/// let narrow = catalog.narrowed_to(&["tier", "city"])?;
/// assert!(Criteria::parse(r#"{"segment": "premium"}"#, &narrow).is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Catalog {
    fields: Arc<BTreeMap<Box<str>, Arc<FieldDefinition>>>,
    revision: u64,
}

impl Catalog {
    /// The most fields a catalog can have.
    pub const MAX_FIELDS: usize = 1024;

    /// No field at all, at revision 1: for hosts whose criteria name their own fields only.
    ///
    /// ```
    /// use offerkit_core::criteria::{Catalog, Criteria, FieldDefinition, FieldType};
    ///
    /// let plan = FieldDefinition::attribute("plan", FieldType::Text)?;
    /// let catalog = Catalog::empty().with_attribute(plan)?;
    /// assert!(Criteria::parse(r#"{"plan": "basic"}"#, &catalog).is_ok());
    /// assert!(Criteria::parse(r#"{"segment": "premium"}"#, &catalog).is_err());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn empty() -> Self {
        Self {
            fields: Arc::default(),
            revision: 1,
        }
    }

    /// The columns of the customers table, at revision 1. `gender` and `marital_status` are protected.
    #[must_use]
    pub fn customers() -> Self {
        let fields = builtin::customers().into_iter();
        let fields = fields
            .map(|field| (field.name().into(), Arc::new(field)))
            .collect();
        Self {
            fields: Arc::new(fields),
            revision: 1,
        }
    }

    /// This catalog and one more custom attribute, at the next revision.
    ///
    /// # Errors
    /// [`CatalogError::Taken`], [`CatalogError::NotAnAttribute`] or [`CatalogError::TooManyFields`].
    pub fn with_attribute(&self, field: FieldDefinition) -> Result<Self, CatalogError> {
        let name: Box<str> = field.name().into();
        if field.storage() != Storage::Attribute {
            return Err(CatalogError::NotAnAttribute { name });
        }
        if self.fields.contains_key(&name) {
            return Err(CatalogError::Taken { name });
        }
        if self.fields.len() >= Self::MAX_FIELDS {
            return Err(CatalogError::TooManyFields {
                limit: Self::MAX_FIELDS,
            });
        }
        let mut fields = BTreeMap::clone(&self.fields);
        fields.insert(name, Arc::new(field));
        Ok(Self {
            fields: Arc::new(fields),
            revision: self.revision.saturating_add(1),
        })
    }

    /// Only the named fields, at the same revision: what a tenant's configuration lets criteria use.
    ///
    /// # Errors
    /// [`CatalogError::Unknown`] for a name that is no field of this catalog.
    pub fn narrowed_to(&self, names: &[&str]) -> Result<Self, CatalogError> {
        let names = self.known(names)?;
        let kept = self
            .fields
            .iter()
            .filter(|(name, _)| names.contains(name.as_ref()));
        let fields = kept
            .map(|(name, field)| (name.clone(), Arc::clone(field)))
            .collect();
        Ok(Self {
            fields: Arc::new(fields),
            revision: self.revision,
        })
    }

    /// The same catalog with the named fields no longer protected: what a super admin has allowed a tenant.
    ///
    /// # Errors
    /// [`CatalogError::Unknown`] for a name that is no field of this catalog.
    pub fn allowing(&self, names: &[&str]) -> Result<Self, CatalogError> {
        let names = self.known(names)?;
        let mut fields = BTreeMap::clone(&self.fields);
        for (name, field) in &mut fields {
            if names.contains(name.as_ref()) && field.is_protected() {
                *field = Arc::new(FieldDefinition::clone(field).allowed());
            }
        }
        Ok(Self {
            fields: Arc::new(fields),
            revision: self.revision,
        })
    }

    /// The same catalog with no field protected or retired: for criteria that were checked when they were allowed.
    #[must_use]
    pub fn allowing_all(&self) -> Self {
        let fields = self.fields.iter();
        let fields = fields.map(|(name, field)| {
            let field = FieldDefinition::clone(field).allowed().unretired();
            (name.clone(), Arc::new(field))
        });
        Self {
            fields: Arc::new(fields.collect()),
            revision: self.revision,
        }
    }

    /// The same fields under another revision: the one a store has given the catalog it keeps.
    #[must_use]
    pub fn at_revision(mut self, revision: u64) -> Self {
        self.revision = revision;
        self
    }

    /// The field of this name.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<&FieldDefinition> {
        self.fields.get(name).map(AsRef::as_ref)
    }

    /// The fields, by name.
    pub fn fields(&self) -> impl ExactSizeIterator<Item = &FieldDefinition> {
        self.fields.values().map(AsRef::as_ref)
    }

    /// Which catalog this is. It is stored beside criteria, so that a past decision can be explained.
    #[must_use]
    pub const fn revision(&self) -> u64 {
        self.revision
    }

    /// The field of this name, as checked criteria hold it.
    pub(super) fn resolve(&self, name: &str) -> Option<Field> {
        self.fields.get(name).map(Field::new)
    }

    fn known<'n>(&self, names: &[&'n str]) -> Result<BTreeSet<&'n str>, CatalogError> {
        match names.iter().find(|name| !self.fields.contains_key(**name)) {
            Some(name) => Err(CatalogError::Unknown {
                name: (*name).into(),
            }),
            None => Ok(names.iter().copied().collect()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::field_type::FieldType;
    use super::*;

    #[test]
    fn the_built_in_fields_are_those_of_the_table() {
        let catalog = Catalog::customers();
        assert_eq!(catalog.fields().len(), 19);
        let protected: Vec<_> = catalog
            .fields()
            .filter(|field| field.is_protected())
            .collect();
        let protected: Vec<_> = protected.iter().map(|field| field.name()).collect();
        assert_eq!(protected, ["gender", "marital_status"]);
    }

    #[test]
    fn only_new_attributes_move_the_revision() {
        let catalog = Catalog::customers();
        let tier = FieldDefinition::attribute("tier", FieldType::Text).unwrap();
        let wider = catalog.with_attribute(tier.clone()).unwrap();
        assert_eq!((catalog.revision(), wider.revision()), (1, 2));
        assert_eq!(
            wider.with_attribute(tier),
            Err(CatalogError::Taken {
                name: "tier".into()
            })
        );
        assert_eq!(wider.narrowed_to(&["tier"]).unwrap().revision(), 2);
        assert_eq!(wider.allowing(&["gender"]).unwrap().revision(), 2);
        assert_eq!(wider.at_revision(17).revision(), 17);
    }

    #[test]
    fn a_misspelt_name_neither_narrows_nor_allows() {
        let unknown = Err(CatalogError::Unknown {
            name: "gendre".into(),
        });
        assert_eq!(Catalog::customers().allowing(&["gendre"]), unknown);
        assert_eq!(
            Catalog::customers().narrowed_to(&["city", "gendre"]),
            unknown
        );
    }

    #[test]
    fn allowing_one_field_leaves_the_others_protected() {
        let catalog = Catalog::customers().allowing(&["gender"]).unwrap();
        assert!(!catalog.field("gender").unwrap().is_protected());
        assert!(catalog.field("marital_status").unwrap().is_protected());
    }

    #[test]
    fn a_column_is_no_attribute() {
        let column = Catalog::customers().field("city").unwrap().clone();
        let narrow = Catalog::customers().narrowed_to(&["segment"]).unwrap();
        assert_eq!(
            narrow.with_attribute(column),
            Err(CatalogError::NotAnAttribute {
                name: "city".into()
            })
        );
    }
}
