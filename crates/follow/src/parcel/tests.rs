use super::*;
use crate::identity::hashes_of;
use test_kit::{bytes, dict, int};

fn torrent(name: &str) -> Vec<u8> {
    let info =
        [("length", int(5)), ("name", bytes(name)), ("piece length", int(16384)), ("pieces", bytes([7; 20]))];
    dict([("info", dict(info))])
}

/// A torrent with both hashes.
fn hybrid() -> Vec<u8> {
    let leaf = dict([("", dict([("length", int(5)), ("pieces root", bytes([9; 32]))]))]);
    let info = [
        ("file tree", dict([("h", leaf)])),
        ("length", int(5)),
        ("meta version", int(2)),
        ("name", bytes("h")),
        ("piece length", int(16384)),
        ("pieces", bytes([7; 20])),
    ];
    dict([("info", dict(info))])
}

fn hash(torrent: &[u8]) -> String {
    hashes_of(&Magnet::of(&Metainfo::parse(torrent.to_vec()).unwrap().metainfo)).remove(0)
}

/// A web of few pages: `NAME` of `http://x/NAME`.
struct Pages;

impl Web for Pages {
    fn get(&mut self, ask: &Ask<'_>) -> Result<Answer, WebError> {
        let name = ask.url.rsplit('/').next().unwrap_or_default();
        let answer = |status, body: &[u8], kind: &str| {
            let content_type = Some(kind.to_owned());
            Ok(Answer { status, body: body.to_vec(), content_type, ..Answer::default() })
        };
        match name {
            "a" => answer(200, &torrent("a"), "application/x-bittorrent"),
            "hybrid" => answer(200, &hybrid(), "application/x-bittorrent"),
            "to-other" => Err(WebError::Magnet(
                format!("magnet:?xt=urn:btih:{}&xt=urn:btmh:1220{}", hash(&torrent("a")), "e".repeat(64)),
                Namer::STRANGER,
            )),
            "as-html" => answer(200, &torrent("a"), "text/html; charset=utf-8"),
            "login" => answer(200, b"\n <!doctype html>", "application/x-bittorrent"),
            "words" => answer(200, b"please log in", "text/html"),
            "junk" => answer(200, b"\x1f\x8b", "application/x-bittorrent"),
            "to-magnet" => {
                Err(WebError::Magnet(format!("magnet:?xt=urn:btih:{}", hash(&torrent("a"))), Namer::STRANGER))
            }
            "private" => Err(WebError::Refused("it may not be named".to_owned())),
            "down" => Err(WebError::Failed("no answer in time".to_owned())),
            status => answer(status.parse().unwrap(), b"", "text/plain"),
        }
    }
}

fn entry(ways: &str, hash: Option<&str>) -> Entry {
    let url =
        |name: &str| if name.starts_with("magnet:") { name.to_owned() } else { format!("http://x/{name}") };
    let ways = ways.split_whitespace().map(|name| Way { url: url(name), rule: "enclosure".into() });
    Entry { ways: ways.collect(), hashes: hash.into_iter().map(str::to_owned).collect(), ..Entry::default() }
}

