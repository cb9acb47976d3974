//! Whether a genuine delivery is meant for this receiver.

use super::late::is_late;
use super::{Extra, Rare, State};
use crate::rejection::{Code, Rejection};
use crate::scheme::recipient::PlannedRecipient;
use crate::scheme::{Place, Plan};
use crate::verifier::Inner;

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
        read: &dyn Fn(&Place) -> Option<Vec<u8>>,
    ) {
        let mut found = Vec::new();
        for (at, recipient) in plan.recipients.iter().enumerate() {
            if !is_compared(inner, recipient, at) {
                found.push(None);
                continue;
            }
            let mut head = recipient.at.iter().filter(|place| !is_late(plan, place));
            let value = head.find_map(|place| {
                let value = read(place).and_then(|value| String::from_utf8(value).ok());
                value.filter(|value| !value.is_empty())
            });
            found.push(value);
            if recipient.at.iter().any(|place| is_late(plan, place)) {
                self.keep_whole_body();
            }
        }
        self.rare().addressed = Some(Addressed { found });
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
            let mut late = recipient.at.iter().filter(|place| is_late(plan, place));
            let value = known.clone().or_else(|| {
                late.find_map(|place| {
                    let (missing, malformed) = (Code::RecipientMismatch, Code::RecipientMismatch);
                    let value = rare.late_value(body, place, missing, malformed).ok();
                    value.filter(|value| !value.is_empty())
                })
            });
            let Some(value) = value else {
                return Err(Rejection::new(
                    Code::RecipientMismatch,
                    format!(
                        "no {}: nothing tells for whom the delivery is",
                        recipient.places
                    ),
                ));
            };
            let mut accepted = inner.recipients.iter();
            if !accepted.any(|one| one.is_for(recipient, at) && one.matches(&value)) {
                return Err(Rejection::new(
                    Code::RecipientMismatch,
                    format!(
                        "the delivery is genuine and meant for somebody else: the {} ({}) is not one that was named",
                        recipient.name, recipient.places
                    ),
                ));
            }
        }
        Ok(())
    }
}

/// Whether the values of a recipient were named; the host is compared with the URL.
fn is_compared(inner: &Inner, recipient: &PlannedRecipient, at: usize) -> bool {
    let mut accepted = inner.recipients.iter();
    !recipient.at.is_empty() && accepted.any(|one| one.is_for(recipient, at))
}
