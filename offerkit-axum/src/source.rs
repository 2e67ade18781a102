//! Where a request comes from: the address of the other end, or what a proxy of the host's says.

use std::net::{IpAddr, SocketAddr};

use axum::{
    extract::ConnectInfo,
    http::{HeaderName, request::Parts},
};

use offerkit_core::text::RequestSource;

/// The address that a request comes from. In a list, such as `X-Forwarded-For`, the last item counts: the one that the
/// nearest proxy has added, and no client can choose.
pub(crate) fn of(parts: &Parts, header: Option<&HeaderName>) -> Option<RequestSource> {
    let address = if let Some(name) = header {
        let value = parts.headers.get_all(name).iter().next_back()?;
        let text = value.to_str().ok()?;
        let last = text.rsplit_once(',').map_or(text, |(_, last)| last);
        last.trim().parse::<IpAddr>().ok()?
    } else {
        let ConnectInfo(address) = parts.extensions.get::<ConnectInfo<SocketAddr>>()?;
        address.ip()
    };
    address.to_string().parse().ok()
}

#[cfg(test)]
mod tests {
    use axum::http::Request;

    use super::*;

    #[test]
    fn a_client_cannot_choose_what_the_nearest_proxy_says() {
        let name = HeaderName::from_static("x-forwarded-for");
        let request = Request::get("/").header(&name, "10.9.9.9, 203.0.113.7");
        let (parts, ()) = request.body(()).unwrap().into_parts();
        assert_eq!(of(&parts, Some(&name)).unwrap().as_str(), "203.0.113.7");
        assert_eq!(of(&parts, None), None);
    }
}
