//! Configuration: every option of `rekey` as a flag and an environment variable, parsed and validated by clap.

pub mod duration;
pub mod limit;
pub mod public_url;
pub mod smtp_url;

pub use limit::{Limit, RateLimit};
pub use public_url::PublicUrl;
pub use smtp_url::{Security, SmtpUrl};

use crate::address::Address;
use crate::store::Location;
use clap::ValueEnum;
use ipnet::IpNet;
use lettre::message::Mailbox;
use rekey_wire::password::{LEAST_MIN_LENGTH, MAX_LENGTH, Policy};
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

/// Maximum lifetime of a mailed link (NIST SP 800-63B-4 section 4.2.1.2).
const MAX_LINK_TTL: Duration = Duration::from_secs(24 * 60 * 60);
/// Maximum length of the brand in characters: it appears in subjects and on buttons.
const MAX_BRAND: usize = 60;

/// Format of log events.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub enum LogFormat {
    /// Human-readable text.
    Text,
    /// One JSON object per line.
    Json,
}

/// Options of every command. Values never appear in the help, as some are secrets.
#[derive(Clone, clap::Args)]
#[command(next_help_heading = "Options of every command")]
pub struct Config {
    /// Listen address; port 0 picks a free one
    #[arg(long, global = true, env = "REKEY_LISTEN", hide_env_values = true, value_name = "ADDRESS", default_value = "127.0.0.1:8080", value_parser = listen)]
    pub listen: SocketAddr,
    /// Base URL of links in mail; plain http is accepted for localhost only
    #[arg(long, global = true, env = "REKEY_PUBLIC_URL", hide_env_values = true, value_name = "URL", default_value = "http://localhost:8080", value_parser = PublicUrl::parse)]
    pub public_url: PublicUrl,
    /// sqlite://FILE or postgres://…
    #[arg(long = "database-url", global = true, env = "REKEY_DATABASE_URL", hide_env_values = true, value_name = "URL", default_value = "sqlite://rekey.db", value_parser = database)]
    pub database: Location,
    /// smtp://host:port?tls=required or smtps://user:password@host; without it mail stays at /dev/inbox
    #[arg(long = "smtp-url", global = true, env = "REKEY_SMTP_URL", hide_env_values = true, value_name = "URL", value_parser = SmtpUrl::parse)]
    pub smtp: Option<SmtpUrl>,
    /// Sender of mail; the name defaults to the brand [default: BRAND <no-reply@localhost>]
    #[arg(long, global = true, env = "REKEY_MAIL_FROM", hide_env_values = true, value_name = "NAME <ADDRESS>", default_value = "no-reply@localhost", hide_default_value = true, value_parser = mail_from)]
    mail_from: Mailbox,
    /// Name shown on pages and in mail
    #[arg(long, global = true, env = "REKEY_BRAND", hide_env_values = true, value_name = "NAME", default_value = "Squaretalk", value_parser = brand)]
    pub brand: String,
    /// Support address shown on pages and in mail
    #[arg(long, global = true, env = "REKEY_SUPPORT_EMAIL", hide_env_values = true, value_name = "ADDRESS", value_parser = support_email)]
    pub support_email: Option<String>,
    /// Lifetime of a reset link (24h at most)
    #[arg(long, global = true, env = "REKEY_LINK_TTL", hide_env_values = true, value_name = "DURATION", default_value = "30m", value_parser = link_ttl)]
    pub link_ttl: Duration,
    /// Lifetime of a welcome link (24h at most)
    #[arg(long, global = true, env = "REKEY_INVITE_TTL", hide_env_values = true, value_name = "DURATION", default_value = "24h", value_parser = link_ttl)]
    pub invite_ttl: Duration,
    /// Minimum length of a password in characters (8 at least)
    #[arg(long, global = true, env = "REKEY_PASSWORD_MIN_LENGTH", hide_env_values = true, value_name = "N", default_value = "15", value_parser = min_length)]
    pub password_min_length: u32,
    /// Minimum time between two reset mails per user; 0s turns it off
    #[arg(long, global = true, env = "REKEY_RESEND_COOLDOWN", hide_env_values = true, value_name = "DURATION", default_value = "60s", value_parser = duration)]
    pub resend_cooldown: Duration,
    /// Requests for a link per client IP address, or off
    #[arg(
        long,
        global = true,
        env = "REKEY_LIMIT_FORGOT_PER_IP",
        hide_env_values = true,
        value_name = "N/DURATION",
        default_value = "30/1m"
    )]
    pub limit_forgot_per_ip: RateLimit,
    /// Logins and password changes per client IP address, or off
    #[arg(
        long,
        global = true,
        env = "REKEY_LIMIT_LOGIN_PER_IP",
        hide_env_values = true,
        value_name = "N/DURATION",
        default_value = "60/1m"
    )]
    pub limit_login_per_ip: RateLimit,
    /// Reset mails per address, and the same number again for admins' requests, or off
    #[arg(
        long,
        global = true,
        env = "REKEY_LIMIT_MAIL_PER_RECIPIENT",
        hide_env_values = true,
        value_name = "N/DURATION",
        default_value = "20/1d"
    )]
    pub limit_mail_per_recipient: RateLimit,
    /// Reset mails in total, or off
    #[arg(long, global = true, env = "REKEY_LIMIT_MAIL", hide_env_values = true, value_name = "N/DURATION", default_value = "600/1m")]
    pub limit_mail: RateLimit,
    /// Networks whose X-Forwarded-For is trusted, separated by commas
    #[arg(long, global = true, env = "REKEY_TRUSTED_PROXIES", hide_env_values = true, value_name = "CIDRS", value_delimiter = ',', value_parser = network)]
    pub trusted_proxies: Vec<IpNet>,
    /// Idle timeout of a session
    #[arg(long, global = true, env = "REKEY_SESSION_IDLE", hide_env_values = true, value_name = "DURATION", default_value = "12h", value_parser = nonzero_duration)]
    pub session_idle: Duration,
    /// Maximum lifetime of a session
    #[arg(long, global = true, env = "REKEY_SESSION_MAX", hide_env_values = true, value_name = "DURATION", default_value = "30d", value_parser = nonzero_duration)]
    pub session_max: Duration,
    /// How long "this wasn't me" pauses self-service mails
    #[arg(long, global = true, env = "REKEY_REPORT_PAUSE", hide_env_values = true, value_name = "DURATION", default_value = "24h", value_parser = duration)]
    pub report_pause: Duration,
    /// Key of the audit chain; by default a file rekey.key beside the SQLite database
    #[arg(long, global = true, env = "REKEY_SECRET_KEY", hide_env_values = true, value_name = "KEY", conflicts_with = "secret_key_file")]
    secret_key: Option<String>,
    /// File with that key
    #[arg(long, global = true, env = "REKEY_SECRET_KEY_FILE", hide_env_values = true, value_name = "FILE")]
    secret_key_file: Option<PathBuf>,
    /// Log filter: error, warn, info, debug, trace, or a filter like rekey_server=debug
    #[arg(long, global = true, env = "REKEY_LOG", hide_env_values = true, value_name = "FILTER", default_value = "info", value_parser = log_filter)]
    pub log: String,
    /// text or json
    #[arg(
        long,
        global = true,
        env = "REKEY_LOG_FORMAT",
        hide_env_values = true,
        value_name = "FORMAT",
        default_value = "text",
        hide_possible_values = true
    )]
    pub log_format: LogFormat,
}

