//! Progress display for long runs: one line below the output, only on a terminal.

use std::io::{IsTerminal as _, Write as _};
use std::time::{Duration, Instant};

use hookward_core::Printable;

use crate::fault::{print, print_unchanged};

/// Not shown before a run is this old.
const AFTER: Duration = Duration::from_millis(700);
/// Minimum time between two updates.
const EVERY: Duration = Duration::from_millis(100);

/// A line on standard error that is erased before anything else is printed.
#[derive(Debug)]
pub(crate) struct Progress {
    is_on: bool,
    is_shown: bool,
    /// The earliest time of the next update.
    next: Instant,
}

impl Progress {
    pub(crate) fn new() -> Self {
        let is_dumb = std::env::var_os("TERM").is_none_or(|term| term == "dumb");
        Self {
            is_on: !is_dumb && std::io::stderr().is_terminal(),
            is_shown: false,
            next: Instant::now() + AFTER,
        }
    }

    /// Prints to standard output, above the line.
    pub(crate) fn print(&mut self, text: &str) {
        self.wipe();
        print(text);
    }

    /// The same for lines of JSON, which are already escaped.
    pub(crate) fn print_unchanged(&mut self, text: &str) {
        self.wipe();
        print_unchanged(text);
    }

    /// Shows the progress, if an update is due.
    pub(crate) fn show(&mut self, line: impl FnOnce() -> String) {
        let now = Instant::now();
        if !self.is_on || now < self.next {
            return;
        }
        self.next = now + EVERY;
        self.is_shown = true;
        write(&format!("\r\x1b[K{}", Printable::message(&line())));
    }

    fn wipe(&mut self) {
        if self.is_shown {
            self.is_shown = false;
            write("\r\x1b[K");
            // The erased line reappears with the next update.
            self.next = Instant::now();
        }
    }
}

fn write(text: &str) {
    let mut out = std::io::stderr().lock();
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.wipe();
    }
}
