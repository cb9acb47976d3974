//! A real server for tests, started from the installed program.

#![allow(dead_code, missing_docs, unreachable_pub)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// A server of the test's own; stopped when it is dropped.
pub struct Server {
    pub program: &'static str,
    pub port: u16,
    pub directory: PathBuf,
    pub child: Option<Child>,
}

impl Server {
    /// `None`, with a line that says so, where the program is missing and not
    /// required by `HOOKWARD_REQUIRE_SERVERS=1`.
    pub fn start() -> Option<Self> {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let Some(program) = ["redis-server", "valkey-server"]
            .into_iter()
            .find(|program| Command::new(program).arg("--version").output().is_ok())
        else {
            let required = std::env::var("HOOKWARD_REQUIRE_SERVERS").is_ok_and(|v| v == "1");
            assert!(
                !required,
                "neither redis-server nor valkey-server is installed"
            );
            eprintln!("skipped: neither redis-server nor valkey-server is installed");
            return None;
        };
        let directory = std::env::temp_dir().join(format!(
            "hookward-redis-{}-{}",
            std::process::id(),
            NEXT.fetch_add(1, Ordering::Relaxed)
        ));
        std::fs::create_dir_all(&directory).unwrap();
        for _ in 0..5 {
            let port = TcpListener::bind("127.0.0.1:0")
                .unwrap()
                .local_addr()
                .unwrap()
                .port();
            let mut server = Self {
                program,
                port,
                directory: directory.clone(),
                child: None,
            };
            // Somebody may have taken the port since.
            if server.up() {
                return Some(server);
            }
        }
        panic!("{program} does not start");
    }

    /// Starts it on its port and waits until it answers.
    pub fn up(&mut self) -> bool {
        let mut child = Command::new(self.program)
            .args(["--port", &self.port.to_string(), "--bind", "127.0.0.1"])
            .args(["--save", "", "--appendonly", "yes"])
            .args(["--appendfsync", "always", "--dir"])
            .arg(&self.directory)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let end = Instant::now() + Duration::from_secs(20);
        while Instant::now() < end {
            if self
                .raw(b"PING\r\n")
                .is_some_and(|answer| answer.starts_with("+PONG"))
            {
                self.child = Some(child);
                return true;
            }
            if child.try_wait().unwrap().is_some() {
                return false;
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        let _ = child.kill();
        let _ = child.wait();
        false
    }

    pub fn down(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }

    /// SIGSTOP and SIGCONT: a server that keeps its connections but does not respond.
    pub fn signal(&self, signal: &str) {
        let id = self.child.as_ref().unwrap().id().to_string();
        assert!(
            Command::new("kill")
                .args([signal, &id])
                .status()
                .unwrap()
                .success()
        );
    }

    pub fn raw(&self, command: &[u8]) -> Option<String> {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).ok()?;
        stream.set_read_timeout(Some(Duration::from_secs(5))).ok()?;
        stream.write_all(command).ok()?;
        let mut answer = [0; 4096];
        let length = stream.read(&mut answer).ok()?;
        Some(String::from_utf8_lossy(&answer[..length]).into_owned())
    }
}

impl Server {
    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.down();
        let _ = std::fs::remove_dir_all(&self.directory);
    }
}
