//! Which users to show.

use crate::url::encode;
use rekey_wire::users::{Filter, Sort, SortKey};

/// What the table shows.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(crate) struct Query {
    /// Part of a name, an address or an extension.
    pub(crate) search: String,
    /// Which kind of users.
    pub(crate) filter: Filter,
    /// In which order.
    pub(crate) sort: Sort,
    /// Where the page starts; the first one without.
    pub(crate) cursor: Option<String>,
}

impl Query {
    /// As the server reads it, with the question mark.
    pub(crate) fn print(&self) -> String {
        let mut query = ["?filter=", self.filter.as_str(), "&sort=", self.sort.as_str()].concat();
        let search = self.search.trim();
        if !search.is_empty() {
            query.push_str("&search=");
            query.push_str(&encode(search));
        }
        if let Some(cursor) = &self.cursor {
            query.push_str("&cursor=");
            query.push_str(&encode(cursor));
        }
        query
    }

    /// Orders by `key`; by the same again, the other way round. Begins on the first page.
    pub(crate) fn order_by(&mut self, key: SortKey) {
        let descending = self.sort.key == key && !self.sort.descending;
        self.sort = Sort { key, descending };
        self.cursor = None;
    }

    /// Shows one kind of users, from the first page.
    pub(crate) fn show(&mut self, filter: Filter) {
        self.filter = filter;
        self.cursor = None;
    }

    /// Searches, from the first page.
    pub(crate) fn find(&mut self, search: String) {
        self.search = search;
        self.cursor = None;
    }
}

#[cfg(test)]
mod tests {
    use super::Query;
    use rekey_wire::users::{Filter, Sort, SortKey};

    #[test]
    fn it_says_no_more_than_needed() {
        assert_eq!(Query::default().print(), "?filter=all&sort=name");
        let sort = Sort { key: SortKey::LastLogin, descending: true };
        let query = Query { search: " jø & co ".into(), filter: Filter::NoValidEmail, sort, cursor: Some("a+b".into()) };
        assert_eq!(query.print(), "?filter=no_valid_email&sort=-last_login&search=j%C3%B8%20%26%20co&cursor=a%2Bb");
    }

    #[test]
    fn another_question_starts_on_the_first_page() {
        let mut query = Query { cursor: Some("x".into()), ..Query::default() };
        query.order_by(SortKey::Name);
        assert_eq!((query.sort.descending, query.cursor.take()), (true, None));
        query.order_by(SortKey::Email);
        assert!(!query.sort.descending);
        query.cursor = Some("x".into());
        query.show(Filter::Disabled);
        assert_eq!(query.cursor.take(), None);
        query.cursor = Some("x".into());
        query.find("jo".into());
        assert_eq!(query.cursor, None);
    }
}
