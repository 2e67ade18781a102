//! What a report's rows have in common.

use serde::Serialize;
use serde_json::Value;

/// A row of a report: flat, with the same columns in JSON and CSV.
pub trait ReportRow: Serialize + Send + 'static {
    /// The names of the columns, which are the members of the row's JSON.
    const COLUMNS: &'static [&'static str];

    /// The cells, in the order of the columns: what stands in the JSON, texts without quotes, and nothing for `null`.
    fn cells(&self) -> Vec<String>;
}

/// Declares a row.
macro_rules! row {
    ($(#[$doc:meta])* $name:ident { $($(#[$field_doc:meta])* $field:ident: $kind:ty,)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
        pub struct $name {
            $($(#[$field_doc])* pub $field: $kind,)+
        }

        impl $crate::services::ReportRow for $name {
            const COLUMNS: &'static [&'static str] = &[$(stringify!($field)),+];

            fn cells(&self) -> Vec<String> {
                vec![$(super::row::cell(&self.$field)),+]
            }
        }
    };
}

pub(super) use row;

/// A value as a cell shows it. The domain's types are plain data, which always have a JSON form.
pub(super) fn cell(value: &impl Serialize) -> String {
    match serde_json::to_value(value).unwrap_or_default() {
        Value::Null => String::new(),
        Value::String(text) => text,
        value @ (Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_)) => {
            value.to_string()
        }
    }
}
