//! Cache of fetched keys: lifetimes, failures, rate limits and concurrent fetches.

use std::collections::HashMap;
use std::fmt;
use std::hash::{BuildHasher as _, RandomState};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use hookward_core::{Code, Lookup, Rejection, UnixTime, Verifier};
use http::Uri;
use tokio::sync::watch;

use crate::allowed::canonical;
use crate::certificate::Roots;
use crate::fetch::{Fetch, Fetched};
use crate::https::HttpsFetch;

/// Maximum number of URLs cached by one source.
const MAX_URLS: usize = 64;
/// Maximum number of fetches per minute of URLs that never succeeded, separately for
/// those in the provider's shape and others.
const MAX_NEW: u32 = 30;
/// The additional allowance for URLs that were turned away before.
const MAX_RETURNING: u32 = 10;
/// How many URLs that were turned away are remembered.
const MAX_TURNED_AWAY: usize = 4096;
/// How long a failure is cached, in seconds.
const FAILED_SECS: u64 = 30;
/// Minimum number of seconds between two fetches because of an unknown key id, and
/// between two checks of a certificate in use.
const MINUTE: u64 = 60;

/// How keys are fetched and how long they are cached. Cloning is cheap.
#[derive(Clone)]
pub struct Remote {
    fetch: Arc<dyn Fetch>,
    clock: Arc<dyn Fn() -> UnixTime + Send + Sync>,
    timeout: Duration,
    keep: (Duration, Duration),
    stale: Duration,
}

impl fmt::Debug for Remote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Remote")
            .field("timeout", &self.timeout)
            .field("keep", &self.keep)
            .field("stale", &self.stale)
            .finish_non_exhaustive()
    }
}

impl Remote {
    /// Fetches with [`HttpsFetch`], trusting Mozilla's roots.
    #[must_use]
    pub fn https() -> Self {
        Self::new(HttpsFetch::new(&Roots::mozilla()))
    }

    /// Fetches with a custom client.
    #[must_use]
    pub fn new(fetch: impl Fetch) -> Self {
        Self {
            fetch: Arc::new(fetch),
            clock: Arc::new(UnixTime::now),
            timeout: Duration::from_secs(5),
            keep: (Duration::from_secs(300), Duration::from_secs(86_400)),
            stale: Duration::from_secs(86_400),
        }
    }

    /// The timeout of a fetch, five seconds by default.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Bounds of the time for which a response is cached, whatever its `Cache-Control`:
    /// five minutes to a day by default. A response without one is cached for an hour.
    #[must_use]
    pub fn keep(mut self, least: Duration, most: Duration) -> Self {
        self.keep = (least, most.max(least));
        self
    }

    /// How much longer a response is used while its server fails; a day by default,
    /// [`Duration::ZERO`] to disable.
    #[must_use]
    pub fn stale(mut self, longest: Duration) -> Self {
        self.stale = longest;
        self
    }

    /// Replaces the system clock, for tests.
    #[must_use]
    pub fn clock(mut self, now: impl Fn() -> UnixTime + Send + Sync + 'static) -> Self {
        self.clock = Arc::new(now);
        self
    }
}

/// Checks whether a cached value is still valid.
type Recheck = dyn Fn(UnixTime) -> Result<(), Rejection> + Send + Sync;

/// The value that a source derives from a response.
pub(crate) struct Built {
    pub(crate) verifier: Verifier,
    /// Called once a minute while the value is in use.
    pub(crate) recheck: Option<Box<Recheck>>,
}

type Build = dyn Fn(&Fetched, UnixTime) -> Result<Built, Rejection> + Send + Sync;
type Answer = Result<Verifier, Rejection>;

/// The cached responses of one source.
#[derive(Clone)]
pub(crate) struct Cache {
    remote: Remote,
    build: Arc<Build>,
    state: Arc<Mutex<State>>,
}

/// How much a URL is trusted before it was ever fetched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Origin {
    /// It was configured by the operator.
    Operator,
    /// It came with a request and has the provider's shape.
    Likely,
    /// It came with a request.
    Request,
}

#[derive(Default)]
struct State {
    entries: HashMap<String, Entry>,
    allowance: Allowance,
}

/// Rate limit for fetches of URLs that an attacker may have invented.
///
/// URLs that once succeeded, and those of the operator, are exempt, so that no flood of
/// invented ones prevents refetching them. A new URL that was turned away gets a second
/// allowance when it is requested again, which new invented ones cannot use up.
struct Allowance {
    /// The start of the minute in which these fetches were made.
    minute: i64,
    likely: Used,
    other: Used,
    /// Keyed hashes of URLs that were turned away, each in the slot that it selects; a
    /// newer one replaces it.
    turned_away: Box<[u64]>,
    hash: RandomState,
}

#[derive(Clone, Copy, Default)]
struct Used {
    new: u32,
    returning: u32,
}

impl Default for Allowance {
    fn default() -> Self {
        Self {
            minute: 0,
            likely: Used::default(),
            other: Used::default(),
            turned_away: vec![0; MAX_TURNED_AWAY].into(),
            hash: RandomState::new(),
        }
    }
}

