//! Benchmark of cold page loads on a throttled connection in a browser, with a film strip.

use std::fs;
use std::path::Path;

use rekey_e2e::{Browser, ColdLoad};
use serde_json::json;

use crate::Result;
use crate::machine::Machine;
use crate::peer;
use crate::program::{Folder, Program};
use crate::report::{Report, verdict};

/// Loads per page.
const LOADS: usize = 7;
/// The goals: something painted and the form usable in so many times the least that can be painted, and the app live in so many milliseconds.
const PAINTED: f64 = 1.5;
const LIVE: f64 = 1800.0;
/// The film strip: pictures in a row, rows, milliseconds between two.
const ACROSS: u32 = 6;
const PICTURES: u32 = 12;
const STEP: u32 = 100;

const PAGES: [(&str, &str); 3] = [("login", "/login"), ("forgot", "/forgot-password"), ("reset", "/reset-password#token=none")];

/// Measures and writes down; the pictures go beside the document.
pub(crate) fn measure(program: &Path, document: &Path, machine: Machine, report: &mut Report) -> Result<()> {
    let folder = Folder::new();
    let program = Program::new(program, &folder.sqlite());
    let (server, _) = program.serve();
    let browser = Browser::start();
    let live_goal = machine.goal(LIVE);
    let how = format!(
        "Chromium with an empty cache, 1.6 Mbit/s, 150 ms latency, processor 4 times slower; {LOADS} loads, median (least to most). Usable: the \
         form is painted and keeps what is typed into it, chosen and sent; live: the app has hydrated it. Goals: painted and usable in \
         {PAINTED} times one word of such a page, live in {live_goal:.0} ms, nothing moves. Beside them, in turns, the least that can be painted: one word, and one word with \
         the header by which our pages ask for a process of their own (`Cross-Origin-Opener-Policy`)."
    );
    report.section("A cold load on a slow phone", &how, &["page", "first paint", "usable", "live", "layout shift", "received", "kept"]);
    let words = [("one word, from bare hyper", peer::word()?), ("one word, in a process of its own", peer::word_apart()?)];
    let mut floors = [Vec::new(), Vec::new()];
    let mut loads = PAGES.map(|_| Vec::new());
    // Interleaved, so that all are measured under the same conditions.
    for _ in 0..LOADS {
        for ((_, peer), loads) in words.iter().zip(&mut floors) {
            loads.push(browser.paint_cold(&format!("http://{}/", peer.server.host())));
        }
        for ((_, path), loads) in PAGES.iter().zip(&mut loads) {
            loads.push(browser.load_cold(&format!("http://{}{path}", server.host())));
        }
    }
    let floor = sorted(&floors[1], |load| load.first_paint)[LOADS / 2] * PAINTED;
    for ((name, _), loads) in PAGES.into_iter().zip(&loads) {
        let (paint, usable, live) =
            (sorted(loads, |load| load.first_paint), sorted(loads, |load| load.usable), sorted(loads, |load| load.live));
        let shift = sorted(loads, |load| load.shift)[LOADS - 1];
        let kept = paint[LOADS / 2] < floor && usable[LOADS / 2] < floor && live[LOADS / 2] < live_goal && shift == 0.0;
        report.row(&[name.into(), cell(&paint), cell(&usable), cell(&live), format!("{shift:.3}"), received(loads), verdict(kept).into()]);
        let usual = loads.iter().min_by(|one, other| (one.live - live[LOADS / 2]).abs().total_cmp(&(other.live - live[LOADS / 2]).abs()));
        if let Some(load) = usual {
            let pictures = document.with_file_name("pictures");
            fs::write(pictures.join(format!("first-second-{name}.png")), strip(&browser, load))?;
        }
    }
    for ((name, _), loads) in words.iter().zip(&floors) {
        let (paint, none) = (cell(&sorted(loads, |load| load.first_paint)), String::new);
        report.row(&[(*name).into(), paint, none(), none(), none(), received(loads), none()]);
    }
    Ok(())
}

fn sorted(loads: &[ColdLoad], what: fn(&ColdLoad) -> f64) -> Vec<f64> {
    let mut sorted: Vec<f64> = loads.iter().map(what).collect();
    sorted.sort_by(f64::total_cmp);
    sorted
}

fn cell(sorted: &[f64]) -> String {
    format!("{:.0} ms ({:.0}–{:.0})", sorted[LOADS / 2], sorted[0], sorted[LOADS - 1])
}

fn received(loads: &[ColdLoad]) -> String {
    format!("{:.1} kB", sorted(loads, |load| load.bytes)[LOADS / 2] / 1000.0)
}

/// Returns a film strip of the load, with one frame per interval and the time of hydration.
fn strip(browser: &Browser, load: &ColdLoad) -> Vec<u8> {
    let page = browser.new_context();
    page.resize(ACROSS * 190 + 10, 2 * 360 + 10);
    let shown = |at: f64| load.film.iter().take_while(|(when, _)| *when <= at).last().map_or("", |(_, jpeg)| jpeg.as_str());
    let mut frames: Vec<_> =
        (0..PICTURES - 1).map(|at| (f64::from(at * STEP), format!("{:.1} s", f64::from(at * STEP) / 1000.0))).collect();
    frames.push((f64::MAX, format!("live at {:.2} s", load.live / 1000.0)));
    let figures: String = frames
        .iter()
        .map(|(at, caption)| match shown(*at) {
            "" => format!("<figure><div></div><figcaption>{caption}</figcaption></figure>"),
            jpeg => format!("<figure><img src='data:image/jpeg;base64,{jpeg}'><figcaption>{caption}</figcaption></figure>"),
        })
        .collect();
    let html = format!(
        "<style>body{{margin:10px 0 0 10px;display:flex;flex-wrap:wrap;gap:10px;background:#fff;font:16px sans-serif;color:#222}}\
         figure{{margin:0;width:180px;text-align:center}}img,div{{display:block;width:178px;height:316px;border:1px solid #ccc;margin-bottom:4px}}</style>{figures}"
    );
    page.goto("about:blank");
    page.evaluate(&format!("document.documentElement.innerHTML = {}", json!(html)));
    page.wait_for("[...document.images].every(image => image.complete && image.naturalWidth > 0)");
    page.screenshot()
}
