//! Shapes that all screens share, so that the compiler writes each piece of machinery once and not once per closure:
//! a third of the WebAssembly would be copies of it otherwise.

use leptos::prelude::*;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex};

/// A piece of a view, or a value of an attribute, that follows signals.
pub(crate) type Live<T> = Arc<Mutex<dyn FnMut() -> T + Send>>;

/// Follows the signals that `read` reads.
pub(crate) fn live<T>(read: impl FnMut() -> T + Send + 'static) -> Live<T> {
    Arc::new(Mutex::new(read))
}

/// Runs `act` now and whenever a signal that it reads changes, in a browser.
pub(crate) fn effect(act: impl FnMut() + 'static) {
    boxed_effect(Box::new(act));
}

fn boxed_effect(act: Box<dyn FnMut()>) {
    Effect::new(act);
}

/// Runs something that waits.
pub(crate) fn spawn(future: impl Future<Output = ()> + 'static) {
    boxed_spawn(Box::pin(future));
}

fn boxed_spawn(future: Pin<Box<dyn Future<Output = ()>>>) {
    leptos::task::spawn_local(future);
}
