//! Recipients: signed values that name the receiver of a delivery, for providers that
//! sign for all receivers with one key.

use std::borrow::Cow;

use super::algorithm::Algorithm;
use super::coverage::{Coverage, RequestPart};
use super::definition::{MeantFor, Recipient, Scheme};
use super::delivery::unsigned_place;
use super::error::SchemeError;
use super::place::Place;
use super::rules::recipient_name_is_not_a_word;
use super::text::Text;

impl MeantFor {
    /// Merges two, with precedence for the values of this one for each recipient.
    pub(crate) fn or<'a>(
        &'a self,
        other: &'a Self,
        recipients: impl Iterator<Item = &'a PlannedRecipient> + Clone,
    ) -> Self {
        let first = recipients.clone().next().map(|first| &*first.name);
        let named = |value| AcceptedRecipient::name_of(value, recipients.clone()).or(first);
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
    /// The signed values that name the receiver of a delivery.
    #[must_use]
    pub const fn recipients(mut self, recipients: &'static [Recipient]) -> Self {
        std::mem::forget(std::mem::replace(
            &mut self.recipients,
            Cow::Borrowed(recipients),
        ));
        self
    }

    /// Accepts deliveries for this recipient; can be called for several.
    ///
    /// A value that ends in `*` is a prefix. If a scheme has several recipients,
    /// `NAME=VALUE` is for the one of that name, and a value without a name for the
    /// first.
    ///
    /// ```
    /// use hookward::providers;
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

    /// Accepts deliveries for any recipient: anyone with an account with the provider can
    /// then send their own deliveries, with a valid signature.
    ///
    /// If a scheme has several recipients, those with a value set with
    /// [`recipient`](Self::recipient) are still compared.
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
    /// Its locations, in words.
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
            // The policy determines what a message signature covers.
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

pub(super) fn check_is_signed(
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

/// The accepted values.
#[derive(Debug, Clone)]
pub(crate) struct AcceptedRecipient {
    /// The name of the recipient; `None` for the first.
    name: Option<Box<str>>,
    text: Box<str>,
    is_prefix: bool,
}

impl AcceptedRecipient {
    /// Resolves the values to the recipients of the plans.
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

    /// The recipient that a value is for: `None` for the first.
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

    /// Whether it is for the recipient at this position in its form.
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

/// The error for a host that ends in `*`, which cannot be pinned.
pub(crate) fn host_is_whole(name: &str) -> String {
    format!(
        "the recipient of {name} is the host of the signed URL, which must be given in full: `*` is for other values. Call `.recipient(…)` for each host"
    )
}

/// The error for a scheme whose required recipient is not configured.
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
        "{name}{form} signs with one key for many receivers, so a genuine delivery may be meant for another receiver. The recipient is the {what} ({places}): set yours with `.recipient(\"{example}\")` on the scheme, `KeyRing::recipient` if each tenant has its own, or `--recipient`; a value that ends in `*` is a prefix. To accept deliveries for any recipient, use `.any_recipient()` or `--any-recipient`",
        what = recipient.name,
        places = recipient.places,
    )
}
