//! Bindings to `browser_fake.js`.

use wasm_bindgen::prelude::*;

#[wasm_bindgen(module = "/tests/web/support/browser_fake.js")]
extern "C" {
    pub(super) fn reset();
    pub(super) fn uncaught() -> String;
    pub(super) fn answer(call: &str, status: u16, headers: &str, body: &str);
    pub(super) fn cut(call: &str);
    pub(super) fn hold(call: &str) -> u32;
    #[wasm_bindgen(js_name = openGate)]
    pub(super) fn open_gate(number: u32);
    pub(super) fn made() -> String;
    pub(super) fn tell(kind: &str, data: &str);
    #[wasm_bindgen(js_name = refuseStreams)]
    pub(super) fn refuse_streams();
    pub(super) fn listeners() -> u32;
    pub(super) fn advance(milliseconds: f64);
}
