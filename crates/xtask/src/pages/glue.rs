//! The JavaScript that `wasm-bindgen` writes around the WebAssembly, made smaller and given the second file to load.
//!
//! It is text of a known form: `wasm-bindgen` is pinned to one version. What is not of that form is a failure here.

use std::collections::{BTreeMap, BTreeSet};

use crate::shell::{Failure, Result};

/// Where the import of a name, or the function of that name, stands in an object.
const IMPORTS: &str = "const import0 = {\n__proto__: null,\n";

/// New names for old ones.
pub(super) type Names = BTreeMap<String, String>;

/// The file that is loaded later.
pub(super) struct Later<'a> {
    /// What the WebAssembly calls to have it loaded.
    pub(super) loader: &'a str,
    pub(super) file: &'a str,
    /// As `fetch` takes it.
    pub(super) integrity: &'a str,
    /// What it takes from the first one.
    pub(super) shared: &'a [String],
}

/// `source` without comments, indentation, and the classes that nobody makes: they come from a crate that Leptos brings
/// along for server functions.
pub(super) fn tidy(source: &str) -> Result<String> {
    let mut lines = source.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with("//")).peekable();
    let (mut text, mut classes) = (String::new(), Vec::new());
    while let Some(line) = lines.next() {
        if line.starts_with("/*") {
            let mut line = line;
            while !line.ends_with("*/") {
                line = lines.next().ok_or_else(|| unknown("a comment without an end"))?;
            }
        } else {
            text += line;
            text.push('\n');
        }
    }
    while let Some(at) = text.find("export class ") {
        let name: String = text[at + "export class ".len()..].chars().take_while(|c| c.is_alphanumeric()).collect();
        let last = ["if (Symbol.dispose) ", &name, ".prototype[Symbol.dispose] = ", &name, ".prototype.free;\n"].concat();
        cut(&mut text, at, &last)?;
        let registry = ["const ", &name, "Finalization = "].concat();
        let at = text.find(&registry).ok_or_else(|| unknown(&name))?;
        cut(&mut text, at, ";\n")?;
        classes.push(name);
    }
    match classes.iter().find(|class| text.contains(class.as_str())) {
        Some(used) => Err(unknown(&["a class that is in use: ", used].concat())),
        None => Ok(text),
    }
}

/// Cuts from `at` to the end of the next `last`.
fn cut(text: &mut String, at: usize, last: &str) -> Result<()> {
    let length = text[at..].find(last).ok_or_else(|| unknown(last))? + last.len();
    text.replace_range(at..at + length, "");
    Ok(())
}

/// What `tidied` takes out of the WebAssembly.
pub(super) fn exports_used(tidied: &str) -> BTreeSet<String> {
    words(tidied).filter(|(before, _)| before.ends_with("wasm.")).map(|(_, word)| word.to_owned()).collect()
}

/// Gives `tidied` the second file to load, where it imported a module for that.
pub(super) fn with_later(tidied: &str, later: &Later<'_>) -> Result<String> {
    let (_, text) = tidied.split_once("import * as import1 from ").ok_or_else(|| unknown("no second import"))?;
    let (_, text) = text.split_once('\n').ok_or_else(|| unknown("nothing but an import"))?;
    let (before, after) = text.split_once(IMPORTS).ok_or_else(|| unknown("no imports"))?;
    let shared: Vec<String> = later.shared.iter().map(|name| [name, ": wasm.", name].concat()).collect();
    let Later { loader, file, integrity, .. } = later;
    let load = format!(
        "{loader}: function(callback, data) {{\n\
         later ??= WebAssembly.instantiateStreaming(fetch(new URL(\"{file}\", import.meta.url), {{ integrity: \"{integrity}\" }}), \
         {{ __wasm_split: {{ {} }} }});\n\
         later.then(() => true, (error) => {{\nlater = undefined;\nconsole.error(error);\nreturn false;\n}})\
         .then((here) => wasm.__indirect_function_table.get(callback)(data, here));\n}},\n",
        shared.join(", ")
    );
    let second = "\"./__wasm_split.js\": import1,\n";
    let after =
        after.split_once(second).map(|(one, other)| [one, other].concat()).ok_or_else(|| unknown("no module for the second file"))?;
    Ok(["let later;\n", before, IMPORTS, &load, &after].concat())
}

