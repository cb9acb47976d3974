//! A file of vectors under one algorithm.

use std::collections::{BTreeMap, BTreeSet};

use std::sync::atomic::{AtomicUsize, Ordering};

use hookward_core::{
    Algorithm, Curve, Digest, EcdsaForm, Encoding, Scheme, UnixTime, Verification, Verifier,
};
use serde_json::Value;

use crate::jose;
use crate::keys::{self, Form};
use crate::vectors::{self, Class, bytes, digest, text};

pub(crate) const NOW: UnixTime = UnixTime::from_secs(1_700_000_000);

/// The first vector of each class in a group is verified with the key in every form and
/// with the message split at every point; the others with the key in two forms, in turn,
/// and with the message in one piece, split at this many points, and byte by byte.
const POINTS: usize = 2;

/// A longer message is not split at every point.
const EVERY_POINT: usize = 256;

/// The verdict on a vector: `None` if it is accepted, or else why it is not.
pub(crate) type Verdict = Option<String>;

/// Where hookward's verdict is not that of the vectors, and why.
pub(crate) const DEVIATIONS: &[(&str, &[u64], &str)] = &[
    (
        "json_web_signature",
        &[346, 350],
        "refused: the key's `alg` is PS256, the signature is by PS384",
    ),
    (
        "json_web_signature",
        &[372, 373],
        "refused: a question mark is not in the alphabet of base64url",
    ),
    (
        "json_web_signature",
        &[357, 358, 359, 376, 377],
        "refused: the secret is of zero bytes, which is the empty key of an HMAC",
    ),
    (
        "json_web_key",
        &[7],
        "accepted: moduli are not searched for the fingerprint of CVE-2017-15361 (ROCA)",
    ),
    (
        "json_web_key",
        &[10, 11, 12],
        "accepted: providers issue secrets that are shorter than the hash",
    ),
    (
        "json_web_key",
        &[19, 20, 25, 26],
        "accepted: the scheme states the algorithm; the `alg` of a key is not read",
    ),
];

/// What became of the vectors of a file under one algorithm.
pub struct Run {
    pub(crate) file: &'static str,
    pub(crate) algorithm: String,
    pub(crate) forms: BTreeSet<&'static str>,
    pub(crate) vectors: usize,
    pub(crate) verifications: usize,
    /// By class and verdict, the numbers and flags of the vectors.
    pub(crate) verdicts: BTreeMap<(Class, Verdict), Vec<(u64, String)>>,
}

impl Run {
    pub(crate) fn new(file: &'static str, algorithm: String) -> Self {
        Self {
            file,
            algorithm,
            forms: BTreeSet::new(),
            vectors: 0,
            verifications: 0,
            verdicts: BTreeMap::new(),
        }
    }

    pub(crate) fn count(&mut self, test: &Value, class: Class, verdict: Verdict) {
        let flags: Vec<&str> = test["flags"]
            .as_array()
            .map(|flags| flags.iter().map(text).collect())
            .unwrap_or_default();
        self.vectors += 1;
        self.verdicts
            .entry((class, verdict))
            .or_default()
            .push((test["tcId"].as_u64().unwrap(), flags.join("+")));
    }

    /// The vectors that were accepted although they must be refused, or refused although
    /// they must be accepted, and are not in [`DEVIATIONS`]; and those that are listed
    /// there, but do not deviate.
    pub fn wrong(&self) -> Vec<String> {
        let listed: BTreeSet<u64> = DEVIATIONS
            .iter()
            .filter(|(file, ..)| *file == self.file)
            .flat_map(|(_, ids, _)| ids.iter().copied())
            .collect();
        let (listed_and_wrong, mut wrong): (Vec<_>, Vec<_>) = self
            .all_wrong()
            .into_iter()
            .partition(|(id, _)| listed.contains(id));
        if listed_and_wrong.len() != listed.len() {
            let file = self.file;
            wrong.push((
                0,
                format!("{file}: a deviation is listed that no longer occurs"),
            ));
        }
        wrong.into_iter().map(|(_, text)| text).collect()
    }

    fn all_wrong(&self) -> Vec<(u64, String)> {
        let wrong = self.verdicts.iter().filter(|((class, verdict), _)| {
            matches!(
                (class, verdict),
                (Class::Valid | Class::Here, Some(_)) | (Class::Invalid | Class::Foreign, None)
            )
        });
        wrong
            .flat_map(|((class, verdict), tests)| {
                tests.iter().map(move |(id, flags)| {
                    let verdict = verdict.as_deref().unwrap_or("accepted");
                    let (file, algorithm) = (self.file, &self.algorithm);
                    let class = class.name();
                    let text =
                        format!("{file} as {algorithm}: {id} ({flags}) is {class}, but {verdict}");
                    (*id, text)
                })
            })
            .collect()
    }
}

