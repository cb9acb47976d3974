//! Pairs of genuine deliveries: which of them have the same identity, for every entry.

use hookward_core::providers::{self, Provider};
use hookward_core::{Key, KeyForm, KeyRing, ReplayBy, ReplayKey, Verifier};

use crate::kit::{self, Event, Sample, Wire};
use crate::over_all;

/// Within every window (Paddle's has five seconds), and in another second.
const LATER: i64 = 4;

/// The identity of a genuine request.
fn identity(
    verifier: &Verifier,
    sample: &Sample,
    request: &Wire,
) -> Result<Option<ReplayKey>, String> {
    let now = hookward_core::UnixTime::from_secs(kit::NOW.as_secs() + LATER / 2);
    let proof = verifier
        .verify_parts(request, &request.body, now)
        .map_err(|error| error.to_string())?;
    assert_eq!(proof.form(), sample.scheme.form, "{}", sample.title());
    Ok(proof.replay_key("n"))
}

/// The violations among the pairs of an entry.
fn problems(entry: &'static Provider) -> Vec<String> {
    let of = |event| kit::samples_of(entry, event).unwrap();
    let usual = of(Event::USUAL);
    let retries = of(Event {
        number: 1,
        later: LATER,
    });
    let others = of(Event {
        number: 2,
        later: 0,
    });
    let mut problems = Vec::new();
    for (index, sample) in usual.iter().enumerate() {
        // A text of its own, which tells of no event.
        if sample.variant == "digits" {
            continue;
        }
        let verifier = kit::verifier_of(sample).unwrap().with_identity();
        let by = sample.scheme.replays_by().unwrap();
        let first = identity(&verifier, sample, &sample.request);
        let mut note = |what: &str| problems.push(format!("{} (by {by}): {what}", sample.title()));
        if by == ReplayBy::None {
            if first != Ok(None) {
                note("nothing tells its deliveries apart, and yet it has an identity");
            }
            continue;
        }
        if !matches!(first, Ok(Some(_))) {
            note(&format!("no identity: {first:?}"));
        }
        // A retry is signed again, where there is a time to sign.
        let retry = &retries[index];
        let again = identity(&verifier, retry, &retry.request);
        let is_signed_again = retry.request.headers != sample.request.headers
            || retry.request.body != sample.request.body;
        match by {
            ReplayBy::Id | ReplayBy::Payload if again != first => {
                note("a retry with a new time is another delivery");
            }
            ReplayBy::Content if sample.scheme.timestamp_is_signed() && again == first => {
                note("a copy with a new time is the same delivery");
            }
            _ if !is_signed_again && again != first => note("a copy is another delivery"),
            _ => {}
        }
        let other = &others[index];
        match identity(&verifier, other, &other.request) {
            Ok(key) if Ok(key) != first => {}
            found => note(&format!(
                "another event is the same delivery, or none: {found:?}"
            )),
        }
        if let Some(kind) = &sample.scheme.replay.kind {
            let with = |value: &str| {
                let mut request = sample.request.clone();
                request
                    .headers
                    .retain(|(name, _)| !name.eq_ignore_ascii_case(&kind.header));
                request
                    .headers
                    .push((kind.header.to_ascii_lowercase(), value.as_bytes().to_vec()));
                identity(&verifier, sample, &request)
            };
            let mut found: Vec<_> = kind.values.iter().map(|value| with(value)).collect();
            found.push(with("a value outside of the list"));
            if with("another one") != found[found.len() - 1] {
                note("values outside of the list of kinds are told apart");
            }
            let all = found.len();
            found.sort();
            found.dedup();
            if found.len() != all {
                note("two kinds are one");
            }
        }
        let tenants = ["a", "b"]
            .map(|tenant| identity(&verifier.for_tenant(tenant), sample, &sample.request));
        if tenants[0] == tenants[1] || tenants.contains(&first) {
            note("two tenants share a delivery");
        }
        if sample.scheme.key == KeyForm::Text && sample.scheme.key_id.is_none() {
            let secret = kit::secret(&sample.scheme.key, sample.scheme.algorithm);
            let ring = [format!("{secret}-new"), secret].map(|key| Key::new(key).unwrap());
            // Entries with parameters or other forms of keys are skipped.
            if let Ok(rotated) = verifier.with_keys(KeyRing::from(ring))
                && identity(&rotated, sample, &sample.request) != first
            {
                note("a rotation makes another delivery of a copy");
            }
        }
    }
    problems
}

#[test]
fn pairs_of_genuine_deliveries_are_one_or_two_as_the_entry_says() {
    assert!(providers::all().count() > 200);
    let mut found: Vec<String> = over_all(problems).into_iter().flatten().collect();
    found.sort();
    assert!(
        found.is_empty(),
        "{} problems:\n{}",
        found.len(),
        found.join("\n")
    );
}
