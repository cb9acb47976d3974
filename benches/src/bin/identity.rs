//! The cost of a replay guard, by how deliveries are identified.
//!
//! `cargo run --release --manifest-path benches/Cargo.toml --bin identity [TABLE]` prints
//! three tables, each of one run, minimum of interleaved rounds, frames of 16 KiB:
//!
//! 1. `scanner`: gigabytes a second of the scanner that reads an id in the body while it
//!    arrives, beside SHA-256 and beside `serde_json` when it skips to a borrowed id
//!    in a body of one piece. The scanner's time is what a verifier for a shared
//!    secret, which hashes no body, takes more with it than without;
//! 2. `digest`: nanoseconds of a verifier with HMAC-SHA256 over the body, and with SHA-256 in
//!    turns with it;
//! 3. `layer`: nanoseconds of the layer over a router without it: without a guard, and with
//!    one by an id in the head, by one in the body, and by the content, with a claim
//!    of a new key and its commit in a `MemoryStore`.

use std::borrow::Cow;
use std::hint::black_box;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use axum::body::Bytes;
use hookward::tower::VerifyLayer;
use hookward::{
    Claim, ClaimToken, Digest, Endpoint, Key, Location, MemoryStore, Renewal, ReplayBy,
    ReplayGuard, ReplayKey, ReplayStore, Scheme, StoreFuture, UnixTime, Verifier,
};
use hookward_benches::{
    Delivery, FRAME, Front, Handler, Served, per, repeats, runtime, shortest, time,
};
use http::HeaderMap;
use serde::Deserialize;
use sha2::{Digest as _, Sha256};

/// Many short rounds: one of them is not disturbed by what else the machine does.
const ROUNDS: usize = 250;

fn few(size: usize) -> usize {
    (repeats(size) / 10).max(1)
}

const SECRET: &str = "a secret of the usual length";

/// What senders write.
#[derive(Clone, Copy)]
enum Document {
    /// Objects with short members, as an API returns them.
    Compact,
    /// The same with line feeds and indentation.
    Indented,
    /// Little more than one long text, as a document or an image in base64.
    Text,
    /// Arrays of numbers.
    Numbers,
}

