//! Variants of the body in a search.

use super::attempt::Search;
use super::body;
use super::cause::{self, Change};
use super::form::form;
use super::recoded::recoded;
use super::rewriting::Rewriting;

/// The budget for bodies with two changes.
const MAX_KEPT: usize = 64 << 20;

impl Search<'_> {
    /// The bodies that may be wrapped in the one at hand.
    pub(super) fn unwrapped(&self) -> Vec<(Change, Vec<u8>)> {
        let mut found: Vec<(Change, Vec<u8>)> = Vec::new();
        let mut kept = 0;
        let mut keep = |change: &Change, bytes: &[u8]| {
            kept += bytes.len();
            if !bytes.is_empty() && kept <= MAX_KEPT {
                found.push((change.clone(), bytes.to_vec()));
            }
            kept <= MAX_KEPT
        };
        let _ = recoded(self.body, &mut keep) && body::plain(self.body, self.declared(), &mut keep);
        found
    }

    /// Calls `each` with every variant of the body.
    pub(super) fn bodies(
        &mut self,
        share: u64,
        each: &mut dyn FnMut(&mut Self, &Change, &[u8]) -> bool,
    ) {
        let body = self.body;
        let declared = self.declared();
        let rest = &self.explainer.rest;
        if !rest.is_empty() {
            let change = cause::body_truncated::rest(rest.len(), body.len());
            each(self, &change, &[body, rest].concat());
        }
        let mut visit = |change: &Change, bytes: &[u8]| {
            self.work += bytes.len() as u64 * 2;
            each(self, change, bytes) && !self.exhausted(share)
        };
        let _ = body::plain(body, declared, &mut visit)
            && recoded(body, &mut visit)
            && form(body, &mut visit)
            && Rewriting::new(body).is_none_or(|json| json.visit(&mut visit));
    }

    fn declared(&self) -> Option<usize> {
        body::declared(self.headers)
    }
}
