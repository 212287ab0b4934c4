//! Property tests: arbitrary `next` parameters (docs/security.md HDR-04).

use super::{login_path, validate};
use leptos_router::location::Url as RouterUrl;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use rekey_wire::paths::{Page, RequiredAccess};
use url::Url;

/// Parts of URLs known to be misparsed by browsers.
const PIECES: &[&str] = &[
    "/",
    "//",
    "\\",
    "/\\",
    "/account",
    "/account/",
    "/settings/users",
    "/account/password",
    "/login",
    "/unknown",
    "..",
    "/..",
    "/../",
    "/./",
    "/.//",
    "?",
    "#",
    "@",
    ":",
    ";",
    "&",
    "=",
    "%",
    "evil.example",
    "http:",
    "https:",
    "https://evil.example",
    "javascript:alert(1)",
    "data:",
    "\t",
    "\n",
    "\r",
    "\0",
    " ",
    "\u{a0}",
    "\u{3000}",
    "／",
    "＼",
    "。",
    "é",
    "%2f",
    "%2F%2f",
    "%5c",
    "%09",
    "%0a",
    "%00",
    "%2e%2e",
    "%252f",
    "%23",
    "%3f",
];

fn soup() -> impl Strategy<Value = String> {
    let pieces = || vec(select(PIECES), 0..5).prop_map(|pieces| pieces.concat());
    let behind =
        (select(&["/account", "/settings/users", "/settings/audit"][..]), pieces()).prop_map(|(path, rest)| path.to_owned() + &rest);
    prop_oneof![4 => pieces(), 4 => behind, 1 => any::<String>()]
}

proptest! {
    #[test]
    fn hdr_04_what_is_followed_is_a_page_of_this_site(next in soup()) {
        if let Some(followed) = validate(&next) {
            let base = Url::parse("https://rekey.example/login?next=x").expect("an address");
            let there = base.join(&followed).expect("an address of this site");
            prop_assert_eq!(there.origin(), base.origin(), "{:?} leads elsewhere", followed);
            prop_assert!(there.username().is_empty() && there.password().is_none());
            // The browser resolves to the page that was checked.
            let access = Page::parse(there.path()).map(Page::required_access);
            prop_assert!(matches!(access, Some(RequiredAccess::SignedIn | RequiredAccess::Staff | RequiredAccess::Admin)), "{:?} is another page", followed);
            prop_assert!(!followed.contains(|c: char| c.is_control() || c.is_whitespace()));
        }
    }

    #[test]
    fn hdr_04_every_page_behind_the_login_is_come_back_to(
        path in select(&["/settings/users", "/settings/audit", "/account", "/account/password"][..]),
        search in any::<String>(),
    ) {
        let page = format!("{path}?search={}&filter=all", RouterUrl::escape(&search));
        let login = login_path(&page);
        let next = login.strip_prefix("/login?next=").expect("the login page");
        prop_assert_eq!(validate(&RouterUrl::unescape(next)), Some(page));
    }
}
