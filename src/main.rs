//! Entry point: the app in a browser, the prerenderer elsewhere.

#[cfg(target_arch = "wasm32")]
fn main() {
    rekey_app::start();
}

/// `rekey-app DIST` writes the prerendered pages into the folder `DIST`.
#[cfg(not(target_arch = "wasm32"))]
fn main() -> std::io::Result<()> {
    let dist = std::env::args_os().nth(1).ok_or_else(|| std::io::Error::other("usage: rekey-app DIST"))?;
    rekey_app::prerender(dist.as_ref())
}
