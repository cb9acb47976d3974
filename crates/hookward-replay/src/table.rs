//! Hash table of the in-memory store: small segments that grow and split individually, so
//! that no operation touches more than a few hundred entries.
//!
//! A segment is a two-choice hash table of buckets with eight slots. An entry is in one
//! of its two buckets or absent: a lookup reads sixteen slots, and the slot of an expired
//! entry is reused without a cleanup. A segment that is full of live entries is rebuilt
//! with more buckets or, at its maximum size, split by one more bit of the hash
//! (extendible hashing).

use std::hash::{BuildHasher as _, RandomState};
use std::sync::atomic::{AtomicUsize, Ordering};

/// Slots per bucket.
const WIDTH: usize = 8;

/// Buckets of the largest segment: 12 KiB, rebuilt in about twenty microseconds.
const MOST_BUCKETS: usize = 64;
const FEWEST_BUCKETS: usize = 2;

/// The load of a segment after a rebuild, in slots per bucket: three quarters, so that an
/// entry takes at most 32 bytes; higher if the budget does not allow that.
const SLOTS_AFTER_REBUILD: usize = 6;
const SLOTS_WHEN_SHORT: usize = 7;

/// How many segments may be shrunk to grow another one when the budget is exhausted.
const MOST_SHRUNK: usize = 8;

/// The maximum number of hash bits in the directory.
const MOST_DEPTH: u32 = 24;

/// Size of a slot in bytes.
pub(super) const SLOT_BYTES: usize = size_of::<Bucket>() / WIDTH;

/// Expiry in milliseconds and, in the low bits, the number of the claim, which is zero
/// once committed. An empty slot is all zero.
///
/// The number is the claim's token reduced to 24 bits, so two claims of one key share it
/// only if exactly a multiple of 16,777,215 other claims were made between them.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Mark(u64);

impl Mark {
    const NONE: Self = Self(0);
    const HOLDER_BITS: u32 = 24;
    const LATEST: u64 = (1 << (64 - Self::HOLDER_BITS)) - 1;

    /// The time saturates at 34 years after the store's creation.
    pub(super) fn held(expires: u64, token: u64) -> Self {
        Self(expires.min(Self::LATEST) << Self::HOLDER_BITS | Self::number(token))
    }

    /// At least one.
    fn number(token: u64) -> u64 {
        token % ((1 << Self::HOLDER_BITS) - 1) + 1
    }

    pub(super) fn committed(expires: u64) -> Self {
        Self(expires.min(Self::LATEST) << Self::HOLDER_BITS)
    }

    /// Whether the claim with this token made it, at whatever time it expires.
    pub(super) fn is_held_by(self, token: u64) -> bool {
        self.0 & ((1 << Self::HOLDER_BITS) - 1) == Self::number(token)
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

/// The slots that the tables of a store may still allocate.
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

/// The key of the hash that places entries. Replay keys are uniformly distributed
/// already, so a multiplication suffices; it only has to be unpredictable.
pub(super) struct Secret([u64; 2]);

impl Secret {
    pub(super) fn random() -> Self {
        let random = RandomState::new();
        Self([random.hash_one(0_u8), random.hash_one(1_u8)])
    }

    pub(super) fn hashed(&self, key: [u64; 2]) -> Hashed {
        let fold = |a: u64, b: u64| {
            let product = u128::from(a) * u128::from(b);
            product as u64 ^ (product >> 64) as u64
        };
        let mixed = fold(key[0] ^ self.0[0], key[1] ^ self.0[1]);
        let hash = fold(mixed ^ self.0[0], 0x9e37_79b9_7f4a_7c15);
        Hashed { key, hash }
    }
}

/// A key with its keyed hash, so that its location cannot be chosen from outside.
#[derive(Clone, Copy)]
pub(super) struct Hashed {
    key: [u64; 2],
    hash: u64,
}

impl Hashed {
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
        let choose = |bits: u64| (usize::try_from(bits & 0xffff).unwrap_or(0) * count) >> 16;
        let (first, second) = (choose(self.hash), choose(self.hash >> 16));
        if first == second {
            [first, (second + 1) % count]
        } else {
            [first, second]
        }
    }
}

/// Eight entries, laid out so that a lookup that misses reads one cache line.
#[derive(Clone, Copy)]
#[repr(align(64))]
struct Bucket {
    high: [u64; WIDTH],
    low: [u64; WIDTH],
    marks: [Mark; WIDTH],
}

const EMPTY: Bucket = Bucket {
    high: [0; WIDTH],
    low: [0; WIDTH],
    marks: [Mark::NONE; WIDTH],
};

impl Bucket {
    fn find(&self, key: [u64; 2]) -> Option<usize> {
        (0..WIDTH).find(|&place| {
            self.high[place] == key[0]
                && self.low[place] == key[1]
                && self.marks[place] != Mark::NONE
        })
    }

