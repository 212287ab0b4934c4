//! Benchmark of the users table with 100,000 and a million users, on both databases.

use std::fs;
use std::path::Path;
use std::time::Duration;

use sqlx::{AssertSqlSafe, Connection, Row};
use tokio::runtime::Runtime;

use crate::Result;
use crate::client::Client;
use crate::figures::Figures;
use crate::machine::Machine;
use crate::program::{Folder, Program};
use crate::report::{Report, verdict};

/// Sizes, each with the maximum p95 of all queries in milliseconds and a database name.
const SIZES: [(u32, f64, &str); 2] = [(100_000, 20.0, "rekey_bench_100k"), (1_000_000, 80.0, "rekey_bench_1m")];
/// Maximum size of the table on disk, and maximum write-ahead log per login (PostgreSQL).
const GIGABYTE: u64 = 1_000_000_000;
const LOGIN_WAL: f64 = 6.0;
/// Number of requests for the first page.
const FIRST_PAGES: usize = 100;
/// Number of slowest queries to list.
const SLOWEST: usize = 5;
/// Number of users imported into the filled table.
const IMPORTED: u32 = 20_000;
/// Number of logins whose write-ahead log is measured.
const LOGINS: usize = 30;

const SORTS: [&str; 8] = ["name", "-name", "email", "-email", "extension", "-extension", "last_login", "-last_login"];
const FILTERS: [&str; 4] = ["all", "no_valid_email", "reset_pending", "disabled"];
/// Search terms: one to eleven characters; common, rare, without a match, with symbols, and in another script.
const TERMS: [&str; 26] = [
    "",
    "s",
    "m",
    "1",
    "an",
    "zo",
    "10",
    "o'",
    "ann",
    "anna",
    "lee",
    "hassan",
    "muller",
    "mohamed",
    "example",
    "example.org",
    ".org",
    "1234",
    "99999",
    "ggauthier",
    "qqqqq",
    "o'b",
    "a%20s",
    "kim%20min",
    "---",
    "%E7%8E%8B",
];

/// A query and its response time.
struct Asked {
    path: String,
    took: Duration,
}

/// Measures and writes down.
pub(crate) fn measure(program: &Path, postgres: &str, machine: Machine, runtime: &Runtime, report: &mut Report) -> Result<()> {
    let how = format!(
        "{} sorts × {} filters × {} searches, the first and the second page, 50 users each. “First page” is the table without a search, {FIRST_PAGES} times; \
         “far” the page in the middle by name, by cursors, at most a thousand pages deep; the import adds {IMPORTED} users from a file; a login's write-ahead log (PostgreSQL) is the mean of {LOGINS}, \
         each user's second, so that no full pages are in it.",
        SORTS.len(),
        FILTERS.len(),
        TERMS.len()
    );
    let columns =
        ["database", "users", "fill", "start", "size", "first page", "far", "all: median", "p95", "goal", "kept", "import", "login's log"];
    report.section("The users table", &how, &columns);
    let mut slowest = Vec::new();
    for (users, goal, name) in SIZES {
        let goal = machine.goal(goal);
        let folder = Folder::new();
        let databases = [("SQLite", folder.sqlite()), ("PostgreSQL", runtime.block_on(database(postgres, name))?)];
        for (kind, database) in databases {
            let mut asked = one(program, kind, &database, &folder, (users, goal), runtime, report)?;
            asked.sort_by_key(|asked| std::cmp::Reverse(asked.took));
            slowest.extend(asked.into_iter().take(SLOWEST).map(|asked| (kind, users, asked)));
        }
    }
    report.section("The slowest of these queries", "Each asked once.", &["database", "users", "query", "took"]);
    for (kind, users, Asked { path, took }) in slowest {
        let query = path.trim_start_matches("/api/users?").split("&cursor").next().unwrap_or_default().to_owned();
        report.row(&[kind.into(), users.to_string(), format!("`{query}`"), format!("{:.0} ms", took.as_secs_f64() * 1000.0)]);
    }
    Ok(())
}

