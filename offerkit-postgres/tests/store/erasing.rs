//! Erasing a customer while a worker keeps a message for them: nothing is left, whoever comes first.

use std::time::Duration;

use offerkit_core::{
    domain::{Channel, DeliveryKey, RevisionNumber, Trace},
    id::{CampaignId, CustomerId},
    ports::{CustomerStore as _, KeptMessage, KeptMessages as _, Message},
};
use sqlx::{Executor as _, types::Uuid};

use crate::world::{Outcome, World, event, now};

/// Long enough for a statement that does not wait.
const PATIENCE: Duration = Duration::from_millis(300);

const KEEP: &str = "INSERT INTO offerkit.kept_messages (delivery_id, customer_id, revision, address, body, digest, kept_at)
    VALUES (gen_random_uuid(), md5('customer 1')::UUID, 1, 'asha@example.com', 'Dear Asha', sha256(''), now())";

const ERASE: &str = "UPDATE offerkit.customers SET full_name = '(erased)', email = NULL, is_active = FALSE, erased_at = now()
    WHERE id = md5('customer 1')::UUID";

async fn customer(world: &World) -> Outcome<CustomerId> {
    let (id,): (Uuid,) = sqlx::query_as("SELECT md5('customer 1')::UUID")
        .fetch_one(&mut world.beside().await?)
        .await?;
    Ok(CustomerId::from_uuid(id))
}

async fn left(world: &World) -> Outcome<i64> {
    let left =
        "SELECT count(*) FROM offerkit.kept_messages WHERE customer_id = md5('customer 1')::UUID";
    Ok(sqlx::query_scalar(left)
        .fetch_one(&mut world.beside().await?)
        .await?)
}

/// First seen to fail without the lock on the table.
#[tokio::test]
async fn erasing_waits_for_a_message_that_is_being_kept_and_deletes_it() -> Outcome {
    let world = World::new().await?;
    let (store, _) = world.store(4)?;
    let customer = customer(&world).await?;
    let mut worker = world.beside().await?;
    worker.execute("BEGIN").await?;
    worker.execute(KEEP).await?;
    {
        let mut erased = std::pin::pin!(store.erase(customer, event()?));
        let early = tokio::time::timeout(PATIENCE, &mut erased).await;
        assert!(early.is_err(), "the erasing did not wait");
        worker.execute("COMMIT").await?;
        let report = tokio::time::timeout(PATIENCE * 10, &mut erased).await??;
        assert_eq!(report.map(|it| it.of(Trace::KeptMessage)), Some(1));
    }
    assert_eq!(left(&world).await?, 0);
    Ok(())
}

/// First seen to fail without the question whether the customer is erased.
#[tokio::test]
async fn a_message_waits_for_an_erasing_and_is_not_kept() -> Outcome {
    let world = World::new().await?;
    let (store, _) = world.store(4)?;
    let key = DeliveryKey {
        campaign: CampaignId::from_uuid(Uuid::nil()),
        customer: customer(&world).await?,
        channel: Channel::Email,
    };
    let message = Message {
        id: key.id(),
        key,
        address: "asha@example.com".to_owned(),
        subject: None,
        body: "Dear Asha".to_owned(),
        html: None,
        unsubscribe_url: None,
        is_test: false,
        attempt: 1,
    };
    let message = KeptMessage::of(&message, RevisionNumber::FIRST, None);
    let mut eraser = world.beside().await?;
    // This erasing leaves no record.
    eraser
        .execute("ALTER TABLE offerkit.customers DISABLE TRIGGER customers_erased_recorded")
        .await?;
    eraser.execute("BEGIN").await?;
    eraser
        .execute("LOCK TABLE offerkit.kept_messages IN SHARE ROW EXCLUSIVE MODE")
        .await?;
    eraser.execute(ERASE).await?;
    {
        let mut kept = std::pin::pin!(store.keep(vec![message], now()));
        let early = tokio::time::timeout(PATIENCE, &mut kept).await;
        assert!(early.is_err(), "the message did not wait");
        eraser.execute("COMMIT").await?;
        let kept = tokio::time::timeout(PATIENCE * 10, &mut kept).await??;
        assert_eq!(kept, []);
    }
    assert_eq!(left(&world).await?, 0);
    Ok(())
}
