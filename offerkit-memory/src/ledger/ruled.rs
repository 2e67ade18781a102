//! Claims under a tenant's contact rules.

use offerkit_core::{
    domain::{ClaimRules, ConsentRule, ContactFacts, DeliveryStatus, Verdict},
    id::CustomerId,
    ports::{ClaimRequest, RuledClaim},
};

use super::{Books, book::Step};
use crate::contacts;

/// How many rows are looked at before they are claimed.
const FEW: usize = 256;

impl Books {
    /// Claims what the rules allow. It goes on until it has enough or nothing is due.
    pub(super) fn claim_by_rules(
        &mut self,
        request: &ClaimRequest,
        rules: &ClaimRules,
        contacts: &contacts::Book,
    ) -> RuledClaim {
        let mut claim = RuledClaim::default();
        let mut after = None;
        while claim.rows.len() < request.limit {
            let book = self.book_mut(request.tenant, request.campaign);
            let due = book.map(|book| book.due(request, after, FEW));
            let due = due.unwrap_or_default();
            let Some(last) = due.last() else {
                return claim;
            };
            after = Some(*last);
            for customer in due {
                if claim.rows.len() == request.limit {
                    break;
                }
                self.judge(customer, request, rules, contacts, &mut claim);
            }
        }
        claim.has_more = true;
        claim
    }

    fn judge(
        &mut self,
        customer: CustomerId,
        request: &ClaimRequest,
        rules: &ClaimRules,
        contacts: &contacts::Book,
        claim: &mut RuledClaim,
    ) {
        let consent = match rules.consent {
            ConsentRule::None => None,
            ConsentRule::Given | ConsentRule::NotWithdrawn => {
                contacts.last_word(customer, rules.purpose, request.channel)
            }
        };
        let Some(book) = self.book_mut(request.tenant, request.campaign) else {
            return;
        };
        match rules.judge(&ContactFacts { consent }) {
            Verdict::Send => claim.rows.extend(book.take(customer, request)),
            Verdict::Suppress(why) => {
                let step = Step {
                    to: DeliveryStatus::Suppressed,
                    reason: Some(why.as_str().into()),
                    not_before: None,
                    at: request.now,
                };
                if book.step(customer, request.channel, step) {
                    claim.suppressed += 1;
                }
            }
        }
    }
}
