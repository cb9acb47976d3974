//! The types of the values in a template.

/// The type of a value: the output of a source or filter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ValueKind {
    Bytes,
    Url,
    Pairs,
    Json,
}

impl ValueKind {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Bytes => "bytes",
            Self::Url => "a URL",
            Self::Pairs => "pairs",
            Self::Json => "JSON",
        }
    }
}