impl Allowance {
    fn take(&mut self, url: &str, origin: Origin, second: i64) -> bool {
        if second.abs_diff(self.minute) >= MINUTE {
            self.minute = second;
            (self.likely, self.other) = Default::default();
        }
        let used = match origin {
            Origin::Operator => return true,
            Origin::Likely => &mut self.likely,
            Origin::Request => &mut self.other,
        };
        if used.new < MAX_NEW {
            used.new += 1;
            return true;
        }
        let hash = self.hash.hash_one(url).max(1);
        let slots = u64::try_from(MAX_TURNED_AWAY).unwrap_or(1);
        let slot = usize::try_from(hash % slots).unwrap_or(0);
        if self.turned_away[slot] == hash && used.returning < MAX_RETURNING {
            used.returning += 1;
            self.turned_away[slot] = 0;
            return true;
        }
        self.turned_away[slot] = hash;
        false
    }
}

#[derive(Default)]
struct Entry {
    value: Option<Value>,
    /// Whether there ever was a value.
    was_good: bool,
    /// The last failure, and the second until which it is cached.
    failed: Option<(Rejection, i64)>,
    /// When a fetch was last started.
    asked: i64,
    flight: Option<watch::Receiver<Option<Answer>>>,
}

struct Value {
    built: Built,
    fetched: i64,
    fresh_until: i64,
    usable_until: i64,
    checked: i64,
}

impl Entry {
    /// Drops a value that is too old or no longer valid.
    fn review(&mut self, now: UnixTime) {
        let second = now.as_secs();
        let Some(value) = &mut self.value else {
            return;
        };
        let mut holds = second < value.usable_until;
        if let Some(recheck) = &value.built.recheck
            && holds
            && second.abs_diff(value.checked) >= MINUTE
        {
            value.checked = second;
            holds = recheck(now).is_ok();
        }
        if !holds {
            self.value = None;
        }
    }

    fn flight(&self) -> Option<watch::Receiver<Option<Answer>>> {
        // The sender is dropped without a result if its task was aborted.
        self.flight
            .clone()
            .filter(|flight| flight.has_changed().is_ok())
    }

    fn verifier(&self) -> Option<Verifier> {
        self.value
            .as_ref()
            .map(|value| value.built.verifier.clone())
    }
}

