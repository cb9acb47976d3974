//! Requests whose verification compares a secret, for the two programs of this crate:
//! `memcheck`, which marks the secret as undefined, and `timing`, which measures.
//!
//! `unsafe` is here, for two calls of C, and in none of hookward's crates.

pub mod cases;
pub mod taint;
