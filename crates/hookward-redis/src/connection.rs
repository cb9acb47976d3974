//! Connection management: one multiplexed connection for all requests, opened on first
//! use and reopened when it breaks or stops responding.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
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
type Sender = Arc<dyn Fn(Cmd) -> Answer + Send + Sync>;
type Connecting = Pin<Box<dyn Future<Output = RedisResult<Sender>> + Send>>;

#[allow(clippy::large_enum_variant)] // one per store
pub(crate) enum Connection {
    /// Created from a URL.
    Managed {
        client: Client,
        slot: Mutex<Slot<ConnectionManager>>,
    },
    /// The user's own, which reconnects by itself.
    Given(Sender),
    /// Made by a function of the user's, again whenever it breaks.
    Made {
        connect: Box<dyn Fn() -> Connecting + Send + Sync>,
        /// Held while connecting, so that concurrent operations share the connection.
        turn: tokio::sync::Mutex<()>,
        slot: Mutex<Slot<Sender>>,
    },
}

pub(crate) struct Slot<C> {
    current: Option<C>,
    /// Counts the connections, so that a late timeout does not discard the successor of
    /// the connection that timed out.
    generation: u64,
}

impl<C> Default for Slot<C> {
    fn default() -> Self {
        Self {
            current: None,
            generation: 0,
        }
    }
}

impl<C> Slot<C> {
    fn give_up(&mut self, generation: u64) {
        if self.generation == generation {
            self.current = None;
            self.generation += 1;
        }
    }
}

fn sender<C>(connection: C) -> Sender
where
    C: ConnectionLike + Clone + Send + Sync + 'static,
{
    Arc::new(move |command| {
        let mut connection = connection.clone();
        Box::pin(async move { command.query_async(&mut connection).await })
    })
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
        Self::Given(sender(connection))
    }

    pub(crate) fn made<C, F>(connect: impl Fn() -> F + Send + Sync + 'static) -> Self
    where
        C: ConnectionLike + Clone + Send + Sync + 'static,
        F: Future<Output = RedisResult<C>> + Send + 'static,
    {
        Self::Made {
            connect: Box::new(move || {
                let connecting = connect();
                Box::pin(async move { connecting.await.map(sender) })
            }),
            turn: tokio::sync::Mutex::default(),
            slot: Mutex::default(),
        }
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
            if fault.is_read_only() || (fault.is_broken() && matches!(self, Self::Made { .. })) {
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
        match self
            .send(command("EVALSHA", &script.last().hash), limit)
            .await
        {
            // The first call on this server, or after its restart, which may have been an
            // upgrade or made another server the primary: the flags are tried again.
            Err(error) if error.code() == Some("NOSCRIPT") => {}
            answer => return answer,
        }
        if let Some(flagged) = &script.flagged {
            match self.send(command("EVAL", &flagged.text), limit).await {
                Err(error) if error.to_string().contains("compiling script") => {}
                answer => {
                    script.ran(false);
                    return answer;
                }
            }
        }
        let answer = self.send(command("EVAL", &script.plain.text), limit).await;
        script.ran(true);
        answer
    }

    async fn send(&self, command: Cmd, limit: Duration) -> RedisResult<i64> {
        match self {
            Self::Given(send) => send(command).await,
            Self::Managed { client, slot } => {
                let mut manager = manager(client, slot, limit)?;
                command.query_async(&mut manager).await
            }
            Self::Made {
                connect,
                turn,
                slot,
            } => {
                let current = lock(slot).current.clone();
                let send = match current {
                    Some(send) => send,
                    None => made(connect, turn, slot).await?,
                };
                send(command).await
            }
        }
    }

    fn generation(&self) -> u64 {
        match self {
            Self::Managed { slot, .. } => lock(slot).generation,
            Self::Given(_) => 0,
            Self::Made { slot, .. } => lock(slot).generation,
        }
    }

    /// A connection that stopped responding may stay so for as long as TCP retransmits;
    /// the next operation uses a new one.
    fn give_up(&self, generation: u64) {
        match self {
            Self::Managed { slot, .. } => lock(slot).give_up(generation),
            Self::Given(_) => {}
            Self::Made { slot, .. } => lock(slot).give_up(generation),
        }
    }
}

async fn made(
    connect: &(dyn Fn() -> Connecting + Send + Sync),
    turn: &tokio::sync::Mutex<()>,
    slot: &Mutex<Slot<Sender>>,
) -> RedisResult<Sender> {
    let _turn = turn.lock().await;
    let current = lock(slot).current.clone();
    if let Some(send) = current {
        return Ok(send);
    }
    let send = connect().await?;
    lock(slot).current = Some(send.clone());
    Ok(send)
}

fn manager(
    client: &Client,
    slot: &Mutex<Slot<ConnectionManager>>,
    limit: Duration,
) -> RedisResult<ConnectionManager> {
    let mut slot = lock(slot);
    if let Some(manager) = &slot.current {
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
    slot.current = Some(manager.clone());
    Ok(manager)
}

/// A panic while the lock was held leaves the slot consistent.
fn lock<C>(slot: &Mutex<Slot<C>>) -> MutexGuard<'_, Slot<C>> {
    slot.lock().unwrap_or_else(PoisonError::into_inner)
}
