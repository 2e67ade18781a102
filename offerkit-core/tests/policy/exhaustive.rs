//! Every combination, compared with the table.

use offerkit_core::{
    domain::OfferStatus,
    policy::{Actor, Denied, authorize},
};

use crate::{
    model::answer,
    table::{GROUPS, Row, rows},
    world::{Held, Part, Person, Thing},
};

/// Compares decisions, counts them and keeps the first that differ.
struct Comparison {
    rows: Vec<Row>,
    decisions: usize,
    different: Vec<String>,
}

impl Comparison {
    fn new() -> Self {
        Self {
            rows: rows(),
            decisions: 0,
            different: Vec::new(),
        }
    }

    /// Asks for everything that may be asked for `thing`.
    fn ask(&mut self, person: &Person, actor: &Actor, thing: Thing, tenant_is_active: bool) {
        let contributions = thing.part().contributions();
        let resource = thing.resource(tenant_is_active, &contributions);
        for row in self.rows.iter().filter(|row| row.is_about(thing)) {
            let expected = answer(row, person, thing, tenant_is_active);
            let decision = authorize(actor, row.action, &resource);
            let found = decision.as_ref().map(drop).map_err(Denied::code);
            self.decisions += 1;
            if found != expected && self.different.len() < 10 {
                self.different.push(format!(
                    "{} of {thing:?}, tenant active: {tenant_is_active}, by {person:?}: {found:?}, \
                     the table says {expected:?}",
                    row.action
                ));
            }
        }
    }

    fn finish(self, at_least: usize) {
        assert!(self.different.is_empty(), "{}", self.different.join("\n"));
        assert!(
            self.decisions > at_least,
            "only {} decisions",
            self.decisions
        );
    }
}

#[test]
fn every_decision_is_the_tables() {
    let mut comparison = Comparison::new();
    let things = Thing::all();
    for groups in memberships() {
        for person in Person::with_every_flag(&groups) {
            let actor = person.actor();
            for thing in &things {
                for tenant_is_active in [true, false] {
                    comparison.ask(&person, &actor, *thing, tenant_is_active);
                }
            }
        }
    }
    comparison.finish(900_000);
}

#[test]
fn a_waiting_membership_decides_nothing_and_permits_the_rest() {
    let mut comparison = Comparison::new();
    let things: Vec<_> = Thing::all()
        .into_iter()
        .filter(|thing| match thing {
            Thing::Offer { status, part, .. } => {
                *status == OfferStatus::Submitted && [Part::None, Part::Wrote].contains(part)
            }
            _ => true,
        })
        .collect();
    for groups in waiting_memberships() {
        for person in Person::with_every_flag(&groups).filter(|person| person.is_active) {
            let actor = person.actor();
            for thing in &things {
                comparison.ask(&person, &actor, *thing, true);
            }
        }
    }
    comparison.finish(300_000);
}

/// Every set of groups here, every set elsewhere, and none.
fn memberships() -> Vec<Vec<Held>> {
    let sets = || 0_usize..1 << GROUPS.len();
    let held = |set: usize, is_here| {
        (0..GROUPS.len())
            .filter(move |group| set >> group & 1 != 0)
            .map(move |group| Held {
                group,
                is_here,
                waits: false,
            })
            .collect()
    };
    sets()
        .map(|set| held(set, true))
        .chain(sets().skip(1).map(|set| held(set, false)))
        .collect()
}

/// Each group not held, held, or held and waiting.
fn waiting_memberships() -> Vec<Vec<Held>> {
    (0..GROUPS.len()).fold(vec![Vec::new()], |so_far, group| {
        so_far
            .into_iter()
            .flat_map(|groups| {
                [None, Some(false), Some(true)].map(|waits| {
                    groups
                        .iter()
                        .copied()
                        .chain(waits.map(|waits| Held {
                            group,
                            is_here: true,
                            waits,
                        }))
                        .collect()
                })
            })
            .collect()
    })
}
