//! Who there is, and what they may do.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use super::Contribution;

/// What the policy refuses.
#[derive(ToSchema)]
pub(crate) struct Denied {
    /// What was asked for.
    #[schema(example = "offer.approve")]
    action: String,
    /// Why it is refused.
    kind: DenialKind,
}

/// Why the policy refuses: the rule, and the facts that it looked at.
#[derive(ToSchema)]
pub(crate) struct DenialKind {
    /// The rule.
    #[schema(example = "four_eyes")]
    rule: String,
    /// What a group would have to permit.
    #[schema(nullable = false)]
    permission: Option<Permission>,
    /// The groups that the user has in the tenant.
    #[schema(nullable = false)]
    held: Option<Vec<String>>,
    /// What the user did, so that they may not decide.
    #[schema(nullable = false)]
    contribution: Option<Contribution>,
    /// Until when.
    #[schema(nullable = false)]
    until: Option<DateTime<Utc>>,
}

/// One thing a group may permit.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub(crate) enum Permission {
    ViewOffers,
    ViewCampaigns,
    Comment,
    WriteOffers,
    DeleteOffers,
    DecideOffers,
    WriteCampaigns,
    LaunchCampaigns,
    PauseCampaigns,
    OperateCampaigns,
    ViewRecipients,
    ViewRecipientsUnmasked,
    ConfigureTenant,
    ViewAudit,
}

/// A person as someone else's login system knows them.
#[derive(ToSchema)]
pub(crate) struct ExternalIdentity {
    /// Who vouches for the person.
    #[schema(
        example = "https://login.bank.example",
        min_length = 1,
        max_length = 512
    )]
    issuer: String,
    /// The issuer's name for the person.
    #[schema(min_length = 1)]
    subject: String,
}

/// A time in which a user may not decide.
#[derive(ToSchema)]
pub(crate) struct DecisionHold {
    /// The super admins who reset the login, none of whom can confirm it.
    reset_by: Vec<Uuid>,
    /// When the user may decide again.
    until: DateTime<Utc>,
}

/// A product line with its own groups, offers and campaigns.
#[derive(ToSchema)]
pub(crate) struct Tenant {
    /// Names the tenant.
    id: Uuid,
    /// The unique name.
    #[schema(example = "credit_card")]
    name: String,
    /// What the tenant is for.
    description: Option<String>,
    /// Whether anything may happen in the tenant.
    is_active: bool,
    /// Who made the tenant.
    created_by: Uuid,
    /// When the tenant was made.
    created_at: DateTime<Utc>,
    /// When the tenant was last changed.
    updated_at: DateTime<Utc>,
    /// Counts the changes; the `ETag`.
    version: u64,
}

/// A named set of permissions in one tenant.
#[derive(ToSchema)]
pub(crate) struct Group {
    /// Names the group.
    id: Uuid,
    /// The tenant.
    tenant: Uuid,
    /// The name, unique in the tenant.
    #[schema(example = "approver")]
    name: String,
    /// What the group is for.
    description: Option<String>,
    /// What its members may do.
    permissions: Vec<Permission>,
    /// When the group was made.
    created_at: DateTime<Utc>,
    /// When the group was last changed.
    updated_at: DateTime<Utc>,
    /// Counts the changes; the `ETag`.
    version: u64,
}

/// That a user belongs to a group.
#[derive(ToSchema)]
pub(crate) struct Membership {
    /// The tenant.
    tenant: Uuid,
    /// The group.
    group: Uuid,
    /// The user.
    user: Uuid,
    /// Who gave it.
    given_by: Option<Uuid>,
    /// When.
    given_at: DateTime<Utc>,
    /// From when on its holder decides.
    decides_from: DateTime<Utc>,
}

/// A membership with its group's name and permissions.
#[derive(ToSchema)]
pub(crate) struct HeldGroup {
    /// The membership.
    membership: Membership,
    /// The group's name.
    name: String,
    /// What the group permits.
    permissions: Vec<Permission>,
}

/// A tenant that a user belongs to, with the groups they have in it.
#[derive(ToSchema)]
pub(crate) struct TenantMembership {
    /// The tenant.
    tenant: Tenant,
    /// The groups, by name.
    groups: Vec<HeldGroup>,
}

/// One version of a tenant's offer configuration.
#[derive(ToSchema)]
pub(crate) struct OfferConfiguration {
    /// The tenant.
    tenant: Uuid,
    /// The version's number; the `ETag`.
    version: u64,
    /// What it says.
    settings: ConfigurationSettings,
    /// The protected fields that a super admin lets the tenant's criteria use.
    protected_fields: Vec<String>,
    /// Who published it.
    published_by: Uuid,
    /// When.
    published_at: DateTime<Utc>,
}

/// What a tenant decides about its offers and campaigns.
#[derive(ToSchema)]
pub(crate) struct ConfigurationSettings {
    /// The JSON Schema of offers' data.
    schema: Value,
    /// The fields that criteria may use; none where all may be used that are not protected.
    criteria_fields: Option<Vec<String>>,
    /// The channels that campaigns may use.
    channels: Vec<Channel>,
    /// The zone in which the tenant's dates begin and end.
    #[schema(example = "UTC")]
    time_zone: String,
    /// Whom and when campaigns may reach.
    contact: ContactRules,
}

