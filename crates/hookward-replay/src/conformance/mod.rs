//! Conformance suite for implementations of [`ReplayStore`].
//!
//! Each [rule](rules) of the contract is checked through the public trait, so that any
//! store can run the suite. The suite requires no async runtime; a store that does
//! provides one with [`Suite::block_on`].
//!
//! ```
//! use std::sync::Arc;
//! use std::sync::atomic::{AtomicU64, Ordering};
//! use std::time::Duration;
//! use hookward_replay::{MemoryStore, conformance::Suite};
//!
//! let millis = Arc::new(AtomicU64::new(0));
//! let clock = millis.clone();
//! let store = Arc::new(
//!     MemoryStore::default()
//!         .with_clock(move || Duration::from_millis(clock.load(Ordering::Relaxed))),
//! );
//!
//! Suite::new(move || store.clone())
//!     .advance(move |time| {
//!         millis.fetch_add(time.as_millis() as u64, Ordering::Relaxed);
//!     })
//!     .check()
//!     .unwrap(); // lists the rules that are violated
//! ```
//!
//! # Time
//!
//! A store with a settable clock passes [`Suite::advance`], and the suite does not wait.
//! For any other it actually waits for leases of 200 ms to expire, about two seconds in
//! total. It then checks whether a lease that began later has expired, so that a slow
//! machine delays a check but does not fail it. A lease that lasts ten seconds too long
//! is a violation.
//!
//! # Keys
//!
//! Keys are random and expire after at most two hours, except for some that a check
//! claims forever and then forgets, so the suite can be run against a store that contains
//! other keys.

mod rules;

use std::any::Any;
use std::fmt;
use std::future::{Future, poll_fn};
use std::hash::{BuildHasher as _, RandomState};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::Thread;
use std::time::{Duration, Instant};

use crate::{Claim, ClaimToken, Renewal, ReplayKey, ReplayStore, StoreFuture};

/// Long enough that nothing expires during the suite.
const LONG: Duration = Duration::from_secs(2 * 60 * 60);
/// The lease to wait for if the clock cannot be set.
const BRIEF: Duration = Duration::from_millis(200);
/// How long a lease may outlast its time.
const PATIENCE: Duration = Duration::from_secs(10);

type Open = Box<dyn Fn() -> Arc<dyn ReplayStore> + Send + Sync>;
type Task<'a> = Pin<&'a mut (dyn Future<Output = ()> + Send)>;

/// The suite for one store. See the [module](self) for an example.
pub struct Suite {
    open: Open,
    unavailable: Option<Open>,
    block_on: Box<dyn Fn(Task<'_>) + Send + Sync>,
    advance: Option<Box<dyn Fn(Duration) + Send + Sync>>,
}

impl Suite {
    /// A suite for the store that the function opens. It is called twice, and both
    /// handles must access the same data, like two replicas; an in-memory store returns
    /// clones of one `Arc`.
    pub fn new<S: ReplayStore>(open: impl Fn() -> S + Send + Sync + 'static) -> Self {
        Self {
            open: Box::new(move || Arc::new(open())),
            unavailable: None,
            block_on: Box::new(|task| block_on(task)),
            advance: None,
        }
    }

