//! Development server of `hookward listen`: shows each delivery as it arrives, verified
//! or explained.
//!
//! Only verified requests are forwarded, and exactly the bytes that were verified, unless
//! another server could parse the request differently.

use std::fmt::Write as _;
use std::net::{SocketAddr, TcpListener, ToSocketAddrs as _};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use bytes::Bytes;
use hookward_core::{
    Code, Diagnosis, Explainer, KeyRing, Location, Redaction, Scheme, Tolerance, Trust, UnixTime,
    Verified, Verifier, printable, providers,
};
use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode};
use serde_json::{Value, json};

use crate::args::{ListenArgs, Parties};
use crate::fault::{Fault, json_line, tell};
use crate::input::Received;
use crate::net::{self, Pace, Url};
use crate::progress::Progress;
use crate::record::{Message, Recorder};
use crate::server::{self, Limits, Request};
use crate::style::{Colour, paint};
use crate::validation::Validator;
use crate::{select, verify};

/// Burst of diagnoses; then one per second, since each is expensive.
const DIAGNOSES: u32 = 8;

/// A scheme to verify deliveries against.
struct Way {
    scheme: Scheme,
    verifier: Verifier,
}

struct Listener {
    ways: Vec<Way>,
    ring: KeyRing,
    tolerance: Option<Tolerance>,
    validator: Option<Validator>,
    forward: Option<Url>,
    record: Option<Recorder>,
    record_refused: bool,
    /// What to redact if the scheme was named.
    redaction: Option<Redaction>,
    /// The service behind `--forward`.
    timeout: Duration,
    json: bool,
    serial: AtomicU64,
    diagnoses: Mutex<(u32, Instant)>,
    /// Held during a diagnosis, because each takes a multiple of its body's memory.
    diagnosing: Mutex<()>,
    screen: Mutex<Screen>,
}

/// The display state across deliveries.
struct Screen {
    progress: Progress,
    verified: u64,
    others: u64,
}

impl Screen {
    fn deliver(&mut self, text: &str, is_json: bool, is_verified: bool) {
        if is_json {
            self.progress.print_unchanged(text);
        } else {
            self.progress.print(text);
        }
        if is_verified {
            self.verified += 1;
        } else {
            self.others += 1;
        }
        let (verified, others) = (self.verified, self.others);
        self.progress.show(|| {
            let count = verified + others;
            format!("{count} deliveries: {verified} verified, {others} not")
        });
    }
}

/// A response.
fn reply(status: u16, text: &'static str) -> Response<Bytes> {
    let mut response = Response::new(Bytes::from_static(text.as_bytes()));
    *response.status_mut() =
        StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    response
}

/// The outcome of a delivery.
enum Verdict {
    Genuine(Box<Verified>),
    Refused {
        code: Code,
        message: String,
        diagnosis: Option<Box<Diagnosis>>,
    },
    /// An endpoint validation, which was answered.
    Validated,
    /// There is no key to verify with.
    Unchecked,
    /// No provider has this signature header.
    Unknown,
}

pub(crate) fn run(args: ListenArgs) -> Result<ExitCode, Fault> {
    let listener = Listener::new(&args)?;
    let addresses: Vec<SocketAddr> = args
        .addr
        .to_socket_addrs()
        .map_err(|error| {
            Fault::new(format!("invalid address `{}`: {error}", args.addr))
                .help("write --addr HOST:PORT, as in 127.0.0.1:4000")
        })?
        .collect();
    let socket = TcpListener::bind(addresses.as_slice()).map_err(|error| {
        let fault = Fault::new(format!("cannot listen on {}: {error}", args.addr));
        match error.kind() {
            std::io::ErrorKind::AddrInUse => {
                fault.help("the port is in use; choose another port with --addr HOST:PORT")
            }
            std::io::ErrorKind::AddrNotAvailable => {
                fault.help("the address is not one of this machine's")
            }
            std::io::ErrorKind::PermissionDenied => {
                fault.help("choose a port above 1023 with --addr HOST:PORT")
            }
            _ => fault,
        }
    })?;
    let local = socket
        .local_addr()
        .map_err(|error| Fault::new(format!("cannot listen on {}: {error}", args.addr)))?;
    tell!("listening on http://{local}");
    if !local.ip().is_loopback() {
        tell!("warning: this address is reachable from other machines");
    }
    let limits = Limits {
        body: args.body_limit,
        memory: args.memory_limit,
        time: listener.timeout,
    };
    let answer = move |request| {
        let mut response = listener.receive(request);
        let text = HeaderValue::from_static("text/plain");
        if !matches!(response.status().as_u16(), 204 | 304) {
            response.headers_mut().entry(CONTENT_TYPE).or_insert(text);
        }
        response
    };
    match server::run(socket, limits, Arc::new(answer))? {}
}

