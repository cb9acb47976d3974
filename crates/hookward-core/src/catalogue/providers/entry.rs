//! Entries of the catalogue: what is known about a provider, and how a file declares it.

use crate::scheme::Scheme;

/// How an entry of the catalogue is proven.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Evidence {
    /// Checked against vectors that others made, the provider or another
    /// implementation, or against the verdict of another implementation.
    Vectors,
    /// Checked against signatures that the provider's own SDK made, or against
    /// its verdict: it accepted the request and refused tampered copies.
    Sdk,
    /// Written down from the provider's documentation.
    Documented,
}

impl Evidence {
    /// `vectors`, `sdk` or `documented`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Vectors => "vectors",
            Self::Sdk => "sdk",
            Self::Documented => "documented",
        }
    }
}

/// An entry of the catalogue: a scheme and what is known about it.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Provider {
    /// The scheme; its `name` is the entry's name.
    pub scheme: Scheme,
    /// The provider's name as it writes it.
    pub title: &'static str,
    /// Other names that find this entry.
    pub aliases: &'static [&'static str],
    /// The page that describes the scheme.
    pub page: &'static str,
    /// How the entry is proven.
    pub evidence: Evidence,
    /// What else to know: quirks, and what is not signed.
    pub notes: &'static str,
}

/// Declares the constants of one file of the catalogue and lists them.
macro_rules! catalogue {
    ($(
        $(#[$doc:meta])*
        $name:ident {
            title: $title:literal,
            aliases: [$($alias:literal),*],
            page: $page:literal,
            evidence: $evidence:ident,
            notes: $notes:literal,
            scheme: $scheme:expr $(,)?
        }
    )*) => {
        $(
            $(#[$doc])*
            #[doc = ""]
            #[doc = concat!("What to know: ", $notes)]
            #[doc = ""]
            #[doc = concat!(
                "Entry: ", $title, $(", `", $alias, "`",)* "; evidence: [`",
                stringify!($evidence), "`](crate::catalogue::providers::Evidence::", stringify!($evidence), ")."
            )]
            #[doc = ""]
            #[doc = concat!("Page: <", $page, ">")]
            pub const $name: $crate::scheme::Scheme = $scheme;
        )*

        pub(super) const ENTRIES: &[$crate::catalogue::providers::Provider] = &[$(
            $crate::catalogue::providers::Provider {
                scheme: $name,
                title: $title,
                aliases: &[$($alias),*],
                page: $page,
                evidence: $crate::catalogue::providers::Evidence::$evidence,
                notes: $notes,
            },
        )*];
    };
}
pub(super) use catalogue;

/// The answers after which providers send again, where several have the same.
pub(super) mod retried {
    use std::borrow::Cow::Borrowed;

    use crate::scheme::Retries;

    /// Everything but 2xx.
    pub(crate) const NOT_2XX: Retries = Retries::after(&[
        Borrowed("3xx"),
        Borrowed("4xx"),
        Borrowed("5xx"),
        Borrowed("timeout"),
    ]);
    pub(crate) const ERRORS: Retries =
        Retries::after(&[Borrowed("4xx"), Borrowed("5xx"), Borrowed("timeout")]);
    pub(crate) const SERVER_ERRORS: Retries =
        Retries::after(&[Borrowed("5xx"), Borrowed("timeout")]);
    pub(crate) const BUSY_OR_SERVER_ERRORS: Retries =
        Retries::after(&[Borrowed("429"), Borrowed("5xx"), Borrowed("timeout")]);
    pub(crate) const TIMEOUTS: Retries = Retries::after(&[Borrowed("timeout")]);
    pub(crate) const NEVER: Retries = Retries::never();
}
