//! What the platform's customers agreed to.

use std::sync::Arc;

use super::{Acting, Error};
use crate::{
    audit::{AuditEvent, Subject, SubjectKind},
    domain::{Channel, Consent, ConsentWord, Purpose, Scope},
    id::CustomerId,
    policy::{Action, Resource},
    text::ConsentSource,
};

/// What the platform's customers agreed to: every word is kept, and the last one counts.
///
/// ```
/// # use offerkit_core::{domain::{Channel, Purpose}, id::CustomerId, services::{self, Error}};
/// # async fn example(root: services::Acting, customer: CustomerId) -> Result<(), Error> {
/// root.consents().give(customer, Purpose::Marketing, Channel::Email, "branch.form-12".parse()?).await?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct Consents {
    acting: Acting,
}

/// The most words that are kept at once.
const MAX_WORDS: usize = 10_000;

impl Consents {
    pub(super) const fn new(acting: Acting) -> Self {
        Self { acting }
    }

    /// Keeps that a customer agrees now to messages of a purpose over a channel.
    ///
    /// # Errors
    ///
    /// As for [`import`](Self::import).
    pub async fn give(
        &self,
        customer: CustomerId,
        purpose: Purpose,
        channel: Channel,
        source: ConsentSource,
    ) -> Result<(), Error> {
        let word = ConsentWord::Given;
        self.say(customer, purpose, channel, word, source).await
    }

    /// Keeps that a customer wants no more messages of a purpose over a channel from now on.
    ///
    /// # Errors
    ///
    /// As for [`import`](Self::import).
    pub async fn withdraw(
        &self,
        customer: CustomerId,
        purpose: Purpose,
        channel: Channel,
        source: ConsentSource,
    ) -> Result<(), Error> {
        let word = ConsentWord::Withdrawn;
        self.say(customer, purpose, channel, word, source).await
    }

    async fn say(
        &self,
        customer: CustomerId,
        purpose: Purpose,
        channel: Channel,
        word: ConsentWord,
        source: ConsentSource,
    ) -> Result<(), Error> {
        let consent = Consent {
            customer,
            purpose,
            channel,
            said_at: self.acting.kit().now(),
            word,
            source,
        };
        self.kept(vec![consent], customer.into()).await.map(drop)
    }

    /// Keeps what customers said, at most 10,000 words at once, and answers how many are new. A word counts by when it was
    /// said: one that is older than the last changes nothing. Customers need not be known yet.
    ///
    /// # Errors
    ///
    /// [`Error::Denied`] unless the actor is a super admin; [`Error::Invalid`] for too many, and for words of the future.
    pub async fn import(&self, words: Vec<Consent>) -> Result<u64, Error> {
        if words.len() > MAX_WORDS {
            return Err(Error::Invalid(format!(
                "{} words at once, {MAX_WORDS} are allowed",
                words.len()
            )));
        }
        let now = self.acting.kit().now();
        if let Some(early) = words.iter().find(|word| now < word.said_at) {
            return Err(Error::Invalid(format!(
                "a word of customer {} is of {}, which is yet to come",
                early.customer, early.said_at
            )));
        }
        self.kept(words, Subject::the(SubjectKind::Customer)).await
    }

    async fn kept(&self, words: Vec<Consent>, subject: Subject) -> Result<u64, Error> {
        let (action, words) = (Action::KeepConsents, Arc::new(words));
        self.acting
            .mutate(action, || async {
                let event = self.acting.platform_event(action, subject).await?;
                let event = match words.as_slice() {
                    [word] => event.after(word),
                    words => event.after(&words.len()),
                };
                let contacts = &self.acting.kit().inner.contacts;
                Ok(contacts.keep_words(Arc::clone(&words), Some(event)).await?)
            })
            .await
    }

    /// Everything that a customer said, the last first.
    ///
    /// # Errors
    ///
    /// [`Error::Denied`] unless the actor is a super admin.
    pub async fn of(&self, customer: CustomerId) -> Result<Vec<Consent>, Error> {
        self.acting.view_contacts().await?;
        Ok(self.acting.kit().inner.contacts.words_of(customer).await?)
    }
}

impl Acting {
    /// The event of something that the actor may do to the platform.
    pub(super) async fn platform_event(
        &self,
        action: Action,
        subject: Subject,
    ) -> Result<AuditEvent, Error> {
        let mut work = self.write(Scope::Platform).await?;
        let grant = work.authorize(action, &Resource::Platform, subject).await?;
        Ok(work.event(grant, subject))
    }

    /// That the actor may see what customers agreed to.
    pub(super) async fn view_contacts(&self) -> Result<(), Error> {
        let mut work = self.read(Scope::Platform).await?;
        let platform = Subject::the(SubjectKind::Platform);
        work.permit(Action::ViewContacts, &Resource::Platform, platform)
            .await
    }
}