impl Listener {
    fn new(args: &ListenArgs) -> Result<Self, Fault> {
        let parties = Parties {
            provider: args.provider.clone(),
            scheme: args.scheme.clone(),
            keys: args.keys.clone(),
            params: args.params.clone(),
            forms: args.forms.clone(),
        };
        let tolerance = args
            .tolerance
            .as_deref()
            .map(verify::tolerance)
            .transpose()?;
        let ring = select::ring(&parties)?;
        let named = parties.provider.is_some() || parties.scheme.is_some();
        let schemes: Vec<Scheme> = if named {
            let scheme = select::scheme(&parties)?;
            vec![select::with_recipient_hosts(scheme, &args.hosts)]
        } else {
            let entries = catalogue().into_iter();
            // If the provider is detected, accept any receiver.
            entries
                .map(|entry| entry.scheme.clone().any_recipient().trust(Trust::AsSent))
                .collect()
        };
        let mut ways = Vec::new();
        for scheme in schemes {
            match Verifier::new(scheme.clone(), ring.clone()) {
                Ok(verifier) => {
                    let verifier = select::with_hosts(verifier, &args.hosts)?;
                    let verifier = match tolerance {
                        Some(tolerance) => verifier
                            .clone()
                            .with_tolerance(tolerance)
                            .unwrap_or(verifier),
                        None => verifier,
                    };
                    ways.push(Way { scheme, verifier });
                }
                // If the provider is detected, skip providers whose keys have another
                // form.
                Err(error) if named && !ring.is_empty() => return Err(Fault::new(error)),
                Err(_) => {}
            }
        }
        let validator = match (&args.provider, ways.first()) {
            (Some(provider), Some(way)) => {
                Validator::new(provider, &way.verifier, &args.handshakes)?
            }
            _ => None,
        };
        let forward = args
            .forward
            .as_deref()
            .map(|url| Url::parse(url, args.ca.as_deref()))
            .transpose()?;
        if forward.is_some() && ring.is_empty() {
            return Err(Fault::new(
                "--forward only forwards genuine deliveries, which cannot be verified without a key",
            )
            .help("give the provider's key: --key env:VARIABLE"));
        }
        if !ring.is_empty() && ways.is_empty() {
            return Err(
                Fault::new("no provider of the catalogue uses keys of this form")
                    .help("name the provider with --provider to see what is wrong with the key"),
            );
        }
        let record = args
            .record
            .as_deref()
            .map(|directory| Recorder::new(directory, args.record_files, args.record_bytes))
            .transpose()?;
        let redaction = named
            .then(|| select::scheme(&parties))
            .transpose()?
            .map(|scheme| Redaction::of([&scheme]));
        if ring.is_empty() {
            tell!("note: without --key nothing is verified");
        }
        Ok(Self {
            ways,
            ring,
            tolerance,
            validator,
            forward,
            record,
            record_refused: args.record_refused,
            redaction,
            timeout: Duration::from_secs(args.timeout.clamp(1, 3600)),
            json: args.json,
            serial: AtomicU64::new(0),
            diagnoses: Mutex::new((DIAGNOSES, Instant::now())),
            diagnosing: Mutex::new(()),
            screen: Mutex::new(Screen {
                progress: Progress::new(),
                verified: 0,
                others: 0,
            }),
        })
    }

