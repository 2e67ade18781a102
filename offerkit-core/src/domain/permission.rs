//! Permissions: what a group lets its members do in one tenant.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

macro_rules! permissions {
    ($($(#[$doc:meta])* $name:ident = $text:literal,)+) => {
        /// One thing a group may permit.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum Permission {
            $($(#[$doc])* $name,)+
        }

        impl Permission {
            /// Every permission, in the order of the permissions table.
            pub const ALL: &[Self] = &[$(Self::$name),+];

            /// The stable name, as groups are stored and shown.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => $text,)+
                }
            }
        }
    };
}

permissions! {
    /// See offers, their revisions and comments.
    ViewOffers = "view_offers",
    /// See campaigns and their totals, preview the counts of audiences.
    ViewCampaigns = "view_campaigns",
    /// Comment on offers and campaigns.
    Comment = "comment",
    /// Create, edit, submit and withdraw offers; discard a new draft.
    WriteOffers = "write_offers",
    /// Delete offers that were never approved.
    DeleteOffers = "delete_offers",
    /// Approve, reject, request changes to and retire offers.
    DecideOffers = "decide_offers",
    /// Create and edit campaigns and segments, request a launch.
    WriteCampaigns = "write_campaigns",
    /// Launch a campaign, or decline to.
    LaunchCampaigns = "launch_campaigns",
    /// Pause a campaign.
    PauseCampaigns = "pause_campaigns",
    /// Resume and complete campaigns, retry failed deliveries.
    OperateCampaigns = "operate_campaigns",
    /// See the recipients of campaigns, masked.
    ViewRecipients = "view_recipients",
    /// See the recipients of campaigns with their addresses.
    ViewRecipientsUnmasked = "view_recipients_unmasked",
    /// Edit the tenant's offer configuration.
    ConfigureTenant = "configure_tenant",
    /// See the tenant's audit log and members.
    ViewAudit = "view_audit",
}

impl fmt::Display for Permission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A text that names no permission.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a permission")]
pub struct PermissionError(String);

impl FromStr for Permission {
    type Err = PermissionError;

    fn from_str(text: &str) -> Result<Self, PermissionError> {
        Self::ALL
            .iter()
            .copied()
            .find(|permission| permission.as_str() == text)
            .ok_or_else(|| PermissionError(text.chars().take(64).collect()))
    }
}

/// A set of permissions, as small and quick as an integer.
///
/// ```
/// use offerkit_core::domain::{Permission, PermissionSet};
///
/// let set = PermissionSet::of(&[Permission::ViewOffers, Permission::Comment]);
/// assert!(set.contains(Permission::Comment));
/// assert!(!set.contains(Permission::DecideOffers));
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(from = "Vec<Permission>", into = "Vec<Permission>")]
pub struct PermissionSet(u32);

impl PermissionSet {
    /// No permission.
    pub const EMPTY: Self = Self(0);

    /// The set of the given permissions.
    #[must_use]
    pub const fn of(permissions: &[Permission]) -> Self {
        let mut bits = 0;
        let mut rest = permissions;
        while let [first, tail @ ..] = rest {
            bits |= Self::bit(*first);
            rest = tail;
        }
        Self(bits)
    }

    const fn bit(permission: Permission) -> u32 {
        1 << permission as u32
    }

    /// Whether the set holds `permission`.
    #[must_use]
    pub const fn contains(self, permission: Permission) -> bool {
        self.0 & Self::bit(permission) != 0
    }

    /// What either set holds.
    #[must_use]
    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// What this set holds and the other does not.
    #[must_use]
    pub const fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// Whether the set holds nothing.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The permissions, in the order of the table.
    pub fn iter(self) -> impl Iterator<Item = Permission> {
        Permission::ALL
            .iter()
            .copied()
            .filter(move |permission| self.contains(*permission))
    }
}

impl fmt::Debug for PermissionSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}

impl From<Vec<Permission>> for PermissionSet {
    fn from(permissions: Vec<Permission>) -> Self {
        Self::of(&permissions)
    }
}

impl From<PermissionSet> for Vec<Permission> {
    fn from(set: PermissionSet) -> Self {
        set.iter().collect()
    }
}

impl FromIterator<Permission> for PermissionSet {
    fn from_iter<I: IntoIterator<Item = Permission>>(permissions: I) -> Self {
        permissions
            .into_iter()
            .fold(Self::EMPTY, |set, permission| {
                set.union(Self::of(&[permission]))
            })
    }
}
