//! Connection management: one multiplexed connection for all requests, opened on first
//! use and reopened when it breaks or stops responding.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use redis::aio::{ConnectionLike, ConnectionManager, ConnectionManagerConfig};
use redis::{Client, Cmd, RedisResult};
use tokio::time::{Instant, timeout_at};

use crate::fault::Fault;
use crate::script::Source;

/// The first pause before a retry, and the longest: each is twice the one before.
const FIRST_PAUSE: Duration = Duration::from_millis(2);
const LONGEST_PAUSE: Duration = Duration::from_millis(200);

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
    /// What may pass within it is retried: the scripts are idempotent.
    pub(crate) async fn run(
        &self,
        script: &Source,
        key: &str,
        arguments: &[&str],
        limit: Duration,
    ) -> Result<i64, Fault> {
        let end = Instant::now() + limit;
        let mut pause = Duration::ZERO;
        let mut last: Option<Fault> = None;
        loop {
            let generation = self.generation();
            let attempt = self.attempt(script, key, arguments, limit);
            let fault = match timeout_at(end, attempt).await {
                Ok(Ok(answer)) => return Ok(answer),
                Ok(Err(error)) => Fault::Server(error),
                Err(_) => {
                    self.give_up(generation);
                    // What prevented an answer before says more.
                    let fault = last.unwrap_or(Fault::Overdue(limit));
                    return Err(Fault::InDoubt(Box::new(fault)));
                }
            };
            if fault.is_read_only() {
                self.give_up(generation);
            }
            let in_doubt = last.is_some_and(|last| last.leaves_doubt());
            let passes = fault.may_pass() && Instant::now() + pause < end;
            let fault = match in_doubt && !fault.leaves_doubt() {
                true => Fault::InDoubt(Box::new(fault)),
                false => fault,
            };
            if !passes {
                return Err(fault);
            }
            last = Some(fault);
            // A connection that broke while it was idle is replaced without a pause.
            tokio::time::sleep(pause).await;
            pause = (pause * 2).clamp(FIRST_PAUSE, LONGEST_PAUSE);
        }
    }

    async fn attempt(
        &self,
        script: &Source,
        key: &str,
        arguments: &[&str],
        limit: Duration,
    ) -> RedisResult<i64> {
        let command = |name, text: &str| {
            let mut command = redis::cmd(name);
            command.arg(text).arg(1).arg(key).arg(arguments);
            command
        };
        loop {
            let text = script.text();
            match self.send(command("EVALSHA", &text.hash), limit).await {
                // The first call on this server, or after its restart.
                Err(error) if error.code() == Some("NOSCRIPT") => {}
                answer => return answer,
            }
            match self.send(command("EVAL", &text.text), limit).await {
                Err(error)
                    if error.to_string().contains("compiling script") && script.without_flags() => {
                }
                answer => return answer,
            }
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