impl Cache {
    pub(crate) fn new(
        remote: Remote,
        build: impl Fn(&Fetched, UnixTime) -> Result<Built, Rejection> + Send + Sync + 'static,
    ) -> Self {
        Self {
            remote,
            build: Arc::new(build),
            state: Arc::default(),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The verifier for a URL that was already checked; if possible, one that contains
    /// the key `wanted`.
    pub(crate) fn get(&self, url: &Uri, origin: Origin, wanted: Option<&str>) -> Lookup {
        let text = canonical(url);
        let mut state = self.state();
        // Read under the lock: a set that was fetched meanwhile would be from the future, and
        // fetched once more.
        let now = (self.remote.clock)();
        let second = now.as_secs();
        if let Some(entry) = state.entries.get_mut(&text) {
            entry.review(now);
            if let Some(value) = &entry.value {
                // A clock that was set back must not extend its lifetime.
                let fresh = (value.fetched..value.fresh_until).contains(&second);
                let verifier = &value.built.verifier;
                let known = wanted.is_none_or(|id| verifier.key_ids().any(|key| key == id));
                let asked_lately = second.abs_diff(entry.asked) < MINUTE;
                if fresh && (known || asked_lately) {
                    return Lookup::now(Ok(verifier.clone()));
                }
            }
            if let Some(flight) = entry.flight() {
                return wait(flight);
            }
            if let Some((rejection, until)) = &entry.failed
                && (until.saturating_sub(FAILED_SECS.cast_signed())..*until).contains(&second)
            {
                return Lookup::now(entry.verifier().ok_or_else(|| rejection.clone()));
            }
        }
        let was_good = state.entries.get(&text).is_some_and(|entry| entry.was_good);
        if !was_good && !state.allowance.take(&text, origin, second) {
            return Lookup::now(Err(unavailable(
                "too many new URLs were asked for in this minute".into(),
            )));
        }
        let Ok(runtime) = tokio::runtime::Handle::try_current() else {
            return Lookup::now(Err(unavailable("no tokio runtime to fetch in".into())));
        };
        state.make_room(&text);
        let (send, flight) = watch::channel(None);
        let entry = state.entries.entry(text.clone()).or_default();
        entry.asked = second;
        entry.flight = Some(flight.clone());
        drop(state);
        // A separate task, so that the fetch continues for the other requests if the one
        // that started it is dropped.
        let (this, url) = (self.clone(), url.clone());
        runtime.spawn(async move {
            let answer = this.fetch(url, &text).await;
            send.send_replace(Some(answer));
        });
        wait(flight)
    }

    async fn fetch(&self, url: Uri, text: &str) -> Answer {
        let host = url.host().unwrap_or_default().to_owned();
        let fetched =
            match tokio::time::timeout(self.remote.timeout, self.remote.fetch.get(url)).await {
                Ok(Ok(fetched)) => Ok(fetched),
                Ok(Err(error)) => Err(unavailable(format!("fetching keys from {host}: {error}"))),
                Err(_) => Err(unavailable(format!(
                    "fetching keys from {host}: no answer within {} ms",
                    self.remote.timeout.as_millis()
                ))),
            };
        let now = (self.remote.clock)();
        let second = now.as_secs();
        let built = fetched.and_then(|fetched| {
            let age = fetched.max_age.unwrap_or(Duration::from_secs(3600));
            Ok(((self.build)(&fetched, now)?, age))
        });
        let mut state = self.state();
        let entry = state.entries.entry(text.to_owned()).or_default();
        entry.flight = None;
        match built {
            Ok((built, age)) => {
                let (least, most) = self.remote.keep;
                let fresh_until = second.saturating_add(seconds(age.clamp(least, most)));
                let verifier = built.verifier.clone();
                entry.failed = None;
                entry.was_good = true;
                entry.value = Some(Value {
                    built,
                    fetched: second,
                    fresh_until,
                    usable_until: fresh_until.saturating_add(seconds(self.remote.stale)),
                    checked: second,
                });
                Ok(verifier)
            }
            Err(rejection) => {
                let until = second.saturating_add(FAILED_SECS.cast_signed());
                entry.failed = Some((rejection.clone(), until));
                entry.review(now);
                entry.verifier().ok_or(rejection)
            }
        }
    }
}

impl State {
    /// Evicts one URL if there are too many: URLs that never succeeded first, then the
    /// least recently used.
    fn make_room(&mut self, text: &str) {
        if self.entries.len() < MAX_URLS || self.entries.contains_key(text) {
            return;
        }
        let oldest = self
            .entries
            .iter()
            .filter(|(_, entry)| entry.flight().is_none())
            .min_by_key(|(_, entry)| (entry.was_good, entry.asked))
            .map(|(url, _)| url.clone());
        if let Some(url) = oldest {
            self.entries.remove(&url);
        }
    }
}

fn seconds(duration: Duration) -> i64 {
    i64::try_from(duration.as_secs()).unwrap_or(i64::MAX)
}

fn wait(mut flight: watch::Receiver<Option<Answer>>) -> Lookup {
    Lookup::later(async move {
        match flight.wait_for(Option::is_some).await {
            Ok(answer) => answer
                .clone()
                .unwrap_or_else(|| Err(unavailable("no answer".into()))),
            Err(_) => Err(unavailable("the fetch was given up".into())),
        }
    })
}

/// 503, so that the provider retries.
pub(crate) fn unavailable(message: String) -> Rejection {
    Rejection::new(Code::KeyUnavailable, message).retry_after(Duration::from_secs(FAILED_SECS))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn invented_urls_do_not_use_up_the_allowance_of_one_that_asks_again() {
        let mut allowance = Allowance::default();
        let mut second = 1_800_000_000;
        for minute in 0..3 {
            for i in 0..1000 {
                let url = format!("https://a.example/{minute}-{i}");
                let expected = i < MAX_NEW;
                assert_eq!(allowance.take(&url, Origin::Request, second), expected);
            }
            let mut ask = |i| {
                let url = format!("https://a.example/genuine-{i}");
                allowance.take(&url, Origin::Request, second)
            };
            let granted = (0..20).filter(|i| ask(*i)).count();
            // Turned away once, they have an allowance of their own. Invented ones may
            // have taken the slots of some, but not of all.
            match minute {
                0 => assert_eq!(granted, 0),
                _ => assert!(granted > 0, "{minute}"),
            }
            assert!(allowance.take("https://a.example/likely", Origin::Likely, second));
            assert!(allowance.take("https://a.example/mine", Origin::Operator, second));
            second += 60;
        }
    }

    #[test]
    fn the_allowance_is_bounded_for_urls_that_ask_again_too() {
        let mut allowance = Allowance::default();
        let mut granted = 0;
        for _ in 0..100 {
            for i in 0..500 {
                let url = format!("https://a.example/{i}");
                granted += u32::from(allowance.take(&url, Origin::Request, 1_800_000_000));
            }
        }
        assert_eq!(granted, MAX_NEW + MAX_RETURNING);
        assert_eq!(allowance.turned_away.len(), MAX_TURNED_AWAY);
    }

    #[test]
    fn what_once_was_good_is_forgotten_last() {
        let mut state = State::default();
        for i in 0..MAX_URLS {
            let was_good = i % 2 == 0;
            let asked = i64::try_from(i).unwrap_or(0);
            let entry = Entry {
                was_good,
                asked,
                ..Entry::default()
            };
            state.entries.insert(i.to_string(), entry);
        }
        for i in 0..10 * MAX_URLS {
            let url = format!("invented {i}");
            state.make_room(&url);
            let asked = 1000 + i64::try_from(i).unwrap_or(0);
            let entry = Entry {
                asked,
                ..Entry::default()
            };
            state.entries.insert(url, entry);
        }
        assert_eq!(state.entries.len(), MAX_URLS);
        let good = state.entries.values().filter(|entry| entry.was_good);
        assert_eq!(good.count(), MAX_URLS / 2);
    }
}
