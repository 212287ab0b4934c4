//! Authentication: sessions, password hashing, rate limits, and the secrets behind them.

pub mod hashing;
pub mod limit;
pub mod secret;
pub mod secret_key;
pub mod session;
pub mod throttle;
