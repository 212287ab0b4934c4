//! The configuration: read once at the start, from flags and the environment, and checked as a whole.

pub mod cli;
pub mod duration;
pub mod limit;
pub mod public_url;
pub mod smtp_url;

pub use cli::{AuditCommand, Cli, Command, Stop, UserCommand};
pub use limit::Limit;
pub use public_url::PublicUrl;
pub use smtp_url::{Security, SmtpUrl};

use crate::address::Address;
use crate::store::Location;
use ipnet::IpNet;
use lettre::message::Mailbox;
use rekey_wire::password::{LEAST_MIN_LENGTH, MAX_LENGTH, Policy};
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

/// The ceiling of a mailed link's life (NIST SP 800-63B-4 section 4.2.1.2).
const LONGEST_LINK: Duration = Duration::from_secs(24 * 60 * 60);
/// The longest brand in characters: it stands in subjects and on buttons.
const LONGEST_BRAND: usize = 60;

/// An option is wrong; a sentence that says what to change.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ConfigError(pub String);

/// Where the secret key is.
#[derive(Clone, Eq, PartialEq)]
pub enum KeySource {
    /// In the option itself.
    Given(String),
    /// In a file somebody made.
    File(PathBuf),
    /// In `rekey.key` beside the SQLite database, made at the first start.
    BesideDatabase,
}

/// Everything that can be set.
#[derive(Clone)]
pub struct Config {
    /// Where to listen.
    pub listen: SocketAddr,
    /// What links start with.
    pub public_url: PublicUrl,
    /// Where the data is.
    pub database: Location,
    /// The mail server; without one mail stays in the local inbox.
    pub smtp: Option<SmtpUrl>,
    /// The sender of mail.
    pub mail_from: Mailbox,
    /// The name that pages and mail show.
    pub brand: String,
    /// Where a person may find help.
    pub support_email: Option<String>,
    /// The life of a reset link.
    pub link_ttl: Duration,
    /// The life of a first link.
    pub invite_ttl: Duration,
    /// The time between two reset mails for one person; zero where there is none.
    pub resend_cooldown: Duration,
    /// The least characters of a new password.
    pub password_min_length: u32,
    /// Requests for a link from one IP address.
    pub limit_forgot_per_ip: Option<Limit>,
    /// Logins, and changes of password, from one IP address.
    pub limit_login_per_ip: Option<Limit>,
    /// Reset mails to one address, and as many again that admins ask for.
    pub limit_mail_per_recipient: Option<Limit>,
    /// Reset mails in all.
    pub limit_mail: Option<Limit>,
    /// Whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<IpNet>,
    /// How long an unused session lives.
    pub session_idle: Duration,
    /// How long any session lives.
    pub session_max: Duration,
    /// How long "this wasn't me" holds self-service mails back.
    pub report_pause: Duration,
    /// Where the secret key is.
    pub secret_key: KeySource,
    /// What is logged, as `tracing-subscriber` reads it.
    pub log: String,
    /// Log for machines, one JSON object a line.
    pub log_json: bool,
}

impl Config {
    /// The defaults, for tests and for who builds on them. The environment is not read.
    ///
    /// # Errors
    /// None, unless a default is wrong.
    #[cfg(test)]
    pub(crate) fn from_flags(flags: &[&str]) -> Result<Self, ConfigError> {
        match Cli::read(["rekey", "serve"].iter().chain(flags)) {
            Ok(cli) => Ok(cli.config),
            Err(Stop::Answer(text) | Stop::Wrong(text)) => Err(ConfigError(text)),
        }
    }

