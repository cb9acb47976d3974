//! What the example receivers share: their routes, demo keys, and the `curl`
//! commands that they print.

#![forbid(unsafe_code)]

mod server;

use std::env;
use std::error::Error;
use std::fmt::{self, Write as _};
use std::io::{self, Write as _};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use hookward::{
    Endpoint, Key, MemoryStore, Rejection, ReplayGuard, ReplayStore, Scheme, Signer, UnixTime,
    Verified, Verifier, providers,
};
use serde_json::{Map, Value, json};

pub use self::server::{HEAD_TIMEOUT, SHUTDOWN_TIMEOUT, listen, serve};

/// One webhook route of a receiver.
#[derive(Debug)]
pub struct Route {
    /// The provider's name, and the last segment of the path.
    pub name: &'static str,
    /// The environment variable that holds its key.
    pub variable: &'static str,
    scheme: Scheme,
    /// Verifies when the variable is unset.
    demo_key: &'static str,
    /// Signs the printed command; the same as `demo_key` for shared secrets.
    demo_signing_key: &'static str,
    sample: &'static str,
}

/// The private half of the key below, published here: good for nothing but
/// this example.
const ZENTITLE_DEMO_PRIVATE_KEY: &str = include_str!("../demo/zentitle-private-key.pem");
const ZENTITLE_DEMO_MODULUS: &str = "vROCfF0J8gy5ph_xErpb_ad1i5cUezt41PtvPNaaoN8UgwqCjmyo2mLJSeALobxyNzn1Bp2EYkuX6O22kCLuhdoUxZluUog_8mxlIevIvBz-RGpq56CKBVTrWA4K3DkJeLBMdml1Q8caGMeqDKBW5BUAyxLobG43ncSoo8sgnc11w5dPTiYShzHS2TLSrkSDZHCuTV7Q5nwiEEE_vw6pH0N_jb9OIDbvlqKbXDDX3GbATg0D_HbXPt7HwESKd-VIkm4GS_5_DQ1si1lJHPLO4LoJ_Yd4vlOB1VsNzQ_NMV8WdFK9tezzTzpVviHspr26XyrVqF7-42deTaQBwGKRoQ";

/// The routes, in the order in which they are printed.
#[must_use]
pub fn routes() -> Vec<Route> {
    let route = |scheme: Scheme, name, variable, demo_key, sample| Route {
        name,
        variable,
        scheme,
        demo_key,
        demo_signing_key: demo_key,
        sample,
    };
    vec![
        route(
            providers::GITHUB,
            "github",
            "GITHUB_WEBHOOK_SECRET",
            "demo-github-secret",
            r#"{"zen":"Keep it logically awesome.","hook_id":1}"#,
        ),
        route(
            providers::STRIPE,
            "stripe",
            "STRIPE_WEBHOOK_SECRET",
            "whsec_demo",
            r#"{"id":"evt_1","object":"event","type":"invoice.paid"}"#,
        ),
        route(
            providers::ZENSKAR,
            "zenskar",
            "ZENSKAR_WEBHOOK_SECRET",
            "demo-zenskar-secret",
            r#"{"event_info":{"id":"cus_1"},"event_triggered":"customer.updated"}"#,
        ),
        Route {
            demo_signing_key: ZENTITLE_DEMO_PRIVATE_KEY,
            ..route(
                providers::ZENTITLE,
                "zentitle",
                "ZENTITLE_RSA_MODULUS",
                ZENTITLE_DEMO_MODULUS,
                r#"{"eventId":"evt_1","type":"entitlement.created","data":{"id":"ent_1"}}"#,
            )
        },
        route(
            providers::API_KEY,
            "api-key",
            "WEBHOOK_API_KEY",
            "demo-api-key",
            r#"{"event_time":"2026-11-23T12:00:00Z","event_type":"order.created","current_context":{},"data":{"id":1}}"#,
        ),
        route(
            providers::ZENOVAY,
            "zenovay",
            "ZENOVAY_WEBHOOK_SECRET",
            "demo-zenovay-secret",
            r#"{"id":"evt_1","event":"goal.reached"}"#,
        ),
        route(
            providers::SLACK,
            "slack",
            "SLACK_SIGNING_SECRET",
            "demo-slack-secret",
            r#"{"type":"event_callback","event_id":"Ev1","event":{"type":"app_mention"}}"#,
        ),
        route(
            providers::STANDARD_WEBHOOKS,
            "standard-webhooks",
            "STANDARD_WEBHOOKS_SECRET",
            "whsec_ZGVtbyBzdGFuZGFyZCB3ZWJob29rcyBzZWNyZXQ=",
            r#"{"type":"user.created","data":{"id":"usr_1"}}"#,
        ),
    ]
}

