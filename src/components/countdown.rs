//! Countdown: seconds until a retry is allowed. It ticks visually; screen readers announce its start and end.

use crate::browser;
use crate::i18n::time::clock;
use crate::i18n::{MessageId, countdown as t};
use leptos::prelude::*;
use std::time::Duration;

/// Handle to a countdown; `Copy`, every copy refers to the same one.
#[derive(Clone, Copy)]
pub(crate) struct Countdown {
    /// Milliseconds since 1970.
    end: RwSignal<u64>,
    remaining: RwSignal<u64>,
}

impl Countdown {
    /// Creates a countdown to `end`, milliseconds since 1970, which may be in the past.
    #[must_use]
    pub(crate) fn until(end: u64) -> Self {
        let countdown = Self { end: RwSignal::new(end), remaining: RwSignal::new(seconds_until(end)) };
        Effect::new(move |_| countdown.run());
        countdown
    }

    /// Creates a finished countdown.
    #[must_use]
    pub(crate) fn over() -> Self {
        Self::until(0)
    }

    /// Restarts the countdown. Returns the end in milliseconds since 1970.
    pub(crate) fn start(self, seconds: u64) -> u64 {
        let end = browser::now() + seconds * 1000;
        self.remaining.set(seconds);
        self.end.set(end);
        end
    }

    /// Returns the remaining seconds, tracked.
    #[must_use]
    pub(crate) fn remaining(self) -> u64 {
        self.remaining.get()
    }

    /// Returns whether it is running, tracked.
    #[must_use]
    pub(crate) fn is_running(self) -> bool {
        self.remaining.get() > 0
    }

    /// Ticks until the end; reruns when `end` changes.
    fn run(self) {
        if seconds_until(self.end.get()) == 0 {
            return;
        }
        let tick = move || {
            let remaining = seconds_until(self.end.get_untracked());
            if remaining != self.remaining.get_untracked() {
                self.remaining.set(remaining);
            }
        };
        if let Ok(timer) = set_interval_with_handle(tick, Duration::from_millis(250)) {
            on_cleanup(move || timer.clear());
        }
    }
}

fn seconds_until(end: u64) -> u64 {
    end.saturating_sub(browser::now()).div_ceil(1000)
}

/// Text such as "You can send again in 0:42". `again` is the sentence with `{time}`; `now` is announced at the end.
#[component]
pub(crate) fn CountdownText(countdown: Countdown, again: MessageId, now: MessageId) -> impl IntoView {
    let is_running = Memo::new(move |_| countdown.is_running());
    let was_running = StoredValue::new(false);
    let announcement = move || {
        if is_running.get() {
            was_running.set_value(true);
            again.format(&[("time", &t::SECONDS.count(countdown.remaining.get_untracked()))])
        } else if was_running.get_value() {
            now.text().to_owned()
        } else {
            String::new()
        }
    };
    view! {
        {move || {
            is_running.get().then(|| {
                view! { <p class="countdown">{move || again.format(&[("time", &clock(countdown.remaining()))])}</p> }.into_any()
            })
        }}
        <p class="visually-hidden" aria-live="polite">{move || announcement()}</p>
    }
}
