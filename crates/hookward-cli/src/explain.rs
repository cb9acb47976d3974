use std::process::ExitCode;

use hookward_core::{Code, ConfigError, Diagnosis, Explainer, UnixTime};
use serde_json::json;

use crate::args::ExplainArgs;
use crate::fault::{Fault, print, print_json};
use crate::{input, select, verify};

pub(crate) fn run(args: &ExplainArgs) -> Result<ExitCode, Fault> {
    let selection = &args.verify.selection;
    let scheme = select::scheme(&selection.parties)?;
    let name = scheme.name.to_string();
    let mut explainer = Explainer::new(scheme, select::ring(&selection.parties)?)
        .map_err(Fault::new)?
        .with_other_keys(select::keys(&args.other_keys)?);
    if let Some(text) = &args.verify.tolerance {
        explainer = explainer.with_tolerance(verify::tolerance(text)?);
    }
    let hosts = selection.hosts.iter().map(String::as_str);
    if hosts.len() > 0 {
        explainer = explainer.with_hosts(hosts).map_err(Fault::new)?;
    }
    let mut request = input::read_request(selection)?;
    if let Some(url) = request.whole_url(selection) {
        match explainer.clone().with_exact_url(url) {
            // A request for another host is a verdict, not a usage error.
            Err(ConfigError::Host(_)) => request.forget_host(),
            with_url => explainer = with_url.map_err(Fault::new)?,
        }
    }
    let now = selection
        .now
        .map_or_else(UnixTime::now, UnixTime::from_secs);
    explainer = explainer.with_rest(std::mem::take(&mut request.rest));
    let found = explainer.explain(&request, &request.headers, &request.body, now);

    if args.verify.json {
        print_json(&as_json(&name, &found));
    } else {
        print(&as_text(&found));
    }
    Ok(match (found.verified, found.code) {
        (true, _) => ExitCode::SUCCESS,
        (false, Some(_)) => ExitCode::from(1),
        // The keys are not usable as given.
        (false, None) => ExitCode::from(2),
    })
}

fn as_json(name: &str, found: &Diagnosis) -> serde_json::Value {
    let signed = found.signed.as_ref().map(|signed| {
        json!({
            "length": signed.length,
            "sha256": signed.sha256,
            "escaped": signed.escaped,
            "body_length": signed.body_length,
            "body_sha256": signed.body_sha256,
        })
    });
    json!({
        "verified": found.verified,
        "cause": found.cause,
        "also": found.also,
        "hint": found.hint,
        "proven": found.proven,
        "sentence": found.sentence,
        "evidence": found.evidence,
        "provider": name,
        "code": found.code.map(Code::as_str),
        "message": found.message,
        "expected": found.expected,
        "signed_bytes": signed,
    })
}

/// The finding on the first line, supporting observations below.
pub(crate) fn as_text(found: &Diagnosis) -> String {
    let mut text = format!("{}\n", found.sentence);
    let mut row = |name: &str, value: &str| {
        text += &format!("  {name:9} {value}\n");
    };
    if let (Some(cause), also) = (found.cause, found.also) {
        row(
            "cause",
            &also.map_or(cause.to_owned(), |also| format!("{cause}, {also}")),
        );
    }
    if let Some(hint) = found.hint {
        row(
            "hint",
            &format!("{hint}, not a cause: the signature is not proven right"),
        );
    }
    if let Some(message) = &found.message {
        match found.code {
            Some(code) => row("refused", &format!("{code}: {message}")),
            None => row("refused", message),
        }
    }
    for evidence in &found.evidence {
        row(if found.verified { "evidence" } else { "help" }, evidence);
    }
    if let Some(signed) = &found.signed {
        row("expected", &found.expected);
        let hash = signed
            .sha256
            .as_deref()
            .unwrap_or("not shown, a secret is in it");
        row(
            "signed",
            &format!("{} bytes, SHA-256 {hash}", signed.length),
        );
        row("", &format!("\"{}\"", signed.escaped));
        if !signed.body_sha256.is_empty() {
            row(
                "body",
                &format!(
                    "{} bytes, SHA-256 {}",
                    signed.body_length, signed.body_sha256
                ),
            );
        }
        row(
            "compare",
            "these bytes with what the sender signs: the first difference is the cause",
        );
    }
    text
}
