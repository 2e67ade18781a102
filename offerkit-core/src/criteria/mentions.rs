//! What a document names, found before it is checked.

use std::collections::BTreeSet;

use super::customer_record::uuid;
use super::error::ErrorLog;
use super::json::{self, Json, Node};
use super::limits::Limits;
use super::operator::Keyword;
use crate::domain::SegmentVersion;
use crate::id::{CampaignId, OfferId};
use crate::text::SegmentName;

/// The segments, offers and campaigns that a document names, so that they can be read from a store and put into
/// [`References`](super::References).
///
/// ```
/// use offerkit_core::criteria::Mentions;
/// use offerkit_core::domain::SegmentVersion;
///
/// let mentions = Mentions::in_text(r#"{"$segment": ["premium", "young@2"], "city": "Pune"}"#);
/// let segments = [("premium".parse()?, None), ("young".parse()?, Some(SegmentVersion::new(2)))];
/// assert!(mentions.segments().iter().eq(&segments));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mentions {
    segments: BTreeSet<(SegmentName, Option<SegmentVersion>)>,
    offers: BTreeSet<OfferId>,
    campaigns: BTreeSet<CampaignId>,
}

impl Mentions {
    /// What the document names, whether or not it is sound. What cannot be read names nothing.
    #[must_use]
    pub fn in_text(text: &str) -> Self {
        let mut errors = ErrorLog::new(1);
        let document = json::read(text, &Limits::CANONICAL, &mut errors);
        let mut mentions = Self::default();
        if let Some(document) = &document {
            mentions.add(&document.root);
        }
        mentions
    }

    /// The segments, with the versions they are named with.
    #[must_use]
    pub const fn segments(&self) -> &BTreeSet<(SegmentName, Option<SegmentVersion>)> {
        &self.segments
    }

    /// The offers.
    #[must_use]
    pub const fn offers(&self) -> &BTreeSet<OfferId> {
        &self.offers
    }

    /// The campaigns.
    #[must_use]
    pub const fn campaigns(&self) -> &BTreeSet<CampaignId> {
        &self.campaigns
    }

    fn add(&mut self, root: &Node<'_>) {
        each_member(root, |name, value| {
            if name == Keyword::Segment.as_str() {
                self.segments.extend(texts(value).filter_map(segment));
            } else if name == Keyword::Received.as_str() {
                let Json::Object(parts) = &value.json else {
                    return;
                };
                for part in parts {
                    let ids = texts(&part.value).filter_map(uuid);
                    match part.name.as_deref() {
                        Some("offer") => self.offers.extend(ids.map(OfferId::from_uuid)),
                        Some("campaign") => {
                            self.campaigns.extend(ids.map(CampaignId::from_uuid));
                        }
                        Some(_) | None => {}
                    }
                }
            }
        });
    }
}

/// The segments that a document names.
pub(super) fn segments_in(root: &Node<'_>) -> BTreeSet<(SegmentName, Option<SegmentVersion>)> {
    let mut mentions = Mentions::default();
    mentions.add(root);
    mentions.segments
}

/// A segment as `$segment` names it: `premium`, or `premium@3`.
pub(super) fn segment(text: &str) -> Option<(SegmentName, Option<SegmentVersion>)> {
    let Some((name, version)) = text.split_once('@') else {
        return Some((text.parse().ok()?, None));
    };
    let is_number = version.bytes().all(|byte| byte.is_ascii_digit());
    let version = is_number.then(|| version.parse().ok()).flatten()?;
    Some((name.parse().ok()?, Some(version)))
}

/// Calls `see` with every member of every object.
fn each_member<'n, 't>(root: &'n Node<'t>, mut see: impl FnMut(&str, &'n Node<'t>)) {
    let mut open = vec![root];
    while let Some(node) = open.pop() {
        match &node.json {
            Json::Object(members) => {
                for member in members {
                    if let Some(name) = member.name.as_deref() {
                        see(name, &member.value);
                    }
                    open.push(&member.value);
                }
            }
            Json::List(items) => open.extend(items),
            Json::Null | Json::Bool(_) | Json::Number(_) | Json::Text(_) | Json::Refused => {}
        }
    }
}

/// The text of a node, or those of a list.
fn texts<'n>(node: &'n Node<'_>) -> impl Iterator<Item = &'n str> {
    let items = match &node.json {
        Json::List(items) => items.as_slice(),
        Json::Null
        | Json::Bool(_)
        | Json::Number(_)
        | Json::Text(_)
        | Json::Object(_)
        | Json::Refused => std::slice::from_ref(node),
    };
    items.iter().filter_map(|item| match &item.json {
        Json::Text(text) => Some(text.as_ref()),
        Json::Null
        | Json::Bool(_)
        | Json::Number(_)
        | Json::List(_)
        | Json::Object(_)
        | Json::Refused => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_wherever_they_stand() {
        let (offer, campaign) = (
            "018f4a2c-0000-7000-8000-00000000000a",
            "018f4a2c-0000-7000-8000-00000000000c",
        );
        let text = format!(
            r#"{{"$or": [{{"$not": {{"$segment": ["a@7", "b", "a"]}}}}, {{"nonsense": 5, "$received":
            {{"offer": "{offer}", "campaign": ["{campaign}", "x", null]}}}}], "city": "\u0000"}}"#
        );
        let mentions = Mentions::in_text(&text);
        let segments: Vec<_> = mentions
            .segments()
            .iter()
            .map(|(name, version)| (name.as_str(), *version))
            .collect();
        assert_eq!(
            segments,
            [
                ("a", None),
                ("a", Some(SegmentVersion::new(7))),
                ("b", None)
            ]
        );
        assert!(mentions.offers().iter().eq(&[offer.parse().unwrap()]));
        assert!(mentions.campaigns().iter().eq(&[campaign.parse().unwrap()]));
    }

    #[test]
    fn what_cannot_be_read_names_nothing() {
        let texts = [
            "",
            "{",
            r#"{"$segment": "a""#,
            r#"{"$segment": ["A", "a@", "a@x", "@1", "a@-1", "a@1@2", 5, null, {}]}"#,
            r#"{"$received": {"offer": "x", "campaign": {"offer": []}}, "segment": "a"}"#,
            &"[".repeat(100_000),
        ];
        for text in texts {
            assert_eq!(Mentions::in_text(text), Mentions::default(), "{text:.60}");
        }
    }
}
