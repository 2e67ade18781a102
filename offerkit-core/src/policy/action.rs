//! Everything that can be asked for: the closed list that the policy decides on and the audit log names.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

macro_rules! actions {
    ($($(#[$doc:meta])* $name:ident = $text:literal, $words:literal;)+) => {
        /// One thing an actor may want to do.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Action {
            $($(#[$doc])* $name,)+
        }

        impl Action {
            /// Every action.
            pub const ALL: &[Self] = &[$(Self::$name),+];

            /// The stable name, as the audit log keeps it: `offer.approve`.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => $text,)+
                }
            }

            /// The action in words, as in "you may not …".
            #[must_use]
            pub const fn words(self) -> &'static str {
                match self {
                    $(Self::$name => $words,)+
                }
            }
        }
    };
}

actions! {
    /// See one's own profile, tenants and groups.
    ViewSelf = "self.view", "see your own profile";
    /// Change one's own password.
    ChangeOwnPassword = "self.change_password", "change your own password";
    /// Make the first super admin of an empty platform.
    Bootstrap = "platform.bootstrap", "make the first super admin";
    /// See all tenants and users.
    ViewPlatform = "platform.view", "see all tenants and users";
    /// See the platform's audit log.
    ViewPlatformAudit = "platform.view_audit", "see the platform's audit log";
    /// Make a user.
    CreateUser = "user.create", "create users";
    /// Change a user's name, e-mail or external identity.
    UpdateUser = "user.update", "change users";
    /// Make a user inactive.
    DeactivateUser = "user.deactivate", "deactivate users";
    /// Make a user active again.
    ReactivateUser = "user.reactivate", "reactivate users";
    /// Set a temporary password for a user.
    SetTemporaryPassword = "user.set_temporary_password", "set temporary passwords";
    /// Lift the wait after another super admin's reset.
    ConfirmReset = "user.confirm_reset", "confirm a password reset";
    /// Make a user a super admin.
    GrantSuperAdmin = "user.grant_super_admin", "make someone a super admin";
    /// Take the super-admin flag from a user.
    RevokeSuperAdmin = "user.revoke_super_admin", "take the super-admin flag from someone";
    /// Add or retire fields of the customer catalog.
    ManageCatalog = "catalog.manage", "manage the field catalog";
    /// Import customers.
    ImportCustomers = "customer.import", "import customers";
    /// Erase a customer's personal data.
    EraseCustomer = "customer.erase", "erase customers";
    /// Stop sending: of a tenant, over a channel, or all.
    StopSending = "sending.stop", "stop sending";
    /// Lift a stop of sending.
    LiftStop = "sending.lift_stop", "lift a stop of sending";
    /// See what a customer agreed to, and whether an address is suppressed.
    ViewContacts = "contact.view", "see what customers agreed to";
    /// Keep what customers said about messages.
    KeepConsents = "consent.keep", "keep consents";
    /// Send nothing to an address any more.
    SuppressAddress = "address.suppress", "suppress addresses";
    /// Send to a suppressed address again.
    ReleaseAddress = "address.release", "release suppressed addresses";
    /// Make a tenant, with its default groups and configuration.
    CreateTenant = "tenant.create", "create tenants";
    /// Change a tenant's description.
    UpdateTenant = "tenant.update", "change tenants";
    /// Make a tenant inactive.
    DeactivateTenant = "tenant.deactivate", "deactivate tenants";
    /// Make a tenant active again.
    ReactivateTenant = "tenant.reactivate", "reactivate tenants";
    /// Let a tenant's criteria use protected fields.
    AllowProtectedFields = "tenant.allow_protected_fields", "allow protected fields";
    /// Make a group.
    CreateGroup = "group.create", "create groups";
    /// Change a group's permissions.
    UpdateGroup = "group.update", "change groups";
    /// Put a user into a group.
    GiveMembership = "membership.give", "give memberships";
    /// Take a user out of a group.
    TakeMembership = "membership.take", "take memberships";
    /// See a tenant's members and groups.
    ViewMembers = "tenant.view_members", "see the tenant's members";
    /// See a tenant's audit log.
    ViewAudit = "tenant.view_audit", "see the tenant's audit log";
    /// See a tenant's offer configuration.
    ViewConfiguration = "configuration.view", "see the offer configuration";
    /// Publish a version of a tenant's offer configuration.
    PublishConfiguration = "configuration.publish", "publish an offer configuration";
    /// See offers, their revisions and comments.
    ViewOffers = "offer.view", "see offers";
    /// Make an offer, or clone one.
    CreateOffer = "offer.create", "create offers";
    /// Write a revision of an offer.
    EditOffer = "offer.edit", "edit offers";
    /// Hand an offer to the approvers.
    SubmitOffer = "offer.submit", "submit offers";
    /// Take a submitted offer back.
    WithdrawOffer = "offer.withdraw", "withdraw offers";
    /// Discard the new draft of an approved offer.
    DiscardDraft = "offer.discard_draft", "discard drafts";
    /// Delete an offer that was never approved.
    DeleteOffer = "offer.delete", "delete offers";
    /// Approve a submitted offer.
    ApproveOffer = "offer.approve", "approve offers";
    /// Turn a submitted offer down.
    RejectOffer = "offer.reject", "reject offers";
    /// Send a submitted offer back for changes.
    RequestChanges = "offer.request_changes", "request changes to offers";
    /// Take an approved offer back for good.
    RetireOffer = "offer.retire", "retire offers";
    /// Comment on an offer.
    CommentOffer = "offer.comment", "comment on offers";
    /// See campaigns and their totals, preview the counts of audiences.
    ViewCampaigns = "campaign.view", "see campaigns";
    /// Make a campaign, or clone one.
    CreateCampaign = "campaign.create", "create campaigns";
    /// Change a campaign.
    EditCampaign = "campaign.edit", "edit campaigns";
    /// Ask for a campaign's launch.
    RequestLaunch = "campaign.request_launch", "request a launch";
    /// Launch a campaign.
    LaunchCampaign = "campaign.launch", "launch campaigns";
    /// Turn down the request for a launch.
    DeclineLaunch = "campaign.decline_launch", "decline a launch";
    /// Hold a campaign.
    PauseCampaign = "campaign.pause", "pause campaigns";
    /// Go on with a paused campaign.
    ResumeCampaign = "campaign.resume", "resume campaigns";
    /// End a campaign.
    CompleteCampaign = "campaign.complete", "complete campaigns";
    /// Comment on a campaign.
    CommentCampaign = "campaign.comment", "comment on campaigns";
    /// Fill a campaign's audience.
    FillAudience = "campaign.fill_audience", "fill an audience";
    /// Send a campaign's messages.
    RunDeliveries = "campaign.run_deliveries", "run deliveries";
    /// Put a campaign's failed deliveries back to pending.
    RetryDeliveries = "campaign.retry_deliveries", "retry failed deliveries";
    /// See or export a campaign's recipients, masked, or a masked sample of an audience.
    ViewRecipients = "campaign.view_recipients", "see recipients";
    /// See or export a campaign's recipients with their addresses.
    ViewRecipientsUnmasked = "campaign.view_recipients_unmasked", "see recipients' addresses";
    /// Send a campaign's message to somebody of the staff.
    TestSend = "campaign.test_send", "send test messages";
    /// See which offers a customer qualifies for, or why criteria select them.
    JudgeCustomer = "customer.judge", "see what a customer qualifies for";
    /// Make a segment, or a new version of one.
    WriteSegment = "segment.write", "write segments";
    /// Draw the report of what was decided in a period.
    ReportDecisions = "report.decisions", "draw reports of decisions";
    /// Draw the report of the offers that were live on a date.
    ReportLiveOffers = "report.live_offers", "draw reports of live offers";
    /// Draw the report of a campaign's recipients by status and day.
    ReportRecipients = "report.recipients", "draw reports of recipients";
    /// Draw the report of all that a customer was sent.
    ReportCustomer = "report.customer", "draw reports of what a customer was sent";
    /// Draw the report of who holds which permission.
    ReportPermissions = "report.permissions", "draw reports of permissions";
    /// Seal the audit log.
    SealAudit = "audit.seal", "seal the audit log";
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A text that names no action.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not an action")]
pub struct ActionError(String);

impl FromStr for Action {
    type Err = ActionError;

    fn from_str(text: &str) -> Result<Self, ActionError> {
        Self::ALL
            .iter()
            .copied()
            .find(|action| action.as_str() == text)
            .ok_or_else(|| ActionError(text.chars().take(64).collect()))
    }
}

impl Serialize for Action {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Action {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(de::Error::custom)
    }
}
