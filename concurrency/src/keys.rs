//! What is around the keys of an endpoint, as far as it is needed: a verifier, rings, a
//! pointer that is swapped, and for the cache of fetched keys a runtime, a server and a
//! channel.

#![allow(clippy::result_unit_err)]

use std::hash::{BuildHasher, DefaultHasher};
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicUsize, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use shuttle::rand::{Rng, thread_rng};
use shuttle::sync::{Arc, Mutex};

/// The keys of a subscription: which they are, and its recipients if they come with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyRing {
    pub keys: u64,
    pub recipients: Option<u64>,
}

/// A ring without keys.
#[derive(Debug)]
pub struct ConfigError;

/// A verifier, as far as keys are concerned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verifier {
    pub keys: u64,
    pub recipients: u64,
}

impl Verifier {
    /// Recipients are kept, unless the keys come with their own.
    pub fn with_keys(&self, keys: impl Into<KeyRing>) -> Result<Self, ConfigError> {
        let ring = keys.into();
        match ring.keys {
            0 => Err(ConfigError),
            keys => Ok(Self {
                keys,
                recipients: ring.recipients.unwrap_or(self.recipients),
            }),
        }
    }

    /// A set of fetched keys contains the keys of all versions up to it.
    pub fn key_ids(&self) -> impl Iterator<Item = String> + use<> {
        (1..=self.keys).map(|key| key.to_string())
    }
}

/// A pointer to shared data that is replaced: each operation is one step.
pub struct ArcSwap<T>(Mutex<Arc<T>>);

impl<T> ArcSwap<T> {
    pub fn from_pointee(value: T) -> Self {
        Self(Mutex::new(Arc::new(value)))
    }

    pub fn load(&self) -> Arc<T> {
        self.0.lock().unwrap().clone()
    }

    pub fn store(&self, value: Arc<T>) {
        *self.0.lock().unwrap() = value;
    }

    pub fn compare_and_swap(&self, expected: &Arc<T>, value: Arc<T>) -> Arc<T> {
        let mut current = self.0.lock().unwrap();
        if Arc::ptr_eq(&current, expected) {
            return std::mem::replace(&mut current, value);
        }
        current.clone()
    }
}

/// A handle under test.
pub trait Handle: Clone + Send + Sync + 'static {
    fn new(verifier: Verifier) -> Self;
    fn rotate(&self, ring: KeyRing) -> Result<(), ConfigError>;
    fn current(&self) -> Verifier;
}

/// A clock in seconds.
#[derive(Debug, Clone, Copy)]
pub struct UnixTime(i64);

impl UnixTime {
    pub fn now() -> Self {
        Self(0)
    }

    pub fn as_secs(self) -> i64 {
        self.0
    }
}

#[derive(Debug, Clone, Copy)]
pub enum Code {
    KeyUnavailable,
}

#[derive(Debug, Clone)]
pub struct Rejection(pub String);

impl Rejection {
    pub fn new(_: Code, message: String) -> Self {
        Self(message)
    }

    pub fn retry_after(self, _: Duration) -> Self {
        self
    }
}

/// The answer of a cache.
pub type Lookup = Pin<Box<dyn Future<Output = Result<Verifier, Rejection>> + Send>>;

/// The constructors of [`Lookup`].
pub trait Answering: Sized {
    fn now(answer: Result<Verifier, Rejection>) -> Self;
    fn later(answer: impl Future<Output = Result<Verifier, Rejection>> + Send + 'static) -> Self;
}

impl Answering for Lookup {
    fn now(answer: Result<Verifier, Rejection>) -> Self {
        Box::pin(std::future::ready(answer))
    }

    fn later(answer: impl Future<Output = Result<Verifier, Rejection>> + Send + 'static) -> Self {
        Box::pin(answer)
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Uri(pub String);

impl Uri {
    pub fn host(&self) -> Option<&str> {
        Some(&self.0)
    }
}

pub fn canonical(url: &Uri) -> String {
    url.0.clone()
}

/// The same in each run, so that a schedule can be run again.
#[derive(Default)]
pub struct Hashing;

impl Hashing {
    pub fn new() -> Self {
        Self
    }
}

impl BuildHasher for Hashing {
    type Hasher = DefaultHasher;

    fn build_hasher(&self) -> DefaultHasher {
        DefaultHasher::new()
    }
}

pub type FetchFuture = Pin<Box<dyn Future<Output = Result<Fetched, &'static str>> + Send>>;

pub trait Fetch: Send + Sync + 'static {
    fn get(&self, url: Uri) -> FetchFuture;
}

/// The version of the key set that the server has.
#[derive(Debug)]
pub struct Fetched {
    pub version: u64,
    pub max_age: Option<Duration>,
}

pub struct Roots;

impl Roots {
    pub fn mozilla() -> Self {
        Self
    }
}

/// The server of a key set, and the clock.
#[derive(Clone, Default)]
pub struct Server(std::sync::Arc<At>);

pub type HttpsFetch = Server;

#[derive(Default)]
struct At {
    second: AtomicI64,
    version: AtomicUsize,
    is_away: AtomicBool,
    running: AtomicUsize,
    fetches: AtomicUsize,
    /// So many fetches are given up by the runtime.
    aborts: AtomicUsize,
}

impl Server {
    pub fn new(_: &Roots) -> Self {
        Self::default()
    }

