//! Whatever a transaction did, its end without a commit leaves the state as it was.
//!
//! The first property was seen to fail with the loop of `Changes::undo` taken out, with the inverse of `put`, of `take`
//! and of `set` alone taken out, and with the inverses run in the order of the changes.

use futures_executor::block_on;
use offerkit_core::{
    digest::Digest,
    domain::{
        Comment, CommentKind, CommentSubject, ConfigurationSettings, ConfigurationVersion,
        ExternalIdentity, Launch, Membership, OfferConfiguration, OfferStatus, PermissionSet,
        RevisionNumber, Scope, Segment, SegmentVersion, UserChange,
    },
    id::{CampaignId, CommentId, GroupId, OfferId, SegmentId, TenantId},
    ports::{Access, Store as _, StoreError, Transaction},
};
use proptest::prelude::*;

use crate::{
    MemoryStore,
    fixtures::{
        SCOPE, TENANT, campaign, criteria, event, group, moment, offer, plan, proposal, refusal,
        tenant, user, user_id, uuid,
    },
    state::State,
};

/// Something to try, with the number of the object it is tried on and another number.
type Op = (u8, u32, u32);

const KINDS: u8 = 22;

async fn apply(tx: &mut dyn Transaction, (kind, one, two): Op) -> Result<(), StoreError> {
    let (now, by) = (moment(), user_id(two));
    let (offer_id, group_id) = (OfferId::from_uuid(uuid(one)), GroupId::from_uuid(uuid(one)));
    match kind {
        0 => tx.users().insert(&user(one)).await?,
        1 => {
            let Some(user) = tx.users().find(user_id(one)).await? else {
                return Ok(());
            };
            let identity = (two > 0).then(|| ExternalIdentity {
                issuer: "https://id.example.com".parse().unwrap(),
                subject: two.to_string().parse().unwrap(),
            });
            let change = UserChange {
                identity: Some(identity),
                ..UserChange::default()
            };
            tx.users()
                .update(user.changed(change, by, now, now))
                .await?;
        }
        2 => {
            let id = TenantId::from_uuid(uuid(one));
            tx.tenants().insert(&tenant(id)).await?;
        }
        3 => {
            if let Some(tenant) = tx.tenants().find(TENANT).await? {
                tx.tenants()
                    .update(tenant.with_active(two > 1, now))
                    .await?;
            }
        }
        4 if tx.scope() == Scope::Platform => {
            let state = tx.catalog().current().await?;
            tx.catalog().update(state).await?;
        }
        4 => {}
        _ if tx.scope() == Scope::Platform => {}
        5 => tx.groups().insert(&group(one)).await?,
        6 => {
            let name = format!("group{one}").parse().unwrap();
            if let Some(group) = tx.groups().find_by_name(TENANT, &name).await? {
                let next = group.permitting(PermissionSet::EMPTY, now);
                tx.groups().update(next).await?;
            }
        }
        7..=9 => change_members(tx, kind, group_id, two).await?,
        10 => {
            let current = tx.configurations().current().await?;
            let configuration = OfferConfiguration {
                tenant: TENANT,
                version: current.map_or(ConfigurationVersion::FIRST, |it| it.version.next()),
                settings: ConfigurationSettings::default(),
                protected_fields: [].into(),
                published_by: by,
                published_at: now,
            };
            tx.configurations().insert(&configuration).await?;
        }
        11 => tx.offers().insert(&offer(one, by)).await?,
        12..=16 => change_offer(tx, kind, offer_id, two).await?,
        17 => {
            let comment = Comment {
                id: CommentId::from_uuid(uuid(two)),
                tenant: TENANT,
                subject: CommentSubject::Offer(offer_id),
                revision: RevisionNumber::FIRST,
                kind: CommentKind::Note,
                body: "why".parse().unwrap(),
                author: Some(by),
                at: now,
            };
            tx.comments().insert(&comment).await?;
        }
        18 => {
            let name = format!("segment{two}").parse().unwrap();
            let latest = tx.segments().find(&name, None).await?;
            let segment = Segment {
                id: SegmentId::from_uuid(uuid(one)),
                tenant: TENANT,
                name,
                version: latest.map_or(SegmentVersion::FIRST, |it| it.version.next()),
                description: None,
                criteria: criteria(),
                author: by,
                written_at: now,
            };
            tx.segments().insert(&segment).await?;
        }
        19 => tx.campaigns().insert(&campaign(one, offer_id, by)).await?,
        _ => change_campaign(tx, kind, CampaignId::from_uuid(uuid(one)), two).await?,
    }
    Ok(())
}

