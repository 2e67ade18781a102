//! Segments in a store.

use offerkit_core::{
    domain::{Scope, Segment, SegmentVersion},
    page::PageRequest,
    ports::{StoreError, UniqueKey},
};

use crate::{
    Adapter, Failure, Outcome,
    cases::{cases, fails},
    walk::pages_are,
    world::World,
};

cases! { ports::segments:
    a_segment_version_is_read_back_as_stored,
    the_latest_version_is_found_without_a_number,
    a_segment_version_that_does_not_follow_is_a_conflict,
    a_segment_versions_id_is_taken_once,
    a_segment_is_its_tenants_alone,
    every_page_of_segment_versions_holds_its_part,
}

async fn kept<B: Adapter>(w: &World<B>, name: &str, version: u64) -> Result<Segment, Failure> {
    let segment = w.new_segment(name, version)?;
    w.change(w.scope(), segment.id, async |tx| {
        tx.segments().insert(&segment).await
    })
    .await?;
    Ok(segment)
}

async fn a_segment_version_is_read_back_as_stored<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let segment = kept(&w, "premium", 1).await?;
    w.look(w.scope(), async |tx| {
        let segments = tx.segments();
        let found = segments.find(&segment.name, Some(segment.version)).await?;
        assert_eq!(found.as_ref(), Some(&segment));
        let later = segments.find(&segment.name, Some(segment.version.next()));
        assert_eq!(later.await?, None);
        Ok(())
    })
    .await?;
    Ok(())
}

async fn the_latest_version_is_found_without_a_number<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let first = kept(&w, "premium", 1).await?;
    let second = kept(&w, "premium", 2).await?;
    kept(&w, "premium_plus", 1).await?;
    w.look(w.scope(), async |tx| {
        let segments = tx.segments();
        let latest = segments.find(&first.name, None).await?;
        assert_eq!(latest.as_ref(), Some(&second));
        let earlier = segments.find(&first.name, Some(first.version)).await?;
        assert_eq!(earlier.as_ref(), Some(&first));
        Ok(())
    })
    .await?;
    Ok(())
}

async fn a_segment_version_that_does_not_follow_is_a_conflict<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    kept(&w, "premium", 1).await?;
    for (name, version) in [("premium", 1), ("premium", 3), ("other", 2)] {
        let segment = w.new_segment(name, version)?;
        fails!(
            w.attempt(w.scope(), async |tx| tx.segments().insert(&segment).await)
                .await,
            StoreError::Conflict(_)
        );
    }
    Ok(())
}

async fn a_segment_versions_id_is_taken_once<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let first = kept(&w, "premium", 1).await?;
    let again = Segment {
        version: SegmentVersion::new(2),
        ..first
    };
    fails!(
        w.attempt(w.scope(), async |tx| tx.segments().insert(&again).await)
            .await,
        StoreError::Duplicate(UniqueKey::Id)
    );
    Ok(())
}

async fn a_segment_is_its_tenants_alone<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let segment = kept(&w, "premium", 1).await?;
    let second = w.new_segment("premium", 2)?;
    let twin = Scope::Tenant(w.platform.tenant("card").await?.id);
    for scope in [twin, Scope::Platform] {
        w.look(scope, async |tx| {
            let segments = tx.segments();
            assert_eq!(segments.find(&segment.name, None).await?, None);
            let listed = segments.list(&PageRequest::default()).await?;
            assert_eq!(listed.items, [], "{scope:?}");
            Ok(())
        })
        .await?;
        fails!(
            w.attempt(scope, async |tx| tx.segments().insert(&second).await)
                .await,
            StoreError::WrongScope { .. }
        );
    }
    Ok(())
}

async fn every_page_of_segment_versions_holds_its_part<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let mut expected = Vec::new();
    for (name, version) in [("premium", 1), ("basic", 1), ("premium", 2), ("basic", 2)] {
        expected.push(kept(&w, name, version).await?.id);
    }
    pages_are(
        &expected,
        |segment: &Segment| segment.id,
        async |page| {
            w.look(w.scope(), async |tx| tx.segments().list(&page).await)
                .await
        },
    )
    .await
}
