//! Servers for the benches of the shared stores, and genuine deliveries to a receiver.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use hmac::{Hmac, KeyInit as _, Mac as _};
use hookward::UnixTime;
use sha2::Sha256;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use crate::STANDARD_SECRET;

/// A server of the bench's own; stopped when it is dropped.
pub struct Server {
    pub child: Child,
    pub directory: PathBuf,
    pub port: u16,
}

impl Drop for Server {
    fn drop(&mut self) {
        // Postgres: an immediate shutdown, which ends its processes too.
        let _ = Command::new("kill")
            .args(["-QUIT", &self.child.id().to_string()])
            .status();
        let _ = self.child.wait();
        let _ = std::fs::remove_dir_all(&self.directory);
    }
}

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.local_addr().expect("an address").port()
}

fn directory(name: &str) -> PathBuf {
    let base = std::env::var_os("BENCH_DIR").map_or_else(std::env::temp_dir, PathBuf::from);
    base.join(format!("hookward-bench-{name}-{}", std::process::id()))
}

pub fn text(command: &mut Command) -> String {
    let output = command
        .output()
        .unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(
        output.status.success(),
        "{command:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8_lossy(&output.stdout).into_owned()
}

pub struct Postgres {
    pub programs: PathBuf,
    pub server: Server,
    connections: usize,
}

impl Postgres {
    /// `connections` is its `max_connections`; all other settings are the defaults: every
    /// commit waits for the disk.
    pub fn start(connections: usize) -> Self {
        let mut found: Vec<_> = std::fs::read_dir("/usr/lib/postgresql")
            .into_iter()
            .flatten()
            .flatten()
            .map(|entry| entry.path().join("bin"))
            .filter(|bin| bin.join("pgbench").exists())
            .collect();
        found.sort();
        let programs = found
            .pop()
            .expect("Postgres with pgbench in /usr/lib/postgresql");
        let (directory, port) = (directory("postgres"), free_port());
        text(
            as_postgres(&programs.join("initdb"))
                .args(["--auth=trust", "--username=hookward", "-D"])
                .arg(&directory),
        );
        let child = Self::spawn(&programs, &directory, port, connections);
        Self {
            programs,
            server: Server {
                child,
                directory,
                port,
            },
            connections,
        }
    }
}

impl Postgres {
    fn spawn(programs: &Path, directory: &Path, port: u16, connections: usize) -> Child {
        let child = as_postgres(&programs.join("postgres"))
            .arg("-D")
            .arg(directory)
            .args(["-p", &port.to_string(), "-c", "listen_addresses=127.0.0.1"])
            .args(["-c", "unix_socket_directories="])
            .args(["-c", &format!("max_connections={connections}")])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("postgres starts");
        let mut ready = Command::new(programs.join("pg_isready"));
        ready.args(["-q", "-h", "127.0.0.1", "-p", &port.to_string()]);
        until(|| ready.status().is_ok_and(|status| status.success()));
        child
    }

    /// Like a crash.
    pub fn down(&mut self) {
        signal("-QUIT", self.server.child.id());
        let _ = self.server.child.wait();
    }

    pub fn up(&mut self) {
        let Server {
            directory, port, ..
        } = &self.server;
        self.server.child = Self::spawn(&self.programs, directory, *port, self.connections);
    }

    /// Stops or continues the server and all its processes.
    pub fn signal(&self, name: &str) {
        let server = self.server.child.id();
        let children = Command::new("pgrep")
            .args(["-P", &server.to_string()])
            .output();
        let children = String::from_utf8(children.expect("pgrep").stdout).expect("numbers");
        signal(name, server);
        children
            .split_whitespace()
            .for_each(|id| signal(name, id.parse().expect("a number")));
    }

    pub fn url(&self) -> String {
        format!(
            "postgres://hookward@127.0.0.1:{}/postgres",
            self.server.port
        )
    }

    /// Runs statements in the background.
    pub fn psql(&self, statements: &str) -> Child {
        let mut psql = Command::new(self.programs.join("psql"));
        psql.args(["-q", "-c", statements, &self.url()])
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        psql.spawn().expect("psql starts")
    }
}

fn signal(name: &str, id: u32) {
    let _ = Command::new("kill")
        .args([name, &id.to_string()])
        .stderr(Stdio::null())
        .status();
}

/// The server refuses to run as root.
fn as_postgres(program: &Path) -> Command {
    let mut command = match text(Command::new("id").arg("-u")).trim() {
        "0" => {
            let mut command = Command::new("setpriv");
            command.args([
                "--reuid=postgres",
                "--regid=postgres",
                "--clear-groups",
                "--",
            ]);
            command.arg(program);
            command
        }
        _ => Command::new(program),
    };
    command.current_dir("/");
    command
}

fn until(mut ready: impl FnMut() -> bool) {
    let end = Instant::now() + Duration::from_secs(60);
    while !ready() {
        assert!(Instant::now() < end, "the server does not start");
        std::thread::sleep(Duration::from_millis(20));
    }
}

pub struct Redis {
    pub server: Server,
    arguments: Vec<String>,
}

impl Redis {
    /// With `appendfsync always`, if it is to keep what it is told.
    pub fn start(name: &str, append_only: &str) -> Self {
        let (directory, port) = (directory(name), free_port());
        std::fs::create_dir_all(&directory).expect("made");
        let mut arguments: Vec<String> =
            ["--bind", "127.0.0.1", "--save", "", "--maxclients", "2000"]
                .iter()
                .chain(&["--appendonly", append_only, "--appendfsync", "always"])
                .map(ToString::to_string)
                .collect();
        let place = [
            "--port".to_owned(),
            port.to_string(),
            "--dir".to_owned(),
            directory.display().to_string(),
        ];
        arguments.extend(place);
        let child = Self::spawn(&arguments);
        let server = Self {
            server: Server {
                child,
                directory,
                port,
            },
            arguments,
        };
        until(|| {
            server
                .try_ask("PING")
                .is_some_and(|answer| answer.starts_with("+PONG"))
        });
        server
    }

    fn spawn(arguments: &[String]) -> Child {
        let mut server = Command::new("redis-server");
        server
            .args(arguments)
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        server.spawn().expect("redis-server starts")
    }

    pub fn down(&mut self) {
        let _ = self.server.child.kill();
        let _ = self.server.child.wait();
    }

    pub fn up(&mut self) {
        self.server.child = Self::spawn(&self.arguments);
    }

    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.server.port)
    }

    pub fn try_ask(&self, command: &str) -> Option<String> {
        let mut stream = TcpStream::connect(("127.0.0.1", self.server.port)).ok()?;
        stream.write_all(command.as_bytes()).ok()?;
        stream.write_all(b"\r\n").ok()?;
        let mut answer = [0; 4096];
        let length = stream.read(&mut answer).ok()?;
        Some(String::from_utf8_lossy(&answer[..length]).into_owned())
    }

    pub fn load(&self, script: &str) -> String {
        let mut command = Command::new("redis-cli");
        command.args([
            "-p",
            &self.server.port.to_string(),
            "SCRIPT",
            "LOAD",
            script,
        ]);
        text(&mut command).trim().to_owned()
    }
}

