use std::process::ExitCode;

use hookward_core::Printable;
use hookward_core::handshakes::{self, Entry};
use hookward_core::providers::{self, Provider};
use hookward_core::{Location, Proof, ReplayBy, Scheme, Success};
use serde_json::{Value, json};

use crate::args::ProvidersArgs;
use crate::fault::{Fault, print};
use crate::select;

pub(crate) fn run(args: &ProvidersArgs) -> Result<ExitCode, Fault> {
    if let Some(file) = &args.scheme {
        let scheme = select::read_draft(file)?;
        print(&if args.toml {
            scheme.to_string()
        } else if args.json {
            json_of(&described(&scheme))
        } else {
            format!("{}\n{}", Printable::message(&*scheme.name), rows(&scheme))
        });
        // A scheme that can be described may still be unusable.
        return match scheme.check() {
            Ok(()) => Ok(ExitCode::SUCCESS),
            Err(error) => Err(select::wrong_scheme(file, &error)),
        };
    }
    let text = match &args.name {
        None if args.toml => {
            return Err(Fault::new(
                "--toml needs the name of an entry, or --scheme FILE",
            ));
        }
        Some(name) => match (select::provider(name), handshakes::by_name(name)) {
            (Ok(entry), _) if args.toml => format!("# {}\n{}", entry.page, entry.scheme),
            (Ok(entry), _) if args.json => json_of(&as_json(entry)),
            (Ok(entry), _) => one(entry),
            (Err(_), Some(entry)) if args.json => {
                json_of(&json!({ "handshake": handshake_as_json(entry) }))
            }
            (Err(_), Some(entry)) => format!(
                "{} ({}): no signature in the catalogue, only its endpoint validation\n{}",
                entry.title,
                entry.handshake.name(),
                handshake(entry)
            ),
            (Err(fault), None) => return Err(fault),
        },
        None if args.json => json_of(&Value::from_iter(providers::all().map(as_json))),
        None => table(),
    };
    print(&text);
    Ok(ExitCode::SUCCESS)
}

fn json_of(value: &Value) -> String {
    format!("{}\n", Printable::json(&format!("{value:#}")))
}

fn as_json(entry: &Provider) -> Value {
    let scheme = &entry.scheme;
    json!({
        "name": scheme.name,
        "title": entry.title,
        "aliases": entry.aliases,
        "page": entry.page,
        "evidence": entry.evidence.as_str(),
        "notes": entry.notes,
        "timestamp_signed": scheme.timestamp_is_signed(),
        "event_id_signed": scheme.event_id_is_signed(),
        "forms": forms(scheme),
        "scheme": scheme,
        "handshake": entry.handshake().map(handshake_as_json),
    })
}

/// A custom scheme.
fn described(scheme: &Scheme) -> Value {
    json!({
        "name": scheme.name,
        "timestamp_signed": scheme.timestamp_is_signed(),
        "event_id_signed": scheme.event_id_is_signed(),
        "forms": forms(scheme),
        "scheme": scheme,
    })
}

/// The signed values that identify the receiver of a delivery; `null` if there are none.
fn recipients_of(form: &Scheme) -> Option<Vec<Value>> {
    let all: Vec<Value> = form
        .recipients
        .iter()
        .map(|recipient| {
            json!({
                "name": recipient.name,
                "at": if recipient.is_host() { json!("host") } else { json!(recipient.at) },
                "required": recipient.is_required,
            })
        })
        .collect();
    (!all.is_empty()).then_some(all)
}

/// The locations of the id that identifies deliveries; empty if there is none.
fn replay_id(form: &Scheme) -> Vec<&Location> {
    match form.replay.by {
        Some(ReplayBy::Id) if form.replay.id.is_empty() => form.event_id.iter().collect(),
        _ => form.replay.id.iter().collect(),
    }
}

/// The forms of a scheme, and the coverage of each.
fn forms(scheme: &Scheme) -> Vec<Value> {
    scheme
        .form_names()
        .zip(scheme.forms())
        .filter_map(|(name, form)| {
            let coverage = form.coverage().ok()?;
            Some(json!({
                "name": name,
                "default": !form.opt_in,
                "proof": coverage.proof().as_str(),
                "covers": select::parts(coverage.iter()),
                "weak": select::parts(coverage.weak()),
                "may_change": coverage.may_change(),
                "one_reading": form.has_one_reading().ok()?,
                "ambiguous": (!form.ambiguous.is_empty()).then_some(&form.ambiguous),
                "timestamp_signed": form.timestamp_is_signed(),
                "recipient": recipients_of(form),
                "replay_by": form.replays_by().ok()?.as_str(),
                "replay_id": replay_id(form),
                "kind": form.replay.kind.as_ref().map(|kind| json!({
                    "header": kind.header,
                    "values": kind.values,
                })),
                "why": form.replay.why,
                "retries": scheme.retries.as_ref().map(ToString::to_string),
                "success": (scheme.success != Success::Any2xx).then(|| scheme.success.to_string()),
            }))
        })
        .collect()
}

fn handshake_as_json(entry: &Entry) -> Value {
    let exchanges = entry.handshake.exchanges();
    json!({
        "name": entry.handshake.name(),
        "page": entry.page,
        "evidence": entry.evidence.as_str(),
        "signed": entry.handshake.is_signed(),
        "needs": Value::from_iter(entry.handshake.needs().map(|setting| setting.as_str())),
        "exchanges": Value::from_iter(exchanges.iter().map(ToString::to_string)),
        "notes": entry.notes,
    })
}