/// Waits until the outcome of each delivery is recorded; for the end of `main`, after the
/// server has stopped. Without it, claims would be held until their leases end.
pub async fn settled(endpoints: &[Endpoint]) {
    let all = async {
        for guard in endpoints.iter().filter_map(Endpoint::guard) {
            guard.settled().await;
        }
    };
    if tokio::time::timeout(SETTLE_TIMEOUT, all).await.is_err() {
        eprintln!("some deliveries were not recorded within {SETTLE_TIMEOUT:?}");
    }
}

/// Prints a line. Unlike `println!`, it does not panic if nobody reads any more: the handler
/// of a genuine delivery goes on.
pub fn note(line: fmt::Arguments<'_>) {
    let _ = writeln!(io::stdout(), "{line}");
}

/// How long a process that stops waits for its replay store.
const SETTLE_TIMEOUT: Duration = Duration::from_secs(10);

impl Route {
    /// The path of the route.
    #[must_use]
    pub fn path(&self) -> String {
        format!("/webhooks/{}", self.name)
    }

    fn uses_demo_key(&self) -> bool {
        env::var_os(self.variable).is_none()
    }

    /// The verifier with the key from the environment, or the demo key.
    ///
    /// # Errors
    /// A key that the scheme cannot use, with the variable's name.
    pub fn verifier(&self) -> Result<Verifier, Box<dyn Error>> {
        let key = if self.uses_demo_key() {
            Key::new(self.demo_key)?
        } else {
            Key::from_env(self.variable)?
        };
        Verifier::new(self.scheme.clone(), key)
            .map_err(|error| format!("{}: {error}", self.variable).into())
    }

    /// What the route puts in front of its handler: verification, and a replay
    /// guard on the store that all routes share.
    ///
    /// # Errors
    /// As [`verifier`](Self::verifier), and for settings that are no numbers.
    pub fn endpoint(&self, store: &Arc<dyn ReplayStore>) -> Result<Endpoint, Box<dyn Error>> {
        let mut guard = ReplayGuard::shared(store.clone(), self.name);
        if let Some(millis) = number("REPLAY_LEASE_MS")? {
            guard = guard.lease(Duration::from_millis(millis));
        }
        let mut endpoint = Endpoint::new(self.verifier()?).replay_guard(guard)?;
        if let Some(bytes) = number("BODY_LIMIT")? {
            endpoint = endpoint.body_limit(bytes);
        }
        if let Some(millis) = number("BODY_IDLE_TIMEOUT_MS")? {
            endpoint = endpoint.idle_timeout(Duration::from_millis(millis));
        }
        if let Some(millis) = number("BODY_TIMEOUT_MS")? {
            endpoint = endpoint.total_timeout(Duration::from_millis(millis));
        }
        // For development alone.
        if env::var_os("WEBHOOK_DIAGNOSES").is_some() {
            endpoint = endpoint.diagnose_refusals(|text| eprintln!("{text}"));
        }
        let (answers, name) = (endpoint.clone(), self.name);
        Ok(endpoint.on_rejection(move |rejection| {
            note(format_args!("{name}: {}", refusal(rejection)));
            answers.answer(rejection)
        }))
    }

    /// A command that sends a genuine delivery, if a key to sign with is known.
    ///
    /// # Errors
    /// A key that cannot sign.
    pub fn curl(&self, base: &str) -> Result<Option<String>, Box<dyn Error>> {
        self.command(base, self.sample, |value| value.to_owned())
    }

