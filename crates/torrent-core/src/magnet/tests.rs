//! Links that are read, links that are written, and links that nobody here wrote.

use proptest::prelude::*;
use serde_json::Value as Json;

use super::*;

const V1: &str = "magnet:?xt=urn:btih:abababababababababababababababababababab";

fn v1() -> Magnet {
    Magnet { info_hash_v1: Some([0xab; 20]), ..Magnet::default() }
}

#[track_caller]
fn reads(rest: &str, expected: Magnet) {
    assert_eq!(Magnet::parse(&format!("{V1}{rest}")), Ok(expected), "{rest}");
}

#[track_caller]
fn refuses(link: &str, error: MagnetError) {
    assert_eq!(Magnet::parse(link), Err(error), "{link}");
}

#[test]
fn hashes_in_every_form() {
    let both = format!("{V1}&xt=urn:btmh:1220{}", "CD".repeat(32));
    assert_eq!(Magnet::parse(&both), Ok(Magnet { info_hash_v2: Some([0xcd; 32]), ..v1() }));
    let v2 = Magnet { info_hash_v2: Some([0xcd; 32]), ..Magnet::default() };
    assert_eq!(Magnet::parse(&format!("MAGNET:?XT=URN:BTMH:1220{}", "cd".repeat(32))), Ok(v2));
    let base32 = Magnet::parse("magnet:?xt=urn:btih:VOV2XK5LVOV2XK5LVOV2XK5LVOV2XK5L");
    assert_eq!(base32, Ok(v1()));
    assert_eq!(Magnet::parse("magnet:?xt=urn:btih:vov2xk5lvov2xk5lvov2xk5lvov2xk5l"), Ok(v1()));
    assert_eq!(
        Magnet::parse(
            "magnet:?xt.1=urn:ed2k:00&xt.2=urn%3Abtih%3A%61bababababababababababababababababababab"
        ),
        Ok(v1())
    );
}

#[test]
fn parameters() {
    reads("&dn=a+b%20c%FF", Magnet { name: Some(b"a b c\xff".to_vec()), ..v1() });
    reads(
        "&tr=http%3A%2F%2Fa&tr.1=b&TR.22=udp://c",
        Magnet { trackers: vec![b"http://a".to_vec(), b"udp://c".to_vec()], ..v1() },
    );
    reads(
        "&ws=http://w&xl=5&unknown=1&&novalue",
        Magnet { web_seeds: vec![b"http://w".to_vec()], length: Some(5), ..v1() },
    );
    let peer = |host: &str, port| Peer { host: host.to_owned(), port };
    let peers = vec![peer("1.2.3.4", 5), peer("::1", 6), peer("host.example", 7)];
    reads(
        "&x.pe=1.2.3.4:5&x.pe=[::1]:6&x.pe=host.example:7&x.pe=bad&x.pe=<b>:1&x.pe=h:0&x.pe=::1:4",
        Magnet { peers, ..v1() },
    );
    reads(
        "&so=0,2,4-6&so=9,x,7-4,-1,99999999999",
        Magnet { select: vec![(0, 0), (2, 2), (4, 6), (9, 9)], ..v1() },
    );
}

/// A link beside the hash, what is made of it, and what is said: codes, and how often `tr`, `x.pe` or `so` remain.
#[track_caller]
fn odd(rest: &str, expected: Magnet, said: &[&str]) {
    let parsed = Magnet::read(&format!("{V1}{rest}")).unwrap();
    let warnings: Vec<String> =
        parsed.warnings.iter().map(|warning| format!("{}: {warning}", warning.code())).collect();
    assert_eq!(
        (parsed.magnet, warnings.iter().map(String::as_str).collect::<Vec<_>>()),
        (expected, said.to_vec()),
        "{rest}"
    );
}

fn with_trackers(urls: &[&str]) -> Magnet {
    Magnet { trackers: urls.iter().map(|url| url.as_bytes().to_vec()).collect(), ..v1() }
}

