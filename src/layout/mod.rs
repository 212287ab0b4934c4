//! Layouts: the frame of a page, its heading and its navigation.

pub(crate) mod app;
mod help;
mod navigation;
pub(crate) mod page_heading;
pub(crate) mod public;
