//! Tenants: whose keys, whose proof, whose deliveries, and what strangers cost.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Wake, Waker};
use std::time::{Duration, Instant};

use hookward_core::{
    Code, Key, KeyRing, KeySource, Lookup, MemoryStore, Rejection, ReplayBy, ReplayGuard,
    RequestHead, Scheme, TenantKeys, TenantLookup, Tenants, Trust, UnixTime, Verified, Verifier,
    providers,
};
use sha2::Digest as _;

const SCHEME: Scheme = Scheme::hmac("acme", hookward_core::Digest::Sha256)
    .header("x-signature")
    .event_id_header("x-id")
    .signed("{id}.{body}");

fn head(target: &str) -> http::request::Parts {
    http::Request::post(target).body(()).unwrap().into_parts().0
}

fn now<T>(lookup: Lookup<T>) -> Option<Result<T, Rejection>> {
    match pin!(lookup).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(answer) => Some(answer),
        Poll::Pending => None,
    }
}

fn verified(verifier: &Verifier, id: &str, secret: &str, body: &str) -> Verified {
    use hookward_core::Signer;
    let signer = Signer::new(&SCHEME, Key::new(secret).unwrap()).unwrap();
    let mut request = http::Request::post("/").body(body.to_owned()).unwrap();
    let signed = signer
        .sign(&request, UnixTime::from_secs(1_700_000_000), Some(id))
        .unwrap();
    for (name, value) in signed.headers() {
        request.headers_mut().insert(name.clone(), value.clone());
    }
    verifier
        .verify_at(&request, UnixTime::from_secs(1_700_000_000))
        .unwrap()
}

/// A source that counts its look-ups and finds `tenant-N`, spelt in any case.
fn counting() -> (Tenants, Arc<AtomicUsize>) {
    let count = Arc::new(AtomicUsize::new(0));
    let counted = count.clone();
    let tenants = Tenants::new(
        Verifier::without_keys(providers::GITHUB).unwrap(),
        |head: &dyn RequestHead| Some(head.path().trim_start_matches('/').to_owned()),
        move |name: &str| {
            counted.fetch_add(1, Ordering::SeqCst);
            let tenant = name.to_ascii_lowercase();
            if !tenant.starts_with("tenant-") {
                return Ok(None);
            }
            Ok(Some(TenantKeys::new(tenant.clone(), Key::new(tenant)?)))
        },
    );
    (tenants, count)
}

/// A clock that is moved by hand.
fn stopped(tenants: Tenants) -> (Tenants, impl Fn(Duration)) {
    let time = Arc::new(Mutex::new(Instant::now()));
    let read = time.clone();
    (tenants.clock(move || *read.lock().unwrap()), move |by| {
        *time.lock().unwrap() += by
    })
}

fn ask(tenants: &Tenants, target: &str) -> Result<Verifier, Code> {
    now(tenants.verifier(&head(target)))
        .unwrap()
        .map_err(|rejection| rejection.code())
}

#[test]
fn the_path_is_the_target_without_its_query_as_received() {
    for (target, path) in [
        ("/hooks/acme", "/hooks/acme"),
        ("/hooks/acme?x=/mallory", "/hooks/acme"),
        ("/hooks/acme?a?b", "/hooks/acme"),
        ("/hooks/%61cme/", "/hooks/%61cme/"),
        ("/Acme", "/Acme"),
        ("/", "/"),
        ("/?x", "/"),
        ("https://hooks.example/acme?x=/mallory", "/acme"),
        ("https://hooks.example", "/"),
        ("https://hooks.example?x=/mallory", "/"),
    ] {
        assert_eq!(head(target).path(), path, "{target}");
    }
}

#[test]
fn the_proof_carries_the_tenant_of_the_record() {
    let base = Verifier::without_keys(SCHEME).unwrap();
    let tenants = Tenants::new(
        base.clone(),
        |_: &dyn RequestHead| Some("AcMe".to_owned()),
        |name: &str| {
            assert_eq!(name, "AcMe");
            Ok(Some(TenantKeys::new("acme", Key::new("secret")?)))
        },
    );
    let verifier = now(tenants.verifier(&head("/"))).unwrap().unwrap();
    assert_eq!(verifier.tenant(), Some("acme"));
    assert_eq!(
        verified(&verifier, "evt_1", "secret", "{}").tenant(),
        Some("acme")
    );

    let alone = base.with_keys(Key::new("secret").unwrap()).unwrap();
    assert_eq!(verified(&alone, "evt_1", "secret", "{}").tenant(), None);
    // Other keys of a tenant are the tenant's.
    let rotated = verifier.with_keys(Key::new("newer").unwrap()).unwrap();
    assert_eq!(rotated.tenant(), Some("acme"));
}

