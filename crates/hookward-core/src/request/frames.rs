//! A request body, buffered as the frames that arrived. The handler gets them without a
//! copy.

use std::collections::VecDeque;
use std::fmt;
use std::sync::Arc;

use bytes::Bytes;

/// Frames shorter than this are coalesced, once there are several. Keeping a frame keeps
/// its entire read buffer alive, which a sender can make many times as long as its
/// payload (chunk extensions, chunks of one byte); a frame that is kept has at least this
/// much payload in its buffer.
const SMALL: usize = 16 * 1024;

/// Small frames are coalesced into pieces of up to this size.
const JOINED: usize = 64 * 1024;

/// The frames of a body in order of arrival.
///
/// Frames are kept without a copy unless they are small, so that memory stays
/// proportional to the payload however it is split.
#[derive(Debug, Default)]
pub struct Frames {
    /// The first frame is separate so that a body of one frame does not allocate.
    first: Option<Bytes>,
    more: Option<Box<More>>,
    len: u64,
    stage: Stage,
}

/// Whether the body is still arriving or complete; one word, since frames move with the
/// request.
#[derive(Debug, Default)]
enum Stage {
    /// Small frames are coalesced.
    #[default]
    Loose,
    /// All frames are coalesced into a buffer of this announced length.
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

/// What follows the first frame. Boxed: few bodies have it, and the frames move with the
/// request.
#[derive(Debug, Default)]
struct More {
    rest: VecDeque<Bytes>,
    /// The frames being coalesced.
    tail: Vec<u8>,
    /// The capacity of `rest` and `tail`, used or not.
    held: u64,
}

impl Stage {
    /// The announced length if all frames are coalesced.
    fn joins_all(&self) -> Option<u64> {
        match self {
            Self::Joined(announced) => Some(*announced),
            Self::Loose | Self::Owned(_) => None,
        }
    }
}

impl Frames {
    /// Coalesces all frames on arrival into one buffer, sized for this announced length
    /// as its bytes arrive.
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
        more.push(frame, self.stage.joins_all());
    }

    #[cold]
    fn push_second(&mut self, frame: Bytes) {
        let mut more = Box::new(More::default());
        let is_small = |frame: &Bytes| frame.len() < SMALL;
        if let Some(first) = self
            .first
            .take_if(|first| self.stage.joins_all().is_some() || is_small(first))
        {
            let both = first.len() + frame.len();
            more.push_of(first, self.stage.joins_all(), both);
        }
        more.push(frame, self.stage.joins_all());
        self.more = Some(more);
    }

    /// The memory in use, in bytes: the payload and the capacity reserved beyond it.
    /// Excludes what a framework's read buffer holds around a frame that is kept without
    /// a copy.
    pub(crate) fn held(&self) -> u64 {
        let first = self.first.as_ref().map_or(0, |first| first.len() as u64);
        first + self.more.as_ref().map_or(0, |more| more.held)
    }

    /// The minimum by which a frame of this length increases the memory in use.
    pub(crate) fn least_growth(&self, length: usize) -> u64 {
        let room = match &self.more {
            Some(more) if self.stage.joins_all().is_some() || length < SMALL => {
                more.tail.capacity() - more.tail.len()
            }
            _ => 0,
        };
        length.saturating_sub(room) as u64
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
            more.rest.iter().map(|frame| &frame[..]).chain(tail)
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
    fn push(&mut self, frame: Bytes, joins_all: Option<u64>) {
        let length = frame.len();
        self.push_of(frame, joins_all, length);
    }

    /// Adds a frame of a body that announced `coming` bytes.
    fn push_of(&mut self, frame: Bytes, joins_all: Option<u64>, coming: usize) {
        if let Some(announced) = joins_all {
            let came = self.tail.len() + coming;
            if self.tail.capacity() < came {
                let announced = usize::try_from(announced).unwrap_or(usize::MAX);
                self.reserve(if announced < came {
                    // More than announced, or no length was.
                    came.saturating_mul(2)
                } else {
                    // At most four times what has arrived: an announcement alone
                    // allocates nothing.
                    announced.min(came.saturating_mul(4))
                });
            }
            self.tail.extend_from_slice(&frame);
        } else if frame.len() < SMALL {
            self.join(&frame, coming);
        } else {
            self.close_tail();
            self.held += frame.len() as u64;
            self.rest.push_back(frame);
        }
    }

    fn join(&mut self, mut frame: &[u8], coming: usize) {
        let coming = self.tail.len() + coming;
        if self.tail.capacity() < coming && self.tail.capacity() < JOINED {
            self.reserve(coming.next_power_of_two().clamp(64, JOINED));
        }
        let room = self.tail.capacity() - self.tail.len();
        if room < frame.len() {
            let (fits, rest) = frame.split_at(room);
            self.tail.extend_from_slice(fits);
            self.close_tail();
            self.reserve(rest.len().next_power_of_two().max(64));
            frame = rest;
        }
        self.tail.extend_from_slice(frame);
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
            self.rest.push_back(Bytes::from(tail));
        }
    }

    fn pop(&mut self) -> Option<Bytes> {
        self.rest.pop_front().or_else(|| {
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

    #[test]
    fn large_frames_are_kept_without_a_copy() {
        let frame = Bytes::from(vec![7; 20_000]);
        let mut frames = Frames::default();
        frames.push(frame.clone());
        frames.push(frame.clone());
        assert_eq!(frames.pop().unwrap().as_ptr(), frame.as_ptr());
        assert_eq!(frames.pop().unwrap().as_ptr(), frame.as_ptr());
        assert!(frames.pop().is_none());
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
                assert!(held <= 4 * came, "{announced}: {held} for {came}");
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
            for size in [1, 100, 2000, 5000, SMALL - 1, SMALL, 40_000] {
                let mut frames = match announced {
                    Some(announced) => Frames::contiguous(announced),
                    None => Frames::default(),
                };
                for _ in 0..(300_000_usize.div_ceil(size)).min(20_000) {
                    frames.push(Bytes::from(vec![7; size]));
                    let most = frames.len() * 4 + 64;
                    assert!((frames.len()..=most).contains(&frames.held()));
                }
                let held = frames.held();
                assert!(held >= really_held(frames), "{announced:?} {size}");
            }
        }
    }

    #[test]
    fn a_closed_piece_is_accounted_with_its_reserved_capacity() {
        let frames = filled(&[100, 100, 30_000]);
        // A piece of 256 bytes for 200, and the frame.
        assert_eq!(frames.held(), 256 + 30_000);
        assert_eq!(really_held(frames), 256 + 30_000);
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
    fn a_small_frame_does_not_keep_its_buffer_when_others_arrive() {
        let buffer = Bytes::from(vec![7; 65_536]);
        let mut frames = Frames::default();
        for _ in 0..10 {
            frames.push(buffer.slice(..2048));
            frames.push(buffer.slice(..SMALL - 1));
            frames.push(Bytes::from(vec![7; 20_000]));
        }
        assert!(buffer.is_unique());
    }

    #[test]
    fn frames_of_one_byte_cost_no_more_than_twice_their_payload() {
        let frames = filled(&[1; 100_000]);
        assert!(frames.held() <= 200_000, "{}", frames.held());
        assert!(frames.more.unwrap().rest.len() <= 100_000 / JOINED + 1);
    }
}
