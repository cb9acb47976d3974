//! For whom a delivery is, where one key signs for many receivers.

use std::borrow::Cow;

use super::delivery::unsigned_place;
use super::rules::recipient_name_is_not_a_word;
use super::{Algorithm, Coverage, Location, Place, RequestPart, Scheme, SchemeError, Text};

/// A signed value that tells for whom a delivery is.
///
/// Where a provider signs with one key for all its customers, a signature says who
/// wrote, and not to whom: anybody with an account can have a delivery signed to
/// himself, and send it to you. Schemes name what to compare.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Recipient {
    /// What it is: `topic`, `audience`, `environment`.
    pub name: Text,
    /// Where it is: the first place that has a value counts. Empty for the host of
    /// the signed URL.
    pub at: Cow<'static, [Location]>,
    /// Whether a verifier cannot be built without naming it. Others are compared
    /// where a value is given.
    pub is_required: bool,
}

impl Recipient {
    /// A value at the first of these places that has one.
    #[must_use]
    pub const fn new(name: &'static str, at: &'static [Location]) -> Self {
        Self {
            name: Cow::Borrowed(name),
            at: Cow::Borrowed(at),
            is_required: true,
        }
    }

    /// The host of the signed URL.
    #[must_use]
    pub const fn host() -> Self {
        Self::new("host", &[])
    }

    /// Compared only where a value is given.
    #[must_use]
    pub const fn optional(mut self) -> Self {
        self.is_required = false;
        self
    }

    /// Whether the host of the signed URL is meant.
    #[must_use]
    pub fn is_host(&self) -> bool {
        self.at.is_empty()
    }

    /// Where it is, in words: "JSON body field `/TopicArn`".
    #[must_use]
    pub fn places(&self) -> String {
        if self.is_host() {
            return "the host of the signed URL".into();
        }
        let places: Vec<String> = self.at.iter().map(ToString::to_string).collect();
        places.join(" or ")
    }
}

/// Whom an operator accepts deliveries for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct MeantFor {
    /// Values, as [`Scheme::recipient`] takes them.
    pub values: Cow<'static, [Text]>,
    /// Anybody: deliveries that were meant for others pass as well.
    pub anyone: bool,
}

impl MeantFor {
    pub(super) const UNSAID: Self = Self {
        values: Cow::Borrowed(&[]),
        anyone: false,
    };

    pub(crate) fn is_unsaid(&self) -> bool {
        self.values.is_empty() && !self.anyone
    }

    /// This, and of the other what is said of recipients that this says nothing of.
    pub(crate) fn or<'a>(
        &'a self,
        other: &'a Self,
        recipients: impl Iterator<Item = &'a PlannedRecipient> + Clone,
    ) -> Self {
        let first = recipients.clone().next().map(|first| &*first.name);
        let named = |value| Accepted::name_of(value, recipients.clone()).or(first);
        let own: Vec<Option<&str>> = self.values.iter().map(|value| named(value)).collect();
        let mut values = self.values.to_vec();
        let others = other.values.iter();
        values.extend(others.filter(|value| !own.contains(&named(value))).cloned());
        Self {
            values: values.into(),
            anyone: self.anyone || other.anyone,
        }
    }
}

impl Scheme {
    /// The signed values that tell for whom a delivery is.
    #[must_use]
    pub const fn recipients(mut self, recipients: &'static [Recipient]) -> Self {
        std::mem::forget(std::mem::replace(
            &mut self.recipients,
            Cow::Borrowed(recipients),
        ));
        self
    }

    /// Accepts deliveries for this recipient; several may be named.
    ///
    /// A value that ends in `*` is what others start with. Where a scheme has several
    /// recipients, `NAME=VALUE` is for the one of that name, and others for the first.
    ///
    /// ```
    /// use hookward_core::providers;
    ///
    /// let topic = providers::AWS_SNS.recipient("arn:aws:sns:eu-west-1:111111111111:payments");
    /// let account = providers::AWS_SNS.recipient("arn:aws:sns:eu-west-1:111111111111:*");
    /// let app = providers::APPLE_APP_STORE_V2
    ///     .recipient("com.example.app")
    ///     .recipient("environment=Production");
    /// # let _ = (topic, account, app);
    /// ```
    #[must_use]
    pub fn recipient(mut self, value: impl Into<Text>) -> Self {
        self.meant_for.values.to_mut().push(value.into());
        self
    }

    /// Accepts deliveries for anybody: whoever has an account with the provider can
    /// then send deliveries of their own, with a right signature.
    ///
    /// Where a scheme has several recipients, those for which
    /// [`recipient`](Self::recipient) names a value are compared all the same.
    #[must_use]
    pub const fn any_recipient(mut self) -> Self {
        self.meant_for.anyone = true;
        self
    }
}

/// A recipient, compiled.
#[derive(Debug, Clone)]
pub(crate) struct PlannedRecipient {
    pub(crate) name: Text,
    /// Empty for the host.
    pub(crate) at: Box<[Place]>,
    /// Where it is, in words.
    pub(crate) places: Box<str>,
    pub(crate) is_required: bool,
}