    /// Verifies, shows, records and forwards one delivery.
    fn receive(&self, mut request: Request) -> Response<Bytes> {
        let now = UnixTime::now();
        let serial = self.serial.fetch_add(1, Ordering::Relaxed) + 1;
        let Some(mut received) = received(&mut request) else {
            return reply(400, "invalid headers\n");
        };
        let validator = self.validator.as_ref();
        let answered = validator.and_then(|validator| validator.answer(&received));
        let (provider, verdict) = match answered {
            Some(_) => (
                self.ways.first().map(|way| way.scheme.name.to_string()),
                Verdict::Validated,
            ),
            None => self.verdict(&received, now),
        };
        let redaction = self.redaction(provider.as_deref());
        let is_refused = match verdict {
            Verdict::Refused { .. } => true,
            Verdict::Unknown => !self.ring.is_empty(),
            Verdict::Genuine(_) | Verdict::Validated | Verdict::Unchecked => false,
        };
        let recorded = self
            .record
            .as_ref()
            .filter(|_| !is_refused || self.record_refused)
            .and_then(|recorder| {
                let message = Message {
                    start_line: &request.head.start_line,
                    headers: &request.head.headers,
                    body: &received.body,
                    is_verified: matches!(verdict, Verdict::Genuine(_)),
                };
                recorder.save(&message, &redaction, provider.as_deref(), serial, now)
            });
        let refusal = validator.and_then(Validator::refusal);
        let (event, size) = (event(&received), received.body.len());
        let mut not_forwarded = None;
        let response = match (&verdict, &self.forward) {
            (Verdict::Validated, _) => answered.unwrap_or_else(|| reply(200, "")),
            (Verdict::Genuine(_), Some(to)) => {
                let body = std::mem::take(&mut received.body).into();
                forward(&request, body, to, self.timeout).unwrap_or_else(|reason| {
                    not_forwarded = Some(reason);
                    reply(400, "not forwarded\n")
                })
            }
            (Verdict::Genuine(_) | Verdict::Unchecked, _) => reply(200, "ok\n"),
            (Verdict::Unknown, _) if self.ring.is_empty() => reply(200, "ok\n"),
            (Verdict::Refused { .. } | Verdict::Unknown, _) => match refusal {
                Some(status) => reply(status, ""),
                None => reply(403, "refused\n"),
            },
        };
        let shown = Shown {
            serial,
            now,
            provider,
            event,
            size,
            forwarded: self.forward.is_some()
                && matches!(verdict, Verdict::Genuine(_))
                && not_forwarded.is_none(),
            not_forwarded,
            status: response.status().as_u16(),
            recorded,
            method: &request.head.method,
            target: &redaction.target(&request.head.target),
        };
        let text = if self.json {
            json_line(&shown.as_json(&verdict))
        } else {
            shown.as_text(&verdict)
        };
        if let Ok(mut screen) = self.screen.lock() {
            screen.deliver(&text, self.json, matches!(verdict, Verdict::Genuine(_)));
        }
        response
    }

    /// What to redact from a delivery of this provider: the secrets of its scheme, or
    /// those of every scheme if the provider is unknown.
    fn redaction(&self, provider: Option<&str>) -> Redaction {
        match (&self.redaction, provider.and_then(providers::find)) {
            (Some(named), _) => named.clone(),
            (None, Some(entry)) => Redaction::of([&entry.scheme]),
            (None, None) => Redaction::of(providers::all().map(|entry| &entry.scheme)),
        }
    }

