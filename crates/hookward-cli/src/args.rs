use std::ffi::OsString;

use clap::{Args, Parser, Subcommand, ValueEnum};

/// Verify, explain, sign, send and receive webhooks.
#[derive(Debug, Parser)]
#[command(name = "hookward", version, about, arg_required_else_help = true)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Verify a request; exits with 0 if it is genuine, 1 if it is not.
    Verify(VerifyArgs),
    /// Find out why a signature does not match; exits like `verify`.
    Explain(ExplainArgs),
    /// Print the headers that make a request genuine; exits with 1 and the message of
    /// `verify` if that would reject them.
    Sign(SignArgs),
    /// Sign a delivery and send it to a receiver.
    Send(SendArgs),
    /// Receive deliveries and show each one as it arrives.
    Listen(ListenArgs),
    /// Resend recorded requests, byte for byte.
    Replay(ReplayArgs),
    /// Print a completion script for a shell.
    Completions(CompletionsArgs),
    /// Print the manual page, or that of one command.
    Man(ManArgs),
    /// Show the catalogue of providers, or one entry.
    Providers(ProvidersArgs),
}

/// Which form of a provider's scheme to use.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct Forms {
    /// Accept an additional form of the provider, one that is disabled by default;
    /// `hookward providers NAME` lists them. Can be repeated.
    #[arg(long = "accept", value_name = "NAME")]
    pub(crate) accept: Vec<String>,

    /// Accept only this form: required if a provider's forms sign different parts of a
    /// request.
    #[arg(long = "form", value_name = "NAME", conflicts_with = "accept")]
    pub(crate) form: Option<String>,

    /// Accept only deliveries for this receiver, if the provider signs with one key for
    /// many: an SNS topic, a bundle, an audience. A value that ends in `*` is a prefix;
    /// use `NAME=VALUE` if there are several kinds, as in `environment=Production`. Can
    /// be repeated.
    #[arg(long = "recipient", value_name = "VALUE", num_args = 1..)]
    pub(crate) recipients: Vec<String>,

    /// Accept deliveries for any receiver.
    #[arg(long, conflicts_with = "recipients")]
    pub(crate) any_recipient: bool,
}

/// Which scheme and keys to use.
#[derive(Debug, Args)]
pub(crate) struct Parties {
    /// A provider of the catalogue; see `hookward providers`.
    #[arg(
        long,
        value_name = "NAME",
        required_unless_present = "scheme",
        conflicts_with = "scheme"
    )]
    pub(crate) provider: Option<String>,

    /// A custom scheme, in TOML, or in JSON if the file name ends in `.json`.
    #[arg(long, value_name = "FILE")]
    pub(crate) scheme: Option<String>,

    /// A key as the provider displays it: `env:VAR`, `file:PATH` or `text:VALUE`,
    /// prefixed with `ID=` if a header selects the key. If the kind of key is ambiguous,
    /// prefix it with `secret:` or `public:`, as in `secret:env:VAR`. Repeat for
    /// rotation, primary key first.
    #[arg(long = "key", value_name = "[ID=]SPEC", required = true)]
    pub(crate) keys: Vec<String>,

    #[command(flatten)]
    pub(crate) forms: Forms,

    /// A value that belongs to the subscription, such as PayPal's webhook id.
    /// `header=NAME` sets the signature's header if it is configurable.
    #[arg(long = "param", value_name = "NAME=VALUE")]
    pub(crate) params: Vec<String>,
}

/// Which scheme and keys, and the request.
#[derive(Debug, Args)]
pub(crate) struct Selection {
    #[command(flatten)]
    pub(crate) parties: Parties,

    /// A raw HTTP/1.1 request message, `-` for standard input.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["headers", "body", "method"])]
    pub(crate) request: Option<String>,

    /// A header of the request; can be repeated.
    #[arg(short = 'H', long = "header", value_name = "NAME: VALUE")]
    pub(crate) headers: Vec<OsString>,

    /// The request's method, POST by default.
    #[arg(long, value_name = "METHOD")]
    pub(crate) method: Option<String>,

    /// The URL that the provider called.
    #[arg(long, value_name = "URL")]
    pub(crate) url: Option<String>,

    /// A host of the endpoint, with its port if that is not the default; requests for any
    /// other host are rejected. Can be repeated.
    #[arg(long = "host", value_name = "NAME", num_args = 1..)]
    pub(crate) hosts: Vec<String>,

    /// The file with the request's body, `-` for standard input.
    #[arg(long, value_name = "FILE")]
    pub(crate) body: Option<String>,

    /// The time to verify at, in seconds since 1970; by default the system clock.
    #[arg(long, value_name = "UNIX_SECONDS", allow_negative_numbers = true)]
    pub(crate) now: Option<i64>,
}

#[derive(Debug, Args)]
pub(crate) struct VerifyArgs {
    #[command(flatten)]
    pub(crate) selection: Selection,

