//! Comments on offers and campaigns, and the reasons of decisions.

use serde::{Deserialize, Serialize};

use super::RevisionNumber;
use crate::{
    id::{CampaignId, CommentId, OfferId, TenantId, UserId},
    text::CommentBody,
    time::Timestamp,
};

/// What a comment is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CommentSubject {
    /// An offer.
    Offer(OfferId),
    /// A campaign.
    Campaign(CampaignId),
}

/// Why a comment was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CommentKind {
    /// Someone had something to say.
    Note,
    /// The reason of a rejection.
    Rejection,
    /// The changes an approver asks for.
    ChangeRequest,
    /// Why an offer was retired.
    Retirement,
    /// Why a launch was declined.
    Decline,
    /// Why a campaign was paused.
    Pause,
}

/// Something said about an offer or campaign; never changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Comment {
    /// Names the comment.
    pub id: CommentId,
    /// The tenant.
    pub tenant: TenantId,
    /// What it is about.
    pub subject: CommentSubject,
    /// The revision it is about.
    pub revision: RevisionNumber,
    /// Why it was written.
    pub kind: CommentKind,
    /// What was said.
    pub body: CommentBody,
    /// Who said it; nobody where the library did.
    pub author: Option<UserId>,
    /// When.
    pub at: Timestamp,
}
