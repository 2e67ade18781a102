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

/// How many there are, as `count`, and how many keys they have, as `keys`. Counting keys means sorting them, so it is done
/// only where the database does not keep them apart.
pub(crate) fn count(relation: &Relation, selection: &Selection) -> QueryBuilder<Postgres> {
    let mut builder = QueryBuilder::new("SELECT count(*) AS count, ");
    if relation.key.is_unique {
        builder.push("count(*) AS keys ");
    } else {
        builder.push("count(DISTINCT ").push(&relation.key.value);
        builder.push(") AS keys ");
    }
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
    let mut builder = QueryBuilder::new("");
    if relation.key.source.is_some() {
        builder.push("WITH ");
        push_keeping(&mut builder, relation, selection, after, limit);
    }
    push_page(&mut builder, relation, selection, after, limit);
    builder
}

/// Writes the statement that gives the first of them behind an id, each as `id`, in their order. Of text keys, the
/// statement has begun with what [`push_keeping`] writes.
pub(crate) fn push_page(
    sink: &mut impl Sink,
    relation: &Relation,
    selection: &Selection,
    after: Option<CustomerId>,
    limit: usize,
) {
    if relation.key.source.is_some() {
        return sink.push("SELECT page.id FROM page ORDER BY page.id");
    }
    push_id(sink, relation);
    push_behind(sink, relation, selection, after, limit);
}

/// Writes, of text keys, the parts of a `WITH` that find the page and keep which id stands for which key, so that
/// deliveries find the customers by their keys.
pub(crate) fn push_keeping(
    sink: &mut impl Sink,
    relation: &Relation,
    selection: &Selection,
    after: Option<CustomerId>,
    limit: usize,
) {
    let Some(source) = &relation.key.source else {
        return;
    };
    for part in [
        "page AS MATERIALIZED (SELECT ",
        relation.id(),
        " AS id, ",
        &relation.key.value,
        " AS key ",
    ] {
        sink.push(part);
    }
    push_behind(sink, relation, selection, after, limit);
    sink.push(&relation.ledger().render(
        "), kept AS (INSERT INTO {schema}.customer_keys (customer_id, source, key) SELECT page.id, ",
    ));
    sink.bind(Bind::text(source.as_ref()));
    sink.push(", page.key FROM page ORDER BY page.id ON CONFLICT (customer_id) DO NOTHING) ");
}

fn push_behind(
    sink: &mut impl Sink,
    relation: &Relation,
    selection: &Selection,
    after: Option<CustomerId>,
    limit: usize,
) {
    push_selected(sink, relation, selection);
    if let Some(after) = after.and_then(|after| relation.behind(after)) {
        sink.push(" AND ");
        sink.push(relation.order());
        sink.push(" > ");
        sink.bind(after);
    }
    sink.push(" ORDER BY ");
    sink.push(relation.order());
    push_limit(sink, limit);
}

/// The first of them in the order of samples, each as `id`.
pub(crate) fn sample(
    relation: &Relation,
    selection: &Selection,
    limit: usize,
) -> QueryBuilder<Postgres> {
    let mut builder = id(relation);
    push_sample(&mut builder, relation, selection, limit);
    builder
}

/// Writes `FROM …` for the first of them in the order of samples.
pub(crate) fn push_sample(
    sink: &mut impl Sink,
    relation: &Relation,
    selection: &Selection,
    limit: usize,
) {
    push_selected(sink, relation, selection);
    for part in [" ORDER BY ", relation.sampled_by(), ", ", relation.order()] {
        sink.push(part);
    }
    push_limit(sink, limit);
}

/// Writes the statement that gives the id of each, as `id`.
pub(super) fn push_ids(sink: &mut impl Sink, relation: &Relation, selection: &Selection) {
    push_id(sink, relation);
    push_selected(sink, relation, selection);
}

fn push_id(sink: &mut impl Sink, relation: &Relation) {
    sink.push("SELECT ");
    sink.push(relation.id());
    sink.push(" AS id ");
}

fn id(relation: &Relation) -> QueryBuilder<Postgres> {
    let mut builder = QueryBuilder::new("");
    push_id(&mut builder, relation);
    builder
}

fn push_limit(sink: &mut impl Sink, limit: usize) {
    sink.push(" LIMIT ");
    sink.bind(Bind::Int(i64::try_from(limit).unwrap_or(i64::MAX)));
}
