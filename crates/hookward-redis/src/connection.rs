//! One connection for all requests: made when it is first needed, and again
//! when it broke or went silent.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use redis::aio::{ConnectionLike, ConnectionManager, ConnectionManagerConfig};
use redis::{Client, Cmd, RedisError, RedisResult, Script};

/// Why a step has no answer.
pub(crate) enum Fault {
    Overdue(Duration),
    Server(RedisError),
}

impl Fault {
    /// Whether the server may have done the step all the same.
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
    /// Ours, from a URL.
    Managed { client: Client, slot: Mutex<Slot> },
    /// The user's own, which knows itself how to reconnect.
    Given(Box<dyn Fn(Cmd) -> Answer + Send + Sync>),
}

#[derive(Default)]
pub(crate) struct Slot {
    manager: Option<ConnectionManager>,
    /// Counts the managers, so that a late timeout does not throw away the
    /// successor of the connection that it waited for.
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

    /// Runs a script on one key. Everything together, connecting included,
    /// ends within the limit.
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

    /// Once more where the connection broke: the scripts do no harm twice.
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
            // The first time on this server, or after its restart.
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

    /// A connection that went silent may stay so for as long as TCP retries;
    /// the next step gets a new one.
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
        // The limit on the whole step covers this.
        .set_response_timeout(None)
        .set_min_delay(Duration::from_millis(50))
        .set_max_delay(Duration::from_millis(200))
        .set_number_of_retries(1)
        .set_pipeline_buffer_size(1024);
    let manager = ConnectionManager::new_lazy_with_config(client.clone(), config)?;
    slot.manager = Some(manager.clone());
    Ok(manager)
}

/// A panic while the lock was held leaves the slot whole.
fn lock(slot: &Mutex<Slot>) -> std::sync::MutexGuard<'_, Slot> {
    slot.lock().unwrap_or_else(PoisonError::into_inner)
}
