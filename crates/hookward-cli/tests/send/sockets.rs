//! `listen`, `send` and `replay` against raw sockets: what a hostile or an old peer
//! writes, and which bytes are preserved.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::time::Duration;

use hookward_core::{Key, Signer, UnixTime, providers};

use super::{Listening, SECRET, hookward, json, scratch};

fn connect(listening: &Listening) -> TcpStream {
    let stream = TcpStream::connect(listening.url.trim_start_matches("http://")).unwrap();
    stream.set_nodelay(true).unwrap();
    stream
        .set_read_timeout(Some(Duration::from_secs(60)))
        .unwrap();
    stream
}

/// All that comes back until the connection is closed.
fn rest(stream: &mut TcpStream) -> String {
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    String::from_utf8_lossy(&answer).into_owned()
}

fn answer(listening: &Listening, message: &[u8]) -> String {
    let mut stream = connect(listening);
    // It may be refused before all of it is written.
    let _ = stream.write_all(message);
    rest(&mut stream)
}

/// The statuses of consecutive responses.
fn statuses(answers: &str) -> Vec<&str> {
    answers
        .split("HTTP/1.")
        .skip(1)
        .map(|answer| &answer[2..5])
        .collect()
}

/// A head that GitHub's signature of the body is in.
fn signed(start_line: &str, headers: &str, body: &[u8]) -> Vec<u8> {
    let unsigned = http::Request::post("/").body(body).unwrap();
    let signer = Signer::new(&providers::GITHUB, Key::new(SECRET).unwrap()).unwrap();
    let signed = signer.sign(&unsigned, UnixTime::now(), None).unwrap();
    let mut out = format!("{start_line}\r\nHost: a.example\r\n").into_bytes();
    for (name, value) in signed.headers() {
        write!(out, "{name}: {}\r\n", value.to_str().unwrap()).unwrap();
    }
    write!(out, "{headers}\r\n").unwrap();
    out
}

/// The same with its body in chunks.
fn chunked(start_line: &str, body: &[u8], size: usize) -> Vec<u8> {
    let mut out = signed(start_line, "Transfer-Encoding: chunked\r\n", body);
    for chunk in body.chunks(size) {
        write!(out, "{:x};a=b\r\n", chunk.len()).unwrap();
        out.extend_from_slice(chunk);
        out.extend_from_slice(b"\r\n");
    }
    out.extend_from_slice(b"0\r\nx-trailer: 1\r\n\r\n");
    out
}

fn github(more: &[&str]) -> Listening {
    let party = ["--provider", "github", "--key", "env:HOOK_KEY"];
    Listening::start(&[&party[..], more].concat())
}

#[test]
fn a_request_that_trickles_or_pauses_is_ended() {
    let listening = github(&["--timeout", "1"]);
    // Nothing at all, and nothing but empty lines.
    assert_eq!(rest(&mut connect(&listening)), "");
    assert_eq!(answer(&listening, b"\r\n\r\n"), "");
    for message in [
        "P",
        "POST / HTTP/1.1\r\nhost: a.example\r\n",
        "POST / HTTP/1.1\r\ncontent-length: 10\r\n\r\nabc",
        "POST / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n5\r\nab",
        "POST / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n0\r\nx-a: b",
        // A size that does not end is a number.
        &format!(
            "POST / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n{}",
            "0".repeat(100_000)
        ),
    ] {
        let answer = answer(&listening, message.as_bytes());
        assert!(answer.starts_with("HTTP/1.1 408"), "{message:?}: {answer}");
    }
    // A byte now and then, until it is answered.
    for start in ["POST /", "POST / HTTP/1.1\r\ncontent-length: 99999\r\n\r\n"] {
        let mut stream = connect(&listening);
        stream.write_all(start.as_bytes()).unwrap();
        stream
            .set_read_timeout(Some(Duration::from_millis(20)))
            .unwrap();
        let mut got = [0; 12];
        loop {
            match stream.read(&mut got) {
                Ok(count) => break assert_eq!(&got[..count], b"HTTP/1.1 408"),
                Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => {}
                Err(error) => panic!("{error}"),
            }
            let _ = stream.write_all(b"a");
        }
    }
}

