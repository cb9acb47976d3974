//! What becomes of a claim while its handler runs and after it, with stores that fail, and
//! of bodies that take their time: in process, by tokio's paused clock, so that hours pass
//! in no time.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

use bytes::Bytes;
use hookward::adapter::{Admitted, Exchange, Incoming, Runtime, Unreadable};
use hookward::{
    Claim, ClaimToken, Digest, Endpoint, Key, KeySource, Location, Lookup, MemoryStore, Renewal,
    Replay, ReplayBy, ReplayGuard, ReplayKey, ReplayStore, RequestHead, Scheme, StoreError,
    StoreFuture, TenantKeys, Tenants, Verified, Verifier, WaitingBodies, handshakes,
};
use http::StatusCode;
use http::request::Parts;
use tokio::time::{Instant, sleep, timeout};

use super::{SECRET, github, key, signature};

const LEASE: Duration = Duration::from_secs(60);
const SECOND: Duration = Duration::from_secs(1);
const HOUR: Duration = Duration::from_secs(60 * 60);

/// A store on tokio's clock, which answers after a while or not at all.
#[derive(Debug, Clone)]
struct Store(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    memory: MemoryStore,
    is_away: AtomicBool,
    /// Whether commits alone fail.
    is_full: AtomicBool,
    renews: AtomicBool,
    renewals: AtomicUsize,
    commits: AtomicUsize,
    /// How many of the next commits fail.
    failing: AtomicUsize,
    /// Renewals are on their way for this time, whoever waits for them.
    late_renewals: Option<Duration>,
    /// How long a step takes.
    takes: Duration,
}

impl Store {
    fn new() -> Self {
        Self::slow(Duration::ZERO)
    }

    fn slow(takes: Duration) -> Self {
        Self::with(takes, None)
    }

    fn with(takes: Duration, late_renewals: Option<Duration>) -> Self {
        let start = Instant::now();
        Self(Arc::new(Inner {
            memory: MemoryStore::default().with_clock(move || start.elapsed()),
            is_away: AtomicBool::new(false),
            is_full: AtomicBool::new(false),
            renews: AtomicBool::new(true),
            renewals: AtomicUsize::new(0),
            commits: AtomicUsize::new(0),
            failing: AtomicUsize::new(0),
            late_renewals,
            takes,
        }))
    }

    fn go_away(&self, is_away: bool) {
        self.0.is_away.store(is_away, Ordering::SeqCst);
    }

    fn guard(&self) -> ReplayGuard {
        ReplayGuard::new(self.clone(), "hooks").lease(LEASE)
    }

    /// A process with a guard of its own.
    fn replica(&self) -> Replica {
        Replica::new(self.guard())
    }

    /// A step is taken when it is polled to its end, and not before.
    fn step<T: Send + 'static>(
        &self,
        can: bool,
        step: impl FnOnce(&MemoryStore) -> StoreFuture<'static, T> + Send + 'static,
    ) -> StoreFuture<'static, T> {
        let inner = self.0.clone();
        StoreFuture::later(async move {
            if !inner.takes.is_zero() {
                sleep(inner.takes).await;
            }
            if !can || inner.is_away.load(Ordering::SeqCst) {
                return Err(StoreError::new("away"));
            }
            step(&inner.memory).await
        })
    }
}

impl ReplayStore for Store {
    fn claim(&self, key: ReplayKey, lease: Duration) -> StoreFuture<'static, Claim> {
        self.step(true, move |memory| memory.claim(key, lease))
    }

    fn renew(
        &self,
        key: ReplayKey,
        token: ClaimToken,
        lease: Duration,
    ) -> StoreFuture<'static, Renewal> {
        self.0.renewals.fetch_add(1, Ordering::SeqCst);
        let can = self.0.renews.load(Ordering::SeqCst);
        let step = self.step(can, move |memory| memory.renew(key, token, lease));
        let Some(late) = self.0.late_renewals else {
            return step;
        };
        let on_its_way = tokio::spawn(async move {
            sleep(late).await;
            step.await
        });
        StoreFuture::later(async move { on_its_way.await.unwrap() })
    }

    fn commit(
        &self,
        key: ReplayKey,
        token: ClaimToken,
        keep: Duration,
    ) -> StoreFuture<'static, ()> {
        self.0.commits.fetch_add(1, Ordering::SeqCst);
        let fails = |failing: usize| failing.checked_sub(1);
        let failing = &self.0.failing;
        let fails = failing.fetch_update(Ordering::SeqCst, Ordering::SeqCst, fails);
        let can = !self.0.is_full.load(Ordering::SeqCst) && fails.is_err();
        self.step(can, move |memory| memory.commit(key, token, keep))
    }

    fn release(&self, key: ReplayKey, token: ClaimToken) -> StoreFuture<'static, ()> {
        self.step(true, move |memory| memory.release(key, token))
    }

    fn forget(&self, key: ReplayKey) -> StoreFuture<'static, ()> {
        self.step(true, move |memory| memory.forget(key))
    }
}

