//! Signature selection and verification (RFC 9421 section 3.2): finds a signature that
//! satisfies the policy and matches the request.

use std::cell::Cell;

use http::header::{CONTENT_LENGTH, HeaderName};
use sfv::{BareItem, Key, ListSerializer};

use super::Policy;
use super::component::{
    Component, ComponentKind, FieldForm, MAX_BASE, PolicyCoverage, Request, joined, shortened,
};
use super::digest::{self, Expected};
use super::fields::{self, FieldMember, Item, Params};
use crate::crypto::{Stream, Tag};
use crate::key::Material;
use crate::key::PreparedKey;
use crate::key::message::{MessageKey, named};
use crate::request::head::{RequestHead, Single, single};
use crate::request::reason::{self, Reason};
use crate::request::rejection::{Code, Rejection};
use crate::request::request_url::ExternalUrl;
use crate::scheme::format::MAX_CANDIDATES;
use crate::scheme::format::MAX_CHECKS;
use crate::scheme::window::{Tolerance, check_window};
use crate::scheme::{Algorithm, Digest, Place, Plan, Proof, RequestPart};
use crate::text::encoding::Encoding;
use crate::text::time::UnixTime;

pub(crate) static SIGNATURE_INPUT: HeaderName = HeaderName::from_static("signature-input");

/// The maximum length of `Signature-Input` and `Signature`, all lines together: enough
/// for sixteen RSA signatures of the largest keys.
const MAX_FIELD: usize = 32 * 1024;

/// The maximum number of components of a signature.
const MAX_COMPONENTS: usize = 64;

/// The maximum number of signature parameters.
const MAX_PARAMS: usize = 16;

/// A signature that matches the head; the body has not been read yet.
pub(crate) struct AcceptedSignature {
    /// The key's index on the ring.
    pub(crate) key: u16,
    pub(crate) created: Option<UnixTime>,
    pub(crate) event_id: Option<String>,
    pub(crate) digests: Expected,
    /// What the signature covers of this request.
    pub(crate) coverage: crate::scheme::Coverage,
    /// Whether the body is not covered, and must be empty.
    expects_no_body: bool,
}

impl AcceptedSignature {
    /// Whether the body is covered, through its digest.
    pub(crate) fn covers_body(&self) -> bool {
        !self.digests.is_empty()
    }

    /// Whether another signature of the request covers the same content: then the
    /// delivery's identity does not depend on which of them is used.
    fn agrees_with(&self, other: &Self) -> bool {
        self.created == other.created && self.covers_body() == other.covers_body()
    }

    /// The result for the body.
    pub(crate) fn check_body<'a>(
        &self,
        body_is_empty: bool,
        found: impl Iterator<Item = (Digest, &'a Tag)> + Clone,
    ) -> Result<(), Rejection> {
        if self.expects_no_body && !body_is_empty {
            return Err(uncovered_body());
        }
        digest::check(&self.digests, found)
    }
}

fn uncovered_body() -> Rejection {
    let component = digest::NAME;
    Reason::BodyNotCovered { component }.into()
}

/// The configuration of a verifier that applies to message signatures.
#[derive(Clone, Copy)]
pub(crate) struct CheckSettings<'a> {
    pub(crate) policy: &'a Policy,
    pub(crate) url: &'a ExternalUrl,
    /// The operator's tolerance, which overrides the scheme's.
    pub(crate) tolerance: Option<Tolerance>,
}

/// One entry of `Signature-Input`.
struct Input {
    components: Vec<Component>,
    params: Params,
}

/// Finds a signature that satisfies the policy and matches the head.
pub(crate) fn begin(
    setting: CheckSettings<'_>,
    plan: &Plan,
    keys: &[PreparedKey],
    head: &dyn RequestHead,
    now: UnixTime,
) -> Result<AcceptedSignature, Rejection> {
    each_candidate(
        setting,
        plan,
        keys,
        head,
        now,
        |check, items, params, bytes| check.candidate(items, params, bytes),
        AcceptedSignature::agrees_with,
    )
}

