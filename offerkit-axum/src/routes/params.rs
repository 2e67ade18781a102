//! The names and ids in paths, and the headers that several routes read.

use serde::Deserialize;
use utoipa::IntoParams;

use offerkit_core::{
    domain::RevisionNumber,
    id::{CampaignId, CustomerId, OfferId, SessionId},
    text::{GroupName, SegmentName},
};

/// A user, by name or id.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(super) struct UserPath {
    /// The user's name or id.
    #[param(example = "asha")]
    pub(super) user: String,
}

#[derive(IntoParams)]
#[into_params(parameter_in = Path)]
#[expect(dead_code, reason = "it is described here, and read by `InTenant`")]
pub(super) struct TenantPath {
    /// The tenant's name or id.
    #[param(example = "credit_card")]
    tenant: String,
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(super) struct GroupPath {
    /// The group's name.
    #[param(value_type = String, example = "approver")]
    pub(super) group: GroupName,
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(super) struct MemberPath {
    /// The group's name.
    #[param(value_type = String, example = "approver")]
    pub(super) group: GroupName,
    /// The user's name or id.
    #[param(example = "asha")]
    pub(super) user: String,
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(super) struct OfferPath {
    /// The offer.
    #[param(value_type = uuid::Uuid)]
    pub(super) offer: OfferId,
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(super) struct RevisionPath {
    /// The offer.
    #[param(value_type = uuid::Uuid)]
    pub(super) offer: OfferId,
    /// The revision's number.
    #[param(value_type = u64, minimum = 1)]
    pub(super) revision: RevisionNumber,
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(super) struct SegmentPath {
    /// The segment's name.
    #[param(value_type = String, example = "young_premium")]
    pub(super) segment: SegmentName,
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(super) struct CampaignPath {
    /// The campaign.
    #[param(value_type = uuid::Uuid)]
    pub(super) campaign: CampaignId,
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(super) struct CustomerPath {
    /// The customer.
    #[param(value_type = uuid::Uuid)]
    pub(super) customer: CustomerId,
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(super) struct SessionPath {
    /// The session.
    #[param(value_type = uuid::Uuid)]
    pub(super) session: SessionId,
}

/// What the caller has seen.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "it is described here, and read by `IfMatch`")]
pub(super) struct Seen {
    /// The `ETag` of the object as the caller read it.
    #[param(
        rename = "If-Match",
        pattern = "^\"[0-9]{1,18}([.][0-9]{1,18})?\"$",
        example = "\"1\""
    )]
    if_match: String,
}

#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "it is described here, and read by `IfMatch`")]
pub(super) struct MaybeSeen {
    /// The `ETag` of the object as the caller read it. Without it, the step is taken whatever was seen.
    #[param(
        rename = "If-Match",
        pattern = "^\"[0-9]{1,18}([.][0-9]{1,18})?\"$",
        example = "\"1\""
    )]
    if_match: Option<String>,
}
