//! Objects of conditions, and what groups them.

use super::fault::{Fault, wrong_kind};
use super::{Checker, NEWEST_VERSION};
use crate::criteria::clause::{Clause, ClauseKind};
use crate::criteria::code::ErrorCode;
use crate::criteria::json::{Json, Member, Node};
use crate::criteria::operator::{self, Keyword};
use crate::criteria::quote::quoted;

const AN_OBJECT: &str = "an object of conditions";

impl Checker<'_> {
    /// The whole document.
    pub(super) fn document(&mut self, node: &Node<'_>) -> Option<Clause> {
        let Json::Object(members) = &node.json else {
            self.no_object(node, "the document");
            return None;
        };
        if let Some(version) = members.iter().find(|member| is_version(member))
            && !self.version(version)
        {
            // Nothing is known of what the rest would mean.
            return None;
        }
        self.conditions(node, members, true)
    }

    fn version(&mut self, member: &Member<'_>) -> bool {
        let version = match &member.value.json {
            Json::Number(number) => number.to_int().ok(),
            Json::Refused => return false,
            Json::Null | Json::Bool(_) | Json::Text(_) | Json::List(_) | Json::Object(_) => None,
        };
        if version == Some(i64::from(NEWEST_VERSION)) {
            return true;
        }
        self.path.enter_member(operator::VERSION);
        self.report(member.value.span, || {
            let message = match version {
                Some(version) => {
                    format!("version {version} of the language is not known to this release")
                }
                None => format!("the version is {}", member.value.json.kind()),
            };
            Fault::new(ErrorCode::Version, message).expecting(format!("`{NEWEST_VERSION}`"))
        });
        self.path.leave();
        false
    }

    /// The members of an object, all of which must hold; nothing where none of them could be read.
    fn conditions(
        &mut self,
        node: &Node<'_>,
        members: &[Member<'_>],
        is_top: bool,
    ) -> Option<Clause> {
        let is_condition = |member: &&Member<'_>| !(is_top && is_version(member));
        if !members.iter().any(|member| is_condition(&member)) {
            self.report(node.span, || {
                let what = if is_top { "the document" } else { "the object" };
                Fault::new(ErrorCode::EmptyCriteria, format!("{what} has no condition"))
                    .expecting("a field, or `{\"$everyone\": true}` to select everybody")
            });
            return None;
        }
        if !self.step_in(node.span) {
            return None;
        }
        let mut parts = Vec::new();
        for member in members.iter().filter(is_condition) {
            let Some(name) = member.name.as_deref() else {
                continue;
            };
            self.path.enter_member(name);
            parts.extend(self.member(name, member));
            self.path.leave();
        }
        self.step_out();
        let place = self.place(node.span);
        let kind = ClauseKind::And(parts);
        Some(Clause { place, kind })
    }

    fn member(&mut self, name: &str, member: &Member<'_>) -> Option<Clause> {
        if !name.starts_with('$') {
            return self.field(name, member);
        }
        let Some(keyword) = Keyword::find(name) else {
            self.no_keyword(name, member.name_span);
            return None;
        };
        if !self.step_in(member.name_span) {
            return None;
        }
        let value = &member.value;
        let kind = match keyword {
            Keyword::And => self.group(keyword, value).map(ClauseKind::And),
            Keyword::Or => self.group(keyword, value).map(ClauseKind::Or),
            Keyword::Nor => self.group(keyword, value).map(ClauseKind::Nor),
            Keyword::Not => self
                .object(value, "`$not`")
                .map(Box::new)
                .map(ClauseKind::Not),
            Keyword::Everyone => self.everyone(value),
            Keyword::Segment => self.segments(value).map(ClauseKind::Segment),
            Keyword::Received => self.received(value).map(ClauseKind::Received),
            Keyword::Sample => self.sample(value).map(ClauseKind::Sample),
        };
        self.step_out();
        let place = self.place_of(member);
        kind.map(|kind| Clause { place, kind })
    }

    fn object(&mut self, node: &Node<'_>, what: &str) -> Option<Clause> {
        if let Json::Object(members) = &node.json {
            return self.conditions(node, members, false);
        }
        self.no_object(node, what);
        None
    }

    fn no_object(&mut self, node: &Node<'_>, what: &str) {
        if !matches!(node.json, Json::Refused) {
            self.report(node.span, || {
                wrong_kind(ErrorCode::NotObject, what, &node.json, AN_OBJECT)
            });
        }
    }

    fn group(&mut self, keyword: Keyword, node: &Node<'_>) -> Option<Vec<Clause>> {
        let name = keyword.as_str();
        let items = match &node.json {
            Json::List(items) => items,
            Json::Refused => return None,
            Json::Null | Json::Bool(_) | Json::Number(_) | Json::Text(_) | Json::Object(_) => {
                self.report(node.span, || {
                    let expected = "a list of objects of conditions";
                    let what = quoted(name);
                    wrong_kind(ErrorCode::GroupNotArray, &what, &node.json, expected)
                });
                return None;
            }
        };
        if items.is_empty() {
            self.report(node.span, || {
                Fault::new(ErrorCode::EmptyGroup, format!("`{name}` has no parts"))
                    .expecting("at least one object of conditions")
            });
            return None;
        }
        let mut parts = Vec::with_capacity(items.len());
        for (index, item) in items.iter().enumerate() {
            self.path.enter_item(index);
            parts.extend(self.object(item, "the part of the group"));
            self.path.leave();
        }
        Some(parts)
    }

    fn everyone(&mut self, node: &Node<'_>) -> Option<ClauseKind> {
        match &node.json {
            Json::Bool(true) => return Some(ClauseKind::Everyone),
            Json::Refused => {}
            Json::Null
            | Json::Bool(false)
            | Json::Number(_)
            | Json::Text(_)
            | Json::List(_)
            | Json::Object(_) => self.report(node.span, || {
                let message = "`$everyone` has only one value";
                Fault::new(ErrorCode::LiteralType, message).expecting("`true`")
            }),
        }
        None
    }
}

fn is_version(member: &Member<'_>) -> bool {
    member.name.as_deref() == Some(operator::VERSION)
}
