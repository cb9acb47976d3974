//! Ambiguity analysis: whether a signed text can be parsed in only one way.
//!
//! Values that are concatenated without delimiters can be split in several ways, and what
//! is signed as one id, time and body is then valid as others. A template is parsed from
//! the left up to the one part that is free, usually the body, and from the right back to
//! it. Every other part must be delimited: it has a fixed width, or it is checked not to
//! contain the character that ends it. Otherwise the parts in question are covered
//! weakly.

use super::filter::{AppliedFilter, Filter};
use super::part::{Part, Slot, Source};

/// Whether a value of this placeholder is checked not to contain its delimiter.
pub(crate) fn is_checked(slot: &Slot) -> bool {
    if is_free(slot) || is_fixed_width(slot) || is_json(slot) {
        return false;
    }
    match &slot.source {
        Source::Timestamp
        | Source::Id
        | Source::KeyId
        | Source::Header(_)
        | Source::QueryField(_)
        | Source::FormField(_)
        | Source::JsonAt(..) => true,
        // Delimited by their own grammar, free as the one part that may be, or checked
        // where they are evaluated.
        Source::Body
        | Source::Method
        | Source::Url
        | Source::Host
        | Source::Path
        | Source::Target
        | Source::Query
        | Source::Headers(_)
        | Source::Form
        | Source::Json
        | Source::JwsHeader
        | Source::JwsPayload
        | Source::Const(_)
        | Source::Secret
        | Source::Template(_) => false,
    }
}

fn is_free(slot: &Slot) -> bool {
    slot.steps.iter().any(|step| step.filter == Filter::Free)
}

/// Whether a part is the free one, which may be any text.
fn is_the_free_part(part: &Part) -> bool {
    match part {
        Part::Slot(slot) => {
            is_free(slot)
                || match slot.source {
                    Source::Body | Source::Form | Source::Json => {
                        !is_fixed_width(slot) && !is_json(slot)
                    }
                    _ => false,
                }
        }
        Part::Group(_) => !part.is_in_head(),
        Part::Literal(_) => false,
    }
}

/// A digest has a fixed length in any encoding; so has a value with `width`.
fn is_fixed_width(slot: &Slot) -> bool {
    let last = slot
        .steps
        .iter()
        .rposition(|step| step.filter.fixes_width());
    last.is_some_and(|last| {
        slot.steps[last..]
            .iter()
            .all(|step| step.filter.keeps_width())
    })
}

/// Whether it contains decoded values of pairs, which may be any text.
fn is_decoded(slot: &Slot) -> bool {
    slot.steps.iter().any(|step| step.filter.writes_decoded())
}

/// A single JSON object or array can start in one place only: see [`JsonShape`].
fn is_json(slot: &Slot) -> bool {
    matches!(slot.steps.last(), Some(step) if step.filter == Filter::JsonText)
}

fn is_secret(part: Option<&Part>) -> bool {
    part.is_some_and(|part| part.bare() == Some(&Source::Secret))
}

/// Whether the text of a checked part does not contain what ends it.
pub(crate) fn fits(parts: &[Part], at: usize, text: &[u8]) -> bool {
    let Part::Slot(slot) = &parts[at] else {
        return true;
    };
    let is_right = parts[..at].iter().any(is_the_free_part);
    let neighbour = if is_right {
        at.checked_sub(1).map(|before| &parts[before])
    } else {
        parts.get(at + 1)
    };
    match (neighbour, &slot.source) {
        (None, _) => true,
        // It is delimited by its own grammar.
        (Some(Part::Literal(_)), Source::Timestamp) => true,
        (Some(Part::Literal(literal)), _) => {
            let end = if is_right {
                literal.last()
            } else {
                literal.first()
            };
            end.is_none_or(|end| !text.contains(end))
        }
        // Seconds, milliseconds, microseconds; dates have a fixed format.
        (Some(_), Source::Timestamp) => {
            !text.iter().all(u8::is_ascii_digit) || matches!(text.len(), 10 | 13 | 16)
        }
        // A timestamp that is a date has its first colon at a fixed position.
        (Some(_), Source::Id) => !text
            .iter()
            .any(|byte| matches!(byte, b'{' | b'[' | b'"' | b'<' | b':')),
        (Some(_), _) => true,
    }
}

/// Whether the body must be a JSON object or array: it follows a URL, and a single value
/// from its first bracket to its last cannot be split anywhere else.
pub(crate) fn needs_json_body(parts: &[Part]) -> bool {
    parts.windows(2).any(|two| {
        matches!(&two[0], Part::Slot(slot) if slot.source == Source::Url) && two[1] == Part::BODY
    })
}

/// Whether the body must not start with a digit: a timestamp before it, in seconds or
/// finer units, ends where the digits end.
pub(crate) fn needs_no_digit(parts: &[Part]) -> bool {
    parts
        .windows(2)
        .any(|two| two[0].bare() == Some(&Source::Timestamp) && two[1] == Part::BODY)
}

