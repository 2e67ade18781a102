//! Objects as storage is given them, and the doors through which a case reaches the store.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use offerkit_core::{
    audit::Subject,
    criteria::{Catalog, Criteria, Moment},
    domain::{
        Campaign, CampaignPlan, Comment, CommentKind, CommentSubject, ConfigurationVersion, Group,
        Membership, NewUser, Offer, Permission, PermissionSet, Proposal, Purpose, RevisionNumber,
        SavedCriteria, Schedule, Scope, Segment, SegmentVersion, Tenant, User, Validity,
    },
    id::{CampaignId, CommentId, GroupId, OfferId, SegmentId, TenantId, UserId},
    ports::{Selection, StoreError, Transaction},
    testing::offer_data,
};
use serde_json::Value;

use crate::{
    Adapter, Failure,
    world::{World, user},
};

impl<B: Adapter> World<B> {
    /// Changes something and commits it, about `subject`.
    pub(crate) async fn change<T>(
        &self,
        scope: Scope,
        subject: impl Into<Subject>,
        act: impl AsyncFnOnce(&mut dyn Transaction) -> Result<T, StoreError>,
    ) -> Result<T, Failure> {
        let mut tx = self.write(scope).await?;
        let done = act(&mut *tx).await?;
        self.commit(tx, subject).await?;
        Ok(done)
    }

    /// Tries to change something, and commits nothing.
    pub(crate) async fn attempt<T>(
        &self,
        scope: Scope,
        act: impl AsyncFnOnce(&mut dyn Transaction) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        act(&mut *self.write(scope).await?).await
    }

    /// Reads something.
    pub(crate) async fn look<T>(
        &self,
        scope: Scope,
        act: impl AsyncFnOnce(&mut dyn Transaction) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        act(&mut *self.read(scope).await?).await
    }

    pub(crate) fn root(&self) -> Result<UserId, Failure> {
        user(&self.platform.root)
    }

    pub(crate) fn new_user(&self, name: &str) -> Result<User, Failure> {
        let new = NewUser {
            name: name.parse()?,
            full_name: Some("Asha Rao".parse()?),
            email: Some("asha@example.com".parse()?),
            phone: Some("+919876543210".parse()?),
            identity: None,
        };
        let id = UserId::from_uuid(self.uuid());
        Ok(User::create(id, new, Some(self.root()?), self.now()))
    }

    pub(crate) fn new_tenant(&self, name: &str) -> Result<Tenant, Failure> {
        let id = TenantId::from_uuid(self.uuid());
        let about = Some("A product line.".parse()?);
        Ok(Tenant::create(
            id,
            name.parse()?,
            about,
            self.root()?,
            self.now(),
        ))
    }

    pub(crate) fn new_group(&self, tenant: TenantId, name: &str) -> Result<Group, Failure> {
        let id = GroupId::from_uuid(self.uuid());
        let permissions = PermissionSet::of(&[Permission::ViewOffers, Permission::Comment]);
        Ok(Group::create(
            id,
            tenant,
            name.parse()?,
            Some("A group.".parse()?),
            permissions,
            self.now(),
        ))
    }

    pub(crate) fn new_membership(
        &self,
        group: &Group,
        user: UserId,
    ) -> Result<Membership, Failure> {
        // Nobody gives a membership to themselves.
        let root = self.root()?;
        let given_by = if user == root {
            self.tenant.admin.actor().user().ok_or("no admin")?
        } else {
            root
        };
        Ok(Membership {
            tenant: group.tenant(),
            group: group.id(),
            user,
            given_by: Some(given_by),
            given_at: self.now(),
            decides_from: self.now().plus(TimeDelta::hours(1)),
        })
    }

    pub(crate) fn new_offer(&self, tenant: TenantId, data: Value) -> Result<Offer, Failure> {
        let id = OfferId::from_uuid(self.uuid());
        let author = user(&self.tenant.creator)?;
        Ok(Offer::create(
            id,
            tenant,
            proposal(data)?,
            author,
            self.now(),
        ))
    }

    /// A new offer of the tenant, kept.
    pub(crate) async fn kept_offer(&self, title: &str) -> Result<Offer, Failure> {
        let offer = self.new_offer(self.tenant.id, offer_data(title))?;
        self.change(self.scope(), offer.id(), async |tx| {
            tx.offers().insert(&offer).await
        })
        .await?;
        Ok(offer)
    }

    pub(crate) fn new_plan(&self, offer: OfferId, name: &str) -> Result<CampaignPlan, Failure> {
        Ok(CampaignPlan {
            offer,
            name: name.parse()?,
            description: None,
            purpose: Purpose::Service,
            selection_criteria: saved(&everyone()?),
            segments: Vec::new(),
            messages: self.tenant.campaign(offer)?.messages,
            start_date: self.now().date(),
            end_date: self.now().date() + TimeDelta::days(9),
            channels: offerkit_core::domain::ChannelChoice::default(),
            schedule: Schedule::default(),
        })
    }

    pub(crate) fn new_campaign(
        &self,
        tenant: TenantId,
        offer: OfferId,
    ) -> Result<Campaign, Failure> {
        let id = CampaignId::from_uuid(self.uuid());
        let plan = self.new_plan(offer, "Spring")?;
        let author = user(&self.tenant.creator)?;
        Ok(Campaign::create(id, tenant, plan, author, self.now())?)
    }

    pub(crate) fn new_comment(
        &self,
        tenant: TenantId,
        subject: CommentSubject,
    ) -> Result<Comment, Failure> {
        Ok(Comment {
            id: CommentId::from_uuid(self.uuid()),
            tenant,
            subject,
            revision: RevisionNumber::FIRST,
            kind: CommentKind::Note,
            body: "Is the rate right?".parse()?,
            author: Some(user(&self.tenant.approver)?),
            at: self.now(),
        })
    }

    pub(crate) fn new_segment(&self, name: &str, version: u64) -> Result<Segment, Failure> {
        Ok(Segment {
            id: SegmentId::from_uuid(self.uuid()),
            tenant: self.tenant.id,
            name: name.parse()?,
            version: SegmentVersion::new(version),
            description: Some("Whom we like.".parse()?),
            criteria: saved(&everyone()?),
            author: user(&self.tenant.creator)?,
            written_at: self.now(),
        })
    }

    /// The customers that criteria select now.
    pub(crate) fn selection(&self, criteria: &str) -> Result<Selection, Failure> {
        let criteria = Criteria::parse(criteria, &Catalog::customers())?;
        Ok(Selection::new(
            self.tenant.id,
            criteria,
            Moment::in_utc(self.now()),
        ))
    }
}

/// A proposal that is valid on any day.
pub(crate) fn proposal(data: Value) -> Result<Proposal, Failure> {
    Ok(Proposal {
        content: data.try_into()?,
        validity: Validity::default(),
        configuration: ConfigurationVersion::FIRST,
    })
}

fn everyone() -> Result<Criteria, Failure> {
    let criteria = r#"{"$everyone": true}"#;
    Ok(Criteria::parse(criteria, &Catalog::customers())?)
}

fn saved(criteria: &Criteria) -> SavedCriteria {
    SavedCriteria {
        source: criteria.source().into(),
        canonical: criteria.canonical_text().into(),
        digest: criteria.digest(),
        language: criteria.version(),
        catalog: criteria.catalog_revision(),
        pins: [].into(),
    }
}

/// Members of an offer's data, as a filter asks for them.
pub(crate) fn members(data: &[(&str, Value)]) -> BTreeMap<String, Value> {
    data.iter()
        .map(|(name, value)| ((*name).to_owned(), value.clone()))
        .collect()
}
