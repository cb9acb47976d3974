//! What an attacker may change about a genuine request, entry by entry.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use hookward_tests::kit;

mod sample;
