//! Reading a CSV file of users: `name,email,role,extension`, the last two optional.
//!
//! A malformed or missing address is kept, as the users area shows and mends it. Anything else that is wrong refuses the
//! whole file, and every wrong line is named, so that one repair is enough.

use crate::address::Address;
use crate::users::write::HIGHEST_EXTENSION;
use rekey_wire::users::Role;
use std::collections::HashMap;
use std::fmt;

/// The columns, in the order that the contract names them.
const COLUMNS: [&str; 4] = ["name", "email", "role", "extension"];
/// The longest address that is kept, usable or not, in characters.
const LONGEST_EMAIL: usize = 254;

/// A user as the file tells.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Row {
    /// The line in the file, from 1.
    pub line: u64,
    /// The name, trimmed and checked.
    pub name: String,
    /// The address, trimmed; anything, or nothing.
    pub email: Option<String>,
    /// An agent unless said.
    pub role: Role,
    /// The extension; `None` has one assigned.
    pub extension: Option<i64>,
}

/// For each column in the file, which of [`COLUMNS`] it is.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Columns(Vec<usize>);

impl Default for Columns {
    fn default() -> Self {
        Self((0..COLUMNS.len()).collect())
    }
}

impl Columns {
    /// The place of the names in a line, from 1.
    #[must_use]
    pub fn name(&self) -> usize {
        self.place(0)
    }

    /// The place of the addresses in a line, from 1.
    #[must_use]
    pub fn email(&self) -> usize {
        self.place(1)
    }

    /// The place of the extensions in a line, from 1.
    #[must_use]
    pub fn extension(&self) -> usize {
        self.place(3)
    }

    fn place(&self, column: usize) -> usize {
        self.0.iter().position(|found| *found == column).unwrap_or_default() + 1
    }
}

/// What is wrong with a line.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct LineFault {
    /// The line in the file, from 1.
    pub line: u64,
    /// The field in the line, from 1.
    pub column: usize,
    /// What is wrong and what to write. It repeats nothing of the file.
    pub message: String,
}

/// What a file holds. Every line but the header and empty ones is in one of the three.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Parsed {
    /// Where the columns are.
    pub columns: Columns,
    /// The users.
    pub rows: Vec<Row>,
    /// Lines that say again what an earlier one said.
    pub duplicates: Vec<LineFault>,
    /// Lines that are wrong.
    pub broken: Vec<LineFault>,
}

impl fmt::Display for LineFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, column {}: {}", self.line, self.column, self.message)
    }
}

/// Reads a whole file.
#[must_use]
pub fn parse(file: &[u8]) -> Parsed {
    let mut lines = Lines { file, at: 0, line: 1 };
    let records = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(file).into_byte_records();
    let mut has_columns = false;
    let mut seen = Seen::default();
    let mut parsed = Parsed::default();
    // Bytes in memory, of any length: reading them cannot fail.
    for record in records.map_while(Result::ok) {
        let line = lines.line_of(record.position());
        let fields = match texts(&record, line) {
            Ok(fields) => fields,
            Err(broken) => {
                parsed.broken.push(broken);
                continue;
            }
        };
        if !has_columns {
            has_columns = true;
            match header(&fields) {
                Header::Found(found) => {
                    parsed.columns = Columns(found);
                    continue;
                }
                // The first line holds a user already.
                Header::Absent => {}
                Header::Wrong { column, message } => {
                    parsed.broken.push(fault(line, column, &message));
                    return parsed;
                }
            }
        }
        match row(line, &fields, &parsed.columns) {
            Ok(row) => seen.take(row, &mut parsed),
            Err(broken) => parsed.broken.extend(broken),
        }
    }
    parsed
}

fn fault(line: u64, column: usize, message: &str) -> LineFault {
    LineFault { line, column, message: message.to_owned() }
}

/// Counts lines as editors do. The csv crate loses count at empty lines.
struct Lines<'a> {
    file: &'a [u8],
    at: usize,
    line: u64,
}

