//! The frame of the screens behind the login.

pub(crate) mod desk;
pub(crate) mod forbidden;
mod navigation;
