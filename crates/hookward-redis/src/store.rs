use std::fmt::{self, Write as _};
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use hookward_replay::{
    Claim, ClaimToken, Renewal, ReplayKey, ReplayStore, StoreError, StoreFuture,
};
use redis::aio::ConnectionLike;
use redis::{Client, RedisResult};
use tokio::runtime::Handle;

use crate::connection::Connection;
use crate::fault::Fault;
use crate::script::{DONE, HELD, Scripts, Source};

/// The longest duration sent to the server, about 35 years: it rejects durations beyond
/// its range.
const LONGEST_MILLIS: u64 = 1 << 40;

/// The longest timeout of an operation, about 24 days.
const LONGEST_TIMEOUT: Duration = Duration::from_millis(i32::MAX.unsigned_abs() as u64);

/// How long [`RedisStore::ready`] waits between two attempts.
const READY_PAUSE: Duration = Duration::from_millis(250);

/// A [`ReplayStore`] on Redis or Valkey, for a receiver that runs as several
/// processes.
///
/// Creating the store does not connect: the first claim does, and so does the first one
/// after an outage; [`ready`](Self::ready) waits for the server. During an outage, every
/// claim is an error within the [`timeout`](Self::timeout), and the request is answered
/// with 503. Requires a Tokio runtime, which the adapters run in, and Redis 5 or Valkey.
///
/// # Tokens
///
/// The token of a claim is the server's time in microseconds since 1970, so a later claim
/// of a key has a larger one: it is a fencing token. A server whose clock is set back, or
/// a promoted replica whose clock is behind, can break the order.
///
/// # Security
///
/// *Lost writes.* The store remembers what the server remembers. A server without
/// persistence forgets everything when it restarts, one with `appendfsync everysec` the
/// last second; a promoted replica forgets what had not been replicated. A forgotten
/// delivery can be handled again, as long as its signed timestamp is within the window.
/// If that is not acceptable, use `appendonly yes` with `appendfsync always`, or the
/// Postgres store.
///
/// *Eviction.* The server must use `maxmemory-policy noeviction`, its default. With any
/// other policy it evicts live claims when memory runs low, and an attacker who can cause
/// many deliveries can force that. With `noeviction` a full server rejects new claims,
/// and they are answered with 503; from Redis 7 on, claims that were made before can still
/// be renewed, committed and released.
///
/// *Clocks.* All times are relative and measured by the server. The replicas' clocks do
/// not matter; a server whose clock jumps forward forgets early.
///
/// *Ambiguous results.* A claim whose reply is lost is released in the background; if
/// that fails too, its lease expires.
///
/// # Memory
///
/// About 170 bytes per entry on the server with the default prefix, measured with Redis
/// 7.0; one entry per delivery until its window or retention ends. Rejected and forged
/// requests leave none.
#[derive(Clone)]
pub struct RedisStore {
    shared: Arc<Shared>,
    prefix: Arc<str>,
    timeout: Duration,
}

struct Shared {
    connection: Connection,
    scripts: Scripts,
}

impl fmt::Debug for RedisStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RedisStore")
            .field("prefix", &self.prefix)
            .field("timeout", &self.timeout)
            .finish_non_exhaustive()
    }
}

impl RedisStore {
    /// Creates a store for the server at a URL:
    /// `redis://[user:password@]host[:port][/db]`, `rediss://…` with one of the TLS
    /// features, or `unix:///path`.
    ///
    /// # Errors
    /// The URL does not parse, or requires TLS without the feature.
    pub fn open(url: &str) -> Result<Self, StoreError> {
        // The error's detail could contain the URL, and with it the password.
        let client = Client::open(url).map_err(|error| {
            StoreError::new(format!(
                "not a Redis URL that can be used ({}): write redis://host:port, \
                 or rediss://host:port with feature tls-rustls",
                error.category()
            ))
        })?;
        Ok(Self::on(Connection::managed(client)))
    }

