//! The serde format of recipients, replay, retries and success.

use std::borrow::Cow;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::scheme::definition::Recipient;
use crate::scheme::location::Location;
use crate::scheme::replay::{Replay, ReplayBy, ReplayKind};
use crate::scheme::retries::{Retries, RetryTime, Success};
use crate::scheme::spelling::{Spelled, unknown};
use crate::scheme::suggestion::did_you_mean;
use crate::scheme::text::Text;

/// `{ name = "topic", at = [{ json = "/TopicArn" }] }`; the host if `at` is omitted.
#[derive(Serialize, Deserialize)]
#[serde(
    deny_unknown_fields,
    expecting = "a signed value that names the receiver of a delivery, as in `{ name = \"topic\", at = [{ json = \"/TopicArn\" }] }`"
)]
pub(super) struct WrittenRecipient {
    name: Text,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    at: Vec<Location>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    optional: bool,
}

impl WrittenRecipient {
    pub(super) fn read(self) -> Recipient {
        Recipient {
            name: self.name,
            at: Cow::Owned(self.at),
            is_required: !self.optional,
        }
    }

    pub(super) fn of(recipient: &Recipient) -> Self {
        Self {
            name: recipient.name.clone(),
            at: recipient.at.to_vec(),
            optional: !recipient.is_required,
        }
    }
}

/// `{ by = "id", id = [{ json = "/id" }], kind = { header = "x-topic", values = ["a", "b"] } }`.
#[derive(Serialize, Deserialize)]
#[serde(
    deny_unknown_fields,
    expecting = "what tells deliveries apart, as in `{ by = \"payload\" }` or `{ by = \"id\", id = [{ json = \"/id\" }] }`"
)]
pub(super) struct WrittenReplay {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    by: Option<WrittenBy>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    id: Vec<Location>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    kind: Option<Spelled<WrittenKind>>,
    #[serde(default, skip_serializing_if = "str::is_empty")]
    why: Text,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenKind {
    header: Text,
    values: Vec<Text>,
}

impl WrittenReplay {
    pub(super) fn read(self) -> Replay {
        Replay {
            by: self.by.map(|WrittenBy(by)| by),
            id: Cow::Owned(self.id),
            kind: self.kind.map(|Spelled(kind)| ReplayKind {
                header: kind.header,
                values: Cow::Owned(kind.values),
            }),
            why: self.why,
            before: None,
        }
    }

    pub(super) fn of(replay: &Replay) -> Option<Self> {
        (*replay != Replay::UNSET).then(|| Self {
            by: replay.by.map(WrittenBy),
            id: replay.id.to_vec(),
            kind: replay.kind.as_ref().map(|kind| {
                Spelled(WrittenKind {
                    header: kind.header.clone(),
                    values: kind.values.to_vec(),
                })
            }),
            why: replay.why.clone(),
        })
    }
}

/// `id`, `payload`, `content`, `body` or `none`.
struct WrittenBy(ReplayBy);

impl<'de> Deserialize<'de> for WrittenBy {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = Cow::<'de, str>::deserialize(deserializer)?;
        let known = ["id", "payload", "content", "body", "none"];
        let wrong = |_| D::Error::custom(unknown("value of `replay.by`", &name, known.into_iter()));
        name.parse().map(Self).map_err(wrong)
    }
}

impl Serialize for WrittenBy {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0.as_str())
    }
}

/// `{ after = ["4xx", "5xx"], lasts = "3 days", time = "renewed" }`.
#[derive(Serialize, Deserialize)]
#[serde(
    deny_unknown_fields,
    expecting = "what the provider retries, as in `{ after = [\"4xx\", \"5xx\"], lasts = \"3 days\", time = \"renewed\" }`"
)]
pub(super) struct WrittenRetries {
    after: Vec<WrittenAnswer>,
    #[serde(default, skip_serializing_if = "str::is_empty")]
    lasts: Text,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    time: Option<WrittenTime>,
}

/// A status, a class of them, or `timeout`.
#[derive(Serialize)]
struct WrittenAnswer(Text);

impl<'de> Deserialize<'de> for WrittenAnswer {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let answer = Text::deserialize(deserializer)?;
        let is_class = matches!(answer.as_bytes(), [b'2'..=b'5', b'x', b'x']);
        let is_status = matches!(answer.as_bytes(), [b'2'..=b'5', b'0'..=b'9', b'0'..=b'9']);
        if is_class || is_status || answer == "timeout" {
            return Ok(Self(answer));
        }
        let known = ["2xx", "3xx", "4xx", "5xx", "timeout"];
        let write = match did_you_mean(&answer, known.into_iter()) {
            Some(question) => format!("{question} Write"),
            None => "write".into(),
        };
        Err(D::Error::custom(format!(
            "unknown outcome `{}` in `retries.after`: {write} a status (`503`), a class (`4xx`) or `timeout`",
            answer.escape_debug(),
        )))
    }
}

/// `renewed`, `kept` or `unknown`.
struct WrittenTime(RetryTime);

impl<'de> Deserialize<'de> for WrittenTime {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = Cow::<'de, str>::deserialize(deserializer)?;
        let all = [RetryTime::Renewed, RetryTime::Kept, RetryTime::Unknown];
        match all.into_iter().find(|time| time.as_str() == name) {
            Some(time) => Ok(Self(time)),
            None => Err(D::Error::custom(unknown(
                "value of `retries.time`",
                &name,
                all.iter().map(|time| time.as_str()),
            ))),
        }
    }
}

impl Serialize for WrittenTime {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0.as_str())
    }
}

impl WrittenRetries {
    pub(super) fn read(self) -> Retries {
        Retries {
            after: self.after.into_iter().map(|answer| answer.0).collect(),
            lasts: self.lasts,
            time: self.time.map_or(RetryTime::Unknown, |time| time.0),
        }
    }

    pub(super) fn of(retries: &Retries) -> Self {
        Self {
            after: retries.after.iter().cloned().map(WrittenAnswer).collect(),
            lasts: retries.lasts.clone(),
            time: (retries.time != RetryTime::Unknown).then_some(WrittenTime(retries.time)),
        }
    }
}

/// `2xx`, `200`, `handler`, or `200: ` and the body.
pub(super) fn success(written: Option<Text>) -> Result<Success, String> {
    Ok(match written.as_deref() {
        None | Some("2xx") => Success::Any2xx,
        Some("200") => Success::Ok,
        Some("handler") => Success::Handler,
        Some(text) => match text.strip_prefix("200: ") {
            Some(body) => Success::Body(Cow::Owned(body.to_owned())),
            None => {
                let known = ["2xx", "200", "200: BODY", "handler"];
                return Err(unknown("value of `success`", text, known.into_iter()));
            }
        },
    })
}

/// Refuses an unknown outcome while its position in the text is known.
pub(super) fn answered<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Text>, D::Error> {
    let written = Option::<Text>::deserialize(deserializer)?;
    success(written.clone()).map_err(D::Error::custom)?;
    Ok(written)
}