#[test]
fn what_is_left_out_is_said_and_its_neighbours_are_kept() {
    let trackers = || with_trackers(&["udp://a", "udp://b"]);
    odd("&tr=udp://a&tr=udp://b", trackers(), &[]);
    odd(
        "&tr=udp://a&tr=foo&tr=udp://b",
        trackers(),
        &["W-magnet-item: `tr` number 2 is no URL and is left out"],
    );
    odd(
        "&tr=foo&tr.1=&ws=w",
        v1(),
        &[
            "W-magnet-item: `tr` number 1 is no URL and is left out, and 1 more",
            "W-magnet-item: `ws` number 1 is no URL and is left out",
        ],
    );
    let peers = vec![Peer { host: "1.2.3.4".to_owned(), port: 5 }];
    for bad in ["1.2.3.4:99999", "1.2.3.4", "h:0", "::1:5", ""] {
        odd(
            &format!("&x.pe={bad}&x.pe=1.2.3.4:5"),
            Magnet { peers: peers.clone(), ..v1() },
            &["W-magnet-item: `x.pe` number 1 is no `HOST:PORT` and is left out"],
        );
    }
    for bad in ["2-1", "x", "-1", "99999999999", ""] {
        odd(
            &format!("&so=0,{bad},4-6"),
            Magnet { select: vec![(0, 0), (4, 6)], ..v1() },
            &["W-magnet-item: `so` number 2 is no run of file indices and is left out"],
        );
    }
    odd("&xl=five", v1(), &["W-magnet-item: `xl` number 1 is no number of bytes and is left out"]);
    for key in ["xs", "as", "ws"] {
        for bad in ["foo", "", "h/x.torrent", "http:/h/x"] {
            let said = format!("W-magnet-item: `{key}` number 1 is no URL and is left out");
            odd(&format!("&{key}={bad}"), v1(), &[&said]);
        }
    }
    odd("&xs=urn:btpk:ab", v1(), &["W-magnet-item: `xs` number 1 is no public key and is left out"]);
    for bad in ["urn:btmh:1220zz", "urn:btih:ab", "urn:btih:", "foo", "urn:btih", "urn::x", ""] {
        odd(
            &format!("&xt={bad}&tr=udp://a&tr=udp://b"),
            trackers(),
            &["W-magnet-item: `xt` number 2 is no info hash and is left out"],
        );
    }
    odd(
        "&dn=Tom & Jerry",
        Magnet { name: Some(b"Tom ".to_vec()), ..v1() },
        &["W-magnet-item: 1 of its parts have no `=` and are left out: was an `&` not written as `%26`?"],
    );
}

#[test]
fn of_several_values_the_last_counts_and_that_is_said() {
    let other = "cd".repeat(20);
    let hash = Magnet { info_hash_v1: Some([0xcd; 20]), ..Magnet::default() };
    odd(
        &format!("&xt=urn:btih:{other}"),
        hash,
        &["W-magnet-hashes: there are several different values of `xt=urn:btih`; the last one counts"],
    );
    odd(&format!("&xt=urn:btih:{}", "AB".repeat(20)), v1(), &[]);
    let name = Magnet { name: Some(b"b".to_vec()), ..v1() };
    odd(
        "&dn=a&dn=b",
        name.clone(),
        &["W-magnet-item: there are several different values of `dn`; the last one counts"],
    );
    odd("&dn=b&dn=b", name, &[]);
    odd(
        "&xl=1&xl=2",
        Magnet { length: Some(2), ..v1() },
        &["W-magnet-item: there are several different values of `xl`; the last one counts"],
    );
}

#[test]
fn what_others_have_broken_is_mended_and_said() {
    let trackers = || with_trackers(&["http://a/b", "udp://c"]);
    let lines = "W-magnet-mended: the link is broken over lines; this was mended";
    odd("\r\n&tr=http://a\n  /b&tr=udp:\t//c", trackers(), &[lines]);
    let spaces = "W-magnet-mended: white space stands around or in a URL; this was mended";
    odd("&tr=+http://a/b%0A&tr=udp%0D%0A://c", trackers(), &[spaces]);
    let twice = "W-magnet-mended: a URL is percent-encoded twice; this was mended";
    odd("&tr=http%253A%252F%252Fa%252Fb&tr=udp%253a//c", trackers(), &[twice]);
    let entity = "W-magnet-mended: `&amp;` stands for `&`; this was mended";
    odd("&amp;tr=http://a/b&#38;tr=udp://c", trackers(), &[entity]);
    let behind = "W-magnet-mended: punctuation stands behind an info hash; this was mended";
    for end in [".", ",", ");", "...", "\\"] {
        odd(end, v1(), &[behind]);
        odd(&format!("{end}&tr=http://a/b&tr=udp://c"), trackers(), &[behind]);
    }
    let whole = V1.replace('=', "%3D").replace("magnet:%3F", "magnet:?");
    let parsed = Magnet::read(&format!("{whole}%26tr%3Dhttp%253A%252F%252Fa%252Fb%26tr%3Dudp://c")).unwrap();
    assert_eq!(parsed.magnet, trackers());
    assert_eq!(parsed.warnings, [LinkWarning::Mended("the whole link is percent-encoded")]);
    assert_eq!(Magnet::read(&format!(" {V1}\n")).unwrap().warnings, []);
}

