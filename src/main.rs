//! The browser's entry: takes a link's secret out of the address bar, then mounts the app.

fn main() {
    #[cfg(target_arch = "wasm32")]
    rekey_app::start_in_browser();
}
