//! Magnet links and info hashes, in and out.

use test_kit::Folder;

use crate::{holding, run, sample, tool};

const HASH: &str = "abababababababababababababababababababab";

#[track_caller]
fn link(typed: &str, expected: &str) {
    assert_eq!(
        run(&Folder::new(""), &format!("--magnet {typed}")).expect(0).stdout(),
        format!("{expected}\n"),
        "{typed}"
    );
}

#[test]
fn hashes_and_links_become_canonical_links() {
    link(HASH, &format!("magnet:?xt=urn:btih:{HASH}"));
    link("VOV2XK5LVOV2XK5LVOV2XK5LVOV2XK5L", &format!("magnet:?xt=urn:btih:{HASH}"));
    link(&"cd".repeat(32), &format!("magnet:?xt=urn:btmh:1220{}", "cd".repeat(32)));
    link(&format!("1220{}", "cd".repeat(32)), &format!("magnet:?xt=urn:btmh:1220{}", "cd".repeat(32)));
    link(
        &format!("MAGNET:?DN=a+b&xt=urn:btih:{HASH} --peer [::1]:5 --select 1,3-4"),
        &format!("magnet:?xt=urn:btih:{HASH}&dn=a%20b&x.pe=[::1]:5&so=1,3-4"),
    );
}

#[test]
fn of_a_torrent() {
    let folder = holding(&sample());
    let link = run(&folder, "--magnet --select 0,2 t").expect(0).stdout().to_owned();
    assert!(link.ends_with("&dn=album&tr=udp%3A%2F%2Fone%2F&tr=http%3A%2F%2Ftwo%2F&tr=wss%3A%2F%2Fthree%2F&ws=https%3A%2F%2Fw%2F&so=0,2\n"), "{link}");
    let said = "inspect-torrent: t: there is no file 3: it has 3, the first of them 0\n";
    assert_eq!(run(&folder, "--magnet --select 0-3 t").expect(2).stderr(), said);
}

#[test]
fn on_a_screen() {
    let typed = format!("magnet:?xt=urn:btih:{HASH}&dn=n&xl=2048&tr=udp://t/&so=0,2-3");
    let expected = format!(
        "Name          n\nInfo hash v1  {HASH}\nSize          2 KiB (2048 bytes)\nTrackers      udp://t/\nFiles         0\n              2 to 3\n"
    );
    assert_eq!(run(&Folder::new(""), &typed).expect(0).stdout(), expected);
}

/// On standard input or in a file, with white space around it: as if it had been typed.
#[test]
fn a_link_is_a_link_wherever_it_stands() {
    let typed = format!("magnet:?xt=urn:btih:{HASH}&dn=n&tr=udp://t/");
    let folder = Folder::new("");
    let expected = run(&folder, &format!("--json {typed}")).expect(0).stdout().to_owned();
    for text in [typed.clone(), format!("{typed}\n"), format!(" \t{typed}\r\n\n"), format!("\u{feff}{typed}")]
    {
        folder.write("f", &text);
        assert_eq!(run(&folder, "--json f").expect(0).stdout(), expected, "{text:?}");
        assert_eq!(tool(&folder, "--json -").stdin(text.clone()).run().expect(0).stdout(), expected);
        let argument = tool(&folder, "--json").args([text.as_str()]).run().expect(0);
        assert_eq!(argument.stdout(), expected, "{text:?}");
    }
    let bare = tool(&folder, "--magnet -").stdin(format!("{HASH}\n")).run().expect(0);
    assert_eq!(bare.stdout(), format!("magnet:?xt=urn:btih:{HASH}\n"));
    // A link within a link is none of a list.
    for odd in ["tr=magnet:?x", "dn=n&xs=magnet:?x"] {
        run(&folder, &format!("magnet:?xt=urn:btih:{HASH}&{odd}")).expect(0);
    }
    let several = tool(&folder, "-").stdin(format!("{typed}\n{typed}\n")).run().expect(3);
    assert!(several.stderr().contains("not a torrent: it is a list of magnet links"), "{several}");
}

#[test]
fn nothing_of_a_link_is_lost_in_silence() {
    let folder = Folder::new("");
    let good = format!("magnet:?xt=urn:btih:{HASH}&tr=udp://t:1/");
    run(&folder, &format!("--check --strict {good}")).expect(0);
    for (odd, code) in [
        (format!("&xt=urn:btih:{}", "cd".repeat(20)), "W-magnet-hashes"),
        ("&tr=foo".to_owned(), "W-magnet-item"),
        ("&xt=foo".to_owned(), "W-magnet-item"),
        ("&xt=urn:btmh:1220zz".to_owned(), "W-magnet-item"),
        ("&dn=100%".to_owned(), "W-magnet-mended"),
        ("&x.pe=1.2.3.4:99999".to_owned(), "W-magnet-item"),
        ("&so=2-1".to_owned(), "W-magnet-item"),
        ("&amp;dn=n".to_owned(), "W-magnet-mended"),
        ("&tr=http%253A%252F%252Fa".to_owned(), "W-magnet-mended"),
        ("&tr=http://a/%0A".to_owned(), "W-magnet-mended"),
    ] {
        let link = format!("{good}{odd}");
        let check = run(&folder, &format!("--check {link}")).expect(0);
        assert!(check.stdout().starts_with(&format!("magnet link: {code}: ")), "{check}");
        run(&folder, &format!("--check --strict {link}")).expect(1);
        let strict = run(&folder, &format!("--strict {link}")).expect(3);
        assert!(strict.stderr().contains(&format!("[{code}]")), "{strict}");
        let shown = run(&folder, &link).expect(0);
        assert!(shown.stderr().contains(&format!("[{code}]")), "{shown}");
    }
}

