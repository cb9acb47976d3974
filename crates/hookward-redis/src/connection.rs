//! Connection management: one multiplexed connection for all requests, opened on first
//! use and reopened when it breaks or stops responding.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use redis::aio::{ConnectionLike, ConnectionManager, ConnectionManagerConfig};
use redis::{Client, Cmd, RedisError, RedisResult, Script};

/// Why an operation failed.
pub(crate) enum Fault {
    Overdue(Duration),
    Server(RedisError),
}

impl Fault {
    /// Whether the server may have performed the operation nevertheless.
    pub(crate) fn leaves_doubt(&self) -> bool {
        match self {
            Self::Overdue(_) => true,
            Self::Server(error) => error.is_io_error() && !error.is_connection_refusal(),
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Overdue(limit) => write!(f, "Redis did not answer within {limit:?}"),
            Self::Server(error) => write!(f, "Redis: {error}"),
        }
    }
}

type Answer = Pin<Box<dyn Future<Output = RedisResult<i64>> + Send>>;

#[allow(clippy::large_enum_variant)] // one per store
pub(crate) enum Connection {
    /// Created from a URL.
    Managed { client: Client, slot: Mutex<Slot> },
    /// The user's own, which reconnects by itself.
    Given(Box<dyn Fn(Cmd) -> Answer + Send + Sync>),
}

#[derive(Default)]
pub(crate) struct Slot {
    manager: Option<ConnectionManager>,
    /// Counts the managers, so that a late timeout does not discard the successor of the
    /// connection that timed out.
    generation: u64,
}

impl Connection {
    pub(crate) fn managed(client: Client) -> Self {
        Self::Managed {
            client,
            slot: Mutex::default(),
        }
    }

    pub(crate) fn given<C>(connection: C) -> Self
    where
        C: ConnectionLike + Clone + Send + Sync + 'static,
    {
        Self::Given(Box::new(move |command| {
            let mut connection = connection.clone();
            Box::pin(async move { command.query_async(&mut connection).await })
        }))
    }

    /// Runs a script on one key. The limit applies to all of it, including connecting.
    pub(crate) async fn run(
        &self,
        script: &Script,
        source: &str,
        key: &str,
        arguments: &[&str],
        limit: Duration,
    ) -> Result<i64, Fault> {
        let generation = self.generation();
        match tokio::time::timeout(limit, self.attempts(script, source, key, arguments, limit))
            .await
        {
            Ok(answer) => answer.map_err(Fault::Server),
            Err(_) => {
                self.give_up(generation);
                Err(Fault::Overdue(limit))
            }
        }
    }

    /// Retries once if the connection broke: the scripts are idempotent.
    async fn attempts(
        &self,
        script: &Script,
        source: &str,
        key: &str,
        arguments: &[&str],
        limit: Duration,
    ) -> RedisResult<i64> {
        match self.attempt(script, source, key, arguments, limit).await {
            Err(error) if error.is_io_error() && !error.is_timeout() => {
                self.attempt(script, source, key, arguments, limit).await
            }
            answer => answer,
        }
    }

    async fn attempt(
        &self,
        script: &Script,
        source: &str,
        key: &str,
        arguments: &[&str],
        limit: Duration,
    ) -> RedisResult<i64> {
        let command = |name, text| {
            let mut command = redis::cmd(name);
            command.arg(text).arg(1).arg(key).arg(arguments);
            command
        };
        let known = command("EVALSHA", script.get_hash());
        match self.send(known, limit).await {
            // The first call on this server, or after its restart.
            Err(error) if error.code() == Some("NOSCRIPT") => {
                self.send(command("EVAL", source), limit).await
            }
            answer => answer,
        }
    }

    async fn send(&self, command: Cmd, limit: Duration) -> RedisResult<i64> {
        match self {
            Self::Given(send) => send(command).await,
            Self::Managed { client, slot } => {
                let mut manager = manager(client, slot, limit)?;
                command.query_async(&mut manager).await
            }
        }
    }

    fn generation(&self) -> u64 {
        match self {
            Self::Managed { slot, .. } => lock(slot).generation,
            Self::Given(_) => 0,
        }
    }

    /// A connection that stopped responding may stay so for as long as TCP retransmits;
    /// the next operation uses a new one.
    fn give_up(&self, generation: u64) {
        if let Self::Managed { slot, .. } = self {
            let mut slot = lock(slot);
            if slot.generation == generation {
                slot.manager = None;
                slot.generation += 1;
            }
        }
    }
}

fn manager(client: &Client, slot: &Mutex<Slot>, limit: Duration) -> RedisResult<ConnectionManager> {
    let mut slot = lock(slot);
    if let Some(manager) = &slot.manager {
        return Ok(manager.clone());
    }
    let config = ConnectionManagerConfig::new()
        .set_connection_timeout(Some(limit))
        // The limit of the whole operation covers this.
        .set_response_timeout(None)
        .set_min_delay(Duration::from_millis(50))
        .set_max_delay(Duration::from_millis(200))
        .set_number_of_retries(1)
        .set_pipeline_buffer_size(1024);
    let manager = ConnectionManager::new_lazy_with_config(client.clone(), config)?;
    slot.manager = Some(manager.clone());
    Ok(manager)
}

/// A panic while the lock was held leaves the slot consistent.
fn lock(slot: &Mutex<Slot>) -> std::sync::MutexGuard<'_, Slot> {
    slot.lock().unwrap_or_else(PoisonError::into_inner)
}
