//! Email address in canonical form: the form that is stored, compared, rate-limited and used as recipient (EML-02).

use rekey_wire::email::{self, EmailError, MAX_BYTES};
use std::fmt;
use unicode_normalization::UnicodeNormalization;

/// Canonical form: trimmed, NFC, lower case, domain in Punycode; at most 254 bytes, one line, one recipient.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Address(String);

impl Address {
    /// Parses an address and converts it to canonical form.
    ///
    /// Lowercasing the local part goes beyond RFC 5321, which leaves its case to each host. No provider in use distinguishes `Jo` from `jo`, and two
    /// accounts that differ only in case would invite mistakes.
    ///
    /// # Errors
    /// The first [`EmailError`] found.
    pub fn parse(typed: &str) -> Result<Self, EmailError> {
        email::check(typed)?;
        let folded: String = typed.trim().nfc().flat_map(char::to_lowercase).nfc().collect();
        let (local, domain) = folded.rsplit_once('@').ok_or(EmailError::Malformed)?;
        let domain = idna::domain_to_ascii_cow(domain.as_bytes(), idna::AsciiDenyList::STD3).map_err(|_| EmailError::Malformed)?;
        let canonical = [local, "@", &domain].concat();
        if canonical.len() > MAX_BYTES {
            return Err(EmailError::TooLong);
        }
        // Folding can change the structure (`．` becomes a dot), so the canonical form is checked as well.
        email::check(&canonical)?;
        // `lettre` accepts fewer non-ASCII characters; an address that it cannot send to is rejected.
        canonical.parse::<lettre::Address>().map_err(|_| EmailError::Malformed)?;
        Ok(Self(canonical))
    }

    /// Returns the canonical form.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the key for rate limits (RAT-05): equal for every spelling of an address.
    #[must_use]
    pub const fn limit_key(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod properties;

#[cfg(test)]
mod tests {
    use super::Address;
    use rekey_wire::email::EmailError;

    fn canonical(typed: &str) -> String {
        Address::parse(typed).expect(typed).to_string()
    }

    #[test]
    fn spellings_of_one_address_are_one() {
        for typed in ["jo@example.com", " Jo@Example.COM ", "JO@EXAMPLE.com\t", "jo@ｅxample.com"] {
            assert_eq!(canonical(typed), "jo@example.com", "{typed:?}");
        }
        // Composed and decomposed ü, and the domain typed or already in Punycode.
        for typed in ["jürgen@exämple.de", "ju\u{308}rgen@exa\u{308}mple.de", "JÜRGEN@XN--EXMPLE-CUA.de"] {
            assert_eq!(canonical(typed), "jürgen@xn--exmple-cua.de", "{typed:?}");
        }
    }

    #[test]
    fn look_alikes_stay_apart() {
        // CVE-2019-19844: an address with a dotless ı must not match the account with an i.
        assert_eq!(canonical("mike@gıthub.com"), "mike@xn--gthub-n4a.com");
        assert_ne!(canonical("mıke@example.com"), canonical("mike@example.com"));
        assert_ne!(canonical("ﬁ@example.com"), canonical("fi@example.com"));
    }

    #[test]
    fn the_canonical_form_is_its_own() {
        for typed in ["ΑΣ@example.com", "straße@straße.de", "o'neil+tag@mail.example.co.uk", "ǅ@example.com"] {
            let once = canonical(typed);
            assert_eq!(canonical(&once), once, "{typed}");
        }
        // Its lowercase form contains a combining dot, which `lettre` rejects.
        assert_eq!(Address::parse("İpek@example.com"), Err(EmailError::Malformed));
    }

    #[test]
    fn eml_03_nothing_leads_to_a_second_recipient() {
        for typed in ["a@b.io,c@d.io", "a@b.io;c@d.io", "a@b.io c@d.io", "<a@b.io>", "a@b.io>,<c@d.io", "a b@c.io", "a@b.io,"] {
            assert_eq!(Address::parse(typed), Err(EmailError::Malformed), "{typed}");
        }
    }

    #[test]
    fn eml_04_line_breaks_controls_and_overlong_ones_are_refused() {
        for typed in ["a@b.io\r\nBcc: c@d.io", "a@b.io\n", "a\0@b.io", "\r\na@b.io", "a\u{85}@b.io", "a\u{2028}@b.io", "a@b\u{0}.io"] {
            assert!(Address::parse(typed).is_err(), "{typed:?}");
        }
        // Short as typed, long in Punycode.
        let long = format!("{}@{}.example.com", "a".repeat(60), vec!["é".repeat(20); 4].join("."));
        assert!(long.len() <= 254);
        assert_eq!(Address::parse(&long).map(|address| address.as_str().len() <= 254), Ok(true));
        let longer = format!("{}@{}.com", "a".repeat(60), vec!["日本語".repeat(3); 6].join("."));
        assert!(longer.len() <= 254, "{}", longer.len());
        assert!(Address::parse(&longer).is_ok_and(|address| address.as_str().len() <= 254));
    }

    #[test]
    fn domains_that_are_none_are_refused() {
        for typed in ["a@-b.io", "a@b-.io", "a@b..io", "a@xn--a.io", "a@b_c.io", "a@127.0.0.1", "a@①②⑦.0.0.①", "a@b℀.io"] {
            assert!(Address::parse(typed).is_err(), "{typed}");
        }
    }
}
