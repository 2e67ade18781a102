//! A platform, its tenants and an approved offer, in a line each.

use chrono::TimeDelta;
use serde_json::{Value, json};

use super::{CountingIds, FixedClock, PlainHasher, RecordingNotifier};
use crate::{
    domain::{Channel, ExternalIdentity, NewUser, Offer, Tenant, User},
    id::TenantId,
    services::{Acting, Backend, Context, Error, Offerkit, OfferkitBuilder},
    text::{GroupName, PasswordText},
    time::Timestamp,
};

/// A platform with a super admin, a fixed clock, counting ids and a recording notifier for every channel.
#[derive(Debug, Clone)]
pub struct TestPlatform {
    /// The library.
    pub kit: Offerkit,
    /// Its clock.
    pub clock: FixedClock,
    /// What it sends over e-mail.
    pub email: RecordingNotifier,
    /// What it sends over SMS.
    pub sms: RecordingNotifier,
    /// The super admin.
    pub root: Context,
}

/// A tenant with a user in each default group.
#[derive(Debug, Clone)]
pub struct TestTenant {
    platform: TestPlatform,
    /// The tenant.
    pub id: TenantId,
    /// A member of `create`.
    pub creator: Context,
    /// A member of `approver`.
    pub approver: Context,
    /// A member of `admin`.
    pub admin: Context,
    /// A member of `read_only`.
    pub reader: Context,
}

/// Data for an offer, different for every `title`.
#[must_use]
pub fn offer_data(title: &str) -> Value {
    json!({ "title": title, "rate": 12.5, "currency": "INR" })
}

impl TestPlatform {
    /// A platform on an empty store, at nine o'clock on 2 March 2026 (UTC).
    ///
    /// # Errors
    ///
    /// [`Error`] where the store is not empty.
    pub async fn new(backend: impl Backend + 'static) -> Result<Self, Error> {
        Self::with(backend, |builder| builder).await
    }

    /// The same, with the installation changed before it is built.
    ///
    /// # Errors
    ///
    /// As for [`new`](Self::new).
    pub async fn with(
        backend: impl Backend + 'static,
        change: impl FnOnce(OfferkitBuilder) -> OfferkitBuilder,
    ) -> Result<Self, Error> {
        let start = chrono::DateTime::UNIX_EPOCH + TimeDelta::days(20_514) + TimeDelta::hours(9);
        let clock = FixedClock::at(Timestamp::from_datetime(start));
        let email = RecordingNotifier::new(Channel::Email);
        let sms = RecordingNotifier::new(Channel::Sms);
        let builder = Offerkit::builder(backend)
            .clock(clock.clone())
            .ids(CountingIds::new())
            .password_hasher(PlainHasher)
            .notifier(email.clone())
            .notifier(sms.clone());
        let kit = change(builder)
            .build()
            .map_err(|error| Error::Invalid(error.to_string()))?;
        let password = PasswordText::new("the first super admin's password")?;
        let root = kit.bootstrap(new_user("root")?, &password).await?;
        Ok(Self {
            kit,
            clock,
            email,
            sms,
            root: Context::user(root.id()),
        })
    }

    /// The services on behalf of the super admin.
    #[must_use]
    pub fn as_root(&self) -> Acting {
        self.kit.acting(&self.root)
    }

    /// An active user without any group.
    ///
    /// # Errors
    ///
    /// [`Error`] where the name is taken.
    pub async fn user(&self, name: &str) -> Result<User, Error> {
        let mut user = new_user(name)?;
        user.identity = Some(ExternalIdentity {
            issuer: "https://login.example.com".parse()?,
            subject: name.parse()?,
        });
        self.as_root().users().create(user, None).await
    }

    /// A tenant, with the users `<name>.creator`, `<name>.approver`, `<name>.admin` and `<name>.reader`.
    ///
    /// # Errors
    ///
    /// [`Error`] where a name is taken.
    pub async fn tenant(&self, name: &str) -> Result<TestTenant, Error> {
        let tenant = self.as_root().tenants().create(name.parse()?, None).await?;
        Ok(TestTenant {
            platform: self.clone(),
            id: tenant.id(),
            creator: self.member(&tenant, "creator", "create").await?,
            approver: self.member(&tenant, "approver", "approver").await?,
            admin: self.member(&tenant, "admin", "admin").await?,
            reader: self.member(&tenant, "reader", "read_only").await?,
        })
    }

    async fn member(&self, tenant: &Tenant, name: &str, group: &str) -> Result<Context, Error> {
        let name = format!("{}.{name}", tenant.name());
        let user = self.user(&name).await?;
        self.join(tenant.id(), &user, group).await?;
        Ok(Context::user(user.id()))
    }

    /// Puts a user into a group.
    ///
    /// # Errors
    ///
    /// [`Error`] where there is no such group.
    pub async fn join(&self, tenant: TenantId, user: &User, group: &str) -> Result<(), Error> {
        let group: GroupName = group.parse()?;
        self.as_root()
            .groups(tenant)
            .add(user.id(), &group)
            .await
            .map(drop)
    }
}

impl TestTenant {
    /// The platform.
    #[must_use]
    pub const fn platform(&self) -> &TestPlatform {
        &self.platform
    }

    /// The services on behalf of someone.
    #[must_use]
    pub fn acting(&self, context: &Context) -> Acting {
        self.platform.kit.acting(context)
    }

    /// A draft by the creator.
    ///
    /// # Errors
    ///
    /// [`Error`] where the tenant's schema does not allow it.
    pub async fn draft_offer(&self, title: &str) -> Result<Offer, Error> {
        let offers = self.acting(&self.creator).offers(self.id);
        offers.create(offer_data(title).into()).await
    }

    /// An offer that the creator has submitted.
    ///
    /// # Errors
    ///
    /// As for [`draft_offer`](Self::draft_offer).
    pub async fn submitted_offer(&self, title: &str) -> Result<Offer, Error> {
        let offer = self.draft_offer(title).await?;
        let offers = self.acting(&self.creator).offers(self.id);
        let submitted = offers.submit(offer.id(), offer.revision()).await?;
        Ok(submitted.offer)
    }

    /// An offer that the creator wrote and the approver approved.
    ///
    /// # Errors
    ///
    /// As for [`draft_offer`](Self::draft_offer).
    pub async fn approved_offer(&self, title: &str) -> Result<Offer, Error> {
        let offer = self.submitted_offer(title).await?;
        let offers = self.acting(&self.approver).offers(self.id);
        offers.approve(offer.id(), offer.revision(), None).await
    }
}

fn new_user(name: &str) -> Result<NewUser, Error> {
    Ok(NewUser {
        name: name.parse()?,
        full_name: None,
        email: None,
        identity: None,
    })
}
