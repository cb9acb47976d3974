//! Recorder: saves deliveries as raw messages, bounded in number and size.
//!
//! A recording is readable only by its owner and does not contain the secrets that its
//! scheme sends in requests. A header of its own says so, and whether the request
//! verified: `replay` only restores the secret if it did.

use std::borrow::Cow;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use hookward_core::{KeyRing, Location, Redaction, Scheme, Signer, UnixTime, printable};

use crate::fault::{Fault, tell};
use crate::net::Headers;

/// The directory for recordings.
pub(crate) struct Recorder {
    directory: PathBuf,
    room: Mutex<Room>,
}

/// The remaining capacity.
struct Room {
    files: u64,
    bytes: u64,
    is_told: bool,
}

/// A request to record.
pub(crate) struct Message<'r> {
    pub(crate) start_line: &'r [u8],
    pub(crate) headers: &'r Headers,
    pub(crate) body: &'r [u8],
    pub(crate) is_verified: bool,
}

impl Recorder {
    /// Creates the directory, readable only by its owner, if it is missing. Existing
    /// recordings count towards the limits.
    pub(crate) fn new(directory: &Path, files: u64, bytes: u64) -> Result<Self, Fault> {
        let fail = |error: std::io::Error| {
            Fault::new(format!("cannot record to {}: {error}", directory.display()))
        };
        let mut builder = std::fs::DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        {
            use std::os::unix::fs::DirBuilderExt as _;
            builder.mode(0o700);
        }
        builder.create(directory).map_err(fail)?;
        let mut room = Room {
            files,
            bytes,
            is_told: false,
        };
        for entry in std::fs::read_dir(directory).map_err(fail)? {
            let entry = entry.map_err(fail)?;
            if entry.path().extension().is_some_and(|end| end == "http") {
                let length = entry.metadata().map_or(0, |data| data.len());
                room.files = room.files.saturating_sub(1);
                room.bytes = room.bytes.saturating_sub(length);
            }
        }
        Ok(Self {
            directory: directory.to_owned(),
            room: Mutex::new(room),
        })
    }

    /// Saves one message; its file name contains the time, a serial number and the
    /// provider.
    pub(crate) fn save(
        &self,
        message: &Message<'_>,
        redaction: &Redaction,
        provider: Option<&str>,
        serial: u64,
        now: UnixTime,
    ) -> Option<PathBuf> {
        let (head, body) = message.redacted(redaction);
        let length = (head.len() + body.len()) as u64;
        if !self.takes(length) {
            return None;
        }
        let provider: String = provider
            .unwrap_or("unknown")
            .chars()
            .take(64)
            .map(|c| match c {
                'a'..='z' | 'A'..='Z' | '0'..='9' | '-' => c,
                _ => '_',
            })
            .collect();
        let name = format!("{}-{serial:06}-{provider}.http", now.as_millis());
        let path = self.directory.join(name);
        match write_private(&path, &[&head, &body]) {
            Ok(()) => Some(path),
            Err(error) => {
                tell!("warning: cannot record to {}: {error}", path.display());
                if let Ok(mut room) = self.room.lock() {
                    room.files += 1;
                    room.bytes += length;
                }
                None
            }
        }
    }

    fn takes(&self, length: u64) -> bool {
        let Ok(mut room) = self.room.lock() else {
            return false;
        };
        match (room.files.checked_sub(1), room.bytes.checked_sub(length)) {
            (Some(files), Some(bytes)) => {
                (room.files, room.bytes) = (files, bytes);
                true
            }
            _ => {
                if !std::mem::replace(&mut room.is_told, true) {
                    tell!(
                        "warning: {} is full, deliveries are no longer recorded; empty it and restart, or raise --record-files or --record-bytes",
                        self.directory.display()
                    );
                }
                false
            }
        }
    }
}

/// Creates a new file; an existing one, or a link, is not overwritten.
fn write_private(path: &Path, pieces: &[&[u8]]) -> std::io::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    let mut file = options.open(path)?;
    let written = pieces.iter().try_for_each(|piece| file.write_all(piece));
    if written.is_err() {
        // A partial recording is useless.
        let _ = std::fs::remove_file(path);
    }
    written
}

