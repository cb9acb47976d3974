//! Reverses losses of JSON re-serialization: trailing zeros of numbers, digits beyond a
//! double's precision, empty objects, the order of keys.
//!
//! The text at hand does not determine the original, so the few likely documents are
//! tried, each in the common styles.

use std::borrow::Cow;

use super::body::Visit;
use super::cause::{self, Change};
use super::rewriting::Rewriting;
use crate::text::json::Json;
use crate::text::json_style::{Orders, Style, javascript_number};

/// Maximum number of groups of numbers that are combined.
const MAX_GROUPS: usize = 12;
/// Maximum number of names that are distinguished.
const MAX_NAMES: usize = 64;
/// Maximum distance from a double that lost digits, in each direction.
const MAX_NEIGHBOURS: i128 = 2048;
/// Maximum number of key orders that are tried.
const MAX_ORDERS: usize = 40_320;

/// The original notation of a number.
#[derive(Clone, Copy, PartialEq, Eq)]
enum NumberForm {
    AsItStands,
    /// `10` was `10.0`.
    Float,
    /// `10` was `10.00` and `10.5` was `10.50`.
    Cents,
    /// `10000000` was `1.0E7`, as Java prints a double.
    Java,
}

impl NumberForm {
    fn of(self, text: &str) -> Option<String> {
        if self == Self::AsItStands || text.contains(['e', 'E']) {
            return None;
        }
        let decimals = text.split_once('.').map_or(0, |(_, digits)| digits.len());
        match (self, decimals) {
            (Self::Java, _) => java(text),
            (Self::Float, 0) => Some(format!("{text}.0")),
            (Self::Cents, 0) => Some(format!("{text}.00")),
            (Self::Cents, 1) => Some(format!("{text}0")),
            _ => None,
        }
    }
}

/// A double as Java prints it; `None` if it prints the same.
fn java(text: &str) -> Option<String> {
    let value: f64 = text.parse().ok()?;
    let size = value.abs();
    let written = if size != 0.0 && !(1e-3..1e7).contains(&size) {
        let short = format!("{value:E}");
        let (digits, exponent) = short.split_once('E')?;
        let point = if digits.contains('.') { "" } else { ".0" };
        format!("{digits}{point}E{exponent}")
    } else if text.contains('.') {
        return None;
    } else {
        format!("{text}.0")
    };
    (written != text).then_some(written)
}

/// The numbers of a document, grouped by name: those under one name are likely of one
/// type.
#[derive(Default)]
struct NumberTexts<'j> {
    texts: Vec<&'j str>,
    groups: Vec<usize>,
    names: Vec<&'j str>,
}

impl<'j> NumberTexts<'j> {
    fn of(document: &'j Json<'_>) -> Self {
        let mut this = Self::default();
        this.walk(document, "");
        this
    }

    fn walk(&mut self, value: &'j Json<'_>, name: &'j str) {
        match value {
            Json::Number(text) => {
                let known = self.names.iter().position(|known| *known == name);
                if known.is_none() && self.names.len() < MAX_NAMES {
                    self.names.push(name);
                }
                self.texts.push(text);
                self.groups.push(known.unwrap_or(self.names.len() - 1));
            }
            Json::Array(items) => items.iter().for_each(|item| self.walk(item, name)),
            Json::Object(members) => members
                .iter()
                .for_each(|(name, value)| self.walk(value, name)),
            Json::Word(_) | Json::Text(_) => {}
        }
    }

