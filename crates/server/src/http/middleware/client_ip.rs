//! Client address: the peer's address, or the one that a trusted proxy reports.

use axum::extract::{ConnectInfo, FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use ipnet::IpNet;
use rekey_wire::problem::Code;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;

use crate::http::error::ApiError;
use crate::http::middleware::Middleware;

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const REAL_IP: HeaderName = HeaderName::from_static("x-real-ip");

/// The client's address. IPv4-mapped IPv6 addresses (`::ffff:…`) are converted to IPv4.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct ClientIp(pub IpAddr);

impl ClientIp {
    /// Returns the rate limit key: the whole IPv4 address, or the /64 of an IPv6 address, the smallest block assigned to one customer (RFC 6177). The
    /// two never collide: they differ in length.
    #[must_use]
    pub fn limit_key(&self) -> Vec<u8> {
        match self.0.to_canonical() {
            IpAddr::V4(address) => address.octets().to_vec(),
            IpAddr::V6(address) => address.octets().into_iter().take(8).collect(),
        }
    }

    /// Returns whether it is a local address: loopback, private (RFC 1918, RFC 4193) or link-local.
    #[must_use]
    pub const fn is_inside(&self) -> bool {
        match self.0.to_canonical() {
            IpAddr::V4(address) => address.is_loopback() || address.is_private() || address.is_link_local(),
            IpAddr::V6(address) => address.is_loopback() || address.is_unique_local() || address.is_unicast_link_local(),
        }
    }
}

/// Returns whether a proxy forwarded the request. If that proxy is not trusted, only its own address is known, and every client behind it appears to
/// be local.
#[must_use]
pub fn is_proxied(headers: &HeaderMap) -> bool {
    [FORWARDED_FOR, REAL_IP, header::FORWARDED, header::VIA].into_iter().any(|name| headers.contains_key(name))
}

impl<S: Send + Sync> FromRequestParts<S> for ClientIp {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        parts.extensions.get().copied().ok_or_else(|| {
            tracing::error!("a route that asks for the client's address lacks the layer that finds it");
            ApiError::new(Code::Internal)
        })
    }
}

/// Determines the [`ClientIp`] of every request. `X-Forwarded-For` is used only from the `trusted` networks.
pub fn layer(trusted: Vec<IpNet>) -> impl Middleware {
    from_fn_with_state(Arc::<[IpNet]>::from(trusted), find)
}

async fn find(State(trusted): State<Arc<[IpNet]>>, mut request: Request, next: Next) -> Response {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |info| info.0.ip());
    let client = client(peer, request.headers(), &trusted);
    request.extensions_mut().insert(ClientIp(client));
    next.run(request).await
}

/// Returns the nearest address that is not a trusted proxy: the peer's own, or the first such from the right in `X-Forwarded-For`. Entries further
/// left can be forged. A malformed entry ends the search at the proxy that passed it on.
fn client(peer: IpAddr, headers: &HeaderMap, trusted: &[IpNet]) -> IpAddr {
    let is_trusted = |address: IpAddr| trusted.iter().any(|net| net.contains(&address));
    let mut nearest = peer.to_canonical();
    let lines = headers.get_all(FORWARDED_FOR).into_iter().rev();
    let mut hops = lines.flat_map(|line| line.as_bytes().rsplit(|byte| *byte == b','));
    while is_trusted(nearest) {
        let Some(further) = hops.next().and_then(hop) else { break };
        nearest = further;
    }
    nearest
}

/// Parses one entry: an address, bare, in brackets, or with a port, as proxies write them.
fn hop(entry: &[u8]) -> Option<IpAddr> {
    let entry = std::str::from_utf8(entry).ok()?.trim_matches([' ', '\t']);
    let bracketed = || entry.strip_prefix('[')?.strip_suffix(']')?.parse().ok().map(IpAddr::V6);
    let with_port = || entry.parse::<SocketAddr>().ok().map(|address| address.ip());
    entry.parse().ok().or_else(bracketed).or_else(with_port).map(|address: IpAddr| address.to_canonical())
}

#[cfg(test)]
mod properties;

#[cfg(test)]
mod tests {
    use super::{ClientIp, client, layer};
    use axum::body::Body;
    use axum::extract::{ConnectInfo, Request};
    use axum::{Router, routing::get};
    use http_body_util::BodyExt;
    use std::net::{IpAddr, SocketAddr};
    use tower::ServiceExt;