/// The endpoint validation, as rows.
fn handshake(entry: &Entry) -> String {
    let signed = if entry.handshake.is_signed() {
        "signed as a delivery"
    } else {
        "NOT signed"
    };
    let needs: Vec<&str> = entry
        .handshake
        .needs()
        .map(|setting| setting.as_str())
        .collect();
    let needs = match needs.as_slice() {
        [] => String::new(),
        needs => format!(", needs {}", needs.join(", ")),
    };
    let mut text = format!(
        "  {:10} {signed}{needs}; {}; {}\n",
        "handshake",
        entry.evidence.as_str(),
        entry.page
    );
    let exchanges = entry.handshake.exchanges().iter();
    for line in exchanges
        .map(ToString::to_string)
        .chain((!entry.notes.is_empty()).then(|| entry.notes.to_owned()))
    {
        text += &format!("  {:10} {line}\n", "");
    }
    text
}

fn table() -> String {
    let mut names: Vec<&Provider> = providers::all().collect();
    names.sort_by(|a, b| a.scheme.name.cmp(&b.scheme.name));
    let width = names
        .iter()
        .map(|entry| entry.scheme.name.len())
        .max()
        .unwrap_or(0);
    names
        .iter()
        .map(|entry| {
            let scheme = &entry.scheme;
            format!(
                "{:width$}  {:18} {:10}  {}\n",
                scheme.name,
                scheme.algorithm.name(),
                entry.evidence.as_str(),
                scheme.signature.at,
            )
        })
        .collect()
}

fn one(entry: &Provider) -> String {
    let mut text = format!("{} ({})\n", entry.title, entry.scheme.name);
    text += &row("page", entry.page);
    text += &row("aliases", &entry.aliases.join(", "));
    text += &rows(&entry.scheme);
    text += &row("evidence", entry.evidence.as_str());
    text += &row("notes", entry.notes);
    if let Some(entry) = entry.handshake() {
        text += &handshake(entry);
    }
    text
}

fn row(name: &str, value: &str) -> String {
    if value.is_empty() {
        return String::new();
    }
    format!("  {name:10} {}\n", Printable::message(value))
}

/// What was verified, and what that proves about the content.
const fn proof(proof: Proof) -> &'static str {
    match proof {
        Proof::Token => "token: does not prove the content",
        Proof::Secret => "secret: whoever knows it can send any content",
        other => other.as_str(),
    }
}

/// A scheme, and its consequences.
fn rows(scheme: &Scheme) -> String {
    let mut text = String::new();
    let mut row = |name: &str, value: &str| text += &row(name, value);
    row("algorithm", scheme.algorithm.name());
    row(
        "signature",
        &format!(
            "{}: {} in {}",
            scheme.signature.at,
            scheme.signature.format,
            scheme.signature.encoding.name()
        ),
    );
    for (name, form) in scheme.form_names().zip(scheme.forms()) {
        let Ok(coverage) = form.coverage() else {
            continue;
        };
        let label = |what: &str| match name.as_ref() {
            "default" => what.to_owned(),
            name if form.opt_in => format!("{what} ({name}, if named)"),
            name => format!("{what} ({name})"),
        };
        let signed = match coverage.proof() {
            Proof::Secret => "nothing: the secret itself is sent".to_owned(),
            _ => form.signed.replace('\n', "\\n"),
        };
        row(&label("signed"), &signed);
        row(&label("proof"), proof(coverage.proof()));
        let weak = select::parts(coverage.weak()).join(", ");
        let covers = match coverage.is_empty() && !weak.is_empty() {
            true => "nothing fully".to_owned(),
            false => coverage.to_string(),
        };
        row(&label("covers"), &covers);
        row(&label("weakly"), &weak);
        row(&label("may change"), &coverage.may_change().join(", "));
        if coverage.leaves_body_open() && !form.absent.contains(&Location::Body) {
            row(
                &label("trust"),
                "choose what handlers get: `.trust(Trust::Proven)`, the covered values alone, or `.trust(Trust::AsSent)`, the body as it was sent",
            );
        }
        for recipient in form.recipients.iter() {
            let needed = match recipient.is_required {
                true => "name yours: --recipient",
                false => "compared if given: --recipient",
            };
            row(
                &label("meant for"),
                &format!("{}: {}; {needed}", recipient.name, recipient.places()),
            );
        }
        if let Ok(by) = form.replays_by() {
            let mut told = by.to_string();
            if let Some(kind) = &form.replay.kind {
                told += &format!(", and by header `{}`", kind.header);
            }
            if !form.replay.why.is_empty() {
                told += &format!(": {}", form.replay.why);
            }
            row(&label("same delivery by"), &told);
        }
        if coverage.proof() != Proof::Secret && !form.has_one_reading().unwrap_or(true) {
            let attack = match form.ambiguous.trim() {
                "" => {
                    "(not declared) the signed text can be cut in several ways: what one request says can be sent as another"
                }
                attack => attack,
            };
            row(&label("ambiguous"), attack);
        }
    }
    if let Some(timestamp) = &scheme.timestamp {
        let place = timestamp
            .at
            .as_ref()
            .map_or("in the signature".into(), ToString::to_string);
        let covered = if scheme.timestamp_is_signed() {
            "signed"
        } else {
            "NOT signed"
        };
        row("timestamp", &format!("{place}, {covered}"));
    }
    if let Some(place) = &scheme.event_id {
        let covered = if scheme.event_id_is_signed() {
            "signed"
        } else {
            "NOT signed"
        };
        row("event id", &format!("{place}, {covered}"));
    }
    if let Some(retries) = &scheme.retries {
        row("retries", &retries.to_string());
    }
    if scheme.success != Success::Any2xx {
        row("success", &scheme.success.to_string());
    }
    row("key", &scheme.key.to_string());
    text
}
