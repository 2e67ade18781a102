//! Receipts and complaints in any order, and as often as they like, against a model of what one row may become.

use std::collections::BTreeMap;

use offerkit_core::{
    domain::{COMPLAINED, Channel, DeliveryKey, DeliveryStatus},
    ports::StatusCount,
};

use crate::{Adapter, Outcome, cases::cases, world::World};

use DeliveryStatus::{Bounced, Delivered, Failed, Sending, Sent, Unknown};

cases! { ports::receipts:
    what_is_reported_may_come_in_any_order_and_twice,
}

/// Something that is told of a claimed row.
#[derive(Debug, Clone, Copy)]
enum Told {
    Settled(DeliveryStatus),
    Receipt(DeliveryStatus),
    Complaint,
}

const TOLD: [Told; 7] = [
    Told::Settled(Sent),
    Told::Settled(Unknown),
    Told::Settled(Failed),
    Told::Receipt(Sent),
    Told::Receipt(Delivered),
    Told::Receipt(Bounced),
    Told::Complaint,
];

/// What becomes of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Model {
    status: DeliveryStatus,
    has_complained: bool,
}

impl Model {
    /// Takes what is told, and answers whether it changes anything.
    fn hears(&mut self, told: Told) -> bool {
        let before = *self;
        let is_known = matches!(self.status, Delivered | Bounced | Failed);
        match told {
            Told::Settled(status) if self.status == Sending => self.status = status,
            // The last word of a provider stands, and so does what had failed.
            Told::Receipt(status) if !is_known => self.status = status,
            Told::Complaint if !matches!(self.status, Bounced | Failed) => {
                self.status = Delivered;
                self.has_complained = true;
            }
            Told::Settled(_) | Told::Receipt(_) | Told::Complaint => {}
        }
        *self != before
    }
}

async fn what_is_reported_may_come_in_any_order_and_twice<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let rows = TOLD.len().pow(3);
    let (campaign, _) = w.audience(rows).await?;
    let (token, claimed) = w.claim(&campaign, rows).await?;
    assert_eq!(claimed.len(), rows);
    let mut claimed = claimed.iter();
    let mut models: BTreeMap<DeliveryKey, Model> = BTreeMap::new();
    for first in TOLD {
        for second in TOLD {
            for third in TOLD {
                let row = claimed.next().ok_or("a row for each order")?;
                let mut model = Model {
                    status: Sending,
                    has_complained: false,
                };
                for told in [first, second, third] {
                    let (tenant, now) = (w.tenant.id, w.now());
                    let changes = match told {
                        Told::Settled(status) => {
                            w.settle(token, std::slice::from_ref(row), status).await? == 1
                        }
                        Told::Receipt(status) => {
                            store.receipt(tenant, row.key, status, now).await?
                        }
                        Told::Complaint => store.complaint(tenant, row.key, now).await?,
                    };
                    let expected = model.hears(told);
                    assert_eq!(
                        changes, expected,
                        "{first:?} {second:?} {third:?}: {told:?}"
                    );
                }
                models.insert(row.key, model);
            }
        }
    }
    let mut counts: BTreeMap<DeliveryStatus, u64> = BTreeMap::new();
    for row in w.ledger_rows(&campaign).await? {
        let Some(model) = models.get(&row.key) else {
            continue;
        };
        let has_complained = row.reason.as_deref() == Some(COMPLAINED);
        let found = Model {
            status: row.status,
            has_complained,
        };
        assert_eq!(found, *model, "{row:?}");
        *counts.entry(row.status).or_default() += 1;
    }
    let progress = store.progress(w.tenant.id, campaign.id()).await?;
    let emails = progress.counts.iter();
    let emails = emails.filter(|count| count.channel == Channel::Email);
    let told: BTreeMap<_, _> = emails
        .map(|StatusCount { status, count, .. }| (*status, *count))
        .collect();
    assert_eq!(told, counts);
    Ok(())
}
