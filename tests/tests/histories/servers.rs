//! Histories on real servers.
