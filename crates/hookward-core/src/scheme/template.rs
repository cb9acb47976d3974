//! The template parser: literal text with `{placeholders}`, for what is signed
//! (`{timestamp}.{body}`) and the signature format (`t={timestamp},v1={signature}`).
//!
//! A template looks like the description on a provider's page. `{{` and `}}` are literal
//! braces.

use super::filter::{AppliedFilter, Filter};
use super::part::{Part, Slot, Source, Span};
use super::template_error::TemplateError;
use super::value_kind::ValueKind;

/// Parses a template of signed content.
pub(crate) fn parse_signed(template: &str) -> Result<Vec<Part>, TemplateError> {
    Parser { template, at: 0 }.parts(None)
}

/// The maximum number of placeholders in a template.
const MAX_PARTS: usize = 256;

/// The maximum nesting depth of groups and templates.
const MAX_NESTING: usize = 4;

struct Parser<'t> {
    template: &'t str,
    at: usize,
}

impl<'t> Parser<'t> {
    fn fail<T>(
        &self,
        start: usize,
        length: usize,
        problem: impl Into<String>,
        help: impl Into<String>,
    ) -> Result<T, TemplateError> {
        Err(TemplateError::new(
            self.template,
            start,
            length,
            problem,
            help,
        ))
    }

    fn rest(&self) -> &'t str {
        &self.template[self.at..]
    }

    /// Parses parts up to the end, or up to the bar or bracket that ends an alternative.
    fn parts(&mut self, nesting: Option<usize>) -> Result<Vec<Part>, TemplateError> {
        let depth = nesting.unwrap_or(0);
        let mut parts = Vec::new();
        let mut literal = String::new();
        while let Some(c) = self.rest().chars().next() {
            if nesting.is_some() && matches!(c, ']' | '|') && !self.rest().starts_with("]]") {
                break;
            }
            let doubled = self.rest()[c.len_utf8()..].starts_with(c);
            if matches!(c, '{' | '}' | '[' | ']') && doubled {
                literal.push(c);
                self.at += 2;
                continue;
            }
            if !matches!(c, '{' | '}' | '[' | ']') {
                literal.push(c);
                self.at += c.len_utf8();
                continue;
            }
            if !literal.is_empty() {
                parts.push(Part::Literal(
                    std::mem::take(&mut literal).into_bytes().into(),
                ));
            }
            if parts.len() == MAX_PARTS {
                return self.fail(self.at, 1, "too many placeholders", "write fewer");
            }
            match c {
                '{' => parts.push(Part::Slot(self.slot(depth)?)),
                '[' => parts.push(self.group(depth)?),
                other => {
                    return self.fail(
                        self.at,
                        1,
                        "a closing bracket without an opening one",
                        format!("write `{other}{other}` for one that is part of the text"),
                    );
                }
            }
        }
        if !literal.is_empty() {
            parts.push(Part::Literal(literal.into_bytes().into()));
        }
        Ok(parts)
    }

    /// `[a|b]`.
    fn group(&mut self, depth: usize) -> Result<Part, TemplateError> {
        let start = self.at;
        if depth == MAX_NESTING {
            return self.fail(start, 1, "groups nested too deep", "write fewer brackets");
        }
        self.at += 1;
        let mut alternatives = Vec::new();
        loop {
            let parts = self.parts(Some(depth + 1))?;
            if !parts.iter().any(|part| matches!(part, Part::Slot(_))) {
                return self.fail(
                    start,
                    self.at.saturating_sub(start) + 1,
                    "a group without a placeholder, which decides whether the group is present",
                    "write `[[` and `]]` for brackets that are part of the text, or a placeholder, as in `[id:{header:x-request-id};]`",
                );
            }
            alternatives.push(parts.into_boxed_slice());
            match self.rest().as_bytes().first() {
                Some(b'|') => self.at += 1,
                Some(b']') => {
                    self.at += 1;
                    return Ok(Part::Group(alternatives.into()));
                }
                _ => {
                    return self.fail(
                        start,
                        1,
                        "an opening bracket that is never closed",
                        "close the group with `]`, or write `[[` for a bracket that is part of the text",
                    );
                }
            }
        }
    }

    /// `{source|filter|filter(argument)}`.
    fn slot(&mut self, depth: usize) -> Result<Slot, TemplateError> {
        let start = self.at;
        let Some(end) = closing_brace(self.rest()) else {
            return self.fail(
                start,
                1,
                "an opening brace that is never closed",
                "close it with `}`, or write `{{` for a brace that is part of the text",
            );
        };
        let inner = &self.rest()[1..end];
        let offset = start + 1;
        self.at = start + end + 1;
        let shown = inner.chars().count() + 2;
        let mut pieces = split_outside_quotes(inner, '|');
        let first = pieces.next().unwrap_or((0, ""));
        let source = first.1.trim();
        let source =
            if let Some(nested) = source.strip_prefix('(').and_then(|s| s.strip_suffix(')')) {
                if depth == MAX_NESTING {
                    return self.fail(start, shown, "nested too deeply", "use less nesting");
                }
                let from = offset + inner.find('(').unwrap_or(0) + 1;
                let mut parser = Parser {
                    template: &self.template[..from + nested.len()],
                    at: from,
                };
                let parts = parser.parts(None)?;
                Source::Template(parts.into())
            } else {
                let (name, argument) = match source.split_once(':') {
                    Some((name, argument)) => (name, Some(argument)),
                    None => (source, None),
                };
                match Source::parse(name, argument) {
                    Ok(source) => source,
                    Err(help) => {
                        return self.fail(
                            start,
                            shown,
                            format!("`{{{inner}}}` is not a placeholder"),
                            help,
                        );
                    }
                }
            };
        let mut kind = source.kind();
        let mut steps = Vec::new();
        for (at, piece) in pieces {
            let text = piece.trim();
            let (at, length) = (offset + at, piece.chars().count());
            let (text, optional) = match text.strip_suffix('?') {
                Some(text) => (text, true),
                None => (text, false),
            };
            let (name, arguments) = match call(text) {
                Ok(call) => call,
                Err(help) => {
                    return self.fail(at, length, format!("`{text}` is not a filter"), help);
                }
            };
            match Filter::parse(name, arguments, kind) {
                Ok((filter, to)) => {
                    if optional && !filter.may_be_optional() {
                        return self.fail(
                            at,
                            length,
                            format!("`{name}?`: what the signature covers would depend on it"),
                            "only filters that change just the spelling can be optional: `port?`, `unescape?`, `lower?`, `upper?`",
                        );
                    }
                    steps.push(AppliedFilter { filter, optional });
                    kind = to;
                }
                Err(help) => {
                    return self.fail(at, length, format!("`{name}` does not fit here"), help);
                }
            }
        }
        let needs_filter = match (&source, kind) {
            (Source::Form, ValueKind::Pairs) => Some("{form|sort|join}"),
            (Source::Query, ValueKind::Pairs)
                if !steps.iter().all(|step| step.filter.keeps_order()) =>
            {
                Some("{query|sort|join}")
            }
            (Source::Json, ValueKind::Json) => Some("{json|compact}"),
            (Source::JsonAt(..), ValueKind::Json) if !steps.is_empty() => {
                Some("{json:/data|sort|compact}")
            }
            _ => None,
        };
        if let Some(example) = needs_filter {
            return self.fail(
                start,
                shown,
                format!("`{{{inner}}}` yields {}, not text", kind.name()),
                format!("add a filter that writes them, as in {example}"),
            );
        }
        if steps.iter().filter(|step| step.optional).count() > 2 {
            return self.fail(
                start,
                shown,
                "more than four spellings of one value",
                "at most two filters of a placeholder may be optional",
            );
        }
        Ok(Slot {
            source,
            steps,
            span: Span {
                start,
                end: self.at,
            },
        })
    }
}

