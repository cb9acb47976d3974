//! Key source with a bounded cache for multi-tenant endpoints, whose keys are looked up
//! by a name in the request.
//!
//! A lookup is usually a database query, and anyone who can reach the endpoint can
//! trigger one. This source therefore bounds them: it caches names without a record,
//! rate-limits misses, and runs one lookup per name at a time.

use std::collections::HashMap;
use std::collections::hash_map::RandomState;
use std::fmt;
use std::future::Future;
use std::hash::BuildHasher as _;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::task::{Context, Poll, Wake, Waker};
use std::time::{Duration, Instant};

use super::source::KeySource;
use crate::key::KeyRing;
use crate::request::deadline::after;
use crate::request::head::RequestHead;
use crate::request::reason::Reason;
use crate::request::rejection::{Code, Rejection};
use crate::verify::lookup::Lookup;
use crate::verify::verifier::Verifier;

/// A longer name is treated as unknown.
const MAX_NAME: usize = 512;

/// A lookup that takes longer than this is not joined: it may hang.
const MAX_AGE: Duration = Duration::from_secs(10);

/// The record of one tenant, as returned by the lookup of a [`Tenants`] source.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct TenantKeys {
    /// The tenant's name in the records, available as [`Verified::tenant`].
    ///
    /// [`Verified::tenant`]: crate::Verified::tenant
    pub tenant: Arc<str>,
    /// Its keys.
    pub keys: KeyRing,
}

impl TenantKeys {
    /// A tenant and its keys. The name must be that of the record, such as its primary
    /// key, and not the text by which the request asked for it.
    #[must_use]
    pub fn new(tenant: impl Into<Arc<str>>, keys: impl Into<KeyRing>) -> Self {
        Self {
            tenant: tenant.into(),
            keys: keys.into(),
        }
    }
}

/// The result of a tenant lookup: the record, or `None` if there is no such tenant.
pub type TenantLookup = Lookup<Option<TenantKeys>>;

impl From<Option<TenantKeys>> for TenantLookup {
    fn from(found: Option<TenantKeys>) -> Self {
        Self::now(Ok(found))
    }
}

impl From<Result<Option<TenantKeys>, Rejection>> for TenantLookup {
    fn from(answer: Result<Option<TenantKeys>, Rejection>) -> Self {
        Self::now(answer)
    }
}

type NameOf = dyn Fn(&dyn RequestHead) -> Option<String> + Send + Sync;
type Find = dyn Fn(&str) -> TenantLookup + Send + Sync;
type MonotonicClock = dyn Fn() -> Instant + Send + Sync;

/// A [`KeySource`] for several tenants of one scheme.
///
/// The first function reads a name from the head; the second looks up the record with
/// that name, and may do I/O. The proof carries the tenant *of the record*: a request can
/// spell a name in several ways (`/Acme`, `/%61cme`) or contain more than one
/// (`/hooks/acme?x=/mallory`), so a handler must use
/// [`Verified::tenant`](crate::Verified::tenant) and not its route parameter.
///
/// ```
/// use std::collections::HashMap;
/// use hookward::{Endpoint, Key, RequestHead, TenantKeys, Tenants, Verifier, providers};
///
/// let records = HashMap::from([("acme", "secret of acme"), ("globex", "secret of globex")]);
/// let tenants = Tenants::new(
///     Verifier::without_keys(providers::GITHUB)?,
///     |head: &dyn RequestHead| head.path().strip_prefix("/hooks/").map(str::to_owned),
///     move |name: &str| {
///         let Some((tenant, secret)) = records.get_key_value(name) else {
///             return Ok(None);
///         };
///         Ok(Some(TenantKeys::new(*tenant, Key::new(*secret)?)))
///     },
/// );
/// let endpoint = Endpoint::new(tenants);
/// # let _ = endpoint;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// A lookup that requires I/O returns [`Lookup::later`]. If it fails or takes longer than
/// the [total timeout](crate::Endpoint::total_timeout), the request is answered with 503
/// and `Retry-After`; it is never let through.
///
/// # Denial of service
///
/// Only names of up to 512 bytes are looked up, and only for requests that the scheme
/// does not reject by their head.
///
/// - A name without a record is cached for 10 seconds and rejected without a lookup
///   meanwhile ([`remember_unknown`](Self::remember_unknown)).
/// - Lookups of names that were not found before may miss 20 times a second, with bursts
///   of 100 ([`miss_rate`](Self::miss_rate)), and at most 32 of them run concurrently
///   ([`unknown_in_flight`](Self::unknown_in_flight)). Beyond these limits the request is
///   answered with 503 (`overloaded`) and `Retry-After`, since the name may be genuine.
/// - Names that were found before bypass these limits
///   ([`remember_known`](Self::remember_known)), so that invented names cannot starve
///   tenants. After a restart no name has been found yet;
///   [`expect_names`](Self::expect_names) preloads them.
/// - Concurrent requests for one name share a lookup, for ten seconds. A record is not
///   cached beyond that, so a removed key stops verifying with the next lookup.
///
/// Normalize the name if the records are compared case-insensitively: each spelling is a
/// separate name here.
pub struct Tenants {
    base: Verifier,
    name_of: Box<NameOf>,
    shared: Arc<Shared>,
}

