//! Whether a genuine delivery is meant for this receiver.

use super::from_body::BodyValues;
use super::from_body::is_with_body;
use super::read::{MALFORMED, MISSING, ReadHead, if_present};
use super::state::State;
use super::verdict::Verdict;
use crate::request::reason::{Reason, text};
use crate::request::rejection::Rejection;
use crate::scheme::recipient::PlannedRecipient;
use crate::scheme::{Place, Plan};
use crate::verify::verifier::Inner;

/// What the head tells of recipients, until the signature is known to be right.
pub(super) struct Addressed {
    /// Of each recipient of the plan, the value of the first place that has one.
    found: Vec<Option<String>>,
}

impl State {
    /// Reads what the head tells of those that are compared.
    #[cold]
    pub(super) fn start_recipients(
        &mut self,
        inner: &Inner,
        plan: &Plan,
        read: &ReadHead<'_>,
    ) -> Result<(), Rejection> {
        let mut found = Vec::new();
        for (at, recipient) in plan.recipients.iter().enumerate() {
            if !is_compared(inner, recipient, at) {
                found.push(None);
                continue;
            }
            let mut value = None;
            for place in recipient
                .at
                .iter()
                .filter(|place| !is_with_body(plan, place))
            {
                value = match read(place)?.map(String::from_utf8) {
                    Some(Err(_)) => {
                        return Err(Reason::NotUtf8 { place: text(place) }.into());
                    }
                    Some(Ok(text)) => some_recipient(text),
                    None => None,
                };
                if value.is_some() {
                    break;
                }
            }
            found.push(value);
            if recipient.at.iter().any(|place| is_with_body(plan, place)) {
                self.keep_whole_body();
            }
        }
        self.cold().addressed = Some(Addressed { found });
        Ok(())
    }
}

impl Verdict<'_> {
    /// Refuses a delivery for another recipient. The signature is known to match.
    pub(super) fn check_recipients(&self) -> Result<(), Rejection> {
        let (inner, plan) = (self.inner, self.plan);
        let Some(addressed) = &self.cold.addressed else {
            return Ok(());
        };
        for ((at, recipient), known) in plan.recipients.iter().enumerate().zip(&addressed.found) {
            if !is_compared(inner, recipient, at) {
                continue;
            }
            let value = match known {
                Some(value) => Some(value.clone()),
                None => named_in(self.body_values(), plan, recipient)?,
            };
            let Some(value) = value else {
                return Err(Rejection::from(Reason::NoRecipient {
                    places: text(&recipient.places),
                }));
            };
            let mut accepted = inner.recipients.iter();
            if !accepted.any(|one| one.is_for(recipient, at) && one.matches(&value)) {
                return Err(Rejection::from(Reason::OtherRecipient {
                    name: text(&recipient.name),
                    places: text(&recipient.places),
                }));
            }
        }
        Ok(())
    }
}

/// The first of the places in the body that has a value. One that cannot be read, or
/// is there twice, refuses the delivery: the next one may be the sender's to write.
fn named_in(
    values: BodyValues<'_>,
    plan: &Plan,
    recipient: &PlannedRecipient,
) -> Result<Option<String>, Rejection> {
    // Of a provider that sends both: text in a JSON body is no form.
    let is_json = matches!(values.body.trim_ascii_start().first(), Some(b'{' | b'['));
    for place in recipient
        .at
        .iter()
        .filter(|place| is_with_body(plan, place))
    {
        let is_other_kind = match place {
            Place::Json(_) => !is_json,
            Place::Form(_) | Place::FormJson(..) => is_json,
            _ => false,
        };
        if is_other_kind {
            continue;
        }
        let value = if_present(values.read(place, MISSING, MALFORMED));
        let value = value.map_err(|_| Reason::RecipientUnreadable { place: text(place) })?;
        if let Some(value) = value.and_then(some_recipient) {
            return Ok(Some(value));
        }
    }
    Ok(None)
}

/// `null` names nobody, and so does nothing.
fn some_recipient(text: String) -> Option<String> {
    (!matches!(&*text, "" | "null")).then_some(text)
}

/// Whether the values of a recipient were named; the host is compared with the URL.
fn is_compared(inner: &Inner, recipient: &PlannedRecipient, at: usize) -> bool {
    let mut accepted = inner.recipients.iter();
    !recipient.at.is_empty() && accepted.any(|one| one.is_for(recipient, at))
}
