//! What the ledger tells: receipts, progress and recipients.

use chrono::TimeDelta;
use offerkit_core::{
    domain::{Campaign, Channel, Delivery, DeliveryKey, DeliveryStatus},
    id::CustomerId,
    page::{Order, PageRequest},
    ports::{DeliveryFilter, Progress, StatusCount},
};

use crate::{Adapter, Failure, Outcome, cases::cases, walk::walk, world::World};

use DeliveryStatus::{
    Bounced, Cancelled, Delivered, Failed, Pending, Sending, Sent, Suppressed, Unknown,
};

cases! { ports::ledger_reading:
    a_receipt_moves_a_sent_row_once,
    a_late_receipt_settles_what_nobody_could_tell,
    a_receipt_may_overtake_the_worker,
    receipts_of_what_no_provider_reports_do_nothing,
    a_receipt_is_of_its_tenant_alone,
    progress_adds_up,
    nothing_filled_is_no_progress,
    recipients_are_paged_between_customers,
    recipients_are_filtered_by_status_and_channel,
    recipients_are_their_tenants_alone,
    all_rows_of_a_customer_are_found_by_campaign,
    a_new_row_is_pending_and_untried,
}

/// Sends the first e-mail, and answers its key.
async fn sent<B: Adapter>(
    w: &World<B>,
    campaign: &Campaign,
    status: DeliveryStatus,
) -> Result<DeliveryKey, Failure> {
    let (token, claimed) = w.claim(campaign, 1).await?;
    w.settle(token, &claimed, status).await?;
    let first = claimed.first().ok_or("nothing to claim")?;
    Ok(first.key)
}

async fn a_receipt_moves_a_sent_row_once<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let (campaign, _) = w.audience(2).await?;
    let sent_at = w.now();
    for (reported, late) in [(Delivered, Bounced), (Bounced, Delivered)] {
        let key = sent(&w, &campaign, Sent).await?;
        w.pass(TimeDelta::minutes(1));
        let receipt = async |status| store.receipt(w.tenant.id, key, status, w.now()).await;
        assert!(receipt(reported).await?, "the row moves");
        assert!(!receipt(reported).await?, "a repeat does no harm");
        assert!(!receipt(late).await?, "what is settled stays");
        assert!(!receipt(Sent).await?, "receipts come in any order");
        let rows = w.ledger_rows(&campaign).await?;
        let row = rows.iter().find(|row| row.key == key).ok_or("no row")?;
        assert_eq!((row.status, row.updated_at), (reported, w.now()));
        assert!(row.sent_at >= Some(sent_at), "when it was sent is kept");
    }
    Ok(())
}

async fn a_late_receipt_settles_what_nobody_could_tell<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let (campaign, _) = w.audience(3).await?;
    for status in [Sent, Delivered, Bounced] {
        let key = sent(&w, &campaign, Unknown).await?;
        assert!(store.receipt(w.tenant.id, key, status, w.now()).await?);
    }
    assert_eq!(w.emails(&campaign).await?, [Sent, Delivered, Bounced]);
    was_sent(&w, &campaign).await
}

/// Asserts that every e-mail has been sent just now: a receipt tells, at the latest, that a provider accepted it.
async fn was_sent<B: Adapter>(w: &World<B>, campaign: &Campaign) -> Outcome {
    let rows = w.ledger_rows(campaign).await?;
    for row in rows.iter().filter(|row| row.key.channel == Channel::Email) {
        assert_eq!(row.sent_at, Some(w.now()), "{}", row.status.as_str());
    }
    Ok(())
}

// The moment of sending was first seen to be missing after a receipt of delivery.
async fn a_receipt_may_overtake_the_worker<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let (campaign, _) = w.audience(3).await?;
    let (token, claimed) = w.claim(&campaign, 3).await?;
    for (claimed, status) in claimed.iter().zip([Sent, Delivered, Bounced]) {
        let key = claimed.key;
        assert!(store.receipt(w.tenant.id, key, status, w.now()).await?);
    }
    assert_eq!(w.settle(token, &claimed, Failed).await?, 0);
    assert_eq!(w.emails(&campaign).await?, [Sent, Delivered, Bounced]);
    was_sent(&w, &campaign).await?;
    w.pass(TimeDelta::minutes(6));
    let lapsed = store.reclaim(&w.request(&campaign, 3)).await?;
    assert_eq!(lapsed, [], "nothing is left to recover");
    Ok(())
}

async fn receipts_of_what_no_provider_reports_do_nothing<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let (campaign, _) = w.audience(5).await?;
    sent(&w, &campaign, Failed).await?;
    sent(&w, &campaign, Sent).await?;
    sent(&w, &campaign, Unknown).await?;
    w.claim(&campaign, 1).await?;
    let before = w.ledger_rows(&campaign).await?;
    for row in &before {
        let reported = match row.status {
            Pending | Failed => &DeliveryStatus::ALL[..],
            _ => &[Pending, Sending, Suppressed, Cancelled],
        };
        for status in reported {
            let receipt = store.receipt(w.tenant.id, row.key, *status, w.now());
            // Whether it is an error or counts as nothing is the adapter's choice.
            let moved = receipt.await.unwrap_or_default();
            assert!(!moved, "from {:?} to {status:?}", row.status);
        }
    }
    let absent = DeliveryKey {
        campaign: campaign.id(),
        customer: CustomerId::from_uuid(w.uuid()),
        channel: Channel::Email,
    };
    assert!(
        !store
            .receipt(w.tenant.id, absent, Delivered, w.now())
            .await?
    );
    assert_eq!(w.ledger_rows(&campaign).await?, before);
    Ok(())
}

