//! Command line of the shard builder.

mod cli;

use std::process::ExitCode;

fn main() -> ExitCode {
    cli::main()
}
