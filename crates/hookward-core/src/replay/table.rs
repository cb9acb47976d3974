//! The table behind the store in memory: small segments that grow and split one
//! at a time, so that no step ever touches more than a few hundred entries.
//!
//! A segment is a two-choice hash table of buckets with eight slots. An entry
//! stands in one of its two buckets or nowhere: a lookup reads sixteen slots, and
//! a slot whose entry expired is free for the next one without being cleaned up.
//! A segment that is full of live entries is rebuilt with more buckets, or, at
//! its largest, split in two by one more bit of the hash (extendible hashing).

use std::sync::atomic::{AtomicUsize, Ordering};

/// Slots of a bucket.
const WIDTH: usize = 8;

/// Buckets of the largest segment: 12 KiB, rebuilt in about ten microseconds.
const MOST_BUCKETS: usize = 64;
const FEWEST_BUCKETS: usize = 2;

/// How full a segment is after it was rebuilt, in slots of a bucket: with
/// something over 0.75, entries take at most 32 bytes.
const SLOTS_AFTER_REBUILD: usize = 6;

/// Bits of the hash that the directory may use.
const MOST_DEPTH: u32 = 24;

/// Bytes that one slot takes.
pub(super) const SLOT_BYTES: usize = size_of::<Slot>();

/// Expiry in milliseconds and, below it, who holds the claim: a number that is
/// zero once the claim is committed. No entry at all is all zero.
///
/// As a whole it is the claim's token: a second claim of the same key has
/// another number, or, when the numbers have come round, another time.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Mark(u64);

impl Mark {
    const NONE: Self = Self(0);
    const HOLDER_BITS: u32 = 24;
    const LATEST: u64 = (1 << (64 - Self::HOLDER_BITS)) - 1;

    /// The time is capped at 34 years after the store's start.
    pub(super) fn held(expires: u64, number: u32) -> Self {
        let number = u64::from(number) % ((1 << Self::HOLDER_BITS) - 1) + 1;
        Self(expires.min(Self::LATEST) << Self::HOLDER_BITS | number)
    }

    pub(super) fn committed(expires: u64) -> Self {
        Self(expires.min(Self::LATEST) << Self::HOLDER_BITS)
    }

    pub(super) fn from_token(token: u64) -> Self {
        Self(token)
    }

    pub(super) fn token(self) -> u64 {
        self.0
    }

    pub(super) fn expires(self) -> u64 {
        self.0 >> Self::HOLDER_BITS
    }

    pub(super) fn is_committed(self) -> bool {
        self.0.trailing_zeros() >= Self::HOLDER_BITS
    }

    fn is_live(self, now: u64) -> bool {
        self.expires() > now
    }
}

/// The slots that all tables of a store may still allocate.
pub(super) struct Budget(AtomicUsize);

impl Budget {
    pub(super) fn new(slots: usize) -> Self {
        Self(AtomicUsize::new(slots))
    }

    fn left(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }

    fn take(&self, slots: usize) -> bool {
        let less = |left: usize| left.checked_sub(slots);
        self.0
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, less)
            .is_ok()
    }

    fn give(&self, slots: usize) {
        self.0.fetch_add(slots, Ordering::Relaxed);
    }
}

/// A key with its keyed hash: nobody outside can choose where it stands.
#[derive(Clone, Copy)]
pub(super) struct Hashed {
    key: [u64; 2],
    hash: u64,
}

impl Hashed {
    pub(super) fn new(key: [u64; 2], hash: &impl Fn([u64; 2]) -> u64) -> Self {
        let hash = hash(key);
        Self { key, hash }
    }

    pub(super) fn shard(self, shards: usize) -> usize {
        usize::try_from(self.hash >> 56).unwrap_or(0) % shards
    }

    fn in_directory(self, depth: u32) -> usize {
        let bits = (self.hash >> 32) & ((1 << depth) - 1);
        usize::try_from(bits).unwrap_or(0)
    }

    fn bit(self, depth: u32) -> bool {
        self.hash >> (32 + depth) & 1 == 1
    }

    fn buckets(self, count: usize) -> [usize; 2] {
        let choose = |bits: u64| usize::try_from(bits & 0xffff).unwrap_or(0) * count >> 16;
        let (first, second) = (choose(self.hash), choose(self.hash >> 16));
        if first == second {
            [first, (second + 1) % count]
        } else {
            [first, second]
        }
    }
}

#[derive(Clone, Copy)]
struct Slot {
    key: [u64; 2],
    mark: Mark,
}

const FREE: Slot = Slot {
    key: [0; 2],
    mark: Mark::NONE,
};

struct Segment {
    slots: Box<[Slot]>,
    /// How many bits of the hash its entries have in common.
    depth: u32,
}

