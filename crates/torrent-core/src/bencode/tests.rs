//! The scanner's verdicts, and that views and writer agree with it.

use proptest::prelude::*;
use serde_json::Value as Json;

use super::lexer::{Lexer, int_value};
use super::*;

/// `Ok` with the faults found, or the error's text.
fn verdict(input: &[u8]) -> Result<Vec<FaultKind>, String> {
    match scan(input, 100) {
        Ok((_, faults)) => Ok(faults.iter().map(|fault| fault.kind).collect()),
        Err(error) => Err(error.to_string()),
    }
}

#[track_caller]
fn accepts(input: &[u8], faults: &[FaultKind]) {
    assert_eq!(verdict(input), Ok(faults.to_vec()), "{}", input.escape_ascii());
}

#[track_caller]
fn refuses(input: &[u8], error: &str) {
    assert_eq!(verdict(input), Err(error.to_owned()), "{}", input.escape_ascii());
}

#[test]
fn canonical_values() {
    for input in ["0:", "4:spam", "i0e", "i-5e", "le", "de", "l0:i1elededee", "d0:i1e1:ai2e2:aale1:bdee"] {
        accepts(input.as_bytes(), &[]);
    }
}

#[test]
fn faults_are_noted_once_each() {
    accepts(b"d1:bi1e1:ai1e1:ci1e1:bi1ee", &[FaultKind::Unsorted]);
    accepts(b"d1:ai1e1:ai2ee", &[FaultKind::DuplicateKey]);
    accepts(b"li00ei-0ee", &[FaultKind::Integer]);
    accepts(b"03:abc", &[FaultKind::StringLength]);
    accepts(b"i1ee", &[FaultKind::Trailing]);
    let (end, faults) = scan(b"l02:abi01ee\n", 100).unwrap();
    assert_eq!((end, faults.iter().map(|fault| fault.offset).collect::<Vec<_>>()), (11, vec![1, 6, 11]));
}

#[test]
fn errors_name_the_place() {
    refuses(b"", "the data ends early at byte 0");
    refuses(b"e", "no bencoded value at byte 0");
    refuses(b"x", "no bencoded value at byte 0");
    refuses(b"li1e", "the data ends early at byte 4");
    refuses(b"5:spam", "a string runs past the end at byte 0");
    refuses(b"99999999999999999999:a", "a string runs past the end at byte 0");
    refuses(b"18446744073709551615:a", "a string runs past the end at byte 0");
    refuses(b"4spam", "malformed string length at byte 0");
    refuses(b"ie", "malformed integer at byte 0");
    refuses(b"i-e", "malformed integer at byte 0");
    refuses(b"i+5e", "malformed integer at byte 0");
    refuses(b"i5", "the data ends early at byte 0");
    refuses(b"i18446744073709551616e", "integer out of range at byte 0");
    refuses(b"i-9223372036854775809e", "integer out of range at byte 0");
    refuses(b"di1ei1ee", "a dictionary key is no string at byte 1");
    refuses(b"d1:ae", "a dictionary key has no value at byte 4");
}

#[test]
fn what_is_cut_inside_a_token_ends_early() {
    for input in ["1", "12", "i", "i-", "i1", "i-1"] {
        refuses(input.as_bytes(), "the data ends early at byte 0");
        assert_eq!(Value::first(input.as_bytes()), None);
    }
    refuses(b"l1", "the data ends early at byte 1");
    refuses(b"d1:a", "the data ends early at byte 4");
    refuses(b"d1:ai1e", "the data ends early at byte 7");
    refuses(b"1:", "a string runs past the end at byte 0");
    refuses(b"-1:a", "no bencoded value at byte 0");
    refuses(b"i--1e", "malformed integer at byte 0");
    refuses(b"i1-e", "malformed integer at byte 0");
    refuses(b"1 :a", "malformed string length at byte 0");
}

#[test]
fn integers_have_64_bits() {
    for digits in ["0", "-0", "00", "9223372036854775807", "-9223372036854775808", "18446744073709551615"] {
        assert_eq!(int_value(digits.as_bytes()), digits.parse().ok(), "{digits}");
    }
    assert_eq!(int_value(b"000000000000000000000000000000000000000000000000007"), Some(7));
    for digits in ["-9223372036854775809", "18446744073709551616", "1".repeat(50).as_str()] {
        assert_eq!(int_value(digits.as_bytes()), None, "{digits}");
    }
}

#[test]
fn nesting_has_a_limit_and_takes_no_stack() {
    let nested = |depth| [vec![b'l'; depth], vec![b'e'; depth]].concat();
    accepts(&nested(100), &[]);
    refuses(&nested(101), "nested too deep at byte 100");
    let judge = move || {
        for depth in [1_000, 100_000, 10_000_000] {
            refuses(&nested(depth), "nested too deep at byte 100");
            assert!(Value::first(&nested(depth)).is_some());
        }
        assert_eq!(scan(&nested(100_000), usize::MAX), Ok((200_000, vec![])));
    };
    std::thread::Builder::new().stack_size(256 << 10).spawn(judge).unwrap().join().unwrap();
}

#[test]
fn views_read_what_was_scanned() {
    let value = Value::first(b"d1:ai-7e1:bl1:xi9ee1:cdeetrailing").unwrap();
    let dict = value.as_dict().unwrap();
    assert_eq!(dict.map(|(key, _)| key).collect::<Vec<_>>(), [b"a", b"b", b"c"]);
    let (a, b) = (dict.get(b"a").unwrap(), dict.get(b"b").unwrap());
    assert_eq!((a.as_i64(), a.as_u64(), a.as_bytes()), (Some(-7), None, None));
    let items: Vec<_> = b.as_list().unwrap().map(|item| (item.as_bytes(), item.as_u64())).collect();
    assert_eq!(items, [(Some(b"x".as_slice()), None), (None, Some(9))]);
    assert_eq!((b.raw(), dict.get(b"z")), (b"l1:xi9ee".as_slice(), None));
}

