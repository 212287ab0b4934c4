//! Who is logged in, in one place.

use crate::api::{self, Error};
use crate::ui::live::spawn;
use leptos::prelude::*;
use rekey_wire::login::{self, SessionUser};
use rekey_wire::problem::Code;
use std::time::Duration;

/// How often a page that somebody looks at asks whether the session still holds.
const WATCH: Duration = Duration::from_secs(10);

/// What the page knows about the person in front of it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Person {
    /// Not asked yet.
    Unknown,
    /// Nobody who logged in.
    Visitor,
    /// Somebody whose session ended while a page was open.
    LeftBehind,
    /// Logged in.
    User(SessionUser),
}

/// The session; a copy is the same session.
#[derive(Clone, Copy)]
pub(crate) struct Session {
    person: RwSignal<Person>,
}

impl Session {
    /// The session of the app, as the page was served with it; `None` leaves it open who it is.
    #[must_use]
    pub(crate) fn provide(told: Option<login::Session>) -> Self {
        let session = Self { person: RwSignal::new(Person::Unknown) };
        if let Some(told) = told {
            session.set(told.user);
        }
        provide_context(session);
        session
    }

    /// The session of the app.
    #[must_use]
    pub(crate) fn here() -> Self {
        expect_context()
    }

    /// Reads who it is.
    pub(crate) fn with<T>(self, read: impl FnOnce(&Person) -> T) -> T {
        self.person.with(read)
    }

    /// The person logged in.
    #[must_use]
    pub(crate) fn user(self) -> Option<SessionUser> {
        self.person.with(|person| if let Person::User(user) = person { Some(user.clone()) } else { None })
    }

    /// Takes the server's answer to who is logged in.
    pub(crate) fn set(self, user: Option<SessionUser>) {
        let next = match user {
            Some(user) => Person::User(user),
            None => self.person.with_untracked(|person| match person {
                Person::User(_) | Person::LeftBehind => Person::LeftBehind,
                Person::Unknown | Person::Visitor => Person::Visitor,
            }),
        };
        if self.person.with_untracked(|person| *person != next) {
            self.person.set(next);
        }
    }

    /// The person chose to log out.
    pub(crate) fn leave(self) {
        self.person.set(Person::Visitor);
    }

    /// Asks who it is as if for the first time: nobody is left behind by what they did themselves.
    pub(crate) fn ask_anew(self) {
        self.person.set(Person::Unknown);
        self.check();
    }

    /// Looks at a failed call: whoever is told to log in first has lost the session.
    pub(crate) fn heed(self, error: &Error) {
        if error.is(Code::NotSignedIn) {
            self.set(None);
        }
    }

    /// Asks the server; asking does not count as use of the session.
    pub(crate) fn check(self) {
        spawn(async move {
            if let Ok(user) = api::session().await {
                self.set(user);
            }
        });
    }

    /// Notices an end that happens elsewhere, while a page for signed-in people is open.
    pub(crate) fn watch(self) {
        let check_if_seen = move || {
            if crate::browser::is_visible() {
                self.check();
            }
        };
        let timer = set_interval_with_handle(check_if_seen, WATCH);
        let focus = window_event_listener(leptos::ev::focus, move |_| check_if_seen());
        on_cleanup(move || {
            if let Ok(timer) = timer {
                timer.clear();
            }
            focus.remove();
        });
    }
}
