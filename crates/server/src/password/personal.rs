//! Detects passwords made of public facts about their owner.

use super::{blocklist, leet};
use crate::text::{fold_letters, nfc};

/// Public facts about the owner.
#[derive(Clone, Copy, Debug)]
pub struct About<'a> {
    /// The name of the service.
    pub brand: &'a str,
    /// The owner's name.
    pub name: &'a str,
    /// The owner's address.
    pub address: Option<&'a str>,
}

/// Minimum number of letters that must remain after removing everything personal.
const OWN_LETTERS: usize = 4;
/// Minimum length of a part of a name or address: shorter ones occur in too many words, unless nothing else remains.
const PART: usize = 3;
/// Minimum length of a name, such as 王伟 or Jo.
const SHORTEST: usize = 2;

/// Returns whether the password consists of the brand, the name or the address, in any order, repeated, reversed, with digits and symbols between,
/// with up to three more letters, or with one of the most common words.
pub(super) fn is_personal(password: &str, about: About<'_>) -> bool {
    let parts = parts(about);
    let written = fold_letters(password);
    let mut readings = leet::readings(written.trim_matches(|c: char| !c.is_alphabetic()));
    readings.push(written.clone());
    let all_alnum = only(&written, char::is_alphanumeric);
    let is_made_of_letters = readings.iter().any(|reading| is_made_of(&only(reading, char::is_alphabetic), &parts));
    is_made_of_letters || is_made_of(&all_alnum, &numbered(about))
}

fn is_made_of(whole: &str, parts: &[String]) -> bool {
    let without = |text: &str, least: usize| {
        let parts = parts.iter().filter(|part| part.chars().count() >= least);
        parts.fold(text.to_owned(), |left, part| left.replace(part.as_str(), ""))
    };
    let own = without(whole, PART);
    let is_little = own.chars().count() < OWN_LETTERS || blocklist::is_very_common(&own);
    own.len() < whole.len() && is_little || !whole.is_empty() && without(&own, SHORTEST).is_empty()
}

/// Returns names and addresses, whole and split, letters only, longest first, so that a short part does not break up a long one.
fn parts(about: About<'_>) -> Vec<String> {
    let (local, domain) = about.address.and_then(|address| address.rsplit_once('@')).unwrap_or_default();
    // Addresses are stored in Punycode, which nobody types. `com` alone is not personal, and is part of `welcome`.
    let domain = idna::domain_to_unicode(domain).0;
    let site = domain.rsplit_once('.').map_or(domain.as_str(), |(site, _)| site);
    let mut parts = Vec::new();
    for text in [about.brand, about.name, local, site, &format!("{local}{domain}").replace('.', "")] {
        for spelling in [fold_letters(text), fold_letters(&in_two_letters(text))] {
            parts.extend(spelling.split(|c: char| !c.is_alphanumeric()).map(|piece| only(piece, char::is_alphabetic)));
            parts.push(only(&spelling, char::is_alphabetic));
        }
    }
    let backwards: Vec<String> = parts.iter().map(|part| part.chars().rev().collect()).collect();
    parts.extend(backwards);
    longest_first(parts)
}

/// Returns the parts of the address that contain digits: `83019472@example.com`.
fn numbered(about: About<'_>) -> Vec<String> {
    let address = fold_letters(about.address.unwrap_or_default());
    let pieces = address.split(|c: char| !c.is_alphanumeric());
    longest_first(pieces.filter(|piece| piece.contains(|c: char| c.is_ascii_digit())).map(ToOwned::to_owned).collect())
}

fn longest_first(mut parts: Vec<String>) -> Vec<String> {
    parts.retain(|part| part.chars().nth(SHORTEST - 1).is_some());
    parts.sort_by(|a, b| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
    parts.dedup();
    parts
}

fn only(text: &str, wanted: fn(char) -> bool) -> String {
    text.chars().filter(|c| wanted(*c)).collect()
}

/// Returns the spelling without umlauts, such as `Mueller` for `Müller`.
fn in_two_letters(text: &str) -> String {
    let lower = nfc(text).to_lowercase();
    [("ä", "ae"), ("ö", "oe"), ("ü", "ue"), ("å", "aa"), ("ø", "oe")].iter().fold(lower, |text, (one, two)| text.replace(one, two))
}

#[cfg(test)]
mod tests {
    use super::{About, is_personal};

    const ABOUT: About<'_> = About { brand: "Squaretalk", name: "Zoë Müller", address: Some("zoe.m@mail.example.com") };

    #[test]
    fn what_everybody_knows_is_no_password() {
        for password in [
            "squaretalk-squaretalk",
            "ZoeMuller19841984",
            "zoe.m@mail.example.com",
            "Müller, Zoë, 12345",
            "Squaretalk2026!!!!",
            "zoë1zoë2zoë3zoë4",
            "Zoe Mueller 1984!",
            "rellumeoz1234567",
            "Squ4r3t4lk2026!!!",
            "squaretalkpassword",
            "Zoe-Welcome-2026!",
        ] {
            assert!(is_personal(password, ABOUT), "{password}");
        }
    }

    #[test]
    fn short_names_and_those_of_other_scripts_count_too() {
        for (name, address, password) in [
            ("Jo Li", "jo@example.com", "Jo-Li-1984-1984"),
            ("Jo", "jo@example.com", "jo19841984198419"),
            ("王伟", "ww@example.com", "王伟1984王伟2024王伟"),
            ("Иван Ёлкин", "ivan@example.com", "елкин-иван-19841984"),
            ("Søren Weiß", "sw@example.com", "SorenWeiss123456"),
            ("A", "83019472@example.com", "8301947283019472"),
            ("A", "kim.8301@example.com", "kim8301kim8301!!"),
            ("A", "info@xn--mller-kva.example", "müller-info-2026"),
        ] {
            let about = About { brand: "Squaretalk", name, address: Some(address) };
            assert!(is_personal(password, about), "{name} {address} {password}");
        }
    }

    #[test]
    fn a_name_within_a_sentence_is_no_harm() {
        for password in [
            "zoe keeps bees in may",
            "correct horse battery staple",
            "123456 and so on 99",
            "squaretalk has my heart",
            "8301 9472 6518 3847",
            "k3J9xQp2LmZ7vRt5",
        ] {
            assert!(!is_personal(password, ABOUT), "{password}");
            assert!(!is_personal(password, About { brand: "", name: "", address: None }), "{password}");
        }
    }
}
