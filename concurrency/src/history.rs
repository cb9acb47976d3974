//! What threads saw of one key, and whether the contract of a store allows it.

use std::collections::{BTreeMap, HashSet};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use crate::{Subject, Time};

/// What is asked of a store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    Claim { lease: u64 },
    Renew { token: u64, lease: u64 },
    Commit { token: u64, keep: u64 },
    Release { token: u64 },
    Forget,
}

/// What it answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    Fresh(u64),
    InProgress(u64),
    Done,
    Held,
    Lost,
    Ok,
    Full,
}

/// A step with its answer, and when it was called and returned: by number, and by the clock.
#[derive(Debug, Clone, Copy)]
struct Event {
    step: Step,
    answer: Answer,
    called: usize,
    returned: usize,
    from: u64,
    to: u64,
}

/// The state of a key by the contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum State {
    Free,
    Held { token: u64, ends: u64 },
    Committed { ends: u64 },
}

/// Records the steps of all threads, by key.
#[derive(Clone, Default)]
pub struct History {
    events: Arc<Mutex<BTreeMap<u8, Vec<Event>>>>,
    // Of std: to count is no step that another thread may come before.
    counter: Arc<AtomicUsize>,
}

impl History {
    /// Takes a step and records it.
    pub fn step<S: Subject>(&self, store: &S, time: &Time, key: u8, step: Step) -> Answer {
        let (called, from) = (self.counter.fetch_add(1, Ordering::SeqCst), time.now());
        let answer = store.step(key, step);
        let event = Event {
            step,
            answer,
            called,
            returned: self.counter.fetch_add(1, Ordering::SeqCst),
            from,
            to: time.now(),
        };
        let mut events = self.events.lock().unwrap();
        events.entry(key).or_default().push(event);
        answer
    }

    /// Panics if the contract does not allow what was seen.
    pub fn check(&self) {
        for (key, events) in self.events.lock().unwrap().iter() {
            let mut tokens = HashSet::new();
            for event in events {
                if let Answer::Fresh(token) = event.answer {
                    assert!(
                        tokens.insert(token),
                        "key {key}: token {token} was given twice"
                    );
                }
            }
            assert!(
                events.len() <= 64,
                "the order of so many steps is not searched"
            );
            let mut seen = HashSet::new();
            assert!(
                orders(events, 0, State::Free, &mut seen),
                "key {key}: no order of these steps has these answers: {events:#?}"
            );
        }
    }
}

/// Whether the steps that are not `taken` have an order that starts in this state.
fn orders(events: &[Event], taken: u64, state: State, seen: &mut HashSet<(u64, State)>) -> bool {
    let left = || (0..events.len()).filter(|index| taken >> index & 1 == 0);
    // A step that had returned when another was called comes before it.
    let Some(first_return) = left().map(|index| events[index].returned).min() else {
        return true;
    };
    if !seen.insert((taken, state)) {
        return false;
    }
    left()
        .filter(|index| events[*index].called < first_return)
        .any(|index| {
            after(&events[index], state)
                .into_iter()
                .any(|state| orders(events, taken | 1 << index, state, seen))
        })
}

/// The states in which a step may leave a key with the answer that it gave: none if it cannot
/// have given it. It may have read the clock at any time between its call and its return,
/// and another thread may have removed what has expired since.
fn after(event: &Event, state: State) -> Vec<State> {
    let mut states = Vec::new();
    for now in event.from..=event.to {
        // The store's clock starts at one.
        let now = now + 1;
        for judged in now..=event.to + 1 {
            let state = match state {
                State::Held { ends, .. } | State::Committed { ends } if ends <= judged => {
                    State::Free
                }
                state => state,
            };
            states.extend(by_contract(event.step, event.answer, state, now));
        }
    }
    states.dedup();
    states
}

fn by_contract(step: Step, answer: Answer, state: State, now: u64) -> Option<State> {
    let (expected, after) = match (step, state) {
        (Step::Claim { lease }, State::Free) => {
            let Answer::Fresh(token) = answer else {
                return None;
            };
            let ends = now + lease;
            (answer, State::Held { token, ends })
        }
        (Step::Claim { .. }, State::Held { ends, .. }) => (Answer::InProgress(ends - now), state),
        (Step::Claim { .. }, State::Committed { .. }) => (Answer::Done, state),
        (Step::Renew { token, lease }, State::Free) => {
            let ends = now + lease;
            (Answer::Held, State::Held { token, ends })
        }
        (Step::Renew { token, lease }, State::Held { token: holder, .. }) if token == holder => {
            let ends = now + lease;
            (Answer::Held, State::Held { token, ends })
        }
        (Step::Renew { .. }, _) => (Answer::Lost, state),
        (Step::Commit { .. }, State::Committed { .. }) => (Answer::Ok, state),
        (Step::Commit { keep, .. }, _) => (Answer::Ok, State::Committed { ends: now + keep }),
        (Step::Release { token }, State::Held { token: holder, .. }) if token == holder => {
            (Answer::Ok, State::Free)
        }
        (Step::Release { .. }, _) => (Answer::Ok, state),
        (Step::Forget, _) => (Answer::Ok, State::Free),
    };
    (answer == expected).then_some(after)
}
