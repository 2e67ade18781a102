//! Which offers one customer qualifies for now, and why not for the others.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{Acting, Error, catalog::platform_catalog, work::Work};
use crate::{
    criteria::{Criteria, Explanation, Found, History, Moment, PastDelivery},
    domain::{Campaign, CampaignStatus, Customer, Delivery, Offer, OfferRevision, Scope},
    id::{CampaignId, CustomerId, OfferId, TenantId},
    page::{MAX_PAGE_SIZE, PageRequest},
    policy::Action,
    ports::{CampaignFilter, OfferFilter},
    text::Title,
    time::Timestamp,
};

/// The most live offers, and the most campaigns, that are looked through for one customer.
pub const MAX_JUDGED: u16 = MAX_PAGE_SIZE;

/// What a tenant's offers are to one customer.
///
/// ```
/// # use offerkit_core::{id, services::{self, Error}};
/// # async fn example(acting: services::Acting, tenant: id::TenantId, customer: id::CustomerId) -> Result<(), Error> {
/// let judged = acting.eligibility(tenant).of(customer).await?;
/// for offer in &judged.offers {
///     println!("{}: {}", offer.offer, if offer.qualifies { "yes" } else { "no" });
///     for campaign in &offer.campaigns {
///         for leaf in &campaign.unmet {
///             println!("  {}: {}", campaign.name, leaf.asks);
///         }
///     }
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct Eligibility {
    acting: Acting,
    tenant: TenantId,
}

/// Which live offers a customer qualifies for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct JudgedCustomer {
    /// The customer.
    pub customer: CustomerId,
    /// The moment that criteria took as now.
    pub at: Timestamp,
    /// Whether the customer is active: nobody else qualifies for anything.
    pub is_active: bool,
    /// The tenant's live offers, the newest first.
    pub offers: Vec<JudgedOffer>,
}

/// Whether a customer qualifies for a live offer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct JudgedOffer {
    /// The offer.
    pub offer: OfferId,
    /// Whether a campaign that runs selects the customer for it.
    pub qualifies: bool,
    /// The campaigns that run today and send it, the newest first; none where nobody is offered it now.
    pub campaigns: Vec<JudgedCampaign>,
}

/// Whether a campaign that runs selects a customer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct JudgedCampaign {
    /// The campaign.
    pub campaign: CampaignId,
    /// What it is called.
    pub name: Title,
    /// Whether its criteria hold for the customer, who is active.
    pub qualifies: bool,
    /// Where they do not, the conditions that decided so.
    pub unmet: Vec<Unmet>,
}

/// A condition on which it failed. The customer's values are not told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Unmet {
    /// What it asks of a customer, such as `city is "Pune"`. One that does hold stands under a negation.
    pub asks: Box<str>,
    /// Whether it holds.
    pub holds: bool,
    /// A JSON pointer to it in the campaign's criteria, or in the segment that they use.
    pub pointer: Box<str>,
    /// Whether the customer has a value there at all; none where it asks for no field.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub has_value: Option<bool>,
}

/// A campaign that runs, ready to be asked.
struct Running {
    campaign: Campaign,
    criteria: Criteria,
}

/// The tenant's offers and campaigns at a moment.
struct OnOffer {
    moment: Moment,
    offers: Vec<Offer>,
    running: Vec<Running>,
}

impl Eligibility {
    pub(super) const fn new(acting: Acting, tenant: TenantId) -> Self {
        Self { acting, tenant }
    }

    /// Which of the tenant's live offers a customer qualifies for now, and why not for the others: an offer is live where it
    /// was approved, is not retired, and is valid today; a customer qualifies where a campaign that is active today, and
    /// may send, selects them by the criteria it was launched with. Whether a message may reach them, contact rules say
    /// when it is sent.
    ///
    /// That the customer was looked at is recorded. It costs one read of the customer and of what they were sent, and the
    /// criteria of every campaign that runs, in memory.
    ///
    /// # Errors
    ///
    /// [`Error::Denied`] unless a group permits to see recipients; [`Error::NotFound`] for a customer who is not there, and
    /// for outsiders; [`Error::Invalid`] where more than [`MAX_JUDGED`] offers are live, or campaigns run.
    pub async fn of(&self, customer: CustomerId) -> Result<JudgedCustomer, Error> {
        let (acting, tenant) = (&self.acting, self.tenant);
        acting.record_judging(tenant, customer).await?;
        let past = acting.past_of(tenant, customer).await?;
        let mut work = acting.read(Scope::Tenant(tenant)).await?;
        let on_offer = work.on_offer().await?;
        drop(work);
        let customer = acting.customer(customer).await?;
        Ok(on_offer.judge(&customer, &past))
    }
}

impl OnOffer {
    fn judge(self, customer: &Customer, past: &Past) -> JudgedCustomer {
        let Self {
            moment,
            offers,
            running,
        } = self;
        let mut judged: BTreeMap<OfferId, Vec<JudgedCampaign>> = BTreeMap::new();
        for Running { campaign, criteria } in running {
            let explanation = criteria.explain(customer, moment.with_history(past));
            let unmet = if explanation.holds() {
                Vec::new()
            } else {
                explanation
                    .decisive()
                    .into_iter()
                    .map(Unmet::from)
                    .collect()
            };
            let plan = campaign.plan();
            judged.entry(plan.offer).or_default().push(JudgedCampaign {
                campaign: campaign.id(),
                name: plan.name.clone(),
                qualifies: customer.is_active() && explanation.holds(),
                unmet,
            });
        }
        let offers = offers.iter().map(|offer| {
            let campaigns = judged.remove(&offer.id()).unwrap_or_default();
            JudgedOffer {
                offer: offer.id(),
                qualifies: campaigns.iter().any(|campaign| campaign.qualifies),
                campaigns,
            }
        });
        JudgedCustomer {
            customer: customer.id(),
            at: moment.now(),
            is_active: customer.is_active(),
            offers: offers.collect(),
        }
    }
}

