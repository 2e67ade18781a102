//! Which machines a notifier may send requests to, where the URL is not the operator's own.
//!
//! Whoever may name a URL could otherwise reach what only this machine can: a database on the same network, the metadata
//! service of a cloud, a port of the machine itself.

mod network;
mod resolver;

use std::{net::IpAddr, sync::Arc};

use url::{Host, Url};

pub use network::{Network, NetworkError};
pub(crate) use resolver::{Checked, Refusal};
pub use resolver::{Resolver, SystemResolver};

/// What may be reached: `https` on port 443 of public addresses, unless more is allowed.
///
/// A name is resolved once for every connection, every address that it has must be allowed, and the connection goes to one of
/// those that were looked at: a name that means another address a moment later gains nothing. Redirects are never followed
/// and no proxy is used.
///
/// ```
/// use offerkit_notify::guard::Guard;
///
/// let guard = Guard::default().allow_port(8443).allow_network("10.20.0.0/16".parse()?);
/// # Ok::<(), offerkit_notify::guard::NetworkError>(())
/// ```
#[derive(Clone)]
pub struct Guard {
    allows_http: bool,
    ports: Vec<u16>,
    networks: Vec<Network>,
    resolver: Arc<dyn Resolver>,
}

impl Default for Guard {
    fn default() -> Self {
        Self {
            allows_http: false,
            ports: vec![443],
            networks: Vec::new(),
            resolver: Arc::new(SystemResolver),
        }
    }
}

impl std::fmt::Debug for Guard {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Guard")
            .field("allows_http", &self.allows_http)
            .field("ports", &self.ports)
            .field("networks", &self.networks)
            .finish_non_exhaustive()
    }
}

impl Guard {
    /// Also `http`, without TLS. Its port 80 is allowed by [`allow_port`](Self::allow_port).
    #[must_use]
    pub const fn allow_http(mut self) -> Self {
        self.allows_http = true;
        self
    }

    /// Also this port.
    #[must_use]
    pub fn allow_port(mut self, port: u16) -> Self {
        self.ports.push(port);
        self
    }

    /// Also the addresses of this network, although they are not public.
    #[must_use]
    pub fn allow_network(mut self, network: Network) -> Self {
        self.networks.push(network);
        self
    }

    /// Another way to find a name's addresses.
    #[must_use]
    pub fn resolver(mut self, resolver: Arc<dyn Resolver>) -> Self {
        self.resolver = resolver;
        self
    }

    /// Whether a request to `url` may be begun. What its name means is looked at when the connection is made.
    pub(crate) fn check(&self, url: &Url) -> Result<(), Refusal> {
        match url.scheme() {
            "https" => {}
            "http" if self.allows_http => {}
            _ => return Err(Refusal("the URL's scheme is not allowed")),
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(Refusal("the URL holds a login"));
        }
        let port = url.port_or_known_default();
        if !port.is_some_and(|port| self.ports.contains(&port)) {
            return Err(Refusal("the URL's port is not allowed"));
        }
        // An address in place of a name is never resolved, so it is looked at here.
        let address = match url.host() {
            Some(Host::Domain(_)) => return Ok(()),
            Some(Host::Ipv4(address)) => IpAddr::V4(address),
            Some(Host::Ipv6(address)) => IpAddr::V6(address),
            None => return Err(Refusal("the URL has no host")),
        };
        self.check_address(address)
    }

    fn check_address(&self, address: IpAddr) -> Result<(), Refusal> {
        let address = address.to_canonical();
        let is_named = || self.networks.iter().any(|it| it.contains(address));
        if network::is_public(address) || is_named() {
            Ok(())
        } else {
            Err(Refusal("the address is not a public one"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_https_on_443_to_public_addresses_unless_more_is_allowed() {
        let strict = Guard::default();
        let lax = Guard::default()
            .allow_http()
            .allow_port(80)
            .allow_port(8443)
            .allow_network("10.20.0.0/16".parse().unwrap());
        let verdict = |guard: &Guard, url: &str| guard.check(&url.parse().unwrap()).is_ok();
        for (url, by_strict, by_lax) in [
            ("https://example.com/hook", true, true),
            ("https://example.com:443/hook", true, true),
            ("https://8.8.8.8/", true, true),
            ("https://[2606:4700::1111]/", true, true),
            ("https://example.com:8443/", false, true),
            ("https://example.com:22/", false, false),
            ("http://example.com/", false, true),
            ("ftp://example.com/", false, false),
            ("file:///etc/passwd", false, false),
            ("https://user@example.com/", false, false),
            ("https://:secret@example.com/", false, false),
            ("https://10.20.30.40/", false, true),
            ("https://[::ffff:10.20.30.40]/", false, true),
            ("https://10.21.0.1/", false, false),
            ("https://127.0.0.1/", false, false),
            // Other ways to write 127.0.0.1.
            ("https://2130706433/", false, false),
            ("https://0x7f.1/", false, false),
            ("https://0177.0.0.1/", false, false),
            ("https://[::ffff:7f00:1]/", false, false),
            ("https://169.254.169.254/latest/meta-data", false, false),
        ] {
            assert_eq!(verdict(&strict, url), by_strict, "{url}");
            assert_eq!(verdict(&lax, url), by_lax, "{url}");
        }
    }
}