impl fmt::Debug for Tenants {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tenants")
            .field("base", &self.base)
            .finish_non_exhaustive()
    }
}

impl Tenants {
    /// A source for the scheme and settings of `base`, whose keys are ignored
    /// ([`Verifier::without_keys`]). `name_of` reads the name from a head; `find` looks
    /// up the record. A request without a name is rejected.
    pub fn new<L: Into<TenantLookup>>(
        base: Verifier,
        name_of: impl Fn(&dyn RequestHead) -> Option<String> + Send + Sync + 'static,
        find: impl Fn(&str) -> L + Send + Sync + 'static,
    ) -> Self {
        Self {
            base,
            name_of: Box::new(name_of),
            shared: Arc::new(Shared {
                find: Box::new(move |name| find(name).into()),
                state: Mutex::new(CacheState::new()),
            }),
        }
    }

    /// How long a name without a record is rejected without a lookup, and how many such
    /// names are cached: 10 seconds and 8,192 by default, about 200 KB. A tenant created
    /// in the meantime must wait that long.
    #[must_use]
    pub fn remember_unknown(self, ttl: Duration, names: usize) -> Self {
        self.change(|state| {
            state.unknown_ttl = ttl;
            state.unknown.resize(names);
        })
    }

    /// How many names that were found are remembered: 65,536 by default, about 1.5 MB.
    /// Set it above the number of tenants; the least recently used ones are evicted first
    /// and then treated as unknown.
    #[must_use]
    pub fn remember_known(self, names: usize) -> Self {
        self.change(|state| {
            state.known.resize(names);
            state.tenants.resize(names);
        })
    }

    /// How many lookups of names that were not found before may miss per second, and in a
    /// burst: 20 and 100 by default.
    #[must_use]
    pub fn miss_rate(self, per_second: u32, burst: u32) -> Self {
        self.change(|state| state.misses = Bucket::new(per_second, burst))
    }

    /// How many lookups of names that were not found before may run concurrently: 32 by
    /// default.
    #[must_use]
    pub fn unknown_in_flight(self, look_ups: usize) -> Self {
        self.change(|state| state.unknown_limit = look_ups)
    }

    /// Names known to have a record: the limits on unknown names never apply to them,
    /// from the first request on.
    #[must_use]
    pub fn expect_names<N: AsRef<str>>(self, names: impl IntoIterator<Item = N>) -> Self {
        self.change(|state| {
            for name in names {
                let name = state.hasher.hash_one(name.as_ref());
                state.known.insert(name, ());
            }
        })
    }

    /// Replaces the system clock, for tests.
    #[must_use]
    pub fn clock(self, now: impl Fn() -> Instant + Send + Sync + 'static) -> Self {
        self.change(|state| state.clock = Box::new(now))
    }

    fn change(self, change: impl FnOnce(&mut CacheState)) -> Self {
        change(&mut self.shared.lock());
        self
    }
}

impl KeySource for Tenants {
    fn verifier(&self, head: &dyn RequestHead) -> Lookup {
        let Some(name) = (self.name_of)(head).filter(|name| name.len() <= MAX_NAME) else {
            return Lookup::now(Err(unknown()));
        };
        let flight = match self.shared.admit(name) {
            Ok(flight) => flight,
            Err(rejection) => return Lookup::now(Err(rejection)),
        };
        let base = self.base.clone();
        Lookup::later(async move {
            let found = Joined(flight).await?.ok_or_else(unknown)?;
            Ok(base.with_keys_of(found.keys, Some(found.tenant))?)
        })
    }

    fn outline(&self) -> Option<Verifier> {
        Some(self.base.clone())
    }
}