/// `text` with the new names of everything that it and the WebAssembly know each other by.
pub(super) fn renamed(text: &str, imports: &Names, exports: &Names) -> Result<String> {
    let (mut new, mut done) = (String::new(), 0);
    for (before, word) in words(text) {
        new += &before[done..];
        done = before.len() + word.len();
        match (before.ends_with("wasm."), imports.get(word), exports.get(word)) {
            (true, _, Some(name)) | (false, Some(name), _) => new += name,
            (true, _, None) => return Err(unknown(word)),
            // A function of the glue that is called like what it calls.
            (false, None, Some(name)) if word.starts_with("wasm_bindgen_") => {
                new += "call_";
                new += name;
            }
            _ => new += word,
        }
    }
    new += &text[done..];
    let module = "\"./rekey-app_bg.js\": import0";
    if !new.contains(module) {
        return Err(unknown("no imported module"));
    }
    Ok(new.replace(module, "a: import0"))
}

/// Every word of `text`, with all that stands before it.
fn words(text: &str) -> impl Iterator<Item = (&str, &str)> {
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '$';
    let mut at = 0;
    std::iter::from_fn(move || {
        let start = at + text[at..].find(is_part)?;
        let length = text[start..].find(|c| !is_part(c)).unwrap_or(text.len() - start);
        at = start + length;
        Some((&text[..start], &text[start..at]))
    })
}

fn unknown(what: &str) -> Failure {
    Failure(format!("What wasm-bindgen wrote is not of the form that `pages/glue.rs` knows: {what}."))
}

#[cfg(test)]
mod tests {
    use super::{Later, Names, exports_used, renamed, tidy, with_later};

    const GLUE: &str = r#"import * as import1 from "./__wasm_split.js"

/**
 * Nobody makes one.
 */
export class Unmade {
    free() {
        UnmadeFinalization.unregister(this);
        wasm.__wbg_unmade_free(1, 0);
    }
}
if (Symbol.dispose) Unmade.prototype[Symbol.dispose] = Unmade.prototype.free;
function __wbg_get_imports() {
    const import0 = {
        __proto__: null,
        // Says something.
        __wbg_say_12ab: function(arg0) {
            wasm.__wbindgen_free(arg0, "a // b");
        },
    };
    return {
        __proto__: null,
        "./rekey-app_bg.js": import0,
        "./__wasm_split.js": import1,
    };
}
function wasm_bindgen_call(arg0) {
    wasm.wasm_bindgen_call(arg0);
}
const UnmadeFinalization = (typeof FinalizationRegistry === 'undefined')
    ? { register: () => {}, unregister: () => {} }
    : new FinalizationRegistry(ptr => wasm.__wbg_unmade_free(ptr, 1));
let wasm;
"#;

    fn names(names: &[(&str, &str)]) -> Names {
        names.iter().map(|(old, new)| ((*old).to_owned(), (*new).to_owned())).collect()
    }

    #[test]
    fn comments_and_unmade_classes_go_and_the_second_file_comes() {
        let tidied = tidy(GLUE).expect("the known form");
        assert!(!tidied.contains("Unmade") && !tidied.contains("Says") && tidied.contains("a // b"), "{tidied}");
        let later = Later { loader: "load", file: "later.wasm", integrity: "sha384-x", shared: &["memory".to_owned()] };
        let text = with_later(&tidied, &later).expect("the known form");
        assert!(!text.contains("import1"), "{text}");
        assert!(text.contains("load: function(callback, data)") && text.contains("{ __wasm_split: { memory: wasm.memory } }"), "{text}");
        let used: Vec<String> = exports_used(&text).into_iter().collect();
        assert_eq!(used, ["__indirect_function_table", "__wbindgen_free", "memory", "wasm_bindgen_call"]);
        let exports = names(&[("__indirect_function_table", "A"), ("__wbindgen_free", "B"), ("memory", "C"), ("wasm_bindgen_call", "D")]);
        let text = renamed(&text, &names(&[("__wbg_say_12ab", "$"), ("load", "$a")]), &exports).expect("all have names");
        assert!(text.contains("\n$: function(arg0) {\nwasm.B(arg0, \"a // b\");\n"), "{text}");
        assert!(text.contains("\n$a: function(callback, data)") && text.contains("{ memory: wasm.C }"), "{text}");
        assert!(text.contains("function call_D(arg0) {\nwasm.D(arg0);") && text.contains("a: import0"), "{text}");
    }

    #[test]
    fn another_form_is_a_failure() {
        let made = GLUE.replace("let wasm;", "let wasm = new Unmade();");
        assert!(tidy(&made).is_err(), "the class is in use");
        assert!(with_later("let wasm;", &Later { loader: "", file: "", integrity: "", shared: &[] }).is_err());
        assert!(renamed("\"./rekey-app_bg.js\": import0 wasm.memory", &Names::new(), &Names::new()).is_err(), "no name for it");
    }
}
