//! Fake SMTP server on a loopback port that records every mail and every byte it receives.

mod behaviour;
mod mail;
mod session;
#[cfg(test)]
mod tests;

use std::net::SocketAddr;
use std::sync::Arc;

use tokio::net::TcpListener;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::watch;
use tokio::time::timeout;

use crate::{TIMEOUT, block_on};
pub use behaviour::{SmtpAction, SmtpBehaviour, SmtpStep};
pub use mail::Mail;
use session::Session;

/// Address prefixes that get a different reply to `RCPT`.
const SPECIAL_RECIPIENTS: [(&str, &str); 3] =
    [("refused", "550 5.1.1 no such mailbox"), ("policy", "554 5.7.1 not by our policy"), ("later", "451 4.2.0 greylisted")];
/// Address prefix that gets no reply to `RCPT`.
const STUCK_RECIPIENT: &str = "stuck";
/// Address prefix whose mails get no reply to the final dot until [`SmtpServer::release`].
const UNCONFIRMED_RECIPIENT: &str = "unanswered";

#[derive(Debug, Default)]
struct State {
    behaviour: SmtpBehaviour,
    /// Accepted mails, in order.
    mails: Vec<Mail>,
    /// Mails that were read and then rejected.
    rejected: Vec<Mail>,
    /// Bytes sent by the client of each connection, decrypted.
    connections: Vec<Vec<u8>>,
    /// Number of replies with a code of 400 to 499.
    deferrals: usize,
    /// Total number of held connections.
    held: usize,
    /// Number of releases of held connections.
    releases: usize,
    rejected_addresses: Vec<String>,
}

/// The state, with change notification.
#[derive(Debug)]
struct Shared(watch::Sender<State>);

impl Shared {
    fn update(&self, change: impl FnOnce(&mut State)) {
        self.0.send_modify(change);
    }

    fn behaviour(&self) -> SmtpBehaviour {
        self.0.borrow().behaviour.clone()
    }

    fn open_connection(&self) -> usize {
        self.update(|state| state.connections.push(Vec::new()));
        self.0.borrow().connections.len() - 1
    }

    fn recipient_action(&self, address: &str) -> Option<SmtpAction> {
        let address = address.to_lowercase();
        if self.0.borrow().rejected_addresses.contains(&address) {
            return Some(SmtpAction::Reply(b"550 5.1.1 no such mailbox".to_vec()));
        }
        if address.starts_with(STUCK_RECIPIENT) {
            return Some(SmtpAction::Silence);
        }
        let special = SPECIAL_RECIPIENTS.iter().find(|(start, _)| address.starts_with(start));
        special.map(|(_, reply)| SmtpAction::Reply(reply.as_bytes().to_vec()))
    }

    fn message_action(&self, recipients: &[String]) -> Option<SmtpAction> {
        recipients.iter().any(|address| address.starts_with(UNCONFIRMED_RECIPIENT)).then_some(SmtpAction::Hold)
    }

    async fn hold(&self) {
        let mut changes = self.0.subscribe();
        let before = changes.borrow().releases;
        self.update(|state| state.held += 1);
        let _ = changes.wait_for(|state| state.releases > before).await;
    }
}

/// Fake SMTP server. It runs on its own thread until dropped, so that both blocking and async tests can use it.
///
/// Recipients whose address begins with `refused`, `policy`, `later` or `stuck` are rejected permanently, rejected by policy, greylisted, or get no
/// reply; a mail to `unanswered…` is confirmed after [`SmtpServer::release`].
#[derive(Debug)]
pub struct SmtpServer {
    /// The listen address.
    pub address: SocketAddr,
    shared: Arc<Shared>,
    runtime: Option<Runtime>,
}

impl Drop for SmtpServer {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            // Dropping the runtime would wait for its tasks, which is not allowed in an async test.
            runtime.shutdown_background();
        }
    }
}

impl SmtpServer {
    /// Starts a server that accepts everything.
    #[must_use]
    pub fn start() -> Self {
        Self::start_with(SmtpBehaviour::accept())
    }

    /// Starts a server with this behaviour.
    #[must_use]
    pub fn start_with(behaviour: SmtpBehaviour) -> Self {
        let shared = Arc::new(Shared(watch::Sender::new(State { behaviour, ..State::default() })));
        let socket = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = socket.local_addr().expect("a bound socket has an address");
        socket.set_nonblocking(true).expect("a socket");
        let runtime = Builder::new_multi_thread().worker_threads(1).thread_name("smtp-server").enable_all().build().expect("a thread");
        let state = Arc::clone(&shared);
        runtime.spawn(async move {
            let listener = TcpListener::from_std(socket).expect("a listening socket");
            while let Ok((stream, _)) = listener.accept().await {
                // A failed session means that the client disconnected; what it sent is recorded.
                tokio::spawn(Session::run(stream, Arc::clone(&state)));
            }
        });
        Self { address, shared, runtime: Some(runtime) }
    }

