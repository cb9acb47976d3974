//! Recipient check: whether a genuine delivery is meant for this receiver. If a provider
//! signs for all of its customers with one key, the signature does not prove that.

use super::availability::is_in_body_or_its_jws;
use super::body_values::BodyValues;
use super::read::{MALFORMED, MISSING, ReadHead, if_present};
use super::state::{HeadRecipients, State, Verdict};
use crate::request::reason::{Reason, text};
use crate::request::rejection::Rejection;
use crate::scheme::recipient::PlannedRecipient;
use crate::scheme::{Place, Plan};
use crate::verify::verifier::Inner;

impl State {
    /// Reads the recipients in the head that have to be compared.
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
                .filter(|place| !is_in_body_or_its_jws(plan, place))
            {
                value = match read(place)?.map(String::from_utf8) {
                    Some(Err(_)) => {
                        return Err(Reason::NotUtf8 { place: text(place) }.into());
                    }
                    Some(Ok(text)) => nonempty(text),
                    None => None,
                };
                if value.is_some() {
                    break;
                }
            }
            found.push(value);
            if recipient
                .at
                .iter()
                .any(|place| is_in_body_or_its_jws(plan, place))
            {
                self.keep_whole_body();
            }
        }
        self.cold().head_recipients = Some(HeadRecipients { found });
        Ok(())
    }
}

impl Verdict<'_> {
    /// Refuses a delivery for another recipient. Called only after a signature matched.
    pub(super) fn check_recipients(&self) -> Result<(), Rejection> {
        let (inner, plan) = (self.inner, self.plan);
        let Some(head_recipients) = &self.cold.head_recipients else {
            return Ok(());
        };
        for ((at, recipient), known) in plan
            .recipients
            .iter()
            .enumerate()
            .zip(&head_recipients.found)
        {
            if !is_compared(inner, recipient, at) {
                continue;
            }
            let value = match known {
                Some(value) => Some(value.clone()),
                None => recipient_in_body(self.body_values(), plan, recipient)?,
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

/// The value of the first place in the body that has one. An unreadable or repeated value
/// refuses the delivery instead of falling through to the next place, which the sender
/// may control.
fn recipient_in_body(
    values: BodyValues<'_>,
    plan: &Plan,
    recipient: &PlannedRecipient,
) -> Result<Option<String>, Rejection> {
    // Some providers send both JSON and forms: each place applies to its own format.
    let is_json = matches!(values.body.trim_ascii_start().first(), Some(b'{' | b'['));
    for place in recipient
        .at
        .iter()
        .filter(|place| is_in_body_or_its_jws(plan, place))
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
        if let Some(value) = value.and_then(nonempty) {
            return Ok(Some(value));
        }
    }
    Ok(None)
}

/// `None` for an empty value and for `null`, which name no recipient.
fn nonempty(text: String) -> Option<String> {
    (!matches!(&*text, "" | "null")).then_some(text)
}

/// Whether values are configured for a recipient. The host is compared with the URL
/// instead.
fn is_compared(inner: &Inner, recipient: &PlannedRecipient, at: usize) -> bool {
    let mut accepted = inner.recipients.iter();
    !recipient.at.is_empty() && accepted.any(|one| one.is_for(recipient, at))
}