impl Segment {
    fn new(buckets: usize, depth: u32) -> Self {
        Self {
            slots: vec![FREE; buckets * WIDTH].into_boxed_slice(),
            depth,
        }
    }

    fn bucket(&self, bucket: usize) -> &[Slot] {
        &self.slots[bucket * WIDTH..(bucket + 1) * WIDTH]
    }

    fn candidates(&self, key: Hashed) -> impl Iterator<Item = usize> + use<> {
        let buckets = key.buckets(self.slots.len() / WIDTH);
        buckets
            .into_iter()
            .flat_map(|bucket| bucket * WIDTH..(bucket + 1) * WIDTH)
    }

    fn find(&self, key: Hashed) -> Option<usize> {
        let count = self.slots.len() / WIDTH;
        for bucket in key.buckets(count) {
            for (place, slot) in self.bucket(bucket).iter().enumerate() {
                if slot.key == key.key && slot.mark != Mark::NONE {
                    return Some(bucket * WIDTH + place);
                }
            }
        }
        None
    }

    /// A free slot for the key, in the emptier of its buckets; or one that
    /// becomes free because its entry moves to the other bucket it may be in.
    fn make_room(
        &mut self,
        key: Hashed,
        now: u64,
        hash: &impl Fn([u64; 2]) -> u64,
    ) -> Option<usize> {
        let count = self.slots.len() / WIDTH;
        let free = |segment: &Self, bucket: usize| {
            let live = |slot: &&Slot| slot.mark.is_live(now);
            let slots = segment.bucket(bucket);
            let taken = slots.iter().filter(live).count();
            let place = slots.iter().position(|slot| !slot.mark.is_live(now));
            place.map(|place| (taken, bucket * WIDTH + place))
        };
        let [first, second] = key.buckets(count);
        match (free(self, first), free(self, second)) {
            (Some(one), Some(other)) => return Some(one.min(other).1),
            (Some((_, slot)), None) | (None, Some((_, slot))) => return Some(slot),
            (None, None) => {}
        }
        for from in self.candidates(key) {
            let moving = Hashed::new(self.slots[from].key, hash);
            let other = moving
                .buckets(count)
                .into_iter()
                .find(|b| *b != from / WIDTH);
            if let Some((_, to)) = other.and_then(|other| free(self, other)) {
                // What had expired there comes here, to be replaced next.
                self.slots.swap(from, to);
                return Some(from);
            }
        }
        None
    }

    fn is_used(&self, slot: usize) -> bool {
        self.slots[slot].mark != Mark::NONE
    }

    fn used(&self) -> usize {
        let used = |slot: &&Slot| slot.mark != Mark::NONE;
        self.slots.iter().filter(used).count()
    }
}

/// Buckets for so many entries after a rebuild.
fn buckets_for(entries: usize) -> usize {
    entries.div_ceil(SLOTS_AFTER_REBUILD).max(FEWEST_BUCKETS)
}

/// One shard's share of the store.
pub(super) struct Table {
    segments: Vec<Segment>,
    /// Segments by the low bits of the hash's upper half.
    directory: Vec<u32>,
    depth: u32,
    used: usize,
    slots: usize,
}

/// No slot is free, and no more may be had.
pub(super) struct Full;

impl Table {
    pub(super) fn new() -> Self {
        let segment = Segment::new(FEWEST_BUCKETS, 0);
        Self {
            slots: segment.slots.len(),
            segments: vec![segment],
            directory: vec![0],
            depth: 0,
            used: 0,
        }
    }

    /// Slots with an entry, live or expired.
    pub(super) fn used(&self) -> usize {
        self.used
    }

    /// Slots allocated.
    pub(super) fn slots(&self) -> usize {
        self.slots
    }

    /// Bytes allocated beside the slots.
    pub(super) fn overhead(&self) -> usize {
        self.segments.capacity() * size_of::<Segment>()
            + self.directory.capacity() * size_of::<u32>()
            + size_of::<Self>()
    }

    fn segment(&self, key: Hashed) -> usize {
        let index = self.directory[key.in_directory(self.depth)];
        usize::try_from(index).unwrap_or(0)
    }

    /// The key's entry, if it is live.
    pub(super) fn get(&self, key: Hashed, now: u64) -> Option<Mark> {
        let segment = &self.segments[self.segment(key)];
        segment
            .find(key)
            .map(|slot| segment.slots[slot].mark)
            .filter(|mark| mark.is_live(now))
    }

    pub(super) fn remove(&mut self, key: Hashed, mark: Mark) {
        let index = self.segment(key);
        let segment = &mut self.segments[index];
        if let Some(slot) = segment.find(key)
            && segment.slots[slot].mark == mark
        {
            segment.slots[slot] = FREE;
            self.used -= 1;
        }
    }