    pub fn with(version: usize) -> Self {
        let server = Self::default();
        server.0.version.store(version, Ordering::SeqCst);
        // The allowance of new URLs counts from the first minute.
        server.0.second.store(1000, Ordering::SeqCst);
        server
    }

    pub fn second(&self) -> i64 {
        self.0.second.load(Ordering::SeqCst)
    }

    pub fn pass(&self, seconds: i64) {
        self.0.second.fetch_add(seconds, Ordering::SeqCst);
    }

    pub fn now(&self) -> UnixTime {
        UnixTime(self.second())
    }

    pub fn rotate(&self) {
        self.0.version.fetch_add(1, Ordering::SeqCst);
    }

    pub fn is_away(&self, is_away: bool) {
        self.0.is_away.store(is_away, Ordering::SeqCst);
    }

    pub fn fetches(&self) -> usize {
        self.0.fetches.load(Ordering::SeqCst)
    }

    /// The next fetch is started, and ended by the runtime before its answer.
    pub fn abort_one(&self) {
        self.0.aborts.store(1, Ordering::SeqCst);
    }
}

impl Fetch for Server {
    fn get(&self, _: Uri) -> FetchFuture {
        let at = self.0.clone();
        Box::pin(async move {
            at.fetches.fetch_add(1, Ordering::SeqCst);
            let running = at.running.fetch_add(1, Ordering::SeqCst);
            assert_eq!(running, 0, "two fetches of one URL at a time");
            for _ in 0..thread_rng().gen_range(0..3) {
                shuttle::future::yield_now().await;
            }
            at.running.fetch_sub(1, Ordering::SeqCst);
            let aborted = at
                .aborts
                .fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| {
                    left.checked_sub(1)
                });
            if aborted.is_ok() {
                return std::future::pending().await;
            }
            match at.is_away.load(Ordering::SeqCst) {
                true => Err("away"),
                false => Ok(Fetched {
                    version: at.version.load(Ordering::SeqCst) as u64,
                    max_age: None,
                }),
            }
        })
    }
}

/// A cache under test. The set is fresh for [`FRESH`] seconds, and used for [`STALE`] more
/// while its server is away.
pub trait Caching: Clone + Send + Sync + 'static {
    fn of(server: &Server) -> Self;
    fn get(&self, wanted: Option<&str>) -> Lookup;
}

pub const FRESH: i64 = 3600;
pub const STALE: i64 = 7200;

/// As much of tokio as is needed.
pub mod tokio {
    use super::*;

    pub mod runtime {
        use super::*;

        pub struct Handle;

        impl Handle {
            pub fn try_current() -> Result<Self, ()> {
                Ok(Self)
            }

            /// A future that waits for what never comes is dropped, as when a runtime ends.
            pub fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
                shuttle::future::spawn(async move {
                    let mut task = Box::pin(task);
                    let mut polls = 0;
                    std::future::poll_fn(move |cx: &mut Context<'_>| {
                        polls += 1;
                        match task.as_mut().poll(cx) {
                            Poll::Pending if polls > 20 => Poll::Ready(()),
                            Poll::Pending => {
                                cx.waker().wake_by_ref();
                                Poll::Pending
                            }
                            ready => ready,
                        }
                    })
                    .await;
                });
            }
        }
    }

    pub mod time {
        /// Nothing takes longer than it may.
        pub async fn timeout<F: Future>(
            _: std::time::Duration,
            future: F,
        ) -> Result<F::Output, ()> {
            Ok(future.await)
        }
    }
}

/// A channel of one value, as that of tokio.
pub mod watch {
    use std::task::Waker;

    use super::*;

    struct Shared<T> {
        value: T,
        is_closed: bool,
        waiting: Vec<Waker>,
    }

    pub struct Sender<T>(Arc<Mutex<Shared<T>>>);
    pub struct Receiver<T>(Arc<Mutex<Shared<T>>>);

    pub fn channel<T>(value: T) -> (Sender<T>, Receiver<T>) {
        let shared = Arc::new(Mutex::new(Shared {
            value,
            is_closed: false,
            waiting: Vec::new(),
        }));
        (Sender(shared.clone()), Receiver(shared))
    }

    impl<T> Sender<T> {
        pub fn send_replace(&self, value: T) {
            let mut shared = self.0.lock().unwrap();
            shared.value = value;
            shared.waiting.drain(..).for_each(Waker::wake);
        }
    }

    impl<T> Drop for Sender<T> {
        fn drop(&mut self) {
            let mut shared = self.0.lock().unwrap();
            shared.is_closed = true;
            shared.waiting.drain(..).for_each(Waker::wake);
        }
    }

    impl<T> Clone for Receiver<T> {
        fn clone(&self) -> Self {
            Self(self.0.clone())
        }
    }

    impl<T: Clone> Receiver<T> {
        /// An error once the sender is gone. Whether it has is not looked at.
        pub fn has_changed(&self) -> Result<bool, ()> {
            match self.0.lock().unwrap().is_closed {
                true => Err(()),
                false => Ok(false),
            }
        }

        pub async fn wait_for(&mut self, fits: impl Fn(&T) -> bool) -> Result<T, ()> {
            std::future::poll_fn(|cx: &mut Context<'_>| {
                let mut shared = self.0.lock().unwrap();
                if fits(&shared.value) {
                    return Poll::Ready(Ok(shared.value.clone()));
                }
                if shared.is_closed {
                    return Poll::Ready(Err(()));
                }
                shared.waiting.push(cx.waker().clone());
                Poll::Pending
            })
            .await
        }
    }
}