/// Source of the secret key.
#[derive(Clone, Copy, Eq, PartialEq)]
pub enum KeySource<'config> {
    /// The option itself.
    Inline(&'config str),
    /// A file made by the operator.
    File(&'config PathBuf),
    /// `rekey.key` beside the SQLite database, created at the first start.
    BesideDatabase,
}

impl Config {
    /// Returns the configuration of `rekey serve` with these flags.
    #[cfg(test)]
    pub(crate) fn from_flags(flags: &[&str]) -> Result<Self, String> {
        use crate::cli::args::{Cli, Exit};
        match Cli::read(["rekey", "serve"].iter().chain(flags)) {
            Ok(cli) => Ok(cli.config),
            Err(Exit::Help(text) | Exit::Usage(text)) => Err(text),
        }
    }

    /// Returns the source of the secret key.
    #[must_use]
    pub const fn key_source(&self) -> KeySource<'_> {
        match (&self.secret_key, &self.secret_key_file) {
            (Some(key), _) => KeySource::Inline(key.as_str()),
            (None, Some(file)) => KeySource::File(file),
            (None, None) => KeySource::BesideDatabase,
        }
    }

    /// Returns the sender of mail; its name defaults to the brand.
    #[must_use]
    pub fn sender(&self) -> Mailbox {
        let name = self.mail_from.name.clone().unwrap_or_else(|| self.brand.clone());
        Mailbox::new(Some(name), self.mail_from.email.clone())
    }

    /// Returns the limit of one mail per cooldown; off if the cooldown is zero.
    #[must_use]
    pub const fn resend_limit(&self) -> RateLimit {
        if self.resend_cooldown.is_zero() { RateLimit::Off } else { RateLimit::At(Limit { count: 1, window: self.resend_cooldown }) }
    }

    /// Returns the password policy, which the pages receive too.
    #[must_use]
    pub const fn password_policy(&self) -> Policy {
        Policy { min_length: self.password_min_length, max_length: MAX_LENGTH }
    }

    /// Returns whether `/dev/inbox` exists: only without a mail server, and only if no other machine can open it.
    #[must_use]
    pub const fn shows_inbox(&self) -> bool {
        self.smtp.is_none() && self.public_url.is_loopback()
    }
}

