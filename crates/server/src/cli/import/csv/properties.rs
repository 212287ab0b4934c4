//! What holds of any file that is passed off as CSV.

use super::{HIGHEST_EXTENSION, LONGEST_EMAIL, Parsed, Row, parse};
use crate::address::Address;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use rekey_wire::users::Role;
use std::collections::HashSet;

/// A user whom the file may hold. The number makes it another than all the others.
fn user(number: i64) -> impl Strategy<Value = Row> {
    let name = "\\PC{1,30}".prop_map(|text| text.trim().to_owned()).prop_filter("no name", |text| rekey_wire::name::validate(text).is_ok());
    let email = prop_oneof![
        Just(Some(format!("user{number}@example.com"))),
        "\\PC{0,30}".prop_map(move |text| Some(format!("{number} {text}").trim().to_owned())),
        Just(None),
    ];
    let extension = prop_oneof![Just(None), Just(Some(HIGHEST_EXTENSION - number)), Just(Some(1 + number))];
    (name, email, any::<bool>(), extension).prop_map(move |(name, email, is_admin, extension)| {
        // Who has no address is told apart by the name.
        let name = format!("{name}{number}").trim().to_owned();
        Row { line: 0, name, email, role: if is_admin { Role::Admin } else { Role::Agent }, extension }
    })
}

fn users() -> impl Strategy<Value = Vec<Row>> {
    (0..9_i64).prop_flat_map(|count| (0..count).map(user).collect::<Vec<_>>())
}

fn cells(row: &Row) -> [String; 4] {
    let role = if row.role == Role::Admin { "Admin" } else { "" };
    let extension = row.extension.map(|number| number.to_string());
    [row.name.clone(), row.email.clone().unwrap_or_default(), role.to_owned(), extension.unwrap_or_default()]
}

/// Lines in quotes, under a header that names the columns in this order.
fn file(order: &[usize], end: &str, lines: &[[String; 4]]) -> Vec<u8> {
    let header = super::COLUMNS.map(str::to_owned);
    let text = |cells: &[String; 4]| {
        let quoted = order.iter().map(|column| format!("\"{}\"", cells[*column].replace('"', "\"\"")));
        quoted.collect::<Vec<_>>().join(",") + end
    };
    std::iter::once(&header).chain(lines).map(text).collect::<String>().into_bytes()
}

/// A line that is wrong whatever surrounds it.
fn broken() -> impl Strategy<Value = [String; 4]> {
    let wrong: &[[&str; 4]] = &[
        ["", "canary@example.com", "", ""],
        ["canary", "a\u{7}@example.com", "", ""],
        ["canary\u{202e}", "", "", ""],
        ["canary", "", "root", ""],
        ["canary", "", "", "0"],
        ["canary", "", "", "+7"],
        ["canary", "", "", "99999999999999999999"],
        ["can\nary", "", "", ""],
    ];
    select(wrong).prop_map(|cells| cells.map(str::to_owned))
}

/// Bytes with the marks of a CSV file in odd places.
fn soup() -> impl Strategy<Value = Vec<u8>> {
    let marks: &[&[u8]] = &[
        b",",
        b",",
        b"\n",
        b"\r\n",
        b"\r",
        b"\"",
        b"\"\"",
        b"name,email\n",
        b"name,email,role,extension\n",
        b"a@example.com",
        b"A@EXAMPLE.com",
        b"canary",
        b"admin",
        b"7",
        b";",
        b"\t",
        b"\0",
        b"\xef\xbb\xbf",
        b"\xff",
        b"=1+1",
    ];
    let piece = prop_oneof![9 => select(marks).prop_map(<[u8]>::to_vec), 1 => vec(any::<u8>(), 0..6)];
    vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

/// A file that is right, has a wrong line, or is anything.
pub(crate) fn any_file() -> impl Strategy<Value = Vec<u8>> {
    let lines = (users(), prop::option::of((broken(), any::<prop::sample::Index>()))).prop_map(|(users, broken)| {
        let mut lines: Vec<_> = users.iter().map(cells).collect();
        if let Some((broken, place)) = broken {
            lines.insert(place.index(lines.len() + 1), broken);
        }
        file(&[0, 1, 2, 3], "\n", &lines)
    });
    prop_oneof![2 => lines, 1 => soup()]
}

fn lines(parsed: &Parsed) -> impl Iterator<Item = u64> {
    let faults = parsed.broken.iter().chain(&parsed.duplicates).map(|fault| fault.line);
    parsed.rows.iter().map(|row| row.line).chain(faults)
}

proptest! {
    #[test]
    fn what_is_written_reads_back(
        mut users in users(),
        order in Just([0, 1, 2, 3]).prop_shuffle(),
        end in select(&["\n", "\r\n", "\n\n", "\r\n\r\n"][..]),
    ) {
        let breaks = end.matches('\n').count() as u64;
        for (index, row) in users.iter_mut().enumerate() {
            row.line = 1 + (index as u64 + 1) * breaks;
        }
        let parsed = parse(&file(&order, end, &users.iter().map(cells).collect::<Vec<_>>()));
        let columns = parsed.columns.clone();
        prop_assert_eq!(parsed, Parsed { rows: users, columns, ..Parsed::default() });
    }

    #[test]
    fn a_broken_line_is_named_wherever_it_stands(users in users(), broken in broken(), place in any::<prop::sample::Index>()) {
        let mut lines: Vec<_> = users.iter().map(cells).collect();
        let place = place.index(lines.len() + 1);
        lines.insert(place, broken);
        let parsed = parse(&file(&[0, 1, 2, 3], "\n", &lines));
        prop_assert!(!parsed.broken.is_empty() && parsed.broken.iter().all(|fault| fault.line == place as u64 + 2), "{:?}", parsed.broken);
        prop_assert_eq!(parsed.rows.len(), users.len());
    }

    #[test]
    fn of_any_file_a_user_is_sound_and_a_fault_names_a_line_and_repeats_nothing(file in soup()) {
        let parsed = parse(&file);
        let last = 1 + file.iter().filter(|byte| matches!(byte, b'\n' | b'\r')).count() as u64;
        prop_assert!(lines(&parsed).all(|line| (1..=last).contains(&line)), "{parsed:?}");
        let faults: HashSet<u64> = parsed.broken.iter().chain(&parsed.duplicates).map(|fault| fault.line).collect();
        let (mut addresses, mut extensions) = (HashSet::new(), HashSet::new());
        for row in &parsed.rows {
            prop_assert!(!faults.contains(&row.line), "line {} is taken and refused", row.line);
            prop_assert!(rekey_wire::name::validate(&row.name).is_ok() && row.name.trim() == row.name);
            let email = row.email.as_deref().unwrap_or("x");
            prop_assert!(!email.is_empty() && email.chars().count() <= LONGEST_EMAIL && !email.contains(char::is_control));
            prop_assert!(Address::parse(email).map_or(true, |address| addresses.insert(address)), "one address twice");
            prop_assert!(row.extension.is_none_or(|number| (1..=HIGHEST_EXTENSION).contains(&number) && extensions.insert(number)));
        }
        for fault in parsed.broken.iter().chain(&parsed.duplicates) {
            prop_assert!(fault.column > 0 && !fault.message.contains("canary"), "{fault}");
        }
    }
}
