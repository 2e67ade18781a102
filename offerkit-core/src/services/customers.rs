//! The platform's customers.

mod chunk;
mod importing;
mod rows;

use std::{borrow::Cow, sync::Arc};

use serde_json::Value;

use super::{Acting, Error, catalog::platform_catalog, operation::MAX_TRIES, work::Work};
use crate::{
    audit::{AuditEvent, Subject, SubjectKind},
    criteria::{AttributeError, Catalog as FieldCatalog},
    domain::{Customer, ErasureReport, Scope},
    id::CustomerId,
    policy::{Action, Resource},
    ports::{ImportBatch, ImportReport, Incoming, MergeBy, StoreError},
};

pub use importing::{ImportOptions, ImportSummary, ImportTotals, MAX_KEPT_BAD_ROWS};
pub use rows::{BadRow, ImportRow, MAX_CHUNK_ROWS};

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

/// Customers to import at once, before the catalog has looked at them.
struct Arriving {
    merge_by: MergeBy,
    /// Each with what the record says where there is none.
    customers: Vec<Result<Incoming, &'static str>>,
    /// What the record says about where they come from.
    about: Option<Value>,
}

/// What became of them.
struct Arrived {
    report: ImportReport,
    /// By its place, what the catalog said of a customer, who is quoted.
    quoted: Vec<(usize, String)>,
}

impl Customers {
    pub(super) const fn new(acting: Acting) -> Self {
        Self { acting }
    }

    /// Adds customers, or replaces those of the same id, in one commit. Their attributes are brought to the form in which
    /// criteria compare them ([`canonical_attributes`](FieldCatalog::canonical_attributes)). A customer with an impossible
    /// date among them, or whose external id or e-mail address another customer has, is refused, and the others are
    /// imported. The reasons quote nothing that has to go when a customer is erased.
    ///
    /// [`import_all`](Self::import_all) imports whole files, and knows customers by other keys.
    ///
    /// # Errors
    ///
    /// [`Error::Denied`] unless the actor is a super admin.
    pub async fn import(&self, customers: Vec<Customer>) -> Result<ImportReport, Error> {
        let arriving = Arriving {
            merge_by: MergeBy::Id,
            customers: customers.into_iter().map(|it| Ok(it.into())).collect(),
            about: None,
        };
        let outcome = self.arrive(arriving).await.map(|arrived| arrived.report);
        self.acting.first_result(Action::ImportCustomers, outcome)
    }

    /// Scrubs a customer's personal data, and answers what that was, by kind and count. The row stays, inactive, and so does
    /// the evidence of what they were sent.
    ///
    /// # Errors
    ///
    /// [`Error::Denied`] unless the actor is a super admin; [`Error::NotFound`].
    pub async fn erase(&self, id: CustomerId) -> Result<ErasureReport, Error> {
        let action = Action::EraseCustomer;
        let report: Option<ErasureReport> = self
            .acting
            .mutate((action, id), || async {
                let (_, event) = self.begun(action, id.into()).await?;
                let store = &self.acting.kit().inner.customer_store;
                Ok(store.erase(id, event).await?)
            })
            .await?;
        report.ok_or(Error::NotFound("customer"))
    }

    /// Imports in one commit. Concurrent imports of the same customers are tried again.
    async fn arrive(&self, arriving: Arriving) -> Result<Arrived, Error> {
        let Arriving {
            merge_by,
            mut customers,
            about,
        } = arriving;
        let mut batch: Option<Arc<ImportBatch>> = None;
        let mut quoted = Vec::new();
        let mut tries = 1;
        loop {
            let begun = self.begun(Action::ImportCustomers, Subject::the(SubjectKind::Customer));
            let outcome = match begun.await {
                Ok((catalog, event)) => {
                    let batch = batch.get_or_insert_with(|| {
                        let customers = std::mem::take(&mut customers);
                        Arc::new(stored(merge_by, customers, &catalog, &mut quoted))
                    });
                    let event = match &about {
                        Some(about) => event.after(about),
                        None => event,
                    };
                    let store = &self.acting.kit().inner.customer_store;
                    let report = store.import(Arc::clone(batch), event).await;
                    report.map_err(Error::from)
                }
                Err(error) => Err(error),
            };
            match outcome {
                Err(Error::Store(StoreError::Retry(_))) if tries < MAX_TRIES => tries += 1,
                outcome => return outcome.map(|report| Arrived { report, quoted }),
            }
        }
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

/// The customers as they are stored, each or why not.
fn stored(
    merge_by: MergeBy,
    customers: Vec<Result<Incoming, &'static str>>,
    catalog: &FieldCatalog,
    quoted: &mut Vec<(usize, String)>,
) -> ImportBatch {
    let candidates = customers.into_iter().enumerate().map(|(place, incoming)| {
        let incoming = incoming.map_err(str::to_owned)?;
        let Incoming {
            customer,
            has_created_at,
        } = incoming;
        let customer = canonical(customer, catalog).map_err(|error| {
            quoted.push((place, error.to_string()));
            error.unquoted()
        })?;
        Ok(Incoming {
            customer,
            has_created_at,
        })
    });
    ImportBatch {
        merge_by,
        candidates: candidates.collect(),
    }
}

fn canonical(customer: Customer, catalog: &FieldCatalog) -> Result<Customer, AttributeError> {
    if customer.attributes().is_empty() {
        return Ok(customer);
    }
    let attributes = catalog.canonical_attributes(customer.attributes().clone())?;
    if attributes == *customer.attributes() {
        return Ok(customer);
    }
    let mut parts = customer.to_parts();
    parts.attributes = Cow::Owned(attributes);
    // Only attributes that the customer had are there, and those were checked.
    Ok(Customer::from_parts(parts).unwrap_or(customer))
}
