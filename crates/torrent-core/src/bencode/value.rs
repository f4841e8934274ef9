//! Views into bencode that [`scan`](super::scan) accepted. They borrow, copy nothing, and stop rather than panic on
//! bytes that were never scanned.

use std::iter;
use std::ops::Range;

use super::lexer::{Lexer, Token, int_value};

/// One bencoded value: its bytes as they stand.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Value<'a> {
    raw: &'a [u8],
}

impl<'a> Value<'a> {
    /// The value that starts `bytes`; what follows it is left out.
    pub fn first(bytes: &'a [u8]) -> Option<Self> {
        Events::new(bytes).whole()
    }

    /// The bytes of the value as they stand, from its first to its last.
    pub fn raw(self) -> &'a [u8] {
        self.raw
    }

    /// The bytes of a string.
    pub fn as_bytes(self) -> Option<&'a [u8]> {
        match Lexer::new(self.raw).next() {
            Ok(Some(Token::Bytes(body))) => Some(body),
            _ => None,
        }
    }

    /// An integer, if 64 bits hold it with its sign.
    pub fn as_i64(self) -> Option<i64> {
        self.as_int()?.try_into().ok()
    }

    /// An integer that is not negative.
    pub fn as_u64(self) -> Option<u64> {
        self.as_int()?.try_into().ok()
    }

    fn as_int(self) -> Option<i128> {
        match Lexer::new(self.raw).next() {
            Ok(Some(Token::Int(digits))) => int_value(digits),
            _ => None,
        }
    }

    /// The values of a list.
    pub fn as_list(self) -> Option<List<'a>> {
        (self.raw.first() == Some(&b'l')).then(|| List { rest: &self.raw[1..] })
    }

    /// The keys and values of a dictionary, in the order in which they stand.
    pub fn as_dict(self) -> Option<Dict<'a>> {
        (self.raw.first() == Some(&b'd')).then(|| Dict::new(self.raw, 0, &[]))
    }
}

/// The values of a list, front to back.
#[derive(Clone, Copy)]
pub struct List<'a> {
    rest: &'a [u8],
}

impl<'a> Iterator for List<'a> {
    type Item = Value<'a>;

    fn next(&mut self) -> Option<Value<'a>> {
        let value = Value::first(self.rest)?;
        self.rest = &self.rest[value.raw.len()..];
        Some(value)
    }
}

/// The entries of a dictionary, front to back.
#[derive(Clone, Copy)]
pub struct Dict<'a> {
    bytes: &'a [u8],
    /// Where the next key starts.
    offset: usize,
    /// Values whose ends are known, by where they start.
    long: &'a [Range<usize>],
}

impl<'a> Dict<'a> {
    /// The dictionary that starts at `start`.
    pub(super) fn new(bytes: &'a [u8], start: usize, long: &'a [Range<usize>]) -> Self {
        Self { bytes, offset: start + 1, long }
    }

    /// The value of `key`: the first one, should it stand twice.
    pub fn get(self, key: &[u8]) -> Option<Value<'a>> {
        self.into_iter().find(|(name, _)| *name == key).map(|(_, value)| value)
    }
}

impl<'a> Iterator for Dict<'a> {
    type Item = (&'a [u8], Value<'a>);

    fn next(&mut self) -> Option<Self::Item> {
        let key = Value::first(self.bytes.get(self.offset..)?)?;
        let start = self.offset + key.raw.len();
        let value = match self.long.binary_search_by_key(&start, |place| place.start) {
            Ok(found) => Value { raw: self.bytes.get(self.long[found].clone())? },
            Err(_) => Value::first(&self.bytes[start..])?,
        };
        self.offset = start + value.raw.len();
        Some((key.as_bytes()?, value))
    }
}

/// One step through nested values.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum BencodeEvent<'a> {
    Key(&'a [u8]),
    /// A string, an integer or a list, whole.
    Value(Value<'a>),
    Enter,
    Leave,
}

/// Walks a list of dictionaries, or dictionaries within dictionaries, in one pass, however deep.
#[derive(Clone)]
pub(crate) struct Events<'a> {
    lexer: Lexer<'a>,
}

impl<'a> Events<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self { lexer: Lexer::new(bytes) }
    }

    /// The values of a list.
    pub(crate) fn of_list(list: Value<'a>) -> Option<Self> {
        list.as_list().map(|list| Self::new(list.rest))
    }

    /// How much of it was read, from 0 to 1.
    pub(crate) fn share_read(&self) -> f64 {
        self.lexer.offset as f64 / self.lexer.bytes.len().max(1) as f64
    }

    /// The entries of the dictionary that was entered; its end is passed with the last one.
    pub(crate) fn entries(&mut self) -> impl Iterator<Item = (&'a [u8], Value<'a>)> {
        iter::from_fn(|| match self.key()? {
            BencodeEvent::Key(key) => Some((key, self.whole()?)),
            _ => None,
        })
    }

    /// A key, or the end of the dictionary.
    pub(crate) fn key(&mut self) -> Option<BencodeEvent<'a>> {
        match self.lexer.next().ok()?? {
            Token::Bytes(key) => Some(BencodeEvent::Key(key)),
            Token::End => Some(BencodeEvent::Leave),
            _ => None,
        }
    }

    /// A value; a dictionary is entered.
    pub(crate) fn value(&mut self) -> Option<BencodeEvent<'a>> {
        let start = self.lexer.offset;
        if self.lexer.bytes.get(start) == Some(&b'd') {
            self.lexer.offset += 1;
            return Some(BencodeEvent::Enter);
        }
        self.whole().map(BencodeEvent::Value)
    }

    /// A value, whatever it is, whole.
    pub(crate) fn whole(&mut self) -> Option<Value<'a>> {
        let start = self.lexer.offset;
        self.skip()?;
        Some(Value { raw: &self.lexer.bytes[start..self.lexer.offset] })
    }

    /// Passes over one value, whatever is in it.
    fn skip(&mut self) -> Option<()> {
        let mut depth = 0_usize;
        loop {
            match self.lexer.next().ok()?? {
                Token::List | Token::Dict => depth += 1,
                Token::End => depth = depth.checked_sub(1)?,
                Token::Int(_) | Token::Bytes(_) => {}
            }
            if depth == 0 {
                return Some(());
            }
        }
    }
}
