//! A request body kept as the frames that came.

use std::collections::VecDeque;

use bytes::{Bytes, BytesMut};

/// Frames shorter than this are joined: keeping a handle each, and behind it a
/// whole read buffer, would let a sender of tiny frames cost many times its
/// payload.
const TINY: usize = 2048;

/// Tiny frames are joined into pieces of up to this size.
const JOINED: usize = 16 * 1024;

/// The frames of a body in the order they came.
///
/// Frames are kept as they are, without a copy, unless they are tiny; what is
/// held stays proportional to the payload whatever its split.
#[derive(Debug, Default)]
pub struct Frames {
    /// The first frame stands alone so that a body of one frame allocates
    /// nothing.
    first: Option<Bytes>,
    more: Option<Box<More>>,
    len: u64,
    /// The announced length where all frames are joined, not only tiny ones.
    joins_all: Option<u64>,
}

/// What comes after the first frame. Behind a pointer: few bodies have it, and
/// the frames are moved with the request.
#[derive(Debug, Default)]
struct More {
    rest: VecDeque<Bytes>,
    /// Tiny frames that are being joined.
    tail: BytesMut,
}

impl Frames {
    /// Joins the frames while they come, whatever their size, into a piece of
    /// this length if that comes.
    pub(crate) fn contiguous(announced: u64) -> Self {
        Self {
            joins_all: Some(announced),
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
        more.push(frame, self.joins_all);
    }

    #[cold]
    fn push_second(&mut self, frame: Bytes) {
        let mut more = Box::new(More::default());
        let is_tiny = |frame: &Bytes| frame.len() < TINY;
        if self.joins_all.is_some() || is_tiny(&frame) && self.first.as_ref().is_some_and(is_tiny) {
            // The second frame that joins: the first one does too.
            if let Some(first) = self.first.take() {
                more.push(first, self.joins_all);
            }
        }
        more.push(frame, self.joins_all);
        self.more = Some(more);
    }

    /// Takes the next frame off the front.
    pub fn pop(&mut self) -> Option<Bytes> {
        let frame = match self.first.take() {
            Some(first) => first,
            None => self.more.as_mut()?.pop()?,
        };
        self.len -= frame.len() as u64;
        Some(frame)
    }

    /// The bytes that are left.
    #[must_use]
    pub fn len(&self) -> u64 {
        self.len
    }

    /// Whether no byte is left.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The frames, without taking them.
    pub fn iter(&self) -> impl Iterator<Item = &[u8]> {
        let more = self.more.iter().flat_map(|more| {
            let tail = (!more.tail.is_empty()).then_some(&more.tail[..]);
            more.rest.iter().map(|frame| &frame[..]).chain(tail)
        });
        self.first.iter().map(|frame| &frame[..]).chain(more)
    }

    /// Everything that is left as one piece; without a copy where it is one.
    #[must_use]
    pub fn into_bytes(mut self) -> Bytes {
        let Some(first) = self.pop() else {
            return Bytes::new();
        };
        if self.is_empty() {
            return first;
        }
        let mut all = BytesMut::with_capacity(first.len() + usize::try_from(self.len).unwrap_or(0));
        all.extend_from_slice(&first);
        while let Some(frame) = self.pop() {
            all.extend_from_slice(&frame);
        }
        all.freeze()
    }
}

impl More {
    fn push(&mut self, frame: Bytes, joins_all: Option<u64>) {
        if let Some(announced) = joins_all {
            let came = self.tail.len() + frame.len();
            if self.tail.capacity() < came {
                let announced = usize::try_from(announced).unwrap_or(usize::MAX);
                let wanted = if announced < came {
                    // More than announced, or nothing was.
                    came.saturating_mul(2)
                } else {
                    // Four times what came at most: nobody gets memory for a word.
                    announced.min(came.saturating_mul(4))
                };
                self.tail.reserve(wanted - self.tail.len());
            }
            self.tail.extend_from_slice(&frame);
        } else if frame.len() < TINY {
            self.join(&frame);
        } else {
            self.close_tail();
            self.rest.push_back(frame);
        }
    }

    fn join(&mut self, frame: &[u8]) {
        if self.tail.len() + frame.len() > JOINED {
            self.close_tail();
        }
        if self.tail.capacity() - self.tail.len() < frame.len() {
            let wanted = (self.tail.len() + frame.len())
                .next_power_of_two()
                .clamp(64, JOINED);
            self.tail.reserve(wanted - self.tail.len());
        }
        self.tail.extend_from_slice(frame);
    }

    fn close_tail(&mut self) {
        if !self.tail.is_empty() {
            let tail = std::mem::take(&mut self.tail).freeze();
            self.rest.push_back(tail);
        }
    }

    fn pop(&mut self) -> Option<Bytes> {
        self.rest
            .pop_front()
            .or_else(|| (!self.tail.is_empty()).then(|| std::mem::take(&mut self.tail).freeze()))
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
    fn large_frames_are_kept_as_they_came() {
        let frame = Bytes::from(vec![7; 20_000]);
        let mut frames = Frames::default();
        frames.push(frame.clone());
        frames.push(frame.clone());
        assert_eq!(frames.pop().unwrap().as_ptr(), frame.as_ptr());
        assert_eq!(frames.pop().unwrap().as_ptr(), frame.as_ptr());
        assert!(frames.pop().is_none());
    }

    #[test]
    fn the_bytes_come_out_in_order_whatever_the_split() {
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
    fn a_contiguous_body_reserves_what_is_announced_only_as_it_comes() {
        for announced in [0, 100_000, 1 << 20, u64::MAX] {
            let mut frames = Frames::contiguous(announced);
            let mut came = 0;
            for _ in 0..100 {
                frames.push(Bytes::from(vec![7; 1000]));
                came += 1000;
                let held = frames.more.as_ref().map_or(0, |more| more.tail.capacity());
                assert!(held <= 4 * came, "{announced}: {held} for {came}");
            }
            let held = frames.more.as_ref().unwrap().tail.capacity();
            assert!(announced != 100_000 || held < 200_000, "{held}");
        }
    }

    #[test]
    fn one_byte_frames_cost_no_more_than_twice_their_payload() {
        let frames = filled(&[1; 100_000]);
        let more = frames.more.unwrap();
        let held: usize = more.rest.iter().map(Bytes::len).sum::<usize>() + more.tail.capacity();
        assert!(held <= 200_000, "{held}");
        assert!(more.rest.len() <= 100_000 / JOINED + 1);
    }
}
