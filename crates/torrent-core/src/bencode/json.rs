//! Bencode as JSON and back, without loss.
//!
//! Strings that are UTF-8, integers, lists and dictionaries are what they are in JSON. The order of an object's keys says
//! nothing, as anywhere in JSON: written back, they stand in the order that bencode demands, so that a key which a program
//! appended makes no other info hash. What JSON cannot say is an object with one key that starts with `$`:
//!
//! | JSON | bencode |
//! |---|---|
//! | `{"$hex": "ff"}` | a string that is not UTF-8 |
//! | `{"$dict": [[key, value], …]}` | a dictionary whose keys are not in order, or one is not UTF-8, stands twice or starts with `$` |
//! | `{"$raw": "69303065"}` | an integer or string that is not canonical, as it stands |
//! | `{"$value": …, "$trailing": "0a"}` | the outermost value, with bytes behind it |

use std::borrow::Cow;
use std::fmt;

use data_encoding::{HEXLOWER, HEXLOWER_PERMISSIVE};
use serde::de::{Error, MapAccess, SeqAccess, Visitor};
use serde::ser::{SerializeMap, SerializeSeq};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value as Json};

use super::{FaultKind, ScanError, ScanErrorKind, Value, Writer, scan};
use crate::limits::NESTING;
use crate::redact::is_secret_name;

/// Changes strings on their way to JSON, so that secrets stay where they are.
pub type Mask = fn(&[u8]) -> Cow<'_, [u8]>;

/// A whole file; serializes to the JSON above.
pub struct RawFile<'a> {
    value: RawValue<'a>,
    trailing: &'a [u8],
}

impl<'a> RawFile<'a> {
    /// The bencode in `bytes`, whatever it says.
    ///
    /// # Errors
    /// It is no bencode.
    pub fn new(bytes: &'a [u8], mask: Option<Mask>) -> Result<Self, ScanError> {
        let (end, _) = scan(bytes, NESTING)?;
        let value = Value::first(bytes).ok_or(ScanError { offset: 0, kind: ScanErrorKind::NoValue })?;
        Ok(Self { value: RawValue { value, mask }, trailing: &bytes[end..] })
    }
}

impl Serialize for RawFile<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.trailing.is_empty() {
            return self.value.serialize(serializer);
        }
        let mut map = serializer.serialize_map(Some(2))?;
        map.serialize_entry(VALUE, &self.value)?;
        map.serialize_entry(TRAILING, &HEXLOWER.encode(&self.value.masked(self.trailing)))?;
        map.end()
    }
}

/// A value within it.
#[derive(Clone, Copy)]
pub struct RawValue<'a> {
    /// The value that is written as JSON.
    pub value: Value<'a>,
    /// What strings go through.
    pub mask: Option<Mask>,
}

const HEX: &str = "$hex";
const DICT: &str = "$dict";
const RAW: &str = "$raw";
const VALUE: &str = "$value";
const TRAILING: &str = "$trailing";

impl RawValue<'_> {
    fn with<'v>(&self, value: Value<'v>) -> RawValue<'v> {
        RawValue { value, mask: self.mask }
    }

    fn masked<'v>(&self, bytes: &'v [u8]) -> Cow<'v, [u8]> {
        self.mask.map_or(Cow::Borrowed(bytes), |mask| mask(bytes))
    }
}

impl<'a> RawValue<'a> {
    /// The value of a key: with a mask, that of `passkey` and the like is `***`, whatever its type.
    pub fn of_key(key: &[u8], value: Value<'a>, mask: Option<Mask>) -> Self {
        let is_secret = mask.is_some() && is_secret_name(key);
        let value = if is_secret { Value::first(b"3:***").unwrap_or(value) } else { value };
        Self { value, mask }
    }
}

