//! The kinds of problems: each has a stable `type`, a status and a title.

use axum::http::StatusCode;
use serde::{Serialize, Serializer};

use offerkit_core::policy::DenialKind;

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident = $slug:literal, $status:ident, $title:literal;)+) => {
        /// What kind of problem an answer tells of.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum ProblemKind {
            $($(#[$doc])* $name,)+
        }

        impl ProblemKind {
            /// Every kind.
            pub const ALL: &[Self] = &[$(Self::$name),+];

            /// The `type` of the problem, which never changes.
            #[must_use]
            pub const fn uri(self) -> &'static str {
                match self {
                    $(Self::$name => concat!("urn:offerkit:problem:", $slug),)+
                }
            }

            /// The status of the answer.
            #[must_use]
            pub const fn status(self) -> StatusCode {
                match self {
                    $(Self::$name => StatusCode::$status,)+
                }
            }

            /// The kind in a few words.
            #[must_use]
            pub const fn title(self) -> &'static str {
                match self {
                    $(Self::$name => $title,)+
                }
            }
        }
    };
}

kinds! {
    /// The request cannot be read: no JSON, a query parameter or a header that cannot be.
    Malformed = "malformed", BAD_REQUEST, "The request cannot be read";
    /// Nobody is logged in.
    Unauthenticated = "unauthenticated", UNAUTHORIZED, "Nobody is logged in";
    /// The user name or the password is wrong.
    WrongCredentials = "wrong-credentials", UNAUTHORIZED, "Wrong name or password";
    /// The session has ended.
    SessionEnded = "session-ended", UNAUTHORIZED, "The session has ended";
    /// A browser's request that changes something does not bear the session's CSRF token.
    CsrfToken = "csrf-token", FORBIDDEN, "The CSRF token is missing or wrong";
    /// The user is not active.
    Inactive = "inactive", FORBIDDEN, "The user is deactivated";
    /// The password is temporary and must be changed first.
    PasswordChangeRequired = "password-change-required", FORBIDDEN, "The password must be changed first";
    /// The tenant is not active.
    TenantInactive = "tenant-inactive", FORBIDDEN, "The tenant is deactivated";
    /// A super admin, who sees all tenants, has no group in this one.
    Outsider = "outsider", FORBIDDEN, "No group in this tenant";
    /// Only super admins do this.
    NotSuperAdmin = "not-super-admin", FORBIDDEN, "Only super admins may";
    /// Only the library's jobs do this.
    JobOnly = "job-only", FORBIDDEN, "Only the platform's jobs do this";
    /// No group of the user permits it.
    MissingPermission = "missing-permission", FORBIDDEN, "No group permits it";
    /// The user took part in what is to be decided.
    FourEyes = "four-eyes", FORBIDDEN, "Another person must decide";
    /// Nobody changes their own memberships.
    OwnMembership = "own-membership", FORBIDDEN, "Nobody changes their own memberships";
    /// Nobody changes the permissions of a group they belong to.
    OwnGroup = "own-group", FORBIDDEN, "Nobody changes their own group";
    /// Nobody does this to their own account.
    OwnAccount = "own-account", FORBIDDEN, "Nobody does this to their own account";
    /// Another super admin must confirm.
    SameSuperAdmin = "same-super-admin", FORBIDDEN, "Another super admin must confirm";
    /// A super admin reset the user's login a short time ago.
    Held = "held", FORBIDDEN, "The login was reset, so decisions wait";
    /// The membership that would permit it is too new.
    MembershipWaits = "membership-waits", FORBIDDEN, "The membership is too new";
    /// The offer was approved once, so it is evidence.
    Evidence = "evidence", FORBIDDEN, "The offer is evidence";
    /// There is no such thing, or the caller may not know of it.
    NotFound = "not-found", NOT_FOUND, "There is no such thing";
    /// The resource has no such method.
    MethodNotAllowed = "method-not-allowed", METHOD_NOT_ALLOWED, "No such method here";
    /// The state of the object does not allow the step.
    WrongState = "wrong-state", CONFLICT, "The state does not allow it";
    /// Someone else changed the object in the meantime.
    Conflict = "conflict", CONFLICT, "Changed by someone else in the meantime";
    /// Something unique is there already.
    Taken = "taken", CONFLICT, "Already taken";
    /// The change refers to something that is not there.
    MissingReference = "missing-reference", CONFLICT, "It refers to something that is not there";
    /// A defence of the store refuses the change.
    Refused = "refused", CONFLICT, "The store refuses the change";
    /// Part of an import was done before with other rows.
    ImportChanged = "import-changed", CONFLICT, "The import was begun with other rows";
    /// The platform has its first super admin already.
    AlreadyBootstrapped = "already-bootstrapped", CONFLICT, "There is a super admin already";
    /// A super admin has stopped what would be sent.
    Stopped = "stopped", CONFLICT, "A super admin has stopped it";
    /// The first request under the idempotency key still runs.
    InProgress = "in-progress", CONFLICT, "The first request still runs";
    /// The object is another by now than `If-Match` says.
    Stale = "stale", PRECONDITION_FAILED, "The object has changed";
    /// The body is too large.
    TooLarge = "too-large", PAYLOAD_TOO_LARGE, "The body is too large";
    /// The URI is too long.
    UriTooLong = "uri-too-long", URI_TOO_LONG, "The URI is too long";
    /// The body is of a type that is not read.
    UnsupportedMediaType = "unsupported-media-type", UNSUPPORTED_MEDIA_TYPE, "The body's type is not read here";
    /// The input is wrong; `errors` says where.
    Invalid = "invalid", UNPROCESSABLE_ENTITY, "The input is wrong";
    /// An offer's data does not satisfy the tenant's schema.
    OfferSchema = "offer-schema", UNPROCESSABLE_ENTITY, "The data does not satisfy the tenant's schema";
    /// Criteria have mistakes.
    Criteria = "criteria", UNPROCESSABLE_ENTITY, "The criteria have mistakes";
    /// A message's template has a mistake.
    Template = "template", UNPROCESSABLE_ENTITY, "A message has a mistake";
    /// The password may not be set.
    Password = "password", UNPROCESSABLE_ENTITY, "The password cannot be used";
    /// The idempotency key was used before, for another request.
    KeyReused = "idempotency-key-reused", UNPROCESSABLE_ENTITY, "The idempotency key was used before";
    /// The request needs `If-Match`.
    PreconditionRequired = "precondition-required", PRECONDITION_REQUIRED, "If-Match is needed";
    /// Too many failed logins.
    TooManyAttempts = "too-many-attempts", TOO_MANY_REQUESTS, "Too many failed logins";
    /// Too many test messages within an hour.
    TooManyTests = "too-many-tests", TOO_MANY_REQUESTS, "Too many test messages";
    /// The headers are too large.
    HeadersTooLarge = "headers-too-large", REQUEST_HEADER_FIELDS_TOO_LARGE, "The headers are too large";
    /// The installation is at fault.
    Internal = "internal", INTERNAL_SERVER_ERROR, "The installation is at fault";
    /// The store does not answer, or too many logins wait; trying again later may succeed.
    Unavailable = "unavailable", SERVICE_UNAVAILABLE, "Try again later";
    /// The request took too long.
    Timeout = "timeout", SERVICE_UNAVAILABLE, "The request took too long";
}

