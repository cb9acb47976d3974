//! Generator of completion scripts and manual pages, from the arguments.

use std::process::ExitCode;

use clap::CommandFactory as _;

use crate::args::{Cli, CompletionsArgs, ManArgs};
use crate::fault::{Fault, print_unchanged};

pub(crate) fn completions(args: &CompletionsArgs) -> ExitCode {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "hookward", &mut script);
    print_unchanged(&String::from_utf8_lossy(&script));
    ExitCode::SUCCESS
}

pub(crate) fn man(args: &ManArgs) -> Result<ExitCode, Fault> {
    let mut command = Cli::command();
    command.build();
    if let Some(name) = &args.command {
        command = command
            .find_subcommand(name)
            .cloned()
            .ok_or_else(|| {
                Fault::new(format!("no command `{name}`")).help("`hookward help` lists them")
            })?
            .name(format!("hookward-{name}"))
            .bin_name(format!("hookward {name}"));
    }
    let mut page = Vec::new();
    clap_mangen::Man::new(command)
        .render(&mut page)
        .map_err(|error| Fault::new(format!("the page cannot be written: {error}")))?;
    print_unchanged(&String::from_utf8_lossy(&page));
    Ok(ExitCode::SUCCESS)
}
