//! Groups that follow the claims of an identity provider.

use std::collections::BTreeSet;

use super::{Acting, Context, Error, Offerkit};
use crate::{
    domain::{ExternalIdentity, HeldGroup, Membership, Scope},
    id::{GroupId, TenantId, UserId},
    policy::{Action, Job, Resource},
    ports::{Access, StoreError, UniqueKey},
    text::{GroupName, TenantName},
};

/// The groups of tenants that an identity provider's claims put somebody into.
///
/// ```
/// use offerkit_core::services::ClaimedGroups;
///
/// let claims = ["credit_card/approver", "payroll admins"];
/// let groups = ClaimedGroups::of_texts(claims);
/// assert_eq!(groups, ClaimedGroups::new([("credit_card".parse()?, "approver".parse()?)]));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ClaimedGroups(BTreeSet<(TenantName, GroupName)>);

impl ClaimedGroups {
    /// These groups, each by its tenant's name and its own.
    #[must_use]
    pub fn new(groups: impl IntoIterator<Item = (TenantName, GroupName)>) -> Self {
        Self(groups.into_iter().collect())
    }

    /// Those that texts such as `credit_card/approver` name. Other texts are passed over: claims name the groups of other
    /// systems, too.
    #[must_use]
    pub fn of_texts<'a>(texts: impl IntoIterator<Item = &'a str>) -> Self {
        let named = |text: &str| {
            let (tenant, group) = text.split_once('/')?;
            Some((tenant.parse().ok()?, group.parse().ok()?))
        };
        Self(texts.into_iter().filter_map(named).collect())
    }
}

/// What following claims changed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FollowedClaims {
    /// The memberships that were given.
    pub given: Vec<Membership>,
    /// The memberships that were taken.
    pub taken: Vec<Membership>,
    /// What was claimed and is not there, or is of an inactive tenant.
    pub passed_over: Vec<(TenantName, GroupName)>,
}

/// The reason that records of such changes bear.
const BY_CLAIMS: &str = "by claims of the identity provider";

/// A place in a group.
type Place = (TenantId, GroupId);

impl Offerkit {
    /// The context of the active user with this identity, as [`identify`](Self::identify) gives it, once their groups follow
    /// the claims of their login ([`follow_claims`](Self::follow_claims)).
    ///
    /// # Errors
    ///
    /// [`Error::WrongCredentials`] where no active user has this identity; nothing is changed then. As for
    /// [`follow_claims`](Self::follow_claims).
    pub async fn identify_with_groups(
        &self,
        identity: &ExternalIdentity,
        claimed: &ClaimedGroups,
    ) -> Result<Context, Error> {
        let context = self.identify(identity).await?;
        if let Some(user) = context.actor().user() {
            self.follow_claims(user, claimed).await?;
        }
        Ok(context)
    }

    /// Puts a user into the groups that claims name, and takes them out of those that earlier claims put them into and these
    /// do not name. Each change is recorded, as one of the job [`Job::Identity`] by claims of the identity provider. Where there
    /// is nothing to change, nothing is written.
    ///
    /// What a person gave stays, whatever claims say: only a person takes it. What a person takes though it is claimed comes
    /// back with the next claims, so take it from the claims. The super-admin flag is no group: claims neither give nor take it.
    /// A new membership waits as any other ([`Settings::membership_wait`](super::Settings::membership_wait)).
    ///
    /// Trust the claims before: whoever writes them decides who may do what.
    ///
    /// # Errors
    ///
    /// [`Error::Store`] where the store fails; some of the changes may be done then. Refuse such a login: it may hold what the
    /// claims no longer give.
    pub async fn follow_claims(
        &self,
        user: UserId,
        claimed: &ClaimedGroups,
    ) -> Result<FollowedClaims, Error> {
        let mut followed = FollowedClaims::default();
        let acting = self.acting(&Context::job(Job::Identity));
        let (take, give) = self.differences(user, claimed, &mut followed).await?;
        // First what is not claimed any more.
        for place in take {
            followed.taken.extend(acting.unclaim(user, place).await?);
        }
        for place in give {
            followed.given.extend(acting.claim(user, place).await?);
        }
        Ok(followed)
    }

