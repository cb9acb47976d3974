//! Tests of the conformance suite: the in-memory store passes it, and stores with a
//! single bug each do not.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use hookward_replay::conformance::{Suite, rules};
use hookward_replay::{
    Claim, ClaimToken, MemoryStore, Renewal, ReplayKey, ReplayStore, StoreError, StoreFuture,
};

#[derive(Debug, Clone, Default)]
struct Clock(Arc<AtomicU64>);

impl Clock {
    fn now(&self) -> Duration {
        Duration::from_millis(self.0.load(Ordering::Relaxed))
    }

    fn advance(&self, time: Duration) {
        let millis = u64::try_from(time.as_millis()).unwrap();
        self.0.fetch_add(millis, Ordering::Relaxed);
    }
}

#[test]
fn the_store_in_memory_conforms() {
    let clock = Clock::default();
    let given = clock.clone();
    let store = Arc::new(MemoryStore::default().with_clock(move || given.now()));
    Suite::new(move || store.clone())
        .advance(move |time| clock.advance(time))
        .check()
        .unwrap();
}

#[test]
fn the_store_in_memory_conforms_by_the_machines_clock() {
    let store = Arc::new(MemoryStore::default());
    Suite::new(move || store.clone()).check().unwrap();
}

/// A bug that a store could have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mistake {
    None,
    TwoSteps,
    TwoStepsAfterALease,
    LongerThanTheLease,
    DoneWhenHeld,
    ErrorWhenHeld,
    CommitForgets,
    SecondCommitCounts,
    ReleaseOfACommit,
    ReleaseOfNobody,
    ReleaseOfAnybody,
    OneToken,
    EndlessLease,
    RenewalIsIgnored,
    RenewalNeverShortens,
    RenewalByAnybody,
    RenewalOfFreeIsLost,
    RenewalOfFreeHoldsNothing,
    LostCommitIsDropped,
    LateCommitIsDropped,
    FreeCommitIsDropped,
    ForgetsOnlyCommits,
    EndlessKeep,
    KeepsForTheLease,
    ShortKeys,
    LongTimesOverflow,
    LongTimesAreNone,
    StuckAfterADrop,
    DoneWhenUnavailable,
}

/// A map that is correct except for one bug.
#[derive(Debug, Clone)]
struct Mistaken {
    mistake: Mistake,
    is_available: bool,
    clock: Clock,
    states: Arc<Mutex<HashMap<[u8; 16], State>>>,
    tokens: Arc<AtomicU64>,
    is_stuck: Arc<AtomicBool>,
}

#[derive(Debug, Clone, Copy)]
struct State {
    holder: Option<ClaimToken>,
    ends: Duration,
}

impl Mistaken {
    fn new(mistake: Mistake) -> Self {
        Self {
            mistake,
            is_available: true,
            clock: Clock::default(),
            states: Arc::default(),
            tokens: Arc::default(),
            is_stuck: Arc::default(),
        }
    }

    fn away(mistake: Mistake) -> Self {
        Self {
            is_available: false,
            ..Self::new(mistake)
        }
    }

    fn has(&self, mistake: Mistake) -> bool {
        self.mistake == mistake
    }

    fn key(&self, key: ReplayKey) -> [u8; 16] {
        let mut bytes = *key.as_bytes();
        if self.has(Mistake::ShortKeys) {
            bytes[15] &= 0xfe;
        }
        bytes
    }

    fn after(&self, time: Duration) -> Duration {
        let now = self.clock.now();
        if self.has(Mistake::LongTimesOverflow) {
            return now + time;
        }
        match now.checked_add(time) {
            None if self.has(Mistake::LongTimesAreNone) => now,
            end => end.unwrap_or(Duration::MAX),
        }
    }

    /// What is known of a key, and whether that is still live.
    fn get(&self, key: ReplayKey) -> (Option<State>, bool) {
        let now = self.clock.now();
        let states = self.states.lock().unwrap();
        let state = states.get(&self.key(key)).copied();
        let is_live = state.is_some_and(|state| {
            let is_endless = match state.holder {
                Some(_) => self.has(Mistake::EndlessLease),
                None => self.has(Mistake::EndlessKeep),
            };
            is_endless || state.ends > now
        });
        (state, is_live)
    }

