//! The steps of a campaign's life: each takes the campaign and gives the next one, or says why not.

use chrono::NaiveDate;

use super::{Campaign, CampaignParts, CampaignPlan, CampaignStatus, Launch, LaunchRequest};
use crate::{
    domain::{
        Contribution, ContributionKind, Offer, OfferRevision, RevisionNumber, TransitionError,
        Version,
    },
    id::{CampaignId, TenantId, UserId},
    text::Reason,
    time::Timestamp,
};

/// What a launcher saw when deciding.
#[derive(Debug, Clone, Copy)]
pub(crate) struct LaunchSeen<'a> {
    /// The live revision of the offer, already checked to be live today.
    pub(crate) live: &'a OfferRevision,
    /// How many customers the criteria select.
    pub(crate) counted: u64,
    /// The most customers that may be filled.
    pub(crate) ceiling: u64,
    /// The date in the tenant's time zone.
    pub(crate) today: NaiveDate,
}

impl CampaignPlan {
    fn checked(self) -> Result<Self, TransitionError> {
        if self.end_date < self.start_date {
            return Err(TransitionError::Dates {
                start: self.start_date,
                end: self.end_date,
            });
        }
        Ok(self)
    }
}

impl Campaign {
    /// A new draft.
    ///
    /// # Errors
    ///
    /// [`TransitionError::Dates`] where it would end before it starts.
    pub fn create(
        id: CampaignId,
        tenant: TenantId,
        plan: CampaignPlan,
        author: UserId,
        now: Timestamp,
    ) -> Result<Self, TransitionError> {
        let revision = RevisionNumber::FIRST;
        let mut campaign = Self::from_parts(CampaignParts {
            id,
            tenant,
            status: CampaignStatus::Draft,
            plan: plan.checked()?,
            revision,
            contributions: Vec::new(),
            launch_request: None,
            launch: None,
            pause_reason: None,
            created_by: author,
            created_at: now,
            updated_at: now,
            version: Version::FIRST,
        });
        campaign.contribute(author, ContributionKind::Wrote, now);
        campaign.contribute_segments();
        Ok(campaign)
    }

    /// Another plan, which voids a pending request; what was launched before needs a new launch.
    ///
    /// # Errors
    ///
    /// [`TransitionError`] unless the campaign is a draft or paused, `seen` is its revision, something changes, and
    /// its dates are in order.
    pub fn edit(
        mut self,
        seen: RevisionNumber,
        plan: CampaignPlan,
        author: UserId,
        now: Timestamp,
    ) -> Result<Self, TransitionError> {
        self = self
            .is(&[CampaignStatus::Draft, CampaignStatus::Paused], "edited")?
            .seen(seen)?;
        if self.parts.plan == plan {
            return Err(TransitionError::Unchanged);
        }
        self.parts.plan = plan.checked()?;
        self.parts.revision = seen.next();
        self.parts.launch_request = None;
        self.contribute(author, ContributionKind::Wrote, now);
        self.contribute_segments();
        Ok(self)
    }

    /// The campaign waiting for another person to launch it.
    ///
    /// # Errors
    ///
    /// [`TransitionError`] unless the campaign is a draft or paused, `seen` is its revision, the offer is live, and
    /// its last day is not over.
    pub fn request_launch(
        mut self,
        seen: RevisionNumber,
        by: UserId,
        counted: u64,
        (offer, today): (&Offer, NaiveDate),
        now: Timestamp,
    ) -> Result<Self, TransitionError> {
        self = self
            .is(
                &[CampaignStatus::Draft, CampaignStatus::Paused],
                "requested to launch",
            )?
            .seen(seen)?
            .not_over(today)?;
        if !offer.is_live() || offer.id() != self.parts.plan.offer {
            return Err(TransitionError::OfferNotLive);
        }
        self.parts.launch_request = Some(LaunchRequest {
            by,
            at: now,
            revision: seen,
            counted,
        });
        self.contribute(by, ContributionKind::RequestedLaunch, now);
        Ok(self)
    }

    /// The campaign active, with everything pinned that it sends.
    ///
    /// That another person launches is the policy's rule, and the store's; it is not asked here.
    ///
    /// # Errors
    ///
    /// [`TransitionError`] unless a launch of revision `seen` was requested and its last day is not over.
    pub(crate) fn launched(
        mut self,
        seen: RevisionNumber,
        by: UserId,
        at_launch: LaunchSeen<'_>,
        now: Timestamp,
    ) -> Result<Self, TransitionError> {
        self = self
            .is(&[CampaignStatus::Draft, CampaignStatus::Paused], "launched")?
            .seen(seen)?
            .not_over(at_launch.today)?;
        if at_launch.live.offer != self.parts.plan.offer {
            return Err(TransitionError::OfferNotLive);
        }
        let parts = &mut self.parts;
        if parts
            .launch_request
            .take_if(|request| request.revision == seen)
            .is_none()
        {
            return Err(TransitionError::NoLaunchRequest);
        }
        parts.launch = Some(Launch {
            by,
            at: now,
            revision: seen,
            offer_revision: at_launch.live.number,
            offer_digest: at_launch.live.digest(),
            criteria_digest: parts.plan.selection_criteria.digest,
            messages_digest: parts.plan.messages_digest(),
            schedule_digest: parts.plan.schedule_digest(),
            segments: parts.plan.segment_ids(),
            counted: at_launch.counted,
            ceiling: at_launch.ceiling,
        });
        parts.contributions.clear();
        parts.pause_reason = None;
        Ok(self.moved(CampaignStatus::Active, now))
    }

