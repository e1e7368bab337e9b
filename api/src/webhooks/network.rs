//! Which addresses may be reached: public ones alone, so that nobody makes the service speak to
//! what only it can reach. Looked at when an address is given, and again at each connection, whose
//! address is one of those that were looked at.

use std::{
    fmt, io,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use futures_util::future::BoxFuture;
use reqwest::{
    Url,
    dns::{Addrs, Name, Resolve, Resolving},
};

/// How long an address may be, in characters.
const LONGEST: usize = 2_000;
/// The ports of https.
const PORTS: [u16; 2] = [443, 8443];
/// How long a name may take to be found while somebody waits.
const PATIENCE: Duration = Duration::from_secs(2);

/// Finds the addresses of a name. Tests bring their own.
pub type Lookup = Arc<dyn Fn(String) -> BoxFuture<'static, io::Result<Vec<IpAddr>>> + Send + Sync>;

/// The one of the machine.
#[must_use]
pub fn system_lookup() -> Lookup {
    Arc::new(|name| {
        Box::pin(async move {
            let found = tokio::net::lookup_host((name, 0)).await?;
            Ok(found.map(|address| address.ip()).collect())
        })
    })
}

/// That an address may not be reached.
#[derive(Clone, Copy, Debug)]
pub(super) struct Barred;

impl fmt::Display for Barred {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a public address")
    }
}

impl std::error::Error for Barred {}

/// What may be reached.
#[derive(Clone)]
pub(super) struct Gate {
    /// Also this machine, and there without TLS: for tests and tries.
    pub(super) local: bool,
    pub(super) lookup: Lookup,
}

impl Gate {
    /// An address that was given, as far as it can be judged by itself; or what is wrong with it.
    pub(super) fn read(&self, text: &str) -> Result<Url, &'static str> {
        if text.chars().count() > LONGEST {
            return Err("admite 2000 caracteres / takes 2,000 characters");
        }
        let url = Url::parse(text).map_err(|_| "no es una dirección / is not an address")?;
        let here = self.local && url.scheme() == "http";
        if url.scheme() != "https" && !here {
            return Err("debe empezar con https:// / must begin with https://");
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err("no admite usuario ni contraseña / takes no user and no password");
        }
        if url.fragment().is_some() {
            return Err("no admite fragmento / takes no fragment");
        }
        let port = url.port_or_known_default().unwrap_or_default();
        if !PORTS.contains(&port) && !self.local {
            return Err("admite los puertos 443 y 8443 / takes the ports 443 and 8443");
        }
        let admitted = match host(&url) {
            Host::Address(ip) => self.admits(ip),
            Host::Name(name) => !name.is_empty(),
        };
        if admitted { Ok(url) } else { Err(NOT_PUBLIC) }
    }

    /// The same, with every address to which its name leads now. A name that is not found is no
    /// mistake: it is looked for again at each attempt.
    pub(super) async fn look(&self, text: &str) -> Result<(), &'static str> {
        let url = self.read(text)?;
        let Host::Name(name) = host(&url) else { return Ok(()) };
        match tokio::time::timeout(PATIENCE, self.find(name.to_owned())).await {
            Ok(Err(error)) if is_barred(&error) => Err(NOT_PUBLIC),
            _ => Ok(()),
        }
    }

    /// The addresses of a name, if all of them may be reached: one that may not is enough to
    /// reach none, since nobody who means well has such a name.
    async fn find(&self, name: String) -> io::Result<Vec<IpAddr>> {
        let found = (self.lookup)(name).await?;
        if found.iter().any(|ip| !self.admits(*ip)) {
            return Err(io::Error::other(Barred));
        }
        if found.is_empty() { Err(io::ErrorKind::NotFound.into()) } else { Ok(found) }
    }

    fn admits(&self, ip: IpAddr) -> bool {
        is_public(ip) || self.local && ip.to_canonical().is_loopback()
    }
}

/// Who answers at an address.
enum Host<'a> {
    Address(IpAddr),
    Name(&'a str),
}

/// However an address was written (`127.1`, `0x7f.0.0.1`), a `Url` has it in its usual form.
fn host(url: &Url) -> Host<'_> {
    let host = url.host_str().unwrap_or_default();
    match host.trim_matches(['[', ']']).parse() {
        Ok(ip) => Host::Address(ip),
        Err(_) => Host::Name(host),
    }
}

const NOT_PUBLIC: &str =
    "lleva a una dirección que no es pública / leads to an address that is not public";

