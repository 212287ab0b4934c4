//! Shelves: all users in an order that they stay in (by name, address or extension), cut where the index of the search is cut, so that of
//! the many whom a search finds those come first that come first in that order.
//!
//! SQLite's index for an order is one list, a shelf for each three letters with which a name or an address begins, and one for each
//! extension. PostgreSQL's index knows no order; there is a table with one from each of the cuts to the next.

use super::cursor::Key;
use super::write::HIGHEST_EXTENSION;

/// Bits of a place that are the user's id, below those of the shelf (`migrations/sqlite/0005_shelves.sql`, `0007_orders.sql`).
pub(super) const ID_BITS: u32 = 33;

/// Where PostgreSQL's tables are cut, `users_search_by_name_0` and so on before the first (`migrations/postgres/0007_orders.sql`).
pub(super) const NAMES: &[&str] = &[
    "an", "b", "c", "d", "e", "g", "h", "j", "k", "l", "m", "n", "r", "s", "t", "{", "\u{400}", "\u{600}", "\u{645}", "\u{900}",
    "\u{3000}", "\u{ac00}",
];
pub(super) const ADDRESSES: &[&str] = &["an", "b", "c", "d", "e", "g", "h", "j", "k", "l", "m", "n", "p", "s", "t", "v"];
pub(super) const EXTENSIONS: &[i64] = &[
    50_000,
    100_000,
    150_000,
    200_000,
    250_000,
    300_000,
    350_000,
    400_000,
    450_000,
    500_000,
    550_000,
    600_000,
    650_000,
    700_000,
    750_000,
    800_000,
    850_000,
    900_000,
    950_000,
    1_000_000,
    2_000_000,
    5_000_000,
    10_000_000,
    100_000_000,
];

/// Three letters, each with the bits of its code and the highest one: what lies at it or beyond is not told apart, and SQLite itself
/// takes the last three of the first 65,536 for one.
const LETTERS: [(u32, i64); 3] = [(16, 0xfffd), (7, 0x7f), (7, 0x7f)];

/// How the users among whom is searched are shelved.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Shelving {
    /// Not at all, or as if: one shelf.
    One,
    /// From one folded text to the next.
    Texts(&'static [&'static str]),
    /// From one number to the next.
    Numbers(&'static [i64]),
    /// By three letters.
    Letters,
    /// Each number for itself.
    Each,
}

impl Shelving {
    /// The shelf on which a sort key stands.
    pub(super) fn of(self, key: &Key) -> i64 {
        match (self, key) {
            (Self::Texts(cuts), Key::Text(text)) => number(cuts.partition_point(|cut| *cut <= text.as_str())),
            (Self::Numbers(cuts), Key::Number(key)) => number(cuts.partition_point(|cut| cut <= key)),
            (Self::Letters, Key::Text(text)) => {
                let mut letters = text.chars().map(|letter| i64::from(u32::from(letter)));
                // What is not told apart is followed by nothing that is.
                let mut told = true;
                LETTERS.into_iter().fold(0, |shelf, (bits, highest)| {
                    let letter = letters.next().unwrap_or(0);
                    let code = if told { letter.min(highest) } else { highest };
                    told = code < highest;
                    (shelf << bits) | code
                })
            }
            (Self::Each, Key::Number(number)) => (*number).clamp(0, HIGHEST_EXTENSION),
            _ => 0,
        }
    }