#[test]
fn an_escape_that_is_none_stays_as_it_is_and_that_is_said() {
    const SAID: &str =
        "W-magnet-mended: a `%` that is not followed by two hexadecimal digits is kept as it stands";
    for (written, name) in [
        ("%", "%"),
        ("%4", "%4"),
        ("%zz", "%zz"),
        ("a%%3A", "a%:"),
        ("100% real", "100% real"),
        ("%+%2", "% %2"),
    ] {
        let expected = Magnet { name: Some(name.into()), ..with_trackers(&["http://ok/a"]) };
        odd(&format!("&dn={written}&tr=http://ok/a"), expected, &[SAID]);
    }
    odd(
        "&tr=http://ok/a&tr=100%",
        with_trackers(&["http://ok/a"]),
        &[SAID, "W-magnet-item: `tr` number 2 is no URL and is left out"],
    );
    odd("&tr=http://a/100%&d%n=x", with_trackers(&["http://a/100%"]), &[SAID]);
}

#[test]
fn keys_that_are_none_of_ours_are_reported() {
    let unknown = |rest: &str| Magnet::read(&format!("{V1}{rest}")).unwrap().unknown.join(" ");
    assert_eq!(unknown("&kt=a+b&mt=x&KT.2=c&&dn=d"), "kt mt");
    assert_eq!(unknown("&s=salt"), "s");
    assert_eq!(
        unknown("&xt=urn:ed2k:00&xt.2=URN:sha1:AB&xt=urn:tree:tiger:C&xt=foo"),
        "xt=urn:ed2k xt=urn:sha1 xt=urn:tree"
    );
    assert_eq!(unknown(&format!("&s=salt&xs=urn:btpk:{}", "ab".repeat(32))), "");
}

#[test]
fn texts_that_are_links() {
    let hash = "ab".repeat(20);
    for text in [V1, &format!(" {V1}\r\n"), &hash, &format!("\u{feff}{hash}\n")] {
        assert_eq!(link_of(text).as_deref(), Some(V1), "{text}");
    }
    let dressed = [
        format!("\"{V1}\""),
        format!("'{V1}'\n"),
        format!("\u{feff} <{V1}>"),
        format!("\u{201c}{V1}\u{201d}"),
        format!("{V1}\""),
        V1.replacen("magnet:?", "", 1),
        V1.replacen("magnet:?xt=", "", 1).replacen("urn", "URN", 1),
        V1.replace(':', "%3A").replace('?', "%3F").replace('=', "%3D"),
        format!("'{}'", V1.replace('?', "%3f")),
        format!("`{hash}`"),
    ];
    for text in dressed {
        let link = link_of(&text).unwrap();
        assert_eq!(
            Magnet::read(&link).map(|parsed| (parsed.magnet, parsed.warnings)),
            Ok((v1(), vec![])),
            "{text}"
        );
    }
    // What may be the end of a name is.
    for (text, name) in
        [("&dn=it's 'a'", "it's 'a'"), ("&dn=\u{201e}b\u{201d}", "\u{201e}b\u{201d}"), ("&dn=c).", "c).")]
    {
        let link = link_of(&format!("{V1}{text}")).unwrap();
        assert_eq!(Magnet::parse(&link).unwrap().name.as_deref(), Some(name.as_bytes()), "{text}");
    }
    let several =
        ["", "\"\"", "http://x", "abc", &format!("{V1}\n{V1}"), &format!("\"{V1} {V1}\""), &"-".repeat(40)];
    for text in several {
        assert_eq!(link_of(text), None, "{text}");
    }
}

#[test]
fn links_that_change() {
    // The two examples of BEP 46.
    let key = "8543d3e6115f0f98c944077a4493dcd543e49c739fd998550a1f614ab36ed63e";
    let mutable = |salt: &[u8]| {
        let public_key = HEXLOWER.decode(key.as_bytes()).unwrap().try_into().unwrap();
        Magnet { mutable: Some(Mutable { public_key, salt: salt.to_vec() }), ..Magnet::default() }
    };
    assert_eq!(Magnet::parse(&format!("magnet:?xs=urn:btpk:{key}")), Ok(mutable(b"")));
    assert_eq!(Magnet::parse(&format!("magnet:?xs=urn:btpk:{key}&s=6e")), Ok(mutable(b"6e")));
}

#[test]
fn what_is_no_link_to_a_torrent() {
    refuses("", MagnetError::NotAMagnet);
    refuses("http://x/", MagnetError::NotAMagnet);
    refuses("magnet:", MagnetError::NotAMagnet);
    refuses("magnet:?", MagnetError::NoHash);
    refuses("magnet:?dn=x", MagnetError::NoHash);
    refuses("magnet:?xt=urn:sha1:PDAQRAOQQRYS76MRZJ33LK4MMVZBDSCL", MagnetError::NoHash);
    for digits in ["", "ab", &"z".repeat(40), &"ab".repeat(21), &"0".repeat(32)] {
        refuses(&format!("magnet:?xt=urn:btih:{digits}"), MagnetError::Hash);
    }
    refuses(&format!("magnet:?xt=urn:btmh:1221{}", "cd".repeat(32)), MagnetError::Hash);
    refuses(&format!("magnet:?xt=urn:btmh:1220{}", "cd".repeat(31)), MagnetError::Hash);
    refuses("magnet:?xt=urn:btih:ab&xt=urn:btmh:1220zz&dn=100%", MagnetError::Hash);
    refuses(&format!("{V1}&dn={}", "x".repeat(limits::MAGNET)), MagnetError::TooLong);
}

