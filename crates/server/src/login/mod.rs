//! Login, logout, and the current session.

mod log_in;
mod log_out;
mod show;

pub use log_in::{__path_log_in, log_in};
pub use log_out::{__path_log_out, log_out};
pub use show::{__path_show, show};
