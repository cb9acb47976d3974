//! A parser and serializer for structured fields (RFC 9651), as far as signatures need
//! them. Duplicate names are refused, which RFC 9651 parsers accept.

use std::fmt;

use sfv::visitor::{
    DictionaryVisitor, EntryVisitor, InnerListVisitor, ItemVisitor, ListVisitor, ParameterVisitor,
};
use sfv::{
    BareItem, BareItemFromInput, DictSerializer, ItemSerializer, Key, KeyRef, ListSerializer,
    Parser,
};

/// Parameters in order of appearance.
pub(super) type Params = Vec<(Key, BareItem)>;

/// A value and its parameters.
#[derive(Debug, Clone)]
pub(super) struct Item {
    pub(super) value: BareItem,
    pub(super) params: Params,
}

impl Item {
    fn new(value: BareItem) -> Self {
        Self {
            value,
            params: Params::new(),
        }
    }

    /// The strict serialization of RFC 9651 section 4.1.
    pub(super) fn write(&self) -> String {
        ItemSerializer::new()
            .bare_item(&self.value)
            .parameters(self.params.iter().map(|(name, value)| (name, value)))
            .finish()
    }
}

/// A member of a dictionary or list.
#[derive(Debug, Clone)]
pub(super) enum FieldMember {
    Item(Item),
    List(Vec<Item>, Params),
}

impl FieldMember {
    const fn empty() -> Self {
        Self::List(Vec::new(), Params::new())
    }

    fn set_item(&mut self, value: BareItem) -> &mut Params {
        *self = Self::Item(Item::new(value));
        match self {
            Self::Item(item) => &mut item.params,
            Self::List(_, params) => params,
        }
    }

    fn write_to(&self, list: &mut ListSerializer<String>) {
        match self {
            Self::Item(item) => {
                let _ = list
                    .bare_item(&item.value)
                    .parameters(item.params.iter().map(|(name, value)| (name, value)));
            }
            Self::List(items, params) => {
                let mut inner = list.inner_list();
                for item in items {
                    let _ = inner
                        .bare_item(&item.value)
                        .parameters(item.params.iter().map(|(name, value)| (name, value)));
                }
                let _ = inner
                    .finish()
                    .parameters(params.iter().map(|(name, value)| (name, value)));
            }
        }
    }

    /// The serialization as a top-level value.
    pub(super) fn write(&self) -> String {
        let mut list = ListSerializer::new();
        self.write_to(&mut list);
        list.finish().unwrap_or_default()
    }
}

/// The maximum number of members, items or parameters at one level.
const MOST: usize = 256;

/// What is refused beyond the grammar. In RFC 9651 the last of two equal names wins;
/// signed content must not depend on the parser.
#[derive(Debug)]
pub(super) enum FieldRefused {
    Repeated,
    TooMany,
}

impl fmt::Display for FieldRefused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Repeated => f.write_str("a name appears twice"),
            Self::TooMany => write!(f, "more than {MOST} members in a row"),
        }
    }
}

impl std::error::Error for FieldRefused {}

fn push<T>(list: &mut Vec<T>, value: T) -> Result<Option<&mut T>, FieldRefused> {
    if list.len() == MOST {
        return Err(FieldRefused::TooMany);
    }
    list.push(value);
    Ok(list.last_mut())
}

/// Parses a dictionary.
pub(super) fn dictionary(text: &str) -> Result<Vec<(Key, FieldMember)>, sfv::Error> {
    Parser::new(text).parse_dictionary_with_visitor(MembersVisitor(Vec::new()))
}

/// Parses a list.
pub(super) fn list(text: &str) -> Result<Vec<FieldMember>, sfv::Error> {
    Parser::new(text).parse_list_with_visitor(Entries(Vec::new()))
}

/// Parses an item.
pub(super) fn item(text: &str) -> Result<Item, sfv::Error> {
    let mut member = FieldMember::empty();
    Parser::new(text).parse_item_with_visitor(MemberVisitor(&mut member))?;
    Ok(match member {
        FieldMember::Item(item) => item,
        FieldMember::List(..) => Item::new(BareItem::Boolean(true)),
    })
}

/// Serializes a dictionary; the empty string for an empty one.
pub(super) fn write_dictionary(members: &[(Key, FieldMember)]) -> String {
    let mut dictionary = DictSerializer::new();
    for (name, member) in members {
        match member {
            FieldMember::Item(item) => {
                let _ = dictionary
                    .bare_item(name, &item.value)
                    .parameters(item.params.iter().map(|(name, value)| (name, value)));
            }
            FieldMember::List(items, params) => {
                let mut inner = dictionary.inner_list(name);
                for item in items {
                    let _ = inner
                        .bare_item(&item.value)
                        .parameters(item.params.iter().map(|(name, value)| (name, value)));
                }
                let _ = inner
                    .finish()
                    .parameters(params.iter().map(|(name, value)| (name, value)));
            }
        }
    }
    dictionary.finish().unwrap_or_default()
}

