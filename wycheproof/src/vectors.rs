//! The files of vectors, as they are published: `data/NAME.json.gz`.

use std::io::Read as _;

use serde_json::Value;

/// What the vectors say of a signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Class {
    /// Must be accepted.
    Valid,
    /// Must be refused.
    Invalid,
    /// May be accepted: a deviation that does not weaken the algorithm.
    Acceptable,
    /// Valid, but under another hash, salt or length than the algorithm of the run has:
    /// must be refused.
    Foreign,
    /// Invalid in its file, but valid under the algorithm of the run: must be accepted.
    Here,
}

impl Class {
    pub(crate) const ALL: [Self; 5] = [
        Self::Valid,
        Self::Here,
        Self::Acceptable,
        Self::Foreign,
        Self::Invalid,
    ];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Valid => "valid",
            Self::Invalid => "invalid",
            Self::Acceptable => "acceptable",
            Self::Foreign => "foreign",
            Self::Here => "valid here",
        }
    }
}

/// The groups of a file; each has a key, and tests.
pub(crate) fn groups(name: &str) -> Vec<Value> {
    let path = format!("{}/data/{name}.json.gz", env!("CARGO_MANIFEST_DIR"));
    let file = std::fs::File::open(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
    let mut json = String::new();
    flate2::read::GzDecoder::new(file)
        .read_to_string(&mut json)
        .unwrap();
    let mut file: Value = serde_json::from_str(&json).unwrap();
    let groups: Vec<Value> = std::mem::take(file["testGroups"].as_array_mut().unwrap());
    let tests: usize = groups.iter().map(|group| tests(group).len()).sum();
    assert_eq!(file["numberOfTests"], tests, "{name}");
    groups
}

pub(crate) fn tests(group: &Value) -> &[Value] {
    group["tests"].as_array().unwrap()
}

pub(crate) fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}"))
}

pub(crate) fn bytes(value: &Value) -> Vec<u8> {
    hex::decode(text(value)).unwrap()
}

pub(crate) fn class(test: &Value, fits: bool) -> Class {
    match text(&test["result"]) {
        "valid" if fits => Class::Valid,
        "valid" => Class::Foreign,
        "acceptable" if fits => Class::Acceptable,
        "acceptable" => Class::Foreign,
        "invalid" => Class::Invalid,
        other => panic!("{other}"),
    }
}

/// The length of a digest in bits, and its name here; `None` for one that hookward does
/// not have.
pub(crate) fn digest(name: &Value) -> Option<hookward_core::Digest> {
    use hookward_core::Digest;
    match text(name) {
        "SHA-1" => Some(Digest::Sha1),
        "SHA-256" => Some(Digest::Sha256),
        "SHA-384" => Some(Digest::Sha384),
        "SHA-512" => Some(Digest::Sha512),
        _ => None,
    }
}
