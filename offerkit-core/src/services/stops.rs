//! Stops: a super admin holds back what is sent, of a tenant, over a channel, or everywhere.

use super::{Acting, Error, work::Work};
use crate::{
    domain::{Channel, Scope, Stop, StopExtent, StopLift, Tenant, TransitionError},
    id::{StopId, TenantId},
    page::{MAX_PAGE_SIZE, Order, PageRequest},
    policy::{Action, Resource},
    text::Reason,
};

/// What super admins hold back from being sent.
///
/// Campaigns stay as they are, and go on where they were when the stop is lifted: audiences are filled, and days go by.
///
/// ```
/// # use offerkit_core::{domain::{Channel, StopExtent}, services::{self, Error}};
/// # async fn example(root: services::Acting) -> Result<(), Error> {
/// let reason = "the gateway answers for another bank".parse()?;
/// let stop = root.stops().stop(StopExtent::Channel(Channel::Sms), &reason).await?;
/// while !root.stops().is_quiet(stop.id).await? {
///     // What was claimed before is still being sent; ask again.
/// #   break;
/// }
/// root.stops().lift(stop.id, &"it was repaired".parse()?).await?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct Stops {
    acting: Acting,
}

impl Stops {
    pub(super) const fn new(acting: Acting) -> Self {
        Self { acting }
    }

    /// Stops sending. Once it has returned, nothing new is begun: every batch looks before it claims and again before it
    /// sends. What was claimed before may still be on its way; [`is_quiet`](Self::is_quiet) tells when it is not.
    ///
    /// # Errors
    ///
    /// [`Error::Denied`] unless the actor is a super admin; [`Error::NotFound`] for a tenant that is not there;
    /// [`Error::Transition`] where the same is stopped already.
    pub async fn stop(&self, extent: StopExtent, reason: &Reason) -> Result<Stop, Error> {
        self.acting
            .mutate(Action::StopSending, || async {
                let mut work = self.acting.write(Scope::Platform).await?;
                let id = StopId::from_uuid(work.uuid());
                let grant = work
                    .authorize(Action::StopSending, &Resource::Platform, id)
                    .await?;
                if let Some(tenant) = extent.tenant() {
                    let found = work.tx()?.tenants().find(tenant).await?;
                    found.ok_or(Error::NotFound("tenant"))?;
                }
                let in_force = work.tx()?.stops().in_force().await?;
                if in_force.iter().any(|other| other.extent == extent) {
                    return Err(TransitionError::Status {
                        what: "this sending",
                        status: "stopped already",
                        wanted: "stopped",
                    }
                    .into());
                }
                let stop = Stop {
                    id,
                    extent,
                    reason: reason.clone(),
                    by: work.user()?,
                    since: work.now(),
                };
                work.tx()?.stops().set(&stop).await?;
                let event = work.event(grant, id).after(&stop).comment(Some(reason));
                work.commit(event, stop).await
            })
            .await
    }

    /// Lifts a stop. What another stop holds stays held.
    ///
    /// # Errors
    ///
    /// [`Error::Denied`] unless the actor is a super admin who may decide; [`Error::NotFound`] where no such stop is in
    /// force.
    pub async fn lift(&self, id: StopId, reason: &Reason) -> Result<StopLift, Error> {
        self.acting
            .mutate((Action::LiftStop, id), || async {
                let mut work = self.acting.write(Scope::Platform).await?;
                let grant = work
                    .authorize(Action::LiftStop, &Resource::Platform, id)
                    .await?;
                let in_force = work.tx()?.stops().in_force().await?;
                let stop = in_force.into_iter().find(|stop| stop.id == id);
                let stop = stop.ok_or(Error::NotFound("stop in force"))?;
                let lift = StopLift {
                    stop: id,
                    reason: reason.clone(),
                    by: work.user()?,
                    at: work.now(),
                };
                work.tx()?.stops().lift(&lift).await?;
                let event = work
                    .event(grant, id)
                    .before(&stop)
                    .after(&lift)
                    .comment(Some(reason));
                work.commit(event, lift).await
            })
            .await
    }

    /// The stops that are in force, the oldest first.
    ///
    /// # Errors
    ///
    /// [`Error::Denied`] unless the actor is a super admin. Who sees a tenant's campaigns asks
    /// [`Deliveries::stops`](super::Deliveries::stops).
    pub async fn in_force(&self) -> Result<Vec<Stop>, Error> {
        let mut work = self.acting.view_platform(Action::ViewPlatform).await?;
        Ok(work.tx()?.stops().in_force().await?)
    }

    /// Whether a stop is acknowledged: nothing that it holds is being sent, nor can be, since no worker holds a claim from
    /// before it, and none that claims now sends. Ask it after [`stop`](Self::stop) has returned, until it is so; that
    /// takes as long as the batches that were on their way, and at most as long as a claim holds.
    ///
    /// What [`Deliveries::is_quiet`](super::Deliveries::is_quiet) says of a worker that its system halts holds here too.
    ///
    /// # Errors
    ///
    /// [`Error::Denied`] unless the actor is a super admin; [`Error::NotFound`] where no such stop is in force.
    pub async fn is_quiet(&self, id: StopId) -> Result<bool, Error> {
        let in_force = self.in_force().await?;
        let stop = in_force.iter().find(|stop| stop.id == id);
        let extent = stop.ok_or(Error::NotFound("stop in force"))?.extent;
        let tenants = match extent.tenant() {
            Some(tenant) => vec![tenant],
            None => self.tenants().await?,
        };
        let kit = self.acting.kit();
        for tenant in tenants {
            let ledger = &kit.inner.ledger;
            let until = ledger
                .tenant_claimed_until(tenant, extent.channel())
                .await?;
            if until.is_some_and(|until| until >= kit.now()) {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// All tenants. One that is inactive may have been active when something was claimed.
    async fn tenants(&self) -> Result<Vec<TenantId>, Error> {
        let mut work = self.acting.view_platform(Action::ViewPlatform).await?;
        let mut page = PageRequest::first(MAX_PAGE_SIZE)?.ordered(Order::OldestFirst);
        let mut tenants = Vec::new();
        loop {
            let found = work.tx()?.tenants().list(&page).await?;
            tenants.extend(found.items.iter().map(Tenant::id));
            match found.next {
                Some(cursor) => page = page.after(cursor),
                None => return Ok(tenants),
            }
        }
    }
}

impl Work<'_> {
    /// The stops that hold something of a tenant.
    pub(super) async fn stops_of(&mut self, tenant: TenantId) -> Result<Vec<Stop>, Error> {
        let mut stops = self.tx()?.stops().in_force().await?;
        stops.retain(|stop| stop.extent.tenant().is_none_or(|held| held == tenant));
        Ok(stops)
    }

    /// Nothing, unless a stop holds what the tenant sends over a channel.
    pub(super) async fn not_stopped(
        &mut self,
        tenant: TenantId,
        channel: Channel,
    ) -> Result<(), Error> {
        let stops = self.tx()?.stops().in_force().await?;
        let mut stops = stops.into_iter();
        match stops.find(|stop| stop.extent.holds(tenant, channel)) {
            Some(stop) => Err(Error::Stopped(Box::new(stop))),
            None => Ok(()),
        }
    }
}
