//! Startup: fetches the configuration, unless the page was served with it, and the session.

use crate::api;
use crate::auth::session::{AuthState, Session};
use crate::config::AppConfig;
use leptos::prelude::*;

/// Handle to the startup requests; `Copy`.
#[derive(Clone, Copy)]
pub(crate) struct Startup {
    action: Action<(), api::Result<()>>,
    session: Session,
}

/// Returns the startup handle from context.
#[must_use]
pub(crate) fn use_startup() -> Startup {
    expect_context()
}

impl Startup {
    /// Provides the startup in context, without fetching.
    #[must_use]
    pub(crate) fn provide(config: AppConfig, session: Session) -> Self {
        let action = Action::new_unsync(move |(): &()| async move {
            if !config.is_loaded() {
                config.set(api::config().await?);
            }
            session.set_user(api::session().await?);
            Ok(())
        });
        let startup = Self { action, session };
        provide_context(startup);
        startup
    }

    /// Fetches. The session is fetched even if the page was served with one: the browser may have cached the page.
    pub(crate) fn run(self) {
        self.action.dispatch(());
    }

    /// Returns whether to show an error page: a request failed, and the session is unknown.
    #[must_use]
    pub(crate) fn show_offline_page(self) -> bool {
        self.has_failed() && self.session.with(|state| *state == AuthState::Loading)
    }

    /// Returns whether to show an error above the page: a request failed.
    #[must_use]
    pub(crate) fn show_offline_banner(self) -> bool {
        self.has_failed() && !self.show_offline_page()
    }

    fn has_failed(self) -> bool {
        self.action.value().with(|value| matches!(value, Some(Err(_))))
    }
}
