//! The in-memory store, compared with a simple model.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::HashMap;
use std::future::Future;
use std::pin::pin;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Barrier};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use hookward_replay::{
    Claim, ClaimToken, MemoryStore, Renewal, ReplayKey, ReplayStore, StoreError, StoreFuture,
    WhenFull,
};

const MINUTE: Duration = Duration::from_secs(60);

/// The in-memory store completes immediately.
fn now<T>(answer: StoreFuture<'_, T>) -> Result<T, StoreError> {
    match pin!(answer).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(answer) => answer,
        Poll::Pending => panic!("not ready immediately"),
    }
}

fn key(number: u64) -> ReplayKey {
    let mut bytes = [3; 16];
    bytes[4..12].copy_from_slice(&number.to_be_bytes());
    ReplayKey::from_bytes(bytes)
}

#[track_caller]
fn fresh(claim: Result<Claim, StoreError>) -> ClaimToken {
    match claim.unwrap() {
        Claim::Fresh(token) => token,
        other => panic!("not fresh: {other:?}"),
    }
}

/// A clock that only the test moves, in milliseconds.
#[derive(Clone, Default)]
struct Clock(Arc<AtomicU64>);

impl Clock {
    fn advance(&self, time: Duration) {
        let millis = u64::try_from(time.as_millis()).unwrap();
        self.0.fetch_add(millis, Ordering::Relaxed);
    }

    fn millis(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }

    fn store(&self, capacity: usize) -> MemoryStore {
        let clock = self.clone();
        MemoryStore::with_capacity(capacity)
            .with_clock(move || Duration::from_millis(clock.millis()))
    }
}

/// SplitMix64: the same interleavings in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let n = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let n = (n ^ (n >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (n ^ (n >> 31)) % bound
    }
}

/// The specification in the trait's documentation, as a map.
#[derive(Default)]
struct Model {
    /// When it expires, and who holds it, if it is not committed.
    claims: HashMap<u64, (u64, Option<ClaimToken>)>,
}

impl Model {
    fn live(&self, key: u64, now: u64) -> Option<(u64, Option<ClaimToken>)> {
        self.claims
            .get(&key)
            .copied()
            .filter(|(expires, _)| *expires > now)
    }

    /// The expected result of a claim, or `None` for a fresh one.
    fn claim(&self, key: u64, now: u64) -> Option<Claim> {
        self.live(key, now).map(|(expires, holder)| match holder {
            Some(_) => Claim::InProgress(Duration::from_millis(expires - now)),
            None => Claim::Done,
        })
    }

    fn renew(&mut self, key: u64, token: ClaimToken, lease: u64, now: u64) -> Renewal {
        match self.live(key, now) {
            Some((_, holder)) if holder != Some(token) => Renewal::Lost,
            _ => {
                self.claims.insert(key, (now + lease, Some(token)));
                Renewal::Held
            }
        }
    }

    fn commit(&mut self, key: u64, keep: u64, now: u64) {
        match self.live(key, now) {
            Some((_, None)) => {}
            _ => drop(self.claims.insert(key, (now + keep, None))),
        }
    }

    fn release(&mut self, key: u64, token: ClaimToken) {
        if self
            .claims
            .get(&key)
            .is_some_and(|(_, holder)| *holder == Some(token))
        {
            self.claims.remove(&key);
        }
    }
}

fn agrees_with_the_model(seed: u64, keys: u64, steps: u64, longest: u64, capacity: usize) {
    let clock = Clock::default();
    let store = clock.store(capacity);
    let mut model = Model::default();
    let mut random = Random(seed);
    // Every token ever issued, so that stale ones are used too.
    let mut given: Vec<(u64, ClaimToken)> = Vec::new();
    for step in 0..steps {
        let at = clock.millis();
        match random.below(11) {
            0..5 => {
                let number = random.below(keys);
                let lease = random.below(longest);
                let answer = now(store.claim(key(number), Duration::from_millis(lease))).unwrap();
                match (model.claim(number, at), answer) {
                    (None, Claim::Fresh(token)) => {
                        model.claims.insert(number, (at + lease, Some(token)));
                        given.push((number, token));
                    }
                    (expected, answer) => {
                        assert_eq!(expected, Some(answer), "seed {seed}, step {step}");
                    }
                }
            }
            choice @ 5..10 if !given.is_empty() => {
                // Usually a recent one.
                let among = random.below(given.len() as u64).min(random.below(20));
                let place = given.len() - 1 - usize::try_from(among).unwrap();
                let (number, token) = given[place];
                if choice < 8 {
                    let keep = random.below(longest * 2);
                    now(store.commit(key(number), token, Duration::from_millis(keep))).unwrap();
                    model.commit(number, keep, at);
                } else if choice == 8 {
                    let lease = random.below(longest);
                    let renewal =
                        now(store.renew(key(number), token, Duration::from_millis(lease))).unwrap();
                    let expected = model.renew(number, token, lease, at);
                    assert_eq!(renewal, expected, "seed {seed}, step {step}");
                } else {
                    now(store.release(key(number), token)).unwrap();
                    model.release(number, token);
                }
            }
            _ => clock.advance(Duration::from_millis(random.below(longest / 4 + 2))),
        }
    }
    let at = clock.millis();
    for number in 0..keys {
        let expected = model.claim(number, at);
        let answer = now(store.claim(key(number), MINUTE)).unwrap();
        match expected {
            None => drop(fresh(Ok(answer))),
            Some(expected) => assert_eq!(expected, answer, "seed {seed}, key {number}"),
        }
    }
}

