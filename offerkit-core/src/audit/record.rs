//! A record of the audit log.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use crate::{
    digest::Digest,
    domain::Scope,
    id::{
        AuditId, CampaignId, CustomerId, GroupId, OfferId, OperationId, RunId, SegmentId, StopId,
        TenantId, UserId,
    },
    policy::{Action, ActorRef},
    text::{RequestId, RequestSource},
    time::Timestamp,
};

macro_rules! subjects {
    ($($(#[$doc:meta])* $name:ident = $text:literal $(, $id:ident)?;)+) => {
        /// The kind of object that a record is about.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum SubjectKind {
            $($(#[$doc])* $name,)+
        }

        impl SubjectKind {
            /// The stable name.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => $text,)+
                }
            }
        }

        $($(
            impl From<$id> for Subject {
                fn from(id: $id) -> Self {
                    Self { kind: SubjectKind::$name, id: Some(id.as_uuid()) }
                }
            }
        )?)+
    };
}

/// The object that a record is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Subject {
    /// Its kind.
    pub kind: SubjectKind,
    /// Its id, where it has one.
    pub id: Option<Uuid>,
}

subjects! {
    /// The platform as a whole.
    Platform = "platform";
    /// A user.
    User = "user", UserId;
    /// A tenant.
    Tenant = "tenant", TenantId;
    /// A group.
    Group = "group", GroupId;
    /// A tenant's offer configuration.
    Configuration = "configuration";
    /// An offer.
    Offer = "offer", OfferId;
    /// A campaign.
    Campaign = "campaign", CampaignId;
    /// A segment version.
    Segment = "segment", SegmentId;
    /// A filling of an audience.
    Run = "run", RunId;
    /// A customer.
    Customer = "customer", CustomerId;
    /// An address on a channel.
    Address = "address";
    /// The field catalog.
    Catalog = "catalog";
    /// A stop of sending.
    Stop = "stop", StopId;
}

impl Subject {
    /// Something of which a scope has one.
    #[must_use]
    pub const fn the(kind: SubjectKind) -> Self {
        Self { kind, id: None }
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.id {
            Some(id) => write!(f, "{} {id}", self.kind.as_str()),
            None => f.write_str(self.kind.as_str()),
        }
    }
}

/// Whether something was done or refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AuditOutcome {
    /// It was done, in the same commit.
    Done,
    /// It was refused, and nothing was changed.
    Refused {
        /// The stable code of the refusal.
        code: Box<str>,
        /// The sentence that the actor was shown.
        message: Box<str>,
    },
}

/// One thing that was done or refused, as the log keeps it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AuditRecord {
    /// Names the record.
    pub id: AuditId,
    /// The tenant or platform whose log it is in.
    pub scope: Scope,
    /// The attempt; unique in its scope among what was done.
    pub operation: OperationId,
    /// The digest of what was asked, where the caller gave one: a repeat that asks for something else is none. No part of what is
    /// shown and sealed, since readers could find out by it what they may guess, such as an address.
    #[serde(skip)]
    pub fingerprint: Option<Digest>,
    /// Who.
    pub actor: ActorRef,
    /// Through which request of the host.
    pub request: Option<RequestId>,
    /// From where.
    pub source: Option<RequestSource>,
    /// What, from the closed list of actions.
    pub action: Action,
    /// Whether it was done.
    pub outcome: AuditOutcome,
    /// To which object.
    pub subject: Subject,
    /// The object before, where it was there.
    pub before: Option<Value>,
    /// The object after, where it is there.
    pub after: Option<Value>,
    /// What the actor said about it.
    pub comment: Option<Box<str>>,
    /// What the call answered, for a repeat of it.
    pub result: Value,
    /// When.
    pub at: Timestamp,
}
