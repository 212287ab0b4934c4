//! Where the person is, and moving on without loading a page.
//!
//! Ours instead of `leptos_router`: eleven fixed paths need a signal and a `match`, and the difference is a quarter of
//! the bytes that a first visit may cost.

use crate::browser;
use crate::route::Route;
use leptos::prelude::*;
use wasm_bindgen::JsCast;

/// What the address bar says.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(crate) struct Address {
    /// From the slash on.
    pub(crate) path: String,
    /// From the question mark on; empty without one.
    pub(crate) search: String,
}

impl Address {
    /// Splits a path from its query.
    #[must_use]
    pub(crate) fn parse(text: &str) -> Self {
        let at = text.find('?').unwrap_or(text.len());
        Self { path: text[..at].to_owned(), search: text[at..].to_owned() }
    }

    /// Path and query.
    #[must_use]
    pub(crate) fn print(&self) -> String {
        [self.path.as_str(), &self.search].concat()
    }

    fn in_browser() -> Self {
        let location = window().location();
        Self { path: location.pathname().unwrap_or_default(), search: location.search().unwrap_or_default() }
    }
}

/// The router; a copy is the same router.
#[derive(Clone, Copy)]
pub(crate) struct Router {
    address: RwSignal<Address>,
}

impl Router {
    /// A router at `address`; in a browser `None` takes the address bar's, and follows it from then on.
    #[must_use]
    pub(crate) fn provide(address: Option<Address>) -> Self {
        let router = match address {
            Some(address) => Self { address: RwSignal::new(address) },
            None => {
                let router = Self { address: RwSignal::new(Address::in_browser()) };
                router.follow_browser();
                router
            }
        };
        provide_context(router);
        router
    }

    /// The router of the app.
    #[must_use]
    pub(crate) fn here() -> Self {
        expect_context()
    }

    /// Where the person is.
    #[must_use]
    pub(crate) fn address(self) -> Address {
        self.address.get()
    }

    /// The place that the address names.
    #[must_use]
    pub(crate) fn route(self) -> Route {
        self.address.with(|address| Route::parse(&address.path))
    }

    /// Goes to another address of this app.
    pub(crate) fn go(self, to: &str) {
        browser::push_address(to);
        self.show(to);
    }

    /// Goes there instead of here: "back" skips this place.
    pub(crate) fn redirect(self, to: &str) {
        browser::replace_address(to);
        self.show(to);
    }

    fn show(self, to: &str) {
        self.address.set(Address::parse(to));
        if cfg!(target_arch = "wasm32") {
            window().scroll_to_with_x_and_y(0.0, 0.0);
        }
    }

    fn follow_browser(self) {
        let back_or_forward = window_event_listener_untyped("popstate", move |_| self.address.set(Address::in_browser()));
        let click = window_event_listener(leptos::ev::click, move |event| {
            if let Some(to) = followed_here(&event) {
                event.prevent_default();
                self.go(&to);
            }
        });
        on_cleanup(move || {
            back_or_forward.remove();
            click.remove();
        });
    }
}

/// The address of the clicked link, where it is one that we follow ourselves: a plain click on a path of the app.
fn followed_here(event: &web_sys::MouseEvent) -> Option<String> {
    let is_plain = event.button() == 0 && !(event.ctrl_key() || event.meta_key() || event.shift_key() || event.alt_key());
    if event.default_prevented() || !is_plain {
        return None;
    }
    let target: web_sys::Element = event.target()?.dyn_into().ok()?;
    let link = target.closest("a[href]").ok().flatten()?;
    let to = link.get_attribute("href")?;
    let is_ours = Route::parse(&Address::parse(&to).path) != Route::NotFound && !link.has_attribute("target");
    is_ours.then_some(to)
}

#[cfg(test)]
mod tests {
    use super::Address;

    #[test]
    fn an_address_reads_back() {
        for text in ["/", "/login?next=/account", "/a?"] {
            assert_eq!(Address::parse(text).print(), text);
        }
        assert_eq!(Address::parse("/login?next=/a?b").search, "?next=/a?b");
    }
}
