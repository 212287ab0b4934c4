//! Benchmark of the static pages: speed compared with a minimal server, and size compared with the budget. Also startup time and memory.

use std::collections::BTreeSet;
use std::path::Path;

use crate::Result;
use crate::client::Client;
use crate::figures::Figures;
use crate::machine::Machine;
use crate::peer;
use crate::program::{Folder, Program};
use crate::report::{Report, verdict};

/// Starts of the program, and requests per file.
const STARTS: usize = 9;
const REQUESTS: usize = 400;
/// The script that loads the chunks, in the folder of the app's files.
const SPLIT_LOADER: &str = "__wasm_split.js";
/// Goals: startup in milliseconds, memory in megabytes.
const START: f64 = 300.0;
const MEMORY: f64 = 40.0;

/// Measures and reports.
pub(crate) fn measure(program: &Path, machine: Machine, report: &mut Report) -> Result<()> {
    let folder = Folder::new();
    let program = Program::new(program, &folder.sqlite());
    // The first start creates the database.
    let (server, first) = program.serve();
    drop(server);
    let mut starts = Vec::new();
    let mut memory = None;
    for _ in 0..STARTS {
        let (server, took) = program.serve();
        starts.push(took);
        Client::connect(server.host())?.get("/healthz")?;
        memory = server.current_memory().map(|bytes| bytes as f64 / 1e6);
    }
    let starts = Figures::new(starts);
    report.section(
        "The program",
        "From the call to `listening on`, and memory (RSS) after the first answer.",
        &["what", "measured", "goal", "kept"],
    );
    report.row(&[
        "first start, which makes the database".into(),
        format!("{:.0} ms", first.as_secs_f64() * 1000.0),
        String::new(),
        String::new(),
    ]);
    let goal = machine.goal(START);
    report.row(&["start".into(), starts.spread(), format!("{goal:.0} ms"), verdict(starts.median() < goal).into()]);
    if let Some(memory) = memory {
        report.row(&["idle memory".into(), format!("{memory:.1} MB"), format!("{MEMORY:.0} MB"), verdict(memory < MEMORY).into()]);
    }
    let (server, _) = program.serve();
    files(server.host(), report)
}

fn files(host: &str, report: &mut Report) -> Result<()> {
    let mut client = Client::connect(host)?;
    let page = client.send("GET", "/login", "")?;
    if page.status != 200 {
        eprintln!("The pages have not been built into this program; they are left out.");
        return Ok(());
    }
    let mut paths = vec!["/login".to_owned()];
    // The response is compressed; without `Accept-Encoding` it is readable.
    paths.extend(linked(&plain(host, "/login")?));
    if let Some(script) = paths.iter().find(|path| path.ends_with("/rekey-app.js")) {
        let loader = script.replace("rekey-app.js", SPLIT_LOADER);
        // An unsplit build has none.
        if client.send("GET", &loader, "")?.status == 200 {
            paths.push(loader);
        }
    }
    let how = format!(
        "Each {REQUESTS} times on one connection, in turn with a hyper handler that answers as many bytes from memory, in a process of its own. \
         Bytes are those of the body, compressed with brotli."
    );
    report.section("Pages and files", &how, &["file", "bytes", "rekey", "bare hyper", "ratio"]);
    let mut sum = 0;
    for path in &paths {
        let length = client.get(path)?.body.len();
        sum += length;
        let bare = peer::start(length)?;
        let mut other = Client::connect(bare.server.host())?;
        let (mut ours, mut theirs) = (Vec::new(), Vec::new());
        for _ in 0..REQUESTS {
            ours.push(client.get(path)?.took);
            theirs.push(other.get("/")?.took);
        }
        let (ours, theirs) = (Figures::new(ours), Figures::new(theirs));
        let ratio = format!("{:.2}", ours.median() / theirs.median());
        report.row(&[format!("`{path}`"), length.to_string(), ours.spread(), theirs.spread(), ratio]);
    }
    let mut all = sum;
    if let Some(loader) = paths.iter().find(|path| path.ends_with(SPLIT_LOADER)) {
        let folder = loader.trim_end_matches(SPLIT_LOADER);
        for chunk in plain(host, loader)?.split('"').filter_map(|text| text.strip_prefix("./")).filter(|name| name.ends_with(".wasm")) {
            all += client.get(&[folder, chunk].concat())?.body.len();
        }
    }
    report.section("Bytes", "Of the files above, beside `budgets.toml`.", &["what", "bytes", "at most", "kept"]);
    for (what, bytes, name) in
        [("the login page with all it links to", sum, "first_load"), ("that, and the chunks behind the login", all, "whole_app")]
    {
        let most = budget(name).ok_or("budgets.toml has no such budget")?;
        report.row(&[what.into(), bytes.to_string(), most.to_string(), verdict(bytes <= most).into()]);
    }
    Ok(())
}

/// Returns the value of `name` in `budgets.toml`.
fn budget(name: &str) -> Option<usize> {
    let line = include_str!("../../../budgets.toml").lines().find_map(|line| line.strip_prefix(name)?.trim().strip_prefix('='));
    line?.trim().replace('_', "").parse().ok()
}

/// Returns a file of the site as text.
fn plain(host: &str, path: &str) -> Result<String> {
    use std::io::{Read, Write};
    let mut stream = std::net::TcpStream::connect(host)?;
    write!(stream, "GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n")?;
    let mut text = String::new();
    stream.read_to_string(&mut text)?;
    Ok(text)
}

/// Returns the files of this site that the page refers to.
fn linked(page: &str) -> BTreeSet<String> {
    // Minified HTML quotes attributes only where necessary.
    let values = page.split(['"', '\'', '=', ' ', '>']).filter(|text| text.starts_with('/') && !text.starts_with("//"));
    values.filter(|path| path.rsplit('/').next().is_some_and(|name| name.contains('.'))).map(str::to_owned).collect()
}