impl Lines<'_> {
    /// The line of a record, from 1; records are asked for in their order. The position may be before empty lines.
    fn line_of(&mut self, position: Option<&csv::Position>) -> u64 {
        let start = position.and_then(|position| usize::try_from(position.byte()).ok()).unwrap_or_default();
        while let Some(byte) = self.file.get(self.at).filter(|byte| self.at < start || matches!(byte, b'\r' | b'\n')) {
            // CRLF is one end of a line, and so is a lone CR.
            let ends = *byte == b'\n' || (*byte == b'\r' && self.file.get(self.at + 1) != Some(&b'\n'));
            self.line += u64::from(ends);
            self.at += 1;
        }
        self.line
    }
}

/// The fields of a line as trimmed text. A line break inside a field is nearly always a quote that was not closed.
fn texts(record: &csv::ByteRecord, line: u64) -> Result<Vec<String>, LineFault> {
    let text = |(index, bytes): (usize, &[u8])| match std::str::from_utf8(bytes) {
        Err(_) => Err(fault(line, index + 1, "this is not UTF-8; save the file as UTF-8")),
        Ok(text) if text.contains(['\n', '\r']) => {
            Err(fault(line, index + 1, "a field runs over the end of the line; close the quotation mark"))
        }
        Ok(text) if index == 0 => Ok(text.trim_start_matches('\u{feff}').trim().to_owned()),
        Ok(text) => Ok(text.trim().to_owned()),
    };
    record.iter().enumerate().map(text).collect()
}

enum Header {
    /// For each column in the file, which of [`COLUMNS`] it is.
    Found(Vec<usize>),
    /// The first line is a user.
    Absent,
    Wrong {
        column: usize,
        message: String,
    },
}

/// The first line names the columns, in any order; where it plainly holds a user, the contract's order counts.
fn header(fields: &[String]) -> Header {
    let known: Vec<_> = fields.iter().map(|field| COLUMNS.iter().position(|name| field.eq_ignore_ascii_case(name))).collect();
    if known.iter().all(Option::is_none) && fields.get(1).is_some_and(|email| email.is_empty() || email.contains('@')) {
        return Header::Absent;
    }
    let mut order = Vec::new();
    for (index, column) in known.into_iter().enumerate() {
        match column {
            Some(column) if !order.contains(&column) => order.push(column),
            Some(_) => return Header::Wrong { column: index + 1, message: "this column is named twice".to_owned() },
            None => {
                return Header::Wrong { column: index + 1, message: unknown_columns(fields).to_owned() };
            }
        }
    }
    match (0..2).find(|needed| !order.contains(needed)) {
        Some(missing) => Header::Wrong { column: fields.len(), message: format!("the column {} is missing", COLUMNS[missing]) },
        None => Header::Found(order),
    }
}

/// A spreadsheet of many a country parts its columns by semicolons.
fn unknown_columns(fields: &[String]) -> &'static str {
    if fields.len() == 1 && fields[0].contains([';', '\t']) {
        "commas have to part the columns: name,email,role,extension; save the file with commas"
    } else {
        "the first line has to name the columns name,email,role,extension and no others"
    }
}

/// One user, or all that is wrong with the line.
fn row(line: u64, fields: &[String], columns: &Columns) -> Result<Row, Vec<LineFault>> {
    let order = &columns.0;
    if fields.len() > order.len() {
        let message =
            format!("the line has {} fields, and the file {} columns; put quotation marks around a comma", fields.len(), order.len());
        return Err(vec![fault(line, order.len() + 1, &message)]);
    }
    let mut faults = Vec::new();
    let mut row = Row { line, name: String::new(), email: None, role: Role::default(), extension: None };
    for (index, column) in order.iter().enumerate() {
        let text = fields.get(index).map(String::as_str).unwrap_or_default();
        let outcome = match column {
            0 => name(text).map(|name| row.name = name),
            1 => email(text).map(|email| row.email = email),
            2 => role(text).map(|role| row.role = role),
            _ => extension(text).map(|extension| row.extension = extension),
        };
        if let Err(message) = outcome {
            faults.push(fault(line, index + 1, message));
        }
    }
    if faults.is_empty() { Ok(row) } else { Err(faults) }
}

