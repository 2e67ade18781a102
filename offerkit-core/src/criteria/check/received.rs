//! `$received`.

use uuid::Uuid;

use super::Checker;
use super::amount::TIMESTAMP_UNITS;
use super::fault::{Fault, wrong_kind};
use crate::criteria::code::ErrorCode;
use crate::criteria::customer_record::uuid;
use crate::criteria::json::{Json, Node};
use crate::criteria::quote::quoted;
use crate::criteria::received::Received;
use crate::criteria::suggest::nearest;
use crate::domain::DeliveryStatus;
use crate::id::{CampaignId, OfferId};

/// The parts, in the order of the language.
pub(in crate::criteria) const PARTS: [&str; 5] =
    ["offer", "campaign", "status", "within_last", "at_least"];

const ONE_OF_THREE: &str = "at least one of `offer`, `campaign`, `status`";

impl Checker<'_> {
    pub(super) fn received(&mut self, node: &Node<'_>) -> Option<Received> {
        let members = match &node.json {
            Json::Object(members) => members,
            Json::Refused => return None,
            Json::Null | Json::Bool(_) | Json::Number(_) | Json::Text(_) | Json::List(_) => {
                self.report(node.span, || {
                    let expected = format!("an object with {ONE_OF_THREE}");
                    wrong_kind(ErrorCode::NotObject, "`$received`", &node.json, &expected)
                });
                return None;
            }
        };
        let mut received = Received {
            offers: Vec::new(),
            campaigns: Vec::new(),
            statuses: Vec::new(),
            within_last: None,
            at_least: 1,
        };
        let mut is_sound = true;
        let mut asks_for_something = false;
        for member in members {
            let Some(name) = member.name.as_deref() else {
                is_sound = false;
                continue;
            };
            asks_for_something |= matches!(name, "offer" | "campaign" | "status");
            self.path.enter_member(name);
            let value = &member.value;
            let read = match name {
                "offer" => self
                    .one_or_more(name, value, Self::offer)
                    .map(|offers| received.offers = offers),
                "campaign" => self
                    .one_or_more(name, value, Self::campaign)
                    .map(|campaigns| received.campaigns = campaigns),
                "status" => self
                    .one_or_more(name, value, Self::status)
                    .map(|statuses| received.statuses = statuses),
                "within_last" => self
                    .period(value, &TIMESTAMP_UNITS, "timestamp")
                    .map(|period| received.within_last = Some(period)),
                "at_least" => self
                    .int(value, "`at_least`", 1..=i64::from(u32::MAX))
                    .and_then(|count| u32::try_from(count).ok())
                    .map(|count| received.at_least = count),
                _ => {
                    self.no_part(name, member.name_span, "`$received`", PARTS.iter().copied());
                    None
                }
            };
            is_sound &= read.is_some();
            self.path.leave();
        }
        if is_sound && !asks_for_something {
            self.report(node.span, || {
                let message = "`$received` does not say what was received";
                Fault::new(ErrorCode::EmptyTest, message).expecting(ONE_OF_THREE)
            });
            return None;
        }
        is_sound.then_some(received)
    }

    /// A text, or a list of some.
    fn one_or_more<T: Ord>(
        &mut self,
        name: &str,
        node: &Node<'_>,
        read: fn(&mut Self, &Node<'_>) -> Option<T>,
    ) -> Option<Vec<T>> {
        if !matches!(node.json, Json::List(_)) {
            return read(self, node).map(|it| vec![it]);
        }
        let items = self.items(name, node)?;
        let values = self.each(items, read)?;
        self.warn_of_duplicates(items, &values);
        Some(values)
    }

    fn offer(&mut self, node: &Node<'_>) -> Option<OfferId> {
        let id = OfferId::from_uuid(self.id(node, "an offer")?);
        let is_known = self.context.references.offers.contains(&id);
        if !is_known {
            self.report(node.span, || {
                Fault::new(ErrorCode::UnknownOffer, format!("there is no offer `{id}`"))
            });
        }
        is_known.then_some(id)
    }

    fn campaign(&mut self, node: &Node<'_>) -> Option<CampaignId> {
        let id = CampaignId::from_uuid(self.id(node, "a campaign")?);
        let is_known = self.context.references.campaigns.contains(&id);
        if !is_known {
            self.report(node.span, || {
                let message = format!("there is no campaign `{id}`");
                Fault::new(ErrorCode::UnknownCampaign, message)
            });
        }
        is_known.then_some(id)
    }

    fn id(&mut self, node: &Node<'_>, of: &str) -> Option<Uuid> {
        let text = match &node.json {
            Json::Text(text) => text,
            Json::Refused => return None,
            Json::Null | Json::Bool(_) | Json::Number(_) | Json::List(_) | Json::Object(_) => {
                self.report(node.span, || {
                    let (what, expected) = (format!("the id of {of}"), "a UUID, or a list of some");
                    wrong_kind(ErrorCode::LiteralType, &what, &node.json, expected)
                });
                return None;
            }
        };
        let id = uuid(text);
        if id.is_none() {
            self.report(node.span, || {
                let message = format!("{} is not the id of {of}", quoted(text));
                let canonical = Uuid::try_parse(text).ok().map(|uuid| uuid.to_string());
                Fault::new(ErrorCode::LiteralType, message)
                    .expecting("a UUID in lower case with hyphens")
                    .suggesting(canonical)
            });
        }
        id
    }

    fn status(&mut self, node: &Node<'_>) -> Option<DeliveryStatus> {
        let names = || DeliveryStatus::ALL.iter().map(|status| status.as_str());
        let expected = || {
            let names: Vec<String> = names().map(|name| format!("`{name}`")).collect();
            format!("one of {}", names.join(", "))
        };
        let text = match &node.json {
            Json::Text(text) => text,
            Json::Refused => return None,
            Json::Null | Json::Bool(_) | Json::Number(_) | Json::List(_) | Json::Object(_) => {
                self.report(node.span, || {
                    let code = ErrorCode::LiteralType;
                    wrong_kind(code, "the status", &node.json, &expected())
                });
                return None;
            }
        };
        let known = DeliveryStatus::ALL.into_iter();
        let status = known.into_iter().find(|status| status.as_str() == text);
        if status.is_none() {
            self.report(node.span, || {
                let message = format!("there is no status {}", quoted(text));
                Fault::new(ErrorCode::EnumValue, message)
                    .expecting(expected())
                    .suggesting(nearest(text, names()))
            });
        }
        status
    }
}
