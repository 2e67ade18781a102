//! People of a login of one's own, instead of the library's passwords: a proxy in front has checked who asks, and says so in a
//! header; in another, which groups they are in. What reads the claims of a token would look the same.

use axum::http::{HeaderName, HeaderValue, Method, request::Parts};
use offerkit::{
    Context, Offerkit,
    axum::Authenticate,
    domain::ExternalIdentity,
    services::{ClaimedGroups, Error},
};

/// Whose names the header bears. Another provider's `asha` is another person.
const ISSUER: &str = "proxy";

/// Reads who asks from headers that a proxy sets.
pub(crate) struct Proxy {
    pub(crate) person: HeaderName,
    /// Names groups as `credit_card/approver, loan/create`.
    pub(crate) groups: Option<HeaderName>,
}

/// Somebody, as the proxy calls them.
pub(crate) fn identity(name: &str) -> Result<ExternalIdentity, Error> {
    Ok(ExternalIdentity {
        issuer: ISSUER.parse()?,
        subject: name.parse()?,
    })
}

#[async_trait::async_trait]
impl Authenticate for Proxy {
    async fn authenticate(
        &self,
        kit: &Offerkit,
        request: &Parts,
    ) -> Result<Option<Context>, Error> {
        if is_forged(request) {
            return Ok(None);
        }
        let Some(name) = only(request, &self.person)? else {
            return Ok(None);
        };
        let person = identity(name).map_err(|_| Error::WrongCredentials)?;
        let context = match &self.groups {
            None => kit.identify(&person).await?,
            // Without the header, they are in none.
            Some(groups) => {
                let named = only(request, groups)?.unwrap_or_default();
                let claimed = ClaimedGroups::of_texts(named.split(',').map(str::trim));
                kit.identify_with_groups(&person, &claimed).await?
            }
        };
        Ok(Some(context))
    }
}

/// The one value of a header. Where there are two, someone else than the proxy has set one.
fn only<'r>(request: &'r Parts, name: &HeaderName) -> Result<Option<&'r str>, Error> {
    let mut values = request
        .headers
        .get_all(name)
        .iter()
        .map(HeaderValue::to_str);
    match (values.next(), values.next()) {
        (None, _) => Ok(None),
        (Some(Ok(value)), None) => Ok(Some(value)),
        (Some(_), _) => Err(Error::WrongCredentials),
    }
}

/// Whether a page of another site has a browser change something, where the proxy knows the person by a cookie.
fn is_forged(request: &Parts) -> bool {
    let from = request.headers.get("sec-fetch-site");
    let is_elsewhere = from.is_some_and(|from| from != "same-origin" && from != "none");
    is_elsewhere && !matches!(request.method, Method::GET | Method::HEAD | Method::OPTIONS)
}
