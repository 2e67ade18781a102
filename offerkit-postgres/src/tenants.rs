use async_trait::async_trait;
use offerkit_core::{
    domain::{Tenant, TenantParts, Version},
    id::{TenantId, UserId},
    page::{Page, PageRequest},
    ports::{Access, StoreError, TenantRepository},
    text::TenantName,
};

use crate::{
    keyset::by_id,
    rows::{Row, signed},
    schema::SchemaName,
    transaction::PgTransaction,
};

const SELECT: &str = "SELECT it.id, it.name, it.description, it.is_active, it.created_by, it.created_at, it.updated_at,
    it.version
FROM {schema}.tenants AS it ";

#[async_trait]
impl TenantRepository for PgTransaction {
    async fn insert(&mut self, tenant: &Tenant) -> Result<(), StoreError> {
        let mut call = self.writing()?;
        let statement = call
            .query(&[
                "INSERT INTO {schema}.tenants (id, name, description, is_active, created_by, created_at, updated_at, version)
                VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
            ])
            .bind(tenant.id().as_uuid())
            .bind(tenant.name().to_string())
            .bind(tenant.description().as_ref().map(ToString::to_string))
            .bind(tenant.is_active())
            .bind(tenant.created_by().as_uuid())
            .bind(tenant.created_at().as_datetime())
            .bind(tenant.updated_at().as_datetime())
            .bind(signed(tenant.version().get())?);
        call.execute(statement).await?;
        call.done(())
    }

    async fn update(&mut self, tenant: Tenant) -> Result<Tenant, StoreError> {
        let mut call = self.writing()?;
        let statement = call
            .query(&[
                "UPDATE {schema}.tenants SET name = $2, description = $3, is_active = $4, updated_at = $5,
                    version = version + 1
                WHERE id = $1 AND version = $6",
            ])
            .bind(tenant.id().as_uuid())
            .bind(tenant.name().to_string())
            .bind(tenant.description().as_ref().map(ToString::to_string))
            .bind(tenant.is_active())
            .bind(tenant.updated_at().as_datetime())
            .bind(signed(tenant.version().get())?);
        if call.execute(statement).await? == 0 {
            return Err(StoreError::Conflict("tenant"));
        }
        let version = tenant.version().next();
        call.done(tenant.with_version(version))
    }

    async fn find(&mut self, id: TenantId) -> Result<Option<Tenant>, StoreError> {
        let mut call = self.reading()?;
        if let Some(seen) = call.seen.tenant(id).cloned() {
            return call.done(Some(seen));
        }
        let statement = call.query(&[SELECT, "WHERE it.id = $1"]);
        let row = call.optional(statement.bind(id.as_uuid())).await?;
        call.done(row.as_ref().map(tenant).transpose()?)
    }

    async fn find_for_share(&mut self, id: TenantId) -> Result<Option<Tenant>, StoreError> {
        let mut call = self.reading()?;
        if let Some(seen) = call.seen.tenant(id).cloned() {
            return call.done(Some(seen));
        }
        let statement = call.query(&[SELECT, "WHERE it.id = $1", call.lock(" FOR SHARE")]);
        let row = call.optional(statement.bind(id.as_uuid())).await?;
        call.done(row.as_ref().map(tenant).transpose()?)
    }

    async fn find_by_name(&mut self, name: &TenantName) -> Result<Option<Tenant>, StoreError> {
        let mut call = self.reading()?;
        let statement = call.query(&[SELECT, "WHERE it.name = $1"]);
        let row = call.optional(statement.bind(name.to_string())).await?;
        call.done(row.as_ref().map(tenant).transpose()?)
    }

    async fn list(&mut self, request: &PageRequest) -> Result<Page<Tenant>, StoreError> {
        let mut call = self.reading()?;
        let mut builder = call.builder(&[SELECT, "WHERE TRUE"]);
        by_id(&mut builder, request);
        let rows = call.all(builder.build()).await?;
        let tenants = rows.iter().map(tenant).collect::<Result<_, _>>()?;
        call.done(Page::from_surplus(tenants, request, |tenant: &Tenant| {
            tenant.id().as_uuid()
        }))
    }
}

/// What a transaction in a tenant's scope begins with: the tenant, locked where something is to be changed. Whoever begins
/// one asks for it next.
pub(crate) fn of_scope(schema: &SchemaName, tenant: TenantId, access: Access) -> String {
    let lock = match access {
        Access::Read | Access::ReadCommitted => "",
        Access::Write => " FOR SHARE",
    };
    // A UUID needs no escaping.
    format!("{}WHERE it.id = '{tenant}'{lock}", schema.render(SELECT))
}

/// What that answered.
pub(crate) fn told(rows: &[Row]) -> Result<Option<Tenant>, StoreError> {
    rows.first().map(tenant).transpose()
}

fn tenant(row: &Row) -> Result<Tenant, StoreError> {
    Ok(Tenant::from_parts(TenantParts {
        id: TenantId::from_uuid(row.get("id")?),
        name: row.text("name")?,
        description: row.optional_text("description")?,
        is_active: row.get("is_active")?,
        created_by: UserId::from_uuid(row.get("created_by")?),
        created_at: row.moment("created_at")?,
        updated_at: row.moment("updated_at")?,
        version: Version::new(row.number("version")?),
    }))
}
