//! What the caller has seen of an object.

use axum::{
    extract::FromRequestParts,
    http::{HeaderName, header, request::Parts},
};

use offerkit_core::{
    domain::{ConfigurationVersion, RevisionNumber, SegmentVersion, Version},
    services::Acting,
};

use crate::problem::{ApiError, ProblemKind};

/// The version or revision that the caller has seen: `If-Match` with the `ETag` of the object.
pub(crate) struct IfMatch(u64);

impl IfMatch {
    pub(crate) const fn version(&self) -> Version {
        Version::new(self.0)
    }

    pub(crate) const fn revision(&self) -> RevisionNumber {
        RevisionNumber::new(self.0)
    }

    pub(crate) const fn configuration(&self) -> ConfigurationVersion {
        ConfigurationVersion::new(self.0)
    }

    pub(crate) const fn segment(&self) -> SegmentVersion {
        SegmentVersion::new(self.0)
    }
}

/// The actor, who has seen the revision, where the caller names one.
pub(crate) fn seeing(acting: Acting, seen: Option<IfMatch>) -> Acting {
    match seen {
        Some(seen) => acting.seeing(seen.revision()),
        None => acting,
    }
}

/// The actor, who has seen the version, where the caller names one.
pub(crate) fn seeing_version(acting: Acting, seen: Option<IfMatch>) -> Acting {
    match seen {
        Some(seen) => acting.seeing_version(seen.version()),
        None => acting,
    }
}

impl<S: Send + Sync> FromRequestParts<S> for IfMatch {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        seen(parts, &header::IF_MATCH)?.map(Self).ok_or_else(|| {
            ApiError::new(
                ProblemKind::PreconditionRequired,
                "say with `If-Match` which version you have seen: the `ETag` of the object as you read it",
            )
        })
    }
}

/// `If-None-Match: *`: the caller has seen that there is no such object.
pub(crate) struct IfNoneMatch(pub(crate) bool);

impl<S: Send + Sync> FromRequestParts<S> for IfNoneMatch {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        match parts.headers.get(header::IF_NONE_MATCH) {
            None => Ok(Self(false)),
            Some(value) if value.as_bytes() == b"*" => Ok(Self(true)),
            Some(_) => Err(ApiError::malformed("`If-None-Match` can only be `*` here")),
        }
    }
}

impl<S: Send + Sync> axum::extract::OptionalFromRequestParts<S> for IfMatch {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Option<Self>, ApiError> {
        Ok(seen(parts, &header::IF_MATCH)?.map(Self))
    }
}

/// The number before the dot of the one tag in a header.
fn seen(parts: &Parts, name: &HeaderName) -> Result<Option<u64>, ApiError> {
    let mut values = parts.headers.get_all(name).iter();
    let Some(value) = values.next() else {
        return Ok(None);
    };
    let tag = value.to_str().unwrap_or_default().trim();
    if tag == "*" || tag.contains(',') || values.next().is_some() {
        return Err(ApiError::malformed(
            "`If-Match` needs the one tag of the version you have seen",
        ));
    }
    let number = tag
        .strip_prefix('"')
        .and_then(|tag| tag.strip_suffix('"'))
        .map(|tag| tag.split_once('.').map_or(tag, |(number, _)| number))
        .and_then(|number| number.parse().ok());
    // A tag that is none of ours, a weak one among them, matches no version.
    number.map(Some).ok_or_else(|| {
        ApiError::new(
            ProblemKind::Stale,
            "`If-Match` has a tag that no version of this object bears",
        )
    })
}