    /// How to run a future to completion: `move |task| runtime.block_on(task)` for a
    /// store that needs a runtime. It is called from several threads concurrently. By
    /// default, the thread is parked until the future is ready.
    #[must_use]
    pub fn block_on(mut self, run: impl Fn(Task<'_>) + Send + Sync + 'static) -> Self {
        self.block_on = Box::new(run);
        self
    }

    /// Advances the clock of the store. Without it the suite waits.
    #[must_use]
    pub fn advance(mut self, advance: impl Fn(Duration) + Send + Sync + 'static) -> Self {
        self.advance = Some(Box::new(advance));
        self
    }

    /// Opens the store with an unavailable backend, such as a closed port: every
    /// operation must be an error. A store that cannot fail omits this, and that rule is
    /// not checked.
    #[must_use]
    pub fn unavailable<S: ReplayStore>(
        mut self,
        open: impl Fn() -> S + Send + Sync + 'static,
    ) -> Self {
        self.unavailable = Some(Box::new(move || Arc::new(open())));
        self
    }

    /// Checks every rule.
    ///
    /// # Errors
    /// The rules that are violated, and how. A panic of the store is a violation.
    pub fn check(&self) -> Result<(), Violations> {
        let random = RandomState::new();
        let run = Run {
            suite: self,
            handles: [(self.open)(), (self.open)()],
            seeds: [random.hash_one(0_u8), random.hash_one(1_u8)],
            keys: AtomicU64::new(0),
        };
        let violated: Vec<_> = rules::RULES
            .iter()
            .filter_map(|(rule, check)| {
                let answer = catch_unwind(AssertUnwindSafe(|| check(&run)));
                let how = match answer {
                    Ok(Ok(())) => return None,
                    Ok(Err(how)) => how,
                    Err(panic) => format!("it panics: {}", panic_message(&*panic)),
                };
                Some(Violation { rule, how })
            })
            .collect();
        match violated.is_empty() {
            true => Ok(()),
            false => Err(Violations { violated }),
        }
    }
}

impl fmt::Debug for Suite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Suite")
            .field("advances", &self.advance.is_some())
            .field("unavailable", &self.unavailable.is_some())
            .finish_non_exhaustive()
    }
}

/// The rules that [`Suite::check`] checks, a sentence each.
pub fn rules() -> impl Iterator<Item = &'static str> {
    rules::RULES.iter().map(|(rule, _)| *rule)
}

/// A rule that a store violates.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Violation {
    /// The rule, as [`rules`] lists it.
    pub rule: &'static str,
    /// What the store did instead.
    pub how: String,
}

/// The rules that a store violates, at least one.
#[derive(Clone, PartialEq, Eq)]
pub struct Violations {
    violated: Vec<Violation>,
}

impl Violations {
    /// The violations in the order of [`rules`], one for each rule.
    pub fn iter(&self) -> impl Iterator<Item = &Violation> {
        self.violated.iter()
    }
}

impl fmt::Display for Violations {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (violated, all) = (self.violated.len(), rules::RULES.len());
        write!(f, "{violated} of {all} rules of ReplayStore are violated")?;
        self.violated
            .iter()
            .try_for_each(|Violation { rule, how }| write!(f, "\n- {rule}: {how}"))
    }
}

/// As [`Display`](fmt::Display), so that `unwrap` shows the list.
impl fmt::Debug for Violations {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for Violations {}

/// The environment of a rule: two handles on the store, fresh keys and time.
struct Run<'a> {
    suite: &'a Suite,
    handles: [Arc<dyn ReplayStore>; 2],
    seeds: [u64; 2],
    keys: AtomicU64,
}

/// The result of a check, with what the store did instead.
type Checked<T = ()> = Result<T, String>;