    fn from_options(options: &cli::Options) -> Result<Self, ConfigError> {
        let public_url = PublicUrl::parse(&options.public_url).map_err(|reason| wrong("PUBLIC_URL", reason))?;
        let smtp = given(options.smtp_url.as_ref()).map(SmtpUrl::parse).transpose().map_err(|reason| wrong("SMTP_URL", reason))?;
        let brand = brand(&options.brand)?;
        let session_idle = duration_of("SESSION_IDLE", &options.session_idle, "12h")?;
        let session_max = duration_of("SESSION_MAX", &options.session_max, "30d")?;
        Ok(Self {
            listen: listen(&options.listen)?,
            public_url,
            database: database(&options.database_url)?,
            smtp,
            mail_from: mail_from(given(options.mail_from.as_ref()), &brand)?,
            support_email: support_email(given(options.support_email.as_ref()))?,
            link_ttl: link_life("LINK_TTL", &options.link_ttl, "30m")?,
            invite_ttl: link_life("INVITE_TTL", &options.invite_ttl, "24h")?,
            resend_cooldown: read_duration("RESEND_COOLDOWN", &options.resend_cooldown, "60s")?,
            password_min_length: min_length(&options.password_min_length)?,
            limit_forgot_per_ip: limit_of("LIMIT_FORGOT_PER_IP", &options.limit_forgot_per_ip)?,
            limit_login_per_ip: limit_of("LIMIT_LOGIN_PER_IP", &options.limit_login_per_ip)?,
            limit_mail_per_recipient: limit_of("LIMIT_MAIL_PER_RECIPIENT", &options.limit_mail_per_recipient)?,
            limit_mail: limit_of("LIMIT_MAIL", &options.limit_mail)?,
            trusted_proxies: proxies(given(options.trusted_proxies.as_ref()))?,
            session_idle,
            session_max,
            report_pause: read_duration("REPORT_PAUSE", &options.report_pause, "24h")?,
            secret_key: key_source(given(options.secret_key.as_ref()), given(options.secret_key_file.as_ref()))?,
            log: log_filter(&options.log)?,
            log_json: match options.log_format.trim() {
                "text" => false,
                "json" => true,
                _ => return Err(wrong("LOG_FORMAT", "takes text or json")),
            },
            brand,
        })
    }

    /// One mail per cooldown; `None` where it is turned off.
    #[must_use]
    pub const fn resend_limit(&self) -> Option<Limit> {
        if self.resend_cooldown.is_zero() { None } else { Some(Limit { count: 1, window: self.resend_cooldown }) }
    }

    /// What is asked of a new password, as the pages know it too.
    #[must_use]
    pub const fn password_policy(&self) -> Policy {
        Policy { min_length: self.password_min_length, max_length: MAX_LENGTH }
    }

    /// Whether `/dev/inbox` exists: without a mail server, and only where nobody else can open it.
    #[must_use]
    pub const fn shows_inbox(&self) -> bool {
        self.smtp.is_none() && self.public_url.is_loopback()
    }
}

/// The sentence for an option that is wrong; `reason` follows its names.
fn wrong(name: &str, reason: &str) -> ConfigError {
    ConfigError(format!("REKEY_{name} (or --{}) {reason}.", name.to_ascii_lowercase().replace('_', "-")))
}

/// An empty option is one that is not set.
fn given(value: Option<&String>) -> Option<&str> {
    value.map(|text| text.trim()).filter(|text| !text.is_empty())
}

/// `localhost` is what people type; any other name would have to be looked up, and might be several addresses.
fn listen(text: &str) -> Result<SocketAddr, ConfigError> {
    let text = text.trim();
    let address = text.strip_prefix("localhost:").map_or_else(|| text.to_owned(), |port| format!("127.0.0.1:{port}"));
    address.parse().map_err(|_| wrong("LISTEN", "takes an IP address and a port, like 127.0.0.1:8080 or [::]:8080"))
}

fn brand(text: &str) -> Result<String, ConfigError> {
    let text = text.trim();
    let fits = rekey_wire::name::validate(text).is_ok() && text.chars().count() <= LONGEST_BRAND;
    if fits { Ok(text.to_owned()) } else { Err(wrong("BRAND", "takes a name of 1 to 60 characters on one line")) }
}

fn read_duration(name: &str, text: &str, example: &str) -> Result<Duration, ConfigError> {
    duration::parse(text).ok_or_else(|| wrong(name, &format!("takes a duration like {example} (units s, m, h and d)")))
}

