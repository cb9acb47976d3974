//! A real server for tests, started from the installed program.

#![allow(dead_code, missing_docs, unreachable_pub)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::io::{BufRead as _, BufReader};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// A server that ends with this process, even if this one is killed: the shell that starts
/// it waits for the end of its input. It is an immediate shutdown, like a crash.
pub struct Tied {
    shell: Child,
    pub id: u32,
}

impl Tied {
    const SCRIPT: &str = "\
exec 3<&0
\"$@\" </dev/null >/dev/null 2>&1 3<&- &
id=$!
echo $id
exec >/dev/null
{ cat <&3; kill -QUIT $id; } &
wait $id
";

    fn spawn(program: &Command) -> Self {
        let mut shell = Command::new("sh")
            .args(["-c", Self::SCRIPT, "sh"])
            .arg(program.get_program())
            .args(program.get_args())
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut line = String::new();
        let mut output = BufReader::new(shell.stdout.take().unwrap());
        output.read_line(&mut line).unwrap();
        let id = line.trim().parse().unwrap();
        Self { shell, id }
    }

    fn has_ended(&mut self) -> bool {
        self.shell.try_wait().unwrap().is_some()
    }
}

impl Drop for Tied {
    fn drop(&mut self) {
        drop(self.shell.stdin.take());
        let _ = self.shell.wait();
    }
}

/// A server of the test's own; stopped when it is dropped.
pub struct Server {
    pub programs: PathBuf,
    pub port: u16,
    pub directory: PathBuf,
    pub child: Option<Tied>,
}

/// The newest installed server's programs.
fn programs() -> Option<PathBuf> {
    let mut found: Vec<_> = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path().join("bin"))
        .filter(|bin| bin.join("initdb").exists() && bin.join("postgres").exists())
        .collect();
    found.sort();
    let path = std::env::var_os("PATH").unwrap_or_default();
    found
        .pop()
        .or_else(|| std::env::split_paths(&path).find(|bin| bin.join("initdb").exists()))
}

/// The server refuses to run as root: then as the user that its package made.
fn command(program: &Path) -> Command {
    let id = Command::new("id").arg("-u").output().unwrap().stdout;
    if id.trim_ascii() != b"0" {
        return Command::new(program);
    }
    let mut command = Command::new("setpriv");
    command
        .args([
            "--reuid=postgres",
            "--regid=postgres",
            "--clear-groups",
            "--",
        ])
        .arg(program);
    command
}

impl Server {
    /// `None`, with a line that says so, where the program is missing and not
    /// required by `HOOKWARD_REQUIRE_SERVERS=1`.
    pub fn start() -> Option<Self> {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let Some(programs) = programs() else {
            let required = std::env::var("HOOKWARD_REQUIRE_SERVERS").is_ok_and(|v| v == "1");
            assert!(!required, "postgres is not installed");
            eprintln!("skipped: postgres is not installed");
            return None;
        };
        let directory = std::env::temp_dir().join(format!(
            "hookward-postgres-{}-{}",
            std::process::id(),
            NEXT.fetch_add(1, Ordering::Relaxed)
        ));
        let made = command(&programs.join("initdb"))
            .args(["--auth=trust", "--username=hookward", "--no-sync", "-D"])
            .arg(&directory)
            .current_dir("/")
            .output()
            .unwrap();
        let mut server = Self {
            programs,
            port: 0,
            directory,
            child: None,
        };
        assert!(
            made.status.success(),
            "{}",
            String::from_utf8_lossy(&made.stderr)
        );
        for _ in 0..5 {
            server.port = TcpListener::bind("127.0.0.1:0")
                .unwrap()
                .local_addr()
                .unwrap()
                .port();
            // Somebody may have taken the port since.
            if server.up() {
                return Some(server);
            }
        }
        panic!("postgres does not start");
    }

    /// Starts it on its port and waits until it answers.
    pub fn up(&mut self) -> bool {
        let mut server = command(&self.programs.join("postgres"));
        server
            .arg("-D")
            .arg(&self.directory)
            .args(["-p", &self.port.to_string()])
            .args(["-c", "listen_addresses=127.0.0.1"])
            .args(["-c", "unix_socket_directories="])
            .args(["-c", "shared_buffers=32MB", "-c", "max_connections=60"]);
        let mut child = Tied::spawn(&server);
        let end = Instant::now() + Duration::from_secs(60);
        while Instant::now() < end {
            let ready = Command::new(self.programs.join("pg_isready"))
                .args(["-q", "-h", "127.0.0.1", "-p", &self.port.to_string()])
                .status();
            if ready.is_ok_and(|status| status.success()) {
                self.child = Some(child);
                return true;
            }
            if child.has_ended() {
                return false;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        false
    }

    pub fn down(&mut self) {
        self.child = None;
    }

    pub fn url(&self) -> String {
        format!("postgres://hookward@127.0.0.1:{}/postgres", self.port)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.down();
        let _ = std::fs::remove_dir_all(&self.directory);
    }
}
