//! Texts and patterns.

use super::Checker;
use super::fault::{Fault, wrong_kind};
use crate::criteria::clause::Operation;
use crate::criteria::code::ErrorCode;
use crate::criteria::expr::TextMatch;
use crate::criteria::json::{Json, Node};
use crate::criteria::operator::Operator;

impl Checker<'_> {
    /// The operand of an operator that takes one text.
    pub(super) fn text(&mut self, operator: Operator, node: &Node<'_>) -> Option<Box<str>> {
        match &node.json {
            Json::Text(text) => return Some(text.as_ref().into()),
            Json::Refused => {}
            Json::Null | Json::Bool(_) | Json::Number(_) | Json::List(_) | Json::Object(_) => {
                self.report(node.span, || {
                    let what = format!("`{}`", operator.as_str());
                    let expected = "text in double quotes";
                    wrong_kind(ErrorCode::LiteralType, &what, &node.json, expected)
                });
            }
        }
        None
    }

    pub(super) fn pattern(
        &mut self,
        operator: Operator,
        at: TextMatch,
        folded: bool,
        node: &Node<'_>,
    ) -> Option<Operation> {
        let pattern = self.text(operator, node)?;
        let longest = self.limits().pattern_bytes;
        let name = operator.as_str();
        if pattern.is_empty() && at != TextMatch::Whole {
            self.report(node.span, || {
                let message = format!("the pattern of `{name}` is empty, which every text has");
                Fault::new(ErrorCode::EmptyPattern, message).expecting("at least one character")
            });
            return None;
        }
        if at == TextMatch::Anywhere && pattern.len() > longest {
            self.report(node.span, || {
                let length = pattern.len();
                let message = format!("the pattern of `{name}` has {length} bytes");
                Fault::new(ErrorCode::StringTooLong, message)
                    .expecting(format!("at most {longest} bytes"))
            });
            return None;
        }
        Some(Operation::Text {
            at,
            folded,
            pattern,
        })
    }

    /// The texts of `$has_any` and `$has_all`.
    pub(super) fn texts(&mut self, operator: Operator, node: &Node<'_>) -> Option<Vec<Box<str>>> {
        let items = self.items(operator.as_str(), node)?;
        let texts = self.each(items, |checker, item| checker.text(operator, item))?;
        self.warn_of_duplicates(items, &texts);
        Some(texts)
    }

    /// The texts of `$iin`, where `A` and `a` are the same.
    pub(super) fn folded_texts(
        &mut self,
        operator: Operator,
        node: &Node<'_>,
    ) -> Option<Vec<Box<str>>> {
        let items = self.items(operator.as_str(), node)?;
        let texts = self.each(items, |checker, item| checker.text(operator, item))?;
        let folded: Vec<String> = texts.iter().map(|it| it.to_ascii_lowercase()).collect();
        self.warn_of_duplicates(items, &folded);
        Some(texts)
    }
}
