//! Fictional users for a demo database: plausible, in many scripts, and deterministic.
//!
//! Uses no clock, random source or database: 100,000 users take a moment, and screenshots are reproducible.

use rekey_wire::users::{Role, Status};
use std::collections::HashSet;
use std::time::Duration;

use super::names::{CULTURES, Culture};

const DAY: u64 = 24 * 60 * 60;
/// Reserved domains (RFC 2606).
const DOMAINS: [&str; 3] = ["example.com", "example.org", "example.net"];
/// Malformed addresses that people type.
const MALFORMED: [&str; 6] = ["LOCAL@example", "LOCAL.example.com", "LOCAL@@example.com", "LOCAL@example,com", "LOCAL example.org", "n/a"];

/// A fictional user.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Person {
    /// The name.
    pub name: String,
    /// The address: unique, malformed, or missing.
    pub email: Option<String>,
    /// Admin or, nearly always, agent.
    pub role: Role,
    /// Active or, sometimes, disabled.
    pub status: Status,
    /// Time since the last login; `None` if there was none.
    pub last_login: Option<Duration>,
}

/// Returns the first `n` people; the first is `admin@example.com`.
pub fn people(n: u32) -> impl Iterator<Item = Person> {
    let mut dice = Dice(0x5eed);
    let mut taken = HashSet::new();
    taken.insert("admin@example.com".to_owned());
    (0..n).map(move |index| if index == 0 { admin() } else { person(&mut dice, &mut taken) })
}

fn admin() -> Person {
    Person {
        name: "Ada Admin".to_owned(),
        email: Some("admin@example.com".to_owned()),
        role: Role::Admin,
        status: Status::Active,
        last_login: Some(Duration::from_secs(3 * 60 * 60)),
    }
}

fn person(dice: &mut Dice, taken: &mut HashSet<String>) -> Person {
    let (name, local) = name(dice);
    let email = match dice.roll(100) {
        0..3 => None,
        3..5 => Some(dice.pick(&MALFORMED).replace("LOCAL", &local)),
        _ => Some(unique(dice, &local, taken)),
    };
    let status = if dice.roll(100) < 4 { Status::Disabled } else { Status::Active };
    // Most logged in this week, some long ago, some never.
    let last_login = match dice.roll(20) {
        0..10 => Some(dice.roll(7 * DAY)),
        10..15 => Some(dice.roll(90 * DAY)),
        15..18 => Some(dice.roll(900 * DAY)),
        _ => None,
    };
    Person {
        name,
        email,
        role: if dice.roll(50) == 0 { Role::Admin } else { Role::Agent },
        status,
        last_login: last_login.map(|seconds| Duration::from_secs(seconds + 60)),
    }
}

/// Returns a name, and the local part of its address.
fn name(dice: &mut Dice) -> (String, String) {
    let mut lot = dice.roll(CULTURES.iter().map(|culture| culture.weight).sum());
    let culture = CULTURES.iter().find(|culture| {
        let here = lot < culture.weight;
        lot = lot.saturating_sub(culture.weight);
        here
    });
    let Culture { given: givens, family: families, family_first, joiner, .. } = culture.unwrap_or(&CULTURES[0]);
    let ((given, given_ascii), (family, family_ascii)) = (*dice.pick(givens), *dice.pick(families));
    // Few names for many people: some get two given names, an initial, or two family names.
    let name = match dice.roll(8) {
        _ if *family_first => [family, joiner, given].concat(),
        0 | 1 => {
            let (second, _) = *dice.pick(givens);
            if second == given { [given, " ", family].concat() } else { [given, " ", second, " ", family].concat() }
        }
        2 | 3 => {
            let (second, _) = *dice.pick(families);
            if second == family { [given, " ", family].concat() } else { [given, " ", family, "-", second].concat() }
        }
        4 => {
            let initial = dice.pick(givens).0.chars().next().unwrap_or_default();
            if initial.is_uppercase() { format!("{given} {initial}. {family}") } else { [given, " ", family].concat() }
        }
        _ => [given, " ", family].concat(),
    };
    let local = match dice.roll(4) {
        0 => [given_ascii, family_ascii].concat(),
        1 => [&given_ascii[..1], family_ascii].concat(),
        _ => [given_ascii, ".", family_ascii].concat(),
    };
    (name, local)
}

