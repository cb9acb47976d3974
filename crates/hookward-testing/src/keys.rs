//! The published test keys, one of each kind, and others that nothing trusts.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use hookward_core::{Algorithm, Curve, Key, KeyForm, KeyRing, Scheme};

use crate::Error;
use crate::extra;

/// The id of the test key, where requests name their key.
pub const KEY_ID: &str = "hookward-test-key";

/// The bytes of the shared secrets.
const SECRET: &[u8; 32] = b"hookward-test-kit-not-a-secret-1";
const OTHER_SECRET: &[u8; 32] = b"hookward-test-kit-another-key--2";

/// Which of the two sets of keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Set {
    /// What the verifiers of the kit trust.
    Trusted,
    /// What none trusts.
    Other,
}

/// A key in the form in which it signs, and in the one in which it verifies.
struct Pair {
    private: String,
    public: String,
}

macro_rules! pem {
    ($name:literal) => {
        include_str!(concat!("../keys/", $name, ".pem")).to_owned()
    };
}

/// What signs and what verifies. Of the keys that nothing trusts only the private
/// half is known.
fn pair(scheme: &Scheme, set: Set) -> Pair {
    macro_rules! pair {
        ($private:literal, $other:literal, $public:literal) => {
            Pair {
                private: match set {
                    Set::Trusted => pem!($private),
                    Set::Other => pem!($other),
                },
                public: pem!($public),
            }
        };
    }
    use Algorithm::{Ecdsa, Ed25519, RsaPkcs1, RsaPss, RsaPssAnySalt};
    match (scheme.algorithm, &scheme.key) {
        (_, KeyForm::X5cRoot { .. }) => pair!("chain-leaf.key", "other-p256", "chain-root"),
        (RsaPkcs1(_) | RsaPss(_) | RsaPssAnySalt(_), KeyForm::ShortRsa) => {
            pair!("rsa-1024", "other-rsa-1024", "rsa-1024.pub")
        }
        (RsaPkcs1(_) | RsaPss(_) | RsaPssAnySalt(_), _) => {
            pair!("rsa-2048", "other-rsa-2048", "rsa-2048.pub")
        }
        (Ecdsa(Curve::P384, ..), _) => pair!("p384", "other-p384", "p384.pub"),
        (Ecdsa(..), _) => pair!("p256", "other-p256", "p256.pub"),
        (Ed25519, form) if *form != KeyForm::RepeatedSeed => {
            pair!("ed25519", "other-ed25519", "ed25519.pub")
        }
        (algorithm, form) => {
            let secret = secret(form, algorithm, set);
            Pair {
                private: secret.clone(),
                public: secret,
            }
        }
    }
}

/// A shared secret in the form in which this provider hands it out.
fn secret(form: &KeyForm, algorithm: Algorithm, set: Set) -> String {
    let bytes = match set {
        Set::Trusted => SECRET,
        Set::Other => OTHER_SECRET,
    };
    let text = String::from_utf8_lossy(bytes).into_owned();
    if algorithm == Algorithm::Basic {
        return format!("hookward:{text}");
    }
    match form {
        KeyForm::Hex => hex::encode(bytes),
        KeyForm::HexAfter(prefix) => format!("{prefix}{}", hex::encode(bytes)),
        KeyForm::Base64(prefix)
        | KeyForm::Base64OrText(prefix)
        | KeyForm::Base64AndText(prefix) => format!("{prefix}{}", STANDARD.encode(bytes)),
        KeyForm::Base64Url(prefix) => format!("{prefix}{}", URL_SAFE_NO_PAD.encode(bytes)),
        _ => text,
    }
}

/// What an operator is given by the provider: the shared secret, or the public key
/// or root certificate in PEM.
pub(crate) fn verifying_text(scheme: &Scheme) -> String {
    pair(scheme, Set::Trusted).public
}

/// The ring that verifies.
pub(crate) fn verifying(scheme: &Scheme) -> Result<KeyRing, Error> {
    ring(scheme, pair(scheme, Set::Trusted).public, KEY_ID, &[])
}

/// The ring that signs.
pub(crate) fn signing(scheme: &Scheme) -> Result<KeyRing, Error> {
    ring(scheme, pair(scheme, Set::Trusted).private, KEY_ID, &[])
}

/// A ring whose key no verifier has, with the id and the values of the caller's.
pub(crate) fn other(scheme: &Scheme, own: Option<&KeyRing>) -> Result<KeyRing, Error> {
    let id = own.and_then(|own| own.ids().next()).unwrap_or(KEY_ID);
    let params = own.map_or(&[][..], KeyRing::params);
    ring(scheme, pair(scheme, Set::Other).private, id, params)
}

fn ring(
    scheme: &Scheme,
    text: String,
    id: &str,
    params: &[(Box<str>, Box<str>)],
) -> Result<KeyRing, Error> {
    let key = Key::new(text).map_err(Error::new)?;
    let names_keys = scheme
        .forms()
        .any(|form| form.key_id.is_some() || form.algorithm == Algorithm::MessageSignatures);
    let mut ring = match names_keys {
        true => KeyRing::default().with(id, key),
        false => KeyRing::default().push(key),
    };
    for (name, value) in params {
        ring = ring.param(name.clone(), value.clone());
    }
    let known = extra::of(scheme, 0).params;
    let unknown = constants(scheme).map(|name| (name.to_owned(), "hookward-test".to_owned()));
    for (name, value) in known.into_iter().chain(unknown) {
        if !ring.params().iter().any(|(set, _)| **set == *name) {
            ring = ring.param(name, value);
        }
    }
    Ok(ring)
}

/// The names of the values that a scheme wants beside the key: `{const:NAME}`.
fn constants(scheme: &Scheme) -> impl Iterator<Item = &str> {
    let templates = scheme.forms().flat_map(|form| {
        let bound = form.bind.iter().map(|binding| &*binding.is);
        std::iter::once(&*form.signed).chain(bound)
    });
    templates
        .flat_map(|template| template.split("{const:").skip(1))
        .filter_map(|rest| rest.split(['}', '|']).next())
}

/// The chain of the certificate that signs where the verifier trusts a root, as
/// `x5c` lists it.
pub(crate) fn chain() -> Vec<String> {
    [pem!("chain-leaf"), pem!("chain-issuer"), pem!("chain-root")]
        .iter()
        .map(|pem| pem.lines().filter(|line| !line.starts_with('-')).collect())
        .collect()
}