    /// Returns [`client`] for a peer and lines of `X-Forwarded-For`, behind proxies in 10.0.0.0/8 and fd00::/8.
    fn seen(peer: &str, lines: &[&str]) -> String {
        let trusted = ["10.0.0.0/8".parse().expect("a network"), "fd00::/8".parse().expect("a network")];
        let headers = lines.iter().map(|line| (super::FORWARDED_FOR, line.parse().expect("a header"))).collect();
        client(peer.parse().expect("an address"), &headers, &trusted).to_string()
    }

    #[test]
    fn a_stranger_cannot_name_another_address() {
        assert_eq!(seen("203.0.113.9", &["198.51.100.1"]), "203.0.113.9");
    }

    #[test]
    fn a_trusted_proxy_is_read_from_the_right() {
        assert_eq!(seen("10.0.0.1", &["1.1.1.1, 198.51.100.7"]), "198.51.100.7");
        assert_eq!(seen("10.0.0.1", &["1.1.1.1, 198.51.100.7, 10.0.0.2"]), "198.51.100.7");
        assert_eq!(seen("10.0.0.1", &["1.1.1.1", "198.51.100.7,10.0.0.2"]), "198.51.100.7", "several lines are one list");
    }

    #[test]
    fn nonsense_counts_as_the_proxy_that_passed_it_on() {
        for line in ["", "unknown", "1.1.1.1, unknown", "1.1.1.1,", "1.1.1.1, 300.1.1.1", "1.1.1.1, [::1"] {
            assert_eq!(seen("10.0.0.1", &[line]), "10.0.0.1", "{line}");
        }
        assert_eq!(seen("10.0.0.1", &["1.1.1.1, unknown, 10.0.0.2"]), "10.0.0.2");
        assert_eq!(seen("10.0.0.1", &[]), "10.0.0.1");
    }

    #[test]
    fn ports_brackets_and_wrapped_addresses_are_understood() {
        for (written, meant) in [
            ("198.51.100.7:4711", "198.51.100.7"),
            ("[2001:db8::1]", "2001:db8::1"),
            ("[2001:db8::1]:443", "2001:db8::1"),
            ("::ffff:198.51.100.7", "198.51.100.7"),
        ] {
            assert_eq!(seen("::ffff:10.0.0.1", &[written]), meant);
        }
    }

    #[test]
    fn ipv6_is_limited_by_its_64_and_wrapped_ipv4_by_itself() {
        let key = |address: &str| ClientIp(address.parse::<IpAddr>().expect("an address")).limit_key();
        assert_eq!(key("2001:db8:1:2::1"), key("2001:db8:1:2:ffff::9"));
        assert_ne!(key("2001:db8:1:2::1"), key("2001:db8:1:3::1"));
        assert_eq!(key("::ffff:192.0.2.1"), key("192.0.2.1"));
        assert_ne!(key("192.0.2.1"), key("192.0.2.2"));
    }

    #[test]
    fn inside_is_this_machine_and_its_network() {
        let inside = |address: &str| ClientIp(address.parse::<IpAddr>().expect("an address")).is_inside();
        for address in ["127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.1.1", "::1", "fd00::1", "fe80::1", "::ffff:10.0.0.1"]
        {
            assert!(inside(address), "{address}");
        }
        for address in ["203.0.113.9", "172.32.0.1", "100.64.0.1", "0.0.0.0", "2001:db8::1", "::", "::ffff:203.0.113.9"] {
            assert!(!inside(address), "{address}");
        }
    }

    #[tokio::test]
    async fn handlers_are_told() {
        let app = Router::new()
            .route("/", get(async |ClientIp(ip): ClientIp| ip.to_string()))
            .layer(layer(vec!["127.0.0.1/32".parse().expect("a network")]));
        let mut request = Request::get("/").header("X-Forwarded-For", "192.0.2.1").body(Body::empty()).expect("a request");
        request.extensions_mut().insert(ConnectInfo(SocketAddr::from(([127, 0, 0, 1], 9))));
        let body = app.oneshot(request).await.expect("infallible").into_body().collect().await.expect("a body");
        assert_eq!(body.to_bytes(), "192.0.2.1");
    }
}
