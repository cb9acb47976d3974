//! Sender of signed deliveries, genuine or tampered with (`hookward send`).

use std::process::ExitCode;
use std::time::Duration;

use hookward_core::{Key, KeyRing, Location, Printable, Scheme, Signer, UnixTime};
use hookward_testing::payload;
use serde_json::json;

use crate::args::{SendArgs, Tamper};
use crate::fault::{Fault, json_line, tell};
use crate::net::{Answer, Headers, Pace, Request, Url, exchange, unanswered};
use crate::progress::Progress;
use crate::style::{Colour, paint};
use crate::{input, select, spelling, suite};

/// A request that is ready to be sent.
#[derive(Debug, Clone)]
pub(crate) struct Outgoing {
    pub(crate) headers: Headers,
    /// The name of the signature's header; empty if it is elsewhere.
    pub(crate) signature: String,
    /// The target, if the signature is in the query.
    target: Option<String>,
    pub(crate) body: Vec<u8>,
}

impl Outgoing {
    pub(crate) fn value(&mut self, name: &str) -> Option<&mut Vec<u8>> {
        self.headers
            .iter_mut()
            .find(|(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, value)| value)
    }

    pub(crate) fn value_of_signature(&self) -> Option<&[u8]> {
        self.headers
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(&self.signature))
            .map(|(_, value)| value.as_slice())
    }

    /// Changes the signature header's value.
    pub(crate) fn with_signature(mut self, change: impl FnOnce(&[u8]) -> Vec<u8>) -> Self {
        let name = self.signature.clone();
        if let Some(value) = self.value(&name) {
            *value = change(value);
        }
        self
    }
}

/// Signs deliveries for one receiver.
pub(crate) struct Sender {
    pub(crate) scheme: Scheme,
    ring: KeyRing,
    url: Url,
    signed_url: String,
    extra: Headers,
    data: Option<Vec<u8>>,
    event: Option<String>,
    id: Option<String>,
    timeout: Duration,
    /// Distinguishes the deliveries of this run from those of another in the same second;
    /// 0 if the time is given, so that runs are reproducible.
    run: u64,
    /// The JSON style of a sample, if not the provider's.
    pub(crate) spelling: Option<spelling::Spelling>,
}

impl Sender {
    fn new(args: &SendArgs, url: &str) -> Result<Self, Fault> {
        let mut extra = Headers::new();
        for header in &args.headers {
            let (name, value) = input::header_line(input::bytes_of(header)?)?;
            extra.push((name.to_string(), value.as_bytes().to_vec()));
        }
        let data = args.data.as_deref().map(input::read_input).transpose()?;
        Ok(Self {
            scheme: select::scheme(&args.parties)?,
            ring: select::ring(&args.parties)?,
            url: Url::parse(url, args.ca.as_deref())?,
            signed_url: args.signed_url.clone().unwrap_or_else(|| url.to_owned()),
            extra,
            data,
            event: args.event.clone(),
            id: args.id.clone(),
            timeout: Duration::from_secs(args.timeout.clamp(1, 3600)),
            run: match args.now {
                Some(_) => 0,
                None => u64::from(
                    std::time::SystemTime::UNIX_EPOCH
                        .elapsed()
                        .map_or(0, |now| now.subsec_micros()),
                ),
            },
            spelling: None,
        })
    }

    /// The body of the next delivery.
    pub(crate) fn sample(&self, now: UnixTime, serial: u64) -> payload::Sample {
        let serial = serial + self.run;
        let mut sample = payload::sample(&self.scheme.name, self.event.as_deref(), now, serial);
        if let Some(data) = &self.data {
            sample.body.clone_from(data);
            sample.headers.retain(|(name, _)| *name == "user-agent");
            if serde_json::from_slice::<serde::de::IgnoredAny>(data).is_err() {
                sample.content_type = "application/octet-stream";
            }
        }
        if let Some(spelling) = self.spelling {
            sample.body = spelling.of(&sample.body);
        }
        sample
    }

    /// A genuine request.
    pub(crate) fn sign(&self, now: UnixTime, serial: u64) -> Result<Outgoing, Fault> {
        let sample = self.sample(now, serial);
        self.sign_with(&self.scheme, &self.ring, &sample, now)
    }

    /// Signs with another scheme and the same keys.
    pub(crate) fn sign_as(
        &self,
        scheme: &Scheme,
        now: UnixTime,
        serial: u64,
    ) -> Result<Outgoing, Fault> {
        self.sign_with(scheme, &self.ring, &self.sample(now, serial), now)
    }