    /// The campaign without its request for a launch.
    ///
    /// # Errors
    ///
    /// [`TransitionError::NoLaunchRequest`] unless a launch of revision `seen` is requested.
    pub fn decline(
        mut self,
        seen: RevisionNumber,
        now: Timestamp,
    ) -> Result<Self, TransitionError> {
        self = self.seen(seen)?;
        if self.parts.launch_request.take().is_none() {
            return Err(TransitionError::NoLaunchRequest);
        }
        self.parts.updated_at = now;
        Ok(self)
    }

    /// The campaign held.
    ///
    /// # Errors
    ///
    /// [`TransitionError::Status`] unless the campaign is active.
    pub fn pause(mut self, reason: Reason, now: Timestamp) -> Result<Self, TransitionError> {
        self = self.is(&[CampaignStatus::Active], "paused")?;
        self.parts.pause_reason = Some(reason);
        Ok(self.moved(CampaignStatus::Paused, now))
    }

    /// The campaign active again, exactly as it was launched.
    ///
    /// # Errors
    ///
    /// [`TransitionError`] unless the campaign is paused and unchanged since its launch.
    pub fn resume(mut self, now: Timestamp) -> Result<Self, TransitionError> {
        self = self.is(&[CampaignStatus::Paused], "resumed")?;
        if !self.runs_as_launched() {
            return Err(TransitionError::ChangedSinceLaunch);
        }
        self.parts.launch_request = None;
        self.parts.pause_reason = None;
        Ok(self.moved(CampaignStatus::Active, now))
    }

    /// The campaign over.
    ///
    /// # Errors
    ///
    /// [`TransitionError::Status`] unless the campaign is active or paused.
    pub fn complete(mut self, now: Timestamp) -> Result<Self, TransitionError> {
        self = self.is(
            &[CampaignStatus::Active, CampaignStatus::Paused],
            "completed",
        )?;
        self.parts.launch_request = None;
        Ok(self.moved(CampaignStatus::Completed, now))
    }

    /// Whether the plan is, by every digest, the one that was launched.
    #[must_use]
    pub fn runs_as_launched(&self) -> bool {
        self.launch().as_ref().is_some_and(|launch| {
            launch.revision == self.revision()
                && launch.criteria_digest == self.plan().selection_criteria.digest
                && launch.messages_digest == self.plan().messages_digest()
                && launch.schedule_digest == self.plan().schedule_digest()
                && launch.segments == self.plan().segment_ids()
        })
    }

    fn is(self, allowed: &[CampaignStatus], wanted: &'static str) -> Result<Self, TransitionError> {
        if allowed.contains(&self.parts.status) {
            return Ok(self);
        }
        Err(TransitionError::Status {
            what: "the campaign",
            status: self.parts.status.in_words(),
            wanted,
        })
    }

    fn seen(self, seen: RevisionNumber) -> Result<Self, TransitionError> {
        TransitionError::unless_seen(seen, self.parts.revision)?;
        Ok(self)
    }

    fn not_over(self, today: NaiveDate) -> Result<Self, TransitionError> {
        let end = self.parts.plan.end_date;
        if end < today {
            return Err(TransitionError::Over { end });
        }
        Ok(self)
    }

    fn contribute(&mut self, user: UserId, kind: ContributionKind, at: Timestamp) {
        self.parts.contributions.push(Contribution {
            user,
            kind,
            revision: self.parts.revision,
            at,
        });
        self.parts.updated_at = at;
    }

    /// Counts the authors of segment versions among those who wrote the campaign, unless its last launch used the
    /// version: then someone else has decided on it.
    fn contribute_segments(&mut self) {
        let parts = &mut self.parts;
        let launched = parts.launch.as_ref().map(|launch| &launch.segments);
        for pin in &parts.plan.segments {
            let is_known = parts.contributions.iter().any(|it| {
                it.kind == ContributionKind::WroteSegment
                    && it.user == pin.author
                    && it.at == pin.written_at
            });
            if is_known || launched.is_some_and(|launched| launched.contains(&pin.id)) {
                continue;
            }
            parts.contributions.push(Contribution {
                user: pin.author,
                kind: ContributionKind::WroteSegment,
                revision: parts.revision,
                at: pin.written_at,
            });
        }
    }

    fn moved(mut self, status: CampaignStatus, now: Timestamp) -> Self {
        self.parts.status = status;
        self.parts.updated_at = now;
        self
    }
}
