//! What handlers take out of a request; every mistake becomes a problem with its place.

mod body;
mod if_match;
mod listing;
mod object;
mod path;

pub(crate) use body::{Body, OptionalBody, media_type, read, whole};
pub(crate) use if_match::{IfMatch, IfNoneMatch, seeing, seeing_version};
pub(crate) use listing::{Listing, PageParams, Query};
pub(crate) use object::Object;
pub(crate) use path::{InTenant, Path};
