//! Startup of the app: prerendering (native), the inline bootstrap script, and the lazy chunk.

pub(crate) mod lazy_pages;
#[cfg(not(target_arch = "wasm32"))]
pub(crate) mod prerender;
#[cfg(target_arch = "wasm32")]
pub(crate) mod start;
