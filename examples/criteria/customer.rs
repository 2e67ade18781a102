//! Customers from JSON objects, as options and case files write them.

use offerkit::{
    criteria::Catalog,
    domain::customer::{Column, Customer, CustomerBuilder},
    id::CustomerId,
    time::Timestamp,
};
use serde_json::{Map, Value};

/// The customer of an object that says no other id.
pub(crate) const ID: &str = "01890000-0000-7000-8000-000000000001";
/// The name of one that says none.
const NAME: &str = "Somebody";

/// A customer with the columns and attributes of an object. Attributes are stored as an import stores them.
///
/// Columns are told from attributes by their names, unless the object has no columns. A column takes text, a number or
/// a boolean, as a CSV file would write it.
pub(crate) fn customer(
    object: Map<String, Value>,
    has_columns: bool,
    catalog: &Catalog,
    created_at: Timestamp,
) -> Result<Customer, String> {
    let (columns, attributes) = object
        .into_iter()
        .partition(|(name, _)| has_columns && name.parse::<Column>().is_ok());
    let attributes = catalog
        .canonical_attributes(attributes)
        .map_err(|error| error.to_string())?;
    let id = ID.parse().map_err(|_| format!("`{ID}` is no id"))?;
    stored(id, columns, attributes, created_at)
}

/// A customer with these columns, and attributes as they are found in a store.
pub(crate) fn stored(
    id: CustomerId,
    columns: Map<String, Value>,
    attributes: Map<String, Value>,
    created_at: Timestamp,
) -> Result<Customer, String> {
    let mut builder = CustomerBuilder::new(id, created_at);
    let name = columns.get(Column::FullName.as_str());
    if name.is_none_or(Value::is_null) {
        set(&mut builder, Column::FullName.as_str(), NAME)?;
    }
    for (column, value) in columns {
        match value {
            Value::Null => {}
            Value::String(text) => set(&mut builder, &column, &text)?,
            Value::Bool(_) | Value::Number(_) => set(&mut builder, &column, &value.to_string())?,
            Value::Array(_) | Value::Object(_) => {
                return Err(format!("column `{column}` takes no list and no object"));
            }
        }
    }
    let built = builder.attributes(attributes).build();
    built.map_err(|error| error.to_string())
}

fn set(builder: &mut CustomerBuilder, column: &str, text: &str) -> Result<(), String> {
    builder.set(column, text).map_err(|error| error.to_string())
}