    fn set(&self, key: ReplayKey, state: Option<State>) {
        let mut states = self.states.lock().unwrap();
        match state {
            Some(state) => drop(states.insert(self.key(key), state)),
            None => drop(states.remove(&self.key(key))),
        }
    }

    fn answer<T: Send + 'static>(&self, answer: Result<T, StoreError>) -> StoreFuture<'static, T> {
        if !self.is_available {
            return StoreFuture::now(Err(StoreError::new("away")));
        }
        if !self.has(Mistake::StuckAfterADrop) {
            return StoreFuture::now(answer);
        }
        if self.is_stuck.swap(true, Ordering::Relaxed) {
            return StoreFuture::now(Err(StoreError::new("busy")));
        }
        let is_stuck = self.is_stuck.clone();
        StoreFuture::later(async move {
            is_stuck.store(false, Ordering::Relaxed);
            answer
        })
    }

    fn try_claim(&self, key: ReplayKey, lease: Duration) -> Result<Claim, StoreError> {
        static ONE_STEP: Mutex<()> = Mutex::new(());
        let ends = self.after(lease);
        let (state, is_live) = self.get(key);
        let races = self.has(Mistake::TwoSteps)
            || (self.has(Mistake::TwoStepsAfterALease) && state.is_some());
        let guard = (!races).then(|| ONE_STEP.lock().unwrap());
        let (state, is_live) = match races {
            true => {
                // Meanwhile others access it, too.
                std::thread::sleep(Duration::from_millis(2));
                (state, is_live)
            }
            false => self.get(key),
        };
        if let (Some(State { holder, ends }), true) = (state, is_live) {
            let left = ends.saturating_sub(self.clock.now());
            return match (holder, self.mistake) {
                (None, _) | (_, Mistake::DoneWhenHeld) => Ok(Claim::Done),
                (_, Mistake::ErrorWhenHeld) => Err(StoreError::new("held")),
                (_, Mistake::LongerThanTheLease) => Ok(Claim::InProgress(left * 2)),
                _ => Ok(Claim::InProgress(left)),
            };
        }
        let number = match self.has(Mistake::OneToken) {
            true => 7,
            false => self.tokens.fetch_add(1, Ordering::Relaxed),
        };
        let state = State {
            holder: Some(ClaimToken(number)),
            ends,
        };
        self.set(key, Some(state));
        drop(guard);
        Ok(Claim::Fresh(ClaimToken(number)))
    }
}

impl ReplayStore for Mistaken {
    fn claim(&self, key: ReplayKey, lease: Duration) -> StoreFuture<'static, Claim> {
        if !self.is_available && self.has(Mistake::DoneWhenUnavailable) {
            return StoreFuture::now(Ok(Claim::Done));
        }
        self.answer(self.try_claim(key, lease))
    }

    fn renew(
        &self,
        key: ReplayKey,
        token: ClaimToken,
        lease: Duration,
    ) -> StoreFuture<'static, Renewal> {
        let (state, is_live) = self.get(key);
        let state = state.filter(|_| is_live);
        let renews = match state {
            Some(State { holder, .. }) => {
                holder == Some(token) || self.has(Mistake::RenewalByAnybody)
            }
            None => !self.has(Mistake::RenewalOfFreeIsLost),
        };
        let ignores = match state {
            Some(_) => self.has(Mistake::RenewalIsIgnored),
            None => self.has(Mistake::RenewalOfFreeHoldsNothing),
        };
        if renews && !ignores {
            let mut ends = self.after(lease);
            if self.has(Mistake::RenewalNeverShortens) {
                ends = ends.max(state.map_or(ends, |state| state.ends));
            }
            let holder = Some(token);
            self.set(key, Some(State { holder, ends }));
        }
        self.answer(Ok(match renews {
            true => Renewal::Held,
            false => Renewal::Lost,
        }))
    }

    fn commit(
        &self,
        key: ReplayKey,
        token: ClaimToken,
        keep: Duration,
    ) -> StoreFuture<'static, ()> {
        let (state, is_live) = self.get(key);
        let commits = match (state, is_live) {
            (Some(State { holder: None, .. }), true) => self.has(Mistake::SecondCommitCounts),
            (Some(State { holder, .. }), true) => {
                holder == Some(token) || !self.has(Mistake::LostCommitIsDropped)
            }
            (Some(_), false) => !self.has(Mistake::LateCommitIsDropped),
            (None, _) => !self.has(Mistake::FreeCommitIsDropped),
        };
        if commits {
            let ends = match state {
                Some(state) if self.has(Mistake::KeepsForTheLease) => state.ends,
                _ => self.after(keep),
            };
            let committed = State { holder: None, ends };
            self.set(
                key,
                (!self.has(Mistake::CommitForgets)).then_some(committed),
            );
        }
        self.answer(Ok(()))
    }

    fn release(&self, key: ReplayKey, token: ClaimToken) -> StoreFuture<'static, ()> {
        let releases = match self.get(key) {
            (Some(State { holder: None, .. }), _) => self.has(Mistake::ReleaseOfACommit),
            (Some(State { holder, .. }), true) => {
                (holder == Some(token) && !self.has(Mistake::ReleaseOfNobody))
                    || self.has(Mistake::ReleaseOfAnybody)
            }
            _ => false,
        };
        if releases {
            self.set(key, None);
        }
        self.answer(Ok(()))
    }

    fn forget(&self, key: ReplayKey) -> StoreFuture<'static, ()> {
        let is_held = self.get(key).0.is_some_and(|state| state.holder.is_some());
        if !(is_held && self.has(Mistake::ForgetsOnlyCommits)) {
            self.set(key, None);
        }
        self.answer(Ok(()))
    }
}

