//! Offers in a store.

use chrono::{NaiveDate, TimeDelta};
use offerkit_core::{
    domain::{Offer, OfferStatus, RevisionNumber, Scope, Validity, Version},
    id::OfferId,
    page::PageRequest,
    ports::{OfferFilter, StoreError, UniqueKey},
    testing::offer_data,
};
use serde_json::json;

use crate::{
    Adapter, Outcome,
    cases::{cases, fails},
    objects::{members, proposal},
    walk::{is_stable_while_rows_are_added, pages_are},
    world::{World, user},
};

cases! { ports::offers:
    an_offer_is_read_back_as_stored_with_its_first_revision,
    a_changed_offer_has_the_next_version_and_its_new_revision,
    a_stale_or_absent_offer_is_a_conflict,
    an_offers_id_is_taken_once,
    an_offer_is_its_tenants_alone,
    a_deleted_offer_is_hidden_and_its_revisions_stay,
    every_page_of_offers_holds_its_part,
    pages_of_offers_are_stable_while_offers_are_added,
    offers_are_filtered_by_status,
    offers_are_filtered_by_creator_and_creation,
    offers_are_filtered_by_the_day_they_are_live_on,
    offers_are_filtered_by_members_of_their_data,
    parts_of_a_filter_must_all_hold,
}

async fn an_offer_is_read_back_as_stored_with_its_first_revision<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let data =
        json!({ "title": "Ünï ✓ \" \\ 😀", "rate": 0.1, "terms": [1, [], {}, null, -2.5e3] });
    let mut parts = w.new_offer(w.tenant.id, data)?.into_parts();
    parts.working.proposal.validity = Validity {
        from: Some(w.now().date()),
        until: None,
    };
    let offer = Offer::from_parts(parts);
    w.change(w.scope(), offer.id(), async |tx| {
        tx.offers().insert(&offer).await
    })
    .await?;
    w.look(w.scope(), async |tx| {
        let offers = tx.offers();
        let found = offers.find(offer.id()).await?;
        assert_eq!(found.as_ref(), Some(&offer));
        let revisions = offers.revisions(offer.id()).await?;
        assert_eq!(revisions.as_slice(), std::slice::from_ref(offer.working()));
        let first = offers.revision(offer.id(), RevisionNumber::FIRST).await?;
        let digest = first.map(|revision| revision.digest());
        assert_eq!(digest, Some(offer.working().digest()));
        assert_eq!(offers.approvals(offer.id()).await?, []);
        Ok(())
    })
    .await?;
    let found = w
        .attempt(w.scope(), async |tx| {
            tx.offers().find_for_update(offer.id()).await
        })
        .await?;
    assert_eq!(found, Some(offer));
    Ok(())
}

async fn a_changed_offer_has_the_next_version_and_its_new_revision<B: Adapter>(
    store: &B,
) -> Outcome {
    let w = World::new(store).await?;
    let first = w.kept_offer("first").await?;
    let by = user(&w.tenant.admin)?;
    let edited = first.clone().edit(
        first.revision(),
        proposal(offer_data("second"))?,
        by,
        w.now(),
    )?;
    let stored = w
        .change(w.scope(), first.id(), async |tx| {
            tx.offers().update(edited.clone()).await
        })
        .await?;
    assert_eq!(stored, edited.with_version(Version::FIRST.next()));
    assert_eq!(w.stored_offer(&first).await?.as_ref(), Some(&stored));
    let revisions = w
        .look(w.scope(), async |tx| {
            tx.offers().revisions(first.id()).await
        })
        .await?;
    assert_eq!(
        revisions,
        [first.working().clone(), stored.working().clone()]
    );
    Ok(())
}

async fn a_stale_or_absent_offer_is_a_conflict<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let stale = w.kept_offer("spring").await?;
    let submitted = stale
        .clone()
        .submit(stale.revision(), stale.created_by(), w.now())?;
    w.change(w.scope(), stale.id(), async |tx| {
        tx.offers().update(submitted).await
    })
    .await?;
    for stale in [stale, w.new_offer(w.tenant.id, offer_data("absent"))?] {
        fails!(
            w.attempt(w.scope(), async |tx| tx.offers().update(stale).await)
                .await,
            StoreError::Conflict(_)
        );
    }
    Ok(())
}

async fn an_offers_id_is_taken_once<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let offer = w.kept_offer("spring").await?;
    fails!(
        w.attempt(w.scope(), async |tx| tx.offers().insert(&offer).await)
            .await,
        StoreError::Duplicate(UniqueKey::Id)
    );
    Ok(())
}