    /// Signs with a key that is not the provider's.
    pub(crate) fn sign_with_another_key(
        &self,
        now: UnixTime,
        serial: u64,
    ) -> Result<Outgoing, Fault> {
        if self.scheme.algorithm.is_public_key() {
            return Err(Fault::new(
                "a public-key scheme needs another private key to sign with: give it as --key",
            ));
        }
        let other = Key::from_bytes(b"not the key that the provider uses").map_err(Fault::new)?;
        self.sign_with_key(other, now, serial)
    }

    /// Signs with this key.
    pub(crate) fn sign_with_key(
        &self,
        other: Key,
        now: UnixTime,
        serial: u64,
    ) -> Result<Outgoing, Fault> {
        let mut ring = KeyRing::default();
        ring = ring.with(self.ring.ids().next().unwrap_or("0"), other);
        for (name, value) in self.ring.params() {
            ring = ring.param(&**name, &**value);
        }
        self.sign_with(&self.scheme, &ring, &self.sample(now, serial), now)
    }

    fn sign_with(
        &self,
        scheme: &Scheme,
        ring: &KeyRing,
        sample: &payload::Sample,
        now: UnixTime,
    ) -> Result<Outgoing, Fault> {
        let signature = match &scheme.signature.at {
            Location::Header(name) => name.to_string(),
            _ => String::new(),
        };
        let mut headers: Headers = Vec::new();
        let mut builder = http::Request::post(&self.signed_url);
        let mut put = |name: &str, value: &[u8]| {
            headers.retain(|(known, _): &(String, Vec<u8>)| !known.eq_ignore_ascii_case(name));
            headers.push((name.to_owned(), value.to_vec()));
        };
        put("content-type", sample.content_type.as_bytes());
        put("user-agent", b"hookward");
        for (name, value) in &sample.headers {
            put(name, value.as_bytes());
        }
        for (name, value) in &self.extra {
            put(name, value);
        }
        for (name, value) in &headers {
            builder = builder.header(name, value.as_slice());
        }
        let request = builder
            .body(sample.body.as_slice())
            .map_err(|error| Fault::new(format!("the request cannot be built: {error}")))?;
        let signer = Signer::new(scheme, ring.clone()).map_err(Fault::new)?;
        let signed = signer
            .sign(&request, now, self.id.as_deref())
            .map_err(Fault::new)?;
        for (name, value) in signed.headers() {
            headers.push((name.to_string(), value.as_bytes().to_vec()));
        }
        let target = signed.uri().and_then(http::Uri::path_and_query);
        Ok(Outgoing {
            headers,
            signature,
            target: target.map(ToString::to_string),
            body: signed.body().unwrap_or(&sample.body).to_vec(),
        })
    }

    pub(crate) fn send(&self, outgoing: &Outgoing, pace: Pace) -> std::io::Result<Answer> {
        let mut url = self.url.clone();
        if let Some(target) = &outgoing.target {
            url.target.clone_from(target);
        }
        let request = Request {
            method: "POST",
            headers: &outgoing.headers,
            extensions: http::Extensions::new(),
            body: outgoing.body.clone().into(),
        };
        exchange(&url, request, pace, self.timeout)
    }
}

/// Changes the last significant character of a signature to another one of every
/// alphabet.
pub(crate) fn with_other_character(value: &[u8]) -> Vec<u8> {
    let mut value = value.to_vec();
    // The final characters may be padding or carry only a few bits.
    let at = value.len().saturating_sub(6);
    if let Some(byte) = value.get_mut(at) {
        *byte = if *byte == b'a' { b'b' } else { b'a' };
    }
    value
}

/// Changes one byte of the body, or adds one to an empty body.
pub(crate) fn with_other_byte(body: &mut Vec<u8>) {
    match body.iter().rposition(u8::is_ascii_alphanumeric) {
        Some(at) if body[at] == b'1' => body[at] = b'2',
        Some(at) => body[at] = b'1',
        None => body.push(b' '),
    }
}

