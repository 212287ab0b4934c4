//! Property tests: durations, limits and the public URL.

use super::duration;
use super::limit::{Limit, RateLimit};
use super::public_url::PublicUrl;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use std::time::Duration;
use url::{Host, Url};

const UNITS: [(&str, u64); 4] = [("s", 1), ("m", 60), ("h", 3_600), ("d", 86_400)];

/// Near-valid public URLs.
fn address() -> impl Strategy<Value = String> {
    let pieces: &[&str] = &[
        "http://",
        "https://",
        "HTTPS:",
        "//",
        "/",
        "\\",
        "localhost",
        "reset.example.com",
        "evil.example",
        "127.0.0.1",
        "0x7f.1",
        "[::1]",
        "[::ffff:127.0.0.1]",
        ".",
        ".localhost",
        "@",
        ":",
        ":8080",
        ":443",
        "?",
        "#",
        "%00",
        "%2e",
        "ｌocalhost",
        "\t",
        "\n",
        " ",
        "user:pw@",
    ];
    prop_oneof![
        4 => (select(&["http://", "https://"][..]), vec(select(pieces), 1..4)).prop_map(|(scheme, rest)| scheme.to_owned() + &rest.concat()),
        2 => vec(select(pieces), 0..6).prop_map(|pieces| pieces.concat()),
        1 => any::<String>(),
    ]
}

proptest! {
    #[test]
    fn the_parts_of_a_duration_add_up(parts in vec((0..1000_u64, select(&UNITS[..])), 1..5)) {
        let text: String = parts.iter().map(|(count, (unit, _))| format!("{count}{unit}")).collect();
        let seconds = parts.iter().map(|(count, (_, seconds))| count * seconds).sum();
        prop_assert_eq!(duration::parse(&text), Some(Duration::from_secs(seconds)).filter(|sum| *sum <= duration::LONGEST));
    }

    #[test]
    fn no_text_is_a_duration_that_overflows(text in prop_oneof!["[0-9smhd ]{0,24}", any::<String>()]) {
        if let Some(length) = duration::parse(&text) {
            prop_assert!(length <= duration::LONGEST && text.trim().ends_with(['s', 'm', 'h', 'd']), "{length:?}");
        }
    }

    #[test]
    fn a_duration_in_words_is_exact(seconds in prop_oneof![0..200_000_u64, (0..4000_u64).prop_map(|hours| hours * 3_600)]) {
        let words = duration::in_words(Duration::from_secs(seconds));
        let (count, unit) = words.split_once(' ').expect("a number and a unit");
        let (_, length) = UNITS.into_iter().find(|(letter, _)| unit.starts_with(letter)).expect("a unit");
        prop_assert_eq!(count.parse().map(|count: u64| count * length), Ok(seconds));
        prop_assert_eq!(unit.ends_with('s'), count != "1", "{}", words);
    }

    #[test]
    fn a_limit_is_a_count_in_a_time_and_neither_is_zero(count in any::<u32>(), seconds in 0..400_000_000_u64, text in "[0-9/smhdof ]{0,10}") {
        let window = Duration::from_secs(seconds);
        let expected = (count > 0 && seconds > 0 && window <= duration::LONGEST).then_some(RateLimit::At(Limit { count, window }));
        prop_assert_eq!(format!("{count}/{seconds}s").parse().ok(), expected);
        if let Ok(RateLimit::At(limit)) = text.parse() {
            prop_assert!(limit.count > 0 && !limit.window.is_zero());
        }
    }

    #[test]
    fn tok_11_a_public_url_is_an_origin_and_links_stay_on_it(text in address(), token in "[A-Za-z0-9_-]{43}") {
        if let Ok(public) = PublicUrl::parse(&text) {
            prop_assert_eq!(PublicUrl::parse(&public.origin()), Ok(public.clone()), "its own form is another");
            let url = Url::parse(&public.origin()).expect("an address");
            let fragment = format!("token={token}");
            for (link, path) in [(public.reset_link(&token), "/reset-password"), (public.not_me_link(&token), "/not-me")] {
                let link = Url::parse(&link).expect("an address");
                prop_assert_eq!(link.origin(), url.origin());
                prop_assert_eq!((link.path(), link.query(), link.username(), link.password()), (path, None, "", None));
                prop_assert_eq!(link.fragment(), Some(fragment.as_str()));
            }
            let is_here = match url.host().expect("a host") {
                Host::Domain(name) => name.trim_end_matches('.').rsplit('.').next() == Some("localhost"),
                Host::Ipv4(ip) => ip.is_loopback(),
                Host::Ipv6(ip) => ip.to_canonical().is_loopback(),
            };
            prop_assert!(public.is_https() || is_here, "{} crosses a network in clear", public);
        }
    }
}
