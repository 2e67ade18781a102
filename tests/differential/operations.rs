//! What is done on both sides.

use std::fmt::Debug;

use offerkit::{
    CampaignDraft, Context, Error,
    domain::{ConfigurationSettings, NewUser, OfferStatus, SegmentVersion},
    page::{Order, PageRequest},
    policy::Job,
    ports::{AuditFilter, CampaignFilter, OfferFilter},
    testing::{TestTenant, offer_data},
    text::PasswordText,
};

use crate::{Side, picks::Call};

macro_rules! operations {
    ($($name:ident,)+) => {
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub(crate) enum Operation {
            $($name,)+
        }

        impl Operation {
            pub(crate) const ALL: &[Self] = &[$(Self::$name),+];
        }
    };
}

operations! {
    CreateOffer, EditOffer, SubmitOffer, WithdrawOffer, ApproveOffer, RejectOffer, RequestChanges, DiscardDraft,
    DeleteOffer, CommentOnOffer, RetireOffer, CloneOffer, ListOffers, OfferHistory,
    CreateCampaign, EditCampaign, RequestLaunch, Launch, DeclineLaunch, Pause, Resume, Complete, CommentOnCampaign,
    ListCampaigns, WriteSegment, PublishConfiguration, Fill, Deliver, Progress, RetryFailed,
    AddMember, RemoveMember, CreateUser, DeactivateUser, ReactivateUser, ResetPassword, ConfirmReset, ListMembers,
    DescribeTenant, ImportCustomers, EraseCustomer, ListAudit, Seal, Desk,
}

/// What a call answers, in words.
pub(crate) async fn run(side: &Side, call: &Call) -> Result<String, String> {
    let answer = act(side, call).await;
    answer.map_err(|error| format!("{error:?}"))
}

/// The one who usually does such a thing, and sometimes another.
fn actor(side: &Side, call: &Call) -> Context {
    use Operation as O;
    let tenant = &side.tenants[call.tenant];
    let others = [
        tenant.creator.clone(),
        tenant.approver.clone(),
        tenant.admin.clone(),
        tenant.reader.clone(),
        Context::user(call.user),
        Context::anonymous(),
        side.platform.root.clone(),
    ];
    if call.actor.is_multiple_of(4) {
        let place = usize::try_from(call.actor / 4).unwrap_or_default() % others.len();
        return others[place].clone();
    }
    match call.operation {
        O::ApproveOffer
        | O::RejectOffer
        | O::RequestChanges
        | O::RetireOffer
        | O::Launch
        | O::DeclineLaunch => tenant.approver.clone(),
        O::DeleteOffer
        | O::Resume
        | O::Complete
        | O::PublishConfiguration
        | O::RetryFailed
        | O::ListAudit
        | O::ListMembers => tenant.admin.clone(),
        O::AddMember
        | O::RemoveMember
        | O::CreateUser
        | O::DeactivateUser
        | O::ReactivateUser
        | O::ResetPassword
        | O::ConfirmReset
        | O::DescribeTenant
        | O::ImportCustomers
        | O::EraseCustomer => side.platform.root.clone(),
        O::Fill => Context::job(Job::Audience),
        O::Deliver => Context::job(Job::Delivery),
        O::Seal => Context::job(Job::Sealer),
        O::CreateOffer
        | O::EditOffer
        | O::SubmitOffer
        | O::WithdrawOffer
        | O::DiscardDraft
        | O::CommentOnOffer
        | O::CloneOffer
        | O::ListOffers
        | O::OfferHistory
        | O::CreateCampaign
        | O::EditCampaign
        | O::RequestLaunch
        | O::Pause
        | O::CommentOnCampaign
        | O::ListCampaigns
        | O::WriteSegment
        | O::Progress
        | O::Desk => tenant.creator.clone(),
    }
}

fn told<T: Debug>(answer: Result<T, Error>) -> Result<String, Error> {
    answer.map(|answer| format!("{answer:?}"))
}