    /// The same command after a forger was at it: another body under the signature of
    /// the genuine one or, where nothing signs the body, a guessed key.
    ///
    /// # Errors
    /// A key that cannot sign.
    pub fn forged_curl(&self, base: &str) -> Result<Option<String>, Box<dyn Error>> {
        if self.scheme.coverage()?.is_empty() {
            return self.command(base, self.sample, |_| "guessed".to_owned());
        }
        self.command(base, r#"{"forged":true}"#, |value| value.to_owned())
    }

    fn command(
        &self,
        base: &str,
        body: &str,
        header: impl Fn(&str) -> String,
    ) -> Result<Option<String>, Box<dyn Error>> {
        let key = match (self.uses_demo_key(), self.scheme.algorithm.is_public_key()) {
            (true, _) => Key::new(self.demo_signing_key)?,
            (false, false) => Key::from_env(self.variable)?,
            (false, true) => return Ok(None),
        };
        let url = format!("{base}{}", self.path());
        let request = http::Request::post(&url).body(self.sample)?;
        let signed = Signer::new(&self.scheme, key)?.sign(&request, UnixTime::now(), None)?;
        let mut command = String::from("curl -i -H 'content-type: application/json'");
        for (name, value) in signed.headers() {
            write!(command, " \\\n    -H '{name}: {}'", header(value.to_str()?))?;
        }
        write!(command, " \\\n    -d '{body}' {url}")?;
        Ok(Some(command))
    }
}

/// What was wrong with a request, and how to see why, in one line.
#[must_use]
pub fn refusal(rejection: &Rejection) -> String {
    format!(
        "{} {}: {rejection}; {}",
        rejection.status(),
        rejection.code(),
        if env::var_os("WEBHOOK_DIAGNOSES").is_some() {
            "standard error says why"
        } else {
            "to see why, restart with WEBHOOK_DIAGNOSES=1, or give the request to `hookward explain`"
        }
    )
}

/// The store of `REPLAY_STORE`: `memory`, the default; with feature `stores` also
/// `sqlite:PATH`, `redis://…` and `postgres://…`, where the table is created if it is
/// missing.
///
/// # Errors
/// A setting that names no store, a file that cannot be used, or a Postgres server that
/// is away.
pub async fn replay_store() -> Result<Arc<dyn ReplayStore>, Box<dyn Error>> {
    let setting = env::var("REPLAY_STORE").unwrap_or_else(|_| "memory".into());
    if setting == "memory" {
        return Ok(Arc::new(MemoryStore::with_capacity(1_000_000)));
    }
    shared_store(&setting).await
}

#[cfg(feature = "stores")]
async fn shared_store(setting: &str) -> Result<Arc<dyn ReplayStore>, Box<dyn Error>> {
    use hookward::postgres::PostgresStore;
    use hookward::redis::RedisStore;
    use hookward::sqlite::SqliteStore;

    if let Some(path) = setting.strip_prefix("sqlite:") {
        return Ok(Arc::new(SqliteStore::open(path)?));
    }
    match setting.split_once("://") {
        Some(("redis" | "rediss" | "unix", _)) => Ok(Arc::new(RedisStore::open(setting)?)),
        Some(("postgres" | "postgresql", _)) => {
            let store = PostgresStore::open(setting)?;
            store.migrate().await?;
            Ok(Arc::new(store))
        }
        // The setting could hold a password.
        _ => Err(
            "REPLAY_STORE must be `memory`, `sqlite:PATH`, `redis://…` or `postgres://…`".into(),
        ),
    }
}

#[cfg(not(feature = "stores"))]
async fn shared_store(_: &str) -> Result<Arc<dyn ReplayStore>, Box<dyn Error>> {
    Err("this REPLAY_STORE needs the feature `stores`: add `--features stores`".into())
}

fn number(variable: &str) -> Result<Option<u64>, Box<dyn Error>> {
    match env::var(variable) {
        Ok(text) => text
            .parse()
            .map(Some)
            .map_err(|_| format!("{variable}={text} is not a number").into()),
        Err(_) => Ok(None),
    }
}

/// How often each handler ran, and how it is told to behave.
#[derive(Debug)]
pub struct Receiver {
    runs: Vec<(&'static str, AtomicU64)>,
    /// How long every handler takes (`HANDLER_DELAY_MS`).
    pub delay: Option<Duration>,
    /// What every handler answers (`HANDLER_STATUS`).
    pub status: u16,
}

impl Receiver {
    /// Counters for the routes, and the settings of the environment.
    ///
    /// # Errors
    /// Settings that are no numbers.
    pub fn from_env(routes: &[Route]) -> Result<Self, Box<dyn Error>> {
        let status = number("HANDLER_STATUS")?.unwrap_or(200);
        Ok(Self {
            runs: routes
                .iter()
                .map(|route| (route.name, AtomicU64::new(0)))
                .collect(),
            delay: number("HANDLER_DELAY_MS")?.map(Duration::from_millis),
            status: u16::try_from(status)
                .ok()
                .filter(|s| (200..600).contains(s))
                .ok_or_else(|| {
                    format!("HANDLER_STATUS={status} is not a status between 200 and 599")
                })?,
        })
    }

