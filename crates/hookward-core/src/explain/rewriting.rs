//! Reverses JSON re-serialization, by writing the document in the styles of common
//! software.

use super::body::Visit;
use super::cause::{self, Change};
use crate::text::json::{self, Json, JsonTraits};
use crate::text::json_style::{Escapes, Layout, Numbers, Style, javascript_number};

/// In longer documents, numbers are changed only one at a time.
const MAX_COMBINED: usize = 16 << 10;

/// The document at hand and the styles in which it can be serialized.
pub(super) struct Rewriting<'a> {
    pub(super) document: Json<'a>,
    seen: JsonTraits,
    /// The style of the text at hand, if one produces exactly it.
    at_hand: Option<Style>,
}

/// The styles of common software, most common first.
const COMMON: [(Style, &str); 18] = [
    (
        Style::new(Layout::Compact, Escapes::Least),
        "JSON.stringify",
    ),
    (
        Style::new(Layout::Spaced, Escapes::Ascii),
        "Python's json.dumps",
    ),
    (
        Style::new(Layout::Compact, Escapes::Ascii),
        "Python's json.dumps with compact separators",
    ),
    (
        Style {
            slash: true,
            ..Style::new(Layout::Compact, Escapes::Ascii)
        },
        "PHP's json_encode",
    ),
    (
        Style {
            slash: true,
            ..Style::new(Layout::Compact, Escapes::Separators)
        },
        "PHP's json_encode with JSON_UNESCAPED_UNICODE",
    ),
    (
        Style {
            slash: true,
            ..Style::new(Layout::Compact, Escapes::PhpHex)
        },
        "PHP's json_encode with its JSON_HEX flags",
    ),
    (
        Style {
            slash: true,
            ..Style::new(Layout::Indent(4), Escapes::Ascii)
        },
        "PHP's json_encode with JSON_PRETTY_PRINT",
    ),
    (
        Style::new(Layout::Compact, Escapes::Go),
        "Go's json.Marshal",
    ),
    (
        Style::new(Layout::Compact, Escapes::GoLong),
        "Go's json.Marshal before 1.22",
    ),
    (
        Style::new(Layout::Compact, Escapes::GoPlain),
        "Go's encoder with SetEscapeHTML(false)",
    ),
    (
        Style::new(Layout::Compact, Escapes::Separators),
        "PHP's json_encode with JSON_UNESCAPED_UNICODE and JSON_UNESCAPED_SLASHES",
    ),
    (
        Style::new(Layout::Compact, Escapes::DotNet),
        ".NET's System.Text.Json",
    ),
    (
        Style::new(Layout::Spaced, Escapes::Least),
        "Python's json.dumps with ensure_ascii=False",
    ),
    (
        Style::new(Layout::Indent(2), Escapes::Least),
        "jq, JSON.stringify(…, 2)",
    ),
    (
        Style::new(Layout::Indent(4), Escapes::Ascii),
        "Python's json.dumps with indent=4",
    ),
    (
        Style::new(Layout::Indent(4), Escapes::Least),
        "an indent of 4",
    ),
    (
        Style::new(Layout::Indent(2), Escapes::Ascii),
        "Python's json.dumps with indent=2",
    ),
    (
        Style::new(Layout::Jackson, Escapes::Least),
        "Jackson's pretty printer",
    ),
];

impl<'a> Rewriting<'a> {
    pub(super) fn new(body: &'a [u8]) -> Option<Self> {
        let text = std::str::from_utf8(body).ok()?;
        if !text.trim_start().starts_with(['{', '[']) {
            return None;
        }
        let (document, seen) = json::parse(text)?;
        let mut this = Self {
            document,
            seen,
            at_hand: None,
        };
        this.at_hand = this.recognise(body);
        Some(this)
    }

    fn layouts() -> [Layout; 8] {
        [
            Layout::Compact,
            Layout::Spaced,
            Layout::SpacedColon,
            Layout::Indent(2),
            Layout::Indent(4),
            Layout::Tabs,
            Layout::Jackson,
            Layout::Indent(1),
        ]
    }

    fn recognise(&self, body: &[u8]) -> Option<Style> {
        let mut out = Vec::with_capacity(body.len());
        let slash = self.seen.escaped_slash && !self.seen.bare_slash;
        let escapes: &[Escapes] = if self.seen.escaped_unicode || self.seen.markup {
            &Escapes::ALL
        } else {
            &[Escapes::Least]
        };
        for layout in Self::layouts() {
            // Comparing the first line avoids serializing the whole document.
            for escapes in escapes {
                let style = Style {
                    slash,
                    ..Style::new(layout, *escapes)
                };
                style.write(&self.document, &mut out);
                if out == body.trim_ascii_end() {
                    return Some(style);
                }
                if out.len().abs_diff(body.len()) > body.len() / 2 {
                    break;
                }
            }
        }
        None
    }