#[test]
fn endless_heads_chunk_extensions_and_trailers_are_refused() {
    let listening = github(&["--timeout", "20"]);
    let many = 3 << 20;
    for (start, endless, status) in [
        ("POST /", "a", "431"),
        ("POST / HTTP/1.1\r\nx: ", "a", "431"),
        ("POST / HTTP/1.1\r\n", "x: y\r\n", "431"),
        ("P", "P", "431"),
        (
            "POST / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n1;",
            "a",
            "400",
        ),
        (
            "POST / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n",
            "1;abcdefgh\r\na\r\n",
            "400",
        ),
        (
            "POST / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n0\r\n",
            "x: y\r\n",
            "400",
        ),
    ] {
        let message = start.to_owned() + &endless.repeat(many / endless.len());
        let answer = answer(&listening, message.as_bytes());
        assert_eq!(statuses(&answer), [status], "{start:?} {endless:?}");
    }
    // Too many lines of a head that ends.
    let head = format!("GET / HTTP/1.1\r\n{}\r\n", "x: y\r\n".repeat(257));
    assert_eq!(statuses(&answer(&listening, head.as_bytes())), ["431"]);
    // Empty lines without end are not a request.
    let mut stream = connect(&github(&["--timeout", "1"]));
    while stream.write_all(&[b'\n'; 4096]).is_ok() {}
    let fine = signed("POST / HTTP/1.1", "Connection: close\r\n", b"");
    assert_eq!(statuses(&answer(&listening, &fine)), ["200"]);
}

#[test]
fn requests_on_one_connection_are_kept_apart() {
    let directory = scratch("pipelined");
    let record = directory.display().to_string();
    let listening = github(&["--record", &record]);
    // Bodies that look like the end of a head or of a body.
    let tricky = b"\r\n\r\n0\r\n\r\nPOST /smuggled HTTP/1.1\r\n\r\n\n\n".repeat(20);
    let length = format!("Content-Length: {}\r\n", tricky.len());
    let mut sized = signed("POST /sized HTTP/1.1", &length, &tricky);
    sized.extend_from_slice(&tricky);
    let last = signed("GET /last HTTP/1.1", "Connection: close\r\n", b"");
    let empty = signed("POST /empty HTTP/1.1", "", b"");
    let blank = [b"\r\n\r\n", &empty[..]].concat();
    let mut targets = Vec::new();
    for size in [1, 2, 3, 7, 1000] {
        let chunks = chunked("POST /chunked HTTP/1.1", &tricky, size);
        let all = [&chunks, &sized, &chunks, &empty, &blank, &chunks, &last].map(|one| &one[..]);
        let all = all.concat();
        for cut in [1, 5, 64, all.len()] {
            let mut stream = connect(&listening);
            let mut writing = stream.try_clone().unwrap();
            let sent = all.clone();
            let writer = std::thread::spawn(move || {
                for piece in sent.chunks(cut) {
                    writing.write_all(piece).unwrap();
                }
            });
            assert_eq!(statuses(&rest(&mut stream)), ["200"; 7], "{size} {cut}");
            writer.join().unwrap();
            targets.extend([
                "/chunked", "/sized", "/chunked", "/empty", "/empty", "/chunked", "/last",
            ]);
        }
    }
    let said = listening.said(targets.len());
    for (line, target) in said.iter().zip(&targets) {
        assert_eq!(line["target"], *target, "{line}");
        assert_eq!(line["verdict"], "verified", "{line}");
    }
    let kept = std::fs::read(said[0]["recorded"].as_str().unwrap()).unwrap();
    assert!(kept.starts_with(b"POST /chunked HTTP/1.1\r\nHost: a.example\r\n"));
    assert!(kept.ends_with(&tricky));
}

#[test]
fn a_head_is_recorded_as_it_was_received() {
    let directory = scratch("heads");
    let record = directory.display().to_string();
    let listening = github(&["--record", &record]);
    let headers =
        "X-Twice: 1\r\nx-other: \u{e4}\r\nX-TWICE:2\r\nConnection: close\r\nx-twice: \t3 \r\n";
    let targets = [
        "/\u{e4}?\u{2603}",
        "/[a]|^`<b>\\?\"{}\"",
        "//a//b?",
        "/a#b",
        "*",
        "http://b.example/c?d",
        "b.example:443",
    ];
    for (at, target) in targets.iter().enumerate() {
        let start_line = format!("POST {target} HTTP/1.1");
        let answer = answer(&listening, &signed(&start_line, headers, b""));
        assert_eq!(statuses(&answer), ["200"], "{target}");
        let line = listening.said(at + 1).remove(at);
        assert_eq!(line["target"], *target, "{line}");
        let kept = std::fs::read(line["recorded"].as_str().unwrap()).unwrap();
        let kept = String::from_utf8(kept).unwrap();
        assert!(kept.starts_with(&format!("{start_line}\r\n")), "{kept}");
        let names =
            "X-Twice: 1\r\nx-other: \u{e4}\r\nX-TWICE: 2\r\nConnection: close\r\nx-twice: 3\r\n";
        assert!(kept.contains(names), "{kept}");
    }
}