    /// The verdict, and the provider that it concerns.
    fn verdict(&self, received: &Received, now: UnixTime) -> (Option<String>, Verdict) {
        let fitting: Vec<&Way> = if self.ways.len() == 1 {
            self.ways.iter().collect()
        } else {
            self.ways
                .iter()
                .filter(|way| is_there(&way.scheme, &received.headers))
                .collect()
        };
        if self.ring.is_empty() {
            let guess = guess(&received.headers);
            return match guess {
                Some(entry) => (Some(entry.scheme.name.to_string()), Verdict::Unchecked),
                None => (None, Verdict::Unknown),
            };
        }
        let mut refused = None;
        for way in fitting {
            let name = way.scheme.name.to_string();
            match way.verifier.verify_parts(received, &received.body, now) {
                Ok(verified) => return (Some(name), Verdict::Genuine(Box::new(verified))),
                Err(rejection) => {
                    refused.get_or_insert((name, way, rejection));
                }
            }
        }
        let Some((name, way, rejection)) = refused else {
            return (None, Verdict::Unknown);
        };
        let diagnosis = self
            .may_diagnose()
            .then(|| self.diagnose(way, received, now));
        (
            Some(name),
            Verdict::Refused {
                code: rejection.code(),
                message: rejection.to_string(),
                diagnosis: diagnosis.flatten(),
            },
        )
    }

    fn diagnose(&self, way: &Way, received: &Received, now: UnixTime) -> Option<Box<Diagnosis>> {
        let mut explainer = Explainer::new(way.scheme.clone(), self.ring.clone()).ok()?;
        if let Some(tolerance) = self.tolerance {
            explainer = explainer.with_tolerance(tolerance);
        }
        let _running = self.diagnosing.lock().ok()?;
        let found = explainer.explain(received, &received.headers, &received.body, now);
        Some(Box::new(found))
    }

    /// Rate limit of diagnoses: a burst, then one per second.
    fn may_diagnose(&self) -> bool {
        let Ok(mut state) = self.diagnoses.lock() else {
            return false;
        };
        let (left, since) = &mut *state;
        let seconds = since.elapsed().as_secs();
        if seconds > 0 {
            *left = left
                .saturating_add(u32::try_from(seconds).unwrap_or(DIAGNOSES))
                .min(DIAGNOSES);
            *since = Instant::now();
        }
        if *left == 0 {
            return false;
        }
        *left -= 1;
        true
    }
}

/// Whether the request has the signature of a scheme or one of its forms.
fn is_there(scheme: &Scheme, headers: &HeaderMap) -> bool {
    std::iter::once(scheme)
        .chain(scheme.or.iter())
        .any(|form| match &form.signature.at {
            // Any service may use this header.
            Location::Header(name) if name.eq_ignore_ascii_case("authorization") => false,
            Location::Header(name) => headers.contains_key(&**name),
            _ => false,
        })
}

/// The providers; schemes that several of them share come first.
fn catalogue() -> Vec<&'static providers::Provider> {
    let is_shared = |entry: &providers::Provider| {
        entry.aliases.len() >= 5 || entry.scheme.name.starts_with("standard-webhooks")
    };
    let mut entries: Vec<_> = providers::all().collect();
    entries.sort_by_key(|entry| !is_shared(entry));
    entries
}

/// Detects the provider from the headers. Several may share a header and differ in the
/// prefix of its value: the longest matching prefix wins.
fn guess(headers: &HeaderMap) -> Option<&'static providers::Provider> {
    let candidates: Vec<_> = catalogue()
        .into_iter()
        .filter(|entry| is_there(&entry.scheme, headers))
        .collect();
    let found = candidates
        .iter()
        .filter_map(|entry| Some((prefix_of(&entry.scheme, headers)?, entry)))
        .min_by_key(|(length, _)| std::cmp::Reverse(*length));
    found
        .map(|(_, entry)| entry)
        .or(candidates.first())
        .copied()
}

/// How many bytes of literal text the scheme's format starts with, if the
/// header's value starts with them as well.
fn prefix_of(scheme: &Scheme, headers: &HeaderMap) -> Option<usize> {
    let Location::Header(name) = &scheme.signature.at else {
        return None;
    };
    let format = &scheme.signature.format;
    let prefix = format.split('{').next().unwrap_or_default();
    headers
        .get(&**name)?
        .as_bytes()
        .starts_with(prefix.as_bytes())
        .then_some(prefix.len())
}

