//! Formatting of durations, dates and numbers.

use super::duration as t;
use wasm_bindgen::JsValue;

/// Formats seconds as `0:42`, `12:05`, `1:00:00`.
#[must_use]
pub(crate) fn clock(seconds: u64) -> String {
    let two = |number: u64| [if number < 10 { "0" } else { "" }, &number.to_string()].concat();
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    if hours > 0 {
        [&hours.to_string(), ":", &two(minutes), ":", &two(seconds)].concat()
    } else {
        [&minutes.to_string(), ":", &two(seconds)].concat()
    }
}

/// Formats seconds in the largest unit without a remainder: "30 minutes".
#[must_use]
pub(crate) fn duration(seconds: u64) -> String {
    match seconds {
        0 => t::SECONDS.count(0),
        _ if seconds.is_multiple_of(86_400) => t::DAYS.count(seconds / 86_400),
        _ if seconds.is_multiple_of(3600) => t::HOURS.count(seconds / 3600),
        _ if seconds.is_multiple_of(60) => t::MINUTES.count(seconds / 60),
        _ => t::SECONDS.count(seconds),
    }
}

/// Formats date and time in the local time zone and the page's language, abbreviated: "24 Nov, 09:30", "24 Nov 2025".
#[must_use]
pub(crate) fn date_time(timestamp: &str) -> String {
    if !cfg!(target_arch = "wasm32") {
        return timestamp.to_owned();
    }
    let at = js_sys::Date::new(&timestamp.into());
    let this_year = js_sys::Date::new_0().get_full_year() == at.get_full_year();
    let rest: &[(&str, &str)] = if this_year { &[("hour", "2-digit"), ("minute", "2-digit")] } else { &[("year", "numeric")] };
    let options = js_sys::Object::new();
    for (name, value) in [("day", "numeric"), ("month", "short")].iter().chain(rest) {
        // The options are a plain object, which accepts any property.
        _ = js_sys::Reflect::set(&options, &JsValue::from_str(name), &JsValue::from_str(value));
    }
    at.to_locale_string(&crate::browser::language(), &options).into()
}

/// Formats a number with the language's separators: `1,234`.
#[must_use]
pub(crate) fn number(number: u64) -> String {
    #[expect(clippy::cast_precision_loss, reason = "JavaScript has no other numbers")]
    let wide = number as f64;
    if cfg!(target_arch = "wasm32") {
        js_sys::Number::from(wide).to_locale_string(&crate::browser::language()).into()
    } else {
        number.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::{clock, duration};

    #[test]
    fn a_clock_counts_seconds() {
        for (seconds, text) in [(0, "0:00"), (9, "0:09"), (60, "1:00"), (725, "12:05"), (3600, "1:00:00"), (86_399, "23:59:59")] {
            assert_eq!(clock(seconds), text);
        }
    }

    #[test]
    fn a_span_uses_its_largest_unit() {
        for (seconds, text) in [(1, "1 second"), (90, "90 seconds"), (1800, "30 minutes"), (3600, "1 hour"), (86_400, "1 day")] {
            assert_eq!(duration(seconds), text);
        }
    }
}
