//! Operations that arrive while a statement is in flight share the next one.
//!
//! There is a lane for each kind of operation. An operation that finds its lane idle is
//! sent at once, alone. Those that arrive meanwhile wait and are sent together, as one
//! statement and one transaction, when it has been answered: under load the server
//! writes its log once for many of them. Each operation gets its own answer.
//!
//! A statement that takes long does not hold up the others: after [`SLOW`] a second one
//! is sent. A batch that meets a lock of another transaction is halved, until the key that
//! is locked is by itself: it is tried alone, and so are its copies.
//!
//! Statements are run on the thread of [`driver`], whatever the runtimes of the callers do.

use std::collections::{HashMap, VecDeque};
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use hookward_replay::{Claim, ClaimToken, Renewal, ReplayKey, StoreError};
use tokio::sync::oneshot;
use tokio::time::{Instant, timeout, timeout_at};
use tokio_postgres::Row;
use tokio_postgres::types::ToSql;

use crate::driver::driver;
use crate::fault::Fault;
use crate::link::Link;
use crate::sql::Key;

/// The most keys of a statement.
const MOST_KEYS: usize = 256;

/// When a statement no longer keeps the next one from being sent.
const SLOW: Duration = Duration::from_millis(20);

/// Statements of a lane in flight at one time: of batches, of which all but the last are
/// slow, of parts of batches, and of keys that are tried alone.
const MOST_BATCHES: usize = 2;
const MOST_PARTS: usize = 2;
const MOST_ALONE: usize = 2;

/// How often a claim is sent if other claimers of the key interfere.
const ATTEMPTS: u8 = 4;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Claim,
    Renew,
    Commit,
    Release,
    Forget,
}

/// What an operation asks for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Step {
    pub(crate) key: ReplayKey,
    /// The attempt of a claim, the token of a renewal or release.
    pub(crate) number: i64,
    /// The lease or keep time.
    pub(crate) millis: i64,
}

#[derive(Debug, Clone, Copy)]
pub(crate) enum Answer {
    Claim(Claim),
    Renewal(Renewal),
    Done,
}

type Reply = oneshot::Sender<Result<Answer, StoreError>>;

/// An operation that waits for its statement.
struct Waiting {
    step: Step,
    end: Instant,
    sent: u8,
    reply: Reply,
    /// It is a claim that may have been made by a statement whose answer was lost.
    is_in_doubt: bool,
}

/// An operation, and those of the same kind and key that get their answer from it.
struct Group {
    first: Waiting,
    others: Vec<Waiting>,
}

pub(crate) struct Lanes {
    link: Link,
    lanes: [Mutex<Lane>; 5],
}

#[derive(Default)]
struct Lane {
    queue: VecDeque<Waiting>,
    /// Statements in flight that are not slow, and that are.
    running: usize,
    slow: usize,
    /// Parts of batches that met a lock.
    parts: VecDeque<Vec<Waiting>>,
    running_parts: usize,
    /// Operations on keys that were locked, to be tried alone.
    alone: VecDeque<Waiting>,
    running_alone: usize,
    /// How many operations of each such key have not been answered.
    locked: HashMap<ReplayKey, usize>,
    /// Claims in doubt whose callers have gone, to be withdrawn.
    abandoned: Vec<(Key, i64)>,
}

impl Lanes {
    pub(crate) fn new(link: Link) -> Arc<Self> {
        Arc::new(Self {
            link,
            lanes: Default::default(),
        })
    }

    fn lane(&self, kind: Kind) -> MutexGuard<'_, Lane> {
        // A panic while the lock was held leaves the lane consistent.
        let lane = &self.lanes[kind as usize];
        lane.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Performs an operation. If the future is dropped after it was first polled, a claim
    /// is not made or is released, and any other operation is performed nevertheless.
    pub(crate) async fn perform(
        self: &Arc<Self>,
        kind: Kind,
        step: Step,
    ) -> Result<Answer, StoreError> {
        // Without it nothing is queued, and later it is there.
        driver()?;
        let end = self.link.end();
        let told = self.submit(kind, step, end);
        match timeout_at(end, told).await {
            Ok(Ok(answer)) => answer,
            Ok(Err(_)) if Instant::now() < end => {
                Err(StoreError::new("the statement ended without an answer"))
            }
            Ok(Err(_)) | Err(_) => Err(self.link.trouble.overdue(self.link.limit.get())),
        }
    }