/// The offset of the brace that closes the one at the start, skipping quotes and nested
/// templates.
fn closing_brace(text: &str) -> Option<usize> {
    let mut depth = 0usize;
    let mut quote = None;
    let mut escaped = false;
    let mut has_bar = false;
    for (at, c) in text.char_indices() {
        match (quote, c) {
            (Some(_), _) if escaped => escaped = false,
            (Some(_), '\\') => escaped = true,
            (Some(open), c) if c == open => quote = None,
            (Some(_), _) => {}
            // Only arguments of filters have quotes.
            (None, '\'' | '"') if has_bar => quote = Some(c),
            (None, '|') => has_bar = true,
            (None, '{') => depth += 1,
            (None, '}') => {
                depth -= 1;
                if depth == 0 {
                    return Some(at);
                }
            }
            (None, _) => {}
        }
    }
    None
}

/// Splits at separators that are neither in quotes nor in parentheses; each piece with
/// its offset.
fn split_outside_quotes(text: &str, separator: char) -> impl Iterator<Item = (usize, &str)> {
    let mut cuts = Vec::new();
    let (mut depth, mut quote, mut escaped) = (0usize, None, false);
    for (at, c) in text.char_indices() {
        match (quote, c) {
            (Some(_), _) if escaped => escaped = false,
            (Some(_), '\\') => escaped = true,
            (Some(open), c) if c == open => quote = None,
            (Some(_), _) => {}
            (None, '\'' | '"') if depth > 0 || !cuts.is_empty() => quote = Some(c),
            (None, '(') => depth += 1,
            (None, ')') => depth = depth.saturating_sub(1),
            (None, c) if c == separator && depth == 0 => cuts.push(at),
            (None, _) => {}
        }
    }
    let starts = std::iter::once(0).chain(
        cuts.clone()
            .into_iter()
            .map(move |at| at + separator.len_utf8()),
    );
    let ends = cuts.into_iter().chain([text.len()]);
    starts
        .zip(ends)
        .map(|(start, end)| (start, &text[start..end]))
}

