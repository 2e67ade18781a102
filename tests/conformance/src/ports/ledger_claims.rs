//! The ledger's claims: who sends what, and what became of it.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use futures_util::future::join;
use offerkit_core::{
    domain::{Campaign, Channel, DeliveryStatus},
    id::{ClaimToken, CustomerId},
    ports::{ClaimRequest, Settlement, StoreError},
};

use crate::{
    Adapter, Failure, Outcome,
    audience::{customers, settlement},
    cases::{cases, fails},
    world::World,
};

use DeliveryStatus::{Cancelled, Failed, Pending, Sending, Sent, Suppressed, Unknown};

cases! { ports::ledger_claims:
    a_claim_takes_the_first_customers_up_to_its_limit,
    claims_never_overlap,
    a_claim_is_of_one_tenant_campaign_and_channel,
    claimed_rows_are_settled_with_their_token,
    another_token_settles_nothing,
    another_tenant_settles_nothing,
    a_settled_row_is_not_settled_again,
    a_row_to_be_tried_again_waits_for_its_moment,
    a_worker_whose_clock_is_behind_claims_nothing_early,
    attempts_are_counted_from_the_first_claim_on,
    only_lapsed_claims_are_reclaimed,
    a_token_settles_nothing_after_a_reclaim,
    two_reclaims_never_overlap,
    a_reclaim_is_of_one_tenant_campaign_and_channel,
    cancelling_spares_what_is_being_sent_or_was,
    failed_rows_are_put_back_and_others_are_not,
    a_status_that_a_claimed_row_does_not_lead_to_settles_nothing,
}

async fn a_claim_takes_the_first_customers_up_to_its_limit<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let (campaign, all) = w.audience(5).await?;
    let (_, first) = w.claim(&campaign, 2).await?;
    let (_, rest) = w.claim(&campaign, 100).await?;
    let (_, none) = w.claim(&campaign, 100).await?;
    let claimed = [customers(&first), customers(&rest)];
    assert_eq!(claimed.concat(), all);
    assert_eq!((first.len(), none.len()), (2, 0));
    assert_eq!(w.emails(&campaign).await?, [Sending; 5]);
    Ok(())
}

/// First seen to fail where a claim left its rows pending.
async fn claims_never_overlap<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let (campaign, all) = w.audience(30).await?;
    let worker = async || -> Result<Vec<CustomerId>, Failure> {
        let mut taken = Vec::new();
        for _ in &all {
            let (_, claimed) = w.claim(&campaign, 4).await?;
            taken.extend(customers(&claimed));
        }
        Ok(taken)
    };
    let (one, two) = join(worker(), worker()).await;
    let mut taken = one?;
    taken.extend(two?);
    taken.sort_unstable();
    assert_eq!(taken, all);
    Ok(())
}

async fn a_claim_is_of_one_tenant_campaign_and_channel<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let (campaign, _) = w.audience(2).await?;
    let twin = w.platform.tenant("card").await?.id;
    let other = w.launched().await?;
    let request = w.request(&campaign, 100);
    for wrong in [
        ClaimRequest {
            tenant: twin,
            ..request
        },
        ClaimRequest {
            campaign: other.id(),
            ..request
        },
        ClaimRequest {
            channel: Channel::Push,
            ..request
        },
    ] {
        assert_eq!(store.claim(&wrong).await?, [], "{wrong:?}");
    }
    let sms = ClaimRequest {
        channel: Channel::Sms,
        ..request
    };
    assert_eq!(store.claim(&sms).await?.len(), 2);
    assert_eq!(w.emails(&campaign).await?, [Pending; 2]);
    Ok(())
}

async fn claimed_rows_are_settled_with_their_token<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let statuses = [Sent, Failed, Unknown, Suppressed, Pending];
    let (campaign, _) = w.audience(statuses.len()).await?;
    let (token, claimed) = w.claim(&campaign, 100).await?;
    w.pass(TimeDelta::seconds(1));
    let settlements: Vec<_> = claimed
        .iter()
        .zip(statuses)
        .map(|(claimed, status)| Settlement {
            reason: Some(format!("it is {}", status.as_str()).into()),
            ..settlement(claimed.key, status)
        })
        .collect();
    assert_eq!(
        store
            .settle(w.tenant.id, token, &settlements, w.now())
            .await?,
        5
    );
    let rows = w.ledger_rows(&campaign).await?;
    let emails = rows.iter().filter(|row| row.key.channel == Channel::Email);
    for (row, settlement) in emails.zip(&settlements) {
        assert_eq!((row.key, row.status), (settlement.key, settlement.status));
        assert_eq!(row.reason, settlement.reason);
        assert_eq!((row.attempts, row.updated_at), (1, w.now()));
        let sent_at = (row.status == Sent).then(|| w.now());
        assert_eq!(row.sent_at, sent_at, "{:?}", row.status);
    }
    Ok(())
}

