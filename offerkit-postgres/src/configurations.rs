use std::collections::BTreeSet;

use async_trait::async_trait;
use offerkit_core::{
    domain::{Channel, ConfigurationSettings, ConfigurationVersion, OfferConfiguration, Scope},
    id::{TenantId, UserId},
    page::{Order, Page, PageRequest},
    ports::{ConfigurationRepository, StoreError, UniqueKey},
};

use crate::{
    error::backend,
    keyset::{self, no_page, numbered},
    rows::{Row, signed, sought, wrong},
    transaction::PgTransaction,
};

const SELECT: &str = "SELECT it.tenant_id, it.version, it.schema::TEXT AS schema, it.criteria_fields, it.channels, it.time_zone,
    it.contact_rules::TEXT AS contact_rules, it.protected_fields, it.published_by, it.published_at
FROM {schema}.offer_configurations AS it WHERE it.tenant_id = ";

#[async_trait]
impl ConfigurationRepository for PgTransaction {
    async fn insert(&mut self, configuration: &OfferConfiguration) -> Result<(), StoreError> {
        let OfferConfiguration {
            tenant,
            version,
            settings,
            protected_fields,
            published_by,
            published_at,
        } = configuration;
        let mut call = self.writing_in(Scope::Tenant(*tenant))?;
        // Nothing is inserted where it does not follow the current version.
        let statement = call
            .query(&[
                "INSERT INTO {schema}.offer_configurations (tenant_id, version, schema, criteria_fields, channels, time_zone,
                    protected_fields, published_by, published_at, contact_rules)
                SELECT $1, $2, $3::TEXT::JSON, $4, $5, $6, $7, $8, $9, $10::TEXT::JSONB
                WHERE $2 = (SELECT coalesce(max(last.version), 0) + 1 FROM {schema}.offer_configurations AS last
                    WHERE last.tenant_id = $1)",
            ])
            .bind(tenant.as_uuid())
            .bind(signed(version.get())?)
            .bind(settings.schema.to_string())
            .bind(settings.criteria_fields.as_ref().map(texts))
            .bind(settings.channels.iter().map(|it| it.as_str()).collect::<Vec<_>>())
            .bind(settings.time_zone.to_string())
            .bind(texts(protected_fields))
            .bind(published_by.as_uuid())
            .bind(published_at.as_datetime())
            .bind(serde_json::to_string(&settings.contact).map_err(backend)?);
        match call.execute(statement).await {
            // Someone else published this version in the meantime.
            Ok(0) | Err(StoreError::Duplicate(UniqueKey::ConfigurationVersion)) => {
                Err(StoreError::Conflict("configuration"))
            }
            Ok(_) => call.done(()),
            Err(error) => Err(error),
        }
    }

    async fn current(&mut self) -> Result<Option<OfferConfiguration>, StoreError> {
        let Some((mut call, tenant)) = self.reading_tenant()? else {
            return Ok(None);
        };
        let statement = call.query(&[SELECT, "$1 ORDER BY it.version DESC LIMIT 1"]);
        let row = call.optional(statement.bind(tenant.as_uuid())).await?;
        call.done(row.as_ref().map(configuration).transpose()?)
    }

    async fn find(
        &mut self,
        version: ConfigurationVersion,
    ) -> Result<Option<OfferConfiguration>, StoreError> {
        let Some((mut call, tenant)) = self.reading_tenant()? else {
            return Ok(None);
        };
        let statement = call
            .query(&[SELECT, "$1 AND it.version = $2"])
            .bind(tenant.as_uuid())
            .bind(sought(version.get()));
        let row = call.optional(statement).await?;
        call.done(row.as_ref().map(configuration).transpose()?)
    }

    async fn list(
        &mut self,
        request: &PageRequest,
    ) -> Result<Page<OfferConfiguration>, StoreError> {
        let Some((mut call, tenant)) = self.reading_tenant()? else {
            return Ok(no_page());
        };
        let mut builder = call.builder(&[SELECT]);
        builder.push_bind(tenant.as_uuid());
        let [after, order] = match request.order() {
            Order::OldestFirst => [" AND it.version > ", " ORDER BY it.version LIMIT "],
            Order::NewestFirst => [" AND it.version < ", " ORDER BY it.version DESC LIMIT "],
        };
        if let Some(cursor) = request.cursor() {
            builder.push(after).push_bind(keyset::number(cursor));
        }
        builder.push(order).push_bind(keyset::rows(request));
        let rows = call.all(builder.build()).await?;
        let versions = rows.iter().map(configuration).collect::<Result<_, _>>()?;
        let number = |row: &OfferConfiguration| numbered(row.version.get());
        call.done(Page::from_surplus(versions, request, number))
    }
}

fn texts(names: &BTreeSet<String>) -> Vec<String> {
    names.iter().cloned().collect()
}

fn configuration(row: &Row) -> Result<OfferConfiguration, StoreError> {
    let criteria_fields: Option<Vec<String>> = row.get("criteria_fields")?;
    let channels: Vec<String> = row.get("channels")?;
    let channels: Result<_, _> = channels.iter().map(|it| it.parse::<Channel>()).collect();
    let protected_fields: Vec<String> = row.get("protected_fields")?;
    Ok(OfferConfiguration {
        tenant: TenantId::from_uuid(row.get("tenant_id")?),
        version: ConfigurationVersion::new(row.number("version")?),
        settings: ConfigurationSettings {
            schema: row.json("schema")?,
            criteria_fields: criteria_fields.map(|names| names.into_iter().collect()),
            channels: channels.map_err(|error| wrong("channels", error))?,
            time_zone: row.text("time_zone")?,
            contact: row.json("contact_rules")?,
        },
        protected_fields: protected_fields.into_iter().collect(),
        published_by: UserId::from_uuid(row.get("published_by")?),
        published_at: row.moment("published_at")?,
    })
}
