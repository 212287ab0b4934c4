//! Requirements of a new password, checked while typing. Unmet ones are not errors.

use crate::browser::nfc;
use crate::components::icon::{Icon, IconName};
use crate::i18n::requirements as t;
use leptos::prelude::*;
use rekey_wire::password::{Policy, check_length, check_patterns};

/// The list of requirements; `id` is for the field's `aria-describedby`.
#[component]
pub(crate) fn Requirements(
    #[prop(into)] password: Signal<String>,
    #[prop(into)] policy: Signal<Policy>,
    id: &'static str,
) -> impl IntoView {
    let typed = Memo::new(move |_| nfc(&password.get()));
    let long_enough = Signal::derive(move || typed.with(|typed| check_length(typed, policy.get()).is_ok()));
    let no_pattern = Signal::derive(move || typed.with(|typed| !typed.is_empty() && check_patterns(typed).is_ok()));
    view! {
        <ul class="requirements" id=id>
            <li><Mark met=long_enough/><span>{move || t::LENGTH.format(&[("min", &policy.get().min_length.to_string())])}</span></li>
            <li><Mark met=no_pattern/><span>{t::PATTERN.text()}</span></li>
            <li><Icon name=IconName::Clock/><span>{t::COMMON.text()}</span></li>
        </ul>
    }
}

#[component]
fn Mark(met: Signal<bool>) -> impl IntoView {
    view! {
        {move || {
            let (icon, message) = if met.get() { (IconName::Check, t::MET) } else { (IconName::Minus, t::NOT_YET) };
            view! { <Icon name=icon/><span class="visually-hidden">{message.text()} " "</span> }
        }}
    }
}