    /// Sets the key's entry, in its slot or in a free one. Where there is
    /// none, the segment grows as far as the budget allows.
    pub(super) fn put(
        &mut self,
        key: Hashed,
        mark: Mark,
        now: u64,
        hash: &impl Fn([u64; 2]) -> u64,
        budget: &Budget,
    ) -> Result<(), Full> {
        loop {
            let index = self.segment(key);
            let segment = &mut self.segments[index];
            let slot = match segment.find(key) {
                Some(slot) => Some(slot),
                None => segment.make_room(key, now, hash),
            };
            if let Some(slot) = slot {
                self.used += usize::from(!segment.is_used(slot));
                segment.slots[slot] = Slot { key: key.key, mark };
                return Ok(());
            }
            self.grow(index, now, hash, budget)?;
        }
    }

    /// Sets the key's entry in place of that one, of the sixteen which stand
    /// where it could, that would expire first.
    pub(super) fn replace_first_to_expire(&mut self, key: Hashed, mark: Mark) {
        let index = self.segment(key);
        let segment = &mut self.segments[index];
        let first = segment
            .candidates(key)
            .min_by_key(|slot| segment.slots[*slot].mark.expires());
        if let Some(slot) = first {
            self.used += usize::from(!segment.is_used(slot));
            segment.slots[slot] = Slot { key: key.key, mark };
        }
    }

    /// Rebuilds a segment with more slots, or as two; without what expired.
    fn grow(
        &mut self,
        index: usize,
        now: u64,
        hash: &impl Fn([u64; 2]) -> u64,
        budget: &Budget,
    ) -> Result<(), Full> {
        let segment = &self.segments[index];
        let (depth, before) = (segment.depth, segment.slots.len());
        let live: Vec<(Hashed, Mark)> = segment
            .slots
            .iter()
            .filter(|slot| slot.mark.is_live(now))
            .map(|slot| (Hashed::new(slot.key, hash), slot.mark))
            .collect();
        let dropped = segment.used() - live.len();
        // One bucket more at least, so that every round gets further.
        let buckets = buckets_for(live.len() + 1).max(before / WIDTH + 1);
        if budget.left() < (buckets * WIDTH).saturating_sub(before) {
            return Err(Full);
        }
        if buckets <= MOST_BUCKETS {
            let whole = build(&live, buckets, depth, hash);
            self.account(before, whole.slots.len(), budget)?;
            self.segments[index] = whole;
        } else {
            if depth == MOST_DEPTH {
                return Err(Full);
            }
            let (ones, zeros): (Vec<_>, Vec<_>) =
                live.into_iter().partition(|(key, _)| key.bit(depth));
            let zeros = build(&zeros, buckets_for(zeros.len() + 1), depth + 1, hash);
            let ones = build(&ones, buckets_for(ones.len() + 1), depth + 1, hash);
            self.account(before, zeros.slots.len() + ones.slots.len(), budget)?;
            self.segments[index] = zeros;
            self.add(index, ones);
        }
        self.used -= dropped;
        Ok(())
    }

    fn account(&mut self, before: usize, after: usize, budget: &Budget) -> Result<(), Full> {
        if after > before && !budget.take(after - before) {
            return Err(Full);
        }
        budget.give(before.saturating_sub(after));
        self.slots = self.slots - before + after;
        Ok(())
    }

    /// Adds the half of segment `index` whose entries have the next bit set.
    fn add(&mut self, index: usize, ones: Segment) {
        let bit = ones.depth - 1;
        if bit == self.depth {
            self.directory.extend_from_within(..);
            self.depth += 1;
        }
        // At most 2^24, as the depth is.
        let (old, new) = (index as u32, self.segments.len() as u32);
        self.segments.push(ones);
        for (place, segment) in self.directory.iter_mut().enumerate() {
            if *segment == old && place >> bit & 1 == 1 {
                *segment = new;
            }
        }
    }
}

/// A segment with these entries, and with more buckets than asked for in the
/// unlikely case that one finds no place.
fn build(
    entries: &[(Hashed, Mark)],
    mut buckets: usize,
    depth: u32,
    hash: &impl Fn([u64; 2]) -> u64,
) -> Segment {
    loop {
        let mut segment = Segment::new(buckets, depth);
        let placed = entries.iter().all(|(key, mark)| {
            // Nothing in it has expired: that was left out.
            let slot = segment.make_room(*key, 0, hash);
            if let Some(slot) = slot {
                segment.slots[slot] = Slot {
                    key: key.key,
                    mark: *mark,
                };
            }
            slot.is_some()
        });
        if placed {
            return segment;
        }
        buckets += buckets.div_ceil(8);
    }
}