fn unknown() -> Rejection {
    Reason::UnknownTenant.into()
}

struct Shared {
    find: Box<Find>,
    state: Mutex<CacheState>,
}

struct CacheState {
    clock: Box<MonotonicClock>,
    hasher: RandomState,
    /// Names that were found.
    known: Recent<()>,
    /// Tenants that were found.
    tenants: Recent<()>,
    /// Names without a record, and until when to reject them.
    unknown: Recent<Instant>,
    unknown_ttl: Duration,
    misses: Bucket,
    unknown_limit: usize,
    unknown_running: usize,
    flights: HashMap<Box<str>, (u64, Weak<Flight>)>,
    last_flight: u64,
}

impl CacheState {
    fn new() -> Self {
        Self {
            clock: Box::new(Instant::now),
            hasher: RandomState::new(),
            known: Recent::new(65_536),
            tenants: Recent::new(65_536),
            unknown: Recent::new(8192),
            unknown_ttl: Duration::from_secs(10),
            misses: Bucket::new(20, 100),
            unknown_limit: 32,
            unknown_running: 0,
            flights: HashMap::new(),
            last_flight: 0,
        }
    }
}

impl Shared {
    /// No code panics while the lock is held, so a poisoned one is consistent.
    fn lock(&self) -> MutexGuard<'_, CacheState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Joins the running lookup of a name, or starts one if the limits allow.
    fn admit(self: &Arc<Self>, name: String) -> Result<Arc<Flight>, Rejection> {
        let mut state = self.lock();
        let now = (state.clock)();
        if let Some((_, flight)) = state.flights.get(&*name)
            && let Some(flight) = flight.upgrade()
            && now.saturating_duration_since(flight.started) < MAX_AGE
        {
            return Ok(flight);
        }
        let hash = state.hasher.hash_one(&*name);
        let is_known = state.known.get(hash).is_some();
        if !is_known {
            if state.unknown.get(hash).is_some_and(|until| now < *until) {
                return Err(unknown());
            }
            if state.unknown_running >= state.unknown_limit {
                return Err(Reason::TooManyLookUps.into());
            }
            if !state.misses.take(now) {
                return Err(Reason::LookUpsUsedUp.into());
            }
            state.unknown_running += 1;
        }
        state.last_flight += 1;
        let flight = Arc::new(Flight {
            shared: self.clone(),
            name: name.into(),
            id: state.last_flight,
            started: now,
            is_known,
            progress: Mutex::new(FlightProgress::Unstarted),
            waiting: Arc::default(),
        });
        let entry = (flight.id, Arc::downgrade(&flight));
        state.flights.insert(flight.name.clone(), entry);
        Ok(flight)
    }

    /// Records the end of a lookup; `None` if every waiter was dropped before it
    /// completed.
    fn settle(&self, flight: &Flight, answer: Option<&TenantAnswer>) {
        let mut state = self.lock();
        if !flight.is_known {
            state.unknown_running = state.unknown_running.saturating_sub(1);
        }
        if state
            .flights
            .get(&flight.name)
            .is_some_and(|it| it.0 == flight.id)
        {
            state.flights.remove(&flight.name);
        }
        let name = state.hasher.hash_one(&*flight.name);
        match answer {
            Some(Ok(Some(found))) => {
                let tenant = state.hasher.hash_one(&*found.tenant);
                let is_new = state.tenants.get(tenant).is_none();
                // A tenant has unboundedly many spellings, so only the first one is
                // remembered as known.
                if !flight.is_known && is_new {
                    state.misses.put_back();
                }
                state.tenants.insert(tenant, ());
                state.known.insert(name, ());
            }
            Some(Ok(None)) => state.missed(name),
            Some(Err(rejection)) if rejection.code() == Code::KeyUnknown => state.missed(name),
            Some(Err(_)) | None => {}
        }
    }
}

impl CacheState {
    fn missed(&mut self, name: u64) {
        let until = after((self.clock)(), self.unknown_ttl);
        self.known.remove(name);
        self.unknown.insert(name, until);
    }
}

type TenantAnswer = Result<Option<TenantKeys>, Rejection>;

/// One lookup and its waiters. Whichever is polled drives it.
struct Flight {
    shared: Arc<Shared>,
    name: Box<str>,
    id: u64,
    started: Instant,
    is_known: bool,
    progress: Mutex<FlightProgress>,
    waiting: Arc<Waiting>,
}

enum FlightProgress {
    Unstarted,
    Running(TenantLookup),
    Done(TenantAnswer),
}

