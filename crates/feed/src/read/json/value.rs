//! Values of JSON as strangers write them: nothing of the wrong kind is a reason to read no further.

use std::collections::BTreeSet;
use std::fmt;
use std::marker::PhantomData;

use serde::Deserialize;
use serde::de::{Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

use crate::limits;
use crate::read::note;

/// An object that is read key by key, so that what is lost of it can be told.
pub(super) trait Object: Default {
    /// Takes the value of a key.
    fn take<'de, A: MapAccess<'de>>(
        &mut self,
        key: &str,
        map: &mut A,
        lost: &mut Lost,
    ) -> Result<(), A::Error>;
}

/// Names of keys whose values are not kept.
pub(super) type Lost = BTreeSet<String>;

/// For a visitor that has no use for numbers, texts and the like.
macro_rules! pass_over_scalars {
    ($($visit:ident($kind:ty)),+) => {
        $(fn $visit<E: Error>(self, _: $kind) -> Result<Self::Value, E> {
            Ok(Self::Value::default())
        })+

        fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
            Ok(Self::Value::default())
        }
    };
    () => {
        pass_over_scalars!(visit_bool(bool), visit_u64(u64), visit_i64(i64), visit_f64(f64), visit_str(&str));
    };
}

/// A text that may be a number (ids of JSON Feed 1.0 are), or nothing that makes sense.
#[derive(Default)]
pub(super) struct Text {
    pub(super) value: Option<String>,
    /// It is longer than [`limits::TEXT`].
    pub(super) is_lost: bool,
}

impl From<Option<String>> for Text {
    fn from(value: Option<String>) -> Self {
        let value = value.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
        Self { value, is_lost: false }
    }
}

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Lenient)
    }
}

/// Takes texts and numbers as texts, and passes over the rest.
struct Lenient;

impl<'de> Visitor<'de> for Lenient {
    type Value = Text;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
        let allowed = |c: char| !crate::xml::is_forbidden(c);
        match text.len() <= limits::TEXT {
            true => Ok(Some(text.chars().filter(|c| allowed(*c)).collect()).into()),
            false => Ok(Text { value: None, is_lost: true }),
        }
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Self::Value, E> {
        Ok(Some(number.to_string()).into())
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Self::Value, E> {
        Ok(Some(number.to_string()).into())
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Self::Value, E> {
        Ok(Some(number.to_string()).into())
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<Self::Value, E> {
        Ok(Text::default())
    }

    fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
        Ok(Text::default())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Text::default())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Text::default())
    }
}

/// An object; nothing that stands in its place is a reason to read no further.
#[derive(Default)]
pub(super) struct Maybe<T> {
    pub(super) object: T,
    pub(super) lost: Lost,
}

impl<'de, T: Object> Deserialize<'de> for Maybe<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(MaybeVisitor(PhantomData))
    }
}

struct MaybeVisitor<T>(PhantomData<T>);

impl<'de, T: Object> Visitor<'de> for MaybeVisitor<T> {
    type Value = Maybe<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Maybe<T>, A::Error> {
        let mut maybe = Maybe::<T>::default();
        while let Some(key) = map.next_key::<String>()? {
            maybe.object.take(&key, &mut map, &mut maybe.lost)?;
        }
        Ok(maybe)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Maybe<T>, A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Maybe::default())
    }

    pass_over_scalars!();
}

/// The first [`limits::ALTERNATES`] objects of a list; of anything else, none.
pub(super) struct Few<T> {
    pub(super) objects: Vec<T>,
    pub(super) lost: Lost,
}

impl<T> Default for Few<T> {
    fn default() -> Self {
        Self { objects: Vec::new(), lost: Lost::new() }
    }
}

impl<'de, T: Object> Deserialize<'de> for Few<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(FewVisitor(Few::default()))
    }
}

struct FewVisitor<T>(Few<T>);

impl<'de, T: Object> Visitor<'de> for FewVisitor<T> {
    type Value = Few<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut seq: A) -> Result<Few<T>, A::Error> {
        while self.0.objects.len() < limits::ALTERNATES {
            let Some(Maybe { object, lost }) = seq.next_element()? else { return Ok(self.0) };
            self.0.objects.push(object);
            lost.iter().for_each(|name| note(&mut self.0.lost, name));
        }
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(self.0)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Few<T>, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Few::default())
    }

    pass_over_scalars!();
}
