//! Reusable components.

pub(crate) mod alert;
pub(crate) mod countdown;
pub(crate) mod dialog;
pub(crate) mod email_field;
pub(crate) mod field;
pub(crate) mod field_message;
pub(crate) mod form;
pub(crate) mod icon;
pub(crate) mod loading;
pub(crate) mod password_field;
pub(crate) mod requirements;
pub(crate) mod submit_button;
pub(crate) mod username_field;
