//! Providers that send deliveries and their retries to replicas of a receiver, whose
//! handlers succeed, fail and take their time, and whose stores are away now and then.

use std::collections::HashMap;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use hookward::adapter::{Admitted, Exchange, Incoming, Runtime, Unreadable};
use hookward::{Endpoint, Key, ReplayGuard, ReplayStore, Verifier, providers};
use hookward_tests::hmac_sha256_hex;
use http::StatusCode;
use tokio::time::{sleep, timeout};

use crate::record::{History, Recorded};

const SECRET: &[u8] = b"a secret";

/// SplitMix64: the same choices in every run with one seed.
#[derive(Clone)]
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let n = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let n = (n ^ (n >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (n ^ (n >> 31)) % bound
    }

    /// Whether something happens that happens so many times in a hundred.
    pub(crate) fn happens(&mut self, times: u64) -> bool {
        self.below(100) < times
    }

    /// Up to this time.
    pub(crate) fn up_to(&mut self, time: Duration) -> Duration {
        time.mul_f64(self.below(1000) as f64 / 1000.0)
    }

    /// Choices of their own.
    pub(crate) fn split(&mut self) -> Self {
        Self(self.below(u64::MAX))
    }
}

/// A fault between one replica and the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    None,
    /// Steps fail, or are not answered.
    Away,
    /// Steps are taken, and the answers lost.
    Deaf,
    /// For good, as after `kill -9`: what the replica still does reaches nobody.
    Killed,
}

/// How one replica reaches the store.
pub(crate) trait Link: Send + Sync {
    fn store(&self) -> Arc<dyn ReplayStore>;
    fn set(&self, fault: Fault);
}

/// What a history is like.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Plan {
    pub(crate) replicas: usize,
    pub(crate) deliveries: usize,
    pub(crate) lease: Duration,
    /// The longest time that a store is away.
    pub(crate) away: Duration,
    /// How long handlers take at most.
    pub(crate) handler: Duration,
    /// Whether a replica is killed.
    pub(crate) kills: bool,
    /// How much of a lease the store keeps at least.
    pub(crate) shortest: f64,
}

struct Whole(Option<Bytes>);

impl Incoming for Whole {
    fn poll_data(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Result<Option<Bytes>, Unreadable>> {
        Poll::Ready(Ok(self.0.take()))
    }
}

struct Replica {
    number: usize,
    endpoint: Arc<Endpoint>,
    guard: ReplayGuard,
    link: Arc<dyn Link>,
    is_killed: AtomicBool,
}

/// The successes of each delivery: on which replicas a handler ended well.
type Successes = Arc<Mutex<HashMap<usize, Vec<usize>>>>;

/// What a handler does: how long it takes, and its answer.
#[derive(Clone, Copy)]
struct Work(Duration, u16);

impl Replica {
    fn new(number: usize, link: Arc<dyn Link>, plan: &Plan, name: &str, history: &History) -> Self {
        let store = Recorded {
            replica: number,
            store: link.store(),
            history: history.clone(),
        };
        let guard = ReplayGuard::new(store, name)
            .lease(plan.lease)
            .retention(Duration::from_secs(24 * 60 * 60));
        let verifier = Verifier::new(providers::GITHUB, Key::new(SECRET).unwrap()).unwrap();
        let endpoint = Endpoint::new(verifier).replay_guard(guard.clone()).unwrap();
        Self {
            number,
            endpoint: Arc::new(endpoint),
            guard,
            link,
            is_killed: AtomicBool::new(false),
        }
    }

    /// 299 for an acknowledged duplicate.
    async fn deliver(&self, number: usize, work: Work, successes: &Successes) -> u16 {
        let body = format!("[{number}]");
        let signature = hmac_sha256_hex(SECRET, &[body.as_bytes()]);
        let head = http::Request::post("/hooks")
            .header("x-hub-signature-256", format!("sha256={signature}"))
            .body(())
            .unwrap();
        let head = head.into_parts().0;
        let mut exchange = Exchange::new(self.endpoint.clone(), Runtime::tokio(), &head);
        let mut body = Whole(Some(Bytes::from(body)));
        match exchange.admit(&head, None, &mut body).await {
            Admitted::Handle(_) => {
                exchange.handle(sleep(work.0)).await;
                if self.is_killed.load(Ordering::SeqCst) {
                    std::future::pending::<()>().await;
                }
                if work.1 == 200 {
                    let mut successes = successes.lock().unwrap();
                    successes.entry(number).or_default().push(self.number);
                }
                let status = StatusCode::from_u16(work.1).unwrap();
                exchange.settle(status).await;
                work.1
            }
            Admitted::Answer(answer) if answer.status() == StatusCode::OK => 299,
            Admitted::Answer(answer) => answer.status().as_u16(),
        }
    }
}

/// What came of a history.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct Report {
    pub(crate) steps: usize,
    pub(crate) handled: usize,
    pub(crate) handled_twice: usize,
}