struct Whole(Option<Bytes>);

impl Incoming for Whole {
    fn poll_data(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Result<Option<Bytes>, Unreadable>> {
        Poll::Ready(Ok(self.0.take()))
    }
}

#[derive(Clone)]
struct Replica {
    endpoint: Arc<Endpoint>,
    guard: ReplayGuard,
}

impl Replica {
    fn new(guard: ReplayGuard) -> Self {
        Self::with_keys(github(), guard)
    }

    fn with_keys(keys: impl KeySource, guard: ReplayGuard) -> Self {
        let endpoint = Endpoint::new(keys).replay_guard(guard.clone()).unwrap();
        Self {
            endpoint: Arc::new(endpoint),
            guard,
        }
    }

    /// Delivers a body to a handler, and returns the status of the answer: 299 for an
    /// acknowledged duplicate.
    async fn deliver<H: Future<Output = u16>>(
        &self,
        body: &str,
        handler: impl FnOnce(Verified) -> H,
    ) -> u16 {
        let head = http::Request::post("/hooks")
            .header("x-hub-signature-256", signature(SECRET, body.as_bytes()))
            .body(())
            .unwrap();
        let head: Parts = head.into_parts().0;
        let mut exchange = Exchange::new(self.endpoint.clone(), Runtime::tokio(), &head);
        let mut body = Whole(Some(Bytes::from(body.to_owned())));
        match exchange.admit(&head, None, &mut body).await {
            Admitted::Handle(admission) => {
                let handler = handler(admission.verified.unwrap());
                let status = exchange.handle(handler).await;
                exchange.settle(StatusCode::from_u16(status).unwrap()).await;
                status
            }
            Admitted::Answer(answer) if answer.status() == StatusCode::OK => 299,
            Admitted::Answer(answer) => answer.status().as_u16(),
        }
    }

    /// A handler that takes this long, in a task of its own.
    fn deliver_for(&self, body: &str, time: Duration, status: u16) -> tokio::task::JoinHandle<u16> {
        let (replica, body) = (self.clone(), body.to_owned());
        tokio::spawn(async move {
            replica
                .deliver(&body, async |_| {
                    sleep(time).await;
                    status
                })
                .await
        })
    }

