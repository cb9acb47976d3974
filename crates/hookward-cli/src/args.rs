use std::ffi::OsString;

use clap::{Args, Parser, Subcommand};

/// Verify, sign and look up webhooks.
#[derive(Debug, Parser)]
#[command(name = "hookward", version, about, arg_required_else_help = true)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Check a request: exit 0 when it is genuine, 1 when it is not.
    Verify(VerifyArgs),
    /// Find out why a signature does not match; exits as `verify` does.
    Explain(ExplainArgs),
    /// Print the headers that make a request genuine.
    Sign(SignArgs),
    /// Show the catalogue of providers, or one entry.
    Providers(ProvidersArgs),
}

/// Which scheme and keys, and the request.
#[derive(Debug, Args)]
pub(crate) struct Selection {
    /// A provider of the catalogue; see `hookward providers`.
    #[arg(
        long,
        value_name = "NAME",
        required_unless_present = "scheme",
        conflicts_with = "scheme"
    )]
    pub(crate) provider: Option<String>,

    /// A scheme of your own, in TOML, or in JSON when the name ends in `.json`.
    #[arg(long, value_name = "FILE")]
    pub(crate) scheme: Option<String>,

    /// A key as the provider shows it: `env:VAR`, `file:PATH` or `text:VALUE`,
    /// with `ID=` before it where a header chooses the key. Repeat it for
    /// rotation, primary key first.
    #[arg(long = "key", value_name = "[ID=]SPEC", required = true)]
    pub(crate) keys: Vec<String>,

    /// A value that belongs to the subscription, such as PayPal's webhook id.
    /// `header=NAME` sets the signature's header where it can be chosen.
    #[arg(long = "param", value_name = "NAME=VALUE")]
    pub(crate) params: Vec<String>,

    /// A raw HTTP/1.1 request message, `-` for standard input.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["headers", "body", "method"])]
    pub(crate) request: Option<String>,

    /// A header of the request; repeat it for several.
    #[arg(short = 'H', long = "header", value_name = "NAME: VALUE")]
    pub(crate) headers: Vec<OsString>,

    /// The request's method, POST by default.
    #[arg(long, value_name = "METHOD")]
    pub(crate) method: Option<String>,

    /// The URL that the provider called.
    #[arg(long, value_name = "URL")]
    pub(crate) url: Option<String>,

    /// The file with the request's body, `-` for standard input.
    #[arg(long, value_name = "FILE")]
    pub(crate) body: Option<String>,

    /// The time to check against, in seconds since 1970; by default the
    /// machine's clock.
    #[arg(long, value_name = "UNIX_SECONDS", allow_negative_numbers = true)]
    pub(crate) now: Option<i64>,
}

#[derive(Debug, Args)]
pub(crate) struct VerifyArgs {
    #[command(flatten)]
    pub(crate) selection: Selection,

    /// Seconds that the timestamp may be off; `none` turns the window off.
    #[arg(long, value_name = "SECONDS|none")]
    pub(crate) tolerance: Option<String>,

    /// Print one JSON object.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct ExplainArgs {
    #[command(flatten)]
    pub(crate) verify: VerifyArgs,

    /// A key that is not in use, to find out whether it signed: the test key,
    /// the key before the rotation. Repeat it for several.
    #[arg(long = "other-key", value_name = "[ID=]SPEC")]
    pub(crate) other_keys: Vec<String>,
}

#[derive(Debug, Args)]
pub(crate) struct SignArgs {
    #[command(flatten)]
    pub(crate) selection: Selection,

    /// The event's id; made from the content by default.
    #[arg(long, value_name = "ID")]
    pub(crate) id: Option<String>,

    /// Print a `curl` command for this URL instead of the headers.
    #[arg(long, value_name = "URL", conflicts_with = "url")]
    pub(crate) curl: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct ProvidersArgs {
    /// A name or alias.
    pub(crate) name: Option<String>,

    /// Print JSON.
    #[arg(long)]
    pub(crate) json: bool,
}
