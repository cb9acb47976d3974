use std::process::ExitCode;

use hookward_core::{ConfigError, Tolerance, UnixTime, Verifier, printable};
use serde_json::json;

use crate::args::VerifyArgs;
use crate::fault::{Fault, print, print_json, tell};
use crate::{input, select};

pub(crate) fn run(args: &VerifyArgs) -> Result<ExitCode, Fault> {
    let scheme = select::scheme(&args.selection.parties)?;
    let scheme = select::with_recipient_hosts(scheme, &args.selection.hosts);
    let name = scheme.name.to_string();
    let signs_url = select::signs_url(&scheme);
    let ring = select::ring(&args.selection.parties)?;
    let mut verifier = Verifier::new(scheme, ring).map_err(Fault::new)?;
    if let Some(text) = &args.tolerance {
        verifier = with_tolerance(verifier, text)?;
    }
    verifier = select::with_hosts(verifier, &args.selection.hosts)?;
    let mut request = input::read_request(&args.selection)?;
    if let Some(url) = request.whole_url(&args.selection) {
        match verifier.clone().with_exact_url(url) {
            // A request for another host is a verdict, not a usage error.
            Err(ConfigError::Host(_)) => request.forget_host(),
            with_url => verifier = with_url.map_err(Fault::new)?,
        }
    }
    if signs_url {
        request.require_host()?;
    }
    let now = args
        .selection
        .now
        .map_or_else(UnixTime::now, UnixTime::from_secs);

    Ok(
        match verifier
            .clone()
            .with_identity()
            .verify_parts(&request, &request.body, now)
        {
            Ok(verified) => {
                let timestamp = verified.timestamp().map(UnixTime::as_secs);
                let event_id = verified
                    .event_id()
                    .map(str::to_owned)
                    .or_else(|| verifier.event_id_in(&request.body));
                if args.json {
                    print_json(&json!({
                        "verified": true,
                        "provider": name,
                        "key": verified.key_id(),
                        "timestamp": timestamp,
                        "event_id": event_id,
                        "form": verified.form(),
                        "proof": verified.proof().as_str(),
                        "covers": select::parts(verified.covers().iter()),
                        "weak": select::parts(verified.weak()),
                        "replay_by": verified.replay_by().as_str(),
                        "replay_key": verified.replay_key("").map(|key| key.to_string()),
                    }));
                } else {
                    let mut line = format!(
                        "verified: {}, key {}",
                        printable(&name),
                        printable(verified.key_id())
                    );
                    if let Some(timestamp) = timestamp {
                        line += &format!(", sent at {timestamp}");
                    }
                    if let Some(id) = event_id {
                        line += &format!(", event {}", printable(&id));
                    }
                    print(&(line + "\n"));
                }
                ExitCode::SUCCESS
            }
            Err(rejection) => {
                let (code, message) = (rejection.code().as_str(), rejection.to_string());
                if args.json {
                    print_json(
                        &json!({"verified": false, "provider": name, "code": code, "message": message}),
                    );
                } else {
                    print(&format!("rejected: {code}: {message}\n"));
                }
                ExitCode::from(1)
            }
        },
    )
}

/// Parses a tolerance.
pub(crate) fn tolerance(text: &str) -> Result<Tolerance, Fault> {
    if text == "none" {
        tell!("note: the timestamp is not checked; a delivery of any age is accepted");
        return Ok(Tolerance::unchecked());
    }
    let seconds = text.parse().map_err(|_| {
        Fault::new(format!("`--tolerance {text}` is not a number of seconds"))
            .help("write --tolerance 300, or --tolerance none to disable the check")
    })?;
    Ok(Tolerance::seconds(seconds))
}

fn with_tolerance(verifier: Verifier, text: &str) -> Result<Verifier, Fault> {
    match verifier.clone().with_tolerance(tolerance(text)?) {
        Err(ConfigError::NoTimestamp) => {
            tell!("note: this scheme has no timestamp, so --tolerance has no effect");
            Ok(verifier)
        }
        other => other.map_err(Fault::new),
    }
}
