//! Which indexes serve the fields of a catalog.

use offerkit_core::{
    criteria::{Catalog, FieldDefinition, FieldType, Storage},
    digest::Digest,
    domain::customer::Column,
};

use super::attribute::value;
use crate::schema::SchemaName;

/// The longest name of an index: PostgreSQL cuts longer ones, so that two could become one.
const MAX_NAME: usize = 63;

/// The statements that make the indexes for every field that the catalog says is indexed, as far as they are needed
/// beside those that the schema has.
///
/// Each is to be run by itself, outside a transaction, by the owner of the schema, and followed by `ANALYZE` of
/// `customers`.
///
/// ```
/// use offerkit_core::criteria::{Catalog, FieldDefinition, FieldType};
/// use offerkit_postgres::{SchemaName, index_advice};
///
/// let visits = FieldDefinition::attribute("visits", FieldType::Int)?.indexed();
/// let advice = index_advice(&Catalog::customers().with_attribute(visits)?, &SchemaName::default());
/// assert_eq!(advice.len(), 1);
/// assert!(advice[0].starts_with(
///     r#"CREATE INDEX CONCURRENTLY IF NOT EXISTS "customers_attribute_visits" ON "offerkit".customers ("#
/// ));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn index_advice(catalog: &Catalog, schema: &SchemaName) -> Vec<String> {
    let fields = catalog.fields().filter(|field| field.is_indexed());
    fields
        .filter_map(|field| index_for(field, schema))
        .collect()
}

/// The statement that makes the index for one field, whatever its catalog says; nothing where an index of the schema
/// serves it already.
///
/// - A column gets an index that serves equality, lists, ranges, prefixes, ages and periods. Its id, its external id and
///   its e-mail address have one.
/// - Equality, lists and sets of attributes are served by the index over all attributes. An attribute that has ranges
///   gets one over the expression that conditions compare.
/// - Nothing serves what is folded, ends with a text or contains one.
#[must_use]
pub fn index_for(field: &FieldDefinition, schema: &SchemaName) -> Option<String> {
    let (kind, key) = match field.storage() {
        Storage::Column(Column::Id | Column::ExternalId | Column::Email) => return None,
        Storage::Column(column) => ("column", format!("\"{column}\"")),
        Storage::Attribute => match field.field_type() {
            FieldType::Text
            | FieldType::Int
            | FieldType::Decimal { .. }
            | FieldType::Date
            | FieldType::Timestamp => (
                "attribute",
                value("\"attributes\"", field.name(), field.field_type()),
            ),
            FieldType::Enum { .. } | FieldType::Bool | FieldType::Set | FieldType::Uuid => {
                return None;
            }
        },
    };
    let name = index_name(kind, field.name());
    let text = format!(
        "CREATE INDEX CONCURRENTLY IF NOT EXISTS \"{name}\" ON {{schema}}.customers ({key})"
    );
    Some(schema.render(&text))
}

fn index_name(kind: &str, field: &str) -> String {
    let name = format!("customers_{kind}_{field}");
    if name.len() <= MAX_NAME {
        return name;
    }
    let digest = Digest::of(field.as_bytes()).to_string();
    let digest: String = digest.chars().take(32).collect();
    format!("customers_{kind}_{digest}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_names_of_indexes_stay_different() {
        let long = |last: char| format!("{}{last}", "a".repeat(63));
        let (one, other) = (
            index_name("attribute", &long('a')),
            index_name("attribute", &long('b')),
        );
        assert_ne!(one, other);
        assert!(one.len() <= MAX_NAME && other.len() <= MAX_NAME);
        assert_eq!(index_name("column", "city"), "customers_column_city");
    }

    #[test]
    fn what_has_an_index_gets_no_other() {
        let schema = SchemaName::default();
        let catalog = Catalog::customers();
        for name in ["id", "email"] {
            assert_eq!(
                catalog.field(name).and_then(|it| index_for(it, &schema)),
                None
            );
        }
        let city = catalog.field("city").and_then(|it| index_for(it, &schema));
        let expected = r#"CREATE INDEX CONCURRENTLY IF NOT EXISTS "customers_column_city" ON "offerkit".customers ("city")"#;
        assert_eq!(city.as_deref(), Some(expected));
        for field_type in [FieldType::Bool, FieldType::Set, FieldType::Uuid] {
            let field = FieldDefinition::attribute("x", field_type)
                .unwrap()
                .indexed();
            assert_eq!(index_for(&field, &schema), None);
        }
        assert!(index_advice(&catalog, &schema).is_empty());
    }
}
