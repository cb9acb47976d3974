//! Against real files, from one process and from several.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::HashSet;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use hookward_replay::conformance::{Suite, block_on};
use hookward_replay::{Claim, ClaimToken, ReplayKey, ReplayStore, StoreError};
use hookward_sqlite::SqliteStore;
use rusqlite::Connection;

const MINUTE: Duration = Duration::from_secs(60);

/// A directory of the test's own, removed with it.
struct Directory(PathBuf);

impl Directory {
    fn new() -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let path = std::env::temp_dir().join(format!(
            "hookward-sqlite-{}-{}",
            std::process::id(),
            NEXT.fetch_add(1, Ordering::Relaxed)
        ));
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn file(&self) -> PathBuf {
        self.0.join("replay.sqlite")
    }

    fn store(&self) -> SqliteStore {
        SqliteStore::open(self.file()).unwrap()
    }

    /// Waits until the last connection has moved the log into the file and removed it.
    fn closed(&self) {
        let end = Instant::now() + MINUTE;
        while self.0.join("replay.sqlite-wal").exists() {
            assert!(Instant::now() < end, "the log is not removed");
            std::thread::sleep(Duration::from_millis(1));
        }
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// A clock that only the test moves, far after 1970.
#[derive(Clone)]
struct Clock(Arc<AtomicU64>);

impl Clock {
    fn new() -> Self {
        Self(Arc::new(AtomicU64::new(1_800_000_000_000)))
    }

    fn advance(&self, time: Duration) {
        let millis = u64::try_from(time.as_millis()).unwrap();
        self.0.fetch_add(millis, Ordering::Relaxed);
    }

    fn on(&self, store: SqliteStore) -> SqliteStore {
        let clock = self.0.clone();
        store.with_clock(move || Duration::from_millis(clock.load(Ordering::Relaxed)))
    }
}

fn key(number: u64) -> ReplayKey {
    let mut bytes = [7; 16];
    // Spread like hashes are.
    let number = number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    bytes[..8].copy_from_slice(&number.to_be_bytes());
    ReplayKey::from_bytes(bytes)
}

fn claim(store: &SqliteStore, number: u64, lease: Duration) -> Result<Claim, StoreError> {
    block_on(store.claim(key(number), lease))
}

#[track_caller]
fn fresh(claim: Result<Claim, StoreError>) -> ClaimToken {
    match claim.unwrap() {
        Claim::Fresh(token) => token,
        other => panic!("not fresh: {other:?}"),
    }
}

#[track_caller]
fn commit(store: &SqliteStore, number: u64, token: ClaimToken, keep: Duration) {
    block_on(store.commit(key(number), token, keep)).unwrap();
}

/// Locks the file, as a process does that hangs in its transaction.
fn lock(path: &Path) -> Connection {
    let connection = Connection::open(path).unwrap();
    connection.busy_timeout(MINUTE).unwrap();
    connection.execute_batch("BEGIN EXCLUSIVE").unwrap();
    connection
}

#[test]
fn it_conforms() {
    let (directory, clock) = (Directory::new(), Clock::new());
    let (path, advanced) = (directory.file(), clock.clone());
    let locked = Directory::new();
    let locked_path = locked.file();
    drop(locked.store());
    let away = locked.store().timeout(Duration::ZERO);
    let _lock = lock(&locked_path);
    Suite::new(move || clock.on(SqliteStore::open(&path).unwrap()))
        .advance(move |time| advanced.advance(time))
        .unavailable(move || away.clone())
        .check()
        .unwrap();
}

#[test]
fn it_conforms_by_the_machines_clock() {
    let directory = Directory::new();
    let path = directory.file();
    Suite::new(move || SqliteStore::open(&path).unwrap())
        .check()
        .unwrap();
}

#[test]
fn a_restart_forgets_nothing_and_extends_nothing() {
    let (directory, clock) = (Directory::new(), Clock::new());
    let store = clock.on(directory.store());
    let done = fresh(claim(&store, 1, MINUTE));
    commit(&store, 1, done, MINUTE * 10);
    let held = fresh(claim(&store, 2, MINUTE));
    let released = fresh(claim(&store, 3, MINUTE));
    block_on(store.release(key(3), released)).unwrap();
    drop(store);

    clock.advance(MINUTE / 2);
    let store = clock.on(directory.store());
    assert_eq!(claim(&store, 1, MINUTE).unwrap(), Claim::Done);
    assert_eq!(
        claim(&store, 2, MINUTE).unwrap(),
        Claim::InProgress(MINUTE / 2)
    );
    fresh(claim(&store, 3, MINUTE));
    // The holder from before the restart is still the holder.
    commit(&store, 2, held, MINUTE * 10);
    assert_eq!(claim(&store, 2, MINUTE).unwrap(), Claim::Done);
    drop(store);

    clock.advance(MINUTE);
    let store = clock.on(directory.store());
    assert_eq!(claim(&store, 1, MINUTE).unwrap(), Claim::Done);
    fresh(claim(&store, 3, MINUTE));
    clock.advance(MINUTE * 10);
    fresh(claim(&store, 1, MINUTE));
}

/// Runs this program again as another process; see [`child`].
fn other_process(what: &str, path: &Path) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "child", "--ignored", "--nocapture", "-q"])
        .env("HOOKWARD_CHILD", what)
        .env("HOOKWARD_FILE", path)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

