use std::fmt;

use crate::printable;

/// The maximum length of a message, in characters.
const MESSAGE_LIMIT: usize = 4000;

/// A store failed to answer: it is unreachable, full, corrupt or too slow. The request is
/// answered with 503, and the provider retries the delivery.
#[derive(Clone, PartialEq, Eq)]
pub struct StoreError {
    message: String,
}

impl StoreError {
    /// Creates an error with a message for the operator. Non-printable characters are
    /// escaped, and a message of more than 4,000 characters is truncated. It must not
    /// contain secrets such as the password of a connection URL.
    #[must_use]
    pub fn new(message: impl Into<String>) -> Self {
        Self {
            message: escaped(message.into()),
        }
    }
}

fn escaped(text: String) -> String {
    if text.len() <= MESSAGE_LIMIT && text.chars().all(printable::is_printable) {
        return text;
    }
    let mut out = String::with_capacity(text.len().min(MESSAGE_LIMIT));
    for (number, c) in text.chars().enumerate() {
        if number == MESSAGE_LIMIT {
            out.push('…');
            break;
        }
        // Writing to a string cannot fail.
        let _ = printable::write_escaped(c, &mut out);
    }
    out
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

/// As [`Display`](fmt::Display), so that a `main` that returns it shows the message.
impl fmt::Debug for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for StoreError {}
