//! The genuine requests that the attacks start from.

use hookward_core::providers;

use crate::kit;

#[test]
fn the_samples_of_every_entry_and_form_verify() {
    let mut failures = Vec::new();
    for entry in providers::all() {
        let samples = match kit::samples(entry) {
            Ok(samples) => samples,
            Err(error) => {
                failures.push(error);
                continue;
            }
        };
        for sample in samples {
            let verifier = match kit::verifier_of(&sample) {
                Ok(verifier) => verifier,
                Err(error) => {
                    failures.push(error);
                    continue;
                }
            };
            let request = &sample.request;
            assert!(request.can_arrive(), "{}: {request:?}", sample.title());
            if let Err(error) = verifier.verify_parts(request, &request.body, kit::NOW) {
                failures.push(format!("{}: {error}", sample.title()));
            }
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn the_data_of_samples_belongs_to_entries() {
    assert_eq!(kit::unused_extras(), [""; 0]);
}
