//! All that a store holds.

use offerkit::{
    domain::{CommentSubject, Scope},
    id::CustomerId,
    page::{MAX_PAGE_SIZE, Order, PageRequest},
    ports::{
        Access, AuditFilter, CampaignFilter, OfferFilter, StoreError, Transaction, UserFilter,
    },
    services::Backend,
};

use crate::{Outcome, Side, picks::Known};

fn all() -> Outcome<PageRequest> {
    Ok(PageRequest::first(MAX_PAGE_SIZE)?.ordered(Order::OldestFirst))
}

/// What a call may be about.
pub(crate) async fn known(store: &impl Backend, side: &Side) -> Outcome<Known> {
    let page = all()?;
    let mut known = Known {
        members: Vec::new(),
        users: Vec::new(),
        offers: [Vec::new(), Vec::new()],
        campaigns: [Vec::new(), Vec::new()],
        customers: Vec::new(),
    };
    let mut tx = store.begin(Scope::Platform, Access::Read).await?;
    let users = tx.users().list(&UserFilter::default(), &page).await?;
    for user in users.items {
        let name = user.name().as_str();
        if name.starts_with("loan.") || name.starts_with("card.") {
            known.members.push(user.id());
        } else if name != "root" {
            // The super admin who does most of the work stays.
            known.users.push(user.id());
        }
    }
    let records = tx.audit().list(&AuditFilter::default(), &page).await?;
    drop(tx);
    for record in records.items {
        if let offerkit::audit::SubjectKind::Customer = record.subject.kind {
            known
                .customers
                .extend(record.subject.id.map(CustomerId::from_uuid));
        }
    }
    known.customers.extend(customers(store, side).await?);
    for (place, tenant) in side.tenants.iter().enumerate() {
        let mut tx = store.begin(Scope::Tenant(tenant.id), Access::Read).await?;
        let offers = tx.offers().list(&OfferFilter::default(), &page).await?;
        known.offers[place] = offers.items;
        let campaigns = tx
            .campaigns()
            .list(&CampaignFilter::default(), &page)
            .await?;
        known.campaigns[place] = campaigns.items;
    }
    Ok(known)
}

async fn customers(store: &impl Backend, side: &Side) -> Outcome<Vec<CustomerId>> {
    use offerkit::criteria::{Catalog, Criteria, Moment};
    use offerkit::ports::Selection;
    let criteria = Criteria::parse(r#"{"$everyone": true}"#, &Catalog::customers())?;
    let moment = Moment::in_utc("2026-03-02T09:00:00Z".parse()?);
    // Whatever tenant asks: the customers are the platform's.
    let tenant = side.tenants.first().ok_or("no tenant")?.id;
    let everyone = Selection::new(tenant, criteria, moment);
    Ok(store.select(&everyone, None, 1_000).await?)
}

/// Everything, in words.
pub(crate) async fn of(store: &impl Backend, side: &Side) -> Outcome<Vec<String>> {
    let mut scopes = vec![Scope::Platform];
    scopes.extend(side.tenants.iter().map(|tenant| Scope::Tenant(tenant.id)));
    let mut seen = Vec::new();
    for scope in scopes {
        let mut tx = store.begin(scope, Access::Read).await?;
        in_scope(&mut *tx, &mut seen).await?;
        drop(tx);
        seen.push(format!("{:?}", store.head(scope).await?));
    }
    let ids = customers(store, side).await?;
    for customer in store.get_many(&ids).await? {
        seen.push(serde_json::to_string(&customer)?);
    }
    for tenant in &side.tenants {
        for id in &ids {
            let rows = store.of_customer(tenant.id, *id).await?;
            seen.push(format!("{rows:?}"));
        }
    }
    Ok(seen)
}

async fn in_scope(tx: &mut dyn Transaction, seen: &mut Vec<String>) -> Outcome {
    let page = all()?;
    let users = tx.users().list(&UserFilter::default(), &page).await?;
    seen.extend(users.items.iter().map(|user| format!("{user:?}")));
    let tenants = tx.tenants().list(&page).await?;
    for tenant in tenants.items {
        seen.push(format!("{tenant:?}"));
        seen.push(format!("{:?}", tx.groups().list(tenant.id()).await?));
        seen.push(format!(
            "{:?}",
            tx.groups().members(tenant.id(), &page).await?
        ));
    }
    seen.push(format!("{:?}", tx.catalog().current().await?));
    seen.push(format!("{:?}", tx.configurations().list(&page).await?));
    seen.push(format!("{:?}", tx.segments().list(&page).await?));
    for offer in offers(tx, &page).await? {
        let subject = CommentSubject::Offer(offer.id());
        seen.push(format!("{offer:?}"));
        seen.push(format!("{:?}", tx.offers().revisions(offer.id()).await?));
        seen.push(format!("{:?}", tx.offers().approvals(offer.id()).await?));
        seen.push(format!("{:?}", tx.comments().list(subject, &page).await?));
    }
    let campaigns = tx
        .campaigns()
        .list(&CampaignFilter::default(), &page)
        .await?;
    for campaign in campaigns.items {
        let subject = CommentSubject::Campaign(campaign.id());
        seen.push(format!("{campaign:?}"));
        seen.push(format!("{:?}", tx.comments().list(subject, &page).await?));
    }
    let mut page = page;
    loop {
        let records = tx.audit().list(&AuditFilter::default(), &page).await?;
        seen.extend(records.items.iter().map(|record| format!("{record:?}")));
        match records.next {
            Some(cursor) => page = page.after(cursor),
            None => return Ok(()),
        }
    }
}

async fn offers(
    tx: &mut dyn Transaction,
    page: &PageRequest,
) -> Result<Vec<offerkit::domain::Offer>, StoreError> {
    Ok(tx.offers().list(&OfferFilter::default(), page).await?.items)
}
