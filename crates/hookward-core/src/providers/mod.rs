//! The catalogue: one [`Scheme`] per provider.
//!
//! Each constant says what the provider's own page says: the header, what is
//! signed, the form of the key, what is *not* signed, and what else to know.
//! A scheme is plain data, so a constant is also a starting point for a variant:
//!
//! ```
//! use hookward_core::{Key, Verifier, providers};
//!
//! // Zenovay lets you choose the header.
//! let scheme = providers::ZENOVAY.header("x-my-signature");
//! let verifier = Verifier::new(scheme, Key::new("secret")?)?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod commerce;
mod developer;
mod general;
mod generic;
mod identity;
mod jwt;
mod media;
mod messaging;
mod payments;
mod productivity;
mod public_key;
mod rebuilt;
mod seeds;

use crate::scheme::Scheme;

pub use self::commerce::*;
pub use self::developer::*;
pub use self::general::*;
pub use self::generic::*;
pub use self::identity::*;
pub use self::jwt::*;
pub use self::media::*;
pub use self::messaging::*;
pub use self::payments::*;
pub use self::productivity::*;
pub use self::public_key::*;
pub use self::rebuilt::*;
pub use self::seeds::*;

/// How an entry of the catalogue is proven.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Evidence {
    /// Checked against vectors that others made, the provider or another
    /// implementation, or against the verdict of another implementation.
    Vectors,
    /// Checked against signatures that the provider's own SDK made, or against
    /// its verdict: it accepted the request and refused spoiled copies.
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
            #[doc = concat!("Page: <", $page, ">")]
            pub const $name: $crate::scheme::Scheme = $scheme;
        )*

        pub(super) const ENTRIES: &[super::Provider] = &[$(
            super::Provider {
                scheme: $name,
                title: $title,
                aliases: &[$($alias),*],
                page: $page,
                evidence: super::Evidence::$evidence,
                notes: $notes,
            },
        )*];
    };
}
use catalogue;

const FILES: &[&[Provider]] = &[
    seeds::ENTRIES,
    jwt::ENTRIES,
    public_key::ENTRIES,
    rebuilt::ENTRIES,
    general::ENTRIES,
    payments::ENTRIES,
    commerce::ENTRIES,
    messaging::ENTRIES,
    developer::ENTRIES,
    identity::ENTRIES,
    media::ENTRIES,
    productivity::ENTRIES,
    generic::ENTRIES,
];

/// All entries, in the order of the catalogue's files.
pub fn all() -> impl Iterator<Item = &'static Provider> {
    FILES.iter().copied().flatten()
}

/// The entry with this name or alias, in any case.
///
/// ```
/// use hookward_core::providers;
///
/// assert_eq!(providers::find("stripe").unwrap().title, "Stripe");
/// assert_eq!(providers::find("clerk").unwrap().scheme.name, "svix");
/// assert!(providers::find("acme").is_none());
/// ```
#[must_use]
pub fn find(name: &str) -> Option<&'static Provider> {
    all().find(|entry| {
        entry.scheme.name.eq_ignore_ascii_case(name)
            || entry
                .aliases
                .iter()
                .any(|alias| alias.eq_ignore_ascii_case(name))
    })
}
