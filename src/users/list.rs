//! The users on show: asked for anew when the question changes, brought up to date without anybody noticing.

use super::query::Query;
use crate::api::{self, Error};
use crate::session::Session;
use crate::ui::live::{effect, spawn};
use leptos::prelude::*;
use rekey_wire::users::{User, UserPage};

/// The list; a copy is the same list.
#[derive(Clone, Copy)]
pub(crate) struct List {
    query: RwSignal<Query>,
    page: RwSignal<Option<UserPage>>,
    failure: RwSignal<Option<Error>>,
    loading: RwSignal<bool>,
    /// Counts the questions, so that a late answer to an old one is dropped.
    asked: StoredValue<u32>,
    session: Session,
}

impl List {
    /// The first page of all users.
    pub(crate) fn new() -> Self {
        let list = Self {
            query: RwSignal::new(Query::default()),
            page: RwSignal::new(None),
            failure: RwSignal::new(None),
            loading: RwSignal::new(true),
            asked: StoredValue::new(0),
            session: Session::here(),
        };
        effect(move || {
            list.query.track();
            list.load();
        });
        list
    }

    /// What is asked for.
    pub(crate) fn with_query<T>(self, read: impl FnOnce(&Query) -> T) -> T {
        self.query.with(read)
    }

    /// Asks for something else.
    pub(crate) fn ask(self, change: impl FnOnce(&mut Query)) {
        self.query.update(change);
    }

    /// What was answered, as of now.
    pub(crate) fn with_page_untracked<T>(self, read: impl FnOnce(Option<&UserPage>) -> T) -> T {
        self.page.with_untracked(|page| read(page.as_ref()))
    }

    /// What was answered; nothing before the first answer.
    pub(crate) fn with_page<T>(self, read: impl FnOnce(Option<&UserPage>) -> T) -> T {
        self.page.with(|page| read(page.as_ref()))
    }

    /// Who is on show, in order.
    pub(crate) fn ids(self) -> Vec<String> {
        self.with_page(|page| page.map(|page| page.items.iter().map(|user| user.id.clone()).collect()).unwrap_or_default())
    }

    /// Somebody on show.
    pub(crate) fn user(self, id: &str) -> Option<User> {
        self.with_page(|page| page?.items.iter().find(|user| user.id == id).cloned())
    }

    /// Why nothing is on show.
    pub(crate) fn failure(self) -> Option<Error> {
        self.failure.get()
    }

    /// Whether an answer to a new question is awaited.
    pub(crate) fn loading(self) -> bool {
        self.loading.get()
    }

    /// Asks, and says so.
    pub(crate) fn load(self) {
        self.loading.set(true);
        self.fetch();
    }

    /// Asks the same again, quietly: what is on show stays until the answer is there, and if there is none.
    pub(crate) fn refresh(self) {
        self.fetch();
    }

    fn fetch(self) {
        let Some(query) = self.query.try_get_untracked() else { return };
        self.asked.update_value(|asked| *asked += 1);
        let asked = self.asked.get_value();
        spawn(async move {
            let answer = api::list_users(&query.print()).await;
            if self.asked.try_get_value() != Some(asked) {
                return;
            }
            match answer {
                Ok(page) => {
                    self.failure.set(None);
                    if self.page.with_untracked(|known| known.as_ref() != Some(&page)) {
                        self.page.set(Some(page));
                    }
                }
                Err(error) => {
                    self.session.heed(&error);
                    if self.loading.get_untracked() {
                        self.failure.set(Some(error));
                    }
                }
            }
            self.loading.set(false);
        });
    }
}
