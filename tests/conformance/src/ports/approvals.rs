//! What a store refuses of approvals, whatever a service asks of it: no policy stands before it here.

use futures_util::future::join;
use offerkit_core::{
    digest::Digest,
    domain::{Offer, OfferApproval, OfferStatus, RevisionNumber},
    ports::StoreError,
    services::Context,
    testing::offer_data,
};

use crate::{
    Adapter, Failure, Outcome,
    cases::{cases, fails},
    objects::proposal,
    world::{World, user},
};

cases! { ports::approvals:
    whoever_wrote_since_the_last_approval_approves_nothing,
    whoever_submitted_since_the_last_approval_approves_nothing,
    another_person_approves,
    an_author_before_the_last_approval_approves,
    an_approval_names_the_digest_of_its_revision,
    an_approval_is_of_the_submitted_revision,
    nothing_is_live_without_its_approval,
    an_approval_is_given_once,
    a_stored_revision_never_changes,
    an_offers_contributions_are_not_forgotten,
    an_approved_offer_is_not_deleted,
    of_two_approvals_at_once_one_wins,
}

/// An approval that no policy was asked for.
fn forged(offer: &Offer, by: &Context) -> Result<OfferApproval, Failure> {
    Ok(OfferApproval {
        offer: offer.id(),
        revision: offer.revision(),
        digest: offer.working().digest(),
        approver: user(by)?,
        at: offer.updated_at(),
        comment: None,
    })
}

/// The offer as its approval leaves it.
fn approved(offer: &Offer) -> Offer {
    let mut parts = offer.clone().into_parts();
    parts.status = OfferStatus::Approved;
    parts.live_revision = Some(parts.working.number);
    parts.contributions.clear();
    parts.submitted_at = None;
    Offer::from_parts(parts)
}

async fn approve<B: Adapter>(
    w: &World<B>,
    offer: &Offer,
    approval: &OfferApproval,
) -> Result<(), Failure> {
    w.change(w.scope(), offer.id(), async |tx| {
        tx.offers().add_approval(approval).await?;
        tx.offers().update(approved(offer)).await.map(drop)
    })
    .await
}

async fn is_refused<B: Adapter>(w: &World<B>, offer: &Offer, approval: &OfferApproval) -> Outcome {
    fails!(
        w.attempt(w.scope(), async |tx| {
            tx.offers().add_approval(approval).await
        })
        .await,
        StoreError::Refused(_)
    );
    assert_eq!(w.stored_offer(offer).await?.as_ref(), Some(offer));
    Ok(())
}

/// First seen to fail with the search through the authors removed.
async fn whoever_wrote_since_the_last_approval_approves_nothing<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let both = w.member("both", &["create", "approver"]).await?;
    let offers = w.offers(&both);
    let offer = offers.create(offer_data("first").into()).await?;
    offers.submit(offer.id(), offer.revision()).await?;
    let reason = "too dear".parse()?;
    w.offers(&w.tenant.approver)
        .reject(offer.id(), offer.revision(), &reason)
        .await?;
    let creator = w.offers(&w.tenant.creator);
    let edited = creator
        .edit(offer.id(), offer.revision(), offer_data("second").into())
        .await?;
    let submitted = creator.submit(offer.id(), edited.revision()).await?.offer;
    is_refused(&w, &submitted, &forged(&submitted, &both)?).await?;
    is_refused(&w, &submitted, &forged(&submitted, &w.tenant.creator)?).await
}

async fn whoever_submitted_since_the_last_approval_approves_nothing<B: Adapter>(
    store: &B,
) -> Outcome {
    let w = World::new(store).await?;
    let offer = w.tenant.draft_offer("spring").await?;
    let admin = w.offers(&w.tenant.admin);
    admin.submit(offer.id(), offer.revision()).await?;
    w.offers(&w.tenant.creator).withdraw(offer.id()).await?;
    let creator = w.offers(&w.tenant.creator);
    let submitted = creator.submit(offer.id(), offer.revision()).await?.offer;
    is_refused(&w, &submitted, &forged(&submitted, &w.tenant.admin)?).await
}

async fn another_person_approves<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let offer = w.tenant.submitted_offer("spring").await?;
    let approval = forged(&offer, &w.tenant.approver)?;
    approve(&w, &offer, &approval).await?;
    let stored = w.stored_offer(&offer).await?.ok_or("no offer")?;
    assert_eq!(stored.live_revision(), Some(offer.revision()));
    let kept = w
        .look(w.scope(), async |tx| {
            tx.offers().approvals(offer.id()).await
        })
        .await?;
    assert_eq!(kept, [approval]);
    Ok(())
}

async fn an_author_before_the_last_approval_approves<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let offer = w.tenant.approved_offer("first").await?;
    let admin = w.offers(&w.tenant.admin);
    let edited = admin
        .edit(offer.id(), offer.revision(), offer_data("second").into())
        .await?;
    let submitted = admin.submit(offer.id(), edited.revision()).await?.offer;
    let approval = forged(&submitted, &w.tenant.creator)?;
    approve(&w, &submitted, &approval).await
}