    /// Returns the URL for `--smtp-url`.
    #[must_use]
    pub fn url(&self) -> String {
        format!("smtp://{}", self.address)
    }

    /// Changes the behaviour, also for the following steps of open connections.
    pub fn set_behaviour(&self, behaviour: SmtpBehaviour) {
        self.shared.update(|state| state.behaviour = behaviour);
    }

    /// Permanently rejects mails to `address` from now on.
    pub fn reject_address(&self, address: &str) {
        self.shared.update(|state| state.rejected_addresses.push(address.to_lowercase()));
    }

    /// Releases the connections held by [`SmtpAction::Hold`].
    pub fn release(&self) {
        self.shared.update(|state| state.releases += 1);
    }

    /// Returns all accepted mails.
    #[must_use]
    pub fn mails(&self) -> Vec<Mail> {
        self.shared.0.borrow().mails.clone()
    }

    /// Returns all mails that were read and then rejected.
    #[must_use]
    pub fn rejected_mails(&self) -> Vec<Mail> {
        self.shared.0.borrow().rejected.clone()
    }

    /// Returns the text sent by the client of each connection, decrypted, in order of connecting.
    #[must_use]
    pub fn connections(&self) -> Vec<String> {
        self.shared.0.borrow().connections.iter().map(|bytes| String::from_utf8_lossy(bytes).into_owned()).collect()
    }

    /// Returns all bytes sent by clients, one connection after another.
    #[must_use]
    pub fn transcript(&self) -> Vec<u8> {
        self.shared.0.borrow().connections.concat()
    }

    /// Waits for a mail. `is_wanted` runs while the server's state is locked: it must not call the server.
    pub async fn wait_for_mail(&self, is_wanted: impl Fn(&Mail) -> bool) -> Mail {
        self.wait("a mail", |state| state.mails.iter().find(|mail| is_wanted(mail)).cloned()).await
    }

    /// Waits for the `nth` mail in total, counted from 1.
    pub async fn wait_for_nth_mail(&self, nth: usize) -> Mail {
        self.wait("nth mail", |state| state.mails.get(nth - 1).cloned()).await
    }

    /// Waits until the text sent by all clients matches.
    pub async fn wait_for_transcript(&self, is_wanted: impl Fn(&str) -> bool) {
        self.wait("a transcript", |state| is_wanted(&String::from_utf8_lossy(&state.connections.concat())).then_some(())).await;
    }

    /// Waits until the texts of all connections match; see [`Self::connections`].
    pub async fn wait_for_connections(&self, is_wanted: impl Fn(&[String]) -> bool) {
        let texts = |state: &State| state.connections.iter().map(|bytes| String::from_utf8_lossy(bytes).into_owned()).collect::<Vec<_>>();
        self.wait("connections", |state| is_wanted(&texts(state)).then_some(())).await;
    }

    /// Waits until this total number of connections has been held.
    pub async fn wait_for_held(&self, count: usize) {
        self.wait("held connections", |state| (state.held >= count).then_some(())).await;
    }

    /// Waits until this total number of replies were temporary failures (4xx).
    pub async fn wait_for_deferrals(&self, count: usize) {
        self.wait("deferrals", |state| (state.deferrals >= count).then_some(())).await;
    }

    /// Waits for the `nth` mail to `address` with this subject, counted from 1. Blocking, for tests without a runtime.
    #[must_use]
    #[track_caller]
    pub fn blocking_wait_for_mail(&self, nth: usize, address: &str, subject: &str) -> Mail {
        block_on(self.wait(&format!("mail {nth} to {address}, “{subject}”"), |state| {
            state.mails.iter().filter(|mail| mail.to.iter().any(|to| to == address) && mail.subject() == subject).nth(nth - 1).cloned()
        }))
    }

    async fn wait<T>(&self, what: &str, find: impl Fn(&State) -> Option<T>) -> T {
        let mut found = None;
        let mut changes = self.shared.0.subscribe();
        let waiting = changes.wait_for(|state| {
            found = find(state);
            found.is_some()
        });
        let in_time = timeout(TIMEOUT, waiting).await.is_ok();
        let received = || self.mails().iter().map(|mail| format!("{} to {:?}", mail.subject(), mail.to)).collect::<Vec<_>>();
        match found {
            Some(found) if in_time => found,
            _ => panic!("no {what} in time; mails: {:?}", received()),
        }
    }
}