/// The parts of a template that can be split in several ways.
pub(crate) fn ambiguous(parts: &[Part]) -> std::ops::Range<usize> {
    let from = (0..parts.len())
        .find(|at| !ends(parts, *at))
        .unwrap_or(parts.len());
    let to = (from..parts.len())
        .rev()
        .find(|at| !starts(&parts[*at], at.checked_sub(1).map(|before| &parts[before])))
        .map_or(from, |at| at + 1);
    // One part may be free.
    if to <= from + 1 { 0..0 } else { from..to }
}

/// Why a signed text is ambiguous.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Clash<'a> {
    /// These parts have no delimiter between them.
    Parts(&'a [Part]),
    /// The pairs of this placeholder are joined without separators.
    Pairs(&'a Slot),
}

/// The first ambiguity in a template, at any depth.
pub(crate) fn clash(parts: &[Part]) -> Option<Clash<'_>> {
    let here = ambiguous(parts);
    if !here.is_empty() {
        return Some(Clash::Parts(&parts[here]));
    }
    parts.iter().find_map(|part| match part {
        Part::Literal(_) => None,
        Part::Group(alternatives) => alternatives.iter().find_map(|parts| clash(parts)),
        Part::Slot(slot) => {
            let joins = |step: &AppliedFilter| step.filter.joins_without_marks();
            match &slot.source {
                _ if slot.steps.iter().any(joins) => Some(Clash::Pairs(slot)),
                Source::Template(parts) => clash(parts),
                _ => None,
            }
        }
    })
}

/// The characters with which the text at a position can start, if known: for a group,
/// those of its alternatives and of what follows it.
fn first_bytes(parts: &[Part], at: usize) -> Option<Vec<u8>> {
    match parts.get(at)? {
        Part::Literal(literal) => Some(vec![*literal.first()?]),
        Part::Slot(_) => None,
        Part::Group(alternatives) => {
            let mut found = first_bytes(parts, at + 1)?;
            for parts in alternatives {
                found.extend(first_bytes(parts, 0)?);
            }
            Some(found)
        }
    }
}

/// Whether the end of a part can be found when parsing from the left.
fn ends(parts: &[Part], at: usize) -> bool {
    let next = parts.get(at + 1);
    let slot = match &parts[at] {
        Part::Literal(_) => return true,
        // The first character decides which alternative it is, or that it is absent.
        Part::Group(alternatives) => {
            let is_told = first_bytes(parts, at).is_some_and(|mut bytes| {
                let count = bytes.len();
                bytes.sort_unstable();
                bytes.dedup();
                bytes.len() == count
            });
            let told_by_next = match next {
                Some(literal @ Part::Literal(_)) => Some(literal),
                _ => None,
            };
            return is_told
                && alternatives.iter().all(|parts| {
                    let mut parts = parts.to_vec();
                    if !matches!(parts.last(), Some(Part::Literal(_))) {
                        parts.extend(told_by_next.cloned());
                    }
                    matches!(parts.last(), Some(Part::Literal(_)))
                        && (0..parts.len()).all(|at| ends(&parts, at))
                });
        }
        Part::Slot(slot) => slot,
    };
    if is_free(slot) {
        return false;
    }
    // Only the sender knows the key, and so can move the boundary.
    if is_fixed_width(slot) || is_secret(next) && !is_the_free_part(&parts[at]) {
        return true;
    }
    let end = match next {
        None => return false,
        Some(Part::Literal(literal)) => literal.first().copied(),
        Some(_) => None,
    };
    match (&slot.source, end) {
        (Source::Const(_) | Source::Secret, _) | (Source::Timestamp, _) => true,
        (
            Source::Id
            | Source::KeyId
            | Source::Header(_)
            | Source::QueryField(_)
            | Source::FormField(_)
            | Source::JsonAt(..),
            Some(_),
        ) => true,
        (Source::Id, None) => {
            matches!(next, Some(Part::Slot(next)) if next.source == Source::Timestamp)
        }
        (Source::Method, Some(end)) => !end.is_ascii_alphabetic(),
        (Source::Method, None) => matches!(
            next,
            Some(Part::Slot(Slot {
                source: Source::Url | Source::Path | Source::Target,
                ..
            }))
        ),
        // A request target has no space or line feed.
        (Source::Url | Source::Host | Source::Path | Source::Target | Source::Query, Some(end)) => {
            !is_decoded(slot)
                && (matches!(end, b'\n' | b' ') || slot.source == Source::Path && end == b'?')
        }
        (Source::Headers(_), Some(end)) => end == b'\n',
        // Without its query it ends at a question mark.
        (Source::Url, None) if slot.steps.iter().any(|step| step.filter == Filter::Base) => {
            is_before_query(parts, at)
        }
        (Source::Path, None) => is_before_query(parts, at),
        (Source::Url, None) => next == Some(&Part::BODY),
        (Source::JwsHeader | Source::JwsPayload, Some(end)) => end == b'.',
        (
            Source::KeyId
            | Source::Header(_)
            | Source::QueryField(_)
            | Source::FormField(_)
            | Source::JsonAt(..)
            | Source::Host
            | Source::Target
            | Source::Query
            | Source::Headers(_)
            | Source::JwsHeader
            | Source::JwsPayload,
            None,
        ) => false,
        (Source::Body | Source::Form | Source::Json | Source::Template(_), _) => false,
    }
}