impl Document {
    const ALL: [(&'static str, Self); 4] = [
        ("compact", Self::Compact),
        ("indented", Self::Indented),
        ("one long text", Self::Text),
        ("numbers", Self::Numbers),
    ];

    /// A document of `size` bytes with its id at the end.
    fn write(self, size: usize) -> Vec<u8> {
        let mut out = match self {
            Self::Text => String::from(r#"{"data":"#),
            _ => String::from(r#"{"data":["#),
        };
        let end = match self {
            Self::Text => r#","id":"evt_1MqqbKLt4dXK03v5qaIbiNCC"}"#,
            _ => r#"0],"id":"evt_1MqqbKLt4dXK03v5qaIbiNCC"}"#,
        };
        let mut number = 0;
        while !matches!(self, Self::Text) {
            number += 1;
            let item = match self {
                Self::Compact => format!(
                    r#"{{"object":"charge","amount":{},"currency":"eur","created":{},"customer":{{"email":"jane.doe{number}@example.com","name":"Jane \u00d8 Doe","address":null}},"livemode":true,"description":"Order no. {number} from the shop at example.com"}},"#,
                    number * 37,
                    1_700_000_000 + number
                ),
                Self::Indented => format!(
                    "\n    {{\n      \"object\": \"charge\",\n      \"amount\": {},\n      \"currency\": \"eur\",\n      \"customer\": {{\n        \"email\": \"jane.doe{number}@example.com\",\n        \"address\": null\n      }},\n      \"livemode\": true\n    }},",
                    number * 37
                ),
                _ => format!("[{number},{}.5,-1e-{}],", number * 131, number % 9),
            };
            if out.len() + item.len() + end.len() > size {
                break;
            }
            out += &item;
        }
        let left = size.saturating_sub(out.len() + end.len());
        if let Self::Text = self {
            out += &format!(
                "\"{}\"",
                "QmFzZTY0"
                    .repeat(left / 8 + 1)
                    .split_at(left.saturating_sub(2))
                    .0
            );
        } else {
            out += &" ".repeat(left);
        }
        out += end;
        out.into_bytes()
    }
}

/// What `serde_json` reads when nothing but the id is wanted.
#[derive(Deserialize)]
struct WithId<'a> {
    #[serde(borrow)]
    id: Cow<'a, str>,
}

fn verify(verifier: &Verifier, request: &http::Request<()>, frames: &[&[u8]]) -> bool {
    let mut check = verifier
        .begin(request, UnixTime::from_secs(0))
        .expect("a good head")
        .with_body_kept();
    frames.iter().for_each(|frame| check.update(frame));
    check.finish().expect("genuine").event_id().is_some()
}

fn timed(repeats: usize, mut run: impl FnMut()) -> Duration {
    let start = Instant::now();
    (0..repeats).for_each(|_| run());
    start.elapsed()
}

fn delivery(scheme: &Scheme, body: &[u8]) -> Delivery {
    let frames = body.chunks(FRAME).map(Bytes::copy_from_slice).collect();
    let mut delivery = Delivery {
        frames,
        headers: HeaderMap::new(),
    };
    delivery.sign(scheme, SECRET);
    delivery
}

fn key() -> Key {
    Key::new(SECRET).expect("a key")
}

fn scanner() {
    println!(
        "the scanner\n{:>14} {:>9} {:>12} {:>12} {:>12}   times SHA-256, serde_json",
        "", "body", "scanner", "SHA-256", "serde_json"
    );
    let secret = Scheme::shared_secret("acme").header("x-key");
    let by_id = secret.clone().event_id_json("/id").replay_by(ReplayBy::Id);
    let plain = Verifier::new(secret.clone(), key()).expect("a verifier");
    let with_id = Verifier::new(by_id, key())
        .expect("a verifier")
        .with_identity();
    for (name, document) in Document::ALL {
        for size in [4096, 65_536, 1 << 20] {
            let body = document.write(size);
            assert_eq!(body.len(), size);
            let frames: Vec<&[u8]> = body.chunks(FRAME).collect();
            let mut request = http::Request::new(());
            *request.headers_mut() = delivery(&secret, &body).headers;
            let repeats = few(size);
            let best: [Duration; 4] = shortest(ROUNDS, |index| match index {
                0 => timed(repeats, || assert!(!verify(&plain, &request, &frames))),
                1 => timed(repeats, || assert!(verify(&with_id, &request, &frames))),
                2 => timed(repeats, || {
                    let mut hash = Sha256::new();
                    frames.iter().for_each(|frame| hash.update(frame));
                    black_box(hash.finalize());
                }),
                _ => timed(repeats, || {
                    let found: WithId<'_> = serde_json::from_slice(&body).expect("JSON");
                    assert!(black_box(found.id).starts_with("evt"));
                }),
            });
            let took =
                [best[1].saturating_sub(best[0]), best[2], best[3]].map(|best| per(best, repeats));
            let [scanner, sha, serde] = took.map(|ns| size as f64 / ns);
            println!(
                "{name:>14} {size:>9} {scanner:>7.2} GB/s {sha:>7.2} GB/s {serde:>7.2} GB/s {:>15.2} {:>11.2}",
                scanner / sha,
                scanner / serde
            );
        }
    }
}

fn in_turns() {
    println!(
        "\na digest in turns with the MAC\n{:>9} {:>12} {:>12}",
        "body", "MAC", "with SHA-256"
    );
    let scheme = Scheme::hmac("acme", Digest::Sha256).header("x-signature");
    let plain = Verifier::new(scheme.clone(), key()).expect("a verifier");
    let by_content = plain.clone().with_identity();
    for size in [256, 1024, 4096, 16_384, 65_536, 1 << 20] {
        let body = Document::Compact.write(size);
        let frames: Vec<&[u8]> = body.chunks(FRAME).collect();
        let mut request = http::Request::new(());
        *request.headers_mut() = delivery(&scheme, &body).headers;
        let repeats = few(size);
        let best: [Duration; 2] = shortest(ROUNDS, |index| {
            let verifier = [&plain, &by_content][index];
            timed(repeats, || assert!(!verify(verifier, &request, &frames)))
        });
        let [mac, both] = best.map(|best| per(best, repeats));
        println!(
            "{size:>9} {mac:>9.0} ns {both:>9.0} ns ({:4.2}x)",
            both / mac
        );
    }
}

/// A table in memory that takes each delivery for a new one.
#[derive(Debug)]
struct AllNew {
    store: MemoryStore,
    last: AtomicU64,
}

impl AllNew {
    fn key(&self, key: ReplayKey, number: u64) -> ReplayKey {
        let mut bytes = *key.as_bytes();
        let spread = number.wrapping_mul(0x9e37_79b9_7f4a_7c15).to_ne_bytes();
        bytes
            .iter_mut()
            .zip(spread)
            .for_each(|(byte, other)| *byte ^= other);
        ReplayKey::from_bytes(bytes)
    }
}

impl ReplayStore for AllNew {
    fn claim(&self, key: ReplayKey, lease: Duration) -> StoreFuture<'static, Claim> {
        let number = self.last.fetch_add(1, Ordering::Relaxed) + 1;
        self.store.claim(self.key(key, number), lease)
    }

    fn renew(
        &self,
        key: ReplayKey,
        token: ClaimToken,
        lease: Duration,
    ) -> StoreFuture<'static, Renewal> {
        let key = self.key(key, self.last.load(Ordering::Relaxed));
        self.store.renew(key, token, lease)
    }

