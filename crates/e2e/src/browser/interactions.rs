//! How fast a page answers clicks and keys on a slow phone's processor (Event Timing).

use serde_json::json;

use super::page::Page;

/// Notes when the app is hydrated, and the duration of each interaction: from the event to the next frame painted, in steps of 8 ms. Shorter ones than 16 ms are not reported.
const OBSERVE: &str = "(() => {
    window.interactions = [];
    addEventListener('hydrated', () => (window.isHydrated = true));
    const note = (list) => list.getEntries().forEach((entry) => entry.interactionId && window.interactions.push(entry.duration));
    window.interactionObserver = new PerformanceObserver(note);
    window.interactionObserver.observe({ type: 'event', durationThreshold: 16, buffered: true });
})()";

/// Waits until what was done is painted, and returns the longest duration since the last call.
const LONGEST: &str = "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(() => {
    window.interactionObserver.takeRecords().forEach((entry) => entry.interactionId && window.interactions.push(entry.duration));
    done(Math.max(0, ...window.interactions.splice(0)));
}))))";

impl Page {
    /// Slows the processor down, and measures interactions from the next document on.
    #[track_caller]
    pub fn measure_interactions(&self, slower: u32) {
        self.call("Page.addScriptToEvaluateOnNewDocument", json!({ "source": OBSERVE }));
        self.call("Emulation.setCPUThrottlingRate", json!({ "rate": slower }));
    }

    /// The longest interaction since the last call, in milliseconds; 0 where each was shorter than 16.
    #[must_use]
    #[track_caller]
    pub fn longest_interaction(&self) -> f64 {
        self.evaluate(LONGEST).as_f64().unwrap_or_default()
    }
}