fn name(text: &str) -> Result<String, &'static str> {
    match rekey_wire::name::validate(text) {
        Ok(()) => Ok(text.to_owned()),
        Err(_) if text.is_empty() => Err("the name is missing"),
        Err(_) => Err("the name must be one line of at most 200 characters, without control characters"),
    }
}

fn email(text: &str) -> Result<Option<String>, &'static str> {
    if text.chars().count() > LONGEST_EMAIL {
        return Err("the address is too long to be kept; use at most 254 characters");
    }
    if text.contains(char::is_control) {
        return Err("the address holds a control character; remove it");
    }
    Ok(Some(text.to_owned()).filter(|text| !text.is_empty()))
}

fn role(text: &str) -> Result<Role, &'static str> {
    match text.to_ascii_lowercase().as_str() {
        "" | "agent" => Ok(Role::Agent),
        "manager" => Ok(Role::Manager),
        "admin" => Ok(Role::Admin),
        _ => Err("the role must be admin, manager or agent"),
    }
}

fn extension(text: &str) -> Result<Option<i64>, &'static str> {
    if text.is_empty() {
        return Ok(None);
    }
    let number = if text.bytes().all(|b| b.is_ascii_digit()) { text.parse().ok() } else { None };
    match number.filter(|number| (1..=HIGHEST_EXTENSION).contains(number)) {
        Some(number) => Ok(Some(number)),
        None => Err("the extension must be a number from 1 to 999999999"),
    }
}

/// What earlier lines said, with the line.
#[derive(Default)]
struct Seen {
    addresses: HashMap<Address, u64>,
    extensions: HashMap<i64, u64>,
    /// Lines without a usable address, told apart by all that they say.
    others: HashMap<(String, Option<String>, Option<i64>), u64>,
}

impl Seen {
    /// Takes the row, or notes that an earlier line said the same.
    fn take(&mut self, row: Row, parsed: &mut Parsed) {
        let again = |what: &str, column, earlier: u64| LineFault {
            line: row.line,
            column,
            message: format!("{what} stands in line {earlier} already"),
        };
        let address = row.email.as_deref().and_then(|email| Address::parse(email).ok());
        let others = (row.name.clone(), row.email.clone(), row.extension);
        let earlier_address = address.as_ref().and_then(|address| self.addresses.get(address));
        let earlier_extension = row.extension.and_then(|extension| self.extensions.get(&extension));
        let duplicate = match (earlier_address, earlier_extension) {
            (Some(earlier), _) => Some(again("this address", parsed.columns.email(), *earlier)),
            (None, Some(earlier)) => Some(again("this extension", parsed.columns.extension(), *earlier)),
            (None, None) if address.is_none() => {
                self.others.get(&others).map(|earlier| again("the same user", parsed.columns.name(), *earlier))
            }
            (None, None) => None,
        };
        if let Some(duplicate) = duplicate {
            parsed.duplicates.push(duplicate);
            return;
        }
        match address {
            Some(address) => drop(self.addresses.insert(address, row.line)),
            None => drop(self.others.insert(others, row.line)),
        }
        if let Some(extension) = row.extension {
            self.extensions.insert(extension, row.line);
        }
        parsed.rows.push(row);
    }
}

#[cfg(test)]
pub(crate) mod properties;

#[cfg(test)]
mod tests {
    use super::{Row, parse};
    use rekey_wire::users::Role;

    fn rows(text: &str) -> Vec<Row> {
        let parsed = parse(text.as_bytes());
        assert_eq!((parsed.duplicates, parsed.broken), (vec![], vec![]));
        parsed.rows
    }

    /// `line:column` of every fault, then its words.
    fn faults(text: impl AsRef<[u8]>) -> Vec<(u64, usize, String)> {
        let parsed = parse(text.as_ref());
        parsed.broken.into_iter().chain(parsed.duplicates).map(|fault| (fault.line, fault.column, fault.message)).collect()
    }

    fn places(text: impl AsRef<[u8]>) -> Vec<(u64, usize)> {
        faults(text).into_iter().map(|(line, column, _)| (line, column)).collect()
    }