    /// Tolerance for the timestamp in seconds; `none` disables the check.
    #[arg(long, value_name = "SECONDS|none")]
    pub(crate) tolerance: Option<String>,

    /// Print a JSON object.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct ExplainArgs {
    #[command(flatten)]
    pub(crate) verify: VerifyArgs,

    /// A key that is not in use, to find out whether it signed: the test key, or the key
    /// before a rotation. Can be repeated.
    #[arg(long = "other-key", value_name = "[ID=]SPEC")]
    pub(crate) other_keys: Vec<String>,
}

#[derive(Debug, Args)]
pub(crate) struct SignArgs {
    #[command(flatten)]
    pub(crate) selection: Selection,

    /// The event's id; by default derived from the content.
    #[arg(long, value_name = "ID")]
    pub(crate) id: Option<String>,

    /// Print a `curl` command for this URL instead of the headers.
    #[arg(long, value_name = "URL", conflicts_with = "url")]
    pub(crate) curl: Option<String>,

    /// Print a JSON object.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct ProvidersArgs {
    /// A name or alias.
    pub(crate) name: Option<String>,

    /// Describe a custom scheme instead, in TOML or JSON: what it covers, what it does
    /// not, and whether it is unambiguous.
    #[arg(long, value_name = "FILE", conflicts_with = "name")]
    pub(crate) scheme: Option<String>,

    /// Print JSON.
    #[arg(long)]
    pub(crate) json: bool,

    /// Print the entry as a scheme file, as a starting point for your own.
    #[arg(long, conflicts_with = "json")]
    pub(crate) toml: bool,
}

/// How a request is tampered with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Tamper {
    /// A byte of the body is changed after signing.
    Body,
    /// A character of the signature is changed.
    Signature,
    /// The request is signed at a time far in the past.
    Timestamp,
    /// The request is signed with another key.
    Key,
    /// The genuine request is sent a second time.
    Replay,
}

#[derive(Debug, Args)]
pub(crate) struct SendArgs {
    #[command(flatten)]
    pub(crate) parties: Parties,

    /// The receiver, `http://HOST:PORT/PATH` or `https://HOST/PATH`.
    #[arg(value_name = "URL", required_unless_present = "suite")]
    pub(crate) url: Option<String>,

    /// Run the whole suite of genuine, tampered, stale and replayed requests against this
    /// receiver and report which it accepted.
    #[arg(long, value_name = "URL", conflicts_with_all = ["url", "tamper", "repeat", "expect", "chunked", "slow"])]
    pub(crate) suite: Option<String>,

    /// The event of the sample payload, such as `push`; by default the provider's most
    /// common one.
    #[arg(long, value_name = "NAME", conflicts_with = "data")]
    pub(crate) event: Option<String>,

    /// The body to send, `-` for standard input, instead of a sample.
    #[arg(long, value_name = "FILE")]
    pub(crate) data: Option<String>,

    /// An additional header; can be repeated.
    #[arg(short = 'H', long = "header", value_name = "NAME: VALUE")]
    pub(crate) headers: Vec<OsString>,

    /// The event's id, for schemes that have one.
    #[arg(long, value_name = "ID")]
    pub(crate) id: Option<String>,

    /// The URL to sign, for schemes that sign it and receivers behind a proxy; by default
    /// the receiver's URL.
    #[arg(long, value_name = "URL")]
    pub(crate) signed_url: Option<String>,

