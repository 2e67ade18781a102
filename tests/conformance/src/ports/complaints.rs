//! What the ledger notes of complaints, and how long claims hold.

use chrono::TimeDelta;
use offerkit_core::{
    domain::{COMPLAINED, Delivery, DeliveryKey, DeliveryStatus},
    ports::ClaimRequest,
};

use crate::{Adapter, Failure, Outcome, cases::cases, world::World};

use DeliveryStatus::{Bounced, Delivered, Failed, Sending, Sent, Unknown};

cases! { ports::complaints:
    a_complaint_marks_a_delivery_once,
    a_complaint_stays_whatever_comes_after_it,
    a_complaint_about_what_was_not_delivered_changes_nothing,
    a_complaint_is_of_its_tenant_alone,
    a_campaigns_claims_hold_until_the_last_of_their_deadlines,
}

/// The row of a delivery.
async fn row<B: Adapter>(
    w: &World<B>,
    campaign: &offerkit_core::domain::Campaign,
    key: DeliveryKey,
) -> Result<Delivery, Failure> {
    let rows = w.ledger_rows(campaign).await?;
    let row = rows.into_iter().find(|row| row.key == key);
    row.ok_or_else(|| "no such row".into())
}

async fn a_complaint_marks_a_delivery_once<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let (campaign, _) = w.audience(4).await?;
    for before in [Sending, Sent, Unknown, Delivered] {
        let (token, claimed) = w.claim(&campaign, 1).await?;
        let key = claimed.first().ok_or("nothing to claim")?.key;
        if before != Sending {
            w.settle(token, &claimed, before).await?;
        }
        w.pass(TimeDelta::minutes(1));
        assert!(store.complaint(w.tenant.id, key, w.now()).await?);
        assert!(!store.complaint(w.tenant.id, key, w.now()).await?);
        let row = row(&w, &campaign, key).await?;
        assert_eq!((row.status, row.updated_at), (Delivered, w.now()));
        assert_eq!(row.reason.as_deref(), Some(COMPLAINED));
        assert!(row.sent_at.is_some(), "it was sent");
        // The worker that is told too late settles nothing.
        assert_eq!(w.settle(token, &claimed, Failed).await?, 0);
    }
    Ok(())
}

async fn a_complaint_stays_whatever_comes_after_it<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let (campaign, _) = w.audience(1).await?;
    let (token, claimed) = w.claim(&campaign, 1).await?;
    w.settle(token, &claimed, Sent).await?;
    let key = claimed.first().ok_or("nothing to claim")?.key;
    assert!(store.complaint(w.tenant.id, key, w.now()).await?);
    for late in [Sent, Delivered, Bounced] {
        assert!(!store.receipt(w.tenant.id, key, late, w.now()).await?);
    }
    let row = row(&w, &campaign, key).await?;
    assert_eq!(row.reason.as_deref(), Some(COMPLAINED));
    Ok(())
}

async fn a_complaint_about_what_was_not_delivered_changes_nothing<B: Adapter>(
    store: &B,
) -> Outcome {
    let w = World::new(store).await?;
    let (campaign, _) = w.audience(3).await?;
    for status in [Bounced, Failed] {
        let (token, claimed) = w.claim(&campaign, 1).await?;
        w.settle(token, &claimed, status).await?;
    }
    let before = w.ledger_rows(&campaign).await?;
    for row in &before {
        assert!(!store.complaint(w.tenant.id, row.key, w.now()).await?);
    }
    assert_eq!(w.ledger_rows(&campaign).await?, before);
    Ok(())
}

async fn a_complaint_is_of_its_tenant_alone<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let (campaign, _) = w.audience(1).await?;
    let (token, claimed) = w.claim(&campaign, 1).await?;
    w.settle(token, &claimed, Sent).await?;
    let key = claimed.first().ok_or("nothing to claim")?.key;
    let other = w.platform.tenant("card").await?;
    assert!(!store.complaint(other.id, key, w.now()).await?);
    assert_eq!(row(&w, &campaign, key).await?.status, Sent);
    Ok(())
}

async fn a_campaigns_claims_hold_until_the_last_of_their_deadlines<B: Adapter>(
    store: &B,
) -> Outcome {
    let w = World::new(store).await?;
    let (campaign, _) = w.audience(4).await?;
    let until = async || store.claimed_until(w.tenant.id, campaign.id()).await;
    assert_eq!(until().await?, None);
    let mut claims = Vec::new();
    for minutes in [5, 9, 7] {
        let request = ClaimRequest {
            deadline: w.now().plus(TimeDelta::minutes(minutes)),
            ..w.request(&campaign, 1)
        };
        claims.push((request.token, store.claim(&request).await?));
    }
    let last = w.now().plus(TimeDelta::minutes(9));
    assert_eq!(until().await?, Some(last));
    let other = w.platform.tenant("card").await?;
    let foreign = store.claimed_until(other.id, campaign.id()).await?;
    assert_eq!(foreign, None);
    // A claim that has lapsed is one until someone takes it over.
    w.pass(TimeDelta::minutes(30));
    assert_eq!(until().await?, Some(last));
    for (token, claimed) in &claims {
        w.settle(*token, claimed, Sent).await?;
    }
    assert_eq!(until().await?, None);
    Ok(())
}
