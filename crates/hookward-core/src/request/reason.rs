//! Rejection reasons: every reason with its code and its message for the operator. This
//! file is the specification; only the codes are public.
//!
//! A message says what is wrong and where, and what to do if that is not obvious. Its
//! values are locations, numbers and names, never a secret, a key or a signature.

use std::fmt;

use super::rejection::{Code, Rejection};
use super::request_url::UrlError;

/// A value in a message.
pub(crate) type Detail = Box<str>;

/// Formats a value for a message.
pub(crate) fn text(value: impl fmt::Display) -> Detail {
    value.to_string().into()
}

/// The code, then its variants with their values and messages.
macro_rules! reasons {
    ($( $code:expr => { $(
        $name:ident $({ $($field:ident: $type:ty),+ })? = $sentence:literal,
    )+ } )+) => {
        /// Why a request is rejected.
        #[derive(Debug, Clone, PartialEq, Eq)]
        // Some reasons occur only with a feature.
        #[cfg_attr(
            not(all(feature = "message-signatures", feature = "x5c", feature = "ed25519")),
            allow(dead_code)
        )]
        pub(crate) enum Reason {
            $($( $name $({ $($field: $type),+ })?, )+)+
        }

        impl Reason {
            /// One of each variant, in order, with its code and its message as written
            /// here.
            #[cfg(test)]
            pub(crate) fn each() -> Vec<(&'static str, Self, &'static str)> {
                vec![$($( (
                    stringify!($code),
                    Self::$name { $($( $field: tests::Sample::named(stringify!($field)) ),+)? },
                    $sentence,
                ), )+)+]
            }

            #[allow(unused_variables)]
            pub(crate) const fn code(&self) -> Code {
                match self {
                    $($( Self::$name { $($($field),+)? } => $code, )+)+
                }
            }
        }

        impl fmt::Display for Reason {
            #[allow(unused_variables)]
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                match self {
                    $($( Self::$name { $($($field),+)? } => write!(f, $sentence), )+)+
                }
            }
        }
    };
}

