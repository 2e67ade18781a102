//! Reading, sealing and verifying the audit log.

use super::{Acting, Error, work::Work};
use crate::{
    audit::{AuditRecord, Seal, SealHead, Subject, SubjectKind, Verification, Verifier},
    domain::Scope,
    page::{Page, PageRequest},
    policy::{Action, Resource},
    ports::{AuditFilter, StoreError},
};

/// How many records are sealed, or verified, at once.
const BATCH: usize = 500;

/// The audit log of the platform or of a tenant.
///
/// ```
/// # use offerkit_core::{id, policy::Job, services::{Context, Error, Offerkit}};
/// # async fn example(kit: Offerkit, admin: Context, tenant: id::TenantId) -> Result<(), Error> {
/// let head = kit.acting(&Context::job(Job::Sealer)).audit_of(tenant).seal().await?;
/// // Keep the head where those who can write the store cannot.
/// let verification = kit.acting(&admin).audit_of(tenant).verify(Some(head)).await?;
/// assert!(verification.is_intact());
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct AuditLog {
    acting: Acting,
    scope: Scope,
}

impl AuditLog {
    pub(super) const fn new(acting: Acting, scope: Scope) -> Self {
        Self { acting, scope }
    }

    /// A page of records that satisfy `filter`.
    ///
    /// # Errors
    ///
    /// [`Error::Denied`] unless the actor sees this log: a tenant's by a group, the platform's as a super admin.
    pub async fn list(
        &self,
        filter: &AuditFilter,
        page: &PageRequest,
    ) -> Result<Page<AuditRecord>, Error> {
        let mut work = self.view().await?;
        Ok(work.tx()?.audit().list(filter, page).await?)
    }

    /// Whether the sealed records are what was sealed; with a head published earlier, also whether the tail was cut.
    ///
    /// # Errors
    ///
    /// As for [`list`](Self::list).
    pub async fn verify(&self, published: Option<SealHead>) -> Result<Verification, Error> {
        drop(self.view().await?);
        let seals = &self.acting.kit().inner.seals;
        let mut verifier = Verifier::new(self.scope, published);
        let mut after = 0;
        loop {
            let batch = seals.sealed(self.scope, after, BATCH).await?;
            let Some((last, _)) = batch.last() else {
                break;
            };
            after = last.position;
            for (seal, record) in &batch {
                verifier.push(seal, record.as_ref());
            }
        }
        Ok(verifier.finish(seals.count_unsealed(self.scope).await?))
    }

    /// Seals every committed record that is not sealed yet, in batches, and answers the new head, to be published where
    /// those who can write the store cannot.
    ///
    /// # Errors
    ///
    /// [`Error::Denied`] unless the actor is the sealer job.
    pub async fn seal(&self) -> Result<SealHead, Error> {
        let mut work = self.acting.write(self.scope).await?;
        let resource = match self.scope {
            Scope::Platform => Resource::Platform,
            Scope::Tenant(_) => Resource::Tenant(work.tenant_for(Action::SealAudit)?),
        };
        let subject = Subject::the(SubjectKind::Platform);
        work.permit(Action::SealAudit, &resource, subject).await?;
        drop(work);
        let seals = &self.acting.kit().inner.seals;
        loop {
            let head = seals.head(self.scope).await?;
            let records = seals.unsealed(self.scope, BATCH).await?;
            if records.is_empty() {
                return Ok(head);
            }
            let mut end = head;
            let batch: Vec<Seal> = records
                .iter()
                .map(|record| {
                    let seal = end.seal(record);
                    end = seal.into();
                    seal
                })
                .collect();
            match seals.append(self.scope, head, &batch).await {
                // Another sealer was faster; its batch is as good as this one.
                Ok(()) | Err(StoreError::Conflict(_)) => {}
                Err(error) => return Err(error.into()),
            }
        }
    }

    async fn view(&self) -> Result<Work<'_>, Error> {
        match self.scope {
            Scope::Platform => self.acting.view_platform(Action::ViewPlatformAudit).await,
            Scope::Tenant(tenant) => self.acting.view_tenant(tenant, Action::ViewAudit).await,
        }
    }
}
