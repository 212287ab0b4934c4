//! What people do with their own account while logged in.

mod password;

pub use password::{__path_change, change};
