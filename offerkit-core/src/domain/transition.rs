//! What a life cycle refuses.

use super::RevisionNumber;

/// A step that the state of an object does not allow. Nothing was changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TransitionError {
    /// The object's status does not lead there.
    #[error("{what} is {status}, so it cannot be {wanted}")]
    Status {
        /// `offer`, `campaign`, …
        what: &'static str,
        /// Its status.
        status: &'static str,
        /// What was wanted, as a participle: `approved`.
        wanted: &'static str,
    },
    /// The object is retired or deleted, for good.
    #[error("the offer is {state}, so it cannot be {wanted}")]
    Ended {
        /// `retired` or `deleted`.
        state: &'static str,
        /// What was wanted.
        wanted: &'static str,
    },
    /// The caller decided on another revision than the current one.
    #[error(
        "revision {seen} was meant, but the current one is {current}; read it and decide again"
    )]
    Stale {
        /// The revision the caller saw.
        seen: u64,
        /// The revision there is.
        current: u64,
    },
    /// An edit that changes nothing.
    #[error("the new content equals the old one")]
    Unchanged,
    /// A draft is discarded that is the offer's only content.
    #[error("the offer has no approved revision to go back to")]
    NothingApproved,
    /// A campaign's start is after its end.
    #[error("the campaign would end on {end}, before it starts on {start}")]
    Dates {
        /// The first day.
        start: chrono::NaiveDate,
        /// The last day.
        end: chrono::NaiveDate,
    },
    /// The campaign's last day is over.
    #[error("the campaign's last day was {end}")]
    Over {
        /// The last day.
        end: chrono::NaiveDate,
    },
    /// The offer that a campaign would send is not live.
    #[error(
        "the offer has no live revision: it must be approved first, and not retired or outside its validity"
    )]
    OfferNotLive,
    /// A launch without its request, or resuming what was changed since its launch.
    #[error("no launch of the campaign as it stands has been requested")]
    NoLaunchRequest,
    /// The campaign was changed since its launch, so it needs a new one.
    #[error("the campaign was changed since its launch; request a new launch")]
    ChangedSinceLaunch,
    /// The offer's validity window is empty.
    #[error("the offer would be valid until {until}, before it is valid from {from}")]
    Validity {
        /// The first valid day.
        from: chrono::NaiveDate,
        /// The last valid day.
        until: chrono::NaiveDate,
    },
}

impl TransitionError {
    /// [`Stale`](Self::Stale), unless the revision that was seen is the current one.
    pub(crate) fn unless_seen(seen: RevisionNumber, current: RevisionNumber) -> Result<(), Self> {
        if seen == current {
            return Ok(());
        }
        Err(Self::Stale {
            seen: seen.get(),
            current: current.get(),
        })
    }
}
