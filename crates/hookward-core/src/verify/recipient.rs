//! Whether a genuine delivery is meant for this receiver.

use super::head::{MALFORMED, MISSING, ReadHead, if_present};
use super::late::is_late;
use super::{Extra, Rare, State};
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
            for place in recipient.at.iter().filter(|place| !is_late(plan, place)) {
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
            if recipient.at.iter().any(|place| is_late(plan, place)) {
                self.keep_whole_body();
            }
        }
        self.rare().addressed = Some(Addressed { found });
        Ok(())
    }

    /// Refuses a delivery for somebody else. The signature is known to be right.
    pub(super) fn check_recipients(
        inner: &Inner,
        plan: &Plan,
        rare: &Rare,
        extra: Option<&Extra>,
    ) -> Result<(), Rejection> {
        let Some(addressed) = &rare.addressed else {
            return Ok(());
        };
        let body = extra
            .and_then(|extra| extra.body.as_deref())
            .unwrap_or_default();
        for ((at, recipient), known) in plan.recipients.iter().enumerate().zip(&addressed.found) {
            if !is_compared(inner, recipient, at) {
                continue;
            }
            let value = match known {
                Some(value) => Some(value.clone()),
                None => named_in(body, plan, recipient, rare)?,
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
    body: &[u8],
    plan: &Plan,
    recipient: &PlannedRecipient,
    rare: &Rare,
) -> Result<Option<String>, Rejection> {
    // Of a provider that sends both: text in a JSON body is no form.
    let is_json = matches!(body.trim_ascii_start().first(), Some(b'{' | b'['));
    for place in recipient.at.iter().filter(|place| is_late(plan, place)) {
        let is_other_kind = match place {
            Place::Json(_) => !is_json,
            Place::Form(_) | Place::FormJson(..) => is_json,
            _ => false,
        };
        if is_other_kind {
            continue;
        }
        let value = if_present(rare.late_value(body, place, MISSING, MALFORMED));
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