fn one(
    program: &Path,
    kind: &str,
    database: &str,
    folder: &Folder,
    (users, goal): (u32, f64),
    runtime: &Runtime,
    report: &mut Report,
) -> Result<Vec<Asked>> {
    let program = Program::new(program, database);
    let (password, filled) = program.fill(users)?;
    let size = runtime.block_on(size(database))?;
    let (server, started) = program.serve();
    let mut admin = Client::log_in(server.host(), &password)?;
    let first: Result<Vec<Duration>> = (0..FIRST_PAGES).map(|_| Ok(admin.get("/api/users")?.took)).collect();
    let far = far(&mut admin)?;
    let asked = ask_all(&mut admin)?;
    let figures = Figures::new(asked.iter().map(|asked| asked.took));
    let wal = if database.starts_with("postgres") { Some(runtime.block_on(login_wal(database, &mut admin, &password))?) } else { None };
    let imported = import(&program, folder)?;
    let seconds = |time: Duration| format!("{:.1} s", time.as_secs_f64());
    report.row(&[
        kind.into(),
        users.to_string(),
        seconds(filled),
        format!("{:.0} ms", started.as_secs_f64() * 1000.0),
        format!("{} MB", size / 1_000_000),
        Figures::new(first?).spread(),
        format!("{:.1} ms", far.as_secs_f64() * 1000.0),
        format!("{:.1} ms", figures.median()),
        format!("{:.1} ms", figures.p95()),
        format!("{goal:.0} ms"),
        verdict(figures.p95() <= goal && size <= GIGABYTE && wal.is_none_or(|wal| wal <= LOGIN_WAL)).into(),
        seconds(imported),
        wal.map(|wal| format!("{wal:.1} kB")).unwrap_or_default(),
    ]);
    Ok(asked)
}

fn ask_all(admin: &mut Client) -> Result<Vec<Asked>> {
    let mut asked = Vec::new();
    for filter in FILTERS {
        for term in TERMS {
            for sort in SORTS {
                let path = format!("/api/users?sort={sort}&filter={filter}&search={term}");
                let answer = admin.get(&path)?;
                asked.push(Asked { path: path.clone(), took: answer.took });
                if let Some(cursor) = answer.json()?["next_cursor"].as_str() {
                    let path = format!("{path}&cursor={cursor}");
                    asked.push(Asked { took: admin.get(&path)?.took, path });
                }
            }
        }
    }
    Ok(asked)
}

/// Measures the page in the middle, sorted by name.
fn far(admin: &mut Client) -> Result<Duration> {
    let mut page = admin.get("/api/users?limit=100")?.json()?;
    let deep = (page["total"].as_u64().unwrap_or_default() / 200).min(1000);
    let mut took = Duration::ZERO;
    for _ in 0..deep {
        let cursor = page["next_cursor"].as_str().ok_or("There is no next page.")?;
        let answer = admin.get(&format!("/api/users?limit=100&cursor={cursor}"))?;
        took = answer.took;
        page = answer.json()?;
    }
    Ok(took)
}

fn import(program: &Program, folder: &Folder) -> Result<Duration> {
    let file = folder.path().join("import.csv");
    let lines: String = (0..IMPORTED).map(|at| format!("Imported Person {at},imported.{at}@example.com\n")).collect();
    fs::write(&file, format!("name,email\n{lines}"))?;
    Ok(program.import(&file))
}

/// Returns the write-ahead log written per login on PostgreSQL, in kB.
async fn login_wal(database: &str, admin: &mut Client, password: &str) -> Result<f64> {
    let mut connection = sqlx::AnyConnection::connect(database).await?;
    let page = admin.get("/api/users?sort=extension&limit=100")?.json()?;
    let items = page["items"].as_array().cloned().unwrap_or_default();
    let active = items.iter().filter(|user| user["email_status"] == "ok" && user["status"] == "active");
    let emails: Vec<&str> = active.filter_map(|user| user["email"].as_str()).take(LOGINS).collect();
    let mut written = [0; 3];
    for at in 0..written.len() {
        written[at] =
            sqlx::query("SELECT (pg_current_wal_insert_lsn() - '0/0')::bigint").fetch_one(&mut connection).await?.try_get::<i64, _>(0)?;
        for email in emails.iter().filter(|_| at + 1 < written.len()) {
            let body = format!(r#"{{"email":"{email}","password":"{password}"}}"#);
            if admin.send("POST", "/api/session", &body)?.status != 200 {
                return Err("A login failed.".into());
            }
        }
    }
    connection.close().await?;
    let bytes = i32::try_from(written[2] - written[1])?;
    Ok(f64::from(bytes) / f64::from(u32::try_from(emails.len())?) / 1000.0)
}

/// Returns the size of a database on disk, in bytes.
async fn size(database: &str) -> Result<u64> {
    let mut connection = sqlx::AnyConnection::connect(&database.replacen("sqlite://", "sqlite:", 1)).await?;
    let size = if database.starts_with("postgres") {
        "SELECT pg_database_size(current_database())"
    } else {
        "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()"
    };
    let bytes: i64 = sqlx::query(size).fetch_one(&mut connection).await?.try_get(0)?;
    connection.close().await?;
    Ok(u64::try_from(bytes)?)
}

/// Creates an empty database on the server, replacing one of that name.
pub(crate) async fn database(server: &str, name: &str) -> Result<String> {
    let mut connection = sqlx::AnyConnection::connect(server).await?;
    for sql in [format!("DROP DATABASE IF EXISTS {name}"), format!("CREATE DATABASE {name} TEMPLATE template0")] {
        sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut connection).await?;
    }
    connection.close().await?;
    Ok(format!("{}/{name}", server.rsplit_once('/').map_or(server, |(base, _)| base)))
}
