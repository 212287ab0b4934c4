//! State of the users screen, as context: the query, the page of users that it found, the open dialog.

use super::query::UsersQuery;
use crate::api::{self, Error};
use leptos::prelude::*;
use rekey_wire::users::{User, UserPage};

/// The dialog that is open.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum UsersDialog {
    /// Sends the user a reset link.
    Reset(User),
    /// Changes the user's address.
    Email(User),
}

/// A page of users, and the query that found it.
#[derive(Clone, Debug, Eq, PartialEq)]
struct LoadedPage {
    query: UsersQuery,
    page: UserPage,
}

/// Handle to the state; `Copy`, every copy refers to the same one.
#[derive(Clone, Copy)]
pub(super) struct UsersContext {
    query: RwSignal<UsersQuery>,
    load: Action<UsersQuery, (UsersQuery, api::Result<UserPage>)>,
    /// The last page that was loaded; it stays while another one is being fetched.
    loaded: Memo<Option<LoadedPage>>,
    /// Why the current query has no page. A failed refetch of the page on display is no error.
    error: Memo<Option<Error>>,
    dialog: RwSignal<Option<UsersDialog>>,
    success_message: RwSignal<Option<String>>,
}

/// The state of the users screen.
#[must_use]
pub(super) fn use_users() -> UsersContext {
    expect_context()
}

impl UsersContext {
    /// Provides the state in context, and fetches the first page of all users.
    #[must_use]
    pub(super) fn provide() -> Self {
        let query = RwSignal::new(UsersQuery::default());
        // Not a resource: it would wait for the answer to an outdated query before it fetches the next one.
        let load = Action::new_unsync(|query: &UsersQuery| {
            let query = query.clone();
            async move {
                let result = api::list_users(&query.to_query_string()).await;
                (query, result)
            }
        });
        Effect::new(move |_| {
            load.dispatch(query.get());
        });
        let response = load.value();
        let loaded = Memo::new(move |before: Option<&Option<LoadedPage>>| match response.get() {
            // The answer to an outdated query is dropped.
            Some((answered, Ok(page))) if answered == query.get_untracked() => Some(LoadedPage { query: answered, page }),
            Some((_, Ok(_) | Err(_))) | None => before.cloned().flatten(),
        });
        let error = Memo::new(move |_| match response.get() {
            Some((answered, Err(error))) if answered == query.get() && !is_for(&loaded.read(), &answered) => Some(error),
            Some((_, Ok(_) | Err(_))) | None => None,
        });
        let users = Self { query, load, loaded, error, dialog: RwSignal::new(None), success_message: RwSignal::new(None) };
        provide_context(users);
        users
    }

    /// Reads the query, tracked.
    pub(super) fn with_query<T>(self, read: impl FnOnce(&UsersQuery) -> T) -> T {
        self.query.with(read)
    }

    /// Changes the query, which fetches.
    pub(super) fn set_query(self, change: impl FnOnce(&mut UsersQuery)) {
        self.query.update(change);
    }

    /// Fetches again. What is on display stays until the answer arrives, and if there is none.
    pub(super) fn refetch(self) {
        self.load.dispatch(self.query.get_untracked());
    }

    /// Reads the page on display, tracked; none before the first answer.
    pub(super) fn with_page<T>(self, read: impl FnOnce(Option<&UserPage>) -> T) -> T {
        self.loaded.with(|loaded| read(loaded.as_ref().map(|loaded| &loaded.page)))
    }

    /// The ids of the users on display, in order, tracked.
    #[must_use]
    pub(super) fn ids(self) -> Vec<String> {
        self.with_page(|page| page.map(|page| page.items.iter().map(|user| user.id.clone()).collect()).unwrap_or_default())
    }

    /// A user on display, tracked.
    #[must_use]
    pub(super) fn user(self, id: &str) -> Option<User> {
        self.with_page(|page| page?.items.iter().find(|user| user.id == id).cloned())
    }

    /// Why the query has no page, tracked.
    #[must_use]
    pub(super) fn error(self) -> Option<Error> {
        self.error.get()
    }

    /// Whether the page on display is of an older query, tracked.
    #[must_use]
    pub(super) fn is_loading(self) -> bool {
        self.error.read().is_none() && !is_for(&self.loaded.read(), &self.query.read())
    }

    /// The open dialog, tracked.
    #[must_use]
    pub(super) fn dialog(self) -> Option<UsersDialog> {
        self.dialog.get()
    }

    /// Opens a dialog.
    pub(super) fn open_dialog(self, dialog: UsersDialog) {
        self.dialog.set(Some(dialog));
    }

    /// Unmounts the dialog.
    pub(super) fn close_dialog(self) {
        self.dialog.set(None);
    }

    /// The result of the last dialog, tracked.
    #[must_use]
    pub(super) fn success_message(self) -> Option<String> {
        self.success_message.get()
    }

    /// Shows the result of a dialog, and fetches what it changed.
    pub(super) fn show_success(self, message: String) {
        self.success_message.set(Some(message));
        self.refetch();
    }
}

fn is_for(loaded: &Option<LoadedPage>, query: &UsersQuery) -> bool {
    loaded.as_ref().is_some_and(|loaded| loaded.query == *query)
}
