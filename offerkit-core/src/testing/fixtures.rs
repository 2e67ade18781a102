//! A platform, its tenants, customers, an approved offer and a launched campaign, in a line each.

use chrono::TimeDelta;
use serde_json::{Value, json};

use super::{CountingIds, FixedClock, PlainHasher, RecordingNotifier};
use crate::{
    domain::{
        Campaign, Channel, Customer, ExternalIdentity, MessageText, NewUser, Offer, Purpose,
        Schedule, Tenant, User,
        customer::{CustomerBuilder, CustomerFieldError},
    },
    id::{CustomerId, IdSource as _, OfferId, TenantId},
    services::{Acting, Backend, CampaignDraft, Context, Error, Offerkit, OfferkitBuilder},
    text::{GroupName, PasswordText},
    time::{Clock as _, Timestamp},
};

/// A platform with a super admin, a fixed clock, counting ids and a recording notifier for every channel.
#[derive(Debug, Clone)]
pub struct TestPlatform {
    /// The library.
    pub kit: Offerkit,
    /// Its clock.
    pub clock: FixedClock,
    /// Its ids, for what a test makes itself.
    pub ids: CountingIds,
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
        let ids = CountingIds::new();
        let builder = Offerkit::builder(backend)
            .clock(clock.clone())
            .ids(ids.clone())
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
            ids,
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

    /// Another super admin.
    ///
    /// # Errors
    ///
    /// [`Error`] where the name is taken.
    pub async fn super_admin(&self, name: &str) -> Result<Context, Error> {
        let user = self.user(name).await?;
        self.as_root().users().grant_super_admin(user.id()).await?;
        Ok(Context::user(user.id()))
    }

    /// The first super admin's customers: `count` active ones, each with a name, an e-mail address and a phone, in the
    /// segment `premium`.
    ///
    /// # Errors
    ///
    /// [`Error`] where the store fails.
    pub async fn customers(&self, count: usize) -> Result<Vec<CustomerId>, Error> {
        let customers: Result<Vec<_>, _> = (0..count).map(|_| self.customer(&[])).collect();
        let customers = customers.map_err(|error| Error::Invalid(error.to_string()))?;
        let ids = customers.iter().map(Customer::id).collect();
        self.as_root().customers().import(customers).await?;
        Ok(ids)
    }

    /// A customer to import: the next of those that [`customers`](Self::customers) makes, with other values in some
    /// columns.
    ///
    /// # Errors
    ///
    /// [`CustomerFieldError`] for a column that there is not, or a value that it does not take.
    pub fn customer(&self, columns: &[(&str, &str)]) -> Result<Customer, CustomerFieldError> {
        let now = self.clock.now();
        let id = CustomerId::from_uuid(self.ids.uuid(now));
        let number = id.as_uuid().as_u128() & 0xffff_ffff;
        let mut builder = CustomerBuilder::new(id, now);
        builder.set("full_name", &format!("Customer {number}"))?;
        builder.set("email", &format!("customer.{number}@example.com"))?;
        builder.set("phone", &format!("+91{number:010}"))?;
        builder.set("segment", "premium")?;
        for (column, value) in columns {
            builder.set(column, value)?;
        }
        builder.build()
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

    /// What a campaign for an offer would say: an e-mail to every customer, from today on for 30 days. It is about
    /// something they have, so that it needs no consent.
    ///
    /// # Errors
    ///
    /// None that a caller could cause.
    pub fn campaign(&self, offer: OfferId) -> Result<CampaignDraft, Error> {
        let start_date = self.platform.clock.now().date();
        let message = MessageText::new("Dear {{ customer.full_name }}, it is {{ offer.rate }} %.")
            .with_subject("{{ offer.title }}");
        Ok(CampaignDraft {
            offer,
            name: "Spring".parse()?,
            description: None,
            purpose: Purpose::Service,
            selection_criteria: r#"{"$everyone": true}"#.to_owned(),
            messages: [(Channel::Email, message.into())].into(),
            start_date,
            end_date: start_date + TimeDelta::days(30),
            channels: crate::domain::ChannelChoice::default(),
            schedule: Schedule::default(),
        })
    }

    /// A campaign that the creator wrote, and asks to launch.
    ///
    /// # Errors
    ///
    /// [`Error`] where the draft cannot be, or its offer is not live.
    pub async fn requested_campaign(&self, draft: CampaignDraft) -> Result<Campaign, Error> {
        let campaigns = self.acting(&self.creator).campaigns(self.id);
        let campaign = campaigns.create(draft).await?;
        campaigns
            .request_launch(campaign.id(), campaign.revision())
            .await
    }

    /// A campaign that the creator wrote and the approver launched.
    ///
    /// # Errors
    ///
    /// As for [`requested_campaign`](Self::requested_campaign).
    pub async fn launched_campaign(&self, draft: CampaignDraft) -> Result<Campaign, Error> {
        let campaign = self.requested_campaign(draft).await?;
        let campaigns = self.acting(&self.approver).campaigns(self.id);
        campaigns.launch(campaign.id(), campaign.revision()).await
    }
}

fn new_user(name: &str) -> Result<NewUser, Error> {
    Ok(NewUser {
        name: name.parse()?,
        full_name: None,
        email: None,
        phone: None,
        identity: None,
    })
}
