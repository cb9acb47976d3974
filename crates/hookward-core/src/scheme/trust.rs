//! Trust: what handlers are given if a proof does not cover the body.

use super::coverage::{Coverage, Proof, RequestPart};
use super::definition::{Scheme, Trust};
use super::part::Source;
use super::place::Place;
use super::plan::Plan;

/// The kind of document with the proven values of a form.
pub(crate) enum ProvenKind<'a> {
    Claims,
    /// JSON pointers.
    Json(Vec<&'a str>),
    /// Field names.
    Form(Vec<&'a str>),
    /// Parameter names; `None` for all.
    Query(Option<Vec<&'a str>>),
    Empty,
}

impl<'a> ProvenKind<'a> {
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

    /// What a handler is given, in words.
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
                "an empty JSON object, since none of the content is covered: fetch the event from the provider"
            }
        }
    }
}

impl Plan {
    /// Whether a signature or a token is proven, and the body can be anything.
    pub(crate) fn leaves_body_open(&self) -> bool {
        self.coverage.leaves_body_open() && !self.absent.contains(&Place::Body)
    }

    /// Applies the operator's choice, or returns the error that asks for one.
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

    /// The error that explains the choice and how to make it.
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
            "{}{form} is proven by {proof}: choose what handlers are given.\n  covered: {coverage}\n",
            self.name
        );
        let weak: Vec<String> = coverage.weak().map(ToString::to_string).collect();
        if !weak.is_empty() {
            text.push_str(&format!(
                "  covered weakly, except for what was lost before signing: {}\n",
                weak.join(", ")
            ));
        }
        text.push_str(&format!(
            "  an attacker who relays or records a request can change: {}\nWrite one of:\n  scheme.trust(Trust::Proven)  for {}\n  scheme.trust(Trust::AsSent)  for the body as sent, of which handlers can trust only what `Verified::covers()` lists",
            coverage.may_change().join(", "),
            ProvenKind::of(self, coverage).described(),
        ));
        text
    }
}

impl Scheme {
    /// Sets what handlers are given if the proof does not cover the body; see [`Trust`].
    /// Has no effect on a scheme that covers its body and on a bare secret.
    #[must_use]
    pub const fn trust(mut self, trust: Trust) -> Self {
        self.trust = Some(trust);
        self
    }
}
