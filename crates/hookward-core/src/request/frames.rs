//! A request body, buffered. A frame keeps its entire read buffer alive, which a sender
//! can make any number of times as long as its payload, so only a body of one frame is kept
//! as received, and of any other the frames that are large beside every read buffer. The
//! rest is copied.

use std::collections::VecDeque;
use std::fmt;
use std::sync::Arc;

use bytes::Bytes;

/// The size of the pieces into which frames are copied, once as much has arrived. At most
/// one of them is not full.
const PIECE: usize = 64 * 1024;

/// What a frame is assumed to keep alive: hyper reads up to 408 KiB by default, into
/// buffers that double; actix reads up to 128 KiB.
const LARGEST_BUFFER: u64 = 512 * 1024;

/// The bytes of a body in order of arrival.
///
/// A lone frame is kept without a copy until another one follows or the body has to be
/// waited for. From then on, a frame is copied unless it is so large that, with a read
/// buffer of 512 KiB for each that is not, no more than twice of what has arrived is held.
/// With what is reserved for more, that is at most twice of what has arrived and 64 KiB,
/// however the body is split and framed.
#[derive(Debug, Default)]
pub struct Frames {
    /// The only frame so far, as received. A body of one frame does not allocate.
    first: Option<Bytes>,
    /// All of it, once the first frame is not alone.
    more: Option<Box<More>>,
    len: u64,
    stage: Stage,
}

/// Whether the body is still arriving or complete; one word, since frames move with the
/// request.
#[derive(Debug, Default)]
enum Stage {
    /// Frames are copied into pieces.
    #[default]
    Loose,
    /// Frames are copied into one buffer, of this announced length.
    Joined(u64),
    /// Complete, with an owner that lives as long as the frames.
    Owned(Arc<Owner>),
}

