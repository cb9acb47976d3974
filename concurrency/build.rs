//! Copies the sources under test, with the locks, atomics and reference counts of shuttle
//! in place of those of std: once as they are, and once with each of the mistakes below.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

/// The store in memory, from `hookward-replay`.
const STORE: [&str; 5] = ["error", "key", "memory", "printable", "table"];

/// A mistake that the tests must find: in a file, within what follows a line, one text in
/// place of another.
struct Mistake {
    name: &'static str,
    edits: &'static [(&'static str, &'static str, &'static str, &'static str)],
}

const MISTAKES: &[Mistake] = &[
    // The lock is let go between looking and claiming.
    Mistake {
        name: "claim_in_two_steps",
        edits: &[
            (
                "memory",
                "    fn claim(",
                "let (key, mut table) = self.locate(key);",
                "let original = key; let (key, mut table) = self.locate(key);",
            ),
            (
                "memory",
                "    fn claim(",
                "table.get_or_put(key, held, now, &self.secret, &self.budget);",
                "match table.get(key, now) {
                    Some(mark) => (mark, Ok(Put::Known)),
                    None => {
                        drop(table);
                        table = self.locate(original).1;
                        let mark = { let mut held = held; held() };
                        let put = table.put(key, mark, now, &self.secret, &self.budget);
                        (mark, put.map(|()| Put::New))
                    }
                };",
            ),
        ],
    },
    // The same between looking and renewing: a success in between is overwritten.
    Mistake {
        name: "renew_in_two_steps",
        edits: &[
            (
                "memory",
                "    fn renew(",
                "let (key, mut table) = self.locate(key);",
                "let original = key; let (key, table) = self.locate(key);
                let seen = table.get(key, now);
                drop(table);
                let mut table = self.locate(original).1;",
            ),
            (
                "memory",
                "    fn renew(",
                "match table.get(key, now) {",
                "match seen {",
            ),
        ],
    },
    // The same between looking and forgetting, with the mark that was seen in between.
    Mistake {
        name: "release_in_two_steps",
        edits: &[
            (
                "memory",
                "    fn release(",
                "table.remove(key, |mark| mark.is_held_by(token.0));",
                "let is_held = {
                let mut held = false;
                table.remove(key, |mark| { held = mark.is_held_by(token.0); false });
                held
            };
            drop(table);
            if is_held {
                self.locate(original).1.remove(key, |_| true);
            }",
            ),
            (
                "memory",
                "    fn release(",
                "let (key, mut table) = self.locate(key);",
                "let original = key; let (key, mut table) = self.locate(key);",
            ),
        ],
    },
    // Whoever comes late frees the claim of a successor.
    Mistake {
        name: "release_by_anybody",
        edits: &[(
            "memory",
            "    fn release(",
            "mark.is_held_by(token.0)",
            "!mark.is_committed()",
        )],
    },
    // A claim that is there is taken for the caller's.
    Mistake {
        name: "renew_by_anybody",
        edits: &[(
            "memory",
            "    fn renew(",
            "!mark.is_held_by(token.0)",
            "mark.is_committed()",
        )],
    },
    // Only the holder's success counts.
    Mistake {
        name: "late_success_is_dropped",
        edits: &[
            (
                "memory",
                "    fn commit(",
                "_token: ClaimToken",
                "token: ClaimToken",
            ),
            (
                "memory",
                "    fn commit(",
                "mark.is_committed() =>",
                "!mark.is_held_by(token.0) =>",
            ),
        ],
    },
    // A segment that grows leaves its last live entry behind.
    Mistake {
        name: "growth_loses_an_entry",
        edits: &[(
            "table",
            "    fn grow(",
            "let live = segment.live(now, secret);",
            "let mut live = segment.live(now, secret); live.pop();",
        )],
    },
    // Two threads take the same slots of the budget.
    Mistake {
        name: "budget_in_two_steps",
        edits: &[(
            "table",
            "    fn take(",
            "self.0
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, less)
            .is_ok()",
            "match less(self.0.load(Ordering::Relaxed)) {
                Some(left) => { self.0.store(left, Ordering::Relaxed); true }
                None => false,
            }",
        )],
    },
];

/// How a delivery is settled, from `hookward-core`.
const EXCHANGE: [&str; 5] = ["claiming", "open", "pending", "repeat", "runtime"];

