//! What criteria say of one customer.

use chrono::{DateTime, Utc};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{CriteriaWarning, SavedCriteria, Span};

/// Criteria that can be used.
#[derive(ToSchema)]
pub(crate) struct CheckedCriteria {
    /// The criteria, checked.
    criteria: SavedCriteria,
    /// The criteria in words.
    description: String,
    /// What a writer may want to look at again.
    warnings: Vec<CriteriaWarning>,
}

/// Whether criteria select one customer now, and why.
#[derive(ToSchema)]
pub(crate) struct SelectionExplanation {
    /// Whether the customer is selected.
    is_selected: bool,
    /// Whether the customer is active: nobody else is ever selected.
    is_active: bool,
    /// What each clause asks, and whether it holds.
    explanation: Explanation,
}

/// What a clause asks of a customer, and whether it holds; so, too, for its parts.
#[derive(ToSchema)]
pub(crate) struct Explanation {
    /// A JSON pointer into the criteria, or into the segment that the clause is part of.
    pointer: String,
    /// Where in the same text.
    span: Span,
    /// How the parts make the whole.
    kind: ExplanationKind,
    /// What the clause asks.
    #[schema(example = "city is \"Pune\"")]
    asks: String,
    /// Whether it holds.
    holds: bool,
    /// What a clause without parts looked at.
    #[schema(nullable = false)]
    found: Option<Found>,
    /// The segment whose text the parts stand in, as `name@version`.
    #[schema(nullable = false)]
    segment: Option<String>,
    /// The clauses it consists of.
    #[schema(nullable = false, no_recursion)]
    parts: Option<Vec<Explanation>>,
}

/// How the parts of an explanation make the whole.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub(crate) enum ExplanationKind {
    Everyone,
    All,
    Any,
    None,
    Not,
    Test,
    Segment,
    Received,
    Sample,
}

/// What a clause looked at; the customer's value itself is not told.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub(crate) enum Found {
    /// The field has a value.
    Hidden,
    /// It has none.
    NoValue,
    /// So many deliveries that count.
    Deliveries(u32),
    /// The customer's bucket among the 10,000 of the sample's salt.
    Bucket(u32),
    /// The customer has no id.
    NoCustomer,
}

/// Which live offers a customer qualifies for.
#[derive(ToSchema)]
pub(crate) struct JudgedCustomer {
    /// The customer.
    customer: Uuid,
    /// The moment that criteria took as now.
    at: DateTime<Utc>,
    /// Whether the customer is active: nobody else qualifies for anything.
    is_active: bool,
    /// The tenant's live offers, the newest first.
    offers: Vec<JudgedOffer>,
}

/// Whether a customer qualifies for a live offer.
#[derive(ToSchema)]
pub(crate) struct JudgedOffer {
    /// The offer.
    offer: Uuid,
    /// Whether a campaign that runs selects the customer for it.
    qualifies: bool,
    /// The campaigns that run today and send it, the newest first; none where nobody is offered it now.
    campaigns: Vec<JudgedCampaign>,
}

/// Whether a campaign that runs selects a customer.
#[derive(ToSchema)]
pub(crate) struct JudgedCampaign {
    /// The campaign.
    campaign: Uuid,
    /// What it is called.
    name: String,
    /// Whether its criteria hold for the customer, who is active.
    qualifies: bool,
    /// Where they do not, the conditions that decided so.
    unmet: Vec<Unmet>,
}

/// A condition on which it failed.
#[derive(ToSchema)]
pub(crate) struct Unmet {
    /// What it asks of a customer. One that does hold stands under a negation.
    #[schema(example = "credit_score is at least 700")]
    asks: String,
    /// Whether it holds.
    holds: bool,
    /// A JSON pointer to it in the campaign's criteria, or in the segment that they use.
    pointer: String,
    /// Whether the customer has a value there at all; left out where it asks for no field.
    #[schema(nullable = false)]
    has_value: Option<bool>,
}
