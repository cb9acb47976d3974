//! Lossless JSON parser: keeps what a lenient parser could misread: the order of members,
//! repeated members, the notation of numbers, and the position of each value.

use std::ops::Range;

/// A value and its place in the text.
#[derive(Debug, Clone)]
pub(crate) struct Node {
    pub(crate) span: Range<usize>,
    pub(crate) value: Tree,
}

#[derive(Debug, Clone)]
pub(crate) enum Tree {
    Null,
    Bool(bool),
    /// As written.
    Number(String),
    /// Unescaped.
    Text(String),
    List(Vec<Node>),
    Object(Vec<Member>),
}

/// A member of an object.
#[derive(Debug, Clone)]
pub(crate) struct Member {
    /// Of the name, with its quotes.
    pub(crate) name_span: Range<usize>,
    pub(crate) name: String,
    pub(crate) node: Node,
}

/// The one value that a text holds. As a lenient handler reads it: what is not Unicode in a
/// string is replaced.
pub(crate) fn parse(text: &[u8]) -> Option<Node> {
    let text = &*String::from_utf8_lossy(text);
    // serde_json checks the grammar; only positions are computed here.
    serde_json::from_str::<serde::de::IgnoredAny>(text).ok()?;
    let mut reader = Reader { text, at: 0 };
    let node = reader.node()?;
    reader.blanks();
    (reader.at == text.len()).then_some(node)
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl Reader<'_> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn blanks(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn take(&mut self, byte: u8) -> Option<()> {
        self.blanks();
        (self.peek()? == byte).then(|| self.at += 1)
    }

    fn text(&mut self) -> Option<(Range<usize>, String)> {
        self.blanks();
        let start = self.at;
        self.take(b'"')?;
        loop {
            match self.peek()? {
                b'"' => break self.at += 1,
                b'\\' => self.at += 2,
                _ => self.at += 1,
            }
        }
        let span = start..self.at;
        // With an unpaired surrogate, as written.
        let text = serde_json::from_str(&self.text[span.clone()])
            .unwrap_or_else(|_| self.text[span.clone()].to_owned());
        Some((span, text))
    }

    fn node(&mut self) -> Option<Node> {
        self.blanks();
        let start = self.at;
        let value = match self.peek()? {
            b'"' => Tree::Text(self.text()?.1),
            b'[' => {
                self.at += 1;
                let mut items = Vec::new();
                while self.take(b']').is_none() {
                    items.push(self.node()?);
                    if self.take(b',').is_none() {
                        self.take(b']')?;
                        break;
                    }
                }
                Tree::List(items)
            }
            b'{' => {
                self.at += 1;
                let mut members = Vec::new();
                while self.take(b'}').is_none() {
                    let (name_span, name) = self.text()?;
                    self.take(b':')?;
                    let node = self.node()?;
                    members.push(Member {
                        name_span,
                        name,
                        node,
                    });
                    if self.take(b',').is_none() {
                        self.take(b'}')?;
                        break;
                    }
                }
                Tree::Object(members)
            }
            _ => {
                while self
                    .peek()
                    .is_some_and(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte))
                {
                    self.at += 1;
                }
                match &self.text[start..self.at] {
                    "null" => Tree::Null,
                    "true" => Tree::Bool(true),
                    "false" => Tree::Bool(false),
                    number => Tree::Number(number.to_owned()),
                }
            }
        };
        Some(Node {
            span: start..self.at,
            value,
        })
    }
}

impl Node {
    /// Every value that is no list and no object, with its pointer.
    pub(crate) fn leaves(&self) -> Vec<(String, &Node)> {
        let mut found = Vec::new();
        self.walk(&mut String::new(), &mut found);
        found
    }

