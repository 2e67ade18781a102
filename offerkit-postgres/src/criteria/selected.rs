//! The customers that a selection selects.

use offerkit_core::{id::CustomerId, ports::Selection};
use sqlx::{Postgres, QueryBuilder};

use super::{
    bind::Bind,
    condition::{self, Setting},
    relation::Relation,
    sink::Sink,
};

/// Writes `FROM … AS c WHERE …` for the active customers that the criteria select. More conditions may follow behind
/// `AND`.
///
/// Deliveries are seen only in a transaction in the scope of the selection's tenant.
pub(crate) fn push_selected(sink: &mut impl Sink, relation: &Relation, selection: &Selection) {
    let setting = Setting {
        relation,
        tenant: selection.tenant(),
        moment: selection.moment(),
    };
    sink.push("FROM ");
    sink.push(relation.table());
    sink.push(" AS c WHERE ");
    sink.push(relation.active());
    sink.push(" AND ");
    condition::push(sink, selection.criteria().expr(), &setting);
}

/// How it would be found, as lines of text.
pub(crate) fn explain(relation: &Relation, selection: &Selection) -> QueryBuilder<Postgres> {
    let mut builder = QueryBuilder::new("EXPLAIN ");
    push_ids(&mut builder, relation, selection);
    builder
}

/// How many there are, as `count`.
pub(crate) fn count(relation: &Relation, selection: &Selection) -> QueryBuilder<Postgres> {
    let mut builder = QueryBuilder::new("SELECT count(*) AS count ");
    push_selected(&mut builder, relation, selection);
    builder
}

/// The first of them behind an id, each as `id`.
pub(crate) fn page(
    relation: &Relation,
    selection: &Selection,
    after: Option<CustomerId>,
    limit: usize,
) -> QueryBuilder<Postgres> {
    let mut builder = ids(relation, selection);
    if let Some(after) = after {
        builder.push(" AND ").push(relation.id()).push(" > ");
        builder.bind(Bind::Uuid(after.as_uuid()));
    }
    builder.push(" ORDER BY ").push(relation.id());
    up_to(builder, limit)
}

/// The first of them in the order of samples, each as `id`.
pub(crate) fn sample(
    relation: &Relation,
    selection: &Selection,
    limit: usize,
) -> QueryBuilder<Postgres> {
    let mut builder = ids(relation, selection);
    let order = [" ORDER BY ", relation.sampled_by(), ", ", relation.id()];
    order.iter().for_each(|part| Sink::push(&mut builder, part));
    up_to(builder, limit)
}

/// Writes the statement that gives the id of each, as `id`.
pub(super) fn push_ids(sink: &mut impl Sink, relation: &Relation, selection: &Selection) {
    sink.push("SELECT ");
    sink.push(relation.id());
    sink.push(" AS id ");
    push_selected(sink, relation, selection);
}

fn ids(relation: &Relation, selection: &Selection) -> QueryBuilder<Postgres> {
    let mut builder = QueryBuilder::new("");
    push_ids(&mut builder, relation, selection);
    builder
}

fn up_to(mut builder: QueryBuilder<Postgres>, limit: usize) -> QueryBuilder<Postgres> {
    builder.push(" LIMIT ");
    builder.bind(Bind::Int(i64::try_from(limit).unwrap_or(i64::MAX)));
    builder
}
