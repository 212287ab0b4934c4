//! Bearer secrets: reset tokens and session ids. Only their hash is stored.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};
use std::fmt;

/// 256 bits from the system's random source (OWASP ASVS 5.0 6.5.3 and 7.2.3 require 128). `Debug` hides it.
#[derive(Clone)]
pub struct Secret([u8; 32]);

impl Secret {
    /// Generates a secret.
    ///
    /// # Errors
    /// The system's random source failed.
    pub fn draw() -> Result<Self, getrandom::Error> {
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes)?;
        Ok(Self(bytes))
    }

    /// Parses the output of [`Self::reveal`]. Other encodings of the same bits are rejected.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut bytes = [0; 32];
        let length = URL_SAFE_NO_PAD.decode_slice(text, &mut bytes).ok()?;
        (length == bytes.len()).then_some(Self(bytes))
    }

    /// Returns the secret for the link or the cookie: 43 characters of base64url.
    #[must_use]
    pub fn reveal(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.0)
    }

    /// Returns the hash for the database. A fast hash is enough: 256 bits cannot be guessed (OWASP ASVS 5.0 6.5.2).
    #[must_use]
    pub fn hash(&self) -> Vec<u8> {
        Sha256::digest(self.0).to_vec()
    }

    /// Returns a hash that no secret has, for text that [`Self::parse`] rejects. Takes as long as [`Self::hash`].
    #[must_use]
    pub fn hash_of_none(text: &str) -> Vec<u8> {
        Sha256::new_with_prefix("no secret: ").chain_update(text).finalize().to_vec()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

#[cfg(test)]
mod properties;

#[cfg(test)]
mod tests {
    use super::Secret;

    #[test]
    fn a_secret_is_read_back_and_nothing_else_is() {
        let secret = Secret::draw().expect("randomness");
        let text = secret.reveal();
        assert_eq!(text.len(), 43);
        assert_eq!(Secret::parse(&text).expect("its own text").hash(), secret.hash());
        for other in
            ["", "abc", &text[1..], &format!("{text}A"), &format!("{text}="), &format!(" {text}"), &"+".repeat(43), &"é".repeat(21)]
        {
            assert!(Secret::parse(other).is_none(), "{other}");
        }
    }

    #[test]
    fn debug_shows_nothing() {
        assert_eq!(format!("{:?}", Secret([7; 32])), "Secret(…)");
    }
}
