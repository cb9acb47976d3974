//! The thread that drives the statements and connections of all stores of the process.
//!
//! The runtimes of the callers may be several, as those of actix are, one for each of its
//! threads. Any of them may be blocked by a handler, idle or gone: a statement that is
//! shared by callers of several of them, and a connection that is pooled for all, must not
//! wait for one.

use std::sync::{Mutex, OnceLock, PoisonError};
use std::thread;

use hookward_replay::StoreError;
use tokio::runtime::{Builder, Handle};
use tokio::task::JoinHandle;

static DRIVER: OnceLock<Handle> = OnceLock::new();

/// The runtime of the thread, which is started if it has not been.
pub(crate) fn driver() -> Result<&'static Handle, StoreError> {
    static STARTING: Mutex<()> = Mutex::new(());
    if let Some(driver) = DRIVER.get() {
        return Ok(driver);
    }
    let _turn = STARTING.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(driver) = DRIVER.get() {
        return Ok(driver);
    }
    let failed = |error| StoreError::new(format!("no thread for Postgres: {error}"));
    let runtime = Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(failed)?;
    let driver = runtime.handle().clone();
    thread::Builder::new()
        .name("hookward-pg".to_owned())
        .spawn(move || runtime.block_on(std::future::pending::<()>()))
        .map_err(failed)?;
    Ok(DRIVER.get_or_init(|| driver))
}

/// Runs a future on the thread, and ends it if this one is dropped.
pub(crate) async fn drive<T: Send + 'static>(
    future: impl Future<Output = T> + Send + 'static,
) -> Result<T, StoreError> {
    struct Driven<T>(JoinHandle<T>);
    impl<T> Drop for Driven<T> {
        fn drop(&mut self) {
            self.0.abort();
        }
    }
    let mut driven = Driven(driver()?.spawn(future));
    let ended = (&mut driven.0).await;
    ended.map_err(|error| StoreError::new(format!("the thread for Postgres: {error}")))
}