/// Returns an unused address, with a number appended if needed.
fn unique(dice: &mut Dice, local: &str, taken: &mut HashSet<String>) -> String {
    let domain = dice.pick(&DOMAINS);
    let plain = [local, "@", domain].concat();
    if taken.insert(plain.clone()) {
        return plain;
    }
    loop {
        let numbered = format!("{local}{}@{domain}", 2 + dice.roll(99_998));
        if taken.insert(numbered.clone()) {
            return numbered;
        }
    }
}

/// SplitMix64 (Steele, Lea, Flood 2014): a deterministic generator for demo data, not for secrets.
struct Dice(u64);

impl Dice {
    /// Returns a number below `sides`.
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % sides
    }

    fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        let index = usize::try_from(self.roll(from.len() as u64)).unwrap_or_default();
        &from[index]
    }
}

#[cfg(test)]
mod tests {
    use super::{Person, people};
    use crate::address::Address;
    use rekey_wire::users::{Role, Status};
    use std::collections::HashSet;

    const MANY: u32 = 20_000;

    fn share(of: impl Fn(&Person) -> bool) -> f64 {
        people(MANY).filter(of).count() as f64 * 100.0 / f64::from(MANY)
    }

    #[test]
    fn the_first_is_the_admin_and_every_run_is_the_same() {
        let first = people(1).next().expect("one");
        assert_eq!((first.email.as_deref(), first.role, first.status), (Some("admin@example.com"), Role::Admin, Status::Active));
        assert_eq!(people(0).count(), 0);
        assert!(people(500).eq(people(MANY).take(500)));
    }

    #[test]
    fn usable_addresses_are_unique_in_their_canonical_form_and_belong_to_nobody() {
        let mut seen = HashSet::new();
        for address in people(MANY).filter_map(|person| Address::parse(&person.email?).ok()) {
            assert!([".com", ".org", ".net"].iter().any(|end| address.as_str().ends_with(&["@example", end].concat())), "{address}");
            assert!(seen.insert(address.clone()), "{address} twice");
        }
    }

    #[test]
    fn some_have_no_address_some_a_malformed_one_some_are_disabled() {
        let malformed = |person: &Person| person.email.as_deref().is_some_and(|email| Address::parse(email).is_err());
        for (what, share, around) in [
            ("without address", share(|person| person.email.is_none()), 3.0),
            ("malformed", share(malformed), 2.0),
            ("disabled", share(|person| person.status == Status::Disabled), 4.0),
            ("never logged in", share(|person| person.last_login.is_none()), 10.0),
            ("admins", share(|person| person.role == Role::Admin), 2.0),
        ] {
            assert!((share - around).abs() < 0.5, "{what}: {share} %");
        }
    }

    #[test]
    fn names_come_in_many_scripts_and_pass_our_own_rule() {
        let names: Vec<String> = people(MANY).map(|person| person.name).collect();
        assert!(names.iter().all(|name| rekey_wire::name::validate(name).is_ok()));
        for (script, range) in [
            ("Greek", 'α'..='ω'),
            ("Cyrillic", 'а'..='я'),
            ("Arabic", 'ا'..='ي'),
            ("Han", '一'..='鿿'),
            ("Hangul", '가'..='힣'),
            ("Latin", 'a'..='z'),
        ] {
            assert!(names.iter().any(|name| name.chars().any(|c| range.contains(&c))), "{script}");
        }
        assert!(names.iter().collect::<HashSet<_>>().len() > 5_000, "not the same few again and again");
    }
}
