//! Groups that follow the claims of an identity provider.

use chrono::TimeDelta;
use futures_util::future::join;
use offerkit_core::{
    audit::AuditRecord,
    domain::{ExternalIdentity, Permission},
    id::UserId,
    policy::{ActorRef, Job},
    services::{ClaimedGroups, Context, Error, FollowedClaims, HeldThrough, Settings},
};

use super::report_drawing::rows;
use crate::{
    Adapter, Failure, Outcome,
    cases::{cases, fails},
    world::{World, user},
};

cases! { rules::claims:
    claims_give_groups_and_take_them_again,
    each_change_is_recorded_as_one_by_claims,
    claims_that_say_the_same_change_nothing,
    what_a_person_gave_is_not_taken_by_claims,
    what_a_person_takes_comes_back_with_the_claims,
    what_is_not_there_is_passed_over,
    an_inactive_tenants_claims_take_and_do_not_give,
    claims_leave_super_admins_as_they_are,
    a_claimed_membership_waits_as_any_other,
    who_cannot_log_in_gets_no_groups,
    logins_at_once_give_each_group_once,
    claimed_permissions_are_reported_as_such,
}

/// Whoever logs in, and the groups of `loan` that their claims name.
async fn follow<B: Adapter>(
    w: &World<B>,
    user: UserId,
    groups: &[&str],
) -> Result<FollowedClaims, Error> {
    let named: Vec<_> = groups.iter().map(|group| format!("loan/{group}")).collect();
    let claimed = ClaimedGroups::of_texts(named.iter().map(String::as_str));
    w.platform.kit.follow_claims(user, &claimed).await
}

async fn newcomer<B: Adapter>(w: &World<B>) -> Result<UserId, Failure> {
    Ok(w.platform.user("asha").await?.id())
}

/// The names of the groups that somebody holds in the tenant.
async fn held<B: Adapter>(w: &World<B>, user: UserId) -> Result<Vec<String>, Failure> {
    let held = w
        .look(w.scope(), async |tx| {
            tx.groups().held_by(user, Some(w.tenant.id)).await
        })
        .await?;
    Ok(held.iter().map(|held| held.name.to_string()).collect())
}

async fn claims_give_groups_and_take_them_again<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let asha = newcomer(&w).await?;
    for groups in [
        &["create", "read_only"][..],
        &["approver", "read_only"],
        &["approver"],
        &[],
        &["create"],
    ] {
        let before = held(&w, asha).await?;
        let followed = follow(&w, asha, groups).await?;
        assert_eq!(held(&w, asha).await?, groups);
        let new = groups
            .iter()
            .filter(|it| !before.iter().any(|held| held == *it));
        let old = before.iter().filter(|it| !groups.contains(&it.as_str()));
        let changed = (followed.given.len(), followed.taken.len());
        assert_eq!(changed, (new.count(), old.count()));
    }
    // They may do at once what their group permits.
    w.tenant.draft_offer("theirs").await?;
    let offers = w.offers(&Context::user(asha));
    offers
        .create(offerkit_core::testing::offer_data("mine").into())
        .await?;
    Ok(())
}

async fn each_change_is_recorded_as_one_by_claims<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let asha = newcomer(&w).await?;
    let from = w.records(w.scope()).await?.len();
    follow(&w, asha, &["create"]).await?;
    follow(&w, asha, &["approver"]).await?;
    let records = w.records(w.scope()).await?;
    let records = records.get(from..).unwrap_or_default();
    let of = |record: &AuditRecord| {
        (
            record.action.as_str(),
            record.before.is_some(),
            record.after.is_some(),
        )
    };
    let expected = [
        ("membership.give", false, true),
        ("membership.take", true, false),
        ("membership.give", false, true),
    ];
    assert_eq!(records.iter().map(of).collect::<Vec<_>>(), expected);
    for record in records {
        assert_eq!(record.actor, ActorRef::System(Job::Identity));
        assert_eq!(record.subject, asha.into());
        let said = record.comment.as_deref();
        assert_eq!(said, Some("by claims of the identity provider"));
    }
    Ok(())
}

async fn claims_that_say_the_same_change_nothing<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let asha = newcomer(&w).await?;
    follow(&w, asha, &["create", "approver"]).await?;
    let again = w
        .unrecorded(follow(&w, asha, &["approver", "create"]))
        .await??;
    assert_eq!(again, FollowedClaims::default());
    Ok(())
}

// First seen to fail with every membership that is not claimed taken.
async fn what_a_person_gave_is_not_taken_by_claims<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let asha = newcomer(&w).await?;
    w.give(&Context::user(asha), "approver").await?;
    for groups in [&[][..], &["approver", "create"], &["create"], &[]] {
        follow(&w, asha, groups).await?;
        assert!(held(&w, asha).await?.iter().any(|it| it == "approver"));
    }
    assert_eq!(held(&w, asha).await?, ["approver"]);
    Ok(())
}

