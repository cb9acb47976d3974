//! Comparison of claims, and of other bound values, with the request.

use super::attempt::Search;
use super::cause::{self, Change};
use super::fields::HeadFields;
use super::head;
use super::url;
use crate::crypto::Stream;
use crate::scheme::part::{Part, Source};
use crate::scheme::{Digest, PlannedBinding};
use crate::text::encoding::Encoding;
use crate::text::printable::printable;

/// A claim that must match the rest of the request, and does not.
pub(super) struct UnmetBinding {
    /// The change under which it matches; `None` if there is none.
    pub(super) change: Option<Change>,
    /// Whether the value itself is wrong, whatever the request.
    pub(super) is_fact: bool,
    pub(super) place: String,
    /// Completes "The signature matches, but …".
    pub(super) sentence: String,
}

impl UnmetBinding {
    fn fact(place: &str, said: Change) -> Self {
        Self {
            change: None,
            is_fact: true,
            place: place.to_owned(),
            sentence: said.clause,
        }
    }
}

impl Search<'_> {
    /// The values that do not match the request, each with the change under which it
    /// does.
    pub(super) fn unmet(&mut self) -> Vec<UnmetBinding> {
        let plan = self.plan;
        let bindings = plan.bind.iter();
        bindings
            .filter_map(|binding| self.unmet_one(binding))
            .collect()
    }

    /// Whether every value matches the unchanged request.
    pub(super) fn is_bound(&self) -> bool {
        self.plan.bind.iter().all(|binding| {
            let value = self.fields.value(&binding.at, self.headers, self.body);
            match &value {
                None => binding.with_body && self.body.is_empty(),
                Some(_) if binding.with_body && self.body.is_empty() => false,
                Some(value) => self.equals(binding, self.fields, self.body, value),
            }
        })
    }

    fn equals(
        &self,
        binding: &PlannedBinding,
        fields: &HeadFields,
        body: &[u8],
        value: &[u8],
    ) -> bool {
        self.explainer
            .content(self.plan, &binding.is, fields, body, b"")
            .is_some_and(|pieces| pieces.concat() == value)
    }

    fn unmet_one(&mut self, binding: &PlannedBinding) -> Option<UnmetBinding> {
        let place = binding.at.to_string();
        let is_surplus = binding.with_body && self.body.is_empty();
        let Some(value) = self.fields.value(&binding.at, self.headers, self.body) else {
            let fact = UnmetBinding::fact(&place, cause::claim_is_another::missing(&place));
            return (!is_surplus).then_some(fact);
        };
        if !is_surplus && self.equals(binding, self.fields, self.body, &value) {
            return None;
        }
        Some(if binding.is.iter().any(is_of_body) {
            self.unmet_body(binding, place, &value)
        } else if url::signs(&binding.is) {
            self.unmet_url(binding, place, &value)
        } else {
            let said = of_constant(binding, &place, &value);
            UnmetBinding::fact(&place, said)
        })
    }

    /// A value that does not match the body, with the variant of the body that it
    /// matches.
    fn unmet_body(
        &mut self,
        binding: &PlannedBinding,
        place: String,
        value: &[u8],
    ) -> UnmetBinding {
        let fields = self.fields;
        let mut change = None;
        self.bodies(90, &mut |search, tried, bytes| {
            search.charge(bytes.len() as u64);
            if search.equals(binding, fields, bytes, value) {
                change = Some(tried.clone());
            }
            change.is_none()
        });
        let is_surplus = binding.with_body && self.body.is_empty();
        let said = if is_surplus {
            cause::claim_is_another::of_no_body(&place)
        } else {
            cause::claim_is_another::of_body(&place)
        };
        UnmetBinding {
            change: change.or_else(|| other_digest(self.body, value, &place)),
            is_fact: false,
            place,
            sentence: said.clause,
        }
    }

    /// A value that does not match the URL, with the variant of the URL that it matches.
    fn unmet_url(&self, binding: &PlannedBinding, place: String, value: &[u8]) -> UnmetBinding {
        let urls = head::urls(self.fields, self.headers, &self.plan.name);
        let change = urls
            .into_iter()
            .find(|(_, fields)| self.equals(binding, fields, self.body, value))
            .map(|(tried, _)| tried);
        let here = self.fields.url.as_deref().unwrap_or("unknown");
        let is_url = matches!(&*binding.is, [part] if part.bare() == Some(&Source::Url));
        let said = if is_url {
            let shown = String::from_utf8_lossy(value);
            cause::claim_is_another::is_url(&place, printable(&*shown), here)
        } else {
            cause::claim_is_another::of_url(&place, here)
        };
        UnmetBinding {
            is_fact: is_url && change.is_none(),
            change,
            place,
            sentence: said.clause,
        }
    }
}

/// A value outside a token, or a configured one, may be a secret.
fn of_constant(binding: &PlannedBinding, place: &str, value: &[u8]) -> Change {
    match &*binding.is {
        [Part::Literal(text)] if binding.at.is_in_jws() => cause::claim_is_another::is(
            place,
            printable(&*String::from_utf8_lossy(value)),
            String::from_utf8_lossy(text),
        ),
        [Part::Slot(slot)] if let Source::Const(name) = &slot.source => {
            cause::claim_is_another::not_given(place, name)
        }
        _ => cause::claim_is_another::unexpected(place),
    }
}

fn is_of_body(part: &Part) -> bool {
    part.any(&|slot| slot.source == Source::Body)
}

/// The body's digest by another algorithm or in another encoding.
fn other_digest(body: &[u8], value: &[u8], place: &str) -> Option<Change> {
    let text = std::str::from_utf8(value).ok()?;
    for &digest in Digest::ALL {
        let mut stream = Stream::hash(digest);
        stream.update(body);
        let tag = stream.finish();
        for encoding in [
            Encoding::Hex,
            Encoding::Base64,
            Encoding::Base64NoPad,
            Encoding::Base64url,
            Encoding::Base64urlPadded,
        ] {
            let written = encoding.encode(tag.as_bytes());
            if written == text || encoding == Encoding::Hex && written.eq_ignore_ascii_case(text) {
                let encoding = encoding.name();
                return Some(cause::claim_digest_is_another::read(
                    place,
                    digest.title(),
                    encoding,
                ));
            }
        }
    }
    None
}
