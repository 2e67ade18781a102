//! The use cases, on behalf of an actor: `kit.acting(&context).offers(tenant).submit(offer, revision)`.
//!
//! Every change is one unit of work: the actor's facts are read in its transaction, the policy decides, the domain
//! takes the step, and the change is committed together with its record. What the policy refuses is recorded too.
//! Every error has a [`kind`](Error::kind), from which an HTTP status follows.

mod account;
mod acting;
mod audit_log;
mod builder;
mod campaigns;
mod catalog;
mod claims;
mod configuration;
mod consents;
mod context;
mod criteria;
mod customers;
mod deliveries;
mod desk;
mod eligibility;
mod error;
mod front;
mod groups;
mod kit;
mod login;
mod mask;
mod messages;
mod offers;
mod operation;
mod opt_out;
mod reports;
mod segments;
mod settings;
mod stops;
mod suppressions;
mod tenants;
mod users;
mod work;
mod worklist;

pub use account::{Account, TenantMembership};
pub use acting::Acting;
pub use audit_log::AuditLog;
pub use builder::{BuildError, OfferkitBuilder};
pub use campaigns::{
    AudiencePreview, CampaignDraft, Campaigns, CapCount, ChannelReach, CheckedCriteria,
    FilledMessage, HeldCount, MaskedCustomer, MessagePreview, Reach, RuleCount, Sample,
    SelectionExplanation, TestMessage, TestOutcome,
};
pub use catalog::Catalog;
pub use claims::{ClaimedGroups, FollowedClaims};
pub use configuration::{Configuration, Published};
pub use consents::Consents;
pub use context::Context;
pub use customers::{
    BadRow, Customers, ImportOptions, ImportRow, ImportSummary, ImportTotals, MAX_CHUNK_ROWS,
    MAX_KEPT_BAD_ROWS,
};
pub use deliveries::{Batch, Deliveries, DeliveryReport, NextBatch, Recipient, Remains, Unsettled};
pub use desk::{Desk, DeskItem, Waiting};
pub use eligibility::{
    Eligibility, JudgedCampaign, JudgedCustomer, JudgedOffer, MAX_JUDGED, Unmet,
};
pub use error::{Error, ErrorKind};
pub use groups::{Groups, Member};
pub use kit::{Backend, Offerkit};
pub use login::{Login, SessionToken};
pub use offers::{OfferDraft, OfferHistory, Offers, Retired, Submitted};
pub use opt_out::{OptOutLinks, OptOutLinksError};
pub use reports::{
    CustomerMessage, DayRecipients, Decision, DecisionKind, Drawn, HeldPermission, HeldThrough,
    LiveOnDay, ReportRow, Reports,
};
pub use segments::Segments;
pub use settings::{KeepMessages, Settings};
pub use stops::Stops;
pub use suppressions::Suppressions;
pub use tenants::Tenants;
pub use users::Users;
pub use worklist::{Task, Worklist};