pub(crate) fn run(args: &SendArgs) -> Result<ExitCode, Fault> {
    let url = args
        .suite
        .as_deref()
        .or(args.url.as_deref())
        .ok_or_else(|| Fault::new("no receiver").help("write its URL: http://HOST:PORT/PATH"))?;
    let mut sender = Sender::new(args, url)?;
    let known = payload::events(&sender.scheme.name);
    if let Some(event) = args.event.as_deref().filter(|event| !known.contains(event)) {
        tell!(
            "note: there is no sample of `{event}`, so its name is sent in the default payload; samples: {}",
            known.join(", ")
        );
    }
    if args.suite.is_some() {
        return suite::run(&mut sender, args.now.map(UnixTime::from_secs), args.json);
    }
    let pace = Pace {
        chunked: args.chunked,
        slow: args.slow,
    };
    let mut progress = Progress::new();
    let mut unexpected = 0;
    for serial in 0..args.repeat {
        let now = args.now.map_or_else(UnixTime::now, UnixTime::from_secs);
        let outgoing = tampered(&sender, args.tamper, now, serial)?;
        let unreachable = |error: std::io::Error| unanswered(url, &error);
        let first = sender.send(&outgoing, pace).map_err(unreachable)?;
        let answer = if args.tamper == Some(Tamper::Replay) {
            report(args, &first, true, &mut progress);
            sender.send(&outgoing, pace).map_err(unreachable)?
        } else {
            first.clone()
        };
        let deserved = match (args.expect, args.tamper) {
            (Some(status), _) => answer.status == status,
            (None, None) => (200..300).contains(&answer.status),
            // An acknowledgement that did not run the handler again is fine as well.
            (None, Some(Tamper::Replay)) => {
                (200..300).contains(&first.status) && !suite::handled_again(&first, &answer)
            }
            (None, Some(_)) => (400..500).contains(&answer.status),
        };
        report(args, &answer, deserved, &mut progress);
        unexpected += u64::from(!deserved);
        progress.show(|| {
            let expected = serial + 1 - unexpected;
            format!(
                "{} of {} sent: {expected} as expected, {unexpected} not",
                serial + 1,
                args.repeat
            )
        });
    }
    Ok(if unexpected == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(1)
    })
}

fn tampered(
    sender: &Sender,
    tamper: Option<Tamper>,
    now: UnixTime,
    serial: u64,
) -> Result<Outgoing, Fault> {
    Ok(match tamper {
        None | Some(Tamper::Replay) => sender.sign(now, serial)?,
        Some(Tamper::Body) => {
            if !sender.scheme.algorithm.signs_content() {
                return Err(Fault::new("this scheme does not sign the body")
                    .help("any body is as genuine as another: there is nothing to test"));
            }
            let mut outgoing = sender.sign(now, serial)?;
            with_other_byte(&mut outgoing.body);
            outgoing
        }
        Some(Tamper::Signature) if !matches!(sender.scheme.signature.at, Location::Header(_)) => {
            return Err(Fault::new(format!(
                "the signature is in the {}, not in a header",
                sender.scheme.signature.at
            ))
            .help("--tamper key sends a signature by another key"));
        }
        Some(Tamper::Signature) => sender
            .sign(now, serial)?
            .with_signature(with_other_character),
        Some(Tamper::Timestamp) => {
            if sender.scheme.timestamp.is_none() {
                return Err(Fault::new("this scheme has no timestamp"));
            }
            sender.sign(
                UnixTime::from_secs(now.as_secs() - suite::stale(&sender.scheme)),
                serial,
            )?
        }
        Some(Tamper::Key) => sender.sign_with_another_key(now, serial)?,
    })
}

fn report(args: &SendArgs, answer: &Answer, deserved: bool, progress: &mut Progress) {
    if args.json {
        return progress.print_unchanged(&json_line(&json!({
            "status": answer.status,
            "milliseconds": answer.took.as_millis(),
            "deserved": deserved,
            "body": String::from_utf8_lossy(&answer.body),
        })));
    }
    let colour = if deserved { Colour::Green } else { Colour::Red };
    let mut line = paint(colour, &answer.status.to_string());
    line += &format!("  {:.1} ms", answer.took.as_secs_f64() * 1000.0);
    if !deserved {
        let expected = match (args.expect, args.tamper) {
            (Some(status), _) => status.to_string(),
            (None, None) => "2xx".to_owned(),
            (None, Some(Tamper::Replay)) => "a different response than the first".to_owned(),
            (None, Some(_)) => "4xx".to_owned(),
        };
        line += &format!("  expected {expected}");
    }
    line.push('\n');
    let body = answer.body.trim_ascii_end();
    if !body.is_empty() {
        line += &format!("{}\n", Printable::lines(body).limit(2000));
    }
    progress.print(&line);
}
