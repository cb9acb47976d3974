//! The catalogue: one [`Scheme`](crate::Scheme) per provider.
//!
//! Webhook signatures, provider by provider: where the signature is, what
//! exactly is signed, what the key is, and what stays unproven. The first line
//! of each constant below is the whole formula; its page adds what is *not*
//! signed, where the key is found, other names of the entry, how it is proven,
//! and the provider's own page. On the command line an entry is called as its
//! constant, in small letters with hyphens; `hookward providers` lists them. The
//! table [at the end](#all-entries-at-a-glance) has all of them side by side.
//!
//! ```
//! use hookward::{Key, Verifier, providers};
//!
//! let verifier = Verifier::new(providers::GITHUB, Key::new("It's a Secret to Everybody")?)?;
//!
//! // A scheme is plain data, so a constant is also where a variant starts:
//! // Zenovay lets you choose the header.
//! let scheme = providers::ZENOVAY.header("x-my-signature");
//! let verifier = Verifier::new(scheme, Key::new("secret")?)?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Which entry
//!
//! - The provider is listed, or its name is an alias ([`find`] takes both):
//!   that entry. Where there are several, the newest that the provider sends;
//!   the name says which (`hubspot-v3`, `plivo-v3`).
//! - `webhook-id`, `webhook-timestamp` and `webhook-signature: v1,…`:
//!   [`STANDARD_WEBHOOKS`], whoever sends it; `v1a,…` is
//!   [`STANDARD_WEBHOOKS_V1A`]; with `svix-` in front of the names [`SVIX`].
//! - `X-Hub-Signature-256: sha256=…` from something that is not GitHub:
//!   [`X_HUB_SIGNATURE_SHA256`].
//! - `Signature-Input` and `Signature`: [`RFC9421`].
//! - A header that repeats a secret you were given: [`API_KEY`]. It proves
//!   that the sender knows the secret and nothing about the content.
//! - Anything else: a [`Scheme`](crate::Scheme) of your own, in Rust or in TOML.
//!
//! `hookward listen` guesses the entry from a delivery's headers, and
//! `hookward explain` tries the others when one does not match.
//!
//! # How to read an entry
//!
//! `X-Acme-Signature: t=<seconds>,v1=<hex>` over `{timestamp}.{body}` is a
//! header, the way its value is written, and the signed text. Where no
//! algorithm is named it is HMAC-SHA256. `{body}` is always the bytes as they
//! came: parsing the body and writing it again breaks the signature, even where
//! the JSON means the same.
//!
//! | what | why it matters |
//! |---|---|
//! | the key's form | `whsec_…`, hex and base64 are decoded by one provider and are the key itself for the next. The wrong reading is the most common cause of "no match". |
//! | the timestamp | Signed, it bounds how long a recorded delivery can be sent again: the tolerance, both ways. Unsigned, it proves nothing: whoever replays writes a new one. |
//! | the event id | Signed (or inside of a signed body), it tells a retry from a new event. In a header that is not signed, anybody can change it, so it never decides what is a replay. |
//! | the URL | Where it is signed, it is the one that the provider called. Behind a proxy it must be configured: `with_external_url`. |
//! | what is not signed | Headers hardly ever are: event type, delivery id, attempt. Decide by what is in the signed body. |
//!
//! # When nothing matches
//!
//! In this order, by how often it is the reason:
//!
//! 1. The body is not the one that was sent: parsed and serialized
//!    again, its compression undone, its line ends or its encoding changed. Take the bytes
//!    before anything else does.
//! 2. The key is read in the wrong form, is that of another endpoint, or of
//!    the test mode, or has a line end at its end.
//! 3. The URL is signed and a proxy changed host, scheme, port or path.
//! 4. The clock is off, or the timestamp is in another unit than thought:
//!    milliseconds are taken for seconds far in the future.
//! 5. The header is from another version of the provider's scheme.
//!
//! `Verifier::explain` (feature `explain`) tries these and many more
//! and says in one sentence which it is.
//!
//! # What goes wrong in verifiers
//!
//! What to look for in code that checks signatures by itself, and what the
//! verifier here does about it:
//!
//! | mistake | what it costs |
//! |---|---|
//! | comparing with `==` | the time taken tells how many bytes are right; here the comparison is constant in time |
//! | decoding the sent signature leniently, or comparing a prefix | several texts pass as one signature; here each encoding has one spelling and the length is that of the algorithm |
//! | taking the algorithm from the request | `alg: none`, or a public key taken for an HMAC secret; here the scheme fixes it |
//! | taking the first of two equal headers, or the last | proxy and application disagree about which; here a repeated header is refused |
//! | a window to the past only | a delivery dated tomorrow can be sent until tomorrow; here it is two-sided |
//! | signing parts joined without a separator | `1` and `23` read as `12` and `3`; what has a second reading is refused here where genuine deliveries allow it, and otherwise reported as weak ([`Verified::weak`](crate::Verified::weak)) |
//! | reading a signed field of a JSON body that appears twice | the parser behind takes the other one; here that is refused |
//! | accepting whichever of several signatures is there | whoever removes the strong one chooses the weak one; here such forms are off unless they are named ([`Scheme::accept`](crate::Scheme::accept)) |
//! | acting on what the signature does not cover | it can be changed without the signature failing; [`Verified::covers`](crate::Verified::covers) tells |
//! | remembering deliveries by an unsigned id, or before they are verified | a replay gets a new id, or an attacker blocks a delivery with its id |
//! | answering what was wrong | an oracle for who is guessing; here every failure looks the same outside |
//!
//! # What a signature proves
//!
//! - An HMAC: the sender holds the secret, and so do you. A signature cannot
//!   show a third party who wrote the body.
//! - A public key: the sender holds the private key. Which key is the
//!   provider's is the question then; a certificate or key URL inside a request
//!   proves nothing before host and chain are checked.
//! - A shared secret, HTTP Basic, a token without a digest of the body: whoever
//!   sees one delivery can send any other.
//! - Of the request, only what it covers: [`Scheme::coverage`](crate::Scheme::coverage) computes it, and
//!   `docs/coverage.md` lists it for every entry and form.
//! - None of them that the delivery is new. Without a signed timestamp it stays
//!   valid until the key is changed; with one, for the length of the window.
//!   What makes it count once is a [`ReplayGuard`](crate::ReplayGuard).
//!
//! # Words
//!
//! | word | meaning |
//! |---|---|
//! | raw body | the bytes after the head, before any decompression, decoding or parsing |
//! | tolerance | how far the timestamp may be from the clock, in seconds, into the past and the future |
//! | form | one of several ways in which a provider signs; each has a name, and those that are off by default are accepted by it |
//! | coverage | the parts of a request that cannot be changed without the signature failing |
//! | rotation | two keys are valid for a while; the provider signs with one or with both, and [`KeyRing`](crate::KeyRing) holds both |
//! | replay key | what makes two deliveries the same one: a proven id or the proven content, in some entries with the unproven body or a topic header beside it; see [`ReplayBy`](crate::ReplayBy) |
//! | handshake | the request by which a provider checks that an endpoint is yours, before it delivers |
//! | evidence | how an entry is proven: [`Vectors`](Evidence::Vectors), [`Sdk`](Evidence::Sdk) or [`Documented`](Evidence::Documented) |
//!
//! # Where to add an entry
//!
//! In the file of its trade, in alphabetical order. The trade is what the
//! provider is paid for by the one who receives its deliveries, never how it
//! signs. A company with several products has each of them where that product
//! belongs; versions of one scheme are together. Where two trades fit, it is the
//! one that most of its events are about.
//!
//! | file | trade |
//! |---|---|
//! | `ai.rs` | models and what is generated with them |
//! | `billing.rs` | subscriptions, usage, licences, memberships, and sellers on record |
//! | `chat.rs` | chat, bots, realtime channels |
//! | `commerce.rs` | shops, marketplaces, points of sale |
//! | `customers.rs` | support desks, customer relations |
//! | `developer.rs` | source code, packages, builds, releases |
//! | `digital_assets.rs` | cryptocurrencies: payments, custody, chains |
//! | `finance.rs` | banking, bank data, cards that are issued, accounting |
//! | `identity.rs` | sign-in, and proof of who somebody is |
//! | `infrastructure.rs` | clouds, hosting, queues, integration, monitoring, devices |
//! | `logistics.rs` | parcels, letters, couriers, vehicles |
//! | `mail.rs` | mail and notifications that applications send |
//! | `marketing.rs` | campaigns, analytics, attribution |
//! | `media.rs` | video, images, publishing, social networks |
//! | `payments.rs` | payments by card or account, and payouts |
//! | `people.rs` | hiring, personnel, payroll |
//! | `productivity.rs` | documents, designs, forms, calendars, tasks |
//! | `telephony.rs` | calls, text messages, video calls |
//! | `standards.rs` | specifications and conventions that no provider owns |
//!
//! A constant that serves one entry is below the entries of its file; one that
//! serves several trades is in `parts.rs`. A new file takes three lines at the
//! top of `mod.rs` and one in this table.
//!
//! # All entries at a glance
//!
//! *signature* is the place, the form and the encoding; without a word before
//! it a place is a header. *signed* is a template of the
//! [scheme language](crate::scheme), with the names of deep JSON fields
//! shortened. A timestamp or an event id is covered by the signature unless the
//! table says **unsigned**. The table is written from the constants.
//!
#![doc = include_str!("overview.md")]

