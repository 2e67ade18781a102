//! Who decided what about which offer.

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use super::{Reports, drawn::Parts, row::row};
use crate::{
    audit::AuditRecord,
    digest::Digest,
    domain::{Offer, RevisionNumber},
    id::{AuditId, OfferId, UserId},
    page::{Cursor, Page, PageRequest},
    policy::Action,
    ports::{AuditFilter, StoreError},
    services::Error,
    text::Username,
    time::Timestamp,
};

/// What was decided about a submitted revision.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DecisionKind {
    /// It was approved.
    Approved,
    /// It was turned down.
    Rejected,
    /// It was sent back for changes.
    ChangesRequested,
}

impl DecisionKind {
    /// Every kind, with the action that its records name.
    const ALL: [(Self, Action); 3] = [
        (Self::Approved, Action::ApproveOffer),
        (Self::Rejected, Action::RejectOffer),
        (Self::ChangesRequested, Action::RequestChanges),
    ];
}

row! {
    /// One decision on an offer.
    Decision {
        /// When.
        at: Timestamp,
        /// What was decided.
        decision: DecisionKind,
        /// About which offer.
        offer: OfferId,
        /// About which revision of it.
        revision: RevisionNumber,
        /// The digest of what that revision says.
        digest: Digest,
        /// Who decided.
        by: UserId,
        /// Their user name.
        by_name: Option<Username>,
        /// What they said.
        comment: Option<Box<str>>,
        /// The record in the audit log.
        record: AuditId,
    }
}

pub(super) struct Decisions {
    pub(super) place: Reports,
    pub(super) from: Timestamp,
    pub(super) before: Timestamp,
}

#[async_trait]
impl Parts<Decision> for Decisions {
    async fn part(&self, request: &PageRequest) -> Result<Page<Decision>, Error> {
        let Reports { acting, tenant } = &self.place;
        let mut work = acting.view_tenant(*tenant, Action::ViewAudit).await?;
        let mut found = Vec::new();
        let mut has_more = false;
        // Three lists, each in the order of its index, are put into one.
        for (kind, action) in DecisionKind::ALL {
            let filter = AuditFilter {
                action: Some(action),
                is_refused: Some(false),
                from: Some(self.from),
                before: Some(self.before),
                ..AuditFilter::default()
            };
            let records = work.tx()?.audit().list(&filter, request).await?;
            has_more |= records.next.is_some();
            found.extend(records.items.into_iter().map(|record| (kind, record)));
        }
        found.sort_unstable_by_key(|(_, record)| record.id);
        has_more |= found.len() > request.size();
        found.truncate(request.size());
        let people = found.iter().filter_map(|(_, record)| record.actor.user());
        let names = work.names_of(people).await?;
        let last = found.last().map(|(_, record)| record.id.as_uuid());
        let items = found.into_iter().filter_map(|(kind, record)| {
            let by = record.actor.user()?;
            Some(decision(kind, record, (by, names.get(&by).cloned())))
        });
        Ok(Page {
            items: items.collect::<Result<_, _>>()?,
            next: last.filter(|_| has_more).map(Cursor::after),
        })
    }
}

fn decision(
    kind: DecisionKind,
    record: AuditRecord,
    (by, by_name): (UserId, Option<Username>),
) -> Result<Decision, Error> {
    // Whatever becomes of the offer, the record holds it as it was decided on.
    let offer: Offer = serde_json::from_value(record.before.unwrap_or_default())
        .map_err(|error| StoreError::Backend(Box::new(error)))?;
    Ok(Decision {
        at: record.at,
        decision: kind,
        offer: offer.id(),
        revision: offer.revision(),
        digest: offer.working().digest(),
        by,
        by_name,
        comment: record.comment,
        record: record.id,
    })
}