fn violated(mistake: Mistake) -> Vec<&'static str> {
    let store = Mistaken::new(mistake);
    let clock = store.clock.clone();
    let checked = Suite::new(move || store.clone())
        .advance(move |time| clock.advance(time))
        .unavailable(move || Mistaken::away(mistake))
        .check();
    let violations = checked.err();
    let rules = violations.iter().flat_map(|violations| violations.iter());
    rules.map(|violation| violation.rule).collect()
}

#[test]
fn every_mistake_is_found_and_every_rule_finds_one() {
    use Mistake::*;
    assert_eq!(violated(None), [""; 0]);
    let mistakes = [
        TwoSteps,
        TwoStepsAfterALease,
        LongerThanTheLease,
        DoneWhenHeld,
        ErrorWhenHeld,
        CommitForgets,
        SecondCommitCounts,
        ReleaseOfACommit,
        ReleaseOfNobody,
        ReleaseOfAnybody,
        OneToken,
        EndlessLease,
        RenewalIsIgnored,
        RenewalNeverShortens,
        RenewalByAnybody,
        RenewalOfFreeIsLost,
        RenewalOfFreeHoldsNothing,
        LostCommitIsDropped,
        LateCommitIsDropped,
        FreeCommitIsDropped,
        ForgetsOnlyCommits,
        EndlessKeep,
        KeepsForTheLease,
        ShortKeys,
        LongTimesOverflow,
        LongTimesAreNone,
        StuckAfterADrop,
        DoneWhenUnavailable,
    ];
    let mut violated_at_all = HashSet::new();
    for mistake in mistakes {
        let violated = violated(mistake);
        assert!(!violated.is_empty(), "{mistake:?} is not found");
        violated_at_all.extend(violated);
    }
    for rule in rules() {
        assert!(violated_at_all.contains(rule), "{rule}");
    }
}

#[test]
fn violations_are_listed_by_rule() {
    let store = Mistaken::new(Mistake::ShortKeys);
    let clock = store.clock.clone();
    let suite = Suite::new(move || store.clone()).advance(move |time| clock.advance(time));
    let listed = suite.check().unwrap_err().to_string();
    assert!(
        listed.starts_with("1 of 23 rules of ReplayStore are violated\n- keys that differ in one"),
        "{listed}"
    );
    assert!(
        listed.contains("bit 120 of a committed key flipped"),
        "{listed}"
    );
}

/// `HOOKWARD_WRITE=1` writes the list.
#[test]
fn the_rules_are_those_of_the_documentation() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/stores.md");
    let page = std::fs::read_to_string(path).unwrap();
    let (before, rest) = page.split_once("<!-- rules -->\n").unwrap();
    let (listed, after) = rest.split_once("<!-- /rules -->").unwrap();
    let list: String = rules().map(|rule| format!("- {rule}\n")).collect();
    if std::env::var_os("HOOKWARD_WRITE").is_some() {
        let page = format!("{before}<!-- rules -->\n{list}<!-- /rules -->{after}");
        return std::fs::write(path, page).unwrap();
    }
    assert_eq!(listed, list);
}
