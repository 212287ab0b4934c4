//! Durations in the form `2s`, `30m`, `24h`, `30d`, `1h30m`.

use std::time::Duration;

/// Maximum duration: ten years. Adding it to a time does not overflow.
pub(super) const LONGEST: Duration = Duration::from_secs(3650 * 24 * 60 * 60);

/// Parses whole numbers with the units `s`, `m`, `h`, `d`, in any order. Returns `None` for anything else.
#[must_use]
pub fn parse(text: &str) -> Option<Duration> {
    let mut seconds: u64 = 0;
    let mut rest = text.trim();
    if rest.is_empty() {
        return None;
    }
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit())?;
        let count: u64 = rest[..digits].parse().ok()?;
        let unit = match rest.as_bytes()[digits] {
            b's' => 1,
            b'm' => 60,
            b'h' => 60 * 60,
            b'd' => 24 * 60 * 60,
            _ => return None,
        };
        seconds = seconds.checked_add(count.checked_mul(unit)?)?;
        rest = &rest[digits + 1..];
    }
    Some(Duration::from_secs(seconds)).filter(|d| *d <= LONGEST)
}

/// Formats a duration exactly: `30 minutes`, `1 hour`, `24 hours`, `90 seconds`.
///
/// Uses the largest unit that gives a whole number; days only from two on, as "24 hours" is the usual wording.
#[must_use]
pub fn in_words(duration: Duration) -> String {
    let seconds = duration.as_secs();
    let (count, unit) = match seconds {
        s if s >= 2 * 86_400 && s % 86_400 == 0 => (s / 86_400, "day"),
        s if s >= 3_600 && s % 3_600 == 0 => (s / 3_600, "hour"),
        s if s >= 60 && s % 60 == 0 => (s / 60, "minute"),
        s => (s, "second"),
    };
    format!("{count} {unit}{}", if count == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::{in_words, parse};
    use std::time::Duration;

    #[test]
    fn units_add_up() {
        for (text, seconds) in [("0s", 0), ("2s", 2), ("30m", 1_800), ("24h", 86_400), ("30d", 2_592_000), ("1h30m", 5_400), (" 5m ", 300)]
        {
            assert_eq!(parse(text), Some(Duration::from_secs(seconds)), "{text}");
        }
    }

    #[test]
    fn anything_else_is_refused() {
        for text in ["", " ", "30", "m", "-1s", "1.5h", "1 h", "1w", "30M", "99999999999999999999s", "99999d", "٣s", "1sé"] {
            assert_eq!(parse(text), None, "{text:?}");
        }
    }

    #[test]
    fn words_say_it_as_people_do() {
        for (seconds, words) in
            [(1, "1 second"), (90, "90 seconds"), (60, "1 minute"), (1_800, "30 minutes"), (86_400, "24 hours"), (172_800, "2 days")]
        {
            assert_eq!(in_words(Duration::from_secs(seconds)), words);
        }
    }
}
