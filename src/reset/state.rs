//! State of the reset link: inspected when the page opens, again when it should have expired, and changed by actions.

use super::link_token::{LinkToken, TokenState, use_link_token};
use crate::api::{self, Error, InspectedLink};
use leptos::prelude::*;
use rekey_wire::paths::Page;
use rekey_wire::problem::Code;
use rekey_wire::reset::Token;
use std::time::Duration;

/// How long after the expiry the link is inspected again; the server's clock has whole seconds.
const EXPIRY_MARGIN: Duration = Duration::from_millis(1100);

/// What is known about the link.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum LinkStatus {
    /// The server has not answered yet.
    Checking,
    /// The server could not be asked.
    CheckFailed(Error),
    /// The link sets the password of this account.
    Valid {
        /// The account's address.
        email: String,
    },
    /// The link does not work.
    Invalid(LinkError),
    /// The password has been set with it.
    Redeemed {
        /// How many sessions that ended.
        sessions_ended: u64,
    },
}

/// Why a link does not work.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum LinkError {
    /// Its time ran out.
    Expired,
    /// A password was set with it.
    Used,
    /// A newer link or a change to the account ended it.
    Cancelled,
    /// It never was a link.
    Unknown,
}

impl LinkError {
    /// What an API error says about the link, if it does.
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

/// What an action found out about the link.
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

/// The state of this page's link.
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
    // A link that is opened again, the same one too, is inspected anew.
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
            // A moment offline does not take away the form of a valid link.
            (None, Some(valid @ LinkStatus::Valid { .. })) => valid.clone(),
            (None, _) => LinkStatus::CheckFailed(error),
        },
    }
}

impl ResetLinkState {
    /// The status, tracked.
    #[must_use]
    pub(crate) fn status(self) -> LinkStatus {
        self.status.get()
    }

    /// The link's secret, untracked.
    #[must_use]
    pub(crate) fn token(self) -> Option<Token> {
        self.token.get_untracked()
    }

    /// Inspects the link again.
    pub(crate) fn refetch(self) {
        self.inspection.refetch();
    }

    /// The password has been set; the secret is forgotten.
    pub(crate) fn set_redeemed(self, sessions_ended: u64) {
        self.token.forget();
        self.set_outcome(Outcome::Redeemed { sessions_ended });
    }

    /// The server refused the link.
    pub(crate) fn set_refused(self, link_error: LinkError) {
        self.set_outcome(Outcome::Refused(link_error));
    }

    /// Forgets the secret, which is kept elsewhere from now on.
    pub(crate) fn forget_token(self) {
        self.token.forget();
    }

    fn set_outcome(self, outcome: Outcome) {
        if let Some(token) = self.token() {
            self.outcome.set(Some((token, outcome)));
        }
    }

    /// Inspects a valid link again when it should have expired: the server decides, whatever this machine's clock says.
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
