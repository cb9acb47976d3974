#![allow(clippy::unwrap_used)]

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};

use super::*;
use crate::text::values;

/// In chunks of these lengths, repeated.
fn scan(body: &[u8], pointer: &str, lengths: &[usize]) -> Result<String, ValueError> {
    let mut scanner = Scanner::new(pointer);
    let mut rest = body;
    for length in lengths.iter().cycle() {
        if rest.is_empty() {
            break;
        }
        let (piece, after) = rest.split_at(rest.len().min(*length));
        scanner.update(piece);
        rest = after;
    }
    scanner.finish()
}

/// In one chunk, and in chunks of every small length.
fn read(body: impl AsRef<[u8]>, pointer: &str) -> Result<String, ValueError> {
    let body = body.as_ref();
    let found = scan(body, pointer, &[body.len().max(1)]);
    for length in [1, 2, 3, 7, 8, 9, 64] {
        let split = scan(body, pointer, &[length]);
        assert_eq!(split, found, "{length}");
    }
    found
}

const POINTERS: &[&str] = &[
    "", "/", "/a", "/a/b", "/a/0", "/0", "/1/a", "/+1", "/01", "/a~1b", "/~0", "/é", "/a/b/a",
    "/a/0/b", "/😀",
];

/// Strings as written, with the names of [`POINTERS`] in several spellings among them.
fn text() -> impl Strategy<Value = String> {
    let known = select(vec![
        "a",
        "\\u0061",
        "b",
        "\\u0062",
        "",
        "0",
        "1",
        "01",
        "a/b",
        "a\\/b",
        "~",
        "\\u007E",
        "é",
        "\\u00e9",
        "e\u{301}",
        "😀",
        "\\ud83d\\ude00",
        "\\ud83d",
        "\\ude00",
        "\\ud83d\\n",
        "\\ud83da",
        "\\\\",
        "\\\"",
        "a long text without anything in it, longer than the first words that are looked at",
        "one that has, far behind its start, where it is searched for, a quote: \\\" and more",
        "one with ä and ö, \\n and \\t, and behind many more words a control character: \u{1}",
    ]);
    prop_oneof![9 => known.prop_map(str::to_owned), 1 => "[ -~é]{0,12}"]
        .prop_map(|text| format!("\"{text}\""))
}

fn blank() -> impl Strategy<Value = &'static str> {
    select(vec!["", "", "", " ", "\n  ", "\t\r\n"])
}

fn document() -> impl Strategy<Value = String> {
    let scalar = prop_oneof![
        text(),
        select(vec![
            "0",
            "-0",
            "1",
            "-12.50",
            "1e3",
            "0.1E-7",
            "1e999",
            "01",
            "1.",
            "-",
            "1e",
            "+1",
            "184467440737095516160",
            "true",
            "false",
            "null",
            "nul",
            "truee",
            "",
        ])
        .prop_map(str::to_owned),
    ];
    let value = scalar.prop_recursive(5, 40, 5, |inner| {
        let item = (blank(), inner.clone(), blank()).prop_map(|(b, v, a)| format!("{b}{v}{a}"));
        let member = (blank(), text(), blank(), inner, blank())
            .prop_map(|(b, n, c, v, a)| format!("{b}{n}{c}:{v}{a}"));
        prop_oneof![
            vec(item, 0..5).prop_map(|items| format!("[{}]", items.join(","))),
            vec(member, 0..5).prop_map(|members| format!("{{{}}}", members.join(","))),
        ]
    });
    (blank(), value, blank()).prop_map(|(b, v, a)| format!("{b}{v}{a}"))
}

#[derive(Debug, Clone)]
enum Mutation {
    Replace(Index, u8),
    Insert(Index, u8),
    Remove(Index),
    Cut(Index),
    Repeat(Index, Index),
}

fn mutations() -> impl Strategy<Value = Vec<Mutation>> {
    let byte = || prop_oneof![select(b"{}[]:,\"\\ua0-.e \n\x01".to_vec()), any::<u8>()];
    let one = prop_oneof![
        (any::<Index>(), byte()).prop_map(|(at, byte)| Mutation::Replace(at, byte)),
        (any::<Index>(), byte()).prop_map(|(at, byte)| Mutation::Insert(at, byte)),
        any::<Index>().prop_map(Mutation::Remove),
        any::<Index>().prop_map(Mutation::Cut),
        (any::<Index>(), any::<Index>()).prop_map(|(from, to)| Mutation::Repeat(from, to)),
    ];
    vec(one, 0..3)
}

