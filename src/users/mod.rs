//! The users table: finding somebody, seeing how their reset is doing, starting one, mending an address.

mod actions;
mod email_dialog;
mod filters;
mod head;
mod lifecycle;
mod list;
mod live;
pub(crate) mod page;
mod pager;
mod query;
mod reset_dialog;
mod row;
mod search;
mod table;
