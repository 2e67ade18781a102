//! The tenants of the platform, managed by super admins.

use super::{Acting, Error, work::Work};
use crate::{
    domain::{
        ConfigurationSettings, ConfigurationVersion, Group, OfferConfiguration, Scope, Tenant,
        Version,
    },
    id::{GroupId, TenantId},
    page::{Page, PageRequest},
    policy::{
        Action, DEFAULT_GROUPS, DenialKind, Denied, Explanation, Resource, TenantFacts, explain,
    },
    ports::StoreError,
    text::{Description, TenantName},
    time::Timestamp,
};

/// The tenants of the platform.
///
/// ```
/// # use offerkit_core::{services::{self, Error}};
/// # async fn example(root: services::Acting) -> Result<(), Error> {
/// let tenant = root.tenants().create("credit_card".parse()?, None).await?;
/// assert_eq!(root.groups(tenant.id()).list().await?.len(), 4);
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct Tenants {
    acting: Acting,
}

impl Tenants {
    pub(super) const fn new(acting: Acting) -> Self {
        Self { acting }
    }

    /// Makes a tenant together with its default groups and a first, permissive offer configuration.
    ///
    /// # Errors
    ///
    /// [`Error::Denied`] unless the actor is a super admin; [`Error::Store`] where the name is taken.
    pub async fn create(
        &self,
        name: TenantName,
        description: Option<Description>,
    ) -> Result<Tenant, Error> {
        // Chosen before the first try: a new tenant's rows are written in its own scope.
        let id = match self.acting.operation_id() {
            // A repeat must find the first record, so the operation decides the scope.
            Some(operation) => TenantId::from_uuid(operation.as_uuid()),
            None => TenantId::from_uuid(self.acting.kit().uuid()),
        };
        self.acting
            .mutate(Action::CreateTenant, || async {
                // A repeat finds its first record in the new tenant's log, whatever its actor may do by now.
                if self.acting.operation_id().is_some() {
                    drop(self.acting.write(Scope::Tenant(id)).await?);
                }
                // Refused here, it is recorded in the platform's log: the tenant has none yet.
                let mut platform = self.acting.write(Scope::Platform).await?;
                platform
                    .permit(Action::CreateTenant, &Resource::Platform, id)
                    .await?;
                drop(platform);
                let mut work = self.acting.write(Scope::Tenant(id)).await?;
                let resource = Resource::Tenant(TenantFacts {
                    id,
                    is_active: true,
                });
                let grant = work.authorize(Action::CreateTenant, &resource, id).await?;
                let (by, now) = (work.user()?, work.now());
                let tenant = Tenant::create(id, name.clone(), description.clone(), by, now);
                work.tx()?.tenants().insert(&tenant).await?;
                for group in &DEFAULT_GROUPS {
                    let group = Group::create(
                        GroupId::from_uuid(work.uuid()),
                        id,
                        group.name.parse()?,
                        Some(group.description.parse()?),
                        group.permissions,
                        now,
                    );
                    work.tx()?.groups().insert(&group).await?;
                }
                let configuration = OfferConfiguration {
                    tenant: id,
                    version: ConfigurationVersion::FIRST,
                    settings: ConfigurationSettings::default(),
                    protected_fields: std::collections::BTreeSet::new(),
                    published_by: by,
                    published_at: now,
                };
                work.tx()?.configurations().insert(&configuration).await?;
                let event = work.event(grant, id).after(&tenant);
                work.commit(event, tenant).await
            })
            .await
    }

    /// Changes a tenant's description.
    ///
    /// # Errors
    ///
    /// [`Error::Denied`] unless the actor is a super admin; [`Error::Store`] where the tenant was changed since `seen`.
    pub async fn update(
        &self,
        id: TenantId,
        seen: Version,
        description: Option<Description>,
    ) -> Result<Tenant, Error> {
        self.change(Action::UpdateTenant, id, |tenant, now| {
            if tenant.version() != seen {
                return Err(StoreError::Conflict("tenant").into());
            }
            Ok(tenant.described(description.clone(), now))
        })
        .await
    }

