//! Random operations: every one that a type has, and now and then one that it has not.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use super::super::*;
use super::values;
use crate::criteria::clause::Operation;

pub(super) fn operation(field_type: &FieldType) -> BoxedStrategy<Operation> {
    let exists = any::<bool>().prop_map(Operation::Exists);
    // The checker refuses these; an evaluator answers no.
    let foreign = prop_oneof![
        compared(of_type(&FieldType::Int)),
        compared(of_type(&FieldType::Text)),
        on_texts(),
        on_sets(),
        on_dates(),
    ];
    let own = match field_type {
        FieldType::Text | FieldType::Enum { .. } => {
            prop_oneof![compared(of_type(field_type)), on_texts(),].boxed()
        }
        FieldType::Date => prop_oneof![
            compared(of_type(field_type)),
            on_dates(),
            windows(field_type)
        ]
        .boxed(),
        FieldType::Timestamp => {
            prop_oneof![compared(of_type(field_type)), windows(field_type)].boxed()
        }
        FieldType::Set => on_sets(),
        FieldType::Int | FieldType::Decimal { .. } | FieldType::Bool | FieldType::Uuid => {
            compared(of_type(field_type))
        }
    };
    prop_oneof![40 => own, 3 => exists, 1 => foreign].boxed()
}

pub(super) fn period(field_type: &FieldType) -> BoxedStrategy<Period> {
    let units = if *field_type == FieldType::Date {
        &PeriodUnit::ALL[2..]
    } else {
        &PeriodUnit::ALL[..4]
    };
    let amount = select(vec![0_u32, 1, 2, 7, 12, 30, 100, 36_525]);
    (amount, select(units.to_vec()))
        .prop_map(|(amount, unit)| Period::new(amount, unit))
        .boxed()
}

/// Of text, where the type has no literals.
fn of_type(field_type: &FieldType) -> BoxedStrategy<Literal> {
    match field_type {
        FieldType::Text | FieldType::Enum { .. } | FieldType::Set => {
            values::text().prop_map(Literal::Text).boxed()
        }
        FieldType::Int => values::int().prop_map(Literal::Int).boxed(),
        FieldType::Decimal { .. } => values::decimal()
            .prop_map(|it| Literal::Decimal(it.normalize()))
            .boxed(),
        FieldType::Bool => any::<bool>().prop_map(Literal::Bool).boxed(),
        FieldType::Date => values::date().prop_map(Literal::Date).boxed(),
        FieldType::Timestamp => values::timestamp().prop_map(Literal::Timestamp).boxed(),
        FieldType::Uuid => values::uuid().prop_map(Literal::Uuid).boxed(),
    }
}

fn comparison() -> impl Strategy<Value = Comparison> {
    select(Comparison::ALL.to_vec())
}

fn compared(literal: BoxedStrategy<Literal>) -> BoxedStrategy<Operation> {
    let list = prop_oneof![
        3 => vec(literal.clone(), 1..5),
        1 => vec(literal.clone(), 9..40),
    ];
    let order = select(Comparison::ALL[1..].to_vec());
    prop_oneof![
        Just(Operation::Equals(None)),
        literal.clone().prop_map(|it| Operation::Equals(Some(it))),
        Just(Operation::NotEquals(None)),
        literal
            .clone()
            .prop_map(|it| Operation::NotEquals(Some(it))),
        list.clone().prop_map(Operation::In),
        list.prop_map(Operation::NotIn),
        (order.clone(), literal.clone()).prop_map(|(by, it)| Operation::Compare(by, it)),
        (order, literal.clone()).prop_map(|(by, it)| Operation::Compare(by, it)),
        // The checker refuses a greater first; an evaluator finds nothing between them.
        (literal.clone(), literal).prop_map(|(first, last)| Operation::Between(first, last)),
    ]
    .boxed()
}

fn on_texts() -> BoxedStrategy<Operation> {
    let places = [
        TextMatch::Whole,
        TextMatch::Start,
        TextMatch::End,
        TextMatch::Anywhere,
    ];
    let pattern = (select(places.to_vec()), any::<bool>(), values::text());
    let list = prop_oneof![vec(values::text(), 1..4), vec(values::text(), 9..20)];
    prop_oneof![
        4 => pattern.prop_map(|(at, folded, pattern)| Operation::Text { at, folded, pattern }),
        1 => list.prop_map(Operation::FoldedIn),
    ]
    .boxed()
}

fn on_sets() -> BoxedStrategy<Operation> {
    let size = (comparison(), prop_oneof![-1_i64..5, values::int()]);
    prop_oneof![
        values::text().prop_map(Operation::Has),
        vec(values::text(), 1..4).prop_map(Operation::HasAny),
        vec(values::text(), 1..4).prop_map(Operation::HasAll),
        vec(size, 1..3).prop_map(Operation::Size),
    ]
    .boxed()
}

fn on_dates() -> BoxedStrategy<Operation> {
    let years = prop_oneof![8 => select(vec![-1_i64, 0, 1, 2, 3, 17, 18, 34]), 1 => values::int()];
    let days = prop_oneof![select(vec![0_u16, 1, 28, 29, 365, 366]), 0_u16..400];
    prop_oneof![
        2 => vec((comparison(), years), 1..3).prop_map(Operation::Age),
        1 => days.prop_map(Operation::AnniversaryWithin),
    ]
    .boxed()
}

fn windows(field_type: &FieldType) -> BoxedStrategy<Operation> {
    let period = period(field_type);
    prop_oneof![
        period.clone().prop_map(Operation::WithinLast),
        period.clone().prop_map(Operation::WithinNext),
        period.prop_map(Operation::OlderThan),
    ]
    .boxed()
}
