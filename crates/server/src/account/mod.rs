//! Account: changes that signed-in users make to their own account.

mod password;

pub use password::{__path_change, change};