/// The event's name, from any of the locations that providers use.
fn event(received: &Received) -> Option<String> {
    let headers = received.headers.iter();
    let in_head = headers
        .filter(|(name, _)| {
            let name = name.as_str();
            name.ends_with("-event") || name.ends_with("-topic") || name.ends_with("-event-type")
        })
        .find_map(|(_, value)| value.to_str().ok());
    let found = match in_head {
        Some(event) => event.to_owned(),
        None if received.body.len() <= 1 << 20 => {
            let body: Value = serde_json::from_slice(&received.body).ok()?;
            [
                "/event_triggered",
                "/event_type",
                "/eventType",
                "/event/type",
                "/type",
                "/event",
            ]
            .iter()
            .find_map(|pointer| body.pointer(pointer)?.as_str())?
            .to_owned()
        }
        None => return None,
    };
    Some(found.chars().take(80).collect())
}

fn received(request: &mut Request) -> Option<Received> {
    let mut headers = HeaderMap::new();
    for (name, value) in &request.head.headers {
        let name = HeaderName::from_bytes(name.as_bytes()).ok()?;
        headers
            .try_append(name, HeaderValue::from_bytes(value).ok()?)
            .ok()?;
    }
    Some(Received {
        method: request.head.method.clone(),
        url: request.head.target.clone(),
        headers,
        body: std::mem::take(&mut request.body),
        rest: Vec::new(),
    })
}

/// Forwards a genuine delivery, or returns why it cannot be forwarded.
fn forward(
    request: &Request,
    body: Bytes,
    to: &Url,
    timeout: Duration,
) -> Result<Response<Bytes>, String> {
    let mut to = to.clone();
    if to.target == "/" {
        origin_form(&request.head.target).clone_into(&mut to.target);
    }
    let outgoing = net::Request {
        method: &request.head.method,
        headers: &net::end_to_end(request.head.headers.clone()),
        extensions: request.extensions.clone(),
        body,
    };
    outgoing.check(&to.target)?;
    Ok(
        match net::exchange(&to, outgoing, Pace::default(), timeout) {
            Ok(answer) => {
                let unknown = || HeaderValue::from_static("application/octet-stream");
                let content_type = answer.headers.get(CONTENT_TYPE).cloned();
                let mut response = Response::new(answer.body);
                *response.status_mut() =
                    StatusCode::from_u16(answer.status).unwrap_or(StatusCode::BAD_GATEWAY);
                if !matches!(answer.status, 204 | 304) {
                    let content_type = content_type.unwrap_or_else(unknown);
                    response.headers_mut().insert(CONTENT_TYPE, content_type);
                }
                response
            }
            Err(error) => {
                tell!("warning: no response from {}: {error}", to.authority);
                reply(502, "the service did not respond\n")
            }
        },
    )
}

/// Path and query of a target in absolute form (RFC 9112, section 3.2.2): the service is
/// not a proxy.
fn origin_form(target: &str) -> &str {
    let Some((scheme, rest)) = target.split_once("://") else {
        return target;
    };
    if !scheme.bytes().all(|byte| byte.is_ascii_alphabetic()) {
        return target;
    }
    match rest.find(['/', '?']) {
        None => "/",
        Some(at) if rest[at..].starts_with('/') => &rest[at..],
        Some(_) => target,
    }
}

/// The terminal output for a delivery.
struct Shown<'r> {
    serial: u64,
    now: UnixTime,
    provider: Option<String>,
    event: Option<String>,
    size: usize,
    forwarded: bool,
    /// Why a genuine delivery was not forwarded.
    not_forwarded: Option<String>,
    status: u16,
    recorded: Option<PathBuf>,
    method: &'r str,
    /// Without secrets.
    target: &'r str,
}