/// Rows 13, 17 and 18 of what users hit: login pages, dead links, links that lead to magnets.
#[test]
fn ways_are_followed_until_one_leads_there() {
    let a = hash(&torrent("a"));
    let magnet = format!("magnet:?xt=urn:btih:{a}&dn=a");
    let of = |ways: &str, attempt| {
        get(&mut Pages, &entry(&ways.replace("MAGNET", &magnet), None), Namer::USER, attempt)
    };
    for (ways, attempt, by) in [
        ("a", 1, Some("a")),
        ("as-html", 1, Some("as-html")),
        ("404 a", 1, Some("a")),
        ("410 MAGNET", 1, Some("magnet")),
        ("login MAGNET", 1, Some("magnet")),
        ("words MAGNET", 1, Some("magnet")),
        ("junk MAGNET", 1, Some("magnet")),
        ("private MAGNET", 1, Some("magnet")),
        ("to-magnet", 1, Some("to-magnet")),
        // A server that fails may only be late, but not for ever.
        ("503 MAGNET", 1, None),
        ("down MAGNET", 2, None),
        ("down MAGNET", 3, Some("magnet")),
        ("404", 9, None),
        ("", 1, None),
    ] {
        let found = of(ways, attempt);
        let way = found.as_ref().ok().and_then(|parcel| parcel.way.clone()).map(|way| way.url);
        let is_it = |by: &str| way.as_ref().is_some_and(|url| url.contains(by));
        assert!(by.map_or(way.is_none(), is_it), "{ways} {attempt}: {found:?}");
        assert!(found.is_err() || found.unwrap().hashes == [a.clone()], "{ways}");
    }
    assert!(of("login", 1).unwrap_err().to_string().contains("perhaps a login"));
}

#[test]
fn what_a_feed_claims_is_held_against_what_comes() {
    let a = hash(&torrent("a"));
    let with = |hash: &str, ways: &str| get(&mut Pages, &entry(ways, Some(hash)), Namer::USER, 1);
    let parcel = with(&a, "a").unwrap();
    assert_eq!((parcel.size, parcel.torrent), (Some(5), Some(torrent("a"))));
    let other = "b".repeat(40);
    for ways in ["a", "to-magnet", "404 a"] {
        assert_eq!(with(&other, ways), Err(NoParcel::HashMismatch(a.clone())), "{ways}");
    }
}

/// A claim of v2 is not kept by a torrent that has v1 alone, and of a signed feed each claim is.
#[test]
fn hashes_of_both_kinds_are_held_against_what_comes() {
    let a = hash(&torrent("a"));
    let both = hashes_of(&Magnet::of(&Metainfo::parse(hybrid()).unwrap().metainfo));
    let [v1, v2] = both.as_slice() else { panic!("{both:?}") };
    let (short, wrong, wrong_tail) =
        (v2[..40].to_owned(), "c".repeat(64), format!("{}{}", &v2[..40], "c".repeat(24)));
    // What is claimed, what comes, and whether it is taken from an unsigned and from a signed feed.
    for (claims, way, unsigned, signed) in [
        (vec![v1], "hybrid", true, true),
        (vec![v2], "hybrid", true, true),
        (vec![v1, v2], "hybrid", true, true),
        (vec![&short], "hybrid", true, true),
        (vec![&wrong_tail], "hybrid", false, false),
        (vec![v1, &wrong], "hybrid", true, false),
        (vec![v2], "a", false, false),
        (vec![&wrong], "a", false, false),
        (vec![&a, &wrong], "a", true, false),
        (vec![&a], "to-magnet", true, true),
        (vec![&a, v2], "to-magnet", true, true),
        // A link that adds a hash of its own may lead elsewhere.
        (vec![&a], "to-other", true, false),
        (vec![], "a", true, true),
    ] {
        for (proof, is_taken) in [(Proof::None, unsigned), (Proof::Hash, signed)] {
            let hashes = claims.iter().map(ToString::to_string).collect();
            let entry = Entry { hashes, proof, ..entry(way, None) };
            let found = get(&mut Pages, &entry, Namer::USER, 1);
            assert_eq!(found.is_ok(), is_taken, "{claims:?} {way} {proof:?}: {found:?}");
        }
    }
}

/// A link may name what is as near as who gives it: the feed, or the server that it leads to.
#[test]
fn a_link_names_no_more_than_who_gives_it() {
    let near = Namer::at([192, 168, 1, 2].into());
    let magnet = format!("magnet:?xt=urn:btih:{}", hash(&torrent("a")));
    for (way, expected) in [(magnet.as_str(), near), ("to-magnet", Namer::STRANGER)] {
        let parcel = get(&mut Pages, &entry(way, None), near, 1).unwrap();
        assert_eq!(parcel.came_from, Some(expected), "{way}");
    }
}
