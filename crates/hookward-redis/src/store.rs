use std::fmt;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use hookward_replay::{
    Claim, ClaimToken, Renewal, ReplayKey, ReplayStore, StoreError, StoreFuture,
};
use redis::aio::ConnectionLike;
use redis::{Client, Script};
use tokio::runtime::Handle;
use tokio::sync::oneshot;

use crate::connection::{Connection, Fault};
use crate::script::{CLAIM, COMMIT, DONE, FORGET, FRESH, HELD, RELEASE, RENEW};

/// The longest duration sent to the server, about 35 years: it rejects durations beyond
/// its range.
const LONGEST_MILLIS: u64 = 1 << 40;

/// A [`ReplayStore`] on Redis or Valkey, for a receiver that runs as several
/// processes.
///
/// Creating the store does not connect: the first claim does, and so does the first one
/// after an outage. During an outage, every claim is an error within the
/// [`timeout`](Self::timeout), and the request is answered with 503. Requires a Tokio
/// runtime, which the adapters run in.
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
/// and they are answered with 503.
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
    claim: Script,
    renew: Script,
    commit: Script,
    release: Script,
    forget: Script,
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

    /// Creates a store on an existing connection, for instance to a cluster or through
    /// Sentinel. It must reconnect by itself.
    #[must_use]
    pub fn from_connection<C>(connection: C) -> Self
    where
        C: ConnectionLike + Clone + Send + Sync + 'static,
    {
        Self::on(Connection::given(connection))
    }

    fn on(connection: Connection) -> Self {
        Self {
            shared: Arc::new(Shared {
                connection,
                claim: Script::new(CLAIM),
                renew: Script::new(RENEW),
                commit: Script::new(COMMIT),
                release: Script::new(RELEASE),
                forget: Script::new(FORGET),
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
    /// by default.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    fn key(&self, key: ReplayKey) -> String {
        format!("{}{}", self.prefix, hex::encode(key.as_bytes()))
    }

    async fn run_claim(
        &self,
        key: ReplayKey,
        token: ClaimToken,
        lease: Duration,
    ) -> Result<Claim, Fault> {
        let (token_text, lease) = (text(token), millis(lease));
        let answer = self
            .run(&self.shared.claim, CLAIM, key, &[&token_text, &lease])
            .await?;
        Ok(match answer {
            FRESH => Claim::Fresh(token),
            DONE => Claim::Done,
            left => Claim::InProgress(Duration::from_millis(u64::try_from(left).unwrap_or(0))),
        })
    }

    async fn run_release(&self, key: ReplayKey, token: ClaimToken) -> Result<(), Fault> {
        self.run(&self.shared.release, RELEASE, key, &[&text(token)])
            .await
            .map(drop)
    }

    async fn run(
        &self,
        script: &Script,
        source: &str,
        key: ReplayKey,
        arguments: &[&str],
    ) -> Result<i64, Fault> {
        let key = self.key(key);
        self.shared
            .connection
            .run(script, source, &key, arguments, self.timeout)
            .await
    }
}

impl ReplayStore for RedisStore {
    fn claim(&self, key: ReplayKey, lease: Duration) -> StoreFuture<'static, Claim> {
        let store = self.clone();
        StoreFuture::later(async move {
            let runtime = runtime()?;
            let token = fresh_token()?;
            let (tell, told) = oneshot::channel();
            runtime.spawn(async move {
                let answer = store.run_claim(key, token, lease).await;
                let doubt = answer.as_ref().is_err_and(Fault::leaves_doubt);
                let fresh = matches!(answer, Ok(Claim::Fresh(_)));
                let gone = tell.send(answer.map_err(public)).is_err();
                if doubt || (fresh && gone) {
                    let _ = store.run_release(key, token).await;
                }
            });
            told.await.unwrap_or_else(|_| Err(cut_off()))
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
            let answer = store
                .run(&store.shared.renew, RENEW, key, &arguments)
                .await?;
            Ok(match answer {
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
            store
                .run(&store.shared.commit, COMMIT, key, &[&millis(keep)])
                .await
                .map(drop)
        })
    }

    fn release(&self, key: ReplayKey, token: ClaimToken) -> StoreFuture<'static, ()> {
        let store = self.clone();
        to_the_end(async move { store.run_release(key, token).await })
    }

    fn forget(&self, key: ReplayKey) -> StoreFuture<'static, ()> {
        let store = self.clone();
        to_the_end(async move {
            store
                .run(&store.shared.forget, FORGET, key, &[])
                .await
                .map(drop)
        })
    }
}

/// Runs an operation to completion even if the request that started it is dropped.
fn to_the_end<T: Send + 'static>(
    step: impl Future<Output = Result<T, Fault>> + Send + 'static,
) -> StoreFuture<'static, T> {
    StoreFuture::later(async move {
        match runtime()?.spawn(step).await {
            Ok(answer) => answer.map_err(public),
            Err(_) => Err(cut_off()),
        }
    })
}

fn runtime() -> Result<Handle, StoreError> {
    Handle::try_current().map_err(|_| StoreError::new("the Redis store needs a Tokio runtime"))
}

fn cut_off() -> StoreError {
    StoreError::new("the runtime ended before Redis answered")
}

fn public(fault: Fault) -> StoreError {
    StoreError::new(fault.to_string())
}

/// 64 bits from the operating system's random number generator: unique across replicas
/// without a counter on the server.
fn fresh_token() -> Result<ClaimToken, StoreError> {
    getrandom::u64()
        .map(ClaimToken)
        .map_err(|error| StoreError::new(format!("no random numbers to be had: {error}")))
}

fn text(token: ClaimToken) -> String {
    format!("{:016x}", token.0)
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
