//! Whom a campaign's messages would reach now, and what each contact rule removes or holds.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Campaigns;
use crate::{
    domain::{
        Campaign, Channel, ClaimRules, Contact, ContactCap, ContactFacts, DeliveryStatus, Validity,
        Verdict, Window, Withheld,
    },
    id::{CampaignId, CustomerId},
    ports::{Prospect, Prospecting, Selection, StoreError},
    services::{Error, deliveries::Deliveries, work::Work},
    time::Timestamp,
};

/// How many customers are looked at in one go.
const PAGE: usize = 5_000;

/// Whom a campaign's messages would reach, had everyone whom its criteria select a row in the ledger, and were all of them
/// sent at one moment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Reach {
    /// The moment.
    pub at: Timestamp,
    /// How many customers the criteria select. The numbers of each channel add up to it.
    pub selected: u64,
    /// Whether those are all: [`Settings::reach_limit`](crate::services::Settings::reach_limit) of them are looked at.
    pub is_complete: bool,
    /// What becomes of them, channel by channel.
    pub channels: Vec<ChannelReach>,
}

/// What becomes of the selected customers on one channel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ChannelReach {
    /// The channel.
    pub channel: Channel,
    /// How many would be sent a message now.
    pub contacted: u64,
    /// How many have a row already that is not pending any more: nothing more is sent to them by itself.
    pub settled: u64,
    /// How many have a row that waits, since an earlier claim held it or its message is to be tried again.
    pub waiting: u64,
    /// How many are not looked at here: of a campaign that reaches each over one channel, those who are on another.
    pub other_channel: u64,
    /// Whom a rule removes for good, by the rule; of a campaign that reaches each over one channel, they may be reached over
    /// the next.
    pub removed: Vec<RuleCount>,
    /// Whom a rule holds, by the rule.
    pub held: Vec<HeldCount>,
    /// Whom a rule would hold until the campaign is over, so that they are cancelled, by the rule.
    pub cancelled: Vec<RuleCount>,
    /// Of those whom a cap holds or cancels, how many each cap does: the one that holds them longest.
    pub caps: Vec<CapCount>,
}

/// How many customers a rule concerns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleCount {
    /// The rule's code, as rows of the ledger bear it.
    pub reason: Withheld,
    /// How many.
    pub customers: u64,
}

/// How many customers a rule holds, and until when.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeldCount {
    /// The rule's code, as rows of the ledger bear it.
    pub reason: Withheld,
    /// How many.
    pub customers: u64,
    /// When the first of them may be sent.
    pub first_until: Timestamp,
    /// When the last of them may be.
    pub last_until: Timestamp,
}

/// How many customers a cap holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct CapCount {
    /// The cap.
    pub cap: ContactCap,
    /// How many.
    pub customers: u64,
}

/// What is asked of every customer.
struct Question {
    campaign: Campaign,
    selection: Selection,
    rules: ClaimRules,
    /// Whether its launch has been filled, so that nobody gets a row any more who has one, unless they are passed on.
    is_filled: bool,
    /// The hours that are the same for all.
    window: Window,
    now: Timestamp,
}

/// What is counted on a channel.
#[derive(Default)]
struct Tally {
    contacted: u64,
    settled: u64,
    waiting: u64,
    other_channel: u64,
    removed: BTreeMap<Withheld, u64>,
    held: BTreeMap<Withheld, (u64, Timestamp, Timestamp)>,
    cancelled: BTreeMap<Withheld, u64>,
    caps: BTreeMap<ContactCap, u64>,
}

/// What would become of a customer on a channel.
enum Fate {
    Settled,
    Waits,
    Judged(Verdict),
}

