//! Deliveries in a sentence.

use super::list::List;
use super::value::quoted;
use crate::criteria::received::Received;

/// `a delivery of offer … with status sent in the last 30 days`, after `who have`.
pub(super) fn deliveries(wanted: &Received, negated: bool) -> String {
    let number = match (wanted.at_least(), negated) {
        (1, false) => "a delivery".to_owned(),
        (1, true) => "no delivery".to_owned(),
        (n, false) => format!("at least {n} deliveries"),
        (n, true) => format!("fewer than {n} deliveries"),
    };
    let offers = List::new(wanted.offers(), ToString::to_string);
    let campaigns = List::new(wanted.campaigns(), ToString::to_string);
    let statuses: Vec<&str> = wanted.statuses().iter().map(|it| it.as_str()).collect();
    let statuses = List::new(&statuses, quoted);
    let period = wanted.within_last();
    let parts = [
        Some(number),
        offers
            .one_named("offer", "offers")
            .map(|it| format!("of {it}")),
        campaigns
            .one_named("campaign", "campaigns")
            .map(|it| format!("in {it}")),
        statuses
            .one_named("status", "statuses")
            .map(|it| format!("with {it}")),
        period.map(|period| format!("sent within the last {period}")),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    parts.join(" ")
}
