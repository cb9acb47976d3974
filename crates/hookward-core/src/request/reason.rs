//! Everything that a request is refused for: the code, and the sentence for the
//! operator. This file is the specification; the codes alone are public.
//!
//! A sentence says what is wrong and where, and what to do if that is not
//! obvious. Its values are places, numbers and names, never a secret, a key or
//! a signature.

use std::fmt;

use super::rejection::{Code, Rejection};
use super::request_url::UrlError;

/// A value in a sentence.
pub(crate) type Text = Box<str>;

/// A value as a sentence shows it.
pub(crate) fn text(value: impl fmt::Display) -> Text {
    value.to_string().into()
}

/// The code, then the variants with their values, each beside its sentence.
macro_rules! reasons {
    ($( $code:expr => { $(
        $name:ident $({ $($field:ident: $type:ty),+ })? = $sentence:literal,
    )+ } )+) => {
        /// Why a request is refused.
        #[derive(Debug, Clone, PartialEq, Eq)]
        // Each feature has some of its own.
        #[cfg_attr(
            not(all(feature = "message-signatures", feature = "x5c", feature = "ed25519")),
            allow(dead_code)
        )]
        pub(crate) enum Reason {
            $($( $name $({ $($field: $type),+ })?, )+)+
        }

        impl Reason {
            /// One of each variant, in order, with its code and its sentence as they
            /// are written here.
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
        SignatureEmpty { place: Text } = "{place} is empty",
        // `after` is nothing, or what is in front: " after `sha256=`".
        SignatureEmptyAfter { place: Text, after: Text } = "{place}: nothing{after}",
        NoSignatureIn { place: Text } = "no signature in {place}",
        // Joined with "and no".
        NoSignatureAt { places: Text } = "no {places}",
        // `which` is nothing, or a label and tag.
        NoSignatureSelected { which: Text } = "no signature{which}",
        ValidationWithoutToken { place: Text } = "endpoint validation: {place} is missing",
    }

    Code::SignatureMalformed => {
        NoLiteral { place: Text, literal: Text } = "{place}: expected `{literal}`, which is missing",
        NoName { place: Text, name: Text } = "{place}: expected `{name}=`, which is missing",
        NameRepeated { place: Text, name: Text } = "{place}: `{name}=` appears more than once",
        NoQuotes { place: Text, name: Text } = "{place}: expected `{name}=` and a value in quotes",
        TooManySignatures { place: Text, most: usize } = "{place}: more than {most} signatures",
        SeveralKeyIds { place: Text }
            = "{place}: signatures of several keys, but the key id is signed",
        SignatureTooLong { place: Text, found: usize, unit: &'static str, after: Text }
            = "{place}: {found} {unit}{after} are more than any signature has",
        SignatureCharacter { place: Text, at: usize, unit: &'static str, after: Text }
            = "{place}: character {at}{after} is not one of the {unit}",
        SignatureLength {
            place: Text, expected: usize, unit: &'static str, after: Text, found: usize
        } = "{place}: expected {expected} {unit}{after}, found {found}",
        SignaturePadding { place: Text, expected: usize, unit: &'static str, after: Text }
            = "{place}: expected {expected} {unit}{after} with the canonical padding",
        SignatureNotCanonical { place: Text, unit: &'static str, after: Text }
            = "{place}: expected canonical {unit}{after}: padding is missing or wrong",
        NotEcdsa { place: Text }
            = "{place}: not an ECDSA signature in the form that the scheme prescribes",
        TooManyPairs { place: Text, signatures: usize, keys: usize, checked: usize }
            = "{place}: {signatures} signatures for {keys} keys: only {checked} pairs are checked, and none of those matches",

        JwsTooLong { place: Text } = "{place}: the JWS is longer than any that a provider sends",
        JwsHeaderEncoding { place: Text } = "{place}: the JWS header is not base64url",
        JwsPayloadEncoding { place: Text } = "{place}: the JWS payload is not base64url",
        JwsHeader { place: Text } = "{place}: the JWS header is not JSON with one `alg`",

        // HTTP message signatures.
        NotInHeader { place: Text } = "{place} is not a header",
        FieldSyntax { header: Text, problem: Text } = "header `{header}`: {problem}",
        NoBytes { header: Text, label: Text }
            = "header `{header}`: no byte sequence in canonical base64 under `{label}`",
        NotComponents { header: Text, label: Text }
            = "header `{header}`: `{label}` is not a list of components",
        SignaturesDisagree { place: Text }
            = "{place}: two signatures that are acceptable say different things: name the label or the tag of the one that counts",
        TooManyAttempts { place: Text, most: usize }
            = "{place}: of the signatures and keys only {most} pairs are checked, and none of those matches",
        TooManyComponents { components: usize, parameters: usize }
            = "a signature with more than {components} components or {parameters} parameters",
        ParameterNotString { name: Text } = "signature parameter `{name}` is not a string",
        LengthOfNoKey { place: Text, found: usize }
            = "{place}: a signature of {found} bytes, a length that none of the keys makes",
        BodyNotCovered { component: &'static str }
            = "the signature does not cover the body: expected \"{component}\" among its components",
        MethodNotCovered
            = "the signature does not cover the method: expected \"@method\" among its components",
        TargetNotCovered
            = "the signature does not cover the target: expected \"@target-uri\", or \"@authority\" with \"@path\" and, if the URL has a query, \"@query\"",
        RequiredNotCovered { component: Text }
            = "the signature does not cover {component}, which the policy requires",
        CoveredTwice { component: Text } = "{component} is covered twice",
        ComponentNotString
            = "a covered component is not a string: expected names such as \"@method\"",
        ComponentOfResponse { component: Text }
            = "{component}: `req` is for signatures of responses",
        ComponentKey { component: Text } = "{component}: `key` is not a dictionary's key",
        ComponentParameter { component: Text }
            = "{component}: it has a parameter that is unknown for this component",
        ComponentBinary { component: Text }
            = "{component}: `bs` cannot be combined with other parameters",
        ComponentWithoutName { component: Text } = "{component}: expected `;name=\"…\"` after it",
        StatusCovered = "\"@status\" belongs to responses, this is a request",
        NoSuchComponent { component: Text } = "{component}: no such component",
    }

    Code::SignatureMismatch => {
        // `tried` is "the key", a key with its id, or how many.
        NoMatch { place: Text, tried: Text }
            = "{place}: the signature does not match this request under {tried}",
        NoMatchOfCovered { place: Text, tried: Text }
            = "{place}: the signature does not match what it covers of this request under {tried}",
        OtherSecret { place: Text, tried: Text } = "{place}: the secret is not that of {tried}",
        OtherDigest { header: &'static str, algorithm: &'static str }
            = "header `{header}`: the {algorithm} is not that of this body",
        BindingMissing { place: Text } = "{place} is missing, though there is a body",
        BindingWithoutBody { place: Text } = "{place} is present, though there is no body",
        OtherBinding { place: Text } = "{place} does not belong to this request",
        ValidationValue { provider: Text, place: Text, expected: &'static str }
            = "endpoint validation of {provider}: {place} is not {expected}",
    }

    Code::TimestampMissing => {
        NoTimestampIn { place: Text } = "no timestamp in {place}",
        NoTimestamp { place: Text } = "no {place}",
        TimestampEmpty { place: Text } = "{place} is empty",
    }

    Code::TimestampMalformed => {
        TimestampRepeated { place: Text } = "{place}: more than one timestamp",
        TimestampSpelling { place: Text, expected: &'static str } = "{place}: expected {expected}",
        ParameterNotInteger { name: Text } = "signature parameter `{name}` is not an integer",
        ClaimUnreadable { place: Text, claim: &'static str }
            = "{place}: claim `{claim}` cannot be read",
        ClaimNotSeconds { place: Text, claim: &'static str }
            = "{place}: claim `{claim}` is not a number of seconds",
    }

    Code::TimestampTooOld => {
        TooOld { place: Text, seconds: i64, tolerance: u32 }
            = "{place} is {seconds} s old, the tolerance is {tolerance} s",
        SignatureExpired { seconds: i64 } = "the signature expired {seconds} s ago",
        JwsExpired { place: Text, seconds: i64 } = "{place}: the JWS expired {seconds} s ago",
    }

    Code::TimestampInFuture => {
        InFuture { place: Text, seconds: i64, tolerance: u32 }
            = "{place} is {seconds} s in the future, the tolerance is {tolerance} s; is this machine's clock right?",
        JwsNotYet { place: Text, seconds: i64 }
            = "{place}: the JWS is not valid before {seconds} s from now; is this machine's clock right?",
    }

    Code::ContentMalformed => {
        SignedMissing { what: Text } = "the request has no {what}, which is signed",
        SignedRepeated { what: Text }
            = "{what} is signed and appears more than once; expected exactly one value",
        SignedUnreadable { what: Text }
            = "{what} is signed and cannot be read: the body or query does not parse",
        SignedNotUtf8 { what: Text } = "{what}, which is signed, is not UTF-8",
        SignedEnds { what: Text }
            = "{what} contains what ends it in the signed text: it could be read as other values",
        SignedWidth { what: Text, found: usize, width: usize }
            = "{what} has {found} bytes in the signed text, not {width}: it could be read as part of its neighbours",
        SignedNotJson { what: Text }
            = "{what} is not one JSON object or array: it could be read as part of its neighbours",
        SignedRunsOn { what: Text }
            = "the {what} has a value which, joined with the others, could be read as another field",
        SignedUnfit { what: Text } = "{what} is not of the kind that the template's filter takes",
        SignedCompressed { what: Text, most: u64 }
            = "{what} is signed decompressed: it is not gzip, is longer than {most} bytes, or feature `gunzip` is off",
        TooManyFields { what: Text, most: usize } = "the {what} has more than {most} fields",
        SignedTextOfValidation { provider: Text }
            = "the signed content is a text that the endpoint validation of {provider} signs for anyone: it proves nothing",
        // What the scheme says of the start of a body.
        BodyStart { problem: &'static str } = "{problem}",
        BodyAfterUrl
            = "the body follows the URL in the signed text and is not one JSON object or array: it could be read as part of the URL",

        IdRepeated { place: Text } = "{place}: more than one id",
        NoId { place: Text }
            = "no {place}: it tells deliveries apart, and nothing proves that it was left out",
        NotUtf8 { place: Text } = "{place} is not UTF-8",
        Unexpected { place: Text } = "{place} is present, where this scheme expects nothing",
        OtherValue { header: Text, expected: Text } = "header `{header}`: expected `{expected}`",
        NoBinding { place: Text } = "no {place}",
        FormNotUtf8 = "the form is not UTF-8",
        QueryNotUtf8 = "an escape of the query is not UTF-8",
        Unreadable { place: Text } = "{place} cannot be read",
        OtherJson { way: Text, expected: &'static str }
            = "JSON body field `{way}`: expected {expected}",

        NoHost = "the request has no `Host` header to build its URL from, which is signed",
        Url { fault: UrlFault } = "{fault}",

        // HTTP message signatures.
        NoDigest { header: &'static str }
            = "header `{header}` is missing, though the signature covers it",
        DigestSyntax { header: &'static str, problem: Text }
            = "header `{header}`: not a dictionary of digests: {problem}",
        DigestLength { header: &'static str, algorithm: &'static str, expected: usize }
            = "header `{header}`: `{algorithm}` is not a byte sequence of {expected} bytes",
        TrailerCovered { component: Text }
            = "{component} covers a trailer, which is not known before the body: leave it out",
        NotAscii { component: Text }
            = "{component} has characters outside of printable ASCII: it can only be signed with `;bs`",
        CoveredTooLong { most: usize }
            = "what the signature covers is longer than {most} bytes",
        AllCoveredTooLong { most: usize }
            = "what the signatures cover is longer than {most} bytes",
        NoCoveredHeader { header: Text } = "the request has no header `{header}`, which is signed",
        NotStructured { header: Text, problem: Text }
            = "header `{header}` is not the structured field that is signed: {problem}",
        NoMember { header: Text, member: Text }
            = "header `{header}` has no member `{member}`, which is signed",
        QueryParameterNotUtf8 = "a query parameter that is signed is not UTF-8",
        QueryParameterRepeated = "a query parameter that is signed appears more than once",
        NoQueryParameter = "a query parameter that is signed is missing",

        ValidationUnusable { place: Text, problem: Text }
            = "endpoint validation: {place} is {problem}",
        ValidationHeader { header: &'static str }
            = "endpoint validation: header `{header}` cannot carry the answer",
        ValidationUrl { provider: Text }
            = "endpoint validation of {provider}: its URL is not https on a host of the provider",
    }

    Code::AlgorithmNotAllowed => {
        JwsOtherAlgorithm { place: Text, expected: Text }
            = "{place}: the JWS names another algorithm than {expected}",
        JwsAlgorithmOfNone { place: Text }
            = "{place}: the JWS names an algorithm that is not allowed",
        JwsCritical { place: Text } = "{place}: the JWS demands extensions with `crit`",
        AlgNotAllowed = "signature parameter `alg` names an algorithm that is not allowed",
        AlgOfOtherKey = "signature parameter `alg` does not go with the key",
        NoSecureDigest { header: &'static str }
            = "header `{header}` has neither `sha-256` nor `sha-512`",
    }

    Code::KeyUnknown => {
        KeyNotOnRing { place: Text } = "{place} names a key that is not on the ring",
        UnknownTenant = "the request names no known tenant",
        NoCreation { provider: Text }
            = "endpoint validation of {provider}: it offers a key while no webhook is being created",
    }

    Code::KeyUnavailable => {
        NoKeys = "the verifier was made without keys: give it some with `with_keys`",
        NotAwaited = "the body tells where the key is: verify behind an endpoint, or give the key",
        NotFedAgain
            = "the body has to be fed once more, since it lacks the id that tells deliveries apart: use `step`",
        LookUpPanicked = "the look-up of a tenant panicked",
        // The sentence of an error in what the service was set up with.
        Setup { error: Text } = "{error}",
        ValidationTellsSecret { provider: Text }
            = "endpoint validation of {provider}: the token that is told to whoever asks is the secret of deliveries",
        ValidationUnset { what: &'static str }
            = "endpoint validation: there is no {what} to answer with; set it on the handshake",
        ValidationWithoutConfirm { provider: Text }
            = "endpoint validation of {provider}: there is no way to confirm it; set one with `confirm`",
    }

    Code::CertificateUntrusted => {
        NotAChain { place: Text, most: usize }
            = "{place}: `x5c` is not a list of at most {most} certificates",
        ChainTooLong { most: usize } = "`x5c` has more than {most} certificates",
        NotACertificate = "`x5c` has something other than a certificate",
        ChainOrder
            = "each certificate in `x5c` must certify the one before it (RFC 7515 section 4.1.6)",
        OtherRoot = "the chain leads to none of the roots",
        NoCertificate = "the JWS carries no certificate in `x5c`",
        ChainNotTrusted { problem: Text } = "the chain is not trusted: {problem}",
        ChainNotMarked = "the chain is not marked as one for these messages",
        CertificateKey { problem: Text } = "the certificate's key: {problem}",
    }

    Code::RecipientMismatch => {
        NoRecipient { places: Text } = "no {places}: nothing tells for whom the delivery is",
        RecipientUnreadable { place: Text }
            = "{place} appears more than once or cannot be read: nothing tells for whom the delivery is",
        OtherRecipient { name: Text, places: Text }
            = "the delivery is genuine and meant for somebody else: the {name} ({places}) is not one that was named",
        OtherHost = "the request is for a host that this endpoint does not answer for",
    }

    Code::BodyTooLarge => {
        OverLimit { most: u64 } = "the body is longer than the limit of {most} bytes",
        ValidationBody = "an endpoint validation with a body",
    }

    Code::BodyTimeout => {
        // As `Duration` shows itself: "30s".
        BodyLate { timeout: Text } = "timed out after {timeout} waiting for the body",
        ChunkLate { timeout: Text } = "timed out after {timeout} waiting for the next chunk",
    }

    Code::BodyUnreadable => {
        BodyBroken = "the connection closed mid-body, or the body could not be read",
    }

    Code::Replayed => {
        HandledBefore = "this delivery was handled before",
    }

    Code::DeliveryInProgress => {
        InProgress = "the first copy of this delivery is still being handled",
    }

    Code::StoreUnavailable => {
        StoreFailed { error: Text } = "the replay store failed: {error}",
        ClaimPolled = "the claim was polled after its end",
    }

    Code::Overloaded => {
        OverBudget = "the memory budget for bodies in flight is used up",
        TooManyLookUps = "too many look-ups of unknown tenants at a time",
        LookUpsUsedUp = "too many look-ups of unknown tenants",
    }

    // Values of several uses: the code is that of the value's use.
    *code => {
        Missing { code: Code, place: Text } = "no {place}",
        Repeated { code: Code, place: Text } = "{place} appears more than once",
        HeaderRepeated { code: Code, place: Text }
            = "{place} appears more than once, expected one value",
        BodyUnparsed { code: Code, place: Text }
            = "{place} cannot be read: the body does not parse",
        Multipart { code: Code, place: Text }
            = "no {place}: the body is multipart/form-data, whose parts are not read",
        NotJsonInBase64 { code: Code, header: Text } = "header `{header}`: expected JSON in base64",
        HeaderNotAscii { code: Code, header: Text } = "header `{header}` is not ASCII",
        HeaderTooLong { code: Code, header: Text, most: usize }
            = "header `{header}` is longer than {most} bytes",
        // What others say: key sources, stores, adapters.
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
            Self::HostDisagrees => "header `host` does not agree with the request's authority",
            Self::Forwarded => "header `forwarded`: expected one element, once",
            Self::ForwardedScheme => {
                "the proxy's forwarded protocol: expected `http` or `https`, once"
            }
            Self::ForwardedHost => {
                "the proxy's forwarded host: expected a host with an optional port, once"
            }
            Self::ForwardedPrefix => {
                "the proxy's forwarded prefix: expected an absolute path, once"
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

    /// A value for a field.
    pub(super) trait Sample {
        fn named(name: &'static str) -> Self;
    }

    impl Sample for Text {
        fn named(name: &'static str) -> Self {
            format!("{{{name}}}").into()
        }
    }

    impl Sample for &'static str {
        fn named(name: &'static str) -> Self {
            Box::leak(Text::named(name))
        }
    }

    impl Sample for std::borrow::Cow<'static, str> {
        fn named(name: &'static str) -> Self {
            Text::named(name).into_string().into()
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
    fn every_code_has_reasons_and_every_reason_its_own_sentence() {
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

    /// A result of one has room on the way of every request.
    #[test]
    fn a_rejection_is_small() {
        assert!(size_of::<Rejection>() <= 32, "{}", size_of::<Rejection>());
    }

    #[test]
    fn what_is_not_printable_in_a_value_is_escaped() {
        let place = Text::from("header `a\u{1b}[2J`");
        let rejection = Rejection::from(Reason::SignatureEmpty { place });
        assert_eq!(rejection.to_string(), r"header `a\x1b[2J` is empty");
        let header = Text::from("é".repeat(1 << 20));
        let code = Code::ContentMalformed;
        let long = Rejection::from(Reason::HeaderNotAscii { code, header });
        assert!(long.to_string().len() < 10_000);
    }
}
