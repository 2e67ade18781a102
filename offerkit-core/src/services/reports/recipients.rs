//! How many were sent what, day by day.

use std::collections::BTreeMap;

use async_trait::async_trait;
use chrono::NaiveDate;

use super::{Reports, drawn::Parts, row::row};
use crate::{
    domain::{Channel, DeliveryStatus},
    id::CampaignId,
    page::{Page, PageRequest},
    policy::Action,
    ports::DailyCounting,
    services::Error,
    time::{TimeZone, Timestamp},
};

row! {
    /// How many of a campaign's recipients have had a status since a day.
    DayRecipients {
        /// The day on which the messages were sent, and that of their last change where they were not.
        day: NaiveDate,
        /// The channel.
        channel: Channel,
        /// What became of the messages.
        status: DeliveryStatus,
        /// How many recipients.
        recipients: u64,
    }
}

pub(super) struct Recipients {
    pub(super) place: Reports,
    pub(super) campaign: CampaignId,
    /// When the campaign was made: nothing of it is older.
    pub(super) since: Timestamp,
    pub(super) until: Timestamp,
    pub(super) zone: TimeZone,
}

#[async_trait]
impl Parts<DayRecipients> for Recipients {
    /// All of it: there are few days, channels and statuses. The ledger's rows are many, so they are counted in parts.
    async fn part(&self, _: &PageRequest) -> Result<Page<DayRecipients>, Error> {
        let Reports { acting, tenant } = &self.place;
        let (first, last) = (self.zone.date_of(self.since), self.zone.date_of(self.until));
        let days: Vec<NaiveDate> = first.iter_days().take_while(|day| *day <= last).collect();
        let begins: Vec<Timestamp> = days.iter().map(|day| self.zone.start_of(*day)).collect();
        let mut counting = DailyCounting {
            days: &begins,
            after: None,
            limit: acting.kit().settings().report_count,
        };
        let mut counts = BTreeMap::<_, u64>::new();
        loop {
            drop(acting.view_tenant(*tenant, Action::ViewCampaigns).await?);
            let ledger = &acting.kit().inner.ledger;
            let part = ledger
                .counted_by_day(*tenant, self.campaign, &counting)
                .await?;
            for count in part.counts {
                *counts
                    .entry((count.day, count.channel, count.status))
                    .or_default() += count.count;
            }
            match part.next {
                Some(last) => counting.after = Some(last),
                None => break,
            }
        }
        let rows = counts
            .into_iter()
            .filter_map(|((day, channel, status), recipients)| {
                Some(DayRecipients {
                    day: *days.get(day)?,
                    channel,
                    status,
                    recipients,
                })
            });
        Ok(Page {
            items: rows.collect(),
            next: None,
        })
    }
}
