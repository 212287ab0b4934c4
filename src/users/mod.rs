//! The users screen: table, search, filters, and the dialogs that send a reset link or fix an address.

mod actions;
mod context;
mod email_dialog;
mod filters;
mod header;
pub(crate) mod page;
mod pager;
mod query;
mod reset_dialog;
mod reset_status;
mod row;
mod search;
mod table;
mod updates;
