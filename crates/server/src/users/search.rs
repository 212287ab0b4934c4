//! Search of the users table: what is searched, what was typed, and the conditions that compare them.

use super::sql::Sql;
use crate::store::Dialect;
use crate::text::sort_key;

/// From this many characters on, a search finds them anywhere in a field; fewer must begin it.
const SUBSTRING: usize = 3;

/// The searched text of a user: name, address and extension, folded. Two line ends before each make its first one or two characters a
/// substring of three, which a trigram index can find.
#[must_use]
pub fn text(name: &str, email: Option<&str>, extension: i64) -> String {
    format!("\n\n{}\n\n{}\n\n{extension}", sort_key(name), sort_key(email.unwrap_or_default()))
}

/// What was typed into the search field.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct SearchTerm {
    /// A part of [`text`].
    part: String,
    /// One or two letters, with which a name or an address must begin: no extension does.
    letters: Option<String>,
}

impl SearchTerm {
    /// `None` for nothing.
    #[must_use]
    pub fn parse(typed: &str) -> Option<Self> {
        let term = sort_key(typed.trim());
        match term.chars().count() {
            0 => None,
            length @ 1..SUBSTRING => Some(Self {
                part: "\n".repeat(SUBSTRING - length) + &term,
                letters: (!term.starts_with(|c: char| c.is_ascii_digit())).then_some(term),
            }),
            _ => Some(Self { part: term, letters: None }),
        }
    }

    /// The condition that the row at hand contains the term. No index answers it.
    pub(super) fn contained(&self, dialect: Dialect, sql: &mut Sql) -> String {
        let term = sql.text(&self.part);
        match dialect {
            Dialect::Sqlite => format!("instr(u.search, {term}) > 0"),
            Dialect::Postgres => format!("strpos(u.search, {term}) > 0"),
        }
    }

    /// The table `users u`, and the condition by which an index finds the term: letters in those of names and addresses, as PostgreSQL's trigrams
    /// would find every word that begins with them, and all else in the search index.
    pub(super) fn indexed(&self, dialect: Dialect, sql: &mut Sql) -> (&'static str, String) {
        if let Some(letters) = &self.letters {
            let (first, last) = (sql.text(letters), sql.text(&format!("{letters}{}", char::MAX)));
            let [name, email] = ["name_sort", "email_sort"].map(|key| format!("(u.{key} >= {first} AND u.{key} <= {last})"));
            return ("users AS u", format!("({name} OR {email})"));
        }
        match dialect {
            // A string of FTS5's trigram tokenizer is a substring (SQLite, "FTS5 Extension", section 4.3.4).
            Dialect::Sqlite => {
                let term = sql.text(&format!("\"{}\"", self.part.replace('"', "\"\"")));
                ("users_search AS s CROSS JOIN users AS u ON u.id = s.rowid", format!("s.search MATCH {term}"))
            }
            // Its trigrams are of letters and digits: without any, the index would be read from end to end.
            Dialect::Postgres if !self.part.contains(char::is_alphanumeric) => ("users AS u", self.contained(dialect, sql)),
            Dialect::Postgres => {
                let term = sql.text(&format!("%{}%", self.part.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_")));
                ("users AS u", format!("u.search LIKE {term}"))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::sql::Sql;
    use super::{SearchTerm, text};
    use crate::store::Dialect;

    #[test]
    fn what_is_typed_is_no_pattern() {
        let bound = |typed, dialect| {
            let mut sql = Sql::default();
            SearchTerm::parse(typed).expect("something was typed").indexed(dialect, &mut sql);
            sql.into_texts()
        };
        assert_eq!(bound("50%_\\", Dialect::Postgres), ["%50\\%\\_\\\\%"]);
        assert_eq!(bound("a\"b OR", Dialect::Sqlite), ["\"a\"\"b or\""]);
        assert_eq!(SearchTerm::parse("  "), None);
    }

    #[test]
    fn one_and_two_characters_are_beginnings_and_three_are_anywhere() {
        let text = text("Zoë Müller", Some("z@example.com"), 1001);
        for (typed, found) in
            [("z", true), ("ZO", true), ("oe", false), ("mu", false), ("mul", true), ("10", true), ("01", false), ("z@", true)]
        {
            assert_eq!(text.contains(&SearchTerm::parse(typed).expect("something was typed").part), found, "{typed}");
        }
    }
}
