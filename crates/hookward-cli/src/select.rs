//! Builds the scheme and key ring from `--provider`, `--scheme`, `--key` and `--param`.

use hookward_core::{
    Draft, Key, KeyKind, KeyRing, Location, Recipient, RequestPart, Scheme, Trust, Verifier,
    providers,
};

use crate::args::Parties;
use crate::fault::{Fault, tell};

/// The scheme, and the name by which the user knows it.
pub(crate) fn scheme(parties: &Parties) -> Result<Scheme, Fault> {
    let mut scheme = match (&parties.provider, &parties.scheme) {
        (Some(name), _) => provider(name)?.scheme.clone(),
        (None, Some(file)) => read_scheme(file)?,
        (None, None) => return Err(Fault::new("neither --provider nor --scheme")),
    };
    for (name, value) in params(parties)? {
        if name == "header" && !scheme.signed.contains("{const:header}") {
            scheme.signature.at = Location::Header(value.to_owned().into());
        }
    }
    for name in &parties.forms.accept {
        scheme = scheme.accept(name.clone());
    }
    if let Some(name) = &parties.forms.form {
        scheme = scheme.only(name.clone());
    }
    for value in &parties.forms.recipients {
        scheme = scheme.recipient(value.clone());
    }
    if parties.forms.any_recipient {
        scheme = scheme.any_recipient();
    }
    // The command has no handler: it prints what is proven.
    Ok(scheme.trust(Trust::AsSent))
}

/// Uses the hosts of `--host` as recipients if the scheme's recipient is the host of the
/// signed URL.
pub(crate) fn with_recipient_hosts(mut scheme: Scheme, hosts: &[String]) -> Scheme {
    let is_recipient = scheme
        .accepted_forms()
        .any(|(_, form)| form.recipients.iter().any(Recipient::is_host));
    if is_recipient {
        for host in hosts {
            scheme = scheme.recipient(format!("host={host}"));
        }
    }
    scheme
}

pub(crate) fn provider(name: &str) -> Result<&'static providers::Provider, Fault> {
    providers::find(name).ok_or_else(|| {
        let near: Vec<String> = providers::nearest(name)
            .iter()
            .map(|known| format!("`{known}`"))
            .collect();
        let help = if near.is_empty() {
            "`hookward providers` lists the catalogue; --scheme FILE describes any other".to_owned()
        } else {
            format!(
                "did you mean {}? `hookward providers` lists them all",
                near.join(" or ")
            )
        };
        Fault::new(format!("unknown provider `{name}`")).help(help)
    })
}

/// Whether any form of the scheme signs the URL or its host, so that one is required.
pub(crate) fn signs_url(scheme: &Scheme) -> bool {
    scheme
        .accepted_forms()
        .any(|(_, form)| form.reads_host().unwrap_or(false))
}

/// Parts of a request, in JSON output.
pub(crate) fn parts<'a>(parts: impl Iterator<Item = &'a RequestPart>) -> Vec<String> {
    parts.map(ToString::to_string).collect()
}

/// Restricts the hosts to those of `--host`, if given.
pub(crate) fn with_hosts(verifier: Verifier, hosts: &[String]) -> Result<Verifier, Fault> {
    if hosts.is_empty() {
        return Ok(verifier);
    }
    verifier
        .with_hosts(hosts.iter().map(String::as_str))
        .map_err(Fault::new)
}

pub(crate) fn read_scheme(file: &str) -> Result<Scheme, Fault> {
    let Draft(scheme) = read_written(file)?;
    match scheme.check() {
        Ok(()) => Ok(scheme),
        Err(error) => Err(wrong_scheme(file, &error)),
    }
}

/// A scheme to describe, which may be ambiguous.
pub(crate) fn read_draft(file: &str) -> Result<Scheme, Fault> {
    read_written(file).map(|Draft(scheme)| scheme)
}

pub(crate) fn wrong_scheme(file: &str, error: &dyn std::fmt::Display) -> Fault {
    let error = error.to_string();
    Fault::lines(format!("in the scheme {file}: {}", error.trim_end()))
}

