//! A database with a campaign that was launched, and nothing else done.

use chrono::TimeDelta;
use offerkit::{
    domain::{Channel, MessageText},
    id::SystemIds,
    postgres::{PgStore, SchemaName},
    testing::TestPlatform,
    time::{Clock as _, SystemClock},
};
use sqlx::{Connection as _, PgConnection, types::Uuid};

use crate::Outcome;

/// Makes the schema in the database at `url`, so many customers, and a campaign for all of them.
pub(crate) async fn prepare(url: String, customers: usize) -> Outcome {
    let pool = PgStore::pool_options().connect_lazy(&url)?;
    let store = PgStore::from_pool(pool.clone(), SchemaName::default());
    store.migrate().await?;
    let platform = TestPlatform::with(store, |builder| {
        builder.clock(SystemClock).ids(SystemIds::new())
    })
    .await?;
    let tenant = platform.tenant("loan").await?;
    platform.customers(customers).await?;
    let offer = tenant.approved_offer("Gold").await?;
    let mut draft = tenant.campaign(offer.id())?;
    let message = MessageText::new("Dear {{ customer.full_name }}");
    draft.messages = [(Channel::Webhook, message.into())].into();
    draft.start_date = SystemClock.now().date() - TimeDelta::days(1);
    draft.end_date = draft.start_date + TimeDelta::days(30);
    tenant.launched_campaign(draft).await?;
    pool.close().await;
    Ok(())
}

/// The campaign of a prepared database.
pub(crate) async fn the_only(url: &str) -> Outcome<Uuid> {
    let mut connection = PgConnection::connect(url).await?;
    let id = sqlx::query_scalar("SELECT id FROM offerkit.campaigns")
        .fetch_one(&mut connection)
        .await?;
    connection.close().await?;
    Ok(id)
}

/// How many rows are not final; all, where the audience is not filled.
pub(crate) async fn unfinished(connection: &mut PgConnection) -> Outcome<i64> {
    let count = sqlx::query_scalar(
        "SELECT CASE WHEN EXISTS (SELECT FROM offerkit.audience_runs WHERE status = 'finished')
            THEN (SELECT count(*) FROM offerkit.campaign_customers WHERE delivery_status IN ('pending', 'sending'))
            ELSE 1 END",
    )
    .fetch_one(connection)
    .await?;
    Ok(count)
}
