//! Genuine requests of the whole catalogue with arbitrary edits: what is accepted leaves
//! every covered part unchanged, and the verdict is the same in one piece, in frames, and
//! with the body kept.
//!
//! Input: two bytes for the entry, one for its sample, one for the number of edits, then
//! the edits of four bytes each (which part, what to do, where, with which piece), then
//! the lengths of frames.

#![no_main]

#[allow(dead_code)]
#[path = "../../tests/attack/json.rs"]
mod json;
#[allow(dead_code)]
#[path = "../../tests/attack/judge.rs"]
mod judge;
#[allow(dead_code, unreachable_pub)]
#[path = "../../tests/src/kit.rs"]
mod kit;
#[allow(dead_code)]
#[path = "../../tests/attack/mutate.rs"]
mod mutate;
#[allow(dead_code)]
#[path = "../../tests/attack/parts.rs"]
mod parts;

use std::collections::BTreeSet;
use std::sync::LazyLock;

use hookward_core::{Rejection, Step, Verification, Verified, Verifier, providers};
use libfuzzer_sys::fuzz_target;

static ENTRIES: LazyLock<Vec<Vec<(Verifier, kit::Sample)>>> = LazyLock::new(|| {
    providers::all()
        .map(|entry| {
            let samples = kit::samples(entry).unwrap().into_iter();
            samples
                .map(|sample| {
                    let verifier = kit::verifier_of(&sample).unwrap();
                    (verifier.with_identity(), sample)
                })
                .collect()
        })
        .collect()
});

static KNOWN: LazyLock<BTreeSet<String>> = LazyLock::new(|| {
    serde_json::from_str(include_str!("../../tests/data/attack/known.json")).unwrap()
});

/// What separates and writes values: headers, URLs, JSON, forms, encodings.
const PIECES: [&str; 48] = [
    "\"",
    "{",
    "}",
    "[",
    "]",
    ":",
    ",",
    ";",
    "&",
    "=",
    "+",
    "%",
    "%20",
    "%00",
    "%2B",
    " ",
    "\t",
    "\n",
    "\r\n",
    "\0",
    "\\",
    "\\u0000",
    "\\u0041",
    "/",
    "?",
    "#",
    ".",
    "-",
    "_",
    "|",
    "0",
    "1",
    "9",
    "a",
    "A",
    "f",
    "z",
    "00",
    "1e3",
    "-1",
    "null",
    "true",
    "{}",
    "\"id\":\"evil\",",
    "v1=",
    "v1,",
    "sha256=",
    "\u{e9}",
];

/// One edit of the bytes of a part.
fn edit(bytes: &mut Vec<u8>, what: u8, at: u8, piece: &str) {
    let at = (usize::from(at) * (bytes.len() + 1)) >> 8;
    let end = (at + 1 + usize::from(what >> 4)).min(bytes.len());
    match what % 7 {
        0 => drop(bytes.splice(at..at, piece.bytes())),
        1 => drop(bytes.splice(at..end, piece.bytes())),
        2 => drop(bytes.drain(at..end)),
        3 => {
            let part = bytes[at..end].to_vec();
            drop(bytes.splice(at..at, part));
        }
        4 => bytes.truncate(at),
        5 => {
            if let Some(byte) = bytes.get_mut(at) {
                *byte ^= 1 << (what >> 5);
            }
        }
        _ => bytes.extend_from_slice(piece.as_bytes()),
    }
}

