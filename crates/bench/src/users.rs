//! The users table with a thousand users and with a million, on both databases.

use std::path::Path;
use std::time::{Duration, Instant};

use sqlx::{AssertSqlSafe, Connection};
use tokio::runtime::Runtime;

use crate::Result;
use crate::client::Client;
use crate::figures::Figures;
use rekey_testing::RekeyServer;

use crate::program::{Folder, Program};
use crate::report::{Report, verdict};

/// Requests for each question and size.
const REQUESTS: usize = 100;
/// Requests before those, unmeasured: each of PostgreSQL's connections plans a question when it first meets it.
const BEFORE: usize = 10;
/// The sizes.
const FEW: u32 = 1000;
const NAMES: [&str; 2] = ["rekey_bench_few", "rekey_bench_many"];
/// What the p95 may be: twice that with few users, and this many milliseconds.
const ALLOWED: f64 = 2.0;

const SORTS: [&str; 8] = ["name", "-name", "email", "-email", "extension", "-extension", "last_login", "-last_login"];
const FILTERS: [&str; 3] = ["no_valid_email", "reset_pending", "disabled"];
/// Typed texts: of one to nine characters, common ones, rare ones, one that nobody has.
const TYPED: [&str; 12] = ["s", "an", "10", "ann", "anna", "hassan", "muller", "example", ".org", "1234", "ggauthier", "qqqqq"];

/// A database of one size, its server, and an admin who is logged in.
struct Table {
    _server: RekeyServer,
    admin: Client,
    someone: String,
    changes: usize,
}

/// Measures and reports.
pub(crate) fn measure(program: &Path, postgres: &str, runtime: &Runtime, report: &mut Report) -> Result<()> {
    let many: u32 = match std::env::var("REKEY_BENCH_USERS") {
        Ok(number) => number.parse()?,
        Err(_) => 1_000_000,
    };
    let folders = [Folder::new(), Folder::new()];
    let sqlite = folders.each_ref().map(Folder::sqlite);
    let [few, lots] = NAMES;
    let postgres = [runtime.block_on(database(postgres, few))?, runtime.block_on(database(postgres, lots))?];
    for (name, databases) in [("SQLite", sqlite), ("PostgreSQL", postgres)] {
        one(program, name, &databases, many, report)?;
        let times = runtime.block_on(bare(&databases[1]))?;
        report.row(&[
            "the database alone, by the same driver: 50 rows by name".into(),
            String::new(),
            times.spread(),
            String::new(),
            String::new(),
        ]);
    }
    Ok(())
}

fn one(program: &Path, name: &str, databases: &[String; 2], many: u32, report: &mut Report) -> Result<()> {
    let (mut few, _) = Table::fill(program, &databases[0], FEW)?;
    let (mut lots, [took, started]) = Table::fill(program, &databases[1], many)?;
    let how = format!(
        "`rekey demo --users {many}` took {:.1} s, and the program starts on it in {:.0} ms. Each question {REQUESTS} times after {BEFORE}, small and large table in turn, 50 users a page; “new” means asked for the first time since a \
         user changed. The p95 may be twice that with {FEW} users and {ALLOWED:.0} ms.",
        took.as_secs_f64(),
        started.as_secs_f64() * 1000.0
    );
    let (less, more) = (format!("{FEW} users: median, p95"), format!("{many} users: median, p95"));
    report.section(&format!("The users table on {name}"), &how, &["question", &less, &more, "allowed", "kept"]);
    let mut row = |label: String, few: &mut Table, lots: &mut Table, paths: [&str; 2], is_new: bool| -> Result<()> {
        let (mut small, mut large) = (Vec::new(), Vec::new());
        for _ in 0..BEFORE {
            few.ask(paths[0], is_new)?;
            lots.ask(paths[1], is_new)?;
        }
        for _ in 0..REQUESTS {
            small.push(few.ask(paths[0], is_new)?);
            large.push(lots.ask(paths[1], is_new)?);
        }
        let (small, large) = (Figures::new(small), Figures::new(large));
        let allowed = 2.0 * small.p95() + ALLOWED;
        let cell = |figures: &Figures| format!("{:.2}, {:.2} ms", figures.median(), figures.p95());
        report.row(&[label, cell(&small), cell(&large), format!("{allowed:.2} ms"), verdict(large.p95() <= allowed).into()]);
        Ok(())
    };
    row("first page".into(), &mut few, &mut lots, ["/api/users"; 2], false)?;
    for sort in SORTS {
        let path = format!("/api/users?sort={sort}");
        row(format!("sort `{sort}`"), &mut few, &mut lots, [&path; 2], false)?;
    }
    for sort in ["name", "-last_login"] {
        let (near, small) = few.deep(sort)?;
        let (far, large) = lots.deep(sort)?;
        row(format!("page {far} ({near}) of `{sort}`"), &mut few, &mut lots, [&small, &large], false)?;
    }
    for filter in FILTERS {
        for sort in ["name", "-last_login"] {
            let path = format!("/api/users?filter={filter}&sort={sort}");
            row(format!("filter `{filter}`, sort `{sort}`"), &mut few, &mut lots, [&path; 2], false)?;
        }
    }
    for typed in TYPED {
        let path = format!("/api/users?search={typed}");
        row(format!("search `{typed}`, new"), &mut few, &mut lots, [&path; 2], true)?;
        row(format!("search `{typed}`"), &mut few, &mut lots, [&path; 2], false)?;
    }
    for (typed, rest) in [
        ("hassan", "&sort=-name"),
        ("s", "&sort=email"),
        ("hassan", "&sort=email"),
        ("muller", "&sort=-email"),
        ("ann", "&sort=extension"),
        ("hassan", "&sort=-extension"),
        ("ann", "&sort=-last_login"),
        ("hassan", "&sort=last_login"),
        ("example", "&filter=disabled"),
        ("ann", "&filter=no_valid_email"),
    ] {
        let path = format!("/api/users?search={typed}{rest}");
        row(format!("search `{typed}` `{rest}`, new"), &mut few, &mut lots, [&path; 2], true)?;
    }
    Ok(())
}

