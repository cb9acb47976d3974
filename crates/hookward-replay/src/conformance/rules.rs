//! Rules of the conformance suite, one function each.

use std::collections::HashMap;
use std::sync::Barrier;
use std::time::{Duration, Instant};

use super::{BRIEF, Checked, LONG, Run};
use crate::{Claim, ClaimToken, Renewal, ReplayKey};

/// Concurrent callers that claim one key.
const CALLERS: usize = 32;

type Check = fn(&Run<'_>) -> Checked;

pub(super) const RULES: [(&str, Check); 23] = [
    (
        "exactly one of many concurrent claims is fresh",
        concurrent_claims,
    ),
    (
        "exactly one of many concurrent claims of an expired lease is fresh",
        concurrent_claims_after_a_lease,
    ),
    (
        "a held key is in progress for every handle, with at most its lease to go",
        held,
    ),
    (
        "a committed key is done for every handle, and a second commit or a release changes nothing",
        committed,
    ),
    (
        "a released key is fresh, and its old token no longer holds it",
        released,
    ),
    ("a later claim of a key has a larger token", tokens),
    ("an expired lease lets a successor in", successor),
    (
        "a renewed claim outlives its first lease, and its token still holds it",
        renewed,
    ),
    ("a renewal can shorten a lease", shortened),
    (
        "a renewal of a key that is free holds it again",
        renewal_of_a_free_key,
    ),
    (
        "a lost token does not renew its successor's claim or commit",
        lost_renewal,
    ),
    (
        "a late success is recorded over a successor's claim, which then changes nothing",
        late_commit_over_a_successor,
    ),
    (
        "a lost token does not release its successor's claim",
        lost_release,
    ),
    (
        "a commit after the lease is recorded if nobody has claimed the key since",
        late_commit,
    ),
    (
        "a commit of a key that was released or forgotten is recorded if it is free",
        commit_of_a_free_key,
    ),
    (
        "a forgotten key is fresh, whether it was held, committed or neither",
        forgotten,
    ),
    (
        "a committed key is kept from the commit for its keep time and no longer",
        keep_time,
    ),
    ("a commit outlives the lease", commit_outlives_the_lease),
    (
        "keys that differ in one bit are independent",
        independent_keys,
    ),
    (
        "durations from zero to Duration::MAX are accepted",
        extreme_durations,
    ),
    (
        "sequences of steps agree with the table of states",
        sequences,
    ),
    (
        "a step whose future is dropped leaves the store usable",
        dropped_futures,
    ),
    (
        "a store that is unavailable answers every step with an error",
        unavailable,
    ),
];

/// Claims a key from many threads concurrently, and counts the results.
fn one_wins(run: &Run<'_>, key: ReplayKey) -> Checked {
    let barrier = Barrier::new(CALLERS);
    let answers = std::thread::scope(|scope| {
        let callers: Vec<_> = (0..CALLERS)
            .map(|caller| {
                let barrier = &barrier;
                scope.spawn(move || {
                    barrier.wait();
                    run.claim(caller, key, LONG)
                })
            })
            .collect();
        callers
            .into_iter()
            .map(|caller| {
                caller
                    .join()
                    .unwrap_or_else(|_| Err("a claim panics".into()))
            })
            .collect::<Checked<Vec<_>>>()
    })?;
    let fresh = answers
        .iter()
        .filter(|claim| matches!(claim, Claim::Fresh(_)))
        .count();
    if fresh != 1 {
        return Err(format!("{fresh} of {CALLERS} concurrent claims are Fresh"));
    }
    match answers.contains(&Claim::Done) {
        true => Err("a concurrent claim is Done, and nobody committed".into()),
        false => Ok(()),
    }
}

fn concurrent_claims(run: &Run<'_>) -> Checked {
    (0..25).try_for_each(|_| one_wins(run, run.key()))
}

fn concurrent_claims_after_a_lease(run: &Run<'_>) -> Checked {
    let keys: Vec<_> = (0..10).map(|_| run.key()).collect();
    for key in &keys {
        run.fresh("on a new key", *key, BRIEF)?;
    }
    run.pass(BRIEF)?;
    keys.into_iter().try_for_each(|key| one_wins(run, key))
}

fn held(run: &Run<'_>) -> Checked {
    let (key, lease) = (run.key(), Duration::from_secs(600));
    run.fresh("on a new key", key, lease)?;
    run.is_held("while the key is held", key, lease)?;
    let Claim::InProgress(left) = run.claim(0, key, LONG)? else {
        return Err("a key that was in progress no longer is".into());
    };
    match left < lease / 2 {
        true => Err(format!("of a lease of {lease:?} only {left:?} are left")),
        false => Ok(()),
    }
}

fn committed(run: &Run<'_>) -> Checked {
    let key = run.key();
    let token = run.fresh("on a new key", key, LONG)?;
    run.commit(0, key, token, LONG)?;
    run.is_done("after the commit", key)?;
    run.commit(1, key, token, Duration::ZERO)?;
    run.pass(Duration::from_millis(1))?;
    run.is_done("after a second commit with a keep time of zero", key)?;
    run.release(0, key, token)?;
    run.is_done("after a release that follows the commit", key)
}

fn released(run: &Run<'_>) -> Checked {
    let key = run.key();
    let token = run.fresh("on a new key", key, LONG)?;
    run.release(1, key, token)?;
    run.fresh("after the release", key, LONG)?;
    run.release(0, key, token)?;
    run.is_held("after a second release by the first token", key, LONG)?;
    let free = run.key();
    run.release(0, free, token)?;
    run.fresh("after the release of a key that was free", free, LONG)
        .map(drop)
}

fn tokens(run: &Run<'_>) -> Checked {
    let key = run.key();
    let mut last = None;
    for handle in 0..50 {
        let Claim::Fresh(token) = run.claim(handle, key, LONG)? else {
            return Err("a released key is not fresh".into());
        };
        run.release(handle, key, token)?;
        if let Some(ClaimToken(last)) = last
            && token.0 <= last
        {
            return Err(format!("{token:?} follows {last} after a release"));
        }
        last = Some(token);
    }
    let first = run.fresh("on a released key", key, BRIEF)?;
    let second = run.until_fresh(key, BRIEF)?;
    match second.0 > first.0 {
        true => Ok(()),
        false => Err(format!("{second:?} follows {first:?} after its lease")),
    }
}

fn successor(run: &Run<'_>) -> Checked {
    let key = run.key();
    let lost = run.fresh("on a new key", key, BRIEF)?;
    let token = run.until_fresh(key, BRIEF)?;
    if token == lost {
        return Err(format!("the successor has the same token, {token:?}"));
    }
    run.is_held("after the successor's claim", key, LONG)
}

fn renewed(run: &Run<'_>) -> Checked {
    let key = run.key();
    let token = run.fresh("on a new key", key, BRIEF)?;
    run.renewed("within the lease", key, token, LONG, Renewal::Held)?;
    run.pass(BRIEF)?;
    run.is_held("after the first lease of a renewed claim", key, LONG)?;
    run.renewed("after a renewal", key, token, LONG, Renewal::Held)?;
    run.release(0, key, token)?;
    let token = run.fresh("after the release of a renewed claim", key, LONG)?;
    run.renewed("within the lease", key, token, LONG, Renewal::Held)?;
    run.commit(1, key, token, LONG)?;
    run.is_done("after the commit of a renewed claim", key)
}

fn shortened(run: &Run<'_>) -> Checked {
    let key = run.key();
    let token = run.fresh("on a new key", key, LONG)?;
    run.renewed("within the lease", key, token, BRIEF, Renewal::Held)?;
    run.until_fresh(key, BRIEF).map(drop)
}

fn renewal_of_a_free_key(run: &Run<'_>) -> Checked {
    let expired = run.key();
    let token = run.fresh("on a new key", expired, BRIEF)?;
    run.pass(BRIEF)?;
    run.renewed("after the lease", expired, token, LONG, Renewal::Held)?;
    run.is_held("after the renewal of an expired lease", expired, LONG)?;
    run.release(0, expired, token)?;
    run.fresh("after the release of that claim", expired, LONG)?;
    // A store that was restarted empty knows nothing of the claim.
    let lost = run.key();
    let token = run.fresh("on a new key", lost, LONG)?;
    run.forget(0, lost)?;
    run.renewed("after `forget`", lost, token, LONG, Renewal::Held)?;
    run.is_held("after the renewal of a forgotten claim", lost, LONG)
}

fn lost_renewal(run: &Run<'_>) -> Checked {
    let key = run.key();
    let lost = run.fresh("on a new key", key, BRIEF)?;
    let token = run.until_fresh(key, BRIEF)?;
    let when = "while a successor holds the key";
    run.renewed(when, key, lost, Duration::ZERO, Renewal::Lost)?;
    run.pass(Duration::from_millis(1))?;
    run.is_held("after the renewal of a lost token", key, LONG)?;
    run.release(0, key, lost)?;
    run.is_held("after the release of a lost token", key, LONG)?;
    run.commit(0, key, token, LONG)?;
    for token in [lost, token] {
        let when = "when the key is committed";
        run.renewed(when, key, token, Duration::ZERO, Renewal::Lost)?;
    }
    run.pass(Duration::from_millis(1))?;
    run.is_done("after renewals of a committed key", key)
}

fn late_commit_over_a_successor(run: &Run<'_>) -> Checked {
    let key = run.key();
    let late = run.fresh("on a new key", key, BRIEF)?;
    let token = run.until_fresh(key, BRIEF)?;
    run.commit(0, key, late, LONG)?;
    run.is_done("after a late commit", key)?;
    run.release(1, key, token)?;
    run.is_done("after the release of a successor that failed", key)?;
    run.commit(1, key, token, Duration::ZERO)?;
    run.pass(Duration::from_millis(1))?;
    run.is_done("after the commit of a successor that succeeded", key)
}

fn lost_release(run: &Run<'_>) -> Checked {
    let key = run.key();
    let lost = run.fresh("on a new key", key, BRIEF)?;
    let token = run.until_fresh(key, BRIEF)?;
    run.release(0, key, lost)?;
    run.is_held("after the release of a lost token", key, LONG)?;
    run.commit(0, key, token, LONG)?;
    run.release(1, key, lost)?;
    run.is_done("after the release of a lost token", key)
}

fn late_commit(run: &Run<'_>) -> Checked {
    let key = run.key();
    let late = run.fresh("on a new key", key, BRIEF)?;
    run.pass(BRIEF)?;
    run.commit(1, key, late, LONG)?;
    run.is_done("after a commit that came later than the lease", key)
}

fn commit_of_a_free_key(run: &Run<'_>) -> Checked {
    let released = run.key();
    let token = run.fresh("on a new key", released, LONG)?;
    run.release(0, released, token)?;
    run.commit(0, released, token, LONG)?;
    run.is_done("after a commit that follows the release", released)?;
    let forgotten = run.key();
    let token = run.fresh("on a new key", forgotten, LONG)?;
    run.forget(1, forgotten)?;
    run.commit(0, forgotten, token, LONG)?;
    run.is_done("after a commit that follows `forget`", forgotten)
}

fn forgotten(run: &Run<'_>) -> Checked {
    let key = run.key();
    run.forget(0, key)?;
    let first = run.fresh("after `forget` of a new key", key, LONG)?;
    run.forget(1, key)?;
    let second = run.fresh("after `forget` of a held key", key, LONG)?;
    run.release(0, key, first)?;
    let when = "while another holds the key";
    run.renewed(when, key, first, Duration::ZERO, Renewal::Lost)?;
    run.is_held("after steps of the forgotten holder", key, LONG)?;
    run.commit(0, key, second, LONG)?;
    run.forget(0, key)?;
    run.fresh("after `forget` of a committed key", key, LONG)
        .map(drop)
}

fn keep_time(run: &Run<'_>) -> Checked {
    let key = run.key();
    let token = run.fresh("on a new key", key, LONG)?;
    let began = Instant::now();
    run.commit(0, key, token, BRIEF)?;
    let claim = run.claim(1, key, LONG)?;
    // On a slow machine the keep time may have passed.
    if claim != Claim::Done && run.lasts(began, BRIEF) {
        return Err(format!("within the keep time, a claim is {claim:?}"));
    }
    if claim == Claim::Done {
        run.pass(BRIEF)?;
        run.fresh("after the keep time", key, LONG)?;
    }
    Ok(())
}

fn commit_outlives_the_lease(run: &Run<'_>) -> Checked {
    let key = run.key();
    let token = run.fresh("on a new key", key, BRIEF)?;
    run.commit(0, key, token, LONG)?;
    run.pass(BRIEF)?;
    run.is_done("after the lease of a committed claim", key)
}

fn independent_keys(run: &Run<'_>) -> Checked {
    let base = *run.key().as_bytes();
    let neighbour = |bit: usize| {
        let mut bytes = base;
        bytes[bit / 8] ^= 1 << (bit % 8);
        ReplayKey::from_bytes(bytes)
    };
    let base = ReplayKey::from_bytes(base);
    let token = run.fresh("on a new key", base, LONG)?;
    run.commit(0, base, token, LONG)?;
    for bit in 0..128 {
        let when = format!("with bit {bit} of a committed key flipped");
        let token = run.fresh(&when, neighbour(bit), LONG)?;
        if bit % 2 == 0 {
            run.release(0, neighbour(bit), token)?;
        }
    }
    run.is_done("after claims of its neighbours", base)?;
    for bit in (0..128).step_by(2) {
        run.fresh("after the release", neighbour(bit), LONG)?;
    }
    for byte in [0, 0x20, 0xff] {
        let key = ReplayKey::from_bytes([byte; 16]);
        run.forget(0, key)?;
        run.fresh(&format!("on the key of bytes {byte:#04x}"), key, LONG)?;
        run.forget(0, key)?;
    }
    Ok(())
}

fn extreme_durations(run: &Run<'_>) -> Checked {
    let none = [Duration::ZERO, Duration::from_nanos(1)];
    let years = |years: u64| Duration::from_secs(years * 365 * 86_400);
    let endless = [years(30), years(300), years(300_000), Duration::MAX];
    for time in none {
        let key = run.key();
        run.fresh("on a new key", key, time)?;
        run.pass(Duration::from_millis(2))?;
        let when = format!("after a lease of {time:?}");
        let token = run.fresh(&when, key, LONG)?;
        run.commit(0, key, token, time)?;
        run.pass(Duration::from_millis(2))?;
        run.fresh(&format!("after a keep time of {time:?}"), key, LONG)?;
    }
    for time in endless {
        let key = run.key();
        let token = run.fresh("on a new key", key, time)?;
        run.is_held(&format!("within a lease of {time:?}"), key, time)?;
        run.commit(0, key, token, time)?;
        run.is_done(&format!("within a keep time of {time:?}"), key)?;
        run.forget(0, key)?;
    }
    Ok(())
}

/// The table of states in the documentation of the trait.
#[derive(Default)]
struct States(HashMap<ReplayKey, (Option<ClaimToken>, Duration)>);

impl States {
    /// The holder, or none if the key is committed, and when it expires.
    fn get(&self, key: ReplayKey, now: Duration) -> Option<(Option<ClaimToken>, Duration)> {
        self.0.get(&key).copied().filter(|(_, end)| *end > now)
    }
}

/// SplitMix64, so that sequences are reproducible.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let n = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let n = (n ^ (n >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (n ^ (n >> 31)) % bound
    }
}

