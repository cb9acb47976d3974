//! A serializer of schemes to TOML, which deserializes to the same scheme. The command
//! line and the documentation print it.

use std::borrow::Cow;
use std::fmt;

use super::algorithm::Algorithm;
use super::definition::{Binding, Scheme, Timestamp};
use super::key_form::KeyForm;
use super::location::Location;
use super::replay::Replay;
use super::retries::{Retries, RetryTime, Success};
use super::text::Text;
use crate::text::encoding::Encoding;

/// The scheme in TOML, without default values. With feature `serde` it deserializes to
/// the same scheme.
///
/// ```
/// use hookward::providers;
///
/// assert_eq!(
///     providers::STRIPE.to_string(),
///     r#"name = "stripe"
/// algorithm = "hmac-sha256"
/// signature = { header = "stripe-signature", format = "t={timestamp},v1={signature}" }
/// signed = "{timestamp}.{body}"
/// timestamp = { unit = "s", tolerance = 300 }
/// event_id = { json = "/id" }
/// replay = { by = "id", why = "Stripe's event id is in the signed body, unique, and the same however often the event is sent; time and signature are new for each attempt." }
/// retries = { after = ["3xx", "4xx", "5xx", "timeout"], lasts = "3 days", time = "renewed" }
/// "#
/// );
/// ```
impl fmt::Display for Scheme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write_form(f)?;
        for other in self.or.iter() {
            f.write_str("\n[[or]]\n")?;
            other.write_form(f)?;
        }
        Ok(())
    }
}

impl Scheme {
    fn write_form(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "name = {}", Quoted(&self.name))?;
        if self.form != "default" {
            writeln!(f, "form = {}", Quoted(&self.form))?;
        }
        if self.opt_in {
            writeln!(f, "opt_in = true")?;
        }
        writeln!(f, "algorithm = {}", Quoted(self.algorithm.name()))?;
        if let Some(key) = self.written_key() {
            writeln!(f, "key = {key}")?;
        }
        writeln!(f, "signature = {{ {} }}", self.written_signature())?;
        if self.signed != usually_signed(&self.signature.format) {
            writeln!(f, "signed = {}", Quoted(&self.signed))?;
        }
        if let Some(timestamp) = &self.timestamp {
            writeln!(f, "timestamp = {{ {} }}", written_timestamp(timestamp))?;
        }
        for (name, place) in [("event_id", &self.event_id), ("key_id", &self.key_id)] {
            if let Some(place) = place {
                writeln!(f, "{name} = {{ {} }}", Placed(place))?;
            }
        }
        if !self.expect.is_empty() {
            let pairs = self.expect.iter();
            let pairs = pairs.map(|(name, value)| format!("{} = {}", Quoted(name), Quoted(value)));
            writeln!(f, "expect = {{ {} }}", joined(pairs))?;
        }
        if !self.absent.is_empty() {
            let places = self.absent.iter().map(|at| format!("{{ {} }}", Placed(at)));
            writeln!(f, "absent = [{}]", joined(places))?;
        }
        if !self.bind.is_empty() {
            f.write_str("bind = [\n")?;
            for binding in self.bind.iter() {
                writeln!(f, "    {{ {} }},", written_binding(binding))?;
            }
            f.write_str("]\n")?;
        }
        if self.token {
            writeln!(f, "token = true")?;
        }
        if !self.recipients.is_empty() {
            let recipients = self.recipients.iter().map(|recipient| {
                let mut members = vec![format!("name = {}", Quoted(&recipient.name))];
                if !recipient.at.is_empty() {
                    let places = recipient
                        .at
                        .iter()
                        .map(|at| format!("{{ {} }}", Placed(at)));
                    members.push(format!("at = [{}]", joined(places)));
                }
                if !recipient.is_required {
                    members.push("optional = true".into());
                }
                format!("{{ {} }}", members.join(", "))
            });
            writeln!(f, "recipients = [{}]", joined(recipients))?;
        }
        if let Some(replay) = self.written_replay() {
            writeln!(f, "replay = {{ {replay} }}")?;
        }
        if let Some(retries) = &self.retries {
            writeln!(f, "retries = {{ {} }}", written_retries(retries))?;
        }
        if let Some(success) = self.written_success() {
            writeln!(f, "success = {}", Quoted(&success))?;
        }
        if !self.ambiguous.is_empty() {
            writeln!(f, "ambiguous = {}", Quoted(&self.ambiguous))?;
        }
        if let Some(limit) = self.body_limit {
            writeln!(f, "body_limit = {limit}")?;
        }
        Ok(())
    }

    /// What identifies a delivery, if the scheme states it.
    fn written_replay(&self) -> Option<String> {
        // `before` belongs to a release, not to the scheme.
        let Replay {
            by,
            id,
            kind,
            why,
            before: _,
        } = &self.replay;
        let mut members = Vec::new();
        if let Some(by) = by {
            members.push(format!("by = {}", Quoted(by.as_str())));
        }
        if !id.is_empty() {
            let places = id.iter().map(|at| format!("{{ {} }}", Placed(at)));
            members.push(format!("id = [{}]", joined(places)));
        }
        if let Some(kind) = kind {
            let values = kind.values.iter().map(|value| Quoted(value).to_string());
            members.push(format!(
                "kind = {{ header = {}, values = [{}] }}",
                Quoted(&kind.header),
                joined(values)
            ));
        }
        if !why.is_empty() {
            members.push(format!("why = {}", Quoted(why)));
        }
        (!members.is_empty()).then(|| members.join(", "))
    }

    /// Which response the provider considers success, if not any 2xx.
    pub(super) fn written_success(&self) -> Option<Text> {
        Some(match &self.success {
            Success::Any2xx => return None,
            Success::Ok => Text::Borrowed("200"),
            Success::Handler => Text::Borrowed("handler"),
            Success::Body(body) => Text::Owned(format!("200: {body}")),
        })
    }

    fn written_key(&self) -> Option<String> {
        let usual = match self.algorithm {
            Algorithm::MessageSignatures => KeyForm::Any,
            algorithm if algorithm.is_public_key() => KeyForm::PublicKey,
            _ => KeyForm::Text,
        };
        if self.key == usual {
            return None;
        }
        let (form, members) = self.key.written();
        Some(if members.is_empty() {
            Quoted(&form).to_string()
        } else {
            self.key.to_string()
        })
    }

    fn written_signature(&self) -> String {
        let signature = &self.signature;
        let mut members = vec![Placed(&signature.at).to_string()];
        if signature.format != "{signature}" {
            members.push(format!("format = {}", Quoted(&signature.format)));
        }
        if let Some(separator) = &signature.separator {
            members.push(format!("separator = {}", Quoted(separator)));
        }
        if signature.encoding != usual_encoding(self.algorithm, &signature.format) {
            members.push(format!("encoding = {}", Quoted(signature.encoding.name())));
        }
        if !signature.also.is_empty() {
            let names = signature.also.iter().map(|name| Quoted(name).to_string());
            members.push(format!("also = [{}]", joined(names)));
        }
        if signature.repeated {
            members.push("repeated = true".into());
        }
        members.join(", ")
    }
}