fn duration_of(name: &str, text: &str, example: &str) -> Result<Duration, ConfigError> {
    let duration = read_duration(name, text, example)?;
    if duration.is_zero() { Err(wrong(name, &format!("takes a duration over zero, like {example}"))) } else { Ok(duration) }
}

fn link_life(name: &str, text: &str, example: &str) -> Result<Duration, ConfigError> {
    let life = duration_of(name, text, example)?;
    if life > LONGEST_LINK { Err(wrong(name, &format!("takes 24h at most, like {example}"))) } else { Ok(life) }
}

fn limit_of(name: &str, text: &str) -> Result<Option<Limit>, ConfigError> {
    limit::parse(text).ok_or_else(|| wrong(name, "takes a number and a duration like 30/1m, or off"))
}

fn min_length(text: &str) -> Result<u32, ConfigError> {
    text.trim()
        .parse()
        .ok()
        .filter(|length| (LEAST_MIN_LENGTH..=MAX_LENGTH).contains(length))
        .ok_or_else(|| wrong("PASSWORD_MIN_LENGTH", &format!("takes a number from {LEAST_MIN_LENGTH} to {MAX_LENGTH}")))
}

fn database(text: &str) -> Result<Location, ConfigError> {
    const FORM: &str = "takes sqlite://FILE or postgres://user:password@host/database";
    let text = text.trim();
    if let Some(path) = text.strip_prefix("sqlite://") {
        let is_file = !path.is_empty() && !path.ends_with('/') && !path.contains(['?', '\0']) && path != ":memory:";
        return if is_file { Ok(Location::Sqlite(PathBuf::from(path))) } else { Err(wrong("DATABASE_URL", FORM)) };
    }
    match url::Url::parse(text) {
        Ok(url) if matches!(url.scheme(), "postgres" | "postgresql") => Ok(Location::Postgres(text.to_owned())),
        _ => Err(wrong("DATABASE_URL", FORM)),
    }
}

fn mail_from(text: Option<&str>, brand: &str) -> Result<Mailbox, ConfigError> {
    const FORM: &str = "takes a sender like Squaretalk <no-reply@example.com>";
    let Some(text) = text else {
        let address = lettre::Address::new("no-reply", "localhost").map_err(|_| wrong("MAIL_FROM", FORM))?;
        return Ok(Mailbox::new(Some(brand.to_owned()), address));
    };
    if text.contains(char::is_control) {
        return Err(wrong("MAIL_FROM", FORM));
    }
    let given: Mailbox = text.parse().map_err(|_| wrong("MAIL_FROM", FORM))?;
    // In the form that every mail server takes: one that does not know SMTPUTF8 would refuse each mail for its sender.
    let domain = idna::domain_to_ascii(given.email.domain()).map_err(|_| wrong("MAIL_FROM", FORM))?;
    if !given.email.user().is_ascii() {
        return Err(wrong("MAIL_FROM", "takes an address of which the part before the @ is in ASCII, like no-reply@example.com"));
    }
    let email = lettre::Address::new(given.email.user(), &domain).map_err(|_| wrong("MAIL_FROM", FORM))?;
    Ok(Mailbox::new(given.name, email))
}

fn support_email(text: Option<&str>) -> Result<Option<String>, ConfigError> {
    match text.map(Address::parse) {
        None => Ok(None),
        Some(Ok(_)) => Ok(text.map(str::to_owned)),
        Some(Err(_)) => Err(wrong("SUPPORT_EMAIL", "takes an email address like help@example.com")),
    }
}

fn proxies(text: Option<&str>) -> Result<Vec<IpNet>, ConfigError> {
    let net = |item: &str| item.parse::<IpNet>().or_else(|_| item.parse::<IpAddr>().map(IpNet::from));
    text.unwrap_or_default()
        .split(',')
        .map(str::trim)
        .filter(|item| !item.is_empty())
        .map(|item| net(item).map_err(|_| wrong("TRUSTED_PROXIES", "takes networks separated by commas, like 10.0.0.0/8, 2001:db8::/32")))
        .collect()
}

