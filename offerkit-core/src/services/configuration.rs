//! A tenant's offer configuration, in versions.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    Acting, Error,
    catalog::{narrowed, platform_catalog},
    work::Work,
};
use crate::{
    audit::{Subject, SubjectKind},
    criteria::Catalog as FieldCatalog,
    domain::{ConfigurationSettings, ConfigurationVersion, OfferConfiguration, Scope, Version},
    id::TenantId,
    page::{MAX_PAGE_SIZE, Page, PageRequest},
    policy::{Action, Grant},
    ports::{OfferFilter, StoreError},
    schema::{Break, CompatibilityReport, OfferSchema},
};

/// A tenant's offer configuration.
///
/// ```
/// # use offerkit_core::{id, services::{self, Error}};
/// # async fn example(admin: services::Acting, tenant: id::TenantId) -> Result<(), Error> {
/// let current = admin.configuration(tenant).current().await?;
/// let mut settings = current.settings.clone();
/// settings.schema = serde_json::json!({ "type": "object", "required": ["title"] });
/// let published = admin.configuration(tenant).publish(current.version, settings).await?;
/// println!("{}", published.compatibility);
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct Configuration {
    acting: Acting,
    tenant: TenantId,
}

/// A published version, and which live offers its schema would not allow.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Published {
    /// The new version.
    pub configuration: OfferConfiguration,
    /// The live offers that keep the schema they were written under, and do not satisfy the new one.
    pub compatibility: CompatibilityReport,
}

const SUBJECT: Subject = Subject::the(SubjectKind::Configuration);

impl Configuration {
    pub(super) const fn new(acting: Acting, tenant: TenantId) -> Self {
        Self { acting, tenant }
    }

    /// The current version, for members.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`] for everyone else.
    pub async fn current(&self) -> Result<OfferConfiguration, Error> {
        self.glance().await?.configuration().await
    }

    /// The fields that the tenant's criteria may name, for members.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`] for everyone else.
    pub async fn fields(&self) -> Result<FieldCatalog, Error> {
        let mut work = self.view().await?;
        let current = work.configuration().await?;
        work.tenant_catalog(&current).await
    }

    /// A page of versions, for members.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`] for everyone else.
    pub async fn versions(&self, page: &PageRequest) -> Result<Page<OfferConfiguration>, Error> {
        let mut work = self.glance().await?;
        Ok(work.tx()?.configurations().list(page).await?)
    }

    /// Which live offers a schema would not allow. Changes nothing.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidSchema`], [`Error::NotFound`] for outsiders.
    pub async fn check(&self, schema: &Value) -> Result<CompatibilityReport, Error> {
        let schema = OfferSchema::compile(schema)?;
        compatibility(&mut self.view().await?, &schema).await
    }

    /// Publishes a new version after `seen`.
    ///
    /// # Errors
    ///
    /// [`Error::Denied`] unless a group permits it; [`Error::InvalidSchema`]; [`Error::Catalog`] for an unknown
    /// criteria field; [`Error::Invalid`] for contact rules that cannot be; [`Error::Store`] where another version was published since `seen`.
    pub async fn publish(
        &self,
        seen: ConfigurationVersion,
        settings: ConfigurationSettings,
    ) -> Result<Published, Error> {
        let schema = OfferSchema::compile(&settings.schema)?;
        let contact = settings.contact.check();
        contact.map_err(|error| Error::Invalid(error.to_string()))?;
        self.acting
            .mutate(Action::PublishConfiguration, || async {
                let mut work = self.acting.write(Scope::Tenant(self.tenant)).await?;
                let grant = work
                    .authorize_in_tenant(Action::PublishConfiguration, SUBJECT)
                    .await?;
                let before = work.configuration().await?;
                if before.version != seen {
                    return Err(StoreError::Conflict("offer configuration").into());
                }
                let after = OfferConfiguration {
                    version: seen.next(),
                    settings: settings.clone(),
                    published_by: work.user()?,
                    published_at: work.now(),
                    ..before.clone()
                };
                let catalog = platform_catalog(work.tx()?).await?;
                narrowed(&catalog, &after)?;
                if let Some(name) = &after.settings.contact.zone_field
                    && catalog.field(name).is_none()
                {
                    return Err(Error::Invalid(format!("there is no field `{name}`")));
                }
                let compatibility = compatibility(&mut work, &schema).await?;
                publish(work, grant, &before, after, |configuration| Published {
                    configuration,
                    compatibility,
                })
                .await
            })
            .await
    }

    /// Lets the tenant's criteria use protected fields, exactly these, in a new version.
    ///
    /// # Errors
    ///
    /// [`Error::Denied`] unless the actor is a super admin; [`Error::Catalog`] for an unknown field.
    pub async fn allow_protected_fields(
        &self,
        fields: BTreeSet<String>,
    ) -> Result<OfferConfiguration, Error> {
        self.acting
            .mutate(Action::AllowProtectedFields, || async {
                let mut work = self.acting.write(Scope::Tenant(self.tenant)).await?;
                let grant = work
                    .authorize_in_tenant(Action::AllowProtectedFields, SUBJECT)
                    .await?;
                let before = work.configuration().await?;
                let version = Version::new(before.version.get());
                self.acting.unless_seen(version, "offer configuration")?;
                let after = OfferConfiguration {
                    version: before.version.next(),
                    protected_fields: fields.clone(),
                    published_by: work.user()?,
                    published_at: work.now(),
                    ..before.clone()
                };
                narrowed(&platform_catalog(work.tx()?).await?, &after)?;
                publish(work, grant, &before, after, |configuration| configuration).await
            })
            .await
    }

    async fn view(&self) -> Result<Work<'_>, Error> {
        self.acting
            .view_tenant(self.tenant, Action::ViewConfiguration)
            .await
    }

    async fn glance(&self) -> Result<Work<'_>, Error> {
        self.acting
            .glance_at_tenant(self.tenant, Action::ViewConfiguration)
            .await
    }
}

async fn publish<T: Serialize>(
    mut work: Work<'_>,
    grant: Grant,
    before: &OfferConfiguration,
    after: OfferConfiguration,
    result: impl FnOnce(OfferConfiguration) -> T,
) -> Result<T, Error> {
    work.tx()?.configurations().insert(&after).await?;
    let event = work.event(grant, SUBJECT).before(before).after(&after);
    let result = result(after);
    work.commit(event, result).await
}

/// Checks the live revision of every live offer.
async fn compatibility(
    work: &mut Work<'_>,
    schema: &OfferSchema,
) -> Result<CompatibilityReport, Error> {
    let mut breaks = Vec::new();
    let mut page = PageRequest::first(MAX_PAGE_SIZE)?;
    loop {
        let offers = work.tx()?.offers();
        let found = offers.list(&OfferFilter::default(), &page).await?;
        for offer in found.items.iter().filter(|offer| offer.is_live()) {
            let Some(number) = offer.live_revision() else {
                continue;
            };
            let Some(live) = offers.revision(offer.id(), number).await? else {
                continue;
            };
            if let Err(violations) = schema.check(live.proposal.content.value()) {
                breaks.push(Break {
                    offer: offer.id(),
                    revision: number,
                    violations,
                });
            }
        }
        match found.next {
            Some(cursor) => page = page.after(cursor),
            None => return Ok(CompatibilityReport { breaks }),
        }
    }
}