impl PlannedRecipient {
    pub(super) fn compile_all(
        scheme: &Scheme,
        event_id: Option<&Place>,
        coverage: &Coverage,
    ) -> Result<Box<[Self]>, SchemeError> {
        let mut all: Vec<Self> = Vec::new();
        for recipient in scheme.recipients.iter() {
            let name = recipient.name.clone();
            if let Some(error) = recipient_name_is_not_a_word(&name) {
                return Err(error);
            }
            if all.iter().any(|known| known.name == name) {
                return Err(SchemeError::RecipientTwice(name.into_owned()));
            }
            let at = recipient
                .at
                .iter()
                .map(Place::compile)
                .collect::<Result<Box<[_]>, _>>()?;
            if at.is_empty() && !coverage.covers(&RequestPart::Host) {
                return Err(SchemeError::RecipientWithoutPlace(name.into_owned()));
            }
            // What a message signature covers, the policy says.
            if scheme.algorithm != Algorithm::MessageSignatures {
                check_is_signed(&name, &at, event_id, coverage)?;
            }
            all.push(Self {
                name,
                at,
                places: recipient.places().into(),
                is_required: recipient.is_required,
            });
        }
        Ok(all.into())
    }
}

fn check_is_signed(
    name: &str,
    at: &[Place],
    event_id: Option<&Place>,
    coverage: &Coverage,
) -> Result<(), SchemeError> {
    match unsigned_place(at, event_id, coverage) {
        None => Ok(()),
        Some(place) => Err(SchemeError::UnsignedRecipient {
            name: name.to_owned(),
            at: place.into(),
        }),
    }
}

/// Whether each recipient is signed, of a plan whose coverage a policy says.
#[cfg(feature = "message-signatures")]
pub(crate) fn check_signed(plan: &super::Plan) -> Result<(), SchemeError> {
    plan.recipients.iter().try_for_each(|recipient| {
        let event_id = plan.event_id.as_ref();
        check_is_signed(&recipient.name, &recipient.at, event_id, &plan.coverage)
    })
}

/// The values that are accepted.
#[derive(Debug, Clone)]
pub(crate) struct Accepted {
    /// Of which recipient; of the first, where none is named.
    name: Option<Box<str>>,
    text: Box<str>,
    is_prefix: bool,
}

impl Accepted {
    /// The values as the plans' recipients have them.
    pub(crate) fn all<'a>(
        recipients: impl Iterator<Item = &'a PlannedRecipient> + Clone,
        meant_for: &MeantFor,
    ) -> Vec<Self> {
        meant_for
            .values
            .iter()
            .map(|value| {
                let name = Self::name_of(value, recipients.clone());
                let text = name.map_or(&**value, |name| &value[name.len() + 1..]);
                let prefix = text.strip_suffix('*');
                Self {
                    name: name.map(Into::into),
                    text: prefix.unwrap_or(text).into(),
                    is_prefix: prefix.is_some(),
                }
            })
            .collect()
    }

    /// The recipient that a value names: none for a value of the first.
    fn name_of<'v, 'r>(
        value: &'v str,
        mut recipients: impl Iterator<Item = &'r PlannedRecipient>,
    ) -> Option<&'v str> {
        let (name, _) = value.split_once('=')?;
        recipients
            .any(|recipient| recipient.name == name)
            .then_some(name)
    }

    pub(crate) const fn is_prefix(&self) -> bool {
        self.is_prefix
    }

    /// Whether it is for the recipient at this position of its form.
    pub(crate) fn is_for(&self, recipient: &PlannedRecipient, at: usize) -> bool {
        match &self.name {
            Some(name) => **name == *recipient.name,
            None => at == 0,
        }
    }

    pub(crate) fn matches(&self, value: &str) -> bool {
        match self.is_prefix {
            true => value.starts_with(&*self.text),
            false => value == &*self.text,
        }
    }

    pub(crate) fn text(&self) -> &str {
        &self.text
    }
}

/// Why a host that ends in `*` cannot be pinned.
pub(crate) fn host_is_whole(name: &str) -> String {
    format!(
        "{name} tells for whom a delivery is by the host of the signed URL, which is named whole: `*` is for other values. Name each host with a `.recipient(…)` of its own"
    )
}

/// Why a verifier cannot be built without a word on its recipients.
pub(crate) fn unsaid(name: &str, form: &str, recipient: &PlannedRecipient) -> String {
    let example = match &*recipient.name {
        "host" => "hooks.example.com",
        "topic" => "arn:aws:sns:eu-west-1:111111111111:payments",
        "environment" => "environment=Production",
        _ => "…",
    };
    let form = match form {
        "default" => String::new(),
        form => format!(" (form `{form}`)"),
    };
    format!(
        "{name}{form} signs with one key for many receivers, so that a genuine delivery may be meant for somebody else. The {what} tells for whom it is ({places}): name yours with `.recipient(\"{example}\")` on the scheme, `KeyRing::recipient` where each tenant has its own, or `--recipient`; a value that ends in `*` is a prefix. To take those of anybody, write `.any_recipient()`, or `--any-recipient`",
        what = recipient.name,
        places = recipient.places,
    )
}
