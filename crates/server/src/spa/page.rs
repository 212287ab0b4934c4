//! HTML pages: prerendered at build time, completed with the server's configuration at startup, and sent with the session, so that no page has to
//! fetch it.

use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, Response, StatusCode, header};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use rekey_wire::bootstrap::BootstrapData;
use rekey_wire::config::Config;
use rekey_wire::login::{Session, SessionUser};
use sha2::{Digest, Sha256};
use std::io::Write;
use std::sync::Arc;

use super::encoding::{Coding, choose};
use super::file::File;
use super::sending::{Forms, Sending};

/// The requester of a page.
#[derive(Clone, Debug)]
pub(super) enum Who {
    /// Unknown: the database could not be queried.
    Unknown,
    /// Not signed in.
    Visitor,
    /// Signed in.
    User(SessionUser),
}

/// All pages; cheap to clone.
#[derive(Clone)]
pub(super) struct Pages(Arc<Filled>);

struct Filled {
    config: Config,
    policy: Option<&'static str>,
    /// `Link` headers for the initial files of the app.
    app: Vec<HeaderValue>,
    /// `Link` headers for the chunks that only signed-in users need.
    lazy: Vec<HeaderValue>,
    pages: Vec<Page>,
}

/// A page, split at its bootstrap data.
struct Page {
    path: &'static str,
    before: String,
    after: String,
    /// The version for visitors, compressed once.
    visitor: Forms,
    tag: String,
}

/// The page without a prerendered screen.
const BLANK: &str = "/index.html";

impl Pages {
    /// Builds the pages: the blank one among `files`, and one for each prerendered screen.
    pub(super) fn fill(files: &[File], config: Config) -> Self {
        let blank = files.iter().find(|file| file.path == BLANK);
        let html = blank.map(|file| String::from_utf8_lossy(file.identity)).unwrap_or_default();
        let values = [("{{brand}}", escape(&config.brand)), ("{{min_length}}", config.password.min_length.to_string())];
        let pages = files.iter().filter(|file| blank.is_some() && file.is_page()).filter_map(|file| {
            let page = if file.path == BLANK { html.to_string() } else { place(&html, &String::from_utf8_lossy(file.identity))? };
            let filled = values.iter().fold(page, |page, (name, value)| page.replace(name, value));
            let (before, after) = filled.split_once("{{bootstrap}}")?;
            let visitor = [before, &bootstrap(&config, None), after].concat();
            Some(Page {
                path: file.path,
                before: before.to_owned(),
                after: after.to_owned(),
                tag: URL_SAFE_NO_PAD.encode(&Sha256::digest(&visitor)[..16]),
                visitor: Forms {
                    brotli: Some(compress(&visitor, Coding::Brotli)),
                    gzip: Some(compress(&visitor, Coding::Gzip)),
                    identity: visitor.into(),
                },
            })
        });
        let pages = pages.collect();
        let ours = |file: &&File| file.path.starts_with("/app-") && [".js", ".wasm"].iter().any(|end| file.path.ends_with(end));
        let (lazy, app): (Vec<_>, Vec<_>) = files.iter().filter(ours).partition(|file| file.path.contains("/split_"));
        let links = |files: Vec<&File>| files.into_iter().filter_map(preload).collect();
        let policy = blank.and_then(|file| file.policy);
        Self(Arc::new(Filled { config, policy, app: links(app), lazy: links(lazy), pages }))
    }

    /// Sends the page at `path`, if there is one.
    pub(super) fn answer(&self, path: &str, who: &Who, status: StatusCode, request: &HeaderMap) -> Option<Response<Body>> {
        let page = self.0.pages.iter().find(|page| page.path == path)?;
        let personal = |bootstrap: &str| {
            let html = [page.before.as_str(), bootstrap, &page.after].concat();
            let coding = choose(request, |_| true);
            let form = |wanted: Coding| (coding == wanted).then(|| compress(&html, wanted));
            Forms { brotli: form(Coding::Brotli), gzip: form(Coding::Gzip), identity: html.clone().into() }
        };
        let (tag, lifetime, forms) = match who {
            Who::Visitor => (Some(page.tag.as_str()), "no-cache", page.visitor.clone()),
            // A page with personal data must not be stored, not even for the back button.
            Who::User(user) => (None, "no-store", personal(&bootstrap(&self.0.config, Some(user.clone())))),
            Who::Unknown => (None, "no-store", personal("")),
        };
        let sending =
            Sending { kind: "text/html; charset=utf-8", tag, lifetime, vary: "accept-encoding, cookie", policy: self.0.policy, forms };
        let mut response = sending.answer(status, request);
        // A prerendered page is painted before the app loads; the blank page has nothing to paint, so it preloads the app.
        if path == BLANK {
            let lazy = self.0.lazy.iter().filter(|_| matches!(who, Who::User(_)));
            for link in self.0.app.iter().chain(lazy) {
                response.headers_mut().append(header::LINK, link.clone());
            }
        }
        Some(response)
    }
}

/// Returns a preload header for `file`, in the mode in which the page's script requests it (HTML, section 4.2.4.4).
fn preload(file: &File) -> Option<HeaderValue> {
    let how = match file.kind {
        "application/wasm" => "rel=preload; as=fetch; type=\"application/wasm\"",
        _ => "rel=modulepreload",
    };
    HeaderValue::from_str(&format!("<{}>; {how}; crossorigin", file.path)).ok()
}

/// Inserts a prerendered screen into the blank page: `<title>…</title>`, then the content of `<div id="app">`, whose attribute makes the app hydrate
/// it.
fn place(blank: &str, prerendered: &str) -> Option<String> {
    let (title, content) = prerendered.split_at(prerendered.find("</title>")? + "</title>".len());
    let (head, rest) = blank.split_once("<title>")?;
    let (_, rest) = rest.split_once("</title>")?;
    let root = ["<div id=app>", "<div id=\"app\">"].iter().find_map(|tag| Some(rest.find(tag)?..rest.find(tag)? + tag.len()))?;
    let end = root.end + rest[root.end..].find("</div>")?;
    Some([head, title, &rest[..root.start], "<div id=app data-prerendered>", content, &rest[end..]].concat())
}

/// Returns the JSON of [`BootstrapData`], escaped for HTML, so that no text can form a tag.
fn bootstrap(config: &Config, user: Option<SessionUser>) -> String {
    let data = BootstrapData { config: config.clone(), session: Session { user } };
    // Serializing plain structs cannot fail.
    serde_json::to_string(&data).unwrap_or_default().replace('<', "\\u003c").replace('&', "\\u0026")
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// Compresses at a moderate level: pages are small, and personal ones are compressed for each request.
fn compress(html: &str, coding: Coding) -> Bytes {
    let mut compressed = Vec::new();
    let done = match coding {
        Coding::Brotli => {
            let mut writer = brotli::CompressorWriter::new(&mut compressed, 64 * 1024, 9, 18);
            writer.write_all(html.as_bytes())
            // Dropping the writer flushes the end of the stream.
        }
        Coding::Gzip => {
            let mut writer = flate2::write::GzEncoder::new(&mut compressed, flate2::Compression::default());
            writer.write_all(html.as_bytes()).and_then(|()| writer.finish().map(drop))
        }
        Coding::Identity => compressed.write_all(html.as_bytes()),
    };
    debug_assert!(done.is_ok(), "writing to memory does not fail");
    compressed.into()
}
