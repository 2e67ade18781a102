use async_trait::async_trait;
use offerkit_core::{
    domain::{Group, GroupParts, HeldGroup, Membership, Permission, PermissionSet, Scope, Version},
    id::{GroupId, TenantId, UserId},
    page::{Order, Page, PageRequest},
    ports::{GroupRepository, StoreError},
    text::GroupName,
};
use sqlx::types::Uuid;

use crate::{
    keyset,
    rows::{Row, signed, wrong},
    transaction::{Call, PgTransaction},
};

const SELECT: &str = "SELECT it.tenant_id, it.id, it.name, it.description, it.permissions, it.created_at, it.updated_at,
    it.version
FROM {schema}.groups AS it ";

pub(crate) const SELECT_HELD: &str =
    "SELECT it.tenant_id, it.user_id, it.group_id, it.given_by, it.given_at, it.decides_from,
    held.name, held.permissions
FROM {schema}.user_tenant_roles AS it
JOIN {schema}.groups AS held ON held.tenant_id = it.tenant_id AND held.id = it.group_id ";

/// The columns of that, where it is joined as `held`.
pub(crate) const HELD: &str = ", held.tenant_id, held.user_id, held.group_id, held.given_by, held.given_at, held.decides_from, held.name,
    held.permissions";

#[async_trait]
impl GroupRepository for PgTransaction {
    async fn insert(&mut self, group: &Group) -> Result<(), StoreError> {
        let mut call = self.writing_in(Scope::Tenant(group.tenant()))?;
        let statement = call
            .query(&[
                "INSERT INTO {schema}.groups (tenant_id, id, name, description, permissions, created_at, updated_at, version)
                VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
            ])
            .bind(group.tenant().as_uuid())
            .bind(group.id().as_uuid())
            .bind(group.name().to_string())
            .bind(group.description().as_ref().map(ToString::to_string))
            .bind(names(group.permissions()))
            .bind(group.created_at().as_datetime())
            .bind(group.updated_at().as_datetime())
            .bind(signed(group.version().get())?);
        call.execute(statement).await?;
        call.done(())
    }

    async fn update(&mut self, group: Group) -> Result<Group, StoreError> {
        let mut call = self.writing_in(Scope::Tenant(group.tenant()))?;
        let statement = call
            .query(&[
                "UPDATE {schema}.groups SET name = $3, description = $4, permissions = $5, updated_at = $6,
                    version = version + 1
                WHERE tenant_id = $1 AND id = $2 AND version = $7",
            ])
            .bind(group.tenant().as_uuid())
            .bind(group.id().as_uuid())
            .bind(group.name().to_string())
            .bind(group.description().as_ref().map(ToString::to_string))
            .bind(names(group.permissions()))
            .bind(group.updated_at().as_datetime())
            .bind(signed(group.version().get())?);
        if call.execute(statement).await? == 0 {
            return Err(StoreError::Conflict("group"));
        }
        let version = group.version().next();
        call.done(group.with_version(version))
    }

    async fn find_by_name(
        &mut self,
        tenant: TenantId,
        name: &GroupName,
    ) -> Result<Option<Group>, StoreError> {
        let mut call = self.reading()?;
        let statement = call
            .query(&[SELECT, "WHERE it.tenant_id = $1 AND it.name = $2"])
            .bind(tenant.as_uuid())
            .bind(name.to_string());
        let row = call.optional(statement).await?;
        call.done(row.as_ref().map(group).transpose()?)
    }

    async fn list(&mut self, tenant: TenantId) -> Result<Vec<Group>, StoreError> {
        let mut call = self.reading()?;
        let statement = call.query(&[
            SELECT,
            "WHERE it.tenant_id = $1 ORDER BY it.name COLLATE \"C\"",
        ]);
        let rows = call.all(statement.bind(tenant.as_uuid())).await?;
        call.done(rows.iter().map(group).collect::<Result<_, _>>()?)
    }

    async fn add_member(&mut self, membership: &Membership) -> Result<(), StoreError> {
        let mut call = self.writing_in(Scope::Tenant(membership.tenant))?;
        let statement = call
            .query(&[
                "INSERT INTO {schema}.user_tenant_roles (tenant_id, user_id, group_id, given_by, given_at, decides_from)
                VALUES ($1, $2, $3, $4, $5, $6)",
            ])
            .bind(membership.tenant.as_uuid())
            .bind(membership.user.as_uuid())
            .bind(membership.group.as_uuid())
            .bind(membership.given_by.map(UserId::as_uuid))
            .bind(membership.given_at.as_datetime())
            .bind(membership.decides_from.as_datetime());
        call.execute(statement).await?;
        call.done(())
    }

    async fn remove_member(
        &mut self,
        tenant: TenantId,
        group: GroupId,
        user: UserId,
    ) -> Result<Option<Membership>, StoreError> {
        let mut call = self.writing_in(Scope::Tenant(tenant))?;
        let statement = call
            .query(&[
                "DELETE FROM {schema}.user_tenant_roles WHERE tenant_id = $1 AND user_id = $2 AND group_id = $3
                RETURNING tenant_id, user_id, group_id, given_by, given_at, decides_from",
            ])
            .bind(tenant.as_uuid())
            .bind(user.as_uuid())
            .bind(group.as_uuid());
        let row = call.optional(statement).await?;
        call.done(row.as_ref().map(membership).transpose()?)
    }

