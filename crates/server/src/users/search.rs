//! Finding users by what an admin types: any case, with or without accents.

use crate::store::Dialect;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Characters from which on a search finds substrings; below, the beginnings of names, addresses and extensions.
const SUBSTRING: usize = 3;

/// Characters of folded text that are kept: more than any name or address has as it is typed. A single character can fold
/// to eighteen (U+FDFA), and what an index of PostgreSQL holds in a row is limited.
const FOLDED: usize = 254;

/// Text without case and accents, to be sorted and compared.
#[must_use]
pub fn fold(text: &str) -> String {
    text.nfkd().filter(|c| !is_combining_mark(*c)).flat_map(char::to_lowercase).nfc().take(FOLDED).collect()
}

/// What is searched in: name, address and extension, folded. Two line ends before each make its first one or two
/// characters a text of three, which the same index finds as it finds any other.
#[must_use]
pub fn text(name: &str, email: Option<&str>, extension: i64) -> String {
    format!("\n\n{}\n\n{}\n\n{extension}", fold(name), fold(email.unwrap_or_default()))
}

/// What was typed, made ready to be found.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Needle {
    /// A part of [`text`].
    pub text: String,
    /// One or two letters that a name or an address must begin with (no extension does).
    pub letters: Option<String>,
}

impl Needle {
    /// `None` for nothing.
    #[must_use]
    pub fn read(typed: &str) -> Option<Self> {
        let wanted = fold(typed.trim());
        let length = wanted.chars().count();
        match length {
            0 => None,
            1..SUBSTRING => Some(Self {
                text: format!("{}{wanted}", "\n".repeat(SUBSTRING - length)),
                letters: (!wanted.starts_with(|c: char| c.is_ascii_digit())).then_some(wanted),
            }),
            _ => Some(Self { text: wanted, letters: None }),
        }
    }

    /// What PostgreSQL's own tables of the search are asked for.
    #[must_use]
    pub fn spelt(&self) -> String {
        // No sign is left that means something to LIKE.
        format!("%{}%", spelt(&self.text))
    }

    /// What the index of the search is asked for.
    #[must_use]
    pub fn pattern(&self, dialect: Dialect) -> String {
        match dialect {
            // A phrase of FTS5's trigram tokenizer is a substring (SQLite, "FTS5 Extension", section 4.3.4).
            Dialect::Sqlite => format!("\"{}\"", self.text.replace('"', "\"\"")),
            Dialect::Postgres => {
                format!("%{}%", self.text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_"))
            }
        }
    }
}

/// Signs that PostgreSQL's index of the search does not know (`pg_trgm` has letters and digits only), and the first of the letters that stand for
/// them in the search's own tables (`migrations/postgres/0007_orders.sql`).
const SIGNS: &str = "\n !\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~";
const FIRST_LETTER: u32 = 0xa840;

/// As the search's own tables of PostgreSQL spell it.
fn spelt(text: &str) -> String {
    let letter = |sign| SIGNS.chars().zip(FIRST_LETTER..).find_map(|(other, letter)| (other == sign).then(|| char::from_u32(letter))?);
    text.chars().map(|sign| letter(sign).unwrap_or(sign)).collect()
}

/// Whether a row that is at hand holds the text: no index answers this.
#[must_use]
pub fn holds(dialect: Dialect, text: &str) -> String {
    match dialect {
        Dialect::Sqlite => format!("instr(search, {text}) > 0"),
        Dialect::Postgres => format!("strpos(search, {text}) > 0"),
    }
}

#[cfg(test)]
mod tests {
    use super::{Needle, fold, text};
    use crate::store::Dialect;
    use crate::users::question::tests::stores;
    use sqlx::Row;

    #[test]
    fn case_and_accents_do_not_matter() {
        assert_eq!(fold("Zoë MÜLLER"), "zoe muller");
        assert_eq!(fold("Иван Ёлкин"), "иван елкин");
    }

    #[test]
    fn what_folds_to_many_characters_stays_short() {
        assert_eq!(fold(&"\u{fdfa}".repeat(200)).chars().count(), super::FOLDED);
        assert_eq!(fold(&"Ä".repeat(200)), "a".repeat(200));
    }

    #[test]
    fn what_is_typed_is_no_pattern() {
        let needle = |typed| Needle::read(typed).expect("something was typed");
        assert_eq!(needle("50%_\\").pattern(Dialect::Postgres), "%50\\%\\_\\\\%");
        assert_eq!(needle("a\"b OR").pattern(Dialect::Sqlite), "\"a\"\"b or\"");
        assert_eq!(Needle::read("  "), None);
    }

    #[tokio::test]
    async fn postgresql_spells_what_is_searched_as_what_is_looked_for() {
        let (stores, dir) = stores("spelt").await;
        for store in stores {
            if store.dialect() == Dialect::Postgres {
                let (text, spelt) = (format!("a1é{}王", super::SIGNS), super::spelt(super::SIGNS));
                assert!(spelt.chars().all(char::is_alphabetic) && spelt.chars().count() == super::SIGNS.len(), "{spelt}");
                let row = sqlx::query("SELECT users_spelt($1)").bind(text).fetch_one(store.read()).await.expect("spelt");
                assert_eq!(row.get::<String, _>(0), format!("a1é{spelt}王"));
            }
            store.close().await;
        }
        std::fs::remove_dir_all(&dir).expect("removed");
    }

    #[test]
    fn one_and_two_characters_are_beginnings_and_three_are_anywhere() {
        let text = text("Zoë Müller", Some("z@example.com"), 1001);
        for (typed, found) in
            [("z", true), ("ZO", true), ("oe", false), ("mu", false), ("mul", true), ("10", true), ("01", false), ("z@", true)]
        {
            assert_eq!(text.contains(&Needle::read(typed).expect("something was typed").text), found, "{typed}");
        }
        assert_eq!(Needle::read("Z").and_then(|needle| needle.letters).as_deref(), Some("z"));
        assert_eq!(Needle::read("1").and_then(|needle| needle.letters), None, "an extension may begin with it");
    }
}
