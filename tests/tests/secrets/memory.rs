//! The memory of a process after it has dropped what knew a secret. A child process, which
//! is this test once more, makes the secret, uses it, drops it, and reads its own memory.

use std::fs::File;
use std::io::{BufRead as _, Read as _, Seek as _, SeekFrom};
use std::process::Command;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hookward::{
    Algorithm, Digest, Endpoint, Key, KeyForm, KeyHandle, KeyRing, Scheme, Signer, Trust, UnixTime,
    Verifier, providers,
};

const NOW: UnixTime = UnixTime::from_secs(1_700_000_000);
const CHILD: &str = "HOOKWARD_TEST_MEMORY";

/// The secrets are kept masked, so that a search does not find what it is looking for.
const MASK: u8 = 0xa5;

/// A secret of this many bytes, masked. No part of it occurs elsewhere.
fn masked(length: usize, alphabet: &[u8]) -> Vec<u8> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    (0..length)
        .map(|_| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            let at = usize::try_from(state >> 40).unwrap() % alphabet.len();
            alphabet[at] ^ MASK
        })
        .collect()
}

/// The secret in an allocation of its own and of its size.
fn unmasked(masked: &[u8]) -> Vec<u8> {
    let mut secret = Vec::with_capacity(masked.len());
    secret.extend(masked.iter().map(|byte| byte ^ MASK));
    secret
}

/// How often 16 bytes in a row of a secret are in the writable memory of this process.
fn found(masked: &[u8]) -> usize {
    const PART: usize = 16;
    let maps = std::fs::read_to_string("/proc/self/maps").unwrap();
    let mut memory = File::open("/proc/self/mem").unwrap();
    let mut count = 0;
    let mut buffer = vec![0_u8; 1 << 20];
    let own = buffer.as_ptr() as usize..buffer.as_ptr() as usize + buffer.len();
    for line in maps.lines() {
        let mut fields = line.split_ascii_whitespace();
        let (range, rights) = (fields.next().unwrap(), fields.next().unwrap());
        if !rights.starts_with("rw") {
            continue;
        }
        let (start, end) = range.split_once('-').unwrap();
        let mut at = usize::from_str_radix(start, 16).unwrap();
        let end = usize::from_str_radix(end, 16).unwrap();
        while at < end {
            // Not the buffer itself, which has what was read before.
            if own.contains(&at) {
                at = own.end;
                continue;
            }
            let stop = if at < own.start {
                end.min(own.start)
            } else {
                end
            };
            let wanted = (stop - at).min(buffer.len());
            if memory.seek(SeekFrom::Start(at as u64)).is_err() {
                break;
            }
            let Ok(length) = memory.read(&mut buffer[..wanted]) else {
                break;
            };
            if length == 0 {
                break;
            }
            // An allocator overwrites the start of what was freed.
            for part in masked.chunks_exact(PART).take(2) {
                let first = part[0] ^ MASK;
                let mut rest = &buffer[..length];
                while let Ok(skipped @ 1..) = rest.skip_until(first) {
                    let place = length - rest.len() - 1;
                    let window = buffer.get(place..place + PART).unwrap_or_default();
                    let matches = window.iter().zip(part).all(|(a, b)| *a == *b ^ MASK);
                    if skipped > 0 && window.len() == PART && matches {
                        count += 1;
                        if std::env::var_os("HOOKWARD_TEST_SHOW").is_some() {
                            eprintln!("at {:x} in {line}", at + place);
                        }
                    }
                }
            }
            // A secret may lie across two reads.
            let overlap = if length == wanted && at + length < stop {
                PART - 1
            } else {
                0
            };
            at += length - overlap;
        }
    }
    buffer.fill(0);
    count
}

/// What a MAC makes of a key: the blocks that its two hashes start with (RFC 2104). Either is
/// as good as the key.
fn padded(masked: &[u8], pad: u8) -> Vec<u8> {
    masked.iter().map(|byte| byte ^ pad).collect()
}

const TEXT: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/// Uses a secret in one way, and drops it.
struct Case {
    name: &'static str,
    length: usize,
    run: fn(&[u8]),
}

fn request(body: &str) -> http::Request<String> {
    http::Request::post("https://hooks.example/in")
        .body(body.to_owned())
        .unwrap()
}

/// Genuine and forged requests for a scheme.
fn verify(scheme: &Scheme, key: Key) {
    let signer = Signer::new(scheme, key.clone()).unwrap();
    let verifier = Verifier::new(scheme.clone().trust(Trust::AsSent), key).unwrap();
    let mut genuine = request("{}");
    for (name, value) in signer.sign(&genuine, NOW, Some("evt_1")).unwrap().headers() {
        genuine.headers_mut().insert(name, value.clone());
    }
    assert!(verifier.verify_at(&genuine, NOW).is_ok());
    *genuine.body_mut() = "[]".into();
    let rejection = verifier.verify_at(&genuine, NOW).unwrap_err();
    let _ = format!("{rejection} {rejection:?} {verifier:?} {signer:?}");
    drop((signer, verifier, genuine));
}

fn of_text(secret: &[u8]) -> Key {
    Key::new(unmasked(secret)).unwrap()
}

