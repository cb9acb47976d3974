//! `hookward replay`: recorded requests, sent again as they were.

use std::process::ExitCode;
use std::time::Duration;

use serde_json::json;

use crate::args::ReplayArgs;
use crate::fault::{Fault, print};
use crate::net::{Headers, Pace, Url, exchange, unanswered};
use crate::style::{Colour, paint};
use crate::{input, listen};

pub(crate) fn run(args: &ReplayArgs) -> Result<ExitCode, Fault> {
    let to = Url::parse(&args.to, args.ca.as_deref())?;
    let timeout = Duration::from_secs(args.timeout.clamp(1, 3600));
    let mut all_deserved = true;
    for file in &args.files {
        let recorded = input::parse(&input::read_input(file)?)?;
        let mut url = to.clone();
        if url.target == "/" {
            url.target = recorded.target_text().to_owned();
        }
        let headers: Headers = recorded
            .headers
            .iter()
            .filter(|(name, _)| !listen::is_hop_by_hop(name.as_str()))
            .map(|(name, value)| (name.to_string(), value.as_bytes().to_vec()))
            .collect();
        let answer = exchange(
            &url,
            &recorded.method,
            &headers,
            &recorded.body,
            Pace::default(),
            timeout,
        )
        .map_err(|error| unanswered(&args.to, &error))?;
        let deserved = match args.expect {
            Some(status) => answer.status == status,
            None => (200..300).contains(&answer.status),
        };
        all_deserved &= deserved;
        if args.json {
            print(&format!(
                "{}\n",
                json!({
                    "file": file,
                    "status": answer.status,
                    "milliseconds": answer.took.as_millis(),
                    "deserved": deserved,
                    "body": String::from_utf8_lossy(&answer.body),
                })
            ));
        } else {
            let colour = if deserved { Colour::Green } else { Colour::Red };
            print(&format!(
                "{}  {:.1} ms  {file}\n",
                paint(colour, &answer.status.to_string()),
                answer.took.as_secs_f64() * 1000.0
            ));
        }
    }
    Ok(if all_deserved {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(1)
    })
}
