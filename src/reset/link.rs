//! What is known about the link that was followed.

use super::token;
use crate::api::{self, Error};
use crate::route::Route;
use crate::ui::live::{effect, spawn};
use leptos::leptos_dom::helpers::TimeoutHandle;
use leptos::prelude::*;
use rekey_wire::problem::Code;
use std::time::Duration;

/// How long after a link's last moment the server is asked again; its clock tells whole seconds.
const GRACE: Duration = Duration::from_millis(1100);

/// How far the link has come.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Link {
    /// The server has not said yet.
    Unknown,
    /// The server could not be asked.
    Unasked(Error),
    /// It sets this account's password.
    Works {
        /// Whose password.
        email: String,
    },
    /// It sets nothing any more.
    Dead(Dead),
    /// The password is set.
    Done {
        /// How many sessions that ended.
        sessions_ended: u64,
    },
}

/// Why a link does not work.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Dead {
    /// Its time ran out.
    Expired,
    /// A password was set with it.
    Used,
    /// Something newer ended it.
    Cancelled,
    /// It never was one.
    Invalid,
}

impl Dead {
    /// What the server's refusal says about the link.
    #[must_use]
    pub(crate) fn from_error(error: &Error) -> Option<Self> {
        match error.code()? {
            Code::LinkExpired => Some(Self::Expired),
            Code::LinkUsed => Some(Self::Used),
            Code::LinkCancelled => Some(Self::Cancelled),
            Code::LinkInvalid => Some(Self::Invalid),
            _ => None,
        }
    }
}

/// The link of this tab; a copy is the same link.
#[derive(Clone, Copy)]
pub(crate) struct Followed {
    link: RwSignal<Link>,
    expiry: StoredValue<Option<TimeoutHandle>>,
}

impl Followed {
    /// The link whose secret the tab holds; follows another one that is opened in the same tab.
    #[must_use]
    pub(crate) fn new() -> Self {
        // Off the browser there is no secret, and the form is what is drawn.
        let is_there = cfg!(not(target_arch = "wasm32")) || token::take_from_address() || token::kept_for(Route::Reset).is_some();
        let link = if is_there { Link::Unknown } else { Link::Dead(Dead::Invalid) };
        let followed = Self { link: RwSignal::new(link), expiry: StoredValue::new(None) };
        effect(move || {
            followed.ask();
            let another = window_event_listener_untyped("hashchange", move |_| {
                if token::take_from_address() {
                    followed.link.set(Link::Unknown);
                    followed.ask();
                }
            });
            on_cleanup(move || {
                another.remove();
                followed.stop_clock();
            });
        });
        followed
    }

    /// How far it has come.
    #[must_use]
    pub(crate) fn get(self) -> Link {
        self.link.get()
    }

    /// Says how far it has come.
    pub(crate) fn set(self, link: Link) {
        if !matches!(link, Link::Works { .. }) {
            self.stop_clock();
        }
        // Unchanged, what is being typed must stay.
        if self.link.try_with_untracked(|known| *known != link).unwrap_or(false) {
            self.link.set(link);
        }
    }

    /// Asks the server, which does not use the link up.
    pub(crate) fn ask(self) {
        let Some(token) = token::kept_for(Route::Reset) else {
            self.set(Link::Dead(Dead::Invalid));
            return;
        };
        spawn(async move {
            let answer = api::inspect_link(token.clone()).await;
            // Another link may have been opened meanwhile, or this one used.
            if token::kept_for(Route::Reset).as_ref() != Some(&token) {
                return;
            }
            match answer {
                Ok(works) => {
                    self.set(Link::Works { email: works.email });
                    self.start_clock(works.remaining);
                }
                Err(error) => match Dead::from_error(&error) {
                    Some(dead) => self.set(Link::Dead(dead)),
                    // A link that worked a moment ago is not taken away for a moment without network.
                    None if matches!(self.link.try_get_untracked(), Some(Link::Works { .. })) => self.start_clock(0),
                    None => self.set(Link::Unasked(error)),
                },
            }
        });
    }

    /// Asks again when the link's time is over: the server decides, whatever this machine's clock says.
    fn start_clock(self, remaining: u64) {
        self.stop_clock();
        let timer = set_timeout_with_handle(move || self.ask(), Duration::from_millis(remaining) + GRACE);
        self.expiry.try_set_value(timer.ok());
    }

    fn stop_clock(self) {
        if let Some(Some(timer)) = self.expiry.try_get_value() {
            timer.clear();
        }
    }
}

impl Default for Followed {
    fn default() -> Self {
        Self::new()
    }
}