const CASES: [Case; 9] = [
    Case {
        name: "a key and a ring",
        length: 40,
        run: |secret| {
            let ring = KeyRing::default()
                .with("a", of_text(secret))
                .push(of_text(secret));
            let copy = ring.clone();
            let _ = format!("{ring:?} {:?}", of_text(secret));
            drop((ring, copy));
        },
    },
    Case {
        name: "a MAC",
        length: 40,
        run: |secret| {
            for digest in [
                Digest::Md5,
                Digest::Sha1,
                Digest::Sha256,
                Digest::Sha384,
                Digest::Sha512,
            ] {
                let scheme = Scheme::hmac("test", digest).header("signature");
                verify(&scheme, of_text(secret));
            }
        },
    },
    Case {
        name: "a hash with the secret in it",
        length: 40,
        run: |secret| {
            let scheme = Scheme::hash("test", Digest::Sha256)
                .header("signature")
                .signed("{secret}{body}");
            verify(&scheme, of_text(secret));
        },
    },
    Case {
        name: "a key of whsec_ and base64",
        length: 32,
        run: |secret| {
            // The text is the caller's: it is made here without a copy.
            let mut text = b"whsec_".to_vec();
            text.reserve_exact(100);
            text.resize(50, 0);
            let mut bytes = unmasked(secret);
            let length = STANDARD.encode_slice(&bytes, &mut text[6..]).unwrap();
            text.truncate(6 + length);
            bytes.fill(0);
            std::hint::black_box(&bytes);
            verify(&providers::STANDARD_WEBHOOKS, Key::new(text).unwrap());
        },
    },
    Case {
        name: "a key in hex",
        length: 32,
        run: |secret| {
            let mut text = Vec::with_capacity(64);
            for byte in secret {
                let byte = byte ^ MASK;
                for digit in [byte >> 4, byte & 15] {
                    text.push(b"0123456789abcdef"[usize::from(digit)]);
                }
            }
            let scheme = Scheme::hmac("test", Digest::Sha256)
                .header("signature")
                .key(KeyForm::Hex);
            verify(&scheme, Key::new(text).unwrap());
        },
    },
    Case {
        name: "a seed of Ed25519",
        length: 32,
        run: |secret| {
            let scheme = Scheme::public_key("test", Algorithm::Ed25519)
                .header("signature")
                .key(KeyForm::RepeatedSeed);
            verify(&scheme, Key::shared_secret(unmasked(secret)).unwrap());
        },
    },
    Case {
        name: "rotation and an endpoint",
        length: 40,
        run: |secret| {
            let github = Verifier::new(providers::GITHUB, of_text(secret)).unwrap();
            let handle = KeyHandle::new(github);
            let endpoint = Endpoint::new(handle.clone());
            handle.rotate(Key::new("another secret").unwrap()).unwrap();
            handle.rotate(of_text(secret)).unwrap();
            let _ = format!("{endpoint:?} {handle:?}");
            drop((handle, endpoint));
        },
    },
    Case {
        name: "errors about a key",
        length: 40,
        run: |secret| {
            for entry in providers::all() {
                let verifier = Verifier::new(entry.scheme.clone(), of_text(secret));
                if let Err(error) = verifier {
                    let _ = format!("{error} {error:?}");
                }
            }
        },
    },
    Case {
        name: "message signatures",
        length: 40,
        run: |secret| {
            let key = Key::shared_secret(unmasked(secret)).unwrap();
            let ring = KeyRing::default().with("k", key);
            let signer = Signer::new(&providers::RFC9421, ring.clone()).unwrap();
            let verifier = Verifier::new(providers::RFC9421, ring).unwrap();
            let signed = signer.sign(&request("{}"), NOW, None).unwrap();
            drop((signer, verifier, signed));
        },
    },
];

/// Clears what calls have left on the stack below this one, as any later call does: what was
/// on it is not owned by anything that could wipe it.
#[inline(never)]
fn use_the_stack() {
    let mut room = [0_u8; 256 * 1024];
    std::hint::black_box(&mut room);
}

#[test]
fn nothing_is_left_of_a_secret_when_its_owners_are_dropped() {
    if let Ok(which) = std::env::var(CHILD) {
        let case = CASES.iter().find(|case| case.name == which).unwrap();
        let secret = masked(case.length, TEXT);
        // While it is there it is found, or the search would prove nothing.
        let kept = unmasked(&secret);
        let at_most = found(&secret);
        drop(zeroed(kept));
        let before = found(&secret);
        (case.run)(&secret);
        use_the_stack();
        let left = found(&secret);
        let (inner, outer) = (padded(&secret, 0x36), padded(&secret, 0x5c));
        let blocks = found(&inner) + found(&outer);
        println!("memory: {at_most} {before} {left} {blocks}");
        return;
    }
    let test = "memory::nothing_is_left_of_a_secret_when_its_owners_are_dropped";
    let mut wrong = Vec::new();
    for case in &CASES {
        let output = Command::new(std::env::current_exe().unwrap())
            .args([test, "--exact", "--nocapture", "--test-threads", "1"])
            .env(CHILD, case.name)
            .output()
            .unwrap();
        let text = String::from_utf8_lossy(&output.stdout);
        let counts = text.lines().find_map(|line| {
            let (_, counts) = line.split_once("memory: ")?;
            Some(counts.to_owned())
        });
        let counts = counts.unwrap_or_else(|| panic!("{}: {text} {output:?}", case.name));
        println!("{}: {counts}", case.name);
        let mut counts = counts
            .split(' ')
            .map(|count| count.parse::<usize>().unwrap());
        let mut next = || counts.next().unwrap();
        let (at_most, before, left, blocks) = (next(), next(), next(), next());
        assert!(at_most >= 1, "{}: the search finds nothing", case.name);
        if before + left + blocks > 0 {
            wrong.push(format!(
                "{}: {left} copies of the secret and {blocks} of its blocks are left",
                case.name
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn zeroed(mut bytes: Vec<u8>) -> Vec<u8> {
    bytes.fill(0);
    std::hint::black_box(&bytes);
    bytes
}
