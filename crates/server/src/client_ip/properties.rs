//! What holds of `X-Forwarded-For` whatever stands in it, tried on many made-up chains; the same ones every time.

use super::{FORWARDED_FOR, client};
use axum::http::{HeaderMap, HeaderValue};
use ipnet::IpNet;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

const ROUNDS: u64 = 5_000;

/// A small generator of numbers that look random (xorshift64*), seeded by the round, so that a failure can be repeated.
struct Dice(u64);

impl Dice {
    const fn new(round: u64) -> Self {
        Self(round.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    const fn roll(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) % sides
    }

    fn bytes<const N: usize>(&mut self) -> [u8; N] {
        std::array::from_fn(|_| self.roll(256) as u8)
    }

    /// A proxy of ours, in one of the networks of [`trusted`].
    fn proxy(&mut self) -> IpAddr {
        let [a, b, c, d] = self.bytes();
        if self.roll(2) == 0 {
            Ipv4Addr::new(10, b, c, d).into()
        } else {
            Ipv6Addr::from([0xfd00, u16::from(a), 0, 0, 0, 0, u16::from(b), 1]).into()
        }
    }

    /// An address outside of them.
    fn stranger(&mut self) -> IpAddr {
        let [a, b, c, d] = self.bytes();
        if self.roll(2) == 0 {
            Ipv4Addr::new(198, b, c, d).into()
        } else {
            Ipv6Addr::from([0x2001, 0xdb8, u16::from(a), u16::from(b), 0, 0, u16::from(c), 1]).into()
        }
    }

    /// Up to `most` proxies, the one nearest to us last.
    fn proxies(&mut self, most: u64) -> Vec<IpAddr> {
        (0..self.roll(most + 1)).map(|_| self.proxy()).collect()
    }

    /// One of the ways in which proxies write an address.
    fn spelt(&mut self, address: IpAddr) -> Vec<u8> {
        let port = self.roll(65_536);
        let text = match (address, self.roll(3)) {
            (IpAddr::V4(address), 1) => format!("::ffff:{address}"),
            (IpAddr::V6(address), 1) => format!("[{address}]"),
            (IpAddr::V4(address), 2) => format!("{address}:{port}"),
            (IpAddr::V6(address), 2) => format!("[{address}]:{port}"),
            _ => address.to_string(),
        };
        let (before, after) = (" ".repeat(self.roll(3) as usize), "\t".repeat(self.roll(2) as usize));
        format!("{before}{text}{after}").into_bytes()
    }

    /// What a client may send of its own: anything that a header can hold.
    fn nonsense(&mut self) -> Vec<u8> {
        let length = self.roll(24);
        let mut bytes: Vec<u8> = (0..length).map(|_| self.roll(256) as u8).filter(|byte| *byte >= 0x20 && *byte != 0x7f).collect();
        if self.roll(3) == 0 {
            bytes.extend_from_slice(b"127.0.0.1, 10.0.0.1, unknown");
        }
        bytes
    }

    /// The entries as a list, broken into header lines at some of the commas.
    fn lines(&mut self, entries: &[Vec<u8>]) -> HeaderMap {
        let mut lines: Vec<Vec<u8>> = Vec::new();
        for entry in entries {
            match lines.last_mut().filter(|_| self.roll(3) > 0) {
                Some(line) => line.extend([b",".as_slice(), entry].concat()),
                None => lines.push(entry.clone()),
            }
        }
        lines.iter().map(|line| (FORWARDED_FOR, HeaderValue::from_bytes(line).expect("made of what a header can hold"))).collect()
    }
}

fn trusted() -> Vec<IpNet> {
    ["10.0.0.0/8", "fd00::/8"].map(|net| net.parse().expect("a network")).to_vec()
}

#[test]
fn nothing_that_a_stranger_sends_counts() {
    for round in 0..ROUNDS {
        let mut dice = Dice::new(round);
        let peer = dice.stranger();
        let entries: Vec<_> = (0..dice.roll(5)).map(|_| dice.nonsense()).collect();
        let headers = dice.lines(&entries);
        assert_eq!(client(peer, &headers, &trusted()), peer, "round {round}: {headers:?}");
    }
}

#[test]
fn behind_proxies_the_client_is_found_whatever_it_wrote_itself() {
    for round in 0..ROUNDS {
        let mut dice = Dice::new(round);
        let (sender, peer) = (dice.stranger(), dice.proxy());
        let mut entries: Vec<_> = (0..dice.roll(4)).map(|_| dice.nonsense()).collect();
        entries.push(dice.spelt(sender));
        for proxy in dice.proxies(3) {
            let entry = dice.spelt(proxy);
            entries.push(entry);
        }
        let headers = dice.lines(&entries);
        assert_eq!(client(peer, &headers, &trusted()), sender, "round {round}: {headers:?}");
    }
}

#[test]
fn a_chain_of_proxies_alone_ends_at_the_furthest() {
    for round in 0..ROUNDS {
        let mut dice = Dice::new(round);
        let peer = dice.proxy();
        let proxies = dice.proxies(4);
        let entries: Vec<_> = proxies.iter().map(|proxy| dice.spelt(*proxy)).collect();
        let headers = dice.lines(&entries);
        let furthest = proxies.first().copied().unwrap_or(peer);
        assert_eq!(client(peer, &headers, &trusted()), furthest, "round {round}: {headers:?}");
    }
}

#[test]
fn nonsense_from_a_proxy_counts_as_that_proxy() {
    for round in 0..ROUNDS {
        let mut dice = Dice::new(round);
        let peer = dice.proxy();
        let proxies = dice.proxies(3);
        let mut entries = vec![dice.spelt(IpAddr::from([1, 1, 1, 1])), b"?".to_vec()];
        entries.extend(proxies.iter().map(|proxy| dice.spelt(*proxy)));
        let headers = dice.lines(&entries);
        let last_believed = proxies.first().copied().unwrap_or(peer);
        assert_eq!(client(peer, &headers, &trusted()), last_believed, "round {round}: {headers:?}");
    }
}
