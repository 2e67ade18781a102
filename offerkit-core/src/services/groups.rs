//! A tenant's groups and members, managed by super admins.

use serde::{Deserialize, Serialize};

use super::{Acting, Error, work::Work};
use crate::{
    domain::{Group, HeldGroup, Membership, PermissionSet, Scope, User, Version},
    id::{GroupId, TenantId, UserId},
    page::{Page, PageRequest},
    policy::{Action, Actor, Resource},
    ports::StoreError,
    text::{Description, GroupName},
};

/// A tenant's groups and members.
///
/// ```
/// # use offerkit_core::{domain::{Permission, PermissionSet}, id, services::{self, Error}};
/// # async fn example(root: services::Acting, tenant: id::TenantId, asha: id::UserId) -> Result<(), Error> {
/// root.groups(tenant).add(asha, &"approver".parse()?).await?;
/// let permissions = PermissionSet::of(&[Permission::ViewOffers, Permission::ViewAudit]);
/// root.groups(tenant).create("auditor".parse()?, None, permissions).await?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct Groups {
    acting: Acting,
    tenant: TenantId,
}

/// A member of a tenant.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Member {
    /// The user.
    pub user: User,
    /// The user's groups, by name.
    pub groups: Vec<HeldGroup>,
}

impl Groups {
    pub(super) const fn new(acting: Acting, tenant: TenantId) -> Self {
        Self { acting, tenant }
    }

    /// Makes a group with any set of permissions.
    ///
    /// # Errors
    ///
    /// [`Error::Denied`] unless the actor is a super admin; [`Error::Store`] where the tenant has a group of this name.
    pub async fn create(
        &self,
        name: GroupName,
        description: Option<Description>,
        permissions: PermissionSet,
    ) -> Result<Group, Error> {
        self.acting
            .mutate(Action::CreateGroup, || async {
                let mut work = self.write().await?;
                let id = GroupId::from_uuid(work.uuid());
                let grant = work.authorize_in_tenant(Action::CreateGroup, id).await?;
                let group = Group::create(
                    id,
                    self.tenant,
                    name.clone(),
                    description.clone(),
                    permissions,
                    work.now(),
                );
                work.tx()?.groups().insert(&group).await?;
                let event = work.event(grant, id).after(&group);
                work.commit(event, group).await
            })
            .await
    }

    /// Changes what a group permits, at once for all its members.
    ///
    /// # Errors
    ///
    /// [`Error::Denied`] for a group the actor belongs to and unless they are a super admin; [`Error::Store`] where the
    /// group was changed since `seen`.
    pub async fn update(
        &self,
        name: &GroupName,
        seen: Version,
        permissions: PermissionSet,
    ) -> Result<Group, Error> {
        self.acting
            .mutate(Action::UpdateGroup, || async {
                let mut work = self.write().await?;
                let tenant = work.tenant_for(Action::UpdateGroup)?;
                let group = work.find_group(Action::UpdateGroup, name).await?;
                let resource = Resource::Group {
                    tenant,
                    is_own: work.belongs_to(name),
                };
                let grant = work
                    .authorize(Action::UpdateGroup, &resource, group.id())
                    .await?;
                if group.version() != seen {
                    return Err(StoreError::Conflict("group").into());
                }
                let changed = group.clone().permitting(permissions, work.now());
                let changed = work.tx()?.groups().update(changed).await?;
                let event = work.event(grant, group.id()).before(&group).after(&changed);
                work.commit(event, changed).await
            })
            .await
    }

    /// Puts a user into a group.
    ///
    /// # Errors
    ///
    /// [`Error::Denied`] for oneself and unless the actor is a super admin; [`Error::Store`] where the user is in it
    /// already or does not exist.
    pub async fn add(&self, user: UserId, group: &GroupName) -> Result<Membership, Error> {
        let wait = self.acting.kit().settings().membership_wait;
        self.acting
            .mutate((Action::GiveMembership, user), || async {
                let mut work = self.write().await?;
                let grant = self
                    .authorize_membership(&mut work, Action::GiveMembership, user)
                    .await?;
                let group = work.find_group(Action::GiveMembership, group).await?;
                let now = work.now();
                let membership = Membership {
                    tenant: self.tenant,
                    group: group.id(),
                    user,
                    given_by: Some(work.user()?),
                    given_at: now,
                    decides_from: now.plus(wait),
                };
                work.tx()?.groups().add_member(&membership).await?;
                let event = work.event(grant, user).after(&membership);
                work.commit(event, membership).await
            })
            .await
    }

