//! What is at which path, and that nothing else is.

use std::sync::Arc;

use torrent_core::metainfo::{Metainfo, Parsed};

use super::{
    Body, Carried, Catalogue, Entry, Found, Links, PAGE_TORRENTS, PathIndex, Reply, Route, content, feed,
    files_page, page, torrent_file,
};
use crate::http::{Answer, Conditions, HttpVersion, Method, Request, Status};

/// A torrent of files with these paths and lengths; without a slash in front, the only one is the torrent.
fn torrent(name: &str, files: &[(&str, u64)], outer: &str) -> Arc<Metainfo> {
    let text = |text: &str| format!("{}:{text}", text.len());
    let path = |path: &str| path.split('/').map(text).collect::<String>();
    let length: u64 = files.iter().map(|(_, length)| length).sum();
    let files = match files {
        [("", length)] => format!("6:lengthi{length}e"),
        files => {
            let entry = |(at, length): &(&str, u64)| format!("d6:lengthi{length}e4:pathl{}ee", path(at));
            format!("5:filesl{}e", files.iter().map(entry).collect::<String>())
        }
    };
    let pieces = "x".repeat(20 * usize::try_from(length.div_ceil(16384)).unwrap());
    let info = format!("{files}4:name{}12:piece lengthi16384e6:pieces{}", text(name), text(&pieces));
    let bytes = format!("d{outer}4:infod{info}ee").into_bytes();
    let Parsed { metainfo, .. } = Metainfo::parse(bytes).unwrap();
    Arc::new(metainfo)
}

fn links() -> Links {
    Links::of_host("h:1")
}

/// A catalogue of torrents in this order; keys are their places.
fn catalogue(torrents: &[&Arc<Metainfo>]) -> Catalogue<usize> {
    let mut catalogue = Catalogue::default();
    torrents
        .iter()
        .enumerate()
        .for_each(|(key, metainfo)| catalogue.insert(key, Entry::of(metainfo), 1_000_000));
    catalogue
}

fn get(path: &str) -> Request {
    let (path, query) = path.split_once('?').map_or((path, None), |(path, query)| (path, Some(query)));
    Request {
        method: Method::Get,
        path: path.into(),
        query: query.map(Into::into),
        host: Some("h:1".into()),
        conditions: Conditions::default(),
        version: HttpVersion::V1_1,
        goes_on: true,
    }
}

fn text(reply: &Reply) -> String {
    match &reply.body {
        Body::Own(bytes) => String::from_utf8(bytes.clone()).unwrap(),
        Body::Torrent(parts) => {
            let bytes: Vec<u8> = parts.iter().flat_map(|part| part.bytes().to_vec()).collect();
            bytes.escape_ascii().to_string()
        }
        Body::Content(range) => format!("{range:?}"),
    }
}

