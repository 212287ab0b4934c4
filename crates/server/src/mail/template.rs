//! Templates of mails: the little of Mustache that they need.
//!
//! `{{key}}` is a value, `{{{key}}}` one that is HTML already, `{{#key}}…{{/key}}` stands only where the value is not
//! empty, `{{^key}}…{{/key}}` only where it is. Sections do not nest in themselves.

use std::borrow::Cow;

/// A key and its value.
pub type Value<'a> = (&'a str, &'a str);

/// How values are written.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Style {
    /// As they are.
    Text,
    /// With the characters escaped that HTML gives a meaning to.
    Html,
}

/// Fills a template in. An unknown key is empty; the tests of [`super::compose`] see to it that there is none.
#[must_use]
pub fn fill(template: &str, values: &[Value<'_>], style: Style) -> String {
    let mut out = String::with_capacity(template.len() * 2);
    let mut rest = template;
    while let Some((before, after)) = rest.split_once("{{") {
        out.push_str(before);
        if let Some((key, after)) = after.strip_prefix('{').and_then(|after| after.split_once("}}}")) {
            out.push_str(value(values, key));
            rest = after;
            continue;
        }
        let Some((tag, after)) = after.split_once("}}") else {
            break;
        };
        rest = match tag.as_bytes().first() {
            Some(sign @ (b'#' | b'^')) => {
                let key = &tag[1..];
                let (inner, after) = after.split_once(&["{{/", key, "}}"].concat()).unwrap_or((after, ""));
                if value(values, key).is_empty() == (*sign == b'^') {
                    out.push_str(&fill(inner, values, style));
                }
                after
            }
            _ => {
                out.push_str(&match style {
                    Style::Text => Cow::Borrowed(value(values, tag)),
                    Style::Html => escape(value(values, tag)),
                });
                after
            }
        };
    }
    out.push_str(rest);
    out
}

fn value<'a>(values: &[Value<'a>], key: &str) -> &'a str {
    values.iter().find(|(name, _)| *name == key).map_or("", |(_, value)| value)
}

/// Escapes text for HTML, between tags and in quoted attributes.
#[must_use]
pub fn escape(text: &str) -> Cow<'_, str> {
    if !text.contains(['&', '<', '>', '"', '\'']) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::{Style, fill};

    #[test]
    fn values_are_escaped_in_html_only() {
        let values = [("name", "<b>&\"'"), ("content", "<p>")];
        assert_eq!(fill("a {{name}} b", &values, Style::Text), "a <b>&\"' b");
        assert_eq!(fill("a {{name}} {{{content}}}", &values, Style::Html), "a &lt;b&gt;&amp;&quot;&#39; <p>");
    }

    #[test]
    fn sections_follow_whether_there_is_a_value() {
        let template = "{{#name}}Hello {{name}}{{/name}}{{^name}}Hello{{/name}}.";
        assert_eq!(fill(template, &[("name", "Jo")], Style::Text), "Hello Jo.");
        assert_eq!(fill(template, &[("name", "")], Style::Text), "Hello.");
    }

    #[test]
    fn a_value_is_never_read_as_a_template() {
        let values = [("name", "{{link}}{{#x}}"), ("link", "secret")];
        assert_eq!(fill("{{name}}", &values, Style::Text), "{{link}}{{#x}}");
    }
}
