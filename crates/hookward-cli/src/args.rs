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
    /// Check a request: exit 0 when it is genuine, 1 when it is not.
    Verify(VerifyArgs),
    /// Find out why a signature does not match; exits as `verify` does.
    Explain(ExplainArgs),
    /// Print the headers that make a request genuine: exit 1, with the message of
    /// `verify`, where that would refuse them.
    Sign(SignArgs),
    /// Sign a delivery and send it to a receiver.
    Send(SendArgs),
    /// Receive deliveries and show each as it arrives.
    Listen(ListenArgs),
    /// Send recorded requests again, byte for byte.
    Replay(ReplayArgs),
    /// Print a completion script for a shell.
    Completions(CompletionsArgs),
    /// Print the manual page, of one command where it is named.
    Man(ManArgs),
    /// Show the catalogue of providers, or one entry.
    Providers(ProvidersArgs),
}

/// Which of a provider's forms.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct Forms {
    /// Accept a further form of the provider, one that is off unless it is
    /// named; `hookward providers NAME` lists them. Repeat it for several.
    #[arg(long = "accept", value_name = "NAME")]
    pub(crate) accept: Vec<String>,

    /// Accept this form alone: required where a provider's forms sign different
    /// parts of a request.
    #[arg(long = "form", value_name = "NAME", conflicts_with = "accept")]
    pub(crate) form: Option<String>,

    /// For whom deliveries may be, where the provider signs with one key for many
    /// receivers: an SNS topic, a bundle, an audience. A value that ends in `*` is a
    /// prefix; `NAME=VALUE` where there are several, as in
    /// `environment=Production`. Repeat it for several.
    #[arg(long = "recipient", value_name = "VALUE", num_args = 1..)]
    pub(crate) recipients: Vec<String>,

    /// Take deliveries for anybody.
    #[arg(long, conflicts_with = "recipients")]
    pub(crate) any_recipient: bool,
}

/// Which scheme and keys.
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

    /// A scheme of your own, in TOML, or in JSON when the name ends in `.json`.
    #[arg(long, value_name = "FILE")]
    pub(crate) scheme: Option<String>,

    /// A key as the provider shows it: `env:VAR`, `file:PATH` or `text:VALUE`,
    /// with `ID=` before it where a header chooses the key. Where the kind of key
    /// has to be said, write `secret:` or `public:` first, as in `secret:env:VAR`.
    /// Repeat it for rotation, primary key first.
    #[arg(long = "key", value_name = "[ID=]SPEC", required = true)]
    pub(crate) keys: Vec<String>,

    #[command(flatten)]
    pub(crate) forms: Forms,

    /// A value that belongs to the subscription, such as PayPal's webhook id.
    /// `header=NAME` sets the signature's header where it can be chosen.
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

    /// A header of the request; repeat it for several.
    #[arg(short = 'H', long = "header", value_name = "NAME: VALUE")]
    pub(crate) headers: Vec<OsString>,

    /// The request's method, POST by default.
    #[arg(long, value_name = "METHOD")]
    pub(crate) method: Option<String>,

    /// The URL that the provider called.
    #[arg(long, value_name = "URL")]
    pub(crate) url: Option<String>,

    /// A host that the endpoint answers for, with its port where that is not
    /// the default one; a request for any other is refused. Repeat it for
    /// several.
    #[arg(long = "host", value_name = "NAME", num_args = 1..)]
    pub(crate) hosts: Vec<String>,

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

    /// Print one JSON object.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct ProvidersArgs {
    /// A name or alias.
    pub(crate) name: Option<String>,

    /// Describe a scheme of your own instead, in TOML or JSON: what it covers,
    /// what it does not, and whether it is read in one way only.
    #[arg(long, value_name = "FILE", conflicts_with = "name")]
    pub(crate) scheme: Option<String>,

    /// Print JSON.
    #[arg(long)]
    pub(crate) json: bool,

    /// Print the entry as a scheme file, to start one of your own from.
    #[arg(long, conflicts_with = "json")]
    pub(crate) toml: bool,
}

