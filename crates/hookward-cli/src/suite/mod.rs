//! Attack suite of `hookward send --suite`: sends genuine and tampered requests to a
//! receiver and reports which tampered ones it accepts.

mod cases;

use std::process::ExitCode;

use hookward_core::scheme::DEFAULT_TOLERANCE_SECS;
use hookward_core::{Scheme, UnixTime, printable};
use serde_json::{Value, json};

use self::cases::{Case, cases};
use crate::fault::{Fault, print, print_json};
use crate::net::{Answer, Pace};
use crate::progress::Progress;
use crate::send::Sender;
use crate::spelling::Spelling;
use crate::style::{Colour, paint};

#[derive(Clone, Copy, PartialEq, Eq)]
enum Outcome {
    Passed,
    Hole,
    /// A genuine request was refused.
    Refused,
    /// Neither accepted nor cleanly rejected.
    Odd,
}

struct Row {
    name: &'static str,
    outcome: Outcome,
    hole: Option<&'static str>,
    answer: String,
}

/// An age at which a signature is certainly stale.
pub(crate) fn stale(scheme: &Scheme) -> i64 {
    let tolerance = scheme
        .timestamp
        .as_ref()
        .and_then(|timestamp| timestamp.tolerance)
        .unwrap_or(DEFAULT_TOLERANCE_SECS);
    i64::from(tolerance) + 3600
}

/// Whether the response to a copy looks as if it had been handled like the first. A
/// receiver that recognises a copy rejects it, or acknowledges it with a response other
/// than the handler's.
pub(crate) fn handled_again(first: &Answer, copy: &Answer) -> bool {
    (200..300).contains(&copy.status) && copy.status == first.status && copy.body == first.body
}

/// The JSON style in which a receiver accepts a delivery that it rejects in the
/// provider's style, with the status of the rejection.
fn spelling(sender: &mut Sender, now: UnixTime) -> Result<Option<(Spelling, u16)>, Fault> {
    if !sender.scheme.algorithm.signs_content() || !sender.scheme.signed.contains("body") {
        return Ok(None);
    }
    let passes = |sender: &Sender, serial| {
        let request = sender.sign(now, serial)?;
        Ok(sender.send(&request, Pace::default()).ok())
    };
    let Some(first) = passes(sender, 900)? else {
        return Ok(None);
    };
    if !(400..500).contains(&first.status) {
        return Ok(None);
    }
    let mut found = None;
    for (serial, spelling) in (901..).zip(Spelling::ALL) {
        sender.spelling = Some(spelling);
        let answer = passes(sender, serial)?;
        if answer.is_some_and(|answer| (200..300).contains(&answer.status)) {
            found = Some((spelling, first.status));
            break;
        }
    }
    sender.spelling = None;
    Ok(found)
}

pub(crate) fn run(
    sender: &mut Sender,
    now: Option<UnixTime>,
    as_json: bool,
) -> Result<ExitCode, Fault> {
    let now = now.unwrap_or_else(UnixTime::now);
    let mut rows = Vec::new();
    let mut progress = Progress::new();
    // A receiver that re-serializes JSON rejects what is not written in its style.
    if let Some((spelling, refused)) = spelling(sender, now)? {
        sender.spelling = Some(spelling);
        rows.push(Row {
            name: "genuine, as the provider writes JSON",
            outcome: Outcome::Hole,
            hole: Some("json-reserialisation"),
            answer: format!("{refused}, and 2xx if it is written as {}", spelling.name()),
        });
    }
    let sender = &*sender;
    let cases = cases(sender, now)?;
    let count = cases.len() + 1;
    for case in cases {
        progress.show(|| format!("request {} of {count}: {}", rows.len() + 1, case.name));
        let row = match sender.send(&case.request, case.pace) {
            Ok(answer) => judge(&case, &answer),
            // A receiver may hang up on a tampered request, but not on others.
            Err(error) if (case.hole.is_some() || case.pace.chunked) && !is_unreachable(&error) => {
                Row {
                    name: case.name,
                    outcome: Outcome::Odd,
                    hole: None,
                    answer: format!("no response: {}", printable(&error.to_string())),
                }
            }
            Err(error) => {
                return Err(Fault::new(format!(
                    "no response to the request `{}`: {error}",
                    case.name
                ))
                .help("is the receiver running, and is the URL right?"));
            }
        };
        rows.push(row);
    }
    rows.push(replay(sender, now)?);
    drop(progress);
    let mut holes: Vec<&str> = Vec::new();
    for row in rows.iter().filter(|row| row.outcome == Outcome::Hole) {
        if let Some(hole) = row.hole.filter(|hole| !holes.contains(hole)) {
            holes.push(hole);
        }
    }
    let refused = rows.iter().any(|row| row.outcome == Outcome::Refused);
    if as_json {
        print_json(&json_of(&rows, &holes));
    } else {
        print(&table(&rows, &holes, refused));
    }
    Ok(if holes.is_empty() && !refused {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(1)
    })
}

