//! SMTP server on a loopback port that keeps every mail and every byte it receives.

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

/// Addresses that are not accepted as others are, by what they begin with.
const SPECIAL_RECIPIENTS: [(&str, &str); 3] =
    [("refused", "550 5.1.1 no such mailbox"), ("policy", "554 5.7.1 not by our policy"), ("later", "451 4.2.0 greylisted")];
/// No reply to `RCPT` for these.
const STUCK_RECIPIENT: &str = "stuck";
/// No reply to the final dot of a mail to one of these until [`SmtpServer::release`].
const UNCONFIRMED_RECIPIENT: &str = "unanswered";

#[derive(Debug, Default)]
struct State {
    behaviour: SmtpBehaviour,
    /// Mails accepted, in order.
    mails: Vec<Mail>,
    /// Mails read and then rejected.
    rejected: Vec<Mail>,
    /// What each connection's client sent, decrypted.
    connections: Vec<Vec<u8>>,
    /// Replies with a code of 400 to 499.
    deferrals: usize,
    /// Connections held, over time.
    held: usize,
    /// How often held connections were released.
    releases: usize,
    rejected_addresses: Vec<String>,
}

/// The state, and a notification of each change.
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

/// The server. It runs on a thread of its own until dropped, so that blocking tests and async tests can use it alike.
///
/// Recipients whose address begins with `refused`, `policy`, `later` or `stuck` are rejected for good, rejected by
/// policy, greylisted, or never replied to; a mail to `unanswered…` is confirmed after [`SmtpServer::release`].
#[derive(Debug)]
pub struct SmtpServer {
    /// Where it listens.
    pub address: SocketAddr,
    shared: Arc<Shared>,
    runtime: Option<Runtime>,
}

impl Drop for SmtpServer {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            // Dropping it would wait for its tasks, which an async test must not.
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

    /// Starts a server that behaves so.
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
                // A session that fails is a client that hung up: what it had sent is kept.
                tokio::spawn(Session::run(stream, Arc::clone(&state)));
            }
        });
        Self { address, shared, runtime: Some(runtime) }
    }

    /// For `--smtp-url`.
    #[must_use]
    pub fn url(&self) -> String {
        format!("smtp://{}", self.address)
    }

    /// Changes the behaviour, also of open connections from their next step on.
    pub fn set_behaviour(&self, behaviour: SmtpBehaviour) {
        self.shared.update(|state| state.behaviour = behaviour);
    }

    /// From now on rejects mails to `address` for good.
    pub fn reject_address(&self, address: &str) {
        self.shared.update(|state| state.rejected_addresses.push(address.to_lowercase()));
    }

    /// Lets the connections go on that [`SmtpAction::Hold`] holds.
    pub fn release(&self) {
        self.shared.update(|state| state.releases += 1);
    }

    /// All mails accepted so far.
    #[must_use]
    pub fn mails(&self) -> Vec<Mail> {
        self.shared.0.borrow().mails.clone()
    }

    /// All mails read and then rejected so far.
    #[must_use]
    pub fn rejected_mails(&self) -> Vec<Mail> {
        self.shared.0.borrow().rejected.clone()
    }

    /// What the client of each connection sent, decrypted, in the order of connecting.
    #[must_use]
    pub fn connections(&self) -> Vec<String> {
        self.shared.0.borrow().connections.iter().map(|bytes| String::from_utf8_lossy(bytes).into_owned()).collect()
    }

    /// Every byte that clients sent, one connection after the other.
    #[must_use]
    pub fn transcript(&self) -> Vec<u8> {
        self.shared.0.borrow().connections.concat()
    }

    /// Waits for a mail. `is_wanted` runs while the server's state is locked: it must not ask the server anything.
    pub async fn wait_for_mail(&self, is_wanted: impl Fn(&Mail) -> bool) -> Mail {
        self.wait("a mail", |state| state.mails.iter().find(|mail| is_wanted(mail)).cloned()).await
    }

    /// Waits for the `nth` mail in all, counted from 1.
    pub async fn wait_for_nth_mail(&self, nth: usize) -> Mail {
        self.wait("nth mail", |state| state.mails.get(nth - 1).cloned()).await
    }

    /// Waits until the clients have sent something such as this.
    pub async fn wait_for_transcript(&self, is_wanted: impl Fn(&str) -> bool) {
        self.wait("a transcript", |state| is_wanted(&String::from_utf8_lossy(&state.connections.concat())).then_some(())).await;
    }

    /// Waits until the clients of all connections have sent something such as this; see [`Self::connections`].
    pub async fn wait_for_connections(&self, is_wanted: impl Fn(&[String]) -> bool) {
        let texts = |state: &State| state.connections.iter().map(|bytes| String::from_utf8_lossy(bytes).into_owned()).collect::<Vec<_>>();
        self.wait("connections", |state| is_wanted(&texts(state)).then_some(())).await;
    }

    /// Waits until so many connections have been held in all.
    pub async fn wait_for_held(&self, count: usize) {
        self.wait("held connections", |state| (state.held >= count).then_some(())).await;
    }

    /// Waits until so many replies in all said "try again later" (4xx).
    pub async fn wait_for_deferrals(&self, count: usize) {
        self.wait("deferrals", |state| (state.deferrals >= count).then_some(())).await;
    }

    /// Waits for the `nth` mail to `address` with this subject, counted from 1. Blocks: for tests without a runtime.
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
