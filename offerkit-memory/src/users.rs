use async_trait::async_trait;
use offerkit_core::{
    domain::{ExternalIdentity, User},
    id::UserId,
    page::{Page, PageRequest},
    ports::{StoreError, UniqueKey, UserFilter, UserRepository},
    text::Username,
};

use crate::{
    defence::{Checked, ensure},
    keyset::page,
    state::State,
    transaction::MemoryTransaction,
    undo::Changes,
};

#[async_trait]
impl UserRepository for MemoryTransaction {
    async fn insert(&mut self, user: &User) -> Result<(), StoreError> {
        let (id, name) = (user.id(), user.name().clone());
        self.write(|changes| {
            changes.add(|state| &mut state.users, id, user.clone(), UniqueKey::Id)?;
            changes.add(|state| &mut state.usernames, name, id, UniqueKey::Username)?;
            let identity = (None, user.identity().clone());
            changes.rename(
                |state| &mut state.identities,
                identity,
                id,
                UniqueKey::Identity,
            )
        })
    }

    async fn update(&mut self, user: User) -> Result<User, StoreError> {
        self.write(|changes| {
            let id = user.id();
            let is_current = |row: &User| row.version() == user.version();
            let stored = State::current(&changes.users, &id, "user", is_current)?;
            let was_super_admin = is_super_admin(stored);
            let names = (Some(stored.name().clone()), Some(user.name().clone()));
            let identities = (stored.identity().clone(), user.identity().clone());
            changes.rename(|state| &mut state.usernames, names, id, UniqueKey::Username)?;
            changes.rename(
                |state| &mut state.identities,
                identities,
                id,
                UniqueKey::Identity,
            )?;
            let version = user.version().next();
            let next = user.with_version(version);
            if was_super_admin && !is_super_admin(&next) {
                changes.note_taken_super_admin();
            }
            changes.put(|state| &mut state.users, id, next.clone());
            Ok(next)
        })
    }

    async fn find(&mut self, id: UserId) -> Result<Option<User>, StoreError> {
        self.read(|state| state.users.get(&id).cloned())
    }

    async fn find_for_share(&mut self, id: UserId) -> Result<Option<User>, StoreError> {
        self.read(|state| state.users.get(&id).cloned())
    }

    async fn find_by_name(&mut self, name: &Username) -> Result<Option<User>, StoreError> {
        self.read(|state| state.users.get(state.usernames.get(name)?).cloned())
    }

    async fn find_by_identity(
        &mut self,
        identity: &ExternalIdentity,
    ) -> Result<Option<User>, StoreError> {
        self.read(|state| state.users.get(state.identities.get(identity)?).cloned())
    }

    async fn list(
        &mut self,
        filter: &UserFilter,
        request: &PageRequest,
    ) -> Result<Page<User>, StoreError> {
        let is_wanted = |user: &User| {
            filter.is_active.is_none_or(|it| it == user.is_active())
                && filter
                    .is_super_admin
                    .is_none_or(|it| it == user.is_super_admin())
        };
        self.read(|state| {
            let id = |user: &User| user.id().as_uuid();
            page(&state.users, request, UserId::from_uuid, id, is_wanted)
        })
    }

    async fn count_super_admins(&mut self) -> Result<u64, StoreError> {
        self.read(|state| {
            let users = state.users.values();
            let super_admins = users.filter(|user| is_super_admin(user));
            super_admins.fold(0, |count: u64, _| count + 1)
        })
    }
}

fn is_super_admin(user: &User) -> bool {
    user.is_active() && user.is_super_admin()
}

/// Asked at the commit, so that one may follow another.
pub(crate) fn super_admin_remains(changes: &Changes) -> Checked {
    ensure(
        !changes.takes_super_admin() || changes.users.values().any(is_super_admin),
        "one active super admin always remains",
    )
}
