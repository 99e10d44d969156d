//! Settings of access: on the command line, in the environment, or from code.

use std::path::Path;

use clap::{Args, ValueEnum};
use ipnet::IpNet;

use super::client_address::parse_trusted;
use super::rate_limit::parse_rate_limit;
use super::secret::{SECRET_FILE, Secret, SecretError};
use crate::model::key::RateLimit;

/// Settings of access.
#[derive(Debug, Clone, Args)]
pub struct AccessOptions {
    /// Requests that a client may make with a key, as REQUESTS/SECONDS; keys can have their own
    #[arg(
        long,
        env = "HEREABOUTS_RATE_LIMIT",
        value_name = "REQUESTS/SECONDS",
        default_value = "10/1",
        value_parser = parse_rate_limit
    )]
    pub rate_limit: RateLimit,
    /// Requests with an unknown or unusable key that one address may make
    #[arg(
        long,
        env = "HEREABOUTS_FAILED_AUTH_LIMIT",
        value_name = "REQUESTS/SECONDS",
        default_value = "100/60",
        value_parser = parse_rate_limit
    )]
    pub failed_auth_limit: RateLimit,
    /// Addresses or networks of reverse proxies whose X-Forwarded-For is believed
    #[arg(
        long = "trusted-proxy",
        env = "HEREABOUTS_TRUSTED_PROXIES",
        value_name = "ADDR|CIDR",
        value_delimiter = ',',
        value_parser = parse_trusted
    )]
    pub trusted_proxies: Vec<IpNet>,
    /// Whether answers show tokens of keys: whenever a key is shown, or only when it is made
    #[arg(long, env = "HEREABOUTS_REVEAL_TOKENS", default_value = "always")]
    pub reveal_tokens: Reveal,
    /// Secret that tokens are computed from; by default the file hereabouts.secret in the data
    /// directory, made on the first start
    #[arg(skip = std::env::var("HEREABOUTS_SECRET").ok().map(Hidden))]
    pub secret: Option<Hidden>,
    /// Token of the first private key
    #[arg(skip = std::env::var("HEREABOUTS_BOOTSTRAP_KEY").ok().map(Hidden))]
    pub bootstrap_key: Option<Hidden>,
}

/// When answers show tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Reveal {
    /// Whenever a key is shown to someone who may do all that the key may, as PlaceKit does.
    Always,
    /// Only in the answer that makes the key.
    Once,
}

/// A setting that is not shown in debug output. It comes from the environment alone: command
/// lines are seen by everyone on the machine.
#[derive(Clone)]
pub struct Hidden(pub String);

impl std::fmt::Debug for Hidden {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("(hidden)")
    }
}

impl AccessOptions {
    /// Settings without limits worth mentioning, for programs that use the server as a library.
    pub fn unlimited() -> Self {
        let limit = RateLimit { limit: 1_000_000, window_s: 1 };
        Self {
            rate_limit: limit,
            failed_auth_limit: limit,
            trusted_proxies: Vec::new(),
            reveal_tokens: Reveal::Always,
            secret: None,
            bootstrap_key: None,
        }
    }

    /// Adds the secret of the environment.
    #[must_use]
    pub fn with_environment(self) -> Self {
        Self { secret: std::env::var("HEREABOUTS_SECRET").ok().map(Hidden), ..self }
    }

    /// Checks the settings without making anything.
    ///
    /// # Errors
    /// Fails when the secret cannot be used.
    pub fn check(&self, dir: &Path) -> Result<(), SecretError> {
        if self.secret.is_some() || dir.join(SECRET_FILE).exists() {
            self.load_secret(dir)?;
        }
        Ok(())
    }

    /// Returns the secret of the settings, else of the data directory.
    ///
    /// # Errors
    /// Fails when neither can be used.
    pub fn load_secret(&self, dir: &Path) -> Result<Secret, SecretError> {
        match &self.secret {
            Some(text) => Secret::from_text(&text.0),
            None => Secret::load_or_create(dir),
        }
    }
}
