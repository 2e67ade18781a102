//! Who holds which permission, since when and by whom.

use std::collections::BTreeMap;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use super::{Reports, drawn::Parts, row::row};
use crate::{
    domain::{Group, HeldGroup, Permission, PermissionSet, User},
    id::{GroupId, TenantId, UserId},
    page::{MAX_PAGE_SIZE, Order, Page, PageRequest},
    policy::Action,
    ports::{AuditFilter, StoreError},
    services::{Error, work::Work},
    text::{GroupName, Username},
    time::Timestamp,
};

/// The step by which somebody came to hold a permission.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HeldThrough {
    /// Somebody put them into the group.
    Membership,
    /// The claims of the identity provider put them into the group.
    Claims,
    /// The group, which they belonged to, came to permit it.
    Group,
}

row! {
    /// A permission that somebody holds through a group.
    HeldPermission {
        /// Who holds it.
        user: UserId,
        /// Their user name.
        user_name: Username,
        /// Whether they may do anything at all: an inactive user holds what they held, and may not use it.
        is_active: bool,
        /// What they may do.
        permission: Permission,
        /// The group that permits it.
        group: GroupName,
        /// Since when.
        since: Timestamp,
        /// The step that gave it.
        through: HeldThrough,
        /// Who took that step.
        by: Option<UserId>,
        /// Their user name.
        by_name: Option<Username>,
        /// From when on it lets them decide.
        decides_from: Timestamp,
    }
}

pub(super) struct Permissions {
    pub(super) place: Reports,
    pub(super) only: Option<Permission>,
}

#[async_trait]
impl Parts<HeldPermission> for Permissions {
    async fn part(&self, request: &PageRequest) -> Result<Page<HeldPermission>, Error> {
        let Reports { acting, tenant } = &self.place;
        let mut work = acting.view_tenant(*tenant, Action::ViewMembers).await?;
        let widened = work.widened_groups(*tenant).await?;
        let members = work.tx()?.groups().members(*tenant, request).await?;
        let mut items = Vec::new();
        for (id, groups) in members.items {
            let user = work.tx()?.users().find(id).await?;
            let user = user.ok_or(Error::NotFound("user"))?;
            for held in &groups {
                let permissions = held.permissions.iter();
                let wanted = permissions.filter(|it| self.only.is_none_or(|only| only == *it));
                items.extend(wanted.map(|it| row(&user, held, it, &widened)));
            }
        }
        let names = work.names_of(items.iter().filter_map(|row| row.by)).await?;
        for row in &mut items {
            row.by_name = row.by.and_then(|by| names.get(&by).cloned());
        }
        Ok(Page {
            items,
            next: members.next,
        })
    }
}

fn row(
    user: &User,
    held: &HeldGroup,
    permission: Permission,
    widened: &BTreeMap<(GroupId, Permission), Step>,
) -> HeldPermission {
    let membership = &held.membership;
    let given = Step {
        at: membership.given_at,
        by: membership.given_by,
    };
    let widened = widened.get(&(membership.group, permission));
    let (step, through) = match widened {
        Some(step) if given.at < step.at => (*step, HeldThrough::Group),
        Some(_) | None if given.by.is_none() => (given, HeldThrough::Claims),
        Some(_) | None => (given, HeldThrough::Membership),
    };
    HeldPermission {
        user: user.id(),
        user_name: user.name().clone(),
        is_active: user.is_active(),
        permission,
        group: held.name.clone(),
        since: step.at,
        through,
        by: step.by,
        by_name: None,
        decides_from: membership.decides_from,
    }
}

/// When something was done, and by whom.
#[derive(Debug, Clone, Copy)]
struct Step {
    at: Timestamp,
    by: Option<UserId>,
}

impl Work<'_> {
    /// When groups last came to permit what they had not, as the audit log tells.
    async fn widened_groups(
        &mut self,
        tenant: TenantId,
    ) -> Result<BTreeMap<(GroupId, Permission), Step>, Error> {
        let groups = self.tx()?.groups().list(tenant).await?;
        let mut widened = BTreeMap::new();
        // A group that was never changed permits what it began with.
        let changed = groups
            .iter()
            .filter(|group| group.updated_at() > group.created_at());
        for group in changed.map(Group::id) {
            for (step, added) in self.widenings_of(group).await? {
                widened.extend(added.iter().map(|permission| ((group, permission), step)));
            }
        }
        Ok(widened)
    }

    /// What changes of a group added, the first first.
    async fn widenings_of(&mut self, group: GroupId) -> Result<Vec<(Step, PermissionSet)>, Error> {
        let filter = AuditFilter {
            subject: Some(group.into()),
            action: Some(Action::UpdateGroup),
            is_refused: Some(false),
            ..AuditFilter::default()
        };
        let mut widenings = Vec::new();
        let mut page = PageRequest::first(MAX_PAGE_SIZE)?.ordered(Order::OldestFirst);
        loop {
            let records = self.tx()?.audit().list(&filter, &page).await?;
            for record in records.items {
                let step = Step {
                    at: record.at,
                    by: record.actor.user(),
                };
                let [before, after] = [record.before, record.after].map(Option::unwrap_or_default);
                let read = |value| serde_json::from_value::<Group>(value);
                let [before, after] = [read(before), read(after)]
                    .map(|group| group.map_err(|error| StoreError::Backend(Box::new(error))));
                let added = after?.permissions().without(before?.permissions());
                widenings.push((step, added));
            }
            match records.next {
                Some(cursor) => page = page.after(cursor),
                None => return Ok(widenings),
            }
        }
    }
}
