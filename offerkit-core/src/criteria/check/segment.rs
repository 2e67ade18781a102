//! `$segment`.

use std::sync::Arc;

use super::fault::{Fault, too_deep, wrong_kind};
use super::inlining::{self, Pinned, Size, State, Unknown};
use super::{Checker, Context};
use crate::criteria::clause::{Clause, InlinedSegment};
use crate::criteria::code::{ErrorCode, WarningCode};
use crate::criteria::json::{Json, Node};
use crate::criteria::limits::Limits;
use crate::criteria::mentions;
use crate::criteria::operator::Keyword;
use crate::criteria::quote::quoted;
use crate::criteria::span::Span;
use crate::criteria::suggest::nearest;
use crate::text::SegmentName;

const A_SEGMENT: &str = "the name of a segment, such as `premium` or `premium@3`";

impl Checker<'_> {
    /// One segment, or a list of some.
    pub(super) fn segments(&mut self, node: &Node<'_>) -> Option<Vec<InlinedSegment>> {
        if !matches!(node.json, Json::List(_)) {
            return self.segment(node).map(|it| vec![it]);
        }
        let items = self.items(Keyword::Segment.as_str(), node)?;
        let segments = self.each(items, Self::segment)?;
        let keys: Vec<_> = segments.iter().map(|it| (&it.name, it.version)).collect();
        self.warn_of_duplicates(items, &keys);
        Some(segments)
    }

    fn segment(&mut self, node: &Node<'_>) -> Option<InlinedSegment> {
        let text = match &node.json {
            Json::Text(text) => text,
            Json::Refused => return None,
            Json::Null | Json::Bool(_) | Json::Number(_) | Json::List(_) | Json::Object(_) => {
                self.report(node.span, || {
                    let what = "`$segment`";
                    wrong_kind(ErrorCode::LiteralType, what, &node.json, A_SEGMENT)
                });
                return None;
            }
        };
        let (pinned, is_pinned) = self.pinned(text, node.span)?;
        let clause = self.inline(&pinned, node.span)?;
        let (name, version) = pinned;
        if !is_pinned {
            self.warn(node.span, || {
                let message = format!(
                    "the segment `{name}` is named without its version, and means version {version}"
                );
                (
                    WarningCode::UnpinnedSegment,
                    message,
                    Some(format!("{name}@{version}")),
                )
            });
        }
        Some(InlinedSegment {
            name,
            version,
            clause,
        })
    }

    /// The version that is named, and whether the document says so itself.
    fn pinned(&mut self, text: &str, span: Span) -> Option<(Pinned, bool)> {
        let context = self.context;
        let Some((name, version)) = mentions::segment(text) else {
            self.report(span, || {
                let message = format!("{} is not the name of a segment", quoted(text));
                unknown(message, context.nearest_segment(text))
            });
            return None;
        };
        if self.scope.owner == Some(&name) {
            self.report(span, || cycle(&name, None));
            return None;
        }
        match context.resolve(self.scope.pins, &name, version) {
            Ok((found, _)) => Some(((name, found), version.is_some())),
            Err(Unknown {
                wanted: Some(wanted),
                latest: Some(latest),
            }) => {
                self.report(span, || {
                    let message = format!("the segment `{name}` has no version {wanted}");
                    unknown(message, Some(format!("{name}@{latest}")))
                });
                None
            }
            Err(Unknown { .. }) => {
                self.report(span, || {
                    let message = format!("there is no segment `{name}`");
                    unknown(message, context.nearest_segment(name.as_str()))
                });
                None
            }
        }
    }

    /// The segment, whose size is added to that of the document.
    fn inline(&mut self, pinned: &Pinned, span: Span) -> Option<Arc<Clause>> {
        let (context, name) = (self.context, &pinned.0);
        let inlining = self.inlining;
        let inlined = match inlining.find(pinned) {
            Some(State::Sound(inlined)) => inlined,
            Some(State::Faulty(error, _)) => {
                self.report(span, || inlining::inside(pinned, error));
                return None;
            }
            Some(State::Open) => {
                self.report(span, || cycle(name, None));
                return None;
            }
            None => {
                self.report(span, || context.too_many_levels());
                return None;
            }
        };
        if let Some(owner) = self.scope.owner
            && inlined.segments.iter().any(|(name, _)| name == owner)
        {
            self.report(span, || cycle(owner, Some(name)));
            return None;
        }
        if self.scope.level + inlined.levels > self.context.segment_depth() {
            self.report(span, || context.too_many_levels());
            return None;
        }
        if !self.has_room_for(inlined.size, span) {
            return None;
        }
        self.levels = self.levels.max(inlined.levels);
        for indirect in &inlined.segments {
            self.segments.entry(indirect.clone()).or_insert(false);
        }
        self.segments.insert(pinned.clone(), true);
        Some(Arc::clone(&inlined.clause))
    }

    fn has_room_for(&mut self, added: Size, span: Span) -> bool {
        let limits = self.limits();
        let before = self.size;
        let height = self.depth + added.height;
        self.size = Size {
            nodes: before.nodes.saturating_add(added.nodes),
            items: before.items.saturating_add(added.items),
            bytes: before.bytes.saturating_add(added.bytes),
            height: before.height.max(height),
        };
        let counts = [
            (
                ErrorCode::TooManyNodes,
                before.nodes,
                self.size.nodes,
                limits.inlined_nodes,
                "conditions and groups",
            ),
            (
                ErrorCode::ListTooLong,
                before.items,
                self.size.items,
                limits.list_items_in_all,
                "items in its lists",
            ),
            (
                ErrorCode::TooLarge,
                before.bytes,
                self.size.bytes,
                limits.inlined_bytes,
                "bytes",
            ),
        ];
        let mut has_room = height <= Limits::MAX_DEPTH;
        if !has_room {
            self.report(span, too_deep);
        }
        for (code, before, after, limit, what) in counts {
            has_room &= after <= limit;
            // Said once, where the limit is passed.
            if after > limit && before <= limit {
                self.report(span, || {
                    Fault::new(
                        code,
                        format!("the document has more than {limit} {what} with its segments"),
                    )
                });
            }
        }
        has_room
    }
}

impl Context<'_> {
    fn too_many_levels(&self) -> Fault {
        let depth = self.segment_depth();
        let message = format!("segments are nested deeper than {depth}");
        Fault::new(ErrorCode::SegmentDepth, message)
    }

    /// The known segment whose name is nearest.
    fn nearest_segment(&self, text: &str) -> Option<String> {
        let names = self.references.segments.keys();
        let name = text.split_once('@').map_or(text, |(name, _)| name);
        nearest(name, names.map(SegmentName::as_str)).map(str::to_owned)
    }
}

fn unknown(message: String, suggestion: Option<String>) -> Fault {
    Fault::new(ErrorCode::UnknownSegment, message)
        .expecting(A_SEGMENT)
        .suggesting(suggestion)
}

fn cycle(name: &SegmentName, through: Option<&SegmentName>) -> Fault {
    let message = match through {
        Some(through) => format!("the segment `{name}` would contain itself through `{through}`"),
        None => format!("the segment `{name}` would contain itself"),
    };
    Fault::new(ErrorCode::SegmentCycle, message)
}
