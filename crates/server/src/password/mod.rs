//! What is asked of a new password beyond the rules of `rekey_wire::password`: no list of common ones may hold it, and
//! it may not be made of what everybody knows about its owner (NIST SP 800-63B-4 section 3.1.1.2).

use crate::app::App;
use crate::error::ApiError;
use crate::hashing::nfc;
use crate::users::search::fold;
use rekey_wire::password::{MAX_LENGTH, PasswordFault, Policy};

/// What everybody knows about the owner.
#[derive(Clone, Copy, Debug)]
pub struct About<'a> {
    /// The name of the service.
    pub brand: &'a str,
    /// The owner's name.
    pub name: &'a str,
    /// The owner's address.
    pub address: Option<&'a str>,
}

/// Letters that must be left of a password once all that is personal is taken away.
const OWN_LETTERS: usize = 4;
/// Parts of names and addresses shorter than this are in too many words to count.
const PART: usize = 3;

/// Checks a new password, which is in NFC.
///
/// # Errors
/// The first fault met.
pub fn check(password: &str, policy: Policy, about: About<'_>) -> Result<(), PasswordFault> {
    rekey_wire::password::check(password, policy)?;
    if is_personal(password, about) {
        return Err(PasswordFault::Personal);
    }
    Ok(())
}

/// Refuses what is longer than any password can be, before it costs a hash (INP-04). Like every length, this one is
/// counted in NFC.
///
/// # Errors
/// 422 `too_long` for the field.
pub fn must_fit(field: &str, typed: &str) -> Result<(), ApiError> {
    let policy = Policy { min_length: 0, max_length: MAX_LENGTH };
    match rekey_wire::password::check_length(&nfc(typed), policy) {
        Err(fault @ PasswordFault::TooLong) => Err(ApiError::field(field, fault.code(), fault.message(policy))),
        _ => Ok(()),
    }
}

/// The fault as the answer's field error.
#[must_use]
pub fn refusal(app: &App, field: &str, fault: PasswordFault) -> ApiError {
    ApiError::field(field, fault.code(), fault.message(app.config.password_policy()))
}

/// Whether the password is the brand, the name or the address, in any order, repeated, or with digits and signs between.
fn is_personal(password: &str, about: About<'_>) -> bool {
    let letters = |text: &str| fold(text).chars().filter(|c| c.is_alphabetic()).collect::<String>();
    let mut parts: Vec<String> = vec![letters(about.brand), letters(about.name)];
    let texts = [Some(about.brand), Some(about.name), about.address];
    for text in texts.into_iter().flatten() {
        parts.extend(text.split(|c: char| !c.is_alphanumeric()).map(letters));
    }
    parts.retain(|part| part.chars().count() >= PART);
    // The longest first, so that no short one breaks a long one up.
    parts.sort_by_key(|part| std::cmp::Reverse(part.len()));
    let whole = letters(password);
    let own = parts.iter().fold(whole.clone(), |left, part| left.replace(part.as_str(), ""));
    own.len() < whole.len() && own.chars().count() < OWN_LETTERS
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
        ] {
            assert!(is_personal(password, ABOUT), "{password}");
        }
    }

    #[test]
    fn a_name_within_a_sentence_is_no_harm() {
        for password in ["zoe keeps bees in may", "correct horse battery staple", "123456 and so on 99", "squaretalk has my heart"] {
            assert!(!is_personal(password, ABOUT), "{password}");
        }
    }
}
