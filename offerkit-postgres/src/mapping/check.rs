//! Whether the database has what a mapping says.

use std::collections::BTreeMap;

use offerkit_core::ports::StoreError;

use super::{
    CustomerMapping, CustomersError, HostAttribute, MappingProblem, Name, Origin,
    host::{Found, Host},
    host_column::{HostColumn, HostType, Target},
};
use crate::{connection::Open, rows::Row};

/// The relation and its columns, each with the type that its domain is made of, and what the role may do.
const RELATION: &str =
    "SELECT it.oid::BIGINT AS oid, has_schema_privilege(space.oid, 'USAGE') AS is_reachable,
    current_user::TEXT AS role
FROM pg_class AS it JOIN pg_namespace AS space ON space.oid = it.relnamespace
WHERE space.nspname = $1 AND it.relname = $2 AND it.relkind IN ('r', 'p', 'v', 'm', 'f')";

const COLUMNS: &str = "WITH RECURSIVE part AS (
    SELECT it.attrelid, it.attnum, it.attname, it.atttypid AS type, it.attcollation,
        format_type(it.atttypid, it.atttypmod) AS shown
    FROM pg_attribute AS it
    WHERE it.attrelid = $1::OID AND it.attnum > 0 AND NOT it.attisdropped AND it.attname = ANY ($2)
    UNION ALL
    SELECT part.attrelid, part.attnum, part.attname, domain.typbasetype, part.attcollation, part.shown
    FROM part JOIN pg_type AS domain ON domain.oid = part.type AND domain.typtype = 'd'
)
SELECT part.attname::TEXT AS name, part.shown, it.typname::TEXT AS type_name, it.typtype = 'e' AS is_enum,
    it.typnamespace = 'pg_catalog'::REGNAMESPACE AS is_built_in,
    CASE WHEN NOT collated.collisdeterministic THEN collated.collname::TEXT END AS nondeterministic,
    has_column_privilege(part.attrelid, part.attnum, 'SELECT') AS is_readable,
    EXISTS (SELECT FROM pg_index AS index WHERE index.indrelid = part.attrelid AND index.indisunique AND index.indisvalid
        AND index.indimmediate AND index.indpred IS NULL AND index.indnkeyatts = 1 AND index.indkey[0] = part.attnum)
        AS is_unique
FROM part JOIN pg_type AS it ON it.oid = part.type
LEFT JOIN pg_collation AS collated ON collated.oid = part.attcollation
WHERE it.typtype <> 'd'";

/// A column as the database describes it.
struct Described {
    shown: String,
    type_name: String,
    host_type: Option<HostType>,
    nondeterministic: Option<String>,
    is_readable: bool,
    is_unique: bool,
}

/// Finds everything that the mapping names, or tells all that is wrong with it.
pub(crate) async fn examine(
    open: &mut Open,
    mapping: &CustomerMapping,
) -> Result<Host, CustomersError> {
    let schema = open.schema().clone();
    let asked = ask(open, mapping).await;
    let (found, problems) = asked.map_err(CustomersError::Database)?;
    match found {
        Some(found) if problems.is_empty() => Ok(Host::new(mapping, found, &schema)),
        _ => Err(CustomersError::Unfit(problems)),
    }
}

