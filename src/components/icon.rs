//! Icons from the sprite in `index.html`. They always accompany text.

use leptos::prelude::*;

/// An icon of the sprite.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum IconName {
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

impl IconName {
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

/// An icon, hidden from assistive technology.
#[component]
pub(crate) fn Icon(name: IconName) -> impl IntoView {
    view! { <svg class="icon" aria-hidden="true"><use href=name.href()></use></svg> }
}
