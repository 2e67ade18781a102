//! Comments in a store.

use offerkit_core::{
    domain::{Comment, CommentKind, CommentSubject, Scope},
    id::{CampaignId, OfferId},
    page::PageRequest,
    ports::StoreError,
};

use crate::{
    Adapter, Outcome,
    cases::{cases, fails},
    walk::pages_are,
    world::World,
};

cases! { ports::comments:
    a_comment_is_read_back_as_stored,
    a_comment_needs_what_it_is_about,
    a_comment_is_its_tenants_alone,
    every_page_of_comments_holds_its_part,
}

async fn a_comment_is_read_back_as_stored<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let offer = w.kept_offer("spring").await?;
    let campaign = w.new_campaign(w.tenant.id, offer.id())?;
    w.change(w.scope(), campaign.id(), async |tx| {
        tx.campaigns().insert(&campaign).await
    })
    .await?;
    for subject in [
        CommentSubject::Offer(offer.id()),
        CommentSubject::Campaign(campaign.id()),
    ] {
        let comment = Comment {
            kind: CommentKind::Pause,
            author: None,
            body: "two\nlines ✓".parse()?,
            ..w.new_comment(w.tenant.id, subject)?
        };
        w.change(w.scope(), campaign.id(), async |tx| {
            tx.comments().insert(&comment).await
        })
        .await?;
        let found = w
            .look(w.scope(), async |tx| {
                tx.comments().list(subject, &PageRequest::default()).await
            })
            .await?;
        assert_eq!(found.items, [comment]);
    }
    Ok(())
}

async fn a_comment_needs_what_it_is_about<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let twin = w.platform.tenant("card").await?;
    let of_twin = twin.draft_offer("spring").await?;
    for subject in [
        CommentSubject::Offer(OfferId::from_uuid(w.uuid())),
        CommentSubject::Campaign(CampaignId::from_uuid(w.uuid())),
        CommentSubject::Offer(of_twin.id()),
    ] {
        let comment = w.new_comment(w.tenant.id, subject)?;
        fails!(
            w.attempt(w.scope(), async |tx| tx.comments().insert(&comment).await)
                .await,
            StoreError::MissingReference(_)
        );
    }
    Ok(())
}

async fn a_comment_is_its_tenants_alone<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let subject = CommentSubject::Offer(w.kept_offer("spring").await?.id());
    let comment = w.new_comment(w.tenant.id, subject)?;
    w.change(w.scope(), w.tenant.id, async |tx| {
        tx.comments().insert(&comment).await
    })
    .await?;
    let twin = Scope::Tenant(w.platform.tenant("card").await?.id);
    for scope in [twin, Scope::Platform] {
        let seen = w
            .look(scope, async |tx| {
                tx.comments().list(subject, &PageRequest::default()).await
            })
            .await?;
        assert_eq!(seen.items, [], "{scope:?}");
        let another = w.new_comment(w.tenant.id, subject)?;
        fails!(
            w.attempt(scope, async |tx| tx.comments().insert(&another).await)
                .await,
            StoreError::WrongScope { .. }
        );
    }
    Ok(())
}

async fn every_page_of_comments_holds_its_part<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let subject = CommentSubject::Offer(w.kept_offer("spring").await?.id());
    let aside = CommentSubject::Offer(w.kept_offer("autumn").await?.id());
    let mut expected = Vec::new();
    for _ in 0..4 {
        for subject in [subject, aside] {
            let comment = w.new_comment(w.tenant.id, subject)?;
            w.change(w.scope(), w.tenant.id, async |tx| {
                tx.comments().insert(&comment).await
            })
            .await?;
            if subject != aside {
                expected.push(comment.id);
            }
        }
    }
    pages_are(
        &expected,
        |comment: &Comment| comment.id,
        async |page| {
            w.look(w.scope(), async |tx| {
                tx.comments().list(subject, &page).await
            })
            .await
        },
    )
    .await
}
