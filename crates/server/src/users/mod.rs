//! Users as an admin sees and keeps them.

pub mod bulk_load;
mod bulk_reset;
mod create;
mod cursor;
mod events;
mod id;
mod list;
mod patch;
mod query;
mod reset_one;
pub mod row;
pub mod search;
mod show;
mod sql;
pub mod write;

pub use bulk_reset::{__path_bulk_reset, bulk_reset};
pub use create::{__path_create, create};
pub use events::{__path_events, events};
pub use list::{__path_list, list};
pub use patch::{__path_patch, patch};
pub use reset_one::{__path_reset_one, reset_one};
pub use show::{__path_show, show};