fn sequences(run: &Run<'_>) -> Checked {
    // With a settable clock, time passes in them as well.
    let longest = run.suite.advance.as_ref().map(|_| 40);
    (0..4).try_for_each(|seed| sequence(run, Random(seed), longest))
}

fn sequence(run: &Run<'_>, mut random: Random, longest: Option<u64>) -> Checked {
    let keys: Vec<_> = (0..4).map(|_| run.key()).collect();
    let mut states = States::default();
    let mut now = Duration::ZERO;
    // Every token ever issued, so that stale ones are used too.
    let mut issued: Vec<(ReplayKey, ClaimToken)> = Vec::new();
    // Never a multiple of a second, which is when time passes.
    let time = |random: &mut Random| match longest {
        Some(longest) => Duration::from_millis(random.below(longest) * 1000 + 500),
        None => LONG,
    };
    for step in 0..150 {
        let handle = step % 2;
        let choice = random.below(14);
        if choice < 5 || issued.is_empty() {
            let key = keys[random.below(4) as usize];
            let lease = time(&mut random);
            let claim = run.claim(handle, key, lease)?;
            let agrees = match (claim, states.get(key, now)) {
                (Claim::Fresh(_), None) | (Claim::Done, Some((None, _))) => true,
                (Claim::InProgress(left), Some((Some(_), end))) => left <= end - now,
                _ => false,
            };
            if !agrees {
                let state = states.get(key, now);
                return Err(format!(
                    "step {step}: a claim is {claim:?} in state {state:?}"
                ));
            }
            if let Claim::Fresh(token) = claim {
                states.0.insert(key, (Some(token), now + lease));
                issued.push((key, token));
            }
        } else if choice < 12 {
            // Usually one of the most recent.
            let back = random.below(issued.len() as u64).min(random.below(6));
            let (key, token) = issued[issued.len() - 1 - back as usize];
            let holder = states.get(key, now).map(|(holder, _)| holder);
            if choice < 8 {
                let keep = time(&mut random);
                run.commit(handle, key, token, keep)?;
                if holder != Some(None) {
                    states.0.insert(key, (None, now + keep));
                }
            } else if choice < 10 {
                let lease = time(&mut random);
                let renewal = run.renew(handle, key, token, lease)?;
                let expected = match holder {
                    Some(holder) if holder != Some(token) => Renewal::Lost,
                    _ => Renewal::Held,
                };
                if renewal != expected {
                    return Err(format!(
                        "step {step}: a renewal is {renewal:?} where the holder is {holder:?}"
                    ));
                }
                if renewal == Renewal::Held {
                    states.0.insert(key, (Some(token), now + lease));
                }
            } else {
                run.release(handle, key, token)?;
                if holder == Some(Some(token)) {
                    states.0.remove(&key);
                }
            }
        } else if choice == 12 {
            let key = keys[random.below(4) as usize];
            run.forget(handle, key)?;
            states.0.remove(&key);
        } else if let (Some(advance), Some(longest)) = (&run.suite.advance, longest) {
            let passes = Duration::from_secs(random.below(longest / 4));
            advance(passes);
            now += passes;
        }
    }
    Ok(())
}

