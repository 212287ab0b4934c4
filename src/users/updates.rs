//! Live updates of the users table: refetches when the server says which users changed, when a reset link on display
//! expires, and at an interval while the event stream is refused.

use super::context::UsersContext;
use crate::auth::session::use_session;
use crate::browser;
use futures::StreamExt;
use futures::stream::select;
use gloo_net::eventsource::futures::EventSource;
use leptos::leptos_dom::helpers::TimeoutHandle;
use leptos::prelude::*;
use leptos::reactive::spawn_local_scoped_with_cancellation;
use rekey_wire::users::{EVENTS, UsersChanged};
use std::time::Duration;

/// How soon a change of a user on display is fetched; several changes within that time are fetched together.
const DISPLAYED_REFRESH_DELAY: Duration = Duration::from_millis(300);
/// How soon a change of another user is fetched: it may bring that user into view.
const OTHER_REFRESH_DELAY: Duration = Duration::from_secs(3);
/// How often the users are fetched, and the stream is opened again, while it is refused.
const POLL_INTERVAL: Duration = Duration::from_secs(4);
/// How long after a link expired the server is asked: its clock may be behind.
const EXPIRY_MARGIN: Duration = Duration::from_millis(1100);

/// Keeps `users` up to date until the current owner is disposed.
pub(super) fn subscribe(users: UsersContext) {
    let session = use_session();
    let refresh = Refresh::new(users);
    let attempt = RwSignal::new(0_u32);
    Effect::new(move |_| {
        attempt.track();
        spawn_local_scoped_with_cancellation(async move {
            listen(users, refresh).await;
            // Refused: the session is over, or the server is down.
            session.refetch();
            refresh.schedule(POLL_INTERVAL);
            set_timeout(move || _ = attempt.try_update(|attempt| *attempt += 1), POLL_INTERVAL);
        });
    });
    Effect::new(move |_| refetch_at_next_expiry(users));
}

/// Listens until the server refuses the stream; the browser itself reconnects after an interruption.
async fn listen(users: UsersContext, refresh: Refresh) {
    let Ok(mut source) = EventSource::new(EVENTS) else { return };
    let (Ok(changes), Ok(connections)) = (source.subscribe("users"), source.subscribe("open")) else { return };
    let mut events = select(changes, connections);
    while let Some(Ok((_, event))) = events.next().await {
        // The event `open` has no data: anything may have changed before the connection was there again.
        let changed = event.data().as_string().and_then(|data| serde_json::from_str::<UsersChanged>(&data).ok());
        let is_displayed = changed.is_some_and(|changed| untrack(|| users.ids().iter().any(|id| changed.ids.contains(id))));
        refresh.schedule(if is_displayed { DISPLAYED_REFRESH_DELAY } else { OTHER_REFRESH_DELAY });
    }
}

/// A link that expires changes without an event.
fn refetch_at_next_expiry(users: UsersContext) {
    let now = browser::now();
    let next = users.with_page(|page| {
        let expiries = page?.items.iter().filter_map(|user| browser::parse_date(user.reset.as_ref()?.expires_at.as_ref()?));
        expiries.filter(|expiry| *expiry > now).min()
    });
    let Some(next) = next else { return };
    let delay = Duration::from_millis(next - now) + EXPIRY_MARGIN;
    if let Ok(timer) = set_timeout_with_handle(move || users.refetch(), delay) {
        on_cleanup(move || timer.clear());
    }
}

/// The next scheduled refetch; of several, the earliest counts.
#[derive(Clone, Copy)]
struct Refresh {
    users: UsersContext,
    /// When, in milliseconds since 1970.
    next: StoredValue<Option<(u64, TimeoutHandle)>>,
}

impl Refresh {
    fn new(users: UsersContext) -> Self {
        let refresh = Self { users, next: StoredValue::new(None) };
        on_cleanup(move || refresh.cancel());
        refresh
    }

    fn schedule(self, delay: Duration) {
        let at = browser::now() + u64::try_from(delay.as_millis()).unwrap_or(u64::MAX);
        if self.next.with_value(|next| next.as_ref().is_some_and(|(earlier, _)| *earlier <= at)) {
            return;
        }
        self.cancel();
        let run = move || {
            self.next.set_value(None);
            self.users.refetch();
        };
        self.next.set_value(set_timeout_with_handle(run, delay).ok().map(|timer| (at, timer)));
    }

    fn cancel(self) {
        if let Some(Some((_, timer))) = self.next.try_update_value(Option::take) {
            timer.clear();
        }
    }
}