#[test]
fn what_is_passed_on_has_the_spelling_it_was_received_with() {
    let socket = TcpListener::bind("127.0.0.1:0").unwrap();
    let to = format!("http://{}", socket.local_addr().unwrap());
    let listening = github(&["--forward", &to]);
    let target = "/\u{e4}[]|`<b>?\"{}\"&c";
    let message = signed(
        &format!("POST {target} HTTP/1.1"),
        "X-CamelCase: 1\r\nx-b: 2\r\nConnection: close\r\nx-camelcase: 3\r\n",
        b"",
    );
    let mut stream = connect(&listening);
    stream.write_all(&message).unwrap();
    let (mut service, _) = socket.accept().unwrap();
    let mut got = Vec::new();
    while !got.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        service.read_exact(&mut byte).unwrap();
        got.push(byte[0]);
    }
    service
        .write_all(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.0 203 X\r\nContent-Type: a/b\r\n\r\nbody")
        .unwrap();
    drop(service);
    let got = String::from_utf8(got).unwrap();
    let start = format!("POST {target} HTTP/1.1\r\nHost: a.example\r\n");
    assert!(got.starts_with(&start), "{got}");
    for line in ["X-CamelCase: 1", "x-b: 2", "x-camelcase: 3"] {
        assert!(got.contains(&format!("\r\n{line}\r\n")), "{got}");
    }
    assert!(
        got.ends_with("content-length: 0\r\nConnection: close\r\n\r\n"),
        "{got}"
    );
    let answer = rest(&mut stream);
    assert_eq!(statuses(&answer), ["203"]);
    assert!(answer.contains("content-type: a/b\r\n"), "{answer}");
    assert!(answer.ends_with("\r\n\r\nbody"), "{answer}");
}

#[test]
fn old_and_other_versions_are_answered() {
    let listening = github(&[]);
    for (headers, version) in [("", "0"), ("Connection: close\r\n", "1")] {
        let head = signed(&format!("POST / HTTP/1.{version}"), headers, b"");
        let answer = answer(&listening, &head);
        assert_eq!(statuses(&answer), ["200"]);
        assert!(answer.ends_with("\r\n\r\nok\n"), "{answer}");
    }
    // Kept open where that is asked for.
    let head = signed("POST / HTTP/1.0", "Connection: keep-alive\r\n", b"");
    let twice = [head, signed("POST / HTTP/1.0", "", b"")].concat();
    assert_eq!(statuses(&answer(&listening, &twice)), ["200", "200"]);
    for other in [
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0",
        "GET / HTTP/0.9\r\n\r\n",
        "GET / HTTP/3\r\n\r\n",
    ] {
        let answer = answer(&listening, other.as_bytes());
        assert_eq!(statuses(&answer), ["505"], "{other:?}");
    }
    for other in ["GET /\r\n\r\n", "\x16\x03\x01\x02\0\x01\0\x01\n\n"] {
        let answer = answer(&listening, other.as_bytes());
        assert_eq!(statuses(&answer), ["400"], "{other:?}");
    }
    // Methods with rules of their own.
    for (method, body) in [("HEAD", ""), ("CONNECT", ""), ("OPTIONS", "ok\n")] {
        let head = signed(
            &format!("{method} * HTTP/1.1"),
            "Connection: close\r\n",
            b"",
        );
        let answer = answer(&listening, &head);
        assert_eq!(statuses(&answer), ["200"], "{method}");
        assert!(answer.ends_with(&format!("\r\n\r\n{body}")), "{answer}");
    }
}

