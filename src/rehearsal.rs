//! A browser compiles each function of the WebAssembly when it is first called: hundreds of them while the first screen is
//! made, too many for one task of a slow phone. So a form is made once before, out of sight, and dropped.

use crate::forgot::form::ForgotForm;
use crate::router::{Address, Router};
use crate::session::Session;
use leptos::mount::mount_to;
use leptos::prelude::*;
use wasm_bindgen::JsCast;

/// Makes the form that has what all have: a field, a button, and what follows signals.
pub(crate) fn rehearse() {
    let Ok(stage) = document().create_element("div") else { return };
    drop(mount_to(stage.unchecked_into(), || {
        _ = Session::provide(None);
        _ = Router::provide(Some(Address::default()));
        view! { <ForgotForm/> }
    }));
}
