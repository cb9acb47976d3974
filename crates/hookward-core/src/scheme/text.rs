//! The type of text in schemes.

use std::borrow::Cow;

/// Text of a scheme: static in the catalogue, owned if deserialized.
pub type Text = Cow<'static, str>;