#[test]
fn deliveries_to_two_tenants_are_different_even_under_one_secret() {
    for by in [ReplayBy::Id, ReplayBy::Content] {
        let base = Verifier::new(SCHEME.replay_by(by), Key::new("secret").unwrap())
            .unwrap()
            .with_identity();
        let none = verified(&base, "evt_1", "secret", "{}");
        let of = |tenant: &str| verified(&base.for_tenant(tenant), "evt_1", "secret", "{}");
        let all = [none, of(""), of("acme"), of("mallory")];
        let guard = ReplayGuard::new(MemoryStore::default(), "n");
        for (i, a) in all.iter().enumerate() {
            for (j, b) in all.iter().enumerate() {
                assert_eq!(guard.key(a) == guard.key(b), i == j, "{by:?} {i} {j}");
            }
        }
        assert_eq!(guard.key(&of("acme")), guard.key(&all[2]), "{by:?}");
        // Neither may be written so that one runs over into the other.
        let namespace = |namespace: &str, tenant: &str| of(tenant).replay_key(namespace);
        assert_ne!(namespace("a", "bc"), namespace("ab", "c"));
    }
}

#[test]
fn a_verifier_without_keys_lets_nothing_through() {
    for provider in providers::all() {
        let name = &provider.scheme.name;
        let mut scheme = provider.scheme.clone();
        if scheme.accepted_forms().next().is_none() {
            let first = scheme.form_names().next().unwrap();
            scheme = scheme.only(first);
        }
        let verifier = Verifier::without_keys(scheme.trust(Trust::AsSent)).unwrap();
        let request = http::Request::post("/").body("{}").unwrap();
        let rejection = verifier.verify(&request).unwrap_err();
        assert_ne!(rejection.code(), Code::SignatureMismatch, "{name}");
    }
    // What a hash without a key would be.
    let verifier = Verifier::without_keys(providers::GITHUB).unwrap();
    let empty = "sha256=e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    let request = http::Request::post("/")
        .header("x-hub-signature-256", empty)
        .body("")
        .unwrap();
    assert_eq!(
        verifier.verify(&request).unwrap_err().code(),
        Code::KeyUnavailable
    );
    // The same where more than the body is signed.
    let verifier = Verifier::without_keys(SCHEME).unwrap();
    let hash = hex::encode(sha2::Sha256::digest("evt_1.{}"));
    let request = http::Request::post("/")
        .header("x-id", "evt_1")
        .header("x-signature", hash)
        .body("{}")
        .unwrap();
    assert_eq!(
        verifier.verify(&request).unwrap_err().code(),
        Code::KeyUnavailable
    );
}

#[test]
fn a_name_without_a_record_costs_one_look_up_for_a_while() {
    let (tenants, count) = counting();
    let (tenants, pass) = stopped(tenants.remember_unknown(Duration::from_secs(10), 100));
    for _ in 0..50 {
        assert_eq!(ask(&tenants, "/nobody").unwrap_err(), Code::KeyUnknown);
    }
    assert_eq!(count.load(Ordering::SeqCst), 1);
    pass(Duration::from_secs(9));
    assert_eq!(ask(&tenants, "/nobody").unwrap_err(), Code::KeyUnknown);
    assert_eq!(count.load(Ordering::SeqCst), 1);
    pass(Duration::from_secs(1));
    assert_eq!(ask(&tenants, "/nobody").unwrap_err(), Code::KeyUnknown);
    assert_eq!(count.load(Ordering::SeqCst), 2);
}

#[test]
fn invented_names_cost_a_bounded_number_of_look_ups_and_starve_no_tenant() {
    let (tenants, count) = counting();
    let (tenants, pass) = stopped(tenants.miss_rate(10, 50).expect_names(["tenant-expected"]));
    for tenant in 0..500 {
        assert!(
            ask(&tenants, &format!("/tenant-{tenant}")).is_ok(),
            "{tenant}: first look-ups are free"
        );
    }
    count.store(0, Ordering::SeqCst);
    let mut invented = 0;
    let mut flood = |expected: usize| {
        let before = count.load(Ordering::SeqCst);
        for _ in 0..2000 {
            invented += 1;
            let code = ask(&tenants, &format!("/x{invented}")).unwrap_err();
            assert!(matches!(code, Code::KeyUnknown | Code::Overloaded));
        }
        assert_eq!(count.load(Ordering::SeqCst) - before, expected);
        assert_eq!(ask(&tenants, "/y").unwrap_err(), Code::Overloaded);
        // Nothing is left for strangers, everything for tenants.
        for tenant in 0..500 {
            assert!(
                ask(&tenants, &format!("/tenant-{tenant}")).is_ok(),
                "{tenant}"
            );
        }
        assert!(ask(&tenants, "/tenant-expected").is_ok());
    };
    flood(50);
    pass(Duration::from_secs(1));
    flood(10);
    pass(Duration::from_millis(250));
    flood(2);
    pass(Duration::from_secs(3600));
    flood(50);
}

