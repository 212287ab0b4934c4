//! Embeds the built pages into the program: every file of `dist/`, compressed, with its entity tag and, for HTML, its content security policy. Also
//! packs the list of common passwords.

#[path = "src/spa/csp.rs"]
mod csp;
#[path = "src/password/blocklist/pack.rs"]
mod pack;
#[path = "src/password/blocklist/place.rs"]
mod place;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};
use std::fmt::Write as _;
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::{env, fs};

/// Files that are already compressed.
const COMPACT: [&str; 6] = ["png", "jpg", "webp", "avif", "woff2", "gz"];

fn main() -> io::Result<()> {
    println!("cargo::rerun-if-env-changed=REKEY_DIST");
    println!("cargo::rerun-if-changed=build.rs");
    // `sqlx::migrate!` does not detect new files.
    println!("cargo::rerun-if-changed=migrations");
    println!("cargo::rerun-if-changed=src/spa/csp.rs");
    println!("cargo::rerun-if-changed=src/password/blocklist");
    println!("cargo::rerun-if-changed=passwords");
    let dist = dist();
    println!("cargo::rerun-if-changed={}", dist.display());
    let out = PathBuf::from(env::var_os("OUT_DIR").ok_or_else(|| io::Error::other("cargo sets OUT_DIR"))?);
    fs::write(out.join("blocklist"), blocklist()?)?;
    let mut files = Vec::new();
    collect(&dist, &dist, &mut files)?;
    files.sort();
    let mut source = String::from("&[\n");
    for (at, (name, path)) in files.iter().enumerate() {
        source += &entry(name, path, &out.join(format!("page-{at}")))?;
    }
    source += "]\n";
    fs::write(out.join("pages.rs"), source)
}

/// Packs the common passwords, one per entry, and the most common words, each marked by a leading line feed; see `src/password/blocklist`.
fn blocklist() -> io::Result<Vec<u8>> {
    let mut common = Vec::new();
    brotli::Decompressor::new(fs::File::open("passwords/common.txt.br")?, 64 * 1024).read_to_end(&mut common)?;
    let pairs = fs::read_to_string("passwords/pairs.txt")?;
    let marked: Vec<String> = pairs.lines().map(|word| format!("\n{word}")).collect();
    let lines = common.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
    Ok(pack::pack(lines.chain(marked.iter().map(String::as_bytes))))
}

/// Returns `REKEY_DIST`, or `dist/` of the workspace. Creates an empty directory if there is none: for a missing path, Cargo would rebuild every
/// time.
fn dist() -> PathBuf {
    if let Some(dist) = env::var_os("REKEY_DIST").filter(|dist| !dist.is_empty()) {
        return dist.into();
    }
    let dist = Path::new(&env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default()).join("../../dist");
    let _ = fs::create_dir_all(&dist);
    dist
}

/// Collects all files below `directory` with their paths on the site. Names that begin with a dot belong to tools.
fn collect(root: &Path, directory: &Path, files: &mut Vec<(String, PathBuf)>) -> io::Result<()> {
    let Ok(entries) = fs::read_dir(directory) else { return Ok(()) };
    for entry in entries {
        let path = entry?.path();
        let is_hidden = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
        if is_hidden {
            continue;
        }
        if path.is_dir() {
            collect(root, &path, files)?;
        } else if let Ok(relative) = path.strip_prefix(root) {
            let parts: Vec<_> = relative.iter().map(|part| part.to_string_lossy()).collect();
            files.push((format!("/{}", parts.join("/")), path));
        }
    }
    Ok(())
}

/// Returns the Rust expression of one file; its forms are written to `stem`, `stem.br` and `stem.gz`.
fn entry(name: &str, path: &Path, stem: &Path) -> io::Result<String> {
    let content = fs::read(path)?;
    let extension = Path::new(name).extension().map(|extension| extension.to_string_lossy().to_ascii_lowercase()).unwrap_or_default();
    let policy = (extension == "html").then(|| csp::policy(&String::from_utf8_lossy(&content)));
    let digest = URL_SAFE_NO_PAD.encode(Sha256::digest(&content));
    fs::write(stem, &content)?;
    // HTML pages are completed, and compressed, when the server starts.
    let is_compact = policy.is_some() || COMPACT.contains(&extension.as_str());
    let brotli = if is_compact { None } else { smaller(&content, brotli(&content)?, &stem.with_extension("br"))? };
    let gzip = if is_compact { None } else { smaller(&content, gzip(&content)?, &stem.with_extension("gz"))? };
    let mut source = String::new();
    let written = writeln!(
        source,
        "File {{ path: {name:?}, kind: {:?}, tag: {:?}, is_immutable: {}, policy: {policy:?}, identity: include_bytes!({stem:?}), \
         brotli: {}, gzip: {} }},",
        kind(&extension),
        &digest[..22],
        is_immutable(name),
        included(brotli),
        included(gzip),
    );
    written.map(|()| source).map_err(io::Error::other)
}

/// Writes a compressed form if it is smaller than the content.
fn smaller(content: &[u8], compressed: Vec<u8>, path: &Path) -> io::Result<Option<PathBuf>> {
    if compressed.len() >= content.len() {
        return Ok(None);
    }
    fs::write(path, compressed)?;
    Ok(Some(path.to_owned()))
}

fn included(path: Option<PathBuf>) -> String {
    path.map_or_else(|| "None".to_owned(), |path| format!("Some(include_bytes!({path:?}))"))
}

/// Returns whether the file's folder is named by a hash of its content: `/app-0123456789abcdef/rekey-app.js`.
fn is_immutable(name: &str) -> bool {
    name.starts_with("/app-")
}

/// Compresses at the maximum level, also in development: the tests measure the transfer size.
fn brotli(content: &[u8]) -> io::Result<Vec<u8>> {
    let mut compressed = Vec::new();
    let mut writer = brotli::CompressorWriter::new(&mut compressed, 64 * 1024, 11, 22);
    writer.write_all(content)?;
    // Dropping the writer flushes the end of the stream.
    drop(writer);
    Ok(compressed)
}

fn gzip(content: &[u8]) -> io::Result<Vec<u8>> {
    let level = if is_release() { flate2::Compression::best() } else { flate2::Compression::fast() };
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), level);
    encoder.write_all(content)?;
    encoder.finish()
}

fn is_release() -> bool {
    env::var_os("PROFILE").is_some_and(|profile| profile == "release")
}

fn kind(extension: &str) -> &'static str {
    match extension {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "wasm" => "application/wasm",
        "json" => "application/json",
        "webmanifest" => "application/manifest+json",
        "txt" => "text/plain; charset=utf-8",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "jpg" => "image/jpeg",
        "webp" => "image/webp",
        "avif" => "image/avif",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        _ => "application/octet-stream",
    }
}
