//! Reports: what was decided, was live, was sent and is permitted in a tenant. That one was drawn is recorded.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Datelike as _, NaiveDate};
use serde::{Deserialize, Serialize};

use super::{Acting, Error, work::Work};
use crate::{
    audit::Subject,
    domain::{Campaign, Permission, Scope},
    id::{CampaignId, CustomerId, TenantId, UserId},
    policy::Action,
    ports::LiveOn,
    text::Username,
    time::{TimeZone, Timestamp},
};

mod customer;
mod decisions;
mod drawn;
mod live_offers;
mod permissions;
mod recipients;
mod row;

use drawn::Parts;

pub use customer::CustomerMessage;
pub use decisions::{Decision, DecisionKind};
pub use drawn::Drawn;
pub use live_offers::LiveOnDay;
pub use permissions::{HeldPermission, HeldThrough};
pub use recipients::DayRecipients;
pub use row::ReportRow;

/// The reports of a tenant.
///
/// A report is drawn once, which is recorded with who drew it and what they asked for, and then read part by part: it may be
/// long, and is never kept as a whole. Its rows are flat, the same for JSON and CSV
/// (`offerkit_core::csv::report_rows`). Days are those of the tenant's time zone.
///
/// ```
/// # use offerkit_core::{id, services::{self, Error, ReportRow as _}};
/// # async fn example(admin: services::Acting, tenant: id::TenantId) -> Result<(), Error> {
/// let day = chrono::NaiveDate::from_ymd_opt(2026, 3, 31).unwrap_or_default();
/// let mut report = admin.reports(tenant).live_offers(day).await?;
/// while let Some(offers) = report.next().await? {
///     for offer in offers {
///         println!("{}", offer.cells().join(" "));
///     }
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct Reports {
    acting: Acting,
    tenant: TenantId,
}

/// What was asked for, as the record of a drawing keeps it.
#[derive(Serialize)]
#[serde(untagged)]
enum Asked {
    Days {
        from: NaiveDate,
        until: NaiveDate,
    },
    Day {
        on: NaiveDate,
    },
    Campaign {
        campaign: CampaignId,
    },
    /// The customer is the record's subject.
    Customer {},
    Permission {
        permission: Option<Permission>,
    },
}

impl Reports {
    pub(super) const fn new(acting: Acting, tenant: TenantId) -> Self {
        Self { acting, tenant }
    }

    /// The decisions on offers from one day until another, both included: approvals, rejections and requests for changes, the
    /// first first, as the audit log has them.
    ///
    /// # Errors
    ///
    /// [`Error::Denied`] unless a group permits to see the audit log; [`Error::Invalid`] for a period that ends before it
    /// begins, and for days outside the years 1 to 9999.
    pub async fn decisions(
        &self,
        from: NaiveDate,
        until: NaiveDate,
    ) -> Result<Drawn<Decision>, Error> {
        in_calendar(from)?;
        in_calendar(until)?;
        if until < from {
            return Err(Error::Invalid(format!(
                "a period ends before it begins: {from} is after {until}"
            )));
        }
        let asked = Asked::Days { from, until };
        let drawing = self
            .draw(Action::ReportDecisions, self.tenant, asked)
            .await?;
        let (from, _) = drawing.day(from);
        let (_, before) = drawing.day(until);
        Ok(self.drawn(decisions::Decisions {
            place: self.clone(),
            from,
            before,
        }))
    }

    /// The offers that were live at any moment of a day, each with the revision that was, by offer. What became of them later
    /// is told and changes nothing; for a day to come, it is what will be if nothing changes.
    ///
    /// # Errors
    ///
    /// [`Error::Denied`] unless a group permits to see offers; [`Error::Invalid`] for a day outside the years 1 to 9999.
    pub async fn live_offers(&self, on: NaiveDate) -> Result<Drawn<LiveOnDay>, Error> {
        in_calendar(on)?;
        let asked = Asked::Day { on };
        let drawing = self
            .draw(Action::ReportLiveOffers, self.tenant, asked)
            .await?;
        let (from, before) = drawing.day(on);
        Ok(self.drawn(live_offers::LiveOffers {
            place: self.clone(),
            asked: LiveOn {
                day: on,
                from,
                before,
            },
        }))
    }