impl Drop for Flight {
    fn drop(&mut self) {
        if !matches!(self.progress.get_mut(), Ok(FlightProgress::Done(_))) {
            self.shared.settle(self, None);
        }
    }
}

/// Separate from the lookup, which holds the waker.
#[derive(Default)]
struct Waiting {
    wakers: Mutex<Vec<Waker>>,
}

impl Waiting {
    fn lock(&self) -> MutexGuard<'_, Vec<Waker>> {
        self.wakers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Wake for Waiting {
    fn wake(self: Arc<Self>) {
        let wakers = std::mem::take(&mut *self.lock());
        wakers.into_iter().for_each(Waker::wake);
    }
}

/// Future of a lookup.
struct Joined(Arc<Flight>);

impl Future for Joined {
    type Output = TenantAnswer;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<TenantAnswer> {
        let flight = &self.0;
        let Ok(mut progress) = flight.progress.lock() else {
            return Poll::Ready(Err(Reason::LookUpPanicked.into()));
        };
        if let FlightProgress::Unstarted = *progress {
            *progress = FlightProgress::Running((flight.shared.find)(&flight.name));
        }
        let answer = match &mut *progress {
            FlightProgress::Done(answer) => return Poll::Ready(answer.clone()),
            FlightProgress::Unstarted => return Poll::Pending,
            FlightProgress::Running(look_up) => {
                let mut wakers = flight.waiting.lock();
                if !wakers.iter().any(|waker| waker.will_wake(cx.waker())) {
                    wakers.push(cx.waker().clone());
                }
                drop(wakers);
                let waker = Waker::from(flight.waiting.clone());
                match Pin::new(look_up).poll(&mut Context::from_waker(&waker)) {
                    Poll::Pending => return Poll::Pending,
                    Poll::Ready(answer) => answer,
                }
            }
        };
        // Recorded before the other waiters see the result, so that their next request
        // finds it.
        flight.shared.settle(flight, Some(&answer));
        *progress = FlightProgress::Done(answer.clone());
        drop(progress);
        flight.waiting.clone().wake();
        Poll::Ready(answer)
    }
}

/// A bounded set that evicts the least recently used half at a time.
struct Recent<V> {
    young: HashMap<u64, V>,
    old: HashMap<u64, V>,
    half: usize,
}

impl<V> Recent<V> {
    fn new(entries: usize) -> Self {
        Self {
            young: HashMap::new(),
            old: HashMap::new(),
            half: entries.div_ceil(2),
        }
    }

    fn resize(&mut self, entries: usize) {
        *self = Self::new(entries);
    }

    fn get(&mut self, key: u64) -> Option<&V> {
        if let Some(value) = self.old.remove(&key) {
            self.insert(key, value);
        }
        self.young.get(&key).or_else(|| self.old.get(&key))
    }

    fn insert(&mut self, key: u64, value: V) {
        self.old.remove(&key);
        self.young.insert(key, value);
        if self.young.len() > self.half {
            // The newest entry is kept, whatever the bound.
            let newest = self.young.remove(&key);
            self.old = std::mem::take(&mut self.young);
            if let Some(value) = newest.filter(|_| self.half > 0) {
                self.young.insert(key, value);
            }
            if self.half == 0 {
                self.old.clear();
            }
        }
    }

    fn remove(&mut self, key: u64) {
        self.young.remove(&key);
        self.old.remove(&key);
    }
}

/// A token bucket.
struct Bucket {
    per_second: u32,
    burst: u32,
    left: u32,
    since: Option<Instant>,
}

impl Bucket {
    const fn new(per_second: u32, burst: u32) -> Self {
        Self {
            per_second,
            burst,
            left: burst,
            since: None,
        }
    }

    fn take(&mut self, now: Instant) -> bool {
        let since = *self.since.get_or_insert(now);
        if let Some(interval) = Duration::from_secs(1).checked_div(self.per_second) {
            let elapsed = now.saturating_duration_since(since);
            let more = elapsed.as_nanos() / interval.as_nanos().max(1);
            let more = u32::try_from(more).unwrap_or(u32::MAX);
            if more >= self.burst - self.left {
                self.left = self.burst;
                self.since = Some(now);
            } else {
                self.left += more;
                self.since = Some(since + interval * more);
            }
        }
        if self.left == 0 {
            return false;
        }
        self.left -= 1;
        true
    }

    fn put_back(&mut self) {
        self.left = self.burst.min(self.left + 1);
    }
}
