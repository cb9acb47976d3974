//! Second phase: incremental hashing of the body as it arrives. The body is buffered only
//! if a value has to be read from the whole of it.

use std::sync::atomic::Ordering;

use bytes::Bytes;

use super::state::{ColdState, KeptBody, LONGEST_URL_SCHEME, RemainingKeys, Running, State};
use super::verifier::Inner;
use crate::crypto::Stream;
use crate::scheme::StartOfBody;

impl State {
    /// Hashes the next bytes of the body.
    #[inline]
    pub(super) fn update(&mut self, inner: &Inner, bytes: &[u8]) {
        self.start_remaining_keys(inner);
        self.request.body_is_empty &= bytes.is_empty();
        if self.watches_start {
            self.record_start(inner, bytes);
        }
        let Some(cold) = self.cold.as_deref_mut() else {
            if self.body_is_signed
                && let Some((_, stream)) = &mut self.primary
            {
                stream.update(bytes);
            }
            return;
        };
        let primary = self.primary.as_mut().filter(|_| self.body_is_signed);
        cold.feed_body(primary, self.body_is_signed, bytes);
        let limit = inner.setup.body_limit;
        cold.update(self.primary.as_mut(), bytes, limit);
    }

    /// The caller keeps the body: keys other than the first are deferred to a second
    /// pass.
    pub(super) fn keep_body(&mut self, inner: &Inner) {
        // There is no second pass over a body that named its key.
        if let Some(cold) = &mut self.cold
            && let Some(identity) = &mut cold.identity
            && inner.body_keys.is_none()
        {
            identity.keep_body();
        }
        if inner.last_match.load(Ordering::Relaxed) != 0 {
            return;
        }
        if self.remaining_keys == RemainingKeys::Unstarted {
            self.remaining_keys = RemainingKeys::Deferred;
        }
        if let Some(cold) = &mut self.cold {
            cold.streams.deferred = std::mem::take(&mut cold.streams.additional);
        }
    }

    /// The caller buffers the body and lends it; `false` if nothing needs it.
    #[cold]
    pub(super) fn lend_body(&mut self, body: &Bytes) -> bool {
        let Some(cold) = self.cold.as_deref_mut() else {
            return false;
        };
        let mut is_needed = false;
        if let Some(kept) = cold.body.as_mut().and_then(|state| state.kept.as_mut()) {
            *kept = KeptBody::Lent(body.clone());
            is_needed = true;
        }
        is_needed |= cold.proven_inputs.is_some();
        for other in &mut cold.other_forms {
            is_needed |= other.lend_body(body);
        }
        is_needed
    }

    /// Starts the hashes of the remaining keys, if they are computed in the first pass.
    #[inline]
    pub(super) fn start_remaining_keys(&mut self, inner: &Inner) {
        if self.remaining_keys == RemainingKeys::Unstarted {
            self.cold().streams.additional = self.take_remaining_keys(inner);
        }
    }

    /// Records the first bytes of the body, or its JSON structure, if the verdict depends
    /// on them.
    #[cold]
    fn record_start(&mut self, inner: &Inner, bytes: &[u8]) {
        let start_of_body = self.request.plan(inner).start_of_body;
        let cold = self.cold();
        // Recorded in the first pass.
        if cold.is_second_pass {
            return;
        }
        if start_of_body == Some(StartOfBody::Json) {
            cold.json_shape.update(bytes);
            return;
        }
        let wanted = LONGEST_URL_SCHEME.saturating_sub(cold.body_start.len());
        cold.body_start
            .extend_from_slice(&bytes[..bytes.len().min(wanted)]);
    }

    /// Feeds all hashes and signature checks.
    #[inline]
    pub(super) fn feed(&mut self, bytes: &[u8]) {
        match &mut self.cold {
            Some(cold) => cold.streams.feed(self.primary.as_mut(), bytes),
            None => {
                if let Some((_, stream)) = &mut self.primary {
                    stream.update(bytes);
                }
            }
        }
    }
}

impl ColdState {
    /// Feeds the body to the hashes over it: the signed content, if the body is part of
    /// it, and the digest that identifies the delivery.
    fn feed_body(&mut self, primary: Option<&mut (u16, Stream)>, is_signed: bool, bytes: &[u8]) {
        let Self {
            streams,
            identity,
            is_second_pass,
            ..
        } = self;
        let mut identity = identity.as_deref_mut();
        if !*is_second_pass && let Some(identity) = &mut identity {
            identity.scan(bytes);
        }
        match identity.and_then(|identity| identity.is_fed().then_some(identity)) {
            None if is_signed => streams.feed(primary, bytes),
            None => {}
            Some(identity) if !is_signed => identity.feed(bytes),
            Some(identity) => streams.feed_beside(primary, bytes, |chunk| identity.feed(chunk)),
        }
    }

    /// Feeds the body to everything else that is computed from it or buffered.
    fn update(&mut self, primary: Option<&mut (u16, Stream)>, bytes: &[u8], limit: u64) {
        let Self { streams, body, .. } = self;
        let Some(body) = body else {
            return;
        };
        if let Some(carry) = &mut body.base64 {
            streams.feed_base64(carry, primary, bytes);
        }
        // The rest was computed in the first pass.
        if self.is_second_pass {
            return;
        }
        for (_, digest) in &mut body.digests {
            if let Running::Fed(stream) = digest {
                stream.update(bytes);
            }
        }
        if let Some(crc32) = &mut body.crc32 {
            crc32.update(bytes);
        }
        if let Some(KeptBody::Own(kept)) = &mut body.kept {
            let limit = usize::try_from(limit).unwrap_or(usize::MAX);
            if kept.len() + bytes.len() > limit {
                body.overflow = true;
            } else {
                kept.extend_from_slice(bytes);
            }
        }
    }
}