async fn ask(
    open: &mut Open,
    mapping: &CustomerMapping,
) -> Result<(Option<Found>, Vec<MappingProblem>), StoreError> {
    let relation = mapping.shown();
    let statement = open
        .query(&[RELATION])
        .bind(mapping.schema.as_str().to_owned())
        .bind(mapping.relation.as_str().to_owned());
    let Some(row) = open.optional(statement).await? else {
        return Ok((None, vec![MappingProblem::NoRelation { relation }]));
    };
    let (oid, role): (i64, String) = (row.get("oid")?, row.get("role")?);
    let mut problems = Vec::new();
    let grantee = format!("\"{}\"", role.replace('"', "\"\""));
    if !row.get("is_reachable")? {
        let schema = mapping.schema.quoted();
        problems.push(MappingProblem::Right {
            statement: format!("GRANT USAGE ON SCHEMA {schema} TO {grantee}"),
        });
    }
    let names = targets(mapping).map(|(name, _)| name.as_str().to_owned());
    let statement = open
        .query(&[COLUMNS])
        .bind(oid)
        .bind(names.collect::<Vec<_>>());
    let mut described = BTreeMap::new();
    for row in open.all(statement).await? {
        described.insert(row.get::<String>("name")?, describe(&row)?);
    }
    if described.values().any(|it| !it.is_readable) {
        let (schema, table) = (mapping.schema.quoted(), mapping.relation.quoted());
        problems.push(MappingProblem::Right {
            statement: format!("GRANT SELECT ON {schema}.{table} TO {grantee}"),
        });
    }
    for (name, target) in targets(mapping) {
        let problem = problem(&relation, name, target, described.get(name.as_str()));
        problems.extend(problem.filter(|it| !problems.contains(it)));
    }
    let found = found(mapping, &described);
    Ok((found, problems))
}

/// Every column that the mapping names, and for what.
fn targets(mapping: &CustomerMapping) -> impl Iterator<Item = (&Name, Target<'_>)> {
    let columns = mapping.columns.iter();
    let attributes = mapping.attributes.iter();
    [(&mapping.key, Target::Key(mapping.key_type))]
        .into_iter()
        .chain(columns.map(|(column, name)| (name, Target::Column(*column))))
        .chain(attributes.map(|(attribute, origin)| match origin {
            Origin::Column(name) => (name, Target::Attribute(attribute)),
            Origin::Member(name) => (name, Target::Members),
        }))
}

fn describe(row: &Row) -> Result<Described, StoreError> {
    let type_name: String = row.get("type_name")?;
    let (is_enum, is_built_in): (bool, bool) = (row.get("is_enum")?, row.get("is_built_in")?);
    let built_in = || HostType::named(&type_name).filter(|_| is_built_in);
    Ok(Described {
        shown: row.get("shown")?,
        host_type: if is_enum {
            Some(HostType::Enum)
        } else {
            built_in()
        },
        nondeterministic: row.get("nondeterministic")?,
        is_readable: row.get("is_readable")?,
        is_unique: row.get("is_unique")?,
        type_name,
    })
}

fn problem(
    relation: &str,
    name: &Name,
    target: Target<'_>,
    described: Option<&Described>,
) -> Option<MappingProblem> {
    let (relation, column) = (relation.to_owned(), name.as_str().to_owned());
    let Some(described) = described else {
        return Some(MappingProblem::NoColumn { relation, column });
    };
    if !described.host_type.is_some_and(|it| target.takes(it)) {
        return Some(MappingProblem::Type {
            relation,
            column,
            field: target.field(),
            is: described.shown.clone(),
            remedy: target.remedy(&described.type_name),
        });
    }
    let collation = described.nondeterministic.clone();
    collation.map(|collation| MappingProblem::Collation {
        relation,
        column,
        collation,
    })
}

fn found(mapping: &CustomerMapping, described: &BTreeMap<String, Described>) -> Option<Found> {
    let column = |name: &Name| {
        let host_type = described.get(name.as_str())?.host_type?;
        Some(HostColumn::new(name, host_type))
    };
    let columns = mapping.columns.iter();
    let columns = columns.map(|(field, name)| Some((*field, column(name)?)));
    let attributes = mapping.attributes.iter().map(|(attribute, origin)| {
        let host = match origin {
            Origin::Column(name) => HostAttribute::Column(column(name)?),
            Origin::Member(name) => HostAttribute::Member(column(name)?),
        };
        Some((attribute.clone(), host))
    });
    Some(Found {
        key: column(&mapping.key)?,
        columns: columns.collect::<Option<_>>()?,
        attributes: attributes.collect::<Option<_>>()?,
        is_unique: described.get(mapping.key.as_str())?.is_unique,
    })
}
