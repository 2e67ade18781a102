//! Looking for work.

use offerkit_core::{
    domain::Stop,
    id::TenantId,
    page::{MAX_PAGE_SIZE, Order, PageRequest},
    policy::Job,
    services::{Context, Error, Offerkit, Task},
};

use crate::{Event, step::Stepper};

/// What there is to do for a tenant, or why that could not be found out.
pub(crate) type Found = (TenantId, Result<Vec<Task>, Error>);

/// What a look at all tenants found.
pub(crate) struct Look {
    /// What there is to do for each active tenant.
    pub(crate) tenants: Vec<Found>,
    /// What is stopped.
    pub(crate) stops: Vec<Stop>,
}

/// What was stopped at the last look.
#[derive(Default)]
pub(crate) struct Stops(Vec<Stop>);

impl Stops {
    /// Tells of what is stopped now, where that is something else than before.
    pub(crate) fn are(&mut self, now: Vec<Stop>, stepper: &Stepper) {
        if self.0 == now {
            return;
        }
        let count = u32::try_from(now.len()).unwrap_or(u32::MAX);
        metrics::gauge!("offerkit_worker_stops_in_force").set(f64::from(count));
        // The reason is what a person wrote, so it stays out of the log.
        tracing::warn!(in_force = count, "what is stopped has changed");
        stepper.tell(&Event::Stops { in_force: &now });
        self.0 = now;
    }
}

/// Looks at what is stopped, and at what there is to do.
pub(crate) async fn look(kit: &Offerkit) -> Result<Look, Error> {
    let worklist = kit.acting(&Context::job(Job::Delivery)).worklist();
    let mut page = PageRequest::first(MAX_PAGE_SIZE)?.ordered(Order::OldestFirst);
    let stops = worklist.stops().await?;
    let mut found = Vec::new();
    loop {
        let tenants = worklist.tenants(&page).await?;
        for tenant in tenants.items {
            found.push((tenant, worklist.tasks(tenant).await));
        }
        match tenants.next {
            Some(cursor) => page = page.after(cursor),
            None => {
                return Ok(Look {
                    tenants: found,
                    stops,
                });
            }
        }
    }
}