reasons! {
    Code::SignatureMissing => {
        SignatureEmpty { place: Detail } = "{place} is empty",
        // `after` is empty, or names the prefix: " after `sha256=`".
        SignatureEmptyAfter { place: Detail, after: Detail } = "{place}: no signature{after}",
        NoSignatureIn { place: Detail } = "no signature in {place}",
        // Joined with "and no".
        NoSignatureAt { places: Detail } = "no {places}",
        // `which` is empty, or a label and tag.
        NoSignatureSelected { which: Detail } = "no signature{which}",
        ValidationWithoutToken { place: Detail } = "endpoint validation: {place} is missing",
    }

    Code::SignatureMalformed => {
        NoLiteral { place: Detail, literal: Detail } = "{place}: expected `{literal}`, which is missing",
        NoName { place: Detail, name: Detail } = "{place}: expected `{name}=`, which is missing",
        NameRepeated { place: Detail, name: Detail } = "{place}: `{name}=` appears more than once",
        NoQuotes { place: Detail, name: Detail } = "{place}: expected `{name}=` and a value in quotes",
        TooManySignatures { place: Detail, most: usize } = "{place}: more than {most} signatures",
        SeveralKeyIds { place: Detail }
            = "{place}: signatures with different key ids, but the key id is part of the signed content",
        SignatureTooLong { place: Detail, found: usize, unit: &'static str, after: Detail }
            = "{place}: {found} {unit}{after}: longer than any signature",
        SignatureCharacter { place: Detail, at: usize, unit: &'static str, after: Detail }
            = "{place}: invalid character at position {at}{after}: expected {unit}",
        SignatureLength {
            place: Detail, expected: usize, unit: &'static str, after: Detail, found: usize
        } = "{place}: expected {expected} {unit}{after}, found {found}",
        SignaturePadding { place: Detail, expected: usize, unit: &'static str, after: Detail }
            = "{place}: expected {expected} {unit}{after}, with canonical padding",
        SignatureNotCanonical { place: Detail, unit: &'static str, after: Detail }
            = "{place}: expected canonical {unit}{after}: missing or invalid padding",
        NotEcdsa { place: Detail }
            = "{place}: not an ECDSA signature in the encoding that the scheme requires",
        TooManyPairs { place: Detail, signatures: usize, keys: usize, checked: usize }
            = "{place}: {signatures} signatures and {keys} keys: only {checked} pairs were checked, and none matched",

        JwsTooLong { place: Detail } = "{place}: the JWS exceeds the length limit",
        JwsHeaderEncoding { place: Detail } = "{place}: the JWS header is not base64url",
        JwsPayloadEncoding { place: Detail } = "{place}: the JWS payload is not base64url",
        JwsHeader { place: Detail } = "{place}: the JWS header is not a JSON object with exactly one `alg`",

        // HTTP message signatures.
        NotInHeader { place: Detail } = "{place} is not a header",
        FieldSyntax { header: Detail, problem: Detail } = "header `{header}`: {problem}",
        NoBytes { header: Detail, label: Detail }
            = "header `{header}`: `{label}` is not a byte sequence in canonical base64",
        NotComponents { header: Detail, label: Detail }
            = "header `{header}`: `{label}` is not an inner list of components",
        SignaturesDisagree { place: Detail }
            = "{place}: two acceptable signatures cover different content: select one by its label or tag",
        TooManyAttempts { place: Detail, most: usize }
            = "{place}: only {most} pairs of signature and key were checked, and none matched",
        TooManyComponents { components: usize, parameters: usize }
            = "the signature has more than {components} components or {parameters} parameters",
        ParameterNotString { name: Detail } = "signature parameter `{name}` is not a string",
        LengthOfNoKey { place: Detail, found: usize }
            = "{place}: the signature has {found} bytes, a length that fits none of the keys",
        BodyNotCovered { component: &'static str }
            = "the signature does not cover the body: expected \"{component}\" among its components",
        MethodNotCovered
            = "the signature does not cover the method: expected \"@method\" among its components",
        TargetNotCovered
            = "the signature does not cover the target: expected \"@target-uri\", or \"@authority\" with \"@path\" and, if the URL has a query, \"@query\"",
        RequiredNotCovered { component: Detail }
            = "the signature does not cover {component}, which the policy requires",
        CoveredTwice { component: Detail } = "{component} is covered twice",
        ComponentNotString
            = "a covered component is not a string: expected a name such as \"@method\"",
        ComponentOfResponse { component: Detail }
            = "{component}: `req` is only valid in signatures of responses",
        ComponentKey { component: Detail } = "{component}: `key` is not a valid dictionary key",
        ComponentParameter { component: Detail }
            = "{component}: unknown parameter for this component",
        ComponentBinary { component: Detail }
            = "{component}: `bs` cannot be combined with other parameters",
        ComponentWithoutName { component: Detail } = "{component}: expected `;name=\"…\"` after it",
        StatusCovered = "\"@status\" is only valid in signatures of responses",
        NoSuchComponent { component: Detail } = "{component}: unknown component",
    }

    Code::SignatureMismatch => {
        // `tried` is "the key", a key with its id, or a number of keys.
        NoMatch { place: Detail, tried: Detail }
            = "{place}: the signature does not match this request under {tried}",
        NoMatchOfCovered { place: Detail, tried: Detail }
            = "{place}: the signature does not match the covered components of this request under {tried}",
        OtherSecret { place: Detail, tried: Detail } = "{place}: the secret does not match {tried}",
        OtherDigest { header: &'static str, algorithm: &'static str }
            = "header `{header}`: the {algorithm} digest does not match the body",
        BindingMissing { place: Detail } = "{place} is missing: must be present if there is a body",
        BindingWithoutBody { place: Detail } = "unexpected {place}: must be absent if there is no body",
        OtherBinding { place: Detail } = "{place} does not match this request",
        ValidationValue { provider: Detail, place: Detail, expected: &'static str }
            = "endpoint validation of {provider}: {place} is not {expected}",
    }

    Code::TimestampMissing => {
        NoTimestampIn { place: Detail } = "no timestamp in {place}",
        NoTimestamp { place: Detail } = "no {place}",
        TimestampEmpty { place: Detail } = "{place} is empty",
    }

    Code::TimestampMalformed => {
        TimestampRepeated { place: Detail } = "{place}: more than one timestamp",
        TimestampSpelling { place: Detail, expected: &'static str } = "{place}: expected {expected}",
        ParameterNotInteger { name: Detail } = "signature parameter `{name}` is not an integer",
        ClaimUnreadable { place: Detail, claim: &'static str }
            = "{place}: claim `{claim}` cannot be parsed",
        ClaimNotSeconds { place: Detail, claim: &'static str }
            = "{place}: claim `{claim}` is not a number of seconds",
    }

    Code::TimestampTooOld => {
        TooOld { place: Detail, seconds: i64, tolerance: u32 }
            = "{place} is {seconds} s old, but the tolerance is {tolerance} s",
        SignatureExpired { seconds: i64 } = "the signature expired {seconds} s ago",
        JwsExpired { place: Detail, seconds: i64 } = "{place}: the JWS expired {seconds} s ago",
    }

    Code::TimestampInFuture => {
        InFuture { place: Detail, seconds: i64, tolerance: u32 }
            = "{place} is {seconds} s in the future, but the tolerance is {tolerance} s: check this machine's clock",
        JwsNotYet { place: Detail, seconds: i64 }
            = "{place}: the JWS is not valid until {seconds} s from now: check this machine's clock",
    }

    Code::ContentMalformed => {
        SignedMissing { what: Detail } = "the request has no {what}, which is signed",
        SignedRepeated { what: Detail }
            = "{what} is signed and appears more than once: expected exactly one value",
        SignedUnreadable { what: Detail }
            = "{what} is signed and cannot be read: the body or query does not parse",
        SignedNotUtf8 { what: Detail } = "{what}, which is signed, is not UTF-8",
        SignedEnds { what: Detail }
            = "{what} contains the separator that ends it in the signed text, which would be ambiguous",
        SignedWidth { what: Detail, found: usize, width: usize }
            = "{what} has {found} bytes in the signed text, expected {width}: the text would be ambiguous",
        SignedNotJson { what: Detail }
            = "{what} is not a single JSON object or array: the signed text would be ambiguous",
        SignedRunsOn { what: Detail }
            = "the {what} has a value that, joined with the others, could be read as another field",
        SignedUnfit { what: Detail } = "{what} is not a valid input for the filter in the template",
        SignedCompressed { what: Detail, most: u64 }
            = "{what} cannot be decompressed, which is signed: it is not gzip, exceeds {most} bytes, or feature `gunzip` is disabled",
        TooManyFields { what: Detail, most: usize } = "the {what} has more than {most} fields",
        SignedTextOfValidation { provider: Detail }
            = "the signed content is a text that {provider} signs for anyone during endpoint validation: it proves nothing",
        // The scheme's restriction on the start of a body.
        BodyStart { problem: &'static str } = "{problem}",
        BodyAfterUrl
            = "the body follows the URL in the signed text and is not a single JSON object or array: it could be read as part of the URL",

        IdRepeated { place: Detail } = "{place}: more than one id",
        NoId { place: Detail }
            = "no {place}: it identifies the delivery, and the signature does not prove its absence",
        NotUtf8 { place: Detail } = "{place} is not UTF-8",
        Unexpected { place: Detail } = "unexpected {place}: must be absent",
        OtherValue { header: Detail, expected: Detail } = "header `{header}`: expected `{expected}`",
        NoBinding { place: Detail } = "no {place}",
        FormNotUtf8 = "the form is not UTF-8",
        QueryNotUtf8 = "the query has percent-escapes that are not UTF-8",
        Unreadable { place: Detail } = "{place} cannot be read",
        OtherJson { way: Detail, expected: &'static str }
            = "JSON body field `{way}`: expected {expected}",

        NoHost = "the request has no `Host` header: its URL is signed and cannot be built without it",
        Url { fault: UrlFault } = "{fault}",

        // HTTP message signatures.
        NoDigest { header: &'static str }
            = "header `{header}` is missing, though the signature covers it",
        DigestSyntax { header: &'static str, problem: Detail }
            = "header `{header}`: not a dictionary of digests: {problem}",
        DigestLength { header: &'static str, algorithm: &'static str, expected: usize }
            = "header `{header}`: `{algorithm}` is not a byte sequence of {expected} bytes",
        TrailerCovered { component: Detail }
            = "{component} is a trailer, which is available only after the body: must not be covered",
        NotAscii { component: Detail }
            = "{component} has characters outside printable ASCII: it can only be signed with `;bs`",
        CoveredTooLong { most: usize }
            = "the covered components are longer than {most} bytes",
        AllCoveredTooLong { most: usize }
            = "the covered components of all signatures are longer than {most} bytes",
        NoCoveredHeader { header: Detail } = "the request has no header `{header}`, which is signed",
        NotStructured { header: Detail, problem: Detail }
            = "header `{header}` is not a valid structured field, but is signed as one: {problem}",
        NoMember { header: Detail, member: Detail }
            = "header `{header}` has no member `{member}`, which is signed",
        QueryParameterNotUtf8 = "a query parameter that is signed is not UTF-8",
        QueryParameterRepeated = "a query parameter that is signed appears more than once",
        NoQueryParameter = "a query parameter that is signed is missing",

        ValidationUnusable { place: Detail, problem: Detail }
            = "endpoint validation: {place} is {problem}",
        ValidationHeader { header: &'static str }
            = "endpoint validation: header `{header}` cannot carry the answer",
        ValidationUrl { provider: Detail }
            = "endpoint validation of {provider}: its URL is not https on a host of the provider",
    }

    Code::AlgorithmNotAllowed => {
        JwsOtherAlgorithm { place: Detail, expected: Detail }
            = "{place}: the `alg` of the JWS is not {expected}",
        JwsAlgorithmOfNone { place: Detail }
            = "{place}: the `alg` of the JWS is not an allowed algorithm",
        JwsCritical { place: Detail } = "{place}: the JWS requires extensions (`crit`), which are not supported",
        AlgNotAllowed = "signature parameter `alg` names an algorithm that is not allowed",
        AlgOfOtherKey = "signature parameter `alg` does not match the key",
        NoSecureDigest { header: &'static str }
            = "header `{header}` has neither `sha-256` nor `sha-512`",
    }

    Code::KeyUnknown => {
        KeyNotOnRing { place: Detail } = "{place} names a key that is not on the ring",
        UnknownTenant = "the request names no known tenant",
        NoCreation { provider: Detail }
            = "endpoint validation of {provider}: the request offers a key, but no webhook is being created",
    }

    Code::KeyUnavailable => {
        NoKeys = "the verifier was built without keys: set them with `with_keys`",
        NotAwaited = "the key is looked up by a value in the body: verify through an endpoint, or pass the key",
        NotFedAgain
            = "the body lacks the id that identifies the delivery and must be fed a second time: use `step`",
        LookUpPanicked = "the tenant lookup panicked",
        LookUpLate { timeout: Detail } = "the key was not found within {timeout}: the look-up hangs or is slow",
        // An error in the configuration of the service.
        Setup { error: Detail } = "{error}",
        ValidationTellsSecret { provider: Detail }
            = "endpoint validation of {provider}: the token that is disclosed to anyone who asks is also the secret of deliveries",
        ValidationUnset { what: &'static str }
            = "endpoint validation: no {what} to answer with: set it on the handshake",
        ValidationWithoutConfirm { provider: Detail }
            = "endpoint validation of {provider}: no way to confirm it: set one with `confirm`",
    }

    Code::CertificateUntrusted => {
        NotAChain { place: Detail, most: usize }
            = "{place}: `x5c` is not a list of at most {most} certificates",
        ChainTooLong { most: usize } = "`x5c` has more than {most} certificates",
        NotACertificate = "`x5c` contains an entry that is not a certificate",
        ChainOrder
            = "each certificate in `x5c` must certify the one before it (RFC 7515 section 4.1.6)",
        OtherRoot = "the certificate chain does not lead to any of the roots",
        NoCertificate = "the JWS carries no certificate in `x5c`",
        ChainNotTrusted { problem: Detail } = "the certificate chain is not trusted: {problem}",
        ChainNotMarked = "the certificate chain lacks the extensions that mark it for these messages",
        CertificateKey { problem: Detail } = "the certificate's key: {problem}",
    }

    Code::RecipientMismatch => {
        NoRecipient { places: Detail } = "no {places}: the recipient of the delivery is unknown",
        RecipientUnreadable { place: Detail }
            = "{place} appears more than once or cannot be read: the recipient of the delivery is unknown",
        OtherRecipient { name: Detail, places: Detail }
            = "the delivery is genuine, but meant for another recipient: the {name} ({places}) is not an accepted one",
        OtherHost = "the request is for a host that this endpoint does not serve",
    }

    Code::BodyTooLarge => {
        OverLimit { most: u64 } = "the body exceeds the limit of {most} bytes",
        ValidationBody = "an endpoint validation must not have a body",
    }

    Code::BodyTimeout => {
        // The `Debug` form of `Duration`: "30s".
        BodyLate { timeout: Detail } = "timed out after {timeout} waiting for the body",
        ChunkLate { timeout: Detail } = "timed out after {timeout} waiting for the next chunk",
    }

    Code::BodyUnreadable => {
        BodyBroken = "the connection closed mid-body, or the body could not be read",
    }

    Code::Replayed => {
        HandledBefore = "this delivery was already handled",
    }

    Code::DeliveryInProgress => {
        InProgress = "the first copy of this delivery is still being handled",
    }

    Code::StoreUnavailable => {
        StoreFailed { error: Detail } = "the replay store failed: {error}",
        ClaimPolled = "the claim was polled after completion",
    }

    Code::Overloaded => {
        OverBudget = "the memory budget for bodies in flight is exhausted",
        TooManyWaiting { most: usize } = "more than {most} bodies are waited for, and this one is slow",
        TooManyLookUps = "too many concurrent lookups of unknown tenants",
        LookUpsUsedUp = "too many look-ups of unknown tenants",
    }

    // Reasons shared by several values: the code depends on what the value is for.
    *code => {
        Missing { code: Code, place: Detail } = "no {place}",
        Repeated { code: Code, place: Detail } = "{place} appears more than once",
        HeaderRepeated { code: Code, place: Detail }
            = "{place} appears more than once; expected exactly one value",
        BodyUnparsed { code: Code, place: Detail }
            = "{place} cannot be read: the body does not parse",
        Multipart { code: Code, place: Detail }
            = "no {place}: the body is multipart/form-data, which is not parsed",
        NotJsonInBase64 { code: Code, header: Detail } = "header `{header}`: expected base64-encoded JSON",
        HeaderNotAscii { code: Code, header: Detail } = "header `{header}` is not ASCII",
        HeaderTooLong { code: Code, header: Detail, most: usize }
            = "header `{header}` is longer than {most} bytes",
        // Messages from outside: key sources, stores, adapters.
        Other { code: Code, message: std::borrow::Cow<'static, str> } = "{message}",
    }
}

/// What is wrong with the URL of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum UrlFault {
    Target,
    Authority,
    Scheme,
    Host,
    HostRepeated,
    HostDisagrees,
    Forwarded,
    ForwardedScheme,
    ForwardedHost,
    ForwardedPrefix,
}

#[cfg(test)]
impl UrlFault {
    pub(crate) const EACH: [Self; 10] = [
        Self::Target,
        Self::Authority,
        Self::Scheme,
        Self::Host,
        Self::HostRepeated,
        Self::HostDisagrees,
        Self::Forwarded,
        Self::ForwardedScheme,
        Self::ForwardedHost,
        Self::ForwardedPrefix,
    ];
}

impl fmt::Display for UrlFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Target => "the request target is not a path with an optional query",
            Self::Authority => "the request's authority is not a host with an optional port",
            Self::Scheme => "the URL's scheme is not http(s)",
            Self::Host => "header `host` is not a host with an optional port",
            Self::HostRepeated => "header `host` appears more than once",
            Self::HostDisagrees => "header `host` does not match the request's authority",
            Self::Forwarded => "header `forwarded`: expected exactly one element",
            Self::ForwardedScheme => {
                "the proxy's forwarded protocol: expected exactly one value, `http` or `https`"
            }
            Self::ForwardedHost => {
                "the proxy's forwarded host: expected exactly one host with an optional port"
            }
            Self::ForwardedPrefix => {
                "the proxy's forwarded prefix: expected exactly one absolute path"
            }
        })
    }
}

impl From<UrlError> for Rejection {
    fn from(error: UrlError) -> Self {
        Self::from(match error {
            UrlError::NoHost => Reason::NoHost,
            UrlError::Malformed(fault) => Reason::Url { fault },
            UrlError::OtherHost => Reason::OtherHost,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A sample value for a field.
    pub(super) trait Sample {
        fn named(name: &'static str) -> Self;
    }

    impl Sample for Detail {
        fn named(name: &'static str) -> Self {
            format!("{{{name}}}").into()
        }
    }

    impl Sample for &'static str {
        fn named(name: &'static str) -> Self {
            Box::leak(Detail::named(name))
        }
    }

    impl Sample for std::borrow::Cow<'static, str> {
        fn named(name: &'static str) -> Self {
            Detail::named(name).into_string().into()
        }
    }

    impl Sample for usize {
        fn named(_: &'static str) -> Self {
            16
        }
    }

    impl Sample for u32 {
        fn named(_: &'static str) -> Self {
            16
        }
    }

    impl Sample for u64 {
        fn named(_: &'static str) -> Self {
            16
        }
    }

    impl Sample for i64 {
        fn named(_: &'static str) -> Self {
            16
        }
    }

    impl Sample for Code {
        fn named(_: &'static str) -> Self {
            Self::ContentMalformed
        }
    }

    impl Sample for UrlFault {
        fn named(_: &'static str) -> Self {
            Self::Target
        }
    }

    #[test]
    fn every_code_has_reasons_and_every_reason_its_own_message() {
        let all = Reason::each();
        for code in Code::ALL {
            let written = format!("Code::{code:?}");
            let mut own = all.iter().filter(|(group, ..)| *group == written);
            assert!(own.clone().count() > 0, "{written}");
            assert!(own.all(|(_, reason, _)| reason.code() == code), "{written}");
        }
        for (index, (group, reason, sentence)) in all.iter().enumerate() {
            let is_new = all[..index]
                .iter()
                .all(|(other, _, known)| known != sentence || other != group);
            assert!(is_new, "{sentence}");
            assert!(!sentence.ends_with('.'), "{sentence}");
            assert!(!reason.to_string().is_empty(), "{sentence}");
            let rejection = Rejection::from(reason.clone());
            assert_eq!(rejection.code(), reason.code(), "{sentence}");
            assert_eq!(rejection.to_string(), reason.to_string());
            assert_eq!(
                format!("{rejection:?}"),
                format!("{}: {reason}", reason.code())
            );
        }
    }

    /// Every `Result` on the path of a request has room for one.
    #[test]
    fn a_rejection_is_small() {
        assert!(size_of::<Rejection>() <= 32, "{}", size_of::<Rejection>());
    }

    #[test]
    fn what_is_not_printable_in_a_value_is_escaped() {
        let place = Detail::from("header `a\u{1b}[2J`");
        let rejection = Rejection::from(Reason::SignatureEmpty { place });
        assert_eq!(rejection.to_string(), r"header `a\x1b[2J` is empty");
        let header = Detail::from("é".repeat(1 << 20));
        let code = Code::ContentMalformed;
        let long = Rejection::from(Reason::HeaderNotAscii { code, header });
        assert!(long.to_string().len() < 10_000);
    }
}