#[test]
fn paths_are_names_that_are_looked_up() {
    let single = torrent("one.iso", &[("", 5)], "");
    let several = torrent("many", &[("a", 1), ("b/c d", 2), ("b/e", 3)], "");
    let catalogue = catalogue(&[&single, &several]);
    let at = |path: &[&str]| Route::FileAt(1, path.iter().map(|name| name.as_bytes().to_vec()).collect());
    let cases = [
        ("/", Route::Page(0)),
        ("/?page=1", Route::Page(0)),
        ("/?x=y&page=7", Route::Page(6)),
        ("/?page=0", Route::Nothing),
        ("/?page=-1", Route::Nothing),
        ("/?page=99999999999999999999999", Route::Nothing),
        ("/feed.xml", Route::Feed),
        ("/announce?info_hash=x", Route::Announce),
        ("/scrape", Route::Scrape),
        ("/one.iso.torrent", Route::Torrent(0)),
        ("/one%2eiso.torrent", Route::Torrent(0)),
        ("/many.torrent", Route::Torrent(1)),
        ("/other.torrent", Route::Nothing),
        ("/.torrent", Route::Nothing),
        ("/content/one.iso", Route::File(0)),
        ("/content/one.iso/", Route::Nothing),
        ("/content/one.iso/a", Route::Nothing),
        ("/content/many", Route::Moved("/content/many/".into())),
        ("/content/many/", Route::Files(1)),
        ("/content/many/a", at(&["a"])),
        ("/content/many/b/c%20d", at(&["b", "c d"])),
        ("/content/many/b%2Fe", at(&["b/e"])),
        ("/content/many/../many/a", at(&["..", "many", "a"])),
        ("/content/many//a", at(&["", "a"])),
        ("/content/many/a%00", at(&["a\0"])),
        ("/content/", Route::Nothing),
        ("/content", Route::Nothing),
        ("/content/..", Route::Nothing),
        ("/content/../etc/passwd", Route::Nothing),
        ("/content/%2e%2e/%2e%2e/etc/passwd", Route::Nothing),
        ("/content//etc/passwd", Route::Nothing),
        ("//many.torrent", Route::Nothing),
        ("/./feed.xml", Route::Nothing),
        ("/feed.xml/", Route::Nothing),
        ("/etc/passwd", Route::Nothing),
    ];
    for (path, expected) in cases {
        let Request { path: bytes, query, .. } = get(path);
        assert_eq!(Route::of(&bytes, query.as_deref(), &catalogue), expected, "{path}");
    }
}

#[test]
fn only_paths_of_the_file_list_are_found() {
    let metainfo = torrent("t", &[("z", 1), ("b/c", 2), ("b/cc", 0), ("a", 4)], "");
    let index = PathIndex::of(&metainfo);
    let cases: [(&[&str], Option<usize>); 12] = [
        (&["z"], Some(0)),
        (&["b", "c"], Some(1)),
        (&["b", "cc"], Some(2)),
        (&["a"], Some(3)),
        (&["b"], None),
        (&["b/c"], None),
        (&["..", "t", "a"], None),
        (&["", "a"], None),
        (&["a", ""], None),
        (&["a\0"], None),
        (&["."], None),
        (&[".pad", "5"], None),
    ];
    for (path, expected) in cases {
        let path: Vec<Vec<u8>> = path.iter().map(|name| name.as_bytes().to_vec()).collect();
        assert_eq!(index.find(&metainfo, &path), expected.map(Found::File), "{path:?}");
    }
}

/// aria2 knows no pad files and asks for them like for others.
#[test]
fn pad_files_of_v1_are_zeros_between_the_others() {
    let info = "5:filesld6:lengthi16e4:pathl1:aeed4:attr1:p6:lengthi16368e4:pathl4:.pad5:16368eed6:lengthi5e4:pathl1:beee\
        4:name1:t12:piece lengthi16384e6:pieces40:";
    let bytes = format!("d4:infod{info}{}ee", "x".repeat(40)).into_bytes();
    let metainfo = Metainfo::parse(bytes).unwrap().metainfo;
    let index = PathIndex::of(&metainfo);
    let find = |path: &[&str]| {
        index.find(&metainfo, &path.iter().map(|name| name.as_bytes().to_vec()).collect::<Vec<_>>())
    };
    assert_eq!(find(&[".pad", "16368"]), Some(Found::Pad { offset: 16, length: 16368 }));
    assert_eq!((find(&[".pad", "16367"]), find(&[".pad"]), find(&[".pad", "-1"])), (None, None, None));
    let reply = content(&get("/"), &metainfo, find(&[".pad", "16368"]).unwrap());
    assert_eq!((reply.answer.length, text(&reply).as_str()), (16368, "16..16384"));
}

