//! Users: who they are, how they prove it, and what stands between them and a decision.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::{Version, entity::entity};
use crate::{
    id::UserId,
    text::{EmailAddress, FullName, Issuer, PhoneNumber, SubjectName, Username},
    time::Timestamp,
};

/// A password as storage holds it: a PHC string. Kept out of `Debug` and of every record.
#[derive(Clone, PartialEq, Eq)]
pub struct PasswordHash(Box<str>);

impl PasswordHash {
    /// The PHC string that a hasher made.
    #[must_use]
    pub fn new(phc: &str) -> Self {
        Self(phc.into())
    }

    /// The PHC string.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PasswordHash(…)")
    }
}

impl Serialize for PasswordHash {
    /// Writes nothing: a hash has no place in a record, a log or an answer.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_none()
    }
}

impl<'de> Deserialize<'de> for PasswordHash {
    fn deserialize<D: Deserializer<'de>>(_: D) -> Result<Self, D::Error> {
        Err(de::Error::custom(
            "a password hash is never read from a document",
        ))
    }
}

/// A person as someone else's login system knows them.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ExternalIdentity {
    /// Who vouches for the person.
    pub issuer: Issuer,
    /// The issuer's name for the person.
    pub subject: SubjectName,
}

/// A time in which a user may not decide, because a super admin could have taken their place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DecisionHold {
    /// The super admins who reset the password or changed the identity since the hold began, in that order, each once.
    pub reset_by: Vec<UserId>,
    /// When the user may decide again, unless a super admin who is none of them confirms earlier.
    pub until: Timestamp,
}

entity! {
    /// A person with a login.
    User, UserParts {
        /// Names the user.
        [copy] id: UserId,
        /// The unique name, used in paths and logs; never given to another.
        name: Username,
        /// The person's name.
        full_name: Option<FullName>,
        /// Where the person is reached.
        email: Option<EmailAddress>,
        /// The phone on which the person is sent texts.
        phone: Option<PhoneNumber>,
        /// Whether the user manages the platform.
        [copy] is_super_admin: bool,
        /// Whether the user may do anything at all.
        [copy] is_active: bool,
        /// The hashed password, for users who log in with one. Serialised as `null`.
        password: Option<PasswordHash>,
        /// The external identity, for users who log in elsewhere.
        identity: Option<ExternalIdentity>,
        /// Whether the password is temporary, so that changing it and seeing the own profile is all the user may do.
        [copy] must_change_password: bool,
        /// Counts what ends a user's sessions: a new password, deactivation.
        [copy] credential_version: u64,
        /// Until when the user may not decide after a reset; kept when that time has passed.
        hold: Option<DecisionHold>,
        /// Whether the person has made the account theirs: chosen a password of their own, or has an external identity.
        [copy] is_established: bool,
        /// Who made the user; nobody for the first.
        [copy] created_by: Option<UserId>,
        /// When the user was made.
        [copy] created_at: Timestamp,
        /// When the user was last changed.
        [copy] updated_at: Timestamp,
        /// The version that a writer must give back.
        [copy] version: Version,
    }
}

/// What a new user begins with.
#[derive(Debug, Clone)]
pub struct NewUser {
    /// The unique name.
    pub name: Username,
    /// The person's name.
    pub full_name: Option<FullName>,
    /// Where the person is reached.
    pub email: Option<EmailAddress>,
    /// The phone on which the person is sent texts.
    pub phone: Option<PhoneNumber>,
    /// The external identity, if the user has one.
    pub identity: Option<ExternalIdentity>,
}

impl NewUser {
    /// A user of whom no more than the name is known yet.
    #[must_use]
    pub const fn named(name: Username) -> Self {
        Self {
            name,
            full_name: None,
            email: None,
            phone: None,
            identity: None,
        }
    }
}

/// What a super admin may change of a user. `None` leaves a field as it is.
#[derive(Debug, Clone, Default)]
pub struct UserChange {
    /// The person's name; `Some(None)` removes it.
    pub full_name: Option<Option<FullName>>,
    /// Where the person is reached; `Some(None)` removes it.
    pub email: Option<Option<EmailAddress>>,
    /// The phone on which the person is sent texts; `Some(None)` removes it.
    pub phone: Option<Option<PhoneNumber>>,
    /// The external identity; `Some(None)` removes it.
    pub identity: Option<Option<ExternalIdentity>>,
}

