//! The configuration file: the same settings as on the command line, in TOML.
//!
//! A setting has the name of its option with `_` for `-`, such as `body_timeout = 30`; those that
//! may be given several times take a list. What the file says stands in for the defaults, so that
//! the environment wins over it and the command line over both.

use std::ffi::OsString;
use std::fs;
use std::path::PathBuf;

use clap::{Arg, ArgMatches, Command};
use toml::{Table, Value};

/// Largest file that is read, in bytes.
const LIMIT_BYTES: u64 = 1024 * 1024;
/// Options that only make sense outside of the file.
const NOT_IN_FILE: [&str; 3] = ["config", "help", "version"];

/// Why the file cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("{}: {what}", path.display())]
pub struct ConfigFileError {
    /// The file.
    pub path: PathBuf,
    /// What is wrong, naming the setting.
    pub what: String,
}

/// Reads a command line: with the file that it or the environment names, when they name one.
///
/// # Errors
/// Fails when the file cannot be read or has a setting that is unknown or no text, number, truth
/// value or list of them. Values are checked when the command line is.
pub fn with_file(
    command: Command,
    arguments: impl IntoIterator<Item = OsString>,
) -> Result<Command, ConfigFileError> {
    let Some(path) = named_file(command.clone(), arguments) else { return Ok(command) };
    apply(command, &path).map_err(|what| ConfigFileError { path, what })
}

/// Finds the option for the file on a command line that may be wrong or incomplete elsewhere.
fn named_file(command: Command, arguments: impl IntoIterator<Item = OsString>) -> Option<PathBuf> {
    let matches = command.ignore_errors(true).try_get_matches_from(arguments).ok()?;
    let of = |matches: &ArgMatches| matches.get_one::<PathBuf>("config").cloned();
    of(&matches).or_else(|| matches.subcommand().and_then(|(_, matches)| of(matches)))
}

fn apply(command: Command, path: &PathBuf) -> Result<Command, String> {
    let length_bytes = fs::metadata(path).map_err(|error| error.to_string())?.len();
    if length_bytes > LIMIT_BYTES {
        return Err(format!("has {length_bytes} bytes, a configuration has {LIMIT_BYTES} at most"));
    }
    let text = fs::read_to_string(path).map_err(|error| error.to_string())?;
    let table: Table = text.parse().map_err(|error: toml::de::Error| error.to_string())?;
    table.iter().try_fold(command, |command, (name, value)| set(command, name, value))
}

/// Makes a value of the file the default of its option, wherever there is such an option.
fn set(command: Command, name: &str, value: &Value) -> Result<Command, String> {
    let values = texts(value).ok_or_else(|| {
        format!("`{name}` must be a text, a number, true, false or a list of those")
    })?;
    let is_meant = |argument: &Arg| {
        argument
            .get_long()
            .is_some_and(|long| long.replace('-', "_") == name && !NOT_IN_FILE.contains(&long))
    };
    let mut is_known = false;
    let mut set_in = |command: Command| {
        let ids: Vec<_> =
            command.get_arguments().filter(|a| is_meant(a)).map(Arg::get_id).cloned().collect();
        ids.into_iter().fold(command, |command, id| {
            is_known = true;
            command.mut_arg(id, |argument| argument.default_values(values.clone()).required(false))
        })
    };
    let command = set_in(command).mut_subcommands(&mut set_in);
    if is_known {
        Ok(command)
    } else {
        Err(format!(
            "unknown setting `{name}`: settings are the long options of `sync-server help serve`, with _ for -"
        ))
    }
}

fn texts(value: &Value) -> Option<Vec<String>> {
    match value {
        Value::String(text) => Some(vec![text.clone()]),
        Value::Integer(number) => Some(vec![number.to_string()]),
        Value::Float(number) => Some(vec![number.to_string()]),
        Value::Boolean(truth) => Some(vec![truth.to_string()]),
        Value::Array(values) => {
            values.iter().map(texts).collect::<Option<Vec<_>>>().map(|lists| lists.concat())
        }
        Value::Datetime(_) | Value::Table(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use clap::{CommandFactory, FromArgMatches};

    use super::*;
    use crate::config::{Cli, ServeConfig};

    /// Reads `serve` with a file and more arguments.
    fn serve(file: &str, more: &[&str]) -> Result<ServeConfig, String> {
        let dir = tempfile::TempDir::new().unwrap();
        let path = dir.path().join("hereabouts.toml");
        fs::write(&path, file).unwrap();
        let file = ["sync-server", "serve", "--config", path.to_str().unwrap()];
        let arguments: Vec<OsString> = file.iter().chain(more).map(OsString::from).collect();
        let command = with_file(Cli::command(), arguments.clone()).map_err(|e| e.to_string())?;
        let matches = command.try_get_matches_from(arguments).map_err(|e| e.to_string())?;
        match Cli::from_arg_matches(&matches).unwrap().command {
            crate::config::Command::Serve(config) => Ok(config),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn settings_of_the_file_are_taken_and_the_command_line_wins() {
        let file = "data = '/srv/data'\nlisten = '0.0.0.0:80'\nbody_timeout = 30\n\
                    trusted_proxy = ['10.0.0.0/8', '192.0.2.1']\n";
        let config = serve(file, &["--listen", "127.0.0.1:9"]).unwrap();
        assert_eq!(config.data, Path::new("/srv/data"));
        assert_eq!(config.listen.to_string(), "127.0.0.1:9");
        assert_eq!(config.body_timeout_s, 30);
        assert_eq!(config.access.trusted_proxies.len(), 2);
    }

    #[test]
    fn wrong_settings_are_named() {
        for (file, expected) in [
            ("data = 'x'\nbody_timeuot = 3", "unknown setting `body_timeuot`"),
            ("config = 'x'", "unknown setting `config`"),
            ("data = 'x'\nbody_timeout = 900", "--body-timeout"),
            ("data = 'x'\nlisten = 'here'", "--listen"),
            ("data = 'x'\nlisten = { port = 1 }", "`listen` must be a text"),
            ("data = ", "line 1"),
            ("", "--data"),
        ] {
            let error = serve(file, &[]).unwrap_err();
            assert!(error.contains(expected), "{file}: {error}");
        }
    }

    #[test]
    fn settings_of_other_commands_may_stand_in_the_file() {
        let arguments = |path: &str| -> Vec<OsString> {
            ["sync-server", "migrate", "--config", path].map(OsString::from).to_vec()
        };
        let dir = tempfile::TempDir::new().unwrap();
        let path = dir.path().join("c.toml");
        fs::write(&path, "data = 'd'\nbody_timeout = 30").unwrap();
        let arguments = arguments(path.to_str().unwrap());
        let command = with_file(Cli::command(), arguments.clone()).unwrap();
        assert!(command.try_get_matches_from(arguments).is_ok());
    }

    #[test]
    fn a_file_that_is_missing_is_named() {
        let arguments = ["sync-server", "migrate", "--config", "/none.toml"].map(OsString::from);
        let error = with_file(Cli::command(), arguments).unwrap_err();
        assert!(error.to_string().starts_with("/none.toml: "), "{error}");
    }
}