    /// Performs an operation by a statement of its own, once.
    pub(crate) async fn attempt(&self, kind: Kind, step: Step) -> Result<Option<Answer>, Fault> {
        let rows = run(&self.link, kind, &[step], self.link.end()).await?;
        answer_of(kind, step.key, &rows)
    }

    fn submit(
        self: &Arc<Self>,
        kind: Kind,
        step: Step,
        end: Instant,
    ) -> oneshot::Receiver<Result<Answer, StoreError>> {
        let (reply, told) = oneshot::channel();
        let waiting = Waiting {
            step,
            end,
            sent: 0,
            reply,
            is_in_doubt: false,
        };
        let mut lane = self.lane(kind);
        match lane.locked.get_mut(&step.key) {
            Some(count) => {
                *count += 1;
                lane.alone.push_back(waiting);
            }
            None => lane.queue.push_back(waiting),
        }
        drop(lane);
        self.start(kind);
        told
    }

    /// Sends what may be sent.
    fn start(self: &Arc<Self>, kind: Kind) {
        let Ok(driver) = driver() else {
            return; // then nothing has been queued
        };
        loop {
            let mut lane = self.lane(kind);
            let taken = lane.take(kind);
            let abandoned = std::mem::take(&mut lane.abandoned);
            drop(lane);
            self.withdraw(abandoned);
            let Some((groups, slot)) = taken else {
                return;
            };
            let running = Running {
                lanes: self.clone(),
                kind,
                slot,
                locked: locked(&groups, slot),
            };
            driver.spawn(running.drive(groups));
        }
    }

    /// Releases claims of which nothing is known but their attempts.
    fn withdraw(&self, claims: Vec<(Key, i64)>) {
        let Ok(driver) = driver() else {
            return;
        };
        if claims.is_empty() {
            return;
        }
        let link = self.link.clone();
        let (keys, attempts): (Vec<_>, Vec<_>) = claims.into_iter().unzip();
        driver.spawn(async move {
            let (statement, end) = (&link.statements.withdraw, link.end());
            // If this fails too, the leases end the claims.
            let _ = link.query(statement, &[&keys, &attempts], end).await;
        });
    }
}

/// The key of a statement that tries it alone, and of how many operations.
fn locked(groups: &[Group], slot: Slot) -> Option<(ReplayKey, usize)> {
    match (slot, groups.first()) {
        (Slot::Alone, Some(group)) => Some((group.first.step.key, 1 + group.others.len())),
        _ => None,
    }
}

/// What a statement in flight counts as.
#[derive(Debug, Clone, Copy)]
enum Slot {
    Batch,
    Slow,
    Part,
    Alone,
}

impl Lane {
    fn slot(&mut self, slot: Slot) -> &mut usize {
        match slot {
            Slot::Batch => &mut self.running,
            Slot::Slow => &mut self.slow,
            Slot::Part => &mut self.running_parts,
            Slot::Alone => &mut self.running_alone,
        }
    }

    /// The next operations to be sent, if a statement may be.
    fn take(&mut self, kind: Kind) -> Option<(Vec<Group>, Slot)> {
        if self.running == 0 && self.slow < MOST_BATCHES {
            let groups = self.take_batch(kind);
            if !groups.is_empty() {
                self.running += 1;
                return Some((groups, Slot::Batch));
            }
        }
        while self.running_parts < MOST_PARTS
            && let Some(part) = self.parts.pop_front()
        {
            let groups = self.group(kind, part);
            if !groups.is_empty() {
                self.running_parts += 1;
                return Some((groups, Slot::Part));
            }
        }
        if self.running_alone < MOST_ALONE {
            let groups = self.take_alone(kind);
            if !groups.is_empty() {
                self.running_alone += 1;
                return Some((groups, Slot::Alone));
            }
        }
        None
    }