fn lines(child: &mut Child) -> impl Iterator<Item = String> + use<> {
    let out = BufReader::new(child.stdout.take().unwrap());
    out.lines().map_while(Result::ok)
}

#[test]
#[ignore = "a part of other tests, run by them in a process of its own"]
fn child() {
    let Ok(what) = std::env::var("HOOKWARD_CHILD") else {
        return;
    };
    let opened = SqliteStore::open(std::env::var_os("HOOKWARD_FILE").unwrap());
    let store = match opened {
        Ok(store) => store.timeout(MINUTE),
        Err(error) => return println!("\nerror {error}"),
    };
    println!("\nopen");
    match what.as_str() {
        "claim" => {
            std::io::stdin().read_line(&mut String::new()).unwrap();
            for number in 0..300 {
                if let Claim::Fresh(_) = claim(&store, number, MINUTE).unwrap() {
                    println!("won {number}");
                }
            }
        }
        "commit" => {
            for number in 0.. {
                let token = fresh(claim(&store, number, MINUTE));
                println!("held {number}");
                commit(&store, number, token, MINUTE * 60);
                println!("done {number}");
            }
        }
        _ => {}
    }
}

#[test]
fn of_several_processes_exactly_one_gets_each_claim() {
    let directory = Directory::new();
    let path = directory.file();
    // None has created the file before the others open it.
    let mut children: Vec<_> = (0..3).map(|_| other_process("claim", &path)).collect();
    let mut outputs: Vec<_> = children.iter_mut().map(lines).collect();
    for output in &mut outputs {
        assert!(output.any(|line| line == "open"));
    }
    for child in &mut children {
        child.stdin.take().unwrap().write_all(b"go\n").unwrap();
    }
    let mut won = HashSet::new();
    for output in outputs {
        for line in output {
            if let Some(number) = line.strip_prefix("won ") {
                assert!(won.insert(number.to_owned()), "{number} was won twice");
            }
        }
    }
    assert_eq!(won.len(), 300);
    for mut child in children {
        assert!(child.wait().unwrap().success());
    }
}

#[test]
fn a_process_that_is_killed_forgets_nothing_it_answered() {
    let directory = Directory::new();
    for round in 1..=3 {
        let _ = std::fs::remove_dir_all(&directory.0);
        std::fs::create_dir_all(&directory.0).unwrap();
        let mut child = other_process("commit", &directory.file());
        let mut output = lines(&mut child);
        let mut told: Vec<_> = output.by_ref().take(60 * round).collect();
        // SIGKILL, wherever it is by now.
        child.kill().unwrap();
        child.wait().unwrap();
        told.extend(output);
        let store = directory.store();
        let (mut held, mut done) = (0, 0);
        for line in told {
            match line.split_once(' ') {
                Some(("held", _)) => held += 1,
                Some(("done", number)) => {
                    let answer = claim(&store, number.parse().unwrap(), MINUTE).unwrap();
                    assert_eq!(answer, Claim::Done, "{number}");
                    done += 1;
                }
                _ => {}
            }
        }
        assert!(done >= 20, "{done}");
        if held > done {
            let answer = claim(&store, done, MINUTE).unwrap();
            assert!(!matches!(answer, Claim::Fresh(_)), "{answer:?}");
        }
    }
}

#[test]
fn a_locked_file_is_an_error_within_the_timeout() {
    let directory = Directory::new();
    let store = directory.store().timeout(Duration::from_millis(100));
    let token = fresh(claim(&store, 1, MINUTE));
    let lock = lock(&directory.file());
    let began = Instant::now();
    let error = claim(&store, 2, MINUTE).unwrap_err();
    assert!(error.to_string().contains("locked"), "{error}");
    block_on(store.commit(key(1), token, MINUTE)).unwrap_err();
    assert!(began.elapsed() < Duration::from_secs(10));
    lock.execute_batch("ROLLBACK").unwrap();
    fresh(claim(&store, 2, MINUTE));
    commit(&store, 1, token, MINUTE);
}