async fn a_receipt_is_of_its_tenant_alone<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let (campaign, _) = w.audience(1).await?;
    let twin = w.platform.tenant("card").await?.id;
    let key = sent(&w, &campaign, Sent).await?;
    assert!(!store.receipt(twin, key, Delivered, w.now()).await?);
    assert_eq!(w.emails(&campaign).await?, [Sent]);
    Ok(())
}

async fn progress_adds_up<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let (campaign, _) = w.audience(6).await?;
    sent(&w, &campaign, Sent).await?;
    let key = sent(&w, &campaign, Sent).await?;
    store.receipt(w.tenant.id, key, Delivered, w.now()).await?;
    sent(&w, &campaign, Failed).await?;
    w.claim(&campaign, 1).await?;
    let progress = store.progress(w.tenant.id, campaign.id()).await?;
    let count = |channel, status, count| StatusCount {
        channel,
        status,
        count,
    };
    let counts = vec![
        count(Channel::Email, Pending, 2),
        count(Channel::Email, Sending, 1),
        count(Channel::Email, Sent, 1),
        count(Channel::Email, Delivered, 1),
        count(Channel::Email, Failed, 1),
        count(Channel::Sms, Pending, 6),
    ];
    assert_eq!(
        progress,
        Progress {
            audience: 6,
            counts
        }
    );
    assert_eq!(progress.of(Pending), 8);
    assert_eq!(progress.of(Cancelled), 0);
    Ok(())
}

async fn nothing_filled_is_no_progress<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let campaign = w.launched().await?;
    let (filled, _) = w.audience(1).await?;
    let twin = w.platform.tenant("card").await?.id;
    for (tenant, campaign) in [(w.tenant.id, campaign.id()), (twin, filled.id())] {
        let progress = store.progress(tenant, campaign).await?;
        assert_eq!(progress, Progress::default());
    }
    Ok(())
}

async fn recipients_are_paged_between_customers<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let (campaign, all) = w.audience(5).await?;
    let any = DeliveryFilter::default();
    for order in [Order::OldestFirst, Order::NewestFirst] {
        let mut expected = all.clone();
        if order == Order::NewestFirst {
            expected.reverse();
        }
        for size in 1..=11 {
            let mut request = PageRequest::first(size)?.ordered(order);
            let mut walked: Vec<CustomerId> = Vec::new();
            loop {
                let page = store
                    .recipients(w.tenant.id, campaign.id(), &any, &request)
                    .await?;
                let (pairs, rest) = page.items.as_chunks::<2>();
                assert!(rest.is_empty(), "a page of {size} cuts a customer");
                assert!(
                    page.items.len() <= usize::from(size.max(2)),
                    "a page of {size} is too long"
                );
                for [email, sms] in pairs {
                    assert_eq!(email.key.customer, sms.key.customer);
                    assert_ne!(email.key.channel, sms.key.channel);
                    walked.push(email.key.customer);
                }
                match page.next {
                    Some(cursor) => request = request.after(cursor),
                    None => break,
                }
            }
            assert_eq!(walked, expected, "pages of {size}, {order:?}");
        }
    }
    Ok(())
}

async fn recipients_are_filtered_by_status_and_channel<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let (campaign, _) = w.audience(6).await?;
    for status in [Sent, Failed, Sent, Failed] {
        sent(&w, &campaign, status).await?;
    }
    let rows = w.ledger_rows(&campaign).await?;
    for status in [None, Some(Sent), Some(Failed), Some(Pending), Some(Bounced)] {
        for channel in [None, Some(Channel::Email), Some(Channel::Sms)] {
            let filter = DeliveryFilter { status, channel };
            let expected: Vec<Delivery> = rows
                .iter()
                .filter(|row| status.is_none_or(|status| row.status == status))
                .filter(|row| channel.is_none_or(|channel| row.key.channel == channel))
                .cloned()
                .collect();
            for size in [2, 3, 100] {
                let request = PageRequest::first(size)?.ordered(Order::OldestFirst);
                let listed = walk(request, async |page| {
                    store
                        .recipients(w.tenant.id, campaign.id(), &filter, &page)
                        .await
                })
                .await?;
                assert_eq!(listed, expected, "{filter:?} on pages of {size}");
            }
        }
    }
    Ok(())
}

async fn recipients_are_their_tenants_alone<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let (campaign, all) = w.audience(1).await?;
    let twin = w.platform.tenant("card").await?.id;
    let any = DeliveryFilter::default();
    let page = PageRequest::default();
    let seen = store.recipients(twin, campaign.id(), &any, &page).await?;
    assert_eq!(seen.items, []);
    for customer in all {
        assert_eq!(store.of_customer(twin, customer).await?, []);
    }
    Ok(())
}

async fn all_rows_of_a_customer_are_found_by_campaign<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let (first, all) = w.audience(2).await?;
    let second = w.launched().await?;
    w.finished_run(&second, 10).await?;
    for customer in all {
        let mut expected = w.ledger_rows(&first).await?;
        expected.extend(w.ledger_rows(&second).await?);
        expected.retain(|row| row.key.customer == customer);
        assert_eq!(expected.len(), 4);
        assert_eq!(store.of_customer(w.tenant.id, customer).await?, expected);
    }
    Ok(())
}

async fn a_new_row_is_pending_and_untried<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let (campaign, _) = w.audience(1).await?;
    for row in w.ledger_rows(&campaign).await? {
        assert_eq!((row.status, row.attempts), (Pending, 0));
        assert_eq!((row.reason, row.sent_at), (None, None));
        assert_eq!((row.tenant, row.updated_at), (w.tenant.id, w.now()));
    }
    Ok(())
}
