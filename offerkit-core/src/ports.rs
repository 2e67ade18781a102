//! The ports: what the library needs of the outside, as traits that adapters implement.
//!
//! [`Store`] and [`Transaction`] keep everything that changes under the audit log; [`Sessions`], [`CustomerSource`],
//! [`CustomerStore`], [`Contacts`], [`Ledger`], [`KeptMessages`] and [`AuditSeals`] stand beside them. [`Notifier`] sends, [`PasswordHasher`] and
//! [`TemplateEngine`] do what their names say. No port has a default method: an adapter that forgets one does not
//! compile. What an adapter must do is tested by one conformance suite.
//!
//! The ports for customers, the ledger and notifiers may still change until delivery is complete; the others are
//! final.

mod audit;
mod campaigns;
mod catalog;
mod comments;
mod configurations;
mod contacts;
mod customers;
mod error;
mod groups;
mod imports;
mod kept_messages;
mod ledger;
mod notifier;
mod offers;
mod passwords;
mod prospects;
mod seals;
mod segments;
mod sessions;
mod stops;
mod store;
mod templates;
mod tenants;
mod users;

pub use audit::{AuditFilter, AuditRepository};
pub use campaigns::{CampaignFilter, CampaignRepository};
pub use catalog::{CatalogRepository, CatalogState};
pub use comments::CommentRepository;
pub use configurations::ConfigurationRepository;
pub use contacts::Contacts;
pub use customers::{CustomerSource, CustomerStore, Selection};
pub use error::{StoreError, UniqueKey};
pub use groups::GroupRepository;
pub use imports::{Candidate, ImportBatch, ImportReport, Incoming, MergeBy, RowRefusal};
pub use kept_messages::{KeptMessage, KeptMessages};
pub use ledger::{
    ClaimRequest, Claimed, DailyCounting, DayCount, DayCounts, DeliveryFilter, Extension, Ledger,
    Progress, RuledClaim, Settlement, StatusCount,
};
pub use notifier::{Guarantee, Message, Notifier, Outcome, Profile};
pub use offers::{LiveOffer, LiveOn, LiveRevision, OfferFilter, OfferRepository};
pub use passwords::{HashError, PasswordHasher};
pub use prospects::{Prospect, Prospecting};
pub use seals::AuditSeals;
pub use segments::SegmentRepository;
pub use sessions::{Arrival, LoginFailures, Sessions, TenantKey, TenantState};
pub use stops::StopRepository;
pub use store::{Access, Store, Transaction};
pub use templates::{CompiledTemplates, Escape, TemplateEngine, TemplateError};
pub use tenants::TenantRepository;
pub use users::{UserFilter, UserRepository};
