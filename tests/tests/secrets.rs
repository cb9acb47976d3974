//! Secrets show nowhere: marked ones are driven through errors, logs, metrics, `Debug`,
//! diagnoses and answers, and none may be found there in any encoding; and what is left of
//! them in the memory of a process that has dropped them.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "secrets/marked.rs"]
mod marked;
#[cfg(target_os = "linux")]
#[path = "secrets/memory.rs"]
mod memory;
#[path = "secrets/shown.rs"]
mod shown;
