//! SMTP session (RFC 5321), from the greeting to the end of the connection.

use std::io::{Error, ErrorKind, Result};
use std::sync::Arc;

use rustls::ServerConfig;
use rustls::crypto::ring::default_provider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;

use super::behaviour::{SmtpAction, SmtpStep};
use super::{Mail, Shared};

trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}
impl<S: AsyncRead + AsyncWrite + Send + Unpin> Stream for S {}

/// One session.
pub(super) struct Session {
    stream: BufReader<Box<dyn Stream>>,
    shared: Arc<Shared>,
    /// Index of the connection.
    id: usize,
    recipients: Vec<String>,
    messages: usize,
}

impl Session {
    /// Serves a connection until either side closes it.
    pub(super) async fn run(stream: TcpStream, shared: Arc<Shared>) -> Result<()> {
        let id = shared.open_connection();
        let stream: Box<dyn Stream> = if shared.behaviour().implicit_tls { tls(stream).await? } else { Box::new(stream) };
        let mut session = Self { stream: BufReader::new(stream), shared, id, recipients: Vec::new(), messages: 0 };
        session.step(SmtpStep::Connect, "220 sink.test ESMTP").await?;
        loop {
            let line = session.read_line().await?;
            let command = String::from_utf8_lossy(&line).trim_end().to_owned();
            let verb = command.split([' ', ':']).next().unwrap_or_default().to_ascii_uppercase();
            match verb.as_str() {
                "EHLO" | "HELO" => session.ehlo().await?,
                "STARTTLS" => {
                    if session.step(SmtpStep::StartTls, "220 go ahead").await? {
                        session.stream = BufReader::new(tls(session.stream.into_inner()).await?);
                    }
                }
                "AUTH" => drop(session.step(SmtpStep::Auth, "235 2.7.0 authenticated").await?),
                "MAIL" => {
                    session.recipients.clear();
                    session.step(SmtpStep::Mail, "250 ok").await?;
                }
                "RCPT" => session.rcpt(&command).await?,
                "DATA" if session.recipients.is_empty() => session.write("503 5.5.1 no recipient").await?,
                "DATA" => {
                    if session.step(SmtpStep::Data, "354 go on").await? {
                        session.message().await?;
                    }
                }
                "RSET" => {
                    session.recipients.clear();
                    session.write("250 ok").await?;
                }
                "NOOP" => session.write("250 ok").await?,
                "QUIT" => {
                    session.step(SmtpStep::Quit, "221 bye").await?;
                    return Ok(());
                }
                _ => session.write("500 5.5.2 unknown command").await?,
            }
        }
    }

    async fn ehlo(&mut self) -> Result<()> {
        let mut lines = vec!["sink.test"];
        let extensions = self.shared.behaviour().extensions;
        lines.extend(&extensions);
        let last = lines.len() - 1;
        let lines = lines.iter().enumerate().map(|(n, line)| format!("250{}{line}", if n == last { ' ' } else { '-' }));
        self.step(SmtpStep::Ehlo, &lines.collect::<Vec<_>>().join("\r\n")).await?;
        Ok(())
    }

    async fn rcpt(&mut self, command: &str) -> Result<()> {
        let address = command.split_once('<').and_then(|(_, rest)| rest.split_once('>')).map(|(address, _)| address.to_owned());
        let Some(address) = address else { return self.write("501 5.1.3 no address").await };
        let action = self.shared.behaviour().action(SmtpStep::Rcpt).or_else(|| self.shared.recipient_action(&address));
        if self.perform(SmtpStep::Rcpt, action, "250 ok", None).await? {
            self.recipients.push(address);
        }
        Ok(())
    }

