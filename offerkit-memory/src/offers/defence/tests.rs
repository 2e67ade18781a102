use futures_executor::block_on;
use offerkit_core::{
    domain::{Offer, OfferApproval, OfferParts, OfferStatus, RevisionNumber},
    id::UserId,
    ports::{Access, Store as _, StoreError, Transaction},
};
use proptest::prelude::*;

use crate::{
    MemoryStore,
    fixtures::{SCOPE, TENANT, moment, offer, proposal, tenant, user_id},
};

const ASHA: UserId = user_id(1);
const BEN: UserId = user_id(2);
const CHLOE: UserId = user_id(3);

/// A transaction in which `offer` was made by Asha.
async fn begun(offer: &Offer) -> Box<dyn Transaction> {
    let store = MemoryStore::new();
    let mut tx = store.begin(SCOPE, Access::Write).await.unwrap();
    tx.tenants().insert(&tenant(TENANT)).await.unwrap();
    tx.offers().insert(offer).await.unwrap();
    tx
}

async fn submitted(tx: &mut dyn Transaction, offer: Offer, by: UserId) -> Offer {
    let seen = offer.revision();
    let offer = offer.submit(seen, by, moment()).unwrap();
    tx.offers().update(offer).await.unwrap()
}

async fn edited(tx: &mut dyn Transaction, offer: Offer, rate: u32, by: UserId) -> Offer {
    let seen = offer.revision();
    let offer = offer.edit(seen, proposal(rate), by, moment()).unwrap();
    tx.offers().update(offer).await.unwrap()
}

async fn approved(
    tx: &mut dyn Transaction,
    offer: &Offer,
    by: UserId,
) -> Result<Offer, StoreError> {
    let offer = offer.clone();
    let seen = offer.revision();
    let (offer, approval) = offer.approve(seen, by, None, moment()).unwrap();
    tx.offers().add_approval(&approval).await?;
    tx.offers().update(offer).await
}

fn changed(offer: &Offer, change: impl FnOnce(&mut OfferParts)) -> Offer {
    let mut parts = offer.clone().into_parts();
    change(&mut parts);
    Offer::from_parts(parts)
}