    #[test]
    fn columns_are_found_by_name_and_the_last_two_may_be_missing() {
        let full = rows("name,email,role,extension\nAda,ada@example.com,admin,100\n\"Lee, Bo\", bo@example.com ,,\n");
        assert_eq!(
            full[0],
            Row { line: 2, name: "Ada".into(), email: Some("ada@example.com".into()), role: Role::Admin, extension: Some(100) }
        );
        assert_eq!(
            full[1],
            Row { line: 3, name: "Lee, Bo".into(), email: Some("bo@example.com".into()), role: Role::Agent, extension: None }
        );
        let short = rows("\u{feff}Email,Name\r\nada@example.com,Ada\r\n");
        assert_eq!((short[0].name.as_str(), short[0].role), ("Ada", Role::Agent));
        assert_eq!(rows("Ada,ada@example.com\nBo,\n").len(), 2, "without a header");
        assert_eq!(rows("name,email,role\nBo\n")[0].email, None, "a short line");
        assert_eq!(rows(""), []);
    }

    #[test]
    fn an_address_that_is_none_is_kept() {
        let rows = rows("name,email\nA,not an address\nB,\nC,c@localhost\n");
        assert_eq!(rows.iter().map(|row| row.email.as_deref()).collect::<Vec<_>>(), [Some("not an address"), None, Some("c@localhost")]);
    }

    #[test]
    fn every_broken_line_is_named_with_its_column() {
        let file =
            "name,email,role,extension\n,a@example.com,,\nB,b@example.com,boss,x\nC,c@example.com,agent,1,2\nD,d@example.com,agent,0\n";
        assert_eq!(places(file), [(2, 1), (3, 3), (3, 4), (4, 5), (5, 4)]);
    }

    #[test]
    fn lines_are_counted_as_editors_do() {
        assert_eq!(places("name,email\r\n\r\nA,a@example.com\r\n\r\n,b@example.com\r\n"), [(5, 1)]);
    }

    #[test]
    fn a_header_with_a_typo_imports_nobody() {
        assert_eq!(places("nmae,email\nA,a@example.com\n"), [(1, 1)]);
        assert_eq!(places("name;email\nA;a@example.com\n"), [(1, 1)]);
        assert_eq!(places("name,role\nA,admin\n"), [(1, 2)]);
        assert_eq!(places("name,email,name\n"), [(1, 3)]);
    }

    #[test]
    fn what_is_no_text_or_not_closed_is_named() {
        assert_eq!(places(b"name,email\nA\xff,a@example.com\n"), [(2, 1)]);
        assert_eq!(places("name,email\n\"A,a@example.com\nB,b@example.com\n"), [(2, 1)]);
        assert_eq!(places("name,email\nA\u{7},a@exa\u{7}mple.com\n"), [(2, 1), (2, 2)]);
    }

    #[test]
    fn duplicates_inside_the_file_name_the_earlier_line() {
        let file = "name,email,role,extension\nA,a@example.com,,7\nB,A@Example.com,,\nC,c@example.com,,7\nD,,,\nD,,,\nE,,,\n";
        let found = faults(file);
        assert_eq!(found.iter().map(|fault| (fault.0, fault.1)).collect::<Vec<_>>(), [(3, 2), (4, 4), (6, 1)]);
        assert!(found[0].2.contains("line 2") && found[2].2.contains("line 5"), "{found:?}");
        let turned = "extension,email,name\n7,a@example.com,A\n7,b@example.com,B\n,A@example.com,C\n,,D\n,,D\n";
        assert_eq!(places(turned), [(3, 1), (4, 2), (6, 3)], "the place in this file, not in the contract's order");
    }

    #[test]
    fn broken_and_duplicate_lines_are_told_apart() {
        let parsed = parse("name,email\nA,a@example.com\n,b@example.com\nC,a@example.com\n".as_bytes());
        let lines = |faults: &[super::LineFault]| faults.iter().map(|fault| fault.line).collect::<Vec<_>>();
        assert_eq!((parsed.rows.len(), lines(&parsed.broken), lines(&parsed.duplicates)), (1, vec![3], vec![4]));
    }

    #[test]
    fn a_fault_repeats_nothing_of_the_file() {
        for (_, _, message) in faults("name,email,role,extension\nJo,jo@example.com,hunter2,hunter2\n") {
            assert!(!message.contains("hunter2"), "{message}");
        }
    }
}
