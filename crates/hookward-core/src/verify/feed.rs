//! How a body is fed to what is computed over it.

use smallvec::SmallVec;

use super::INTERLEAVE;
use super::state::{KeptBody, Rare, Running};
use crate::crypto::Stream;
use crate::text::encoding::Encoding;

impl Rare {
    /// Feeds the body to what is computed over it: the signed content where the body
    /// is part of it, and the digest that tells deliveries apart.
    pub(super) fn feed_body(
        &mut self,
        primary: Option<&mut (u16, Stream)>,
        is_signed: bool,
        bytes: &[u8],
    ) {
        let mut identity = self.identity.take();
        if !self.is_second_pass
            && let Some(identity) = &mut identity
        {
            identity.scan(bytes);
        }
        let is_fed = identity.as_mut().is_some_and(|identity| identity.is_fed());
        match identity.as_mut().filter(|_| is_fed) {
            None if is_signed => self.feed(primary, bytes),
            None => {}
            Some(identity) if !is_signed => identity.feed(bytes),
            Some(identity) => {
                let mut primary = primary;
                for chunk in bytes.chunks(INTERLEAVE) {
                    self.feed(primary.as_deref_mut(), chunk);
                    identity.feed(chunk);
                }
            }
        }
        self.identity = identity;
    }

    /// Feeds all hashes and checks; several hashes in turns of a few bytes, so
    /// that the processor overlaps them.
    pub(super) fn feed(&mut self, primary: Option<&mut (u16, Stream)>, bytes: &[u8]) {
        if let Some((_, primary)) = primary {
            if self.more.is_empty() {
                primary.update(bytes);
            } else {
                for chunk in bytes.chunks(INTERLEAVE) {
                    primary.update(chunk);
                    for (_, stream) in &mut self.more {
                        stream.update(chunk);
                    }
                }
            }
        }
        for (_, point) in &mut self.points {
            point.update(bytes);
        }
    }

    pub(super) fn update(&mut self, primary: Option<&mut (u16, Stream)>, bytes: &[u8], limit: u64) {
        if let Some(extra) = &mut self.extra
            && let Some(mut carry) = extra.base64.take()
        {
            self.feed_base64(&mut carry, primary, bytes);
            if let Some(extra) = &mut self.extra {
                extra.base64 = Some(carry);
            }
        }
        let Some(extra) = &mut self.extra else {
            return;
        };
        // The rest is known from the first pass.
        if self.is_second_pass {
            return;
        }
        for (_, digest) in &mut extra.digests {
            if let Running::Fed(stream) = digest {
                stream.update(bytes);
            }
        }
        if let Some(crc32) = &mut extra.crc32 {
            crc32.update(bytes);
        }
        if let Some(KeptBody::Own(body)) = &mut extra.body {
            let limit = usize::try_from(limit).unwrap_or(usize::MAX);
            if body.len() + bytes.len() > limit {
                extra.body_overflow = true;
            } else {
                body.extend_from_slice(bytes);
            }
        }
    }

    /// Feeds bytes in base64url, in whole groups of three; what is left over
    /// waits for the next bytes.
    pub(super) fn feed_base64(
        &mut self,
        carry: &mut SmallVec<[u8; 4]>,
        mut primary: Option<&mut (u16, Stream)>,
        mut bytes: &[u8],
    ) {
        while !carry.is_empty() && carry.len() < 3 {
            let Some((byte, rest)) = bytes.split_first() else {
                return;
            };
            carry.push(*byte);
            bytes = rest;
        }
        let mut feed = |bytes: &[u8]| {
            let text = Encoding::Base64url.encode(bytes);
            self.feed(primary.as_deref_mut(), text.as_bytes());
        };
        if carry.len() == 3 {
            feed(carry);
            carry.clear();
        }
        let whole = bytes.len() - bytes.len() % 3;
        bytes[..whole].chunks(3 * 1024).for_each(&mut feed);
        carry.extend_from_slice(&bytes[whole..]);
    }
}