fn assert_refused<T: std::fmt::Debug>(result: &Result<T, StoreError>, why: &str) {
    match result {
        Err(StoreError::Refused(said)) => assert!(said.contains(why), "{said}"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn nobody_approves_what_they_wrote_or_submitted_since_the_last_approval() {
    block_on(async {
        for by in [ASHA, BEN] {
            let first = offer(1, ASHA);
            let mut tx = begun(&first).await;
            let first = submitted(&mut *tx, first, BEN).await;
            assert_refused(&approved(&mut *tx, &first, by).await, "nobody approves");
        }
        let first = offer(1, ASHA);
        let mut tx = begun(&first).await;
        let first = submitted(&mut *tx, first, ASHA).await;
        let live = approved(&mut *tx, &first, CHLOE).await.unwrap();
        let next = edited(&mut *tx, live, 2, BEN).await;
        let next = submitted(&mut *tx, next, BEN).await;
        approved(&mut *tx, &next, ASHA).await.unwrap();
    });
}

#[test]
fn neither_a_rejection_nor_a_discarded_draft_washes_an_author_clean() {
    block_on(async {
        let first = offer(1, ASHA);
        let mut tx = begun(&first).await;
        let first = submitted(&mut *tx, first, ASHA).await;
        let live = approved(&mut *tx, &first, CHLOE).await.unwrap();
        let revision = live.working().clone();
        let draft = edited(&mut *tx, live, 2, BEN).await;
        let back = draft.discard_draft(revision, moment()).unwrap();
        let back = tx.offers().update(back).await.unwrap();
        assert_eq!(back.status(), OfferStatus::Approved);
        let again = edited(&mut *tx, back, 3, ASHA).await;
        assert_eq!(again.revision(), RevisionNumber::new(3));
        let again = submitted(&mut *tx, again, ASHA).await;
        let rejected = again.reject(RevisionNumber::new(3), moment()).unwrap();
        let rejected = tx.offers().update(rejected).await.unwrap();
        let again = edited(&mut *tx, rejected, 4, CHLOE).await;
        let again = submitted(&mut *tx, again, CHLOE).await;
        assert_refused(&approved(&mut *tx, &again, BEN).await, "nobody approves");
    });
}

#[test]
fn dropping_contributions_hides_no_author() {
    block_on(async {
        let first = offer(1, ASHA);
        let mut tx = begun(&first).await;
        let washed = changed(&first, |parts| parts.contributions.clear());
        assert_refused(&tx.offers().update(washed).await, "contributions");
    });
}

#[test]
fn an_approval_binds_to_the_submitted_revision_and_its_digest() {
    block_on(async {
        let approval = |offer: &Offer| OfferApproval {
            offer: offer.id(),
            revision: offer.revision(),
            digest: offer.working().digest(),
            approver: CHLOE,
            at: moment(),
            comment: None,
        };
        let draft = offer(1, ASHA);
        let mut tx = begun(&draft).await;
        assert_refused(
            &tx.offers().add_approval(&approval(&draft)).await,
            "submitted revision",
        );

        let mut tx = begun(&draft).await;
        let waiting = submitted(&mut *tx, draft.clone(), ASHA).await;
        let mut wrong = approval(&waiting);
        wrong.digest = offerkit_core::digest::Digest::of(b"other");
        assert_refused(&tx.offers().add_approval(&wrong).await, "digest");

        let mut tx = begun(&draft).await;
        let waiting = submitted(&mut *tx, draft.clone(), ASHA).await;
        let (live, _) = waiting
            .approve(draft.revision(), CHLOE, None, moment())
            .unwrap();
        assert_refused(&tx.offers().update(live).await, "by its approval alone");
    });
}

#[test]
fn a_stored_revision_never_changes_and_numbers_have_no_gaps() {
    block_on(async {
        let draft = offer(1, ASHA);
        let mut tx = begun(&draft).await;
        let other = changed(&draft, |parts| parts.working.proposal = proposal(9));
        assert_refused(&tx.offers().update(other).await, "never changes");
        let mut tx = begun(&draft).await;
        let skipped = changed(&draft, |parts| {
            parts.working.number = RevisionNumber::new(3);
            parts.latest_revision = RevisionNumber::new(3);
        });
        assert_refused(&tx.offers().update(skipped).await, "without gaps");
    });
}

fn status() -> impl Strategy<Value = OfferStatus> {
    prop::sample::select(OfferStatus::ALL.to_vec())
}

proptest! {
    /// However parts are put together, a live revision is one that somebody else approved.
    #[test]
    fn no_sequence_of_raw_updates_makes_an_unapproved_revision_live(
        steps in prop::collection::vec((status(), any::<bool>(), 0_u64..4, 0_u64..4, any::<bool>()), 1..12),
    ) {
        block_on(async {
            let mut current = offer(1, ASHA);
            let store = MemoryStore::new();
            let mut tx = store.begin(SCOPE, Access::Write).await.unwrap();
            tx.tenants().insert(&tenant(TENANT)).await.unwrap();
            tx.offers().insert(&current).await.unwrap();
            tx.commit(crate::fixtures::event(SCOPE, 0)).await.unwrap();
            for (number, (status, is_new, live, working, keeps)) in (1..).zip(steps) {
                let mut tx = store.begin(SCOPE, Access::Write).await.unwrap();
                let revisions = tx.offers().revisions(current.id()).await.unwrap();
                let latest = current.latest_revision();
                let next = changed(&current, |parts| {
                    parts.status = status;
                    parts.live_revision = (live > 0).then(|| RevisionNumber::new(live));
                    if let Some(stored) = revisions.iter().find(|it| it.number.get() == working) {
                        parts.working = stored.clone();
                    }
                    if is_new {
                        parts.working.number = latest.next();
                        parts.latest_revision = latest.next();
                    }
                    if !keeps {
                        parts.contributions.clear();
                    }
                });
                if let Ok(next) = tx.offers().update(next).await {
                    tx.commit(crate::fixtures::event(SCOPE, number)).await.unwrap();
                    current = next;
                }
            }
            assert_eq!(current.live_revision(), None);
            assert_ne!(current.status(), OfferStatus::Approved);
            assert!(!current.contributions().is_empty());
        });
    }
}