    fn live(&self, now: u64) -> usize {
        self.marks.iter().filter(|mark| mark.is_live(now)).count()
    }

    fn free(&self, now: u64) -> Option<usize> {
        self.marks.iter().position(|mark| !mark.is_live(now))
    }

    fn key(&self, place: usize) -> [u64; 2] {
        [self.high[place], self.low[place]]
    }

    fn set(&mut self, place: usize, key: [u64; 2], mark: Mark) {
        [self.high[place], self.low[place]] = key;
        self.marks[place] = mark;
    }
}

/// A bucket, and a slot in it.
type Slot = (usize, usize);

struct Segment {
    buckets: Box<[Bucket]>,
    /// The number of hash bits that its entries have in common.
    depth: u32,
}

impl Segment {
    fn new(buckets: usize, depth: u32) -> Self {
        Self {
            buckets: vec![EMPTY; buckets].into_boxed_slice(),
            depth,
        }
    }

    fn slots(&self) -> usize {
        self.buckets.len() * WIDTH
    }

    fn mark(&self, (bucket, place): Slot) -> Mark {
        self.buckets[bucket].marks[place]
    }

    fn set(&mut self, (bucket, place): Slot, key: Hashed, mark: Mark) {
        self.buckets[bucket].set(place, key.key, mark);
    }

    fn candidates(&self, key: Hashed) -> impl Iterator<Item = Slot> + use<> {
        let buckets = key.buckets(self.buckets.len());
        buckets
            .into_iter()
            .flat_map(|bucket| (0..WIDTH).map(move |place| (bucket, place)))
    }

    fn find(&self, key: Hashed) -> Option<Slot> {
        key.buckets(self.buckets.len())
            .into_iter()
            .find_map(|bucket| Some((bucket, self.buckets[bucket].find(key.key)?)))
    }

    /// A free slot for the key, in the emptier of its buckets; or one that is freed by
    /// moving its entry to its other bucket.
    fn make_room(&mut self, key: Hashed, now: u64, secret: &Secret) -> Option<Slot> {
        let count = self.buckets.len();
        let [first, second] = key.buckets(count);
        let emptier = if self.buckets[first].live(now) <= self.buckets[second].live(now) {
            first
        } else {
            second
        };
        if let Some(place) = self.buckets[emptier].free(now) {
            return Some((emptier, place));
        }
        for (bucket, place) in self.candidates(key) {
            let moving = secret.hashed(self.buckets[bucket].key(place));
            let other = moving.buckets(count).into_iter().find(|b| *b != bucket);
            if let Some(other) = other
                && let Some(free) = self.buckets[other].free(now)
            {
                let mark = self.buckets[bucket].marks[place];
                let expired = self.buckets[other].marks[free];
                self.buckets[other].set(free, moving.key, mark);
                // An expired entry there counts, so that it is replaced next.
                self.buckets[bucket].marks[place] = expired;
                return Some((bucket, place));
            }
        }
        None
    }

    fn entries(&self) -> impl Iterator<Item = ([u64; 2], Mark)> {
        self.buckets
            .iter()
            .flat_map(|bucket| (0..WIDTH).map(|place| (bucket.key(place), bucket.marks[place])))
    }

    fn live(&self, now: u64, secret: &Secret) -> Vec<(Hashed, Mark)> {
        let mut live = Vec::with_capacity(self.slots());
        for bucket in &self.buckets {
            for place in 0..WIDTH {
                if bucket.marks[place].is_live(now) {
                    live.push((secret.hashed(bucket.key(place)), bucket.marks[place]));
                }
            }
        }
        live
    }

    fn used(&self) -> usize {
        self.entries()
            .filter(|(_, mark)| *mark != Mark::NONE)
            .count()
    }
}

/// The number of buckets for this many entries, at this average load.
fn buckets_for(entries: usize, each: usize) -> usize {
    entries.div_ceil(each).max(FEWEST_BUCKETS)
}

/// One shard of the store.
pub(super) struct Table {
    segments: Vec<Segment>,
    /// Segments, indexed by the low bits of the hash's upper half.
    directory: Vec<u32>,
    depth: u32,
    used: usize,
    slots: usize,
    /// The last segment considered for shrinking.
    shrunk: usize,
}

/// No slot is free, and the budget is exhausted.
pub(super) struct Full;

/// The outcome of [`Table::get_or_put`].
pub(super) enum Put {
    /// Unchanged: the entry is live.
    Known,
    New,
}

impl Table {
    pub(super) fn new() -> Self {
        let segment = Segment::new(FEWEST_BUCKETS, 0);
        Self {
            slots: segment.slots(),
            segments: vec![segment],
            directory: vec![0],
            depth: 0,
            used: 0,
            shrunk: 0,
        }
    }