impl Table {
    fn fill(program: &Path, database: &str, users: u32) -> Result<(Self, [Duration; 2])> {
        eprintln!("Filling {users} users");
        let program = Program::new(program, database);
        let (password, took) = program.fill(users)?;
        let (server, started) = program.serve();
        let mut admin = Client::log_in(server.host(), &password)?;
        let page = admin.get("/api/users?limit=1&search=anna")?.json()?;
        let someone = page["items"][0]["id"].as_str().ok_or("The demo has no Anna.")?.to_owned();
        Ok((Self { _server: server, admin, someone, changes: 0 }, [took, started]))
    }

    fn ask(&mut self, path: &str, is_new: bool) -> Result<Duration> {
        if is_new {
            self.changes += 1;
            let body = format!(r#"{{"name":"Anna {}"}}"#, self.changes);
            self.admin.send("PATCH", &format!("/api/users/{}", self.someone), &body)?;
        }
        Ok(self.admin.get(path)?.took)
    }

    /// The page in the middle, by cursors, at most a thousand deep.
    fn deep(&mut self, sort: &str) -> Result<(usize, String)> {
        let mut path = format!("/api/users?sort={sort}&limit=100");
        let mut page = self.admin.get(&path)?.json()?;
        let pages = usize::try_from(page["total"].as_u64().unwrap_or_default())? / 200;
        let deep = pages.min(1000);
        for _ in 0..deep {
            let next = page["next_cursor"].as_str().ok_or("There is no next page.")?;
            path = format!("/api/users?sort={sort}&cursor={next}");
            page = self.admin.get(&format!("{path}&limit=100"))?.json()?;
        }
        Ok((2 * deep, path))
    }
}

/// An empty database of that name on the server.
pub(crate) async fn database(server: &str, name: &str) -> Result<String> {
    let mut connection = sqlx::AnyConnection::connect(server).await?;
    for sql in [format!("DROP DATABASE IF EXISTS {name}"), format!("CREATE DATABASE {name} TEMPLATE template0")] {
        sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut connection).await?;
    }
    connection.close().await?;
    Ok(format!("{}/{name}", server.rsplit_once('/').map_or(server, |(base, _)| base)))
}

/// What the first page costs without a server around it.
async fn bare(database: &str) -> Result<Figures> {
    let url = database.replacen("sqlite://", "sqlite:", 1);
    let mut connection = sqlx::AnyConnection::connect(&url).await?;
    let sql = "SELECT u.id, u.name, u.email, u.email_status, u.role, u.status, u.extension, u.last_login_at, r.requested_at \
               FROM users u LEFT JOIN resets r ON r.id = u.reset_id ORDER BY u.name_sort, u.id LIMIT 51";
    let mut times = Vec::new();
    for _ in 0..REQUESTS {
        let began = Instant::now();
        sqlx::query(sql).fetch_all(&mut connection).await?;
        times.push(began.elapsed());
    }
    connection.close().await?;
    Ok(Figures::new(times))
}