impl User {
    /// A new, active user without a password.
    #[must_use]
    pub fn create(id: UserId, new: NewUser, created_by: Option<UserId>, now: Timestamp) -> Self {
        let is_established = new.identity.is_some();
        Self::from_parts(UserParts {
            id,
            name: new.name,
            full_name: new.full_name,
            email: new.email,
            phone: new.phone,
            is_super_admin: false,
            is_active: true,
            password: None,
            identity: new.identity,
            must_change_password: false,
            credential_version: 0,
            hold: None,
            is_established,
            created_by,
            created_at: now,
            updated_at: now,
            version: Version::FIRST,
        })
    }

    /// The user with other personal data, or another external identity.
    ///
    /// Another identity ends every session and, as a reset password does, holds someone whose account is established.
    /// What is said of the hold at [`with_temporary_password`](Self::with_temporary_password) applies.
    #[must_use]
    pub fn changed(
        mut self,
        change: UserChange,
        changed_by: UserId,
        hold_until: Timestamp,
        now: Timestamp,
    ) -> Self {
        let parts = &mut self.parts;
        if let Some(full_name) = change.full_name {
            parts.full_name = full_name;
        }
        if let Some(email) = change.email {
            parts.email = email;
        }
        if let Some(phone) = change.phone {
            parts.phone = phone;
        }
        parts.updated_at = now;
        if let Some(identity) = change.identity
            && parts.identity != identity
        {
            parts.identity = identity;
            parts.credential_version += 1;
            self = self.held(changed_by, hold_until, now);
            self.parts.is_established |= self.parts.identity.is_some();
        }
        self
    }

    /// The user as a super admin, or no longer one.
    #[must_use]
    pub fn with_super_admin(mut self, is_super_admin: bool, now: Timestamp) -> Self {
        self.parts.is_super_admin = is_super_admin;
        self.parts.updated_at = now;
        self
    }

    /// The user active or not; deactivation ends every session.
    #[must_use]
    pub fn with_active(mut self, is_active: bool, now: Timestamp) -> Self {
        if !is_active {
            self.parts.credential_version += 1;
        }
        self.parts.is_active = is_active;
        self.parts.updated_at = now;
        self
    }

    /// The user with a password they chose themselves; ends every session.
    #[must_use]
    pub fn with_own_password(mut self, password: PasswordHash, now: Timestamp) -> Self {
        self.parts.password = Some(password);
        self.parts.is_established = true;
        self.parts.must_change_password = false;
        self.parts.credential_version += 1;
        self.parts.updated_at = now;
        self
    }

    /// The new user with the temporary password they first log in with.
    #[must_use]
    pub fn with_first_password(mut self, password: PasswordHash, now: Timestamp) -> Self {
        self.parts.password = Some(password);
        self.parts.must_change_password = true;
        self.parts.credential_version += 1;
        self.parts.updated_at = now;
        self
    }

    /// The user with a temporary password from a super admin; ends every session.
    ///
    /// Someone whose account is established may not decide until `hold_until`, or until a second super admin confirms:
    /// otherwise a super admin could decide in their place. While an earlier hold runs, its authors are kept, so that
    /// none of them can confirm, and the later end counts.
    #[must_use]
    pub fn with_temporary_password(
        mut self,
        password: PasswordHash,
        reset_by: UserId,
        hold_until: Timestamp,
        now: Timestamp,
    ) -> Self {
        self = self.with_first_password(password, now);
        self.held(reset_by, hold_until, now)
    }

    /// The user held, where the account is established.
    fn held(mut self, reset_by: UserId, until: Timestamp, now: Timestamp) -> Self {
        if !self.parts.is_established {
            return self;
        }
        let mut hold = match self.parts.hold {
            Some(hold) if now < hold.until => hold,
            Some(_) | None => DecisionHold {
                reset_by: Vec::new(),
                until,
            },
        };
        if !hold.reset_by.contains(&reset_by) {
            hold.reset_by.push(reset_by);
        }
        hold.until = hold.until.max(until);
        self.parts.hold = Some(hold);
        self
    }

    /// The hold, where it has not passed at `now`.
    #[must_use]
    pub fn running_hold(&self, now: Timestamp) -> Option<&DecisionHold> {
        self.parts.hold.as_ref().filter(|hold| now < hold.until)
    }

    /// The user whose reset a second super admin has confirmed.
    #[must_use]
    pub fn confirmed(mut self, now: Timestamp) -> Self {
        self.parts.hold = None;
        self.parts.updated_at = now;
        self
    }
}
