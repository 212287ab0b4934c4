//! Where a page of the users table begins: the sort key and the id of the row beside it, so that paging costs the same
//! however deep, and no row is shown twice when others come and go.

use super::row::UserRow;
use crate::store::Result;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rekey_wire::users::{Sort, SortKey};
use sqlx::Row;
use sqlx::any::AnyRow;

/// The value of the column that sorts.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Key {
    Text(String),
    Number(i64),
}

impl Key {
    /// The sort key of a row.
    pub(super) fn of(row: &UserRow, key: SortKey) -> Self {
        match key {
            SortKey::Name => Self::Text(row.name_sort.clone()),
            SortKey::Email => Self::Text(row.email_sort.clone()),
            SortKey::Extension => Self::Number(row.extension),
            SortKey::LastLogin => Self::Number(row.last_login_at),
        }
    }

    /// Reads the first column of a row.
    pub(super) fn read(row: &AnyRow, key: SortKey) -> Result<Self> {
        Ok(match key {
            SortKey::Name | SortKey::Email => Self::Text(row.try_get(0)?),
            SortKey::Extension | SortKey::LastLogin => Self::Number(row.try_get(0)?),
        })
    }

    /// Whether it stands for no value: no address, no login.
    pub(super) fn is_missing(&self) -> bool {
        match self {
            Self::Text(text) => text.is_empty(),
            Self::Number(number) => *number == 0,
        }
    }
}

/// A place between two rows.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Cursor {
    /// Whether the page ends there, rather than begins.
    pub(super) backward: bool,
    /// The sort it belongs to.
    pub(super) sort: Sort,
    pub(super) key: Key,
    pub(super) id: i64,
}

impl Cursor {
    /// At a row.
    pub(super) fn at(row: &UserRow, sort: Sort, backward: bool) -> Self {
        Self { backward, sort, key: Key::of(row, sort.key), id: row.id }
    }

    /// Opaque to clients.
    pub(super) fn write(&self) -> String {
        let key = match &self.key {
            Key::Text(text) => text.clone(),
            Key::Number(number) => number.to_string(),
        };
        let way = if self.backward { 'p' } else { 'n' };
        URL_SAFE_NO_PAD.encode(format!("{way}\n{}\n{}\n{key}", self.sort.as_str(), self.id))
    }

    /// Reads what [`Self::write`] wrote for the same sort; nothing else.
    pub(super) fn read(text: &str, sort: Sort) -> Option<Self> {
        let inside = String::from_utf8(URL_SAFE_NO_PAD.decode(text).ok()?).ok()?;
        let mut lines = inside.splitn(4, '\n');
        let (way, by, id, key) = (lines.next()?, lines.next()?, lines.next()?, lines.next()?);
        let backward = match way {
            "n" => false,
            "p" => true,
            _ => return None,
        };
        if Sort::parse(by)? != sort || key.contains('\0') {
            return None;
        }
        let key = match sort.key {
            SortKey::Name | SortKey::Email => Key::Text(key.to_owned()),
            SortKey::Extension | SortKey::LastLogin => Key::Number(key.parse().ok()?),
        };
        let cursor = Self { backward, sort, key, id: id.parse().ok()? };
        // One spelling for each: "+7" and "07" are not "7".
        (cursor.write() == text).then_some(cursor)
    }
}

#[cfg(test)]
mod properties;

#[cfg(test)]
mod tests {
    use super::{Cursor, Key};
    use rekey_wire::users::Sort;

    #[test]
    fn a_cursor_is_read_back_for_its_own_sort_only() {
        let sort = Sort::parse("-name").expect("a sort");
        let cursor = Cursor { backward: true, sort, key: Key::Text("a\nb".to_owned()), id: 7 };
        let text = cursor.write();
        assert_eq!(Cursor::read(&text, sort), Some(cursor));
        assert_eq!(Cursor::read(&text, Sort::default()), None);
        for other in ["", "x", "bg", "cAo", &text[1..]] {
            assert_eq!(Cursor::read(other, sort), None, "{other}");
        }
    }
}
