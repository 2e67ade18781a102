//! `fields`: what documents may name.

use std::collections::BTreeMap;

use offerkit::criteria::{FieldDefinition, FieldType, Storage};

use super::{failure::Failure, input::Streams, setting::Setting};

pub(crate) fn list(
    json: bool,
    setting: &Setting,
    streams: &mut Streams<'_>,
) -> Result<(), Failure> {
    if json {
        let form = serde_json::to_string_pretty(&setting.catalog.form())?;
        return Ok(writeln!(streams.out, "{form}")?);
    }
    let head = ["field", "type", "stored in", "remarks"].map(str::to_owned);
    let rows: Vec<_> = std::iter::once(head)
        .chain(setting.catalog.fields().map(row))
        .collect();
    let width = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column));
        cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let (name_width, type_width, storage_width) = (width(0), width(1), width(2));
    for [name, field_type, storage, remarks] in &rows {
        let line = format!(
            "{name:name_width$}  {field_type:type_width$}  {storage:storage_width$}  {remarks}"
        );
        writeln!(streams.out, "{}", line.trim_end())?;
    }
    writeln!(streams.out)?;
    for (field_type, operators) in operators(setting) {
        writeln!(streams.out, "{field_type}: {}", operators.join(" "))?;
    }
    Ok(())
}

/// The operators of each type that a field has.
fn operators(setting: &Setting) -> BTreeMap<&'static str, Vec<&'static str>> {
    let fields = setting.catalog.form().fields.into_iter();
    let operators = fields.map(|field| {
        let names = field.operators.iter().map(|operator| operator.name);
        (field.field_type.name(), names.collect())
    });
    operators.collect()
}

fn row(field: &FieldDefinition) -> [String; 4] {
    let storage = match field.storage() {
        Storage::Column(_) => "column",
        Storage::Attribute => "attributes",
    };
    let remarks = [
        (!field.is_nullable(), "never absent"),
        (field.is_indexed(), "indexed"),
        (field.is_protected(), "protected"),
        (field.is_retired(), "retired"),
    ];
    let remarks = remarks.iter().filter(|(holds, _)| *holds);
    let remarks: Vec<_> = remarks.map(|(_, remark)| *remark).collect();
    [
        field.name().to_owned(),
        shown(field.field_type()),
        storage.to_owned(),
        remarks.join(", "),
    ]
}

fn shown(field_type: &FieldType) -> String {
    match field_type {
        FieldType::Enum { values } => format!("enum({})", values.join(",")),
        FieldType::Decimal { precision, scale } => format!("decimal({precision},{scale})"),
        FieldType::Text
        | FieldType::Int
        | FieldType::Bool
        | FieldType::Date
        | FieldType::Timestamp
        | FieldType::Set
        | FieldType::Uuid => field_type.name().to_owned(),
    }
}
