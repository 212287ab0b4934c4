//! Content security policy of a page. Also compiled into the build script, so it may only use what is available there.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

/// Returns the policy of an HTML page: files of its own origin, WebAssembly, and its inline scripts and styles, by hash. Forms are submitted through
/// the API only, so that a form submitted before hydration cannot put a password into a URL.
pub(crate) fn policy(html: &str) -> String {
    let scripts = hashes(html, "script");
    let styles = hashes(html, "style");
    format!(
        "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'{scripts}; style-src 'self'{styles}; img-src 'self' data:; font-src 'self'; \
         connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
}

/// Returns ` 'sha256-…'` for the content of each such element that is not empty (CSP level 3, section 8.3).
fn hashes(html: &str, element: &str) -> String {
    contents(html, element)
        .filter(|content| !content.is_empty())
        .map(|content| format!(" 'sha256-{}'", STANDARD.encode(Sha256::digest(content))))
        .collect()
}

/// Returns the contents between `<element …>` and `</element>`, as browsers parse them: comments are skipped, and quoted attribute values may contain
/// `>`.
fn contents<'a>(html: &'a str, element: &'a str) -> impl Iterator<Item = &'a str> {
    let mut rest = html;
    std::iter::from_fn(move || {
        loop {
            rest = &rest[rest.find('<')?..];
            if let Some(comment) = rest.strip_prefix("<!--") {
                rest = &comment[comment.find("-->")?..];
                continue;
            }
            let after_name = rest[1..].trim_start_matches(|c: char| c.is_ascii_alphanumeric());
            let name = &rest[1..rest.len() - after_name.len()];
            if name.is_empty() {
                rest = &rest[1..];
                continue;
            }
            let body = &after_name[end_of_tag(after_name)?..];
            if !["script", "style", "textarea", "title"].iter().any(|raw| name.eq_ignore_ascii_case(raw)) {
                rest = body;
                continue;
            }
            let end = find_closing(body, name)?;
            rest = &body[end..];
            if name.eq_ignore_ascii_case(element) {
                return Some(&body[..end]);
            }
        }
    })
}

/// Returns the offset of the content after a tag's attributes.
fn end_of_tag(attributes: &str) -> Option<usize> {
    let mut quote = None;
    attributes.char_indices().find_map(|(at, c)| {
        match (quote, c) {
            (None, '>') => return Some(at + 1),
            (None, '"' | '\'') => quote = Some(c),
            (Some(open), _) if open == c => quote = None,
            _ => {}
        }
        None
    })
}

fn find_closing(body: &str, name: &str) -> Option<usize> {
    let is_closing = |at: &usize| body[at + 2..].get(..name.len()).is_some_and(|found| found.eq_ignore_ascii_case(name));
    body.match_indices("</").map(|(at, _)| at).find(is_closing)
}

#[cfg(test)]
mod tests {
    use super::{contents, policy};

    #[test]
    fn inline_scripts_and_styles_are_found_as_a_browser_finds_them() {
        let html = "<!DOCTYPE html><!-- <script>no</script> --><title><script>no</title><SCRIPT type=\"a>b\">one</Script>\
                    <script src=x></script><style media='(a > b)'>p > a {}</style><script>if (a < b) two()</script ><p>a < b";
        assert_eq!(contents(html, "script").collect::<Vec<_>>(), ["one", "", "if (a < b) two()"]);
        assert_eq!(contents(html, "style").collect::<Vec<_>>(), ["p > a {}"]);
    }

    #[test]
    fn the_policy_starts_from_nothing_and_never_says_unsafe() {
        let policy = policy("<script>alert('Hello, world.');</script>");
        assert!(policy.starts_with("default-src 'none'; "));
        // Example from the CSP specification.
        assert!(policy.contains("script-src 'self' 'wasm-unsafe-eval' 'sha256-qznLcsROx4GACP2dm0UCKCzCG+HiZ1guq6ZZDob/Tng=';"), "{policy}");
        assert!(policy.contains("style-src 'self';") && policy.contains("frame-ancestors 'none'"));
        assert!(!policy.contains("'unsafe-inline'") && !policy.contains("'unsafe-eval'"));
    }
}