fn dropped_futures(run: &Run<'_>) -> Checked {
    let store = &run.handles[0];
    let (unpolled, polled) = (run.key(), run.key());
    drop(store.claim(unpolled, BRIEF));
    run.abandon(store.claim(polled, BRIEF))?;
    // Claimed or not, released or not: the lease bounds it.
    for key in [unpolled, polled] {
        let token = run.until_fresh(key, BRIEF)?;
        run.abandon(store.renew(key, token, LONG))?;
        run.abandon(store.commit(key, token, LONG))?;
        run.abandon(store.release(key, token))?;
        run.abandon(store.forget(key))?;
    }
    let key = run.key();
    let token = run.fresh("on a new key", key, LONG)?;
    run.commit(0, key, token, LONG)?;
    run.is_done("after the commit", key)
}

fn unavailable(run: &Run<'_>) -> Checked {
    let Some(open) = &run.suite.unavailable else {
        return Ok(());
    };
    let (store, key, token) = (open(), run.key(), ClaimToken(1));
    if let Ok(claim) = run.wait(store.claim(key, LONG))? {
        return Err(format!("a claim is {claim:?}"));
    }
    if let Ok(renewal) = run.wait(store.renew(key, token, LONG))? {
        return Err(format!("a renewal is {renewal:?}"));
    }
    let steps = [
        ("commit", store.commit(key, token, LONG)),
        ("release", store.release(key, token)),
        ("forget", store.forget(key)),
    ];
    for (step, answer) in steps {
        if run.wait(answer)?.is_ok() {
            return Err(format!("`{step}` is Ok"));
        }
    }
    Ok(())
}