#[test]
fn who_has_the_name_of_another_is_called_by_its_hash() {
    let (first, second) = (torrent("t", &[("", 1)], ""), torrent("t", &[("a", 2)], ""));
    let mut catalogue = catalogue(&[&first, &second]);
    let offer = catalogue.get(1).unwrap();
    let hash = offer.summary.short_hash().unwrap();
    assert_eq!(links().web_seed(offer), format!("http://h:1/content/{hash}/"));
    assert_eq!(links().content(offer), format!("http://h:1/content/{hash}/t/"));
    let route = |path: String| Route::of(path.as_bytes(), None, &catalogue);
    assert_eq!(route("/t.torrent".into()), Route::Torrent(0));
    assert_eq!(route(format!("/{hash}.torrent")), Route::Torrent(1));
    assert_eq!(route(format!("/content/{hash}/t/a")), Route::FileAt(1, vec![b"a".to_vec()]));
    assert_eq!(route(format!("/content/{hash}/a")), Route::Nothing);
    // The same torrent twice is listed once.
    catalogue.insert(2, Entry::of(&second), 0);
    assert_eq!(catalogue.len(), 2);
    catalogue.remove(0);
    catalogue.remove(1);
    assert!(catalogue.size() == 0 && catalogue.is_empty());
}

#[test]
fn a_private_torrent_does_not_name_our_tracker() {
    let bytes = b"d8:announce8:http://t4:infod6:lengthi1e4:name1:p12:piece lengthi16384e6:pieces20:xxxxxxxxxxxxxxxxxxxx7:privatei1eee";
    let metainfo = Arc::new(Metainfo::parse(bytes.to_vec()).unwrap().metainfo);
    let catalogue = catalogue(&[&metainfo]);
    let listing = catalogue.get(0).unwrap();
    assert!(!text(&torrent_file(&metainfo, listing, &links())).contains("h:1/announce"));
    assert!(!links().magnet(listing).contains("tr="));
}

#[test]
fn a_torrent_that_is_served_names_this_server_and_keeps_its_info() {
    let outer = "8:announce9:udp://t:113:announce-listll9:udp://t:1el\
        43:http://t/0123456789abcdef0123456789abcdef/aee7:comment2:hi";
    let metainfo = torrent("n m", &[("", 1)], outer);
    let catalogue = catalogue(&[&metainfo]);
    let reply = torrent_file(&metainfo, catalogue.get(0).unwrap(), &links());
    let bytes: Vec<u8> = match &reply.body {
        Body::Torrent(parts) => parts.iter().flat_map(|part| part.bytes().to_vec()).collect(),
        other => panic!("{other:?}"),
    };
    assert_eq!(reply.answer.length, bytes.len() as u64);
    let served = Metainfo::parse_strict(bytes).unwrap();
    assert_eq!(served.raw_info(), metainfo.raw_info());
    let advisory = served.advisory();
    assert_eq!(advisory.trackers.concat(), [b"http://h:1/announce".to_vec(), b"udp://t:1".to_vec()]);
    assert_eq!(advisory.web_seeds, [b"http://h:1/content/".to_vec()]);
    assert_eq!(advisory.comment.as_deref(), Some(&b"hi"[..]));
}

/// Range, status, bytes of the torrent, `Content-Range`.
#[test]
fn a_file_is_given_whole_or_in_part() {
    let metainfo = torrent("t", &[("a", 100), ("b.TXT", 50)], "");
    let cases = [
        ("", Status::Ok, "100..150", None),
        ("bytes=10-19", Status::PartialContent, "110..120", Some("bytes 10-19/50")),
        ("bytes=40-", Status::PartialContent, "140..150", Some("bytes 40-49/50")),
        ("bytes=-1", Status::PartialContent, "149..150", Some("bytes 49-49/50")),
        ("bytes=50-", Status::RangeNotSatisfiable, "416 Range Not Satisfiable\n", Some("bytes */50")),
        ("bytes=0-1,3-4", Status::Ok, "100..150", None),
    ];
    let field = |answer: &Answer, name| {
        answer.fields.iter().find(|(field, _)| *field == name).map(|(_, value)| value.clone())
    };
    for (range, status, body, content_range) in cases {
        let mut request = get("/content/t/b.TXT");
        request.conditions.range = crate::http::ByteRange::parse(range.as_bytes());
        let reply = content(&request, &metainfo, Found::File(1));
        assert_eq!((reply.answer.status, text(&reply).as_str()), (status, body), "{range}");
        assert_eq!(field(&reply.answer, "Content-Range").as_deref(), content_range, "{range}");
    }
    let mut request = get("/content/t/b.TXT");
    let reply = content(&request, &metainfo, Found::File(1));
    assert_eq!(field(&reply.answer, "Content-Type").as_deref(), Some("text/plain; charset=utf-8"));
    let tag = field(&reply.answer, "ETag").unwrap();
    assert!(tag.starts_with('"') && tag.ends_with("-1\""), "{tag}");
    request.conditions.if_none_match = Some(tag.into_bytes());
    assert_eq!(content(&request, &metainfo, Found::File(1)).answer.status, Status::NotModified);
    assert_eq!(content(&request, &metainfo, Found::File(0)).answer.status, Status::Ok);
    assert_eq!(content(&request, &metainfo, Found::File(2)).answer.status, Status::NotFound);
}

