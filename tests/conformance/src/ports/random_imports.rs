//! Imports at random: many small batches beside the rules over a list, and texts that could break out of a format.

#![expect(
    clippy::indexing_slicing,
    reason = "places are within the lengths above them, and a case may fail by a panic"
)]

use std::{borrow::Cow, collections::BTreeSet};

use offerkit_core::{
    domain::{Customer, Scope},
    id::CustomerId,
    ports::{ImportReport, Incoming, MergeBy, RowRefusal},
};
use serde_json::json;

use super::imports::{BY, done, import, merge};
use crate::{Adapter, Outcome, cases::cases, world::World};

cases! { ports::random_imports:
    random_batches_do_what_one_row_after_the_other_does,
    hostile_texts_are_read_back_as_imported,
}

/// The rules, one row after the other, over a list.
#[derive(Default)]
struct Model {
    customers: Vec<Customer>,
    erased: BTreeSet<CustomerId>,
}

impl Model {
    fn has(&self, is: impl Fn(&Customer) -> bool) -> Option<usize> {
        self.customers.iter().position(is)
    }

    fn take(&mut self, incoming: &Incoming, merge_by: MergeBy) -> Result<bool, RowRefusal> {
        let new = &incoming.customer;
        let by_id = self.has(|it| it.id() == new.id());
        let by_external =
            self.has(|it| it.external_id().is_some() && it.external_id() == new.external_id());
        let by_email = self.has(|it| it.email().is_some() && it.email() == new.email());
        let found = match merge_by {
            MergeBy::Id => by_id,
            MergeBy::ExternalId if new.external_id().is_none() => {
                return Err(RowRefusal::NoExternalId);
            }
            MergeBy::Email if new.email().is_none() => return Err(RowRefusal::NoEmail),
            MergeBy::ExternalId => by_external,
            MergeBy::Email => by_email,
        };
        let of_another = |holder: Option<usize>| holder.is_some() && holder != found;
        if self.erased.contains(&new.id()) {
            return Err(RowRefusal::Erased);
        }
        if of_another(by_id) {
            return Err(RowRefusal::IdTaken);
        }
        if of_another(by_external) {
            return Err(RowRefusal::ExternalIdTaken);
        }
        if of_another(by_email) {
            return Err(RowRefusal::EmailTaken);
        }
        let Some(there) = found.and_then(|place| self.customers.get_mut(place)) else {
            self.customers.push(new.clone());
            return Ok(false);
        };
        let created_at = if incoming.has_created_at {
            new.created_at()
        } else {
            there.created_at()
        };
        *there = new.clone().with_identity(there.id(), created_at);
        Ok(true)
    }
}

/// Choices that are the same each time.
struct Pick(u64);

impl Pick {
    fn below(&mut self, below: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % below
    }
}