/// The default signed content.
pub(super) fn usually_signed(format: &str) -> &'static str {
    match (is_jws(format), format.contains("{jws_payload}")) {
        (true, true) => "{jws_header}.{jws_payload}",
        (true, false) => "{jws_header}.{body|base64url}",
        (false, _) => "{body}",
    }
}

/// The default encoding of a signature.
pub(super) fn usual_encoding(algorithm: Algorithm, format: &str) -> Encoding {
    match algorithm {
        Algorithm::SharedSecret => Encoding::Plain,
        _ if is_jws(format) => Encoding::Base64url,
        Algorithm::Hmac(_) | Algorithm::Hash(_) => Encoding::Hex,
        _ => Encoding::Base64,
    }
}

fn is_jws(format: &str) -> bool {
    format.contains("{jws_header}")
}

fn written_timestamp(timestamp: &Timestamp) -> String {
    let mut members: Vec<String> = timestamp
        .at
        .iter()
        .map(|at| Placed(at).to_string())
        .collect();
    members.push(format!("unit = {}", Quoted(timestamp.unit.name())));
    if let Some(tolerance) = timestamp.tolerance {
        members.push(format!("tolerance = {tolerance}"));
    }
    if timestamp.optional {
        members.push("optional = true".into());
    }
    members.join(", ")
}

fn written_retries(retries: &Retries) -> String {
    let after = retries
        .after
        .iter()
        .map(|answer| Quoted(answer).to_string());
    let mut members = vec![format!("after = [{}]", joined(after))];
    if !retries.lasts.is_empty() {
        members.push(format!("lasts = {}", Quoted(&retries.lasts)));
    }
    if retries.time != RetryTime::Unknown {
        members.push(format!("time = {}", Quoted(retries.time.as_str())));
    }
    members.join(", ")
}