impl<'r> Message<'r> {
    /// Head and body without secrets. Chunks are joined, so that `verify --request` can
    /// read the message.
    fn redacted(&self, redaction: &Redaction) -> (Vec<u8>, Cow<'r, [u8]>) {
        let mut left_out = Vec::new();
        let mut out = self.start_line.to_vec();
        if let Ok(line) = std::str::from_utf8(self.start_line)
            && let [method, target, version] = *line.split(' ').collect::<Vec<_>>()
            && let Cow::Owned(shown) = redaction.target(target)
        {
            // A user name and password are not sent again.
            if shown != Redaction::default().target(target) {
                left_out.push("the query".to_owned());
            }
            out = format!("{method} {shown} {version}").into_bytes();
        }
        out.extend_from_slice(b"\r\n");
        let mut verdict = if self.is_verified {
            VERIFIED
        } else {
            "unverified"
        };
        let body = match redaction.body(self.body) {
            Some(Cow::Borrowed(_)) => Cow::Borrowed(self.body),
            Some(Cow::Owned(body)) => {
                left_out.push("the body".to_owned());
                Cow::Owned(body)
            }
            None => {
                left_out.push("the body, with all of it".to_owned());
                verdict = "incomplete";
                Cow::Owned(Vec::new())
            }
        };
        for (name, value) in self.headers {
            if ["transfer-encoding", "content-length", Redaction::MARK]
                .iter()
                .any(|ours| name.eq_ignore_ascii_case(ours))
            {
                continue;
            }
            let shown = redaction.header(name, value);
            if *shown != **value {
                left_out.push(format!("header {}", printable(name)));
            }
            out.extend_from_slice(name.as_bytes());
            out.extend_from_slice(b": ");
            out.extend_from_slice(&shown);
            out.extend_from_slice(b"\r\n");
        }
        if !left_out.is_empty() {
            let places = left_out.join(", ");
            out.extend_from_slice(
                format!(
                    "{}: {verdict}; secret left out of {places}\r\n",
                    Redaction::MARK
                )
                .as_bytes(),
            );
        }
        out.extend_from_slice(format!("content-length: {}\r\n\r\n", body.len()).as_bytes());
        (out, body)
    }
}

const VERIFIED: &str = "verified";

/// Whether secrets were removed from the recording of a verified request.
pub(crate) fn was_verified(mark: &[u8]) -> bool {
    mark.split(|byte| *byte == b';').next() == Some(VERIFIED.as_bytes())
}

/// A secret to restore in recordings.
pub(crate) struct Restorer {
    /// Each location, and the value to write there.
    values: Vec<(Location, String)>,
}

impl Restorer {
    pub(crate) fn new(scheme: &Scheme, ring: &KeyRing) -> Result<Self, Fault> {
        let mut values = Vec::new();
        for form in std::iter::once(scheme).chain(scheme.or.iter()) {
            let mut form = form.clone();
            form.or = Cow::Borrowed(&[]);
            let redaction = Redaction::of([&form]);
            if redaction.places().is_empty() {
                continue;
            }
            let written = written(&form, ring)?;
            let places = redaction.places().iter();
            values.extend(places.map(|place| (place.clone(), written.clone())));
        }
        if values.is_empty() {
            return Err(Fault::new(format!(
                "{} sends no secret in its requests, so none was removed from recordings",
                printable(&*scheme.name)
            ))
            .help("omit --provider, --scheme and --key"));
        }
        Ok(Self { values })
    }

    pub(crate) fn restore(
        &self,
        target: &mut String,
        headers: &mut Headers,
        body: &mut Vec<u8>,
    ) -> Result<(), Fault> {
        for (place, value) in &self.values {
            match place {
                Location::Header(name) | Location::HeaderJson(name, _) => {
                    for (known, there) in &mut *headers {
                        if known.eq_ignore_ascii_case(name) && *there == Redaction::MARK.as_bytes()
                        {
                            *there = value.as_bytes().to_vec();
                        }
                    }
                }
                Location::Query(_) => *target = Redaction::restore_target(place, target, value),
                _ => {
                    *body = Redaction::restore_body(place, body, value).ok_or_else(|| {
                        Fault::new("a recording whose body cannot be parsed to restore the secret")
                    })?;
                }
            }
        }
        Ok(())
    }
}

/// What a form of a scheme writes in the location of its secret.
fn written(form: &Scheme, ring: &KeyRing) -> Result<String, Fault> {
    let unknown = || {
        Fault::new(format!(
            "the secret in the {} cannot be restored",
            form.signature.at
        ))
    };
    let signer = Signer::new(form, ring.clone()).map_err(Fault::new)?;
    let body = match form.signature.at {
        Location::Json(_) => "{}",
        _ => "",
    };
    let request = http::Request::post("https://localhost/")
        .body(body)
        .map_err(Fault::new)?;
    let signed = signer
        .sign(&request, UnixTime::now(), None)
        .map_err(Fault::new)?;
    let last_of = |pairs: &str| {
        let (_, value) = pairs.rsplit('&').next()?.split_once('=')?;
        Some(value.to_owned())
    };
    let body = signed.body().unwrap_or_default();
    match &form.signature.at {
        Location::Header(name) => signed
            .headers()
            .iter()
            .find(|(known, _)| known.as_str().eq_ignore_ascii_case(name))
            .and_then(|(_, value)| value.to_str().ok().map(str::to_owned)),
        Location::Query(_) => signed.uri().and_then(|uri| last_of(uri.query()?)),
        Location::Form(_) => std::str::from_utf8(body).ok().and_then(last_of),
        Location::Json(pointer) => serde_json::from_slice::<serde_json::Value>(body)
            .ok()
            .and_then(|json| Some(json.pointer(pointer)?.as_str()?.to_owned())),
        Location::Body => String::from_utf8(body.to_vec()).ok(),
        _ => None,
    }
    .ok_or_else(unknown)
}