const EXCHANGE_MISTAKES: &[Mistake] = &[
    // What the store did not take is not tried again.
    Mistake {
        name: "outcome_is_tried_once",
        edits: &[(
            "open",
            "impl Future for Settling",
            "repeat(attempt.claims, attempt.outcome, None, runtime, attempt.open);",
            "drop(attempt);",
        )],
    },
    // A renewal that is on its way holds the key that is released at the same time.
    Mistake {
        name: "renewal_overtakes_release",
        edits: &[(
            "open",
            "fn settle(",
            ".filter(|_| !success)",
            ".filter(|_| false)",
        )],
    },
    // A copy is handled while the success of the first is not recorded yet.
    Mistake {
        name: "success_is_unknown_while_it_is_recorded",
        edits: &[(
            "pending",
            "fn is_being_recorded(",
            ".contains_key(&key)",
            ".contains_key(&key) && false",
        )],
    },
    // Who waits for the last claim is listed after it was settled, and not woken.
    Mistake {
        name: "settled_misses_the_last_claim",
        edits: &[(
            "pending",
            "// The last claim may have been settled",
            "0 => Poll::Ready(()),",
            "",
        )],
    },
];

/// Keys that are rotated, from `hookward-core`.
const HANDLE_MISTAKES: &[Mistake] = &[
    // Recipients that another rotation has set in the meantime are undone.
    Mistake {
        name: "rotation_undoes_another",
        edits: &[(
            "source",
            "pub fn rotate(",
            "self.current.compare_and_swap(&current, next);",
            "{ self.current.store(next); current.clone() };",
        )],
    },
    // For a moment there are new keys with the recipients of the old.
    Mistake {
        name: "rotation_in_two_steps",
        edits: &[(
            "source",
            "pub fn rotate(",
            "let previous =",
            "let half = Verifier { keys: next.keys, ..Verifier::clone(&current) };
            let half = Arc::new(half);
            let seen = self.current.compare_and_swap(&current, half.clone());
            if Arc::ptr_eq(&seen, &current) { current = half; }
            let previous =",
        )],
    },
    // Another rotation comes between what one verification uses.
    Mistake {
        name: "current_is_of_two_rings",
        edits: &[(
            "source",
            "pub fn current(",
            "Verifier::clone(&self.current.load())",
            "Verifier { keys: self.current.load().keys, ..Verifier::clone(&self.current.load()) }",
        )],
    },
    // A key that was removed verifies for a while after the rotation.
    Mistake {
        name: "rotation_is_published_later",
        edits: &[(
            "source",
            "pub fn rotate(",
            "let keys = keys.into();",
            "let keys = keys.into();
            let (this, ring) = (self.clone(), keys);
            if keys.keys != 0 {
                shuttle::thread::spawn(move || { let _ = this.rotate_now(ring); });
                return Ok(());
            }
            self.rotate_now(keys)
        }
        fn rotate_now(&self, keys: KeyRing) -> Result<(), ConfigError> {",
        )],
    },
];

/// The cache of fetched keys, from `hookward-remote`.
const CACHE_MISTAKES: &[Mistake] = &[
    // Who comes while a set is fetched fetches it too.
    Mistake {
        name: "flights_are_not_looked_for",
        edits: &[(
            "cache",
            "pub(crate) fn get(",
            "entry.flight() {",
            "entry.flight().filter(|_| false) {",
        )],
    },
    // The fetch is listed after the lock was let go.
    Mistake {
        name: "flight_is_listed_late",
        edits: &[(
            "cache",
            "pub(crate) fn get(",
            "entry.flight = Some(flight.clone());
        drop(state);",
            "drop(state);
        self.state().entries.entry(text.clone()).or_default().flight = Some(flight.clone());",
        )],
    },
    // A set that is fetched between reading the clock and taking the lock is not fresh.
    Mistake {
        name: "clock_is_read_before_the_lock",
        edits: &[
            (
                "cache",
                "pub(crate) fn get(",
                "let mut state = self.state();",
                "let early = (self.remote.clock)();
        let mut state = self.state();",
            ),
            (
                "cache",
                "pub(crate) fn get(",
                "let now = (self.remote.clock)();",
                "let now = early;",
            ),
        ],
    },
    // An invented key id costs a fetch each time.
    Mistake {
        name: "every_unknown_key_is_fetched",
        edits: &[(
            "cache",
            "pub(crate) fn get(",
            "(known || asked_lately)",
            "known",
        )],
    },
    // A failure is asked for again by each request.
    Mistake {
        name: "failures_are_forgotten",
        edits: &[(
            "cache",
            "async fn fetch(",
            "entry.failed = Some((rejection.clone(), until));",
            "let _ = until;",
        )],
    },
    // A set is used for as long as its server is away.
    Mistake {
        name: "stale_for_ever",
        edits: &[("cache", "fn review(", "second < value.usable_until", "true")],
    },
    // A set that is a moment old is not used while its server is away.
    Mistake {
        name: "outage_forgets_keys",
        edits: &[(
            "cache",
            "async fn fetch(",
            "entry.review(now);",
            "entry.value = None;",
        )],
    },
    // The fetch ends with the request that started it.
    Mistake {
        name: "fetch_belongs_to_a_request",
        edits: &[(
            "cache",
            "pub(crate) fn get(",
            "runtime.spawn(async move {
            let answer = this.fetch(url, &text).await;
            send.send_replace(Some(answer));
        });",
            "let _ = runtime;
        return Lookup::later(async move {
            let answer = this.fetch(url, &text).await;
            send.send_replace(Some(answer.clone()));
            answer
        });",
        )],
    },
    // A fetch that was given up is waited for ever after.
    Mistake {
        name: "aborted_fetch_is_waited_for",
        edits: &[(
            "cache",
            "fn flight(&self)",
            ".filter(|flight| flight.has_changed().is_ok())",
            "",
        )],
    },
];