/// A sender's connection, on which it sends genuine deliveries of Standard Webhooks.
pub struct Sender {
    stream: tokio::net::TcpStream,
    keyed: Hmac<Sha256>,
    body: String,
    timestamp: i64,
    answer: Vec<u8>,
}

impl Sender {
    pub async fn connect(address: SocketAddr) -> Self {
        let secret = BASE64
            .decode(STANDARD_SECRET.trim_start_matches("whsec_"))
            .expect("a secret");
        let stream = tokio::net::TcpStream::connect(address)
            .await
            .expect("connected");
        stream.set_nodelay(true).expect("set");
        Self {
            stream,
            keyed: Hmac::<Sha256>::new_from_slice(&secret).expect("any length"),
            body: format!("\"{}\"", "7".repeat(254)),
            timestamp: UnixTime::now().as_secs(),
            answer: vec![0; 4096],
        }
    }

    /// Sends the delivery with this id, and returns the status of the answer.
    pub async fn send(&mut self, id: &str) -> u16 {
        let Self {
            body, timestamp, ..
        } = self;
        let mut mac = self.keyed.clone();
        mac.update(format!("{id}.{timestamp}.").as_bytes());
        mac.update(body.as_bytes());
        let signature = BASE64.encode(mac.finalize().into_bytes());
        let request = format!(
            "POST / HTTP/1.1\r\nhost: hooks.example\r\ncontent-type: application/json\r\n\
             content-length: {}\r\nwebhook-id: {id}\r\nwebhook-timestamp: {timestamp}\r\n\
             webhook-signature: v1,{signature}\r\n\r\n{body}",
            body.len()
        );
        self.stream
            .write_all(request.as_bytes())
            .await
            .expect("sent");
        let mut length = 0;
        loop {
            let more = self
                .stream
                .read(&mut self.answer[length..])
                .await
                .expect("an answer");
            assert!(more > 0, "the server closed the connection");
            length += more;
            let text = String::from_utf8_lossy(&self.answer[..length]);
            let Some((head, rest)) = text.split_once("\r\n\r\n") else {
                continue;
            };
            let expected = head
                .lines()
                .find_map(|line| line.strip_prefix("content-length: "));
            if rest.len() >= expected.map_or(0, |length| length.parse().expect("a length")) {
                return head[9..12].parse().expect("a status");
            }
        }
    }
}