impl From<&Explanation> for Unmet {
    fn from(leaf: &Explanation) -> Self {
        Self {
            asks: leaf.asks().into(),
            holds: leaf.holds(),
            pointer: leaf.pointer().into(),
            has_value: match leaf.found() {
                Some(Found::Value(_) | Found::Hidden) => Some(true),
                Some(Found::NoValue) => Some(false),
                Some(Found::Deliveries(_) | Found::Bucket(_) | Found::NoCustomer) | None => None,
            },
        }
    }
}

impl Work<'_> {
    /// The tenant's live offers, and the campaigns of theirs that may send today.
    async fn on_offer(&mut self) -> Result<OnOffer, Error> {
        let configuration = self.configuration().await?;
        let now = self.now();
        let today = configuration.settings.time_zone.date_of(now);
        let first = PageRequest::first(MAX_JUDGED)?;
        let live = OfferFilter {
            live_on: Some(today),
            ..OfferFilter::default()
        };
        let offers = self.tx()?.offers().list(&live, &first).await?;
        let active = CampaignFilter {
            status: Some(CampaignStatus::Active),
            running_on: Some(today),
            ..CampaignFilter::default()
        };
        let campaigns = self.tx()?.campaigns().list(&active, &first).await?;
        if offers.next.is_some() || campaigns.next.is_some() {
            return Err(Error::Invalid(format!(
                "more than {MAX_JUDGED} offers are live, or campaigns run, which is more than are looked through for one customer"
            )));
        }
        let catalog = platform_catalog(self.tx()?).await?.allowing_all();
        let mut running = Vec::new();
        for campaign in campaigns.items {
            if self.sends_on(&campaign, today).await? {
                let criteria = self.launched_criteria_in(&campaign, &catalog).await?;
                running.push(Running { campaign, criteria });
            }
        }
        Ok(OnOffer {
            moment: Moment::new(now, today),
            offers: offers.items,
            running,
        })
    }

    /// Whether a campaign is as it was launched, and what it sends is valid on a day.
    async fn sends_on(
        &mut self,
        campaign: &Campaign,
        today: chrono::NaiveDate,
    ) -> Result<bool, Error> {
        let Some(launch) = campaign
            .launch()
            .as_ref()
            .filter(|_| campaign.runs_as_launched())
        else {
            return Ok(false);
        };
        let offers = self.tx()?.offers();
        let sent: Option<OfferRevision> = offers
            .revision(campaign.plan().offer, launch.offer_revision)
            .await?;
        Ok(sent.is_some_and(|sent| sent.proposal.validity.holds(today)))
    }
}

/// What a tenant had sent one customer.
pub(super) struct Past(Vec<PastDelivery>);

impl History for Past {
    fn deliveries(&self, _: CustomerId, each: &mut dyn FnMut(&PastDelivery)) {
        self.0.iter().for_each(each);
    }
}

impl Acting {
    /// Decides whether the actor may look at what a customer qualifies for, and records that they do.
    pub(super) async fn record_judging(
        &self,
        tenant: TenantId,
        customer: CustomerId,
    ) -> Result<(), Error> {
        let (acting, action) = (self.unnamed(), Action::JudgeCustomer);
        acting
            .mutate((action, customer), || async {
                let mut work = acting.write(Scope::Tenant(tenant)).await?;
                let grant = work.authorize_in_tenant(action, customer).await?;
                let event = work.event(grant, customer);
                work.commit(event, ()).await
            })
            .await
    }

    /// A customer of the platform.
    pub(super) async fn customer(&self, id: CustomerId) -> Result<Customer, Error> {
        let found = self.kit().inner.customers.get_many(&[id]).await?;
        found.into_iter().next().ok_or(Error::NotFound("customer"))
    }

    /// What the tenant has sent a customer, as criteria ask for it.
    pub(super) async fn past_of(
        &self,
        tenant: TenantId,
        customer: CustomerId,
    ) -> Result<Past, Error> {
        // The ledger stands outside transactions, and a task holds one at a time.
        let rows = self
            .kit()
            .inner
            .ledger
            .of_customer(tenant, customer)
            .await?;
        let mut offers = BTreeMap::new();
        if !rows.is_empty() {
            let mut work = self.read(Scope::Tenant(tenant)).await?;
            for Delivery { key, .. } in &rows {
                let id = key.campaign;
                if !offers.contains_key(&id)
                    && let Some(campaign) = work.tx()?.campaigns().find(id).await?
                {
                    offers.insert(id, campaign.plan().offer);
                }
            }
        }
        let past = rows.iter().filter_map(|row| {
            Some(PastDelivery {
                offer: *offers.get(&row.key.campaign)?,
                campaign: row.key.campaign,
                status: row.status,
                sent_at: row.sent_at,
            })
        });
        Ok(Past(past.collect()))
    }
}