fn main() {
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap()).join("..");
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap());
    println!("cargo:rerun-if-changed=build.rs");
    let source = root.join("crates/hookward-replay/src");
    let mut files = BTreeMap::new();
    for name in STORE.into_iter().chain(["store"]) {
        let path = source.join(format!("{name}.rs"));
        println!("cargo:rerun-if-changed={}", path.display());
        let text = fs::read_to_string(path).unwrap();
        // Its own tests do not run under shuttle.
        let code = text.split("\n#[cfg(test)]\n").next().unwrap();
        files.insert(name, code.replace("crate::", "super::"));
    }

    let mut code = module(&out, "sound", &files, STORE_EXPORTS);
    let mut list = String::new();
    for mistake in MISTAKES {
        code += &module(&out, mistake.name, &mistake.made(&files), STORE_EXPORTS);
        write!(list, "{} ", mistake.name).unwrap();
    }
    fs::write(out.join("stores.rs"), code).unwrap();
    println!("cargo:rustc-env=MISTAKES={}", list.trim());

    let source = root.join("crates/hookward-core/src/replay");
    let mut files = BTreeMap::new();
    for name in EXCHANGE {
        let path = source.join(format!("{name}.rs"));
        println!("cargo:rerun-if-changed={}", path.display());
        let text = fs::read_to_string(path).unwrap();
        let text = text
            .replace("use hookward_replay::", "use crate::stores::sound::")
            .replace("crate::request::", "crate::around::request::");
        files.insert(name, text);
    }
    let around = "use crate::around::{guard, notes};\nuse shuttle::sync::Arc;\ncrate::guard!();\n";
    let mut code = module(&out.join("exchange"), "sound", &files, around);
    let mut list = String::new();
    for mistake in EXCHANGE_MISTAKES {
        code += &module(
            &out.join("exchange"),
            mistake.name,
            &mistake.made(&files),
            around,
        );
        write!(list, "{} ", mistake.name).unwrap();
    }
    fs::write(out.join("exchanges.rs"), code).unwrap();
    println!("cargo:rustc-env=EXCHANGE_MISTAKES={}", list.trim());

    let path = root.join("crates/hookward-core/src/endpoint/source.rs");
    println!("cargo:rerun-if-changed={}", path.display());
    let text = fs::read_to_string(path).unwrap();
    let from = text
        .find("/// A verifier whose keys can be replaced")
        .unwrap();
    let to = text.find("impl KeySource for KeyHandle").unwrap();
    let uses = "use std::fmt;\nuse shuttle::sync::Arc;
        use crate::keys::{ArcSwap, ConfigError, KeyRing, Verifier};\n";
    // Its example is for the crate's own documentation.
    let code: String = text[from..to]
        .lines()
        .filter(|line| !line.trim_start().starts_with("///"))
        .flat_map(|line| [line, "\n"])
        .collect();
    let files = BTreeMap::from([("source", format!("{uses}{code}"))]);
    let handle = "crate::handle!();\n";
    let path = root.join("crates/hookward-remote/src/cache.rs");
    println!("cargo:rerun-if-changed={}", path.display());
    let text = fs::read_to_string(path).unwrap();
    let text = text
        .replace(
            "use std::hash::{BuildHasher as _, RandomState};",
            "use std::hash::BuildHasher as _;\nuse crate::keys::Hashing;",
        )
        .replace("RandomState", "Hashing")
        .replace("use hookward_core::{", "use crate::keys::{Answering as _, ")
        .replace("use http::Uri;", "use crate::keys::Uri;")
        .replace("use crate::allowed::", "use crate::keys::")
        .replace("use crate::certificate::", "use crate::keys::")
        .replace("use crate::fetch::", "use crate::keys::")
        .replace("use crate::https::", "use crate::keys::")
        .replace(
            "use tokio::sync::watch;",
            "use crate::keys::{tokio, watch};",
        );
    let cache_files = BTreeMap::from([("cache", text)]);
    let around = "crate::cache!();\n";
    for (folder, files, mistakes, around, variable) in [
        ("handles", files, HANDLE_MISTAKES, handle, "HANDLE_MISTAKES"),
        (
            "caches",
            cache_files,
            CACHE_MISTAKES,
            around,
            "CACHE_MISTAKES",
        ),
    ] {
        let mut code = module(&out.join(folder), "sound", &files, around);
        let mut list = String::new();
        for mistake in mistakes {
            code += &module(
                &out.join(folder),
                mistake.name,
                &mistake.made(&files),
                around,
            );
            write!(list, "{} ", mistake.name).unwrap();
        }
        fs::write(out.join(format!("{folder}.rs")), code).unwrap();
        println!("cargo:rustc-env={variable}={}", list.trim());
    }

    let path = root.join("crates/hookward-core/src/request/budget.rs");
    println!("cargo:rerun-if-changed={}", path.display());
    let text = fs::read_to_string(path).unwrap();
    let text = text.replace("use std::sync::", "use shuttle::sync::");
    assert!(!text.contains("std::sync::"));
    // Frames are of no interest here.
    let (budget, _) = text
        .split_once("/// Attaches the permit to the frames")
        .unwrap();
    let budget = budget.trim_end().trim_end_matches("#[inline]");
    fs::write(
        out.join("budget.rs"),
        budget.replace("use super::frames::Frames;", ""),
    )
    .unwrap();
    let code = format!("#[path = {:?}] mod memory_budget;\n", out.join("budget.rs"));
    fs::write(out.join("budgets.rs"), code).unwrap();
}