fn read_written(file: &str) -> Result<Draft, Fault> {
    let text = std::fs::read_to_string(file)
        .map_err(|error| Fault::new(format!("cannot read the scheme {file}: {error}")))?;
    if file.ends_with(".json") {
        serde_json::from_str(&text).map_err(|error| wrong_scheme(file, &error))
    } else {
        toml::from_str(&text).map_err(|error| wrong_scheme(file, &error))
    }
}

fn params(parties: &Parties) -> Result<Vec<(&str, &str)>, Fault> {
    parties
        .params
        .iter()
        .map(|param| {
            param.split_once('=').ok_or_else(|| {
                Fault::new(format!("`--param {param}` has no `=`")).help("write --param NAME=VALUE")
            })
        })
        .collect()
}

/// The keys of the specs, each under its id or position.
pub(crate) fn keys(specs: &[String]) -> Result<KeyRing, Fault> {
    let mut ring = KeyRing::default();
    for spec in specs {
        let (id, key) = key(spec)?;
        ring = match id {
            Some(id) => ring.with(id, key),
            None => ring.push(key),
        };
    }
    Ok(ring)
}

pub(crate) fn ring(parties: &Parties) -> Result<KeyRing, Fault> {
    let mut ring = keys(&parties.keys)?;
    for (name, value) in params(parties)? {
        ring = ring.param(name, value);
    }
    Ok(ring)
}

/// The location of a key, as written before the colon.
const PLACES: [&str; 3] = ["env:", "file:", "text:"];

/// The kind of a key, if its text is ambiguous.
const KINDS: [(&str, KeyKind); 2] = [
    ("secret:", KeyKind::SharedSecret),
    ("public:", KeyKind::Public),
];

/// `[ID=][secret:|public:]` and `env:VAR`, `file:PATH` or `text:VALUE`.
fn key(spec: &str) -> Result<(Option<&str>, Key), Fault> {
    const WRITE: &str = "write --key env:VARIABLE, --key file:PATH or --key text:VALUE, with `secret:` or `public:` before it where the kind of key has to be said";
    let (id, spec) = match spec.split_once('=') {
        Some((id, rest)) if !is_spec(spec) && is_spec(rest) => (Some(id), rest),
        _ => (None, spec),
    };
    let (kind, spec) = of_kind(spec);
    if PLACES.contains(&spec) {
        return Err(Fault::new(format!("`{spec}` of --key is empty")).help(WRITE));
    }
    let key = if let Some(variable) = spec.strip_prefix("env:") {
        if std::env::var_os(variable).is_none() && !may_be_a_variable(variable) {
            // It may be the key itself.
            return Err(Fault::new("`env:` of --key does not name a variable").help(WRITE));
        }
        Key::from_env(variable)
    } else if let Some(path) = spec.strip_prefix("file:") {
        Key::from_file(path)
    } else if let Some(value) = spec.strip_prefix("text:") {
        tell!(
            "warning: a key on the command line is visible to other users and stays in the shell's history; use env: or file:"
        );
        Key::new(value)
    } else {
        // The value may be the key itself, so it is not repeated here.
        return Err(Fault::new("--key does not say where the key comes from").help(WRITE));
    };
    let key = key.map_err(Fault::new)?;
    Ok((
        id,
        match kind {
            Some(kind) => key.of_kind(kind),
            None => key,
        },
    ))
}

fn may_be_a_variable(name: &str) -> bool {
    name.len() <= 32
        && name
            .bytes()
            .all(|byte| byte == b'_' || byte.is_ascii_alphanumeric())
}

fn of_kind(spec: &str) -> (Option<KeyKind>, &str) {
    KINDS
        .iter()
        .find_map(|(prefix, kind)| Some((Some(*kind), spec.strip_prefix(prefix)?)))
        .unwrap_or((None, spec))
}

fn is_spec(text: &str) -> bool {
    let (_, spec) = of_kind(text);
    PLACES.iter().any(|place| spec.starts_with(place))
}
