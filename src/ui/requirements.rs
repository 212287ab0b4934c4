//! What is asked of a new password, answered as one types. Nothing here is ever red: faults are the field's business.

use crate::browser::nfc;
use crate::start::Start;
use crate::ui::field::Field;
use crate::ui::icon::{Icon, Picture};
use crate::ui::live::live;
use crate::words::requirements as w;
use leptos::prelude::*;
use rekey_wire::password::{check_length, check_patterns};

/// The list; `id` is what the field's `aria-describedby` names.
#[component]
pub(crate) fn Requirements(field: Field, id: &'static str) -> impl IntoView {
    let start = Start::here();
    let typed = Memo::new(move |_| nfc(&field.value()));
    let long_enough = Signal::derive(move || typed.with(|typed| check_length(typed, start.policy()).is_ok()));
    let no_pattern = Signal::derive(move || typed.with(|typed| !typed.is_empty() && check_patterns(typed).is_ok()));
    let length = move || {
        let policy = start.policy();
        w::LENGTH.with(&[("min", &policy.min_length.to_string()), ("max", &policy.max_length.to_string())])
    };
    view! {
        <ul class="requirements" id=id>
            <li><Tick met=long_enough/><span>{length}</span></li>
            <li><Tick met=no_pattern/><span>{w::PATTERN.text()}</span></li>
            <li><Icon of=Picture::Clock/><span>{w::COMMON.text()}</span></li>
        </ul>
    }
    .into_any()
}

#[component]
fn Tick(met: Signal<bool>) -> impl IntoView {
    live(move || {
        let (picture, word) = if met.get() { (Picture::Check, w::MET) } else { (Picture::Minus, w::NOT_YET) };
        view! { <Icon of=picture/><span class="unseen">{word.text()} " "</span> }.into_any()
    })
}
