//! Table of causes: for each, its stable name, the clauses of a diagnosis, the advice,
//! and its row in `docs/explain.md`.
//!
//! Each row expands to an enum variant and a module named after the cause, with one
//! function per clause: `key_has_quotes::around("quotes")` is the [`Change`] with that
//! clause. A clause completes "The signature matches when …", except for rows about time,
//! claims or hints, which involve no change.

/// A cause, and the clause that describes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Change {
    pub(super) cause: Cause,
    /// Completes "The signature matches when …".
    pub(super) clause: String,
}

/// A row of the table, without its clauses.
#[cfg_attr(not(test), allow(dead_code))] // The test that prints the documentation reads all.
pub(super) struct CauseRow {
    pub(super) name: &'static str,
    advice: Option<&'static str>,
    /// Completes "the signature matches when …" in the documentation.
    pub(super) change: Option<&'static str>,
    /// What is wrong although the signature matches.
    pub(super) unchanged: Option<&'static str>,
    /// What is observed if nothing is proven.
    pub(super) hint: Option<&'static str>,
}

impl Cause {
    /// The name in `cause`, `also` and `hint` of a diagnosis.
    pub(super) const fn name(self) -> &'static str {
        self.row().name
    }

    /// What to do about it.
    pub(super) const fn advice(self) -> Option<&'static str> {
        self.row().advice
    }
}

const RAW_BYTES: &str =
    "verify the raw bytes as received: install the layer outside any body parser";
const NOT_TEXT: &str =
    "something converts the body to text before verification; pass on its bytes unchanged";
const KEY_FORM: &str = "set the key's form in the scheme, or create the key with `Key::from_hex`, \
                        `Key::from_base64` or `Key::from_bytes`";
const KEY_ALONE: &str = "store only the key, as the provider displays it";
const CALLED_URL: &str = "tell the verifier the URL that the provider calls: \
                          `with_external_url`, or trusted proxies";

/// The value in parentheses, or nothing.
macro_rules! optional {
    () => {
        None
    };
    ($value:expr) => {
        Some($value)
    };
}

macro_rules! causes {
    ($(
        $name:ident $variant:ident {
            $(says $clause:ident($($arg:ident),*) $text:literal;)*
            $(advice $advice:expr;)?
            $(change $change:literal;)?
            $(unchanged $unchanged:literal;)?
            $(hint $hint:literal;)?
        }
    )*) => {
        /// A cause or a hint.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(super) enum Cause {
            $($variant,)*
        }

        impl Cause {
            #[cfg(test)]
            pub(super) const ALL: &[Self] = &[$(Self::$variant,)*];

            pub(super) const fn row(self) -> &'static CauseRow {
                match self {
                    $(Self::$variant => &CauseRow {
                        name: stringify!($name),
                        advice: optional!($($advice)?),
                        change: optional!($($change)?),
                        unchanged: optional!($($unchanged)?),
                        hint: optional!($($hint)?),
                    },)*
                }
            }
        }

        $(
            pub(super) mod $name {
                use crate::explain::cause::{Cause, Change};

                $(
                    pub(in super::super) fn $clause(
                        $($arg: impl std::fmt::Display),*
                    ) -> Change {
                        Change {
                            cause: Cause::$variant,
                            clause: format!($text),
                        }
                    }
                )*
            }
        )*
    };
}