    /// The style, normalized in everything that does not affect this document.
    fn level(&self, mut style: Style) -> Style {
        let seen = &self.seen;
        style.escapes = style.escapes.level(seen);
        style.slash &= seen.bare_slash || seen.escaped_slash;
        style.sorted &= seen.members > 1;
        if seen.numbers == 0 {
            style.numbers = Numbers::AsTheyStand;
        }
        style
    }

    /// Visits every serialization of the document, most likely first. Returns false if
    /// stopped.
    pub(super) fn visit(&self, visit: &mut Visit<'_>) -> bool {
        let mut tried: Vec<(Style, bool)> = Vec::new();
        let mut out = Vec::new();
        for (style, software, newline) in Self::styles() {
            let style = self.level(style);
            if tried.contains(&(style, newline)) {
                continue;
            }
            tried.push((style, newline));
            style.write(&self.document, &mut out);
            let mut change = self.change(style, software);
            if newline {
                out.push(b'\n');
                change.clause += ", with a newline at the end";
            }
            if !visit(&change, &out) {
                return false;
            }
        }
        self.empty_objects(visit) && self.numbers(visit)
    }

    /// The style at hand and the common ones, without equivalent ones.
    pub(super) fn likely(&self) -> Vec<Style> {
        let mut found: Vec<Style> = Vec::new();
        let common = COMMON.iter().map(|(style, _)| *style);
        for style in self.at_hand.into_iter().chain(common) {
            let style = self.level(style);
            if !found.contains(&style) {
                found.push(style);
            }
        }
        found
    }

    /// PHP reads `{}` as an empty array and writes it as `[]`.
    fn empty_objects(&self, visit: &mut Visit<'_>) -> bool {
        let count = self.document.empty_arrays();
        if count == 0 {
            return true;
        }
        let alone = if count <= 8 { count } else { 0 };
        let change = cause::body_json_empty_objects::before_php();
        let mut out = Vec::new();
        for chosen in std::iter::once(None).chain((0..alone).map(Some)) {
            let mut index = 0;
            let document = self.document.with_empty_objects(chosen, &mut index);
            let common = COMMON.iter().map(|(style, _)| *style);
            for style in self.at_hand.into_iter().chain(common) {
                style.write(&document, &mut out);
                if !visit(&change, &out) {
                    return false;
                }
            }
        }
        true
    }

    /// The styles, each with its software and whether a newline follows.
    fn styles() -> impl Iterator<Item = (Style, Option<&'static str>, bool)> {
        let common = || COMMON.into_iter().map(|(style, name)| (style, Some(name)));
        let sorted = common().map(|(style, name)| {
            let sorted = Style {
                sorted: true,
                ..style
            };
            (sorted, name)
        });
        let numbers = [Numbers::JavaScript, Numbers::Python]
            .into_iter()
            .flat_map(move |numbers| {
                common().map(move |(style, name)| (Style { numbers, ..style }, name))
            });
        let with = |newline| move |(style, name)| (style, name, newline);
        common()
            .map(with(false))
            .chain(sorted.map(with(false)))
            .chain(common().map(with(true)))
            .chain(numbers.map(with(false)))
            .chain(Self::all().map(|style| (style, None, false)))
            .chain(Self::all().map(|style| (style, None, true)))
    }

    fn all() -> impl Iterator<Item = Style> {
        [Numbers::AsTheyStand, Numbers::JavaScript, Numbers::Python]
            .into_iter()
            .flat_map(|numbers| [false, true].map(|sorted| (numbers, sorted)))
            .flat_map(|(numbers, sorted)| Self::layouts().map(|layout| (numbers, sorted, layout)))
            .flat_map(|rest| Escapes::ALL.map(|escapes| (rest, escapes)))
            .flat_map(|(rest, escapes)| [false, true].map(|slash| (rest, escapes, slash)))
            .map(|((numbers, sorted, layout), escapes, slash)| Style {
                layout,
                escapes,
                slash,
                sorted,
                numbers,
            })
    }

    /// Numbers in other notations: a parser that turned `1.0` into `1` leaves no trace of
    /// it.
    fn numbers(&self, visit: &mut Visit<'_>) -> bool {
        if self.seen.numbers == 0 || self.seen.numbers > 200 {
            return true;
        }
        let style = self
            .at_hand
            .unwrap_or(Style::new(Layout::Compact, Escapes::Least));
        let mut texts = Vec::new();
        collect_numbers(&self.document, &mut texts);
        self.one_number(style, &texts, visit) && self.some_numbers(style, &texts, visit)
    }

    /// One number at a time.
    fn one_number(&self, style: Style, texts: &[&str], visit: &mut Visit<'_>) -> bool {
        let mut out = Vec::new();
        for (index, text) in texts.iter().enumerate() {
            for other in other_numbers(text) {
                style.write_with_numbers(&self.document, &mut out, &|at| {
                    (at == index).then(|| other.clone())
                });
                let change = cause::body_json_numbers::one(brief(text), brief(&other));
                if !visit(&change, &out) {
                    return false;
                }
            }
        }
        true
    }

