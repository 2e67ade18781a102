//! The query of a request: filters that refuse what they do not know, and the page that is wanted.

use axum::{extract::FromRequestParts, http::request::Parts};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use utoipa::IntoParams;

use offerkit_core::page::{Cursor, DEFAULT_PAGE_SIZE, Order, Page, PageRequest};

use crate::{problem::ApiError, reply::Listed};

/// Which page of a list is wanted.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct PageParams {
    /// The most items of the page.
    #[param(minimum = 1, maximum = 1000, default = 50)]
    size: Option<u16>,
    /// Where the page before ended: its `next`.
    #[param(pattern = "^[0-9a-f]{32}$")]
    after: Option<String>,
    /// Which end comes first.
    #[param(inline, value_type = Option<crate::schemas::Order>)]
    order: Option<Order>,
}

impl PageParams {
    const NAMES: [&str; 3] = ["size", "after", "order"];

    fn request(&self) -> Result<PageRequest, ApiError> {
        let page = PageRequest::first(self.size.unwrap_or(DEFAULT_PAGE_SIZE))
            .map_err(|error| ApiError::malformed(error.to_string()))?
            .ordered(self.order.unwrap_or_default());
        match &self.after {
            None => Ok(page),
            Some(text) => text
                .parse::<Cursor>()
                .map(|cursor| page.after(cursor))
                .map_err(|error| ApiError::malformed(error.to_string())),
        }
    }
}

/// The parameters of a query, none of them unknown.
pub(crate) struct Query<T>(pub(crate) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Query<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        read(&pairs(parts)?).map(Self)
    }
}

/// A filter, and the page that is wanted of what satisfies it.
pub(crate) struct Listing<F> {
    pub(crate) filter: F,
    pub(crate) page: PageRequest,
    pairs: Vec<(String, String)>,
}

impl<F> Listing<F> {
    /// The answer, with a link to the next page.
    pub(crate) fn reply<T: Serialize>(&self, page: Page<T>) -> Listed<T> {
        let next = page.next.and_then(|cursor| {
            let mut pairs = self.pairs.clone();
            pairs.retain(|(name, _)| name != "after");
            pairs.push(("after".to_owned(), cursor.to_string()));
            serde_urlencoded::to_string(pairs).ok()
        });
        Listed { page, next }
    }
}

impl<S: Send + Sync, F: DeserializeOwned> FromRequestParts<S> for Listing<F> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        let pairs = pairs(parts)?;
        let (paging, filter): (Vec<_>, Vec<_>) = pairs
            .iter()
            .cloned()
            .partition(|(name, _)| PageParams::NAMES.contains(&name.as_str()));
        Ok(Self {
            filter: read(&filter)?,
            page: read::<PageParams>(&paging)?.request()?,
            pairs,
        })
    }
}

fn pairs(parts: &Parts) -> Result<Vec<(String, String)>, ApiError> {
    serde_urlencoded::from_str(parts.uri.query().unwrap_or_default())
        .map_err(|_| ApiError::malformed("the query cannot be read"))
}

fn read<T: DeserializeOwned>(pairs: &[(String, String)]) -> Result<T, ApiError> {
    serde_urlencoded::to_string(pairs)
        .map_err(|error| ApiError::malformed(format!("the query cannot be read: {error}")))
        .and_then(|text| {
            serde_urlencoded::from_str(&text)
                .map_err(|error| ApiError::malformed(format!("the query: {error}")))
        })
}

#[cfg(test)]
mod tests {
    use axum::http::Request;
    use offerkit_core::page::Page;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Filter {
        status: Option<String>,
    }

    async fn listing(query: &str) -> Result<Listing<Filter>, ApiError> {
        let request = Request::get(format!("/things?{query}")).body(()).unwrap();
        Listing::from_request_parts(&mut request.into_parts().0, &()).await
    }

    #[tokio::test]
    async fn the_next_page_keeps_the_filter() {
        let cursor = "01890000000070008000000000000001";
        let listing = listing(&format!("status=a+b&size=2&after={cursor}"))
            .await
            .unwrap();
        assert_eq!(listing.filter.status.as_deref(), Some("a b"));
        assert_eq!(listing.page.size(), 2);
        let next = "01890000000070008000000000000002".parse().unwrap();
        let page = Page {
            items: vec![1],
            next: Some(next),
        };
        let link = listing.reply(page).next.unwrap();
        assert_eq!(
            link,
            "status=a+b&size=2&after=01890000000070008000000000000002"
        );
    }

    #[tokio::test]
    async fn what_is_unknown_or_impossible_is_refused() {
        for query in [
            "stauts=a",
            "size=0",
            "size=1001",
            "size=x",
            "after=x",
            "order=up",
            "status=a&status=b",
        ] {
            assert!(listing(query).await.is_err(), "{query}");
        }
    }
}
