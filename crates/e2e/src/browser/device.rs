//! Device emulation: window size, color scheme, network, cookies.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use super::cdp::text;
use super::page::Page;

impl Page {
    /// Resizes the viewport, in CSS pixels.
    #[track_caller]
    pub fn resize(&self, width: u32, height: u32) {
        let metrics = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false });
        self.call("Emulation.setDeviceMetricsOverride", metrics);
        self.settle();
    }

    /// Sets the preferred color scheme, `dark` or `light`, and reduced motion, so that screenshots do not capture transitions.
    #[track_caller]
    pub fn color_scheme(&self, scheme: &str) {
        let features =
            json!([{ "name": "prefers-color-scheme", "value": scheme }, { "name": "prefers-reduced-motion", "value": "reduce" }]);
        self.call("Emulation.setEmulatedMedia", json!({ "features": features }));
        self.settle();
    }

    /// Waits for the next frame and for all animations: even with reduced motion, a transition takes a frame.
    #[track_caller]
    fn settle(&self) {
        self.evaluate(
            "new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))
                .then(() => Promise.all(document.getAnimations().map(animation => animation.finished.catch(() => {}))))
                .then(() => null)",
        );
    }

    /// Switches the network off or on.
    #[track_caller]
    pub fn offline(&self, offline: bool) {
        let conditions = json!({ "offline": offline, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1 });
        self.call("Network.emulateNetworkConditions", conditions);
    }

    /// Blocks requests to URLs that match one of `patterns` (`*/api/*`). An empty list unblocks all.
    #[track_caller]
    pub fn block(&self, patterns: &[&str]) {
        self.call("Network.setBlockedURLs", json!({ "urls": patterns }));
    }

    /// Deletes all cookies of the browser context.
    #[track_caller]
    pub fn clear_cookies(&self) {
        self.call("Network.clearBrowserCookies", json!({}));
    }

    /// Takes a screenshot of the viewport, as PNG.
    #[must_use]
    #[track_caller]
    pub fn screenshot(&self) -> Vec<u8> {
        let answer = self.call("Page.captureScreenshot", json!({ "format": "png" }));
        STANDARD.decode(text(&answer, "data")).expect("the browser sends base64")
    }
}