/// The digest of the components that the policy requires of every signature, independent
/// of the signer and of what a signature covers beyond them.
pub(crate) fn demanded(setting: CheckSettings<'_>, head: &dyn RequestHead) -> Tag {
    let request = Request::new(head, setting.url.of(head));
    let mut hash = Stream::hash(Digest::Sha256);
    for component in &setting.policy.identifying {
        if let Ok(value) = component.value(&request) {
            hash.update(component.write().as_bytes());
            hash.update(b": ");
            hash.update(value.as_bytes());
            hash.update(b"\n");
        }
    }
    hash.finish()
}

/// Whether the request has a signature that the policy selects, with any key.
pub(crate) fn check_head(
    setting: CheckSettings<'_>,
    plan: &Plan,
    head: &dyn RequestHead,
    now: UnixTime,
) -> Result<(), Rejection> {
    each_candidate(
        setting,
        plan,
        &[],
        head,
        now,
        |check, items, params, _| {
            check.named_algorithm(&params)?;
            check.covered(items, params).map(drop)
        },
        |(), ()| true,
    )
}

/// Checks the signatures that the policy selects, up to the first that is accepted.
fn each_candidate<T>(
    setting: CheckSettings<'_>,
    plan: &Plan,
    keys: &[PreparedKey],
    head: &dyn RequestHead,
    now: UnixTime,
    judge: impl Fn(&SignatureCheck<'_>, Vec<Item>, Params, &[u8]) -> Result<T, Rejection>,
    agree: impl Fn(&T, &T) -> bool,
) -> Result<T, Rejection> {
    let policy = setting.policy;
    let Place::Header(header) = &plan.at else {
        return Err(Rejection::from(Reason::NotInHeader {
            place: reason::text(&plan.at),
        }));
    };
    let (_, inputs) = members(head, &SIGNATURE_INPUT)?;
    let (written, signatures) = members(head, header)?;
    // A single signature may be checked under every key with each of its algorithms.
    let attempts_of_one: usize = keys
        .iter()
        .filter_map(|key| match &key.material {
            Material::Message(key) => Some(key),
            _ => None,
        })
        .map(|key| policy.algorithms.iter().filter(|a| key.fits(**a)).count())
        .sum();
    let limit = MAX_CHECKS.max(attempts_of_one);
    let check = SignatureCheck {
        setting,
        policy,
        plan,
        keys,
        request: Request::new(head, setting.url.of(head)),
        now,
        left: Cell::new(limit),
    };
    let mut refusal: Option<Rejection> = None;
    let mut accepted: Option<T> = None;
    for (label, member) in inputs {
        if !policy.selects(&label, &member) {
            continue;
        }
        let bytes = signatures
            .iter()
            .find(|(known, _)| *known == label)
            .and_then(|(_, member)| member.bytes())
            // The grammar of structured fields does not require canonical padding and
            // trailing bits.
            .filter(|bytes| {
                let canonical = Encoding::Base64.encode(bytes);
                written.contains(&format!("{label}=:{canonical}:"))
            });
        let outcome = match (member, bytes) {
            (FieldMember::List(items, params), Some(bytes)) => judge(&check, items, params, bytes),
            (FieldMember::List(..), None) => Err(Rejection::from(Reason::NoBytes {
                header: reason::text(header),
                label: shortened(label.as_str()).into(),
            })),
            (FieldMember::Item(_), _) => Err(Rejection::from(Reason::NotComponents {
                header: reason::text(&SIGNATURE_INPUT),
                label: shortened(label.as_str()).into(),
            })),
        };
        match outcome {
            Ok(found) => match &accepted {
                Some(first) if !agree(first, &found) => {
                    return Err(Rejection::from(Reason::SignaturesDisagree {
                        place: reason::text(&plan.at),
                    }));
                }
                Some(_) => {}
                // With a label or tag in the policy, the first one is used.
                None if policy.label.is_some() || policy.tag.is_some() => return Ok(found),
                None => accepted = Some(found),
            },
            // The remaining signatures were not examined: an acceptable one was found.
            Err(_) if check.left.get() == 0 && accepted.is_some() => break,
            Err(_) if check.left.get() == 0 => {
                return Err(Rejection::from(Reason::TooManyAttempts {
                    place: reason::text(&plan.at),
                    most: limit,
                }));
            }
            // An error about another party's signature is less useful than one about
            // ours.
            Err(found) => match &refusal {
                Some(known) if known.code() != Code::KeyUnknown => {}
                _ => refusal = Some(found),
            },
        }
    }
    accepted.ok_or_else(|| refusal.unwrap_or_else(|| policy.nothing_selected()))
}

/// The text of `Signature` or `Signature-Input` and its members by label.
fn members(
    head: &dyn RequestHead,
    name: &HeaderName,
) -> Result<(String, Vec<(Key, FieldMember)>), Rejection> {
    let at = || reason::text(format_args!("header `{name}`"));
    let text = joined(head, name, MAX_FIELD, Code::SignatureMalformed)?
        .filter(|text| !text.is_empty())
        .ok_or_else(|| Reason::NoSignatureAt { places: at() })?;
    let members = fields::dictionary(&text).map_err(|error| Reason::FieldSyntax {
        header: reason::text(name),
        problem: reason::text(error),
    })?;
    if members.len() > MAX_CANDIDATES {
        return Err(Rejection::from(Reason::TooManySignatures {
            place: at(),
            most: MAX_CANDIDATES,
        }));
    }
    Ok((text, members))
}

impl Policy {
    /// Whether an entry of `Signature-Input` has the label and the tag.
    fn selects(&self, label: &Key, member: &FieldMember) -> bool {
        let has_label = self
            .label
            .as_deref()
            .is_none_or(|wanted| wanted == label.as_str());
        let has_tag = match (&self.tag, member) {
            (Some(tag), FieldMember::List(_, params)) => text(params, "tag") == Ok(Some(tag)),
            _ => true,
        };
        has_label && has_tag
    }

    fn nothing_selected(&self) -> Rejection {
        let mut which = String::new();
        if let Some(label) = &self.label {
            which += &format!(" labelled `{label}`");
        }
        if let Some(tag) = &self.tag {
            which += &format!(" with the tag `{tag}`");
        }
        let which = which.into();
        Reason::NoSignatureSelected { which }.into()
    }
}

fn string<'a>(params: &'a Params, name: &str) -> Result<Option<&'a str>, Rejection> {
    text(params, name).map_err(|()| {
        let name = name.into();
        Reason::ParameterNotString { name }.into()
    })
}