#[test]
fn names_cannot_become_markup() {
    let name = "<script>alert('1')</script>\"&\u{202e}\u{1b}[1m";
    let metainfo = torrent(name, &[("<b>/\"x\"", 2048), ("javascript:y", 1)], "");
    let catalogue = catalogue(&[&metainfo]);
    let offer = catalogue.get(0).unwrap();
    let carried = |_| Carried { given: 2090, received: Some(5000) };
    for reply in [page(&catalogue, 0, &links(), carried), files_page(&metainfo, offer, &links())] {
        let text = text(&reply);
        assert!(!text.contains("<script") && !text.contains("<b>") && !text.contains("\"&\""), "{text}");
        assert!(!text.contains(['\u{202e}', '\u{1b}']) && !text.contains("href=\"javascript:"), "{text}");
        assert!(text.contains("&lt;"), "{text}");
        assert!(text.starts_with("<!DOCTYPE html>\n<html lang=\"en\">") && text.contains("<title>"));
    }
    let text = text(&page(&catalogue, 0, &links(), carried));
    assert!(
        text.contains("2.0 KiB, 2 files. Copies: this server gave 1.02, the swarm received 2.44"),
        "{text}"
    );
}

#[test]
fn many_torrents_are_on_several_pages() {
    let mut catalogue = Catalogue::default();
    for key in 0..2 * PAGE_TORRENTS + 1 {
        catalogue.insert(key, Entry::of(&torrent(&format!("t{key:05}"), &[("", 1)], "")), key as i64);
    }
    let listed =
        |number| text(&page(&catalogue, number, &links(), |_| Carried::default())).matches("<li>").count();
    assert_eq!([0, 1, 2].map(listed), [PAGE_TORRENTS, PAGE_TORRENTS, 1]);
    assert_eq!(page(&catalogue, 3, &links(), |_| Carried::default()).answer.status, Status::NotFound);
    let first = text(&page(&catalogue, 1, &links(), |_| Carried::default()));
    assert!(
        first.contains("href=\"http://h:1/\"") && first.contains("href=\"http://h:1/?page=3\""),
        "{first}"
    );
}

#[test]
fn the_feed_is_one_that_programs_take() {
    let torrents = [torrent("one", &[("", 3 << 20)], ""), torrent("two & more", &[("a", 4 << 20)], "")];
    let catalogue = catalogue(&[&torrents[0], &torrents[1]]);
    let text = text(&feed(&catalogue, &links()));
    let reading = ::feed::read(text.as_bytes(), ::feed::FeedLimits::default()).unwrap();
    let urls: Vec<&str> = reading.feed.items.iter().map(|item| item.enclosures[0].url.as_str()).collect();
    assert_eq!(urls, ["http://h:1/two%20%26%20more.torrent", "http://h:1/one.torrent"]);
    // A podcast app would play the .torrent.
    let readers = ::feed::FeedReader::ALL.into_iter().filter(|reader| *reader != ::feed::FeedReader::Podcast);
    let check = ::feed::check(text.as_bytes(), &readers.collect::<Vec<_>>()).unwrap();
    let missed: Vec<_> =
        check.findings.iter().filter(|finding| finding.severity == ::feed::Severity::Error).collect();
    assert!(missed.is_empty(), "{missed:?}");
}