    /// The likely notations of each group, most likely first.
    fn forms(&self) -> Vec<Vec<NumberForm>> {
        let mut changing: Vec<usize> = Vec::new();
        for (text, group) in self.texts.iter().zip(&self.groups) {
            let changes = changing.len() < MAX_GROUPS && !changing.contains(group);
            if changes && NumberForm::Cents.of(text).is_some() {
                changing.push(*group);
            }
        }
        let count = changing.len();
        let mut found: Vec<Vec<NumberForm>> = Vec::new();
        let mut put = |form: &dyn Fn(usize) -> NumberForm| {
            let mut forms = vec![NumberForm::AsItStands; self.names.len()];
            for (at, group) in changing.iter().enumerate() {
                forms[*group] = form(at);
            }
            found.push(forms);
        };
        if count == 0 {
            return found;
        }
        for form in [NumberForm::Float, NumberForm::Cents, NumberForm::Java] {
            put(&|_| form);
            for chosen in (0..count).filter(|_| count > 1) {
                put(&|at| {
                    if at == chosen {
                        form
                    } else {
                        NumberForm::AsItStands
                    }
                });
            }
        }
        if (2..=5).contains(&count) {
            let three = [NumberForm::AsItStands, NumberForm::Float, NumberForm::Cents];
            for code in 1..3_usize.pow(u32::try_from(count).unwrap_or(0)) {
                let power = |at| 3_usize.pow(u32::try_from(at).unwrap_or(0));
                put(&|at| three[code / power(at) % 3]);
            }
        } else if (6..=10).contains(&count) {
            for form in [NumberForm::Float, NumberForm::Cents] {
                let or_not = [NumberForm::AsItStands, form];
                for code in 1..1_usize << count {
                    put(&|at| or_not[code >> at & 1]);
                }
            }
        }
        found
    }
}

impl Rewriting<'_> {
    /// Visits the documents that may have become the one at hand, in the common styles.
    /// Returns false if stopped.
    pub(super) fn visit_lost(&self, visit: &mut Visit<'_>) -> bool {
        let styles = self.likely();
        self.lost_numbers(&styles, visit)
            && self.lost_digits(&styles, visit)
            && self.lost_order(&styles, visit)
    }

    fn lost_numbers(&self, styles: &[Style], visit: &mut Visit<'_>) -> bool {
        let arrays = self.document.empty_arrays();
        let mut documents: Vec<(bool, Json<'_>)> = vec![(false, self.document.clone())];
        if (1..=6).contains(&arrays) {
            let chosen = std::iter::once(None).chain((0..arrays).map(Some));
            documents.extend(
                chosen.map(|chosen| (true, self.document.with_empty_objects(chosen, &mut 0))),
            );
        }
        let mut out = Vec::new();
        let numbers = NumberTexts::of(&self.document);
        let of = |forms: &[NumberForm], at: usize| {
            let form = forms.get(*numbers.groups.get(at)?)?;
            form.of(numbers.texts[at])
        };
        for forms in numbers.forms() {
            let Some(example) = (0..numbers.texts.len()).find_map(|at| of(&forms, at)) else {
                continue;
            };
            let what = cause::body_json_numbers::zeros(brief(&example));
            for (objects, style) in pairs(&documents, styles) {
                let (has_objects, document) = objects;
                style.write_with_numbers(document, &mut out, &|at| of(&forms, at));
                let mut change = self.named(*style, &what);
                if *has_objects {
                    change.clause += ", and ";
                    change.clause += &cause::body_json_empty_objects::also().clause;
                }
                if !visit(&change, &out) {
                    return false;
                }
            }
        }
        true
    }

    /// Integers beyond 2⁵³, which JavaScript rounds to a double.
    fn lost_digits(&self, styles: &[Style], visit: &mut Visit<'_>) -> bool {
        let texts = NumberTexts::of(&self.document).texts;
        let mut known: Vec<&str> = Vec::new();
        let mut out = Vec::new();
        for text in &texts {
            let (Ok(value), Ok(rounded)) = (text.parse::<i128>(), text.parse::<f64>()) else {
                continue;
            };
            let is_rounded =
                (9.1e15..1e21).contains(&rounded.abs()) && javascript_number(text) == **text;
            if !is_rounded || known.contains(text) || known.len() >= 4 {
                continue;
            }
            known.push(text);
            let reach = reach(value, rounded);
            let others = move || (1..=reach).flat_map(move |off| [value - off, value + off]);
            for (style, other) in styles
                .iter()
                .take(4)
                .flat_map(|style| others().map(move |other| (style, other.to_string())))
            {
                style.write_with_numbers(&self.document, &mut out, &|at| {
                    (texts.get(at) == Some(text)).then(|| other.clone())
                });
                let what = cause::body_json_numbers::digits(text, &other);
                if !visit(&self.named(*style, &what), &out) {
                    return false;
                }
            }
        }
        true
    }

    /// Keys that were sorted, in every order that they may have had.
    fn lost_order(&self, styles: &[Style], visit: &mut Visit<'_>) -> bool {
        let mut sizes: Vec<(*const (), usize)> = Vec::new();
        if !sorted_objects(&self.document, &mut sizes) || sizes.is_empty() {
            return true;
        }
        let count = |sizes: &[(*const (), usize)]| {
            sizes.iter().try_fold(1_usize, |all, (_, size)| {
                all.checked_mul((1..=*size).try_fold(1_usize, usize::checked_mul)?)
                    .filter(|all| *all <= MAX_ORDERS)
            })
        };
        if count(&sizes).is_none() {
            // Only the outermost object.
            sizes.truncate(1);
        }
        if count(&sizes).is_none() {
            return true;
        }
        let mut out = Vec::new();
        for style in styles {
            let change = self.named(*style, &cause::body_json_sorted::unsorted());
            let mut orders = Orders::of(&sizes);
            while orders.advance() {
                style.write_in_order(&self.document, &mut out, &orders);
                if !visit(&change, &out) {
                    return false;
                }
            }
        }
        true
    }

    /// The change to a style, combined with the loss.
    fn named(&self, style: Style, what: &Change) -> Change {
        let mut clause = self.change(style, None).clause;
        clause += if clause.contains(": ") { "; " } else { ": " };
        clause += &what.clause;
        Change {
            cause: what.cause,
            clause,
        }
    }
}