/// The covered components of a head.
struct Covered {
    created: Option<UnixTime>,
    input: Input,
    lines: String,
    digests: Expected,
    coverage: crate::scheme::Coverage,
    expects_no_body: bool,
}

/// A key by its index on the ring, with a suitable algorithm.
type KeyAttempt<'a> = (u16, &'a MessageKey, Algorithm);

struct SignatureCheck<'a> {
    setting: CheckSettings<'a>,
    policy: &'a Policy,
    plan: &'a Plan,
    keys: &'a [PreparedKey],
    request: Request<'a>,
    now: UnixTime,
    /// The remaining number of pairs of signature and key to check.
    left: Cell<usize>,
}

impl SignatureCheck<'_> {
    fn candidate(
        &self,
        items: Vec<Item>,
        params: Params,
        signature: &[u8],
    ) -> Result<AcceptedSignature, Rejection> {
        Self::check_size(&items, &params)?;
        let attempts = self.attempts(&params, signature)?;
        let Covered {
            created,
            input,
            lines,
            digests,
            coverage,
            expects_no_body,
        } = self.covered(items, params)?;
        let base = format!("{lines}{}", input.params_line());
        let (key, ..) = attempts
            .iter()
            .find(|(_, key, algorithm)| {
                let Some(left) = self.left.get().checked_sub(1) else {
                    return false;
                };
                self.left.set(left);
                let algorithm = match *algorithm {
                    Algorithm::RsaPss(digest) if self.policy.any_salt => {
                        Algorithm::RsaPssAnySalt(digest)
                    }
                    algorithm => algorithm,
                };
                key.verify(algorithm, base.as_bytes(), signature)
            })
            .ok_or_else(|| self.mismatch(&attempts))?;
        Ok(AcceptedSignature {
            key: *key,
            created,
            event_id: self.event_id(&input.components),
            digests,
            coverage,
            expects_no_body,
        })
    }

    fn check_size(items: &[Item], params: &Params) -> Result<(), Rejection> {
        if params.len() > MAX_PARAMS || items.len() > MAX_COMPONENTS {
            return Err(Rejection::from(Reason::TooManyComponents {
                components: MAX_COMPONENTS,
                parameters: MAX_PARAMS,
            }));
        }
        Ok(())
    }

    /// The coverage of a signature, if policy and window allow it.
    fn covered(&self, items: Vec<Item>, params: Params) -> Result<Covered, Rejection> {
        Self::check_size(&items, &params)?;
        let created = self.times(&params)?;
        let input = Input::new(items, params)?;
        let covers_body = input.components.iter().any(digest::covers);
        let expects_no_body = self.coverage(&input.components, covers_body)?;
        let digests = if covers_body {
            digest::expected(self.request.head)?
        } else {
            Expected::new()
        };
        let lines = lines(&input.components, &self.request)?;
        let coverage = self.covered_parts(&input.components, created.is_some(), expects_no_body);
        Ok(Covered {
            created,
            input,
            lines,
            digests,
            coverage,
            expects_no_body,
        })
    }

    fn mismatch(&self, attempts: &[KeyAttempt<'_>]) -> Rejection {
        let (first, ..) = attempts[0];
        let tried = if attempts.iter().all(|(index, ..)| *index == first) {
            format!("key `{}`", self.keys[usize::from(first)].id)
        } else {
            "any key".to_owned()
        };
        Rejection::from(Reason::NoMatchOfCovered {
            place: reason::text(&self.plan.at),
            tried: tried.into(),
        })
    }

    /// The key that the signature names. Ids that the operator did not set are positions,
    /// not names.
    fn chosen(&self, key_id: Option<&str>) -> Result<Option<usize>, Rejection> {
        let Some(id) = key_id.filter(|_| self.keys.iter().any(|key| key.named)) else {
            return Ok(None);
        };
        self.keys
            .iter()
            .position(|key| *key.id == *id)
            .map(Some)
            .ok_or_else(|| {
                let place = "signature parameter `keyid`".into();
                Reason::KeyNotOnRing { place }.into()
            })
    }

    /// The algorithm that the signature names.
    fn named(&self, name: Option<&str>) -> Result<Option<Algorithm>, Rejection> {
        let Some(name) = name else {
            return Ok(None);
        };
        named(name)
            .filter(|algorithm| self.policy.algorithms.contains(algorithm))
            .map(Some)
            .ok_or_else(|| Reason::AlgNotAllowed.into())
    }

    /// The algorithm named by the parameters, which must be strings where the registry
    /// defines strings.
    fn named_algorithm(&self, params: &Params) -> Result<Option<Algorithm>, Rejection> {
        for name in ["nonce", "tag", "keyid"] {
            string(params, name)?;
        }
        self.named(string(params, "alg")?)
    }

    /// The keys to try and the algorithm for each; at least one.
    fn attempts(
        &self,
        params: &Params,
        signature: &[u8],
    ) -> Result<Vec<KeyAttempt<'_>>, Rejection> {
        let algorithm = self.named_algorithm(params)?;
        let chosen = self.chosen(string(params, "keyid")?)?;
        let mut attempts = Vec::new();
        for (index, key) in (0..).zip(self.keys) {
            let Material::Message(key) = &key.material else {
                continue;
            };
            if chosen.is_some_and(|wanted| wanted != usize::from(index)) {
                continue;
            }
            for allowed in &self.policy.algorithms {
                if algorithm.is_none_or(|named| named == *allowed) && key.fits(*allowed) {
                    attempts.push((index, &**key, *allowed));
                }
            }
        }
        if attempts.is_empty() {
            return Err(Reason::AlgOfOtherKey.into());
        }
        attempts.retain(|(_, key, algorithm)| {
            key.signature_len(*algorithm)
                .is_none_or(|length| length == signature.len())
        });
        if attempts.is_empty() {
            return Err(Rejection::from(Reason::LengthOfNoKey {
                place: reason::text(&self.plan.at),
                found: signature.len(),
            }));
        }
        Ok(attempts)
    }

    /// Checks `created` against the window and `expires` against the clock.
    fn times(&self, params: &Params) -> Result<Option<UnixTime>, Rejection> {
        let seconds = |name: &str| match find(params, name) {
            None => Ok(None),
            Some(value) => value.as_integer().map(Some).ok_or_else(|| {
                let name = name.into();
                Rejection::from(Reason::ParameterNotInteger { name })
            }),
        };
        let created = match (seconds("created")?, &self.plan.timestamp) {
            (Some(created), Some(planned)) => {
                let text = created.to_string();
                Some(check_window(
                    self.setting.tolerance,
                    self.plan,
                    planned,
                    text.as_bytes(),
                    self.now,
                )?)
            }
            (None, Some(planned)) if !planned.optional => {
                let place = "signature parameter `created`".into();
                return Err(Reason::NoTimestamp { place }.into());
            }
            _ => None,
        };
        if let Some(expires) = seconds("expires")? {
            let seconds = self.now.as_secs().saturating_sub(i64::from(expires));
            if seconds > 0 {
                return Err(Reason::SignatureExpired { seconds }.into());
            }
        }
        Ok(created)
    }

    /// Checks the covered components against the policy; `true` if the body is not
    /// covered and must be empty.
    fn coverage(&self, components: &[Component], covers_body: bool) -> Result<bool, Rejection> {
        for required in &self.policy.required {
            if !components.iter().any(|covered| covered.is_same(required)) {
                return Err(Rejection::from(Reason::RequiredNotCovered {
                    component: required.write().into(),
                }));
            }
        }
        if !self.policy.usual_coverage {
            return Ok(false);
        }
        let covered = PolicyCoverage::of(components);
        if !covered.method {
            return Err(Reason::MethodNotCovered.into());
        }
        if !covered.target(self.request.path_and_query()?.1.is_some()) {
            return Err(Reason::TargetNotCovered.into());
        }
        if covers_body {
            return Ok(false);
        }
        let head = self.request.head;
        let needs_no_body = matches!(
            head.method(),
            "GET" | "HEAD" | "OPTIONS" | "DELETE" | "TRACE"
        );
        let declares_none = match single(head, &CONTENT_LENGTH) {
            Single::Absent => true,
            Single::One(length) => length == b"0",
            Single::Repeated => false,
        };
        if declares_none && (needs_no_body || covered.content_length) {
            Ok(true)
        } else {
            Err(uncovered_body())
        }
    }

    /// What the signature covers of this request.
    fn covered_parts(
        &self,
        components: &[Component],
        has_created: bool,
        expects_no_body: bool,
    ) -> crate::scheme::Coverage {
        let mut found = crate::scheme::Coverage::nothing(Proof::Signature);
        for component in components {
            component.add_to(&mut found);
        }
        // The absence of a query or body is covered as well.
        if self.policy.usual_coverage {
            found.add(RequestPart::Target, false);
        }
        if expects_no_body {
            found.add(RequestPart::Body, false);
        }
        if has_created {
            found.add(RequestPart::Timestamp, false);
        }
        found.add_places(None, self.plan.event_id.as_ref());
        found.normalize();
        found
    }

    /// The event's id, where its header is covered unmodified. With a parameter, only a
    /// part or another spelling of it is covered, not the value read here.
    fn event_id(&self, components: &[Component]) -> Option<String> {
        let Some(Place::Header(name)) = &self.plan.event_id else {
            return None;
        };
        let is_covered = components.iter().any(
            |covered| matches!(&covered.kind, ComponentKind::Field(field, FieldForm::Plain) if field == name),
        );
        match single(self.request.head, name) {
            // Without the surrounding whitespace, which is not covered.
            Single::One(value) if is_covered => std::str::from_utf8(value.trim_ascii())
                .ok()
                .filter(|value| !value.is_empty())
                .map(str::to_owned),
            _ => None,
        }
    }
}

