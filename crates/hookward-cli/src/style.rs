//! Terminal colours, unless `NO_COLOR` is set (<https://no-color.org>).

use std::io::IsTerminal as _;

use hookward_core::Printable;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Colour {
    Green,
    Red,
    Yellow,
}

impl Colour {
    const fn start(self) -> &'static str {
        match self {
            Self::Green => "\x1b[32m",
            Self::Red => "\x1b[31m",
            Self::Yellow => "\x1b[33m",
        }
    }
}

const END: &str = "\x1b[0m";

fn has_colours() -> bool {
    std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
        && std::env::var_os("TERM").is_none_or(|value| value != "dumb")
        && std::io::stdout().is_terminal()
}

pub(crate) fn paint(colour: Colour, text: &str) -> String {
    if !has_colours() {
        return text.to_owned();
    }
    format!("{}{text}{END}", colour.start())
}

/// Lines for the terminal: non-printable characters are escaped except line feeds, tabs
/// and, with colours, the sequences of [`paint`].
pub(crate) fn printable(text: &str) -> String {
    if !has_colours() {
        return Printable::lines(text).to_string();
    }
    printable_with_colours(text)
}

fn printable_with_colours(text: &str) -> String {
    let known = [Colour::Green, Colour::Red, Colour::Yellow].map(Colour::start);
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\x1b') {
        let (before, from) = rest.split_at(at);
        out += &Printable::lines(before).to_string();
        let sequence = known
            .into_iter()
            .chain([END])
            .find(|sequence| from.starts_with(sequence));
        match sequence {
            Some(sequence) => {
                out += sequence;
                rest = &from[sequence.len()..];
            }
            None => {
                out += "\\x1b";
                rest = &from[1..];
            }
        }
    }
    out + &Printable::lines(rest).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_colours_of_this_program_reach_a_terminal() {
        assert_eq!(
            printable_with_colours("\x1b[32mok\x1b[0m\t\x1b[2J\x1b]0;t\x07\u{9b}\n"),
            "\x1b[32mok\x1b[0m\t\\x1b[2J\\x1b]0;t\\x07\\u{9b}\n"
        );
    }
}
