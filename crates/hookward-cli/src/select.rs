//! From `--provider`, `--scheme`, `--key` and `--param` to a scheme and a ring.

use hookward_core::{Key, KeyRing, Location, Scheme, providers};

use crate::args::Parties;
use crate::fault::{Fault, tell};

/// The scheme and the name under which the user knows it.
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
    Ok(scheme)
}

pub(crate) fn provider(name: &str) -> Result<&'static providers::Provider, Fault> {
    providers::find(name).ok_or_else(|| {
        let mut near: Vec<(usize, &str)> = providers::all()
            .flat_map(|entry| {
                std::iter::once(&*entry.scheme.name).chain(entry.aliases.iter().copied())
            })
            .map(|known| {
                (
                    strsim::damerau_levenshtein(known, &name.to_lowercase()),
                    known,
                )
            })
            .filter(|(distance, known)| *distance <= 3.max(known.len() / 3))
            .collect();
        near.sort_unstable();
        let near: Vec<String> = near
            .iter()
            .take(3)
            .map(|(_, known)| format!("`{known}`"))
            .collect();
        let help = if near.is_empty() {
            "`hookward providers` lists the catalogue; --scheme FILE describes any other".to_owned()
        } else {
            format!(
                "did you mean {}? `hookward providers` lists them all",
                near.join(", ")
            )
        };
        Fault::new(format!("unknown provider `{name}`")).help(help)
    })
}

fn read_scheme(file: &str) -> Result<Scheme, Fault> {
    let text = std::fs::read_to_string(file)
        .map_err(|error| Fault::new(format!("cannot read the scheme {file}: {error}")))?;
    let wrong =
        |error: &dyn std::fmt::Display| Fault::lines(format!("in the scheme {file}: {error}"));
    if file.ends_with(".json") {
        serde_json::from_str(&text).map_err(|error| wrong(&error))
    } else {
        toml::from_str(&text).map_err(|error| wrong(&error))
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

/// The keys of specs, each under its id or position.
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

/// `[ID=]env:VAR`, `[ID=]file:PATH` or `[ID=]text:VALUE`.
fn key(spec: &str) -> Result<(Option<&str>, Key), Fault> {
    let (id, spec) = match spec.split_once('=') {
        Some((id, rest)) if !is_spec(spec) && is_spec(rest) => (Some(id), rest),
        _ => (None, spec),
    };
    if ["env:", "file:", "text:"].contains(&spec) {
        return Err(Fault::new(format!("`{spec}` of --key names nothing"))
            .help("write --key env:VARIABLE, --key file:PATH or --key text:VALUE"));
    }
    let key = if let Some(variable) = spec.strip_prefix("env:") {
        Key::from_env(variable)
    } else if let Some(path) = spec.strip_prefix("file:") {
        Key::from_file(path)
    } else if let Some(value) = spec.strip_prefix("text:") {
        tell!(
            "warning: a key on the command line is visible to other users and stays in the shell's history; use env: or file:"
        );
        Key::new(value)
    } else {
        // What was given may be the key itself: it is not repeated here.
        return Err(Fault::new("--key does not say where the key is")
            .help("write --key env:VARIABLE, --key file:PATH or --key text:VALUE"));
    };
    Ok((id, key.map_err(Fault::new)?))
}

fn is_spec(text: &str) -> bool {
    ["env:", "file:", "text:"]
        .iter()
        .any(|kind| text.starts_with(kind))
}
