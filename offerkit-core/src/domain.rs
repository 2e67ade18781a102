//! The domain: what there is, and which steps its life cycles allow. Everything here is pure.
//!
//! Objects with a life cycle have private fields, a getter for each, and methods that take the object and give the
//! next one or a [`TransitionError`]. Plain records have public fields. Storage takes objects apart with `into_parts`
//! and puts them together with `from_parts`.

mod campaign;
mod channel;
mod channel_choice;
mod comment;
mod configuration;
mod contact;
mod content;
mod contribution;
mod criteria;
pub mod customer;
mod delivery;
mod entity;
mod erasure;
mod group;
mod message;
mod offer;
mod permission;
mod run;
mod schedule;
mod scope;
mod segment;
mod session;
mod stop;
mod tenant;
mod transition;
mod user;
mod version;

pub(crate) use campaign::LaunchSeen;
pub use campaign::{Campaign, CampaignParts, CampaignPlan, CampaignStatus, Launch, LaunchRequest};
pub use channel::{Channel, ChannelError};
pub use channel_choice::{ChannelChoice, ChannelChoiceError};
pub use comment::{Comment, CommentKind, CommentSubject};
pub use configuration::{ConfigurationSettings, OfferConfiguration};
pub use contact::{
    AddressDigest, ClaimRates, ClaimRules, Consent, ConsentMode, ConsentRule, ConsentWord, Contact,
    ContactCap, ContactFacts, ContactRules, ContactRulesError, LocalHours, Purpose, QuietHours,
    RateLimit, RateLimitError, RateWindow, SendingHours, SendingHoursError, Suppression,
    SuppressionReason, Verdict, Weekday, Window, Withheld,
};
pub use content::{ContentError, OfferContent};
pub use contribution::{Contribution, ContributionKind};
pub use criteria::{SavedCriteria, SegmentPin};
pub use customer::Customer;
pub use delivery::{COMPLAINED, Delivery, DeliveryKey, DeliveryStatus};
pub use erasure::{ErasureReport, Trace};
pub use group::{Group, GroupParts, HeldGroup, Membership};
pub use message::{MessageTemplate, MessageText, Messages};
pub use offer::{
    Change, Offer, OfferApproval, OfferParts, OfferRevision, OfferStatus, Proposal, Validity, diff,
};
pub use permission::{Permission, PermissionError, PermissionSet};
pub use run::{NOT_SELECTED_ANEW, Run, RunStatus};
pub use schedule::{MissedStart, Refresh, Schedule};
pub use scope::Scope;
pub use segment::Segment;
pub use session::Session;
pub use stop::{Stop, StopExtent, StopLift};
pub use tenant::{Tenant, TenantParts};
pub use transition::TransitionError;
pub use user::{
    DecisionHold, ExternalIdentity, NewUser, PasswordHash, User, UserChange, UserParts,
};
pub use version::{ConfigurationVersion, RevisionNumber, SegmentVersion, Version};
