//! Forms as Rust types.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde_core::de::value::{CowStrDeserializer, Error, MapDeserializer};
use serde_core::de::{
    DeserializeOwned, Deserializer, Error as _, IntoDeserializer, Unexpected, Visitor,
};
use serde_core::forward_to_deserialize_any;

use crate::text::values;

/// The fields of a form body (WHATWG URL, urlencoded parsing), which must be UTF-8.
/// Numbers and booleans are read from their text, as `serde_urlencoded` does.
pub(super) fn fields<T: DeserializeOwned>(text: &str) -> Result<T, Error> {
    let pairs = values::pairs(text).map(|(name, value)| (name, Field(value)));
    T::deserialize(MapDeserializer::new(pairs))
}

/// The same for the document of proven fields, which is a JSON object of strings.
pub(super) fn proven_fields<T: DeserializeOwned>(document: &[u8]) -> Result<T, Error> {
    let fields: BTreeMap<String, String> =
        serde_json::from_slice(document).map_err(Error::custom)?;
    let pairs = fields
        .into_iter()
        .map(|(name, value)| (name, Field(Cow::Owned(value))));
    T::deserialize(MapDeserializer::new(pairs))
}

struct Field<'a>(Cow<'a, str>);

impl<'de> IntoDeserializer<'de> for Field<'de> {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

macro_rules! parsed {
    ($($method:ident $visit:ident)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
            match self.0.parse() {
                Ok(value) => visitor.$visit(value),
                Err(_) => Err(Error::invalid_value(Unexpected::Str(&self.0), &visitor)),
            }
        }
    )*};
}

impl<'de> Deserializer<'de> for Field<'de> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.0 {
            Cow::Borrowed(text) => visitor.visit_borrowed_str(text),
            Cow::Owned(text) => visitor.visit_string(text),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        let text: CowStrDeserializer<'_, Error> = self.0.into_deserializer();
        text.deserialize_enum(name, variants, visitor)
    }

    parsed! {
        deserialize_bool visit_bool
        deserialize_u8 visit_u8
        deserialize_u16 visit_u16
        deserialize_u32 visit_u32
        deserialize_u64 visit_u64
        deserialize_u128 visit_u128
        deserialize_i8 visit_i8
        deserialize_i16 visit_i16
        deserialize_i32 visit_i32
        deserialize_i64 visit_i64
        deserialize_i128 visit_i128
        deserialize_f32 visit_f32
        deserialize_f64 visit_f64
    }

    forward_to_deserialize_any! {
        char str string bytes byte_buf unit unit_struct seq tuple tuple_struct map struct
        identifier ignored_any
    }
}