/// What is connected to is what was looked at: nothing is looked up a second time.
impl Resolve for Gate {
    fn resolve(&self, name: Name) -> Resolving {
        let (gate, name) = (self.clone(), name.as_str().to_owned());
        Box::pin(async move {
            let found = gate.find(name).await?;
            // The port is the one of the address that was given.
            Ok(Box::new(found.into_iter().map(|ip| SocketAddr::new(ip, 0))) as Addrs)
        })
    }
}

/// Whether somewhere behind an error stands that an address may not be reached.
pub(super) fn is_barred(error: &(dyn std::error::Error + 'static)) -> bool {
    let mut error = Some(error);
    while let Some(one) = error {
        // What stands inside an error of the machine is not its source.
        let inside = one.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        if one.is::<Barred>()
            || inside.is_some_and(<dyn std::error::Error + Send + Sync>::is::<Barred>)
        {
            return true;
        }
        error = one.source();
    }
    false
}

/// IPv4 that is not the public network's: the special-purpose registry of IANA, multicast, what is
/// reserved, and the one public address behind which a cloud keeps its own services.
const CLOSED_V4: &[(Ipv4Addr, u8)] = &[
    (Ipv4Addr::UNSPECIFIED, 8),
    (Ipv4Addr::new(10, 0, 0, 0), 8),
    (Ipv4Addr::new(100, 64, 0, 0), 10),
    (Ipv4Addr::new(127, 0, 0, 0), 8),
    (Ipv4Addr::new(168, 63, 129, 16), 32),
    (Ipv4Addr::new(169, 254, 0, 0), 16),
    (Ipv4Addr::new(172, 16, 0, 0), 12),
    (Ipv4Addr::new(192, 0, 0, 0), 24),
    (Ipv4Addr::new(192, 0, 2, 0), 24),
    (Ipv4Addr::new(192, 31, 196, 0), 24),
    (Ipv4Addr::new(192, 52, 193, 0), 24),
    (Ipv4Addr::new(192, 88, 99, 0), 24),
    (Ipv4Addr::new(192, 168, 0, 0), 16),
    (Ipv4Addr::new(192, 175, 48, 0), 24),
    (Ipv4Addr::new(198, 18, 0, 0), 15),
    (Ipv4Addr::new(198, 51, 100, 0), 24),
    (Ipv4Addr::new(203, 0, 113, 0), 24),
    (Ipv4Addr::new(224, 0, 0, 0), 4),
    (Ipv4Addr::new(240, 0, 0, 0), 4),
];

/// The one part of IPv6 that is given out for the public network. Outside of it are loopback,
/// unique-local, link-local and multicast addresses, mapped and compatible IPv4, and NAT64.
const OPEN_V6: (Ipv6Addr, u8) = (Ipv6Addr::new(0x2000, 0, 0, 0, 0, 0, 0, 0), 3);

/// What of it is not: protocol assignments with Teredo and benchmarking, documentation, 6to4, AS112.
const CLOSED_V6: &[(Ipv6Addr, u8)] = &[
    (Ipv6Addr::new(0x2001, 0, 0, 0, 0, 0, 0, 0), 23),
    (Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0), 32),
    (Ipv6Addr::new(0x2002, 0, 0, 0, 0, 0, 0, 0), 16),
    (Ipv6Addr::new(0x2620, 0x4f, 0x8000, 0, 0, 0, 0, 0), 48),
    (Ipv6Addr::new(0x3fff, 0, 0, 0, 0, 0, 0, 0), 20),
];

