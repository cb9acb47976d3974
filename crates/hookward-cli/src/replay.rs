//! Sender of recorded requests (`hookward replay`).

use std::process::ExitCode;
use std::time::Duration;

use hookward_core::{Redaction, printable};
use serde_json::json;

use crate::args::{Parties, ReplayArgs};
use crate::fault::{Fault, print, print_json, tell};
use crate::net::{self, Headers, Pace, Request, Url, exchange, unanswered};
use crate::record::{self, Restorer};
use crate::style::{Colour, paint};
use crate::{input, select};

pub(crate) fn run(args: &ReplayArgs) -> Result<ExitCode, Fault> {
    let to = Url::parse(&args.to, args.ca.as_deref())?;
    let timeout = Duration::from_secs(args.timeout.clamp(1, 3600));
    let restorer = restorer(args)?;
    let mut all_deserved = true;
    for file in &args.files {
        let recorded = input::parse(&input::read_input(file)?)?;
        let mut target = recorded.target_text().to_owned();
        let mut body = recorded.body;
        let mark = recorded.headers.get(Redaction::MARK).cloned();
        let mut headers: Headers = recorded
            .headers
            .iter()
            .filter(|(name, _)| *name != Redaction::MARK)
            .map(|(name, value)| (name.to_string(), value.as_bytes().to_vec()))
            .collect();
        headers = net::end_to_end(headers);
        match (&mark, &restorer) {
            (Some(mark), Some(restorer)) if record::was_verified(mark.as_bytes()) => {
                restorer.restore(&mut target, &mut headers, &mut body)?;
            }
            (Some(mark), None) if record::was_verified(mark.as_bytes()) => {
                return Err(Fault::new(format!(
                    "the secret was removed from {}",
                    printable(file)
                ))
                .help("name the provider and give its key to restore it: --provider NAME --key SPEC"));
            }
            (Some(mark), _) => tell!(
                "note: {}: {}; it is not restored",
                printable(file),
                printable(mark.as_bytes())
            ),
            (None, _) => {}
        }
        let mut url = to.clone();
        if url.target == "/" {
            url.target = target;
        }
        let request = Request {
            method: &recorded.method,
            headers: &headers,
            extensions: http::Extensions::new(),
            body: body.into(),
        };
        request.check(&url.target).map_err(|what| {
            Fault::new(format!("{} is not sent: {what}", printable(file)))
                .help("a recording starts with a line such as `POST /webhooks HTTP/1.1`")
        })?;
        let answer = exchange(&url, request, Pace::default(), timeout)
            .map_err(|error| unanswered(&args.to, &error))?;
        let deserved = match args.expect {
            Some(status) => answer.status == status,
            None => (200..300).contains(&answer.status),
        };
        all_deserved &= deserved;
        if args.json {
            print_json(&json!({
                "file": file,
                "status": answer.status,
                "milliseconds": answer.took.as_millis(),
                "deserved": deserved,
                "body": String::from_utf8_lossy(&answer.body),
            }));
        } else {
            let colour = if deserved { Colour::Green } else { Colour::Red };
            print(&format!(
                "{}  {:.1} ms  {}\n",
                paint(colour, &answer.status.to_string()),
                answer.took.as_secs_f64() * 1000.0,
                printable(file).limit(usize::MAX),
            ));
        }
    }
    Ok(if all_deserved {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(1)
    })
}

/// The secret to restore, if a key is given.
fn restorer(args: &ReplayArgs) -> Result<Option<Restorer>, Fault> {
    if args.keys.is_empty() {
        return Ok(None);
    }
    let parties = Parties {
        provider: args.provider.clone(),
        scheme: args.scheme.clone(),
        keys: args.keys.clone(),
        params: args.params.clone(),
        forms: args.forms.clone(),
    };
    let scheme = select::scheme(&parties)?;
    Restorer::new(&scheme, &select::ring(&parties)?).map(Some)
}
