//! Accessibility checks by axe-core.

use std::fmt;

use serde_json::Value;

use super::page::Page;

/// axe-core, as published; see `vendor/axe-core/` for its licence.
const AXE: &str = include_str!("../../vendor/axe-core/axe.min.js");

/// A violated accessibility rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// The rule's id in axe.
    pub rule: String,
    /// The rule's description.
    pub help: String,
    /// The first few violating elements.
    pub elements: Vec<String>,
}

impl fmt::Display for Violation {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}: {}\n    {}", self.rule, self.help, self.elements.join("\n    "))
    }
}

impl Page {
    /// Runs axe-core on the page, best-practice rules included.
    #[must_use]
    #[track_caller]
    pub fn axe(&self) -> Vec<Violation> {
        if self.evaluate("typeof axe") != "object" {
            self.evaluate(&format!("{AXE}; 0"));
        }
        let found = self.evaluate("axe.run(document, { resultTypes: ['violations'] }).then(result => result.violations)");
        let violations = found.as_array().expect("axe answers with a list");
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let read = |violation: &Value| Violation {
            rule: text(&violation["id"]),
            help: text(&violation["help"]),
            elements: violation["nodes"]
                .as_array()
                .into_iter()
                .flatten()
                .take(3)
                .map(|node| format!("{} {}", text(&node["html"]), text(&node["failureSummary"])))
                .collect(),
        };
        violations.iter().map(read).collect()
    }

    /// Returns by how many pixels the page is wider than the viewport; zero if it does not scroll horizontally.
    #[must_use]
    #[track_caller]
    pub fn overflow(&self) -> i64 {
        self.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth").as_i64().unwrap_or_default()
    }
}