async fn change_members(
    tx: &mut dyn Transaction,
    kind: u8,
    group: GroupId,
    two: u32,
) -> Result<(), StoreError> {
    let (now, user) = (moment(), user_id(two));
    if kind == 9 {
        tx.groups().remove_member(TENANT, group, user).await?;
        return Ok(());
    }
    let membership = Membership {
        tenant: TENANT,
        group,
        user,
        given_by: Some(user_id(two + 1)),
        given_at: now,
        decides_from: now,
    };
    tx.groups().add_member(&membership).await
}

async fn change_offer(
    tx: &mut dyn Transaction,
    kind: u8,
    id: OfferId,
    two: u32,
) -> Result<(), StoreError> {
    let (now, by) = (moment(), user_id(two));
    let Some(offer) = tx.offers().find(id).await? else {
        return Ok(());
    };
    let seen = offer.revision();
    let next = match kind {
        12 => offer.edit(seen, proposal(two), by, now),
        13 => offer.submit(seen, by, now),
        14 | 15 if offer.status() == OfferStatus::Submitted => {
            let (next, approval) = offer.approve(seen, by, None, now).unwrap();
            tx.offers().add_approval(&approval).await?;
            Ok(next)
        }
        14 | 15 => return Ok(()),
        _ => offer.delete(now),
    };
    if let Ok(next) = next {
        tx.offers().update(next).await?;
    }
    Ok(())
}

async fn change_campaign(
    tx: &mut dyn Transaction,
    kind: u8,
    id: CampaignId,
    two: u32,
) -> Result<(), StoreError> {
    let (now, by) = (moment(), user_id(two));
    let Some(campaign) = tx.campaigns().find(id).await? else {
        return Ok(());
    };
    let next = if kind == 20 {
        let plan = plan(campaign.plan().offer, &format!("plan {two}"));
        campaign.clone().edit(campaign.revision(), plan, by, now)
    } else {
        let mut parts = campaign.into_parts();
        parts.launch = Some(Launch {
            by,
            at: now,
            revision: parts.revision,
            offer_revision: RevisionNumber::FIRST,
            offer_digest: Digest::of(b""),
            criteria_digest: Digest::of(b""),
            messages_digest: Digest::of(b""),
            schedule_digest: Digest::of(b""),
            segments: Vec::new(),
            counted: 0,
            ceiling: 0,
        });
        Ok(offerkit_core::domain::Campaign::from_parts(parts))
    };
    if let Ok(next) = next {
        tx.campaigns().update(next).await?;
    }
    Ok(())
}

/// Users and tenants, and what those of `ops` add to them that are not refused; these are answered too.
fn store_with(scope: Scope, ops: &[Op]) -> (MemoryStore, Vec<Op>) {
    let store = MemoryStore::new();
    let mut done = Vec::new();
    block_on(async {
        let mut tx = store.begin(scope, Access::Write).await.unwrap();
        for number in 0..3 {
            tx.users().insert(&user(number)).await.unwrap();
        }
        tx.tenants().insert(&tenant(TENANT)).await.unwrap();
        tx.commit(event(scope, 0)).await.unwrap();
        for (number, op) in (1..).zip(ops) {
            let mut tx = store.begin(scope, Access::Write).await.unwrap();
            if apply(&mut *tx, *op).await.is_ok() {
                tx.commit(event(scope, number)).await.unwrap();
                done.push(*op);
            }
        }
    });
    (store, done)
}

