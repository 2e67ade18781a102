//! Networks, and which addresses are public.

use std::{net::IpAddr, str::FromStr};

/// A range of addresses, written `10.20.0.0/16` or `fd00:1::/32`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Network {
    first: u128,
    bits: u32,
    is_v4: bool,
}

/// A text that is not a network.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not a network such as `10.20.0.0/16`")]
pub struct NetworkError {
    text: String,
}

impl FromStr for Network {
    type Err = NetworkError;

    fn from_str(text: &str) -> Result<Self, NetworkError> {
        let parsed = text.split_once('/').and_then(|(address, bits)| {
            let (first, width, is_v4) = number(address.parse().ok()?);
            let bits: u32 = bits.parse().ok()?;
            let host = width.checked_sub(bits)?;
            // A host part would be a mistake in the address or in the length.
            let is_whole = host == 128 || first.trailing_zeros() >= host;
            is_whole.then_some(Self { first, bits, is_v4 })
        });
        parsed.ok_or_else(|| NetworkError {
            text: text.chars().take(64).collect(),
        })
    }
}

impl Network {
    /// Whether the address is in it. An IPv4 address written as IPv6 (`::ffff:10.0.0.1`) counts as IPv4.
    #[must_use]
    pub fn contains(&self, address: IpAddr) -> bool {
        let (address, width, is_v4) = number(address.to_canonical());
        let host = width.saturating_sub(self.bits);
        is_v4 == self.is_v4 && (host == 128 || address >> host == self.first >> host)
    }
}

fn number(address: IpAddr) -> (u128, u32, bool) {
    match address {
        IpAddr::V4(address) => (u128::from(u32::from(address)), 32, true),
        IpAddr::V6(address) => (u128::from(address), 128, false),
    }
}

const fn v4(a: u8, b: u8, c: u8, bits: u32) -> Network {
    let [a, b, c] = [a as u32, b as u32, c as u32];
    Network {
        first: (a << 24 | b << 16 | c << 8) as u128,
        bits,
        is_v4: true,
    }
}

const fn v6(high: u32, bits: u32) -> Network {
    Network {
        first: (high as u128) << 96,
        bits,
        is_v4: false,
    }
}

/// What the registries of special addresses (RFC 6890 and its updates) keep from the public Internet, and multicast.
const NOT_PUBLIC_V4: [Network; 15] = [
    v4(0, 0, 0, 8),
    v4(10, 0, 0, 8),
    v4(100, 64, 0, 10),
    v4(127, 0, 0, 8),
    v4(169, 254, 0, 16),
    v4(172, 16, 0, 12),
    v4(192, 0, 0, 24),
    v4(192, 0, 2, 24),
    v4(192, 88, 99, 24),
    v4(192, 168, 0, 16),
    v4(198, 18, 0, 15),
    v4(198, 51, 100, 24),
    v4(203, 0, 113, 24),
    v4(224, 0, 0, 4),
    v4(240, 0, 0, 4),
];

/// Of IPv6 only `2000::/3` is given out at all, so that loopback, local, multicast, mapped and NAT64 addresses are outside.
const GIVEN_OUT_V6: Network = v6(0x2000_0000, 3);

/// What of it is special: protocols (Teredo among them), documentation, 6to4, documentation.
const NOT_PUBLIC_V6: [Network; 4] = [
    v6(0x2001_0000, 23),
    v6(0x2001_0db8, 32),
    v6(0x2002_0000, 16),
    v6(0x3fff_0000, 20),
];

/// Whether an address can be anyone's on the Internet.
pub(super) fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(_) => !NOT_PUBLIC_V4.iter().any(|it| it.contains(address)),
        IpAddr::V6(_) => {
            GIVEN_OUT_V6.contains(address) && !NOT_PUBLIC_V6.iter().any(|it| it.contains(address))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::net::{Ipv4Addr, Ipv6Addr};

    #[test]
    fn special_addresses_are_not_public() {
        for text in [
            "0.0.0.0",
            "0.1.2.3",
            "10.0.0.1",
            "10.255.255.255",
            "100.64.0.1",
            "100.127.255.255",
            "127.0.0.1",
            "127.255.255.255",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.8",
            "192.0.2.1",
            "192.88.99.1",
            "192.168.1.1",
            "198.18.0.1",
            "198.19.255.255",
            "198.51.100.1",
            "203.0.113.1",
            "224.0.0.1",
            "239.255.255.255",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::10.0.0.1",
            "64:ff9b::a00:1",
            "64:ff9b:1::1",
            "100::1",
            "2001::1",
            "2001:db8::1",
            "2002:a00:1::",
            "3fff::1",
            "fc00::1",
            "fd12::1",
            "fe80::1",
            "fec0::1",
            "ff02::1",
            "4000::1",
        ] {
            assert!(!is_public(text.parse().unwrap()), "{text}");
        }
        for text in [
            "1.1.1.1",
            "9.255.255.255",
            "11.0.0.0",
            "100.63.255.255",
            "100.128.0.0",
            "128.0.0.0",
            "172.15.255.255",
            "172.32.0.0",
            "192.167.255.255",
            "198.17.255.255",
            "198.20.0.0",
            "223.255.255.255",
            "2001:4860:4860::8888",
            "2606:4700::1111",
            "2a00::1",
        ] {
            assert!(is_public(text.parse().unwrap()), "{text}");
        }
    }

    #[test]
    fn a_network_is_written_with_its_first_address() {
        for text in [
            "10.20.0.0/16",
            "0.0.0.0/0",
            "::/0",
            "10.0.0.1/32",
            "fd00::/8",
            "::1/128",
        ] {
            assert!(text.parse::<Network>().is_ok(), "{text}");
        }
        for text in [
            "10.20.0.1/16",
            "10.0.0.0",
            "10.0.0.0/33",
            "::/129",
            "fd00::1/8",
            "/8",
            "a/8",
            "10.0.0.0/-1",
        ] {
            assert!(text.parse::<Network>().is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn the_standard_library_agrees_on_ipv4(address: u32) {
            let address = Ipv4Addr::from(address);
            let is_special = address.is_private() || address.is_loopback() || address.is_link_local()
                || address.is_broadcast() || address.is_documentation() || address.is_multicast()
                || address.is_unspecified();
            prop_assert!(!(is_special && is_public(address.into())));
        }

        #[test]
        fn ipv4_in_ipv6_is_never_more_public(address: u32) {
            let v4 = Ipv4Addr::from(address);
            let nat64 = Ipv6Addr::from(0x0064_ff9b_u128 << 96 | u128::from(address));
            prop_assert!(!is_public(nat64.into()));
            let sixtofour = Ipv6Addr::from(0x2002_u128 << 112 | u128::from(address) << 80);
            prop_assert!(!is_public(sixtofour.into()));
            prop_assert_eq!(is_public(IpAddr::from(v4.to_ipv6_mapped()).to_canonical()), is_public(v4.into()));
            prop_assert!(!is_public(v4.to_ipv6_compatible().into()));
        }
    }
}
