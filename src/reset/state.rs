//! State of a reset link: inspected when the page opens and again after its expiry, and updated by actions.

use super::link_token::{LinkToken, TokenState, use_link_token};
use crate::api::{self, Error, InspectedLink};
use leptos::prelude::*;
use rekey_wire::paths::Page;
use rekey_wire::problem::Code;
use rekey_wire::reset::Token;
use std::time::Duration;

/// Delay after the expiry before the link is inspected again; the server's timestamps have whole seconds.
const EXPIRY_MARGIN: Duration = Duration::from_millis(1100);

/// Status of the link.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum LinkStatus {
    /// The server has not responded yet.
    Checking,
    /// The request failed.
    CheckFailed(Error),
    /// The link is valid.
    Valid {
        /// The account's address.
        email: String,
    },
    /// The link is not valid.
    Invalid(LinkError),
    /// The password has been set.
    Redeemed {
        /// Number of ended sessions.
        sessions_ended: u64,
    },
}

/// Reason why a link is not valid.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum LinkError {
    /// It has expired.
    Expired,
    /// It was used to set a password.
    Used,
    /// It was cancelled by a newer link or a change to the account.
    Cancelled,
    /// There is no such link.
    Unknown,
}

impl LinkError {
    /// Returns the link error that an API error stands for, if any.
    #[must_use]
    pub(crate) fn from_error(error: &Error) -> Option<Self> {
        [
            (Code::LinkExpired, Self::Expired),
            (Code::LinkUsed, Self::Used),
            (Code::LinkCancelled, Self::Cancelled),
            (Code::LinkInvalid, Self::Unknown),
        ]
        .into_iter()
        .find_map(|(code, link_error)| error.has_code(code).then_some(link_error))
    }
}

/// Result of an action on the link.
#[derive(Clone, Debug, Eq, PartialEq)]
enum Outcome {
    Redeemed { sessions_ended: u64 },
    Refused(LinkError),
}

type Inspection = Option<(Token, api::Result<InspectedLink>)>;

/// Handle to the state of the link; `Copy`.
#[derive(Clone, Copy)]
pub(crate) struct ResetLinkState {
    token: LinkToken,
    inspection: LocalResource<Inspection>,
    outcome: RwSignal<Option<(Token, Outcome)>>,
    status: Memo<LinkStatus>,
}

/// Returns the state of this page's link.
#[must_use]
pub(crate) fn use_reset_link() -> ResetLinkState {
    let token = use_link_token(Page::ResetPassword);
    let inspection = LocalResource::new(move || {
        let state = token.state();
        async move {
            match state {
                TokenState::Unread | TokenState::Missing => None,
                TokenState::Present(token) => Some((token.clone(), api::inspect_link(token).await)),
            }
        }
    });
    let outcome = RwSignal::new(None::<(Token, Outcome)>);
    // Opening a link again, even the same one, inspects it again.
    Effect::new(move |_| {
        _ = token.state();
        outcome.set(None);
    });
    let status = Memo::new(move |previous: Option<&LinkStatus>| {
        let current = match token.state() {
            TokenState::Unread => return LinkStatus::Checking,
            TokenState::Missing => return LinkStatus::Invalid(LinkError::Unknown),
            TokenState::Present(current) => current,
        };
        match outcome.get() {
            Some((token, Outcome::Redeemed { sessions_ended })) if token == current => return LinkStatus::Redeemed { sessions_ended },
            Some((token, Outcome::Refused(link_error))) if token == current => return LinkStatus::Invalid(link_error),
            Some(_) | None => {}
        }
        match inspection.get().flatten() {
            Some((token, result)) if token == current => after_inspection(result, previous),
            Some(_) | None => LinkStatus::Checking,
        }
    });
    let link = ResetLinkState { token, inspection, outcome, status };
    Effect::new(move |_| link.inspect_after_expiry());
    link
}

fn after_inspection(result: api::Result<InspectedLink>, previous: Option<&LinkStatus>) -> LinkStatus {
    match (result, previous) {
        (Ok(link), _) => LinkStatus::Valid { email: link.email },
        (Err(error), previous) => match (LinkError::from_error(&error), previous) {
            (Some(link_error), _) => LinkStatus::Invalid(link_error),
            // A network error does not replace the form of a valid link.
            (None, Some(valid @ LinkStatus::Valid { .. })) => valid.clone(),
            (None, _) => LinkStatus::CheckFailed(error),
        },
    }
}

impl ResetLinkState {
    /// Returns the status, tracked.
    #[must_use]
    pub(crate) fn status(self) -> LinkStatus {
        self.status.get()
    }

    /// Returns the link's token, untracked.
    #[must_use]
    pub(crate) fn token(self) -> Option<Token> {
        self.token.get_untracked()
    }

    /// Inspects the link again.
    pub(crate) fn refetch(self) {
        self.inspection.refetch();
    }

    /// Records the new password and removes the token.
    pub(crate) fn set_redeemed(self, sessions_ended: u64) {
        self.token.forget();
        self.set_outcome(Outcome::Redeemed { sessions_ended });
    }

    /// Records that the server rejected the link.
    pub(crate) fn set_refused(self, link_error: LinkError) {
        self.set_outcome(Outcome::Refused(link_error));
    }

    /// Removes the token, which is stored elsewhere from now on.
    pub(crate) fn forget_token(self) {
        self.token.forget();
    }

    fn set_outcome(self, outcome: Outcome) {
        if let Some(token) = self.token() {
            self.outcome.set(Some((token, outcome)));
        }
    }

    /// Inspects a valid link again after its expiry: the server decides, as the local clock may be wrong.
    fn inspect_after_expiry(self) {
        if !matches!(self.status.get(), LinkStatus::Valid { .. }) {
            return;
        }
        let remaining = match self.inspection.get().flatten() {
            Some((_, Ok(link))) => link.remaining,
            Some((_, Err(_))) | None => 0,
        };
        if let Ok(timer) = set_timeout_with_handle(move || self.refetch(), Duration::from_millis(remaining) + EXPIRY_MARGIN) {
            on_cleanup(move || timer.clear());
        }
    }
}
