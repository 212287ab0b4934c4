//! Generates a constant for each message of `locales/*.json`, so that a missing message is a compile error.
//!
//! A language file is `{ screen: { message: text } }`; a text with a count is an object of plural forms by CLDR category. Every file has the same
//! screens and messages in the same order as `en.json`: a message is its index in that order, and the WebAssembly contains no names.

use serde_json::{Map, Value};
use std::{env, error::Error, fmt::Write as _, fs, path::Path};

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=locales");
    println!("cargo::rerun-if-changed=build.rs");
    if env::var_os("CARGO_FEATURE_SPLIT").is_some() && env::var("CARGO_CFG_TARGET_ARCH")? == "wasm32" {
        // `wasm-split-cli` needs the relocations.
        println!("cargo::rustc-link-arg-bins=--emit-relocs");
    }
    let english = read(Path::new("locales/en.json"))?;
    let names = names(&english);
    let mut out = constants(&english)?;
    let mut files: Vec<_> = fs::read_dir("locales")?.map(|entry| entry.map(|entry| entry.path())).collect::<Result<_, _>>()?;
    files.sort();
    out.push_str("#[cfg(not(target_arch = \"wasm32\"))]\npub(crate) const TABLES: &[(&str, &[Entry])] = &[\n");
    for file in files.iter().filter(|file| file.extension().is_some_and(|extension| extension == "json")) {
        let language = read(file)?;
        if self::names(&language) != names {
            return Err(format!("{} does not hold the messages of en.json in their order", file.display()).into());
        }
        let code = file.file_stem().and_then(|stem| stem.to_str()).ok_or("a language file is named like en.json")?;
        write!(out, "({code:?}, &[")?;
        for text in texts(&language) {
            match text {
                Value::String(text) => write!(out, "Entry::Text({text:?}), ")?,
                Value::Object(forms) => {
                    out.push_str("Entry::Forms(&[");
                    for (category, form) in forms {
                        write!(out, "({category:?}, {:?}), ", form.as_str().ok_or("a plural form is text")?)?;
                    }
                    out.push_str("]), ");
                }
                other => return Err(format!("{other} is neither text nor plural forms").into()),
            }
        }
        out.push_str("]),\n");
    }
    out.push_str("];\n");
    fs::write(Path::new(&env::var("OUT_DIR")?).join("messages.rs"), out)?;
    Ok(())
}

fn read(file: &Path) -> Result<Map<String, Value>, Box<dyn Error>> {
    let text = fs::read_to_string(file)?;
    if text.contains(['<', '&']) {
        return Err(format!("{} is embedded in HTML: use neither < nor &", file.display()).into());
    }
    Ok(serde_json::from_str(&text).map_err(|error| format!("{}: {error}", file.display()))?)
}

fn names(language: &Map<String, Value>) -> Vec<String> {
    let screens = language.iter().filter_map(|(screen, messages)| Some((screen, messages.as_object()?)));
    screens.flat_map(|(screen, messages)| messages.keys().map(move |message| [screen, ".", message].concat())).collect()
}

fn texts(language: &Map<String, Value>) -> impl Iterator<Item = &Value> {
    language.values().filter_map(Value::as_object).flat_map(Map::values)
}

fn constants(english: &Map<String, Value>) -> Result<String, Box<dyn Error>> {
    let mut out = String::new();
    let mut index = 0_u16;
    for (screen, messages) in english {
        writeln!(out, "pub(crate) mod {screen} {{")?;
        for (message, text) in messages.as_object().ok_or("a screen is an object of messages")? {
            writeln!(out, "/// `{text}`\npub(crate) const {}: super::MessageId = super::MessageId({index});", message.to_uppercase())?;
            index += 1;
        }
        out.push_str("}\n");
    }
    Ok(out)
}