async fn an_offer_is_its_tenants_alone<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let offer = w.tenant.approved_offer("spring").await?;
    let new = w.new_offer(w.tenant.id, offer_data("new"))?;
    let twin = Scope::Tenant(w.platform.tenant("card").await?.id);
    for scope in [twin, Scope::Platform] {
        w.look(scope, async |tx| {
            let offers = tx.offers();
            let any = OfferFilter::default();
            let listed = offers.list(&any, &PageRequest::default()).await?;
            assert_eq!(listed.items, [], "{scope:?}");
            assert_eq!(offers.find(offer.id()).await?, None);
            let first = offers.revision(offer.id(), offer.revision()).await?;
            assert_eq!(first, None);
            assert_eq!(offers.revisions(offer.id()).await?, []);
            assert_eq!(offers.approvals(offer.id()).await?, []);
            Ok(())
        })
        .await?;
        let locked = w
            .attempt(scope, async |tx| {
                tx.offers().find_for_update(offer.id()).await
            })
            .await?;
        assert_eq!(locked, None);
        fails!(
            w.attempt(scope, async |tx| tx.offers().insert(&new).await)
                .await,
            StoreError::WrongScope { .. }
        );
        fails!(
            w.attempt(scope, async |tx| tx.offers().update(offer.clone()).await)
                .await,
            StoreError::WrongScope { .. }
        );
    }
    Ok(())
}

async fn a_deleted_offer_is_hidden_and_its_revisions_stay<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let offer = w.kept_offer("spring").await?;
    let deleted = offer.clone().delete(w.now())?;
    w.change(w.scope(), offer.id(), async |tx| {
        tx.offers().update(deleted).await
    })
    .await?;
    w.look(w.scope(), async |tx| {
        let offers = tx.offers();
        assert_eq!(offers.find(offer.id()).await?, None);
        assert_eq!(offers.revisions(offer.id()).await?.len(), 1);
        let any = OfferFilter::default();
        let listed = offers.list(&any, &PageRequest::default()).await?;
        assert_eq!(listed.items, []);
        Ok(())
    })
    .await?;
    Ok(())
}

/// Asserts which offers a filter lets through, on pages of every size.
async fn filter_gives<B: Adapter>(
    w: &World<B>,
    filter: OfferFilter,
    expected: &[&Offer],
) -> Outcome {
    let expected: Vec<OfferId> = expected.iter().map(|offer| offer.id()).collect();
    pages_are(&expected, Offer::id, async |page| {
        w.look(w.scope(), async |tx| tx.offers().list(&filter, &page).await)
            .await
    })
    .await
}

async fn every_page_of_offers_holds_its_part<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let twin = w.platform.tenant("card").await?;
    let mut offers = Vec::new();
    for title in ["one", "two", "three", "four", "five"] {
        offers.push(w.kept_offer(title).await?);
        twin.draft_offer(title).await?;
    }
    let expected: Vec<_> = offers.iter().collect();
    filter_gives(&w, OfferFilter::default(), &expected).await
}

async fn pages_of_offers_are_stable_while_offers_are_added<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let mut before = Vec::new();
    for title in ["one", "two", "three", "four", "five"] {
        before.push(w.kept_offer(title).await?.id());
    }
    let any = OfferFilter::default();
    let list = async |page| {
        w.look(w.scope(), async |tx| tx.offers().list(&any, &page).await)
            .await
    };
    let add = async || w.kept_offer("late").await.map(drop);
    is_stable_while_rows_are_added(&before, Offer::id, list, add).await
}

async fn offers_are_filtered_by_status<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let draft = w.tenant.draft_offer("draft").await?;
    let submitted = w.tenant.submitted_offer("submitted").await?;
    let approved = w.tenant.approved_offer("approved").await?;
    let rejected = w.tenant.submitted_offer("rejected").await?;
    let reason = "too dear".parse()?;
    w.offers(&w.tenant.approver)
        .reject(rejected.id(), rejected.revision(), &reason)
        .await?;
    for (status, expected) in [
        (OfferStatus::Draft, &draft),
        (OfferStatus::Submitted, &submitted),
        (OfferStatus::Approved, &approved),
        (OfferStatus::Rejected, &rejected),
    ] {
        let filter = OfferFilter {
            status: Some(status),
            ..OfferFilter::default()
        };
        filter_gives(&w, filter, &[expected]).await?;
    }
    Ok(())
}

