//! Which offers a list holds.

use offerkit_core::{canonical::canonical_text, ports::OfferFilter};
use serde_json::Value;
use sqlx::{Postgres, QueryBuilder};

use crate::schema::SchemaName;

/// Adds the parts of a filter to a statement over the table `it`, and answers whether anything can satisfy them.
pub(super) fn push(
    builder: &mut QueryBuilder<Postgres>,
    filter: &OfferFilter,
    schema: &SchemaName,
) -> bool {
    if let Some(status) = filter.status {
        builder.push(" AND it.status = ").push_bind(status.as_str());
    }
    if let Some(user) = filter.created_by {
        builder
            .push(" AND it.created_by = ")
            .push_bind(user.as_uuid());
    }
    if let Some(from) = filter.created_from {
        builder
            .push(" AND it.created_at >= ")
            .push_bind(from.as_datetime());
    }
    if let Some(before) = filter.created_before {
        builder
            .push(" AND it.created_at < ")
            .push_bind(before.as_datetime());
    }
    if let Some(day) = filter.live_on {
        builder.push(schema.render(
            " AND it.live_revision IS NOT NULL AND it.retired_at IS NULL AND EXISTS (SELECT FROM {schema}.offer_revisions AS live
                WHERE live.tenant_id = it.tenant_id AND live.offer_id = it.id AND live.number = it.live_revision
                    AND (live.valid_from IS NULL OR live.valid_from <= ",
        ));
        builder.push_bind(day);
        builder.push(") AND (live.valid_until IS NULL OR live.valid_until >= ");
        builder.push_bind(day);
        builder.push("))");
    }
    for (name, value) in &filter.data {
        if name.contains('\0') || holds_nul(value) {
            // No offer's data has this character, and no statement.
            return false;
        }
        let member = Value::Object([(name.clone(), value.clone())].into_iter().collect());
        // The index finds what contains the member; a member that merely contains the value is none.
        builder.push(" AND working.data @> ");
        builder.push_bind(canonical_text(&member));
        builder.push("::JSONB AND working.data -> ");
        builder.push_bind(name.clone());
        builder.push(" = ");
        builder.push_bind(canonical_text(value));
        builder.push("::JSONB");
    }
    true
}

fn holds_nul(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
        Value::String(text) => text.contains('\0'),
        Value::Array(items) => items.iter().any(holds_nul),
        Value::Object(members) => members
            .iter()
            .any(|(name, value)| name.contains('\0') || holds_nul(value)),
    }
}