/// What is spoiled in a request.
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

    /// Run the whole set of genuine, spoiled, stale and replayed requests
    /// against this receiver and tell what it let through.
    #[arg(long, value_name = "URL", conflicts_with_all = ["url", "tamper", "repeat", "expect", "chunked", "slow"])]
    pub(crate) suite: Option<String>,

    /// The event of the sample payload, such as `push`; the provider's usual
    /// one by default.
    #[arg(long, value_name = "NAME", conflicts_with = "data")]
    pub(crate) event: Option<String>,

    /// The body to send, `-` for standard input, instead of a sample.
    #[arg(long, value_name = "FILE")]
    pub(crate) data: Option<String>,

    /// A header to send as well; repeat it for several.
    #[arg(short = 'H', long = "header", value_name = "NAME: VALUE")]
    pub(crate) headers: Vec<OsString>,

    /// The event's id, for schemes that carry one.
    #[arg(long, value_name = "ID")]
    pub(crate) id: Option<String>,

    /// The URL to sign, for schemes that sign it and receivers behind a proxy;
    /// by default the one that is sent to.
    #[arg(long, value_name = "URL")]
    pub(crate) signed_url: Option<String>,

    /// Send this many deliveries, each another one.
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u64).range(1..=1_000_000))]
    pub(crate) repeat: u64,

    /// Spoil the request.
    #[arg(long, value_name = "WHAT")]
    pub(crate) tamper: Option<Tamper>,

    /// Send the body in chunks, without a length.
    #[arg(long)]
    pub(crate) chunked: bool,

    /// Send the body in eight pieces over two seconds.
    #[arg(long)]
    pub(crate) slow: bool,

    /// The status to expect; by default 2xx for a genuine request and 4xx for
    /// a spoiled one.
    #[arg(long, value_name = "STATUS")]
    pub(crate) expect: Option<u16>,

    /// The time to sign at, in seconds since 1970; by default the machine's
    /// clock.
    #[arg(long, value_name = "UNIX_SECONDS", allow_negative_numbers = true)]
    pub(crate) now: Option<i64>,

    /// A PEM file with the authorities to trust for `https://`, instead of the
    /// system's.
    #[arg(long, value_name = "FILE")]
    pub(crate) ca: Option<std::path::PathBuf>,

    /// How long to wait for an answer.
    #[arg(long, value_name = "SECONDS", default_value_t = 30)]
    pub(crate) timeout: u64,

    /// Print JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct ListenArgs {
    /// The address to listen on; the loopback interface unless told otherwise.
    #[arg(long, value_name = "HOST:PORT", default_value = "127.0.0.1:4000")]
    pub(crate) addr: String,

    /// A provider of the catalogue; guessed from the headers by default.
    #[arg(long, value_name = "NAME", conflicts_with = "scheme")]
    pub(crate) provider: Option<String>,

    /// A scheme of your own, in TOML or JSON.
    #[arg(long, value_name = "FILE")]
    pub(crate) scheme: Option<String>,

    /// A key as the provider shows it, as for `verify`. Without any, nothing
    /// is verified.
    #[arg(long = "key", value_name = "[ID=]SPEC")]
    pub(crate) keys: Vec<String>,

    #[command(flatten)]
    pub(crate) forms: Forms,

    /// A value that belongs to the subscription, as for `verify`.
    #[arg(long = "param", value_name = "NAME=VALUE")]
    pub(crate) params: Vec<String>,

    /// A host that the endpoint answers for, as for `verify`.
    #[arg(long = "host", value_name = "NAME", num_args = 1..)]
    pub(crate) hosts: Vec<String>,

    /// Seconds that the timestamp may be off; `none` turns the window off.
    #[arg(long, value_name = "SECONDS|none")]
    pub(crate) tolerance: Option<String>,

    /// What the provider's validation of the endpoint needs: `token=VALUE`,
    /// `allow=VALUE` or `url=VALUE`. One that needs nothing is answered anyway,
    /// when --provider and --key are given.
    #[arg(long = "handshake", value_name = "NAME=VALUE", requires = "provider")]
    pub(crate) handshakes: Vec<String>,

    /// Pass genuine deliveries on to this service, byte for byte.
    #[arg(long, value_name = "URL")]
    pub(crate) forward: Option<String>,

    /// A PEM file with the authorities to trust for `https://`, instead of the
    /// system's.
    #[arg(long, value_name = "FILE")]
    pub(crate) ca: Option<std::path::PathBuf>,

    /// Save deliveries here as raw messages, without secrets that the scheme
    /// sends in them.
    #[arg(long, value_name = "DIR")]
    pub(crate) record: Option<std::path::PathBuf>,

    /// Record refused requests as well: anyone can send them.
    #[arg(long, requires = "record")]
    pub(crate) record_refused: bool,

    /// Stop recording when the directory holds this many recordings.
    #[arg(long, value_name = "N", default_value_t = 1000, requires = "record")]
    pub(crate) record_files: u64,

    /// Stop recording when the recordings in the directory reach this size.
    #[arg(long, value_name = "BYTES", default_value_t = 256 << 20, requires = "record")]
    pub(crate) record_bytes: u64,

    /// Seconds that a request may take to arrive, and the service behind
    /// --forward to answer.
    #[arg(long, value_name = "SECONDS", default_value_t = 60)]
    pub(crate) timeout: u64,

    /// The largest body that is taken, in bytes.
    #[arg(long, value_name = "BYTES", default_value_t = 32 << 20)]
    pub(crate) body_limit: u64,

    /// The memory for the bodies of all connections together; what does not
    /// fit is answered with 503. A body takes up to four times its size.
    #[arg(long, value_name = "BYTES", default_value_t = 256 << 20)]
    pub(crate) memory_limit: u64,

    /// Print one JSON object a delivery.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct ReplayArgs {
    /// Raw request messages, as `listen --record` saves them.
    #[arg(value_name = "FILE", required = true)]
    pub(crate) files: Vec<String>,

    /// The receiver; the path and query of the recording are kept when the URL
    /// has none.
    #[arg(long, value_name = "URL")]
    pub(crate) to: String,

    /// The provider whose secret was left out of the recordings, to put it
    /// back.
    #[arg(
        long,
        value_name = "NAME",
        conflicts_with = "scheme",
        requires = "keys"
    )]
    pub(crate) provider: Option<String>,

    /// The same for a scheme of your own, in TOML or JSON.
    #[arg(long, value_name = "FILE", requires = "keys")]
    pub(crate) scheme: Option<String>,

    /// The secret to put back, as for `verify`.
    #[arg(long = "key", value_name = "[ID=]SPEC")]
    pub(crate) keys: Vec<String>,

    #[command(flatten)]
    pub(crate) forms: Forms,

    /// A value that belongs to the subscription, as for `verify`.
    #[arg(long = "param", value_name = "NAME=VALUE")]
    pub(crate) params: Vec<String>,

    /// The status to expect; by default any 2xx.
    #[arg(long, value_name = "STATUS")]
    pub(crate) expect: Option<u16>,

    /// A PEM file with the authorities to trust for `https://`, instead of the
    /// system's.
    #[arg(long, value_name = "FILE")]
    pub(crate) ca: Option<std::path::PathBuf>,

    /// How long to wait for an answer.
    #[arg(long, value_name = "SECONDS", default_value_t = 30)]
    pub(crate) timeout: u64,

    /// Print one JSON object a request.
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
