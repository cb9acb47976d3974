//! Background worker that logs a diagnosis for each rejected request, for development.
//!
//! Rejected requests are queued for a dedicated thread, so the response neither waits for
//! the diagnosis nor reveals any of it. The body of a request that is rejected by its
//! head is read to its end first, since most causes can only be proven with it.
//!
//! Resource limits, whatever is sent: a burst of [`BURST`] diagnoses and then one per
//! second, [`QUEUE`] queued requests, bodies up to [`MAX_BODY`].

use std::borrow::Cow;
use std::fmt;
use std::net::IpAddr;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex};
use std::time::Instant;

use http::HeaderMap;
use http::header::HeaderName;

use super::diagnosis::Diagnosis;
use crate::endpoint::{Endpoint, Observer, Watch};
use crate::request::frames::Frames;
use crate::request::head::RequestHead;
use crate::request::rejection::{Code, Rejection};
use crate::text::time::UnixTime;
use crate::verify::verifier::Verifier;

/// Burst size of the rate limit.
const BURST: u32 = 5;
/// Capacity of the queue of rejected requests.
const QUEUE: usize = 4;
/// Larger bodies are not kept for a diagnosis.
const MAX_BODY: u64 = 1 << 20;

const WARNING: &str = "diagnoses of refused requests are on: they are for development, cost up to \
                       a second each and show signed content; turn them off in production";

type Log = dyn Fn(&str) + Send + Sync;

/// The queue of rejected requests.
struct Diagnoses {
    queue: SyncSender<RefusedRequest>,
    permits: Mutex<Permits>,
}

impl fmt::Debug for Diagnoses {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Diagnoses").finish_non_exhaustive()
    }
}

struct Permits {
    left: u32,
    since: Instant,
    skipped: u64,
}

impl Permits {
    /// Permission for one diagnosis, with the number skipped since the last one.
    fn take(&mut self, now: Instant) -> Option<u64> {
        let seconds = now.saturating_duration_since(self.since).as_secs();
        if seconds > 0 {
            let more = u32::try_from(seconds).unwrap_or(BURST);
            self.left = self.left.saturating_add(more).min(BURST);
            self.since = now;
        }
        if self.left == 0 {
            self.skipped += 1;
            return None;
        }
        self.left -= 1;
        Some(std::mem::take(&mut self.skipped))
    }
}

impl Diagnoses {
    fn permit(&self) -> Option<u64> {
        self.permits.lock().ok()?.take(Instant::now())
    }
}

impl Endpoint {
    /// For development: logs why the signature of each rejected request did not match, as
    /// determined by [`Verifier::explain`].
    ///
    /// `log` immediately receives a warning, and then a text for each rejection that is
    /// diagnosed: up to five in a burst, then one per second, for bodies up to 1 MiB. It
    /// is called on a dedicated thread; the response to the sender is the same as
    /// without. To prove a cause, requests that are rejected by their head are read to
    /// their end first (one that stalls or ends prematurely is then answered with 408 or
    /// 400 instead of 403), so this must not be used in production. No secret is logged,
    /// but signed content is.
    ///
    /// ```
    /// use hookward::{Endpoint, Key, Verifier, providers};
    ///
    /// let verifier = Verifier::new(providers::GITHUB, Key::new("secret")?)?;
    /// let mut endpoint = Endpoint::new(verifier);
    /// if std::env::var_os("WEBHOOK_DIAGNOSES").is_some() {
    ///     endpoint = endpoint.diagnose_refusals(|text| eprintln!("{text}"));
    /// }
    /// # let _ = endpoint;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn diagnose_refusals(mut self, log: impl Fn(&str) + Send + Sync + 'static) -> Self {
        self.set_observer(start(Box::new(log)));
        self
    }

    /// [`diagnose_refusals`](Self::diagnose_refusals), logging warnings with the target
    /// `hookward`.
    #[cfg(feature = "tracing")]
    #[must_use]
    pub fn trace_diagnoses(self) -> Self {
        self.diagnose_refusals(|text| tracing::warn!(target: "hookward", "{text}"))
    }
}

/// Starts the thread and logs the warning; `None` if no thread can be started.
fn start(log: Box<Log>) -> Option<Arc<dyn Observer>> {
    log(WARNING);
    let (queue, refused) = sync_channel(QUEUE);
    std::thread::Builder::new()
        .name("hookward-diagnoses".to_owned())
        .spawn(move || diagnose(&refused, &*log))
        .ok()?;
    Some(Arc::new(Diagnoses {
        queue,
        permits: Mutex::new(Permits {
            left: BURST,
            since: Instant::now(),
            skipped: 0,
        }),
    }))
}