async fn what_a_person_takes_comes_back_with_the_claims<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let asha = newcomer(&w).await?;
    follow(&w, asha, &["create"]).await?;
    w.take(&Context::user(asha), "create").await?;
    assert_eq!(held(&w, asha).await?, Vec::<String>::new());
    follow(&w, asha, &["create"]).await?;
    assert_eq!(held(&w, asha).await?, ["create"]);
    Ok(())
}

async fn what_is_not_there_is_passed_over<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let asha = newcomer(&w).await?;
    let claims = [
        "loan/create",
        "loan/dancers",
        "mortgage/create",
        "no name/create",
        "payroll",
    ];
    let claimed = ClaimedGroups::of_texts(claims);
    let followed = w.platform.kit.follow_claims(asha, &claimed).await?;
    assert_eq!(held(&w, asha).await?, ["create"]);
    let passed_over = [
        ("loan".parse()?, "dancers".parse()?),
        ("mortgage".parse()?, "create".parse()?),
    ];
    assert_eq!(followed.passed_over, passed_over);
    Ok(())
}

// First seen to fail with what an inactive tenant's claims name counted as not claimed.
async fn an_inactive_tenants_claims_take_and_do_not_give<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let asha = newcomer(&w).await?;
    follow(&w, asha, &["create", "approver"]).await?;
    w.platform
        .as_root()
        .tenants()
        .deactivate(w.tenant.id)
        .await?;
    let followed = follow(&w, asha, &["create", "read_only"]).await?;
    assert_eq!(held(&w, asha).await?, ["create"]);
    let passed_over = [("loan".parse()?, "read_only".parse()?)];
    assert_eq!(followed.passed_over, passed_over);
    Ok(())
}

async fn claims_leave_super_admins_as_they_are<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let root = user(&w.platform.root)?;
    w.unrecorded(follow(&w, root, &[])).await??;
    follow(&w, root, &["read_only"]).await?;
    follow(&w, root, &[]).await?;
    // The last one still manages the platform.
    w.platform
        .as_root()
        .tenants()
        .create("card".parse()?, None)
        .await?;
    Ok(())
}

async fn a_claimed_membership_waits_as_any_other<B: Adapter>(store: &B) -> Outcome {
    let settings = Settings {
        membership_wait: TimeDelta::hours(4),
        ..Settings::default()
    };
    let w = World::with(store, |builder| builder.settings(settings)).await?;
    let asha = newcomer(&w).await?;
    let followed = follow(&w, asha, &["approver"]).await?;
    let [membership] = followed.given.as_slice() else {
        return Err(format!("one membership, not {followed:?}").into());
    };
    assert_eq!(membership.decides_from, w.now().plus(TimeDelta::hours(4)));
    assert_eq!(membership.given_by, None);
    Ok(())
}

async fn who_cannot_log_in_gets_no_groups<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let asha = newcomer(&w).await?;
    let of = |subject: &str| -> Result<ExternalIdentity, Failure> {
        Ok(ExternalIdentity {
            issuer: "https://login.example.com".parse()?,
            subject: subject.parse()?,
        })
    };
    let claimed = ClaimedGroups::of_texts(["loan/create"]);
    let kit = &w.platform.kit;
    let context = kit.identify_with_groups(&of("asha")?, &claimed).await?;
    assert_eq!(context.actor().user(), Some(asha));
    assert_eq!(held(&w, asha).await?, ["create"]);
    w.platform.as_root().users().deactivate(asha).await?;
    for subject in ["asha", "nobody"] {
        let (identity, none) = (of(subject)?, ClaimedGroups::default());
        let refused = kit.identify_with_groups(&identity, &none);
        fails!(w.unrecorded(refused).await?, Error::WrongCredentials);
    }
    assert_eq!(held(&w, asha).await?, ["create"]);
    Ok(())
}

// First seen to fail with the second login's error passed on.
async fn logins_at_once_give_each_group_once<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let asha = newcomer(&w).await?;
    for groups in [&["create", "approver"][..], &["read_only"]] {
        let from = w.records(w.scope()).await?.len();
        let (one, other) = join(follow(&w, asha, groups), follow(&w, asha, groups)).await;
        let (one, other) = (one?, other?);
        let changes = one.given.len() + one.taken.len() + other.given.len() + other.taken.len();
        assert_eq!(w.records(w.scope()).await?.len(), from + changes);
        let mut expected = groups.to_vec();
        expected.sort_unstable();
        assert_eq!(held(&w, asha).await?, expected);
    }
    assert_eq!(
        w.records(w.scope())
            .await?
            .iter()
            .filter(|it| it.actor == ActorRef::System(Job::Identity))
            .count(),
        5
    );
    Ok(())
}

async fn claimed_permissions_are_reported_as_such<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let asha = newcomer(&w).await?;
    follow(&w, asha, &["approver"]).await?;
    let reports = w.reports(&w.tenant.admin);
    let only = Some(Permission::DecideOffers);
    let told = rows(reports.permissions(only).await).await?;
    let row = told.iter().find(|row| row.user == asha);
    let row = row.ok_or("asha holds nothing")?;
    assert_eq!((row.through, row.by), (HeldThrough::Claims, None));
    Ok(())
}
