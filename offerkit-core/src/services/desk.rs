//! The approver's desk: what waits for a decision, in all of an approver's tenants.

use serde::{Deserialize, Serialize};

use super::{Acting, Error, work::Work};
use crate::{
    domain::{Campaign, Offer, OfferStatus, Permission, Tenant},
    page::{MAX_PAGE_SIZE, Order, PageRequest},
    policy::{
        Action, CampaignFacts, DenialKind, Denied, Explanation, OfferFacts, Resource, explain,
    },
    ports::{CampaignFilter, OfferFilter},
    time::Timestamp,
};

/// The actor's desk.
///
/// ```
/// # use offerkit_core::{services::{self, Error}};
/// # async fn example(ben: services::Acting) -> Result<(), Error> {
/// for item in ben.desk().list().await? {
///     match item.obstacle {
///         None => println!("{} since {}: yours to decide", item.tenant.name(), item.since),
///         Some(denied) => println!("{} since {}: {denied}", item.tenant.name(), item.since),
///     }
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct Desk {
    acting: Acting,
}

/// What waits for a decision.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Waiting {
    /// A submitted offer.
    Offer(Box<Offer>),
    /// A campaign whose launch is requested.
    Campaign(Box<Campaign>),
}

/// One thing on the desk.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DeskItem {
    /// The tenant.
    pub tenant: Tenant,
    /// What waits.
    pub waiting: Waiting,
    /// Since when.
    pub since: Timestamp,
    /// Why the actor may not approve or launch it, where they may not.
    pub obstacle: Option<Denied>,
}

impl Desk {
    pub(super) const fn new(acting: Acting) -> Self {
        Self { acting }
    }

    /// What waits in the tenants where the actor decides, the longest wait first. At most the first
    /// [`MAX_PAGE_SIZE`] offers and campaigns of each tenant.
    ///
    /// # Errors
    ///
    /// [`Error::Denied`] where nobody is logged in.
    pub async fn list(&self) -> Result<Vec<DeskItem>, Error> {
        let mut items = Vec::new();
        for membership in self.acting.account().tenants().await? {
            let may = |permission| {
                membership
                    .groups
                    .iter()
                    .any(|held| held.permissions.contains(permission))
            };
            let scope = crate::domain::Scope::Tenant(membership.tenant.id());
            let mut work = self.acting.read(scope).await?;
            match work.obstacle_to_viewing()? {
                None => {}
                Some(Denied {
                    kind: DenialKind::MissingPermission { .. } | DenialKind::Outsider,
                    ..
                }) => continue,
                Some(denied) => return Err(denied.into()),
            }
            if may(Permission::DecideOffers) {
                items.extend(work.submitted_offers(&membership.tenant).await?);
            }
            if may(Permission::LaunchCampaigns) {
                items.extend(work.requested_launches(&membership.tenant).await?);
            }
        }
        items.sort_by_key(|item| item.since);
        Ok(items)
    }
}

impl Work<'_> {
    fn obstacle_to_viewing(&self) -> Result<Option<Denied>, Error> {
        let resource = Resource::Tenant(self.tenant()?);
        Ok(obstacle(explain(
            self.actor(),
            Action::ViewOffers,
            &resource,
        )))
    }

    async fn submitted_offers(&mut self, tenant: &Tenant) -> Result<Vec<DeskItem>, Error> {
        let facts = self.tenant()?;
        let filter = OfferFilter {
            status: Some(OfferStatus::Submitted),
            ..OfferFilter::default()
        };
        let found = self.tx()?.offers().list(&filter, &oldest_first()?).await?;
        Ok(found
            .items
            .into_iter()
            .filter_map(|offer| {
                let resource = Resource::Offer(OfferFacts::new(facts, &offer));
                Some(DeskItem {
                    tenant: tenant.clone(),
                    since: offer.submitted_at()?,
                    obstacle: obstacle(explain(self.actor(), Action::ApproveOffer, &resource)),
                    waiting: Waiting::Offer(Box::new(offer)),
                })
            })
            .collect())
    }

    async fn requested_launches(&mut self, tenant: &Tenant) -> Result<Vec<DeskItem>, Error> {
        let facts = self.tenant()?;
        let filter = CampaignFilter {
            is_launch_requested: Some(true),
            ..CampaignFilter::default()
        };
        let campaigns = self.tx()?.campaigns();
        let found = campaigns.list(&filter, &oldest_first()?).await?;
        Ok(found
            .items
            .into_iter()
            .filter_map(|campaign| {
                let resource = Resource::Campaign(CampaignFacts::new(facts, &campaign));
                Some(DeskItem {
                    tenant: tenant.clone(),
                    since: campaign.launch_request().as_ref()?.at,
                    obstacle: obstacle(explain(self.actor(), Action::LaunchCampaign, &resource)),
                    waiting: Waiting::Campaign(Box::new(campaign)),
                })
            })
            .collect())
    }
}

fn oldest_first() -> Result<PageRequest, Error> {
    Ok(PageRequest::first(MAX_PAGE_SIZE)?.ordered(Order::OldestFirst))
}

fn obstacle(explanation: Explanation) -> Option<Denied> {
    match explanation {
        Explanation::Allowed { .. } => None,
        Explanation::Refused(denied) => Some(denied),
    }
}
