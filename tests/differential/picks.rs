//! Which call comes next, the same for the same seed.

use offerkit::{
    domain::{Campaign, CampaignStatus, Offer, OfferStatus, RevisionNumber},
    id::{CampaignId, CustomerId, OfferId, UserId},
};

use crate::operations::Operation;

/// What there is on both sides, by tenant where it belongs to one.
pub(crate) struct Known {
    /// Those of the two tenants, without whom little can be done.
    pub(crate) members: Vec<UserId>,
    pub(crate) users: Vec<UserId>,
    pub(crate) offers: [Vec<Offer>; 2],
    pub(crate) campaigns: [Vec<Campaign>; 2],
    pub(crate) customers: Vec<CustomerId>,
}

/// One call, the same on both sides.
#[derive(Debug)]
pub(crate) struct Call {
    pub(crate) operation: Operation,
    pub(crate) actor: u64,
    pub(crate) tenant: usize,
    pub(crate) offer: (OfferId, RevisionNumber),
    pub(crate) campaign: (CampaignId, RevisionNumber),
    pub(crate) user: UserId,
    pub(crate) customer: CustomerId,
    pub(crate) number: u64,
}

/// A source of choices that is the same for the same seed.
pub(crate) struct Pick(u64);

impl Pick {
    pub(crate) const fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn number(&mut self, below: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        let below = u64::try_from(below.max(1)).unwrap_or(u64::MAX);
        usize::try_from((self.0 >> 33) % below).unwrap_or_default()
    }

    pub(crate) fn operation(&mut self) -> Operation {
        // What leads on is done more often, so that the later steps are reached.
        const OFTEN: &[Operation] = &[
            Operation::CreateOffer,
            Operation::SubmitOffer,
            Operation::SubmitOffer,
            Operation::ApproveOffer,
            Operation::ApproveOffer,
            Operation::CreateCampaign,
            Operation::RequestLaunch,
            Operation::RequestLaunch,
            Operation::Launch,
            Operation::Launch,
            Operation::Fill,
            Operation::Deliver,
            Operation::ReactivateUser,
            Operation::AddMember,
        ];
        let place = self.number(Operation::ALL.len() + OFTEN.len());
        let all = Operation::ALL.iter().chain(OFTEN);
        all.copied().nth(place).unwrap_or(Operation::CreateOffer)
    }

    fn one<T: Copy>(&mut self, of: &[T], none: T) -> T {
        // The latest are in the middle of something more often than the others.
        let recent = of.len().saturating_sub(4);
        let from = if self.number(3) > 0 { recent } else { 0 };
        let place = from + self.number(of.len() - from);
        of.get(place).copied().unwrap_or(none)
    }

    /// Mostly those that something can be done with.
    fn fitting<'a, T>(&mut self, all: &'a [T], fits: impl Fn(&T) -> bool) -> Vec<&'a T> {
        let is_any = self.number(5) == 0;
        all.iter().filter(|it| is_any || fits(it)).collect()
    }

    pub(crate) fn call(&mut self, operation: Operation, known: &Known) -> Call {
        let tenant = self.number(2);
        let nothing = uuid::Uuid::nil();
        let offers = self.fitting(&known.offers[tenant], |offer| fits_offer(operation, offer));
        let offers: Vec<_> = offers.iter().map(|it| (it.id(), it.revision())).collect();
        let campaigns = &known.campaigns[tenant];
        let campaigns = self.fitting(campaigns, |campaign| fits_campaign(operation, campaign));
        let campaigns: Vec<_> = campaigns
            .iter()
            .map(|it| (it.id(), it.revision()))
            .collect();
        let offer = (OfferId::from_uuid(nothing), RevisionNumber::FIRST);
        let campaign = (CampaignId::from_uuid(nothing), RevisionNumber::FIRST);
        let mut offer = self.one(&offers, offer);
        let mut campaign = self.one(&campaigns, campaign);
        if self.number(12) == 0 {
            offer.1 = offer.1.next();
            campaign.1 = campaign.1.next();
        }
        let users = match (operation, self.number(8)) {
            (Operation::ReactivateUser | Operation::ConfirmReset, 1..6) | (_, 0) => &known.members,
            _ => &known.users,
        };
        Call {
            operation,
            actor: self.0 >> 40,
            tenant,
            offer,
            campaign,
            user: self.one(users, UserId::from_uuid(nothing)),
            customer: self.one(&known.customers, CustomerId::from_uuid(nothing)),
            number: u64::try_from(self.number(1_000)).unwrap_or_default(),
        }
    }
}

fn fits_offer(operation: Operation, offer: &Offer) -> bool {
    use Operation as O;
    match operation {
        O::SubmitOffer => offer.status() == OfferStatus::Draft,
        O::WithdrawOffer | O::ApproveOffer | O::RejectOffer | O::RequestChanges => {
            offer.status() == OfferStatus::Submitted
        }
        O::DiscardDraft => offer.is_live() && offer.status() != OfferStatus::Approved,
        O::CreateCampaign | O::EditCampaign | O::EditOffer => offer.is_live(),
        _ => true,
    }
}

fn fits_campaign(operation: Operation, campaign: &Campaign) -> bool {
    use Operation as O;
    let status = campaign.status();
    match operation {
        O::EditCampaign => status == CampaignStatus::Draft,
        O::RequestLaunch => campaign.launch_request().is_none() && status == CampaignStatus::Draft,
        O::Launch | O::DeclineLaunch => campaign.launch_request().is_some(),
        O::Pause | O::Complete | O::Fill | O::Deliver | O::RetryFailed => {
            status == CampaignStatus::Active
        }
        O::Resume => status == CampaignStatus::Paused,
        _ => true,
    }
}