    /// The first key that could stand there; `None` before all keys, and after them.
    pub(super) fn first(self, shelf: i64) -> Option<Key> {
        let before = usize::try_from(shelf).ok().and_then(|shelf| shelf.checked_sub(1));
        match self {
            Self::One => None,
            Self::Texts(cuts) => cuts.get(before?).map(|&cut| Key::Text(cut.to_owned())),
            Self::Numbers(cuts) => cuts.get(before?).map(|&cut| Key::Number(cut)),
            Self::Each => Some(Key::Number(shelf)),
            Self::Letters => {
                let (mut text, mut below) = (String::new(), 30);
                for (bits, highest) in LETTERS {
                    below -= bits;
                    let code = (shelf >> below) & ((1 << bits) - 1);
                    text.push(match code {
                        0 if shelf & ((1 << below) - 1) == 0 => break,
                        // A text ends only once.
                        0 => '\u{1}',
                        // These are no characters.
                        0xd800..0xe000 => '\u{e000}',
                        _ => u32::try_from(code).ok().and_then(char::from_u32)?,
                    });
                    if code == 0 || code == highest {
                        break;
                    }
                }
                Some(text).filter(|text| !text.is_empty()).map(Key::Text)
            }
        }
    }

    /// The shelf after this one, or before; `None` where there is none.
    pub(super) fn next(self, shelf: i64, descends: bool) -> Option<i64> {
        let last = match self {
            Self::One => 0,
            Self::Texts(cuts) => number(cuts.len()),
            Self::Numbers(cuts) => number(cuts.len()),
            Self::Letters => (0xfffd << 14) | 0x3fff,
            Self::Each => HIGHEST_EXTENSION,
        };
        let next = if descends { shelf - 1 } else { shelf + 1 };
        (0..=last).contains(&next).then_some(next)
    }
}

/// The number of a shelf.
fn number(shelf: usize) -> i64 {
    i64::try_from(shelf).unwrap_or(i64::MAX)
}

/// The shelves that are looked through, in either direction.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Shelves {
    pub(super) lowest: i64,
    pub(super) highest: i64,
}

impl Shelves {
    pub(super) const ALL: Self = Self { lowest: 0, highest: i64::MAX };

    pub(super) const fn only(shelf: i64) -> Self {
        Self { lowest: shelf, highest: shelf }
    }

    /// This one and all that follow.
    pub(super) const fn from(shelf: i64, descends: bool) -> Self {
        if descends { Self { lowest: 0, highest: shelf } } else { Self { lowest: shelf, highest: i64::MAX } }
    }
}

#[cfg(test)]
mod tests {
    use super::{ADDRESSES, EXTENSIONS, ID_BITS, NAMES, Shelving};
    use crate::store::Dialect;
    use crate::users::cursor::Key;
    use crate::users::question::tests::stores;
    use proptest::prelude::*;
    use proptest::strategy::ValueTree;
    use proptest::test_runner::TestRunner;
    use sqlx::{AssertSqlSafe, Row};

    /// Names as they are, and what is far along the alphabets or at the edge of what a shelf tells apart.
    fn texts() -> impl Strategy<Value = String> {
        let edges =
            ["", "a", "b", "az", "~", "\u{7f}", "\u{80}", "\u{d7ff}", "\u{e000}", "\u{fffe}", "\u{ffff}", "\u{10000}", "\u{10ffff}"];
        let letter = prop_oneof![prop::sample::select(edges.to_vec()).prop_map(str::to_owned), "[a-d \\-']", "\\PC"];
        prop_oneof![
            prop::collection::vec(letter, 0..5).prop_map(|letters| letters.concat()),
            prop::sample::select([NAMES, ADDRESSES].concat()).prop_map(str::to_owned)
        ]
    }

    fn extensions() -> impl Strategy<Value = i64> {
        prop_oneof![
            0..1_200_000_i64,
            0..1_000_000_000_i64,
            prop::sample::select(EXTENSIONS),
            prop::sample::select(EXTENSIONS).prop_map(|cut| cut - 1)
        ]
    }

    fn are_in_order(shelvings: &[Shelving], one: &Key, other: &Key, one_is_first: bool) {
        for shelving in shelvings {
            let (shelf, another) = (shelving.of(one), shelving.of(other));
            assert!(shelf == another || (shelf < another) == one_is_first, "{shelving:?}: {one:?} on {shelf}, {other:?} on {another}");
        }
    }

