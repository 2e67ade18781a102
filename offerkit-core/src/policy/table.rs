//! The rules as data: what each action requires, and what the default groups permit.

use super::{Action, ResourceKind};
use crate::domain::{Permission, PermissionSet};

/// What an action requires of an active user.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Requirement {
    /// Nothing more: everybody does this for themselves.
    Oneself,
    /// The super-admin flag.
    SuperAdmin,
    /// A permission in the tenant.
    Permission(Permission),
    /// A permission in the tenant, or the super-admin flag.
    PermissionOrSuperAdmin(Permission),
    /// Any membership in the tenant.
    Membership,
    /// Nothing a person can have: only a system job does this.
    Job,
}

/// A row of [`TABLE`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rule {
    /// The action.
    pub action: Action,
    /// The kinds of resource it may be asked for; refused for any other.
    pub about: &'static [ResourceKind],
    /// What it requires.
    pub requirement: Requirement,
    /// Whether it decides on what others wrote, or on who may do what, so that holds and waits apply.
    pub decides: bool,
    /// Whether it changes something, if only the log, so that a refusal is recorded.
    pub mutates: bool,
    /// Whether it is refused in a deactivated tenant, whose business stands still.
    pub needs_active_tenant: bool,
}

impl Action {
    /// The kinds of resource the action may be asked for.
    const fn about(self) -> &'static [ResourceKind] {
        use ResourceKind as K;
        match self {
            Self::ViewSelf
            | Self::ChangeOwnPassword
            | Self::UpdateUser
            | Self::DeactivateUser
            | Self::ReactivateUser
            | Self::SetTemporaryPassword
            | Self::ConfirmReset
            | Self::GrantSuperAdmin
            | Self::RevokeSuperAdmin => &[K::Account],
            Self::Bootstrap
            | Self::ViewPlatform
            | Self::ViewPlatformAudit
            | Self::CreateUser
            | Self::ManageCatalog
            | Self::ImportCustomers
            | Self::EraseCustomer
            | Self::StopSending
            | Self::LiftStop
            | Self::ViewContacts
            | Self::KeepConsents
            | Self::SuppressAddress
            | Self::ReleaseAddress => &[K::Platform],
            Self::CreateTenant | Self::SealAudit => &[K::Platform, K::Tenant],
            Self::UpdateTenant
            | Self::DeactivateTenant
            | Self::ReactivateTenant
            | Self::AllowProtectedFields
            | Self::CreateGroup
            | Self::ViewMembers
            | Self::ViewAudit
            | Self::ViewConfiguration
            | Self::PublishConfiguration
            | Self::CreateOffer
            | Self::CreateCampaign
            | Self::JudgeCustomer
            | Self::WriteSegment
            | Self::ReportDecisions
            | Self::ReportLiveOffers
            | Self::ReportRecipients
            | Self::ReportCustomer
            | Self::ReportPermissions => &[K::Tenant],
            Self::UpdateGroup => &[K::Group],
            Self::GiveMembership | Self::TakeMembership => &[K::Membership],
            Self::ViewOffers => &[K::Tenant, K::Offer],
            Self::EditOffer
            | Self::SubmitOffer
            | Self::WithdrawOffer
            | Self::DiscardDraft
            | Self::DeleteOffer
            | Self::ApproveOffer
            | Self::RejectOffer
            | Self::RequestChanges
            | Self::RetireOffer
            | Self::CommentOffer => &[K::Offer],
            // The jobs are asked about the tenant first, before they learn whether there is such a campaign.
            Self::ViewCampaigns | Self::ViewRecipients | Self::FillAudience => {
                &[K::Tenant, K::Campaign]
            }
            // Of the platform, which tenants there are to send for.
            Self::RunDeliveries => &[K::Platform, K::Tenant, K::Campaign],
            Self::EditCampaign
            | Self::RequestLaunch
            | Self::LaunchCampaign
            | Self::DeclineLaunch
            | Self::PauseCampaign
            | Self::ResumeCampaign
            | Self::CompleteCampaign
            | Self::CommentCampaign
            | Self::RetryDeliveries
            | Self::TestSend
            | Self::ViewRecipientsUnmasked => &[K::Campaign],
        }
    }

    /// Whether it decides on what others wrote, or on who may do what: someone who took another's place must do neither.
    const fn decides(self) -> bool {
        matches!(
            self,
            Self::ApproveOffer
                | Self::RejectOffer
                | Self::RequestChanges
                | Self::RetireOffer
                | Self::LaunchCampaign
                | Self::DeclineLaunch
                | Self::UpdateUser
                | Self::DeactivateUser
                | Self::ReactivateUser
                | Self::SetTemporaryPassword
                | Self::ConfirmReset
                | Self::GrantSuperAdmin
                | Self::RevokeSuperAdmin
                | Self::CreateGroup
                | Self::UpdateGroup
                | Self::GiveMembership
                | Self::TakeMembership
                | Self::LiftStop
        )
    }

    /// Whether it goes on in a deactivated tenant: only this brings the tenant back, seals or reads what happened before,
    /// or takes away what someone may do.
    const fn outlasts_deactivation(self) -> bool {
        matches!(
            self,
            Self::ReactivateTenant
                | Self::SealAudit
                | Self::ViewRecipients
                | Self::ViewRecipientsUnmasked
                | Self::ReportDecisions
                | Self::ReportLiveOffers
                | Self::ReportRecipients
                | Self::ReportCustomer
                | Self::ReportPermissions
                | Self::TakeMembership
        )
    }

    /// The rule for this action.
    #[must_use]
    pub const fn rule(self) -> Rule {
        use Permission as P;
        use Requirement::{Job, Membership, Oneself, PermissionOrSuperAdmin, SuperAdmin};
        let (requirement, mutates) = match self {
            Self::ViewSelf => (Oneself, false),
            Self::ChangeOwnPassword => (Oneself, true),
            Self::ViewPlatform | Self::ViewPlatformAudit | Self::ViewContacts => {
                (SuperAdmin, false)
            }
            Self::CreateUser
            | Self::UpdateUser
            | Self::DeactivateUser
            | Self::ReactivateUser
            | Self::SetTemporaryPassword
            | Self::ConfirmReset
            | Self::GrantSuperAdmin
            | Self::RevokeSuperAdmin
            | Self::ManageCatalog
            | Self::ImportCustomers
            | Self::EraseCustomer
            | Self::StopSending
            | Self::LiftStop
            | Self::KeepConsents
            | Self::SuppressAddress
            | Self::ReleaseAddress
            | Self::CreateTenant
            | Self::UpdateTenant
            | Self::DeactivateTenant
            | Self::ReactivateTenant
            | Self::AllowProtectedFields
            | Self::CreateGroup
            | Self::UpdateGroup
            | Self::GiveMembership
            | Self::TakeMembership => (SuperAdmin, true),
            Self::ViewMembers => (PermissionOrSuperAdmin(P::ViewAudit), false),
            Self::ViewAudit => (Requirement::Permission(P::ViewAudit), false),
            Self::ViewConfiguration => (Membership, false),
            Self::PublishConfiguration => (Requirement::Permission(P::ConfigureTenant), true),
            Self::ViewOffers => (Requirement::Permission(P::ViewOffers), false),
            Self::CreateOffer
            | Self::EditOffer
            | Self::SubmitOffer
            | Self::WithdrawOffer
            | Self::DiscardDraft => (Requirement::Permission(P::WriteOffers), true),
            Self::DeleteOffer => (Requirement::Permission(P::DeleteOffers), true),
            Self::ApproveOffer | Self::RejectOffer | Self::RequestChanges | Self::RetireOffer => {
                (Requirement::Permission(P::DecideOffers), true)
            }
            Self::CommentOffer | Self::CommentCampaign => {
                (Requirement::Permission(P::Comment), true)
            }
            Self::ViewCampaigns => (Requirement::Permission(P::ViewCampaigns), false),
            // Test messages reach the staff alone, so whoever may see a campaign may see it as it arrives.
            Self::TestSend | Self::ReportRecipients => {
                (Requirement::Permission(P::ViewCampaigns), true)
            }
            Self::CreateCampaign
            | Self::EditCampaign
            | Self::RequestLaunch
            | Self::WriteSegment => (Requirement::Permission(P::WriteCampaigns), true),
            Self::LaunchCampaign | Self::DeclineLaunch => {
                (Requirement::Permission(P::LaunchCampaigns), true)
            }
            Self::PauseCampaign => (Requirement::Permission(P::PauseCampaigns), true),
            Self::ResumeCampaign | Self::CompleteCampaign | Self::RetryDeliveries => {
                (Requirement::Permission(P::OperateCampaigns), true)
            }
            // Such reads leave a record, so they count as mutations.
            Self::ViewRecipients | Self::JudgeCustomer | Self::ReportCustomer => {
                (Requirement::Permission(P::ViewRecipients), true)
            }
            Self::ReportDecisions => (Requirement::Permission(P::ViewAudit), true),
            Self::ReportLiveOffers => (Requirement::Permission(P::ViewOffers), true),
            Self::ReportPermissions => (PermissionOrSuperAdmin(P::ViewAudit), true),
            Self::ViewRecipientsUnmasked => {
                (Requirement::Permission(P::ViewRecipientsUnmasked), true)
            }
            Self::Bootstrap | Self::FillAudience | Self::RunDeliveries | Self::SealAudit => {
                (Job, true)
            }
        };
        Rule {
            action: self,
            about: self.about(),
            requirement,
            decides: self.decides(),
            mutates,
            needs_active_tenant: mutates && !self.outlasts_deactivation(),
        }
    }
}