    fn commit(
        &self,
        key: ReplayKey,
        token: ClaimToken,
        keep: Duration,
    ) -> StoreFuture<'static, ()> {
        let key = self.key(key, self.last.load(Ordering::Relaxed));
        self.store.commit(key, token, keep)
    }

    fn release(&self, key: ReplayKey, token: ClaimToken) -> StoreFuture<'static, ()> {
        self.store.release(key, token)
    }

    fn forget(&self, key: ReplayKey) -> StoreFuture<'static, ()> {
        self.store.forget(key)
    }
}

fn guard() -> ReplayGuard {
    let store = MemoryStore::with_capacity(50_000);
    ReplayGuard::new(
        AllNew {
            store,
            last: AtomicU64::new(0),
        },
        "bench",
    )
    .clock_allowance(Duration::ZERO)
    .retention(Duration::from_millis(1))
}

fn guards() {
    println!(
        "\nthe layer\n{:>9} {:>12} {:>22} {:>22} {:>22}",
        "body", "no guard", "id in the head", "id in the body", "content"
    );
    let scheme = Scheme::hmac("acme", Digest::Sha256)
        .header("x-signature")
        .event_id_header("x-id")
        .signed("{id}.{body}");
    let runtime = runtime();
    let verifier = || Verifier::new(scheme.clone(), key()).expect("a verifier");
    let layer = |guard: Option<ReplayGuard>| {
        let endpoint = match guard {
            None => Endpoint::new(verifier()),
            Some(guard) => Endpoint::new(verifier())
                .replay_guard(guard)
                .expect("a guard"),
        };
        Served::Axum(
            Handler::Streaming
                .routes()
                .layer(VerifyLayer::new(endpoint)),
        )
    };
    let mut routers = [
        Front::Nothing.router(Handler::Streaming),
        layer(None),
        layer(Some(guard().by(ReplayBy::Id))),
        layer(Some(guard().event_id(Location::Json("/id".into())))),
        layer(Some(guard().by(ReplayBy::Content))),
    ];
    for size in [256, 4096, 65_536, 1 << 20] {
        let delivery = delivery(&scheme, &Document::Compact.write(size));
        let repeats = few(size);
        let best: [Duration; 5] = shortest(ROUNDS, |index| {
            time(&runtime, &mut routers[index], &delivery, repeats)
        });
        let over = |index: usize| per(best[index], repeats) - per(best[0], repeats);
        print!("{size:>9} {:>9.0} ns", over(1));
        for index in 2..5 {
            print!(" {:>10.0} ns ({:4.2}x)", over(index), over(index) / over(1));
        }
        println!();
    }
}

fn main() {
    let wanted = std::env::args().nth(1);
    for (name, table) in [
        ("scanner", scanner as fn()),
        ("digest", in_turns),
        ("layer", guards),
    ] {
        if wanted.as_ref().is_none_or(|wanted| wanted == name) {
            table();
        }
    }
}
