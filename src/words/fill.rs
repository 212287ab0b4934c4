//! Puts values into a text. They are put in as they are: views escape text by themselves.

/// Replaces each `{name}` by its value; a name without a value stays, so that the mistake is seen.
pub(super) fn fill(text: &str, values: &[(&str, &str)]) -> String {
    let mut filled = String::with_capacity(text.len() + 16);
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        filled.push_str(before);
        let value = after.split_once('}').and_then(|(name, tail)| Some((values.iter().find(|(known, _)| *known == name)?.1, tail)));
        match value {
            Some((value, tail)) => {
                filled.push_str(value);
                rest = tail;
            }
            None => {
                filled.push('{');
                rest = after;
            }
        }
    }
    filled.push_str(rest);
    filled
}

#[cfg(test)]
mod tests {
    use super::fill;

    #[test]
    fn names_are_replaced_once() {
        assert_eq!(fill("Use at least {min}. You have {length}.", &[("min", "15"), ("length", "3")]), "Use at least 15. You have 3.");
        assert_eq!(fill("{name}", &[("name", "{min}"), ("min", "1")]), "{min}");
    }

    #[test]
    fn what_is_not_known_stays() {
        assert_eq!(fill("a {b} c", &[]), "a {b} c");
        assert_eq!(fill("{", &[]), "{");
    }
}