    /// How many of a campaign's recipients had which status since which day, by channel: the day on which a message was sent,
    /// and that of the last change where none was.
    ///
    /// # Errors
    ///
    /// [`Error::Denied`] unless a group permits to see campaigns; [`Error::NotFound`].
    pub async fn recipients(&self, campaign: CampaignId) -> Result<Drawn<DayRecipients>, Error> {
        let drawing = self
            .draw(
                Action::ReportRecipients,
                campaign,
                Asked::Campaign { campaign },
            )
            .await?;
        let campaign = drawing.campaign.ok_or(Error::NotFound("campaign"))?;
        Ok(self.drawn(recipients::Recipients {
            place: self.clone(),
            campaign: campaign.id(),
            since: campaign.created_at(),
            until: drawing.at,
            zone: drawing.zone,
        }))
    }

    /// All that the tenant sent one customer or was to, by campaign and channel, and under which rule: the launched criteria
    /// that selected them, in words and as they are written. It is empty for whom no campaign selected, whether there is
    /// such a customer or not.
    ///
    /// # Errors
    ///
    /// [`Error::Denied`] unless a group permits to see recipients.
    pub async fn customer(&self, customer: CustomerId) -> Result<Drawn<CustomerMessage>, Error> {
        self.draw(Action::ReportCustomer, customer, Asked::Customer {})
            .await?;
        Ok(self.drawn(customer::Messages {
            place: self.clone(),
            customer,
        }))
    }

    /// Who holds which permission, or one of them, since when and by whom: for each group that permits it, the later of two
    /// steps counts, that the user was put into the group, or that the group came to permit it.
    ///
    /// # Errors
    ///
    /// [`Error::Denied`] unless the actor sees the tenant's members.
    pub async fn permissions(
        &self,
        permission: Option<Permission>,
    ) -> Result<Drawn<HeldPermission>, Error> {
        let asked = Asked::Permission { permission };
        self.draw(Action::ReportPermissions, self.tenant, asked)
            .await?;
        Ok(self.drawn(permissions::Permissions {
            place: self.clone(),
            only: permission,
        }))
    }

    fn drawn<R>(&self, parts: impl Parts<R> + 'static) -> Drawn<R> {
        Drawn::new(parts, self.acting.kit().settings().report_part)
    }

    /// Decides whether the actor may draw a report, and records that they do.
    async fn draw(
        &self,
        action: Action,
        about: impl Into<Subject>,
        asked: Asked,
    ) -> Result<Drawing, Error> {
        let (acting, about) = (self.acting.unnamed(), about.into());
        acting
            .mutate((action, about), || async {
                let mut work = acting.write(Scope::Tenant(self.tenant)).await?;
                let grant = work.authorize_in_tenant(action, about).await?;
                let campaign = match asked {
                    Asked::Campaign { campaign } => Some(work.viewed_campaign(campaign).await?),
                    Asked::Days { .. }
                    | Asked::Day { .. }
                    | Asked::Customer {}
                    | Asked::Permission { .. } => None,
                };
                let drawing = Drawing {
                    zone: work.configuration().await?.settings.time_zone,
                    at: work.now(),
                    campaign,
                };
                let event = work.event(grant, about).after(&asked);
                work.commit(event, ()).await?;
                Ok(drawing)
            })
            .await
    }
}

/// Days of other years are written by nobody, and not every store holds them.
fn in_calendar(day: NaiveDate) -> Result<(), Error> {
    if (1..=9999).contains(&day.year()) {
        Ok(())
    } else {
        Err(Error::Invalid(format!(
            "the day {day} is outside the calendar of the years 1 to 9999"
        )))
    }
}

/// What is known once a drawing is recorded.
#[derive(Deserialize)]
struct Drawing {
    zone: TimeZone,
    at: Timestamp,
    campaign: Option<Campaign>,
}

impl Drawing {
    /// When a day begins, and when it is over.
    fn day(&self, day: NaiveDate) -> (Timestamp, Timestamp) {
        let next = day.succ_opt().unwrap_or(day);
        (self.zone.start_of(day), self.zone.start_of(next))
    }
}

impl Work<'_> {
    /// The names of people, as far as there are such people.
    async fn names_of(
        &mut self,
        people: impl IntoIterator<Item = UserId>,
    ) -> Result<BTreeMap<UserId, Username>, Error> {
        let people: BTreeSet<UserId> = people.into_iter().collect();
        let mut names = BTreeMap::new();
        for id in people {
            if let Some(user) = self.tx()?.users().find(id).await? {
                names.insert(id, user.name().clone());
            }
        }
        Ok(names)
    }
}