fn mutated(mut body: Vec<u8>, mutations: &[Mutation]) -> Vec<u8> {
    for mutation in mutations {
        if body.is_empty() {
            break;
        }
        match mutation {
            Mutation::Replace(at, byte) => *at.get_mut(&mut body) = *byte,
            Mutation::Insert(at, byte) => body.insert(at.index(body.len() + 1), *byte),
            Mutation::Remove(at) => {
                body.remove(at.index(body.len()));
            }
            Mutation::Cut(at) => body.truncate(at.index(body.len())),
            Mutation::Repeat(from, to) => {
                let (from, to) = (from.index(body.len()), to.index(body.len()));
                let part = body[from.min(to)..from.max(to)].to_vec();
                body.splice(from..from, part);
            }
        }
    }
    body
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4096, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn chunks_give_the_result_of_the_whole_document(
        document in document(),
        mutations in mutations(),
        lengths in vec(1..40_usize, 1..6),
    ) {
        let body = mutated(document.into_bytes(), &mutations);
        for pointer in POINTERS {
            let whole = values::json(&body, pointer);
            for lengths in [&[usize::MAX][..], &[1], &lengths] {
                prop_assert_eq!(&scan(&body, pointer, lengths), &whole, "{}", pointer);
            }
        }
    }
}

#[test]
fn a_value_is_read_as_written_and_a_string_is_unescaped() {
    let body = r#"{"a":{"b/c":[1,{"d":"\u00e9\n"}],"n":614.0},"t":true,"z":null,"o":{"x": [1]}}"#;
    for (pointer, found) in [
        ("/a/b~1c/1/d", Ok("é\n")),
        ("/a/n", Ok("614.0")),
        ("/t", Ok("true")),
        ("/z", Ok("null")),
        ("/o", Ok(r#"{"x": [1]}"#)),
        ("/a/b~1c/0", Ok("1")),
        ("/a/b~1c/2", Err(ValueError::Missing)),
        ("/a/x", Err(ValueError::Missing)),
        ("/t/x", Err(ValueError::Missing)),
    ] {
        assert_eq!(read(body, pointer), found.map(str::to_owned), "{pointer}");
        assert_eq!(read(body, pointer), values::json(body.as_bytes(), pointer));
    }
}

#[test]
fn what_follows_the_value_counts() {
    for (body, expected) in [
        (r#"{"a":1}"#, Ok("1".to_owned())),
        (r#"{"a":1} "#, Ok("1".to_owned())),
        (r#"{"a":1"#, Err(ValueError::Malformed)),
        (r#"{"a":1} x"#, Err(ValueError::Malformed)),
        (r#"{"a":1,"\u0061":2}"#, Err(ValueError::Repeated)),
        // As soon as it is found.
        (r#"{"a":1,"a"x"#, Err(ValueError::Repeated)),
        (r#"{"b":1,"b":2,"a":3}"#, Ok("3".to_owned())),
        (r#"{"b":{"a":1},"a":3}"#, Ok("3".to_owned())),
        ("", Err(ValueError::Malformed)),
        ("1", Err(ValueError::Missing)),
    ] {
        assert_eq!(read(body, "/a"), expected, "{body}");
    }
}

#[test]
fn what_exceeds_a_limit_is_malformed() {
    let body = |length: usize| format!(r#"{{"id":"{}","n":1}}"#, "7".repeat(length - 2));
    assert_eq!(
        read(body(MAX_VALUE), "/id").map(|id| id.len()),
        Ok(MAX_VALUE - 2)
    );
    assert_eq!(read(body(MAX_VALUE + 1), "/id"), Err(ValueError::Malformed));
    // Off the path, any length.
    assert_eq!(read(body(1 << 16), "/n").unwrap(), "1");

    let nested = |depth: usize| {
        let (open, close) = ("[".repeat(depth - 1), "]".repeat(depth - 1));
        format!(r#"{{"id":1,"n":{open}{close}}}"#)
    };
    assert_eq!(read(nested(MAX_DEPTH), "/id").unwrap(), "1");
    let too_deep = Err(ValueError::Malformed);
    assert_eq!(read(nested(MAX_DEPTH + 1), "/id"), too_deep);
    assert_eq!(scan(nested(1 << 20).as_bytes(), "/id", &[4096]), too_deep);
    assert_eq!(scan(&[b'['; 1 << 20], "/id", &[4096]), too_deep);

    // As many levels as the parse of the whole document allows.
    for levels in [MAX_LEVEL, MAX_LEVEL + 1] {
        let pointer = "/0".repeat(levels);
        let body = format!("{}1{}", "[".repeat(levels), "]".repeat(levels));
        assert_eq!(
            read(&body, &pointer),
            values::json(body.as_bytes(), &pointer)
        );
    }
}
