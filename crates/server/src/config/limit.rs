//! Rate limits in the form `N/DURATION`, or `off`.

use super::duration;
use std::str::FromStr;
use std::time::Duration;

/// At most `count` per `window`.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Limit {
    /// Maximum number of requests.
    pub count: u32,
    /// Length of the window; never zero.
    pub window: Duration,
}

/// A limit that can be switched off.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum RateLimit {
    /// No limit.
    Off,
    /// A limit.
    At(Limit),
}

impl FromStr for RateLimit {
    type Err = &'static str;

    /// Parses `30/1m` or `off`.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim();
        if text.eq_ignore_ascii_case("off") {
            return Ok(Self::Off);
        }
        limit(text).map(Self::At).ok_or("takes a number and a duration like 30/1m, or off")
    }
}

fn limit(text: &str) -> Option<Limit> {
    let (count, window) = text.split_once('/')?;
    let count = count.trim().parse().ok().filter(|count| *count > 0)?;
    let window = duration::parse(window).filter(|window| !window.is_zero())?;
    Some(Limit { count, window })
}

#[cfg(test)]
mod tests {
    use super::{Limit, RateLimit};
    use std::time::Duration;

    #[test]
    fn a_count_and_a_window_or_off() {
        assert_eq!("30/1m".parse(), Ok(RateLimit::At(Limit { count: 30, window: Duration::from_secs(60) })));
        assert_eq!("20/1d".parse(), Ok(RateLimit::At(Limit { count: 20, window: Duration::from_secs(86_400) })));
        assert_eq!("off".parse(), Ok(RateLimit::Off));
    }

    #[test]
    fn anything_else_is_refused() {
        for text in ["", "30", "30/", "/1m", "0/1m", "30/0s", "-1/1m", "30 per minute", "30/1", "none"] {
            assert!(text.parse::<RateLimit>().is_err(), "{text:?}");
        }
    }
}
