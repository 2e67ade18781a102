//! Everything that changes under the audit log: tables as a database has them, and the indexes of their unique keys.

use std::collections::BTreeMap;

use offerkit_core::{
    audit::SubjectKind,
    domain::{
        Campaign, Comment, ConfigurationVersion, ExternalIdentity, Group, Membership, Offer,
        OfferApproval, OfferConfiguration, OfferRevision, RevisionNumber, Scope, Segment,
        SegmentVersion, Stop, StopLift, Tenant, User, Version,
    },
    id::{CampaignId, CommentId, GroupId, OfferId, SegmentId, StopId, TenantId, UserId},
    ports::{CatalogState, StoreError},
    text::{GroupName, SegmentName, TenantName, Username},
};
use uuid::Uuid;

use crate::log::AuditLog;

pub(crate) type Table<K, V> = BTreeMap<K, V>;
pub(crate) type Thread = (SubjectKind, Uuid);

#[derive(Debug)]
#[cfg_attr(test, derive(Clone, PartialEq))]
pub(crate) struct State {
    pub(crate) users: Table<UserId, User>,
    pub(crate) usernames: Table<Username, UserId>,
    pub(crate) identities: Table<ExternalIdentity, UserId>,
    pub(crate) tenants: Table<TenantId, Tenant>,
    pub(crate) tenant_names: Table<TenantName, TenantId>,
    pub(crate) groups: Table<(TenantId, GroupId), Group>,
    pub(crate) group_names: Table<(TenantId, GroupName), GroupId>,
    pub(crate) memberships: Table<(UserId, TenantId, GroupId), Membership>,
    pub(crate) members: Table<(TenantId, UserId, GroupId), Membership>,
    pub(crate) configurations: Table<(TenantId, ConfigurationVersion), OfferConfiguration>,
    pub(crate) offers: Table<(TenantId, OfferId), Offer>,
    pub(crate) revisions: Table<(TenantId, OfferId, RevisionNumber), OfferRevision>,
    pub(crate) approvals: Table<(TenantId, OfferId, RevisionNumber), OfferApproval>,
    pub(crate) comments: Table<(TenantId, Thread, CommentId), Comment>,
    pub(crate) comment_ids: Table<(TenantId, CommentId), Thread>,
    pub(crate) campaigns: Table<(TenantId, CampaignId), Campaign>,
    pub(crate) segments: Table<(TenantId, SegmentId), Segment>,
    pub(crate) segment_versions: Table<(TenantId, SegmentName, SegmentVersion), SegmentId>,
    pub(crate) catalog: CatalogState,
    /// Those in force, and those that were lifted.
    pub(crate) stops: Table<StopId, (Stop, Option<StopLift>)>,
    pub(crate) audit: Table<Scope, AuditLog>,
}

impl Default for State {
    fn default() -> Self {
        Self {
            users: Table::new(),
            usernames: Table::new(),
            identities: Table::new(),
            tenants: Table::new(),
            tenant_names: Table::new(),
            groups: Table::new(),
            group_names: Table::new(),
            memberships: Table::new(),
            members: Table::new(),
            configurations: Table::new(),
            offers: Table::new(),
            revisions: Table::new(),
            approvals: Table::new(),
            comments: Table::new(),
            comment_ids: Table::new(),
            campaigns: Table::new(),
            segments: Table::new(),
            segment_versions: Table::new(),
            catalog: CatalogState {
                attributes: Vec::new(),
                version: Version::FIRST,
            },
            stops: Table::new(),
            audit: Table::new(),
        }
    }
}

impl State {
    /// The row of what an update changes, if it is still as the writer read it.
    pub(crate) fn current<'a, K: Ord, V>(
        table: &'a Table<K, V>,
        key: &K,
        what: &'static str,
        is_current: impl FnOnce(&V) -> bool,
    ) -> Result<&'a V, StoreError> {
        table
            .get(key)
            .filter(|row| is_current(row))
            .ok_or(StoreError::Conflict(what))
    }

    /// Whether a revision of an offer has an approval of exactly what it says.
    pub(crate) fn is_approved(
        &self,
        tenant: TenantId,
        offer: OfferId,
        number: RevisionNumber,
    ) -> bool {
        let key = (tenant, offer, number);
        match (self.revisions.get(&key), self.approvals.get(&key)) {
            (Some(revision), Some(approval)) => revision.digest() == approval.digest,
            _ => false,
        }
    }

    pub(crate) fn require_tenant(&self, tenant: TenantId) -> Result<(), StoreError> {
        if self.tenants.contains_key(&tenant) {
            return Ok(());
        }
        Err(StoreError::MissingReference("tenant"))
    }
}