#[test]
fn an_unusable_file_is_an_error_and_no_panic() {
    let directory = Directory::new();
    let open = |name: &str| match SqliteStore::open(directory.0.join(name)) {
        Ok(_) => panic!("{name} is opened"),
        Err(error) => error.to_string(),
    };
    std::fs::write(directory.0.join("text"), "not a database ".repeat(1000)).unwrap();
    assert!(open("text").contains("not a database"));
    assert!(open("").contains("unable to open"));
    assert!(open("missing/file").contains("unable to open"));
    for path in ["", ":memory:"] {
        let error = SqliteStore::open(path).unwrap_err().to_string();
        assert!(error.contains("MemoryStore"), "{error}");
    }

    let other = Connection::open(directory.0.join("other")).unwrap();
    other.execute_batch("CREATE TABLE t (a)").unwrap();
    assert!(open("other").contains("another application"));
    drop(directory.store());
    let newer = Connection::open(directory.file()).unwrap();
    newer.execute_batch("PRAGMA user_version = 2").unwrap();
    assert!(open("replay.sqlite").contains("format 2"));
}

#[test]
fn a_corrupt_file_is_an_error_and_no_panic() {
    let directory = Directory::new();
    let store = directory.store();
    for number in 0..500 {
        fresh(claim(&store, number, MINUTE));
    }
    drop(store);
    directory.closed();
    let whole = std::fs::read(directory.file()).unwrap();
    assert!(whole.len() > 4 * 4096, "{}", whole.len());
    let damaged = |name: &str, bytes: &[u8]| {
        let path = directory.0.join(name);
        std::fs::write(&path, bytes).unwrap();
        let Ok(store) = SqliteStore::open(&path) else {
            return 500;
        };
        let errors = (0..500).filter(|&number| match claim(&store, number, MINUTE) {
            Err(_) => true,
            Ok(Claim::Done) => panic!("{name}: {number} was never committed"),
            Ok(_) => false,
        });
        errors.count()
    };
    let mut bytes = whole.clone();
    bytes[2 * 4096..].fill(0xa5);
    assert_eq!(damaged("filled", &bytes), 500);
    let mut bytes = whole.clone();
    bytes[100..4096].fill(0);
    assert_eq!(damaged("no-schema", &bytes), 500);
    assert!(damaged("cut", &whole[..3 * 4096]) > 0);
    // Damage that preserves the structure may not be noticed: pages have no checksums.
    damaged("cut-in-a-page", &whole[..whole.len() - 1000]);
    for cut in [1, 99, 100, 512, 4095, 4097] {
        damaged("shorter", &whole[..cut]);
    }
}

#[test]
fn a_read_only_file_is_an_error_and_no_panic() {
    let directory = Directory::new();
    drop(directory.store());
    directory.closed();
    let mut permissions = std::fs::metadata(directory.file()).unwrap().permissions();
    permissions.set_readonly(true);
    std::fs::set_permissions(directory.file(), permissions).unwrap();
    let id = Command::new("id").arg("-u").output().unwrap().stdout;
    if id.trim_ascii() != b"0" {
        let error = SqliteStore::open(directory.file()).unwrap_err();
        return assert!(error.to_string().contains("readonly"), "{error}");
    }
    // Permissions do not keep root from anything: as another user, then.
    let program = directory.0.join("program");
    std::fs::copy(std::env::current_exe().unwrap(), &program).unwrap();
    let output = Command::new("setpriv")
        .args(["--reuid=65534", "--regid=65534", "--clear-groups", "--"])
        .arg(&program)
        .args(["--exact", "child", "--ignored", "--nocapture", "-q"])
        .env("HOOKWARD_CHILD", "open")
        .env("HOOKWARD_FILE", directory.file())
        .current_dir("/")
        .output();
    let Ok(output) = output else {
        return eprintln!("skipped: setpriv is not installed");
    };
    let output = String::from_utf8_lossy(&output.stdout);
    assert!(output.contains("error SQLite: "), "{output}");
    assert!(!output.contains("open\n"), "{output}");
}

fn rows(directory: &Directory) -> u64 {
    let connection = Connection::open(directory.file()).unwrap();
    let count = "SELECT count(*) FROM hookward_replay";
    let count: i64 = connection.query_row(count, [], |row| row.get(0)).unwrap();
    count.unsigned_abs()
}

#[test]
fn expired_rows_are_removed_in_batches_and_live_ones_never() {
    let (directory, clock) = (Directory::new(), Clock::new());
    let store = clock.on(directory.store());
    for number in 0..25 {
        fresh(claim(&store, number, Duration::ZERO));
    }
    let done = fresh(claim(&store, 100, MINUTE));
    commit(&store, 100, done, MINUTE);
    fresh(claim(&store, 101, MINUTE));
    for expected in [10, 10, 5, 0] {
        assert_eq!(block_on(store.delete_expired(10)).unwrap(), expected);
    }
    assert_eq!(claim(&store, 100, MINUTE).unwrap(), Claim::Done);
    assert_eq!(
        claim(&store, 101, MINUTE).unwrap(),
        Claim::InProgress(MINUTE)
    );
    // A commit after the lease is recorded, whether or not the row is there.
    let late = fresh(claim(&store, 102, Duration::ZERO));
    assert_eq!(block_on(store.delete_expired(10)).unwrap(), 1);
    commit(&store, 102, late, MINUTE);
    assert_eq!(claim(&store, 102, MINUTE).unwrap(), Claim::Done);
}