    /// Creates a store on an existing connection, which must reconnect by itself: that of a
    /// cluster.
    ///
    /// The store keeps it for as long as it lives. A `ConnectionManager` does not reconnect
    /// when its server stops answering, nor when it has become a replica that only reads:
    /// for a single server, use [`open`](Self::open) or
    /// [`from_connector`](Self::from_connector).
    ///
    /// ```no_run
    /// # use hookward::redis::RedisStore;
    /// // With feature `cluster-async` of the crate `redis`.
    /// # async fn example() -> redis::RedisResult<()> {
    /// use redis::cluster::ClusterClient;
    ///
    /// let client = ClusterClient::new(["redis://10.0.0.1:6379", "redis://10.0.0.2:6379"])?;
    /// let store = RedisStore::from_connection(client.get_async_connection().await?);
    /// # let _ = store;
    /// # Ok(()) }
    /// ```
    #[must_use]
    pub fn from_connection<C>(connection: C) -> Self
    where
        C: ConnectionLike + Clone + Send + Sync + 'static,
    {
        Self::on(Connection::given(connection))
    }

    /// Creates a store that connects by this function: on first use, and again whenever the
    /// connection breaks, does not answer within the [`timeout`](Self::timeout), or reaches a
    /// server that only reads. Through Sentinel it finds the new primary after a failover:
    ///
    /// ```no_run
    /// # use hookward::redis::RedisStore;
    /// // With feature `sentinel` of the crate `redis`.
    /// # fn example() -> redis::RedisResult<()> {
    /// use std::sync::Arc;
    ///
    /// use redis::sentinel::{SentinelClient, SentinelServerType};
    /// use tokio::sync::Mutex;
    ///
    /// let sentinels = vec!["redis://10.0.0.1:26379", "redis://10.0.0.2:26379"];
    /// let master = SentinelServerType::Master;
    /// let client = SentinelClient::build(sentinels, "mymaster".to_owned(), None, master)?;
    /// let client = Arc::new(Mutex::new(client));
    /// let store = RedisStore::from_connector(move || {
    ///     let client = client.clone();
    ///     async move { client.lock().await.get_async_connection().await }
    /// });
    /// # let _ = store;
    /// # Ok(()) }
    /// ```
    ///
    /// Over TLS, with certificates of your own:
    ///
    /// ```no_run
    /// # use hookward::redis::RedisStore;
    /// // With feature `tokio-rustls-comp` of the crate `redis`.
    /// # fn example(authority: Vec<u8>) -> redis::RedisResult<()> {
    /// use redis::{Client, TlsCertificates};
    ///
    /// let certificates = TlsCertificates { client_tls: None, root_cert: Some(authority) };
    /// let client = Client::build_with_tls("rediss://10.0.0.1:6379", certificates)?;
    /// let store = RedisStore::from_connector(move || {
    ///     let client = client.clone();
    ///     async move { client.get_multiplexed_async_connection().await }
    /// });
    /// # let _ = store;
    /// # Ok(()) }
    /// ```
    #[must_use]
    pub fn from_connector<C, F>(connect: impl Fn() -> F + Send + Sync + 'static) -> Self
    where
        C: ConnectionLike + Clone + Send + Sync + 'static,
        F: Future<Output = RedisResult<C>> + Send + 'static,
    {
        Self::on(Connection::made(connect))
    }

    fn on(connection: Connection) -> Self {
        Self {
            shared: Arc::new(Shared {
                connection,
                scripts: Scripts::default(),
            }),
            prefix: Arc::from("hookward:"),
            timeout: Duration::from_secs(2),
        }
    }

    /// The prefix of every key; `hookward:` by default. All replicas of a receiver must
    /// use the same.
    #[must_use]
    pub fn prefix(mut self, prefix: impl Into<Arc<str>>) -> Self {
        self.prefix = prefix.into();
        self
    }

    /// How long an operation may take, including connecting, before it fails; two seconds
    /// by default, and at most 24 days.
    ///
    /// What may pass within that time is retried: a refused or broken connection, a server
    /// that loads its data or has no connection left, one that only reads, a cluster
    /// without a primary.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        // Beyond the range of a clock, the end of an operation could not be computed.
        self.timeout = timeout.min(LONGEST_TIMEOUT);
        self
    }

