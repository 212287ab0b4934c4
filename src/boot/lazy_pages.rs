//! The lazy chunk: the pages behind the login. `cargo xtask build` splits them into a second WebAssembly file, which
//! visitors do not fetch. In unsplit builds (`trunk serve`, tests) they are part of the first file.

use crate::account::page::AccountPage;
use crate::audit::page::AuditPage;
use crate::change_password::page::ChangePasswordPage;
use crate::components::loading::LoadingIndicator;
use crate::errors::forbidden::ForbiddenPage;
use crate::errors::load_failed::LoadFailedPage;
use crate::users::page::UsersPage;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos::wasm_split::SplitLoaderError;

/// A page of the lazy chunk.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum SignedInPage {
    /// The users table.
    Users,
    /// The audit log.
    Audit,
    /// The account.
    Account,
    /// Changing the password.
    ChangePassword,
    /// The role does not allow the page that was asked for.
    Forbidden,
}

/// Renders a page of the lazy chunk.
type RenderPage = fn(SignedInPage) -> AnyView;

fn render(page: SignedInPage) -> AnyView {
    match page {
        SignedInPage::Users => view! { <UsersPage/> }.into_any(),
        SignedInPage::Audit => view! { <AuditPage/> }.into_any(),
        SignedInPage::Account => view! { <AccountPage/> }.into_any(),
        SignedInPage::ChangePassword => view! { <ChangePasswordPage/> }.into_any(),
        SignedInPage::Forbidden => view! { <ForbiddenPage/> }.into_any(),
    }
}

/// The split point: everything that only `render` reaches moves to the second file.
#[cfg(feature = "split")]
#[leptos::wasm_split::wasm_split(signed_in_pages, wasm_split_path = ::leptos::wasm_split, fallible)]
fn load() -> Result<RenderPage, SplitLoaderError> {
    Ok(render)
}

#[cfg(not(feature = "split"))]
#[expect(clippy::unused_async, reason = "the split version is async")]
async fn load() -> Result<RenderPage, SplitLoaderError> {
    Ok(render)
}

/// Loads the chunk ahead of time. A failure is ignored: it is loaded again when needed.
pub(crate) fn prefetch() {
    spawn_local(async { _ = load().await });
}

/// Loads the chunk and renders one of its pages.
#[component]
pub(crate) fn LazyPage(page: SignedInPage) -> impl IntoView {
    let chunk = LocalResource::new(|| async { load().await.ok() });
    // Not inside a `Suspense`: the resources of the page would bring its fallback back whenever they are fetched again.
    view! {
        {move || match chunk.get() {
            None => view! { <LoadingIndicator/> }.into_any(),
            Some(Some(render)) => render(page),
            Some(None) => view! { <LoadFailedPage/> }.into_any(),
        }}
    }
}
