//! Placeholder interpolation. Values are inserted unescaped: views escape text themselves.

/// Replaces each `{name}` by its value; an unknown name is kept, which makes the mistake visible.
pub(super) fn interpolate(text: &str, values: &[(&str, &str)]) -> String {
    let mut result = String::with_capacity(text.len() + 16);
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        result.push_str(before);
        let value = after.split_once('}').and_then(|(name, tail)| Some((values.iter().find(|(known, _)| *known == name)?.1, tail)));
        match value {
            Some((value, tail)) => {
                result.push_str(value);
                rest = tail;
            }
            None => {
                result.push('{');
                rest = after;
            }
        }
    }
    result.push_str(rest);
    result
}

#[cfg(test)]
mod tests {
    use super::interpolate;

    #[test]
    fn placeholders_are_replaced_once() {
        assert_eq!(
            interpolate("Use at least {min}. You have {length}.", &[("min", "15"), ("length", "3")]),
            "Use at least 15. You have 3."
        );
        assert_eq!(interpolate("{name}", &[("name", "{min}"), ("min", "1")]), "{min}");
    }

    #[test]
    fn an_unknown_placeholder_stays() {
        assert_eq!(interpolate("a {b} c", &[]), "a {b} c");
        assert_eq!(interpolate("{", &[]), "{");
    }
}
