//! What must be known before anything else: who is logged in, and what the server is called. A page brings both, and need
//! not wait; the server is asked all the same.

use crate::api;
use crate::session::{Person, Session};
use crate::ui::live::spawn;
use leptos::prelude::*;
use rekey_wire::config::Config;
use rekey_wire::password::{DEFAULT_MIN_LENGTH, MAX_LENGTH, Policy};

/// The start of the app; a copy is the same start.
#[derive(Clone, Copy)]
pub(crate) struct Start {
    config: RwSignal<Option<Config>>,
    failed: RwSignal<bool>,
}

impl Start {
    /// The start of a page that was served with this configuration, or without any.
    #[must_use]
    pub(crate) fn provide(config: Option<Config>) -> Self {
        let start = Self { config: RwSignal::new(config), failed: RwSignal::new(false) };
        provide_context(start);
        start
    }

    /// The start of the app.
    #[must_use]
    pub(crate) fn here() -> Self {
        expect_context()
    }

    /// Asks the server. What the page was served with is on show meanwhile; who is logged in may have changed since, for a
    /// page that the browser kept.
    pub(crate) fn run(self, session: Session) {
        self.failed.set(false);
        if self.config.with_untracked(Option::is_none) {
            spawn(async move {
                match api::config().await {
                    Ok(config) => self.config.set(Some(config)),
                    Err(_) => self.failed.set(true),
                }
            });
        }
        spawn(async move {
            match api::session().await {
                Ok(user) => session.set(user),
                Err(_) => self.failed.set(true),
            }
        });
    }

    /// Whether the server could not be asked.
    #[must_use]
    pub(crate) fn failed(self) -> bool {
        self.failed.get()
    }

    /// Whether there is nothing to show, as the page brought nothing and the server could not be asked.
    #[must_use]
    pub(crate) fn is_blank(self, session: Session) -> bool {
        self.failed.get() && session.with(|person| *person == Person::Unknown)
    }

    /// The name that pages show; empty until the server has said it.
    #[must_use]
    pub(crate) fn brand(self) -> String {
        self.config.with(|config| config.as_ref().map(|config| config.brand.clone())).unwrap_or_default()
    }

    /// Where help may be found.
    #[must_use]
    pub(crate) fn support_email(self) -> Option<String> {
        self.config.with(|config| config.as_ref()?.support_email.clone())
    }

    /// What is asked of a new password; the default until the server has said it.
    #[must_use]
    pub(crate) fn policy(self) -> Policy {
        let fallback = Policy { min_length: DEFAULT_MIN_LENGTH, max_length: MAX_LENGTH };
        self.config.with(|config| config.as_ref().map_or(fallback, |config| config.password))
    }

    /// Seconds that a reset link works; `None` until the server has said it.
    #[must_use]
    pub(crate) fn link_ttl(self) -> Option<u64> {
        self.config.with(|config| Some(config.as_ref()?.link_ttl_seconds))
    }
}
