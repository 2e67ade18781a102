//! The definition, the row program and the batch evaluator say the same of every record.
//!
//! Each of these mutants was tried and made `three_evaluators_select_the_same_records` fail in the ordinary number of
//! cases:
//! - a leaf that must fail, or only `$in`, is false where the value is absent;
//! - everything behind a prefix counts as having it;
//! - the day before the youngest of an age counts, or everybody born after today does;
//! - the first day of `$within_last` does not count, `$older_than` includes its bound, `$gt` includes the literal;
//! - texts are not folded where a folded list is searched;
//! - two intervals of one field are joined where either is enough;
//! - a value of another type than the field's is present, or a predicate of another type is asked of it;
//! - no period of `$received` means no delivery;
//! - the answers of a part of an or-group are exchanged;
//! - values are sorted by the beginning of their texts alone, or negative numbers behind positive ones;
//! - rows behind the last one are selected, the last code of a range is left out of a table, or `select_from` begins a
//!   block late.

use std::sync::LazyLock;

use offerkit_generator::row;
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;

use super::laws::cases;
use super::rows::customer;
use super::*;
use crate::criteria::clause::{Clause, ClauseKind, FieldTest, Operation, Place};
use crate::criteria::{definition, normalise};
use crate::domain::customer::Customer;

mod clauses;
mod operations;
mod records;
mod values;

use self::clauses::clause;
use self::records::{Host, Sent, host};
use self::values::moment;

/// Numbers of rows around the limits of words and of blocks; mostly, as many as there are different records.
const COUNTS: [usize; 16] = [
    0, 1, 63, 64, 65, 127, 700, 700, 700, 700, 700, 700, 700, 1000, 2049, 4200,
];

/// Records of many kinds, made once; which ones a case has, and in which order, is its own.
fn pool<T>(strategy: impl Strategy<Value = T>, size: usize) -> Vec<T> {
    let mut runner = TestRunner::deterministic();
    let next = |_| strategy.new_tree(&mut runner).unwrap().current();
    (0..size).map(next).collect()
}

static CUSTOMERS: LazyLock<Vec<Customer>> =
    LazyLock::new(|| pool(row(), 300).iter().map(customer).collect());
static HOSTS: LazyLock<Vec<Host>> = LazyLock::new(|| pool(host(), 700));

fn matcher<'h>(clause: &Clause, situation: &Situation<'h>) -> Matcher<'h> {
    Matcher::new(&normalise::normalise(clause), *situation)
}

fn negation(clause: &Clause) -> Clause {
    Clause {
        place: Place::default(),
        kind: ClauseKind::Not(Box::new(clause.clone())),
    }
}

fn agrees<R: Record>(
    clause: &Clause,
    situation: &Situation<'_>,
    records: &[R],
    from: usize,
) -> Result<(), TestCaseError> {
    let matcher = matcher(clause, situation);
    let columns = Columns::new();
    let selected = matcher.select(records, &columns);
    for (row, record) in records.iter().enumerate() {
        let expected = definition::holds(clause, record, situation);
        prop_assert_eq!(matcher.matches(record), expected, "program, row {}", row);
        prop_assert_eq!(selected.contains(row), expected, "batch, row {}", row);
    }
    let others = Matcher::select(
        &self::matcher(&negation(clause), situation),
        records,
        &columns,
    );
    prop_assert_eq!(selected.count() + others.count(), records.len());
    prop_assert!(selected.and(&others).is_empty());
    let places: Vec<usize> = matcher.select_from(records, &columns, from).collect();
    let expected: Vec<usize> = selected.iter().filter(|row| *row >= from).collect();
    prop_assert_eq!(places, expected);
    Ok(())
}

proptest! {
    // Of about 800 rows each.
    #![proptest_config(cases(800))]

    #[test]
    fn three_evaluators_select_the_same_records(
        clause in clause(),
        moment in moment(),
        count in prop::sample::select(COUNTS.to_vec()),
        start in 0_usize..1000,
        stride in 1_usize..20,
        from in 0_usize..4300,
    ) {
        let situation = moment.with_history(&Sent);
        let row = |row: usize| start + row * stride;
        let hosts: Vec<&Host> = (0..count).map(|it| &HOSTS[row(it) % HOSTS.len()]).collect();
        agrees(&clause, &situation, &hosts, from)?;
        let customers = (0..count).map(|it| &CUSTOMERS[row(it) % CUSTOMERS.len()]);
        agrees(&clause, &situation, &customers.collect::<Vec<_>>(), from)?;
    }
}

