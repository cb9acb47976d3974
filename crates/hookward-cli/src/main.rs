//! The `hookward` command.
//!
//! Exit status: 0 verified, 1 rejected, 2 usage error, unreadable input or unusable key.

#![forbid(unsafe_code)]
// All output goes through `fault`, which escapes non-printable characters.
#![deny(clippy::print_stderr, clippy::print_stdout)]

mod args;
mod explain;
mod fault;
mod input;
mod list;
mod listen;
mod manual;
mod net;
mod progress;
mod record;
mod replay;
mod select;
mod send;
mod server;
mod sign;
mod spelling;
mod style;
mod suite;
#[cfg(feature = "tls")]
mod tls;
mod validation;
mod verify;

use std::process::ExitCode;

use clap::Parser as _;

use crate::args::{Cli, Command};

fn main() -> ExitCode {
    let cli = Cli::parse();
    let outcome = match cli.command {
        Command::Verify(args) => verify::run(&args),
        Command::Explain(args) => explain::run(&args),
        Command::Sign(args) => sign::run(&args),
        Command::Send(args) => send::run(&args),
        Command::Listen(args) => listen::run(args),
        Command::Replay(args) => replay::run(&args),
        Command::Completions(args) => Ok(manual::completions(&args)),
        Command::Man(args) => manual::man(&args),
        Command::Providers(args) => list::run(&args),
    };
    match outcome {
        Ok(code) => code,
        Err(fault) => {
            fault::tell_lines(&format!("error: {fault}"));
            ExitCode::from(2)
        }
    }
}