/// The signature base of the first signature, for diagnosis; `None` if it cannot be
/// computed.
#[cfg(feature = "explain")]
pub(crate) fn first_base(head: &dyn RequestHead, external: &ExternalUrl) -> Option<String> {
    let text = joined(head, &SIGNATURE_INPUT, MAX_FIELD, Code::SignatureMalformed).ok()??;
    let (_, member) = fields::dictionary(&text).ok()?.into_iter().next()?;
    let FieldMember::List(items, params) = member else {
        return None;
    };
    let components = items
        .into_iter()
        .take(MAX_COMPONENTS)
        .map(Component::read)
        .collect::<Result<Vec<_>, _>>()
        .ok()?;
    let lines = lines(&components, &Request::new(head, external.of_any_host(head))).ok()?;
    Some(lines + &params_line(&components, &params))
}

/// The lines of the signature base except the last (section 2.5).
pub(crate) fn lines(components: &[Component], request: &Request<'_>) -> Result<String, Rejection> {
    let mut lines = String::new();
    for component in components {
        let value = component.value(request)?;
        lines.push_str(&component.write());
        lines.push_str(": ");
        lines.push_str(&value);
        lines.push('\n');
        if lines.len() > MAX_BASE {
            return Err(Reason::CoveredTooLong { most: MAX_BASE }.into());
        }
    }
    Ok(lines)
}

