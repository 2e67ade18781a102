//! What the API shows of objects that have more than it tells: users without their password, sessions without their hash.

use serde::Serialize;
use utoipa::ToSchema;

use offerkit_core::{
    domain::{DecisionHold, ExternalIdentity, HeldGroup, Session, User, Version},
    id::{SessionId, UserId},
    services::{Member, TenantMembership},
    text::{EmailAddress, FullName, PhoneNumber, Username},
    time::Timestamp,
};

/// A person with a login.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = User)]
pub(crate) struct UserView {
    /// Names the user.
    #[schema(value_type = uuid::Uuid)]
    pub(crate) id: UserId,
    /// The unique name.
    #[schema(value_type = String, example = "asha")]
    pub(crate) name: Username,
    /// The person's name.
    #[schema(value_type = Option<String>)]
    full_name: Option<FullName>,
    /// Where the person is reached.
    #[schema(value_type = Option<String>)]
    email: Option<EmailAddress>,
    /// The phone on which the person is sent texts.
    #[schema(value_type = Option<String>)]
    phone: Option<PhoneNumber>,
    /// Whether the user manages the platform.
    is_super_admin: bool,
    /// Whether the user may do anything at all.
    is_active: bool,
    /// The person in someone else's login system.
    #[schema(value_type = Option<crate::schemas::ExternalIdentity>)]
    identity: Option<ExternalIdentity>,
    /// Whether the password is temporary, so that changing it is all the user may do.
    must_change_password: bool,
    /// Until when the user may not decide after a reset, and who reset.
    #[schema(value_type = Option<crate::schemas::DecisionHold>)]
    hold: Option<DecisionHold>,
    /// Who made the user; nobody for the first.
    #[schema(value_type = Option<uuid::Uuid>)]
    created_by: Option<UserId>,
    /// When the user was made.
    #[schema(value_type = chrono::DateTime<chrono::Utc>)]
    created_at: Timestamp,
    /// When the user was last changed.
    #[schema(value_type = chrono::DateTime<chrono::Utc>)]
    updated_at: Timestamp,
    /// Counts the changes; the `ETag`.
    #[schema(value_type = u64)]
    pub(crate) version: Version,
}

impl From<User> for UserView {
    fn from(user: User) -> Self {
        let parts = user.into_parts();
        Self {
            id: parts.id,
            name: parts.name,
            full_name: parts.full_name,
            email: parts.email,
            phone: parts.phone,
            is_super_admin: parts.is_super_admin,
            is_active: parts.is_active,
            identity: parts.identity,
            must_change_password: parts.must_change_password,
            hold: parts.hold,
            created_by: parts.created_by,
            created_at: parts.created_at,
            updated_at: parts.updated_at,
            version: parts.version,
        }
    }
}

/// A member of a tenant, with the groups they are in.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Member)]
pub(crate) struct MemberView {
    /// The user.
    user: UserView,
    /// The groups, by name.
    #[schema(value_type = Vec<crate::schemas::HeldGroup>)]
    groups: Vec<HeldGroup>,
}

impl From<Member> for MemberView {
    fn from(member: Member) -> Self {
        Self {
            user: member.user.into(),
            groups: member.groups,
        }
    }
}

/// A login that has not ended.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Session)]
pub(crate) struct SessionView {
    /// Names the session.
    #[schema(value_type = uuid::Uuid)]
    id: SessionId,
    /// When the user logged in.
    #[schema(value_type = chrono::DateTime<chrono::Utc>)]
    opened_at: Timestamp,
    /// When the session was last used, to the minute.
    #[schema(value_type = chrono::DateTime<chrono::Utc>)]
    last_seen_at: Timestamp,
    /// When it ends at the latest.
    #[schema(value_type = chrono::DateTime<chrono::Utc>)]
    expires_at: Timestamp,
    /// Whether it is the session of this request.
    is_current: bool,
}

impl SessionView {
    pub(crate) fn new(session: &Session, current: Option<SessionId>) -> Self {
        Self {
            id: session.id,
            opened_at: session.opened_at,
            last_seen_at: session.last_seen_at,
            expires_at: session.expires_at,
            is_current: current == Some(session.id),
        }
    }
}

/// The tenants that a user belongs to.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Memberships)]
pub(crate) struct MembershipsView {
    /// The tenants, each with the user's groups in it.
    #[schema(value_type = Vec<crate::schemas::TenantMembership>)]
    pub(crate) items: Vec<TenantMembership>,
}
