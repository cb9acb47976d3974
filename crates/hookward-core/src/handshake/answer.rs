//! Renders the [`Answer`](super::Answer) of a validation as an HTTP response.

use bytes::Bytes;
use http::header::{self, HeaderName};
use http::{HeaderValue, Response, StatusCode};

use super::setup::Prepared;
use super::values::Asked;
use super::{Answer, Body, Value};
use crate::request::reason::Reason;
use crate::request::rejection::Rejection;

impl Prepared {
    /// The response to a validation that passed every check.
    pub(super) fn response(
        &self,
        answer: &Answer,
        asked: &Asked<'_>,
    ) -> Result<Response<Bytes>, Rejection> {
        let (content_type, body) = match answer.body {
            Body::Empty => (None, String::new()),
            Body::Text(value) => (Some("text/plain; charset=utf-8"), self.text(value, asked)?),
            Body::Json(members) => (Some("application/json"), self.object(members, asked)?),
        };
        let mut response = Response::new(Bytes::from(body));
        *response.status_mut() = StatusCode::from_u16(answer.status).unwrap_or_default();
        let headers = response.headers_mut();
        if let Some(content_type) = content_type {
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
        }
        headers.insert(
            header::X_CONTENT_TYPE_OPTIONS,
            HeaderValue::from_static("nosniff"),
        );
        for (name, value) in answer.headers {
            let text = self.text(*value, asked)?;
            let (Ok(name), Ok(value)) = (HeaderName::try_from(*name), HeaderValue::try_from(text))
            else {
                return Err(Reason::ValidationHeader { header: name }.into());
            };
            headers.insert(name, value);
        }
        Ok(response)
    }

    fn object(&self, members: &[(&str, Value)], asked: &Asked<'_>) -> Result<String, Rejection> {
        let mut text = String::from("{");
        for (i, (name, value)) in members.iter().enumerate() {
            if i > 0 {
                text.push(',');
            }
            quote(name, &mut text);
            text.push(':');
            let written = self.text(*value, asked)?;
            match value {
                Value::Number(_) => text.push_str(&written),
                _ => quote(&written, &mut text),
            }
        }
        text.push('}');
        Ok(text)
    }
}

/// A JSON string with HTML's special characters escaped as well, so that no client
/// interprets the text as markup.
fn quote(text: &str, out: &mut String) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '<' | '>' | '&' | '\'' | '\u{2028}' | '\u{2029}' | '\0'..' ' | '\u{7f}' => {
                out.push_str(&format!("\\u{:04x}", u32::from(c)));
            }
            c => out.push(c),
        }
    }
    out.push('"');
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_json_string_reads_back_and_is_no_markup() {
        let text: String = ('\0'..'\u{2100}').collect();
        let mut quoted = String::new();
        quote(&text, &mut quoted);
        assert!(!quoted.contains(['<', '>', '&', '\'']));
        assert_eq!(serde_json::from_str::<String>(&quoted).unwrap(), text);
    }
}