impl Shown<'_> {
    fn as_json(&self, verdict: &Verdict) -> Value {
        let mut object = json!({
            "serial": self.serial,
            "at": self.now.as_secs(),
            "method": self.method,
            "target": self.target,
            "provider": self.provider,
            "event": self.event,
            "size": self.size,
            "status": self.status,
            "forwarded": self.forwarded,
            "not_forwarded": self.not_forwarded,
            "recorded": self.recorded.as_ref().map(|path| path.display().to_string()),
            "verdict": match verdict {
                Verdict::Genuine(_) => "verified",
                Verdict::Refused { .. } => "rejected",
                Verdict::Validated => "validated",
                Verdict::Unchecked => "unchecked",
                Verdict::Unknown => "unknown",
            },
        });
        match verdict {
            Verdict::Genuine(verified) => {
                object["key"] = json!(verified.key_id());
                object["age"] = json!(self.age(verified));
            }
            Verdict::Refused {
                code,
                message,
                diagnosis,
            } => {
                object["code"] = json!(code.as_str());
                object["message"] = json!(message);
                let found = diagnosis.as_deref();
                object["cause"] = json!(found.and_then(|found| found.cause));
                object["also"] = json!(found.and_then(|found| found.also));
                object["hint"] = json!(found.and_then(|found| found.hint));
                object["sentence"] = json!(found.map(|found| &found.sentence));
            }
            Verdict::Validated | Verdict::Unchecked | Verdict::Unknown => {}
        }
        object
    }

    fn age(&self, verified: &Verified) -> Option<i64> {
        verified
            .timestamp()
            .map(|time| self.now.as_secs() - time.as_secs())
    }

    fn as_text(&self, verdict: &Verdict) -> String {
        let of_day = self.now.as_secs().rem_euclid(86_400);
        let clock = format!(
            "{:02}:{:02}:{:02}Z",
            of_day / 3600,
            of_day / 60 % 60,
            of_day % 60
        );
        let (word, colour) = match verdict {
            Verdict::Genuine(_) => ("verified", Colour::Green),
            Verdict::Refused { .. } => ("rejected", Colour::Red),
            Verdict::Validated => ("validated", Colour::Green),
            Verdict::Unchecked => ("unchecked", Colour::Yellow),
            Verdict::Unknown => ("unknown", Colour::Yellow),
        };
        let mut text = format!(
            "{clock}  {}  {}  {}",
            paint(colour, word),
            printable(self.provider.as_deref().unwrap_or("no known provider")),
            printable(self.event.as_deref().unwrap_or("-")),
        );
        if let Verdict::Genuine(verified) = verdict
            && let Some(age) = self.age(verified)
        {
            let _ = write!(text, "  {age} s old");
        }
        let _ = write!(text, "  {} bytes", self.size);
        if self.forwarded {
            let _ = write!(text, "  forwarded: {}", self.status);
        }
        text.push('\n');
        if let Verdict::Refused {
            code,
            message,
            diagnosis,
        } = verdict
        {
            let _ = writeln!(text, "  {code}: {message}");
            if let Some(found) = diagnosis {
                let _ = writeln!(text, "  {}", found.sentence);
            }
        }
        if let Some(reason) = &self.not_forwarded {
            let _ = writeln!(text, "  not forwarded: {reason}");
        }
        if let Some(path) = &self.recorded {
            let _ = writeln!(text, "  recorded as {}", path.display());
        }
        text
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn providers_that_share_a_header_are_told_by_what_is_written_there() {
        for (name, value, provider) in [
            ("webhook-signature", "v1,c2lnbmF0dXJl", "standard-webhooks"),
            (
                "webhook-signature",
                "v1a,c2lnbmF0dXJl",
                "standard-webhooks-v1a",
            ),
            ("x-hub-signature-256", "sha256=00", "github"),
            ("stripe-signature", "t=1,v1=00", "stripe"),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(name, HeaderValue::from_static(value));
            assert_eq!(guess(&headers).unwrap().scheme.name, provider);
        }
        assert!(guess(&HeaderMap::new()).is_none());
    }
}