/// Lets a history happen, and checks it.
pub(crate) async fn run(
    plan: Plan,
    name: &str,
    mut random: Random,
    links: Vec<Arc<dyn Link>>,
) -> Result<Report, String> {
    let history = History::new();
    let replicas: Arc<Vec<Replica>> = Arc::new(
        links
            .into_iter()
            .enumerate()
            .map(|(number, link)| Replica::new(number, link, &plan, name, &history))
            .collect(),
    );
    let successes = Successes::default();
    let faults = tokio::spawn(faults(plan, replicas.clone(), random.split()));
    let providers: Vec<_> = (0..plan.deliveries)
        .map(|number| {
            let (replicas, successes) = (replicas.clone(), successes.clone());
            tokio::spawn(provider(plan, number, replicas, successes, random.split()))
        })
        .collect();
    for provider in providers {
        provider.await.map_err(|error| error.to_string())??;
    }
    faults.await.map_err(|error| error.to_string())?;
    let alive = || {
        replicas
            .iter()
            .filter(|replica| !replica.is_killed.load(Ordering::SeqCst))
    };
    for replica in alive() {
        timeout(plan.lease * 20, replica.guard.settled())
            .await
            .map_err(|_| "a replica does not settle".to_owned())?;
    }
    // A success is known everywhere in the end, unless the replica that had it was killed
    // before it was recorded.
    for replica in alive() {
        for number in 0..plan.deliveries {
            let status = replica
                .deliver(number, Work(Duration::ZERO, 500), &successes)
                .await;
            let on = |number: &usize| !replicas[*number].is_killed.load(Ordering::SeqCst);
            let handled = (successes.lock().unwrap().get(&number))
                .is_some_and(|replicas| replicas.iter().any(on));
            if handled && status != 299 {
                return Err(format!(
                    "delivery {number} was handled, and a copy is {status}"
                ));
            }
        }
    }
    history.check(plan.shortest)?;
    let successes = successes.lock().unwrap();
    Ok(Report {
        steps: history.len(),
        handled: successes.len(),
        handled_twice: successes.values().filter(|on| on.len() > 1).count(),
    })
}

/// A provider sends a delivery until it is answered with success, and some more.
async fn provider(
    plan: Plan,
    number: usize,
    replicas: Arc<Vec<Replica>>,
    successes: Successes,
    mut random: Random,
) -> Result<(), String> {
    sleep(random.up_to(plan.lease)).await;
    let mut copies = 1 + random.below(3);
    for attempt in 0..400 {
        let replica = random.below(replicas.len() as u64) as usize;
        let work = Work(
            match random.below(3) {
                0 => Duration::ZERO,
                _ => random.up_to(plan.handler),
            },
            // Enough failures to be seen, and an end to them.
            if random.happens(30) && attempt < 20 {
                500
            } else {
                200
            },
        );
        // Some providers hang up before the handler is done.
        let patience = match random.happens(15) && attempt < 20 {
            true => random.up_to(plan.handler),
            false => plan.handler * 4 + plan.lease,
        };
        let is_raced = random.happens(20);
        let other = random.below(replicas.len() as u64) as usize;
        let racing = async {
            if is_raced {
                let copy = replicas[other].deliver(number, work, &successes);
                let _ = timeout(patience, copy).await;
            }
        };
        let delivery = timeout(
            patience,
            replicas[replica].deliver(number, work, &successes),
        );
        let (status, ()) = tokio::join!(delivery, racing);
        if let Ok(200 | 299) = status {
            copies -= 1;
            if copies == 0 {
                return Ok(());
            }
        }
        sleep(plan.lease / 20 + random.up_to(plan.lease / 2)).await;
    }
    Err(format!("delivery {number} is never answered with success"))
}

/// Stores go away and come back; perhaps a replica is killed.
async fn faults(plan: Plan, replicas: Arc<Vec<Replica>>, mut random: Random) {
    for _ in 0..6 {
        sleep(random.up_to(plan.lease)).await;
        let replica = &replicas[random.below(replicas.len() as u64) as usize];
        if replica.is_killed.load(Ordering::SeqCst) {
            continue;
        }
        let fault = if random.happens(50) {
            Fault::Away
        } else {
            Fault::Deaf
        };
        replica.link.set(fault);
        sleep(random.up_to(plan.away)).await;
        replica.link.set(Fault::None);
    }
    if plan.kills {
        let replica = &replicas[0];
        replica.is_killed.store(true, Ordering::SeqCst);
        replica.link.set(Fault::Killed);
    }
}
