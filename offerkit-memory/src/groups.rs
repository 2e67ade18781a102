use std::collections::BTreeMap;

use async_trait::async_trait;
use offerkit_core::{
    domain::{Group, HeldGroup, Membership, Scope},
    id::{GroupId, TenantId, UserId},
    page::{Page, PageRequest},
    ports::{GroupRepository, StoreError, UniqueKey},
    text::GroupName,
};
use uuid::Uuid;

use crate::{defence::ensure, keyset::rows, state::State, transaction::MemoryTransaction};

const FIRST_GROUP: GroupId = GroupId::from_uuid(Uuid::nil());
const LAST_GROUP: GroupId = GroupId::from_uuid(Uuid::max());

#[async_trait]
impl GroupRepository for MemoryTransaction {
    async fn insert(&mut self, group: &Group) -> Result<(), StoreError> {
        let (tenant, id) = (group.tenant(), group.id());
        self.write_in(Scope::Tenant(tenant), |changes| {
            changes.require_tenant(tenant)?;
            let name = (tenant, group.name().clone());
            changes.add(
                |state| &mut state.groups,
                (tenant, id),
                group.clone(),
                UniqueKey::Id,
            )?;
            changes.add(
                |state| &mut state.group_names,
                name,
                id,
                UniqueKey::GroupName,
            )
        })
    }

    async fn update(&mut self, group: Group) -> Result<Group, StoreError> {
        let (tenant, id) = (group.tenant(), group.id());
        self.write_in(Scope::Tenant(tenant), |changes| {
            let is_current = |row: &Group| row.version() == group.version();
            let stored = State::current(&changes.groups, &(tenant, id), "group", is_current)?;
            let names = (
                Some((tenant, stored.name().clone())),
                Some((tenant, group.name().clone())),
            );
            changes.rename(
                |state| &mut state.group_names,
                names,
                id,
                UniqueKey::GroupName,
            )?;
            let version = group.version().next();
            let next = group.with_version(version);
            changes.put(|state| &mut state.groups, (tenant, id), next.clone());
            Ok(next)
        })
    }

    async fn find_by_name(
        &mut self,
        tenant: TenantId,
        name: &GroupName,
    ) -> Result<Option<Group>, StoreError> {
        self.read(|state| {
            let id = state.group_names.get(&(tenant, name.clone()))?;
            state.groups.get(&(tenant, *id)).cloned()
        })
    }

    async fn list(&mut self, tenant: TenantId) -> Result<Vec<Group>, StoreError> {
        self.read(|state| {
            let groups = state
                .groups
                .range((tenant, FIRST_GROUP)..=(tenant, LAST_GROUP));
            let named: BTreeMap<_, _> = groups.map(|(_, group)| (group.name(), group)).collect();
            named.into_values().cloned().collect()
        })
    }

    async fn add_member(&mut self, membership: &Membership) -> Result<(), StoreError> {
        let Membership {
            tenant,
            group,
            user,
            ..
        } = *membership;
        self.write_in(Scope::Tenant(tenant), |changes| {
            ensure(
                membership.given_by != Some(user),
                "nobody gives a membership to themselves",
            )?;
            if !changes.users.contains_key(&user) {
                return Err(StoreError::MissingReference("user"));
            }
            if !changes.groups.contains_key(&(tenant, group)) {
                return Err(StoreError::MissingReference("group"));
            }
            let key = (user, tenant, group);
            changes.add(
                |state| &mut state.memberships,
                key,
                *membership,
                UniqueKey::Membership,
            )?;
            changes.put(
                |state| &mut state.members,
                (tenant, user, group),
                *membership,
            );
            Ok(())
        })
    }

    async fn remove_member(
        &mut self,
        tenant: TenantId,
        group: GroupId,
        user: UserId,
    ) -> Result<Option<Membership>, StoreError> {
        self.write_in(Scope::Tenant(tenant), |changes| {
            changes.take(|state| &mut state.members, (tenant, user, group));
            Ok(changes.take(|state| &mut state.memberships, (user, tenant, group)))
        })
    }

    async fn held_by(
        &mut self,
        user: UserId,
        tenant: Option<TenantId>,
    ) -> Result<Vec<HeldGroup>, StoreError> {
        self.read(|state| held(state, user, tenant))
    }

    async fn held_for_share(
        &mut self,
        user: UserId,
        tenant: TenantId,
    ) -> Result<Vec<HeldGroup>, StoreError> {
        self.read(|state| held(state, user, Some(tenant)))
    }

    async fn members(
        &mut self,
        tenant: TenantId,
        request: &PageRequest,
    ) -> Result<Page<(UserId, Vec<HeldGroup>)>, StoreError> {
        self.read(|state| {
            let low = |id| (tenant, UserId::from_uuid(id), FIRST_GROUP);
            let high = |id| (tenant, UserId::from_uuid(id), LAST_GROUP);
            let mut users: Vec<UserId> = Vec::new();
            for ((_, user, _), _) in rows(&state.members, request, low, high) {
                if users.last() != Some(user) {
                    users.push(*user);
                }
                if users.len() > request.size() {
                    break;
                }
            }
            Page::from_surplus(users, request, |user| user.as_uuid())
                .map(|user| (user, held(state, user, Some(tenant))))
        })
    }
}

fn held(state: &State, user: UserId, tenant: Option<TenantId>) -> Vec<HeldGroup> {
    let first = tenant.unwrap_or(TenantId::from_uuid(Uuid::nil()));
    let last = tenant.unwrap_or(TenantId::from_uuid(Uuid::max()));
    let memberships = state
        .memberships
        .range((user, first, FIRST_GROUP)..=(user, last, LAST_GROUP));
    let mut held: Vec<_> = memberships
        .filter_map(|((_, tenant, group), membership)| {
            let group = state.groups.get(&(*tenant, *group))?;
            Some(HeldGroup {
                membership: *membership,
                name: group.name().clone(),
                permissions: group.permissions(),
            })
        })
        .collect();
    held.sort_unstable_by(|one, two| {
        let by = |held: &HeldGroup| held.membership.tenant;
        by(one).cmp(&by(two)).then_with(|| one.name.cmp(&two.name))
    });
    held
}