/// The rule of every action, in the order of [`Action::ALL`].
pub const TABLE: [Rule; Action::ALL.len()] = {
    let mut table = [Action::ViewSelf.rule(); Action::ALL.len()];
    let mut rows = table.as_mut_slice();
    let mut actions = Action::ALL;
    while let ([row, next_rows @ ..], [action, next_actions @ ..]) = (rows, actions) {
        *row = action.rule();
        rows = next_rows;
        actions = next_actions;
    }
    table
};

/// A group that every new tenant begins with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DefaultGroup {
    /// Its name.
    pub name: &'static str,
    /// What it is for.
    pub description: &'static str,
    /// What its members may do.
    pub permissions: PermissionSet,
}

/// The default groups, as users drew them.
///
/// | permission | `read_only` | `create` | `approver` | `admin` |
/// |---|---|---|---|---|
/// | `view_offers` | ● | ● | ● | ● |
/// | `view_campaigns` | | ● | ● | ● |
/// | `comment` | | ● | ● | ● |
/// | `write_offers` | | ● | | ● |
/// | `delete_offers` | | | | ● |
/// | `decide_offers` | | | ● | |
/// | `write_campaigns` | | ● | | ● |
/// | `launch_campaigns` | | | ● | ● |
/// | `pause_campaigns` | | ● | ● | ● |
/// | `operate_campaigns` | | | | ● |
/// | `view_recipients` | | | | ● |
/// | `view_recipients_unmasked` | | | | |
/// | `configure_tenant` | | | | ● |
/// | `view_audit` | | | | ● |
pub const DEFAULT_GROUPS: [DefaultGroup; 4] = {
    use Permission as P;
    [
        DefaultGroup {
            name: "read_only",
            description: "Sees offers.",
            permissions: PermissionSet::of(&[P::ViewOffers]),
        },
        DefaultGroup {
            name: "create",
            description: "Writes offers and campaigns.",
            permissions: PermissionSet::of(&[
                P::ViewOffers,
                P::ViewCampaigns,
                P::Comment,
                P::WriteOffers,
                P::WriteCampaigns,
                P::PauseCampaigns,
            ]),
        },
        DefaultGroup {
            name: "approver",
            description: "Decides on offers and launches.",
            permissions: PermissionSet::of(&[
                P::ViewOffers,
                P::ViewCampaigns,
                P::Comment,
                P::DecideOffers,
                P::LaunchCampaigns,
                P::PauseCampaigns,
            ]),
        },
        DefaultGroup {
            name: "admin",
            description: "Runs the tenant.",
            permissions: PermissionSet::of(&[
                P::ViewOffers,
                P::ViewCampaigns,
                P::Comment,
                P::WriteOffers,
                P::DeleteOffers,
                P::WriteCampaigns,
                P::LaunchCampaigns,
                P::PauseCampaigns,
                P::OperateCampaigns,
                P::ViewRecipients,
                P::ConfigureTenant,
                P::ViewAudit,
            ]),
        },
    ]
};

/// The default groups that permit something, for the sentence that says who can.
pub(super) fn who_can(permission: Permission) -> Vec<&'static str> {
    DEFAULT_GROUPS
        .iter()
        .filter(|group| group.permissions.contains(permission))
        .map(|group| group.name)
        .collect()
}