/// A value of bencode, for making some.
#[derive(Clone, Debug)]
enum Tree {
    Int(i64),
    Bytes(Vec<u8>),
    List(Vec<Tree>),
    Dict(std::collections::BTreeMap<Vec<u8>, Tree>),
}

impl Tree {
    fn write<S: Sink>(&self, out: &mut Writer<'_, S>) {
        match self {
            Self::Int(value) => out.int(*value),
            Self::Bytes(bytes) => out.bytes(bytes),
            Self::List(items) => {
                out.list();
                items.iter().for_each(|item| item.write(out));
                out.end();
            }
            Self::Dict(entries) => {
                out.dict();
                for (key, value) in entries {
                    out.bytes(key);
                    value.write(out);
                }
                out.end();
            }
        }
    }
}

fn trees() -> impl Strategy<Value = Tree> {
    let bytes = || prop::collection::vec(any::<u8>(), 0..12);
    let leaf = prop_oneof![any::<i64>().prop_map(Tree::Int), bytes().prop_map(Tree::Bytes)];
    leaf.prop_recursive(6, 60, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Tree::List),
            prop::collection::btree_map(bytes(), inner, 0..6).prop_map(Tree::Dict),
        ]
    })
}

/// Dictionaries with parts on both sides of what the outline takes for long.
fn big_dicts() -> impl Strategy<Value = Tree> {
    let long = (0..10_000_usize).prop_map(|length| Tree::Bytes(vec![b'e'; length]));
    let part = prop_oneof![trees(), long].prop_recursive(3, 20, 4, |inner| {
        prop_oneof![prop::collection::vec(inner.clone(), 0..4).prop_map(Tree::List), dicts_of(inner)]
    });
    dicts_of(part)
}

fn dicts_of(values: impl Strategy<Value = Tree>) -> impl Strategy<Value = Tree> {
    prop::collection::btree_map(prop::collection::vec(any::<u8>(), 0..3), values, 0..4).prop_map(Tree::Dict)
}

proptest! {
    #[test]
    fn what_is_written_is_canonical_and_counted(tree in trees()) {
        let mut written = Vec::new();
        tree.write(&mut Writer::new(&mut written));
        let mut count = 0_u64;
        tree.write(&mut Writer::new(&mut count));
        prop_assert_eq!(scan(&written, 100), Ok((written.len(), vec![])));
        prop_assert_eq!(count, written.len() as u64);
        // An outsider reads it, too.
        prop_assert!(serde_bencode::from_bytes::<serde_bencode::value::Value>(&written).is_ok());
    }

    #[test]
    fn what_is_cut_short_is_refused(tree in trees(), cut in any::<prop::sample::Index>()) {
        let mut written = Vec::new();
        tree.write(&mut Writer::new(&mut written));
        prop_assert!(scan(&written[..cut.index(written.len())], 100).is_err());
    }

    #[test]
    fn what_the_outline_knows_is_what_stands_there(root in big_dicts(), trailing in any::<bool>()) {
        let mut written = Vec::new();
        root.write(&mut Writer::new(&mut written));
        let mut lexer = Lexer::new(&written);
        let tokens = std::iter::from_fn(|| lexer.next().unwrap()).count();
        written.extend(trailing.then_some(b'\n'));
        let (faults, outline) = outline(&written, 100).unwrap();
        prop_assert_eq!((faults.len(), outline.tokens), (usize::from(trailing), tokens));
        let root = Value::first(&written).and_then(Value::as_dict).unwrap();
        prop_assert!(outline.dict(&written, 0).eq(root));
        for (_, value) in root {
            let start = value.raw().as_ptr() as usize - written.as_ptr() as usize;
            prop_assert!(value.as_dict().is_none_or(|dict| outline.dict(&written, start).eq(dict)));
        }
    }

    #[test]
    fn digits_have_the_value_they_say(digits in "-?[0-9]{1,25}") {
        let value = digits.parse::<i128>().unwrap();
        let fits = (i64::MIN.into()..=u64::MAX.into()).contains(&value);
        prop_assert_eq!(int_value(digits.as_bytes()), fits.then_some(value));
    }

    #[test]
    fn any_bytes_are_judged(bytes in prop::collection::vec(prop::sample::select(b"0123456789:-ilde".to_vec()), 0..60)) {
        let scanned = scan(&bytes, 8);
        let viewed = Value::first(&bytes);
        if let Ok((end, _)) = scanned {
            prop_assert_eq!(viewed.map(|value| value.raw().len()), Some(end));
        }
    }
}

/// Vectors of other projects: what they expect, or what libtorrent says where they expect nothing.
#[test]
fn corpora() {
    let Some(folder) = test_kit::corpora() else { return };
    let rows = std::fs::read_to_string(folder.join("bencode.jsonl")).unwrap();
    for row in rows.lines().map(|row| serde_json::from_str::<Json>(row).unwrap()) {
        let Some(hex) = row["hex"].as_str() else { continue };
        let expected = row["expect"].as_str().or(row["libtorrent_bdecode"].as_str()).unwrap();
        let accepted = scan(&data_encoding::HEXLOWER.decode(hex.as_bytes()).unwrap(), 100).is_ok();
        assert_eq!(accepted, expected.starts_with("accept"), "{row}");
    }
}