impl Serialize for RawValue<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let value = self.value;
        if let Some(items) = value.as_list() {
            return serializer.collect_seq(items.map(|item| self.with(item)));
        }
        if value.as_dict().is_some() {
            return self.dict(serializer);
        }
        let is_masked = || value.as_bytes().is_some_and(|bytes| *self.masked(bytes) != *bytes);
        if !is_canonical(value) && !is_masked() {
            return single(serializer, RAW, &HEXLOWER.encode(value.raw()));
        }
        if let Some(bytes) = value.as_bytes() {
            return self.bytes(bytes, serializer);
        }
        match (value.as_i64(), value.as_u64()) {
            (Some(int), _) => serializer.serialize_i64(int),
            (_, Some(int)) => serializer.serialize_u64(int),
            _ => single(serializer, RAW, &HEXLOWER.encode(value.raw())),
        }
    }
}

impl RawValue<'_> {
    fn bytes<S: Serializer>(&self, bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
        let masked = self.masked(bytes);
        match std::str::from_utf8(&masked) {
            Ok(text) => serializer.serialize_str(text),
            Err(_) => single(serializer, HEX, &HEXLOWER.encode(&masked)),
        }
    }

    fn dict<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let entries = || self.value.as_dict().into_iter().flatten();
        // Masked keys may be alike.
        let is_plain = entries().all(|(key, _)| *self.masked(key) == *key) && has_plain_keys(self.value);
        if !is_plain {
            return single(serializer, DICT, &Entries(*self));
        }
        let mut map = serializer.serialize_map(None)?;
        for (key, value) in entries() {
            map.serialize_entry(&String::from_utf8_lossy(key), &Self::of_key(key, value, self.mask))?;
        }
        map.end()
    }
}

/// The entries of a dictionary as pairs.
struct Entries<'a>(RawValue<'a>);

impl Serialize for Entries<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut pairs = serializer.serialize_seq(None)?;
        let mut rest = &self.0.value.raw()[1..];
        // Keys as values, because a key may be written in a way that is not canonical.
        while let Some(key) = Value::first(rest) {
            rest = &rest[key.raw().len()..];
            let Some(value) = Value::first(rest) else { break };
            rest = &rest[value.raw().len()..];
            let value = RawValue::of_key(key.as_bytes().unwrap_or_default(), value, self.0.mask);
            pairs.serialize_element(&(self.0.with(key), value))?;
        }
        pairs.end()
    }
}

fn single<S: Serializer>(serializer: S, key: &str, value: &impl Serialize) -> Result<S::Ok, S::Error> {
    let mut map = serializer.serialize_map(Some(1))?;
    map.serialize_entry(key, value)?;
    map.end()
}

fn is_canonical(value: Value<'_>) -> bool {
    let faults = scan(value.raw(), NESTING).map(|(_, faults)| faults).unwrap_or_default();
    faults.iter().all(|fault| !matches!(fault.kind, FaultKind::Integer | FaultKind::StringLength))
}

/// Whether a dictionary can be an object: keys that are UTF-8, canonical, in order, once there and not ours.
fn has_plain_keys(dict: Value<'_>) -> bool {
    let mut before = None;
    let mut keys_length = 2;
    let is_plain = dict.as_dict().into_iter().flatten().all(|(key, value)| {
        keys_length += key.len() + key.len().to_string().len() + 1 + value.raw().len();
        let is_in_order = before.replace(key).is_none_or(|before| before < key);
        std::str::from_utf8(key).is_ok() && !key.starts_with(b"$") && is_in_order
    });
    // Longer than it would be: some key's length has leading zeros.
    is_plain && keys_length == dict.raw().len()
}

/// JSON of [`RawFile`] back to its bytes.
///
/// # Errors
/// What cannot be turned into bencode.
pub fn from_json(json: &str) -> Result<Vec<u8>, String> {
    if nesting(json) > JSON_NESTING {
        return Err("the JSON is nested too deep".to_owned());
    }
    let mut deserializer = serde_json::Deserializer::from_str(json);
    deserializer.disable_recursion_limit();
    let Once(value) =
        Once::deserialize(&mut deserializer).map_err(|error: serde_json::Error| error.to_string())?;
    deserializer.end().map_err(|error| error.to_string())?;
    file(&value)
}