async fn another_token_settles_nothing<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let (campaign, _) = w.audience(2).await?;
    let (_, claimed) = w.claim(&campaign, 2).await?;
    let other = ClaimToken::from_uuid(w.uuid());
    assert_eq!(w.settle(other, &claimed, Sent).await?, 0);
    assert_eq!(w.emails(&campaign).await?, [Sending; 2]);
    Ok(())
}

async fn another_tenant_settles_nothing<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let (campaign, _) = w.audience(1).await?;
    let twin = w.platform.tenant("card").await?.id;
    let (token, claimed) = w.claim(&campaign, 1).await?;
    let settlements: Vec<_> = claimed
        .iter()
        .map(|row| settlement(row.key, Sent))
        .collect();
    assert_eq!(store.settle(twin, token, &settlements, w.now()).await?, 0);
    assert_eq!(w.emails(&campaign).await?, [Sending]);
    Ok(())
}

async fn a_settled_row_is_not_settled_again<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let (campaign, _) = w.audience(1).await?;
    let (token, claimed) = w.claim(&campaign, 1).await?;
    assert_eq!(w.settle(token, &claimed, Sent).await?, 1);
    assert_eq!(w.settle(token, &claimed, Failed).await?, 0);
    assert_eq!(w.emails(&campaign).await?, [Sent]);
    Ok(())
}

async fn a_row_to_be_tried_again_waits_for_its_moment<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let (campaign, all) = w.audience(2).await?;
    let (token, claimed) = w.claim(&campaign, 1).await?;
    let moment = w.now().plus(TimeDelta::minutes(10));
    let again: Vec<_> = claimed
        .iter()
        .map(|claimed| Settlement {
            not_before: Some(moment),
            ..settlement(claimed.key, Pending)
        })
        .collect();
    assert_eq!(store.settle(w.tenant.id, token, &again, w.now()).await?, 1);
    let (_, second) = w.claim(&campaign, 100).await?;
    assert_eq!(customers(&second), all.get(1..).unwrap_or_default());
    w.pass(TimeDelta::minutes(10) - TimeDelta::microseconds(1));
    assert_eq!(w.claim(&campaign, 100).await?.1, []);
    w.pass(TimeDelta::microseconds(1));
    let (_, first) = w.claim(&campaign, 100).await?;
    assert_eq!(customers(&first), all.get(..1).unwrap_or_default());
    Ok(())
}

async fn a_worker_whose_clock_is_behind_claims_nothing_early<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let (campaign, _) = w.audience(2).await?;
    let (token, claimed) = w.claim(&campaign, 2).await?;
    let moment = w.now().plus(TimeDelta::minutes(10));
    let again: Vec<_> = claimed
        .iter()
        .map(|claimed| Settlement {
            not_before: Some(moment),
            ..settlement(claimed.key, Pending)
        })
        .collect();
    store.settle(w.tenant.id, token, &again, w.now()).await?;
    let behind = w.request(&campaign, 100);
    w.pass(TimeDelta::minutes(10));
    assert_eq!(w.claim(&campaign, 1).await?.1.len(), 1);
    assert_eq!(store.claim(&behind).await?, []);
    assert_eq!(w.claim(&campaign, 1).await?.1.len(), 1);
    Ok(())
}

async fn attempts_are_counted_from_the_first_claim_on<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let (campaign, _) = w.audience(1).await?;
    let first_claimed_at = w.now();
    for attempt in 1..=3 {
        let (token, claimed) = w.claim(&campaign, 1).await?;
        let counted: Vec<_> = claimed
            .iter()
            .map(|claimed| (claimed.attempt, claimed.first_claimed_at))
            .collect();
        assert_eq!(counted, [(attempt, first_claimed_at)]);
        assert_eq!(w.settle(token, &claimed, Pending).await?, 1);
        w.pass(TimeDelta::minutes(1));
    }
    Ok(())
}

async fn reclaim<B: Adapter>(
    w: &World<B>,
    campaign: &Campaign,
    limit: usize,
) -> Result<(ClaimToken, Vec<offerkit_core::ports::Claimed>), Failure> {
    let request = w.request(campaign, limit);
    Ok((request.token, w.store.reclaim(&request).await?))
}

async fn only_lapsed_claims_are_reclaimed<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let (campaign, all) = w.audience(3).await?;
    let (_, claimed) = w.claim(&campaign, 2).await?;
    w.pass(TimeDelta::minutes(5));
    assert_eq!(reclaim(&w, &campaign, 100).await?.1, [], "at the deadline");
    w.pass(TimeDelta::microseconds(1));
    let (_, one) = reclaim(&w, &campaign, 1).await?;
    let (_, two) = reclaim(&w, &campaign, 100).await?;
    let taken = [customers(&one), customers(&two)].concat();
    assert_eq!(taken, all.get(..2).unwrap_or_default(), "after it");
    let first: Vec<_> = claimed.iter().map(|row| row.first_claimed_at).collect();
    let kept = one.iter().chain(&two).map(|row| row.first_claimed_at);
    assert_eq!(kept.collect::<Vec<_>>(), first);
    assert_eq!(reclaim(&w, &campaign, 100).await?.1, [], "until the next");
    w.pass(TimeDelta::minutes(6));
    assert_eq!(reclaim(&w, &campaign, 100).await?.1.len(), 2);
    Ok(())
}

