//! Looking for work.

use offerkit_core::{
    id::TenantId,
    page::{MAX_PAGE_SIZE, Order, PageRequest},
    policy::Job,
    services::{Context, Error, Offerkit, Task},
};

/// What there is to do for a tenant, or why that could not be found out.
pub(crate) type Found = (TenantId, Result<Vec<Task>, Error>);

/// What there is to do for each active tenant.
pub(crate) async fn look(kit: &Offerkit) -> Result<Vec<Found>, Error> {
    let worklist = kit.acting(&Context::job(Job::Delivery)).worklist();
    let mut page = PageRequest::first(MAX_PAGE_SIZE)?.ordered(Order::OldestFirst);
    let mut found = Vec::new();
    loop {
        let tenants = worklist.tenants(&page).await?;
        for tenant in tenants.items {
            found.push((tenant, worklist.tasks(tenant).await));
        }
        match tenants.next {
            Some(cursor) => page = page.after(cursor),
            None => return Ok(found),
        }
    }
}