/// `name` or `name(argument, 'argument')`.
fn call(text: &str) -> Result<(&str, Option<Vec<String>>), &'static str> {
    let Some((name, rest)) = text.split_once('(') else {
        return Ok((text, None));
    };
    let Some(mut rest) = rest.strip_suffix(')') else {
        return Err("close the arguments with `)`");
    };
    let mut arguments = Vec::new();
    loop {
        rest = rest.trim_start();
        let (argument, after) = match rest.chars().next() {
            Some(quote @ ('\'' | '"')) => quoted(&rest[1..], quote)?,
            _ => {
                let end = rest.find(',').unwrap_or(rest.len());
                (rest[..end].trim_end().to_owned(), &rest[end..])
            }
        };
        arguments.push(argument);
        rest = after.trim_start();
        match rest.strip_prefix(',') {
            Some(after) => rest = after,
            None if rest.is_empty() => return Ok((name.trim_end(), Some(arguments))),
            None => return Err("put a comma between arguments"),
        }
    }
}

/// The text up to the closing quote, and the rest.
fn quoted(text: &str, quote: char) -> Result<(String, &str), &'static str> {
    let mut out = String::new();
    let mut chars = text.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '\\' => match chars.next() {
                Some((_, 'n')) => out.push('\n'),
                Some((_, 'r')) => out.push('\r'),
                Some((_, 't')) => out.push('\t'),
                Some((_, c @ ('\\' | '\'' | '"'))) => out.push(c),
                _ => return Err("after a backslash write n, r, t, a quote or a backslash"),
            },
            c if c == quote => return Ok((out, &text[at + 1..])),
            c => out.push(c),
        }
    }
    Err("close the quotes")
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic)]
mod tests {
    use super::*;

    #[test]
    fn a_template_splits_at_its_placeholders() {
        assert_eq!(
            parse_signed("v0:{timestamp}:{body}").unwrap(),
            [
                Part::Literal((*b"v0:").into()),
                Part::of(Source::Timestamp),
                Part::Literal((*b":").into()),
                Part::BODY
            ]
        );
        assert_eq!(parse_signed("{{{body}}}").unwrap().len(), 3);
    }

    #[test]
    fn an_error_points_at_the_spot() {
        let error = parse_signed("{timestamp}.{bodi}").unwrap_err();
        assert_eq!(error.offset(), 12);
        let text = error.to_string();
        assert!(
            text.contains("\n  {timestamp}.{bodi}\n              ^^^^^^\n"),
            "{text}"
        );
        assert!(text.ends_with("did you mean `body`?"), "{text}");
        let error = parse_signed("{body|sha256|hexx}").unwrap_err();
        assert_eq!(error.offset(), 13);
        assert!(
            error.to_string().ends_with("did you mean `hex`?"),
            "{error}"
        );
    }

    #[test]
    fn unknown_sources_and_filters_are_errors() {
        for (bad, help) in [
            ("{", "close it with"),
            ("}", "}}"),
            ("{body", "close it with"),
            ("{a{b}}", "known are"),
            ("[", "a group without a placeholder"),
            ("[a]", "[["),
            ("]", "]]"),
            ("[{body}", "close the group"),
            ("{body|md6}", "`md5`"),
            ("{body:sha256:hex}", "write {body|sha256|hex}"),
            ("{form:}", "after the colon"),
            ("{form:sort}", "{form|sort}"),
            ("{query:sort}", "{query|sort}"),
            ("{json:x}", "starts with `/`"),
            ("{json}", "{json|compact}"),
            ("{form}", "{form|sort|join}"),
            ("{form|sort}", "{form|sort|join}"),
            ("{json|lines()}", "names"),
            ("{json|lines(A, , B)}", "names"),
            ("{json|lines(A, A?)}", "names"),
            ("{json|compact(pyhton)}", "compact(ascii)"),
            ("{body|sort}", "is for pairs"),
            ("{form|lower}", "`lower` is for bytes, and this is pairs"),
            ("{json:sorted}", "write {json|sort}"),
            ("{form|sort|join('=')}", "two texts"),
            ("{form|sort|join('=', '&}", "closed"),
            (
                "{body|sha256?}",
                "only filters that change just the spelling",
            ),
            ("{header:é}", "not a header name"),
            ("{body|lower?|upper?|lower?}", "at most two"),
        ] {
            let error = parse_signed(bad).unwrap_err().to_string();
            assert!(error.contains(help), "{bad}: {error}");
        }
    }

    #[test]
    fn groups_templates_and_quotes_are_parsed() {
        for good in [
            "[id:{header:x-id};]ts:{timestamp};",
            "[[{timestamp};{body}]]",
            "[{query|sort|join}.{form|sort|join('', '')}|{query|sort|join}]",
            "{({timestamp}.{body|base64url})|sha256|hex}",
            "{form|values('|')}",
            "{form|only(a, b)|join(\"}\", '\\n')}",
            "{json:/data|sort|compact}{json:/x?}{json:/y|raw}",
        ] {
            let parts = parse_signed(good).unwrap();
            assert!(!parts.is_empty(), "{good}");
        }
        let parts = parse_signed("{form|only(a, b)|join(\"}\", '\\n')}").unwrap();
        let Part::Slot(slot) = &parts[0] else {
            panic!("a placeholder");
        };
        assert_eq!(slot.steps[1].filter, Filter::Join("}".into(), "\n".into()));
    }
}