fn key_source(key: Option<&str>, file: Option<&str>) -> Result<KeySource, ConfigError> {
    match (key, file) {
        (Some(_), Some(_)) => Err(ConfigError("REKEY_SECRET_KEY and REKEY_SECRET_KEY_FILE are both set; remove one of them.".to_owned())),
        (Some(key), None) => Ok(KeySource::Given(key.to_owned())),
        (None, Some(file)) => Ok(KeySource::File(PathBuf::from(file))),
        (None, None) => Ok(KeySource::BesideDatabase),
    }
}

fn log_filter(text: &str) -> Result<String, ConfigError> {
    // A word alone would name a part of the program, and a level with a typo would so turn the log off.
    let levels = ["error", "warn", "info", "debug", "trace", "off"];
    let is_word = |part: &str| part.chars().all(char::is_alphabetic) && !levels.iter().any(|level| part.eq_ignore_ascii_case(level));
    let has_typo = text.split(',').map(str::trim).any(|part| !part.is_empty() && is_word(part));
    match tracing_subscriber::EnvFilter::try_new(text) {
        Ok(_) if !has_typo => Ok(text.to_owned()),
        _ => Err(wrong("LOG", "takes error, warn, info, debug, trace, or a filter like rekey_server=debug")),
    }
}

#[cfg(test)]
mod properties;

#[cfg(test)]
mod tests {
    use super::{Config, KeySource, Limit};
    use crate::store::Location;
    use std::path::Path;
    use std::time::Duration;

    #[test]
    fn the_defaults_are_those_of_the_contract() {
        let config = Config::from_flags(&[]).expect("defaults");
        assert_eq!(config.listen.to_string(), "127.0.0.1:8080");
        assert_eq!(config.public_url.origin(), "http://localhost:8080");
        assert!(matches!(&config.database, Location::Sqlite(path) if path == Path::new("rekey.db")));
        assert_eq!(config.mail_from.to_string(), "Squaretalk <no-reply@localhost>");
        assert_eq!((config.link_ttl.as_secs(), config.invite_ttl.as_secs()), (1_800, 86_400));
        assert_eq!((config.session_idle.as_secs(), config.session_max.as_secs()), (43_200, 2_592_000));
        assert_eq!((config.report_pause.as_secs(), config.password_policy().min_length), (86_400, 15));
        assert_eq!(config.resend_limit(), Some(Limit { count: 1, window: Duration::from_secs(60) }));
        assert_eq!(config.limit_mail, Some(Limit { count: 600, window: Duration::from_secs(60) }));
        assert!(config.shows_inbox() && config.trusted_proxies.is_empty() && !config.log_json);
        assert!(matches!(config.secret_key, KeySource::BesideDatabase));
    }

    #[test]
    fn limits_and_the_cooldown_can_be_turned_off() {
        let config = Config::from_flags(&["--limit-mail", "off", "--resend-cooldown", "0s"]).expect("read");
        assert_eq!((config.limit_mail, config.resend_limit()), (None, None));
    }

    #[test]
    fn an_empty_variable_counts_as_unset() {
        let config = Config::from_flags(&["--smtp-url=", "--support-email= ", "--secret-key=", "--trusted-proxies="]).expect("read");
        assert!(config.smtp.is_none() && config.support_email.is_none() && matches!(config.secret_key, KeySource::BesideDatabase));
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
                let sentence = Config::from_flags(&[&argument]).map(|_| ()).expect_err(&argument).0;
                assert!(sentence.contains(flag) && sentence.ends_with('.') && !sentence.contains('\n'), "{argument}: {sentence}");
            }
        }
    }

    #[test]
    fn two_keys_are_one_too_many() {
        let error = Config::from_flags(&["--secret-key", "a", "--secret-key-file", "b"]).map(|_| ()).expect_err("two keys");
        assert!(error.0.contains("remove one"));
    }

    #[test]
    fn a_single_proxy_needs_no_mask() {
        let config = Config::from_flags(&["--trusted-proxies", "10.0.0.1, 2001:db8::/32"]).expect("read");
        assert_eq!(config.trusted_proxies.iter().map(ToString::to_string).collect::<Vec<_>>(), ["10.0.0.1/32", "2001:db8::/32"]);
    }
}