async fn offers_are_filtered_by_creator_and_creation<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let first = w.tenant.draft_offer("first").await?;
    w.pass(TimeDelta::hours(1));
    let second_at = w.now();
    let offers = w.offers(&w.tenant.admin);
    let second = offers.create(offer_data("second").into()).await?;
    w.pass(TimeDelta::hours(1));
    let third = w.tenant.draft_offer("third").await?;
    let any = OfferFilter::default;
    let by_creator = OfferFilter {
        created_by: Some(user(&w.tenant.creator)?),
        ..any()
    };
    filter_gives(&w, by_creator, &[&first, &third]).await?;
    let from = OfferFilter {
        created_from: Some(second_at),
        ..any()
    };
    filter_gives(&w, from, &[&second, &third]).await?;
    let before = OfferFilter {
        created_before: Some(second_at),
        ..any()
    };
    filter_gives(&w, before, &[&first]).await
}

async fn offers_are_filtered_by_the_day_they_are_live_on<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let today = w.now().date();
    let (from, until) = (today + TimeDelta::days(2), today + TimeDelta::days(4));
    let always = w.tenant.approved_offer("always").await?;
    w.tenant.submitted_offer("never").await?;
    let gone = w.tenant.approved_offer("gone").await?;
    let reason = "over".parse()?;
    w.offers(&w.tenant.approver)
        .retire(gone.id(), &reason)
        .await?;
    let edited = w.tenant.approved_offer("edited").await?;
    let creator = w.offers(&w.tenant.creator);
    let draft = offer_data("edited again").into();
    creator.edit(edited.id(), edited.revision(), draft).await?;
    let mut draft = offerkit_core::services::OfferDraft::from(offer_data("window"));
    draft.validity = Validity {
        from: Some(from),
        until: Some(until),
    };
    let window = creator.create(draft).await?;
    creator.submit(window.id(), window.revision()).await?;
    w.offers(&w.tenant.approver)
        .approve(window.id(), window.revision(), None)
        .await?;
    let on = |day: NaiveDate| OfferFilter {
        live_on: Some(day),
        ..OfferFilter::default()
    };
    let (without, with) = ([&always, &edited], [&always, &edited, &window]);
    filter_gives(&w, on(today), &without).await?;
    filter_gives(&w, on(from), &with).await?;
    filter_gives(&w, on(until), &with).await?;
    filter_gives(&w, on(until + TimeDelta::days(1)), &without).await
}

async fn offers_are_filtered_by_members_of_their_data<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let mut made = Vec::new();
    for data in [
        json!({ "rate": 12.5, "tier": "gold", "fee": null }),
        json!({ "rate": 12, "tier": "Gold", "tags": ["a", "b"] }),
        json!({ "rate": "12.5", "tier": { "name": "gold" }, "tags": ["b", "a"] }),
    ] {
        let offer = w.new_offer(w.tenant.id, data)?;
        w.change(w.scope(), offer.id(), async |tx| {
            tx.offers().insert(&offer).await
        })
        .await?;
        made.push(offer);
    }
    let [gold, plain, nested] = made.as_slice() else {
        return Err("three offers were made".into());
    };
    for (data, expected) in [
        (vec![("tier", json!("gold"))], vec![gold]),
        (vec![("rate", json!(12.5))], vec![gold]),
        (vec![("rate", json!("12.5"))], vec![nested]),
        (vec![("rate", json!(12.0))], vec![plain]),
        (vec![("tier", json!({ "name": "gold" }))], vec![nested]),
        (vec![("tags", json!(["a", "b"]))], vec![plain]),
        (vec![("fee", json!(null))], vec![gold]),
        (vec![("absent", json!(null))], vec![]),
        (vec![("tier", json!("gold")), ("rate", json!(12))], vec![]),
    ] {
        let filter = OfferFilter {
            data: members(&data),
            ..OfferFilter::default()
        };
        filter_gives(&w, filter, &expected).await?;
    }
    Ok(())
}

async fn parts_of_a_filter_must_all_hold<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let wanted = w.tenant.approved_offer("wanted").await?;
    w.tenant.approved_offer("other").await?;
    w.tenant.draft_offer("wanted").await?;
    let filter = OfferFilter {
        status: Some(OfferStatus::Approved),
        created_by: Some(user(&w.tenant.creator)?),
        live_on: Some(w.now().date()),
        data: members(&[("title", json!("wanted"))]),
        ..OfferFilter::default()
    };
    filter_gives(&w, filter, &[&wanted]).await
}
