//! A real server for tests, started from the installed program.

#![allow(dead_code, missing_docs, unreachable_pub)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// A program that ends with this process, even if this one is killed: the shell that
/// starts it waits for the end of its input.
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
{ cat <&3; kill -KILL $id; } &
wait $id
";

    pub fn spawn(program: &str, arguments: &[String]) -> Self {
        let mut shell = Command::new("sh")
            .args(["-c", Self::SCRIPT, "sh", program])
            .args(arguments)
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

    pub fn has_ended(&mut self) -> bool {
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
    pub program: &'static str,
    pub port: u16,
    pub directory: PathBuf,
    pub arguments: Vec<String>,
    pub child: Option<Tied>,
}

pub fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

pub fn directory() -> PathBuf {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let directory = std::env::temp_dir().join(format!(
        "hookward-redis-{}-{}",
        std::process::id(),
        NEXT.fetch_add(1, Ordering::Relaxed)
    ));
    std::fs::create_dir_all(&directory).unwrap();
    directory
}

impl Server {
    /// `None`, with a line that says so, where the program is missing and not
    /// required by `HOOKWARD_REQUIRE_SERVERS=1`.
    pub fn start() -> Option<Self> {
        Self::with(&[])
    }

    /// With settings beside those of every server of the tests.
    pub fn with(arguments: &[&str]) -> Option<Self> {
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
        let directory = directory();
        for _ in 0..5 {
            let mut server = Self {
                program,
                port: free_port(),
                directory: directory.clone(),
                arguments: arguments.iter().map(ToString::to_string).collect(),
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
        self.launch();
        let end = Instant::now() + Duration::from_secs(20);
        while Instant::now() < end {
            let answer = self.raw(b"PING\r\n");
            if answer.is_some_and(|answer| answer.starts_with("+PONG")) {
                return true;
            }
            if self.child.as_mut().unwrap().has_ended() {
                self.child = None;
                return false;
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        self.child = None;
        false
    }

    /// Starts it and does not wait.
    pub fn launch(&mut self) {
        let port = self.port.to_string();
        let common = [
            "--port",
            &port,
            "--bind",
            "127.0.0.1",
            "--save",
            "",
            "--appendonly",
            "yes",
            "--appendfsync",
            "always",
            "--dir",
        ];
        let mut arguments: Vec<_> = common.iter().map(ToString::to_string).collect();
        arguments.push(self.directory.display().to_string());
        arguments.extend(self.arguments.iter().cloned());
        self.child = Some(Tied::spawn(self.program, &arguments));
    }

    pub fn down(&mut self) {
        self.child = None;
    }

    /// SIGSTOP and SIGCONT: a server that keeps its connections but does not respond.
    pub fn signal(&self, signal: &str) {
        let id = self.child.as_ref().unwrap().id.to_string();
        let sent = Command::new("kill").args([signal, &id]).status();
        assert!(sent.unwrap().success());
    }

    pub fn raw(&self, command: &[u8]) -> Option<String> {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).ok()?;
        stream.set_read_timeout(Some(Duration::from_secs(5))).ok()?;
        stream.write_all(command).ok()?;
        let mut answer = [0; 4096];
        let length = stream.read(&mut answer).ok()?;
        Some(String::from_utf8_lossy(&answer[..length]).into_owned())
    }

    #[track_caller]
    pub fn ok(&self, command: &str) {
        let answer = self.raw(format!("{command}\r\n").as_bytes()).unwrap();
        assert!(answer.starts_with("+OK"), "{command}: {answer}");
    }

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
