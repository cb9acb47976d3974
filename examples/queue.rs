//! Acknowledge first: a delivery is stored, answered 2xx, and worked on later.
//!
//! ```sh
//! DATABASE_URL=postgres://user@localhost/db \
//!     cargo run -p hookward-examples --example queue --features postgres
//! ```
//!
//! The receiver stores each verified delivery and its claim in one transaction
//! and answers at once. Workers take deliveries with `FOR UPDATE SKIP LOCKED`,
//! the way job queues on Postgres do, and delete them in the transaction of
//! their work: killed at any point, the process loses nothing and does no work
//! twice. For retries with delays, priorities and a dashboard, put a job engine
//! such as apalis in place of the table; the receiving side stays the same.
//! Settings: `ADDR`, `GITHUB_WEBHOOK_SECRET`, `HANDLER_DELAY_MS` for slow work.

#![forbid(unsafe_code)]

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::StatusCode;
use axum::routing::{get, post};
use hookward::axum::Verified;
use hookward::postgres::deadpool_postgres::{Manager, Pool};
use hookward::postgres::tokio_postgres::{self, NoTls};
use hookward::postgres::{ClaimIn, PostgresStore};
use hookward::tower::VerifyLayer;
use hookward::{Endpoint, ReplayGuard};
use hookward_examples::{address, handler_delay, listen, note, print_route, routes, serve};
use tokio::sync::Notify;

const SCHEMA: &str = "
    CREATE TABLE IF NOT EXISTS hookward_example_queue (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        event_id text,
        body bytea NOT NULL
    );
    CREATE TABLE IF NOT EXISTS hookward_example_done (event_id text, bytes bigint NOT NULL)";

type Failure = Box<dyn Error + Send + Sync>;

struct Queue {
    pool: Pool,
    store: PostgresStore,
    /// Not mounted on the route: it only names keys and how long they are kept.
    guard: ReplayGuard,
    /// Wakes a worker before its next look at the table.
    arrived: Notify,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let url = std::env::var("DATABASE_URL")
        .map_err(|_| "DATABASE_URL is not set: postgres://user@localhost/db")?;
    let pool =
        Pool::builder(Manager::new(url.parse::<tokio_postgres::Config>()?, NoTls)).build()?;
    let store = PostgresStore::from_pool(pool.clone());
    store.migrate().await?;
    pool.get().await?.batch_execute(SCHEMA).await?;
    let guard = ReplayGuard::new(store.clone(), "github-queue");
    let all = routes();
    let github = all
        .iter()
        .find(|route| route.name == "github")
        .ok_or("no route")?;
    // What tells deliveries apart is computed for the guard, and claimed by the handler.
    let endpoint = Endpoint::new(github.verifier()?).identify_for(&guard)?;
    let queue = Arc::new(Queue {
        pool,
        store,
        guard,
        arrived: Notify::new(),
    });

    let delay = handler_delay()?;
    for _ in 0..2 {
        let queue = queue.clone();
        tokio::spawn(async move { queue.work(delay).await });
    }

    let app = Router::new()
        .route("/webhooks/github", post(on_push))
        .layer(DefaultBodyLimit::disable())
        .layer(VerifyLayer::new(endpoint))
        .route("/done", get(done))
        .with_state(queue);
    let listener = listen(address()).await?;
    print_route(github, &format!("http://{}", listener.local_addr()?))?;
    serve(listener, app).await?;
    Ok(())
}

async fn on_push(State(queue): State<Arc<Queue>>, verified: Verified, body: Bytes) -> StatusCode {
    match queue.put(&verified, &body).await {
        Ok(ClaimIn::Fresh | ClaimIn::Done) => StatusCode::ACCEPTED,
        Ok(ClaimIn::InProgress(_)) => StatusCode::CONFLICT,
        Err(error) => {
            eprintln!("the database failed: {error}");
            StatusCode::SERVICE_UNAVAILABLE
        }
    }
}

async fn done(State(queue): State<Arc<Queue>>) -> Result<String, StatusCode> {
    let count = async {
        let client = queue.pool.get().await?;
        let row = client
            .query_one("SELECT count(*) FROM hookward_example_done", &[])
            .await?;
        Ok::<i64, Failure>(row.get(0))
    };
    count
        .await
        .map(|count| count.to_string())
        .map_err(|_| StatusCode::SERVICE_UNAVAILABLE)
}

impl Queue {
    /// Stores a delivery and its claim, both or neither.
    async fn put(&self, verified: &hookward::Verified, body: &[u8]) -> Result<ClaimIn, Failure> {
        let mut client = self.pool.get().await?;
        let transaction = client.transaction().await?;
        let key = self.guard.key(verified).ok_or("no identity")?;
        let keep = self.guard.keep(verified);
        let claim = self.store.claim_in(&transaction, key, keep).await?;
        if claim == ClaimIn::Fresh {
            transaction
                .execute(
                    "INSERT INTO hookward_example_queue (event_id, body) VALUES ($1, $2)",
                    &[&verified.event_id(), &body],
                )
                .await?;
            transaction.commit().await?;
            self.arrived.notify_one();
        }
        Ok(claim)
    }

    /// Works on deliveries for ever.
    async fn work(&self, delay: Option<Duration>) {
        loop {
            match self.take_one(delay).await {
                Ok(true) => {}
                // Nothing to do, or the database is away: look again when a
                // delivery arrives, and every second for those of others.
                Ok(false) => self.rest().await,
                Err(error) => {
                    eprintln!("the database failed: {error}");
                    self.rest().await;
                }
            }
        }
    }

    async fn rest(&self) {
        let _ = tokio::time::timeout(Duration::from_secs(1), self.arrived.notified()).await;
    }

    /// One delivery: work and removal commit together.
    async fn take_one(&self, delay: Option<Duration>) -> Result<bool, Failure> {
        let mut client = self.pool.get().await?;
        let transaction = client.transaction().await?;
        let row = transaction
            .query_opt(
                "DELETE FROM hookward_example_queue WHERE id = (
                     SELECT id FROM hookward_example_queue
                     ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED
                 ) RETURNING event_id, body",
                &[],
            )
            .await?;
        let Some(row) = row else { return Ok(false) };
        let (event_id, body): (Option<String>, Vec<u8>) = (row.get(0), row.get(1));
        if let Some(delay) = delay {
            tokio::time::sleep(delay).await;
        }
        let bytes = i64::try_from(body.len())?;
        transaction
            .execute(
                "INSERT INTO hookward_example_done VALUES ($1, $2)",
                &[&event_id, &bytes],
            )
            .await?;
        transaction.commit().await?;
        note(format_args!(
            "worked on {}",
            event_id.as_deref().unwrap_or("a delivery").escape_default()
        ));
        Ok(true)
    }
}
