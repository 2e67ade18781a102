//! Who may do what: a pure, total function that denies unless something grants.
//!
//! [`authorize`] decides, [`explain`] says why, and [`TABLE`] and [`DEFAULT_GROUPS`] are the rules as data. Above
//! the permissions stand rules that no group, configuration or super admin can lift: four eyes by identity, no
//! takeover, and that an outsider learns nothing. A [`Grant`] is proof of a decision and is spent by the commit it
//! allows.

mod action;
mod actor;
mod authorize;
mod denied;
mod explain;
mod grant;
mod resource;

mod table;

pub use action::Action;
pub use actor::{Actor, ActorRef, Job, MembershipFacts, UserFacts};
pub use authorize::authorize;
pub use denied::{DenialKind, Denied};
pub use explain::{Explanation, explain};
pub use grant::{Basis, Grant};
pub use resource::{CampaignFacts, OfferFacts, Resource, ResourceKind, TenantFacts};

pub use table::{DEFAULT_GROUPS, DefaultGroup, Requirement, Rule, TABLE};