    /// Several numbers at once, in a short document.
    fn some_numbers(&self, style: Style, texts: &[&str], visit: &mut Visit<'_>) -> bool {
        if texts.len() > 8 {
            return true;
        }
        let change = cause::body_json_numbers::some();
        let mut out = Vec::new();
        style.write(&self.document, &mut out);
        if out.len() > MAX_COMBINED {
            return true;
        }
        for zeros in ["0", "00"] {
            for chosen in 1..1_usize << texts.len() {
                style.write_with_numbers(&self.document, &mut out, &|at| {
                    let text = texts.get(at).filter(|_| chosen >> at & 1 == 1)?;
                    Some(with_zeros(text, zeros))
                });
                if !visit(&change, &out) {
                    return false;
                }
            }
        }
        true
    }

    /// Describes the differences between the text at hand and the style.
    pub(super) fn change(&self, style: Style, software: Option<&str>) -> Change {
        let mut details: Vec<Change> = Vec::new();
        if self.seen.raw_control {
            details.push(cause::body_json_line_breaks::escaped());
        }
        if style.numbers != Numbers::AsTheyStand {
            details.push(cause::body_json_numbers::reformatted());
        }
        if style.sorted {
            details.push(cause::body_json_sorted::sorted());
        }
        details.extend(self.slashes(style));
        details.extend(self.escapes(style));
        if self.at_hand.is_none_or(|now| now.layout != style.layout) {
            details.push(laid_out(style.layout));
        }
        let mut change = cause::body_json_reserialised::written();
        for (i, detail) in details.iter().enumerate() {
            change.clause += if i == 0 { ": " } else { ", " };
            change.clause += &detail.clause;
        }
        if let Some(first) = details.first() {
            change.cause = first.cause;
        }
        if let Some(software) = software {
            change.clause += &format!(" (as {software} writes it)");
        }
        change
    }

    fn slashes(&self, style: Style) -> Option<Change> {
        match style.slash {
            true if self.seen.bare_slash => Some(cause::body_json_slashes::escaped()),
            false if self.seen.escaped_slash => Some(cause::body_json_slashes::plain()),
            _ => None,
        }
    }

    fn escapes(&self, style: Style) -> Option<Change> {
        let now = self.at_hand.map(|now| now.escapes);
        let seen = &self.seen;
        match style.escapes {
            escapes if !escapes.is_unicode() && seen.raw_unicode => {
                Some(cause::body_json_unicode::escaped())
            }
            escapes if escapes.is_unicode() && seen.escaped_unicode => {
                Some(cause::body_json_unicode::plain())
            }
            escapes if escapes.is_html() && seen.markup && now != Some(escapes) => {
                Some(cause::body_json_html_escapes::escaped())
            }
            Escapes::Least if now.is_some_and(Escapes::is_html) => {
                Some(cause::body_json_html_escapes::plain())
            }
            _ => None,
        }
    }
}

fn laid_out(layout: Layout) -> Change {
    match layout {
        Layout::Compact => cause::body_json_compact::written(),
        Layout::Spaced => cause::body_json_spaced::written(),
        Layout::SpacedColon => cause::body_json_spaced::colons(),
        Layout::Indent(2) => cause::body_json_indent_2::written(),
        Layout::Indent(4) => cause::body_json_indent_4::written(),
        Layout::Indent(n) => cause::body_json_indented::by(n),
        Layout::Tabs => cause::body_json_indented::tabs(),
        Layout::Jackson => cause::body_json_indented::pretty(),
    }
}

/// The notations that a number may have had before it was parsed.
fn other_numbers(text: &str) -> Vec<String> {
    if text.contains(['e', 'E']) {
        vec![javascript_number(text)]
    } else if text.contains('.') {
        vec![format!("{text}0"), format!("{text}00")]
    } else {
        vec![format!("{text}.0"), format!("{text}.00")]
    }
}

/// A number with one more trailing zero after its point, or `zeros` after a new one.
fn with_zeros(text: &str, zeros: &str) -> String {
    if text.contains(['e', 'E']) {
        javascript_number(text)
    } else if text.contains('.') {
        format!("{text}0")
    } else {
        format!("{text}.{zeros}")
    }
}

fn collect_numbers<'j>(value: &'j Json<'_>, into: &mut Vec<&'j str>) {
    match value {
        Json::Number(text) => into.push(text),
        Json::Array(items) => items.iter().for_each(|item| collect_numbers(item, into)),
        Json::Object(members) => members
            .iter()
            .for_each(|(_, value)| collect_numbers(value, into)),
        Json::Word(_) | Json::Text(_) => {}
    }
}

fn brief(text: &str) -> String {
    if text.len() > 24 {
        format!("{}…", &text[..24])
    } else {
        text.to_owned()
    }
}