    /// The places to take and to give.
    async fn differences(
        &self,
        user: UserId,
        claimed: &ClaimedGroups,
        followed: &mut FollowedClaims,
    ) -> Result<(Vec<Place>, Vec<Place>), Error> {
        let store = &self.inner.store;
        let mut tx = store.begin(Scope::Platform, Access::Read).await?;
        let held = tx.groups().held_by(user, None).await?;
        let mut named = BTreeSet::new();
        let mut give = Vec::new();
        for (tenant_name, group_name) in &claimed.0 {
            let tenant = tx.tenants().find_by_name(tenant_name).await?;
            let group = match &tenant {
                Some(tenant) => tx.groups().find_by_name(tenant.id(), group_name).await?,
                None => None,
            };
            let (Some(tenant), Some(group)) = (tenant, group) else {
                let name = (tenant_name.clone(), group_name.clone());
                followed.passed_over.push(name);
                continue;
            };
            let place = (tenant.id(), group.id());
            named.insert(place);
            if held.iter().any(|held| place_of(held) == place) {
                continue;
            }
            if tenant.is_active() {
                give.push(place);
            } else {
                let name = (tenant_name.clone(), group_name.clone());
                followed.passed_over.push(name);
            }
        }
        let take = held.iter().filter(|held| is_claimed(held)).map(place_of);
        Ok((take.filter(|place| !named.contains(place)).collect(), give))
    }
}

const fn place_of(held: &HeldGroup) -> Place {
    (held.membership.tenant, held.membership.group)
}

/// Whether claims gave it.
const fn is_claimed(held: &HeldGroup) -> bool {
    held.membership.given_by.is_none()
}

impl Acting {
    /// Puts a user into a group, unless they are in it by now.
    async fn claim(
        &self,
        user: UserId,
        (tenant, group): Place,
    ) -> Result<Option<Membership>, Error> {
        let action = Action::GiveMembership;
        let wait = self.kit().settings().membership_wait;
        let given = self
            .mutate((action, user), || async {
                let mut work = self.write(Scope::Tenant(tenant)).await?;
                let resource = Resource::Membership {
                    tenant: work.tenant_for(action)?,
                    user,
                };
                let grant = work.authorize(action, &resource, user).await?;
                let now = work.now();
                let membership = Membership {
                    tenant,
                    group,
                    user,
                    given_by: None,
                    given_at: now,
                    decides_from: now.plus(wait),
                };
                work.tx()?.groups().add_member(&membership).await?;
                let event = work.event(grant, user).after(&membership);
                work.commit(event.comment(Some(BY_CLAIMS)), Some(membership))
                    .await
            })
            .await;
        match given {
            // Another request of the same login was faster, or a person was.
            Err(Error::Store(StoreError::Duplicate(UniqueKey::Membership))) => Ok(None),
            given => given,
        }
    }

    /// Takes a user out of a group that claims put them into, unless they are not in it any more.
    async fn unclaim(
        &self,
        user: UserId,
        (tenant, group): Place,
    ) -> Result<Option<Membership>, Error> {
        let action = Action::TakeMembership;
        self.mutate((action, user), || async {
            let mut work = self.write(Scope::Tenant(tenant)).await?;
            let resource = Resource::Membership {
                tenant: work.tenant_for(action)?,
                user,
            };
            let grant = work.authorize(action, &resource, user).await?;
            let groups = work.tx()?.groups();
            let removed = groups.remove_member(tenant, group, user).await?;
            // A person may have given it anew meanwhile; what was removed comes back where nothing is committed.
            let Some(removed) = removed.filter(|it| it.given_by.is_none()) else {
                return Ok(None);
            };
            let event = work.event(grant, user).before(&removed);
            work.commit(event.comment(Some(BY_CLAIMS)), Some(removed))
                .await
        })
        .await
    }
}