    /// Waits until the store can be used: the server answers, and can be written to. What
    /// may pass is retried until this time has passed; with [`Duration::ZERO`] it is tried
    /// once, within the [`timeout`](Self::timeout).
    ///
    /// A receiver need not call it: without, it starts, and answers 503 until the store can
    /// be used.
    ///
    /// # Errors
    /// The last attempt's. What does not pass by itself, such as a wrong password, is not
    /// waited for.
    pub async fn ready(&self, within: Duration) -> Result<(), StoreError> {
        let begin = Instant::now();
        loop {
            let fault = match self.probe().await {
                Ok(()) => return Ok(()),
                Err(fault) => fault,
            };
            let passes = fault.may_pass() || fault.is_overdue();
            if !passes || begin.elapsed() + READY_PAUSE >= within {
                return Err(public(fault));
            }
            tokio::time::sleep(READY_PAUSE).await;
        }
    }

    /// Claims a key that no delivery has, and forgets it.
    async fn probe(&self) -> Result<(), Fault> {
        let key = ReplayKey::from_bytes(*b"hookward is here");
        let scripts = &self.shared.scripts;
        let (attempt, lease) = ("0".repeat(16), millis(Duration::ZERO));
        self.run(&scripts.claim, key, &[&attempt, &lease]).await?;
        self.run(&scripts.forget, key, &[]).await.map(drop)
    }

    async fn run_claim(
        &self,
        key: ReplayKey,
        attempt: &str,
        lease: Duration,
    ) -> Result<Claim, Fault> {
        let claim = &self.shared.scripts.claim;
        let answer = self.run(claim, key, &[attempt, &millis(lease)]).await?;
        Ok(match u64::try_from(answer) {
            Ok(token) => Claim::Fresh(ClaimToken(token)),
            Err(_) if answer == DONE => Claim::Done,
            Err(_) => Claim::InProgress(Duration::from_millis((answer + 2).unsigned_abs())),
        })
    }

    async fn run_release(&self, key: ReplayKey, token: ClaimToken) -> Result<(), Fault> {
        let release = &self.shared.scripts.release;
        self.run(release, key, &[&text(token)]).await.map(drop)
    }

    async fn run(&self, script: &Source, key: ReplayKey, arguments: &[&str]) -> Result<i64, Fault> {
        let mut text = String::with_capacity(self.prefix.len() + 32);
        // Writing to a string cannot fail.
        let _ = write!(text, "{}{key}", self.prefix);
        let connection = &self.shared.connection;
        connection.run(script, &text, arguments, self.timeout).await
    }
}

impl ReplayStore for RedisStore {
    fn claim(&self, key: ReplayKey, lease: Duration) -> StoreFuture<'static, Claim> {
        let store = self.clone();
        StoreFuture::later(async move {
            let (runtime, attempt) = (runtime()?, attempt()?);
            let withdrawing = store.clone();
            let claim = async move {
                let answer = store.run_claim(key, &attempt, lease).await;
                if answer.as_ref().is_err_and(Fault::leaves_doubt) {
                    // If this fails too, the lease ends the claim.
                    tokio::spawn(async move {
                        let withdraw = &store.shared.scripts.withdraw;
                        let _ = store.run(withdraw, key, &[&attempt]).await;
                    });
                }
                answer
            };
            let rest = move |claim: Pin<Box<_>>, runtime: &Handle| {
                runtime.spawn(async move {
                    if let Ok(Claim::Fresh(token)) = claim.await {
                        let _ = withdrawing.run_release(key, token).await;
                    }
                });
            };
            ToTheEnd::new(claim, runtime, rest).await.map_err(public)
        })
    }

    fn renew(
        &self,
        key: ReplayKey,
        token: ClaimToken,
        lease: Duration,
    ) -> StoreFuture<'static, Renewal> {
        let store = self.clone();
        to_the_end(async move {
            let arguments = [&*text(token), &*millis(lease)];
            let renew = &store.shared.scripts.renew;
            Ok(match store.run(renew, key, &arguments).await? {
                HELD => Renewal::Held,
                _ => Renewal::Lost,
            })
        })
    }

    fn commit(
        &self,
        key: ReplayKey,
        _token: ClaimToken,
        keep: Duration,
    ) -> StoreFuture<'static, ()> {
        let store = self.clone();
        to_the_end(async move {
            let commit = &store.shared.scripts.commit;
            store.run(commit, key, &[&millis(keep)]).await.map(drop)
        })
    }

    fn release(&self, key: ReplayKey, token: ClaimToken) -> StoreFuture<'static, ()> {
        let store = self.clone();
        to_the_end(async move { store.run_release(key, token).await })
    }

    fn forget(&self, key: ReplayKey) -> StoreFuture<'static, ()> {
        let store = self.clone();
        to_the_end(async move {
            let forget = &store.shared.scripts.forget;
            store.run(forget, key, &[]).await.map(drop)
        })
    }
}

