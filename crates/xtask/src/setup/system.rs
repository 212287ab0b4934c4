//! Packages of the system: Chromium, its driver, PostgreSQL and Python.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use crate::shell::{self, Failure, Result};

/// Paths of the system's programs.
pub(crate) struct System {
    pub(crate) chromium: PathBuf,
    pub(crate) chromedriver: PathBuf,
    /// The folder with `initdb` and `postgres`.
    pub(crate) postgres: PathBuf,
    /// A Python that runs schemathesis.
    pub(crate) python: PathBuf,
}

/// The programs found; `None` for missing ones.
struct Found {
    chromium: Option<PathBuf>,
    chromedriver: Option<PathBuf>,
    postgres: Option<PathBuf>,
    python: Option<PathBuf>,
}

impl Found {
    fn look() -> Self {
        Self {
            chromium: chromium(),
            chromedriver: named("CHROMEDRIVER").or_else(|| shell::find("chromedriver")),
            postgres: postgres(),
            python: python(),
        }
    }
}

/// Packages to install, and the installer.
pub(crate) struct Plan {
    missing: Vec<Package>,
    installer: Option<Installer>,
}

#[derive(Clone, Copy)]
struct Package {
    what: &'static str,
    apt: &'static str,
    brew: &'static [&'static str],
}

const CHROMIUM: Package = Package { what: "Chromium", apt: "chromium", brew: &["--cask", "chromium"] };
const CHROMEDRIVER: Package = Package { what: "chromedriver", apt: "chromium-driver", brew: &["--cask", "chromedriver"] };
const POSTGRES: Package = Package { what: "PostgreSQL", apt: "postgresql", brew: &["postgresql@17"] };
const PYTHON: Package = Package { what: "Python 3.11 with venv", apt: "python3-venv", brew: &["python3"] };

enum Installer {
    Apt(Apt),
    Brew,
}

impl Plan {
    /// Determines what is missing and whether it can be installed here.
    ///
    /// # Errors
    /// The command to run, if it cannot.
    pub(crate) fn make() -> Result<Self> {
        let found = Found::look();
        let wanted = [
            (CHROMIUM, found.chromium.is_none()),
            (CHROMEDRIVER, found.chromedriver.is_none()),
            (POSTGRES, found.postgres.is_none()),
            (PYTHON, found.python.is_none()),
        ];
        let missing: Vec<Package> = wanted.into_iter().filter_map(|(package, wanted)| wanted.then_some(package)).collect();
        if missing.is_empty() {
            return Ok(Self { missing, installer: None });
        }
        let installer = if let Some(apt) = Apt::usable() {
            Installer::Apt(apt)
        } else if shell::find("brew").is_some() {
            Installer::Brew
        } else {
            return Err(cannot_install(&missing));
        };
        Ok(Self { missing, installer: Some(installer) })
    }

    /// Installs what is missing and returns the paths of all programs.
    pub(crate) fn carry_out(self) -> Result<System> {
        match &self.installer {
            None => {}
            Some(Installer::Apt(apt)) => apt.install(&self.missing.iter().map(|package| package.apt).collect::<Vec<_>>())?,
            Some(Installer::Brew) => {
                for package in &self.missing {
                    println!("Installing {} with Homebrew", package.what);
                    shell::run(Command::new("brew").arg("install").args(package.brew))?;
                }
            }
        }
        let Found { chromium, chromedriver, postgres, python } = Found::look();
        let found = |place: Option<PathBuf>, what: &str, hint: &str| {
            place.ok_or_else(|| Failure(format!("{what} is installed, but its programs are not where they were expected. {hint}")))
        };
        Ok(System {
            chromium: found(chromium, "Chromium", "Name the program: export CHROMIUM=/path/to/chromium")?,
            chromedriver: found(chromedriver, "chromedriver", "Name the program: export CHROMEDRIVER=/path/to/chromedriver")?,
            postgres: found(postgres, "PostgreSQL", "Put the folder that holds `initdb` on PATH.")?,
            // Older systems offer newer versions in addition to their own.
            python: python.ok_or_else(|| {
                Failure("The system's Python is too old for schemathesis. Type this, then try again:\n\n    sudo apt-get install -y python3.11-venv".into())
            })?,
        })
    }
}

