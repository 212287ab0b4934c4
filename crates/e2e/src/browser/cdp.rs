//! DevTools protocol over a pipe: JSON messages, each terminated by a zero byte.
//!
//! A pipe instead of a port: no other process can connect to it, and the browser exits when it closes. The crates that drive Chromium generate Rust
//! for the whole protocol: minutes of compiling for the dozen calls needed here.

use std::collections::VecDeque;
use std::ffi::OsStr;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::{TIMEOUT, fail};

/// Number of events kept for [`Cdp::events`].
const MAX_EVENTS: usize = 2_000;

/// Connection to a browser.
#[derive(Debug)]
pub(super) struct Cdp {
    to: ChildStdin,
    from: Receiver<Value>,
    next_id: u64,
    events: VecDeque<Value>,
}

impl Cdp {
    /// Starts `program`, whose arguments must include `--remote-debugging-pipe`.
    #[track_caller]
    pub(super) fn spawn<'a>(program: &Path, arguments: impl Iterator<Item = &'a OsStr>) -> (Self, Child) {
        // The browser reads commands from file descriptor 3 and writes responses to 4.
        let mut shell = Command::new("sh");
        shell.args(["-c", r#"exec "$0" "$@" 3<&0 4>&1 </dev/null >/dev/null"#]).arg(program).args(arguments);
        let mut child = match shell.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn() {
            Ok(child) => child,
            Err(error) => fail(format!("{} cannot be started: {error}", program.display())),
        };
        let to = child.stdin.take().expect("its input is a pipe");
        let output = child.stdout.take().expect("its output is a pipe");
        let (tell, from) = mpsc::channel();
        thread::spawn(move || {
            for message in BufReader::new(output).split(0).map_while(Result::ok) {
                let message = serde_json::from_slice(&message).expect("the browser speaks JSON");
                if tell.send(message).is_err() {
                    break;
                }
            }
        });
        (Self { to, from, next_id: 0, events: VecDeque::new() }, child)
    }

    /// Calls `method` and returns its result; fails the test on an error.
    #[track_caller]
    pub(super) fn call(&mut self, session: Option<&str>, method: &str, parameters: Value) -> Value {
        match self.try_call(session, method, parameters) {
            Ok(result) => result,
            Err(error) => fail(format!("{method}: {error}")),
        }
    }

    /// Calls `method`. `Err` is the browser's error message, usually about a node of an earlier document.
    #[track_caller]
    pub(super) fn try_call(&mut self, session: Option<&str>, method: &str, parameters: Value) -> Result<Value, String> {
        self.next_id += 1;
        let id = self.next_id;
        let mut message = json!({ "id": id, "method": method, "params": parameters });
        if let Some(session) = session {
            message["sessionId"] = session.into();
        }
        let mut bytes = message.to_string().into_bytes();
        bytes.push(0);
        self.to.write_all(&bytes).expect("the browser runs");
        let deadline = Instant::now() + TIMEOUT * 2;
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            let Ok(mut answer) = self.from.recv_timeout(left) else { fail(format!("the browser did not answer {method}")) };
            if answer["id"] != id {
                self.keep(answer);
                continue;
            }
            return match answer.get("error") {
                Some(error) => Err(error["message"].as_str().unwrap_or_default().to_owned()),
                None => Ok(answer["result"].take()),
            };
        }
    }

    /// Waits for the next event, at most for `time`.
    pub(super) fn listen(&mut self, time: Duration) {
        if let Ok(event) = self.from.recv_timeout(time) {
            self.keep(event);
            while let Ok(event) = self.from.try_recv() {
                self.keep(event);
            }
        }
    }

    /// Returns the kept events `method` of `session`, oldest first.
    pub(super) fn events<'a>(&'a self, session: &'a str, method: &'a str) -> impl Iterator<Item = &'a Value> {
        let wanted = move |event: &&Value| event["sessionId"] == session && event["method"] == method;
        self.events.iter().filter(wanted).map(|event| &event["params"])
    }

    fn keep(&mut self, event: Value) {
        if event.get("method").is_some() {
            if self.events.len() == MAX_EVENTS {
                self.events.pop_front();
            }
            self.events.push_back(event);
        }
    }
}

/// Returns `value[name]` as text.
#[track_caller]
pub(super) fn text(value: &Value, name: &str) -> String {
    value[name].as_str().map_or_else(|| fail(format!("no `{name}` in {value}")), str::to_owned)
}