    /// Counts and logs a run of a route's handler, and gives its answer.
    pub fn on_event(
        &self,
        route: &'static str,
        verified: &Verified,
        event_id: Option<&str>,
        body: &[u8],
    ) -> Value {
        if let Some((_, runs)) = self.runs.iter().find(|(name, _)| *name == route) {
            runs.fetch_add(1, Ordering::Relaxed);
        }
        let event_id = verified.event_id().or(event_id);
        note(format_args!(
            "{route}: event {} with {} bytes, verified with key {}",
            event_id.unwrap_or("without id").escape_default(),
            body.len(),
            verified.key_id(),
        ));
        json!({ "received": true, "provider": verified.provider(), "event_id": event_id })
    }

    /// How often each route's handler ran.
    #[must_use]
    pub fn stats(&self) -> Value {
        let count = |(name, runs): &(&str, AtomicU64)| {
            ((*name).to_owned(), json!(runs.load(Ordering::Relaxed)))
        };
        Value::Object(self.runs.iter().map(count).collect::<Map<_, _>>())
    }
}

/// The address to listen on (`ADDR`).
#[must_use]
pub fn address() -> String {
    env::var("ADDR").unwrap_or_else(|_| "127.0.0.1:3000".into())
}

/// How long work takes (`HANDLER_DELAY_MS`).
///
/// # Errors
/// A setting that is no number.
pub fn handler_delay() -> Result<Option<Duration>, Box<dyn Error>> {
    Ok(number("HANDLER_DELAY_MS")?.map(Duration::from_millis))
}

/// Prints how to try one route.
///
/// # Errors
/// A key that cannot sign.
pub fn print_route(route: &Route, base: &str) -> Result<(), Box<dyn Error>> {
    println!("listening on {base}\n");
    if let Some(command) = route.curl(base)? {
        println!("{command}\n");
    }
    Ok(())
}

/// Prints how to try each route: a genuine command, and a forged one.
///
/// # Errors
/// A key that cannot sign.
pub fn print_welcome(routes: &[Route], base: &str) -> Result<(), Box<dyn Error>> {
    println!("listening on {base}\n");
    println!("Paste into another terminal; commands with a timestamp expire after five minutes.\n");
    for route in routes {
        let key = if route.uses_demo_key() {
            format!("demo key; set {} to use your own", route.variable)
        } else {
            format!("key from {}", route.variable)
        };
        println!("# {}: genuine, answered 200 ({key})", route.name);
        match (route.curl(base)?, route.forged_curl(base)?) {
            (Some(genuine), Some(forged)) => println!(
                "{genuine}\n\n# {}: forged, answered 403; the handler does not run\n{forged}\n",
                route.name
            ),
            _ => println!("# only the provider holds the private key that signs\n"),
        }
    }
    println!(
        "# Send a genuine command twice: the second is acknowledged, and the handler does\n\
         # not run again. How often each handler ran:\n\
         curl {base}/stats\n"
    );
    Ok(())
}
