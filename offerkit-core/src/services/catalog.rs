//! The field catalog: what criteria may name.

use super::{Acting, Error, work::Work};
use crate::{
    audit::{Subject, SubjectKind},
    criteria::{Catalog as FieldCatalog, FieldDefinition},
    domain::{OfferConfiguration, Scope},
    policy::{Action, Resource},
    ports::{CatalogState, Transaction},
};

/// The platform's field catalog.
///
/// ```
/// # use offerkit_core::{criteria::{FieldDefinition, FieldType}, services::{self, Error}};
/// # async fn example(root: services::Acting) -> Result<(), Error> {
/// let tier = FieldDefinition::attribute("tier", FieldType::Text)?;
/// root.catalog().add_attribute(tier).await?;
/// assert!(root.catalog().fields().await?.field("tier").is_some());
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct Catalog {
    acting: Acting,
}

impl Catalog {
    pub(super) const fn new(acting: Acting) -> Self {
        Self { acting }
    }

    /// The whole catalog: the columns of the customers table, and the platform's custom attributes.
    ///
    /// # Errors
    ///
    /// [`Error::Denied`] unless the actor is a super admin.
    pub async fn fields(&self) -> Result<FieldCatalog, Error> {
        let mut work = self.acting.view_platform(Action::ViewPlatform).await?;
        platform_catalog(work.tx()?).await
    }

    /// Adds a custom attribute, which criteria may use from now on.
    ///
    /// # Errors
    ///
    /// [`Error::Denied`] unless the actor is a super admin; [`Error::Catalog`] where the name is taken.
    pub async fn add_attribute(&self, field: FieldDefinition) -> Result<FieldDefinition, Error> {
        self.change(|state| {
            state.attributes.push(field.clone());
            Ok(field.clone())
        })
        .await
    }

    /// Retires a custom attribute: new criteria may not use it, and launched campaigns keep it.
    ///
    /// # Errors
    ///
    /// [`Error::Denied`] unless the actor is a super admin; [`Error::NotFound`] where there is none of this name.
    pub async fn retire_attribute(&self, name: &str) -> Result<FieldDefinition, Error> {
        self.change(|state| {
            let mut fields = state.attributes.iter_mut();
            let field = fields.find(|field| field.name() == name);
            let field = field.ok_or(Error::NotFound("attribute"))?;
            *field = field.clone().retired();
            Ok(field.clone())
        })
        .await
    }

    async fn change(
        &self,
        to: impl Fn(&mut CatalogState) -> Result<FieldDefinition, Error> + Sync,
    ) -> Result<FieldDefinition, Error> {
        let subject = Subject::the(SubjectKind::Catalog);
        self.acting
            .mutate(Action::ManageCatalog, || async {
                let mut work = self.acting.write(Scope::Platform).await?;
                let grant = work
                    .authorize(Action::ManageCatalog, &Resource::Platform, subject)
                    .await?;
                let before = work.tx()?.catalog().current().await?;
                let mut state = before.clone();
                let field = to(&mut state)?;
                build(&state)?;
                let after = work.tx()?.catalog().update(state).await?;
                let event = work.event(grant, subject).before(&before).after(&after);
                work.commit(event, field).await
            })
            .await
    }
}

impl Work<'_> {
    /// The fields that the tenant's criteria may name.
    pub(super) async fn tenant_catalog(
        &mut self,
        configuration: &OfferConfiguration,
    ) -> Result<FieldCatalog, Error> {
        let catalog = platform_catalog(self.tx()?).await?;
        narrowed(&catalog, configuration)
    }
}

/// The catalog as a configuration narrows it, and as far as its protected fields are allowed.
pub(super) fn narrowed(
    catalog: &FieldCatalog,
    configuration: &OfferConfiguration,
) -> Result<FieldCatalog, Error> {
    let allowed: Vec<_> = configuration
        .protected_fields
        .iter()
        .map(String::as_str)
        .collect();
    let catalog = catalog.allowing(&allowed)?;
    match &configuration.settings.criteria_fields {
        None => Ok(catalog),
        Some(names) => {
            let names: Vec<_> = names.iter().map(String::as_str).collect();
            Ok(catalog.narrowed_to(&names)?)
        }
    }
}

pub(super) async fn platform_catalog(tx: &mut dyn Transaction) -> Result<FieldCatalog, Error> {
    build(&tx.catalog().current().await?)
}

fn build(state: &CatalogState) -> Result<FieldCatalog, Error> {
    let catalog = state
        .attributes
        .iter()
        .try_fold(FieldCatalog::customers(), |catalog, field| {
            catalog.with_attribute(field.clone())
        })?;
    Ok(catalog.at_revision(state.version.get()))
}