#[test]
fn every_interleaving_agrees_with_the_model() {
    for seed in 0..200 {
        agrees_with_the_model(seed, 4, 2_000, 40, 100);
    }
    for seed in 0..20 {
        agrees_with_the_model(seed, 500, 10_000, 4_000, 2_000);
    }
    for seed in 0..2 {
        agrees_with_the_model(seed, 20_000, 100_000, 3_000_000, 100_000);
    }
}

#[test]
fn a_whole_capacity_fits_and_none_is_lost_while_it_grows() {
    for capacity in [1, 7, 100, 1_000, 5_000, 40_000] {
        let store = Clock::default().store(capacity);
        let count = u64::try_from(capacity).unwrap();
        for number in 0..count {
            let token = fresh(now(store.claim(key(number), MINUTE)));
            if number % 2 == 0 {
                now(store.commit(key(number), token, MINUTE)).unwrap();
            }
        }
        for number in 0..count {
            let answer = now(store.claim(key(number), MINUTE)).unwrap();
            assert_eq!(answer == Claim::Done, number % 2 == 0);
            assert!(!matches!(answer, Claim::Fresh(_)));
        }
        assert_eq!(store.len(), capacity);
        assert_eq!(store.forgotten(), 0);
    }
}

#[test]
fn it_is_bounded_in_entries_and_in_bytes() {
    for capacity in [10_000, 100_000] {
        for when_full in [WhenFull::Refuse, WhenFull::ForgetOldest] {
            let store = Clock::default().store(capacity).when_full(when_full);
            let tries = u64::try_from(capacity).unwrap() * 2;
            for number in 0..tries {
                let _ = now(store.claim(key(number), MINUTE));
            }
            assert!(store.len() <= capacity * 3 / 2, "{}", store.len());
            assert!(store.bytes() <= capacity * 36, "{}", store.bytes());
            // Key, time and holder alone.
            assert!(store.bytes() >= store.len() * 24, "{}", store.bytes());
        }
    }
}

#[test]
fn when_full_it_refuses_and_still_knows_all_it_accepted() {
    let clock = Clock::default();
    let store = clock.store(1_000);
    let mut accepted = Vec::new();
    let mut refused = 0;
    for number in 0..3_000 {
        match now(store.claim(key(number), MINUTE)) {
            Ok(Claim::Fresh(token)) => accepted.push((number, token)),
            Ok(other) => panic!("{other:?}"),
            Err(_) => refused += 1,
        }
    }
    assert!(accepted.len() >= 1_000 && refused > 0);
    for (number, token) in accepted {
        assert!(matches!(
            now(store.claim(key(number), MINUTE)).unwrap(),
            Claim::InProgress(_)
        ));
        now(store.commit(key(number), token, MINUTE)).unwrap();
        assert_eq!(now(store.claim(key(number), MINUTE)).unwrap(), Claim::Done);
    }
    // What expired makes place for as many new ones, within the same bound.
    clock.advance(MINUTE * 2);
    for number in 10_000..11_000 {
        fresh(now(store.claim(key(number), MINUTE)));
    }
    assert!(store.bytes() <= 36_000, "{} bytes", store.bytes());
}

#[test]
fn when_full_it_can_forget_and_says_so() {
    let store = Clock::default()
        .store(1_000)
        .when_full(WhenFull::ForgetOldest);
    for number in 0..3_000 {
        fresh(now(store.claim(key(number), MINUTE)));
    }
    let forgotten = usize::try_from(store.forgotten()).unwrap();
    assert_eq!(forgotten + store.len(), 3_000);
}