#[test]
fn a_body_is_asked_for_where_the_sender_waits_and_it_fits() {
    let listening = github(&["--body-limit", "10"]);
    let expects = "Expect: 100-continue\r\nConnection: close\r\nContent-Length: ";
    let head = signed("POST / HTTP/1.1", &format!("{expects}3\r\n"), b"abc");
    let mut stream = connect(&listening);
    stream.write_all(&head).unwrap();
    let interim = b"HTTP/1.1 100 Continue\r\n\r\n";
    let mut got = [0; 25];
    stream.read_exact(&mut got).unwrap();
    assert_eq!(&got, interim);
    stream.write_all(b"abc").unwrap();
    assert_eq!(statuses(&rest(&mut stream)), ["200"]);
    let head = signed("POST / HTTP/1.1", &format!("{expects}11\r\n"), b"");
    assert_eq!(statuses(&answer(&listening, &head)), ["413"]);
    // Found out on the way, with more to come than fits into any buffer.
    let head = "POST / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n";
    let message = head.to_owned() + "1000000\r\n" + &"a".repeat(900_000);
    assert_eq!(statuses(&answer(&listening, message.as_bytes())), ["413"]);
}

#[test]
fn half_a_connection_is_enough_for_an_answer() {
    let listening = github(&[]);
    for (message, expected) in [
        (chunked("POST / HTTP/1.1", b"abc", 2), &["200"][..]),
        (signed("POST / HTTP/1.1", "", b""), &["200"]),
        (b"POST / HTTP/1.1\r\nx: ".to_vec(), &["400"]),
        // Nobody knows what it was to be.
        (signed("POST / HTTP/1.1", "Content-Length: 5\r\n", b""), &[]),
        (
            b"POST / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n5\r\nab".to_vec(),
            &[],
        ),
        (b"".to_vec(), &[]),
    ] {
        let mut stream = connect(&listening);
        stream.write_all(&message).unwrap();
        stream.shutdown(Shutdown::Write).unwrap();
        let text = String::from_utf8_lossy(&message).into_owned();
        assert_eq!(statuses(&rest(&mut stream)), expected, "{text}");
    }
}

#[test]
fn more_connections_than_are_served_are_turned_away() {
    let listening = github(&["--timeout", "60"]);
    let open: Vec<TcpStream> = (0..256).map(|_| connect(&listening)).collect();
    for stream in [connect(&listening), connect(&listening)] {
        let mut stream = stream;
        assert_eq!(statuses(&rest(&mut stream)), ["503"]);
    }
    // Far more than can be told so.
    let flood: Vec<TcpStream> = (0..200).map(|_| connect(&listening)).collect();
    drop(flood);
    // Those that are served do not notice.
    let fine = signed("POST / HTTP/1.1", "Connection: close\r\n", b"");
    let mut served = &open[0];
    served.write_all(&fine).unwrap();
    let mut got = [0; 12];
    served.read_exact(&mut got).unwrap();
    assert_eq!(&got, b"HTTP/1.1 200");
    drop(open);
    let answered = (0..1000).any(|_| statuses(&answer(&listening, &fine)) == ["200"]);
    assert!(answered);
}

#[test]
fn a_refusal_before_the_body_was_read_is_an_answer() {
    let directory = scratch("early");
    let data = directory.join("data");
    std::fs::write(&data, vec![b'a'; 20 << 20]).unwrap();
    let data = data.display().to_string();
    for answer in [
        &b"HTTP/1.1 413 Too Large\r\ncontent-length: 4\r\n\r\nbody"[..],
        b"HTTP/1.1 413 Too Large\r\nconnection: close\r\n\r\nbody",
        b"HTTP/1.0 413 Too Large\r\n\r\nbody",
    ] {
        let socket = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", socket.local_addr().unwrap());
        std::thread::spawn(move || {
            for stream in socket.incoming() {
                let mut stream = stream.unwrap();
                stream.read_exact(&mut [0; 20]).unwrap();
                stream.write_all(answer).unwrap();
                // Closed with bytes unread: the connection is reset.
            }
        });
        let party = ["--provider", "github", "--key", "env:HOOK_KEY"];
        let args = ["send", &url, "--data", &data, "--json", "--expect", "413"];
        for more in [&[][..], &["--chunked"]] {
            let output = hookward(&[&args[..], &party, more].concat());
            assert_eq!(json(&output)["status"], 413, "{output:?}");
        }
    }
}