    /// A handler that answers 500, which shows what a claim finds and leaves it so.
    async fn probe(&self, body: &str) -> u16 {
        self.deliver(body, async |_| 500).await
    }
}

#[tokio::test(start_paused = true)]
async fn a_claim_is_renewed_for_as_long_as_its_handler_runs() {
    let store = Store::new();
    let (first, second) = (store.replica(), store.replica());
    let running = first.deliver_for("{}", LEASE * 20, 200);
    for _ in 0..19 {
        sleep(LEASE).await;
        assert_eq!(second.probe("{}").await, 409);
    }
    assert_eq!(running.await.unwrap(), 200);
    assert_eq!(second.probe("{}").await, 299);
    let renewals = store.0.renewals.load(Ordering::SeqCst);
    assert!((40..=60).contains(&renewals), "{renewals} renewals");
    // Nothing renews it any longer.
    sleep(HOUR).await;
    assert_eq!(store.0.renewals.load(Ordering::SeqCst), renewals);
}

#[tokio::test(start_paused = true)]
async fn a_handler_that_answers_at_once_renews_nothing() {
    let store = Store::new();
    let replica = store.replica();
    assert_eq!(replica.deliver("{}", async |_| 200).await, 200);
    assert_eq!(replica.deliver_for("{ }", SECOND, 200).await.unwrap(), 200);
    assert_eq!(store.0.renewals.load(Ordering::SeqCst), 0);
}

#[tokio::test(start_paused = true)]
async fn a_handler_that_hangs_is_renewed_for_a_limited_time() {
    let store = Store::new();
    for (time, renew_for) in [
        (HOUR, None),
        (2 * LEASE, Some(2 * LEASE)),
        (LEASE, Some(Duration::ZERO)),
    ] {
        let guard = store.guard();
        let guard = match renew_for {
            Some(renew_for) => guard.renew_for(renew_for),
            None => guard,
        };
        let (first, second) = (Replica::new(guard), store.replica());
        let body = format!("{{\"time\":{}}}", time.as_secs());
        let running = first.deliver_for(&body, HOUR * 100, 200);
        sleep(time - SECOND).await;
        assert_eq!(second.probe(&body).await, 409, "{renew_for:?}");
        sleep(LEASE + SECOND * 2).await;
        assert_eq!(second.probe(&body).await, 500, "{renew_for:?}");
        running.abort();
    }
}

#[tokio::test(start_paused = true)]
async fn a_claim_that_was_lost_is_taken_back_unless_another_has_it() {
    let store = Store::new();
    let (first, second) = (store.replica(), store.replica());
    let running = first.deliver_for("{}", LEASE * 4, 200);
    // As a server that restarts without its data.
    sleep(SECOND).await;
    store.go_away(true);
    sleep(LEASE * 2).await;
    store.go_away(false);
    sleep(LEASE / 10).await;
    assert_eq!(second.probe("{}").await, 409, "the claim was taken back");
    assert_eq!(running.await.unwrap(), 200);
    assert_eq!(second.probe("{}").await, 299);
}

#[tokio::test(start_paused = true)]
async fn a_late_success_counts_whatever_became_of_the_successor() {
    for (successor, renews) in [(200, true), (500, true), (500, false)] {
        let store = Store::new();
        let (first, second) = (store.replica(), store.replica());
        store.0.renews.store(false, Ordering::SeqCst);
        let late = first.deliver_for("{}", LEASE * 3, 200);
        sleep(LEASE * 2).await;
        // It begins after the lease, and ends before or after the late success.
        let takes = if renews { LEASE * 2 } else { SECOND };
        let other = second.deliver_for("{}", takes, successor);
        sleep(SECOND / 2).await;
        store.0.renews.store(renews, Ordering::SeqCst);
        assert_eq!(late.await.unwrap(), 200);
        assert_eq!(store.replica().probe("{}").await, 299);
        assert_eq!(other.await.unwrap(), successor);
        assert_eq!(
            store.replica().probe("{}").await,
            299,
            "{successor} {renews}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_later_handler_has_a_larger_fencing_token() {
    let store = Store::new();
    let mut tokens = Vec::new();
    for _ in 0..3 {
        let replica = store.replica();
        let status = replica
            .deliver("{}", async |verified| {
                tokens.push(verified.fencing_token().unwrap().0);
                500
            })
            .await;
        assert_eq!(status, 500);
    }
    assert!(tokens.is_sorted_by(|a, b| a < b), "{tokens:?}");
}

/// The case that lost every success: 32 handlers in flight, the store away while they
/// end, a lease of six seconds.
#[tokio::test(start_paused = true)]
async fn a_store_that_is_away_when_handlers_end_forgets_no_success() {
    for away in [
        Duration::from_millis(1500),
        Duration::from_secs(3),
        Duration::from_secs(30),
    ] {
        for takes in [Duration::ZERO, Duration::from_millis(100)] {
            let store = Store::slow(takes);
            let guard = || store.guard().lease(Duration::from_secs(6));
            let (first, second) = (Replica::new(guard()), Replica::new(guard()));
            let bodies: Vec<_> = (0..32).map(|number| format!("[{number}]")).collect();
            let running: Vec<_> = bodies
                .iter()
                .map(|body| first.deliver_for(body, SECOND, 200))
                .collect();
            sleep(Duration::from_millis(500)).await;
            store.go_away(true);
            for running in running {
                assert_eq!(running.await.unwrap(), 200);
            }
            // This process knows what it has handled, whatever the store says.
            for body in &bodies {
                assert_eq!(first.probe(body).await, 299);
                assert_eq!(second.probe(body).await, 503);
            }
            sleep(away).await;
            store.go_away(false);
            timeout(2 * SECOND, first.guard.settled()).await.unwrap();
            for body in &bodies {
                assert_eq!(second.probe(body).await, 299, "away for {away:?}");
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_client_that_leaves_while_the_success_is_recorded_changes_nothing() {
    let store = Store::slow(Duration::from_millis(100));
    for fails in [false, true] {
        let (first, second) = (store.replica(), store.replica());
        let body = format!("[{fails}]");
        let running = first.deliver_for(&body, SECOND, 200);
        // The claim takes 100 ms, the handler a second.
        sleep(Duration::from_millis(1150)).await;
        store.go_away(fails);
        running.abort();
        sleep(5 * SECOND).await;
        store.go_away(false);
        timeout(2 * SECOND, first.guard.settled()).await.unwrap();
        assert_eq!(second.probe(&body).await, 299, "fails: {fails}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_copy_that_claims_while_the_commit_fails_is_not_handled() {
    let store = Store::slow(2 * SECOND);
    let replica = Replica::new(store.guard().renew_for(Duration::ZERO));
    store.0.is_full.store(true, Ordering::SeqCst);
    // The claim is answered after two seconds, and the handler takes longer than the lease.
    let running = replica.deliver_for("{}", LEASE + 38 * SECOND, 200);
    sleep(LEASE + 41 * SECOND).await;
    // The commit fails before this claim is answered, which finds the key free.
    assert_eq!(replica.probe("{}").await, 299);
    assert_eq!(running.await.unwrap(), 200);
    store.0.is_full.store(false, Ordering::SeqCst);
    timeout(10 * SECOND, replica.guard.settled()).await.unwrap();
    assert_eq!(store.replica().probe("{}").await, 299);
}

#[tokio::test(start_paused = true)]
async fn a_failure_that_could_not_be_recorded_frees_the_delivery_once_the_store_is_back() {
    let store = Store::new();
    let (first, second) = (store.replica(), store.replica());
    let running = first.deliver_for("{}", SECOND, 500);
    sleep(SECOND / 2).await;
    store.go_away(true);
    assert_eq!(running.await.unwrap(), 500);
    assert_eq!(first.probe("{}").await, 503, "a failure is no success");
    sleep(3 * SECOND).await;
    store.go_away(false);
    timeout(2 * SECOND, first.guard.settled()).await.unwrap();
    assert_eq!(second.probe("{}").await, 500, "long before the lease ends");
}

#[tokio::test(start_paused = true)]
async fn a_release_waits_for_the_renewal_that_is_under_way() {
    for aborts in [false, true] {
        let store = Store::slow(2 * SECOND);
        let (first, second) = (store.replica(), store.replica());
        // The renewal begins after 20 seconds, counted from the claim's answer.
        let running = first.deliver_for("{}", LEASE / 3 + SECOND, 500);
        sleep(2 * SECOND + LEASE / 3 + SECOND / 2).await;
        assert_eq!(store.0.renewals.load(Ordering::SeqCst), 1);
        match aborts {
            true => running.abort(),
            false => assert_eq!(running.await.unwrap(), 500),
        }
        timeout(10 * SECOND, first.guard.settled()).await.unwrap();
        assert_eq!(second.probe("{}").await, 500, "released: {aborts}");
        assert_eq!(second.probe("{}").await, 500);
    }
}

#[tokio::test(start_paused = true)]
async fn a_success_is_tried_for_as_long_as_it_would_be_kept() {
    let store = Store::new();
    let first = Replica::new(store.guard().retention(HOUR));
    store.0.is_full.store(true, Ordering::SeqCst);
    assert_eq!(first.deliver("{}", async |_| 200).await, 200);
    assert!(timeout(HOUR - SECOND, first.guard.settled()).await.is_err());
    assert_eq!(first.probe("{}").await, 299);
    timeout(5 * SECOND, first.guard.settled()).await.unwrap();
    let commits = store.0.commits.load(Ordering::SeqCst);
    assert!(commits > 1000, "{commits} attempts");
    sleep(HOUR).await;
    assert_eq!(store.0.commits.load(Ordering::SeqCst), commits);
    // It counts as forgotten, as after the retention.
    assert_eq!(first.probe("{}").await, 500);
}

#[tokio::test(start_paused = true)]
async fn other_deliveries_do_not_make_a_commit_that_fails_be_tried_without_end() {
    let store = Store::new();
    let replica = store.replica();
    store.0.is_full.store(true, Ordering::SeqCst);
    for number in 0..100 {
        assert_eq!(
            replica.deliver(&format!("[{number}]"), async |_| 200).await,
            200
        );
    }
    sleep(10 * SECOND).await;
    let before = store.0.commits.load(Ordering::SeqCst);
    // Each claim is answered, and each commit fails.
    for number in 0..100 {
        assert_eq!(replica.probe(&format!("{{\"n\":{number}}}")).await, 500);
    }
    sleep(SECOND).await;
    let tried = store.0.commits.load(Ordering::SeqCst) - before;
    assert!(tried < 100 * 4, "{tried} attempts within a second");
}

#[tokio::test(start_paused = true)]
async fn settled_waits_for_handlers_and_commits_of_all_clones() {
    let store = Store::slow(SECOND);
    let replica = store.replica();
    timeout(Duration::ZERO, replica.guard.settled())
        .await
        .unwrap();
    let start = Instant::now();
    let one = replica.deliver_for("[1]", 10 * SECOND, 200);
    let other = replica.deliver_for("[2]", 20 * SECOND, 500);
    sleep(2 * SECOND).await;
    let waits: Vec<_> = (0..3)
        .map(|_| tokio::spawn(replica.guard.clone().settled()))
        .collect();
    for wait in waits {
        wait.await.unwrap();
    }
    // A second for the claim, twenty for the handler, one for the release.
    assert_eq!(start.elapsed().as_secs(), 22);
    assert_eq!((one.await.unwrap(), other.await.unwrap()), (200, 500));
}

#[tokio::test(start_paused = true)]
async fn a_handler_that_blocked_is_renewed_as_soon_as_it_waits() {
    let store = Store::new();
    let (first, second) = (store.replica(), store.replica());
    let status = first
        .deliver("{}", async |_| {
            // No other task runs meanwhile.
            tokio::time::advance(2 * LEASE).await;
            tokio::task::yield_now().await;
            sleep(SECOND).await;
            second.probe("{}").await
        })
        .await;
    assert_eq!(status, 409, "the claim was taken back");
}

/// Durations that no clock can represent.
#[tokio::test(start_paused = true)]
async fn the_longest_durations_are_no_error() {
    let longest = Duration::MAX;
    let guard = ReplayGuard::new(MemoryStore::default(), "hooks")
        .lease(longest)
        .renew_for(longest)
        .retention(longest)
        .clock_allowance(longest);
    let replica = Replica::new(guard);
    let slow = replica.deliver_for("[]", SECOND, 200);
    assert_eq!(slow.await.unwrap(), 200);
    assert_eq!(replica.probe("[]").await, 299);
}

/// A tenant whose first look-up hangs is found by the next that starts, and no request
/// waits without end.
#[tokio::test(start_paused = true)]
async fn a_look_up_that_hangs_is_given_up() {
    let asked = Arc::new(AtomicUsize::new(0));
    let count = asked.clone();
    let tenants = Tenants::new(
        Verifier::without_keys(hookward::providers::GITHUB).unwrap(),
        |_: &dyn RequestHead| Some("acme".to_owned()),
        move |_: &str| {
            let hangs = count.fetch_add(1, Ordering::SeqCst) == 0;
            Lookup::later(async move {
                if hangs {
                    std::future::pending::<()>().await;
                }
                Ok(Some(TenantKeys::new("acme", Key::new(SECRET)?)))
            })
        },
    )
    .clock(|| Instant::now().into_std())
    .remember_unknown(Duration::MAX, 10);
    let replica = Replica::with_keys(tenants, Store::new().guard());
    let start = Instant::now();
    let first = replica.deliver_for("[1]", SECOND, 200);
    sleep(9 * SECOND).await;
    let joined = replica.deliver_for("[2]", SECOND, 200);
    sleep(2 * SECOND).await;
    assert_eq!(replica.deliver_for("[3]", SECOND, 200).await.unwrap(), 200);
    assert_eq!(asked.load(Ordering::SeqCst), 2);
    assert_eq!(first.await.unwrap(), 503);
    assert_eq!(start.elapsed().as_secs(), 30);
    assert_eq!(joined.await.unwrap(), 503);
}

/// Whether a task was woken.
#[derive(Default)]
struct Woken(AtomicBool);

impl Woken {
    fn poll<F: Future + Unpin>(self: &Arc<Self>, future: &mut F) -> Poll<F::Output> {
        let waker = Waker::from(self.clone());
        Pin::new(future).poll(&mut Context::from_waker(&waker))
    }
}

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::SeqCst);
    }
}

fn paused() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .unwrap()
}

/// A replica on a store that is away, with a success that was handled in a runtime.
fn unrecorded(worker: &tokio::runtime::Runtime) -> (Store, Replica) {
    let _context = worker.enter();
    let store = Store::new();
    let replica = store.replica();
    worker.block_on(async {
        let running = replica.deliver_for("{}", SECOND, 200);
        sleep(SECOND / 2).await;
        store.go_away(true);
        assert_eq!(running.await.unwrap(), 200);
        sleep(SECOND).await;
    });
    (store, replica)
}

/// A worker of a server, such as actix's, has a runtime that ends before the process does.
#[test]
fn a_success_outlives_the_runtime_that_handled_it() {
    let worker = paused();
    let (store, replica) = unrecorded(&worker);
    let woken = Arc::new(Woken::default());
    let mut settled = replica.guard.settled();
    assert!(woken.poll(&mut settled).is_pending() && !woken.0.load(Ordering::SeqCst));
    drop(worker);
    assert!(woken.0.load(Ordering::SeqCst));
    paused().block_on(async {
        // Copies are still acknowledged.
        assert_eq!(replica.probe("{}").await, 299);
        assert!(timeout(10 * SECOND, &mut settled).await.is_err());
        store.go_away(false);
        timeout(2 * SECOND, settled).await.unwrap();
        assert_eq!(store.replica().probe("{}").await, 299);
    });
}

#[test]
fn the_success_of_a_runtime_that_ended_is_recorded_by_the_next_that_reaches_the_store() {
    let worker = paused();
    let (store, replica) = unrecorded(&worker);
    drop(worker);
    paused().block_on(async {
        assert_eq!(replica.probe("[]").await, 503);
        store.go_away(false);
        assert_eq!(replica.probe("[]").await, 500);
        sleep(2 * SECOND).await;
        assert_eq!(store.replica().probe("{}").await, 299);
    });
}

/// Without a runtime nothing can be recorded; waiting for it costs nothing either.
#[test]
fn without_a_runtime_settled_waits_and_is_not_polled_without_end() {
    let worker = paused();
    let (_store, replica) = unrecorded(&worker);
    drop(worker);
    let woken = Arc::new(Woken::default());
    let mut settled = replica.guard.settled();
    for _ in 0..3 {
        woken.0.store(false, Ordering::SeqCst);
        assert!(woken.poll(&mut settled).is_pending());
    }
    assert!(!woken.0.load(Ordering::SeqCst));
}

#[tokio::test(start_paused = true)]
async fn what_is_to_be_forgotten_is_not_recorded_after_that() {
    let store = Store::new();
    let replica = store.replica();
    let mut key = None;
    store.0.is_full.store(true, Ordering::SeqCst);
    let handler = async |verified: Verified| {
        key = replica.guard.key(&verified);
        200
    };
    assert_eq!(replica.deliver("{}", handler).await, 200);
    assert_eq!(replica.probe("{}").await, 299);
    replica.guard.forget(key.unwrap()).await.unwrap();
    // Handled again, and its success is another one.
    assert_eq!(replica.probe("{}").await, 500);
    store.0.is_full.store(false, Ordering::SeqCst);
    timeout(2 * SECOND, replica.guard.settled()).await.unwrap();
    assert_eq!(store.replica().probe("{}").await, 500);
}

#[tokio::test(start_paused = true)]
async fn a_lost_claim_is_not_renewed_when_its_successor_has_failed() {
    let store = Store::new();
    let (first, second) = (store.replica(), store.replica());
    store.0.renews.store(false, Ordering::SeqCst);
    let late = first.deliver_for("{}", LEASE * 20, 200);
    sleep(LEASE * 2).await;
    let other = second.deliver_for("{}", LEASE, 500);
    sleep(SECOND).await;
    store.0.renews.store(true, Ordering::SeqCst);
    assert_eq!(other.await.unwrap(), 500);
    sleep(LEASE).await;
    let renewals = store.0.renewals.load(Ordering::SeqCst);
    // The provider sends again, and is not told that a handler is at it.
    assert_eq!(second.probe("{}").await, 500);
    sleep(LEASE * 2).await;
    assert_eq!(second.probe("{}").await, 500);
    assert_eq!(store.0.renewals.load(Ordering::SeqCst), renewals);
    assert_eq!(late.await.unwrap(), 200);
    assert_eq!(second.probe("{}").await, 299);
}

#[tokio::test(start_paused = true)]
async fn a_renewal_that_is_on_its_way_holds_nothing_up_but_a_release() {
    for status in [200, 500] {
        // Claims, commits and releases take two seconds, renewals ten more.
        let store = Store::with(2 * SECOND, Some(10 * SECOND));
        let (first, second) = (store.replica(), store.replica());
        let start = Instant::now();
        let running = first.deliver_for("{}", LEASE / 3 + SECOND, status);
        assert_eq!(running.await.unwrap(), status);
        assert_eq!(store.0.renewals.load(Ordering::SeqCst), 1);
        let took = start.elapsed().as_secs();
        // A success is recorded at once; a release would be undone by the renewal.
        assert_eq!(took, if status == 200 { 25 } else { 36 }, "{status}");
        sleep(LEASE / 2).await;
        let expected = if status == 200 { 299 } else { 500 };
        assert_eq!(second.probe("{}").await, expected);
    }
}

#[tokio::test(start_paused = true)]
async fn a_failure_is_recorded_until_its_lease_has_ended() {
    let store = Store::new();
    let replica = store.replica();
    let running = replica.deliver_for("{}", SECOND, 500);
    sleep(SECOND / 2).await;
    store.go_away(true);
    assert_eq!(running.await.unwrap(), 500);
    assert!(
        timeout(LEASE - SECOND, replica.guard.settled())
            .await
            .is_err()
    );
    timeout(5 * SECOND, replica.guard.settled()).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_success_that_is_recorded_late_is_not_kept_longer() {
    let store = Store::new();
    let replica = Replica::new(store.guard().retention(HOUR));
    store.0.is_full.store(true, Ordering::SeqCst);
    assert_eq!(replica.deliver("{}", async |_| 200).await, 200);
    sleep(HOUR / 2).await;
    store.0.is_full.store(false, Ordering::SeqCst);
    timeout(5 * SECOND, replica.guard.settled()).await.unwrap();
    sleep(HOUR / 2 - LEASE).await;
    assert_eq!(store.replica().probe("{}").await, 299);
    sleep(LEASE).await;
    assert_eq!(store.replica().probe("{}").await, 500);
}

#[tokio::test(start_paused = true)]
async fn of_two_successes_the_first_to_be_given_up_does_not_end_the_other() {
    let store = Store::new();
    let guard = store.guard().renew_for(Duration::ZERO).retention(HOUR);
    let replica = Replica::new(guard);
    let one = replica.deliver_for("{}", LEASE * 2, 200);
    sleep(LEASE + SECOND).await;
    // The lease of the first has ended.
    let other = replica.deliver_for("{}", HOUR / 2, 200);
    sleep(SECOND).await;
    store.0.is_full.store(true, Ordering::SeqCst);
    assert_eq!(one.await.unwrap(), 200);
    assert_eq!(other.await.unwrap(), 200);
    sleep(HOUR - LEASE * 2).await;
    assert_eq!(replica.probe("{}").await, 299, "handled an hour ago");
    timeout(3 * LEASE, replica.guard.settled()).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_success_is_recorded_as_soon_as_the_store_answers_anybody() {
    let store = Store::new();
    let replica = store.replica();
    store.0.is_full.store(true, Ordering::SeqCst);
    assert_eq!(replica.deliver("{}", async |_| 200).await, 200);
    sleep(10 * SECOND).await;
    // Just after an attempt, which is followed by the longest pause.
    let commits = || store.0.commits.load(Ordering::SeqCst);
    let before = commits();
    while commits() == before {
        sleep(SECOND / 100).await;
    }
    sleep(SECOND / 10).await;
    store.0.is_full.store(false, Ordering::SeqCst);
    assert_eq!(replica.probe("{ }").await, 500);
    timeout(SECOND / 20, replica.guard.settled()).await.unwrap();
    assert_eq!(store.replica().probe("{}").await, 299);
}

#[tokio::test(start_paused = true)]
async fn commits_that_are_repeated_are_bounded() {
    const MOST: usize = 10_000;
    let store = Store::new();
    let replica = store.replica();
    store.0.is_full.store(true, Ordering::SeqCst);
    for number in 0..=MOST {
        let body = number.to_string();
        assert_eq!(replica.deliver(&body, async |_| 200).await, 200);
    }
    // The last is given up: its claim ends with its lease.
    assert_eq!(replica.probe(&(MOST - 1).to_string()).await, 299);
    assert_eq!(replica.probe(&MOST.to_string()).await, 409);
}

/// Deliveries that the previous release identified by their content have two keys.
#[tokio::test(start_paused = true)]
async fn both_keys_of_an_upgrade_are_renewed_committed_and_released() {
    static BEFORE: Replay = Replay::by(ReplayBy::Content);
    let store = Store::new();
    let id = Location::Json("/id".into());
    let before = Scheme::hmac("hooks", Digest::Sha256)
        .header("x-hub-signature-256")
        .format("sha256={signature}")
        .replay_by(ReplayBy::Content);
    let upgraded = before
        .clone()
        .event_id_at(id)
        .replay_by(ReplayBy::Id)
        .replay_before(&BEFORE);
    let of =
        |scheme| Replica::with_keys(Verifier::new(scheme, key(SECRET)).unwrap(), store.guard());
    let old = of(before);
    let (new, other) = (of(upgraded.clone()), of(upgraded));
    for (number, failing) in [(1, 0), (2, 1), (3, 0), (4, 1)] {
        for status in [200, 500] {
            let body = format!(r#"{{"id":"{number}-{status}"}}"#);
            let running = new.deliver_for(&body, LEASE * 3, status);
            for _ in 0..5 {
                sleep(LEASE / 2).await;
                assert_eq!(old.probe(&body).await, 409, "{body}");
                assert_eq!(other.probe(&body).await, 409, "{body}");
            }
            // One of the two is not recorded at once.
            store.0.failing.store(failing, Ordering::SeqCst);
            assert_eq!(running.await.unwrap(), status);
            timeout(2 * SECOND, new.guard.settled()).await.unwrap();
            store.0.failing.store(0, Ordering::SeqCst);
            let expected = if status == 200 { 299 } else { 500 };
            assert_eq!(old.probe(&body).await, expected, "{body}");
            assert_eq!(other.probe(&body).await, expected, "{body}");
        }
    }
    // One of the two is lost: that is as if both were.
    let body = r#"{"id":"lost"}"#;
    let running = new.deliver_for(body, LEASE * 20, 200);
    sleep(SECOND).await;
    store.0.renews.store(false, Ordering::SeqCst);
    sleep(LEASE).await;
    let held = old.deliver_for(body, LEASE * 4, 500);
    sleep(SECOND).await;
    store.0.renews.store(true, Ordering::SeqCst);
    sleep(LEASE).await;
    let renewals = |store: &Store| store.0.renewals.load(Ordering::SeqCst);
    let before = renewals(&store);
    held.abort();
    sleep(LEASE * 2).await;
    assert_eq!(renewals(&store), before, "a claim that was lost is renewed");
    assert_eq!(running.await.unwrap(), 200);
    assert_eq!(old.probe(body).await, 299);
}

/// A body in pieces of this length, one a second.
struct Paced {
    piece: usize,
    left: usize,
    next: Pin<Box<tokio::time::Sleep>>,
}

impl Paced {
    fn new(piece: usize, left: usize) -> Self {
        let next = Box::pin(sleep(SECOND));
        Self { piece, left, next }
    }
}

impl Incoming for Paced {
    fn poll_data(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Result<Option<Bytes>, Unreadable>> {
        if self.left == 0 {
            return Poll::Ready(Ok(None));
        }
        std::task::ready!(self.next.as_mut().poll(cx));
        self.next = Box::pin(sleep(SECOND));
        self.left -= 1;
        Poll::Ready(Ok(Some(vec![b'7'; self.piece].into())))
    }
}

#[tokio::test(start_paused = true)]
async fn a_sender_is_slow_by_what_it_has_sent_in_all() {
    // There is room for nobody who is slow.
    for (piece, expected) in [(16 * 1024, 200), (20_000, 200), (10_000, 503), (100, 503)] {
        let endpoint = Endpoint::new(github()).waiting_bodies(WaitingBodies::at_most(0));
        let whole = vec![b'7'; piece * 20];
        let head = http::Request::post("/hooks")
            .header("x-hub-signature-256", signature(SECRET, &whole))
            .body(())
            .unwrap();
        let head: Parts = head.into_parts().0;
        let mut exchange = Exchange::new(Arc::new(endpoint), Runtime::tokio(), &head);
        // The first piece comes before its second has passed.
        let mut body = Paced::new(piece, 20);
        body.next = Box::pin(sleep(SECOND / 2));
        let admitted = exchange.admit(&head, None, &mut body).await;
        let status = match admitted {
            Admitted::Handle(_) => 200,
            Admitted::Answer(answer) => answer.status().as_u16(),
        };
        assert_eq!(status, expected, "{piece} bytes a second");
    }
}

#[tokio::test(start_paused = true)]
async fn a_body_that_has_arrived_is_no_longer_waited_for() {
    let waiting = WaitingBodies::at_most(1);
    let endpoint = Endpoint::new(github())
        .waiting_bodies(waiting.clone())
        .handshake(handshakes::MICROSOFT_GRAPH.hand_through())
        .unwrap();
    let endpoint = Arc::new(endpoint);
    for target in ["/hooks", "/hooks?validationToken=abc"] {
        let head = http::Request::post(target)
            .header("x-hub-signature-256", signature(SECRET, b"777"))
            .body(())
            .unwrap();
        let head: Parts = head.into_parts().0;
        let mut exchange = Exchange::new(endpoint.clone(), Runtime::tokio(), &head);
        let mut body = Paced::new(3, 1);
        let mut admitting = Box::pin(exchange.admit(&head, None, &mut body));
        assert!(timeout(SECOND / 2, &mut admitting).await.is_err());
        assert_eq!(waiting.waiting(), 1, "{target}");
        let admitted = admitting.await;
        assert!(matches!(admitted, Admitted::Handle(_)), "{target}");
        assert_eq!(waiting.waiting(), 0, "{target}: the handler runs");
        drop(exchange);
        assert_eq!(waiting.waiting(), 0, "{target}");
    }
}
