//! Claims under a tenant's contact rules.

use std::collections::BTreeSet;

use offerkit_core::{
    domain::{Channel, ClaimRules, Contact, DeliveryStatus, Purpose, Verdict, Withheld},
    id::{CampaignId, CustomerId, TenantId},
    ports::{ClaimRequest, CustomerSource, Prospect, Prospecting, RuledClaim},
};
use serde_json::Value;

use super::{
    Books, FIRST,
    book::{Row, Step},
};
use crate::{contacts, customers::Customers, store::MemoryStore};

/// How many rows are looked at before they are claimed.
const FEW: usize = 256;

impl MemoryStore {
    /// Whether `source` is this store.
    pub(super) fn is_behind(&self, source: &dyn CustomerSource) -> bool {
        let source = source.as_any().downcast_ref::<Self>();
        source.is_some_and(|source| std::ptr::eq(source.shared(), self.shared()))
    }

    /// The campaigns of a tenant whose messages the caps count, where there are any caps.
    pub(super) async fn counted(
        &self,
        tenant: TenantId,
        rules: &ClaimRules,
    ) -> BTreeSet<CampaignId> {
        if rules.caps.is_empty() {
            return BTreeSet::new();
        }
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
    /// The customers, unless they stand elsewhere.
    pub(super) customers: Option<&'a Customers>,
    pub(super) contacts: &'a contacts::Book,
    /// The campaigns whose messages the caps count.
    pub(super) marketing: &'a BTreeSet<CampaignId>,
}

impl Books {
    /// Claims what the rules allow, and no more than rate limits let.
    pub(super) fn claim_by_rules(
        &mut self,
        request: &ClaimRequest,
        rules: &ClaimRules,
        known: &Known<'_>,
    ) -> RuledClaim {
        match self.within(request, &rules.rates) {
            Ok(request) => {
                let claim = self.claim_allowed(&request, rules, known);
                self.count(&request, &rules.rates, claim.rows.len());
                claim
            }
            Err(moment) => RuledClaim {
                limited_until: Some(moment),
                ..RuledClaim::default()
            },
        }
    }

    /// It goes on until it has enough or nothing is due.
    fn claim_allowed(
        &mut self,
        request: &ClaimRequest,
        rules: &ClaimRules,
        known: &Known<'_>,
    ) -> RuledClaim {
        let asked = Prospecting {
            tenant: request.tenant,
            campaign: request.campaign,
            channel: request.channel,
            customers: &[],
            now: request.now,
        };
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
                let facts = self.prospect(customer, &asked, rules, known);
                let verdict = rules.judge(request.channel, request.now, &facts.facts());
                self.follow(customer, (request, &rules.next), verdict, &mut claim);
            }
        }
        claim.has_more = !claim.rows.is_empty();
        claim
    }

    /// What a claim knows of a customer.
    pub(super) fn prospect(
        &self,
        customer: CustomerId,
        asked: &Prospecting<'_>,
        rules: &ClaimRules,
        known: &Known<'_>,
    ) -> Prospect {
        let word = || {
            let contacts = known.contacts;
            contacts.last_word(customer, rules.purpose, asked.channel)
        };
        let zone = rules.zone_field().and_then(|field| {
            let customer = known.customers?.get(customer)?;
            customer.attribute(field).and_then(Value::as_str)
        });
        let contacts: Vec<Contact> = match rules.caps_since(asked.now) {
            None => Vec::new(),
            Some(since) => self
                .of_tenant(asked.tenant)
                .filter(|(campaign, _)| known.marketing.contains(campaign))
                .flat_map(|(_, book)| book.contacts(customer))
                .filter(|contact| since < contact.at)
                .collect(),
        };
        let book = self.book(asked.tenant, asked.campaign);
        let row = book.and_then(|book| book.row(customer, asked.channel));
        Prospect {
            customer,
            status: row.map(|row| row.status),
            not_before: row.and_then(Row::not_before),
            consent: rules.consent.asks().then(word).flatten(),
            zone: zone.map(Box::from),
            contacts,
        }
    }

    fn follow(
        &mut self,
        customer: CustomerId,
        (request, next): (&ClaimRequest, &[Channel]),
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
                if moved && why.passes_on() {
                    book.pass_on(customer, channel, next, now);
                }
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