mod ai;
mod billing;
mod chat;
mod commerce;
mod customers;
mod developer;
mod digital_assets;
mod entry;
mod finance;
mod identity;
mod infrastructure;
mod logistics;
mod mail;
mod marketing;
mod media;
mod parts;
mod payments;
mod people;
mod productivity;
mod standards;
mod telephony;

pub use self::ai::*;
pub use self::billing::*;
pub use self::chat::*;
pub use self::commerce::*;
pub use self::customers::*;
pub use self::developer::*;
pub use self::digital_assets::*;
pub use self::entry::{Evidence, Provider};
pub use self::finance::*;
pub use self::identity::*;
pub use self::infrastructure::*;
pub use self::logistics::*;
pub use self::mail::*;
pub use self::marketing::*;
pub use self::media::*;
pub use self::payments::*;
pub use self::people::*;
pub use self::productivity::*;
pub use self::standards::*;
pub use self::telephony::*;

/// The files, one per trade. A guess from a request's headers prefers the
/// earlier entry, so those that no provider owns come last.
const FILES: &[&[Provider]] = &[
    ai::ENTRIES,
    billing::ENTRIES,
    chat::ENTRIES,
    commerce::ENTRIES,
    customers::ENTRIES,
    developer::ENTRIES,
    digital_assets::ENTRIES,
    finance::ENTRIES,
    identity::ENTRIES,
    infrastructure::ENTRIES,
    logistics::ENTRIES,
    mail::ENTRIES,
    marketing::ENTRIES,
    media::ENTRIES,
    payments::ENTRIES,
    people::ENTRIES,
    productivity::ENTRIES,
    telephony::ENTRIES,
    standards::ENTRIES,
];

/// All entries, in the order of the catalogue's files.
pub fn all() -> impl Iterator<Item = &'static Provider> {
    FILES.iter().copied().flatten()
}

/// The entry with this name or alias, in any case.
///
/// ```
/// use hookward::providers;
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

/// The names and aliases that a misspelt one is nearest to, at most three.
///
/// ```
/// use hookward::providers;
///
/// assert_eq!(providers::nearest("Githib"), ["github"]);
/// assert!(providers::nearest("something else").is_empty());
/// ```
#[must_use]
pub fn nearest(name: &str) -> Vec<&'static str> {
    let names = all().flat_map(|entry| {
        std::iter::once(&*entry.scheme.name).chain(entry.aliases.iter().copied())
    });
    crate::scheme::suggestion::nearest(&name.to_ascii_lowercase(), names)
}

#[cfg(test)]
mod tests {
    use super::FILES;

    #[test]
    fn the_entries_of_a_file_are_in_alphabetical_order() {
        for file in FILES {
            for pair in file.windows(2) {
                let (first, second) = (&pair[0].scheme.name, &pair[1].scheme.name);
                assert!(first < second, "{second} belongs before {first}");
            }
        }
    }
}
