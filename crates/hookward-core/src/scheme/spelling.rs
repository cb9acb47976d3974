//! A deserializer that checks keys and names of a scheme file: the error for a misspelt
//! one suggests the closest before it lists all.

use std::fmt;

use serde::de::{
    Deserialize, DeserializeSeed, Deserializer, Error, IntoDeserializer as _, MapAccess, Visitor,
};
use serde::{Serialize, Serializer};

use super::suggestion::did_you_mean;

/// The error message for an unknown name.
pub(super) fn unknown<'a>(
    what: impl fmt::Display,
    name: &str,
    known: impl Iterator<Item = &'a str> + Clone,
) -> String {
    let mut text = format!("unknown {what} `{}`", name.escape_debug());
    text += &match did_you_mean(name, known.clone()) {
        Some(question) => format!(": {question} Known are "),
        None => ", known are ".into(),
    };
    for (at, name) in known.enumerate() {
        text += if at == 0 { "`" } else { ", `" };
        text += name;
        text += "`";
    }
    text
}

/// A nested struct or enum, deserialized through [`Spelling`].
pub(super) struct Spelled<T>(pub(super) T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Spelled<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        T::deserialize(Spelling(deserializer)).map(Self)
    }
}

impl<T: Serialize> Serialize for Spelled<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

/// A deserializer for structs and unit enums that checks keys and names before serde
/// does.
pub(super) struct Spelling<D>(pub(super) D);

impl<'de, D: Deserializer<'de>> Deserializer<'de> for Spelling<D> {
    type Error = D::Error;

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        let visitor = Members {
            inner: visitor,
            fields,
        };
        self.0.deserialize_struct(name, fields, visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        names: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        let name = String::deserialize(self.0)?;
        if !names.contains(&name.as_str()) {
            return Err(Error::custom(unknown(
                "value",
                &name,
                names.iter().copied(),
            )));
        }
        visitor.visit_enum(name.into_deserializer())
    }

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.0.deserialize_any(visitor)
    }

    fn is_human_readable(&self) -> bool {
        self.0.is_human_readable()
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes
        byte_buf option unit unit_struct newtype_struct seq tuple tuple_struct map
        identifier ignored_any
    }
}

/// A visitor, map access or key seed for a struct with these members.
struct Members<T> {
    inner: T,
    fields: &'static [&'static str],
}

impl<'de, V: Visitor<'de>> Visitor<'de> for Members<V> {
    type Value = V::Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.inner.expecting(f)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<V::Value, A::Error> {
        let fields = self.fields;
        self.inner.visit_map(Members { inner: map, fields })
    }
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for Members<A> {
    type Error = A::Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, A::Error> {
        let fields = self.fields;
        self.inner.next_key_seed(Members {
            inner: seed,
            fields,
        })
    }

    fn next_value_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<T::Value, A::Error> {
        self.inner.next_value_seed(seed)
    }

    fn size_hint(&self) -> Option<usize> {
        self.inner.size_hint()
    }
}

impl<'de, K: DeserializeSeed<'de>> DeserializeSeed<'de> for Members<K> {
    type Value = K::Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<K::Value, D::Error> {
        // Checked here, while the format still knows the position of the key.
        let key = String::deserialize(deserializer)?;
        if !self.fields.contains(&key.as_str()) {
            let known = self.fields.iter().copied();
            return Err(Error::custom(unknown("key", &key, known)));
        }
        self.inner.deserialize(key.into_deserializer())
    }
}
