//! Holds the app's files back until the form is painted.
//!
//! A browser asks for what stands in the head before it paints, which takes a slow phone some 60 ms. Inside
//! `<template id="files">` it waits until `early.js` takes it out.

use std::fs;
use std::path::Path;

use crate::shell::{Failure, Result};

const PLACES: [&str; 2] = ["<template id=files>", "<template id=\"files\">"];

/// Moves the script that starts the app, and the links that fetch its files ahead, into the template of `index.html`.
pub(super) fn hold(dist: &Path) -> Result<()> {
    let page = dist.join("index.html");
    let html = fs::read_to_string(&page).map_err(|error| Failure::at(&page, &error))?;
    let held = held(&html).ok_or_else(|| Failure(format!("{} has no place for the app's files.", page.display())))?;
    fs::write(&page, held).map_err(|error| Failure::at(&page, &error))
}

fn held(html: &str) -> Option<String> {
    let (mut rest, mut files) = (html.to_owned(), String::new());
    while let Some((before, file, after)) = first_file(&rest) {
        files += file;
        rest = [before, after].concat();
    }
    let place = PLACES.iter().find_map(|place| Some(rest.find(place)? + place.len()))?;
    rest.insert_str(place, &files);
    (!files.is_empty()).then_some(rest)
}

/// The first element of `html` that fetches a file of the app, between what stands before and after it.
fn first_file(html: &str) -> Option<(&str, &str, &str)> {
    html.match_indices('<').find_map(|(start, _)| {
        let tag = &html[start..start + html[start..].find('>')? + 1];
        let plain = tag.replace('"', "");
        let length = if plain.starts_with("<script") && plain.contains("type=module") {
            html[start..].find("</script>")? + "</script>".len()
        } else if plain.starts_with("<link") && ["rel=modulepreload", "rel=preload"].iter().any(|rel| plain.contains(rel)) {
            tag.len()
        } else {
            return None;
        };
        let (file, after) = html[start..].split_at(length);
        Some((&html[..start], file, after))
    })
}

#[cfg(test)]
mod tests {
    use super::held;

    #[test]
    fn what_starts_the_app_waits_in_the_template() {
        let html = "<link rel=icon href=a><style>a>b{}</style><script type=\"module\">import a from 'b';if (1 < 2) a()</script>\
                    <link rel=modulepreload href=b><link href=c rel=\"preload\" as=fetch></head><template id=files></template><script>early</script>";
        assert_eq!(
            held(html).expect("a place"),
            "<link rel=icon href=a><style>a>b{}</style></head><template id=files><script type=\"module\">import a from 'b';if (1 < 2) a()\
             </script><link rel=modulepreload href=b><link href=c rel=\"preload\" as=fetch></template><script>early</script>"
        );
        assert_eq!(held("<template id=files></template>"), None, "nothing to start");
        assert_eq!(held("<script type=module></script>"), None, "no place");
    }
}
