//! One call at a time, for a form or a button: a second click does nothing, a failure stays to be shown.

use crate::api::{Error, Result};
use crate::session::Session;
use crate::ui::live::spawn;
use leptos::prelude::*;
use std::future::Future;
use std::pin::Pin;

/// An attempt to do something on the server; a copy is the same attempt.
#[derive(Clone, Copy)]
pub(crate) struct Attempt {
    pending: RwSignal<bool>,
    error: RwSignal<Option<Error>>,
    session: Session,
}

impl Attempt {
    /// Nothing tried yet.
    #[must_use]
    pub(crate) fn new() -> Self {
        Self { pending: RwSignal::new(false), error: RwSignal::new(None), session: Session::here() }
    }

    /// Whether the answer is still awaited.
    #[must_use]
    pub(crate) fn pending(self) -> bool {
        self.pending.get()
    }

    /// What the last try failed with.
    #[must_use]
    pub(crate) fn error(self) -> Option<Error> {
        self.error.get()
    }

    /// Tries, unless a try is under way. What success brings, `call` does itself.
    pub(crate) fn run(self, call: impl Future<Output = Result<()>> + 'static) {
        if !self.pending.get_untracked() {
            self.start(Box::pin(call));
        }
    }

    fn start(self, call: Pin<Box<dyn Future<Output = Result<()>>>>) {
        self.pending.set(true);
        self.error.set(None);
        spawn(async move {
            let outcome = call.await;
            // The screen may be gone by now.
            self.pending.try_set(false);
            if let Err(error) = outcome {
                self.session.heed(&error);
                self.error.try_set(Some(error));
            }
        });
    }
}

impl Default for Attempt {
    fn default() -> Self {
        Self::new()
    }
}