const STORE_EXPORTS: &str = "
    use shuttle::sync::Arc;
    pub use error::StoreError;
    pub use key::ReplayKey;
    pub use memory::{MemoryStore, WhenFull};
    pub use store::{Claim, ClaimToken, Renewal, ReplayStore, StoreFuture};
    crate::subject!();
";

impl Mistake {
    /// The files with the mistake in them.
    fn made<'f>(&self, files: &BTreeMap<&'f str, String>) -> BTreeMap<&'f str, String> {
        let mut files = files.clone();
        for (file, from, old, new) in self.edits {
            let text = files.get_mut(file).unwrap();
            let at = text
                .find(from)
                .unwrap_or_else(|| panic!("{}: {file} has no {from}", self.name));
            let (before, after) = text.split_at(at);
            let old_at = after
                .find(old)
                .unwrap_or_else(|| panic!("{}: {file} has no {old}", self.name));
            let (middle, rest) = after.split_at(old_at);
            *text = format!("{before}{middle}{new}{}", &rest[old.len()..]);
        }
        files
    }
}

/// Writes the files, and gives the module that they are.
fn module(out: &Path, name: &str, files: &BTreeMap<&str, String>, exports: &str) -> String {
    let folder = out.join(name);
    fs::create_dir_all(&folder).unwrap();
    let mut code = format!("#[allow(warnings)]\npub mod {name} {{\n");
    for (file, text) in files {
        // Their own tests are for the originals: what is shuttle's needs a schedule.
        let text = text.split("\n#[cfg(test)]\nmod tests {").next().unwrap();
        let text = text
            .replace("use std::sync::", "use shuttle::sync::")
            .replace("    fn take(", "    pub(super) fn take(")
            .replace("    fn give(", "    pub(super) fn give(")
            // The same places in each run, so that a schedule can be run again.
            .replace(
                "RandomState::new()",
                "std::hash::BuildHasherDefault::<std::hash::DefaultHasher>::default()",
            );
        assert!(
            !text.contains("std::sync::"),
            "{file} names std::sync in another way"
        );
        let path = folder.join(format!("{file}.rs"));
        fs::write(&path, text).unwrap();
        writeln!(code, "#[path = {:?}] mod {file};", path).unwrap();
    }
    code + exports + "\n}\n"
}