type Task = Box<dyn Fn() -> Option<Run> + Send + Sync>;

/// A run over each file, with each algorithm that its vectors are for.
pub fn all() -> Vec<Run> {
    let tasks = tasks();
    let next = AtomicUsize::new(0);
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let mut runs: Vec<(usize, Run)> = std::thread::scope(|scope| {
        let work = || {
            let mut runs = Vec::new();
            loop {
                let index = next.fetch_add(1, Ordering::Relaxed);
                let Some(task) = tasks.get(index) else {
                    return runs;
                };
                runs.extend(task().map(|run| (index, run)));
            }
        };
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        let finished = workers.into_iter().map(|worker| worker.join());
        finished
            .flat_map(|runs| runs.expect("a run panicked"))
            .collect()
    });
    runs.sort_by_key(|(index, _)| *index);
    runs.into_iter().map(|(_, run)| run).collect()
}

fn tasks() -> Vec<Task> {
    use Digest::{Sha1, Sha256, Sha384, Sha512};
    let mut tasks: Vec<Task> = Vec::new();
    for (file, hash) in [
        ("hmac_sha1", Sha1),
        ("hmac_sha256", Sha256),
        ("hmac_sha384", Sha384),
        ("hmac_sha512", Sha512),
    ] {
        let tag = hash.len() * 8;
        tasks.push(Box::new(move || {
            macs(file, hash, |group| group["tagSize"] == tag)
        }));
    }
    // MACs of other hashes.
    for file in ["hmac_sha224", "hmac_sha512_256"] {
        tasks.push(Box::new(move || macs(file, Sha256, |_| false)));
    }

    for file in [
        "rsa_signature_2048_sha256",
        "rsa_signature_2048_sha384",
        "rsa_signature_2048_sha512",
        "rsa_signature_3072_sha256",
        "rsa_signature_3072_sha384",
        "rsa_signature_3072_sha512",
        "rsa_signature_4096_sha256",
        "rsa_signature_4096_sha384",
        "rsa_signature_4096_sha512",
        "rsa_signature_8192_sha256",
        "rsa_signature_8192_sha384",
        "rsa_signature_8192_sha512",
        "rsa_signature_2048_sha512_256",
        "rsa_signature_2048_sha3_256",
    ] {
        for hash in [Sha1, Sha256, Sha384, Sha512] {
            let is_own = move |group: &Value| digest(&group["sha"]) == Some(hash);
            let algorithm = Algorithm::RsaPkcs1(hash);
            tasks.push(Box::new(move || {
                signatures(file, algorithm, Encoding::Hex, is_own)
            }));
        }
    }
    for file in [
        "rsa_pss_2048_sha1_mgf1_20",
        "rsa_pss_2048_sha256_mgf1_0",
        "rsa_pss_2048_sha256_mgf1_32",
        "rsa_pss_2048_sha256_mgf1sha1_20",
        "rsa_pss_2048_sha384_mgf1_48",
        "rsa_pss_2048_sha512_256_mgf1_32",
        "rsa_pss_2048_sha512_mgf1sha256_32_params",
        "rsa_pss_3072_sha256_mgf1_32",
        "rsa_pss_4096_sha256_mgf1_32",
        "rsa_pss_4096_sha384_mgf1_48",
        "rsa_pss_4096_sha512_mgf1_32",
        "rsa_pss_4096_sha512_mgf1_64",
        "rsa_pss_misc",
        "rsa_pss_2048_shake128",
    ] {
        for hash in [Sha1, Sha256, Sha384, Sha512] {
            let is_own = move |group: &Value| {
                group["mgf"] == "MGF1"
                    && digest(&group["sha"]) == Some(hash)
                    && group["mgfSha"] == group["sha"]
            };
            let is_own_salt = move |group: &Value| is_own(group) && group["sLen"] == hash.len();
            let (salt, any) = (Algorithm::RsaPss(hash), Algorithm::RsaPssAnySalt(hash));
            tasks.push(Box::new(move || {
                signatures(file, salt, Encoding::Hex, is_own_salt)
            }));
            tasks.push(Box::new(move || {
                signatures(file, any, Encoding::Hex, is_own)
            }));
        }
    }
    for (file, curve, form) in [
        ("ecdsa_secp256r1_sha256", Curve::P256, EcdsaForm::Der),
        ("ecdsa_secp256r1_sha512", Curve::P256, EcdsaForm::Der),
        ("ecdsa_secp256r1_sha3_256", Curve::P256, EcdsaForm::Der),
        ("ecdsa_secp384r1_sha256", Curve::P384, EcdsaForm::Der),
        ("ecdsa_secp384r1_sha384", Curve::P384, EcdsaForm::Der),
        ("ecdsa_secp384r1_sha512", Curve::P384, EcdsaForm::Der),
        ("ecdsa_secp384r1_sha3_384", Curve::P384, EcdsaForm::Der),
        (
            "ecdsa_secp256r1_sha256_p1363",
            Curve::P256,
            EcdsaForm::Fixed,
        ),
        (
            "ecdsa_secp256r1_sha512_p1363",
            Curve::P256,
            EcdsaForm::Fixed,
        ),
        (
            "ecdsa_secp384r1_sha384_p1363",
            Curve::P384,
            EcdsaForm::Fixed,
        ),
        (
            "ecdsa_secp384r1_sha512_p1363",
            Curve::P384,
            EcdsaForm::Fixed,
        ),
    ] {
        for hash in [Sha1, Sha256, Sha384, Sha512] {
            let is_own = move |group: &Value| digest(&group["sha"]) == Some(hash);
            let algorithm = Algorithm::Ecdsa(curve, hash, form);
            tasks.push(Box::new(move || {
                signatures(file, algorithm, Encoding::Hex, is_own)
            }));
        }
    }
    for encoding in [Encoding::Hex, Encoding::Base64, Encoding::Base64url] {
        tasks.push(Box::new(move || {
            signatures("ed25519", Algorithm::Ed25519, encoding, |_| true)
        }));
    }
    tasks.push(Box::new(|| Some(jose::signatures())));
    tasks.push(Box::new(|| Some(jose::keys())));
    tasks
}