/// Serializes a list; the empty string for an empty one.
pub(super) fn write_list(members: &[FieldMember]) -> String {
    let mut list = ListSerializer::new();
    for member in members {
        member.write_to(&mut list);
    }
    list.finish().unwrap_or_default()
}

struct MembersVisitor(Vec<(Key, FieldMember)>);

impl<'de> DictionaryVisitor<'de> for MembersVisitor {
    type Out = Vec<(Key, FieldMember)>;
    type Error = FieldRefused;

    fn entry(&mut self, key: &'de KeyRef) -> Result<impl EntryVisitor<'de>, FieldRefused> {
        if self.0.iter().any(|(known, _)| known == key) {
            return Err(FieldRefused::Repeated);
        }
        let entry = push(&mut self.0, (key.to_owned(), FieldMember::empty()))?;
        Ok(entry.map(|(_, member)| MemberVisitor(member)))
    }

    fn finish(self) -> Result<Self::Out, FieldRefused> {
        Ok(self.0)
    }
}

struct Entries(Vec<FieldMember>);

impl<'de> ListVisitor<'de> for Entries {
    type Out = Vec<FieldMember>;
    type Error = FieldRefused;

    fn entry(&mut self) -> Result<impl EntryVisitor<'de>, FieldRefused> {
        Ok(push(&mut self.0, FieldMember::empty())?.map(MemberVisitor))
    }

    fn finish(self) -> Result<Self::Out, FieldRefused> {
        Ok(self.0)
    }
}

/// The destination of a member.
struct MemberVisitor<'a>(&'a mut FieldMember);

impl<'de> EntryVisitor<'de> for MemberVisitor<'_> {
    type Error = FieldRefused;

    fn item(self) -> Result<impl ItemVisitor<'de>, FieldRefused> {
        Ok(self)
    }

    fn inner_list(self) -> Result<impl InnerListVisitor<'de>, FieldRefused> {
        Ok(self)
    }
}

impl<'de> ItemVisitor<'de> for MemberVisitor<'_> {
    type Out = ();
    type Error = FieldRefused;

    fn bare_item(
        self,
        value: BareItemFromInput<'de>,
    ) -> Result<impl ParameterVisitor<'de, Out = ()>, FieldRefused> {
        Ok(ParametersVisitor(self.0.set_item(value.into())))
    }
}

impl<'de> InnerListVisitor<'de> for MemberVisitor<'_> {
    type Error = FieldRefused;

    fn item(&mut self) -> Result<impl ItemVisitor<'de>, FieldRefused> {
        Ok(match self.0 {
            FieldMember::List(items, _) => {
                push(items, Item::new(BareItem::Boolean(true)))?.map(InnerSlot)
            }
            FieldMember::Item(item) => Some(InnerSlot(item)),
        })
    }

    fn finish(self) -> Result<impl ParameterVisitor<'de>, FieldRefused> {
        Ok(ParametersVisitor(match self.0 {
            FieldMember::List(_, params) => params,
            FieldMember::Item(item) => &mut item.params,
        }))
    }
}

/// The destination of an item of an inner list.
struct InnerSlot<'a>(&'a mut Item);

impl<'de> ItemVisitor<'de> for InnerSlot<'_> {
    type Out = ();
    type Error = FieldRefused;

    fn bare_item(
        self,
        value: BareItemFromInput<'de>,
    ) -> Result<impl ParameterVisitor<'de, Out = ()>, FieldRefused> {
        let Self(item) = self;
        item.value = value.into();
        Ok(ParametersVisitor(&mut item.params))
    }
}

/// The destination of parameters.
struct ParametersVisitor<'a>(&'a mut Params);

impl<'de> ParameterVisitor<'de> for ParametersVisitor<'_> {
    type Out = ();
    type Error = FieldRefused;

    fn parameter(
        &mut self,
        key: &'de KeyRef,
        value: BareItemFromInput<'de>,
    ) -> Result<(), FieldRefused> {
        if self.0.iter().any(|(known, _)| known == key) {
            return Err(FieldRefused::Repeated);
        }
        push(self.0, (key.to_owned(), value.into())).map(drop)
    }

    fn finish(self) -> Result<(), FieldRefused> {
        Ok(())
    }
}