fn cannot_install(missing: &[Package]) -> Failure {
    let names = missing.iter().map(|package| package.what).collect::<Vec<_>>().join(", ");
    let command = if shell::find("apt-get").is_some() {
        let packages = missing.iter().map(|package| package.apt).collect::<Vec<_>>().join(" ");
        format!("    sudo apt-get update && sudo apt-get install -y {packages}")
    } else if shell::find("dnf").is_some() {
        "    sudo dnf install -y chromium chromedriver postgresql-server python3".to_owned()
    } else if shell::find("pacman").is_some() {
        "    sudo pacman -S chromium postgresql python".to_owned()
    } else if cfg!(target_os = "macos") {
        "    /usr/bin/open https://brew.sh    (install Homebrew, which this command then uses)".to_owned()
    } else {
        "    (the packages of your system for these), or export CHROMIUM=… CHROMEDRIVER=… and put `initdb` and `python3` on PATH".to_owned()
    };
    Failure(format!("Missing: {names}. They cannot be installed from here without your password. Type this, then try again:\n\n{command}"))
}

/// apt, with sufficient permissions.
pub(crate) struct Apt {
    /// `sudo -n`, when not root.
    sudo: bool,
}

impl Apt {
    /// Returns `Some` on Debian-like systems where packages can be installed without a password.
    pub(crate) fn usable() -> Option<Self> {
        shell::find("apt-get")?;
        if is_root() {
            return Some(Self { sudo: false });
        }
        shell::find("sudo")?;
        shell::capture(Command::new("sudo").args(["-n", "true"])).ok().map(|_| Self { sudo: true })
    }

    /// Updates the package lists and installs `packages`.
    pub(crate) fn install(&self, packages: &[&str]) -> Result<()> {
        println!("Installing {} with apt-get", packages.join(", "));
        self.run(&["update", "-qq"])?;
        self.run(&[&["install", "-y", "-qq", "--no-install-recommends"], packages].concat())
    }

    fn run(&self, arguments: &[&str]) -> Result<()> {
        let mut command = Command::new(if self.sudo { "sudo" } else { "env" });
        if self.sudo {
            command.args(["-n", "env"]);
        }
        shell::run(command.args(["DEBIAN_FRONTEND=noninteractive", "apt-get"]).args(arguments))
    }
}

/// Returns whether this process runs as root; Chromium and PostgreSQL treat root specially.
pub(crate) fn is_root() -> bool {
    shell::capture(Command::new("id").arg("-u")).is_ok_and(|id| id.trim() == "0")
}

/// Returns a program named by an environment variable.
fn named(variable: &str) -> Option<PathBuf> {
    env::var_os(variable).map(PathBuf::from).filter(|file| file.is_file())
}

fn chromium() -> Option<PathBuf> {
    const NAMES: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
    const MAC: [&str; 2] =
        ["/Applications/Chromium.app/Contents/MacOS/Chromium", "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"];
    let on_path = || NAMES.into_iter().find_map(shell::find);
    named("CHROMIUM").or_else(on_path).or_else(|| MAC.into_iter().map(PathBuf::from).find(|file| file.is_file()))
}

/// Returns a Python that is recent enough and can create virtual environments, which Debian packages separately.
fn python() -> Option<PathBuf> {
    const NAMES: [&str; 5] = ["python3", "python3.14", "python3.13", "python3.12", "python3.11"];
    const CHECK: &str = "import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))";
    NAMES.into_iter().filter_map(shell::find).find(|file| shell::capture(Command::new(file).args(["-c", CHECK])).is_ok())
}

/// Returns the newest PostgreSQL: Debian keeps its programs off PATH, Homebrew under its own prefix.
fn postgres() -> Option<PathBuf> {
    let installed = ["/usr/lib/postgresql", "/usr/pgsql", "/opt/homebrew/opt", "/usr/local/opt"].into_iter().flat_map(versions);
    let newest = installed.max_by_key(|(version, _)| *version).map(|(_, folder)| folder);
    newest.or_else(|| shell::find("initdb").and_then(|file| file.parent().map(Path::to_path_buf)))
}

fn versions(base: &str) -> Vec<(u32, PathBuf)> {
    let entries = fs::read_dir(base).into_iter().flatten().flatten();
    let numbered = entries.filter_map(|entry| {
        let name = entry.file_name();
        let version = name.to_str()?.trim_start_matches("postgresql@").parse().ok()?;
        Some((version, entry.path().join("bin")))
    });
    numbered.filter(|(_, bin)| bin.join("initdb").is_file()).collect()
}