    /// Takes a user out of a group, at once.
    ///
    /// # Errors
    ///
    /// [`Error::Denied`] for oneself and unless the actor is a super admin; [`Error::NotFound`] where the user is not
    /// in it.
    pub async fn remove(&self, user: UserId, group: &GroupName) -> Result<Membership, Error> {
        self.acting
            .mutate((Action::TakeMembership, user), || async {
                let mut work = self.write().await?;
                let grant = self
                    .authorize_membership(&mut work, Action::TakeMembership, user)
                    .await?;
                let group = work.find_group(Action::TakeMembership, group).await?;
                let groups = work.tx()?.groups();
                let removed = groups.remove_member(self.tenant, group.id(), user).await?;
                let removed = removed.ok_or(Error::NotFound("membership"))?;
                let event = work.event(grant, user).before(&removed);
                work.commit(event, removed).await
            })
            .await
    }

    /// The tenant's groups, by name.
    ///
    /// # Errors
    ///
    /// [`Error::Denied`] unless the actor sees the tenant's members.
    pub async fn list(&self) -> Result<Vec<Group>, Error> {
        let mut work = self.view().await?;
        Ok(work.tx()?.groups().list(self.tenant).await?)
    }

    /// A page of the tenant's members, in order of their ids.
    ///
    /// # Errors
    ///
    /// [`Error::Denied`] unless the actor sees the tenant's members.
    pub async fn members(&self, page: &PageRequest) -> Result<Page<Member>, Error> {
        let mut work = self.view().await?;
        let tx = work.tx()?;
        let found = tx.groups().members(self.tenant, page).await?;
        let mut items = Vec::with_capacity(found.items.len());
        for (id, groups) in found.items {
            let user = tx.users().find(id).await?.ok_or(Error::NotFound("user"))?;
            items.push(Member { user, groups });
        }
        Ok(Page {
            items,
            next: found.next,
        })
    }

    async fn write(&self) -> Result<Work<'_>, Error> {
        self.acting.write(Scope::Tenant(self.tenant)).await
    }

    async fn view(&self) -> Result<Work<'_>, Error> {
        self.acting
            .view_tenant(self.tenant, Action::ViewMembers)
            .await
    }

    async fn authorize_membership(
        &self,
        work: &mut Work<'_>,
        action: Action,
        user: UserId,
    ) -> Result<crate::policy::Grant, Error> {
        let tenant = work.tenant_for(action)?;
        work.authorize(action, &Resource::Membership { tenant, user }, user)
            .await
    }
}

impl Work<'_> {
    async fn find_group(&mut self, action: Action, name: &GroupName) -> Result<Group, Error> {
        let tenant = self.tenant()?.id;
        match self.tx()?.groups().find_by_name(tenant, name).await? {
            Some(group) => Ok(group),
            None => Err(self.missing(action, "group", tenant).await),
        }
    }

    fn belongs_to(&self, group: &GroupName) -> bool {
        match self.actor() {
            Actor::User(user) => user.memberships.iter().any(|held| held.group == *group),
            Actor::System(_) | Actor::Anonymous => false,
        }
    }

    pub(super) fn is_super_admin(&self) -> bool {
        match self.actor() {
            Actor::User(user) => user.is_active && user.is_super_admin,
            Actor::System(_) | Actor::Anonymous => false,
        }
    }
}

impl Acting {
    /// Begins reading a tenant, for those who may.
    pub(super) async fn view_tenant(
        &self,
        tenant: TenantId,
        action: Action,
    ) -> Result<Work<'_>, Error> {
        let mut work = self.read(Scope::Tenant(tenant)).await?;
        drop(work.authorize_in_tenant(action, tenant).await?);
        Ok(work)
    }

    /// Begins reading what one call tells of a tenant, for those who may.
    pub(super) async fn glance_at_tenant(
        &self,
        tenant: TenantId,
        action: Action,
    ) -> Result<Work<'_>, Error> {
        let mut work = self.glance(Scope::Tenant(tenant)).await?;
        drop(work.authorize_in_tenant(action, tenant).await?);
        Ok(work)
    }
}