    fn take_batch(&mut self, kind: Kind) -> Vec<Group> {
        let mut groups = Vec::new();
        // All that are taken may be of locked keys, or not wanted.
        while groups.is_empty() && !self.queue.is_empty() {
            let most = self.queue.len().min(MOST_KEYS);
            let taken = self.queue.drain(..most).collect();
            groups = self.group(kind, taken);
        }
        groups
    }

    /// Those that are still wanted, of keys that are not locked.
    fn group(&mut self, kind: Kind, taken: Vec<Waiting>) -> Vec<Group> {
        let mut wanted = Vec::with_capacity(taken.len());
        for waiting in taken {
            if !self.is_wanted(kind, &waiting) {
                continue;
            }
            match self.locked.get_mut(&waiting.step.key) {
                Some(count) => {
                    *count += 1;
                    self.alone.push_back(waiting);
                }
                None => wanted.push(waiting),
            }
        }
        // Stable: of one key, the first that came is the first.
        wanted.sort_by_key(|waiting| waiting.step.key);
        let mut groups: Vec<Group> = Vec::with_capacity(wanted.len());
        let mut later = Vec::new();
        for waiting in wanted {
            match groups.last_mut() {
                Some(group) if group.first.step.key == waiting.step.key => match kind {
                    // The second of two equal steps changes nothing.
                    Kind::Claim | Kind::Commit | Kind::Forget => {
                        self.abandon(&waiting);
                        group.others.push(waiting);
                    }
                    Kind::Renew | Kind::Release => later.push(waiting),
                },
                _ => groups.push(waiting.into()),
            }
        }
        for waiting in later.into_iter().rev() {
            self.queue.push_front(waiting);
        }
        groups
    }

    fn take_alone(&mut self, kind: Kind) -> Vec<Group> {
        while let Some(waiting) = self.alone.pop_front() {
            let key = waiting.step.key;
            if !self.is_wanted(kind, &waiting) {
                self.unlock(key, 1);
                continue;
            }
            let mut group = Group::from(waiting);
            if kind == Kind::Claim {
                let (same, rest) = std::mem::take(&mut self.alone)
                    .into_iter()
                    .partition(|other| other.step.key == key);
                self.alone = rest;
                group.others = Vec::from(same);
                for other in &group.others {
                    self.abandon(other);
                }
            }
            return vec![group];
        }
        Vec::new()
    }

    /// A claim whose caller has gone is not made, nor anything that has waited for too
    /// long: its caller has been told so.
    fn is_wanted(&mut self, kind: Kind, waiting: &Waiting) -> bool {
        let has_gone = kind == Kind::Claim && waiting.reply.is_closed();
        let is_wanted = !has_gone && Instant::now() < waiting.end;
        if !is_wanted {
            self.abandon(waiting);
        }
        is_wanted
    }

    /// It is not sent by its own attempt again: what that may have claimed is withdrawn.
    fn abandon(&mut self, waiting: &Waiting) {
        if waiting.is_in_doubt {
            let Step { key, number, .. } = waiting.step;
            self.abandoned.push((Key(key), number));
        }
    }

    fn unlock(&mut self, key: ReplayKey, operations: usize) {
        if let Some(count) = self.locked.get_mut(&key) {
            *count = count.saturating_sub(operations);
            if *count == 0 {
                self.locked.remove(&key);
            }
        }
    }
}

impl From<Waiting> for Group {
    fn from(first: Waiting) -> Self {
        Self {
            first,
            others: Vec::new(),
        }
    }
}

/// A statement in flight; gives its place to the next when it is dropped.
struct Running {
    lanes: Arc<Lanes>,
    kind: Kind,
    slot: Slot,
    /// Of [`Slot::Alone`], its key and operations, which no longer wait when it ends.
    locked: Option<(ReplayKey, usize)>,
}