// Value parsers. An error is a clause that follows the option's name: "takes …".

/// Accepts `localhost`, which people type; other names would have to be resolved, and could have several addresses.
fn listen(text: &str) -> Result<SocketAddr, &'static str> {
    let text = text.trim();
    let address = text.strip_prefix("localhost:").map_or_else(|| text.to_owned(), |port| format!("127.0.0.1:{port}"));
    address.parse().map_err(|_| "takes an IP address and a port, like 127.0.0.1:8080 or [::]:8080")
}

fn brand(text: &str) -> Result<String, &'static str> {
    let text = text.trim();
    let fits = rekey_wire::name::validate(text).is_ok() && text.chars().count() <= MAX_BRAND;
    if fits { Ok(text.to_owned()) } else { Err("takes a name of 1 to 60 characters on one line") }
}

fn duration(text: &str) -> Result<Duration, &'static str> {
    duration::parse(text).ok_or("takes a duration like 60s, 30m or 12h (units s, m, h and d)")
}

fn nonzero_duration(text: &str) -> Result<Duration, &'static str> {
    let duration = duration(text)?;
    if duration.is_zero() { Err("takes a duration over zero, like 12h") } else { Ok(duration) }
}

fn link_ttl(text: &str) -> Result<Duration, &'static str> {
    match nonzero_duration(text) {
        Ok(ttl) if ttl <= MAX_LINK_TTL => Ok(ttl),
        _ => Err("takes a duration like 30m, over zero and 24h at most (units s, m and h)"),
    }
}

fn min_length(text: &str) -> Result<u32, String> {
    let length = text.trim().parse().ok().filter(|length| (LEAST_MIN_LENGTH..=MAX_LENGTH).contains(length));
    length.ok_or_else(|| format!("takes a number from {LEAST_MIN_LENGTH} to {MAX_LENGTH}"))
}

fn database(text: &str) -> Result<Location, &'static str> {
    const FORM: &str = "takes sqlite://FILE or postgres://user:password@host/database";
    let text = text.trim();
    if let Some(path) = text.strip_prefix("sqlite://") {
        let is_file = !path.is_empty() && !path.ends_with('/') && !path.contains(['?', '\0']) && path != ":memory:";
        return if is_file { Ok(Location::Sqlite(PathBuf::from(path))) } else { Err(FORM) };
    }
    match url::Url::parse(text) {
        Ok(url) if matches!(url.scheme(), "postgres" | "postgresql") => Ok(Location::Postgres(text.to_owned())),
        _ => Err(FORM),
    }
}

fn mail_from(text: &str) -> Result<Mailbox, &'static str> {
    const FORM: &str = "takes a sender like Squaretalk <no-reply@example.com>";
    let text = text.trim();
    if text.contains(char::is_control) {
        return Err(FORM);
    }
    let given: Mailbox = text.parse().map_err(|_| FORM)?;
    // A domain in Punycode: a mail server without SMTPUTF8 would otherwise reject every mail for its sender.
    let domain = idna::domain_to_ascii(given.email.domain()).map_err(|_| FORM)?;
    if !given.email.user().is_ascii() {
        return Err("takes an address of which the part before the @ is in ASCII, like no-reply@example.com");
    }
    let email = lettre::Address::new(given.email.user(), &domain).map_err(|_| FORM)?;
    Ok(Mailbox::new(given.name, email))
}

fn support_email(text: &str) -> Result<String, &'static str> {
    let text = text.trim();
    Address::parse(text).map(|_| text.to_owned()).map_err(|_| "takes an email address like help@example.com")
}

fn network(text: &str) -> Result<IpNet, &'static str> {
    let text = text.trim();
    let net = text.parse::<IpNet>().or_else(|_| text.parse::<IpAddr>().map(IpNet::from));
    net.map_err(|_| "takes networks separated by commas, like 10.0.0.0/8, 2001:db8::/32")
}

fn log_filter(text: &str) -> Result<String, &'static str> {
    // A single word would name a module; a misspelled level would thus turn logging off.
    let levels = ["error", "warn", "info", "debug", "trace", "off"];
    let is_word = |part: &str| part.chars().all(char::is_alphabetic) && !levels.iter().any(|level| part.eq_ignore_ascii_case(level));
    let has_typo = text.split(',').map(str::trim).any(|part| !part.is_empty() && is_word(part));
    match tracing_subscriber::EnvFilter::try_new(text) {
        Ok(_) if !has_typo => Ok(text.to_owned()),
        _ => Err("takes error, warn, info, debug, trace, or a filter like rekey_server=debug"),
    }
}