/// First seen to fail with the comparison of tokens removed: the worker that slept settled the other's row.
async fn a_token_settles_nothing_after_a_reclaim<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let (campaign, _) = w.audience(2).await?;
    let (slept, claimed) = w.claim(&campaign, 2).await?;
    w.pass(TimeDelta::minutes(6));
    let (awake, taken) = reclaim(&w, &campaign, 1).await?;
    assert_eq!(w.settle(slept, &claimed, Failed).await?, 1, "what is left");
    assert_eq!(w.emails(&campaign).await?, [Sending, Failed]);
    assert_eq!(w.settle(awake, &taken, Sent).await?, 1);
    assert_eq!(w.emails(&campaign).await?, [Sent, Failed]);
    Ok(())
}

async fn two_reclaims_never_overlap<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let (campaign, all) = w.audience(10).await?;
    w.claim(&campaign, 10).await?;
    w.pass(TimeDelta::minutes(6));
    let (one, two) = join(reclaim(&w, &campaign, 7), reclaim(&w, &campaign, 7)).await;
    let mut taken = customers(&one?.1);
    taken.extend(customers(&two?.1));
    taken.extend(customers(&reclaim(&w, &campaign, 10).await?.1));
    assert_eq!(taken.len(), 10);
    let taken: BTreeSet<_> = taken.into_iter().collect();
    assert_eq!(taken, all.into_iter().collect());
    Ok(())
}

async fn a_reclaim_is_of_one_tenant_campaign_and_channel<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let (campaign, _) = w.audience(2).await?;
    w.claim(&campaign, 2).await?;
    w.pass(TimeDelta::minutes(6));
    let twin = w.platform.tenant("card").await?.id;
    let other = w.launched().await?;
    let request = w.request(&campaign, 100);
    for wrong in [
        ClaimRequest {
            tenant: twin,
            ..request
        },
        ClaimRequest {
            campaign: other.id(),
            ..request
        },
        ClaimRequest {
            channel: Channel::Sms,
            ..request
        },
    ] {
        assert_eq!(store.reclaim(&wrong).await?, [], "{wrong:?}");
    }
    Ok(())
}

async fn cancelling_spares_what_is_being_sent_or_was<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let (campaign, _) = w.audience(3).await?;
    let other = w.launched().await?;
    w.finished_run(&other, 100).await?;
    let (token, sent) = w.claim(&campaign, 1).await?;
    w.settle(token, &sent, Sent).await?;
    w.claim(&campaign, 1).await?;
    let cancel = async || {
        store
            .cancel(w.tenant.id, campaign.id(), "it is over", w.now())
            .await
    };
    assert_eq!(cancel().await?, 4, "one e-mail and three SMS");
    assert_eq!(cancel().await?, 0);
    assert_eq!(w.emails(&campaign).await?, [Sent, Sending, Cancelled]);
    let rows = w.ledger_rows(&campaign).await?;
    let reasons = rows.iter().filter(|row| row.status == Cancelled);
    assert!(
        reasons
            .into_iter()
            .all(|row| row.reason.as_deref() == Some("it is over"))
    );
    assert_eq!(w.claim(&campaign, 10).await?.1, []);
    assert_eq!(w.emails(&other).await?, [Pending; 3]);
    Ok(())
}

async fn failed_rows_are_put_back_and_others_are_not<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let (campaign, all) = w.audience(4).await?;
    for status in [Sent, Failed, Unknown, Suppressed] {
        let (token, claimed) = w.claim(&campaign, 1).await?;
        w.settle(token, &claimed, status).await?;
    }
    let retry = async || {
        store
            .retry_failed(w.tenant.id, campaign.id(), w.now())
            .await
    };
    assert_eq!(retry().await?, 1);
    assert_eq!(retry().await?, 0);
    let emails = w.emails(&campaign).await?;
    assert_eq!(emails, [Sent, Pending, Unknown, Suppressed]);
    let (_, claimed) = w.claim(&campaign, 10).await?;
    assert_eq!(customers(&claimed), all.get(1..2).unwrap_or_default());
    Ok(())
}

async fn a_status_that_a_claimed_row_does_not_lead_to_settles_nothing<B: Adapter>(
    store: &B,
) -> Outcome {
    let w = World::new(store).await?;
    let (campaign, _) = w.audience(2).await?;
    let (token, claimed) = w.claim(&campaign, 2).await?;
    for status in [Cancelled, Sending] {
        let statuses = [Sent, status];
        let settlements: Vec<_> = claimed
            .iter()
            .zip(statuses)
            .map(|(claimed, status)| settlement(claimed.key, status))
            .collect();
        fails!(
            store
                .settle(w.tenant.id, token, &settlements, w.now())
                .await,
            StoreError::Refused(_)
        );
        assert_eq!(w.emails(&campaign).await?, [Sending; 2], "{status:?}");
    }
    Ok(())
}
