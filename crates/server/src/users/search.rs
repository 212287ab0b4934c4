//! Finding users by what an admin types: any case, with or without accents.

use crate::store::Dialect;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Characters from which on a search finds substrings; below, the beginnings of names, addresses and extensions.
const SUBSTRING: usize = 3;

/// Text without case and accents, to be sorted and compared.
#[must_use]
pub fn fold(text: &str) -> String {
    text.nfkd().filter(|c| !is_combining_mark(*c)).flat_map(char::to_lowercase).nfc().collect()
}

/// What is searched in: name, address and extension, folded, a line each.
#[must_use]
pub fn text(name: &str, email: Option<&str>, extension: i64) -> String {
    format!("{}\n{}\n{extension}", fold(name), fold(email.unwrap_or_default()))
}

/// A condition on `users u`, and the texts it binds.
#[derive(Debug, Eq, PartialEq)]
pub struct Condition {
    /// SQL, with placeholders from the number that was given.
    pub sql: String,
    /// What they stand for.
    pub binds: Vec<String>,
}

/// The condition for what was typed; `None` for nothing. Its placeholders begin at `$first`.
#[must_use]
pub fn condition(typed: &str, dialect: Dialect, first: usize) -> Option<Condition> {
    let wanted = fold(typed.trim());
    match wanted.chars().count() {
        0 => None,
        1..SUBSTRING => Some(prefix(&wanted, first)),
        _ => Some(substring(&wanted, dialect, first)),
    }
}

fn substring(wanted: &str, dialect: Dialect, first: usize) -> Condition {
    match dialect {
        // A phrase of FTS5's trigram tokenizer is a substring (SQLite, "FTS5 Extension", section 4.3.4).
        Dialect::Sqlite => Condition {
            sql: format!("u.id IN (SELECT rowid FROM users_search WHERE search MATCH ${first})"),
            binds: vec![format!("\"{}\"", wanted.replace('"', "\"\""))],
        },
        Dialect::Postgres => {
            let escaped = wanted.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
            Condition { sql: format!("u.search LIKE ${first}"), binds: vec![format!("%{escaped}%")] }
        }
    }
}

/// Ranges, which an index answers: `LIKE 'x%'` on a bound value is a scan on both databases.
fn prefix(wanted: &str, first: usize) -> Condition {
    let (from, to) = (first, first + 1);
    let end = format!("{wanted}{}", char::MAX);
    let mut any = vec![
        format!("(u.name_sort >= ${from} AND u.name_sort < ${to})"),
        format!("(coalesce(u.email, '') >= ${from} AND coalesce(u.email, '') < ${to})"),
    ];
    if let Ok(digits @ 1..) = wanted.parse::<i64>() {
        // Extensions have four to nine digits, by which each range is one of the index.
        any.extend(
            (0..=8)
                .map(|zeros| 10_i64.pow(zeros))
                .map(|tens| format!("(u.extension >= {} AND u.extension < {})", digits * tens, (digits + 1) * tens)),
        );
    }
    Condition { sql: format!("({})", any.join(" OR ")), binds: vec![wanted.to_owned(), end] }
}

#[cfg(test)]
mod tests {
    use super::{condition, fold};
    use crate::store::Dialect;

    #[test]
    fn case_and_accents_do_not_matter() {
        assert_eq!(fold("Zoë MÜLLER"), "zoe muller");
        assert_eq!(fold("Иван Ёлкин"), "иван елкин");
    }

    #[test]
    fn what_is_typed_is_no_pattern() {
        let found = condition("50%_\\", Dialect::Postgres, 1).expect("a condition");
        assert_eq!(found.binds, ["%50\\%\\_\\\\%"]);
        let found = condition("a\"b OR", Dialect::Sqlite, 1).expect("a condition");
        assert_eq!(found.binds, ["\"a\"\"b or\""]);
        assert_eq!(condition("  ", Dialect::Sqlite, 1), None);
    }
}
