//! Exactly-once effects: the claim and the work commit in one transaction.
//!
//! ```sh
//! DATABASE_URL=postgres://user@localhost/db \
//!     cargo run -p hookward-examples --example transaction --features postgres
//! ```
//!
//! Every genuine delivery adds one to a counter in Postgres, once, whatever
//! happens in between. To see it survive a kill, set `CRASH` to `before-commit`
//! or `after-commit`: the process aborts at that point of its first delivery.
//! Start it again without `CRASH`, send the same delivery again, and look at
//! `/balance`: it is 1 in both cases. Settings: `ADDR`, `STRIPE_WEBHOOK_SECRET`.

#![forbid(unsafe_code)]

use std::error::Error;
use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::{get, post};
use hookward::axum::Verified;
use hookward::postgres::deadpool_postgres::{Manager, Pool};
use hookward::postgres::tokio_postgres::{self, NoTls};
use hookward::postgres::{ClaimIn, PostgresStore};
use hookward::tower::VerifyLayer;
use hookward::{Endpoint, ReplayGuard};
use hookward_examples::{address, listen, print_route, routes, serve};

struct Ledger {
    pool: Pool,
    store: PostgresStore,
    /// Not mounted on the route: it only names keys and how long they are kept.
    guard: ReplayGuard,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let url = std::env::var("DATABASE_URL")
        .map_err(|_| "DATABASE_URL is not set: postgres://user@localhost/db")?;
    let pool =
        Pool::builder(Manager::new(url.parse::<tokio_postgres::Config>()?, NoTls)).build()?;
    let store = PostgresStore::from_pool(pool.clone());
    store.migrate().await?;
    pool.get()
        .await?
        .batch_execute(
            "CREATE TABLE IF NOT EXISTS hookward_example_account (balance bigint NOT NULL);
             INSERT INTO hookward_example_account
             SELECT 0 WHERE NOT EXISTS (SELECT 1 FROM hookward_example_account)",
        )
        .await?;
    let guard = ReplayGuard::new(store.clone(), "stripe-ledger");
    let all = routes();
    let stripe = all
        .iter()
        .find(|route| route.name == "stripe")
        .ok_or("no route")?;
    // What tells deliveries apart is computed for the guard, and claimed by the handler.
    let endpoint = Endpoint::new(stripe.verifier()?).identify_for(&guard)?;
    let on_payment = post(on_payment).layer(VerifyLayer::new(endpoint));
    let app = Router::new()
        .route("/webhooks/stripe", on_payment)
        .route("/balance", get(balance))
        .with_state(Arc::new(Ledger { pool, store, guard }));
    let listener = listen(address()).await?;
    print_route(stripe, &format!("http://{}", listener.local_addr()?))?;
    serve(listener, app).await?;
    Ok(())
}

async fn on_payment(State(ledger): State<Arc<Ledger>>, verified: Verified) -> StatusCode {
    match ledger.pay(&verified).await {
        Ok(ClaimIn::Fresh | ClaimIn::Done) => StatusCode::OK,
        Ok(ClaimIn::InProgress(_)) => StatusCode::CONFLICT,
        Err(error) => {
            eprintln!("the database failed: {error}");
            StatusCode::SERVICE_UNAVAILABLE
        }
    }
}

impl Ledger {
    /// Claims the delivery and does the work, both or neither.
    async fn pay(
        &self,
        verified: &hookward::Verified,
    ) -> Result<ClaimIn, Box<dyn Error + Send + Sync>> {
        let mut client = self.pool.get().await?;
        let transaction = client.transaction().await?;
        let key = self.guard.key(verified).ok_or("no identity")?;
        let keep = self.guard.keep(verified);
        let claim = self.store.claim_in(&transaction, key, keep).await?;
        if claim == ClaimIn::Fresh {
            transaction
                .execute(
                    "UPDATE hookward_example_account SET balance = balance + 1",
                    &[],
                )
                .await?;
            crash_if("before-commit");
            transaction.commit().await?;
            crash_if("after-commit");
        }
        Ok(claim)
    }
}

/// Ends the process as a kill would, where `CRASH` says so.
fn crash_if(point: &str) {
    if std::env::var("CRASH").is_ok_and(|wanted| wanted == point) {
        std::process::abort();
    }
}

async fn balance(State(ledger): State<Arc<Ledger>>) -> Result<String, StatusCode> {
    let failed = |error: &dyn Error| {
        eprintln!("the database failed: {error}");
        StatusCode::SERVICE_UNAVAILABLE
    };
    let client = ledger.pool.get().await.map_err(|error| failed(&error))?;
    let row = client
        .query_one("SELECT balance FROM hookward_example_account", &[])
        .await
        .map_err(|error| failed(&error))?;
    Ok(row.get::<_, i64>(0).to_string())
}
