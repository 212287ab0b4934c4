//! In a browser: puts the app in the place of what the page was drawn with. On any other machine: draws the pages.

#[cfg(target_arch = "wasm32")]
fn main() {
    rekey_app::start_in_browser();
}

/// `rekey-app DIST` draws into that folder each screen that can be drawn before anybody is known.
#[cfg(not(target_arch = "wasm32"))]
fn main() -> std::io::Result<()> {
    let dist = std::env::args_os().nth(1).ok_or_else(|| std::io::Error::other("name the folder that the pages are built in"))?;
    rekey_app::draw(dist.as_ref())
}