causes! {
    // The key.
    key_is_hex KeyIsHex {
        says decoded(after) "the key is decoded from hex{after}";
        says separated() "the key is decoded from hex, without the separators between its bytes";
        advice KEY_FORM;
        change "the key is decoded from hex, with or without its prefix";
    }
    key_is_base64 KeyIsBase64 {
        says decoded(after) "the key is decoded from base64{after}";
        advice KEY_FORM;
        change "the key is decoded from base64, with or without its prefix";
    }
    key_is_base64url KeyIsBase64url {
        says decoded(after) "the key is decoded from base64url{after}";
        advice KEY_FORM;
        change "the key is decoded from base64url, with or without its prefix";
    }
    key_is_text KeyIsText {
        says undecoded() "the key is used as text, without decoding";
        advice KEY_FORM;
        change "the key is used as text, without decoding";
    }
    key_is_raw KeyIsRaw {
        says hex() "the key is hex-encoded, and the digits are used as text";
        says base64() "the key is base64-encoded, and the characters are used as text";
        says hex_for_base64() "the key is hex-encoded instead of base64-encoded, and used as text";
        says base64_for_hex() "the key is base64-encoded instead of hex-encoded, and used as text";
        change "the key is hex- or base64-encoded, and that text is the key";
    }
    key_has_quotes KeyHasQuotes {
        says around(what) "the {what} around the key are removed";
        says before() "the quote before the key is removed";
        advice KEY_ALONE;
        change "quotes or angle brackets around the key are removed";
    }
    key_has_space KeyHasSpace {
        says around() "the spaces around the key are removed";
        says invisible() "the invisible characters around the key are removed";
        advice KEY_ALONE;
        change "white space or invisible characters around the key are removed";
    }
    key_has_newline KeyHasNewline {
        says at_end() "the newline at the end of the key is removed";
        advice KEY_ALONE;
        change "the newline at the end of the key is removed";
    }
    key_has_bom KeyHasBom {
        says before() "the byte order mark (BOM) before the key is removed";
        advice KEY_ALONE;
        change "the byte order mark before the key is removed";
    }
    key_has_name KeyHasName {
        says before() "the variable name before the key is removed";
        says before_quoted()
            "the variable name before the key and the quotes around it are removed";
        advice KEY_ALONE;
        change "the variable name before the key is removed, as in `SECRET=…`";
    }
    key_has_prefix KeyHasPrefix {
        says word() "the word before the key is removed";
        says prefix() "the key's prefix is removed";
        advice KEY_ALONE;
        change "the word or prefix before the key is removed";
    }
    key_has_suffix KeyHasSuffix {
        says mark(mark) "the `{mark}` at the end of the key is removed";
        says comment() "the comment after the key is removed";
        advice KEY_ALONE;
        change "a comma, quote, `\\n` or comment after the key is removed";
    }
    key_doubled KeyDoubled {
        says once() "the key is used once: it was pasted twice";
        change "the key is used once, if it was pasted twice";
    }
    key_lacks_newline KeyLacksNewline {
        says ending(what) "the key ends with {what}, which the sender includes";
        change "the key ends with a newline or a space, which the sender includes";
    }
    key_lacks_quotes KeyLacksQuotes {
        says around() "the key is in quotes, which the sender includes";
        change "the key is in quotes, which the sender includes";
    }
    key_lacks_prefix KeyLacksPrefix {
        says prefix(prefix) "the key includes its prefix `{prefix}`";
        change "the key includes its prefix, such as `whsec_`";
    }
    key_is_escaped KeyIsEscaped {
        says undone(what) "the {what} in the key are unescaped";
        says percent() "the key is percent-decoded";
        change "the key is unescaped, after a shell, a compose file or a URL";
    }
    key_case KeyCase {
        says written(case) "the key is written in {case} case";
        change "the key is in lower or upper case";
    }
    key_charset KeyCharset {
        says encoded(charset) "the characters of the key are encoded in {charset}";
        change "the characters of the key are encoded in another charset";
    }
    key_pem_mangled KeyPemMangled {
        says escapes() "each literal `\\n` in the PEM key is replaced by a line break";
        says lines() "the line breaks of the PEM key, which were lost or changed, are restored";
        advice "store the PEM key in a file, or with real line breaks";
        change "the line breaks of the PEM key, which a one-line variable lost, are restored";
    }
    key_is_private KeyIsPrivate {
        says half(of_key) "the public half of the private key is used{of_key}";
        change "the public half of the private key is used";
    }
    key_is_another KeyIsAnother {
        says named(id) "the key `{id}` is used, not the one that the request names";
        says other(id) "another of your keys is used: `{id}`";
        says other_read() "another of your keys is used";
        change "another key is used: one of `--other-key`, or not the one that the request names";
    }
    key_is_another_kind KeyIsAnotherKind {
        says api_key() "the key is used although it looks like an API key: give it as `Key::shared_secret`, or `--key secret:env:VARIABLE`";
        says unusable(why) "The keys are not usable: {why}.";
        change "the key is used although it looks like an API key (`sk_live_…`, `ghp_…`)";
        hint "a PEM block, a JWK, an SSH key or an API key (`sk_live_…`, `ghp_…`) instead of a shared secret";
    }
    key_is_unusable KeyIsUnusable {
        says unusable(why) "The keys are not usable: {why}.";
        hint "the scheme cannot use the keys";
    }

    // The scheme.
    scheme_is_another SchemeIsAnother {
        says provider(name, title, own) "it is verified as `{name}` ({title}) instead of `{own}`";
        change "it is verified as another provider's";
    }
    algorithm_is_another AlgorithmIsAnother {
        says digest(other, algorithm, own) "the algorithm is {other} ({algorithm}) instead of {own}";
        says of_token(named, allowed)
            "The token names the algorithm `{named}`, the scheme only allows `{allowed}`; the signature matches under neither.";
        change "another digest is used, such as SHA-1 for SHA-256";
        hint "the token names an algorithm that the scheme does not allow";
    }

    // The signature.
    signature_in_other_header SignatureInOtherHeader {
        says signature(place, encoding) "the signature is read from {place}{encoding}";
        says key(header) "the key is read from header `{header}`";
        says credentials(header, what) "the key in header `{header}` is {what}";
        says word(header, word)
            "the key in header `{header}` is read without `{word}` before it";
        says quotes(header) "the quotes around the value of header `{header}` are removed";
        advice "set the header in the scheme: `--param header=NAME`";
        change "it is read from another header or a query parameter";
    }
    signature_repeated SignatureRepeated {
        says alone(header) "only one of the several `{header}` headers is used";
        change "only one of several signature headers is used";
    }
    signature_is_hex SignatureIsHex {
        says read(place, name, own) "the signature in {place} is read as {name} instead of {own}";
        change "it is decoded from hex";
    }
    signature_is_base64 SignatureIsBase64 {
        says read(place, name, own) "the signature in {place} is read as {name} instead of {own}";
        change "it is decoded from base64";
    }
    signature_is_base64url SignatureIsBase64url {
        says read(place, name, own) "the signature in {place} is read as {name} instead of {own}";
        change "it is decoded from base64url";
    }
    signature_encoded_twice SignatureEncodedTwice {
        says decoded(place, outer, inner)
            "the signature in {place} is decoded twice: it is the {outer} of {inner}";
        change "it is decoded twice, as base64 of hex digits";
    }
    signature_percent_encoded SignaturePercentEncoded {
        says decoded(place) "the signature in {place} is percent-decoded";
        change "it is percent-decoded";
    }
    signature_plus_lost SignaturePlusLost {
        says mended(place) "the spaces in the signature in {place} are replaced by `+`";
        change "its spaces, which a form decoder made of `+`, are replaced by `+`";
    }
    signature_prefix SignaturePrefix {
        says alone(place) "the signature in {place} is read without the text around it: its prefix is different";
        says without(place, prefix) "the signature in {place} is read without the expected `{prefix}`: its prefix is different";
        says token(place) "the signature in {place} is read from the token alone, whose prefix is not the scheme's: its prefix is different";
        says credentials(header, what) "the key in header `{header}` is {what}";
        says word(header, word)
            "the key in header `{header}` is read without `{word}` before it";
        says quotes(header) "the quotes around the value of header `{header}` are removed";
        change "it is read without its prefix, or with a different one";
    }
    signature_cut SignatureCut {
        says completed(place, shown, whole, characters)
            "the signature in {place} is completed: it is truncated to {shown} of {whole} {characters}";
        says padding(place, own)
            "the signature in {place} is read as base64 with its padding truncated, instead of {own}";
        advice "a proxy or a database column truncates the header";
        change "its missing end is ignored; at least 8 bytes of it must be present";
    }
    signature_too_long SignatureTooLong {
        says digits(place, count) "the signature in {place} ends after {count} hex digits: more follow";
        says characters(place, count) "the signature in {place} ends after {count} characters: more follow";
        change "what follows it is ignored";
    }

    // The body, as JSON.
    body_json_compact BodyJsonCompact {
        says written() "compact, without spaces";
        advice RAW_BYTES;
        change "the JSON is written without spaces";
    }
    body_json_spaced BodyJsonSpaced {
        says written() "spaced, with `, ` and `: `";
        says colons() "spaced, with `,` and `: `";
        advice RAW_BYTES;
        change "the JSON has a space after each colon, or after each colon and comma";
    }
    body_json_indent_2 BodyJsonIndent2 {
        says written() "indented by 2 spaces";
        advice RAW_BYTES;
        change "the JSON is indented by 2 spaces";
    }
    body_json_indent_4 BodyJsonIndent4 {
        says written() "indented by 4 spaces";
        advice RAW_BYTES;
        change "the JSON is indented by 4 spaces";
    }
    body_json_indented BodyJsonIndented {
        says by(count) "indented by {count}";
        says tabs() "indented by tabs";
        says pretty() "pretty-printed";
        advice RAW_BYTES;
        change "the JSON has another indentation, such as tabs";
    }
    body_json_sorted BodyJsonSorted {
        says sorted() "keys sorted";
        says unsorted()
            "the keys are in the order in which they were sent, before something sorted them";
        advice RAW_BYTES;
        change "the keys of the JSON are sorted, or in the order in which they were sent";
    }
    body_json_slashes BodyJsonSlashes {
        says escaped() "slashes written as `\\/`";
        says plain() "slashes written as `/`, not `\\/`";
        advice RAW_BYTES;
        change "slashes in the JSON are written as `\\/`, or as `/`";
    }
    body_json_unicode BodyJsonUnicode {
        says escaped() "non-ASCII characters written as `\\uXXXX`";
        says plain() "non-ASCII characters unescaped, not `\\uXXXX`";
        advice RAW_BYTES;
        change "non-ASCII characters in the JSON are written as `\\uXXXX`, or unescaped";
    }
    body_json_html_escapes BodyJsonHtmlEscapes {
        says escaped() "`<`, `>` and `&` written as `\\u003c`, `\\u003e`, `\\u0026`";
        says plain() "`<`, `>` and `&` unescaped";
        advice RAW_BYTES;
        change "`<`, `>` and `&` in the JSON are written as `\\u003c` and so on, or unescaped";
    }
    body_json_numbers BodyJsonNumbers {
        says reformatted() "numbers reformatted";
        says one(text, other)
            "the number {text} in the body is written `{other}`, as it was before a JSON parser re-serialized it";
        says some()
            "some numbers in the body keep their trailing zeros, which a JSON parser dropped";
        says zeros(example) "numbers keep the trailing zeros that a JSON parser dropped, as in `{example}`";
        says digits(text, other)
            "the number {text} is `{other}`, whose last digits JavaScript rounded away";
        advice RAW_BYTES;
        change "numbers in the JSON are written as they were before parsing: `10.0`, not `10`";
    }
    body_json_line_breaks BodyJsonLineBreaks {
        says escaped() "line breaks in strings escaped as `\\n`";
        says before_echo(also)
            "the escapes in the body's JSON are those that a shell's `echo` interpreted{also}";
        advice RAW_BYTES;
        change "line breaks in JSON strings are escaped as `\\n`";
    }
    body_json_empty_objects BodyJsonEmptyObjects {
        says before_php()
            "empty arrays in the body's JSON are empty objects, `{{}}`, as before PHP re-serialized it";
        says also() "empty arrays are the empty objects that PHP replaced";
        advice RAW_BYTES;
        change "empty arrays in the JSON are the empty objects that PHP replaced";
    }
    body_json_quoted BodyJsonQuoted {
        says unwrapped()
            "the body is unwrapped: it is JSON inside a JSON string (encoded twice)";
        advice RAW_BYTES;
        change "the JSON is unwrapped from a JSON string (encoded twice)";
    }
    body_json_reserialised BodyJsonReserialised {
        says written() "the body's JSON is re-serialized";
        advice RAW_BYTES;
        change "the JSON is re-serialized in a style that has no cause of its own";
    }

    // The body, as a form or text.
    body_form_reencoded BodyFormReencoded {
        says with_field()
            "the body is a form with the JSON in its field `payload`, from which a parser extracted it";
        says value_alone() "the body is only the JSON in its form field";
        says decoded() "the body is percent-decoded";
        says without_empty() "the empty fields of the form body are removed";
        says ordered() "the fields of the form body are in another order";
        says encoded(what, space, software, details)
            "{what} with spaces as {space} (as {software}{details})";
        advice RAW_BYTES;
        change "the form is encoded differently, or is decoded";
    }
    body_html_escaped BodyHtmlEscaped {
        says undone() "the HTML entities in the body (&quot;, &amp;) are decoded";
        change "HTML entities in the body are decoded";
    }
    body_trailing_newline BodyTrailingNewline {
        says left_out(what) "the {what} at the end of the body is removed";
        says missing(what) "the body ends in {what}, which is missing";
        advice NOT_TEXT;
        change "the newline at the end of the body is removed, or added";
    }
    body_surrounding_space BodySurroundingSpace {
        says zeros() "the zero bytes at the end of the body are removed";
        says white() "the white space around the body is removed";
        change "white space around the body or zero bytes after it are removed";
    }
    body_line_endings BodyLineEndings {
        says are(these, those) "the body's line endings are {these} instead of {those}";
        advice NOT_TEXT;
        change "line endings are LF instead of CR LF, or the reverse";
    }
    body_bom BodyBom {
        says left_out() "the byte order mark (BOM) at the start of the body is removed";
        says missing() "the body starts with a byte order mark (BOM), which is missing";
        advice NOT_TEXT;
        change "the byte order mark before the body is removed, or added";
    }
    body_charset BodyCharset {
        says is(this, that) "the body's charset is {this} instead of {that}";
        says twice(name) "the body's UTF-8 is encoded twice, as if it were {name}";
        advice NOT_TEXT;
        change "the body is in another charset, or its UTF-8 is encoded twice";
    }
    body_is_compressed BodyIsCompressed {
        says inflated(name) "the body is decompressed ({name}) before verification";
        advice "verify after the content coding is undone for this provider";
        change "the body is decompressed first";
    }
    body_is_base64 BodyIsBase64 {
        says decoded() "the body is decoded from base64 before verification";
        change "the body is decoded from base64 first";
    }
    body_is_chunked BodyIsChunked {
        says joined() "the chunked transfer coding is decoded: the chunk sizes are still in the body";
        change "the chunked transfer coding is decoded first";
    }
    body_truncated BodyTruncated {
        says end(end) "the body ends in `{end}`, which is missing";
        says rest(count, length)
            "the {count} bytes after the body are included: Content-Length is {length}, which truncates it";
        says announced(length, here)
            "The body is truncated: Content-Length announces {length} bytes, {here} were received";
        change "brackets or bytes missing at the end of the body are added";
        hint "`Content-Length` announces more bytes than were received";
    }
    body_too_long BodyTooLong {
        says first(length)
            "only the first {length} bytes of the body are used, as Content-Length says";
        change "the bytes beyond `Content-Length` are ignored";
    }
    body_doubled BodyDoubled {
        says once() "the body is used once: it occurs twice in a row";
        says twice() "the body is repeated twice in a row";
        change "the body is used once if it occurs twice, or repeated";
    }
    body_should_be_empty BodyShouldBeEmpty {
        says empty() "the body is empty";
        change "the body is empty";
    }
    body_empty BodyEmpty {
        says announced(length)
            "The body is empty, though Content-Length announces {length} bytes: something read it before verification";
        hint "`Content-Length` announces a body, but none was received";
    }
    body_rewritten BodyRewritten {
        says announced(length, here)
            "The body is not the one that was sent: Content-Length announces {length} bytes, {here} were received, and undoing common rewrites does not restore it";
        hint "`Content-Length` announces another length than was received";
    }
    body_decompressed BodyDecompressed {
        says coding(coding)
            "The body is decompressed: Content-Encoding is {coding}, but the body is plain JSON; if the provider signs what it sends, the signed bytes are lost";
        hint "`Content-Encoding` names a coding, but the body is plain JSON";
    }
    body_multipart BodyMultipart {
        says unread(place)
            "The body is multipart/form-data, as with attachments, and its parts are not read, so there is no {place}: have the provider send a form or JSON, or verify the part's content.";
        hint "the signature is a field of a form, and the body is `multipart/form-data`, whose parts are not read";
    }

    // The signed content beside the body.
    content_with_timestamp ContentWithTimestamp {
        says template(text)
            "the signed content includes the timestamp: `{text}` instead of the scheme's";
        change "the timestamp is signed as well";
    }
    content_without_timestamp ContentWithoutTimestamp {
        says template(text)
            "the signed content does not include the timestamp: `{text}` instead of the scheme's";
        change "the timestamp is not signed";
    }
    content_without_id ContentWithoutId {
        says template(text)
            "the signed content does not include the id: `{text}` instead of the scheme's";
        change "the id is not signed";
    }
    content_is_another ContentIsAnother {
        says template(text) "the signed content is `{text}` instead of the scheme's";
        change "the signed content has another template";
    }
    timestamp_unit TimestampUnit {
        says written(how) "the signed timestamp is written {how}";
        says expected(found, expected)
            "the timestamp is written as {found}, but the scheme expects {expected}";
        advice "set the unit of `timestamp` in the scheme";
        change "the timestamp is written in another unit";
    }
    timestamp_moved TimestampMoved {
        says read(place) "the timestamp is read from {place}, not from the scheme's location";
        says off(text, span, side)
            "the signed timestamp is `{text}`, {span} {side} the one in the request";
        change "the timestamp is read from another location, or is some minutes off";
    }
    timestamp_missing TimestampMissing {
        says read(place) "the timestamp is read from {place}, not from the scheme's location";
        says empty() "the timestamp is empty in the signed content";
        says guessed(text) "the timestamp is `{text}`, which the request lacks";
        change "the missing timestamp is read from another location, or is close to now";
    }
    id_missing IdMissing {
        says read(place) "the id is read from {place}";
        change "the missing id is read from another location, or is empty";
    }
    id_changed IdChanged {
        says read(place) "the id is read from {place}";
        change "the id is read from another location, or is empty";
    }
    method_changed MethodChanged {
        says is(method) "the method is `{method}`";
        change "the method is different";
    }

    // The URL.
    url_scheme UrlScheme {
        says is(other, own) "the signed URL starts with `{other}://` instead of `{own}://`";
        advice CALLED_URL;
        change "the signed URL has `http` instead of `https`, or the reverse";
    }
    url_host UrlHost {
        says is(other, own, also)
            "the signed URL has the host `{other}` instead of `{own}`{also}";
        says lower() "the signed URL's host is in lower case";
        advice CALLED_URL;
        change "the signed URL has another host";
    }
    url_port UrlPort {
        says is(other, own, also)
            "the signed URL has the host `{other}` instead of `{own}`{also}";
        advice CALLED_URL;
        change "the signed URL has another port, or none";
    }
    url_path_prefix UrlPathPrefix {
        says starts(prefix)
            "the signed URL's path starts with `{prefix}`, which a proxy strips";
        says is(prefix) "the signed URL's path is `{prefix}`, which a proxy strips";
        says added(prefix)
            "the signed URL's path does not start with `{prefix}`, which a proxy adds";
        says header(name) "the signed URL is the one in header `{name}`";
        advice CALLED_URL;
        change "the path of the signed URL has a prefix that a proxy strips, or lacks one that a proxy adds";
    }
    url_trailing_slash UrlTrailingSlash {
        says missing() "the signed URL has a slash at the end of its path";
        says added() "the signed URL has no slash at the end of its path";
        advice CALLED_URL;
        change "the path of the signed URL ends in a slash, or does not";
    }
    url_slashes UrlSlashes {
        says single() "the signed URL's path has a single slash instead of two in a row";
        says double()
            "the signed URL's path has two slashes in a row, which a proxy merges";
        advice CALLED_URL;
        change "the path of the signed URL has two slashes in a row, or one instead";
    }
    url_query UrlQuery {
        says empty() "the signed URL ends in `?`, with an empty query";
        says none() "the signed URL has no query";
        says without(name) "the signed URL's query has no parameter `{name}`";
        advice CALLED_URL;
        change "the signed URL has no query, an empty one, or one parameter fewer";
    }
    url_query_order UrlQueryOrder {
        says are(how) "the parameters of the signed URL's query are {how}";
        advice CALLED_URL;
        change "the parameters of the query are in another order";
    }
    url_percent_encoding UrlPercentEncoding {
        says encoded() "the signed URL's path is percent-encoded, which a proxy decodes";
        says decoded() "the signed URL's path is percent-decoded";
        says slash()
            "the signed URL's path has a slash written as `%2F`, which a proxy decodes";
        says digits(case) "the signed URL's percent-encoding has {case}-case digits";
        says spaces(space) "the spaces in the signed URL's query are `{space}`";
        says query_decoded() "the signed URL's query is percent-decoded";
        says query_encoded() "the signed URL's query is percent-encoded";
        advice CALLED_URL;
        change "the signed URL is percent-encoded differently";
    }
    url_path_case UrlPathCase {
        says lower() "the signed URL's path is in lower case";
        advice CALLED_URL;
        change "the path of the signed URL is in lower case";
    }

    // A token's claims.
    claim_digest_is_another ClaimDigestIsAnother {
        says read(place, digest, encoding)
            "{place} is read as the body's {digest} in {encoding}";
        change "the claim is the body's digest by another algorithm or in another encoding";
    }
    claim_is_another ClaimIsAnother {
        says missing(place) "there is no {place}";
        says of_no_body(place) "{place} is the hash of a body, but the body is empty";
        says of_body(place)
            "{place} does not match this body, nor any common rewrite of it: the body was changed, or the token belongs to another request";
        says is_url(place, value, url) "{place} is `{value}`, but the request's URL is `{url}`";
        says of_url(place, url) "{place} does not match the URL `{url}`";
        says is(place, value, expected) "{place} is `{value}`, expected `{expected}`";
        says not_given(place, name) "{place} does not match the value given as `{name}`";
        says unexpected(place) "{place} does not match the value that the scheme expects";
        advice "the token was issued for another receiver, or the scheme or its parameters name another one";
        unchanged "the token is genuine but names another issuer, receiver or URL";
        hint "the token's own signature matches, but a claim does not match this body";
    }

    // The time.
    delivery_late DeliveryLate {
        says by_date()
            "a slow queue is likelier than a wrong clock, since the request's `Date` agrees with this clock";
        says recorded()
            "a recorded or replayed request is likelier than a wrong clock; give the time of arrival to check it as of then";
        says queued()
            "a slow queue or a retry with the old signature is likelier than a wrong clock";
        unchanged "only the time is off: the request was signed long ago";
    }
    clock_is_ahead ClockIsAhead {
        says by_date()
            "this clock is likely fast, since the request's `Date` agrees with the timestamp";
        says time_zone()
            "this clock is likely wrong: it differs by a time zone offset";
        unchanged "only the time is off, and this clock is likely fast";
    }
    clock_is_behind ClockIsBehind {
        says early(span, tolerance)
            "only the time is off: it was signed {span} ahead of this clock (tolerance {tolerance}); this clock is likely slow, since no queue delivers early";
        says not_yet(span)
            "only the time is off: the token is not valid for another {span} by this clock (claim `/nbf`); this clock is likely slow, since no queue delivers early";
        advice "compare this machine's clock with a time server (NTP)";
        unchanged "only the time is off, and this clock is likely slow";
    }
}