#[test]
fn what_it_forgets_is_what_expires_first_and_what_it_accepts_it_knows() {
    let clock = Clock::default();
    let store = clock.store(1_000).when_full(WhenFull::ForgetOldest);
    // Twice as many as fit, each for longer than all before.
    for number in 0..4_000 {
        let lease = MINUTE + Duration::from_secs(number);
        fresh(now(store.claim(key(number), lease)));
        let again = now(store.claim(key(number), lease)).unwrap();
        assert!(matches!(again, Claim::InProgress(_)), "{number}: {again:?}");
    }
    assert!(store.forgotten() > 2_000);
    let known = |number| {
        // A claim of a key that was forgotten would make it known.
        let renewed = now(store.renew(key(number), ClaimToken(u64::MAX), Duration::ZERO));
        renewed.unwrap() == Renewal::Lost
    };
    let of_the_last = (3_900..4_000).filter(|number| known(*number)).count();
    let of_the_first = (0..1_000).filter(|number| known(*number)).count();
    assert!(of_the_last >= 95, "{of_the_last} of the last 100 are known");
    assert!(
        of_the_first <= 50,
        "{of_the_first} of the first 1000 are known"
    );
}

#[test]
fn what_a_store_takes_is_counted_to_the_byte() {
    let store = MemoryStore::with_capacity(100);
    // One shard with the smallest segment: two buckets of eight slots, its table and lists.
    let empty = store.bytes();
    assert!((384 + 64..384 + 400).contains(&empty), "{empty} bytes");
    for number in 0..100 {
        fresh(now(store.claim(key(number), MINUTE)));
    }
    let full = store.bytes();
    assert!((100 * 24..100 * 36 + 400).contains(&full), "{full} bytes");
}

#[test]
fn years_of_claims_take_no_more_than_those_that_live() {
    let clock = Clock::default();
    let store = clock.store(100_000);
    for number in 0..200_000 {
        // A thousand live at a time.
        let token = fresh(now(store.claim(key(number), MINUTE)));
        now(store.commit(key(number), token, Duration::from_secs(1))).unwrap();
        clock.advance(Duration::from_millis(1));
    }
    assert!(
        store.bytes() < 100_000,
        "{} bytes for 1000 live",
        store.bytes()
    );
}

#[test]
fn a_full_store_has_room_again_however_often_its_claims_expire() {
    let clock = Clock::default();
    let store = clock.store(1_000);
    for round in 0..200 {
        // Now some keys, now others: segments shrink for others to grow.
        let count = [1_000, 300, 900][round % 3];
        for number in 0..count {
            let number = (round as u64 + 1) * 1_000_003 + number * 7;
            fresh(now(store.claim(key(number), MINUTE)));
        }
        clock.advance(MINUTE * 2);
    }
    assert!(store.bytes() <= 36_000, "{} bytes", store.bytes());
}

#[test]
fn released_claims_leave_nothing() {
    let store = Clock::default().store(1_000);
    for number in 0..500 {
        let token = fresh(now(store.claim(key(number), MINUTE)));
        now(store.release(key(number), token)).unwrap();
    }
    assert!(store.is_empty());
    fresh(now(store.claim(key(0), MINUTE)));
    assert!(!store.is_empty());
    assert_eq!(format!("{store:?}"), "MemoryStore { len: 1, .. }");
}

#[test]
fn keys_are_printed_in_hex_wherever_they_are_shown() {
    let key = ReplayKey::from_bytes(std::array::from_fn(|at| at as u8 * 0x11));
    assert_eq!(key.to_string(), "00112233445566778899aabbccddeeff");
    assert!(format!("{key:?}").contains("00112233"), "{key:?}");
}

#[test]
fn of_many_threads_exactly_one_gets_each_key() {
    const THREADS: usize = 16;
    let store = MemoryStore::with_capacity(200_000);
    let won = AtomicUsize::new(0);
    let barrier = Barrier::new(THREADS);
    std::thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                barrier.wait();
                for number in 0..20_000 {
                    if let Claim::Fresh(_) = now(store.claim(key(number), MINUTE)).unwrap() {
                        won.fetch_add(1, Ordering::Relaxed);
                    }
                }
            });
        }
    });
    assert_eq!(won.into_inner(), 20_000);
}

#[test]
fn keys_that_have_a_half_in_common_are_two() {
    for first_half in [false, true] {
        // In a small store they share buckets.
        let store = MemoryStore::with_capacity(1000);
        for number in 0..200_u64 {
            let mut bytes = [5; 16];
            let other = if first_half { 8..16 } else { 0..8 };
            bytes[other].copy_from_slice(&number.to_be_bytes());
            fresh(now(store.claim(ReplayKey::from_bytes(bytes), MINUTE)));
        }
    }
}
