//! The platform's customers.

use super::{Acting, Error, work::Work};
use crate::{
    audit::{AuditEvent, Subject, SubjectKind},
    domain::{Customer, Scope},
    id::CustomerId,
    policy::{Action, Resource},
    ports::ImportReport,
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

    /// Adds customers, or replaces those of the same id. One whose external id or e-mail address another customer has
    /// is refused, and the others are imported.
    ///
    /// # Errors
    ///
    /// [`Error::Denied`] unless the actor is a super admin.
    pub async fn import(&self, customers: Vec<Customer>) -> Result<ImportReport, Error> {
        let subject = Subject::the(SubjectKind::Customer);
        let action = Action::ImportCustomers;
        let outcome = match self.event(action, subject).await {
            Ok(event) => {
                let store = &self.acting.kit().inner.customer_store;
                store.import(customers, event).await.map_err(Error::from)
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
        let outcome = match self.event(action, id.into()).await {
            Ok(event) => {
                let store = &self.acting.kit().inner.customer_store;
                store.erase(id, event).await.map_err(Error::from)
            }
            Err(error) => Err(error),
        };
        let was_there: bool = self.acting.first_result((action, id), outcome)?;
        was_there.then_some(()).ok_or(Error::NotFound("customer"))
    }

    async fn event(&self, action: Action, subject: Subject) -> Result<AuditEvent, Error> {
        let mut work: Work<'_> = self.acting.write(Scope::Platform).await?;
        let grant = work.authorize(action, &Resource::Platform, subject).await?;
        Ok(work.event(grant, subject))
    }
}
