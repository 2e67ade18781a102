//! Test messages: a campaign's message to somebody of the staff.

use std::time::Duration;

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

use super::{Campaigns, Sample};
use crate::{
    domain::{Channel, DeliveryKey, Scope, User},
    id::{CampaignId, CustomerId, UserId},
    page::{MAX_PAGE_SIZE, PageRequest},
    policy::Action,
    ports::{AuditFilter, Message, Outcome},
    services::{Error, messages::Rendered, work::Work},
    text::LanguageTag,
};

/// What begins the subject of a test message, or its text on channels without subjects.
const MARK: &str = "[Test] ";

/// A test message to be sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TestMessage {
    /// The channel.
    pub channel: Channel,
    /// Whom it is filled in for.
    pub sample: Sample,
    /// The language, where it is not the one that the sample prefers.
    pub language: Option<LanguageTag>,
    /// Who gets it.
    pub to: UserId,
}

/// What became of a test message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TestOutcome {
    /// The provider accepted it.
    Sent,
    /// The provider did not accept it. Nothing is tried again by itself.
    NotSent {
        /// Why.
        reason: String,
    },
    /// Nobody can tell.
    Unknown {
        /// Why.
        reason: String,
    },
}

impl Campaigns {
    /// Sends a campaign's message, marked as a test, to a member of the tenant, whatever the campaign's status. It goes to
    /// the e-mail address or the phone that a super admin has given the member: nobody writes their own, so a test reaches
    /// whom a second person has vouched for, and nobody else. It counts for no ledger, cap or statistics.
    ///
    /// What a sample takes is what looking at it takes ([`preview_messages`](Self::preview_messages)): a customer's name in
    /// somebody's mailbox is shown to them. Every call sends, also under an operation id that was used before.
    ///
    /// # Errors
    ///
    /// [`Error::Denied`] unless a group permits it; [`Error::NotFound`], also for somebody who is no active member, and for
    /// a channel that the campaign has no message for; [`Error::Invalid`] where the member has no address on the channel,
    /// or the message cannot be filled in; [`Error::TooManyTests`] after
    /// [`Settings::test_sends_per_hour`](crate::services::Settings::test_sends_per_hour); [`Error::Stopped`] where a super
    /// admin has stopped the tenant's sending over the channel; [`Error::NoNotifier`].
    pub async fn test_send(
        &self,
        id: CampaignId,
        test: &TestMessage,
    ) -> Result<TestOutcome, Error> {
        let kit = self.acting.kit();
        let (action, acting) = (Action::TestSend, self.acting.unnamed());
        let sampled = self
            .sampled(id, test.sample, test.language.as_ref())
            .await?;
        let rendered = sampled
            .filled(&*kit.inner.templates, test.channel)
            .ok_or(Error::NotFound("message"))?
            .map_err(|error| Error::Invalid(error.to_string()))?;
        let notifiers = &kit.inner.notifiers;
        let notifier = notifiers
            .get(&test.channel)
            .ok_or(Error::NoNotifier(test.channel))?;
        // Recorded first, so that nothing goes out without a record, and so that the next one counts it.
        let address = acting
            .mutate((action, id), || async {
                let mut work = acting.write(Scope::Tenant(self.tenant)).await?;
                let (_, grant) = work.campaign_for_update(action, id).await?;
                let member = work.member(test.to).await?;
                let address = address(test.channel, &member)?;
                work.not_stopped(self.tenant, test.channel).await?;
                work.within_limit(kit.settings().test_sends_per_hour)
                    .await?;
                let event = work.event(grant, id).after(test);
                work.commit(event, ()).await?;
                Ok(address)
            })
            .await?;
        // No customer's id: a receipt for it is about no delivery of the ledger.
        let key = DeliveryKey {
            campaign: id,
            customer: CustomerId::from_uuid(kit.uuid()),
            channel: test.channel,
        };
        let message = marked(key, address, rendered);
        let outcomes = notifier.send(std::slice::from_ref(&message)).await;
        let outcome = outcomes.into_iter().find(|(id, _)| *id == message.id);
        Ok(match outcome.map(|(_, outcome)| outcome) {
            Some(Outcome::Sent) => TestOutcome::Sent,
            Some(Outcome::Retry { reason, .. } | Outcome::Failed { reason, .. }) => {
                TestOutcome::NotSent { reason }
            }
            Some(Outcome::Unknown { reason }) => TestOutcome::Unknown { reason },
            None => TestOutcome::Unknown {
                reason: "the notifier said nothing about it".to_owned(),
            },
        })
    }
}

/// The message with its mark.
fn marked(key: DeliveryKey, address: String, rendered: Rendered) -> Message {
    let Rendered {
        subject,
        body,
        html,
    } = rendered;
    let (subject, body) = match subject {
        Some(subject) => (Some(format!("{MARK}{subject}")), body),
        None => (None, format!("{MARK}{body}")),
    };
    Message {
        id: key.id(),
        key,
        address,
        subject,
        body,
        html,
        unsubscribe_url: None,
        is_test: true,
        attempt: 1,
    }
}

/// Where somebody of the staff is reached.
fn address(channel: Channel, member: &User) -> Result<String, Error> {
    let address = match channel {
        Channel::Email => member.email().as_ref().map(ToString::to_string),
        Channel::Sms => member.phone().as_ref().map(ToString::to_string),
        Channel::Push | Channel::Webhook => {
            return Err(Error::Invalid(format!(
                "tests go over email and sms alone: nobody of the staff has an address on {channel}"
            )));
        }
    };
    address.ok_or_else(|| {
        Error::Invalid(format!(
            "`{}` has no address on {channel}; a super admin can give them one",
            member.name()
        ))
    })
}

impl Work<'_> {
    /// An active member of the scope's tenant.
    async fn member(&mut self, id: UserId) -> Result<User, Error> {
        let tenant = self.tenant()?.id;
        let tx = self.tx()?;
        let user = tx.users().find_for_share(id).await?;
        let user = user.filter(User::is_active);
        let held = tx.groups().held_by(id, Some(tenant)).await?;
        user.filter(|_| !held.is_empty())
            .ok_or(Error::NotFound("member"))
    }

    /// Whether the actor may send another test. The campaign is locked, so that tests of it come one after the other.
    async fn within_limit(&mut self, limit: u16) -> Result<(), Error> {
        let by = self.user()?;
        let hour = TimeDelta::hours(1);
        let from = self.now().minus(hour);
        let filter = AuditFilter {
            user: Some(by),
            action: Some(Action::TestSend),
            is_refused: Some(false),
            from: Some(from),
            ..AuditFilter::default()
        };
        let first = PageRequest::first(limit.clamp(1, MAX_PAGE_SIZE))?;
        let sent = self.tx()?.audit().list(&filter, &first).await?.items;
        if sent.len() < usize::from(limit) {
            return Ok(());
        }
        // When the oldest that counts is an hour old. The newest come first.
        let oldest = sent.last().map_or(self.now(), |record| record.at);
        let left = oldest.as_datetime() - from.as_datetime();
        Err(Error::TooManyTests {
            retry_after: left.to_std().unwrap_or(Duration::ZERO),
        })
    }
}