/// Runs an operation to completion even if the request that started it is dropped.
fn to_the_end<T: Send + 'static>(
    step: impl Future<Output = Result<T, Fault>> + Send + 'static,
) -> StoreFuture<'static, T> {
    StoreFuture::later(async move {
        let rest = |step: Pin<Box<_>>, runtime: &Handle| drop(runtime.spawn(step));
        ToTheEnd::new(step, runtime()?, rest).await.map_err(public)
    })
}

/// A future that dropping it does not cancel: `rest` gets what is left of it.
struct ToTheEnd<F, R: FnOnce(Pin<Box<F>>, &Handle)> {
    step: Option<(Pin<Box<F>>, R)>,
    runtime: Handle,
}

impl<F, R: FnOnce(Pin<Box<F>>, &Handle)> ToTheEnd<F, R> {
    fn new(step: F, runtime: Handle, rest: R) -> Self {
        Self {
            step: Some((Box::pin(step), rest)),
            runtime,
        }
    }
}

// The future in it is boxed.
impl<F, R: FnOnce(Pin<Box<F>>, &Handle)> Unpin for ToTheEnd<F, R> {}

impl<T, F, R> Future for ToTheEnd<F, R>
where
    F: Future<Output = Result<T, Fault>>,
    R: FnOnce(Pin<Box<F>>, &Handle),
{
    type Output = Result<T, Fault>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let Some((step, _)) = &mut self.step else {
            return Poll::Pending; // it has been polled to completion
        };
        let polled = step.as_mut().poll(cx);
        if polled.is_ready() {
            self.step = None;
        }
        polled
    }
}

impl<F, R: FnOnce(Pin<Box<F>>, &Handle)> Drop for ToTheEnd<F, R> {
    fn drop(&mut self) {
        if let Some((step, rest)) = self.step.take() {
            rest(step, &self.runtime);
        }
    }
}

fn runtime() -> Result<Handle, StoreError> {
    Handle::try_current().map_err(|_| StoreError::new("the Redis store needs a Tokio runtime"))
}

fn public(fault: Fault) -> StoreError {
    StoreError::new(fault.to_string())
}

/// 64 bits from the operating system's random number generator, by which a claim that is
/// sent twice recognizes itself.
fn attempt() -> Result<String, StoreError> {
    getrandom::u64()
        .map(|number| format!("{number:016x}"))
        .map_err(|error| StoreError::new(format!("no random numbers to be had: {error}")))
}

fn text(token: ClaimToken) -> String {
    token.0.to_string()
}

/// At least one: the server rejects an expiry of zero.
fn millis(duration: Duration) -> String {
    u64::try_from(duration.as_millis())
        .unwrap_or(LONGEST_MILLIS)
        .clamp(1, LONGEST_MILLIS)
        .to_string()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_password_appears_in_no_message() {
        for url in [
            "redis://user:hunter2@host:notaport",
            "nonsense://user:hunter2@host",
        ] {
            let error = RedisStore::open(url).unwrap_err();
            assert!(!error.to_string().contains("hunter2"), "{error}");
        }
        let store = RedisStore::open("redis://user:hunter2@host").unwrap();
        assert!(!format!("{store:?}").contains("hunter2"));
    }

    #[test]
    fn times_stay_in_the_servers_range() {
        assert_eq!(millis(Duration::ZERO), "1");
        assert_eq!(millis(Duration::MAX), LONGEST_MILLIS.to_string());
    }

    #[test]
    fn without_a_runtime_it_is_an_error_and_no_panic() {
        let store = RedisStore::open("redis://127.0.0.1:1").unwrap();
        let mut claim = store.claim(ReplayKey::from_bytes([0; 16]), Duration::from_secs(1));
        let mut context = std::task::Context::from_waker(std::task::Waker::noop());
        let answer = std::pin::Pin::new(&mut claim).poll(&mut context);
        assert!(matches!(answer, std::task::Poll::Ready(Err(_))));
    }
}
