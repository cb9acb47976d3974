//! Which branches and addresses of a verification depend on a secret, by valgrind's
//! memcheck: `constant-time/run`.
//!
//! The secret is marked as undefined before the key is made of it. Then each comparison
//! may be reported once, as the verdict that it is, and the number of reports must be the
//! same wherever the value in the request differs. Two controls compare by `==`: if they
//! are not reported byte by byte, nothing was measured and the program fails.

use std::hint::black_box;
use std::process::ExitCode;

use hookward_constant_time::cases::{self, BODY, Case, KEY, NOW, Sent, Subject};
use hookward_constant_time::taint::{hidden, is_watched, reports};
use hookward_core::{Digest, Encoding, Key, KeyForm, Scheme, Verifier};

/// The reports while the key was prepared, while the request was read, and at its end.
struct Reports {
    prepared: u32,
    read: u32,
    verdict: u32,
}

fn watch(case: &Case, sent: Sent) -> Reports {
    let head = case.head(sent);
    let start = reports();
    let subject = case.subject(&hidden);
    let prepared = reports();
    let (read, accepted) = match subject {
        Subject::Delivery(verifier) => match verifier.begin(&head, NOW) {
            Ok(mut check) => {
                let begun = reports();
                check.update(BODY);
                let read = reports();
                let verdict = check.finish().is_ok();
                // A secret that is sent is compared before the body.
                match begun - prepared {
                    0 => (read, verdict),
                    _ => (prepared, verdict),
                }
            }
            Err(_) => (prepared, false),
        },
        Subject::Validation(endpoint, verifier) => {
            (prepared, endpoint.open(Ok(verifier), &head, None).is_ok())
        }
    };
    assert_eq!(
        black_box(accepted),
        sent == Sent::Right,
        "{} {sent:?}",
        case.name
    );
    Reports {
        prepared: prepared - start,
        read: read - prepared,
        verdict: reports() - read,
    }
}

fn watched(case: &Case) -> bool {
    let all = Sent::ALL.map(|sent| watch(case, sent));
    let most = all.iter().map(|reports| reports.verdict).max().unwrap_or(0);
    let wrong = &all[1..];
    let is_same = wrong
        .iter()
        .all(|reports| reports.verdict == wrong[0].verdict);
    let is_read_blindly = all.iter().all(|reports| reports.read == 0);
    let is_constant = is_same && is_read_blindly && (1..=case.comparisons).contains(&most);
    let verdicts: Vec<String> = all
        .iter()
        .map(|reports| reports.verdict.to_string())
        .collect();
    println!(
        "{:4} {:50} {:>2} {:>4} {:>12}   {}",
        if is_constant { "ok" } else { "FAIL" },
        case.name,
        case.comparisons,
        all[0].read,
        verdicts.join(" "),
        all[0].prepared,
    );
    is_constant
}

type Equal = fn(&[u8], &[u8]) -> bool;

/// Whether a comparison is seen to depend on the position of the difference.
fn control(name: &str, equal: Equal) -> bool {
    let mut counts = Vec::new();
    for at in [None, Some(0), Some(KEY.len() - 1)] {
        let secret = hidden(KEY);
        let mut sent = KEY.to_vec();
        if let Some(at) = at {
            sent[at] ^= 1;
        }
        let start = reports();
        black_box(equal(black_box(&secret), black_box(&sent)));
        counts.push(reports() - start);
    }
    let is_seen = counts[0] > 2 && counts[1] < counts[2];
    let counts: Vec<String> = counts.iter().map(u32::to_string).collect();
    println!(
        "{:4} control, must be reported: {name:24} right, first, last: {}",
        if is_seen { "ok" } else { "FAIL" },
        counts.join(" "),
    );
    is_seen
}

/// The reports while a key is decoded: of the start of a service, or of a look-up, not of
/// a request. They are shown, not judged.
fn key_form(name: &str, form: KeyForm, text: &str, prefix: usize) {
    let bytes = text.as_bytes().to_vec();
    hookward_constant_time::taint::secret(&bytes[prefix..]);
    let start = reports();
    let key = Key::new(bytes).expect("a key");
    let scheme = Scheme::hmac("acme", Digest::Sha256)
        .header("x-signature")
        .key(form);
    black_box(Verifier::new(scheme, key).expect("a verifier"));
    println!("     key as {name:20} {:>5}", reports() - start);
}

fn main() -> ExitCode {
    if !is_watched() {
        eprintln!("to be run under valgrind: constant-time/run");
        return ExitCode::from(2);
    }
    println!(
        "{:4} {:50} {:>2} {:>4} {:>12}   {}",
        "", "case: reports at most", "", "read", "R F L E", "key"
    );
    let mut is_good = true;
    for case in cases::all() {
        is_good &= watched(&case);
    }
    is_good &= control("a == b", |a, b| a == b);
    is_good &= control("the first difference", |a, b| {
        for (a, b) in a.iter().zip(b) {
            if black_box(*a) != *b {
                return false;
            }
        }
        true
    });
    let base64 = Encoding::Base64.encode(KEY);
    key_form(
        "text",
        KeyForm::Text,
        std::str::from_utf8(KEY).expect("text"),
        0,
    );
    key_form("hex", KeyForm::Hex, &hex::encode(KEY), 0);
    key_form("base64", KeyForm::Base64("".into()), &base64, 0);
    key_form(
        "whsec_ and base64",
        KeyForm::Base64("whsec_".into()),
        &format!("whsec_{base64}"),
        6,
    );
    if is_good {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}