/// Boxed twice to fit into one word.
#[derive(Debug)]
struct Owner(#[allow(dead_code)] Box<dyn fmt::Debug + Send + Sync>);

/// A piece of a body, with an owner that lives as long as it.
struct Owned {
    bytes: Bytes,
    _owner: Arc<Owner>,
}

impl AsRef<[u8]> for Owned {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

/// A body of several frames. Boxed: few bodies have it, and the frames move with the request.
#[derive(Debug, Default)]
struct More {
    /// Pieces that are closed, and frames that were not copied.
    full: VecDeque<Bytes>,
    /// The piece being filled.
    tail: Vec<u8>,
    /// The capacity of `full` and `tail`, used or not, and of read buffers.
    held: u64,
}

impl Stage {
    /// The announced length if all frames are copied into one buffer.
    fn joins_all(&self) -> Option<u64> {
        match self {
            Self::Joined(announced) => Some(*announced),
            Self::Loose | Self::Owned(_) => None,
        }
    }
}

impl Frames {
    /// Copies all frames on arrival into one buffer, sized for this announced length as
    /// its bytes arrive.
    pub(crate) fn contiguous(announced: u64) -> Self {
        Self {
            stage: Stage::Joined(announced),
            ..Self::default()
        }
    }

    /// Adds a frame.
    pub fn push(&mut self, frame: Bytes) {
        if frame.is_empty() {
            return;
        }
        self.len += frame.len() as u64;
        let Some(more) = &mut self.more else {
            match &self.first {
                None => self.first = Some(frame),
                Some(_) => self.push_second(frame),
            }
            return;
        };
        more.push(frame, self.stage.joins_all(), self.len, 0);
    }

    #[cold]
    fn push_second(&mut self, frame: Bytes) {
        self.detach_first(frame.len());
        if let Some(more) = &mut self.more {
            more.push(frame, self.stage.joins_all(), self.len, 0);
        }
    }

    /// Copies a lone frame out of its read buffer, unless it is large. Must be called before the rest of the
    /// body is waited for: the sender chooses how long that takes.
    pub(crate) fn detach(&mut self) {
        if self.first.is_some() {
            self.detach_first(0);
        }
    }

    /// Moves the first frame, with room for the `next` bytes.
    #[cold]
    fn detach_first(&mut self, next: usize) {
        if let Some(first) = self.first.take() {
            let mut more = Box::new(More::default());
            let came = first.len() as u64;
            more.push(first, self.stage.joins_all(), came, next);
            self.more = Some(more);
        }
    }

    /// The memory in use, in bytes: the payload, the capacity reserved beyond it, and
    /// 512 KiB for the read buffer of a frame that was not copied. Of a lone frame, excludes
    /// what its read buffer holds beside it.
    pub(crate) fn held(&self) -> u64 {
        let first = self.first.as_ref().map_or(0, |first| first.len() as u64);
        first + self.more.as_ref().map_or(0, |more| more.held)
    }

    /// The minimum by which a frame of this length increases the memory in use.
    pub(crate) fn least_growth(&self, length: usize) -> u64 {
        let tail = self.more.as_ref().map(|more| &more.tail);
        let room = tail.map_or(0, |tail| tail.capacity() - tail.len());
        length.saturating_sub(room) as u64
    }

    /// The start of the last `count` bytes, as far as they are contiguous.
    pub(crate) fn last(&self, mut count: usize) -> &[u8] {
        let more = self.more.iter().flat_map(|more| {
            let full = more.full.iter().rev().map(|piece| &piece[..]);
            std::iter::once(&more.tail[..]).chain(full)
        });
        for piece in more.chain(self.first.as_deref()) {
            match piece.len().checked_sub(count) {
                Some(start) => return &piece[start..],
                None => count -= piece.len(),
            }
        }
        &[]
    }

    /// Keeps `owner` alive until the last frame is dropped.
    #[must_use]
    #[cold]
    pub fn owned_by(mut self, owner: impl fmt::Debug + Send + Sync + 'static) -> Self {
        self.stage = Stage::Owned(Arc::new(Owner(Box::new(owner))));
        self
    }

    /// The entire body as one buffer, which is kept here as well; no copy if it is one
    /// frame.
    pub(crate) fn share(&mut self) -> Bytes {
        let len = self.len;
        let all = std::mem::take(self).into_bytes();
        self.first = Some(all.clone());
        self.len = len;
        all
    }

    /// Takes the next frame off the front.
    pub fn pop(&mut self) -> Option<Bytes> {
        let frame = match self.first.take() {
            Some(first) => first,
            None => self.more.as_mut()?.pop()?,
        };
        self.len -= frame.len() as u64;
        Some(self.owned(frame))
    }

    fn owned(&self, bytes: Bytes) -> Bytes {
        match &self.stage {
            Stage::Owned(owner) => Bytes::from_owner(Owned {
                bytes,
                _owner: owner.clone(),
            }),
            Stage::Loose | Stage::Joined(_) => bytes,
        }
    }

    /// The number of remaining bytes.
    #[must_use]
    pub fn len(&self) -> u64 {
        self.len
    }

    /// Whether no bytes remain.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Iterates over the frames without taking them.
    pub fn iter(&self) -> impl Iterator<Item = &[u8]> {
        let more = self.more.iter().flat_map(|more| {
            let tail = (!more.tail.is_empty()).then_some(&more.tail[..]);
            more.full.iter().map(|frame| &frame[..]).chain(tail)
        });
        self.first.iter().map(|frame| &frame[..]).chain(more)
    }

    /// Everything that remains as one buffer; no copy if it is one frame.
    #[must_use]
    pub fn into_bytes(mut self) -> Bytes {
        let Some(first) = self.pop() else {
            return Bytes::new();
        };
        if self.is_empty() {
            return first;
        }
        let mut all = Vec::with_capacity(first.len() + usize::try_from(self.len).unwrap_or(0));
        all.extend_from_slice(&first);
        drop(first);
        while let Some(frame) = self.pop() {
            all.extend_from_slice(&frame);
        }
        self.owned(Bytes::from(all))
    }
}

impl More {
    /// Adds a frame to a body of which `came` bytes have arrived with it, and `next` bytes
    /// follow at once.
    fn push(&mut self, frame: Bytes, joins_all: Option<u64>, came: u64, next: usize) {
        let coming = frame.len() + next;
        let Some(announced) = joins_all else {
            let buffer = LARGEST_BUFFER.max(frame.len() as u64);
            if self.held + buffer <= 2 * came {
                self.close_tail();
                self.held += buffer;
                self.full.push_back(frame);
            } else {
                self.fill(&frame, coming);
            }
            return;
        };
        let came = self.tail.len() + coming;
        if self.tail.capacity() < came {
            let announced = usize::try_from(announced).unwrap_or(usize::MAX);
            // At most twice what has arrived: an announcement alone allocates nothing.
            let twice = came.saturating_mul(2);
            self.reserve(if announced < came {
                // More than announced, or no length was.
                twice
            } else {
                announced.min(twice)
            });
        }
        self.tail.extend_from_slice(&frame);
    }

    /// Copies into the tail, and into further pieces once it is full.
    fn fill(&mut self, mut frame: &[u8], coming: usize) {
        let coming = self.tail.len() + coming;
        if self.tail.capacity() < coming && self.tail.capacity() < PIECE {
            self.reserve(coming.next_power_of_two().clamp(64, PIECE));
        }
        loop {
            let room = self.tail.capacity() - self.tail.len();
            let (fits, rest) = frame.split_at(room.min(frame.len()));
            self.tail.extend_from_slice(fits);
            if rest.is_empty() {
                return;
            }
            self.close_tail();
            self.reserve(PIECE);
            frame = rest;
        }
    }

    /// Reserves capacity in the tail.
    fn reserve(&mut self, capacity: usize) {
        let before = self.tail.capacity();
        self.tail.reserve_exact(capacity - self.tail.len());
        self.held += (self.tail.capacity() - before) as u64;
    }

    fn close_tail(&mut self) {
        if !self.tail.is_empty() {
            let tail = std::mem::take(&mut self.tail);
            self.full.push_back(Bytes::from(tail));
        }
    }

    fn pop(&mut self) -> Option<Bytes> {
        self.full.pop_front().or_else(|| {
            (!self.tail.is_empty()).then(|| Bytes::from(std::mem::take(&mut self.tail)))
        })
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn filled(sizes: &[usize]) -> Frames {
        let mut frames = Frames::default();
        for (i, size) in sizes.iter().enumerate() {
            frames.push(Bytes::from(vec![u8::try_from(i % 251).unwrap(); *size]));
        }
        frames
    }

    /// What of these buffers somebody else still holds.
    fn is_free(buffers: &[Bytes]) -> bool {
        buffers.iter().all(Bytes::is_unique)
    }

    #[test]
    fn a_lone_frame_is_kept_without_a_copy_until_more_is_waited_for() {
        let frame = Bytes::from(vec![7; 20_000]);
        for announced in [None, Some(40_000)] {
            let new = || announced.map_or_else(Frames::default, Frames::contiguous);
            let mut frames = new();
            frames.push(frame.clone());
            assert_eq!(frames.pop().unwrap().as_ptr(), frame.as_ptr());

            let mut frames = new();
            frames.push(frame.clone());
            frames.detach();
            assert!(frame.is_unique());
            assert!((20_000..=40_000).contains(&frames.held()));
            frames.push(frame.slice(..5));
            frames.detach();
            assert!(frame.is_unique());
            assert_eq!(frames.into_bytes(), [&frame[..], &frame[..5]].concat());
        }
    }

    #[test]
    fn a_frame_that_is_small_beside_a_read_buffer_does_not_keep_it() {
        let buffers: Vec<Bytes> = (0..4).map(|_| Bytes::from(vec![7; 417_792])).collect();
        for size in [1, 2048, 65_536, 70_000] {
            let mut frames = Frames::default();
            for buffer in &buffers {
                frames.push(buffer.slice(..size));
            }
            assert!(is_free(&buffers), "{size}");
            assert_eq!(frames.len(), 4 * size as u64);
        }
    }

    #[test]
    fn large_frames_are_kept_without_a_copy() {
        let large = Bytes::from(vec![7; 400_000]);
        let mut frames = Frames::default();
        frames.push(large.clone());
        frames.detach();
        frames.push(Bytes::from_static(b"small"));
        frames.push(large.clone());
        // Allowed by what the others leave.
        frames.push(large.slice(..200_000));
        let whole = [&large[..], b"small", &large[..], &large[..200_000]].concat();
        assert!(frames.held() <= 2 * whole.len() as u64);
        let popped: Vec<Bytes> = std::iter::from_fn(|| frames.pop()).collect();
        assert_eq!(popped.concat(), whole);
        let is_kept: Vec<bool> = popped
            .iter()
            .map(|piece| piece.as_ptr() == large.as_ptr())
            .collect();
        assert_eq!(is_kept, [true, false, true, true]);
    }

    #[test]
    fn large_frames_leave_room_for_what_is_copied() {
        // As many frames of each size as make it worst.
        for sizes in [
            &[262_144, 1][..],
            &[1, 300_000],
            &[65_536, 262_144],
            &[100_000],
            &[417_792, 17_000, 1],
        ] {
            let mut frames = Frames::default();
            for size in sizes.iter().cycle().take(40) {
                frames.push(Bytes::from(vec![7; *size]));
                frames.detach();
                let most = 2 * frames.len() + PIECE as u64;
                assert!(frames.held() <= most, "{sizes:?}: {}", frames.held());
            }
        }
    }

    #[test]
    fn the_last_bytes_are_found_across_pieces() {
        let mut whole = Vec::new();
        let mut frames = Frames::default();
        for (number, size) in [10_usize, 100_000, 1, 65_536, 40_000]
            .into_iter()
            .enumerate()
        {
            let frame = vec![u8::try_from(number).unwrap(); size];
            whole.extend_from_slice(&frame);
            frames.push(Bytes::from(frame));
            for count in [0, 1, size, whole.len()] {
                let mut left = count;
                let mut found = Vec::new();
                while left > 0 {
                    let part = frames.last(left);
                    assert!(!part.is_empty());
                    found.extend_from_slice(part);
                    left -= part.len();
                }
                assert_eq!(found, whole[whole.len() - count..]);
            }
        }
    }

    #[test]
    fn the_bytes_come_out_in_order_however_they_are_split() {
        for sizes in [
            &[1usize, 1, 1][..],
            &[1, 5000, 1, 1, 3000],
            &[5000, 1],
            &[0, 0],
            &[1; 40_000],
            &[2047; 20],
        ] {
            let mut expected = Vec::new();
            for (i, size) in sizes.iter().enumerate() {
                expected.extend(vec![u8::try_from(i % 251).unwrap(); *size]);
            }
            assert_eq!(
                filled(sizes).iter().flatten().copied().collect::<Vec<_>>(),
                expected
            );
            assert_eq!(filled(sizes).into_bytes(), expected);
            let mut frames = filled(sizes);
            assert_eq!(frames.len(), expected.len() as u64);
            let mut popped = Vec::new();
            while let Some(frame) = frames.pop() {
                popped.extend_from_slice(&frame);
            }
            assert_eq!(popped, expected);
        }
    }

    #[test]
    fn a_contiguous_body_is_one_frame_and_a_single_frame_is_not_copied() {
        let frame = Bytes::from(vec![7; 20_000]);
        let mut frames = Frames::contiguous(40_008);
        frames.push(frame.clone());
        assert_eq!(frames.iter().next().unwrap().as_ptr(), frame.as_ptr());
        frames.push(Bytes::from_static(b"and more"));
        frames.push(frame.clone());
        let expected = [&frame[..], b"and more", &frame[..]].concat();
        assert_eq!(frames.len(), expected.len() as u64);
        assert_eq!(frames.iter().count(), 1);
        assert_eq!(frames.pop().unwrap(), expected);
        assert!(frames.pop().is_none());
    }

    #[test]
    fn a_contiguous_body_reserves_what_is_announced_only_as_it_arrives() {
        for announced in [0, 100_000, 1 << 20, u64::MAX] {
            let mut frames = Frames::contiguous(announced);
            let mut came = 0;
            for _ in 0..100 {
                frames.push(Bytes::from(vec![7; 1000]));
                came += 1000;
                let held = frames.held();
                assert!(held <= 2 * came, "{announced}: {held} for {came}");
            }
            assert!(announced != 100_000 || frames.held() < 200_000);
        }
    }

    /// The memory in use, measured as the capacity of every piece.
    fn really_held(mut frames: Frames) -> u64 {
        let mut held = 0;
        while let Some(piece) = frames.pop() {
            held += piece.try_into_mut().unwrap().capacity() as u64;
        }
        held
    }

    #[test]
    fn the_accounted_memory_is_never_less_than_the_memory_in_use() {
        for announced in [None, Some(0), Some(50_000), Some(10_000_000)] {
            for size in [1, 100, 2000, 5000, PIECE - 1, PIECE, 90_000] {
                let mut frames = match announced {
                    Some(announced) => Frames::contiguous(announced),
                    None => Frames::default(),
                };
                for _ in 0..(300_000_usize.div_ceil(size)).min(20_000) {
                    frames.push(Bytes::from(vec![7; size]));
                    let most = frames.len() * 2 + 64;
                    assert!((frames.len()..=most).contains(&frames.held()));
                }
                let held = frames.held();
                assert!(held >= really_held(frames), "{announced:?} {size}");
            }
        }
    }

    #[test]
    fn a_piece_is_accounted_with_its_reserved_capacity() {
        let frames = filled(&[100, 100]);
        assert_eq!(frames.held(), 256);
        assert_eq!(really_held(frames), 256);
        let frames = filled(&[100, 100, 70_000]);
        assert_eq!(frames.held(), 2 * PIECE as u64);
        assert_eq!(really_held(frames), 2 * PIECE as u64);
    }

    #[test]
    fn a_shared_body_is_one_buffer_and_a_single_frame_is_not_copied() {
        let frame = Bytes::from(vec![7; 20_000]);
        let mut frames = Frames::default();
        frames.push(frame.clone());
        assert_eq!(frames.share().as_ptr(), frame.as_ptr());
        assert_eq!(frames.pop().unwrap().as_ptr(), frame.as_ptr());

        let mut frames = Frames::contiguous(40_000);
        frames.push(frame.clone());
        frames.push(frame.clone());
        let before = frames.iter().next().unwrap().as_ptr();
        let shared = frames.share();
        assert_eq!((shared.as_ptr(), shared.len()), (before, 40_000));
        assert_eq!(frames.len(), 40_000);
        assert_eq!(frames.pop().unwrap().as_ptr(), before);
        assert!(frames.is_empty());
        assert_eq!(Frames::default().share(), Bytes::new());
    }

    #[test]
    fn frames_of_one_byte_cost_no_more_than_twice_their_payload() {
        let frames = filled(&[1; 100_000]);
        assert!(frames.held() <= 200_000, "{}", frames.held());
        assert!(frames.more.unwrap().full.len() <= 100_000 / PIECE + 1);
    }
}
