//! Progress on standard error: bars on a terminal, a line for each stage otherwise.

use std::io::{self, IsTerminal, Write};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use geocoder_core::CountryCode;
use indicatif::{ProgressBar, ProgressStyle};
use shard_builder::progress::Progress;

/// How often a bar without known length shows that work goes on.
const TICK: Duration = Duration::from_millis(120);

/// Shows progress to whoever runs the command.
#[derive(Debug)]
pub(crate) struct TerminalProgress {
    is_terminal: bool,
    /// Country that each line names, when several are built at once.
    country: Option<CountryCode>,
    bar: Mutex<ProgressBar>,
}

impl TerminalProgress {
    /// Looks whether there is a terminal; bars of several countries would cover one another.
    pub(crate) fn new(country: Option<CountryCode>) -> Self {
        let is_terminal = country.is_none() && io::stderr().is_terminal();
        Self { is_terminal, country, bar: Mutex::new(ProgressBar::hidden()) }
    }

    fn with_bar<T>(&self, act: impl FnOnce(&mut ProgressBar) -> T) -> T {
        act(&mut self.bar.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Progress for TerminalProgress {
    fn start(&self, stage: &str, total: u64) {
        if !self.is_terminal {
            // Progress that cannot be told must not stop the work.
            let prefix = self.country.map(|country| format!("{country}: ")).unwrap_or_default();
            drop(writeln!(io::stderr(), "{prefix}{stage}"));
            return;
        }
        let (bar, template) = if total > 0 {
            (ProgressBar::new(total), "{msg:20} {wide_bar} {bytes}/{total_bytes} {eta}")
        } else {
            (ProgressBar::new_spinner(), "{msg:20} {spinner} {elapsed}")
        };
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        bar.set_message(stage.to_string());
        bar.enable_steady_tick(TICK);
        self.with_bar(|current| *current = bar);
    }

    fn advance(&self, amount: u64) {
        if self.is_terminal {
            self.with_bar(|bar| bar.inc(amount));
        }
    }

    fn finish(&self) {
        if self.is_terminal {
            self.with_bar(|bar| bar.finish());
        }
    }
}