/// Whether an address is one of the public network.
fn is_public(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => {
            let is_in = |(net, bits): &(Ipv4Addr, u8)| {
                (u32::from(ip) ^ u32::from(*net)) >> (32 - bits) == 0
            };
            !CLOSED_V4.iter().any(is_in)
        }
        IpAddr::V6(ip) => {
            let is_in = |(net, bits): &(Ipv6Addr, u8)| {
                (u128::from(ip) ^ u128::from(*net)) >> (128 - bits) == 0
            };
            is_in(&OPEN_V6) && !CLOSED_V6.iter().any(is_in)
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;

    fn gate(local: bool, found: &'static [&'static str]) -> Gate {
        let found: Vec<IpAddr> = found.iter().map(|ip| ip.parse().unwrap()).collect();
        let lookup: Lookup = Arc::new(move |_| {
            let found = found.clone();
            Box::pin(async move { Ok(found) })
        });
        Gate { local, lookup }
    }

    #[test]
    fn only_public_addresses_are_public() {
        for ip in [
            "0.0.0.0",
            "10.1.2.3",
            "100.64.0.1",
            "100.127.255.255",
            "127.0.0.1",
            "127.8.8.8",
            "168.63.129.16",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.192",
            "192.0.2.1",
            "192.88.99.1",
            "192.168.1.1",
            "198.18.0.1",
            "198.19.255.255",
            "198.51.100.7",
            "203.0.113.9",
            "224.0.0.1",
            "239.255.255.250",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::ffff:127.0.0.1",
            "::ffff:8.8.8.8",
            "::8.8.8.8",
            "64:ff9b::a00:1",
            "64:ff9b:1::1",
            "100::1",
            "2001::1",
            "2001:2::1",
            "2001:10::1",
            "2001:20::1",
            "2001:db8::1",
            "2002:7f00:1::",
            "3fff::1",
            "5f00::1",
            "fc00::1",
            "fd00:ec2::254",
            "fe80::1",
            "fec0::1",
            "ff02::1",
            "4000::1",
        ] {
            assert!(!is_public(ip.parse().unwrap()), "{ip}");
        }
        for ip in [
            "1.1.1.1",
            "8.8.8.8",
            "100.63.255.255",
            "100.128.0.0",
            "168.63.129.15",
            "172.15.255.255",
            "172.32.0.0",
            "192.0.1.1",
            "198.17.255.255",
            "198.20.0.0",
            "223.255.255.255",
            "2001:200::1",
            "2001:4860:4860::8888",
            "2606:4700::1111",
            "2a00::1",
        ] {
            assert!(is_public(ip.parse().unwrap()), "{ip}");
        }
    }

    #[tokio::test]
    async fn addresses_are_https_public_and_bare() {
        let gate = gate(false, &["8.8.8.8", "2606:4700::1111"]);
        for right in [
            "https://hooks.example.mx/a?b=c",
            "https://hooks.example.mx:8443",
            "https://8.8.8.8/x",
            "https://[2606:4700::1111]/",
        ] {
            assert_eq!(gate.look(right).await, Ok(()), "{right}");
        }
        for wrong in [
            "",
            "hooks.example.mx",
            "http://hooks.example.mx",
            "ftp://hooks.example.mx",
            "file:///etc/passwd",
            "https://u@hooks.example.mx",
            "https://u:p@hooks.example.mx",
            "https://hooks.example.mx/#a",
            "https://hooks.example.mx:22",
            "https://127.0.0.1",
            "https://127.1",
            "https://2130706433",
            "https://0x7f.0.0.1",
            "https://0177.0.0.1",
            "https://[::1]",
            "https://[::ffff:7f00:1]",
            "https://[64:ff9b::7f00:1]",
            "https://169.254.169.254/latest/meta-data",
            "https://",
            "http://127.0.0.1:8080",
        ] {
            assert!(gate.look(wrong).await.is_err(), "{wrong}");
        }
        assert!(gate.look(&format!("https://a.mx/{}", "x".repeat(LONGEST))).await.is_err());
    }

    #[tokio::test]
    async fn one_address_that_is_not_public_is_enough() {
        let name = "https://hooks.example.mx";
        for found in [&["127.0.0.1"][..], &["8.8.8.8", "10.0.0.1"], &["8.8.8.8", "fd00::1"]] {
            assert_eq!(gate(false, found).look(name).await, Err(NOT_PUBLIC), "{found:?}");
        }
        assert_eq!(gate(false, &[]).look(name).await, Ok(()), "looked for again later");
        // For tests and tries this machine can be reached, and nothing else that is not public.
        assert_eq!(gate(true, &["127.0.0.1"]).look("http://here:9000").await, Ok(()));
        assert_eq!(gate(true, &["10.0.0.1"]).look("http://here:9000").await, Err(NOT_PUBLIC));
        assert!(gate(true, &[]).read("http://169.254.169.254/").is_err());
    }

    #[test]
    fn what_is_barred_is_known_behind_other_errors() {
        #[derive(Debug)]
        struct Outer(io::Error);
        impl fmt::Display for Outer {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("outer")
            }
        }
        impl std::error::Error for Outer {
            fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
                Some(&self.0)
            }
        }
        assert!(is_barred(&Outer(io::Error::other(Barred))));
        assert!(!is_barred(&Outer(io::Error::other("away"))));
    }
}
