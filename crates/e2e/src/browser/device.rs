//! What is around a page: the window, the colours asked for, the network, the cookies.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use super::cdp::text;
use super::page::Page;

impl Page {
    /// Makes the window this large, in CSS pixels.
    #[track_caller]
    pub fn size(&self, width: u32, height: u32) {
        let metrics = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false });
        self.call("Emulation.setDeviceMetricsOverride", metrics);
        self.settle();
    }

    /// Asks for dark or light colours, as the system's setting would, and for no motion, so that nothing is caught half faded.
    #[track_caller]
    pub fn colours(&self, scheme: &str) {
        let features =
            json!([{ "name": "prefers-color-scheme", "value": scheme }, { "name": "prefers-reduced-motion", "value": "reduce" }]);
        self.call("Emulation.setEmulatedMedia", json!({ "features": features }));
        self.settle();
    }

    /// Waits until what has just changed is drawn: even without motion, a transition takes a frame.
    #[track_caller]
    fn settle(&self) {
        self.evaluate(
            "new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))
                .then(() => Promise.all(document.getAnimations().map(animation => animation.finished.catch(() => {}))))
                .then(() => null)",
        );
    }

    /// Cuts the network, or mends it.
    #[track_caller]
    pub fn offline(&self, offline: bool) {
        let conditions = json!({ "offline": offline, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1 });
        self.call("Network.emulateNetworkConditions", conditions);
    }

    /// Keeps the page from reaching addresses that match one of `patterns` (`*/api/*`); none of them lifts it.
    #[track_caller]
    pub fn block(&self, patterns: &[&str]) {
        self.call("Network.setBlockedURLs", json!({ "urls": patterns }));
    }

    /// Deletes the device's cookies for the page.
    #[track_caller]
    pub fn forget_cookies(&self) {
        self.call("Network.clearBrowserCookies", json!({}));
    }

    /// A picture of what is to be seen, as PNG.
    #[must_use]
    #[track_caller]
    pub fn picture(&self) -> Vec<u8> {
        let answer = self.call("Page.captureScreenshot", json!({ "format": "png" }));
        STANDARD.decode(text(&answer, "data")).expect("the browser sends base64")
    }
}
