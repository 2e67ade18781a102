//! Answers: JSON, with the tag of what it shows.

use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;

use offerkit_core::{
    domain::{Campaign, Group, Offer, OfferConfiguration, Segment, Tenant},
    page::Page,
};

use crate::views::UserView;

/// What `If-Match` has to say of an object.
pub(crate) trait Tag {
    /// The tag, without its quotes. What stands before a dot is what a change is checked against.
    fn tag(&self) -> String;
}

impl Tag for UserView {
    fn tag(&self) -> String {
        self.version.to_string()
    }
}

impl Tag for Tenant {
    fn tag(&self) -> String {
        self.version().to_string()
    }
}

impl Tag for Group {
    fn tag(&self) -> String {
        self.version().to_string()
    }
}

impl Tag for OfferConfiguration {
    fn tag(&self) -> String {
        self.version.to_string()
    }
}

impl Tag for Segment {
    fn tag(&self) -> String {
        self.version.to_string()
    }
}

impl Tag for Offer {
    fn tag(&self) -> String {
        format!("{}.{}", self.revision(), self.version())
    }
}

impl Tag for Campaign {
    fn tag(&self) -> String {
        format!("{}.{}", self.revision(), self.version())
    }
}

/// A JSON answer.
pub(crate) struct Shown<T>(pub(crate) T);

impl<T: Serialize> IntoResponse for Shown<T> {
    fn into_response(self) -> Response {
        json(&self.0)
    }
}

/// A JSON answer with its tag.
pub(crate) struct Tagged<T>(pub(crate) T);

impl<T: Serialize + Tag> IntoResponse for Tagged<T> {
    fn into_response(self) -> Response {
        let mut response = json(&self.0);
        let tag = HeaderValue::try_from(format!("\"{}\"", self.0.tag()));
        if let Ok(tag) = tag {
            response.headers_mut().insert(header::ETAG, tag);
        }
        response
    }
}

/// An answer that tells where what was made is found, relative to the request.
pub(crate) struct Created<T> {
    /// `offers/{id}`
    pub(crate) location: String,
    pub(crate) body: T,
}

impl<T: IntoResponse> IntoResponse for Created<T> {
    fn into_response(self) -> Response {
        let mut response = (StatusCode::CREATED, self.body).into_response();
        if let Ok(location) = HeaderValue::try_from(self.location) {
            response.headers_mut().insert(header::LOCATION, location);
        }
        response
    }
}

/// A page of a list, with a link to the next.
pub(crate) struct Listed<T> {
    pub(crate) page: Page<T>,
    /// The query of the next page, where there is one.
    pub(crate) next: Option<String>,
}

impl<T: Serialize> IntoResponse for Listed<T> {
    fn into_response(self) -> Response {
        let mut response = json(&self.page);
        let link = self
            .next
            .and_then(|query| HeaderValue::try_from(format!("<?{query}>; rel=\"next\"")).ok());
        if let Some(link) = link {
            response.headers_mut().insert(header::LINK, link);
        }
        response
    }
}

/// The answer with this body.
pub(crate) fn json(body: &impl Serialize) -> Response {
    match serde_json::to_vec(body) {
        Ok(bytes) => {
            let kind = HeaderValue::from_static("application/json");
            ([(header::CONTENT_TYPE, kind)], bytes).into_response()
        }
        Err(error) => {
            tracing::error!(%error, "an answer has no JSON form");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}
