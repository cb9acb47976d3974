use std::fmt;

use hookward_core::Printable;
use serde_json::Value;

use crate::style;

/// What keeps the command from doing its work: exit status 2.
#[derive(Debug)]
pub(crate) struct Fault {
    what: String,
    help: Option<String>,
}

impl Fault {
    pub(crate) fn new(what: impl fmt::Display) -> Self {
        Self {
            what: Printable::message(&what.to_string()).to_string(),
            help: None,
        }
    }

    /// A fault that is told in several lines, as where a file is marked up.
    pub(crate) fn lines(what: impl fmt::Display) -> Self {
        Self {
            what: Printable::lines(&what.to_string()).to_string(),
            help: None,
        }
    }

    pub(crate) fn help(mut self, help: impl fmt::Display) -> Self {
        self.help = Some(Printable::message(&help.to_string()).to_string());
        self
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)?;
        if let Some(help) = &self.help {
            write!(f, "\n  help: {help}")?;
        }
        Ok(())
    }
}

/// Writes lines to standard output; a reader that went away is not a fault.
///
/// Values from the network are escaped where they are put into a line. What
/// was missed there is escaped here, except for line feeds, tabs and the
/// colours of [`style`].
pub(crate) fn print(text: &str) {
    print_unchanged(&style::printable(text));
}

/// Writes one line of JSON, in which what is not printable is escaped.
pub(crate) fn print_json(value: &Value) {
    print_unchanged(&json_line(value));
}

pub(crate) fn json_line(value: &Value) -> String {
    format!("{}\n", Printable::json(&value.to_string()))
}

/// Writes what this program made itself, such as completion scripts.
pub(crate) fn print_unchanged(text: &str) {
    use std::io::Write as _;
    let mut out = std::io::stdout().lock();
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}

/// Writes a note or warning, one line, to standard error.
macro_rules! tell {
    ($($text:tt)+) => { $crate::fault::tell_line(&format!($($text)+)) };
}
pub(crate) use tell;

pub(crate) fn tell_line(text: &str) {
    write_error(&format!("{}\n", Printable::message(text)));
}

pub(crate) fn tell_lines(text: &str) {
    write_error(&format!("{}\n", Printable::lines(text)));
}

fn write_error(text: &str) {
    use std::io::Write as _;
    let _ = std::io::stderr().lock().write_all(text.as_bytes());
}