/// A record of one whole number, of which there can be more than narrow codes count.
struct Number(i64);

impl Record for Number {
    fn value(&self, field: &Field) -> FieldValue<'_> {
        match field.name() {
            "credit_score" if self.0 >= 0 => FieldValue::Int(self.0),
            _ => FieldValue::Absent,
        }
    }
}

#[test]
fn codes_are_as_wide_as_the_number_of_values_needs() {
    for different in [254, 255, 256, 65_535, 65_536] {
        // Each value five times, out of order, and some rows without one.
        let values = (0..different * 5).map(|row| row * 7919 % different);
        let values = values.flat_map(|it| if it % 7 == 0 { vec![-1, it] } else { vec![it] });
        let records: Vec<Number> = values.map(Number).collect();
        let last = different - 1;
        let few = || (0..different).step_by(17).take(14);
        let cases: [(_, &dyn Fn(i64) -> bool); 5] = [
            (
                Operation::Compare(Comparison::Gte, Literal::Int(last - 2)),
                &|it| it >= last - 2,
            ),
            (Operation::Compare(Comparison::Lt, Literal::Int(1)), &|it| {
                it == 0
            }),
            (Operation::NotEquals(Some(Literal::Int(last))), &|it| {
                it != last
            }),
            (Operation::Exists(false), &|it| it < 0),
            // More than a few ranges, so that a table is made.
            (Operation::In(few().map(Literal::Int).collect()), &|it| {
                few().any(|one| one == it)
            }),
        ];
        let columns = Columns::new();
        for (operation, holds) in cases {
            let clause = only("credit_score", operation);
            let expected: RowSet = records.iter().map(|it| holds(it.0)).collect();
            let selected = matcher(&clause, &moment_now().into()).select(&records, &columns);
            assert_eq!(selected, expected, "{different} {clause:?}");
        }
    }
}

fn only(field: &str, operation: Operation) -> Clause {
    let test = FieldTest {
        place: Place::default(),
        operation,
    };
    let field = catalog().resolve(field).unwrap();
    Clause {
        place: Place::default(),
        kind: ClauseKind::Field(field, vec![test]),
    }
}

fn moment_now() -> Moment {
    Moment::in_utc("2026-01-31T04:00:00Z".parse().unwrap())
}

#[test]
fn columns_of_other_records_are_not_used() {
    let criteria = parse(r#"{"credit_score": 1}"#);
    let matcher = criteria.at(moment_now());
    let columns = Columns::new();
    let one = |records: &[Number]| matcher.select(records, &columns).iter().collect::<Vec<_>>();
    assert_eq!(one(&[Number(1), Number(2)]), [0]);
    assert_eq!(one(&[Number(2), Number(3), Number(1)]), [2]);
}

#[test]
fn only_active_customers_are_among_the_active() {
    let customers = &CUSTOMERS[..];
    let is_active = Customer::is_active;
    assert!(!customers.iter().all(is_active) && customers.iter().any(is_active));
    for text in [
        r#"{"$everyone": true}"#,
        r#"{"$or": [{"city": "x"}, {"dob": null}]}"#,
    ] {
        let matcher = parse(text).at(moment_now());
        let active = matcher.clone().among_active();
        let selected = active.select(customers, &Columns::new());
        for (row, customer) in customers.iter().enumerate() {
            let expected = matcher.matches(customer) && customer.is_active();
            assert_eq!(active.matches(customer), expected, "{text}");
            assert_eq!(selected.contains(row), expected, "{text}");
        }
    }
    let nobody = parse(r#"{"$not": {"$everyone": true}}"#)
        .at(moment_now())
        .among_active();
    assert!(nobody.select(customers, &Columns::new()).is_empty());
}

#[test]
fn a_column_is_built_once() {
    let columns = Columns::new();
    let records = [Number(1), Number(2)];
    let select = |text| {
        parse(text)
            .at(moment_now())
            .select(&records, &columns)
            .count()
    };
    assert_eq!((columns.bytes(), select(r#"{"credit_score": 1}"#)), (0, 1));
    let bytes = columns.bytes();
    assert!(bytes > 0);
    assert_eq!(select(r#"{"credit_score": {"$exists": true}}"#), 2);
    assert_eq!(columns.bytes(), bytes);
    assert_eq!(select(r#"{"credit_score": 1, "city": null}"#), 1);
    assert_eq!(format!("{columns:?}"), r#"{"credit_score", "city"}"#);
}