impl Observer for Diagnoses {
    fn watch(
        self: Arc<Self>,
        verifier: &Verifier,
        head: &dyn RequestHead,
        now: UnixTime,
    ) -> Box<dyn Watch> {
        Box::new(Watched {
            verifier: verifier.clone(),
            head: Head {
                method: head.method().to_owned(),
                target: head.target().into_owned(),
                scheme: head.scheme().map(str::to_owned),
                authority: head.authority().map(str::to_owned),
                peer: head.peer(),
                headers: head.all_headers(),
            },
            now,
            permit: None,
            diagnoses: self,
        })
    }
}

/// A request to diagnose if it is rejected.
struct Watched {
    diagnoses: Arc<Diagnoses>,
    verifier: Verifier,
    head: Head,
    now: UnixTime,
    permit: Option<u64>,
}

impl fmt::Debug for Watched {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Watched").finish_non_exhaustive()
    }
}

impl Watch for Watched {
    fn wants_body(&mut self, rejection: &Rejection, declared: Option<u64>) -> bool {
        if !is_of_request(rejection.code()) || declared.is_some_and(|length| length > MAX_BODY) {
            return false;
        }
        self.permit = self.diagnoses.permit();
        self.permit.is_some()
    }

    fn longest_body(&self) -> u64 {
        MAX_BODY
    }

    fn refused(mut self: Box<Self>, rejection: &Rejection, frames: &Frames) {
        if !is_of_request(rejection.code()) || frames.len() > MAX_BODY {
            return;
        }
        if self.permit.is_none() {
            self.permit = self.diagnoses.permit();
        }
        let Some(skipped) = self.permit else { return };
        let refused = RefusedRequest {
            verifier: self.verifier,
            head: self.head,
            body: frames.iter().flatten().copied().collect(),
            now: self.now,
            rejection: rejection.clone(),
            skipped,
        };
        // If the queue is full, this request is skipped.
        let _ = self.diagnoses.queue.try_send(refused);
    }
}

/// Whether the request is the cause of the rejection, not the server.
const fn is_of_request(code: Code) -> bool {
    matches!(
        code,
        Code::SignatureMissing
            | Code::SignatureMalformed
            | Code::SignatureMismatch
            | Code::TimestampMissing
            | Code::TimestampMalformed
            | Code::TimestampTooOld
            | Code::TimestampInFuture
            | Code::ContentMalformed
            | Code::AlgorithmNotAllowed
            | Code::KeyUnknown
    )
}

struct RefusedRequest {
    verifier: Verifier,
    head: Head,
    body: Vec<u8>,
    now: UnixTime,
    rejection: Rejection,
    skipped: u64,
}

struct Head {
    method: String,
    target: String,
    scheme: Option<String>,
    authority: Option<String>,
    peer: Option<IpAddr>,
    headers: HeaderMap,
}

impl RequestHead for Head {
    fn method(&self) -> &str {
        &self.method
    }

    fn target(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.target)
    }

    fn header_values<'a>(&'a self, name: &HeaderName, each: &mut dyn FnMut(&'a [u8])) {
        for value in self.headers.get_all(name) {
            each(value.as_bytes());
        }
    }

    fn scheme(&self) -> Option<&str> {
        self.scheme.as_deref()
    }

    fn authority(&self) -> Option<&str> {
        self.authority.as_deref()
    }

    fn peer(&self) -> Option<IpAddr> {
        self.peer
    }
}

/// Runs until the endpoint is dropped.
fn diagnose(refused: &Receiver<RefusedRequest>, log: &Log) {
    for refused in refused {
        let RefusedRequest {
            verifier,
            head,
            body,
            now,
            rejection,
            skipped,
        } = refused;
        let found = verifier
            .explainer()
            .explain(&head, &head.headers, &body, now);
        log(&text(verifier.provider(), &found, &rejection, skipped));
    }
}

fn text(provider: &str, found: &Diagnosis, rejection: &Rejection, skipped: u64) -> String {
    let mut text = format!(
        "diagnosis of a refused {provider} delivery ({}): {}",
        rejection.code(),
        found.sentence
    );
    for evidence in &found.evidence {
        text += &format!(" Help: {evidence}.");
    }
    if let Some(signed) = &found.signed {
        text += &format!(
            " Expected: {}. Signed: {} bytes, \"{}\".",
            found.expected, signed.length, signed.escaped
        );
    }
    if skipped > 0 {
        text += &format!(" ({skipped} refusals before it had no diagnosis.)");
    }
    text
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_flood_gets_five_diagnoses_and_then_one_a_second() {
        let start = Instant::now();
        let mut permits = Permits {
            left: BURST,
            since: start,
            skipped: 0,
        };
        let granted = |permits: &mut Permits, at: u64| {
            let now = start + Duration::from_secs(at);
            (0..1000)
                .filter_map(|_| permits.take(now))
                .collect::<Vec<_>>()
        };
        assert_eq!(granted(&mut permits, 0), [0; 5]);
        assert_eq!(granted(&mut permits, 1), [995]);
        assert_eq!(granted(&mut permits, 2), [999]);
        assert_eq!(granted(&mut permits, 3600), [999, 0, 0, 0, 0]);
    }
}
