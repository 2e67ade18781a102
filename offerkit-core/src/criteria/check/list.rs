//! Lists and pairs of literals.

use std::collections::BTreeSet;

use super::Checker;
use super::fault::{Fault, wrong_kind};
use crate::criteria::clause::Operation;
use crate::criteria::code::{ErrorCode, WarningCode};
use crate::criteria::field::Field;
use crate::criteria::json::{Json, Node};
use crate::criteria::literal::Literal;
use crate::criteria::operator::Operator;
use crate::criteria::quote::quoted;

impl Checker<'_> {
    /// The literals of `$in` and `$nin`.
    pub(super) fn literals(
        &mut self,
        field: &Field,
        operator: Operator,
        node: &Node<'_>,
    ) -> Option<Vec<Literal>> {
        let items = self.items(operator.as_str(), node)?;
        let literals = self.each(items, |checker, item| checker.literal(field, item))?;
        self.warn_of_duplicates(items, &literals);
        Some(literals)
    }

    /// The two ends of `$between`.
    pub(super) fn between(&mut self, field: &Field, node: &Node<'_>) -> Option<Operation> {
        let operator = Operator::Between.as_str();
        let items = self.items(operator, node)?;
        if items.len() != 2 {
            self.report(node.span, || {
                let message = format!("`{operator}` has {} items", items.len());
                Fault::new(ErrorCode::LiteralType, message)
                    .expecting("two values, the least and the greatest")
            });
            return None;
        }
        let mut ends = self
            .each(items, |checker, item| checker.literal(field, item))?
            .into_iter();
        let (first, last) = (ends.next()?, ends.next()?);
        if first > last {
            self.report(node.span, || {
                let message =
                    format!("{first} is greater than {last}, so that no value is between");
                Fault::new(ErrorCode::RangeInverted, message)
                    .suggesting(Some(format!("[{last}, {first}]")))
            });
            return None;
        }
        Some(Operation::Between(first, last))
    }

    /// The items of a list that is not empty.
    pub(super) fn items<'n, 't>(
        &mut self,
        name: &str,
        node: &'n Node<'t>,
    ) -> Option<&'n [Node<'t>]> {
        match &node.json {
            Json::List(items) if items.is_empty() => {
                self.report(node.span, || {
                    let message = format!("the list of `{name}` is empty");
                    Fault::new(ErrorCode::EmptyList, message).expecting("at least one value")
                });
                None
            }
            Json::List(items) => Some(items),
            Json::Refused => None,
            Json::Null | Json::Bool(_) | Json::Number(_) | Json::Text(_) | Json::Object(_) => {
                self.report(node.span, || {
                    let what = format!("`{name}`");
                    wrong_kind(
                        ErrorCode::LiteralType,
                        &what,
                        &node.json,
                        "a list of values",
                    )
                });
                None
            }
        }
    }

    /// Each item, read; nothing where a fault in one of them was reported.
    pub(super) fn each<'n, 't, T>(
        &mut self,
        items: &'n [Node<'t>],
        mut read: impl FnMut(&mut Self, &'n Node<'t>) -> Option<T>,
    ) -> Option<Vec<T>> {
        let mut values = Vec::with_capacity(items.len());
        for (index, item) in items.iter().enumerate() {
            self.path.enter_item(index);
            if matches!(item.json, Json::Null) {
                self.report(item.span, || {
                    let message = "null is no value of a list";
                    Fault::new(ErrorCode::NullInList, message).expecting(
                        "a value; customers without one are selected by `{\"$exists\": false}`",
                    )
                });
            } else {
                values.extend(read(self, item));
            }
            self.path.leave();
        }
        (values.len() == items.len()).then_some(values)
    }

    /// `keys` are what the items mean.
    pub(super) fn warn_of_duplicates<K: Ord>(&mut self, items: &[Node<'_>], keys: &[K]) {
        let mut seen = BTreeSet::new();
        for (index, (item, key)) in items.iter().zip(keys).enumerate() {
            if seen.insert(key) {
                continue;
            }
            self.path.enter_item(index);
            let text = self.text;
            self.warn(item.span, || {
                let shown = quoted(item.span.of(text).unwrap_or_default());
                let message = format!("the list holds {shown} already");
                (WarningCode::DuplicateInList, message, None)
            });
            self.path.leave();
        }
    }
}