#[cfg(test)]
mod properties;

#[cfg(test)]
mod tests {
    use super::{Config, KeySource, Limit, LogFormat, RateLimit};
    use crate::store::Location;
    use std::path::Path;
    use std::time::Duration;

    #[test]
    fn the_defaults_are_those_of_the_documentation() {
        let config = Config::from_flags(&[]).expect("defaults");
        assert_eq!(config.listen.to_string(), "127.0.0.1:8080");
        assert_eq!(config.public_url.origin(), "http://localhost:8080");
        assert!(matches!(&config.database, Location::Sqlite(path) if path == Path::new("rekey.db")));
        assert_eq!(config.sender().to_string(), "Squaretalk <no-reply@localhost>");
        assert_eq!((config.link_ttl.as_secs(), config.invite_ttl.as_secs()), (1_800, 86_400));
        assert_eq!((config.session_idle.as_secs(), config.session_max.as_secs()), (43_200, 2_592_000));
        assert_eq!((config.report_pause.as_secs(), config.password_policy().min_length), (86_400, 15));
        assert_eq!(config.resend_limit(), RateLimit::At(Limit { count: 1, window: Duration::from_secs(60) }));
        assert_eq!(config.limit_mail, RateLimit::At(Limit { count: 600, window: Duration::from_secs(60) }));
        assert!(config.shows_inbox() && config.trusted_proxies.is_empty() && config.log_format == LogFormat::Text);
        assert!(matches!(config.key_source(), KeySource::BesideDatabase));
    }

    #[test]
    fn limits_and_the_cooldown_can_be_turned_off() {
        let config = Config::from_flags(&["--limit-mail", "off", "--resend-cooldown", "0s"]).expect("read");
        assert_eq!((config.limit_mail, config.resend_limit()), (RateLimit::Off, RateLimit::Off));
    }

    #[test]
    fn the_inbox_is_shown_on_loopback_without_a_mail_server_only() {
        for flags in [["--public-url", "https://a.example"], ["--smtp-url", "smtp://127.0.0.1:2525"]] {
            assert!(!Config::from_flags(&flags).expect("read").shows_inbox(), "{flags:?}");
        }
    }

    #[test]
    fn a_wrong_option_is_named_with_what_to_write() {
        for (flag, values) in [
            ("--listen", &["localhost", "127.0.0.1", ":8080", "127.0.0.1:99999"][..]),
            ("--public-url", &["http://example.com", "example.com"]),
            ("--database-url", &["rekey.db", "mysql://a/b", "sqlite://", "sqlite://:memory:"]),
            ("--smtp-url", &["smpt://localhost:25", "smtp://mail.example.com"]),
            ("--mail-from", &["Squaretalk", "a@b@c", "A <a@example.com>, B <b@example.com>", "A\r\nBcc: b@example.com <a@example.com>"]),
            ("--brand", &["", "two\nlines", &"x".repeat(61)]),
            ("--support-email", &["help", "help@"]),
            ("--link-ttl", &["0s", "25h", "30", "soon"]),
            ("--invite-ttl", &["2d", "0m"]),
            ("--password-min-length", &["7", "257", "-1", "many"]),
            ("--resend-cooldown", &["60", "-1s"]),
            ("--limit-mail", &["0/1m", "30"]),
            ("--trusted-proxies", &["10.0.0.0/33", "proxy"]),
            ("--session-idle", &["0s"]),
            ("--log", &["rekey=loud"]),
            ("--log-format", &["xml"]),
        ] {
            for value in values {
                let argument = [flag, "=", value].concat();
                let sentence = Config::from_flags(&[&argument]).map(|_| ()).expect_err(&argument);
                assert!(sentence.contains(flag) && sentence.ends_with('.') && !sentence.contains('\n'), "{argument}: {sentence}");
            }
        }
    }

    #[test]
    fn two_keys_are_one_too_many() {
        let error = Config::from_flags(&["--secret-key", "a", "--secret-key-file", "b"]).map(|_| ()).expect_err("two keys");
        assert!(error.contains("remove one"));
    }

    #[test]
    fn a_single_proxy_needs_no_mask() {
        let config = Config::from_flags(&["--trusted-proxies", "10.0.0.1, 2001:db8::/32"]).expect("read");
        assert_eq!(config.trusted_proxies.iter().map(ToString::to_string).collect::<Vec<_>>(), ["10.0.0.1/32", "2001:db8::/32"]);
    }
}