    /// Makes a tenant inactive: nothing is sent for it and nothing changes in it, until it is reactivated, but that
    /// memberships can still be taken, recipients looked at and the log sealed.
    ///
    /// # Errors
    ///
    /// [`Error::Denied`] unless the actor is a super admin.
    pub async fn deactivate(&self, id: TenantId) -> Result<Tenant, Error> {
        self.change(Action::DeactivateTenant, id, |tenant, now| {
            Ok(tenant.with_active(false, now))
        })
        .await
    }

    /// Makes a tenant active again.
    ///
    /// # Errors
    ///
    /// [`Error::Denied`] unless the actor is a super admin.
    pub async fn reactivate(&self, id: TenantId) -> Result<Tenant, Error> {
        self.change(Action::ReactivateTenant, id, |tenant, now| {
            Ok(tenant.with_active(true, now))
        })
        .await
    }

    /// The tenant, for super admins and its members.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`] for everyone else, as where there is none.
    pub async fn get(&self, id: TenantId) -> Result<Tenant, Error> {
        let mut work = self.acting.read(Scope::Platform).await?;
        let tenant = work.tx()?.tenants().find(id).await?;
        work.known_tenant(tenant).await
    }

    /// The tenant of this name, for super admins and its members.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`] for everyone else, as where there is none.
    pub async fn get_by_name(&self, name: &TenantName) -> Result<Tenant, Error> {
        let mut work = self.acting.read(Scope::Platform).await?;
        let tenant = work.tx()?.tenants().find_by_name(name).await?;
        work.known_tenant(tenant).await
    }

    /// A page of all tenants.
    ///
    /// # Errors
    ///
    /// [`Error::Denied`] unless the actor is a super admin.
    pub async fn list(&self, page: &PageRequest) -> Result<Page<Tenant>, Error> {
        let mut work = self.acting.view_platform(Action::ViewPlatform).await?;
        Ok(work.tx()?.tenants().list(page).await?)
    }

    async fn change(
        &self,
        action: Action,
        id: TenantId,
        to: impl Fn(Tenant, Timestamp) -> Result<Tenant, Error> + Sync,
    ) -> Result<Tenant, Error> {
        self.acting
            .mutate((action, id), || async {
                let mut work = self.acting.write(Scope::Tenant(id)).await?;
                let grant = work.authorize_in_tenant(action, id).await?;
                let tenant = work.tx()?.tenants().find(id).await?;
                let tenant = tenant.ok_or(Error::NotFound("tenant"))?;
                self.acting.unless_seen(tenant.version(), "tenant")?;
                let changed = to(tenant.clone(), work.now())?;
                let changed = work.tx()?.tenants().update(changed).await?;
                let event = work.event(grant, id).before(&tenant).after(&changed);
                work.commit(event, changed).await
            })
            .await
    }
}

impl Work<'_> {
    /// The tenant, if the actor may know that it exists.
    async fn known_tenant(&mut self, tenant: Option<Tenant>) -> Result<Tenant, Error> {
        let user = self.user()?;
        let sees_all = match explain(self.actor(), Action::ViewPlatform, &Resource::Platform) {
            Explanation::Allowed { .. } => true,
            Explanation::Refused(Denied {
                kind: DenialKind::NotSuperAdmin,
                ..
            }) => false,
            Explanation::Refused(denied) => return Err(denied.into()),
        };
        let tenant = tenant.ok_or(Error::NotFound("tenant"))?;
        if !sees_all {
            let groups = self.tx()?.groups();
            if groups.held_by(user, Some(tenant.id())).await?.is_empty() {
                return Err(Error::NotFound("tenant"));
            }
        }
        Ok(tenant)
    }
}
