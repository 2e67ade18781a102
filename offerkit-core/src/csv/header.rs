//! Which column of the file is which column of the customers table.

use super::HeaderError;
use crate::{
    criteria::{Catalog, FieldType, Storage},
    domain::customer::Column,
};

/// Before the name of a custom attribute.
const ATTRIBUTE: &str = "attributes.";

/// Where the values of a column go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Target {
    Column(Column),
    /// Of this name, and of the type that the catalog declares, where it was asked and has the attribute.
    Attribute(String, Option<FieldType>),
}

/// The columns of a file, in its order.
#[derive(Debug)]
pub(super) struct Header {
    columns: Vec<(Box<str>, Target)>,
}

impl Header {
    pub(super) fn read<'a>(fields: impl Iterator<Item = &'a [u8]>) -> Result<Self, HeaderError> {
        let mut columns: Vec<(Box<str>, Target)> = Vec::new();
        let (mut unknown, mut repeated) = (Vec::new(), Vec::new());
        for (index, field) in fields.enumerate() {
            let number = index.saturating_add(1);
            let name =
                std::str::from_utf8(field).map_err(|_| HeaderError::Utf8 { column: number })?;
            // A reader that gives single bytes hides the byte order mark from the CSV reader.
            let name = name.trim_start_matches('\u{feff}').trim();
            let Some(target) = target(name) else {
                unknown.push((name.into(), number));
                continue;
            };
            if columns.iter().any(|(_, other)| *other == target) {
                repeated.push((name.into(), number));
            }
            columns.push((name.into(), target));
        }
        let has_name = columns
            .iter()
            .any(|(_, target)| *target == Target::Column(Column::FullName));
        if has_name && unknown.is_empty() && repeated.is_empty() {
            return Ok(Self { columns });
        }
        Err(HeaderError::Names {
            lacks_full_name: !has_name,
            unknown,
            repeated,
        })
    }

    /// Gives the attributes the types that `catalog` declares.
    pub(super) fn type_by(&mut self, catalog: &Catalog) {
        for (_, target) in &mut self.columns {
            if let Target::Attribute(name, field_type) = target {
                let field = catalog
                    .field(name)
                    .filter(|field| field.storage() == Storage::Attribute);
                *field_type = field.map(|field| field.field_type().clone());
            }
        }
    }

    pub(super) const fn len(&self) -> usize {
        self.columns.len()
    }

    pub(super) fn targets(&self) -> impl Iterator<Item = &Target> {
        self.columns.iter().map(|(_, target)| target)
    }

    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.columns.iter().map(|(name, _)| &**name)
    }

    /// Where the column or attribute of this name stands in the file.
    pub(super) fn position(&self, name: &str) -> Option<usize> {
        self.targets().position(|target| match target {
            Target::Column(column) => column.as_str() == name,
            Target::Attribute(attribute, _) => attribute == name,
        })
    }
}

fn target(name: &str) -> Option<Target> {
    match name.strip_prefix(ATTRIBUTE) {
        Some("") => None,
        Some(attribute) => Some(Target::Attribute(attribute.to_owned(), None)),
        None => name.parse().ok().map(Target::Column),
    }
}