/// Every pair of an element of `first` and one of `second`.
fn pairs<'t, A, B>(first: &'t [A], second: &'t [B]) -> impl Iterator<Item = (&'t A, &'t B)> {
    first
        .iter()
        .flat_map(move |a| second.iter().map(move |b| (a, b)))
}

/// How far the integers extend that round to this double.
fn reach(value: i128, rounded: f64) -> i128 {
    let is_rounded = |near: i128| near.to_string().parse() == Ok(rounded);
    (1..=MAX_NEIGHBOURS)
        .take_while(|off| is_rounded(value - off) || is_rounded(value + off))
        .last()
        .unwrap_or(0)
}

/// Whether the keys of all objects are sorted; collects the objects with several keys.
pub(super) fn sorted_objects(value: &Json<'_>, sizes: &mut Vec<(*const (), usize)>) -> bool {
    match value {
        Json::Object(members) => {
            if members.len() > 1 {
                sizes.push((members.as_ptr().cast(), members.len()));
            }
            members.is_sorted_by(|a, b| a.0 < b.0)
                && members
                    .iter()
                    .all(|(_, value)| sorted_objects(value, sizes))
        }
        Json::Array(items) => items.iter().all(|item| sorted_objects(item, sizes)),
        _ => true,
    }
}

fn brief(text: &str) -> Cow<'_, str> {
    match text.char_indices().nth(24) {
        Some((at, _)) => Cow::Owned(format!("{}…", &text[..at])),
        None => Cow::Borrowed(text),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    /// Whether the text is among what the other may have been.
    fn leads_back(at_hand: &str, before: &str) -> bool {
        let rewriting = Rewriting::new(at_hand.as_bytes()).unwrap();
        let mut found = false;
        rewriting.visit_lost(&mut |_, bytes| {
            found |= bytes == before.as_bytes();
            !found
        });
        found
    }

    #[test]
    fn what_libraries_lose_is_found_again() {
        for (at_hand, before) in [
            (r#"{"a":10,"n":1}"#, r#"{"a": 10.0, "n": 1}"#),
            (r#"{"a":[10,2.5],"n":1}"#, r#"{"a":[10.00,2.50],"n":1}"#),
            (r#"{"a":10000000}"#, r#"{"a":1.0E7}"#),
            (r#"{"e":[],"x":[],"n":1}"#, r#"{"e":{},"x":[],"n":1.0}"#),
            (
                r#"{"id":1234567890123456800}"#,
                r#"{"id":1234567890123456789}"#,
            ),
            (
                r#"{"a":1,"b":{"c":2,"d":3}}"#,
                r#"{"b":{"d":3,"c":2},"a":1}"#,
            ),
            (
                r#"{"a":1,"b":{"c":2,"d":3}}"#,
                r#"{"b": {"c": 2, "d": 3}, "a": 1}"#,
            ),
        ] {
            assert!(leads_back(at_hand, before), "{at_hand}");
        }
        assert!(!leads_back(r#"{"b":1,"a":2}"#, r#"{"a":2,"b":1}"#));
    }
}
