//! Claims under a tenant's contact rules.

use std::collections::BTreeSet;

use offerkit_core::{
    domain::{ClaimRules, Contact, ContactFacts, DeliveryStatus, Purpose, Verdict, Withheld},
    id::{CampaignId, CustomerId, TenantId},
    ports::{ClaimRequest, RuledClaim},
};
use serde_json::Value;

use super::{Books, FIRST, book::Step};
use crate::{contacts, customers::Customers, store::MemoryStore};

/// How many rows are looked at before they are claimed.
const FEW: usize = 256;

impl MemoryStore {
    /// The campaigns of a tenant whose messages the caps count.
    pub(super) async fn marketing(&self, tenant: TenantId) -> BTreeSet<CampaignId> {
        let state = self.shared().state.read().await;
        let campaigns = state.campaigns.range((tenant, FIRST)..);
        campaigns
            .take_while(|((owner, _), _)| *owner == tenant)
            .filter(|(_, campaign)| campaign.plan().purpose == Purpose::Marketing)
            .map(|((_, id), _)| *id)
            .collect()
    }
}

/// What the store knows besides the ledger.
pub(super) struct Known<'a> {
    pub(super) customers: &'a Customers,
    pub(super) contacts: &'a contacts::Book,
    /// The campaigns whose messages the caps count.
    pub(super) marketing: &'a BTreeSet<CampaignId>,
}

impl Books {
    /// Claims what the rules allow. It goes on until it has enough or nothing is due.
    pub(super) fn claim_by_rules(
        &mut self,
        request: &ClaimRequest,
        rules: &ClaimRules,
        known: &Known<'_>,
    ) -> RuledClaim {
        let mut claim = RuledClaim::default();
        let mut after = None;
        while claim.rows.len() < request.limit {
            let book = self.book_mut(request.tenant, request.campaign);
            let due = book.map(|book| book.due(request, after, FEW));
            let due = due.unwrap_or_default();
            let Some(last) = due.last() else {
                break;
            };
            after = Some(*last);
            for customer in due {
                if claim.rows.len() == request.limit {
                    break;
                }
                let verdict = self.judge(customer, request, rules, known);
                self.follow(customer, request, verdict, &mut claim);
            }
        }
        claim.has_more = !claim.rows.is_empty();
        claim
    }

    fn judge(
        &self,
        customer: CustomerId,
        request: &ClaimRequest,
        rules: &ClaimRules,
        known: &Known<'_>,
    ) -> Verdict {
        let word = || {
            let contacts = known.contacts;
            contacts.last_word(customer, rules.purpose, request.channel)
        };
        let zone = rules.zone_field().and_then(|field| {
            let customer = known.customers.get(customer)?;
            customer.attribute(field).and_then(Value::as_str)
        });
        let contacts: Vec<Contact> = match rules.caps_since(request.now) {
            None => Vec::new(),
            Some(since) => self
                .of_tenant(request.tenant)
                .filter(|(campaign, _)| known.marketing.contains(campaign))
                .flat_map(|(_, book)| book.contacts(customer))
                .filter(|contact| since < contact.at)
                .collect(),
        };
        let facts = ContactFacts {
            consent: rules.consent.asks().then(word).flatten(),
            zone,
            contacts: &contacts,
        };
        rules.judge(request.channel, request.now, &facts)
    }

    fn follow(
        &mut self,
        customer: CustomerId,
        request: &ClaimRequest,
        verdict: Verdict,
        claim: &mut RuledClaim,
    ) {
        let Some(book) = self.book_mut(request.tenant, request.campaign) else {
            return;
        };
        let (channel, now) = (request.channel, request.now);
        let step = |to, why: Withheld| Step {
            to,
            reason: Some(why.as_str().into()),
            not_before: None,
            at: now,
        };
        match verdict {
            Verdict::Send => claim.rows.extend(book.take(customer, request)),
            Verdict::Suppress(why) => {
                let moved = book.step(customer, channel, step(DeliveryStatus::Suppressed, why));
                claim.suppressed += u64::from(moved);
            }
            Verdict::Cancel(why) => {
                let moved = book.step(customer, channel, step(DeliveryStatus::Cancelled, why));
                claim.cancelled += u64::from(moved);
            }
            Verdict::Hold(until, why) => {
                if book.put_off(customer, channel, until, why.as_str(), now) {
                    claim.held += 1;
                    claim.wakes_at = Some(claim.wakes_at.map_or(until, |it| it.min(until)));
                }
            }
        }
    }
}