impl Serialize for ProblemKind {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.uri())
    }
}

impl From<&DenialKind> for ProblemKind {
    fn from(denial: &DenialKind) -> Self {
        match denial {
            DenialKind::Unauthenticated => Self::Unauthenticated,
            DenialKind::Inactive => Self::Inactive,
            DenialKind::PasswordChangeRequired => Self::PasswordChangeRequired,
            DenialKind::Outsider => Self::Outsider,
            DenialKind::TenantInactive => Self::TenantInactive,
            DenialKind::NotSuperAdmin => Self::NotSuperAdmin,
            DenialKind::JobOnly | DenialKind::NotOfJob => Self::JobOnly,
            DenialKind::MissingPermission { .. } => Self::MissingPermission,
            DenialKind::FourEyes { .. } => Self::FourEyes,
            DenialKind::OwnMembership => Self::OwnMembership,
            DenialKind::OwnGroup => Self::OwnGroup,
            DenialKind::OwnAccount => Self::OwnAccount,
            DenialKind::SameSuperAdmin => Self::SameSuperAdmin,
            DenialKind::Held { .. } => Self::Held,
            DenialKind::MembershipWaits { .. } => Self::MembershipWaits,
            DenialKind::Evidence => Self::Evidence,
            DenialKind::WrongResource => Self::Internal,
        }
    }
}