fn snapshot(store: &MemoryStore) -> State {
    block_on(store.shared().state.read()).clone()
}

fn ops() -> impl Strategy<Value = Vec<Op>> {
    prop::collection::vec((0..KINDS, 0_u32..5, 0_u32..3), 0..60)
}

fn scopes() -> impl Strategy<Value = Scope> {
    prop_oneof![1 => Just(Scope::Platform), 4 => Just(SCOPE)]
}

proptest! {
    #[test]
    fn what_is_not_committed_leaves_nothing(
        scope in scopes(),
        before in ops(),
        tried in ops(),
        last in (0..KINDS, 0_u32..5, 0_u32..3),
        ending in 0..3,
    ) {
        let (store, kept) = store_with(scope, &before);
        // Only what succeeds one by one goes into the transaction, so that it is long; its last step may fail.
        let all: Vec<Op> = kept.iter().chain(&tried).copied().collect();
        let (_, done) = store_with(scope, &all);
        let mut expected = snapshot(&store);
        block_on(async {
            let mut tx = store.begin(scope, Access::Write).await.unwrap();
            for op in done.iter().skip(kept.len()) {
                apply(&mut *tx, *op).await.unwrap();
            }
            let was_refused = apply(&mut *tx, last).await.is_err();
            match ending {
                0 => drop(tx),
                1 => {
                    expected.append(refusal(scope, 9_999).into_record());
                    tx.refuse(refusal(scope, 9_999)).await.unwrap();
                }
                _ => match tx.commit(event(scope, 0)).await {
                    Err(StoreError::AlreadyDone(_)) if !was_refused => {}
                    Err(StoreError::Aborted) if was_refused => {}
                    other => panic!("{other:?}"),
                },
            }
        });
        prop_assert_eq!(snapshot(&store), expected);
    }

    #[test]
    fn one_transaction_does_what_many_do(scope in scopes(), tried in ops()) {
        let (many, done) = store_with(scope, &tried);
        let (one, _) = store_with(scope, &[]);
        block_on(async {
            let mut tx = one.begin(scope, Access::Write).await.unwrap();
            for op in &done {
                apply(&mut *tx, *op).await.unwrap();
            }
            tx.commit(event(scope, 1)).await.unwrap();
        });
        let (mut one, mut many) = (snapshot(&one), snapshot(&many));
        one.audit.clear();
        many.audit.clear();
        prop_assert_eq!(one, many);
    }
}

#[test]
fn the_steps_of_the_properties_reach_every_table() {
    let steps = [
        (0, 3, 0),
        (1, 3, 1),
        (2, 2, 0),
        (3, 0, 2),
        (4, 0, 0),
        (5, 4, 0),
        (6, 4, 0),
        (7, 4, 2),
        (10, 0, 0),
        (11, 3, 1),
        (12, 3, 1),
        (13, 3, 1),
        (14, 3, 0),
        (17, 3, 1),
        (18, 1, 1),
        (19, 3, 1),
        (20, 3, 2),
    ];
    let (store, done) = store_with(SCOPE, &steps);
    assert_eq!(done, steps);
    let state = snapshot(&store);
    let sizes = [
        state.users.len(),
        state.usernames.len(),
        state.identities.len(),
        state.tenants.len(),
        state.tenant_names.len(),
        state.groups.len(),
        state.group_names.len(),
        state.memberships.len(),
        state.members.len(),
        state.configurations.len(),
        state.offers.len(),
        state.revisions.len(),
        state.approvals.len(),
        state.comments.len(),
        state.comment_ids.len(),
        state.campaigns.len(),
        state.segments.len(),
        state.segment_versions.len(),
        state.audit.len(),
    ];
    assert!(sizes.iter().all(|size| *size > 0), "{sizes:?}");
}