#[test]
fn topics_of_other_networks_are_reported() {
    let link = format!("magnet:?xt=urn:btih:{HASH}&tr=udp://t:1/&xt=urn:ed2k:31d6");
    let check = run(&Folder::new(""), &format!("--check --strict {link}")).expect(0);
    let said = "magnet link: I-magnet-key: the key `xt=urn:ed2k` of the link is not read\n";
    assert_eq!(check.stdout(), said);
}

#[test]
fn a_bad_link_is_refused() {
    let outcome = run(&Folder::new(""), "magnet:?xt=urn:btih:xyz").expect(3);
    assert_eq!(outcome.stderr(), "inspect-torrent: magnet link: the info hash is malformed\n");
    run(&Folder::new(""), &format!("--files {HASH}")).expect(3);
}

#[test]
fn a_file_that_is_called_like_a_hash_is_a_file() {
    let folder = holding(&sample());
    folder.write(HASH, folder.read("t"));
    assert_eq!(run(&folder, &format!("--print name {HASH}")).expect(0).stdout(), "album\n");
}

#[test]
fn secrets_are_masked_wherever_they_are_printed() {
    let folder = Folder::new("");
    let announce = test_kit::bytes("https://t.example/0123456789abcdef0123456789abcdef/announce");
    folder.write(
        "t",
        crate::v1(&[crate::file(5, &["a"])], &[("announce", announce.clone()), ("comment", announce)], &[]),
    );
    for mode in ["", "--json", "--raw", "--magnet", "--print trackers,magnet,comment", "--check"] {
        let outcome = run(&folder, &format!("--redact {mode} t"));
        assert!(!outcome.stdout().contains("0123456789abcdef"), "{mode}: {outcome}");
    }
    let secret = || test_kit::bytes("abcdef0123456789");
    let url = test_kit::bytes("http://t/dl?passkey=abcdef0123456789");
    let outer = [
        ("comment", test_kit::bytes("yours: passkey=abcdef0123456789")),
        ("http://me:abcdef0123456789@t/", url.clone()),
        ("passkey", secret()),
        ("x", test_kit::dict([("torrent_pass", secret()), ("y", url.clone())])),
    ];
    let info = [("authkey", secret()), ("collections", test_kit::list([url.clone()])), ("name", url)];
    folder.write("v", crate::v1(&[crate::file(5, &["http://t/abcdef0123456789/announce"])], &outer, &info));
    let modes =
        ["", "--json", "--raw", "--magnet", "--files", "--print name,files,magnet,collections", "--check"];
    let typed = modes.iter().map(|mode| format!("{mode} v")).chain([
        "--diff t v".to_owned(),
        "--json --diff v t".to_owned(),
        "http://t/abcdef0123456789/announce".to_owned(),
    ]);
    let secrets =
        "xs=http://t/dl?passkey=abcdef0123456789&as=http://me:abcdef0123456789@t/&tr=http://a/&tr=b";
    let link = format!("magnet:?xt=urn:btih:{HASH}&dn=passkey=abcdef0123456789&{secrets}");
    let of_link =
        ["", "--json", "--magnet", "--print magnet,name", "--check"].map(|mode| format!("{mode} {link}"));
    for typed in typed.chain(of_link) {
        let outcome = run(&folder, &format!("--redact {typed}"));
        let said = format!("{}{}", outcome.stdout(), outcome.stderr());
        assert!(!said.contains("abcdef0123456789") && said.len() > 10, "{typed}: {outcome}");
    }
    folder.write("u", crate::v1(&[crate::file(5, &["a"])], &[], &[]));
    let diff = run(&folder, "--redact --diff t u").expect(1);
    assert!(diff.stdout().contains("***") && !diff.stdout().contains("0123456789abcdef"), "{diff}");
}

#[test]
fn where_the_torrent_is_is_reported_and_what_is_no_url_is_not_passed_over() {
    let folder = Folder::new("");
    let link = |rest: &str| format!("magnet:?xt=urn:btih:{HASH}&tr=udp://t:1/{rest}");
    let json =
        run(&folder, &format!("--json {}", link("&xs=http://h/1.torrent&as=https://h/2.torrent"))).expect(0);
    assert!(
        json.stdout().contains(r#""torrent_urls":["http://h/1.torrent","https://h/2.torrent"]"#),
        "{json}"
    );
    let check =
        run(&folder, &format!("--check {}", link("&xs=http://h/1.torrent&as=https://h/2.torrent"))).expect(0);
    assert!(!check.stdout().contains("is not read"), "{check}");
    for key in ["xs", "as", "tr"] {
        let typed = link(&format!("&{key}=foo"));
        run(&folder, &format!("--strict {typed}")).expect(3);
        let check = run(&folder, &format!("--check {typed}")).expect(0);
        assert!(
            check.stdout().contains("W-magnet-item") && check.stdout().contains(&format!("`{key}` number")),
            "{check}"
        );
    }
}
