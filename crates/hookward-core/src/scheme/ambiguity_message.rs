//! Error messages for ambiguous templates: the parts without a delimiter, two requests
//! with the same signed text, and what to write instead.

use super::ambiguity::{Clash, clash};
use super::filter::Filter;
use super::part::{Part, Slot, Source};
use super::template_error::TemplateError;

/// Why a template is ambiguous, if it is.
pub(crate) fn ambiguity(template: &str, parts: &[Part]) -> Option<TemplateError> {
    let clash = clash(parts)?;
    let (span, problem, example) = match clash {
        Clash::Parts(parts) => {
            let spans = parts.iter().filter_map(|part| span(part, template));
            let (start, end) = spans.fold((usize::MAX, 0), |(start, end), span| {
                (start.min(span.0), end.max(span.1))
            });
            let problem = format!(
                "{} have no delimiter between them: the signed text is ambiguous",
                names(parts, template)
            );
            ((start, end), problem, of_parts(parts, template))
        }
        Clash::Pairs(slot) => {
            let problem = format!(
                "the names and values of `{}` have no delimiter between them: the signed text is ambiguous",
                written(slot, template)
            );
            ((slot.span.start, slot.span.end), problem, of_pairs(slot))
        }
    };
    let mut help = String::new();
    if let Some([one, other]) = example {
        help += &format!(
            "two requests with the same signed text, so that whoever records one can send the other:\n  1. {one}\n  2. {other}\n"
        );
    }
    help += match clash {
        Clash::Parts(_) => {
            "separate them by a text that the values cannot contain, such as a line feed, or give one a fixed width, as in `{header:x-nonce|width(32)}`; if this is what the provider signs, declare what an attacker can do with it: "
        }
        Clash::Pairs(_) => {
            "join them with separators, as in `join('=', '&')`; if this is what the provider signs, declare what an attacker can do with it: "
        }
    };
    help += "`ambiguous = \"…\"`";
    let shown = template
        .get(span.0..span.1)
        .map_or(1, |text| text.chars().count());
    Some(TemplateError::new(template, span.0, shown, problem, help))
}

/// The span of a part in the template; text has none.
fn span(part: &Part, template: &str) -> Option<(usize, usize)> {
    match part {
        Part::Literal(_) => None,
        Part::Slot(slot) => Some((slot.span.start, slot.span.end)),
        Part::Group(_) => {
            let (mut start, mut end) = (usize::MAX, 0);
            part.for_each(&mut |slot| {
                start = start.min(slot.span.start);
                end = end.max(slot.span.end);
            });
            let before = template.get(..start)?;
            let after = template.get(end..)?;
            Some((before.rfind('[')?, end + after.find(']')? + 1))
        }
    }
}

fn written<'t>(slot: &Slot, template: &'t str) -> &'t str {
    template
        .get(slot.span.start..slot.span.end)
        .unwrap_or_default()
}

fn name<'t>(part: &Part, template: &'t str) -> &'t str {
    span(part, template)
        .and_then(|(start, end)| template.get(start..end))
        .unwrap_or_default()
}

/// `a`, `b` and `c`.
fn names(parts: &[Part], template: &str) -> String {
    let mut all: Vec<String> = parts
        .iter()
        .filter(|part| !matches!(part, Part::Literal(_)))
        .map(|part| format!("`{}`", name(part, template)))
        .collect();
    match all.pop() {
        Some(last) if !all.is_empty() => format!("{} and {last}", all.join(", ")),
        last => last.unwrap_or_default(),
    }
}

