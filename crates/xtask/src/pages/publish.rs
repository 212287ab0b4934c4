//! Publishes the app's files to `dist/app-HASH/`. The folder is named by a hash of its content, so the server marks it as immutable, and files that
//! refer to each other by relative URLs always belong to the same build.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use sha2::{Digest, Sha256};

use crate::shell::{Failure, Result};

/// `--public-url` for Trunk: the folder's name is inserted once the content is known.
pub(super) const PUBLIC_URL: &str = "/{{app}}/";

const PAGE: &str = "index.html";

/// Copies `bundle` to `dist` and inserts the folder's name into `index.html`.
pub(super) fn publish(bundle: &Path, dist: &Path) -> Result<()> {
    let mut files = BTreeMap::new();
    for entry in fs::read_dir(bundle).map_err(|error| Failure::at(bundle, &error))?.flatten() {
        if let Ok(content) = fs::read(entry.path()) {
            files.insert(entry.file_name(), content);
        }
    }
    let page = files.remove(Path::new(PAGE).as_os_str());
    let page = page.ok_or_else(|| Failure(format!("Trunk has left no {PAGE} in {}.", bundle.display())))?;
    let mut digest = Sha256::new();
    for (name, content) in &files {
        digest.update(format!("{} {}\n", name.display(), content.len()));
        digest.update(content);
    }
    let hash: String = digest.finalize()[..8].iter().map(|byte| format!("{byte:02x}")).collect();
    let name = format!("app-{hash}");

    let folder = dist.join(&name);
    let _ = fs::remove_dir_all(dist);
    fs::create_dir_all(&folder).map_err(|error| Failure::at(&folder, &error))?;
    for (name, content) in files {
        write(&folder.join(name), content)?;
    }
    write(&dist.join(PAGE), String::from_utf8_lossy(&page).replace("{{app}}", &name))
}

fn write(path: &Path, content: impl AsRef<[u8]>) -> Result<()> {
    fs::write(path, content).map_err(|error| Failure::at(path, &error))
}

#[cfg(test)]
mod tests {
    use super::publish;
    use std::fs;
    use std::path::{Path, PathBuf};

    fn published(bundle: &Path, dist: &Path, script: &str) -> PathBuf {
        fs::write(bundle.join("index.html"), "<script src=/{{app}}/a.js></script>").expect("written");
        fs::write(bundle.join("a.js"), script).expect("written");
        publish(bundle, dist).expect("published");
        let entries = fs::read_dir(dist).expect("listed").flatten().map(|entry| entry.path());
        let folders: Vec<_> = entries.filter(|path| path.is_dir()).collect();
        assert_eq!(folders.len(), 1, "files of older builds are removed: {folders:?}");
        folders[0].clone()
    }

    #[test]
    fn the_folder_is_named_by_its_content() {
        let root = std::env::temp_dir().join(format!("rekey-publish-{}", std::process::id()));
        let (bundle, dist) = (root.join("bundle"), root.join("dist"));
        fs::create_dir_all(&bundle).expect("made");
        let first = published(&bundle, &dist, "one");
        assert_eq!(fs::read_to_string(first.join("a.js")).expect("read"), "one");
        let name = first.file_name().expect("a name").to_string_lossy().into_owned();
        assert_eq!(fs::read_to_string(dist.join("index.html")).expect("read"), format!("<script src=/{name}/a.js></script>"));
        assert_ne!(published(&bundle, &dist, "two"), first);
        assert_eq!(published(&bundle, &dist, "one"), first);
        fs::remove_dir_all(&root).expect("removed");
    }
}
