//! Hashes and signature checks that are fed side by side.

use smallvec::SmallVec;

use crate::crypto::{Ed25519Stream, Stream};
use crate::key::{Material, PreparedKey};
use crate::text::encoding::Encoding;

/// With several keys at once, each gets this many bytes in turn, so that the
/// processor overlaps their independent hash chains.
const INTERLEAVE: usize = 128;

/// What is fed beside the primary hash.
#[derive(Default)]
pub(super) struct Streams {
    /// The hashes of further keys.
    pub(super) more: Vec<(u16, Stream)>,
    /// Checks of signatures that are computed over the message itself, each with its key.
    pub(super) points: Vec<(u16, Ed25519Stream)>,
    /// The hashes of the other keys, for a second pass over a body that is kept.
    pub(super) waiting: Vec<(u16, Stream)>,
}

impl Streams {
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

    /// Feeds all of them, and `also` after each few bytes.
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

    /// Feeds bytes in base64url, in whole groups of three; the remainder waits in
    /// `carry` for the next bytes.
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