    /// Occupied slots, live or expired.
    pub(super) fn used(&self) -> usize {
        self.used
    }

    /// Slots allocated.
    pub(super) fn slots(&self) -> usize {
        self.slots
    }

    /// Bytes allocated besides the slots.
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
            .map(|slot| segment.mark(slot))
            .filter(|mark| mark.is_live(now))
    }

    /// Removes the key's entry, live or expired, if it is one of these.
    pub(super) fn remove(&mut self, key: Hashed, which: impl FnOnce(Mark) -> bool) {
        let index = self.segment(key);
        let segment = &mut self.segments[index];
        if let Some(slot) = segment.find(key)
            && which(segment.mark(slot))
        {
            segment.set(slot, key, Mark::NONE);
            self.used -= 1;
        }
    }

    /// The key's entry if it is live; otherwise inserts this one.
    pub(super) fn get_or_put(
        &mut self,
        key: Hashed,
        mark: impl FnOnce() -> Mark,
        now: u64,
        secret: &Secret,
        budget: &Budget,
    ) -> (Mark, Result<Put, Full>) {
        let index = self.segment(key);
        let segment = &mut self.segments[index];
        let slot = segment.find(key);
        if let Some(slot) = slot {
            let known = segment.mark(slot);
            if known.is_live(now) {
                return (known, Ok(Put::Known));
            }
        }
        let mark = mark();
        (
            mark,
            self.put_at(slot, key, mark, now, secret, budget)
                .map(|()| Put::New),
        )
    }

    /// Sets the key's entry, in its current slot or in a free one.
    pub(super) fn put(
        &mut self,
        key: Hashed,
        mark: Mark,
        now: u64,
        secret: &Secret,
        budget: &Budget,
    ) -> Result<(), Full> {
        let slot = self.segments[self.segment(key)].find(key);
        self.put_at(slot, key, mark, now, secret, budget)
    }

    /// Sets the entry of a key that is in this slot of its segment, or in none. If no
    /// slot is free, the segment grows as far as the budget allows.
    fn put_at(
        &mut self,
        mut slot: Option<Slot>,
        key: Hashed,
        mark: Mark,
        now: u64,
        secret: &Secret,
        budget: &Budget,
    ) -> Result<(), Full> {
        loop {
            let index = self.segment(key);
            let segment = &mut self.segments[index];
            slot = slot.or_else(|| segment.make_room(key, now, secret));
            if let Some(slot) = slot {
                self.used += usize::from(segment.mark(slot) == Mark::NONE);
                segment.set(slot, key, mark);
                return Ok(());
            }
            self.grow(index, now, secret, budget)?;
        }
    }

    /// Replaces the entry that would expire first, of the sixteen that compete for the
    /// key's slot.
    pub(super) fn replace_first_to_expire(&mut self, key: Hashed, mark: Mark) {
        let index = self.segment(key);
        let segment = &mut self.segments[index];
        let first = segment
            .candidates(key)
            .min_by_key(|slot| segment.mark(*slot).expires());
        if let Some(slot) = first {
            self.used += usize::from(segment.mark(slot) == Mark::NONE);
            segment.set(slot, key, mark);
        }
    }

    /// Rebuilds a segment with more slots, or splits it; drops expired entries.
    fn grow(
        &mut self,
        index: usize,
        now: u64,
        secret: &Secret,
        budget: &Budget,
    ) -> Result<(), Full> {
        let segment = &self.segments[index];
        let (depth, before) = (segment.depth, segment.slots());
        let live = segment.live(now, secret);
        let dropped = segment.used() - live.len();
        // At least one more bucket, so that every round makes progress.
        let buckets = |each| buckets_for(live.len() + 1, each).max(before / WIDTH + 1);
        let more = |each| (buckets(each) * WIDTH).saturating_sub(before);
        let each = if budget.left() >= more(SLOTS_AFTER_REBUILD) {
            SLOTS_AFTER_REBUILD
        } else {
            if budget.left() < more(SLOTS_WHEN_SHORT) {
                self.shrink_others(index, more(SLOTS_WHEN_SHORT), now, secret, budget)?;
            }
            SLOTS_WHEN_SHORT
        };
        let buckets = buckets(each);
        if buckets <= MOST_BUCKETS {
            let whole = build(live.iter(), buckets, depth, secret);
            self.account(before, whole.slots(), budget)?;
            self.segments[index] = whole;
        } else {
            if depth == MOST_DEPTH {
                return Err(Full);
            }
            let half = |bit| {
                let live = live.iter().filter(move |(key, _)| key.bit(depth) == bit);
                let buckets = buckets_for(live.clone().count() + 1, each);
                build(live, buckets, depth + 1, secret)
            };
            let (zeros, ones) = (half(false), half(true));
            self.account(before, zeros.slots() + ones.slots(), budget)?;
            self.segments[index] = zeros;
            self.add(index, ones);
        }
        self.used -= dropped;
        Ok(())
    }

