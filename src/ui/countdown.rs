//! Seconds until something may be tried again: ticking for eyes, said once at the start and once at the end for ears.

use crate::browser;
use crate::ui::live::{effect, live};
use crate::words::time::clock;
use crate::words::{Word, countdown as w};
use leptos::prelude::*;
use std::time::Duration;

/// A countdown; a copy is the same one.
#[derive(Clone, Copy)]
pub(crate) struct Countdown {
    /// When it ends, in milliseconds since 1970; a reload can take it up again.
    until: RwSignal<u64>,
    left: RwSignal<u64>,
}

impl Countdown {
    /// One that ends at `until`, in milliseconds since 1970; it may be over already.
    #[must_use]
    pub(crate) fn until(until: u64) -> Self {
        let countdown = Self { until: RwSignal::new(until), left: RwSignal::new(seconds_to(until)) };
        effect(move || countdown.run());
        countdown
    }

    /// One that is over.
    #[must_use]
    pub(crate) fn over() -> Self {
        Self::until(0)
    }

    /// Begins anew, and tells when it will end.
    pub(crate) fn begin(self, seconds: u64) -> u64 {
        let until = browser::now() + seconds * 1000;
        // The screen may be gone.
        self.left.try_set(seconds);
        self.until.try_set(until);
        until
    }

    /// Seconds left.
    #[must_use]
    pub(crate) fn left(self) -> u64 {
        self.left.get()
    }

    /// Whether it still runs.
    #[must_use]
    pub(crate) fn runs(self) -> bool {
        self.left.get() > 0
    }

    /// Ticks until it is over; begins again when `until` changes.
    fn run(self) {
        if seconds_to(self.until.get()) == 0 {
            return;
        }
        let tick = move || {
            let left = seconds_to(self.until.get_untracked());
            if left != self.left.get_untracked() {
                self.left.set(left);
            }
        };
        if let Ok(timer) = set_interval_with_handle(tick, Duration::from_millis(250)) {
            on_cleanup(move || timer.clear());
        }
    }
}

fn seconds_to(until: u64) -> u64 {
    until.saturating_sub(browser::now()).div_ceil(1000)
}

/// "You can send again in 0:42". `again` is the sentence, with `{time}`; `now` what is said at the end.
#[component]
pub(crate) fn CountdownText(countdown: Countdown, again: Word, now: Word) -> impl IntoView {
    let runs = Memo::new(move |_| countdown.runs());
    let ran = StoredValue::new(false);
    let spoken = move || {
        if runs.get() {
            ran.set_value(true);
            again.with(&[("time", &w::SECONDS.count(countdown.left.get_untracked()))])
        } else if ran.get_value() {
            now.text().to_owned()
        } else {
            String::new()
        }
    };
    view! {
        {live(move || runs.get().then(|| view! { <p class="countdown">{live(move || again.with(&[("time", &clock(countdown.left()))]))}</p> }.into_any()))}
        <p class="unseen" aria-live="polite">{spoken}</p>
    }
    .into_any()
}