/// One edit of the request: of its body, target, method, a value or name of a header, or
/// of its list of headers.
fn change(request: &mut kit::Wire, edits: &[u8]) {
    let [part, what, at, piece] = [edits[0], edits[1], edits[2], edits[3]];
    let piece = PIECES[usize::from(piece) % PIECES.len()];
    let text = |text: &mut String| {
        let mut bytes = std::mem::take(text).into_bytes();
        edit(&mut bytes, what, at, piece);
        *text = String::from_utf8_lossy(&bytes).into_owned();
    };
    let count = request.headers.len();
    let index = usize::from(part / 8) % count.max(1);
    match part % 8 {
        0 | 1 => edit(&mut request.body, what, at, piece),
        2 => text(&mut request.target),
        3 if part == 3 => text(&mut request.method),
        3..=5 if count > 0 => edit(&mut request.headers[index].1, what, at, piece),
        6 if count > 0 => match what % 4 {
            0 => drop(request.headers.remove(index)),
            1 => request.headers.swap(index, usize::from(at) % count),
            2 => {
                let header = request.headers[index].clone();
                request.headers.push(header);
            }
            _ => {
                let value = request.headers[usize::from(at) % count].1.clone();
                request.headers[index].1 = value;
            }
        },
        _ if count > 0 => text(&mut request.headers[index].0),
        _ => {}
    }
}

fn is_equal(one: &Result<Verified, Rejection>, other: &Result<Verified, Rejection>) -> bool {
    match (one, other) {
        (Ok(one), Ok(other)) => {
            (one.form(), one.key_id(), one.event_id(), one.timestamp())
                == (
                    other.form(),
                    other.key_id(),
                    other.event_id(),
                    other.timestamp(),
                )
                && one.covers().iter().eq(other.covers().iter())
                && one.replay_key("n") == other.replay_key("n")
        }
        (Err(one), Err(other)) => one == other,
        _ => false,
    }
}

fuzz_target!(|data: &[u8]| {
    let [high, low, sample, edits, rest @ ..] = data else {
        return;
    };
    let entry = usize::from(u16::from_be_bytes([*high, *low]));
    let samples = &ENTRIES[entry % ENTRIES.len()];
    let (verifier, sample) = &samples[usize::from(*sample) % samples.len()];
    let (edits, frames) = rest.split_at(rest.len().min(usize::from(*edits % 9) * 4));
    let mut request = sample.request.clone();
    for edits in edits.chunks_exact(4) {
        change(&mut request, edits);
    }
    let is_genuine = request == sample.request;
    // A server refuses it before.
    if !is_genuine && !request.can_arrive() {
        return;
    }
    let body = &request.body;
    let feed = |check: &mut Verification| {
        let mut rest = &body[..];
        for length in frames {
            let (frame, after) = rest.split_at(rest.len().min(usize::from(*length)));
            check.update(frame);
            rest = after;
        }
        check.update(rest);
    };

    let whole = verifier.verify_parts(&request, body, kit::NOW);
    if let (true, Err(rejection)) = (is_genuine, &whole) {
        panic!("{}: {rejection}", sample.title());
    }
    let streamed = verifier.begin(&request, kit::NOW).and_then(|mut check| {
        feed(&mut check);
        check.finish()
    });
    let kept = verifier.begin(&request, kit::NOW).and_then(|check| {
        let mut check = check.with_body_kept();
        feed(&mut check);
        match check.step()? {
            Step::Verified(verified) => Ok(verified),
            Step::Keys(..) => unreachable!("the keys are there"),
            Step::Again(mut check) => {
                feed(&mut check);
                check.finish()
            }
        }
    });
    for other in [&streamed, &kept] {
        assert!(
            is_equal(&whole, other),
            "{}: {whole:?}, {other:?}",
            sample.title()
        );
    }
    if whole.is_err() || is_genuine {
        return;
    }
    let mutant = mutate::Mutant {
        label: format!("edits {edits:?}"),
        request,
        later: 0,
        other: None,
    };
    let judges: [(&str, &dyn judge::Covers); 1] = [("the scheme", &judge::Computed)];
    let verdict = judge::judge(verifier, sample, &[], &[mutant], &judges, false);
    for hole in verdict.holes {
        let name = format!("{} {}", sample.title(), hole.part);
        assert!(KNOWN.contains(&name), "{}", hole.says);
    }
});
