//! Cold page load on a slow phone: throttled network and processor, empty cache.

use serde_json::{Value, json};

use super::Browser;
use super::cdp::text;

/// 1.6 Mbit/s down, 750 kbit/s up (in bytes per second), 150 ms round trip: Lighthouse's slow 4G.
const DOWN: f64 = 1.6e6 / 8.0;
const UP: f64 = 750e3 / 8.0;
const LATENCY: u32 = 150;
/// CPU slowdown factor.
const SLOWER: u32 = 4;

/// Records the times of events; runs before any script of the page.
const WATCH: &str = "(() => {
    const seen = (window.seen = { shift: 0 });
    const watch = (type, note) => new PerformanceObserver((list) => list.getEntries().forEach(note)).observe({ type, buffered: true });
    watch('layout-shift', (entry) => (seen.shift += entry.value));
    watch('paint', (entry) => entry.name === 'first-contentful-paint' && (seen.paint = entry.startTime));
    new MutationObserver(() => {
        const field = document.querySelector('#app input');
        if (field && document.getElementById('messages')) seen.field ??= performance.now();
    }).observe(document, { childList: true, subtree: true });
    addEventListener('hydrated', () => (seen.live = performance.now()));
})()";

/// Measurements of a cold load. Times are milliseconds since the navigation started.
#[derive(Debug)]
pub struct ColdLoad {
    /// First Contentful Paint.
    pub first_paint: f64,
    /// When the form was painted and kept input and submits.
    pub usable: f64,
    /// When the form was hydrated.
    pub live: f64,
    /// Cumulative Layout Shift.
    pub shift: f64,
    /// Bytes received, including headers.
    pub bytes: f64,
    /// Screenshots: time, and a JPEG in base64.
    pub film: Vec<(f64, String)>,
}

impl Browser {
    /// Loads `url`, a page that starts with a form, with an empty cache.
    #[must_use]
    #[track_caller]
    pub fn load_cold(&self, url: &str) -> ColdLoad {
        self.cold(url, "window.seen.live > 0 && window.seen.paint > 0")
    }

    /// Loads `url`, a page without an app, with an empty cache. Only first paint, layout shift and bytes are measured.
    #[must_use]
    #[track_caller]
    pub fn paint_cold(&self, url: &str) -> ColdLoad {
        self.cold(url, "window.seen.paint > 0")
    }

    #[track_caller]
    fn cold(&self, url: &str, is_done: &str) -> ColdLoad {
        let page = self.new_context();
        page.resize(360, 640);
        page.call("Page.addScriptToEvaluateOnNewDocument", json!({ "source": WATCH }));
        let conditions = json!({ "offline": false, "latency": LATENCY, "downloadThroughput": DOWN, "uploadThroughput": UP });
        page.call("Network.emulateNetworkConditions", conditions);
        page.call("Emulation.setCPUThrottlingRate", json!({ "rate": SLOWER }));
        let film = json!({ "transferMode": "ReportEvents", "traceConfig": {
            "includedCategories": ["disabled-by-default-devtools.screenshot", "blink.user_timing"], "excludedCategories": ["*"] } });
        page.call("Tracing.start", film);
        page.goto(url);
        page.wait_for(is_done);
        // Wait until the last change has been painted.
        page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done(null))))");
        page.call("Tracing.end", json!({}));
        page.wait(|| page.events("Tracing.tracingComplete").pop(), || "the film does not end".to_owned());
        let seen = page.evaluate("window.seen");
        let number = |name: &str| seen[name].as_f64().unwrap_or_default();
        let received = page.events("Network.loadingFinished");
        let load = ColdLoad {
            first_paint: number("paint"),
            usable: number("paint").max(number("field")),
            live: number("live"),
            shift: number("shift"),
            bytes: received.iter().filter_map(|event| event["encodedDataLength"].as_f64()).sum(),
            film: film_of(&page.events("Tracing.dataCollected")),
        };
        page.close_context();
        load
    }
}

/// Returns the screenshots of a trace, with times since the start of the navigation.
#[track_caller]
fn film_of(chunks: &[Value]) -> Vec<(f64, String)> {
    let events = || chunks.iter().flat_map(|chunk| chunk["value"].as_array().into_iter().flatten());
    let time = |event: &Value| event["ts"].as_f64().unwrap_or_default() / 1000.0;
    let start = events().find(|event| event["name"] == "navigationStart").map(time).expect("the trace has the start of the navigation");
    let pictures = events().filter(|event| event["name"] == "Screenshot");
    pictures.map(|event| (time(event) - start, text(&event["args"], "snapshot"))).collect()
}
