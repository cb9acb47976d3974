//! The causes: for each its stable name, what is said of it, what to do about
//! it, and its row in `docs/explain.md`.
//!
//! A row of the table is an enum variant and a module named after the cause.
//! The module has a function for each thing that a diagnosis says about it:
//! `key_has_quotes::around("quotes")` is the [`Change`] with that clause. A
//! clause completes "The signature matches when …", except where the row is
//! about the time, a claim or a hint, which need no change.

/// What is wrong, or what was done on the way, and how it is said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Change {
    pub(super) cause: Cause,
    /// Completes "The signature matches when …".
    pub(super) clause: String,
}

/// What the table has of a cause beside its clauses.
#[cfg_attr(not(test), allow(dead_code))] // The test that prints the documentation reads all.
pub(super) struct CauseRow {
    pub(super) name: &'static str,
    advice: Option<&'static str>,
    /// Completes "the signature matches when …" in the documentation.
    pub(super) change: Option<&'static str>,
    /// What is wrong although the signature matches.
    pub(super) unchanged: Option<&'static str>,
    /// What is seen where nothing is proven.
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
    "verify the raw bytes as they arrive, before any parser: the layer stands outside it";
const NOT_TEXT: &str = "something treats the body as text on its way; take its bytes as they are";
const KEY_FORM: &str = "set the key's form in the scheme, or give the key with `Key::from_hex`, \
                        `Key::from_base64` or `Key::from_bytes`";
const KEY_ALONE: &str = "store the key alone, as the provider shows it";
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
                $(
                    pub(in crate::explain) fn $clause(
                        $($arg: impl std::fmt::Display),*
                    ) -> super::Change {
                        super::Change {
                            cause: super::Cause::$variant,
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
        says separated() "the key is decoded from hex, without what separates its bytes";
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
        says undecoded() "the key is taken as text, as it stands";
        advice KEY_FORM;
        change "the key is taken as text, not decoded";
    }
    key_is_raw KeyIsRaw {
        says hex() "the key is written in hex and taken as text";
        says base64() "the key is written in base64 and taken as text";
        says hex_for_base64() "the key is written in hex instead of base64, and taken as text";
        says base64_for_hex() "the key is written in base64 instead of hex, and taken as text";
        change "the key is encoded in hex or base64, and that text is the key";
    }
    key_has_quotes KeyHasQuotes {
        says around(what) "the {what} around the key are left out";
        says before() "the quote before the key is left out";
        advice KEY_ALONE;
        change "quotes or angle brackets around the key are left out";
    }
    key_has_space KeyHasSpace {
        says around() "the spaces around the key are left out";
        says invisible() "the invisible characters around the key are left out";
        advice KEY_ALONE;
        change "white space or invisible characters around the key are left out";
    }
    key_has_newline KeyHasNewline {
        says at_end() "the newline at the end of the key is left out";
        advice KEY_ALONE;
        change "the newline at the end of the key is left out";
    }
    key_has_bom KeyHasBom {
        says before() "the byte order mark (BOM) before the key is left out";
        advice KEY_ALONE;
        change "the byte order mark before the key is left out";
    }
    key_has_name KeyHasName {
        says before() "the variable name before the key is left out";
        says before_quoted()
            "the variable name before the key and the quotes around it are left out";
        advice KEY_ALONE;
        change "the variable name before the key is left out, as in `SECRET=…`";
    }
    key_has_prefix KeyHasPrefix {
        says word() "the word before the key is left out";
        says prefix() "the key's prefix is left out";
        advice KEY_ALONE;
        change "the word or prefix before the key is left out";
    }
    key_has_suffix KeyHasSuffix {
        says mark(mark) "the `{mark}` at the end of the key is left out";
        says comment() "the comment after the key is left out";
        advice KEY_ALONE;
        change "a comma, quote, `\\n` or comment after the key is left out";
    }
    key_doubled KeyDoubled {
        says once() "the key is taken once: it stands there twice";
        change "the key is taken once, where it was pasted twice";
    }
    key_lacks_newline KeyLacksNewline {
        says ending(what) "{what} stands at the end of the key, as the sender signs with it";
        change "a newline or a space ends the key, as the sender signs with it";
    }
    key_lacks_quotes KeyLacksQuotes {
        says around() "the key stands in quotes, as the sender signs with them";
        change "the key is in quotes, as the sender signs with them";
    }
    key_lacks_prefix KeyLacksPrefix {
        says prefix(prefix) "the key has its prefix `{prefix}` before it";
        change "the key has its prefix, such as `whsec_`";
    }
    key_is_escaped KeyIsEscaped {
        says undone(what) "the {what} in the key are undone";
        says percent() "the key is percent-decoded";
        change "what a shell, a compose file or a URL escaped in the key is undone";
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
        says escapes() "the `\\n` written as text in the PEM key are made line breaks";
        says lines() "the PEM key gets its line breaks back, which were lost or changed";
        advice "store the PEM key in a file, or with real line breaks";
        change "the PEM key has its line breaks again, which a one-line variable lost";
    }
    key_is_private KeyIsPrivate {
        says half(of_key) "the public half of the private key is used{of_key}";
        change "the public half of the private key is used";
    }
    key_is_another KeyIsAnother {
        says named(id) "the key `{id}` is used, not the one that the request names";
        says other(id) "another of your keys is used: `{id}`";
        says other_read() "another of your keys is used";
        change "another of the keys is used (`--other-key`), or another than the request names";
    }
    key_is_another_kind KeyIsAnotherKind {
        says api_key() "the key is used although it looks like one for calling an API: give it as `Key::shared_secret`, or `--key secret:env:VARIABLE`";
        says unusable(why) "The keys are not usable: {why}.";
        change "the key is used although it looks like one for calling an API (`sk_live_…`, `ghp_…`)";
        hint "a PEM block, a JWK, an SSH key or an API key (`sk_live_…`, `ghp_…`) where a shared secret belongs";
    }
    key_is_unusable KeyIsUnusable {
        says unusable(why) "The keys are not usable: {why}.";
        hint "the scheme cannot use the keys at all";
    }

    // The scheme.
    scheme_is_another SchemeIsAnother {
        says provider(name, title, own) "it is checked as `{name}` ({title}) instead of `{own}`";
        change "it is checked as another provider's";
    }
    algorithm_is_another AlgorithmIsAnother {
        says digest(other, algorithm, own) "the algorithm is {other} ({algorithm}) instead of {own}";
        says of_token(named, allowed)
            "The token names the algorithm `{named}`, the scheme allows `{allowed}` alone; the signature matches under neither.";
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
        says quotes(header) "the quotes around the value of header `{header}` are left out";
        advice "set the header in the scheme: `--param header=NAME`";
        change "it is read from another header or a query parameter";
    }
    signature_repeated SignatureRepeated {
        says alone(header) "one of the several `{header}` headers is taken alone";
        change "one of several signature headers is taken alone";
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
        says mended(place) "the spaces in the signature in {place} are `+` again";
        change "its spaces are `+` again, which a form decoder replaced";
    }
    signature_prefix SignaturePrefix {
        says alone(place) "the signature in {place} is read its value alone, without what stands around it: its prefix is another";
        says without(place, prefix) "the signature in {place} is read without the expected `{prefix}`: its prefix is another";
        says token(place) "the signature in {place} is read in the token alone, which has something else before it than the scheme: its prefix is another";
        says credentials(header, what) "the key in header `{header}` is {what}";
        says word(header, word)
            "the key in header `{header}` is read without `{word}` before it";
        says quotes(header) "the quotes around the value of header `{header}` are left out";
        change "it is read without its prefix, or with another";
    }
    signature_cut SignatureCut {
        says completed(place, shown, whole, characters)
            "the signature in {place} is completed: it is cut, {shown} of {whole} {characters} are there";
        says padding(place, own)
            "the signature in {place} is read as base64 without padding, which is cut off, instead of {own}";
        advice "a proxy or a database column shortens the header";
        change "its missing end is ignored; at least 8 bytes of it have to be there";
    }
    signature_too_long SignatureTooLong {
        says digits(place, count) "the signature in {place} ends after {count} hex digits: more stand there";
        says characters(place, count) "the signature in {place} ends after {count} characters: more stand there";
        change "what follows it is left out";
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
        change "the JSON has a space after each colon, or after commas too";
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
        change "the JSON is indented otherwise, as by tabs";
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
        says plain() "non-ASCII characters written as themselves, not `\\uXXXX`";
        advice RAW_BYTES;
        change "non-ASCII characters in the JSON are written as `\\uXXXX`, or as themselves";
    }
    body_json_html_escapes BodyJsonHtmlEscapes {
        says escaped() "`<`, `>` and `&` written as `\\u003c`, `\\u003e`, `\\u0026`";
        says plain() "`<`, `>` and `&` written as themselves";
        advice RAW_BYTES;
        change "`<`, `>` and `&` in the JSON are written as `\\u003c` and so on, or as themselves";
    }
    body_json_numbers BodyJsonNumbers {
        says reformatted() "numbers reformatted";
        says one(text, other)
            "the number {text} in the body is written `{other}`, as before a JSON parser read it and wrote it again";
        says some()
            "some numbers in the body have their zeros at the end, which a JSON parser dropped";
        says zeros(example) "numbers have the zeros that a JSON parser dropped, as in `{example}`";
        says digits(text, other)
            "the number {text} is `{other}`, whose last digits JavaScript rounded away";
        advice RAW_BYTES;
        change "numbers in the JSON are written as before a parser read them: `10.0`, not `10`";
    }
    body_json_line_breaks BodyJsonLineBreaks {
        says escaped() "line breaks inside strings written as `\\n`";
        says before_echo(also)
            "the escapes in the body's JSON are as they were before a shell's `echo` read them{also}";
        advice RAW_BYTES;
        change "line breaks inside JSON strings are written as `\\n`";
    }
    body_json_empty_objects BodyJsonEmptyObjects {
        says before_php()
            "empty arrays in the body's JSON are empty objects, `{{}}`, as before PHP read it and wrote it again";
        says also() "empty arrays are the empty objects that PHP made them of";
        advice RAW_BYTES;
        change "empty arrays in the JSON are the empty objects of which PHP made them";
    }
    body_json_quoted BodyJsonQuoted {
        says unwrapped()
            "the body is unwrapped: it is JSON inside a JSON string (encoded twice)";
        advice RAW_BYTES;
        change "the JSON is taken out of the JSON string around it";
    }
    body_json_reserialised BodyJsonReserialised {
        says written() "the body's JSON is re-serialised";
        advice RAW_BYTES;
        change "the JSON is re-serialised in a way that has no name of its own";
    }

    // The body, as a form or text.
    body_form_reencoded BodyFormReencoded {
        says with_field()
            "the body is a form with the JSON in its field `payload`, which a parser took out";
        says value_alone() "the body is the JSON in its form field alone";
        says decoded() "the body is percent-decoded";
        says without_empty() "the empty fields of the form body are left out";
        says ordered() "the fields of the form body are in another order";
        says encoded(what, space, software, details)
            "{what} with spaces as {space} (as {software}{details})";
        advice RAW_BYTES;
        change "the form is encoded otherwise, or is no form";
    }
    body_html_escaped BodyHtmlEscaped {
        says undone() "the HTML entities in the body (&quot;, &amp;) are undone";
        change "HTML entities in the body are undone";
    }
    body_trailing_newline BodyTrailingNewline {
        says left_out(what) "the {what} at the end of the body is left out";
        says missing(what) "the body ends in {what}, which is missing";
        advice NOT_TEXT;
        change "the newline at the end of the body is left out, or added";
    }
    body_surrounding_space BodySurroundingSpace {
        says zeros() "the zero bytes at the end of the body are left out";
        says white() "the white space around the body is left out";
        change "white space around the body or zero bytes after it are left out";
    }
    body_line_endings BodyLineEndings {
        says are(these, those) "the body's line endings are {these} instead of {those}";
        advice NOT_TEXT;
        change "line endings are LF instead of CR LF, or the other way";
    }
    body_bom BodyBom {
        says left_out() "the byte order mark (BOM) at the start of the body is left out";
        says missing() "the body starts with a byte order mark (BOM), which is missing";
        advice NOT_TEXT;
        change "the byte order mark before the body is left out, or added";
    }
    body_charset BodyCharset {
        says is(this, that) "the body's charset is {this} instead of {that}";
        says twice(name) "the body's UTF-8 is encoded once more, as if it were {name}";
        advice NOT_TEXT;
        change "the body is in another charset, or its UTF-8 is encoded once more";
    }
    body_is_compressed BodyIsCompressed {
        says inflated(name) "the body is decompressed ({name}) before it is checked";
        advice "verify after the content coding is undone for this provider";
        change "the body is decompressed first";
    }
    body_is_base64 BodyIsBase64 {
        says decoded() "the body is decoded from base64 before it is checked";
        change "the body is decoded from base64 first";
    }
    body_is_chunked BodyIsChunked {
        says joined() "the body is taken out of its chunks: their sizes still stand in it";
        change "the body is taken out of its chunks first";
    }
    body_truncated BodyTruncated {
        says end(end) "the body ends in `{end}`, which is cut off";
        says rest(count, length)
            "the {count} bytes after the body count as well: Content-Length says {length}, which cuts it";
        says announced(length, here)
            "The body is truncated: Content-Length announces {length} bytes, {here} are here";
        change "brackets or bytes that were cut off the body are added";
        hint "`Content-Length` announces more bytes than are here";
    }
    body_too_long BodyTooLong {
        says first(length)
            "only the first {length} bytes of the body count, as Content-Length says";
        change "what follows the length in `Content-Length` is left out";
    }
    body_doubled BodyDoubled {
        says once() "the body is taken once: it stands there twice, one after the other";
        says twice() "the body is sent twice over";
        change "the body is taken once where it is there twice, or twice";
    }
    body_should_be_empty BodyShouldBeEmpty {
        says empty() "the body is empty";
        change "the body is empty";
    }
    body_empty BodyEmpty {
        says announced(length)
            "The body is empty, though Content-Length announces {length} bytes: something read it before the check";
        hint "`Content-Length` announces a body, none is here";
    }
    body_rewritten BodyRewritten {
        says announced(length, here)
            "The body is not the one that was sent: Content-Length announces {length} bytes, {here} are here, and no usual way of rewriting it leads back";
        hint "`Content-Length` announces another length than is here";
    }
    body_decompressed BodyDecompressed {
        says coding(coding)
            "The body is decompressed: Content-Encoding says {coding}, plain JSON is here; if the provider signs what it sends, the signed bytes are lost";
        hint "`Content-Encoding` names a coding, plain JSON is here";
    }
    body_multipart BodyMultipart {
        says unread(place)
            "The body is multipart/form-data, as with attachments, and its parts are not read, so there is no {place}: have the provider send a form or JSON, or verify what the part has.";
        hint "the signature is a field of a form, and the body is `multipart/form-data`, whose parts are not read";
    }

    // The signed content beside the body.
    content_with_timestamp ContentWithTimestamp {
        says template(text)
            "the signed content is with the timestamp: `{text}` instead of the scheme's";
        change "the timestamp is signed as well";
    }
    content_without_timestamp ContentWithoutTimestamp {
        says template(text)
            "the signed content is without the timestamp: `{text}` instead of the scheme's";
        change "the timestamp is not signed";
    }
    content_without_id ContentWithoutId {
        says template(text)
            "the signed content is without the id: `{text}` instead of the scheme's";
        change "the id is not signed";
    }
    content_is_another ContentIsAnother {
        says template(text) "the signed content is `{text}` instead of the scheme's";
        change "the signed content is put together otherwise";
    }
    timestamp_unit TimestampUnit {
        says written(how) "the signed timestamp is written {how}";
        says expected(found, expected)
            "the timestamp is written as {found}, the scheme expects {expected}";
        advice "set the unit of `timestamp` in the scheme";
        change "the timestamp is written in another unit";
    }
    timestamp_moved TimestampMoved {
        says read(place) "the timestamp is read from {place}, not where the scheme has it";
        says off(text, span, side)
            "the signed timestamp is `{text}`, {span} {side} the one in the request";
        change "the timestamp is read from another place, or is some minutes off";
    }
    timestamp_missing TimestampMissing {
        says read(place) "the timestamp is read from {place}, not where the scheme has it";
        says empty() "the timestamp is empty in the signed content";
        says guessed(text) "the timestamp is `{text}`, which the request does not carry";
        change "the timestamp that is missing is read from another place, or is near now";
    }
    id_missing IdMissing {
        says read(place) "the id is read from {place}";
        change "the id that is missing is read from another place, or is empty";
    }
    id_changed IdChanged {
        says read(place) "the id is read from {place}";
        change "the id is read from another place, or is empty";
    }
    method_changed MethodChanged {
        says is(method) "the method is `{method}`";
        change "the method is another";
    }

    // The URL.
    url_scheme UrlScheme {
        says is(other, own) "the signed URL starts with `{other}://` instead of `{own}://`";
        advice CALLED_URL;
        change "the signed URL has `http` instead of `https`, or the other way";
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
            "the signed URL's path has no `{prefix}` at its start, which a proxy adds";
        says header(name) "the signed URL is the one in header `{name}`";
        advice CALLED_URL;
        change "the path of the signed URL has a prefix that a proxy strips, or none where one adds it";
    }
    url_trailing_slash UrlTrailingSlash {
        says missing() "the signed URL has a slash at the end of its path";
        says added() "the signed URL has no slash at the end of its path";
        advice CALLED_URL;
        change "the path of the signed URL ends in a slash, or does not";
    }
    url_slashes UrlSlashes {
        says single() "the signed URL's path has no two slashes in a row";
        says double()
            "the signed URL's path has two slashes in a row, which a proxy merges";
        advice CALLED_URL;
        change "the path of the signed URL has two slashes in a row, or not";
    }
    url_query UrlQuery {
        says empty() "the signed URL ends in `?`, with an empty query";
        says none() "the signed URL has no query";
        says without(name) "the signed URL's query has no parameter `{name}`";
        advice CALLED_URL;
        change "the signed URL has no query, an empty one, or a parameter less";
    }
    url_query_order UrlQueryOrder {
        says are(how) "the parameters of the signed URL's query are {how}";
        advice CALLED_URL;
        change "the parameters of the query are in another order";
    }
    url_percent_encoding UrlPercentEncoding {
        says encoded() "the signed URL's path is percent-encoded, which a proxy undoes";
        says decoded() "the signed URL's path is percent-decoded";
        says slash()
            "the signed URL's path has a slash written as `%2F`, which a proxy decodes";
        says digits(case) "the signed URL's percent-encoding has {case}-case digits";
        says spaces(space) "the spaces in the signed URL's query are `{space}`";
        says query_decoded() "the signed URL's query is percent-decoded";
        says query_encoded() "the signed URL's query is percent-encoded";
        advice CALLED_URL;
        change "the signed URL is percent-encoded otherwise";
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
        says of_no_body(place) "{place} is the hash of a body, and the body is empty here";
        says of_body(place)
            "{place} is not that of this body, nor of one that usually becomes of it: the body was changed, or the token is another request's";
        says is_url(place, value, url) "{place} is `{value}`, and the request's URL is `{url}`";
        says of_url(place, url) "{place} is not that of the URL `{url}`";
        says is(place, value, expected) "{place} is `{value}`, expected `{expected}`";
        says not_given(place, name) "{place} is not the value given as `{name}`";
        says unexpected(place) "{place} is not what the scheme expects";
        advice "the token was made for another receiver, or the scheme or its parameters name another";
        unchanged "the token is genuine and names another issuer, receiver or URL";
        hint "the token's own signature matches, and a claim is not that of this body";
    }

    // The time.
    delivery_late DeliveryLate {
        says by_date()
            "a slow queue is likelier than this clock, since the request's `Date` agrees with this clock";
        says recorded()
            "a recorded or replayed request is likelier than this clock; give the time of arrival to check it as of then";
        says queued()
            "a slow queue or a retry with the old signature is likelier than this clock";
        unchanged "only the time is off: the request was signed long ago";
    }
    clock_is_ahead ClockIsAhead {
        says by_date()
            "this clock is likely fast, since the request's `Date` agrees with the timestamp";
        says time_zone()
            "this clock is likely wrong: the difference is that of a time zone";
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
