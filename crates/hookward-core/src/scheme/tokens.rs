//! The lexer of signature formats: literal text and the placeholders in braces.

use super::template_error::TemplateError;

/// A template split at its braces.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum TemplateToken<'a> {
    Literal(String),
    /// The text between the braces, with its offset.
    Slot(&'a str, usize),
}

pub(crate) fn tokens(template: &str) -> Result<Vec<TemplateToken<'_>>, TemplateError> {
    let mut found = Vec::new();
    let mut literal = String::new();
    let mut chars = template.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        match c {
            '{' | '}' if chars.peek().is_some_and(|&(_, next)| next == c) => {
                chars.next();
                literal.push(c);
            }
            '}' => {
                return Err(TemplateError::new(
                    template,
                    at,
                    1,
                    "a closing brace without an opening one",
                    "write `}}` for a brace that is part of the text",
                ));
            }
            '{' => {
                let rest = &template[at + 1..];
                let Some(end) = rest
                    .find(['}', '{'])
                    .filter(|&i| rest.as_bytes()[i] == b'}')
                else {
                    return Err(TemplateError::new(
                        template,
                        at,
                        1,
                        "an opening brace that is never closed",
                        "close it with `}`, or write `{{` for a brace that is part of the text",
                    ));
                };
                if !literal.is_empty() {
                    found.push(TemplateToken::Literal(std::mem::take(&mut literal)));
                }
                found.push(TemplateToken::Slot(&rest[..end], at));
                while chars.peek().is_some_and(|&(i, _)| i <= at + 1 + end) {
                    chars.next();
                }
            }
            _ => literal.push(c),
        }
    }
    if !literal.is_empty() {
        found.push(TemplateToken::Literal(literal));
    }
    Ok(found)
}
