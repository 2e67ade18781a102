//! What could be sent on a day.

use async_trait::async_trait;
use chrono::NaiveDate;

use super::{Reports, drawn::Parts, row::row};
use crate::{
    digest::Digest,
    domain::RevisionNumber,
    id::{OfferId, UserId},
    page::{Page, PageRequest},
    policy::Action,
    ports::LiveOn,
    services::Error,
    text::Username,
    time::Timestamp,
};

row! {
    /// A revision of an offer that was live on a day.
    LiveOnDay {
        /// The offer.
        offer: OfferId,
        /// The revision.
        revision: RevisionNumber,
        /// The digest of what it says.
        digest: Digest,
        /// Who wrote it.
        written_by: UserId,
        /// Their user name.
        written_by_name: Option<Username>,
        /// Who approved it.
        approved_by: UserId,
        /// Their user name.
        approved_by_name: Option<Username>,
        /// When, and so since when it was live.
        approved_at: Timestamp,
        /// The first day on which it may be sent.
        valid_from: Option<NaiveDate>,
        /// The last day.
        valid_until: Option<NaiveDate>,
        /// When the next approval took its place.
        replaced_at: Option<Timestamp>,
        /// When the offer was retired.
        retired_at: Option<Timestamp>,
    }
}

pub(super) struct LiveOffers {
    pub(super) place: Reports,
    pub(super) asked: LiveOn,
}

#[async_trait]
impl Parts<LiveOnDay> for LiveOffers {
    async fn part(&self, request: &PageRequest) -> Result<Page<LiveOnDay>, Error> {
        let Reports { acting, tenant } = &self.place;
        let mut work = acting.view_tenant(*tenant, Action::ViewOffers).await?;
        let live = work.tx()?.offers().live_on(&self.asked, request).await?;
        let revisions = live.items.iter().flat_map(|offer| &offer.revisions);
        let people = revisions.flat_map(|live| [live.author, live.approval.approver]);
        let names = work.names_of(people).await?;
        let mut items = Vec::new();
        for offer in live.items {
            items.extend(offer.revisions.into_iter().map(|live| LiveOnDay {
                offer: offer.offer,
                revision: live.approval.revision,
                digest: live.approval.digest,
                written_by: live.author,
                written_by_name: names.get(&live.author).cloned(),
                approved_by: live.approval.approver,
                approved_by_name: names.get(&live.approval.approver).cloned(),
                approved_at: live.approval.at,
                valid_from: live.validity.from,
                valid_until: live.validity.until,
                replaced_at: live.replaced_at,
                retired_at: offer.retired_at,
            }));
        }
        Ok(Page {
            items,
            next: live.next,
        })
    }
}
