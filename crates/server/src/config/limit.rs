//! Rate limits as `N/DURATION`, or `off`.

use super::duration;
use std::time::Duration;

/// At most `count` in any `window`.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Limit {
    /// How many.
    pub count: u32,
    /// In how long; never zero.
    pub window: Duration,
}

/// Reads `30/1m`; `off` is `Some(None)`; `None` for anything else.
#[must_use]
pub fn parse(text: &str) -> Option<Option<Limit>> {
    let text = text.trim();
    if text.eq_ignore_ascii_case("off") {
        return Some(None);
    }
    let (count, window) = text.split_once('/')?;
    let count = count.trim().parse().ok().filter(|count| *count > 0)?;
    let window = duration::parse(window).filter(|window| !window.is_zero())?;
    Some(Some(Limit { count, window }))
}

#[cfg(test)]
mod tests {
    use super::{Limit, parse};
    use std::time::Duration;

    #[test]
    fn a_count_and_a_window_or_off() {
        assert_eq!(parse("30/1m"), Some(Some(Limit { count: 30, window: Duration::from_secs(60) })));
        assert_eq!(parse("20/1d"), Some(Some(Limit { count: 20, window: Duration::from_secs(86_400) })));
        assert_eq!(parse("off"), Some(None));
    }

    #[test]
    fn anything_else_is_refused() {
        for text in ["", "30", "30/", "/1m", "0/1m", "30/0s", "-1/1m", "30 per minute", "30/1", "none"] {
            assert_eq!(parse(text), None, "{text:?}");
        }
    }
}
