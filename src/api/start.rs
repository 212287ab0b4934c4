//! What the page was served with: answers to questions that need not be asked any more.

use rekey_wire::bootstrap::BootstrapData;

/// Reads `<template id="start">`; `None` where a page has none, or one that no server has filled in.
pub(crate) fn page_start() -> Option<BootstrapData> {
    let text = crate::browser::template("start")?;
    super::json::read(js_sys::JSON::parse(&text).ok()?).ok()
}
