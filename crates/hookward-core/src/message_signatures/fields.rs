//! Structured fields (RFC 9651), as far as signatures need them: read into
//! values that can be written again, with repeated names refused.

use std::fmt;

use sfv::visitor::{
    DictionaryVisitor, EntryVisitor, InnerListVisitor, ItemVisitor, ListVisitor, ParameterVisitor,
};
use sfv::{
    BareItem, BareItemFromInput, DictSerializer, ItemSerializer, Key, KeyRef, ListSerializer,
    Parser,
};

/// Parameters in the order in which they are written.
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

    /// As it is written in the strict form of RFC 9651 section 4.1.
    pub(super) fn write(&self) -> String {
        ItemSerializer::new()
            .bare_item(&self.value)
            .parameters(self.params.iter().map(|(name, value)| (name, value)))
            .finish()
    }
}

/// A member of a dictionary or list.
#[derive(Debug, Clone)]
pub(super) enum Member {
    Item(Item),
    List(Vec<Item>, Params),
}

impl Member {
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

    /// As it is written by itself.
    pub(super) fn write(&self) -> String {
        let mut list = ListSerializer::new();
        self.write_to(&mut list);
        list.finish().unwrap_or_default()
    }
}

/// The most members, items or parameters in a row.
const MOST: usize = 256;

/// What is refused beyond the grammar. RFC 9651 lets the last of two equal
/// names win; what is signed must not depend on who reads it.
#[derive(Debug)]
pub(super) enum Refused {
    Repeated,
    TooMany,
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Repeated => f.write_str("a name appears twice"),
            Self::TooMany => write!(f, "more than {MOST} members in a row"),
        }
    }
}

impl std::error::Error for Refused {}

fn push<T>(list: &mut Vec<T>, value: T) -> Result<Option<&mut T>, Refused> {
    if list.len() == MOST {
        return Err(Refused::TooMany);
    }
    list.push(value);
    Ok(list.last_mut())
}

/// Reads a dictionary.
pub(super) fn dictionary(text: &str) -> Result<Vec<(Key, Member)>, sfv::Error> {
    Parser::new(text).parse_dictionary_with_visitor(Members(Vec::new()))
}

/// Reads a list.
pub(super) fn list(text: &str) -> Result<Vec<Member>, sfv::Error> {
    Parser::new(text).parse_list_with_visitor(Entries(Vec::new()))
}

/// Reads an item.
pub(super) fn item(text: &str) -> Result<Item, sfv::Error> {
    let mut member = Member::empty();
    Parser::new(text).parse_item_with_visitor(Slot(&mut member))?;
    Ok(match member {
        Member::Item(item) => item,
        Member::List(..) => Item::new(BareItem::Boolean(true)),
    })
}

/// Writes a dictionary; empty text for an empty one.
pub(super) fn write_dictionary(members: &[(Key, Member)]) -> String {
    let mut dictionary = DictSerializer::new();
    for (name, member) in members {
        match member {
            Member::Item(item) => {
                let _ = dictionary
                    .bare_item(name, &item.value)
                    .parameters(item.params.iter().map(|(name, value)| (name, value)));
            }
            Member::List(items, params) => {
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

/// Writes a list; empty text for an empty one.
pub(super) fn write_list(members: &[Member]) -> String {
    let mut list = ListSerializer::new();
    for member in members {
        member.write_to(&mut list);
    }
    list.finish().unwrap_or_default()
}

struct Members(Vec<(Key, Member)>);

impl<'de> DictionaryVisitor<'de> for Members {
    type Out = Vec<(Key, Member)>;
    type Error = Refused;

    fn entry(&mut self, key: &'de KeyRef) -> Result<impl EntryVisitor<'de>, Refused> {
        if self.0.iter().any(|(known, _)| known == key) {
            return Err(Refused::Repeated);
        }
        let entry = push(&mut self.0, (key.to_owned(), Member::empty()))?;
        Ok(entry.map(|(_, member)| Slot(member)))
    }

    fn finish(self) -> Result<Self::Out, Refused> {
        Ok(self.0)
    }
}

struct Entries(Vec<Member>);

impl<'de> ListVisitor<'de> for Entries {
    type Out = Vec<Member>;
    type Error = Refused;

    fn entry(&mut self) -> Result<impl EntryVisitor<'de>, Refused> {
        Ok(push(&mut self.0, Member::empty())?.map(Slot))
    }

    fn finish(self) -> Result<Self::Out, Refused> {
        Ok(self.0)
    }
}

/// Where a member is put.
struct Slot<'a>(&'a mut Member);

impl<'de> EntryVisitor<'de> for Slot<'_> {
    type Error = Refused;

    fn item(self) -> Result<impl ItemVisitor<'de>, Refused> {
        Ok(self)
    }

    fn inner_list(self) -> Result<impl InnerListVisitor<'de>, Refused> {
        Ok(self)
    }
}

impl<'de> ItemVisitor<'de> for Slot<'_> {
    type Out = ();
    type Error = Refused;

    fn bare_item(
        self,
        value: BareItemFromInput<'de>,
    ) -> Result<impl ParameterVisitor<'de, Out = ()>, Refused> {
        Ok(Parameters(self.0.set_item(value.into())))
    }
}

impl<'de> InnerListVisitor<'de> for Slot<'_> {
    type Error = Refused;

    fn item(&mut self) -> Result<impl ItemVisitor<'de>, Refused> {
        Ok(match self.0 {
            Member::List(items, _) => {
                push(items, Item::new(BareItem::Boolean(true)))?.map(InnerSlot)
            }
            Member::Item(item) => Some(InnerSlot(item)),
        })
    }

    fn finish(self) -> Result<impl ParameterVisitor<'de>, Refused> {
        Ok(Parameters(match self.0 {
            Member::List(_, params) => params,
            Member::Item(item) => &mut item.params,
        }))
    }
}

/// Where an item of an inner list is put.
struct InnerSlot<'a>(&'a mut Item);

impl<'de> ItemVisitor<'de> for InnerSlot<'_> {
    type Out = ();
    type Error = Refused;

    fn bare_item(
        self,
        value: BareItemFromInput<'de>,
    ) -> Result<impl ParameterVisitor<'de, Out = ()>, Refused> {
        let Self(item) = self;
        item.value = value.into();
        Ok(Parameters(&mut item.params))
    }
}

/// Where parameters are put.
struct Parameters<'a>(&'a mut Params);

impl<'de> ParameterVisitor<'de> for Parameters<'_> {
    type Out = ();
    type Error = Refused;

    fn parameter(
        &mut self,
        key: &'de KeyRef,
        value: BareItemFromInput<'de>,
    ) -> Result<(), Refused> {
        if self.0.iter().any(|(known, _)| known == key) {
            return Err(Refused::Repeated);
        }
        push(self.0, (key.to_owned(), value.into())).map(drop)
    }

    fn finish(self) -> Result<(), Refused> {
        Ok(())
    }
}
