//! Parsers and encoders for text from the network: encodings, times, JSON, forms. They
//! know nothing of schemes and keys.

pub(crate) mod canonical;
pub(crate) mod der;
pub(crate) mod encoding;
// Only the explainer uses most of what they record and write.
#[cfg_attr(not(feature = "explain"), allow(dead_code))]
pub(crate) mod json;
pub(crate) mod json_scan;
#[cfg_attr(not(feature = "explain"), allow(dead_code))]
pub(crate) mod json_style;
pub(crate) mod printable;
pub(crate) mod time;
pub(crate) mod values;

/// Implements `Debug` as `Display`: `fn main() -> Result<(), Box<dyn Error>>` and
/// `unwrap` print `Debug`, and the message is what helps there.
macro_rules! debug_as_display {
    ($($error:ty),+) => { $(
        impl ::std::fmt::Debug for $error {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                ::std::fmt::Display::fmt(self, f)
            }
        }
    )+ };
}
pub(crate) use debug_as_display;
