use offerkit::{
    Context,
    domain::{OfferStatus, RevisionNumber},
    testing::offer_data,
};

use crate::world::{Outcome, World, at_once, is_one};

/// First seen to fail without `FOR UPDATE`, the comparison of versions and the database's triggers on offers: approved was a
/// revision that the edit had replaced.
#[tokio::test(flavor = "multi_thread")]
async fn an_edit_against_an_approval_never_has_another_text_approved() -> Outcome {
    let world = World::new().await?;
    let tenant = &world.tenant;
    let (mut approved_first, mut edited_first) = (0, 0);
    for round in 0..300 {
        let offer = tenant.submitted_offer("As read").await?;
        let (id, read) = (offer.id(), offer.revision());
        let editing = tenant.acting(&tenant.creator).offers(tenant.id);
        let deciding = tenant.acting(&tenant.approver).offers(tenant.id);
        let edit = async move { editing.edit(id, read, offer_data("As edited").into()).await };
        let approve = async move { deciding.approve(id, read, None).await };
        let (edited, approved) = at_once(round, edit, approve).await?;
        let reading = tenant.acting(&tenant.reader).offers(tenant.id);
        let (now, history) = (reading.get(id).await?, reading.history(id).await?);
        match (approved, edited) {
            (Ok(approved), edited) => {
                approved_first += 1;
                assert_eq!(approved.live_revision(), Some(RevisionNumber::FIRST));
                let approval = history.approvals.first().ok_or("no approval")?;
                assert_eq!(approval.digest, offer.working().digest());
                // The edit that came after it is a new draft; the live text stays what was read.
                assert_eq!(now.live_revision(), Some(RevisionNumber::FIRST));
                let is_draft = now.status() == OfferStatus::Draft;
                assert_eq!(is_draft, edited.is_ok(), "{edited:?}");
            }
            (Err(_), edited) => {
                edited_first += 1;
                edited?;
                assert_eq!(now.live_revision(), None);
                assert_eq!(history.approvals.len(), 0);
                assert_eq!(now.status(), OfferStatus::Draft);
            }
        }
    }
    assert!(
        approved_first > 0 && edited_first > 0,
        "they never met: {approved_first} approvals and {edited_first} edits came first"
    );
    Ok(())
}

/// First seen to fail without `FOR UPDATE`, the comparison of versions and the key of approvals.
#[tokio::test(flavor = "multi_thread")]
async fn of_two_approvers_one_approves() -> Outcome {
    let world = World::new().await?;
    let tenant = &world.tenant;
    let second = world.platform.user("second").await?;
    world.platform.join(tenant.id, &second, "approver").await?;
    let second = Context::user(second.id());
    for round in 0..60 {
        let offer = tenant.submitted_offer("Spring").await?;
        let (id, read) = (offer.id(), offer.revision());
        let one = tenant.acting(&tenant.approver).offers(tenant.id);
        let two = tenant.acting(&second).offers(tenant.id);
        let (one, two) = at_once(
            round,
            async move { one.approve(id, read, None).await },
            async move { two.approve(id, read, None).await },
        )
        .await?;
        assert!(is_one(&one, &two), "{one:?} {two:?}");
    }
    let counts = world
        .number("SELECT count(*) FROM offerkit.offer_approvals")
        .await?;
    let records = "SELECT count(*) FROM offerkit.offer_audit_logs WHERE action = 'offer.approve' AND outcome = 'done'";
    assert_eq!((counts, world.number(records).await?), (60, 60));
    Ok(())
}

/// Whoever took the membership sees what it did not prevent, and nothing more is approved after that.
///
/// First seen to fail without `FOR SHARE` on memberships.
#[tokio::test(flavor = "multi_thread")]
async fn a_membership_that_was_taken_approves_nothing_more() -> Outcome {
    let world = World::new().await?;
    let tenant = &world.tenant;
    let user = world.platform.user("second").await?;
    let by = Context::user(user.id());
    let (mut prevented, mut late) = (0, 0);
    for round in 0..150 {
        world.platform.join(tenant.id, &user, "approver").await?;
        let offer = tenant.submitted_offer("Spring").await?;
        let (id, read) = (offer.id(), offer.revision());
        let groups = world.platform.as_root().groups(tenant.id);
        let reading = tenant.acting(&tenant.reader).offers(tenant.id);
        let (deciding, seeing) = (tenant.acting(&by).offers(tenant.id), reading.clone());
        let (user, group) = (user.id(), "approver".parse()?);
        let (seen, approved) = at_once(
            round,
            async move {
                groups.remove(user, &group).await?;
                seeing.get(id).await
            },
            async move { deciding.approve(id, read, None).await },
        )
        .await?;
        let (seen, now) = (seen?.status(), reading.get(id).await?.status());
        assert_eq!(seen, now, "approved after the membership was taken");
        assert_eq!(approved.is_ok(), now == OfferStatus::Approved);
        if approved.is_ok() {
            late += 1;
        } else {
            prevented += 1;
        }
    }
    assert!(
        prevented > 0 && late > 0,
        "they never met: {prevented} approvals were prevented, {late} were not"
    );
    Ok(())
}
