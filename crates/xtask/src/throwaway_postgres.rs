//! Temporary PostgreSQL cluster for a test run.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use std::{env, fs, process, thread};

use crate::setup::is_root;
use crate::shell::{self, Failure, Result};

/// Timeout for starting a cluster.
const START: Duration = Duration::from_secs(30);

/// A running cluster; stopped and deleted when dropped.
pub(crate) struct ThrowawayPostgres {
    programs: PathBuf,
    folder: PathBuf,
    port: u16,
    server: Option<Child>,
    as_root: bool,
}

impl ThrowawayPostgres {
    /// Creates and starts a cluster on a free loopback port with the programs in `programs`, for tests: without fsync, as the data need not survive a
    /// crash.
    pub(crate) fn start(programs: &Path) -> Result<Self> {
        Self::start_with(programs, &["fsync=off", "full_page_writes=off"])
    }

    /// Like [`Self::start`], with fsync, which is slower.
    pub(crate) fn start_careful(programs: &Path) -> Result<Self> {
        Self::start_with(programs, &[])
    }

    fn start_with(programs: &Path, settings: &[&str]) -> Result<Self> {
        let folder = env::temp_dir().join(format!("rekey-postgres-{}", process::id()));
        let port = TcpListener::bind("127.0.0.1:0").and_then(|socket| socket.local_addr());
        let port = port.map_err(|error| Failure(format!("No free port on 127.0.0.1: {error}.")))?.port();
        fs::create_dir(&folder).map_err(|error| Failure::at(&folder, &error))?;
        let mut cluster = Self { programs: programs.to_path_buf(), folder, port, server: None, as_root: is_root() };
        if cluster.as_root {
            // PostgreSQL refuses to run as root; its package created a user for it.
            shell::run(Command::new("chown").arg("postgres").arg(&cluster.folder))?;
        }
        println!("Starting a throwaway PostgreSQL on 127.0.0.1:{port}");
        let data = cluster.data();
        shell::capture(
            cluster.program("initdb").args(["--no-sync", "--auth=trust", "--username=postgres", "--encoding=UTF8", "--pgdata"]).arg(&data),
        )?;
        let mut postgres = cluster.program("postgres");
        postgres.arg("-D").arg(&data).arg("-k").arg(&cluster.folder).args(["-h", "127.0.0.1", "-p", &port.to_string()]);
        for setting in ["max_connections=200", "log_min_messages=fatal"].iter().chain(settings) {
            postgres.args(["-c", setting]);
        }
        postgres.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        cluster.server = Some(postgres.spawn().map_err(|error| shell::cannot_start(&postgres, &error))?);
        cluster.wait()?;
        Ok(cluster)
    }

    /// Returns its URL, for `REKEY_TEST_POSTGRES_URL`.
    pub(crate) fn url(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}/postgres", self.port)
    }

    fn wait(&mut self) -> Result<()> {
        let started = Instant::now();
        while started.elapsed() < START {
            if shell::capture(self.program("pg_isready").args(["-q", "-h", "127.0.0.1", "-p", &self.port.to_string()])).is_ok() {
                return Ok(());
            }
            if let Some(Ok(Some(status))) = self.server.as_mut().map(Child::try_wait) {
                return Err(Failure(format!("PostgreSQL ended at once ({status}).")));
            }
            thread::sleep(Duration::from_millis(100));
        }
        Err(Failure(format!("PostgreSQL did not answer within {} s.", START.as_secs())))
    }

    fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    /// Returns a command for one of its programs, run as an accepted user.
    fn program(&self, name: &str) -> Command {
        let program = self.programs.join(name);
        let mut command = if self.as_root {
            let mut command = Command::new("runuser");
            command.args(["-u", "postgres", "--"]).arg(program);
            command
        } else {
            Command::new(program)
        };
        command.current_dir(&self.folder);
        command
    }
}

impl Drop for ThrowawayPostgres {
    fn drop(&mut self) {
        if let Some(mut server) = self.server.take() {
            let data = self.data();
            if shell::capture(self.program("pg_ctl").args(["stop", "--silent", "--mode=immediate", "-D"]).arg(data)).is_err() {
                let _ = server.kill();
            }
            let _ = server.wait();
        }
        let _ = fs::remove_dir_all(&self.folder);
    }
}