    /// Shrinks other segments that have enough expired entries, until the budget has this
    /// many slots left.
    fn shrink_others(
        &mut self,
        but: usize,
        wanted: usize,
        now: u64,
        secret: &Secret,
        budget: &Budget,
    ) -> Result<(), Full> {
        for _ in 0..MOST_SHRUNK.min(self.segments.len()) {
            self.shrunk = (self.shrunk + 1) % self.segments.len();
            let segment = &self.segments[self.shrunk];
            let (depth, before) = (segment.depth, segment.slots());
            let count = segment.buckets.iter().map(|b| b.live(now)).sum();
            let buckets = buckets_for(count, SLOTS_AFTER_REBUILD);
            if self.shrunk == but || buckets * WIDTH >= before {
                continue;
            }
            let (live, used) = (segment.live(now, secret), segment.used());
            let smaller = build(live.iter(), buckets, depth, secret);
            self.account(before, smaller.slots(), budget)?;
            self.segments[self.shrunk] = smaller;
            self.used -= used - live.len();
            if budget.left() >= wanted {
                return Ok(());
            }
        }
        Err(Full)
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
        // At most 2^24, since the depth is bounded.
        let (old, new) = (index as u32, self.segments.len() as u32);
        self.segments.push(ones);
        for (place, segment) in self.directory.iter_mut().enumerate() {
            if *segment == old && place >> bit & 1 == 1 {
                *segment = new;
            }
        }
    }
}

/// A segment with these entries, and with more buckets than requested in the unlikely
/// case that an entry finds no slot.
fn build<'e>(
    entries: impl Iterator<Item = &'e (Hashed, Mark)> + Clone,
    mut buckets: usize,
    depth: u32,
    secret: &Secret,
) -> Segment {
    loop {
        let mut segment = Segment::new(buckets, depth);
        let mut taken = vec![0_u8; buckets];
        let placed = entries.clone().all(|(key, mark)| {
            let [first, second] = key.buckets(buckets);
            let emptier = if taken[first] <= taken[second] {
                first
            } else {
                second
            };
            let place = usize::from(taken[emptier]);
            if place < WIDTH {
                taken[emptier] += 1;
                segment.set((emptier, place), *key, *mark);
                return true;
            }
            // Expired entries were dropped already.
            let Some(slot) = segment.make_room(*key, 0, secret) else {
                return false;
            };
            segment.set(slot, *key, *mark);
            // An entry moved to another bucket.
            for (taken, bucket) in taken.iter_mut().zip(&segment.buckets) {
                *taken = bucket.live(0) as u8;
            }
            true
        });
        if placed {
            return segment;
        }
        buckets += buckets.div_ceil(8);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_has_its_time_and_its_holder_for_every_token() {
        let turn = (1_u64 << Mark::HOLDER_BITS) - 1;
        let tokens = [
            0,
            1,
            2,
            turn - 1,
            turn,
            turn + 1,
            turn + 2,
            2 * turn,
            u64::MAX,
        ];
        for expires in [0, 1, 5, 1 << 39, Mark::LATEST - 1, Mark::LATEST, u64::MAX] {
            for token in tokens {
                let mark = Mark::held(expires, token);
                assert_eq!(mark.expires(), expires.min(Mark::LATEST), "{token}");
                assert!(!mark.is_committed(), "{token}");
                for other in tokens {
                    let same = token % turn == other % turn;
                    assert_eq!(mark.is_held_by(other), same, "{token} {other}");
                }
            }
            let committed = Mark::committed(expires);
            assert_eq!(committed.expires(), expires.min(Mark::LATEST));
            assert!(committed.is_committed());
            assert!(tokens.iter().all(|token| !committed.is_held_by(*token)));
        }
    }

    #[test]
    fn a_budget_is_what_was_given_and_not_taken() {
        let budget = Budget::new(10);
        assert!(budget.take(7) && !budget.take(4) && budget.take(3));
        assert_eq!(budget.left(), 0);
        budget.give(5);
        assert_eq!(budget.left(), 5);
        assert!(!budget.take(6) && budget.take(5));
    }
}
