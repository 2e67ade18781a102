use async_trait::async_trait;
use offerkit_core::{
    domain::{Scope, Version},
    ports::{CatalogRepository, CatalogState, StoreError},
};

use crate::{error::backend, rows::signed, transaction::PgTransaction};

#[async_trait]
impl CatalogRepository for PgTransaction {
    async fn current(&mut self) -> Result<CatalogState, StoreError> {
        let mut call = self.reading()?;
        let statement = call.query(&[
            "SELECT it.attributes::TEXT AS attributes, it.version FROM {schema}.field_catalog AS it",
        ]);
        let row = call.one(statement).await?;
        let state = CatalogState {
            attributes: row.json("attributes")?,
            version: Version::new(row.number("version")?),
        };
        call.done(state)
    }

    async fn update(&mut self, state: CatalogState) -> Result<CatalogState, StoreError> {
        let mut call = self.writing_in(Scope::Platform)?;
        let statement = call
            .query(&[
                "UPDATE {schema}.field_catalog SET attributes = $1::TEXT::JSONB, version = version + 1 WHERE version = $2",
            ])
            .bind(serde_json::to_string(&state.attributes).map_err(backend)?)
            .bind(signed(state.version.get())?);
        if call.execute(statement).await? == 0 {
            return Err(StoreError::Conflict("catalog"));
        }
        let version = state.version.next();
        call.done(CatalogState { version, ..state })
    }
}
