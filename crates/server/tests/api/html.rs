//! HTML parser for tests: content security policy, inline scripts and styles, loaded files.
//!
//! It shares no code with the generator of the policy.

use crate::support::*;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

/// Returns the content security policy: directive → sources. Browsers ignore a repeated directive, so there must be none.
pub fn policy(answer: &Response) -> BTreeMap<String, Vec<String>> {
    let text = answer.header("content-security-policy");
    let mut policy = BTreeMap::new();
    for directive in text.split(';').map(str::trim).filter(|directive| !directive.is_empty()) {
        let mut words = directive.split_ascii_whitespace().map(str::to_owned);
        let name = words.next().expect("a name");
        assert!(policy.insert(name.clone(), words.collect()).is_none(), "{name} stands twice in {text}");
    }
    policy
}

/// Returns the hash of an inline script or style, as in a policy.
pub fn hash(content: &str) -> String {
    format!("'sha256-{}'", STANDARD.encode(Sha256::digest(content)))
}

/// Returns the tags of a page, each with the text up to the next tag, or up to the end tag of a script or style.
fn tags(html: &str) -> Vec<(&str, &str)> {
    let mut tags = Vec::new();
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        rest = &rest[at + 1..];
        if let Some(comment) = rest.strip_prefix("!--") {
            rest = comment.split_once("-->").map_or("", |(_, after)| after);
            continue;
        }
        let Some((tag, after)) = rest.split_once('>') else { break };
        let name = tag.split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or_default().to_ascii_lowercase();
        let end = if matches!(name.as_str(), "script" | "style") {
            after.to_ascii_lowercase().find(&format!("</{name}"))
        } else {
            after.find('<')
        };
        let content = &after[..end.unwrap_or(after.len())];
        tags.push((tag, content));
        rest = &after[content.len()..];
    }
    tags
}

fn name_of(tag: &str) -> &str {
    tag.split(|c: char| c.is_ascii_whitespace() || c == '/').next().unwrap_or_default()
}

/// Returns the contents of the page's inline `<script>` or `<style>` elements. A script that loads a file has none.
pub fn inline(html: &str, element: &str) -> Vec<String> {
    let elements = tags(html).into_iter().filter(|(tag, _)| name_of(tag).eq_ignore_ascii_case(element));
    elements.map(|(_, content)| content.to_owned()).filter(|content| !content.is_empty()).collect()
}

/// Parses the attributes of a tag: `name="value"`, `name=value` or `name`.
fn attributes(tag: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut rest = tag.trim_start_matches(|c: char| !c.is_ascii_whitespace());
    loop {
        rest = rest.trim_start_matches(|c: char| c.is_ascii_whitespace() || c == '/');
        if rest.is_empty() {
            return found;
        }
        let end = rest.find(|c: char| c.is_ascii_whitespace() || c == '=').unwrap_or(rest.len());
        let name = rest[..end].to_ascii_lowercase();
        rest = rest[end..].trim_start();
        let mut value = "";
        if let Some(after) = rest.strip_prefix('=') {
            let after = after.trim_start();
            let quote = after.chars().next().filter(|c| matches!(c, '"' | '\''));
            let (inner, close) = match quote {
                Some(quote) => (&after[1..], after[1..].find(quote).unwrap_or(after.len() - 1)),
                None => (after, after.find(|c: char| c.is_ascii_whitespace()).unwrap_or(after.len())),
            };
            value = &inner[..close];
            rest = inner[close..].trim_start_matches(|c| Some(c) == quote);
        }
        found.push((name, value.to_owned()));
    }
}

/// Returns `style="…"`, `onload="…"` and `javascript:` attributes, which no hash can allow.
pub fn attributes_a_policy_cannot_allow(html: &str) -> Vec<String> {
    let all = tags(html).into_iter().flat_map(|(tag, _)| attributes(tag));
    all.filter(|(name, value)| name == "style" || name.starts_with("on") || value.trim().to_ascii_lowercase().starts_with("javascript:"))
        .map(|(name, value)| format!("{name}={value}"))
        .collect()
}

/// Returns the files that the page loads: `src` and `<link href>`, without fragments.
pub fn files(html: &str) -> Vec<String> {
    let tags = tags(html).into_iter().map(|(tag, _)| tag);
    tags.flat_map(|tag| {
        attributes(tag).into_iter().filter(move |(name, _)| name == "src" || (name == "href" && name_of(tag).eq_ignore_ascii_case("link")))
    })
    .map(|(_, value)| value)
    .filter(|value| !value.starts_with('#'))
    .collect()
}

/// Returns those that are neither on this server nor `data:` URLs.
pub fn loaded_from_elsewhere(html: &str) -> Vec<String> {
    files(html).into_iter().filter(|file| !file.starts_with("data:") && (!file.starts_with('/') || file.starts_with("//"))).collect()
}