/// JSON whose objects have each key once: which value of two is meant nobody knows.
struct Once(Json);

impl<'de> Deserialize<'de> for Once {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(OnceVisitor)
    }
}

struct OnceVisitor;

impl<'de> Visitor<'de> for OnceVisitor {
    type Value = Once;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Once, E> {
        Ok(Once(value.into()))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Once, E> {
        Ok(Once(value.into()))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Once, E> {
        Ok(Once(value.into()))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Once, E> {
        Ok(Once(value.into()))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Once, E> {
        Ok(Once(value.into()))
    }

    fn visit_unit<E: Error>(self) -> Result<Once, E> {
        Ok(Once(Json::Null))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Once, A::Error> {
        let mut list = Vec::new();
        while let Some(Once(item)) = items.next_element()? {
            list.push(item);
        }
        Ok(Once(list.into()))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Once, A::Error> {
        let mut object = Map::new();
        while let Some((key, Once(value))) = entries.next_entry::<String, Once>()? {
            if object.contains_key(&key) {
                return Err(Error::custom(format_args!("the key {key:?} stands twice in an object")));
            }
            object.insert(key, value);
        }
        Ok(Once(object.into()))
    }
}

/// A dictionary as pairs takes three levels for one of bencode.
const JSON_NESTING: usize = 3 * NESTING + 3;

/// How deep brackets nest, at most. Those inside of strings do not count.
fn nesting(json: &str) -> usize {
    let (mut depth, mut deepest, mut in_string, mut is_escaped) = (0_usize, 0, false, false);
    for byte in json.bytes() {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' if in_string => is_escaped = true,
            b'"' => in_string = !in_string,
            b'[' | b'{' if !in_string => depth += 1,
            b']' | b'}' if !in_string => depth = depth.saturating_sub(1),
            _ => {}
        }
        deepest = deepest.max(depth);
    }
    deepest
}

fn file(json: &Json) -> Result<Vec<u8>, String> {
    let mut out = Vec::new();
    match json {
        Json::Object(object) if object.contains_key(TRAILING) => {
            if let Some(key) = object.keys().find(|key| ![VALUE, TRAILING].contains(&key.as_str())) {
                return Err(format!("`{key}` stands beside `$value`: it belongs inside"));
            }
            write(object.get(VALUE).ok_or("`$trailing` without `$value`")?, &mut out)?;
            out.extend(digits(object.get(TRAILING))?);
        }
        value => write(value, &mut out)?,
    }
    Ok(out)
}

fn write(json: &Json, out: &mut Vec<u8>) -> Result<(), String> {
    match json {
        Json::String(text) => Writer::new(out).bytes(text.as_bytes()),
        Json::Number(number) => {
            let int = number.as_i64().map(i128::from).or(number.as_u64().map(i128::from));
            Writer::new(out).int(int.ok_or_else(|| format!("bencode has no number {number}"))?);
        }
        Json::Array(items) => {
            out.push(b'l');
            items.iter().try_for_each(|item| write(item, out))?;
            out.push(b'e');
        }
        Json::Object(object) => self::object(object, out)?,
        Json::Bool(_) | Json::Null => return Err(format!("bencode has no {json}")),
    }
    Ok(())
}

fn object(object: &Map<String, Json>, out: &mut Vec<u8>) -> Result<(), String> {
    let special = object.iter().next().filter(|(key, _)| object.len() == 1 && key.starts_with('$'));
    match special.map(|(key, value)| (key.as_str(), value)) {
        Some((HEX, value)) => Writer::new(out).bytes(&digits(Some(value))?),
        Some((RAW, value)) => out.extend(raw(value)?),
        Some((DICT, Json::Array(pairs))) => {
            out.push(b'd');
            for pair in pairs {
                let Json::Array(pair) = pair else { return Err("`$dict` is not a list of pairs".to_owned()) };
                let [key, value] = pair.as_slice() else {
                    return Err("`$dict` is not a list of pairs".to_owned());
                };
                let start = out.len();
                write(key, out)?;
                if !out[start].is_ascii_digit() {
                    return Err("a key in `$dict` is not a string".to_owned());
                }
                write(value, out)?;
            }
            out.push(b'e');
        }
        Some((key, _)) => return Err(format!("`{key}` is not known")),
        None => sorted(object, out)?,
    }
    Ok(())
}

fn sorted(object: &Map<String, Json>, out: &mut Vec<u8>) -> Result<(), String> {
    if object.contains_key(DICT) {
        return Err("a key stands beside `$dict`: add it to the pairs, in its place".to_owned());
    }
    if let Some(key) = object.keys().find(|key| key.starts_with('$')) {
        return Err(format!("`{key}` stands beside other keys"));
    }
    let mut entries: Vec<(&String, &Json)> = object.iter().collect();
    entries.sort_unstable_by_key(|(key, _)| *key);
    out.push(b'd');
    for (key, value) in entries {
        Writer::new(out).bytes(key.as_bytes());
        write(value, out)?;
    }
    out.push(b'e');
    Ok(())
}

/// Bencode as it stands: less or more than one value would move what stands behind it to another place.
fn raw(json: &Json) -> Result<Vec<u8>, String> {
    let bytes = digits(Some(json))?;
    let is_one = scan(&bytes, NESTING).is_ok_and(|(end, _)| end == bytes.len());
    is_one.then_some(bytes).ok_or_else(|| "`$raw` is not one whole bencoded value".to_owned())
}

fn digits(json: Option<&Json>) -> Result<Vec<u8>, String> {
    let digits = json.and_then(Json::as_str).ok_or("hexadecimal digits are expected")?;
    HEXLOWER_PERMISSIVE.decode(digits.as_bytes()).map_err(|error| format!("hexadecimal digits: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[track_caller]
    fn check(bencode: &[u8], json: &str) {
        let raw = serde_json::to_string(&RawFile::new(bencode, None).unwrap()).unwrap();
        assert_eq!(raw, json);
        assert_eq!(from_json(&raw).unwrap().escape_ascii().to_string(), bencode.escape_ascii().to_string());
    }

    #[test]
    fn canonical_bencode_is_plain_json() {
        check(b"i-5e", "-5");
        check(b"i18446744073709551615e", "18446744073709551615");
        check("2:é".as_bytes(), "\"é\"");
        check(b"d1:ade1:bl0:i0eee", r#"{"a":{},"b":["",0]}"#);
    }

    #[test]
    fn the_rest_is_spelled_out() {
        check(b"1:\xff", r#"{"$hex":"ff"}"#);
        check(b"i007e", r#"{"$raw":"6930303765"}"#);
        check(b"02:ab", r#"{"$raw":"30323a6162"}"#);
        check(b"d1:ai1e1:ai2ee", r#"{"$dict":[["a",1],["a",2]]}"#);
        check(b"d1:bi1e1:ai2ee", r#"{"$dict":[["b",1],["a",2]]}"#);
        check(b"d1:\xffi1ee", r#"{"$dict":[[{"$hex":"ff"},1]]}"#);
        check(b"d4:$hexi1ee", r#"{"$dict":[["$hex",1]]}"#);
        check(b"d01:ai1ee", r#"{"$dict":[[{"$raw":"30313a61"},1]]}"#);
        check(b"le\n", r#"{"$value":[],"$trailing":"0a"}"#);
    }

    /// Keys, strings in any notation, bytes behind the end, and values whose key says what they are.
    #[test]
    fn a_mask_covers_all_of_it() {
        for (bencode, json) in [
            ("d7:passkey4:abcde", r#"{"passkey":"***"}"#),
            ("d7:authkeyi1234e4:listl12:passkey=abcdee", r#"{"authkey":"***","list":["passkey=***"]}"#),
            ("d12:torrent_passd1:ai5eee", r#"{"torrent_pass":"***"}"#),
            ("d12:http://u:p@t0:e", r#"{"$dict":[["http://***@t",""]]}"#),
            ("d1:b0:7:passkey4:abcd1:a0:e", r#"{"$dict":[["b",""],["passkey","***"],["a",""]]}"#),
            ("012:http://u:p@t", r#""http://***@t""#),
            ("02:ab", r#"{"$raw":"30323a6162"}"#),
            ("lepasskey=ab", r#"{"$value":[],"$trailing":"706173736b65793d2a2a2a"}"#),
        ] {
            let raw = RawFile::new(bencode.as_bytes(), Some(crate::redact::redact)).unwrap();
            assert_eq!(serde_json::to_string(&raw).unwrap(), json);
        }
    }

    #[test]
    fn keys_of_objects_are_put_in_order() {
        for (json, bencode) in [
            (r#"{"b":1,"a":2}"#, "d1:ai2e1:bi1ee"),
            (r#"{"x":[{"b":1,"B":{"z":0,"é":0,"y":0}}]}"#, "d1:xld1:Bd1:yi0e1:zi0e2:éi0ee1:bi1eeee"),
            (r#"{"$dict":[["b",{"d":0,"c":0}],["a",1]]}"#, "d1:bd1:ci0e1:di0ee1:ai1ee"),
        ] {
            assert_eq!(String::from_utf8(from_json(json).unwrap()).unwrap(), bencode);
        }
    }

    #[test]
    fn json_that_is_not_ours_is_refused() {
        for json in [
            "",
            "1.5",
            "true",
            "null",
            "[1",
            "{\"$hex\":\"zz\"}",
            "{\"$new\":1}",
            "{\"$dict\":[[1]]}",
            "1 2",
            "{\"$trailing\":\"\"}",
            "{\"$value\":{},\"$trailing\":\"0a\",\"announce\":\"x\"}",
            "{\"$dict\":[[\"b\",1],[\"a\",1]],\"announce\":\"x\"}",
            "{\"a\":1,\"$hex\":\"ff\"}",
            "{\"a\":1,\"a\":2}",
            "{\"a\":1,\"\\u0061\":1}",
            "[{\"x\":{\"b\":[],\"a\":{},\"b\":[]}}]",
            "{\"$dict\":[],\"$dict\":[]}",
            "{\"$value\":1,\"$trailing\":\"\",\"$value\":2}",
            // Less or more than one value, wherever it stands.
            "{\"info\":{\"$raw\":\"69\"}}",
            "{\"$raw\":\"\"}",
            "{\"a\":{\"$raw\":\"\"},\"b\":{\"$raw\":\"\"}}",
            "{\"$raw\":\"693165693165\"}",
            "[{\"$raw\":\"65\"}]",
            "{\"$raw\":\"693165 \"}",
            "{\"$dict\":[[{\"$raw\":\"\"},{\"$raw\":\"\"}]]}",
            // Keys are strings.
            "{\"$dict\":[[1,2]]}",
            "{\"$dict\":[[[\"a\"],2]]}",
            "{\"$dict\":[[{\"$raw\":\"693165\"},2]]}",
        ] {
            assert!(from_json(json).is_err(), "{json}");
        }
        assert!(from_json(&"[".repeat(1_000_000)).is_err());
    }

    proptest! {
        #[test]
        fn whatever_is_read_comes_back(bytes in prop::collection::vec(prop::sample::select(b"0123456789:-ilde$\xff".to_vec()), 0..40)) {
            if let Ok(raw) = RawFile::new(&bytes, None) {
                prop_assert_eq!(from_json(&serde_json::to_string(&raw).unwrap()).unwrap(), bytes);
            }
        }

        #[test]
        fn any_json_is_judged(text in "[\\[\\]{}\",:$hexdict0-9 ]{0,40}") {
            let _ = from_json(&text);
        }
    }

    #[test]
    fn the_deepest_that_is_read_comes_back() {
        let deep = [b"d1:\xff".repeat(99).as_slice(), b"le", &b"e".repeat(99)].concat();
        let raw = serde_json::to_string(&RawFile::new(&deep, None).unwrap()).unwrap();
        assert_eq!(from_json(&raw).unwrap(), deep);
    }
}