/// Whether a path, which has no `?`, ends at an optional query group: it does if the text
/// after the group starts with a character that no path has, or is found from the right.
fn is_before_query(parts: &[Part], at: usize) -> bool {
    let is_marked = || {
        first_bytes(parts, at + 1)
            .is_some_and(|bytes| bytes.iter().all(|b| matches!(b, b'?' | b'\n' | b' ')))
    };
    let is_found = || (at + 2..parts.len()).all(|at| starts(&parts[at], parts.get(at - 1)));
    parts.get(at + 1).is_some_and(starts_with_question_mark) && (is_found() || is_marked())
}

/// Whether a group is an optional query: absent, or starting with `?`.
fn starts_with_question_mark(part: &Part) -> bool {
    let Part::Group(alternatives) = part else {
        return false;
    };
    alternatives.iter().all(
        |parts| matches!(parts.first(), Some(Part::Literal(literal)) if literal.first() == Some(&b'?')),
    )
}

/// Whether the start of a part can be found when parsing from the right.
fn starts(part: &Part, before: Option<&Part>) -> bool {
    let slot = match part {
        Part::Literal(_) => return true,
        Part::Group(_) => return false,
        Part::Slot(slot) => slot,
    };
    if is_free(slot) {
        return false;
    }
    if is_fixed_width(slot) || is_json(slot) {
        return true;
    }
    let is_marked = matches!(before, Some(Part::Literal(_))) || is_secret(before);
    match slot.source {
        Source::Const(_) | Source::Secret | Source::Timestamp => true,
        Source::Id
        | Source::KeyId
        | Source::Header(_)
        | Source::QueryField(_)
        | Source::FormField(_)
        | Source::JsonAt(..)
        | Source::JwsHeader
        | Source::JwsPayload => is_marked,
        Source::Method
        | Source::Url
        | Source::Host
        | Source::Path
        | Source::Target
        | Source::Query
        | Source::Headers(_)
        | Source::Body
        | Source::Form
        | Source::Json
        | Source::Template(_) => false,
    }
}

/// A streaming check that a body is a single JSON object or array: its first bracket is
/// closed by its last byte. The rest of the grammar is not checked.
///
/// No proper prefix, suffix or extension of such a text is such a text, so the URL before
/// it can end in one place only. An empty body is distinguished from one that was moved
/// into the URL by how the URL ends.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct JsonShape {
    depth: u32,
    in_string: bool,
    escaped: bool,
    state: Shape,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Shape {
    #[default]
    Empty,
    Open,
    Closed,
    Broken,
}

impl JsonShape {
    pub(crate) fn update(&mut self, bytes: &[u8]) {
        for byte in bytes {
            match (self.state, self.in_string, byte) {
                (Shape::Broken, ..) => return,
                (Shape::Empty, _, b'{' | b'[') => {
                    self.state = Shape::Open;
                    self.depth = 1;
                }
                // Whitespace after the last bracket, which some serializers write.
                (Shape::Closed, _, b' ' | b'\t' | b'\r' | b'\n') => {}
                (Shape::Empty | Shape::Closed, ..) => self.state = Shape::Broken,
                (Shape::Open, true, _) if self.escaped => self.escaped = false,
                (Shape::Open, true, b'\\') => self.escaped = true,
                (Shape::Open, true, b'"') => self.in_string = false,
                (Shape::Open, true, _) => {}
                (Shape::Open, false, b'"') => self.in_string = true,
                (Shape::Open, false, b'{' | b'[') => self.depth = self.depth.saturating_add(1),
                (Shape::Open, false, b'}' | b']') => {
                    self.depth -= 1;
                    if self.depth == 0 {
                        self.state = Shape::Closed;
                    }
                }
                // Escapes occur only in strings; one outside would mean that parsing
                // started within a string.
                (Shape::Open, false, b'\\') => self.state = Shape::Broken,
                (Shape::Open, false, _) => {}
            }
        }
    }

    /// Whether the body is a single value, or empty after a URL that does not end like
    /// one.
    pub(crate) fn is_whole(&self, url_end: Option<u8>) -> bool {
        match self.state {
            Shape::Empty => !matches!(url_end, Some(b'}' | b']')),
            Shape::Closed => true,
            Shape::Open | Shape::Broken => false,
        }
    }
}
