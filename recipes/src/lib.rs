//! Recipes of docs/events.md with the payload types of other crates: `tests/community.rs`.