impl Run<'_> {
    /// An unused key.
    fn key(&self) -> ReplayKey {
        let number = self.keys.fetch_add(1, Ordering::Relaxed);
        let mut bytes = [0; 16];
        // Multiplication by an odd number is a permutation.
        let spread = self.seeds[0] ^ number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        bytes[..8].copy_from_slice(&spread.to_ne_bytes());
        bytes[8..].copy_from_slice(&self.seeds[1].to_ne_bytes());
        ReplayKey::from_bytes(bytes)
    }

    /// Runs a future to completion.
    fn wait<T: Send>(&self, answer: impl Future<Output = T> + Send) -> Checked<T> {
        let mut out = None;
        {
            let task = pin!(async { out = Some(answer.await) });
            (self.suite.block_on)(task);
        }
        out.ok_or_else(|| "`block_on` returned before the future was ready".to_owned())
    }

    fn step<T: Send>(&self, step: &str, answer: StoreFuture<'_, T>) -> Checked<T> {
        self.wait(answer)?
            .map_err(|error| format!("{step} is an error: {error}"))
    }

    /// Polls an operation once, then drops it.
    fn abandon<T: Send>(&self, mut answer: StoreFuture<'_, T>) -> Checked {
        self.wait(poll_fn(move |context| {
            let _ = Pin::new(&mut answer).poll(context);
            Poll::Ready(())
        }))
    }

    fn claim(&self, handle: usize, key: ReplayKey, lease: Duration) -> Checked<Claim> {
        self.step("the claim", self.handles[handle % 2].claim(key, lease))
    }

    fn renew(
        &self,
        handle: usize,
        key: ReplayKey,
        token: ClaimToken,
        lease: Duration,
    ) -> Checked<Renewal> {
        self.step(
            "the renewal",
            self.handles[handle % 2].renew(key, token, lease),
        )
    }

    fn commit(&self, handle: usize, key: ReplayKey, token: ClaimToken, keep: Duration) -> Checked {
        self.step(
            "the commit",
            self.handles[handle % 2].commit(key, token, keep),
        )
    }

    fn release(&self, handle: usize, key: ReplayKey, token: ClaimToken) -> Checked {
        self.step("the release", self.handles[handle % 2].release(key, token))
    }

    fn forget(&self, handle: usize, key: ReplayKey) -> Checked {
        self.step("`forget`", self.handles[handle % 2].forget(key))
    }

    /// Claims a key that must be free.
    fn fresh(&self, when: &str, key: ReplayKey, lease: Duration) -> Checked<ClaimToken> {
        match self.claim(0, key, lease)? {
            Claim::Fresh(token) => Ok(token),
            other => Err(format!("{when}, a claim is {other:?} and not Fresh")),
        }
    }

    /// Renews a claim, with this outcome.
    fn renewed(
        &self,
        when: &str,
        key: ReplayKey,
        token: ClaimToken,
        lease: Duration,
        expected: Renewal,
    ) -> Checked {
        match self.renew(1, key, token, lease)? {
            renewal if renewal == expected => Ok(()),
            other => Err(format!(
                "{when}, a renewal is {other:?} and not {expected:?}"
            )),
        }
    }

    /// Both handles must find the key committed.
    fn is_done(&self, when: &str, key: ReplayKey) -> Checked {
        (0..2).try_for_each(|handle| match self.claim(handle, key, LONG)? {
            Claim::Done => Ok(()),
            other => Err(format!("{when}, a claim is {other:?} and not Done")),
        })
    }

    /// Both handles must find the key held, with at most this much time left.
    fn is_held(&self, when: &str, key: ReplayKey, lease: Duration) -> Checked {
        (0..2).try_for_each(|handle| match self.claim(handle, key, LONG)? {
            Claim::InProgress(left) if left <= lease => Ok(()),
            other => Err(format!(
                "{when}, a claim is {other:?} and not InProgress with at most {lease:?}"
            )),
        })
    }

    /// Lets this much time pass for the store, so that everything that began before and
    /// lasts as long has expired.
    fn pass(&self, time: Duration) -> Checked {
        if let Some(advance) = &self.suite.advance {
            advance(time + Duration::from_millis(1));
            return Ok(());
        }
        // The clock is the store's, so a claim that begins now shows when it has passed.
        let witness = self.key();
        self.fresh("on a new key", witness, time)?;
        self.until_fresh(witness, time).map(drop)
    }

    /// Claims until the conflicting lease has expired.
    fn until_fresh(&self, key: ReplayKey, lease: Duration) -> Checked<ClaimToken> {
        if self.suite.advance.is_some() {
            self.pass(lease)?;
            return self.fresh("after the lease", key, LONG);
        }
        let end = Instant::now() + lease + PATIENCE;
        loop {
            match self.claim(1, key, LONG)? {
                Claim::Fresh(token) => return Ok(token),
                Claim::InProgress(left) if Instant::now() < end => {
                    std::thread::sleep(left.min(lease) + Duration::from_millis(1));
                }
                other => {
                    return Err(format!(
                        "a claim is {other:?} long after a lease of {lease:?}"
                    ));
                }
            }
        }
    }

    /// Whether something of this duration that began then cannot have expired yet.
    fn lasts(&self, began: Instant, time: Duration) -> bool {
        self.suite.advance.is_some() || began.elapsed() < time / 2
    }
}

/// Runs a future on this thread, which is parked while it waits; for tests of stores that
/// need no runtime.
pub fn block_on<T>(future: impl Future<Output = T>) -> T {
    struct Unpark(Thread);
    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }
    let waker = Waker::from(Arc::new(Unpark(std::thread::current())));
    let mut context = Context::from_waker(&waker);
    let mut future = pin!(future);
    loop {
        match future.as_mut().poll(&mut context) {
            Poll::Ready(output) => return output,
            Poll::Pending => std::thread::park(),
        }
    }
}

fn panic_message(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("without a message")
}