#[test]
fn when_the_budget_is_used_up_the_sender_is_told_to_come_again() {
    let (tenants, _) = counting();
    let tenants = tenants.miss_rate(0, 0);
    let rejection = now(tenants.verifier(&head("/tenant-1")))
        .unwrap()
        .unwrap_err();
    assert_eq!(rejection.code(), Code::Overloaded);
    assert_eq!(rejection.status(), 503);
    assert!(rejection.retry_after_secs().is_some());
}

#[test]
fn further_spellings_of_a_tenant_count_as_misses() {
    let (tenants, count) = counting();
    let (tenants, _) = stopped(tenants.miss_rate(1, 5));
    for spelling in 0..100_u32 {
        let name: String = "abcdefgh"
            .chars()
            .enumerate()
            .map(|(bit, c)| {
                if spelling >> bit & 1 == 1 {
                    c.to_ascii_uppercase()
                } else {
                    c
                }
            })
            .collect();
        let _ = ask(&tenants, &format!("/tenant-{name}"));
    }
    assert_eq!(count.load(Ordering::SeqCst), 6);
    assert_eq!(
        ask(&tenants, "/tenant-abcdefgh").unwrap().tenant(),
        Some("tenant-abcdefgh")
    );
}

#[test]
fn a_tenant_that_was_removed_is_unknown() {
    let gone = Arc::new(Mutex::new(false));
    let (count, is_gone) = (Arc::new(AtomicUsize::new(0)), gone.clone());
    let counted = count.clone();
    let tenants =
        Tenants::new(
            Verifier::without_keys(providers::GITHUB).unwrap(),
            |_: &dyn RequestHead| Some("acme".to_owned()),
            move |_: &str| {
                counted.fetch_add(1, Ordering::SeqCst);
                Ok((!*is_gone.lock().unwrap())
                    .then(|| TenantKeys::new("acme", Key::new("s").unwrap())))
            },
        );
    assert!(ask(&tenants, "/").is_ok());
    *gone.lock().unwrap() = true;
    for _ in 0..10 {
        assert_eq!(ask(&tenants, "/").unwrap_err(), Code::KeyUnknown);
    }
    assert_eq!(count.load(Ordering::SeqCst), 2);
}

#[test]
fn a_request_without_a_name_or_with_an_overlong_one_is_not_looked_up() {
    let (tenants, count) = counting();
    assert_eq!(
        ask(&tenants, &format!("/tenant-{}", "x".repeat(600))).unwrap_err(),
        Code::KeyUnknown
    );
    assert_eq!(count.load(Ordering::SeqCst), 0);
    let nameless = Tenants::new(
        Verifier::without_keys(providers::GITHUB).unwrap(),
        |_: &dyn RequestHead| None,
        |_: &str| -> TenantLookup { panic!("nobody asked") },
    );
    assert_eq!(ask(&nameless, "/").unwrap_err(), Code::KeyUnknown);
}

#[test]
fn a_source_that_fails_closes_and_is_asked_again() {
    let count = Arc::new(AtomicUsize::new(0));
    let counted = count.clone();
    let tenants = Tenants::new(
        Verifier::without_keys(providers::GITHUB).unwrap(),
        |_: &dyn RequestHead| Some("acme".to_owned()),
        move |_: &str| match counted.fetch_add(1, Ordering::SeqCst) {
            0 => Err(Rejection::new(Code::KeyUnavailable, "the database is down")),
            1 => Ok(Some(TenantKeys::new("acme", KeyRing::default()))),
            _ => Ok(Some(TenantKeys::new("acme", Key::new("s").unwrap()))),
        },
    );
    assert_eq!(ask(&tenants, "/").unwrap_err(), Code::KeyUnavailable);
    assert_eq!(
        ask(&tenants, "/").unwrap_err(),
        Code::KeyUnavailable,
        "a record without keys"
    );
    assert!(ask(&tenants, "/").is_ok());
}

/// A look-up that ends when the test says so.
#[derive(Clone, Default)]
struct Gate(Arc<Mutex<(bool, Vec<Waker>)>>);

impl Gate {
    fn open(&self) {
        let mut gate = self.0.lock().unwrap();
        gate.0 = true;
        gate.1.drain(..).for_each(Waker::wake);
    }
}

