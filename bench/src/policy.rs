//! A decision of the policy beside the least that any policy of bit sets costs: a test of one bit.

use std::{error::Error, hint::black_box};

use offerkit_core::{
    domain::{Contribution, ContributionKind, OfferStatus, Permission, RevisionNumber},
    id::{TenantId, UserId},
    policy::{
        Action, Actor, CampaignFacts, DEFAULT_GROUPS, MembershipFacts, OfferFacts, Resource,
        TenantFacts, UserFacts, authorize,
    },
};

use crate::{
    measure::{Case, measure},
    report::Report,
};

type Fallible<T> = Result<T, Box<dyn Error>>;

/// One thing asked of the policy.
type Request<'a> = (Action, Resource<'a>);

/// Measures decisions for users with few and many memberships, granted and refused.
pub(crate) fn run() -> Fallible<Vec<Report>> {
    let colleagues = acts([2, 3, 2, 3])?;
    let mine = acts([2, 3, 1, 3])?;
    let granted = granted(&colleagues)?;
    let refused = refused(&colleagues, &mine)?;
    let users = [1, 4, 16]
        .into_iter()
        .map(|memberships| Ok((memberships, user(memberships)?)))
        .collect::<Fallible<Vec<_>>>()?;
    for (_, actor) in &users {
        check(actor, &granted, true)?;
        check(actor, &refused, false)?;
    }

    let sets: Vec<u32> = (0..64_u32)
        .map(|number| number.wrapping_mul(0x9E37_79B9))
        .collect();
    let mut cases = vec![Case {
        name: "one bit test".to_owned(),
        run: Box::new(move |repetitions| {
            for set in sets.iter().cycle().take(count(repetitions)) {
                black_box(black_box(*set) & black_box(1 << Permission::DecideOffers as u32) != 0);
            }
        }),
    }];
    for (memberships, actor) in &users {
        for (answer, requests) in [("granted", &granted), ("refused", &refused)] {
            cases.push(Case {
                name: format!("{answer}, memberships: {memberships}"),
                run: Box::new(move |repetitions| {
                    for (action, resource) in requests.iter().cycle().take(count(repetitions)) {
                        let asked = (black_box(actor), black_box(*action), black_box(resource));
                        drop(black_box(authorize(asked.0, asked.1, asked.2)));
                    }
                }),
            });
        }
    }
    let title = "policy: one decision (`authorize`), beside a test of one bit";
    Ok(vec![Report::of_times(title, &measure(cases))])
}

fn count(repetitions: u64) -> usize {
    usize::try_from(repetitions).unwrap_or(usize::MAX)
}

/// That the requests are what their row says.
fn check(actor: &Actor, requests: &[Request<'_>], expected: bool) -> Fallible<()> {
    for (action, resource) in requests {
        if authorize(actor, *action, resource).is_ok() != expected {
            return Err(format!("`{action}` is not what the benchmark takes it for").into());
        }
    }
    Ok(())
}

/// User 1: an admin, then in every default group, then that in four tenants, the one that is asked about last.
fn user(memberships: usize) -> Fallible<Actor> {
    let mut held = Vec::new();
    for tenant in (1..=4).rev() {
        for group in DEFAULT_GROUPS.iter().rev() {
            held.push(MembershipFacts {
                tenant: tenant_id(tenant)?,
                group: group.name.parse()?,
                permissions: group.permissions,
                waits_until: None,
            });
        }
    }
    let held = match memberships {
        1 => held.split_off(held.len() - 4).into_iter().take(1).collect(),
        some => held.split_off(held.len() - some),
    };
    Ok(Actor::User(UserFacts {
        id: user_id(1)?,
        is_active: true,
        is_super_admin: false,
        must_change_password: false,
        hold: None,
        memberships: held,
    }))
}

fn granted(colleagues: &[Contribution]) -> Fallible<Vec<Request<'_>>> {
    let offer = offer(1, colleagues)?;
    Ok(vec![
        (Action::ViewOffers, Resource::Tenant(tenant(1)?)),
        (Action::EditOffer, offer),
        (Action::CommentOffer, offer),
        (Action::LaunchCampaign, campaign(colleagues)?),
        (Action::ViewConfiguration, Resource::Tenant(tenant(1)?)),
    ])
}

fn refused<'a>(
    colleagues: &'a [Contribution],
    mine: &'a [Contribution],
) -> Fallible<Vec<Request<'a>>> {
    Ok(vec![
        // No permission.
        (Action::ViewRecipientsUnmasked, campaign(colleagues)?),
        // Four eyes.
        (Action::LaunchCampaign, campaign(mine)?),
        // Evidence.
        (Action::DeleteOffer, offer(1, colleagues)?),
        // An outsider.
        (Action::EditOffer, offer(9, colleagues)?),
        // No super admin.
        (Action::CreateUser, Resource::Platform),
    ])
}

fn offer(in_tenant: u8, contributions: &[Contribution]) -> Fallible<Resource<'_>> {
    Ok(Resource::Offer(OfferFacts {
        tenant: tenant(in_tenant)?,
        status: OfferStatus::Submitted,
        was_approved: true,
        contributions,
    }))
}

fn campaign(contributions: &[Contribution]) -> Fallible<Resource<'_>> {
    Ok(Resource::Campaign(CampaignFacts {
        tenant: tenant(1)?,
        contributions,
    }))
}

fn acts(users: [u8; 4]) -> Fallible<Vec<Contribution>> {
    (1..)
        .zip(users)
        .map(|(revision, user)| {
            Ok(Contribution {
                user: user_id(user)?,
                kind: ContributionKind::Wrote,
                revision: RevisionNumber::new(revision),
                at: "2026-03-03T09:00:00Z".parse()?,
            })
        })
        .collect()
}

fn tenant(number: u8) -> Fallible<TenantFacts> {
    Ok(TenantFacts {
        id: tenant_id(number)?,
        is_active: true,
    })
}

fn tenant_id(number: u8) -> Fallible<TenantId> {
    Ok(format!("01980000-0000-7000-8000-0000000000{number:02x}").parse()?)
}

fn user_id(number: u8) -> Fallible<UserId> {
    Ok(format!("01980000-0000-7000-8000-0000000001{number:02x}").parse()?)
}
