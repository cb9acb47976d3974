//! What handlers are given where a proof leaves the body open.

use super::coverage::{Coverage, Proof, RequestPart};
use super::source::Source;
use super::{Place, Plan, Scheme};

/// What a handler is given of a request whose proof leaves the body open: a
/// signature over some fields or over the URL alone, a checksum, a token beside
/// the body.
///
/// Such a proof looks as if it proved the body, and whoever relays or records a
/// request can change what it does not cover. So building a
/// [`Verifier`](crate::Verifier) fails until one of the two is named. A scheme that
/// covers its body needs neither, nor does a bare secret, which claims nothing about
/// the content; nothing changes for them.
///
/// ```
/// use hookward_core::{ConfigError, Key, Trust, Verifier, providers};
///
/// let key = || Key::new("44782DEF547AAA06C910C43932B1EB0C71FC68D9D0C057550C48EC2ACF6BA056");
/// let undecided = Verifier::new(providers::ADYEN, key()?);
/// assert!(matches!(undecided, Err(ConfigError::Trust(_))));
/// assert!(Verifier::new(providers::ADYEN.trust(Trust::Proven), key()?).is_ok());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Trust {
    /// The covered values alone. In place of the body a handler gets a JSON
    /// document of them, of the first kind that the form covers:
    ///
    /// 1. the claims of the token, where the signature is a JWS with a payload;
    /// 2. the covered values of the JSON body, each at its place: objects, and
    ///    arrays as far as an element is covered, with `null` for those before it;
    /// 3. the covered fields of the form, as an object of strings;
    /// 4. the covered parameters of the query, or all of them where the query is
    ///    covered, as an object of strings;
    /// 5. otherwise `{}`.
    ///
    /// There is one kind only, so that nothing shadows anything. Which one it is
    /// follows from the scheme, not from the request. What is covered
    /// [weakly](Coverage::weak) is not in it, and what the request does not have
    /// is left out.
    Proven,
    /// The body as it was sent. The handler looks at
    /// [`Verified::covers`](crate::Verified::covers) itself.
    AsSent,
}

/// The kind of document that holds the proven values of a form.
pub(crate) enum Kind<'a> {
    Claims,
    /// JSON pointers.
    Json(Vec<&'a str>),
    /// Names of fields.
    Form(Vec<&'a str>),
    /// Names of parameters; `None` for all.
    Query(Option<Vec<&'a str>>),
    Empty,
}

impl<'a> Kind<'a> {
    pub(crate) fn of(plan: &Plan, coverage: &'a Coverage) -> Self {
        if plan.reads(&Source::JwsPayload) && coverage.covers_all_claims() {
            return Self::Claims;
        }
        let pointers: Vec<&str> = coverage
            .iter()
            .filter_map(|part| match part {
                RequestPart::BodyAt(pointer) => Some(pointer.as_str()),
                _ => None,
            })
            .collect();
        if !pointers.is_empty() {
            return Self::Json(pointers);
        }
        let fields: Vec<&str> = coverage
            .iter()
            .filter_map(|part| match part {
                RequestPart::FormField(name) => Some(name.as_str()),
                _ => None,
            })
            .collect();
        if !fields.is_empty() {
            return Self::Form(fields);
        }
        if coverage.covers(&RequestPart::Query) {
            return Self::Query(None);
        }
        let parameters: Vec<&str> = coverage
            .iter()
            .filter_map(|part| match part {
                RequestPart::QueryField(name) => Some(name.as_str()),
                _ => None,
            })
            .collect();
        if parameters.is_empty() {
            Self::Empty
        } else {
            Self::Query(Some(parameters))
        }
    }

    pub(crate) const fn is_in_body(&self) -> bool {
        matches!(self, Self::Json(_) | Self::Form(_))
    }

    /// What a handler gets, in words.
    const fn described(&self) -> &'static str {
        match self {
            Self::Claims => "the claims of the token",
            Self::Json(_) => "the covered values of the JSON body, each at its place",
            Self::Form(_) => "the covered fields of the form, as a JSON object of strings",
            Self::Query(None) => "the parameters of the query, as a JSON object of strings",
            Self::Query(Some(_)) => {
                "the covered parameters of the query, as a JSON object of strings"
            }
            Self::Empty => {
                "an empty JSON object, since nothing of the content is covered: fetch the event from the provider"
            }
        }
    }
}

impl Plan {
    /// Whether a signature or a token is proven, and the body can be anything.
    pub(crate) fn leaves_body_open(&self) -> bool {
        self.coverage.leaves_body_open() && !self.absent.contains(&Place::Body)
    }

    /// Follows what the operator says; else the page that asks.
    pub(crate) fn set_trust(&mut self, trust: Option<Trust>) -> Result<(), String> {
        if !self.leaves_body_open() {
            return Ok(());
        }
        self.hands_proven = match trust {
            Some(trust) => trust == Trust::Proven,
            None => return Err(self.page()),
        };
        Ok(())
    }

    /// What to decide, and what to write.
    fn page(&self) -> String {
        let coverage = &self.coverage;
        let form = match &*self.form {
            "default" => String::new(),
            form => format!(" (form `{form}`)"),
        };
        let proof = match coverage.proof() {
            Proof::Token => "a token that says nothing of the body",
            Proof::Signature | Proof::Secret => "a signature that does not cover the body",
        };
        let mut text = format!(
            "{}{form} is proven by {proof}, so say what handlers shall be given.\n  covered: {coverage}\n",
            self.name
        );
        let weak: Vec<String> = coverage.weak().map(ToString::to_string).collect();
        if !weak.is_empty() {
            text.push_str(&format!(
                "  covered weakly, up to what was lost before it was signed: {}\n",
                weak.join(", ")
            ));
        }
        text.push_str(&format!(
            "  whoever relays or records a request may change: {}\nWrite one of:\n  scheme.trust(Trust::Proven)  for {}\n  scheme.trust(Trust::AsSent)  for the body as it was sent, of which handlers may believe what `Verified::covers()` names",
            coverage.may_change().join(", "),
            Kind::of(self, coverage).described(),
        ));
        text
    }
}

impl Scheme {
    /// Says what handlers are given where the proof leaves the body open; see
    /// [`Trust`]. On a scheme that covers its body, and on a bare secret, it
    /// changes nothing.
    #[must_use]
    pub const fn trust(mut self, trust: Trust) -> Self {
        self.trust = Some(trust);
        self
    }
}
