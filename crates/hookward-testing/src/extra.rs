//! What deliveries must hold where only the provider's page says so.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use hookward_core::Scheme;
use serde::Deserialize;
use serde_json::{Map, Value};

/// What `samples.json` says of a form of an entry.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Extra {
    /// The same as another one.
    r#as: Option<String>,
    /// The JSON body.
    pub(crate) json: Option<Map<String, Value>>,
    /// The body as a form.
    pub(crate) form: Option<String>,
    /// The body as it is.
    pub(crate) body: Option<String>,
    /// Whether the body is sent as a gzip file.
    pub(crate) gzip: bool,
    /// The claims of a JWS within the body.
    pub(crate) claims: Option<Value>,
    /// The query; `{body:sha256}` in it is the digest of the body.
    pub(crate) query: Option<String>,
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) method: Option<String>,
    /// Values that the operator sets with the key.
    pub(crate) params: BTreeMap<String, String>,
}

static EXTRAS: LazyLock<BTreeMap<String, Extra>> = LazyLock::new(|| {
    serde_json::from_str(include_str!("../data/samples.json")).unwrap_or_default()
});

/// A body that was published, and where.
#[derive(Debug, Deserialize)]
pub(crate) struct Published {
    pub(crate) source: String,
    pub(crate) body: String,
}

static BODIES: LazyLock<BTreeMap<String, Published>> =
    LazyLock::new(|| serde_json::from_str(include_str!("../data/bodies.json")).unwrap_or_default());

/// A body of the provider's that was published.
pub(crate) fn published(scheme: &Scheme) -> Option<&'static Published> {
    BODIES.get(&*scheme.name)
}

/// What is known of a form, by its position.
pub(crate) fn of(scheme: &Scheme, form: usize) -> Extra {
    let name = &*scheme.name;
    let known = match form {
        0 => EXTRAS.get(name),
        _ => EXTRAS.get(&format!("{name}/{form}")),
    };
    let same = known.and_then(|known| known.r#as.as_ref());
    match same {
        Some(other) => EXTRAS.get(other),
        None => known,
    }
    .cloned()
    .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_data_is_read() {
        assert!(super::EXTRAS.contains_key("twilio"));
        assert!(super::BODIES.contains_key("square"));
    }
}
