//! The platform's customers.

use std::borrow::Cow;

use super::{Acting, Error, catalog::platform_catalog, work::Work};
use crate::{
    audit::{AuditEvent, Subject, SubjectKind},
    criteria::Catalog as FieldCatalog,
    domain::{Customer, Scope},
    id::CustomerId,
    policy::{Action, Resource},
    ports::{Candidate, ImportReport},
};

/// The platform's customers.
///
/// ```
/// # use offerkit_core::{domain::Customer, services::{self, Error}};
/// # async fn example(root: services::Acting, customers: Vec<Customer>) -> Result<(), Error> {
/// let report = root.customers().import(customers).await?;
/// for (place, reason) in &report.refused {
///     println!("customer {place}: {reason}");
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct Customers {
    acting: Acting,
}

impl Customers {
    pub(super) const fn new(acting: Acting) -> Self {
        Self { acting }
    }

    /// Adds customers, or replaces those of the same id. Their attributes are brought to the form in which criteria
    /// compare them ([`canonical_attributes`](FieldCatalog::canonical_attributes)). A customer with an impossible date
    /// among them, or whose external id or e-mail address another customer has, is refused, and the others are imported.
    ///
    /// # Errors
    ///
    /// [`Error::Denied`] unless the actor is a super admin.
    pub async fn import(&self, customers: Vec<Customer>) -> Result<ImportReport, Error> {
        let subject = Subject::the(SubjectKind::Customer);
        let action = Action::ImportCustomers;
        let outcome = match self.begun(action, subject).await {
            Ok((catalog, event)) => {
                let candidates = customers.into_iter().map(|it| canonical(it, &catalog));
                let store = &self.acting.kit().inner.customer_store;
                let report = store.import(candidates.collect(), event).await;
                report.map_err(Error::from)
            }
            Err(error) => Err(error),
        };
        self.acting.first_result(action, outcome)
    }

    /// Scrubs a customer's personal data. The row stays, inactive, and so does the evidence of what they were sent.
    ///
    /// # Errors
    ///
    /// [`Error::Denied`] unless the actor is a super admin; [`Error::NotFound`].
    pub async fn erase(&self, id: CustomerId) -> Result<(), Error> {
        let action = Action::EraseCustomer;
        let outcome = match self.begun(action, id.into()).await {
            Ok((_, event)) => {
                let store = &self.acting.kit().inner.customer_store;
                store.erase(id, event).await.map_err(Error::from)
            }
            Err(error) => Err(error),
        };
        let was_there: bool = self.acting.first_result((action, id), outcome)?;
        was_there.then_some(()).ok_or(Error::NotFound("customer"))
    }

    /// The event of an allowed action, and the catalog as it is.
    async fn begun(
        &self,
        action: Action,
        subject: Subject,
    ) -> Result<(FieldCatalog, AuditEvent), Error> {
        let mut work: Work<'_> = self.acting.write(Scope::Platform).await?;
        let grant = work.authorize(action, &Resource::Platform, subject).await?;
        let catalog = platform_catalog(work.tx()?).await?;
        Ok((catalog, work.event(grant, subject)))
    }
}

/// The customer as they are stored, or why they cannot be.
fn canonical(customer: Customer, catalog: &FieldCatalog) -> Candidate {
    if customer.attributes().is_empty() {
        return Ok(customer);
    }
    let attributes = catalog.canonical_attributes(customer.attributes().clone());
    let attributes = attributes.map_err(|error| error.to_string())?;
    if attributes == *customer.attributes() {
        return Ok(customer);
    }
    let mut parts = customer.to_parts();
    parts.attributes = Cow::Owned(attributes);
    Customer::from_parts(parts).map_err(|error| error.to_string())
}
