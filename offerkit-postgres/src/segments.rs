use async_trait::async_trait;
use offerkit_core::{
    domain::{Scope, Segment, SegmentVersion},
    id::{SegmentId, TenantId, UserId},
    page::{Page, PageRequest},
    ports::{SegmentRepository, StoreError, UniqueKey},
    text::SegmentName,
};

use crate::{
    campaigns::{criteria, pinned},
    keyset::{by_id, no_page},
    rows::{Row, signed, sought},
    transaction::PgTransaction,
};

const SELECT: &str =
    "SELECT it.id, it.tenant_id, it.name, it.version, it.description, it.criteria_source,
    it.criteria_canonical, it.criteria_digest, it.criteria_language, it.criteria_catalog,
    it.criteria_pins::TEXT AS criteria_pins, it.author, it.written_at
FROM {schema}.segments AS it WHERE it.tenant_id = ";

#[async_trait]
impl SegmentRepository for PgTransaction {
    async fn insert(&mut self, segment: &Segment) -> Result<(), StoreError> {
        let mut call = self.writing_in(Scope::Tenant(segment.tenant))?;
        let criteria = &segment.criteria;
        // Nothing is inserted where it does not follow the latest version.
        let statement = call
            .query(&[
                "INSERT INTO {schema}.segments (tenant_id, id, name, version, description, criteria_source,
                    criteria_canonical, criteria_digest, criteria_language, criteria_catalog, criteria_pins, author,
                    written_at)
                SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11::TEXT::JSONB, $12, $13
                WHERE $4 = (SELECT coalesce(max(last.version), 0) + 1 FROM {schema}.segments AS last
                    WHERE last.tenant_id = $1 AND last.name = $3)",
            ])
            .bind(segment.tenant.as_uuid())
            .bind(segment.id.as_uuid())
            .bind(segment.name.to_string())
            .bind(signed(segment.version.get())?)
            .bind(segment.description.as_ref().map(ToString::to_string))
            .bind(criteria.source.to_string())
            .bind(criteria.canonical.to_string())
            .bind(criteria.digest.as_bytes().to_vec())
            .bind(i32::from(criteria.language))
            .bind(signed(criteria.catalog)?)
            .bind(pinned(criteria)?)
            .bind(segment.author.as_uuid())
            .bind(segment.written_at.as_datetime());
        match call.execute(statement).await {
            // Someone else wrote this version in the meantime.
            Ok(0) | Err(StoreError::Duplicate(UniqueKey::SegmentVersion)) => {
                Err(StoreError::Conflict("segment"))
            }
            Ok(_) => call.done(()),
            Err(error) => Err(error),
        }
    }

    async fn find(
        &mut self,
        name: &SegmentName,
        version: Option<SegmentVersion>,
    ) -> Result<Option<Segment>, StoreError> {
        let Some((mut call, tenant)) = self.reading_tenant()? else {
            return Ok(None);
        };
        let mut builder = call.builder(&[SELECT]);
        builder.push_bind(tenant.as_uuid());
        builder.push(" AND it.name = ").push_bind(name.to_string());
        if let Some(version) = version {
            builder
                .push(" AND it.version = ")
                .push_bind(sought(version.get()));
        }
        builder.push(" ORDER BY it.version DESC LIMIT 1");
        let rows = call.all(builder.build()).await?;
        call.done(rows.first().map(segment).transpose()?)
    }

    async fn list(&mut self, request: &PageRequest) -> Result<Page<Segment>, StoreError> {
        let Some((mut call, tenant)) = self.reading_tenant()? else {
            return Ok(no_page());
        };
        let mut builder = call.builder(&[SELECT]);
        builder.push_bind(tenant.as_uuid());
        by_id(&mut builder, request);
        let rows = call.all(builder.build()).await?;
        let segments = rows.iter().map(segment).collect::<Result<_, _>>()?;
        let id = |segment: &Segment| segment.id.as_uuid();
        call.done(Page::from_surplus(segments, request, id))
    }
}

fn segment(row: &Row) -> Result<Segment, StoreError> {
    Ok(Segment {
        id: SegmentId::from_uuid(row.get("id")?),
        tenant: TenantId::from_uuid(row.get("tenant_id")?),
        name: row.text("name")?,
        version: SegmentVersion::new(row.number("version")?),
        description: row.optional_text("description")?,
        criteria: criteria(row)?,
        author: UserId::from_uuid(row.get("author")?),
        written_at: row.moment("written_at")?,
    })
}