/// Two requests in which the end of the first part has moved to the start of the last
/// one.
fn of_parts(parts: &[Part], template: &str) -> Option<[String; 2]> {
    let (first, middle, last) = match parts {
        [first, middle @ .., last] => (first, middle, last),
        _ => return None,
    };
    let between = middle.iter().map(sample).collect::<Option<String>>()?;
    let one = [sample(first)?, between.clone(), tail(last, &between)?];
    let other = match (first, last) {
        (Part::Slot(_), Part::Slot(_)) if between.is_empty() => {
            [format!("{}2", sample(first)?), between, cut(last)?]
        }
        (Part::Slot(_), Part::Slot(_)) => [
            format!("{}{between}", sample(first)?),
            between,
            sample(last)?,
        ],
        // An absent group.
        (Part::Slot(_), Part::Group(_)) if between.is_empty() => [
            format!("{}{}", sample(first)?, sample(last)?),
            between,
            String::new(),
        ],
        (Part::Group(_), Part::Slot(_)) if between.is_empty() => [
            String::new(),
            between,
            format!("{}{}", sample(first)?, tail(last, "")?),
        ],
        _ => return None,
    };
    if one.concat() != other.concat() {
        return None;
    }
    let shown = |values: &[String; 3]| {
        let of = |part: &Part, value: &str| match value {
            "" => format!("no `{}`", name(part, template)),
            value => format!("`{}` is `{}`", name(part, template), value.escape_debug()),
        };
        let mut all = vec![of(first, &values[0])];
        all.extend(
            middle
                .iter()
                .filter(|part| !matches!(part, Part::Literal(_)))
                .filter_map(|part| Some(of(part, &sample(part)?))),
        );
        all.push(of(last, &values[2]));
        all.join(", ")
    };
    Some([shown(&one), shown(&other)])
}

/// A sample value for a part.
fn sample(part: &Part) -> Option<String> {
    let slot = match part {
        Part::Literal(bytes) => return String::from_utf8(bytes.to_vec()).ok(),
        Part::Group(alternatives) => {
            return alternatives.first()?.iter().map(sample).collect();
        }
        Part::Slot(slot) => slot,
    };
    if !slot.steps.iter().all(|step| step.filter.keeps_digits()) {
        return None;
    }
    Some(match &slot.source {
        Source::Timestamp => "1700000000".into(),
        Source::Url => "https://example.com/1".into(),
        Source::Host => "example.com:1".into(),
        Source::Path | Source::Target => "/1".into(),
        Source::Method => "POST1".into(),
        Source::Query if slot.steps.is_empty() => "a=1".into(),
        Source::Query | Source::Form => pairs(slot, "1")?,
        Source::Body
        | Source::Id
        | Source::KeyId
        | Source::QueryField(_)
        | Source::Header(_)
        | Source::FormField(_)
        | Source::Json
        | Source::JsonAt(..) => "1".into(),
        Source::Headers(_)
        | Source::JwsHeader
        | Source::JwsPayload
        | Source::Const(_)
        | Source::Secret
        | Source::Template(_) => return None,
    })
}

/// The same, prefixed with another text or digit.
fn tail(part: &Part, before: &str) -> Option<String> {
    match part {
        Part::Slot(slot) if before.is_empty() => Some(match slot.source {
            Source::Form | Source::Query => pairs(slot, "23")?,
            _ => "23".into(),
        }),
        Part::Slot(_) => Some(format!("{before}{}", sample(part)?)),
        _ => sample(part),
    }
}

/// The sample without its first digit.
fn cut(part: &Part) -> Option<String> {
    let text = tail(part, "")?;
    text.get(1..).map(ToOwned::to_owned)
}

/// A sample field of this name, as joined.
fn pairs(slot: &Slot, name: &str) -> Option<String> {
    slot.steps.iter().find_map(|step| match &step.filter {
        Filter::Join(equals, _) => Some(format!("{name}{equals}4")),
        Filter::Form => Some(format!("{name}=4")),
        _ => None,
    })
}

/// Two lists of fields with the same text.
fn of_pairs(slot: &Slot) -> Option<[String; 2]> {
    let filters = || slot.steps.iter().map(|step| &step.filter);
    let (a, b) = match filters().find_map(|filter| match filter {
        Filter::Only(names) => Some(names),
        _ => None,
    }) {
        None => ("a", "b"),
        Some(names) => (&**names.first()?, &**names.get(1)?),
    };
    filters().find_map(|filter| match filter {
        Filter::Join(equals, _) if equals.is_empty() => Some([
            "the field `a` with the value `bc`".to_owned(),
            "the field `ab` with the value `c`".to_owned(),
        ]),
        Filter::Join(equals, and) if and.is_empty() => Some([
            format!("the field `{a}` with the value `1{b}{equals}2`"),
            format!("the fields `{a}` with `1` and `{b}` with `2`"),
        ]),
        Filter::Values(between) => Some([
            format!("the field `{a}` with the value `1{between}2`"),
            format!("the fields `{a}` with `1` and `{b}` with `2`"),
        ]),
        _ => None,
    })
}
