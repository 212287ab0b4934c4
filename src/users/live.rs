//! Keeps the table up to date: the server says which users changed; where it cannot, we ask every few seconds.

use super::list::List;
use crate::browser;
use crate::session::Session;
use crate::ui::live::effect;
use leptos::leptos_dom::helpers::TimeoutHandle;
use leptos::prelude::*;
use rekey_wire::users::EVENTS;
use std::time::Duration;
use wasm_bindgen::prelude::*;
use web_sys::{EventSource, MessageEvent};

/// How soon a change to somebody on show is fetched; several changes in that time are fetched at once.
const SOON: Duration = Duration::from_millis(300);
/// How soon a change to somebody else is: it may bring somebody new into view.
const LATER: Duration = Duration::from_secs(3);
/// How often we ask while the server cannot say.
const POLL: Duration = Duration::from_secs(4);

type OnChange = Closure<dyn FnMut(MessageEvent)>;
type OnError = Closure<dyn FnMut()>;

/// The connection; a copy is the same one.
#[derive(Clone, Copy)]
struct Live {
    list: List,
    session: Session,
    source: StoredValue<Option<EventSource>, LocalStorage>,
    on_change: StoredValue<Option<OnChange>, LocalStorage>,
    on_error: StoredValue<Option<OnError>, LocalStorage>,
    /// When the next fetch is due, and its timer.
    due: StoredValue<Option<(u64, TimeoutHandle)>>,
    expiry: StoredValue<Option<TimeoutHandle>>,
}

/// Keeps `list` up to date for as long as the screen is open.
pub(super) fn follow(list: List) {
    let live = Live {
        list,
        session: Session::here(),
        source: StoredValue::new_local(None),
        on_change: StoredValue::new_local(None),
        on_error: StoredValue::new_local(None),
        due: StoredValue::new(None),
        expiry: StoredValue::new(None),
    };
    effect(move || live.open());
    effect(move || live.watch_expiry());
    on_cleanup(move || live.close());
}

impl Live {
    fn open(self) {
        let Ok(source) = EventSource::new(EVENTS) else { return };
        let on_change = Closure::new(move |event: MessageEvent| self.heed(&event));
        let on_error = Closure::new(move || self.lost());
        // Adding a listener fails for no event source.
        _ = source.add_event_listener_with_callback("users", on_change.as_ref().unchecked_ref());
        _ = source.add_event_listener_with_callback("error", on_error.as_ref().unchecked_ref());
        self.source.set_value(Some(source));
        self.on_change.set_value(Some(on_change));
        self.on_error.set_value(Some(on_error));
    }

    fn close(self) {
        if let Some(Some(source)) = self.source.try_update_value(Option::take) {
            source.close();
        }
        if let Some(Some((_, timer))) = self.due.try_update_value(Option::take) {
            timer.clear();
        }
        if let Some(Some(timer)) = self.expiry.try_update_value(Option::take) {
            timer.clear();
        }
    }

    /// Some users changed.
    fn heed(self, event: &MessageEvent) {
        let data = event.data().as_string().unwrap_or_default();
        let on_show = self.list.with_page_untracked(|page| {
            // Ids stand in quotes; the server writes them as JSON text.
            page.is_some_and(|page| page.items.iter().any(|user| data.contains(&["\"", &user.id, "\""].concat())))
        });
        self.fetch_in(if on_show { SOON } else { LATER });
    }

    /// The connection broke. The browser mends it, unless the server refused: then we ask, until it works again.
    fn lost(self) {
        self.session.check();
        let refused = self.source.with_value(|source| source.as_ref().is_some_and(|source| source.ready_state() == EventSource::CLOSED));
        self.fetch_in(POLL);
        if refused {
            let retry = move || {
                if self.source.try_get_value().flatten().is_some() {
                    self.open();
                }
            };
            set_timeout(retry, POLL);
        }
    }

    /// Fetches after a while, or earlier where an earlier fetch is due.
    fn fetch_in(self, wait: Duration) {
        let at = browser::now() + u64::try_from(wait.as_millis()).unwrap_or(u64::MAX);
        let is_due_earlier = self.due.with_value(|due| due.as_ref().is_some_and(|(due, _)| *due <= at));
        if is_due_earlier {
            return;
        }
        let fetch = move || {
            if self.due.try_update_value(Option::take).is_some() {
                self.list.refresh();
            }
        };
        let timer = set_timeout_with_handle(fetch, wait).ok();
        if let Some((_, later)) = self.due.try_update_value(|due| std::mem::replace(due, timer.map(|timer| (at, timer)))).flatten() {
            later.clear();
        }
    }

    /// A link that expires changes without anybody doing anything: fetches when the next one on show does.
    fn watch_expiry(self) {
        let now = browser::now();
        let next = self.list.with_page(|page| {
            let ends = page?.items.iter().filter_map(|user| browser::moment(user.reset.as_ref()?.expires_at.as_ref()?));
            ends.filter(|end| *end > now).min()
        });
        let timer = next.and_then(|end| {
            let wait = Duration::from_millis(end - now) + Duration::from_millis(1100);
            set_timeout_with_handle(move || self.list.refresh(), wait).ok()
        });
        if let Some(earlier) = self.expiry.try_update_value(|expiry| std::mem::replace(expiry, timer)).flatten() {
            earlier.clear();
        }
    }
}
