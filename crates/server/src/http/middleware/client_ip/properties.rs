//! Property tests: arbitrary `X-Forwarded-For` headers.

use super::{FORWARDED_FOR, client};
use axum::http::{HeaderMap, HeaderValue};
use ipnet::IpNet;
use proptest::collection::vec;
use proptest::prelude::*;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

fn trusted() -> Vec<IpNet> {
    ["10.0.0.0/8", "fd00::/8"].map(|net| net.parse().expect("a network")).to_vec()
}

/// An address in one of the networks of [`trusted`].
fn proxy() -> impl Strategy<Value = IpAddr> {
    prop_oneof![
        any::<[u8; 3]>().prop_map(|[a, b, c]| Ipv4Addr::new(10, a, b, c).into()),
        any::<[u16; 7]>().prop_map(|[a, b, c, d, e, f, g]| Ipv6Addr::new(0xfd00 | (a & 0xff), b, c, d, e, f, g, a).into()),
    ]
}

/// An address outside of them.
fn stranger() -> impl Strategy<Value = IpAddr> {
    any::<IpAddr>()
        .prop_map(|address| address.to_canonical())
        .prop_filter("ours", |address| !trusted().iter().any(|net| net.contains(address)))
}

/// One of the notations that proxies use for an address.
fn spelt(address: IpAddr) -> impl Strategy<Value = Vec<u8>> {
    (0..3_u8, any::<u16>(), "[ \t]{0,2}", "[ \t]{0,2}").prop_map(move |(way, port, before, after)| {
        let text = match (address, way) {
            (IpAddr::V4(address), 1) => format!("::ffff:{address}"),
            (IpAddr::V6(address), 1) => format!("[{address}]"),
            (IpAddr::V4(address), 2) => format!("{address}:{port}"),
            (IpAddr::V6(address), 2) => format!("[{address}]:{port}"),
            _ => address.to_string(),
        };
        [before, text, after].concat().into_bytes()
    })
}

/// A chain of trusted proxies, the nearest last, each with the entry that it was recorded as.
fn proxies(count: std::ops::Range<usize>) -> impl Strategy<Value = Vec<(IpAddr, Vec<u8>)>> {
    vec(proxy().prop_flat_map(|proxy| (Just(proxy), spelt(proxy))), count)
}

/// Values that a client may send itself: any bytes that a header can contain.
fn nonsense() -> impl Strategy<Value = Vec<u8>> {
    let bytes = vec(any::<u8>().prop_filter("not in a header", |byte| *byte >= 0x20 && *byte != 0x7f), 0..24);
    prop_oneof![3 => bytes, 1 => Just(b"127.0.0.1, 10.0.0.1, unknown".to_vec()), 1 => proxy().prop_flat_map(spelt)]
}

/// Joins the entries into a list, split into header lines at the commas where `breaks` is true.
fn lines(entries: &[Vec<u8>], breaks: &[bool]) -> HeaderMap {
    let mut lines: Vec<Vec<u8>> = Vec::new();
    for (entry, is_new) in entries.iter().zip(breaks.iter().cycle()) {
        match lines.last_mut().filter(|_| !is_new) {
            Some(line) => line.extend([b",".as_slice(), entry].concat()),
            None => lines.push(entry.clone()),
        }
    }
    lines.iter().map(|line| (FORWARDED_FOR, HeaderValue::from_bytes(line).expect("made of what a header can hold"))).collect()
}

fn breaks() -> impl Strategy<Value = Vec<bool>> {
    vec(any::<bool>(), 1..6)
}

proptest! {
    #[test]
    fn nothing_that_a_stranger_sends_counts(peer in stranger(), entries in vec(nonsense(), 0..5), breaks in breaks()) {
        prop_assert_eq!(client(peer, &lines(&entries, &breaks), &trusted()), peer);
    }

    #[test]
    fn behind_proxies_the_client_is_found_whatever_it_wrote_itself(
        (sender, written) in stranger().prop_flat_map(|sender| (Just(sender), spelt(sender))),
        peer in proxy(),
        own in vec(nonsense(), 0..4),
        proxies in proxies(0..4),
        breaks in breaks(),
    ) {
        let entries: Vec<_> = own.into_iter().chain([written]).chain(proxies.into_iter().map(|(_, spelt)| spelt)).collect();
        prop_assert_eq!(client(peer, &lines(&entries, &breaks), &trusted()), sender);
    }

    #[test]
    fn a_chain_of_proxies_alone_ends_at_the_furthest(peer in proxy(), proxies in proxies(0..5), breaks in breaks()) {
        let furthest = proxies.first().map_or(peer, |(proxy, _)| *proxy);
        let entries: Vec<_> = proxies.into_iter().map(|(_, spelt)| spelt).collect();
        prop_assert_eq!(client(peer, &lines(&entries, &breaks), &trusted()), furthest);
    }

    #[test]
    fn nonsense_from_a_proxy_counts_as_that_proxy(peer in proxy(), proxies in proxies(0..4), breaks in breaks()) {
        let last_believed = proxies.first().map_or(peer, |(proxy, _)| *proxy);
        let entries: Vec<_> = [b"1.1.1.1".to_vec(), b"?".to_vec()].into_iter().chain(proxies.into_iter().map(|(_, spelt)| spelt)).collect();
        prop_assert_eq!(client(peer, &lines(&entries, &breaks), &trusted()), last_believed);
    }
}
