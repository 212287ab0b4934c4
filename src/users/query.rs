//! The query of the users table.

use leptos_router::location::Url;
use rekey_wire::users::{Filter, Sort, SortKey};

/// Which users the table shows.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(super) struct UsersQuery {
    /// Part of a name, an address or an extension, as typed.
    pub(super) search: String,
    /// Which kind of users.
    pub(super) filter: Filter,
    /// The order.
    pub(super) sort: Sort,
    /// Where the page starts; the first page without.
    pub(super) cursor: Option<String>,
}

impl UsersQuery {
    /// The query string, with the question mark.
    #[must_use]
    pub(super) fn to_query_string(&self) -> String {
        let mut query = ["?filter=", self.filter.as_str(), "&sort=", self.sort.as_str()].concat();
        let search = self.search.trim();
        if !search.is_empty() {
            query.push_str("&search=");
            query.push_str(&Url::escape(search));
        }
        if let Some(cursor) = &self.cursor {
            query.push_str("&cursor=");
            query.push_str(&Url::escape(cursor));
        }
        query
    }

    /// Sorts by `key`, or reverses the order if it is sorted by `key` already; from the first page.
    pub(super) fn sort_by(&mut self, key: SortKey) {
        let descending = self.sort.key == key && !self.sort.descending;
        self.sort = Sort { key, descending };
        self.cursor = None;
    }

    /// Sets the filter; from the first page.
    pub(super) fn set_filter(&mut self, filter: Filter) {
        self.filter = filter;
        self.cursor = None;
    }

    /// Sets the search; from the first page.
    pub(super) fn set_search(&mut self, search: String) {
        self.search = search;
        self.cursor = None;
    }
}

#[cfg(test)]
mod tests {
    use super::UsersQuery;
    use rekey_wire::users::{Filter, Sort, SortKey};

    #[test]
    fn a_change_starts_from_the_first_page() {
        let mut query = UsersQuery { cursor: Some("x".into()), ..UsersQuery::default() };
        query.sort_by(SortKey::Name);
        assert_eq!((query.sort.descending, query.cursor.take()), (true, None));
        query.sort_by(SortKey::Email);
        assert_eq!(query.sort, Sort { key: SortKey::Email, descending: false });
        query.cursor = Some("x".into());
        query.set_filter(Filter::Disabled);
        assert_eq!(query.cursor.take(), None);
        query.cursor = Some("x".into());
        query.set_search("jo".into());
        assert_eq!(query.cursor, None);
    }
}
