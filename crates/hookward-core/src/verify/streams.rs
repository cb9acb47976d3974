//! Parallel hashes and signature checks over the signed content: one per key that may
//! match, all fed in the same pass over the body.

use smallvec::SmallVec;

use crate::crypto::{Ed25519Stream, Stream};
use crate::key::{Material, PreparedKey};
use crate::text::encoding::Encoding;

/// The number of bytes fed to each of several hashes in turn, so that the processor
/// overlaps their independent dependency chains.
const INTERLEAVE: usize = 128;

/// Hashes and checks that are fed along with the primary hash.
#[derive(Default)]
pub(super) struct Streams {
    /// Hashes of further keys and spellings.
    pub(super) additional: Vec<(u16, Stream)>,
    /// Ed25519 checks, each with the index of its key. They hash the message after a
    /// prefix that depends on key and signature (RFC 8032 section 5.1.7), so that they
    /// share no digest.
    pub(super) ed25519_checks: Vec<(u16, Ed25519Stream)>,
    /// Hashes of further keys that are deferred to a second pass over the body.
    pub(super) deferred: Vec<(u16, Stream)>,
}

impl Streams {
    /// Feeds all hashes and checks; several hashes are fed in turn, [`INTERLEAVE`] bytes
    /// at a time.
    pub(super) fn feed(&mut self, primary: Option<&mut (u16, Stream)>, bytes: &[u8]) {
        if let Some((_, primary)) = primary {
            if self.additional.is_empty() {
                primary.update(bytes);
            } else {
                for chunk in bytes.chunks(INTERLEAVE) {
                    primary.update(chunk);
                    for (_, stream) in &mut self.additional {
                        stream.update(chunk);
                    }
                }
            }
        }
        for (_, check) in &mut self.ed25519_checks {
            check.update(bytes);
        }
    }

    /// Feeds all hashes and checks, and `also`, [`INTERLEAVE`] bytes at a time.
    pub(super) fn feed_beside(
        &mut self,
        mut primary: Option<&mut (u16, Stream)>,
        bytes: &[u8],
        mut also: impl FnMut(&[u8]),
    ) {
        for chunk in bytes.chunks(INTERLEAVE) {
            self.feed(primary.as_deref_mut(), chunk);
            also(chunk);
        }
    }

    /// Feeds bytes encoded as base64url, in whole groups of three; `carry` keeps the
    /// remainder for the next call.
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

/// Feeds each hash the secret of its key.
pub(super) fn feed_secret<'a>(
    keys: &[PreparedKey],
    streams: impl Iterator<Item = &'a mut (u16, Stream)>,
) {
    for (key, stream) in streams {
        stream.update(secret(keys, *key));
    }
}

fn secret(keys: &[PreparedKey], key: u16) -> &[u8] {
    match keys.get(usize::from(key)).map(|key| &key.material) {
        Some(Material::Keyed {
            secret: Some(secret),
            ..
        }) => secret,
        _ => &[],
    }
}