fn is_unreachable(error: &std::io::Error) -> bool {
    error.kind() == std::io::ErrorKind::ConnectionRefused
}

fn judge(case: &Case, answer: &Answer) -> Row {
    let passed = (200..300).contains(&answer.status);
    let refused = (400..500).contains(&answer.status);
    let outcome = match (case.hole, passed, refused) {
        (None, true, _) | (Some(_), _, true) => Outcome::Passed,
        // Many servers reject a body without a length.
        (None, ..) if case.pace.chunked => Outcome::Odd,
        (None, ..) => Outcome::Refused,
        (Some(_), true, _) => Outcome::Hole,
        (Some(_), ..) => Outcome::Odd,
    };
    Row {
        name: case.name,
        outcome,
        hole: case.hole,
        answer: answer.status.to_string(),
    }
}

/// The same request twice.
fn replay(sender: &Sender, now: UnixTime) -> Result<Row, Fault> {
    let request = sender.sign(now, 4000)?;
    let send = || {
        sender
            .send(&request, Pace::default())
            .map_err(|error| Fault::new(format!("no response to a genuine request: {error}")))
    };
    let (first, copy) = (send()?, send()?);
    let passed = |answer: &Answer| (200..300).contains(&answer.status);
    let (outcome, note) = if !passed(&first) {
        (Outcome::Refused, "")
    } else if handled_again(&first, &copy) && first.body.is_empty() {
        (
            Outcome::Hole,
            ", the same empty response as to the first; 409 or another body would distinguish a copy",
        )
    } else if handled_again(&first, &copy) {
        (Outcome::Hole, ", the same response as to the first")
    } else if passed(&copy) {
        (Outcome::Passed, ", a different response than to the first")
    } else {
        (Outcome::Passed, "")
    };
    Ok(Row {
        name: "genuine request sent again",
        outcome,
        hole: Some("replay"),
        answer: format!("{}{note}", copy.status),
    })
}

fn word(row: &Row) -> (&'static str, Colour) {
    match row.outcome {
        Outcome::Passed => ("ok", Colour::Green),
        Outcome::Hole => ("HOLE", Colour::Red),
        Outcome::Refused => ("REFUSED", Colour::Red),
        Outcome::Odd => ("odd", Colour::Yellow),
    }
}

fn table(rows: &[Row], holes: &[&str], refused: bool) -> String {
    let width = rows.iter().map(|row| row.name.len()).max().unwrap_or(0);
    let mut text = String::new();
    for row in rows {
        let (word, colour) = word(row);
        let padding = " ".repeat(8 - word.len());
        let hole = match row.outcome {
            Outcome::Hole => format!("  {}", row.hole.unwrap_or_default()),
            _ => String::new(),
        };
        text += &format!(
            "{}{padding}{:width$}  {}{hole}\n",
            paint(colour, word),
            row.name,
            row.answer
        );
    }
    text.push('\n');
    if refused {
        text += "a genuine request was rejected: check the key and the URL; until it is accepted, rejections prove nothing\n";
    }
    if !holes.is_empty() {
        text += &format!("holes: {}\n", holes.join(", "));
    } else if !refused {
        text += &format!("no holes in {} requests\n", rows.len());
    }
    text
}

fn json_of(rows: &[Row], holes: &[&str]) -> Value {
    let rows: Vec<Value> = rows
        .iter()
        .map(|row| {
            json!({
                "case": row.name,
                "outcome": word(row).0.to_ascii_lowercase(),
                "hole": row.hole.filter(|_| row.outcome == Outcome::Hole),
                "answer": row.answer,
            })
        })
        .collect();
    json!({"holes": holes, "cases": rows})
}