/// The encodings of a MAC.
const ENCODINGS: [Encoding; 7] = [
    Encoding::Hex,
    Encoding::HexUpper,
    Encoding::Base64,
    Encoding::Base64NoPad,
    Encoding::Base64url,
    Encoding::Base64urlPadded,
    Encoding::Base64Hex,
];

fn macs(file: &'static str, hash: Digest, fits: impl Fn(&Value) -> bool) -> Option<Run> {
    let algorithm = Algorithm::Hmac(hash);
    let mut run = Run::new(file, algorithm.to_string());
    for group in &vectors::groups(file) {
        for test in vectors::tests(group) {
            let forms = keys::of_secret(&bytes(&test["key"]));
            let mut verdicts = Vec::new();
            for encoding in ENCODINGS {
                // Every form with one encoding, and every encoding with one form.
                let forms = match encoding {
                    Encoding::Hex => &forms[..],
                    _ => &forms[..1],
                };
                let verifiers = verifiers(algorithm, encoding, forms);
                run.verify(test, "tag", encoding, &verifiers, true, &mut verdicts);
            }
            let verdict = agreed(file, test, verdicts);
            run.count(test, vectors::class(test, fits(group)), verdict);
        }
    }
    Some(run)
}

/// `None` if the file has nothing for the algorithm and is not one of another hash
/// throughout.
fn signatures(
    file: &'static str,
    algorithm: Algorithm,
    encoding: Encoding,
    fits: impl Fn(&Value) -> bool,
) -> Option<Run> {
    let groups = vectors::groups(file);
    let is_of_another_hash = groups
        .iter()
        .all(|g| g["sha"].is_string() && digest(&g["sha"]).is_none());
    let stands_in = algorithm.to_string().contains("sha256") && is_of_another_hash;
    if !groups.iter().any(&fits) && !stands_in {
        return None;
    }
    let name = match algorithm.name() {
        "unnamed" => format!("{algorithm:?}"),
        name => name.to_owned(),
    };
    let name = match encoding {
        Encoding::Hex => name,
        other => format!("{name}, {}", other.name()),
    };
    let mut run = Run::new(file, name);
    for group in &groups {
        let verifiers = verifiers(algorithm, encoding, &keys::of_public(group));
        let mut seen = BTreeSet::new();
        for test in vectors::tests(group) {
            let class = match vectors::class(test, fits(group)) {
                Class::Invalid if is_valid_here(algorithm, is_of_another_hash, test) => Class::Here,
                class => class,
            };
            let mut verdicts = Vec::new();
            let is_first = seen.insert(class);
            run.verify(test, "sig", encoding, &verifiers, is_first, &mut verdicts);
            run.count(test, class, agreed(file, test, verdicts));
        }
    }
    Some(run)
}

