//! What clients asked a store and when it answered, and the rules that every such history
//! must keep.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use hookward::{Claim, ClaimToken, Renewal, ReplayKey, ReplayStore, StoreFuture};
use tokio::time::Instant;

/// A step, and its answer if there was one. A step that failed, or whose caller went
/// away, may have been taken or not.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Step {
    Claim(Duration, Option<Claim>),
    Renew(ClaimToken, Duration, Option<Renewal>),
    Commit(Duration, bool),
    Release(ClaimToken),
    Forget,
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct Entry {
    replica: usize,
    key: ReplayKey,
    step: Step,
    start: Duration,
    /// When the answer came.
    end: Option<Duration>,
}

/// The steps of all replicas, by one clock.
#[derive(Clone)]
pub(crate) struct History {
    start: Instant,
    entries: Arc<Mutex<Vec<Entry>>>,
}

impl History {
    pub(crate) fn new() -> Self {
        Self {
            start: Instant::now(),
            entries: Arc::default(),
        }
    }

    fn begin(&self, replica: usize, key: ReplayKey, step: Step) -> usize {
        let mut entries = self.entries.lock().unwrap();
        entries.push(Entry {
            replica,
            key,
            step,
            start: self.start.elapsed(),
            end: None,
        });
        entries.len() - 1
    }

    fn end(&self, index: usize, set: impl FnOnce(&mut Step)) {
        let end = self.start.elapsed();
        let mut entries = self.entries.lock().unwrap();
        set(&mut entries[index].step);
        entries[index].end = Some(end);
    }

    /// Checks every rule; `shortest` is how much of a lease a store keeps at least, where
    /// its clock may be fast.
    pub(crate) fn check(&self, shortest: f64) -> Result<(), String> {
        let entries = self.entries.lock().unwrap();
        let mut keys: BTreeMap<[u8; 16], Vec<Entry>> = BTreeMap::new();
        for entry in entries.iter() {
            keys.entry(*entry.key.as_bytes()).or_default().push(*entry);
        }
        keys.values()
            .try_for_each(|entries| check_key(entries, shortest).map_err(|how| tell(&how, entries)))
    }

    pub(crate) fn len(&self) -> usize {
        self.entries.lock().unwrap().len()
    }
}

fn tell(how: &str, entries: &[Entry]) -> String {
    let line = |entry: &Entry| {
        let (replica, step, start) = (entry.replica, entry.step, entry.start);
        format!("  {start:?}..{:?}: replica {replica}: {step:?}", entry.end)
    };
    let lines: Vec<_> = entries.iter().map(line).collect();
    format!("{how}\n{}", lines.join("\n"))
}

/// A time in which a claim was certainly held, by this token.
struct Hold {
    token: ClaimToken,
    from: Duration,
    to: Duration,
}

/// A step's start and end, during which it took effect.
type Span = (Duration, Duration);

fn within(span: Span, from: Duration, to: Duration) -> bool {
    from < span.0 && span.1 < to
}

fn check_key(entries: &[Entry], shortest: f64) -> Result<(), String> {
    let fresh = claims(entries);
    let holds = holds(entries, &fresh, shortest);
    // From the answer to a commit, for as long as it was to be kept.
    let commits: Vec<Span> = entries
        .iter()
        .filter_map(|entry| match (entry.step, entry.end) {
            (Step::Commit(keep, true), Some(end)) => Some((end, entry.start + keep)),
            _ => None,
        })
        .collect();
    let is_committed = |span| commits.iter().any(|(from, to)| within(span, *from, *to));
    let is_held_by_another = |token, span| {
        holds
            .iter()
            .any(|hold| hold.token != token && within(span, hold.from, hold.to))
    };
    for (token, span) in &fresh {
        if is_committed(*span) {
            return Err(format!("{token:?} is fresh after a success was recorded"));
        }
        if is_held_by_another(*token, *span) {
            return Err(format!("{token:?} is fresh while another holds the key"));
        }
    }
    for entry in entries {
        let Some(end) = entry.end else { continue };
        let span = (entry.start, end);
        match entry.step {
            Step::Renew(token, _, Some(Renewal::Held))
                if is_committed(span) || is_held_by_another(token, span) =>
            {
                return Err(format!("{token:?} is renewed and was lost"));
            }
            Step::Claim(_, Some(Claim::Done)) => {
                // A delivery that nobody handled would be lost.
                let was_committed = entries
                    .iter()
                    .any(|other| matches!(other.step, Step::Commit(..)) && other.start < end);
                if !was_committed {
                    return Err("a claim is Done, and nobody had committed".into());
                }
            }
            _ => {}
        }
    }
    // A fencing token orders claims that do not overlap.
    for (token, span) in &fresh {
        for (other, earlier) in &fresh {
            if earlier.1 < span.0 && other.0 >= token.0 {
                return Err(format!("{token:?} is later than {other:?}, and not larger"));
            }
        }
    }
    Ok(())
}