impl Drop for Running {
    fn drop(&mut self) {
        let mut lane = self.lanes.lane(self.kind);
        *lane.slot(self.slot) -= 1;
        if let Some((key, operations)) = self.locked {
            lane.unlock(key, operations);
        }
        drop(lane);
        self.lanes.start(self.kind);
    }
}

impl Running {
    async fn drive(mut self, groups: Vec<Group>) {
        let lanes = self.lanes.clone();
        let steps: Vec<_> = groups.iter().map(|group| group.first.step).collect();
        // Callers leave at their own time; the last of them is waited for.
        let end = groups.iter().map(|group| group.first.end).max();
        let end = end.unwrap_or_else(|| lanes.link.end());
        let mut answer = pin!(run(&lanes.link, self.kind, &steps, end));
        let rows = match timeout(SLOW, &mut answer).await {
            Ok(rows) => rows,
            Err(_) => {
                self.becomes_slow();
                answer.await
            }
        };
        self.settle(groups, rows);
    }

    fn becomes_slow(&mut self) {
        if let Slot::Batch = self.slot {
            let mut lane = self.lanes.lane(self.kind);
            lane.running -= 1;
            lane.slow += 1;
            self.slot = Slot::Slow;
            drop(lane);
            self.lanes.start(self.kind);
        }
    }

    /// Answers the callers, or queues what has to be sent again.
    fn settle(&self, groups: Vec<Group>, rows: Result<Rows, Fault>) {
        let rows = match rows {
            Ok(rows) => rows,
            Err(fault) if fault.is_lock() => return self.take_apart(groups, &fault),
            Err(fault) => return self.fail(groups, &fault),
        };
        for mut group in groups {
            match answer_of(self.kind, group.first.step.key, &rows) {
                Ok(Some(answer)) => self.answer(group, answer),
                Ok(None) if group.first.sent + 1 < ATTEMPTS => {
                    group.first.sent += 1;
                    self.again(group);
                }
                Ok(None) => self.fail(vec![group], &Fault::Contended),
                Err(fault) => self.fail(vec![group], &fault),
            }
        }
    }

    fn answer(&self, group: Group, answer: Answer) {
        let Answer::Claim(Claim::Fresh(token)) = answer else {
            for waiting in group.all() {
                // A caller that has gone needs no answer.
                let _ = waiting.reply.send(Ok(answer));
            }
            return;
        };
        let Step { key, millis, .. } = group.first.step;
        let mut is_held = false;
        for waiting in group.all() {
            let claim = match is_held || waiting.step.millis != millis {
                false => Claim::Fresh(token),
                true => Claim::InProgress(Duration::from_millis(millis.unsigned_abs())),
            };
            let is_told = waiting.reply.send(Ok(Answer::Claim(claim))).is_ok();
            is_held |= is_told && matches!(claim, Claim::Fresh(_));
        }
        if !is_held {
            self.release(key, token);
        }
    }

    fn fail(&self, groups: Vec<Group>, fault: &Fault) {
        let error = StoreError::new(fault.to_string());
        let mut in_doubt = Vec::new();
        for group in groups {
            if fault.leaves_doubt() || group.first.is_in_doubt {
                in_doubt.push((Key(group.first.step.key), group.first.step.number));
            }
            for waiting in group.all() {
                let _ = waiting.reply.send(Err(error.clone()));
            }
        }
        if self.kind == Kind::Claim {
            self.lanes.withdraw(in_doubt);
        }
    }

    /// Releases a claim that nobody was told of.
    fn release(&self, key: ReplayKey, token: ClaimToken) {
        let step = Step {
            key,
            number: number(token),
            millis: 0,
        };
        let end = self.lanes.link.end();
        drop(self.lanes.submit(Kind::Release, step, end));
    }

    fn again(&self, group: Group) {
        let mut lane = self.lanes.lane(self.kind);
        for waiting in group.all() {
            lane.queue.push_back(waiting);
        }
    }