/// Whether a vector that its file has as invalid is valid for the algorithm of the run: a
/// salt of another length for the algorithm that takes any, and in a file of another hash
/// the signature by this one.
fn is_valid_here(algorithm: Algorithm, is_of_another_hash: bool, test: &Value) -> bool {
    let comment = text(&test["comment"]);
    match algorithm {
        Algorithm::RsaPssAnySalt(_) => {
            !is_of_another_hash && comment.starts_with("s_len changed to ")
        }
        Algorithm::RsaPkcs1(Digest::Sha256) => {
            is_of_another_hash && comment.starts_with("The message is hashed with SHA-256 ")
        }
        _ => false,
    }
}

type Built = (&'static str, Result<Verifier, String>);

fn verifiers(algorithm: Algorithm, encoding: Encoding, forms: &[Form]) -> Vec<Built> {
    forms
        .iter()
        .map(|form| {
            let scheme = match algorithm {
                Algorithm::Hmac(hash) => Scheme::hmac("wycheproof", hash),
                other => Scheme::public_key("wycheproof", other),
            };
            let scheme = scheme
                .header("x-signature")
                .encoding(encoding)
                .key(form.scheme.clone());
            let built = Verifier::new(scheme, form.key.clone());
            (
                form.name,
                built.map_err(|error| format!("key refused: {error}")),
            )
        })
        .collect()
}

/// All verdicts on a vector must be one.
fn agreed(file: &str, test: &Value, verdicts: Vec<(String, Verdict)>) -> Verdict {
    let (first, verdict) = &verdicts[0];
    for (how, other) in &verdicts {
        assert_eq!(other, verdict, "{file} {}: {how} and {first}", test["tcId"]);
    }
    verdict.clone()
}

impl Run {
    fn verify(
        &mut self,
        test: &Value,
        member: &str,
        encoding: Encoding,
        verifiers: &[Built],
        is_first: bool,
        verdicts: &mut Vec<(String, Verdict)>,
    ) {
        let message = bytes(&test["msg"]);
        let signature = encoding.encode(&bytes(&test[member]));
        let request = http::Request::post("https://hooks.example/in")
            .header("x-signature", signature)
            .body(())
            .unwrap();
        let seed = test["tcId"].as_u64().unwrap();
        let others = drawn(seed, verifiers.len() - 1, 1);
        for (place, (form, verifier)) in verifiers.iter().enumerate() {
            if place > 0 && !is_first && !others.contains(&place) {
                continue;
            }
            self.forms.insert(form);
            let mut add = |how: &str, verdict: Verdict| {
                verdicts.push((format!("{form}, {}, {how}", encoding.name()), verdict));
            };
            let verifier = match verifier {
                Ok(verifier) => verifier,
                Err(refused) => {
                    add("key", Some(refused.clone()));
                    continue;
                }
            };
            let streamed = |frames: &mut dyn FnMut(&mut Verification)| {
                let verdict = verifier.begin(&request, NOW).and_then(|mut check| {
                    frames(&mut check);
                    check.finish()
                });
                verdict.err().map(|rejection| rejection.code().to_string())
            };
            let whole = verifier.verify_parts(&request, &message, NOW);
            add("in one piece", whole.err().map(|r| r.code().to_string()));
            self.verifications += 1;
            // The form of the key does not matter to the splits.
            let points = match (place, message.len()) {
                (0, len @ ..=EVERY_POINT) if is_first => (0..=len).collect(),
                (0, len) => drawn(seed, len, POINTS),
                (_, len) => drawn(seed + place as u64, len, 1),
            };
            for point in points {
                let (first, last) = message.split_at(point);
                let verdict = streamed(&mut |check| {
                    check.update(first);
                    check.update(last);
                });
                add(&format!("split at {point}"), verdict);
                self.verifications += 1;
            }
            if place == 0 {
                let verdict = streamed(&mut |check| {
                    for byte in message.chunks(1) {
                        check.update(byte);
                    }
                });
                add("byte by byte", verdict);
                self.verifications += 1;
            }
        }
    }
}

/// Points of a message, by a generator that the vector seeds (xorshift64*).
fn drawn(seed: u64, length: usize, count: usize) -> Vec<usize> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    (0..count)
        .map(|_| {
            state ^= state >> 12;
            state ^= state << 25;
            state ^= state >> 27;
            let number = state.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33;
            usize::try_from(number).unwrap() % (length + 1)
        })
        .collect()
}
