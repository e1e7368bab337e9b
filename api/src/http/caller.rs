//! Who asks, as far as limits are concerned, and from where.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use actix_web::http::header::HeaderMap;
use ipnet::IpNet;

use crate::token::Claims;

/// Where proxies tell for whom they ask.
const FORWARDED_FOR: &str = "x-forwarded-for";

/// Who asks.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Caller {
    /// A person or a machine, by who says so and under which name. Not by token: a new one every
    /// quarter of an hour would be a new caller.
    Known(String, String),
    /// Nobody, from this address.
    Nobody(IpAddr),
}

impl Caller {
    /// Whom a token names; without one, nobody from there.
    #[must_use]
    pub fn of(claims: Option<&Claims>, from: IpAddr) -> Self {
        match claims {
            Some(claims) => Self::Known(claims.issuer.clone(), claims.subject.clone()),
            None => Self::nobody(from),
        }
    }

    /// Nobody, from there. Of IPv6 a whole network of 64 bits is one place: any house has one.
    #[must_use]
    pub fn nobody(from: IpAddr) -> Self {
        Self::Nobody(match from {
            IpAddr::V4(_) => from,
            IpAddr::V6(address) => {
                let network = address.to_bits() >> 64 << 64;
                Ipv6Addr::from_bits(network).into()
            }
        })
    }
}

/// The address from which somebody asks: of the connection, or, where that is one of our proxies,
/// the last that the proxies tell and that is none of them. What stands before it anybody may
/// have written.
#[must_use]
pub fn address(headers: &HeaderMap, peer: Option<SocketAddr>, proxies: &[IpNet]) -> IpAddr {
    let Some(peer) = peer else { return Ipv4Addr::UNSPECIFIED.into() };
    let mut last = peer.ip().to_canonical();
    let told: Vec<_> = headers
        .get_all(FORWARDED_FOR)
        .map(|value| String::from_utf8_lossy(value.as_bytes()))
        .collect();
    let mut hops = told.iter().flat_map(|value| value.split(',')).rev();
    while proxies.iter().any(|proxy| proxy.contains(&last)) {
        let Some(hop) = hops.next().and_then(|hop| parse(hop.trim())) else { break };
        last = hop;
    }
    last
}

/// An address, which may have a port.
fn parse(hop: &str) -> Option<IpAddr> {
    let address = hop.parse().or_else(|_| hop.parse().map(|hop: SocketAddr| hop.ip()));
    address.ok().map(|address: IpAddr| address.to_canonical())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use actix_web::http::header::{HeaderName, HeaderValue};

    use super::*;

    fn from(peer: &str, told: &[&[u8]]) -> String {
        let mut headers = HeaderMap::new();
        for value in told {
            let name = HeaderName::from_static(FORWARDED_FOR);
            headers.append(name, HeaderValue::from_bytes(value).unwrap());
        }
        let proxies = ["10.0.0.0/8", "fd00::/8"].map(|net| net.parse().unwrap());
        let peer = SocketAddr::new(peer.parse().unwrap(), 80);
        address(&headers, Some(peer), &proxies).to_string()
    }

    #[test]
    fn only_our_proxies_tell_for_whom_they_ask() {
        for (peer, told, expected) in [
            ("203.0.113.7", &[][..], "203.0.113.7"),
            // Anybody can write this.
            ("203.0.113.7", &[&b"198.51.100.1"[..]], "203.0.113.7"),
            ("10.0.0.1", &[b"198.51.100.1"], "198.51.100.1"),
            // The last one is what our proxy saw; what stands before it, its client wrote.
            ("10.0.0.1", &[b"6.6.6.6, 198.51.100.1"], "198.51.100.1"),
            ("10.0.0.1", &[b"6.6.6.6", b"198.51.100.1"], "198.51.100.1"),
            ("10.0.0.1", &[b"6.6.6.6", b"\xff\xfe, 198.51.100.1"], "198.51.100.1"),
            ("10.0.0.1", &[b"6.6.6.6, 198.51.100.1, 10.9.9.9,10.0.0.2"], "198.51.100.1"),
            // What cannot be read ends it.
            ("10.0.0.1", &[b"6.6.6.6, unknown, 10.0.0.2"], "10.0.0.2"),
            ("10.0.0.1", &[b"6.6.6.6,"], "10.0.0.1"),
            ("10.0.0.1", &[], "10.0.0.1"),
            ("10.0.0.1", &[b"10.0.0.3, 10.0.0.2"], "10.0.0.3"),
            ("10.0.0.1", &[b"198.51.100.1:4711"], "198.51.100.1"),
            ("fd00::1", &[b"[2001:db8::1]:4711"], "2001:db8::1"),
            ("::ffff:10.0.0.1", &[b"::ffff:198.51.100.1"], "198.51.100.1"),
        ] {
            assert_eq!(from(peer, told), expected, "{peer} {told:?}");
        }
    }

    #[test]
    fn a_house_has_one_network() {
        let of = |from: &str| Caller::nobody(from.parse().unwrap());
        assert_eq!(of("2001:db8:1:2::1"), of("2001:db8:1:2:ffff:ffff:ffff:ffff"));
        assert_ne!(of("2001:db8:1:2::1"), of("2001:db8:1:3::1"));
        assert_ne!(of("198.51.100.1"), of("198.51.100.2"));
    }
}