fn claims(entries: &[Entry]) -> Vec<(ClaimToken, Span)> {
    entries
        .iter()
        .filter_map(|entry| match (entry.step, entry.end) {
            (Step::Claim(_, Some(Claim::Fresh(token))), Some(end)) => {
                Some((token, (entry.start, end)))
            }
            _ => None,
        })
        .collect()
}

/// Each claim is held from its answer until its last lease has passed, counted from before
/// it was asked for, or until it is released.
fn holds(entries: &[Entry], fresh: &[(ClaimToken, Span)], shortest: f64) -> Vec<Hold> {
    let mut holds = Vec::new();
    for (token, claimed) in fresh {
        let own = |entry: &&Entry| match entry.step {
            Step::Claim(_, Some(Claim::Fresh(other))) => other == *token,
            Step::Renew(other, _, Some(Renewal::Held)) => other == *token,
            _ => false,
        };
        // A release may take effect as soon as it is sent, and so may `forget`.
        let released = entries
            .iter()
            .filter(|entry| match entry.step {
                Step::Release(other) => other == *token,
                Step::Forget => true,
                _ => false,
            })
            .map(|entry| entry.start)
            .filter(|start| *start >= claimed.0)
            .min();
        for entry in entries.iter().filter(own) {
            let (Step::Claim(lease, _) | Step::Renew(_, lease, _)) = entry.step else {
                continue;
            };
            let Some(from) = entry.end else { continue };
            let to = entry.start + lease.mul_f64(shortest);
            let to = released.map_or(to, |released| to.min(released));
            holds.push(Hold {
                token: *token,
                from,
                to,
            });
        }
    }
    holds
}

/// A store that writes down what it is asked by one replica.
#[derive(Clone)]
pub(crate) struct Recorded {
    pub(crate) replica: usize,
    pub(crate) store: Arc<dyn ReplayStore>,
    pub(crate) history: History,
}

impl fmt::Debug for Recorded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "replica {}", self.replica)
    }
}

impl Recorded {
    fn step<T: Send + 'static>(
        &self,
        key: ReplayKey,
        step: Step,
        ask: impl FnOnce(&dyn ReplayStore) -> StoreFuture<'static, T>,
        answered: impl FnOnce(&mut Step, &T) + Send + 'static,
    ) -> StoreFuture<'static, T> {
        let index = self.history.begin(self.replica, key, step);
        let (history, answer) = (self.history.clone(), ask(&*self.store));
        StoreFuture::later(async move {
            let answer = answer.await;
            if let Ok(answer) = &answer {
                history.end(index, |step| answered(step, answer));
            }
            answer
        })
    }
}

impl ReplayStore for Recorded {
    fn claim(&self, key: ReplayKey, lease: Duration) -> StoreFuture<'static, Claim> {
        self.step(
            key,
            Step::Claim(lease, None),
            |store| store.claim(key, lease),
            move |step, claim| *step = Step::Claim(lease, Some(*claim)),
        )
    }

    fn renew(
        &self,
        key: ReplayKey,
        token: ClaimToken,
        lease: Duration,
    ) -> StoreFuture<'static, Renewal> {
        self.step(
            key,
            Step::Renew(token, lease, None),
            |store| store.renew(key, token, lease),
            move |step, renewal| *step = Step::Renew(token, lease, Some(*renewal)),
        )
    }

    fn commit(
        &self,
        key: ReplayKey,
        token: ClaimToken,
        keep: Duration,
    ) -> StoreFuture<'static, ()> {
        self.step(
            key,
            Step::Commit(keep, false),
            |store| store.commit(key, token, keep),
            move |step, ()| *step = Step::Commit(keep, true),
        )
    }

    fn release(&self, key: ReplayKey, token: ClaimToken) -> StoreFuture<'static, ()> {
        self.step(
            key,
            Step::Release(token),
            |store| store.release(key, token),
            |_, ()| {},
        )
    }

    fn forget(&self, key: ReplayKey) -> StoreFuture<'static, ()> {
        self.step(key, Step::Forget, |store| store.forget(key), |_, ()| {})
    }
}