    async fn message(&mut self) -> Result<()> {
        let mut raw = Vec::new();
        loop {
            let line = self.read_line().await?;
            if line == b".\r\n" {
                break;
            }
            // RFC 5321, 4.5.2: dot unstuffing.
            raw.extend_from_slice(line.strip_prefix(b".").unwrap_or(&line));
        }
        let mail = Mail { to: std::mem::take(&mut self.recipients), raw };
        let action = self.shared.behaviour().action(SmtpStep::Message).or_else(|| self.shared.message_action(&mail.to));
        let is_rejected = match &action {
            Some(SmtpAction::Reply(reply)) => !reply.starts_with(b"2"),
            Some(SmtpAction::ReplyTo(reply)) => !reply(&mail).starts_with('2'),
            Some(SmtpAction::Delay(_) | SmtpAction::Hold | SmtpAction::Silence | SmtpAction::Close) | None => false,
        };
        self.shared.update(|state| if is_rejected { &mut state.rejected } else { &mut state.mails }.push(mail.clone()));
        self.messages += 1;
        self.perform(SmtpStep::Message, action, "250 taken", Some(&mail)).await?;
        if self.messages >= self.shared.behaviour().max_messages { Err(ErrorKind::ConnectionAborted.into()) } else { Ok(()) }
    }

    async fn step(&mut self, step: SmtpStep, usual: &str) -> Result<bool> {
        let action = self.shared.behaviour().action(step);
        self.perform(step, action, usual, None).await
    }

    /// Replies. Returns whether the reply is positive; an error closes the connection.
    async fn perform(&mut self, step: SmtpStep, action: Option<SmtpAction>, usual: &str, mail: Option<&Mail>) -> Result<bool> {
        let action = match action {
            Some(SmtpAction::Hold) => {
                self.shared.hold().await;
                self.shared.behaviour().action(step)
            }
            action => action,
        };
        let reply = match action {
            None | Some(SmtpAction::Hold) => usual.as_bytes().to_vec(),
            Some(SmtpAction::Delay(time)) => {
                tokio::time::sleep(time).await;
                usual.as_bytes().to_vec()
            }
            Some(SmtpAction::Reply(reply)) => reply,
            Some(SmtpAction::ReplyTo(reply)) => mail.map_or_else(|| usual.to_owned(), reply).into_bytes(),
            Some(SmtpAction::Silence) => return Ok(false),
            Some(SmtpAction::Close) => return Err(ErrorKind::ConnectionAborted.into()),
        };
        self.write(&reply).await?;
        if reply.starts_with(b"4") {
            self.shared.update(|state| state.deferrals += 1);
        }
        if reply.starts_with(b"421") { Err(ErrorKind::ConnectionAborted.into()) } else { Ok(matches!(reply.first(), Some(b'2' | b'3'))) }
    }

    async fn write(&mut self, reply: impl AsRef<[u8]>) -> Result<()> {
        self.stream.get_mut().write_all(&[reply.as_ref(), b"\r\n"].concat()).await?;
        self.stream.get_mut().flush().await
    }

    async fn read_line(&mut self) -> Result<Vec<u8>> {
        let mut line = Vec::new();
        if self.stream.read_until(b'\n', &mut line).await? == 0 {
            return Err(ErrorKind::UnexpectedEof.into());
        }
        self.shared.update(|state| state.connections[self.id].extend_from_slice(&line));
        Ok(line)
    }
}

async fn tls(stream: impl Stream + 'static) -> Result<Box<dyn Stream>> {
    let certificate = CertificateDer::from_pem_slice(include_bytes!("testdata/self_signed.pem")).expect("a certificate");
    let key = PrivateKeyDer::from_pem_slice(include_bytes!("testdata/self_signed.key")).expect("a key");
    let builder = ServerConfig::builder_with_provider(Arc::new(default_provider())).with_safe_default_protocol_versions();
    let config = builder.map_err(Error::other)?.with_no_client_auth().with_single_cert(vec![certificate], key).map_err(Error::other)?;
    Ok(Box::new(TlsAcceptor::from(Arc::new(config)).accept(stream).await?))
}