    fn lies_between(shelvings: &[Shelving], key: &Key, is_after: impl Fn(&Key) -> bool) {
        for shelving in shelvings {
            let shelf = shelving.of(key);
            assert!(shelving.first(shelf).is_none_or(|first| first == *key || is_after(&first)), "{shelving:?} {shelf}");
            let next = shelving.next(shelf, false);
            assert!(
                next.is_none_or(|next| shelving.first(next).is_some_and(|first| first != *key && !is_after(&first))),
                "{shelving:?} {shelf}"
            );
            assert_eq!(next.and_then(|next| shelving.next(next, true)), next.map(|_| shelf));
        }
    }

    const BY_TEXT: [Shelving; 4] = [Shelving::One, Shelving::Texts(NAMES), Shelving::Texts(ADDRESSES), Shelving::Letters];
    const BY_NUMBER: [Shelving; 3] = [Shelving::One, Shelving::Numbers(EXTENSIONS), Shelving::Each];

    proptest! {
        #[test]
        fn shelves_are_in_the_order_of_keys(one in texts(), other in texts(), low in extensions(), high in extensions()) {
            are_in_order(&BY_TEXT, &Key::Text(one.clone()), &Key::Text(other.clone()), one < other);
            are_in_order(&BY_NUMBER, &Key::Number(low), &Key::Number(high), low < high);
        }

        #[test]
        fn a_key_lies_between_the_first_of_its_shelf_and_the_first_of_the_next(text in texts(), number in extensions()) {
            lies_between(&BY_TEXT, &Key::Text(text.clone()), |first| matches!(first, Key::Text(first) if *first < text));
            lies_between(&BY_NUMBER, &Key::Number(number), |first| matches!(first, Key::Number(first) if *first < number));
        }
    }

    #[tokio::test]
    async fn both_databases_put_a_user_where_it_is_looked_for() {
        let (stores, dir) = stores("shelf").await;
        let mut runner = TestRunner::default();
        for store in &stores {
            let mut tx = store.begin().await.expect("begins");
            for id in 1..500_i64 {
                let [name, email] = [(); 2].map(|()| texts().new_tree(&mut runner).expect("a text").current());
                let extension = extensions().new_tree(&mut runner).expect("a number").current() / 500 * 500 + id;
                let insert =
                    "INSERT INTO users (name, name_sort, email_sort, email_status, role, status, extension, created_at, changed_at, search)
                    VALUES ('', $1, $2, 'missing', 'agent', 'active', $3, 0, 0, '')";
                sqlx::query(insert).bind(&*name).bind(&*email).bind(extension).execute(&mut *tx).await.expect("a user");
                let [by_name, by_email, by_extension] = [Key::Text(name), Key::Text(email), Key::Number(extension)];
                match store.dialect() {
                    Dialect::Sqlite => {
                        let places = sqlx::query("SELECT place, place_by_email FROM users WHERE id = $1");
                        let places = places.bind(id).fetch_one(&mut *tx).await.expect("places");
                        for (at, key) in [(0, by_name), (1, by_email)] {
                            assert_eq!(places.get::<i64, _>(at), (Shelving::Letters.of(&key) << ID_BITS) | id, "{key:?}");
                        }
                    }
                    Dialect::Postgres => {
                        for (order, shelving, key) in [
                            ("name", Shelving::Texts(NAMES), by_name),
                            ("email", Shelving::Texts(ADDRESSES), by_email),
                            ("extension", Shelving::Numbers(EXTENSIONS), by_extension),
                        ] {
                            let shelf = format!("users_search_by_{order}_{}", shelving.of(&key));
                            let there = sqlx::query(AssertSqlSafe(format!("SELECT count(*) FROM {shelf} WHERE id = $1")));
                            let there = there.bind(id).fetch_one(&mut *tx).await.expect("a shelf");
                            assert_eq!(there.get::<i64, _>(0), 1, "{key:?} on {shelf}");
                        }
                    }
                }
            }
            drop(tx);
            store.close().await;
        }
        std::fs::remove_dir_all(&dir).expect("removed");
    }
}