/// The value of `@signature-params`, which is also that in `Signature-Input`.
pub(crate) fn signature_params(components: &[Component], params: &Params) -> String {
    let mut list = ListSerializer::new();
    let mut inner = list.inner_list();
    for component in components {
        let item = component.item();
        let _ = inner
            .bare_item(&item.value)
            .parameters(item.params.iter().map(|(name, value)| (name, value)));
    }
    let _ = inner
        .finish()
        .parameters(params.iter().map(|(name, value)| (name, value)));
    list.finish().unwrap_or_default()
}

/// The last line of the signature base.
pub(crate) fn params_line(components: &[Component], params: &Params) -> String {
    format!(
        "\"@signature-params\": {}",
        signature_params(components, params)
    )
}

impl Input {
    fn new(items: Vec<Item>, params: Params) -> Result<Self, Rejection> {
        let components = items
            .into_iter()
            .map(Component::read)
            .collect::<Result<Vec<_>, _>>()?;
        for (index, component) in components.iter().enumerate() {
            let earlier = &components[..index];
            if earlier.iter().any(|other| other.is_same(component)) {
                let component = component.shown().into();
                return Err(Reason::CoveredTwice { component }.into());
            }
        }
        Ok(Self { components, params })
    }

    fn params_line(&self) -> String {
        params_line(&self.components, &self.params)
    }
}

fn find<'a>(params: &'a Params, name: &str) -> Option<&'a BareItem> {
    params
        .iter()
        .find(|(known, _)| known.as_str() == name)
        .map(|(_, value)| value)
}

/// A string parameter; an error if it is of another type.
fn text<'a>(params: &'a Params, name: &str) -> Result<Option<&'a str>, ()> {
    match find(params, name) {
        None => Ok(None),
        Some(value) => value.as_string().map(|text| Some(text.as_str())).ok_or(()),
    }
}
