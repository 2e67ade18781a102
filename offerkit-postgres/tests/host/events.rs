//! Feeds of events: whose they are, and in which history.

use std::time::Duration;

use offerkit_core::{
    domain::{NewUser, Scope},
    ports::StoreError,
};
use offerkit_postgres::{Event, EventCursor, EventsError};
use sqlx::Executor as _;

use crate::world::{Outcome, World, approve};

/// So many events after a place. Transactions of other tests, in the same cluster, may hold them back for a moment.
async fn told(
    world: &World,
    scope: Scope,
    after: Option<&EventCursor>,
    count: usize,
) -> Outcome<Vec<Event>> {
    for _ in 0..3_000 {
        let events = world.store.events(scope, after, 1_000).await?;
        if events.len() >= count {
            return Ok(events);
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    Err(format!("{count} events were not told in time").into())
}

/// Where the feed of a scope has come to.
async fn end(world: &World, scope: Scope) -> Outcome<EventCursor> {
    let count = match scope {
        Scope::Platform => world.count("offerkit.platform_audit_logs").await?,
        Scope::Tenant(id) => {
            let of = format!("offerkit.offer_audit_logs WHERE tenant_id = '{id}'");
            world.count(&of).await?
        }
    };
    let events = told(world, scope, None, usize::try_from(count)?).await?;
    Ok(events.last().ok_or("no events")?.cursor.clone())
}

#[tokio::test]
async fn a_feed_tells_what_was_done_and_refused_in_its_scope() -> Outcome {
    let world = World::new().await?;
    let scope = Scope::Tenant(world.loan.id);
    let saved = end(&world, scope).await?;
    let offer = world.loan.submitted_offer("Spring").await?;
    for by in [&world.loan.creator, &world.loan.approver] {
        let _answered = approve(&world.platform.kit, (by, world.loan.id), &offer).await;
    }
    world.card.draft_offer("Gold").await?;
    let events = told(&world, scope, Some(&saved), 4).await?;
    let told: Vec<_> = events
        .iter()
        .map(|event| {
            (
                event.record.action.as_str(),
                event.record.outcome == offerkit_core::audit::AuditOutcome::Done,
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            ("offer.create", true),
            ("offer.submit", true),
            ("offer.approve", false),
            ("offer.approve", true),
        ]
    );
    assert!(events.iter().all(|event| event.record.scope == scope));
    let scopes = world.store.scopes().await?;
    let expected = [Scope::Platform, scope, Scope::Tenant(world.card.id)];
    assert_eq!(scopes, expected);
    Ok(())
}

/// First seen to fail without the horizon: the record that came to stand before was never told.
#[tokio::test]
async fn an_open_transaction_holds_back_what_was_committed_after_it() -> Outcome {
    let world = World::new().await?;
    let scope = Scope::Platform;
    let saved = end(&world, scope).await?;
    let mut slow = world.beside().await?;
    slow.execute("BEGIN").await?;
    slow.execute(
        "INSERT INTO offerkit.platform_audit_logs (id, operation_id, actor_kind, action, outcome, subject_kind, result,
            created_at)
        VALUES (gen_random_uuid(), gen_random_uuid(), 'anonymous', 'user.create', 'done', 'platform', 'null', '2026-03-02')",
    )
    .await?;
    let users = world.platform.as_root().users();
    users.create(NewUser::named("asha".parse()?), None).await?;
    assert_eq!(world.store.events(scope, Some(&saved), 10).await?, []);
    slow.execute("COMMIT").await?;
    let told = told(&world, scope, Some(&saved), 2).await?;
    let actors = told.iter().map(|event| event.record.actor.user().is_some());
    assert_eq!(actors.collect::<Vec<_>>(), [false, true]);
    Ok(())
}

#[tokio::test]
async fn a_cursor_of_another_feed_or_history_is_refused() -> Outcome {
    let world = World::new().await?;
    let cursor = end(&world, Scope::Platform).await?;
    let scope = Scope::Tenant(world.loan.id);
    let other = world.store.events(scope, Some(&cursor), 10).await;
    assert!(
        matches!(other, Err(EventsError::OtherScope { .. })),
        "{other:?}"
    );
    let text = cursor.to_string();
    let parts: Vec<_> = text.split('.').collect();
    let [version, feed, system, epoch, transaction, record] = parts.as_slice() else {
        return Err(text.into());
    };
    for foreign in [
        // As if the database had been put back to an earlier state.
        format!("{version}.{feed}.{system}.{epoch}.9{transaction}.{record}"),
        format!("{version}.{feed}.1{system}.{epoch}.{transaction}.{record}").replace(".1-", ".-1"),
        format!("{version}.{feed}.{system}.2.{transaction}.{record}"),
    ] {
        let foreign: EventCursor = match foreign.parse() {
            Ok(foreign) => foreign,
            // A system identifier that is too long for a number.
            Err(_) => format!("{version}.{feed}.7.{epoch}.{transaction}.{record}").parse()?,
        };
        let refused = world
            .store
            .events(Scope::Platform, Some(&foreign), 10)
            .await;
        assert!(matches!(refused, Err(EventsError::Foreign)), "{refused:?}");
    }
    Ok(())
}

/// First seen to fail without the comparison of the clusters.
#[tokio::test]
async fn a_restored_copy_tells_nothing_until_it_is_armed_and_then_goes_on() -> Outcome {
    let world = World::new().await?;
    let cursor = end(&world, Scope::Platform).await?;
    // As a dump that was restored here: what was written bears the numbers of another cluster.
    let mut beside = world.beside().await?;
    beside
        .execute("UPDATE offerkit.installation SET system_identifier = 7")
        .await?;
    let text = cursor.to_string();
    let mut parts: Vec<_> = text.split('.').collect();
    if let Some(system) = parts.get_mut(2) {
        *system = "7";
    }
    let cursor: EventCursor = parts.join(".").parse()?;
    let refused = world.store.events(Scope::Platform, Some(&cursor), 10).await;
    let Err(error @ EventsError::Restored { made: 7, .. }) = refused else {
        return Err(format!("{refused:?}").into());
    };
    assert!(error.to_string().contains("PgStore::arm"), "{error}");
    world.store.arm().await?;
    let users = world.platform.as_root().users();
    users.create(NewUser::named("asha".parse()?), None).await?;
    let told = told(&world, Scope::Platform, Some(&cursor), 1).await?;
    assert_eq!(told.len(), 1);
    let next = told.last().map(|event| &event.cursor);
    assert_eq!(world.store.events(Scope::Platform, next, 10).await?, []);
    // The original does not know the copy's events.
    beside
        .execute("UPDATE offerkit.installation SET epoch = 1")
        .await?;
    let refused = world.store.events(Scope::Platform, next, 10).await;
    assert!(matches!(refused, Err(EventsError::Foreign)), "{refused:?}");
    Ok(())
}

#[tokio::test]
async fn an_event_of_a_store_that_does_not_answer_is_an_error() -> Outcome {
    let world = World::new().await?;
    let mut beside = world.beside().await?;
    beside
        .execute("ALTER TABLE offerkit.platform_audit_logs RENAME TO gone")
        .await?;
    let failed = world.store.events(Scope::Platform, None, 10).await;
    assert!(
        matches!(failed, Err(EventsError::Store(StoreError::Backend(_)))),
        "{failed:?}"
    );
    Ok(())
}
