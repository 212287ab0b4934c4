//! Prerendering: renders public pages to HTML at build time, so that a page is usable before its WebAssembly has loaded.
//!
//! Values known only to the server are placeholders, `{{brand}}` and `{{min_length}}`, which it replaces at startup. The app receives the same values
//! (`BootstrapData`), so that its first render equals the HTML that it hydrates.

use crate::app::{App, AppProps};
use any_spawner::Executor;
use futures::executor::block_on;
use futures::stream;
use futures::stream::StreamExt;
use leptos::prelude::*;
use leptos_meta::ServerMetaContext;
use leptos_router::location::RequestUrl;
use rekey_wire::bootstrap::BootstrapData;
use rekey_wire::config::Config;
use rekey_wire::login::Session;
use rekey_wire::password::Policy;
use rekey_wire::paths::Page;
use std::fs;
use std::io;
use std::path::Path;

/// The prerendered pages: they are the same for all visitors until something is typed.
const PRERENDERED: [Page; 4] = [Page::Login, Page::ForgotPassword, Page::ResetPassword, Page::NotMe];

/// The path under which "Page not found" is prerendered.
const NOT_FOUND: &str = "/404";

/// Renders as `{{min_length}}`.
const MIN_LENGTH_PLACEHOLDER: u32 = 4_009_009_004;

/// Writes each prerendered page into `dist`, named for its path: its `<title>`, then the content of `<div id="app">`.
///
/// # Errors
/// File system errors.
pub fn prerender(dist: &Path) -> io::Result<()> {
    for path in PRERENDERED.map(Page::path).into_iter().chain([NOT_FOUND]) {
        fs::write(dist.join([&path[1..], ".html"].concat()), render(path))?;
    }
    Ok(())
}

/// Returns the title and the HTML of the page at `path`.
fn render(path: &str) -> String {
    // `leptos_meta` needs an executor to wait for a tick. Later calls find it initialized.
    _ = Executor::init_futures_executor();
    let password = Policy { min_length: MIN_LENGTH_PLACEHOLDER, max_length: MIN_LENGTH_PLACEHOLDER };
    let config = Config { brand: "{{brand}}".to_owned(), support_email: None, password, resend_after_seconds: 0, link_ttl_seconds: 0 };
    let bootstrap = BootstrapData { config, session: Session::default() };
    let (meta, output) = ServerMetaContext::new();
    let owner = Owner::new_root(None);
    let html = owner.with(|| {
        provide_context(RequestUrl::new(path));
        provide_context(meta);
        App(AppProps { bootstrap: Some(bootstrap) }).into_view().to_html()
    });
    // `leptos_meta` inserts the title before the end of the head.
    let page = stream::once(async { ["</head>", &html].concat() });
    let page = owner.with(|| block_on(async { output.inject_meta_context(Box::pin(page)).await.collect::<String>().await }));
    page.replacen("</head>", "", 1).replace(&MIN_LENGTH_PLACEHOLDER.to_string(), "{{min_length}}")
}

#[cfg(test)]
mod tests {
    use super::render;
    use crate::components::loading::LoadingIndicator;
    use leptos::prelude::*;
    use rekey_wire::paths::Page;

    #[test]
    fn the_bootstrap_script_has_the_paths_and_keys_of_all_links() {
        let keys: Vec<String> = Page::ALL.iter().filter_map(|page| Some(format!("{:?}: {:?}", page.path(), page.token_key()?))).collect();
        let script = include_str!("bootstrap.js");
        assert!(script.contains(&format!("const tokenKeys = {{ {} }};", keys.join(", "))), "{keys:?}");
        assert!(script.contains(&format!("path !== {:?}", Page::Login.path())));
    }

    /// Removes the hydration markers.
    fn without_markers(html: &str) -> String {
        html.replace("<!--<() />-->", "").replace("<!>", "")
    }

    #[test]
    fn the_loading_indicator_equals_the_markup_of_index_html() {
        let indicator = Owner::new().with(|| {
            leptos_meta::provide_meta_context();
            without_markers(&view! { <LoadingIndicator/> }.to_html())
        });
        assert!(include_str!("../../index.html").contains(&format!("<div id=\"app\">{indicator}</div>")), "{indicator}");
    }

    #[test]
    fn each_page_is_rendered_with_its_title_and_its_form() {
        for (path, heading, part) in [
            ("/login", "Log in", "autocomplete=\"current-password\""),
            ("/forgot-password", "Forgot your password?", "Send reset link"),
            ("/reset-password", "Create a new password", "At least {{min_length}} characters"),
            ("/not-me", "Wasn't you?", "Cancel this reset"),
            ("/404", "Page not found", "Go to the start page"),
        ] {
            let html = without_markers(&render(path));
            assert!(html.starts_with(&format!("<title>{heading} · {{{{brand}}}}</title>")), "{html}");
            assert!(html.contains(part), "{html}");
            assert!(html.contains("<p class=\"brand\">{{brand}}</p>"), "{html}");
        }
    }
}
