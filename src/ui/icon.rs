//! Icons out of the one sprite in `index.html`. They never stand without words.

use leptos::prelude::*;

/// A picture of the sprite.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Picture {
    Check,
    Clock,
    Cross,
    Down,
    Eye,
    Key,
    Mail,
    Minus,
    Up,
    UpDown,
    Warning,
}

impl Picture {
    const fn href(self) -> &'static str {
        match self {
            Self::Check => "#check",
            Self::Clock => "#clock",
            Self::Cross => "#cross",
            Self::Down => "#down",
            Self::Eye => "#eye",
            Self::Key => "#key",
            Self::Mail => "#mail",
            Self::Minus => "#minus",
            Self::Up => "#up",
            Self::UpDown => "#up-down",
            Self::Warning => "#warning",
        }
    }
}

/// One picture, for eyes only.
#[component]
pub(crate) fn Icon(of: Picture) -> impl IntoView {
    view! { <svg class="icon" aria-hidden="true"><use href=of.href()></use></svg> }.into_any()
}
