//! Claims on rows.

use std::ops::Bound;

use offerkit_core::{
    domain::{Channel, DeliveryKey, DeliveryStatus},
    id::{ClaimToken, CustomerId},
    ports::{ClaimRequest, Claimed},
    time::Timestamp,
};

use super::{Book, Step};
use crate::ledger::lane::Claim;

impl Book {
    pub(in crate::ledger) fn holds(&self, token: ClaimToken, key: DeliveryKey) -> bool {
        let claim = self
            .lanes
            .get(&key.channel)
            .and_then(|lane| lane.sending.get(&key.customer));
        claim.is_some_and(|claim| claim.token == token)
    }

    /// Until when the longest claim holds, on one channel or on all.
    pub(in crate::ledger) fn claimed_until(&self, channel: Option<Channel>) -> Option<Timestamp> {
        let lanes = self.lanes.iter();
        let lanes = lanes.filter(|(it, _)| channel.is_none_or(|channel| channel == **it));
        let claims = lanes.flat_map(|(_, lane)| lane.sending.values());
        claims.map(|claim| claim.deadline).max()
    }

    pub(in crate::ledger) fn claim(&mut self, request: &ClaimRequest) -> Vec<Claimed> {
        let due = self.due(request, None, request.limit);
        due.into_iter()
            .filter_map(|customer| self.take(customer, request))
            .collect()
    }

    /// At most `limit` customers after one, whose rows are due.
    pub(in crate::ledger) fn due(
        &mut self,
        request: &ClaimRequest,
        after: Option<CustomerId>,
        limit: usize,
    ) -> Vec<CustomerId> {
        let Some(lane) = self.lanes.get_mut(&request.channel) else {
            return Vec::new();
        };
        let (rows, runs) = (&self.rows, &self.runs);
        lane.wake(request.now);
        let is_due = |customer: &&CustomerId| {
            rows.get(&(**customer, request.channel)).is_some_and(|row| {
                let run = usize::try_from(row.run).ok().and_then(|run| runs.get(run));
                run.is_some_and(|run| run.revision == request.revision)
                    && row.not_before().is_none_or(|moment| moment <= request.now)
            })
        };
        let start = after.map_or(Bound::Unbounded, Bound::Excluded);
        let ready = lane.ready.range((start, Bound::Unbounded));
        ready.filter(is_due).take(limit).copied().collect()
    }

    /// Claims a row that is due.
    pub(in crate::ledger) fn take(
        &mut self,
        customer: CustomerId,
        request: &ClaimRequest,
    ) -> Option<Claimed> {
        let step = Step {
            to: DeliveryStatus::Sending,
            reason: None,
            not_before: None,
            at: request.now,
        };
        self.step(customer, request.channel, step);
        let row = self.rows.get_mut(&(customer, request.channel))?;
        row.attempts = row.attempts.saturating_add(1);
        let past = row.past.get_or_insert_default();
        past.first_claimed_at.get_or_insert(request.now);
        self.hold(customer, request)
    }

    pub(in crate::ledger) fn reclaim(&mut self, request: &ClaimRequest) -> Vec<Claimed> {
        let Some(lane) = self.lanes.get(&request.channel) else {
            return Vec::new();
        };
        let lapsed = lane.sending.iter();
        let lapsed = lapsed.filter(|(_, claim)| claim.deadline < request.now);
        let lapsed: Vec<_> = lapsed.take(request.limit).map(|(id, _)| *id).collect();
        let held = lapsed.into_iter();
        held.filter_map(|customer| self.hold(customer, request))
            .collect()
    }

    fn hold(&mut self, customer: CustomerId, request: &ClaimRequest) -> Option<Claimed> {
        let row = self.rows.get(&(customer, request.channel))?;
        let revision = self.revision_of(row)?;
        let row = self.rows.get_mut(&(customer, request.channel))?;
        row.updated_at = request.now;
        let claim = Claim {
            token: request.token,
            deadline: request.deadline,
        };
        let lane = self.lanes.entry(request.channel).or_default();
        lane.sending.insert(customer, claim);
        Some(Claimed {
            key: DeliveryKey {
                campaign: request.campaign,
                customer,
                channel: request.channel,
            },
            revision,
            attempt: row.attempts,
            first_claimed_at: row
                .past
                .as_ref()
                .and_then(|past| past.first_claimed_at)
                .unwrap_or(request.now),
        })
    }
}
