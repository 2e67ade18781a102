//! Calls in the host's transaction that nobody waits for any more.

use std::{future::poll_fn, pin::pin, task::Poll};

use crate::{
    settings::{particular, settings},
    world::{Outcome, World, approve, enter},
};

/// Polls a future until it has not been ready so many times, then drops it.
async fn cut<T>(after: usize, future: impl Future<Output = T>) -> Option<T> {
    let mut future = pin!(future);
    let mut left = after;
    poll_fn(|context| match future.as_mut().poll(context) {
        Poll::Ready(answer) => Poll::Ready(Some(answer)),
        Poll::Pending if left == 0 => Poll::Ready(None),
        Poll::Pending => {
            left -= 1;
            Poll::Pending
        }
    })
    .await
}

/// First seen to fail without the rollback of a dropped part: the host's statements ran as our role, in our tenant.
#[tokio::test]
async fn a_call_that_is_cut_anywhere_leaves_the_hosts_transaction_its_own() -> Outcome {
    let world = World::new().await?;
    let by = (&world.loan.approver, world.loan.id);
    let mut cuts = 0;
    loop {
        let offer = world.loan.submitted_offer("Spring").await?;
        let mut transaction = particular(&world).await?;
        let before = settings(&mut transaction).await?;
        let joined = world.store.join(transaction);
        let within = world.on(joined.store());
        let answer = cut(cuts, approve(&within, by, &offer)).await;
        let mut transaction = joined.leave().await?;
        assert_eq!(settings(&mut transaction).await?, before, "cut at {cuts}");
        enter(&mut transaction, "after").await?;
        transaction.commit().await?;
        if let Some(answer) = answer {
            answer?;
            break;
        }
        cuts += 1;
    }
    assert!(cuts > 5, "only {cuts} places to cut at");
    let approvals = world.count("offerkit.offer_approvals").await?;
    let records = "offerkit.offer_audit_logs WHERE action = 'offer.approve' AND outcome = 'done'";
    assert_eq!(world.count(records).await?, approvals);
    let entries = i64::try_from(2 * (cuts + 1))?;
    assert_eq!(world.count("bank.entries").await?, entries);
    Ok(())
}