impl Campaigns {
    /// Whom a campaign's messages would reach now, and what each contact rule removes or holds. A draft is judged by its
    /// plan, a campaign that was launched by what its ledger holds besides.
    ///
    /// It is judged by the function that judges claims, in the order in which [`Deliveries::run`] takes the channels: what is
    /// sent over one counts for the caps of the next. Workers may take them in another order. Dates, stops, the ceiling of a
    /// launch and limits on the rate do not count, and messages that cannot be filled in are found by nobody before they are.
    ///
    /// Every selected customer is read, and so it costs as much as sending without the sending: ask for it when somebody
    /// looks, not in a loop. No number of it concerns a customer alone, and it is permitted as
    /// [`preview`](Self::preview) is.
    ///
    /// ```
    /// # use offerkit_core::{id, services::{Campaigns, Error}};
    /// # async fn example(campaigns: Campaigns, id: id::CampaignId) -> Result<(), Error> {
    /// let reach = campaigns.reach(id).await?;
    /// for on in &reach.channels {
    ///     println!("{}: {} of {}", on.channel, on.contacted, reach.selected);
    ///     for rule in &on.removed {
    ///         println!("  {} removes {}", rule.reason, rule.customers);
    ///     }
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// As for [`preview`](Self::preview).
    pub async fn reach(&self, id: CampaignId) -> Result<Reach, Error> {
        let mut question = {
            let mut work = self.view().await?;
            let campaign = work.viewed_campaign(id).await?;
            work.question(campaign).await?
        };
        let inner = &self.acting.kit().inner;
        let revision = question.campaign.revision();
        let runs = inner.ledger.runs(self.tenant, id).await?;
        question.is_filled = runs.iter().any(|run| run.is_finished_for(revision));
        let limit = self.acting.kit().settings().reach_limit;
        let plan = question.campaign.plan();
        let order = plan.channels.order(&plan.messages).into_iter();
        let mut tallies: Vec<(Channel, Tally)> = order.map(|it| (it, Tally::default())).collect();
        let (mut selected, mut after, mut is_complete) = (0, None, false);
        while selected < limit {
            let room = usize::try_from(limit.saturating_sub(selected)).unwrap_or(usize::MAX);
            let room = room.min(PAGE);
            // One more tells whether there are more.
            let more = room.saturating_add(1);
            let mut ids = inner
                .customers
                .select(&question.selection, after, more)
                .await?;
            is_complete = ids.len() <= room;
            ids.truncate(room);
            self.count(&question, &ids, &mut tallies).await?;
            selected += u64::try_from(ids.len()).unwrap_or(u64::MAX);
            after = ids.last().copied();
            if is_complete {
                break;
            }
        }
        let channels = tallies.into_iter();
        Ok(Reach {
            at: question.now,
            selected,
            is_complete,
            channels: channels.map(|(on, tally)| tally.told(on)).collect(),
        })
    }

    async fn count(
        &self,
        question: &Question,
        ids: &[CustomerId],
        tallies: &mut [(Channel, Tally)],
    ) -> Result<(), Error> {
        let inner = &self.acting.kit().inner;
        let source = &*inner.customers;
        let customers = source.get_many(ids).await?;
        let deliveries = Deliveries::new(self.acting.clone(), self.tenant);
        let mut known = Vec::with_capacity(tallies.len());
        for (channel, _) in tallies.iter() {
            let asked = Prospecting {
                tenant: self.tenant,
                campaign: question.campaign.id(),
                channel: *channel,
                customers: ids,
                now: question.now,
            };
            let prospects = inner.ledger.prospects(source, &asked, &question.rules);
            let reached = deliveries.reach(*channel, ids, &customers);
            let unreached = reached.await?.into_iter();
            let unreached: BTreeMap<CustomerId, Withheld> = unreached
                .filter_map(|(id, reached)| Some((id, reached.err()?)))
                .collect();
            known.push((prospects.await?.into_iter(), unreached));
        }
        for id in ids {
            let mut on = Vec::with_capacity(known.len());
            for (prospects, unreached) in &mut known {
                let prospect = prospects.next().filter(|it| it.customer == *id);
                let prospect = prospect.ok_or(StoreError::Refused("prospects stand in order"))?;
                on.push((prospect, unreached.get(id).copied()));
            }
            question.walk(on, tallies);
        }
        Ok(())
    }
}

impl Question {
    /// Counts what would become of a customer, channel by channel.
    fn walk(&self, on: Vec<(Prospect, Option<Withheld>)>, tallies: &mut [(Channel, Tally)]) {
        let is_one = self.campaign.plan().channels.is_one();
        // Where one was tried, the others are not, whichever it was.
        let tried = on.iter().position(|(prospect, _)| prospect.was_tried());
        let has_row = on.iter().any(|(prospect, _)| prospect.status.is_some());
        let waits = |(it, _): &(Prospect, _)| it.status == Some(DeliveryStatus::Pending);
        let has_rested = self.is_filled && has_row && !on.iter().any(waits);
        let (mut sent, mut is_over): (Vec<Contact>, bool) = (Vec::new(), false);
        let places = on.into_iter().zip(tallies).enumerate();
        for (place, ((mut prospect, unreached), (channel, tally))) in places {
            let is_other = is_over || tried.is_some_and(|tried| tried != place);
            let is_left_out = has_rested && prospect.status.is_none();
            if is_one && (is_left_out || is_other && prospect.status.is_none()) {
                tally.other_channel += 1;
                continue;
            }
            prospect.contacts.extend(&sent);
            let fate = match (self.fate(*channel, &prospect), unreached) {
                (Fate::Judged(Verdict::Send), Some(why)) => Fate::Judged(Verdict::Suppress(why)),
                (fate, _) => fate,
            };
            if matches!(fate, Fate::Judged(Verdict::Send)) {
                sent.push(Contact {
                    channel: *channel,
                    at: self.now,
                });
            }
            is_over = match fate {
                Fate::Settled => prospect.was_tried(),
                Fate::Judged(Verdict::Suppress(why)) => !why.passes_on(),
                Fate::Waits | Fate::Judged(_) => true,
            };
            tally.add(&fate, self.cap(*channel, &prospect.facts()));
        }
    }