impl Future for Gate {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let mut gate = self.0.lock().unwrap();
        if gate.0 {
            return Poll::Ready(());
        }
        gate.1.push(cx.waker().clone());
        Poll::Pending
    }
}

fn gated(gate: &Gate) -> (Tenants, Arc<AtomicUsize>) {
    let count = Arc::new(AtomicUsize::new(0));
    let (counted, gate) = (count.clone(), gate.clone());
    let tenants = Tenants::new(
        Verifier::without_keys(providers::GITHUB).unwrap(),
        |head: &dyn RequestHead| Some(head.path().into_owned()),
        move |name: &str| {
            counted.fetch_add(1, Ordering::SeqCst);
            let (gate, name) = (gate.clone(), name.to_owned());
            Lookup::later(async move {
                gate.await;
                Ok(Some(TenantKeys::new(name.clone(), Key::new(name)?)))
            })
        },
    );
    (tenants, count)
}

#[derive(Default)]
struct Woken(AtomicUsize);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

#[test]
fn requests_for_one_name_share_a_look_up_whoever_stops_waiting() {
    let gate = Gate::default();
    let (tenants, count) = gated(&gate);
    let mut waiting: Vec<_> = (0..5)
        .map(|_| (tenants.verifier(&head("/acme")), Arc::new(Woken::default())))
        .collect();
    for (lookup, woken) in &mut waiting {
        let waker = Waker::from(woken.clone());
        assert!(
            Pin::new(lookup)
                .poll(&mut Context::from_waker(&waker))
                .is_pending()
        );
    }
    // The first, which started it, goes away.
    drop(waiting.remove(0));
    gate.open();
    for (mut lookup, woken) in waiting {
        assert!(woken.0.load(Ordering::SeqCst) > 0);
        let waker = Waker::from(woken);
        let Poll::Ready(answer) = Pin::new(&mut lookup).poll(&mut Context::from_waker(&waker))
        else {
            panic!("not there");
        };
        assert_eq!(answer.unwrap().tenant(), Some("/acme"));
    }
    assert_eq!(count.load(Ordering::SeqCst), 1);
    // Later ones look again: the keys may have changed.
    assert!(ask(&tenants, "/acme").is_ok());
    assert_eq!(count.load(Ordering::SeqCst), 2);
}

#[test]
fn look_ups_of_unknown_names_are_bounded_and_free_their_place_when_dropped() {
    let gate = Gate::default();
    let (tenants, count) = gated(&gate);
    let tenants = tenants
        .unknown_in_flight(3)
        .miss_rate(0, 1000)
        .expect_names(["/known"]);
    let start = |name: &str| {
        let mut lookup = tenants.verifier(&head(name));
        let answer = Pin::new(&mut lookup).poll(&mut Context::from_waker(Waker::noop()));
        (
            lookup,
            answer.map(|answer| answer.map_err(|rejection| rejection.code())),
        )
    };
    let running: Vec<_> = ["/a", "/b", "/c"].map(|name| start(name).0).into();
    assert!(matches!(start("/d").1, Poll::Ready(Err(Code::Overloaded))));
    let known = start("/known");
    assert!(known.1.is_pending(), "a known tenant is looked up");
    let joined = start("/a");
    assert!(
        joined.1.is_pending(),
        "so is a name that is being looked up"
    );
    assert_eq!(count.load(Ordering::SeqCst), 4);
    drop(running);
    let (_d, _e) = (start("/d"), start("/e"));
    assert!(matches!(start("/f").1, Poll::Ready(Err(Code::Overloaded))));
    drop(joined);
    assert!(start("/f").1.is_pending());
}

#[test]
fn a_look_up_that_panics_refuses_those_who_wait_and_is_made_again() {
    let count = Arc::new(AtomicUsize::new(0));
    let counted = count.clone();
    let tenants = Tenants::new(
        Verifier::without_keys(providers::GITHUB).unwrap(),
        |_: &dyn RequestHead| Some("acme".to_owned()),
        move |_: &str| {
            assert!(
                counted.fetch_add(1, Ordering::SeqCst) > 0,
                "the first one panics"
            );
            Ok(Some(TenantKeys::new("acme", Key::new("s")?)))
        },
    );
    let mut first = tenants.verifier(&head("/"));
    let second = tenants.verifier(&head("/"));
    let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        let _ = Pin::new(&mut first).poll(&mut Context::from_waker(Waker::noop()));
    }));
    assert!(panicked.is_err());
    assert_eq!(
        now(second).unwrap().unwrap_err().code(),
        Code::KeyUnavailable
    );
    drop(first);
    assert!(ask(&tenants, "/").is_ok());
}