#[test]
fn claims_remove_what_expired() {
    let directory = Directory::new();
    let store = directory.store();
    for number in 0..1000 {
        fresh(claim(&store, number, Duration::ZERO));
    }
    assert!(rows(&directory) < 100, "{}", rows(&directory));
}

/// Polls an operation once, as a task does that is then dropped or waits.
fn begin<T>(step: &mut (impl Future<Output = T> + Unpin)) -> Poll<T> {
    Pin::new(step).poll(&mut Context::from_waker(Waker::noop()))
}

#[test]
fn the_queue_is_bounded_for_claims_and_commits_wait() {
    let directory = Directory::new();
    let store = directory.store().timeout(MINUTE);
    let token = fresh(claim(&store, 1_000_000, MINUTE));
    let lock = lock(&directory.file());
    let mut waiting = Vec::new();
    let mut refused = 0;
    // One batch is with the thread, another in the queue.
    for number in 0..4096 {
        let mut step = store.claim(key(number), MINUTE);
        match begin(&mut step) {
            Poll::Pending => waiting.push(step),
            Poll::Ready(answer) => {
                let error = answer.unwrap_err().to_string();
                assert!(error.contains("1024 steps are waiting"), "{error}");
                refused += 1;
            }
        }
    }
    assert!(refused >= 4096 - 2 * 1024, "{refused}");
    let mut late = store.commit(key(1_000_000), token, MINUTE);
    assert!(begin(&mut late).is_pending());
    lock.execute_batch("ROLLBACK").unwrap();
    block_on(late).unwrap();
    for step in waiting {
        fresh(block_on(step));
    }
    assert_eq!(claim(&store, 1_000_000, MINUTE).unwrap(), Claim::Done);
}

#[test]
fn a_claim_whose_caller_has_gone_is_released() {
    let directory = Directory::new();
    let store = directory.store();
    let lock = lock(&directory.file());
    let mut step = store.claim(key(1), MINUTE);
    assert!(begin(&mut step).is_pending());
    // Whether it is with the thread or in the queue.
    drop(step);
    lock.execute_batch("ROLLBACK").unwrap();
    drop(lock);
    let end = Instant::now() + MINUTE / 2;
    while !matches!(claim(&store, 1, MINUTE).unwrap(), Claim::Fresh(_)) {
        assert!(Instant::now() < end, "the claim is not released");
        std::thread::sleep(Duration::from_millis(1));
    }
}

/// `cargo test --release -p hookward-sqlite --test file -- --ignored --nocapture measure`
#[test]
#[ignore = "prints measurements"]
fn measure() {
    let directory = Directory::new();
    let store = directory.store();
    let count = 5000;
    let mut tokens = Vec::new();
    let timed = |what: &str, steps: u64, mut run: Box<dyn FnMut() + '_>| {
        let began = Instant::now();
        run();
        let took = began.elapsed();
        let rate = steps as f64 / took.as_secs_f64();
        println!("{what}: {:?} each, {rate:.0} a second", took / steps as u32);
    };
    timed(
        "claims, one at a time",
        count,
        Box::new(|| tokens.extend((0..count).map(|n| fresh(claim(&store, n, MINUTE))))),
    );
    timed(
        "commits, one at a time",
        count,
        Box::new(|| {
            for (number, token) in (0..).zip(&tokens) {
                commit(&store, number, *token, MINUTE * 60);
            }
        }),
    );
    timed(
        "duplicates, one at a time",
        count,
        Box::new(|| (0..count).for_each(|n| assert!(claim(&store, n, MINUTE) == Ok(Claim::Done)))),
    );
    for threads in [16, 256] {
        let each = 40_000 / threads;
        timed(
            &format!("deliveries, a claim and a commit, {threads} at a time"),
            each * threads,
            Box::new(|| {
                std::thread::scope(|scope| {
                    for thread in 0..threads {
                        let store = &store;
                        scope.spawn(move || {
                            for number in 0..each {
                                let number = (threads << 32) + (thread << 20) + number;
                                let token = fresh(claim(store, number, MINUTE));
                                commit(store, number, token, MINUTE * 60);
                            }
                        });
                    }
                });
            }),
        );
    }
    let rows = rows(&directory);
    drop(store);
    directory.closed();
    let bytes = std::fs::metadata(directory.file()).unwrap().len();
    println!("{} bytes an entry of {rows}", bytes / rows);
}