/// Whom and when a tenant's campaigns may reach.
#[derive(ToSchema)]
pub(crate) struct ContactRules {
    /// What it means that a customer has said nothing about marketing; `opt_in` unless given.
    #[schema(required = false)]
    consent: ConsentMode,
    /// When messages may be sent; always unless given.
    #[schema(required = false)]
    hours: SendingHours,
    /// The customers' attribute that names the time zone of their hours.
    zone_field: Option<String>,
    /// How many marketing messages a customer may be sent.
    #[schema(required = false, max_items = 16)]
    caps: Vec<ContactCap>,
    /// How many messages may go out over a channel in a while.
    #[schema(required = false)]
    rates: BTreeMap<String, RateLimit>,
}

/// What no word on marketing means.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub(crate) enum ConsentMode {
    OptIn,
    OptOut,
}

/// When messages may be sent.
#[derive(ToSchema)]
pub(crate) struct SendingHours {
    /// The hours of every day in which nothing is sent.
    quiet: Option<QuietHours>,
    /// The days of the week on which something is; all unless given.
    #[schema(required = false)]
    days: Vec<Weekday>,
    /// Dates on which nothing is.
    #[schema(required = false)]
    holidays: Vec<NaiveDate>,
}

/// Hours in which nothing is sent; over midnight where they end before they begin.
#[derive(ToSchema)]
pub(crate) struct QuietHours {
    /// The first quiet moment.
    #[schema(example = "21:00:00")]
    from: String,
    /// The first moment that is not quiet any more.
    #[schema(example = "08:00:00")]
    to: String,
}

/// A day of the week.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub(crate) enum Weekday {
    Monday,
    Tuesday,
    Wednesday,
    Thursday,
    Friday,
    Saturday,
    Sunday,
}

/// At most so many marketing messages for one customer in so many days.
#[derive(ToSchema)]
pub(crate) struct ContactCap {
    /// How many messages.
    #[schema(minimum = 1)]
    messages: u32,
    /// In how many days of 24 hours.
    #[schema(minimum = 1, maximum = 366)]
    days: u32,
    /// Over which channel; none for all of them together.
    channel: Option<Channel>,
}

/// At most so many messages in each window of so many seconds, of windows that follow each other from the first moment of
/// 1970 in UTC.
#[derive(ToSchema)]
pub(crate) struct RateLimit {
    /// How many messages.
    #[schema(minimum = 1)]
    messages: u32,
    /// In how many seconds.
    #[schema(minimum = 1, maximum = 86_400)]
    seconds: u32,
}

/// A way to reach a customer.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub(crate) enum Channel {
    Email,
    Sms,
    Push,
    Webhook,
}

/// A published version, and which live offers its schema would not allow.
#[derive(ToSchema)]
pub(crate) struct Published {
    /// The new version.
    configuration: OfferConfiguration,
    /// The live offers that do not satisfy it.
    compatibility: CompatibilityReport,
}

/// Which live offers a schema would not allow.
#[derive(ToSchema)]
pub(crate) struct CompatibilityReport {
    /// The offers; none where all are allowed.
    breaks: Vec<Break>,
}

/// A live offer that a schema would not allow.
#[derive(ToSchema)]
pub(crate) struct Break {
    /// The offer.
    offer: Uuid,
    /// Its live revision.
    revision: u64,
    /// What is wrong with it.
    violations: Vec<SchemaViolation>,
}

/// One place where data breaks its schema.
#[derive(ToSchema)]
pub(crate) struct SchemaViolation {
    /// A JSON pointer into the data.
    pointer: String,
    /// The keyword that is broken.
    keyword: String,
    /// What is wrong.
    message: String,
}

/// A field of customers: `attribute` ones can be added.
#[derive(ToSchema)]
pub(crate) struct FieldDefinition {
    /// The name in criteria.
    #[schema(example = "tier")]
    name: String,
    /// The type: text, enum, int, decimal, bool, date, timestamp, set or uuid.
    #[schema(example = "text")]
    r#type: String,
    /// An enum's values.
    #[schema(nullable = false)]
    values: Option<Vec<String>>,
    /// A decimal's digits in all.
    #[schema(nullable = false)]
    precision: Option<u32>,
    /// A decimal's digits behind the point.
    #[schema(nullable = false)]
    scale: Option<u32>,
    /// `column` or `attribute`.
    storage: String,
    /// Whether a customer may have no value.
    nullable: bool,
    /// Whether stores find customers by it without reading all.
    indexed: bool,
    /// Whether new criteria may not use it.
    retired: bool,
    /// Whether criteria need a super admin's permission to use it.
    protected: bool,
}

/// The days on which an offer may be sent, both ends included.
#[derive(ToSchema)]
pub(crate) struct Validity {
    /// The first day; none for any earlier day.
    from: Option<NaiveDate>,
    /// The last day; none for any later day.
    until: Option<NaiveDate>,
}