async fn an_approval_names_the_digest_of_its_revision<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let offer = w.tenant.submitted_offer("spring").await?;
    let wrong = OfferApproval {
        digest: Digest::of(b"something else"),
        ..forged(&offer, &w.tenant.approver)?
    };
    is_refused(&w, &offer, &wrong).await
}

async fn an_approval_is_of_the_submitted_revision<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let draft = w.tenant.draft_offer("spring").await?;
    is_refused(&w, &draft, &forged(&draft, &w.tenant.approver)?).await?;
    let creator = w.offers(&w.tenant.creator);
    let edited = creator
        .edit(draft.id(), draft.revision(), offer_data("second").into())
        .await?;
    let submitted = creator.submit(draft.id(), edited.revision()).await?.offer;
    let earlier = forged(&draft, &w.tenant.approver)?;
    is_refused(&w, &submitted, &earlier).await
}

async fn nothing_is_live_without_its_approval<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    for offer in [
        w.tenant.draft_offer("draft").await?,
        w.tenant.submitted_offer("submitted").await?,
    ] {
        fails!(
            w.attempt(w.scope(), async |tx| {
                tx.offers().update(approved(&offer)).await
            })
            .await,
            StoreError::Refused(_)
        );
    }
    let live = w.tenant.approved_offer("live").await?;
    let edited = w
        .offers(&w.tenant.creator)
        .edit(live.id(), live.revision(), offer_data("new").into())
        .await?;
    let mut parts = edited.into_parts();
    parts.live_revision = Some(parts.working.number);
    fails!(
        w.attempt(w.scope(), async |tx| {
            tx.offers().update(Offer::from_parts(parts)).await
        })
        .await,
        StoreError::Refused(_)
    );
    Ok(())
}

async fn an_approval_is_given_once<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let offer = w.tenant.submitted_offer("spring").await?;
    let approval = forged(&offer, &w.tenant.approver)?;
    approve(&w, &offer, &approval).await?;
    let by_another = OfferApproval {
        approver: user(&w.tenant.reader)?,
        ..approval.clone()
    };
    for again in [approval.clone(), by_another] {
        fails!(
            w.attempt(w.scope(), async |tx| tx.offers().add_approval(&again).await)
                .await,
            StoreError::Duplicate(_) | StoreError::Refused(_)
        );
    }
    Ok(())
}

async fn a_stored_revision_never_changes<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let offer = w.kept_offer("spring").await?;
    let mut rewritten = offer.clone().into_parts();
    rewritten.working.proposal = proposal(offer_data("rewritten"))?;
    let mut ascribed = offer.clone().into_parts();
    ascribed.working.author = user(&w.tenant.admin)?;
    for parts in [rewritten, ascribed] {
        fails!(
            w.attempt(w.scope(), async |tx| {
                tx.offers().update(Offer::from_parts(parts)).await
            })
            .await,
            StoreError::Refused(_)
        );
    }
    let kept = w
        .look(w.scope(), async |tx| {
            let number = RevisionNumber::FIRST;
            tx.offers().revision(offer.id(), number).await
        })
        .await?;
    assert_eq!(kept.as_ref(), Some(offer.working()));
    Ok(())
}

/// Whoever forgets who wrote could approve next.
async fn an_offers_contributions_are_not_forgotten<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let offer = w.tenant.draft_offer("spring").await?;
    let mut parts = offer.clone().into_parts();
    parts.contributions.clear();
    fails!(
        w.attempt(w.scope(), async |tx| {
            tx.offers().update(Offer::from_parts(parts)).await
        })
        .await,
        StoreError::Refused(_)
    );
    Ok(())
}

async fn an_approved_offer_is_not_deleted<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let offer = w.tenant.approved_offer("spring").await?;
    let mut parts = offer.into_parts();
    parts.deleted_at = Some(w.now());
    fails!(
        w.attempt(w.scope(), async |tx| {
            tx.offers().update(Offer::from_parts(parts)).await
        })
        .await,
        StoreError::Refused(_)
    );
    Ok(())
}

async fn of_two_approvals_at_once_one_wins<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let offer = w.tenant.submitted_offer("spring").await?;
    let second = w.member("second", &["approver"]).await?;
    let approvals = (
        forged(&offer, &w.tenant.approver)?,
        forged(&offer, &second)?,
    );
    let (one, two) = join(
        approve(&w, &offer, &approvals.0),
        approve(&w, &offer, &approvals.1),
    )
    .await;
    assert_ne!(one.is_ok(), two.is_ok(), "exactly one wins");
    let kept = w
        .look(w.scope(), async |tx| {
            tx.offers().approvals(offer.id()).await
        })
        .await?;
    assert_eq!(kept.len(), 1);
    Ok(())
}
