//! Command line of the server: reads the options, starts the log, runs the command.

use std::io::{self, IsTerminal};
use std::time::Duration;

use anyhow::Context;
use sync_server::access::command_line;
use sync_server::config::{Cli, Command, LogFormat};
use sync_server::{commands, server};
use tracing_appender::non_blocking::WorkerGuard;
use tracing_subscriber::EnvFilter;

#[actix_web::main]
async fn main() -> anyhow::Result<()> {
    let cli = Cli::read()?;
    let _flush_on_exit = start_log(cli.log_format)?;
    match cli.command {
        Command::Serve(config) => server::serve(&config).await.context("cannot serve"),
        Command::Publish { build, data } => {
            commands::publish(&build, &data.data).context("nothing is published")
        }
        Command::Rollback { country, to, data } => {
            commands::roll_back(&data.data, &country, to.as_deref()).context("nothing is changed")
        }
        Command::Generations(data) => commands::list_generations(&data.data),
        Command::Sweep { keep_s, data } => commands::sweep(&data.data, Duration::from_secs(keep_s)),
        Command::Migrate(database) => commands::migrate(&database).await.context("cannot migrate"),
        Command::Backup { database, file } => {
            commands::back_up(&database, &file).await.context("cannot back up")
        }
        Command::Restore { database, file } => {
            commands::restore(&database, file.as_deref()).await.context("cannot restore")
        }
        Command::Verify(database) => commands::verify(&database).await,
        Command::Keys(command) => command_line::run(&command).await,
        Command::Openapi => commands::print_openapi().context("cannot print the description"),
        Command::CheckConfig(config) => {
            commands::check_config(&config).context("the configuration is not usable")
        }
    }
}

/// Sends log lines to standard error through a thread of their own, so that a reader that does
/// not keep up costs lines and never holds up an answer.
fn start_log(format: LogFormat) -> anyhow::Result<WorkerGuard> {
    let (writer, guard) = tracing_appender::non_blocking(io::stderr());
    // Actix repeats at `info` what this program says itself about starting and stopping.
    let filter = EnvFilter::try_from_default_env()
        .unwrap_or_else(|_| EnvFilter::new("info,actix_server=warn"));
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(writer)
        .with_ansi(io::stderr().is_terminal());
    match format {
        LogFormat::Text => log.try_init(),
        LogFormat::Json => log.json().flatten_event(true).try_init(),
    }
    .map_err(|error| anyhow::anyhow!("cannot start the log: {error}"))?;
    Ok(guard)
}
