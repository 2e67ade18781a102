//! How the wrong protocols claim and settle.

use std::collections::HashMap;

use offerkit::{
    domain::{DeliveryKey, DeliveryStatus},
    id::{ClaimToken, CustomerId, TenantId},
    ports::{ClaimRequest, Claimed, Ledger as _, Settlement, StoreError},
    postgres::PgStore,
    time::Timestamp,
};
use sqlx::{PgPool, Postgres, Transaction, types::Uuid};
use tokio::sync::Mutex;

use super::Protocol;

/// The three steps in which protocols differ, over PostgreSQL's.
pub(crate) struct Claims {
    pub(super) store: PgStore,
    pub(super) pool: PgPool,
    pub(super) protocol: Protocol,
    /// The transactions in which messages are being sent.
    pub(super) open: Mutex<HashMap<ClaimToken, Transaction<'static, Postgres>>>,
}

impl Claims {
    pub(crate) async fn claim(&self, request: &ClaimRequest) -> Result<Vec<Claimed>, StoreError> {
        match self.protocol {
            Protocol::Ours
            | Protocol::NewKey
            | Protocol::CheckpointAtFetch
            | Protocol::NoLookup => self.store.claim(request).await,
            Protocol::MarkFirst => {
                let claimed = self.store.claim(request).await?;
                let sent: Vec<_> = claimed
                    .iter()
                    .map(|row| Settlement {
                        key: row.key,
                        status: DeliveryStatus::Sent,
                        reason: None,
                        not_before: None,
                        next: Vec::new(),
                    })
                    .collect();
                let (tenant, token) = (request.tenant, request.token);
                self.store.settle(tenant, token, &sent, request.now).await?;
                Ok(claimed)
            }
            Protocol::InsideTransaction => self.claim_inside(request).await.map_err(backend),
        }
    }

    pub(crate) async fn settle(
        &self,
        tenant: TenantId,
        token: ClaimToken,
        settlements: &[Settlement],
        now: Timestamp,
    ) -> Result<u64, StoreError> {
        match self.protocol {
            // They are marked.
            Protocol::MarkFirst => Ok(settlements.len().try_into().unwrap_or(u64::MAX)),
            Protocol::InsideTransaction => {
                let open = self.open.lock().await.remove(&token);
                match open {
                    Some(open) => settle_inside(open, token, settlements)
                        .await
                        .map_err(backend),
                    None => self.store.settle(tenant, token, settlements, now).await,
                }
            }
            Protocol::Ours
            | Protocol::NewKey
            | Protocol::CheckpointAtFetch
            | Protocol::NoLookup => self.store.settle(tenant, token, settlements, now).await,
        }
    }

    pub(crate) async fn reclaim(&self, request: &ClaimRequest) -> Result<Vec<Claimed>, StoreError> {
        match self.protocol {
            // What was fetched is behind the checkpoint.
            Protocol::CheckpointAtFetch => Ok(Vec::new()),
            Protocol::Ours
            | Protocol::NewKey
            | Protocol::NoLookup
            | Protocol::MarkFirst
            | Protocol::InsideTransaction => self.store.reclaim(request).await,
        }
    }

    async fn claim_inside(&self, request: &ClaimRequest) -> sqlx::Result<Vec<Claimed>> {
        let mut open = self.pool.begin().await?;
        sqlx::query("SELECT set_config('offerkit.tenant', $1, TRUE)")
            .bind(request.tenant.to_string())
            .execute(&mut *open)
            .await?;
        let customers: Vec<Uuid> = sqlx::query_scalar(
            "WITH due AS (
                SELECT customer_id FROM offerkit.campaign_customers WHERE delivery_status = 'pending'
                ORDER BY customer_id LIMIT $1 FOR UPDATE SKIP LOCKED
            )
            UPDATE offerkit.campaign_customers AS it SET delivery_status = 'sending', attempts = it.attempts + 1,
                claim_token = $2, claim_deadline = now() + INTERVAL '1 hour', updated_at = now()
            FROM due WHERE it.customer_id = due.customer_id RETURNING it.customer_id",
        )
        .bind(i64::try_from(request.limit).unwrap_or(i64::MAX))
        .bind(request.token.as_uuid())
        .fetch_all(&mut *open)
        .await?;
        if customers.is_empty() {
            open.rollback().await?;
            return Ok(Vec::new());
        }
        self.open.lock().await.insert(request.token, open);
        let claimed = customers.into_iter().map(|customer| Claimed {
            key: DeliveryKey {
                campaign: request.campaign,
                customer: CustomerId::from_uuid(customer),
                channel: request.channel,
            },
            revision: request.revision,
            attempt: 1,
            first_claimed_at: request.now,
        });
        Ok(claimed.collect())
    }
}

async fn settle_inside(
    mut open: Transaction<'static, Postgres>,
    token: ClaimToken,
    settlements: &[Settlement],
) -> sqlx::Result<u64> {
    sqlx::query("SELECT set_config('offerkit.claim', $1, TRUE)")
        .bind(token.to_string())
        .execute(&mut *open)
        .await?;
    let mut settled = 0;
    for settlement in settlements {
        let done = sqlx::query(
            "UPDATE offerkit.campaign_customers SET delivery_status = $1::TEXT::offerkit.delivery_status,
                claim_token = NULL, claim_deadline = NULL, updated_at = now()
            WHERE customer_id = $2 AND claim_token = $3",
        )
        .bind(settlement.status.as_str())
        .bind(settlement.key.customer.as_uuid())
        .bind(token.as_uuid())
        .execute(&mut *open)
        .await?;
        settled += done.rows_affected();
    }
    open.commit().await?;
    Ok(settled)
}

fn backend(error: sqlx::Error) -> StoreError {
    StoreError::Backend(error.into())
}