    /// The number of deliveries to send, each a different one.
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u64).range(1..=1_000_000))]
    pub(crate) repeat: u64,

    /// Tamper with the request.
    #[arg(long, value_name = "WHAT")]
    pub(crate) tamper: Option<Tamper>,

    /// Send the body chunked, without a length.
    #[arg(long)]
    pub(crate) chunked: bool,

    /// Send the body in eight pieces over two seconds.
    #[arg(long)]
    pub(crate) slow: bool,

    /// The expected status; by default 2xx for a genuine request and 4xx for a tampered
    /// one.
    #[arg(long, value_name = "STATUS")]
    pub(crate) expect: Option<u16>,

    /// The time to sign at, in seconds since 1970; by default the system clock.
    #[arg(long, value_name = "UNIX_SECONDS", allow_negative_numbers = true)]
    pub(crate) now: Option<i64>,

    /// A PEM file with the certificate authorities to trust for `https://`, instead of
    /// the system's.
    #[arg(long, value_name = "FILE")]
    pub(crate) ca: Option<std::path::PathBuf>,

    /// How long to wait for a response, in seconds.
    #[arg(long, value_name = "SECONDS", default_value_t = 30)]
    pub(crate) timeout: u64,

    /// Print JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct ListenArgs {
    /// The address to listen on; by default on the loopback interface.
    #[arg(long, value_name = "HOST:PORT", default_value = "127.0.0.1:4000")]
    pub(crate) addr: String,

    /// A provider of the catalogue; by default detected from the headers.
    #[arg(long, value_name = "NAME", conflicts_with = "scheme")]
    pub(crate) provider: Option<String>,

    /// A custom scheme, in TOML or JSON.
    #[arg(long, value_name = "FILE")]
    pub(crate) scheme: Option<String>,

    /// A key as the provider displays it, as for `verify`. Without a key, nothing is
    /// verified.
    #[arg(long = "key", value_name = "[ID=]SPEC")]
    pub(crate) keys: Vec<String>,

    #[command(flatten)]
    pub(crate) forms: Forms,

    /// A value that belongs to the subscription, as for `verify`.
    #[arg(long = "param", value_name = "NAME=VALUE")]
    pub(crate) params: Vec<String>,

    /// A host of the endpoint, as for `verify`.
    #[arg(long = "host", value_name = "NAME", num_args = 1..)]
    pub(crate) hosts: Vec<String>,

    /// Tolerance for the timestamp in seconds; `none` disables the check.
    #[arg(long, value_name = "SECONDS|none")]
    pub(crate) tolerance: Option<String>,

    /// A setting of the provider's endpoint validation: `token=VALUE`, `allow=VALUE` or
    /// `url=VALUE`. A validation that needs no settings is always answered if --provider
    /// and --key are given.
    #[arg(long = "handshake", value_name = "NAME=VALUE", requires = "provider")]
    pub(crate) handshakes: Vec<String>,

    /// Forward genuine deliveries to this service, byte for byte.
    #[arg(long, value_name = "URL")]
    pub(crate) forward: Option<String>,

    /// A PEM file with the certificate authorities to trust for `https://`, instead of
    /// the system's.
    #[arg(long, value_name = "FILE")]
    pub(crate) ca: Option<std::path::PathBuf>,

    /// Save deliveries in this directory as raw messages, without secrets that the scheme
    /// sends in them.
    #[arg(long, value_name = "DIR")]
    pub(crate) record: Option<std::path::PathBuf>,

    /// Record rejected requests too: anyone can send them.
    #[arg(long, requires = "record")]
    pub(crate) record_refused: bool,

    /// Stop recording once the directory contains this many recordings.
    #[arg(long, value_name = "N", default_value_t = 1000, requires = "record")]
    pub(crate) record_files: u64,

    /// Stop recording once the recordings in the directory reach this size.
    #[arg(long, value_name = "BYTES", default_value_t = 256 << 20, requires = "record")]
    pub(crate) record_bytes: u64,

    /// Timeout in seconds for receiving a request, and for the response of the service
    /// behind --forward.
    #[arg(long, value_name = "SECONDS", default_value_t = 60)]
    pub(crate) timeout: u64,

    /// The largest accepted body, in bytes.
    #[arg(long, value_name = "BYTES", default_value_t = 32 << 20)]
    pub(crate) body_limit: u64,

    /// The memory for the bodies of all connections; requests that do not fit are
    /// answered with 503. A body takes up to four times its size.
    #[arg(long, value_name = "BYTES", default_value_t = 256 << 20)]
    pub(crate) memory_limit: u64,

    /// Print one JSON object per delivery.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct ReplayArgs {
    /// Raw request messages, as saved by `listen --record`.
    #[arg(value_name = "FILE", required = true)]
    pub(crate) files: Vec<String>,

    /// The receiver; if the URL has no path, the path and query of the recording are
    /// kept.
    #[arg(long, value_name = "URL")]
    pub(crate) to: String,

    /// The provider whose secret was removed from the recordings, to restore it.
    #[arg(
        long,
        value_name = "NAME",
        conflicts_with = "scheme",
        requires = "keys"
    )]
    pub(crate) provider: Option<String>,

    /// The same for a custom scheme, in TOML or JSON.
    #[arg(long, value_name = "FILE", requires = "keys")]
    pub(crate) scheme: Option<String>,

    /// The secret to restore, as for `verify`.
    #[arg(long = "key", value_name = "[ID=]SPEC")]
    pub(crate) keys: Vec<String>,

    #[command(flatten)]
    pub(crate) forms: Forms,

    /// A value that belongs to the subscription, as for `verify`.
    #[arg(long = "param", value_name = "NAME=VALUE")]
    pub(crate) params: Vec<String>,

    /// The expected status; by default any 2xx.
    #[arg(long, value_name = "STATUS")]
    pub(crate) expect: Option<u16>,

    /// A PEM file with the certificate authorities to trust for `https://`, instead of
    /// the system's.
    #[arg(long, value_name = "FILE")]
    pub(crate) ca: Option<std::path::PathBuf>,

    /// How long to wait for a response, in seconds.
    #[arg(long, value_name = "SECONDS", default_value_t = 30)]
    pub(crate) timeout: u64,

    /// Print one JSON object per request.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct CompletionsArgs {
    /// The shell.
    pub(crate) shell: clap_complete::Shell,
}

#[derive(Debug, Args)]
pub(crate) struct ManArgs {
    /// A command, such as `verify`.
    pub(crate) command: Option<String>,
}
