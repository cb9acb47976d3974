//! Every entry of the catalogue: what is genuine passes, what is forged does not.

use hookward::providers::{self, Provider};
use hookward::testing::{self, TestRequest};
use hookward::{Algorithm, Proof, ReplayBy, Scheme, UnixTime, Verified};

const NOW: UnixTime = UnixTime::from_secs(1_800_000_000);

fn passes(scheme: &Scheme, request: &TestRequest) -> Result<bool, String> {
    let request = request.try_build().map_err(|error| error.to_string())?;
    let verifier = testing::verifier(scheme.clone());
    Ok(verifier.verify_at(&request, NOW).is_ok())
}

/// Each form of an entry as the operator selects it.
fn selections(entry: &Provider) -> Vec<Scheme> {
    let scheme = &entry.scheme;
    let mut found = vec![scheme.clone()];
    if !scheme.or.is_empty() {
        found.extend(scheme.form_names().map(|name| scheme.clone().only(name)));
    }
    found
}

#[test]
fn every_entry_and_form_has_a_genuine_request() {
    let mut problems = Vec::new();
    for entry in providers::all() {
        for scheme in selections(entry) {
            let found = passes(&scheme, &testing::request(scheme.clone()).at(NOW));
            if found != Ok(true) {
                problems.push(format!("{} {:?}: {found:?}", scheme.name, scheme.only));
            }
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

/// Whether a recording is refused after a while.
fn grows_stale(scheme: &Scheme) -> bool {
    scheme.timestamp.is_some() || scheme.algorithm == Algorithm::MessageSignatures
}

#[test]
fn forgeries_are_refused_and_where_nothing_refuses_them_there_is_an_error() {
    let mut problems = Vec::new();
    for entry in providers::all() {
        let scheme = &entry.scheme;
        let genuine = testing::request(scheme.clone()).at(NOW);
        let signs = testing::verifier(scheme.clone())
            .verify_at(&genuine.try_build().unwrap(), NOW)
            .is_ok_and(|verified| verified.proof() == Proof::Signature);
        let stale = grows_stale(scheme);
        for (name, forged, is_refused) in [
            ("stale", genuine.stale(), stale),
            ("early", genuine.early(), stale),
            ("tampered", genuine.tampered(), signs),
            ("by_other_key", genuine.by_other_key(), true),
            ("unsigned", genuine.unsigned(), true),
        ] {
            let found = passes(scheme, &forged);
            if found.is_err() && !is_refused {
                continue;
            }
            if found != Ok(false) || !is_refused {
                problems.push(format!("{} {name}: {found:?}", scheme.name));
            }
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

#[test]
fn another_id_is_another_delivery_and_a_retry_is_none() {
    let mut problems = Vec::new();
    for entry in providers::all() {
        let scheme = &entry.scheme;
        let verifier = testing::verifier(scheme.clone()).with_identity();
        let first = testing::request(scheme.clone()).at(NOW);
        let other = first.clone().id("1234567");
        let proof = |request: &TestRequest| {
            let request = request.try_build().map_err(|error| error.to_string())?;
            let proof = verifier.verify_at(&request, NOW);
            proof.map_err(|error| error.to_string())
        };
        let mut note = |what: String| problems.push(format!("{}: {what}", scheme.name));
        let (genuine, again, other) = match (proof(&first), proof(&first.retried()), proof(&other))
        {
            (Ok(genuine), Ok(again), Ok(other)) => (genuine, again, other),
            found => {
                note(format!("{found:?}"));
                continue;
            }
        };
        if genuine.event_id().is_some() && other.event_id() != Some("1234567") {
            note(format!("its id is {:?}", other.event_id()));
        }
        let key = |proof: &Verified| proof.replay_key("kit");
        match genuine.replay_by() {
            ReplayBy::Id if key(&genuine) == key(&other) => note("another id is the same".into()),
            ReplayBy::Id | ReplayBy::Payload if key(&genuine) != key(&again) => {
                note("a retry is another delivery".into());
            }
            _ => {}
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}