    fn fate(&self, channel: Channel, prospect: &Prospect) -> Fate {
        if !matches!(prospect.status, Some(DeliveryStatus::Pending) | None) {
            return Fate::Settled;
        }
        let closed = match self.window {
            Window::Closed { until, why } => Some(self.rules.held(until, why)),
            Window::Open => None,
        };
        let waits = prospect.not_before.is_some_and(|moment| self.now < moment);
        match closed {
            // What waits is cancelled with the others.
            Some(verdict @ Verdict::Cancel(_)) => Fate::Judged(verdict),
            Some(_) | None if waits => Fate::Waits,
            Some(verdict) => Fate::Judged(verdict),
            None => Fate::Judged(self.rules.judge(channel, self.now, &prospect.facts())),
        }
    }

    fn cap(&self, channel: Channel, facts: &ContactFacts<'_>) -> Option<ContactCap> {
        let (_, cap) = self.rules.cap_in_force(channel, self.now, facts.contacts)?;
        Some(cap)
    }
}

impl Tally {
    fn add(&mut self, fate: &Fate, cap: Option<ContactCap>) {
        if let Fate::Judged(Verdict::Hold(_, Withheld::Cap) | Verdict::Cancel(Withheld::Cap)) = fate
            && let Some(cap) = cap
        {
            *self.caps.entry(cap).or_default() += 1;
        }
        match *fate {
            Fate::Settled => self.settled += 1,
            Fate::Waits => self.waiting += 1,
            Fate::Judged(Verdict::Send) => self.contacted += 1,
            Fate::Judged(Verdict::Suppress(why)) => *self.removed.entry(why).or_default() += 1,
            Fate::Judged(Verdict::Cancel(why)) => *self.cancelled.entry(why).or_default() += 1,
            Fate::Judged(Verdict::Hold(until, why)) => {
                let (count, first, last) = self.held.entry(why).or_insert((0, until, until));
                *count += 1;
                *first = until.min(*first);
                *last = until.max(*last);
            }
        }
    }

    fn told(self, channel: Channel) -> ChannelReach {
        ChannelReach {
            channel,
            contacted: self.contacted,
            settled: self.settled,
            waiting: self.waiting,
            other_channel: self.other_channel,
            removed: counts(self.removed),
            held: self.held.into_iter().map(held).collect(),
            cancelled: counts(self.cancelled),
            caps: self
                .caps
                .into_iter()
                .map(|(cap, customers)| CapCount { cap, customers })
                .collect(),
        }
    }
}

fn counts(by_reason: BTreeMap<Withheld, u64>) -> Vec<RuleCount> {
    let counts = by_reason.into_iter();
    counts
        .map(|(reason, customers)| RuleCount { reason, customers })
        .collect()
}

fn held((reason, (customers, first, last)): (Withheld, (u64, Timestamp, Timestamp))) -> HeldCount {
    HeldCount {
        reason,
        customers,
        first_until: first,
        last_until: last,
    }
}

impl Work<'_> {
    /// What would be asked of every customer of a campaign now.
    async fn question(&mut self, campaign: Campaign) -> Result<Question, Error> {
        let selection = self.saved_selection(&campaign).await?;
        let settings = self.configuration().await?.settings;
        let (now, zone, plan) = (self.now(), settings.time_zone, campaign.plan());
        let offers = self.tx()?.offers();
        let launch = campaign.launch().as_ref();
        let launch = launch.filter(|_| campaign.runs_as_launched());
        let launched = launch.map(|it| it.offer_revision);
        let sent = match launched {
            Some(revision) => Some(revision),
            None => offers
                .find(plan.offer)
                .await?
                .and_then(|it| it.live_revision()),
        };
        let revision = match sent {
            Some(revision) => offers.revision(plan.offer, revision).await?,
            None => None,
        };
        let validity = revision.map_or_else(Validity::default, |it| it.proposal.validity);
        let ends_at = plan.ends_at(&validity, zone);
        Ok(Question {
            rules: settings.contact.for_claims(plan.purpose, zone, ends_at),
            window: settings.contact.window(now, zone),
            is_filled: false,
            selection,
            campaign,
            now,
        })
    }
}
