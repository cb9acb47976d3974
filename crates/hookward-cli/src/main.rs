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
use clap::error::{ContextKind, ContextValue};

use crate::args::{Cli, Command};

fn main() -> ExitCode {
    let cli = Cli::try_parse().unwrap_or_else(|error| without_values(error).exit());
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

/// A usage error that repeats words of the command line only if they may be meant as an
/// option or a command: where an option is missing or misspelled, the word may be a key.
fn without_values(mut error: clap::Error) -> clap::Error {
    let may_be_a_name = |word: &str| {
        word.len() <= 24
            && word
                .bytes()
                .all(|byte| byte == b'-' || byte.is_ascii_lowercase())
    };
    for kind in [ContextKind::InvalidArg, ContextKind::InvalidSubcommand] {
        if let Some(ContextValue::String(word)) = error.get(kind)
            && !may_be_a_name(word)
            && error.kind() != clap::error::ErrorKind::ArgumentConflict
        {
            error.insert(kind, ContextValue::String("…".to_owned()));
        }
    }
    error
}
