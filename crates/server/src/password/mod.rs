//! Password checks beyond the rules of `rekey_wire::password`: a new password must not be on the list of common ones, nor consist of public facts
//! about its owner (NIST SP 800-63B-4 section 3.1.1.2).

mod blocklist;
mod common;
mod leet;
mod personal;

pub use personal::About;

use crate::app::App;
use crate::http::error::ApiError;
use crate::text::nfc;
use rekey_wire::password::{MAX_LENGTH, PasswordError, Policy};

/// Checks a new password, which must be in NFC.
///
/// # Errors
/// The first [`PasswordError`] found.
pub fn check(password: &str, policy: Policy, about: About<'_>) -> Result<(), PasswordError> {
    rekey_wire::password::check(password, policy)?;
    check_guessable(password, about)
}

/// Checks a new password, in NFC, against public facts about its owner (name and address) and the list of common passwords.
///
/// # Errors
/// [`PasswordError::Personal`] or [`PasswordError::Common`].
pub fn check_guessable(password: &str, about: About<'_>) -> Result<(), PasswordError> {
    if personal::is_personal(password, about) {
        return Err(PasswordError::Personal);
    }
    if common::is_common(password) {
        return Err(PasswordError::Common);
    }
    Ok(())
}

/// Rejects passwords over the maximum length before they are hashed (INP-04). Like all lengths, this one is counted in NFC.
///
/// # Errors
/// 422 `too_long` for the field.
pub fn must_fit(field: &str, typed: &str) -> Result<(), ApiError> {
    let policy = Policy { min_length: 0, max_length: MAX_LENGTH };
    match rekey_wire::password::check_length(&nfc(typed), policy) {
        Err(fault @ PasswordError::TooLong) => Err(ApiError::field(field, fault.code(), fault.message(policy))),
        _ => Ok(()),
    }
}

/// Converts the error to a field error.
#[must_use]
pub fn refusal(app: &App, field: &str, fault: PasswordError) -> ApiError {
    ApiError::field(field, fault.code(), fault.message(app.config.password_policy()))
}
