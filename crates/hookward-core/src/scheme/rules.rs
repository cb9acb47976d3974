//! Validation rules of schemes: one function for each contradiction between its parts.

use super::algorithm::Algorithm;
use super::compiled::{CompiledPlaces, ParsedTemplates};
use super::coverage::Coverage;
use super::definition::{Scheme, Timestamp};
use super::error::SchemeError;
use super::format::FormatSlot;
use super::key_form::KeyForm;
use super::location::Location;
use super::part::{Part, Slot as Placeholder, Source};
use super::place::Place;
use super::template_error::TemplateError;
use super::text::Text;
use crate::text::time::TimeUnit;

type OfTemplates = fn(&ParsedTemplates<'_>) -> Option<SchemeError>;
type OfPlaces = fn(&ParsedTemplates<'_>, &CompiledPlaces) -> Option<SchemeError>;

/// The first contradiction between the templates, the algorithm and the key form.
pub(super) fn check_templates(templates: &ParsedTemplates<'_>) -> Result<(), SchemeError> {
    const RULES: [OfTemplates; 15] = [
        nothing_is_signed,
        signed_timestamp_has_no_location,
        timestamp_is_nowhere,
        optional_timestamp_is_signed,
        signed_id_has_no_location,
        signed_key_id_has_no_location,
        optional_filter_is_late,
        optional_filter_is_for_a_public_key,
        too_many_filters_are_optional,
        hash_is_without_secret,
        secret_is_signed,
        secret_is_not_bare,
        basic_is_in_the_body,
        key_is_not_public,
        key_is_not_secret,
    ];
    first(RULES.iter().find_map(|rule| rule(templates)))
}

/// The first contradiction between the locations and the rest.
pub(super) fn check_places(
    templates: &ParsedTemplates<'_>,
    places: &CompiledPlaces,
) -> Result<(), SchemeError> {
    const RULES: [OfPlaces; 7] = [
        ed25519_is_in_the_body,
        value_is_bound_to_a_secret,
        certificates_are_outside_a_jws,
        extension_is_not_an_id,
        algorithm_has_no_jose_name,
        jws_parts_are_without_a_jws,
        several_signatures_are_outside_a_header,
    ];
    first(RULES.iter().find_map(|rule| rule(templates, places)))
}

/// The first contradiction with the coverage of the signature.
pub(super) fn check_coverage(
    scheme: &Scheme,
    places: &CompiledPlaces,
    coverage: &Coverage,
) -> Result<(), SchemeError> {
    first(
        bound_value_is_unsigned(places, coverage)
            .or_else(|| message_signatures_fix_it(scheme, places)),
    )
}

/// The first contradiction between the forms of a scheme.
pub(super) fn check_forms(scheme: &Scheme) -> Result<(), SchemeError> {
    let names: Vec<Text> = scheme.form_names().collect();
    first(names.iter().enumerate().find_map(|(at, name)| {
        form_name_is_not_a_word(name)
            .or_else(|| form_is_named_twice(name, names.get(..at).unwrap_or_default()))
    }))
}

fn first(contradiction: Option<SchemeError>) -> Result<(), SchemeError> {
    contradiction.map_or(Ok(()), Err)
}

fn nothing_is_signed(templates: &ParsedTemplates<'_>) -> Option<SchemeError> {
    let is_constant = |part: &Part| matches!(part, Part::Literal(_));
    (templates.scheme.algorithm.signs_content() && templates.parts.iter().all(is_constant))
        .then_some(SchemeError::NothingSigned)
}

fn signed_timestamp_has_no_location(templates: &ParsedTemplates<'_>) -> Option<SchemeError> {
    (templates.reads(&Source::Timestamp) && templates.scheme.timestamp.is_none()).then_some(
        SchemeError::NoLocation {
            placeholder: "{timestamp}",
            field: "timestamp",
        },
    )
}

fn timestamp_is_nowhere(templates: &ParsedTemplates<'_>) -> Option<SchemeError> {
    let timestamp = templates.scheme.timestamp.as_ref()?;
    (timestamp.at.is_none()
        && !templates.format.has(FormatSlot::Timestamp)
        && templates.scheme.algorithm != Algorithm::MessageSignatures)
        .then_some(SchemeError::TimestampNowhere)
}

fn optional_timestamp_is_signed(templates: &ParsedTemplates<'_>) -> Option<SchemeError> {
    let timestamp = templates.scheme.timestamp.as_ref()?;
    (timestamp.optional && templates.reads(&Source::Timestamp))
        .then_some(SchemeError::OptionalTimestampSigned)
}

fn signed_id_has_no_location(templates: &ParsedTemplates<'_>) -> Option<SchemeError> {
    (templates.reads(&Source::Id)
        && templates.scheme.event_id.is_none()
        && !templates.format.has(FormatSlot::Id))
    .then_some(SchemeError::NoLocation {
        placeholder: "{id}",
        field: "event_id",
    })
}

fn signed_key_id_has_no_location(templates: &ParsedTemplates<'_>) -> Option<SchemeError> {
    let is_late = matches!(
        templates.scheme.signature.at,
        Location::Json(_) | Location::Form(_) | Location::Body
    );
    (templates.reads(&Source::KeyId)
        && templates.scheme.key_id.is_none()
        && (is_late || !templates.format.has(FormatSlot::KeyId)))
    .then_some(SchemeError::NoLocation {
        placeholder: "{key_id}",
        field: "key_id",
    })
}

/// All spellings are hashed in parallel, which starts before the body.
fn optional_filter_is_late(templates: &ParsedTemplates<'_>) -> Option<SchemeError> {
    templates
        .parts
        .iter()
        .skip_while(|part| part.is_in_head())
        .any(has_variants)
        .then_some(SchemeError::LateOptionalFilter)
}

fn optional_filter_is_for_a_public_key(templates: &ParsedTemplates<'_>) -> Option<SchemeError> {
    let algorithm = templates.scheme.algorithm;
    (algorithm.is_public_key() && templates.parts.iter().any(has_variants))
        .then_some(SchemeError::OptionalFilterForPublicKey(algorithm))
}

/// Variants multiply the hashes: at most four spellings in total.
fn too_many_filters_are_optional(templates: &ParsedTemplates<'_>) -> Option<SchemeError> {
    let mut optional = 0_usize;
    for part in templates.parts.iter().filter(|part| has_variants(part)) {
        part.for_each(&mut |slot| {
            optional += slot.steps.iter().filter(|step| step.optional).count();
        });
    }
    (optional > 2).then_some(SchemeError::TooManyOptionalFilters(optional))
}

fn has_variants(part: &Part) -> bool {
    part.any(&Placeholder::has_variants)
}

fn hash_is_without_secret(templates: &ParsedTemplates<'_>) -> Option<SchemeError> {
    let algorithm = templates.scheme.algorithm;
    (matches!(algorithm, Algorithm::Hash(_)) && !templates.reads(&Source::Secret))
        .then_some(SchemeError::HashWithoutSecret(algorithm))
}

fn secret_is_signed(templates: &ParsedTemplates<'_>) -> Option<SchemeError> {
    let algorithm = templates.scheme.algorithm;
    (!matches!(algorithm, Algorithm::Hash(_)) && templates.reads(&Source::Secret))
        .then_some(SchemeError::SecretSigned(algorithm))
}

/// Its value differs for each key and is fed to each hash separately.
fn secret_is_not_bare(templates: &ParsedTemplates<'_>) -> Option<SchemeError> {
    let is_bare = |part: &Part| part.bare() == Some(&Source::Secret);
    templates
        .parts
        .iter()
        .any(|part| !is_bare(part) && part.any(&|slot| slot.source == Source::Secret))
        .then_some(SchemeError::SecretNotBare)
}

fn basic_is_in_the_body(templates: &ParsedTemplates<'_>) -> Option<SchemeError> {
    let at = &templates.scheme.signature.at;
    (templates.scheme.algorithm == Algorithm::Basic && at.is_in_body())
        .then(|| SchemeError::BasicInBody(at.clone()))
}

fn key_is_not_public(templates: &ParsedTemplates<'_>) -> Option<SchemeError> {
    let algorithm = templates.scheme.algorithm;
    (algorithm.is_public_key() && !templates.scheme.key.is_public())
        .then_some(SchemeError::NeedsPublicKey(algorithm))
}

fn key_is_not_secret(templates: &ParsedTemplates<'_>) -> Option<SchemeError> {
    let algorithm = templates.scheme.algorithm;
    (!algorithm.is_public_key()
        && algorithm != Algorithm::MessageSignatures
        && templates.scheme.key.is_public())
    .then_some(SchemeError::NeedsSharedSecret(algorithm))
}

/// It hashes a part of the signature before the content (RFC 8032 section 5.1.7).
fn ed25519_is_in_the_body(
    templates: &ParsedTemplates<'_>,
    places: &CompiledPlaces,
) -> Option<SchemeError> {
    (templates.scheme.algorithm.streams_message() && places.at.is_in_body())
        .then(|| SchemeError::Ed25519InBody(templates.scheme.signature.at.clone()))
}

fn value_is_bound_to_a_secret(
    _: &ParsedTemplates<'_>,
    places: &CompiledPlaces,
) -> Option<SchemeError> {
    let is_of_signed = |slot: &Placeholder| slot.source == Source::Secret || slot.has_variants();
    places
        .bind
        .iter()
        .flat_map(|binding| &*binding.is)
        .any(|part| part.any(&is_of_signed))
        .then_some(SchemeError::BoundToSecret)
}

fn certificates_are_outside_a_jws(
    templates: &ParsedTemplates<'_>,
    _: &CompiledPlaces,
) -> Option<SchemeError> {
    (matches!(templates.scheme.key, KeyForm::X5cRoot { .. }) && !templates.is_jws())
        .then_some(SchemeError::X5cOutsideJws)
}

fn extension_is_not_an_id(
    templates: &ParsedTemplates<'_>,
    _: &CompiledPlaces,
) -> Option<SchemeError> {
    let KeyForm::X5cRoot { leaf, issuer } = &templates.scheme.key else {
        return None;
    };
    [leaf, issuer]
        .into_iter()
        .find(|id| !id.is_empty() && crate::text::der::oid(id).is_none())
        .map(|id| SchemeError::ExtensionId(id.clone().into_owned()))
}

fn algorithm_has_no_jose_name(
    templates: &ParsedTemplates<'_>,
    _: &CompiledPlaces,
) -> Option<SchemeError> {
    let algorithm = templates.scheme.algorithm;
    (templates.is_jws() && algorithm.jose_name().is_none())
        .then_some(SchemeError::NoJoseName(algorithm))
}

fn jws_parts_are_without_a_jws(
    templates: &ParsedTemplates<'_>,
    places: &CompiledPlaces,
) -> Option<SchemeError> {
    let reads_jws = places.all_read().any(Place::is_in_jws)
        || templates.reads(&Source::JwsHeader)
        || templates.reads(&Source::JwsPayload)
        || templates.format.has(FormatSlot::JwsPayload);
    (reads_jws && !templates.is_jws()).then_some(SchemeError::NoJws)
}

fn several_signatures_are_outside_a_header(
    templates: &ParsedTemplates<'_>,
    places: &CompiledPlaces,
) -> Option<SchemeError> {
    let signature = &templates.scheme.signature;
    (signature.is_several() && !matches!(places.at, Place::Header(_)))
        .then(|| SchemeError::SeveralOutsideHeader(signature.at.clone()))
}

/// A weakly covered value is sufficient: the bound value is compared.
fn bound_value_is_unsigned(places: &CompiledPlaces, coverage: &Coverage) -> Option<SchemeError> {
    let is_unsigned = |place: &Place| {
        let is_in_head = matches!(
            place,
            Place::Header(_) | Place::Query(_) | Place::HeaderJson(..)
        );
        is_in_head && !coverage.proves(place) && !coverage.is_weak(place)
    };
    places
        .bind
        .iter()
        .filter(|binding| !binding.is.iter().all(Part::is_fixed))
        .find(|binding| is_unsigned(&binding.at))
        .map(|binding| SchemeError::UnsignedBinding(Location::from(&binding.at)))
}

/// A message signature states itself what it covers and how: a scheme can only set its
/// header, its window and other requirements on the request.
fn message_signatures_fix_it(scheme: &Scheme, places: &CompiledPlaces) -> Option<SchemeError> {
    if scheme.algorithm != Algorithm::MessageSignatures {
        return None;
    }
    let is_in_signature =
        |timestamp: &Timestamp| timestamp.at.is_none() && timestamp.unit == TimeUnit::Seconds;
    [
        ("signature", matches!(places.at, Place::Header(_))),
        ("signature.format", scheme.signature.format == "{signature}"),
        ("signature.separator", scheme.signature.separator.is_none()),
        ("signature.also", scheme.signature.also.is_empty()),
        ("signed", scheme.signed == "{body}"),
        ("key", scheme.key == KeyForm::Any),
        ("key_id", scheme.key_id.is_none()),
        ("bind", scheme.bind.is_empty()),
        ("absent", !scheme.absent.iter().any(Location::is_in_body)),
        (
            "timestamp",
            scheme.timestamp.as_ref().is_none_or(is_in_signature),
        ),
    ]
    .into_iter()
    .find_map(|(field, is_fixed)| {
        (!is_fixed).then_some(SchemeError::FixedByMessageSignatures(field))
    })
}

/// The signed text must be unambiguous, or the consequences declared.
pub(super) fn check_readings(
    scheme: &Scheme,
    ambiguity: Option<(&'static str, TemplateError)>,
) -> Result<(), SchemeError> {
    match ambiguity {
        Some((field, error)) if scheme.ambiguous.trim().is_empty() => {
            Err(SchemeError::Ambiguous { field, error })
        }
        None if !scheme.ambiguous.is_empty() => Err(SchemeError::NotAmbiguous),
        _ => Ok(()),
    }
}

pub(super) fn forms_are_nested(form: &Scheme) -> Result<(), SchemeError> {
    first((!form.or.is_empty()).then_some(SchemeError::NestedForms))
}

fn form_name_is_not_a_word(name: &str) -> Option<SchemeError> {
    let is_word = !name.is_empty()
        && name
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    (!is_word).then(|| SchemeError::FormName(name.to_owned()))
}

fn form_is_named_twice(name: &Text, before: &[Text]) -> Option<SchemeError> {
    before
        .contains(name)
        .then(|| SchemeError::FormTwice(name.clone().into_owned()))
}

pub(super) fn recipient_name_is_not_a_word(name: &str) -> Option<SchemeError> {
    let is_word = !name.is_empty() && name.bytes().all(|b| b.is_ascii_lowercase());
    (!is_word).then(|| SchemeError::RecipientName(name.to_owned()))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::borrow::Cow;

    use super::super::{Binding, Curve, Digest, EcdsaForm, Recipient, ReplayBy};
    use super::*;

    const ES256: Algorithm = Algorithm::Ecdsa(Curve::P256, Digest::Sha256, EcdsaForm::Fixed);
    const BODY_FIELD: Location = Location::Json(Cow::Borrowed("/sig"));
    const UNSIGNED: Location = Location::Header(Cow::Borrowed("x-unsigned"));

    fn hmac() -> Scheme {
        Scheme::hmac("s", Digest::Sha256)
    }

    /// Asserts that the scheme is refused with this error and that its message is one
    /// sentence.
    fn refused(scheme: &Scheme, expected: &SchemeError) {
        let error = scheme.check().unwrap_err();
        assert_eq!(error, *expected);
        assert!(error.to_string().len() > 15, "{error:?}: {error}");
    }

    fn no_location(placeholder: &'static str, field: &'static str) -> SchemeError {
        SchemeError::NoLocation { placeholder, field }
    }

    #[test]
    fn a_constant_is_not_signed_content() {
        refused(&hmac().signed("constant"), &SchemeError::NothingSigned);
    }

    #[test]
    fn a_signed_timestamp_has_a_location() {
        let scheme = hmac().signed("{timestamp}.{body}");
        refused(&scheme, &no_location("{timestamp}", "timestamp"));
    }

    #[test]
    fn a_timestamp_in_the_signature_is_in_its_format() {
        let scheme = hmac().timestamp_in_signature(TimeUnit::Seconds);
        refused(&scheme, &SchemeError::TimestampNowhere);
    }

    #[test]
    fn a_signed_timestamp_is_not_optional() {
        let scheme = hmac()
            .signed("{timestamp}.{body}")
            .timestamp_header("x-time", TimeUnit::Seconds)
            .optional_timestamp();
        refused(&scheme, &SchemeError::OptionalTimestampSigned);
    }

    #[test]
    fn a_signed_id_has_a_location() {
        refused(
            &hmac().signed("{id}.{body}"),
            &no_location("{id}", "event_id"),
        );
    }

    #[test]
    fn a_signed_key_id_has_a_location() {
        let scheme = hmac().signed("{key_id}.{body}");
        refused(&scheme, &no_location("{key_id}", "key_id"));
        // In the body it is available too late.
        let scheme = scheme.format("{key_id}:{signature}").at(BODY_FIELD);
        refused(&scheme, &no_location("{key_id}", "key_id"));
    }

    #[test]
    fn optional_filters_come_before_the_body() {
        let scheme = hmac().signed("{body}{url|port?}");
        refused(&scheme, &SchemeError::LateOptionalFilter);
    }

    #[test]
    fn optional_filters_are_for_shared_keys() {
        let scheme = Scheme::public_key("s", ES256).signed("{url|port?}{body}");
        refused(&scheme, &SchemeError::OptionalFilterForPublicKey(ES256));
    }

    #[test]
    fn two_filters_may_be_optional_and_no_more() {
        let signed = "{url|port?}{host|lower?}{path|lower?}{body}";
        refused(
            &hmac().signed(signed),
            &SchemeError::TooManyOptionalFilters(3),
        );
    }

    #[test]
    fn a_plain_hash_is_over_the_secret() {
        let scheme = Scheme::hash("s", Digest::Sha256).signed("{body}");
        let algorithm = Algorithm::Hash(Digest::Sha256);
        refused(&scheme, &SchemeError::HashWithoutSecret(algorithm));
    }

    #[test]
    fn an_hmac_is_not_over_the_secret() {
        let scheme = hmac().signed("{secret}{body}");
        let algorithm = Algorithm::Hmac(Digest::Sha256);
        refused(&scheme, &SchemeError::SecretSigned(algorithm));
    }

    #[test]
    fn the_secret_has_no_filters() {
        let scheme = Scheme::hash("s", Digest::Sha256).signed("{secret|lower}{body}");
        refused(&scheme, &SchemeError::SecretNotBare);
    }

    #[test]
    fn basic_credentials_are_not_in_the_body() {
        let scheme = Scheme::basic("s").at(BODY_FIELD);
        refused(&scheme, &SchemeError::BasicInBody(BODY_FIELD));
    }

    #[test]
    fn a_public_key_algorithm_has_a_public_key() {
        let scheme = Scheme::public_key("s", ES256).key(KeyForm::Hex);
        refused(&scheme, &SchemeError::NeedsPublicKey(ES256));
    }

    #[test]
    fn an_hmac_has_a_shared_secret() {
        let scheme = hmac().key(KeyForm::PublicKey);
        let algorithm = Algorithm::Hmac(Digest::Sha256);
        refused(&scheme, &SchemeError::NeedsSharedSecret(algorithm));
    }

    #[test]
    fn an_ed25519_signature_is_in_the_head() {
        let scheme = Scheme::public_key("s", Algorithm::Ed25519).at(BODY_FIELD);
        refused(&scheme, &SchemeError::Ed25519InBody(BODY_FIELD));
    }

    #[test]
    fn nothing_is_bound_to_the_secret() {
        const BOUND: Binding = Binding::new(UNSIGNED, "{secret}");
        let scheme = hmac().bind(const { &[BOUND] });
        refused(&scheme, &SchemeError::BoundToSecret);
    }

    #[test]
    fn certificates_are_in_a_jws() {
        let roots = |leaf| KeyForm::X5cRoot {
            leaf: Cow::Borrowed(leaf),
            issuer: Cow::Borrowed(""),
        };
        let scheme = Scheme::public_key("s", ES256).key(roots(""));
        refused(&scheme, &SchemeError::X5cOutsideJws);
        let scheme = scheme
            .jws("{jws_header}.{jws_payload}.{signature}")
            .key(roots("1.two"));
        refused(&scheme, &SchemeError::ExtensionId("1.two".into()));
    }

    #[test]
    fn a_jws_has_an_algorithm_with_a_jose_name() {
        let scheme = Scheme::hmac("s", Digest::Sha1).jws("{jws_header}.{jws_payload}.{signature}");
        let algorithm = Algorithm::Hmac(Digest::Sha1);
        refused(&scheme, &SchemeError::NoJoseName(algorithm));
    }

    #[test]
    fn claims_are_in_a_jws() {
        let scheme = hmac().event_id_at(Location::Claim(Cow::Borrowed("/jti")));
        refused(&scheme, &SchemeError::NoJws);
    }

    #[test]
    fn several_signatures_are_in_headers() {
        let scheme = hmac().at(BODY_FIELD).repeated();
        refused(&scheme, &SchemeError::SeveralOutsideHeader(BODY_FIELD));
    }

    #[test]
    fn a_bound_value_is_signed() {
        const BOUND: Binding = Binding::new(UNSIGNED, "{body|sha256|hex}");
        let scheme = hmac().signed("{path}").bind(const { &[BOUND] });
        refused(&scheme, &SchemeError::UnsignedBinding(UNSIGNED));
    }

    #[test]
    fn message_signatures_determine_what_a_scheme_would_set() {
        let fixed = |scheme: Scheme, field| {
            refused(&scheme, &SchemeError::FixedByMessageSignatures(field));
        };
        let scheme = || Scheme::message_signatures("s");
        assert_eq!(scheme().check(), Ok(()));
        fixed(scheme().format("v1={signature}"), "signature.format");
        fixed(scheme().signed("{path}{body}"), "signed");
        fixed(scheme().key(KeyForm::Hex), "key");
        fixed(scheme().key_id_header("x-key"), "key_id");
        fixed(
            scheme().timestamp_header("x-time", TimeUnit::Seconds),
            "timestamp",
        );
    }

    #[test]
    fn an_unambiguous_text_is_not_declared_ambiguous() {
        refused(&hmac().ambiguous("an attack"), &SchemeError::NotAmbiguous);
    }

    #[test]
    fn forms_are_not_nested() {
        let inner = hmac().form("inner");
        let mut middle = hmac().form("middle");
        middle.or = vec![inner].into();
        let mut outer = hmac();
        outer.or = vec![middle].into();
        refused(&outer, &SchemeError::NestedForms);
    }

    #[test]
    fn forms_have_names_of_their_own() {
        refused(&hmac().form("V 2"), &SchemeError::FormName("V 2".into()));
        let mut scheme = hmac().form("v1");
        scheme.or = vec![hmac().form("v1")].into();
        refused(&scheme, &SchemeError::FormTwice("v1".into()));
    }

    #[test]
    fn a_location_is_a_header_name_or_a_pointer() {
        let scheme = hmac().event_id_json("id");
        refused(&scheme, &SchemeError::JsonPointer("id".into()));
        let scheme = hmac().event_id_header("x id");
        refused(&scheme, &SchemeError::HeaderName("x id".into()));
    }

    #[test]
    fn recipients_have_distinct_names() {
        const AT: Recipient = Recipient::new("to", &[Location::Json(Cow::Borrowed("/to"))]);
        let upper = Recipient {
            name: Cow::Borrowed("To"),
            ..AT
        };
        let mut scheme = hmac();
        scheme.recipients = vec![upper].into();
        refused(&scheme, &SchemeError::RecipientName("To".into()));
        scheme.recipients = vec![AT, AT].into();
        refused(&scheme, &SchemeError::RecipientTwice("to".into()));
    }

    #[test]
    fn a_recipient_is_signed() {
        const HOST: Recipient = Recipient::new("a", &[]);
        const HEADER: Recipient = Recipient::new("a", &[UNSIGNED]);
        let host = SchemeError::RecipientWithoutPlace("a".into());
        refused(&hmac().recipients(const { &[HOST] }), &host);
        assert_eq!(
            host.to_string(),
            "the recipient `a` has no `at`, so it is the host of the URL, which is not signed: set a signed location in `at`"
        );
        let header = SchemeError::UnsignedRecipient {
            name: "a".into(),
            at: UNSIGNED,
        };
        refused(&hmac().recipients(const { &[HEADER] }), &header);
    }

    #[test]
    fn the_delivery_id_has_a_location_and_is_signed() {
        let scheme = hmac().replay_by(ReplayBy::Id);
        refused(&scheme, &SchemeError::NoReplayId);
        let scheme = hmac().replay_id(const { &[UNSIGNED] });
        refused(&scheme, &SchemeError::UnsignedReplayId(UNSIGNED));
        let scheme = scheme.replay_by(ReplayBy::Body);
        refused(&scheme, &SchemeError::UnusedReplayId(ReplayBy::Body));
        let header = "x-topic".to_owned();
        let scheme = hmac().replay_kind("x-topic", &[]);
        refused(&scheme, &SchemeError::NoReplayKinds { header });
    }
}
