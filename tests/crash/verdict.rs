//! Every message that the provider accepted, compared with every row of the ledger.

use std::{collections::HashMap, fs, path::Path};

use offerkit::{
    domain::{Channel, DeliveryKey},
    id::{CampaignId, CustomerId},
};
use sqlx::{Connection as _, PgConnection, Row as _, types::Uuid};

use crate::Outcome;

/// What the comparison found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Verdict {
    /// Rows of the ledger.
    pub(crate) rows: usize,
    /// Messages that the provider accepted.
    pub(crate) messages: usize,
    /// Rows without a message that do not say that nobody knows.
    pub(crate) lost: usize,
    /// Messages beyond the first of a row.
    pub(crate) duplicated: usize,
    /// Rows that say that nobody knows.
    pub(crate) unknown: usize,
    /// Messages whose row says neither that it is being sent, nor that it was, nor that nobody knows, or that have no row.
    pub(crate) unledgered: usize,
    /// Rows that are still to be sent, or being sent.
    pub(crate) unfinished: usize,
}

impl Verdict {
    pub(crate) async fn of(url: &str, campaign: Uuid, provider: &Path) -> Outcome<Self> {
        let mut accepted: HashMap<String, usize> = HashMap::new();
        for line in fs::read_to_string(provider)?.lines() {
            *accepted.entry(line.to_owned()).or_default() += 1;
        }
        let mut verdict = Self {
            messages: accepted.values().sum(),
            ..Self::default()
        };
        for (delivery, status) in rows(url, campaign).await? {
            let messages = accepted.remove(&delivery).unwrap_or_default();
            let is_unfinished = matches!(status.as_str(), "pending" | "sending");
            let is_unknown = status == "unknown";
            verdict.rows += 1;
            verdict.duplicated += messages.saturating_sub(1);
            verdict.unknown += usize::from(is_unknown);
            verdict.unfinished += usize::from(is_unfinished);
            verdict.lost += usize::from(messages == 0 && !is_unknown && !is_unfinished);
            // Until it is settled, a row being sent stands for its message.
            let is_ledgered = is_unknown || matches!(status.as_str(), "sent" | "sending");
            verdict.unledgered += usize::from(messages > 0 && !is_ledgered);
        }
        verdict.unledgered += accepted.len();
        Ok(verdict)
    }
}

/// Each row's delivery and status.
async fn rows(url: &str, campaign: Uuid) -> Outcome<Vec<(String, String)>> {
    let mut connection = PgConnection::connect(url).await?;
    let rows = sqlx::query(
        "SELECT customer_id, channel::TEXT AS channel, delivery_status::TEXT AS status FROM offerkit.deliveries
        WHERE campaign_id = $1",
    )
    .bind(campaign)
    .fetch_all(&mut connection)
    .await?;
    connection.close().await?;
    let row = |row: &sqlx::postgres::PgRow| {
        let key = DeliveryKey {
            campaign: CampaignId::from_uuid(campaign),
            customer: CustomerId::from_uuid(row.try_get("customer_id")?),
            channel: row.try_get::<&str, _>("channel")?.parse::<Channel>()?,
        };
        Ok((key.id().to_string(), row.try_get("status")?))
    };
    rows.iter().map(row).collect()
}
