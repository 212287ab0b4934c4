//! Shelves: all users in the order of names, cut where the index of the search is cut, so that of the many whom a search finds
//! those come first that come first by name.
//!
//! SQLite's index is one list in that order, a shelf for each three letters with which a name begins. PostgreSQL's
//! indexes know no order; there is one from each of [`CUTS`] to the next.

/// Bits of a place that are the user's id, below those of the shelf (`migrations/sqlite/0005_shelves.sql`).
pub(super) const ID_BITS: u32 = 33;

/// Where PostgreSQL's indexes are cut, `users_search_0` before the first (`migrations/postgres/0005_shelves.sql`).
pub(super) const CUTS: [&str; 22] = [
    "an", "b", "c", "d", "e", "g", "h", "j", "k", "l", "m", "n", "r", "s", "t", "{", "\u{400}", "\u{600}", "\u{645}", "\u{900}",
    "\u{3000}", "\u{ac00}",
];

/// Three letters, each with the bits of its code and the highest one: what lies at it or beyond is not told apart, and SQLite itself
/// takes the last three of the first 65,536 for one.
const LETTERS: [(u32, i64); 3] = [(16, 0xfffd), (7, 0x7f), (7, 0x7f)];

/// How the users among whom is searched are shelved.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Shelving {
    /// Not at all, or as if: one shelf.
    One,
    /// By [`CUTS`].
    Cut,
    /// By three letters.
    Letters,
}

impl Shelving {
    /// The shelf of a folded name.
    pub(super) fn of(self, name: &str) -> i64 {
        match self {
            Self::One => 0,
            Self::Cut => number(CUTS.iter().take_while(|cut| **cut <= name).count()),
            Self::Letters => {
                let mut letters = name.chars().map(|letter| i64::from(u32::from(letter)));
                // What is not told apart is followed by nothing that is.
                let mut told = true;
                LETTERS.into_iter().fold(0, |shelf, (bits, highest)| {
                    let letter = letters.next().unwrap_or(0);
                    let code = if told { letter.min(highest) } else { highest };
                    told = code < highest;
                    (shelf << bits) | code
                })
            }
        }
    }

    /// The first name that could stand there; `None` before all names, and after them.
    pub(super) fn first(self, shelf: i64) -> Option<String> {
        match self {
            Self::One => None,
            Self::Cut => CUTS.get(usize::try_from(shelf).ok()?.checked_sub(1)?).map(|&cut| cut.to_owned()),
            Self::Letters => {
                let (mut name, mut below) = (String::new(), 30);
                for (bits, highest) in LETTERS {
                    below -= bits;
                    let code = (shelf >> below) & ((1 << bits) - 1);
                    name.push(match code {
                        0 if shelf & ((1 << below) - 1) == 0 => break,
                        // A name ends only once.
                        0 => '\u{1}',
                        // These are no characters.
                        0xd800..0xe000 => '\u{e000}',
                        _ => u32::try_from(code).ok().and_then(char::from_u32)?,
                    });
                    if code == 0 || code == highest {
                        break;
                    }
                }
                Some(name).filter(|name| !name.is_empty())
            }
        }
    }

    /// The shelf after this one, or before; `None` where there is none.
    pub(super) fn next(self, shelf: i64, descends: bool) -> Option<i64> {
        let last = match self {
            Self::One => 0,
            Self::Cut => number(CUTS.len()),
            Self::Letters => (0xfffd << 14) | 0x3fff,
        };
        let next = if descends { shelf - 1 } else { shelf + 1 };
        (0..=last).contains(&next).then_some(next)
    }
}

/// A count of few.
fn number(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
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
    use super::{CUTS, ID_BITS, Shelving};
    use crate::store::{Location, Store};
    use proptest::prelude::*;
    use proptest::strategy::ValueTree;
    use sqlx::Row;

    /// Names as they are, and what is far along the alphabets or at the edge of what a shelf tells apart.
    fn names() -> impl Strategy<Value = String> {
        let edges =
            ["", "a", "b", "az", "~", "\u{7f}", "\u{80}", "\u{d7ff}", "\u{e000}", "\u{fffe}", "\u{ffff}", "\u{10000}", "\u{10ffff}"];
        let letter = prop_oneof![prop::sample::select(edges.to_vec()).prop_map(str::to_owned), "[a-d \\-']", "\\PC"];
        prop_oneof![
            prop::collection::vec(letter, 0..5).prop_map(|letters| letters.concat()),
            prop::sample::select(CUTS.to_vec()).prop_map(str::to_owned)
        ]
    }

    proptest! {
        #[test]
        fn shelves_are_in_the_order_of_names(one in names(), other in names()) {
            for shelving in [Shelving::One, Shelving::Cut, Shelving::Letters] {
                let (shelf, another) = (shelving.of(&one), shelving.of(&other));
                prop_assert!(shelf == another || (shelf < another) == (one < other), "{shelving:?}: {one:?} on {shelf}, {other:?} on {another}");
            }
        }

        #[test]
        fn a_name_lies_between_the_first_of_its_shelf_and_the_first_of_the_next(name in names()) {
            for shelving in [Shelving::One, Shelving::Cut, Shelving::Letters] {
                let shelf = shelving.of(&name);
                prop_assert!(shelving.first(shelf).is_none_or(|first| first <= name), "{shelving:?} {shelf}");
                let next = shelving.next(shelf, false);
                prop_assert!(next.is_none_or(|next| shelving.first(next).is_some_and(|first| name < first)), "{shelving:?} {shelf}");
                prop_assert_eq!(next.and_then(|next| shelving.next(next, true)), next.map(|_| shelf));
            }
        }
    }

    #[tokio::test]
    async fn sqlite_puts_a_name_where_it_is_looked_for() {
        let dir = std::env::temp_dir().join(format!("rekey-shelf-{}", std::process::id()));
        std::fs::create_dir_all(&dir).expect("a directory");
        let store = Store::open(&Location::Sqlite(dir.join("rekey.db"))).await.expect("SQLite opens");
        let mut runner = proptest::test_runner::TestRunner::default();
        let mut tx = store.begin().await.expect("begins");
        for id in 1..500_i64 {
            let name = names().new_tree(&mut runner).expect("a name").current();
            let row = sqlx::query(
                "INSERT INTO users (id, name, name_sort, email_sort, email_status, role, status, extension, created_at, changed_at, search)
                 VALUES ($1, '', $2, '', 'missing', 'agent', 'active', $1, 0, 0, '') RETURNING place",
            )
            .bind(id)
            .bind(name.as_str())
            .fetch_one(&mut *tx)
            .await
            .expect("a place");
            assert_eq!(row.get::<i64, _>(0), (Shelving::Letters.of(&name) << ID_BITS) | id, "{name:?}");
        }
        drop(tx);
        store.close().await;
        std::fs::remove_dir_all(&dir).expect("removed");
    }
}