proptest! {
    #[test]
    fn what_is_written_reads_the_same(
        v1 in any::<[u8; 20]>(),
        v2 in any::<Option<[u8; 32]>>(),
        name in any::<Option<Vec<u8>>>(),
        rests in prop::collection::vec(prop::collection::vec(14..=u8::MAX, 0..20), 0..5),
        first in 0..1000_u32,
        port in 1..=u16::MAX,
    ) {
        let peers = vec![Peer { host: "::1".to_owned(), port }, Peer { host: "h".to_owned(), port }];
        let select = vec![(first, first), (first, first + 3)];
        let mutable = v2.map(|public_key| Mutable { public_key, salt: b"& ".to_vec() });
        let trackers: Vec<Vec<u8>> = rests.iter().map(|rest| [b"udp://", rest.as_slice(), b"/"].concat()).collect();
        let web_seeds = trackers.clone();
        let length = Some(u64::from(first));
        let magnet = Magnet { info_hash_v1: Some(v1), info_hash_v2: v2, name, length, trackers, web_seeds, peers, select, mutable, torrents: Vec::new() };
        prop_assert_eq!(Magnet::parse(&magnet.to_string()), Ok(magnet));
    }

    #[test]
    fn any_text_is_judged(text in "magnet:\\?(xt=urn:bt[im]h:[0-9a-f]{0,44}|[a-z.]{0,4}=[ -~]{0,20}|&){0,6}") {
        let _ = Magnet::parse(&text);
    }
}

#[test]
fn corpora() {
    let Some(folder) = test_kit::corpora() else { return };
    let rows = std::fs::read_to_string(folder.join("magnets.jsonl")).unwrap();
    for row in rows.lines().map(|row| serde_json::from_str::<Json>(row).unwrap()) {
        let uri = row["uri"].as_str().unwrap();
        // White space around a link is none of it here; libtorrent takes it for a part.
        if uri != uri.trim() {
            continue;
        }
        let parsed = Magnet::parse(uri);
        assert_eq!(parsed.is_ok(), row["libtorrent"] == "accept", "{row}");
        let Ok(magnet) = parsed else { continue };
        let texts = |urls: &[Vec<u8>]| {
            urls.iter().map(|url| String::from_utf8_lossy(url).into_owned()).collect::<Vec<_>>()
        };
        assert_eq!(
            magnet.info_hash_v1.map(|hash| HEXLOWER.encode(&hash)).as_deref(),
            row["v1"].as_str(),
            "{row}"
        );
        assert_eq!(
            magnet.info_hash_v2.map(|hash| HEXLOWER.encode(&hash)).as_deref(),
            row["v2"].as_str(),
            "{row}"
        );
        assert_eq!(
            String::from_utf8_lossy(&magnet.name.unwrap_or_default()),
            row["name"].as_str().unwrap(),
            "{row}"
        );
        assert_eq!(serde_json::json!(texts(&magnet.trackers)), row["trackers"], "{row}");
        assert_eq!(serde_json::json!(texts(&magnet.web_seeds)), row["web_seeds"], "{row}");
        let peers: Vec<_> =
            magnet.peers.iter().map(|peer| serde_json::json!([peer.host, peer.port])).collect();
        assert_eq!(serde_json::json!(peers), row["peers"], "{row}");
    }
}

#[test]
fn where_the_torrent_is() {
    let torrents = |rest: &str| {
        let parsed = Magnet::read(&format!("{V1}{rest}")).unwrap();
        (parsed.magnet.torrents.concat(), parsed.unknown)
    };
    let none: Vec<String> = Vec::new();
    for (rest, found) in [
        ("&xs=http%3A%2F%2Fh%2Fx.torrent", "http://h/x.torrent"),
        ("&as=https%3A%2F%2Fh%2Fx.torrent", "https://h/x.torrent"),
        ("&xs.1=http://h/1&as=http://h/2&xs.2=http://h/3", "http://h/1http://h/2http://h/3"),
    ] {
        assert_eq!(torrents(rest), (found.as_bytes().to_vec(), none.clone()), "{rest}");
    }
    assert_eq!(torrents("&xs=urn:tree:tiger:ABC"), (Vec::new(), vec!["xs=urn:tree".to_owned()]));
    let link = Magnet::parse(&format!("{V1}&as=http://h/x%20y")).unwrap();
    assert_eq!(Magnet::parse(&link.to_string()).unwrap(), link);
}
