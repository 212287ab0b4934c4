//! What searches found before, for as long as no user came or changed: paging, coming back and the table's own refreshing
//! ask the same again and again.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// Searches remembered at most; a page of ids each.
const MOST: usize = 512;

/// How many a search finds.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Count {
    /// The number; where it is not exact, there are more.
    pub number: i64,
    /// Whether all were counted.
    pub is_exact: bool,
}

/// The memory; see the module.
#[derive(Debug, Default)]
pub struct Known(Mutex<Memory>);

#[derive(Debug, Default)]
struct Memory {
    version: i64,
    counts: HashMap<String, Count>,
    pages: HashMap<String, Vec<i64>>,
}

impl Known {
    /// How many this question found in this version of the table ([`super::tally::Tally::version`]).
    pub fn count(&self, version: i64, question: &str) -> Option<Count> {
        self.with(|memory| (memory.version == version).then(|| memory.counts.get(question).copied()).flatten())
    }

    /// Which users this question found, in order.
    pub fn page(&self, version: i64, question: &str) -> Option<Vec<i64>> {
        self.with(|memory| (memory.version == version).then(|| memory.pages.get(question).cloned()).flatten())
    }

    /// Remembers a count.
    pub fn set_count(&self, version: i64, question: String, count: Count) {
        self.keep(version, |memory| insert(&mut memory.counts, question, count));
    }

    /// Remembers a page.
    pub fn set_page(&self, version: i64, question: String, ids: Vec<i64>) {
        self.keep(version, |memory| insert(&mut memory.pages, question, ids));
    }

    fn keep(&self, version: i64, keep: impl FnOnce(&mut Memory)) {
        self.with(|memory| {
            // Another request may have looked later than this one.
            if version > memory.version {
                *memory = Memory { version, ..Memory::default() };
            }
            if version == memory.version {
                keep(memory);
            }
        });
    }

    fn with<T>(&self, look: impl FnOnce(&mut Memory) -> T) -> T {
        look(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Forgets everything when there is too much: what is asked often is soon there again.
fn insert<T>(into: &mut HashMap<String, T>, question: String, found: T) {
    if into.len() >= MOST {
        into.clear();
    }
    into.insert(question, found);
}

#[cfg(test)]
mod tests {
    use super::{Count, Known, MOST};

    #[test]
    fn what_was_found_holds_until_a_user_changes() {
        let known = Known::default();
        let count = Count { number: 3, is_exact: true };
        known.set_count(5, "jo".to_owned(), count);
        known.set_page(5, "jo".to_owned(), vec![1, 2]);
        assert_eq!((known.count(5, "jo"), known.page(5, "jo")), (Some(count), Some(vec![1, 2])));
        assert_eq!((known.count(6, "jo"), known.page(6, "jo"), known.count(5, "bo")), (None, None, None));
        known.set_count(6, "bo".to_owned(), count);
        assert_eq!((known.count(6, "jo"), known.count(6, "bo")), (None, Some(count)), "the older version is forgotten");
        known.set_count(5, "jo".to_owned(), count);
        assert_eq!((known.count(5, "jo"), known.count(6, "bo")), (None, Some(count)), "a late answer changes nothing");
    }

    #[test]
    fn memory_is_bounded() {
        let known = Known::default();
        for at in 0..3 * MOST {
            known.set_page(1, at.to_string(), vec![1]);
        }
        assert!(known.with(|memory| memory.pages.len()) <= MOST);
    }
}