async fn act(side: &Side, call: &Call) -> Result<String, Error> {
    use Operation as O;
    let tenant = &side.tenants[call.tenant];
    let acting = side.platform.kit.acting(&actor(side, call));
    let offers = acting.offers(tenant.id);
    let campaigns = acting.campaigns(tenant.id);
    let deliveries = acting.deliveries(tenant.id);
    let groups = acting.groups(tenant.id);
    let (offer, seen) = call.offer;
    let (campaign, plan) = call.campaign;
    let title = format!("Offer {}", call.number);
    let reason = "It is too dear.".parse()?;
    let body = "Is the rate right?".parse()?;
    let page = page(call)?;
    match call.operation {
        O::CreateOffer => told(offers.create(offer_data(&title).into()).await),
        O::EditOffer => told(offers.edit(offer, seen, offer_data(&title).into()).await),
        O::SubmitOffer => told(offers.submit(offer, seen).await),
        O::WithdrawOffer => told(offers.withdraw(offer).await),
        O::ApproveOffer => told(offers.approve(offer, seen, Some(&body)).await),
        O::RejectOffer => told(offers.reject(offer, seen, &reason).await),
        O::RequestChanges => told(offers.request_changes(offer, seen, &reason).await),
        O::DiscardDraft => told(offers.discard_draft(offer).await),
        O::DeleteOffer => told(offers.delete(offer).await),
        O::CommentOnOffer => told(offers.comment(offer, &body).await),
        O::RetireOffer if !call.number.is_multiple_of(3) => {
            told(offers.comments(offer, &page).await)
        }
        O::RetireOffer => told(offers.retire(offer, &reason).await),
        O::CloneOffer => told(offers.clone_of(offer).await),
        O::ListOffers => told(offers.list(&offer_filter(side, call), &page).await),
        O::OfferHistory => told(offers.history(offer).await),
        O::CreateCampaign => told(campaigns.create(draft(tenant, call)?).await),
        O::EditCampaign => told(campaigns.edit(campaign, plan, draft(tenant, call)?).await),
        O::RequestLaunch => told(campaigns.request_launch(campaign, plan).await),
        O::Launch => told(campaigns.launch(campaign, plan).await),
        O::DeclineLaunch => told(campaigns.decline(campaign, plan, &reason).await),
        O::Pause => told(campaigns.pause(campaign, &reason).await),
        O::Resume => told(campaigns.resume(campaign).await),
        O::Complete => told(campaigns.complete(campaign).await),
        O::CommentOnCampaign => told(campaigns.comment(campaign, &body).await),
        O::ListCampaigns => told(campaigns.list(&CampaignFilter::default(), &page).await),
        O::Fill => told(deliveries.fill(campaign).await),
        O::Deliver => told(deliveries.run(campaign).await),
        O::Progress => told(deliveries.progress(campaign).await),
        O::RetryFailed => told(deliveries.retry_failed(campaign).await),
        O::AddMember => told(groups.add(call.user, &group(call)?).await),
        O::RemoveMember => told(groups.remove(call.user, &group(call)?).await),
        O::ListMembers => told(groups.members(&page).await),
        O::WriteSegment => {
            let seen = Some(call.number % 3).filter(|number| *number > 0);
            let criteria = r#"{"$everyone": true}"#;
            let segments = acting.segments(tenant.id);
            let name = "everyone".parse()?;
            told(
                segments
                    .write(&name, seen.map(SegmentVersion::new), None, criteria)
                    .await,
            )
        }
        O::PublishConfiguration => {
            let configuration = acting.configuration(tenant.id);
            let current = configuration.current().await?;
            let settings = ConfigurationSettings::default();
            told(configuration.publish(current.version, settings).await)
        }
        O::CreateUser
        | O::DeactivateUser
        | O::ReactivateUser
        | O::ResetPassword
        | O::ConfirmReset
        | O::DescribeTenant
        | O::ImportCustomers
        | O::EraseCustomer
        | O::ListAudit
        | O::Seal
        | O::Desk => on_platform(side, call, &page).await,
    }
}

async fn on_platform(side: &Side, call: &Call, page: &PageRequest) -> Result<String, Error> {
    use Operation as O;
    let tenant = &side.tenants[call.tenant];
    let acting = side.platform.kit.acting(&actor(side, call));
    let users = acting.users();
    let password = PasswordText::new("a temporary password")?;
    match call.operation {
        O::CreateUser => {
            let new = NewUser::named(format!("user{}", call.number % 50).parse()?);
            told(users.create(new, Some(&password)).await)
        }
        O::DeactivateUser => told(users.deactivate(call.user).await),
        O::ReactivateUser => told(users.reactivate(call.user).await),
        O::ResetPassword => told(users.set_temporary_password(call.user, &password).await),
        O::ConfirmReset => told(users.confirm_reset(call.user).await),
        O::DescribeTenant => {
            let found = acting.tenants().get(tenant.id).await?;
            let about = Some(format!("Line {}", call.number).parse()?);
            told(
                acting
                    .tenants()
                    .update(tenant.id, found.version(), about)
                    .await,
            )
        }
        O::ImportCustomers => {
            let email = format!("c{}@example.com", call.number % 8);
            let new = side.platform.customer(&[("email", &email)]);
            let new = new.map_err(|error| Error::Invalid(error.to_string()))?;
            told(acting.customers().import(vec![new]).await)
        }
        O::EraseCustomer => told(acting.customers().erase(call.customer).await),
        O::ListAudit => {
            let any = AuditFilter::default();
            told(acting.audit_of(tenant.id).list(&any, page).await)
        }
        O::Seal => told(acting.audit_of(tenant.id).seal().await),
        O::Desk => told(acting.desk().list().await),
        _ => Err(Error::Invalid("not of the platform".to_owned())),
    }
}

fn page(call: &Call) -> Result<PageRequest, Error> {
    let size = u16::try_from(1 + call.number % 7).unwrap_or(1);
    let page = PageRequest::first(size).map_err(|error| Error::Invalid(error.to_string()))?;
    let order = [Order::NewestFirst, Order::OldestFirst];
    Ok(page.ordered(order[usize::from(call.number.is_multiple_of(2))]))
}

fn offer_filter(side: &Side, call: &Call) -> OfferFilter {
    let live_on = call.number.is_multiple_of(5).then(|| {
        use offerkit::time::Clock as _;
        side.platform.clock.now().date()
    });
    let place = usize::try_from(call.number % 8).unwrap_or_default();
    OfferFilter {
        status: OfferStatus::ALL.get(place).copied(),
        live_on,
        ..OfferFilter::default()
    }
}

fn draft(tenant: &TestTenant, call: &Call) -> Result<CampaignDraft, Error> {
    let mut draft = tenant.campaign(call.offer.0)?;
    draft.name = format!("Campaign {}", call.number).parse()?;
    Ok(draft)
}

fn group(call: &Call) -> Result<offerkit::text::GroupName, Error> {
    let names = ["admin", "create", "approver", "read_only", "absent"];
    let place = usize::try_from(call.number).unwrap_or_default() % names.len();
    Ok(names[place].parse()?)
}
