//! JSON as libraries write it.

/// A way of writing JSON that is not the provider's: what a receiver expects
/// that verifies the body only after a JSON library wrote it again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Spelling {
    PythonDumps,
    PythonUnicode,
    PythonCompact,
    Php,
}

impl Spelling {
    pub(crate) const ALL: [Self; 4] = [
        Self::PythonDumps,
        Self::PythonUnicode,
        Self::PythonCompact,
        Self::Php,
    ];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::PythonDumps => "Python's json.dumps does",
            Self::PythonUnicode => "Python's json.dumps does with ensure_ascii=False",
            Self::PythonCompact => "Python's json.dumps does with compact separators",
            Self::Php => "PHP's json_encode does",
        }
    }

    /// Compact JSON written so; anything else stays as it is.
    pub(crate) fn of(self, body: &[u8]) -> Vec<u8> {
        let Ok(text) = std::str::from_utf8(body) else {
            return body.to_vec();
        };
        if serde_json::from_str::<serde::de::IgnoredAny>(text).is_err() {
            return body.to_vec();
        }
        let spaced = matches!(self, Self::PythonDumps | Self::PythonUnicode);
        let mut out = String::with_capacity(text.len() * 2);
        let (mut in_string, mut escaped) = (false, false);
        for c in text.chars() {
            match c {
                '"' if !escaped => in_string = !in_string,
                '/' if in_string && !escaped && self == Self::Php => out.push('\\'),
                _ => {}
            }
            escaped = c == '\\' && !escaped && in_string;
            if c.is_ascii() || self == Self::PythonUnicode {
                out.push(c);
            } else {
                let mut units = [0; 2];
                for unit in c.encode_utf16(&mut units) {
                    out += &format!("\\u{unit:04x}");
                }
            }
            if spaced && !in_string && matches!(c, ',' | ':') {
                out.push(' ');
            }
        }
        out.into_bytes()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn json_is_written_as_libraries_write_it() {
        let body = r#"{"a/b":"é, \"x\": 1","n":[1,2]}"#.as_bytes();
        for (spelling, expected) in [
            (
                Spelling::PythonDumps,
                r#"{"a/b": "\u00e9, \"x\": 1", "n": [1, 2]}"#,
            ),
            (
                Spelling::PythonUnicode,
                r#"{"a/b": "é, \"x\": 1", "n": [1, 2]}"#,
            ),
            (
                Spelling::PythonCompact,
                r#"{"a/b":"\u00e9, \"x\": 1","n":[1,2]}"#,
            ),
            (Spelling::Php, r#"{"a\/b":"\u00e9, \"x\": 1","n":[1,2]}"#),
        ] {
            assert_eq!(String::from_utf8(spelling.of(body)).unwrap(), expected);
        }
        assert_eq!(Spelling::PythonDumps.of(b"a=1,2"), b"a=1,2");
    }
}
