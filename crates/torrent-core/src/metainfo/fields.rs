//! The known keys of a dictionary, each at most once.

use super::Refusal;
use crate::bencode::Value;

/// The values of `KNOWN` keys of a dictionary; unknown keys are passed over.
pub(super) struct Known<'a, const N: usize> {
    keys: &'static [&'static str; N],
    values: [Option<Value<'a>>; N],
}

impl<'a, const N: usize> Known<'a, N> {
    /// Inlined, as is `get`: keys that are known when this is compiled are compared without calls.
    #[inline(always)]
    pub(super) fn of(
        entries: impl Iterator<Item = (&'a [u8], Value<'a>)>,
        keys: &'static [&'static str; N],
    ) -> Result<Self, Refusal> {
        let mut values = [None; N];
        for (key, value) in entries {
            let Some(place) = keys.iter().position(|known| known.as_bytes() == key) else { continue };
            if values[place].replace(value).is_some() {
                return Err(Refusal::DuplicateKey(keys[place]));
            }
        }
        Ok(Self { keys, values })
    }

    /// The value of a key, which must be among the known ones.
    #[inline(always)]
    pub(super) fn get(&self, key: &str) -> Option<Value<'a>> {
        let place = self.keys.iter().position(|known| *known == key);
        debug_assert!(place.is_some(), "`{key}` is not among the known keys");
        self.values[place?]
    }
}