    /// Halves a batch that met a lock; a key that is locked is tried alone.
    fn take_apart(&self, mut groups: Vec<Group>, fault: &Fault) {
        let is_in_doubt = self.kind == Kind::Claim && fault.leaves_doubt();
        for group in &mut groups {
            group.first.is_in_doubt |= is_in_doubt;
        }
        let mut lane = self.lanes.lane(self.kind);
        if groups.len() > 1 {
            let rest = groups.split_off(groups.len() / 2);
            for half in [groups, rest] {
                let half = half.into_iter().flat_map(Group::all).collect();
                lane.parts.push_back(half);
            }
            return;
        }
        for waiting in groups.into_iter().flat_map(Group::all) {
            *lane.locked.entry(waiting.step.key).or_default() += 1;
            lane.alone.push_back(waiting);
        }
    }
}

impl Group {
    fn all(self) -> impl Iterator<Item = Waiting> {
        std::iter::once(self.first).chain(self.others)
    }
}

/// Runs the statement of a batch. Returns the rows of a claim and of a renewal in the order
/// of their keys.
async fn run(link: &Link, kind: Kind, steps: &[Step], end: Instant) -> Result<Rows, Fault> {
    let keys: Vec<_> = steps.iter().map(|step| Key(step.key)).collect();
    let numbers: Vec<_> = steps.iter().map(|step| step.number).collect();
    let millis: Vec<_> = steps.iter().map(|step| step.millis).collect();
    let (keys, numbers, millis): (Parameter<'_>, Parameter<'_>, Parameter<'_>) =
        (&keys, &numbers, &millis);
    let of = &link.statements;
    let (statement, parameters) = match kind {
        Kind::Claim => (&of.claim, &[keys, numbers, millis][..]),
        Kind::Renew => (&of.renew, &[keys, numbers, millis][..]),
        Kind::Commit => (&of.commit, &[keys, millis][..]),
        Kind::Release => (&of.release, &[keys, numbers][..]),
        Kind::Forget => (&of.forget, &[keys][..]),
    };
    // A lock is waited for by taking the batch apart.
    let rows = link.query_unlocked(statement, parameters, end).await?;
    let mut rows = rows
        .into_iter()
        .map(|row| {
            let Key(key) = row.try_get(0)?;
            Ok((key, row))
        })
        .collect::<Result<Rows, _>>()
        .map_err(Fault::Server)?;
    rows.sort_unstable_by_key(|(key, _)| *key);
    Ok(rows)
}

type Parameter<'a> = &'a (dyn ToSql + Sync);
type Rows = Vec<(ReplayKey, Row)>;

/// The answer for a key; none if its claim has to be sent again.
fn answer_of(kind: Kind, key: ReplayKey, rows: &Rows) -> Result<Option<Answer>, Fault> {
    let found = rows.binary_search_by_key(&key, |(key, _)| *key);
    let row = found.ok().and_then(|index| rows.get(index));
    Ok(Some(match (kind, row) {
        (Kind::Claim, Some((_, row))) => Answer::Claim(claim_of(row).map_err(Fault::Server)?),
        (Kind::Claim, None) => return Ok(None),
        (Kind::Renew, Some(_)) => Answer::Renewal(Renewal::Held),
        (Kind::Renew, None) => Answer::Renewal(Renewal::Lost),
        (Kind::Commit | Kind::Release | Kind::Forget, _) => Answer::Done,
    }))
}

/// The result of the claiming statements: key, token, milliseconds left.
pub(crate) fn claim_of(row: &Row) -> Result<Claim, tokio_postgres::Error> {
    if let Some(token) = row.try_get::<_, Option<i64>>(1)? {
        return Ok(Claim::Fresh(ClaimToken(token.cast_unsigned())));
    }
    Ok(match row.try_get::<_, Option<i64>>(2)? {
        None => Claim::Done,
        Some(left) => Claim::InProgress(Duration::from_millis(u64::try_from(left).unwrap_or(0))),
    })
}

/// The token's bits as a signed integer, which is what the server stores.
pub(crate) fn number(token: ClaimToken) -> i64 {
    token.0.cast_signed()
}
