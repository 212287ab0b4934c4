//! What screens are made of.

pub(crate) mod alert;
pub(crate) mod attempt;
pub(crate) mod card;
pub(crate) mod countdown;
pub(crate) mod dialog;
pub(crate) mod field;
pub(crate) mod help;
pub(crate) mod icon;
pub(crate) mod live;
pub(crate) mod new_password;
pub(crate) mod offline;
pub(crate) mod page_heading;
pub(crate) mod password_field;
pub(crate) mod requirements;
pub(crate) mod submit;
pub(crate) mod text_field;
pub(crate) mod username;
pub(crate) mod wait;
