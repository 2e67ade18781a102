//! The JSON of the domain's objects, as the OpenAPI document describes it. The objects themselves are what handlers answer;
//! the tests hold every answer against these descriptions.

#![expect(
    dead_code,
    clippy::large_enum_variant,
    clippy::struct_excessive_bools,
    clippy::struct_field_names,
    reason = "the descriptions are read by a derive, and never made"
)]

mod access;
mod audit;
mod campaigns;
mod contacts;
mod deliveries;
mod judging;
mod offers;
mod reach;
mod reports;

use utoipa::ToSchema;

pub(crate) use access::*;
pub(crate) use audit::*;
pub(crate) use campaigns::*;
pub(crate) use contacts::*;
pub(crate) use deliveries::*;
pub(crate) use judging::*;
pub(crate) use offers::*;
pub(crate) use reach::*;
pub(crate) use reports::*;

/// One page of a list.
#[derive(ToSchema)]
pub(crate) struct Page<T> {
    /// The items, in the order asked for.
    items: Vec<T>,
    /// Where to go on, unless this is the last page: the next request's `after`.
    next: Option<String>,
}

/// All of a short list.
#[derive(ToSchema)]
pub(crate) struct All<T> {
    /// The items.
    items: Vec<T>,
}

/// Which end of a list comes first; by creation.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub(crate) enum Order {
    /// What was made last comes first: the default.
    NewestFirst,
    /// What was made first comes first.
    OldestFirst,
}
