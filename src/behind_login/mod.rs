//! The screens behind the login. In a release they are a file of their own, which no visitor fetches; anywhere else they
//! are simply there.

mod not_loaded;

use crate::gate::Visit;
use crate::route::Route;
use crate::ui::live::spawn;
use crate::ui::wait::Wait;
use crate::{account, audit, settings, users};
use leptos::prelude::*;
use leptos::wasm_split::SplitLoaderError;
use not_loaded::NotLoaded;

/// Draws one of the screens.
type Draw = fn(Visit) -> AnyView;

/// What can be said of the file before it is here: that it will not come.
#[derive(Clone, Copy)]
struct Missing;

/// The screens behind the login, wherever they are; a copy is the same ones.
#[derive(Clone, Copy)]
pub(crate) struct BehindLogin {
    arrived: RwSignal<Option<Result<Draw, Missing>>>,
    /// Whether they are on their way.
    coming: StoredValue<bool>,
    /// Whether somebody waits for them.
    wanted: StoredValue<bool>,
}

impl BehindLogin {
    /// The screens, not yet asked for.
    pub(crate) fn provide() -> Self {
        let here: Option<Result<Draw, Missing>> = if cfg!(feature = "split") { None } else { Some(Ok(draw)) };
        let screens = Self { arrived: RwSignal::new(here), coming: StoredValue::new(false), wanted: StoredValue::new(false) };
        provide_context(screens);
        screens
    }

    /// The screens of the app.
    #[must_use]
    pub(crate) fn here() -> Self {
        expect_context()
    }

    /// Fetches them ahead of their time: a failure is nobody's business yet.
    pub(crate) fn fetch(self) {
        if self.arrived.with_untracked(Option::is_some) || self.coming.get_value() {
            return;
        }
        self.coming.set_value(true);
        spawn(async move {
            let part = part().await.map_err(|_| Missing);
            self.coming.set_value(false);
            if part.is_ok() || self.wanted.get_value() {
                self.arrived.set(Some(part));
            }
        });
    }

    /// Shows one of them, once they are here.
    pub(crate) fn show(self, visit: Visit) -> AnyView {
        self.wanted.set_value(true);
        self.fetch();
        match self.arrived.get() {
            Some(Ok(draw)) => draw(visit),
            Some(Err(Missing)) => view! { <NotLoaded/> }.into_any(),
            None => view! { <Wait/> }.into_any(),
        }
    }
}

/// What leads to all that is in the second file, and to nothing else from the first one.
#[cfg_attr(feature = "split", leptos::wasm_split::wasm_split(behind_login, wasm_split_path = ::leptos::wasm_split, fallible))]
#[cfg(feature = "split")]
fn part() -> Result<Draw, SplitLoaderError> {
    Ok(draw)
}

#[cfg(not(feature = "split"))]
#[expect(clippy::unused_async, reason = "as the one that has to be fetched")]
async fn part() -> Result<Draw, SplitLoaderError> {
    Ok(draw)
}

fn draw(visit: Visit) -> AnyView {
    match visit {
        Visit::Show(Route::Users) => view! { <users::page::UsersPage/> }.into_any(),
        Visit::Show(Route::Audit) => view! { <audit::page::AuditPage/> }.into_any(),
        Visit::Show(Route::ChangePassword) => view! { <account::password::ChangePasswordPage/> }.into_any(),
        Visit::Forbidden => view! { <settings::forbidden::Forbidden/> }.into_any(),
        _ => view! { <account::page::AccountPage/> }.into_any(),
    }
}