    fn walk<'a>(&'a self, pointer: &mut String, found: &mut Vec<(String, &'a Node)>) {
        let length = pointer.len();
        let mut below = |step: &str, node: &'a Node, found: &mut Vec<_>| {
            pointer.push('/');
            pointer.push_str(&step.replace('~', "~0").replace('/', "~1"));
            node.walk(pointer, found);
            pointer.truncate(length);
        };
        match &self.value {
            Tree::List(items) => {
                for (index, item) in items.iter().enumerate() {
                    below(&index.to_string(), item, found);
                }
            }
            Tree::Object(members) => {
                for member in members {
                    below(&member.name, &member.node, found);
                }
            }
            _ => found.push((pointer.clone(), self)),
        }
    }

    /// Every object, the outermost first.
    pub(crate) fn objects(&self) -> Vec<&[Member]> {
        let mut found = Vec::new();
        match &self.value {
            Tree::Object(members) => {
                found.push(members.as_slice());
                for member in members {
                    found.extend(member.node.objects());
                }
            }
            Tree::List(items) => items.iter().for_each(|item| found.extend(item.objects())),
            _ => {}
        }
        found
    }

    /// The values at a pointer: several where a member is repeated, each of
    /// which some reader takes.
    pub(crate) fn at(&self, pointer: &str) -> Vec<&Node> {
        let mut nodes = vec![self];
        for step in pointer.split('/').skip(1) {
            let step = step.replace("~1", "/").replace("~0", "~");
            nodes = nodes
                .into_iter()
                .flat_map(|node| -> Vec<&Node> {
                    match &node.value {
                        Tree::Object(members) => members
                            .iter()
                            .filter(|member| member.name == step)
                            .map(|member| &member.node)
                            .collect(),
                        Tree::List(items) => step
                            .parse::<usize>()
                            .ok()
                            .and_then(|index| items.get(index))
                            .into_iter()
                            .collect(),
                        _ => Vec::new(),
                    }
                })
                .collect();
        }
        nodes
    }

    /// The same text for the same value: members sorted, repeated ones kept,
    /// numbers by what they mean.
    pub(crate) fn canonical(&self) -> String {
        match &self.value {
            Tree::Null => "null".into(),
            Tree::Bool(value) => value.to_string(),
            Tree::Number(text) => number(text),
            Tree::Text(text) => format!("{text:?}"),
            Tree::List(items) => {
                let items: Vec<_> = items.iter().map(Self::canonical).collect();
                format!("[{}]", items.join(","))
            }
            Tree::Object(members) => {
                let mut members: Vec<_> = members
                    .iter()
                    .map(|member| format!("{:?}:{}", member.name, member.node.canonical()))
                    .collect();
                members.sort();
                format!("{{{}}}", members.join(","))
            }
        }
    }

    /// The text of a scalar, whatever its type; anything else as it is.
    pub(crate) fn as_signed(&self) -> String {
        match self.scalar() {
            Some(text) => text.to_owned(),
            None => self.canonical(),
        }
    }

    /// A scalar as it is signed where a scheme names it: text alone.
    pub(crate) fn scalar(&self) -> Option<&str> {
        match &self.value {
            Tree::Text(text) | Tree::Number(text) => Some(text),
            Tree::Bool(true) => Some("true"),
            Tree::Bool(false) => Some("false"),
            _ => None,
        }
    }
}

/// `1`, `1.0` and `1e0` alike, without losing a digit.
fn number(text: &str) -> String {
    let (sign, text) = text
        .strip_prefix('-')
        .map_or(("", text), |rest| ("-", rest));
    let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let exponent = exponent.trim_start_matches('+').parse::<i64>();
    let Ok(exponent) = exponent else {
        return text.to_owned();
    };
    let digits = format!("{whole}{fraction}");
    let trimmed = digits.trim_end_matches('0');
    let zeros = i64::try_from(digits.len() - trimmed.len()).unwrap_or(0);
    let fraction = i64::try_from(fraction.len()).unwrap_or(0);
    match trimmed.trim_start_matches('0') {
        "" => "0".into(),
        digits => format!("{sign}{digits}e{}", exponent - fraction + zeros),
    }
}

#[test]
fn numbers_are_alike_where_they_mean_the_same() {
    for (a, b) in [
        ("1", "1.0"),
        ("1", "1e0"),
        ("10", "1E+1"),
        ("0.50", "5e-1"),
        ("-0", "0"),
    ] {
        assert_eq!(number(a), number(b), "{a} {b}");
    }
    assert_ne!(number("9007199254740993"), number("9007199254740992"));
    assert_ne!(number("1"), number("-1"));
}
