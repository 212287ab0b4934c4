//! Public configuration of the server, in context.

use leptos::prelude::*;
use rekey_wire::config::Config;
use rekey_wire::password::{DEFAULT_MIN_LENGTH, MAX_LENGTH, Policy};

/// Handle to the configuration; `Copy`, every copy refers to the same one.
#[derive(Clone, Copy)]
pub(crate) struct AppConfig(RwSignal<Option<Config>>);

/// Returns the configuration from context.
#[must_use]
pub(crate) fn use_config() -> AppConfig {
    expect_context()
}

impl AppConfig {
    /// Provides the configuration in context: the one that the page was served with, or none until it is fetched.
    #[must_use]
    pub(crate) fn provide(initial: Option<Config>) -> Self {
        let config = Self(RwSignal::new(initial));
        provide_context(config);
        config
    }

    /// Returns whether the configuration is known, untracked.
    #[must_use]
    pub(crate) fn is_loaded(self) -> bool {
        self.0.with_untracked(Option::is_some)
    }

    /// Sets a fetched configuration.
    pub(crate) fn set(self, config: Config) {
        self.0.try_set(Some(config));
    }

    /// Returns the brand; empty until known.
    #[must_use]
    pub(crate) fn brand(self) -> String {
        self.0.with(|config| config.as_ref().map(|config| config.brand.clone())).unwrap_or_default()
    }

    /// Returns the support address, if one is configured.
    #[must_use]
    pub(crate) fn support_email(self) -> Option<String> {
        self.0.with(|config| config.as_ref()?.support_email.clone())
    }

    /// Returns the rules for a new password; the defaults until known.
    #[must_use]
    pub(crate) fn policy(self) -> Policy {
        let fallback = Policy { min_length: DEFAULT_MIN_LENGTH, max_length: MAX_LENGTH };
        self.0.with(|config| config.as_ref().map_or(fallback, |config| config.password))
    }

    /// Returns the lifetime of a reset link in seconds, if known.
    #[must_use]
    pub(crate) fn link_ttl(self) -> Option<u64> {
        self.0.with(|config| Some(config.as_ref()?.link_ttl_seconds))
    }
}