async fn random_batches_do_what_one_row_after_the_other_does<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let mut model = Model::default();
    let mut pick = Pick(1);
    let mut ids = Vec::new();
    let mut seen = BTreeSet::new();
    for round in 0..250_u32 {
        // New customers now and then, so that some batches meet nobody.
        if round % 5 == 0 {
            ids = (0..6).map(|_| w.uuid().to_string()).collect();
        }
        let merge_by = BY[usize::try_from(pick.below(3))?];
        let era = if pick.below(2) == 0 { 0 } else { round };
        let mut rows = Vec::new();
        for _ in 0..=pick.below(6) {
            let id = &ids[usize::try_from(pick.below(6))?];
            let email = match pick.below(5) {
                0 => String::new(),
                number => format!("c{number}.{era}@example.com"),
            };
            let external_id = match pick.below(4) {
                0 => String::new(),
                number => format!("C-{number}-{era}"),
            };
            let age = pick.below(100).to_string();
            let customer = w.platform.customer(&[
                ("id", id),
                ("email", &email),
                ("external_id", &external_id),
                ("account_age_months", &age),
            ])?;
            let created_at = w.now();
            rows.push(Incoming {
                customer: customer.with_identity(id.parse()?, created_at),
                has_created_at: pick.below(2) == 0,
            });
            w.pass(chrono::TimeDelta::seconds(1));
        }
        let mut expected = ImportReport::default();
        for (place, row) in rows.iter().enumerate() {
            match model.take(row, merge_by) {
                Ok(true) => expected.updated += 1,
                Ok(false) => expected.added += 1,
                Err(why) => {
                    seen.insert(why.as_str());
                    expected.refused.push((place, why.as_str().to_owned()));
                }
            }
        }
        let report = import(&w, merge_by, rows.into_iter().map(Ok).collect()).await?;
        assert_eq!(report, expected, "round {round}, by {merge_by:?}");
        if pick.below(8) == 0 {
            let id: CustomerId = ids[usize::try_from(pick.below(6))?].parse()?;
            let event = w.event(Scope::Platform, id)?;
            if store.erase(id, event).await?.is_some() {
                model.customers.retain(|it| it.id() != id);
                model.erased.insert(id);
            }
        }
        let ids: Vec<_> = model.customers.iter().map(Customer::id).collect();
        let found = store.get_many(&ids).await?;
        let found: Vec<_> = found
            .iter()
            .map(serde_json::to_value)
            .collect::<Result<_, _>>()?;
        let expected = model.customers.iter().map(serde_json::to_value);
        assert_eq!(
            found,
            expected.collect::<Result<Vec<_>, _>>()?,
            "round {round}"
        );
    }
    assert_eq!(seen.len(), 6, "every refusal was met: {seen:?}");
    Ok(())
}

async fn hostile_texts_are_read_back_as_imported<B: Adapter>(store: &B) -> Outcome {
    const PARTS: [&str; 18] = [
        "\\",
        "\\N",
        "\\.",
        "\n",
        "\r",
        "\t",
        "\"",
        "'",
        "$$",
        "--",
        "%s",
        "{}",
        "NULL",
        "ü",
        "\u{feff}",
        "\u{10ffff}",
        "\u{1}",
        "PGCOPY\n\r\n",
    ];
    let w = World::new(store).await?;
    let mut pick = Pick(7);
    let mut text = |length: u64| -> String {
        let parts = (0..=pick.below(length)).map(|_| pick.below(18));
        let parts = parts.filter_map(|at| PARTS.get(usize::try_from(at).ok()?).copied());
        format!("<{}>", parts.collect::<String>())
    };
    let mut customers = Vec::new();
    for number in 0..60 {
        let customer = w.platform.customer(&[
            ("external_id", &format!("{number}{}", text(9))),
            ("full_name", &text(9)),
            ("phone", &text(4)),
            ("segment", &text(9)),
            ("occupation", &text(9)),
            ("state", &text(9)),
            ("city", &text(9)),
            ("pin_code", &text(9)),
            ("preferred_language", &text(9)),
            ("annual_income", "-79228162514264337593543.9503"),
        ])?;
        let attributes = json!({ "other": text(9), "tags": [text(9), text(9)], "n": -0.1e-7 });
        let mut parts = customer.to_parts();
        parts.attributes = Cow::Owned(attributes.as_object().cloned().unwrap_or_default());
        customers.push(Customer::from_parts(parts)?);
    }
    let ids: Vec<_> = customers.iter().map(Customer::id).collect();
    let all: Vec<_> = customers.iter().collect();
    assert_eq!(merge(&w, MergeBy::Id, &all).await?, done(60, 0));
    assert_eq!(store.get_many(&ids).await?, customers);
    // The same again, for those who are there: another way into a store.
    let renamed = |customer: &Customer| {
        let mut parts = customer.to_parts();
        parts.full_name = format!("{}!", customer.full_name()).into();
        Customer::from_parts(parts)
    };
    let customers: Vec<_> = customers.iter().map(renamed).collect::<Result<_, _>>()?;
    let all: Vec<_> = customers.iter().collect();
    assert_eq!(merge(&w, MergeBy::ExternalId, &all).await?, done(0, 60));
    assert_eq!(store.get_many(&ids).await?, customers);
    Ok(())
}
