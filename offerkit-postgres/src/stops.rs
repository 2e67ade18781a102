use async_trait::async_trait;
use offerkit_core::{
    domain::{Channel, Scope, Stop, StopExtent, StopLift},
    id::{StopId, TenantId, UserId},
    ports::{StopRepository, StoreError},
};
use sqlx::types::Uuid;

use crate::{rows::Row, transaction::PgTransaction};

#[async_trait]
impl StopRepository for PgTransaction {
    async fn in_force(&mut self) -> Result<Vec<Stop>, StoreError> {
        let mut call = self.reading()?;
        let statement = call.query(&[
            "SELECT it.id, it.stopped_tenant, it.stopped_channel, it.reason, it.stopped_by, it.stopped_at
            FROM {schema}.sending_stops AS it WHERE it.lifted_at IS NULL ORDER BY it.stopped_at, it.id",
        ]);
        let rows = call.all(statement).await?;
        call.done(rows.iter().map(stop).collect::<Result<_, _>>()?)
    }

    async fn set(&mut self, stop: &Stop) -> Result<(), StoreError> {
        let mut call = self.writing_in(Scope::Platform)?;
        let statement = call
            .query(&[
                "INSERT INTO {schema}.sending_stops (id, stopped_tenant, stopped_channel, reason, stopped_by, stopped_at)
                VALUES ($1, $2, $3, $4, $5, $6)",
            ])
            .bind(stop.id.as_uuid())
            .bind(stop.extent.tenant().map(TenantId::as_uuid))
            .bind(stop.extent.channel().map(Channel::as_str))
            .bind(stop.reason.to_string())
            .bind(stop.by.as_uuid())
            .bind(stop.since.as_datetime());
        call.execute(statement).await?;
        call.done(())
    }

    async fn lift(&mut self, lift: &StopLift) -> Result<(), StoreError> {
        let mut call = self.writing_in(Scope::Platform)?;
        let statement = call
            .query(&[
                "UPDATE {schema}.sending_stops SET lift_reason = $2, lifted_by = $3, lifted_at = $4
                WHERE id = $1 AND lifted_at IS NULL",
            ])
            .bind(lift.stop.as_uuid())
            .bind(lift.reason.to_string())
            .bind(lift.by.as_uuid())
            .bind(lift.at.as_datetime());
        if call.execute(statement).await? == 0 {
            return Err(StoreError::Conflict("stop"));
        }
        call.done(())
    }
}

fn stop(row: &Row) -> Result<Stop, StoreError> {
    let tenant: Option<Uuid> = row.get("stopped_tenant")?;
    let channel: Option<Channel> = row.optional_text("stopped_channel")?;
    let tenant = tenant.map(|id| StopExtent::Tenant(TenantId::from_uuid(id)));
    let channel = channel.map(StopExtent::Channel);
    Ok(Stop {
        id: StopId::from_uuid(row.get("id")?),
        extent: tenant.or(channel).unwrap_or(StopExtent::Everything),
        reason: row.text("reason")?,
        by: UserId::from_uuid(row.get("stopped_by")?),
        since: row.moment("stopped_at")?,
    })
}