fn written_binding(binding: &Binding) -> String {
    let with_body = if binding.with_body {
        ", with_body = true"
    } else {
        ""
    };
    format!(
        "at = {{ {} }}, is = {}{with_body}",
        Placed(&binding.at),
        Quoted(&binding.is)
    )
}

fn joined(texts: impl Iterator<Item = String>) -> String {
    texts.collect::<Vec<_>>().join(", ")
}

/// A location as a member of a table.
struct Placed<'a>(&'a Location);

impl fmt::Display for Placed<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (kind, name) = match self.0 {
            Location::Header(name) => ("header", name),
            Location::Query(name) => ("query", name),
            Location::Json(pointer) => ("json", pointer),
            Location::Form(name) => ("form", name),
            Location::Claim(pointer) => ("claim", pointer),
            Location::JwsHeader(pointer) => ("jws_header", pointer),
            Location::HeaderJson(name, pointer) => {
                return write!(f, "header = {}, member = {}", Quoted(name), Quoted(pointer));
            }
            Location::FormJson(name, pointer) => {
                return write!(f, "form = {}, member = {}", Quoted(name), Quoted(pointer));
            }
            Location::Body => return f.write_str("body = true"),
        };
        write!(f, "{kind} = {}", Quoted(name))
    }
}

/// A TOML basic string.
struct Quoted<'a>(&'a str);

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        use fmt::Write as _;
        f.write_char('"')?;
        for c in self.0.chars() {
            match c {
                '"' | '\\' => write!(f, "\\{c}")?,
                '\n' => f.write_str("\\n")?,
                '\r' => f.write_str("\\r")?,
                '\t' => f.write_str("\\t")?,
                c if c.is_control() => write!(f, "\\u{:04X}", u32::from(c))?,
                c => f.write_char(c)?,
            }
        }
        f.write_char('"')
    }
}

impl KeyForm {
    /// The name of the form, with its other members.
    pub(super) fn written(&self) -> (Cow<'static, str>, Vec<(&'static str, &Text)>) {
        let (form, mut members) = match self {
            Self::Text => (Cow::Borrowed("text"), vec![]),
            Self::TextNfkd => (Cow::Borrowed("text-nfkd"), vec![]),
            Self::Hex => (Cow::Borrowed("hex"), vec![]),
            Self::HexAfter(prefix) => (Cow::Borrowed("hex"), vec![("prefix", prefix)]),
            Self::Base64(prefix) => (Cow::Borrowed("base64"), vec![("prefix", prefix)]),
            Self::Base64Url(prefix) => (Cow::Borrowed("base64url"), vec![("prefix", prefix)]),
            Self::Base64OrText(prefix) => {
                (Cow::Borrowed("base64-or-text"), vec![("prefix", prefix)])
            }
            Self::Base64AndText(prefix) => {
                (Cow::Borrowed("base64-and-text"), vec![("prefix", prefix)])
            }
            Self::Hashed(digest) => (Cow::Borrowed(digest.name()), vec![]),
            Self::HashedHex(digest) => (Cow::Owned(format!("{}-hex", digest.name())), vec![]),
            Self::PublicKey => (Cow::Borrowed("public-key"), vec![]),
            Self::ShortRsa => (Cow::Borrowed("short-rsa"), vec![]),
            Self::RepeatedSeed => (Cow::Borrowed("repeated-seed"), vec![]),
            Self::X5cRoot { leaf, issuer } => (
                Cow::Borrowed("x5c-root"),
                vec![("leaf", leaf), ("issuer", issuer)],
            ),
            Self::Any => (Cow::Borrowed("any"), vec![]),
        };
        members.retain(|(_, value)| !value.is_empty());
        (form, members)
    }
}

/// The notation in a scheme file: `text`, or `{ form = "base64", prefix = "whsec_" }`.
impl fmt::Display for KeyForm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (form, members) = self.written();
        if members.is_empty() {
            return f.write_str(&form);
        }
        write!(f, "{{ form = {}", Quoted(&form))?;
        for (name, value) in members {
            write!(f, ", {name} = {}", Quoted(value))?;
        }
        f.write_str(" }")
    }
}