    async fn held_by(
        &mut self,
        user: UserId,
        tenant: Option<TenantId>,
    ) -> Result<Vec<HeldGroup>, StoreError> {
        let mut call = self.reading()?;
        if let Some(held) = seen(&call, user, tenant) {
            return call.done(held);
        }
        let mut builder = call.builder(&[SELECT_HELD, "WHERE it.user_id = "]);
        builder.push_bind(user.as_uuid());
        if let Some(tenant) = tenant {
            builder
                .push(" AND it.tenant_id = ")
                .push_bind(tenant.as_uuid());
        }
        builder.push(" ORDER BY it.tenant_id, held.name COLLATE \"C\"");
        let rows = call.all(builder.build()).await?;
        call.done(rows.iter().map(held).collect::<Result<_, _>>()?)
    }

    async fn held_for_share(
        &mut self,
        user: UserId,
        tenant: TenantId,
    ) -> Result<Vec<HeldGroup>, StoreError> {
        let mut call = self.reading()?;
        if let Some(held) = seen(&call, user, Some(tenant)) {
            return call.done(held);
        }
        let statement = call
            .query(&[
                SELECT_HELD,
                "WHERE it.user_id = $1 AND it.tenant_id = $2 ORDER BY held.name COLLATE \"C\"",
                call.lock(" FOR SHARE"),
            ])
            .bind(user.as_uuid())
            .bind(tenant.as_uuid());
        let rows = call.all(statement).await?;
        call.done(rows.iter().map(held).collect::<Result<_, _>>()?)
    }

    async fn members(
        &mut self,
        tenant: TenantId,
        request: &PageRequest,
    ) -> Result<Page<(UserId, Vec<HeldGroup>)>, StoreError> {
        let mut call = self.reading()?;
        let mut builder = call.builder(&[
            SELECT_HELD,
            "WHERE it.user_id IN (
                SELECT DISTINCT member.user_id FROM {schema}.user_tenant_roles AS member WHERE member.tenant_id = ",
        ]);
        builder.push_bind(tenant.as_uuid());
        let [after, order, all] = match request.order() {
            Order::OldestFirst => [
                " AND member.user_id > ",
                " ORDER BY member.user_id LIMIT ",
                " ORDER BY it.user_id, held.name COLLATE \"C\"",
            ],
            Order::NewestFirst => [
                " AND member.user_id < ",
                " ORDER BY member.user_id DESC LIMIT ",
                " ORDER BY it.user_id DESC, held.name COLLATE \"C\"",
            ],
        };
        if let Some(cursor) = request.cursor() {
            builder.push(after).push_bind(cursor.position());
        }
        builder.push(order).push_bind(keyset::rows(request));
        builder
            .push(") AND it.tenant_id = ")
            .push_bind(tenant.as_uuid());
        builder.push(all);
        let mut members: Vec<(UserId, Vec<HeldGroup>)> = Vec::new();
        for row in call.all(builder.build()).await? {
            let held = held(&row)?;
            match members.last_mut() {
                Some((user, groups)) if *user == held.membership.user => groups.push(held),
                _ => members.push((held.membership.user, vec![held])),
            }
        }
        call.done(Page::from_surplus(members, request, |(user, _)| {
            user.as_uuid()
        }))
    }
}

/// What came with the user.
fn seen(call: &Call<'_>, user: UserId, tenant: Option<TenantId>) -> Option<Vec<HeldGroup>> {
    let of_scope = tenant.is_some() && tenant == call.scope().tenant();
    call.seen.held(user).filter(|_| of_scope)
}

fn names(permissions: PermissionSet) -> Vec<&'static str> {
    permissions.iter().map(Permission::as_str).collect()
}

fn permissions(row: &Row) -> Result<PermissionSet, StoreError> {
    let names: Vec<String> = row.get("permissions")?;
    let permissions = names.iter().map(|name| name.parse::<Permission>());
    let set: Result<_, _> = permissions.collect();
    set.map_err(|error| wrong("permissions", error))
}

fn group(row: &Row) -> Result<Group, StoreError> {
    Ok(Group::from_parts(GroupParts {
        id: GroupId::from_uuid(row.get("id")?),
        tenant: TenantId::from_uuid(row.get("tenant_id")?),
        name: row.text("name")?,
        description: row.optional_text("description")?,
        permissions: permissions(row)?,
        created_at: row.moment("created_at")?,
        updated_at: row.moment("updated_at")?,
        version: Version::new(row.number("version")?),
    }))
}

fn membership(row: &Row) -> Result<Membership, StoreError> {
    Ok(Membership {
        tenant: TenantId::from_uuid(row.get("tenant_id")?),
        group: GroupId::from_uuid(row.get("group_id")?),
        user: UserId::from_uuid(row.get::<Uuid>("user_id")?),
        given_by: row.get::<Option<Uuid>>("given_by")?.map(UserId::from_uuid),
        given_at: row.moment("given_at")?,
        decides_from: row.moment("decides_from")?,
    })
}

/// What is held, of rows to which it was joined: where it is nothing, there is one without a group.
pub(crate) fn all_held(rows: &[Row]) -> Result<Vec<HeldGroup>, StoreError> {
    let mut found = Vec::new();
    for row in rows {
        if row.get::<Option<Uuid>>("group_id")?.is_some() {
            found.push(held(row)?);
        }
    }
    Ok(found)
}

fn held(row: &Row) -> Result<HeldGroup, StoreError> {
    Ok(HeldGroup {
        membership: membership(row)?,
        name: row.text("name")?,
        permissions: permissions(row)?,
    })
}
