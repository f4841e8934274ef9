//! Mistakes of the command line, and what the tool says of itself.

use piece_hash::Backend;
use test_kit::Folder;

use crate::{fails, run, tool};

#[track_caller]
fn wrong(typed: &str, message: &str, hint: &str) {
    let folder = Folder::new("d/a 5\nf 5\ne/f 5");
    let hint = if hint.is_empty() { String::new() } else { format!("hint: {hint}\n") };
    fails(&folder, typed, 2, &format!("make-torrent: {message}\n{hint}"));
}

#[test]
fn inputs_must_be_named() {
    wrong("-", "`--name` is needed for standard input", "");
    let several = "`--name` makes one torrent of all paths, `--each` one of each";
    wrong("d f", "`--name` is needed for several paths", several);
    let meant = "if the torrent is to go there: `-o out.torrent`";
    wrong("d out.torrent", "`--name` is needed for several paths", meant);
    wrong("out.torrent d", "`--name` is needed for several paths", meant);
    let download = "download it first; `--web-seed URL` tells clients where the files are";
    let gets = |source: &str| format!("`fetch '{source}'` gets its data");
    let hash = "ab".repeat(20);
    let link = format!("magnet:?xt=urn:btih:{hash}");
    let by_path = "a file is named by its path, without `file://`";
    for (typed, what, hint) in [
        ("https://h/x.iso", "URLs", download),
        ("ftp://h/x", "URLs", download),
        ("file:///tmp/x", "URLs", by_path),
        ("magnet:?xt=urn:btih:00", "magnet links", &gets("magnet:?xt=urn:btih:00")),
        (&format!("'{link}'"), "magnet links", &gets(&link)),
        (&hash, "info hashes", &gets(&hash)),
        (&"A2".repeat(16), "info hashes", &gets(&"A2".repeat(16))),
        (&"cd".repeat(32), "info hashes", &gets(&"cd".repeat(32))),
    ] {
        let message = format!("`{typed}`: make-torrent reads files and folders, not {what}");
        wrong(typed, &message, hint);
        wrong(&format!("d {typed} -n x"), &message, hint);
        wrong(&format!("--each d {typed}"), &message, hint);
    }
    wrong("d - -n x", "`-`: standard input cannot be one of several", "");
    wrong("f e/f -n x", "`e/f`: another path has the same name", "");
    wrong("d -n a/b", "`a/b` cannot be the name of a torrent", NAME_HINT);
    wrong("d -n ..", "`..` cannot be the name of a torrent", NAME_HINT);
    wrong("/", "`/` has no name of its own", "`--name` gives one");
    wrong("d f --each -n x", "`--name` names one torrent, `--each` makes several", "");
}

#[test]
fn how_to_write_a_value_is_no_hint_where_there_is_none() {
    let unset = "hint: an argument is empty: perhaps a variable of the shell is not set\n";
    for (option, message) in [
        ("--name", "`` cannot be the name of a torrent"),
        ("--exclude", "`--exclude`: ``: it is empty, or stands for everything"),
        ("--include", "`--include`: ``: it is empty, or stands for everything"),
        ("--node", "`--node `: not `HOST:PORT`"),
        ("--similar", "`--similar `: an info hash has 40 or 64 hexadecimal digits"),
    ] {
        let outcome = tool(&Folder::new("d/a 5"), "").args(["d", option, ""]).run().expect(2);
        assert_eq!(outcome.stderr(), format!("make-torrent: {message}\n{unset}"));
    }
}

#[test]
fn outputs_are_files() {
    let upload = "write a file, and upload it then";
    let by_path = "a file is named by its path, without `file://`";
    for (typed, what, hint) in [
        ("https://h/x.torrent", "a URL", upload),
        ("ftp://h/", "a URL", upload),
        ("file:///tmp/x.torrent", "a URL", by_path),
        ("magnet:?xt=urn:btih:00", "a magnet link", upload),
    ] {
        let cause = format!("`--output {typed}`: it is {what}, and torrents are written to files");
        wrong(&format!("d -o {typed}"), &cause, hint);
        wrong(&format!("d f --each -o {typed}"), &cause, hint);
    }
    run(&Folder::new("d/a 5"), &format!("d -o {}", "ab".repeat(20))).expect(0);
}

const NAME_HINT: &str = "`--name` gives another";

#[test]
fn options_that_do_not_go_together() {
    wrong("d --protocol v2 --align", "`--align` is for v1: v2 files start pieces anyway", "");
    wrong("d --json -o -", "`--json` and `-o -` both want standard output", "");
    wrong("d f --each -o -", "several torrents cannot go to standard output", "");
    wrong(
        "f e/f --each",
        "two torrents would both be `f.torrent`",
        "`-o DIR/` with `--each` wants inputs of different names",
    );
    wrong("d -p", "`--private` needs a tracker: nobody could find a peer", "add `--announce URL`");
    wrong(
        "d -p -a udp://t --node h:1",
        "`--private` and `--node` exclude each other: private torrents do not use the DHT",
        "",
    );
    wrong(
        "- -n x --max-pieces 5",
        "the length of standard input is not known beforehand",
        "`--piece-length` chooses without it",
    );
}

#[test]
fn values_that_cannot_be() {
    wrong(
        "d -a t.example:80/announce",
        "`--announce t.example:80/announce`: not a URL",
        "`udp://t.example:80/announce` or `http://t.example:80/announce`, perhaps",
    );
    let comma = "commas separate trackers of a tier: within a URL, write `%2C`";
    wrong("d -a https://h/a?x=1,2", "`--announce 2`: not a URL", comma);
    wrong("d -a https://h/a?x=1,", "`--announce`: a URL is empty", comma);
    let whole = "clients append NAME/PATH to the whole URL, so it can have no `?` and no `#`";
    for url in ["https://h/x/?t=1z", "https://h/x/#y"] {
        wrong(
            &format!("d -w {url}"),
            &format!("`--web-seed {url}`: the web seed of a folder must end in `/` (BEP 19)"),
            whole,
        );
    }
    wrong("d -a ftp://t/", "`--announce ftp://t/`: the scheme is not one of http, https, udp, ws, wss", "");
    for (url, meant) in [
        ("udp:t.ex:6969", "`udp://t.ex:6969`, perhaps"),
        ("http:/x/a", "`http://x/a`, perhaps"),
        ("https:h", "`https://h`, perhaps"),
        ("udp:", ""),
        ("magnet:?xt=urn:btih:00", ""),
        ("mailto:me@h.ex", ""),
        ("t:80/a", "`udp://t:80/a` or `http://t:80/a`, perhaps"),
        ("[::1]:80", "`udp://[::1]:80` or `http://[::1]:80`, perhaps"),
        ("t.ex:99999", ""),
        ("tracker", ""),
        ("/etc/passwd", ""),
        ("...", ""),
    ] {
        wrong(&format!("d -a {url}"), &format!("`--announce {url}`: not a URL"), meant);
    }
    wrong("d --announce=", "`--announce`: a URL is empty", "");
    wrong("d --web-seed=", "`--web-seed`: a URL is empty", "");
    let port = "the port is not between 1 and 65535";
    for (url, cause) in [
        ("http://x:99999/a", port),
        ("http://x:0/a", port),
        ("https://u:p@x:80a/a", port),
        ("http://[::1]:65536/", port),
        ("http://::1:80/", "there is no host"),
        ("http://2001:db8::1/", "an IPv6 address stands in brackets"),
        ("http://[::1/", "the `[` of the host is not closed"),
        ("http://[::1]80/", "something other than a port follows the host"),
        ("http://u@/a", "there is no host"),
        ("udp://", "there is no host"),
        ("http://2130706433/a", "the host is not plainly a name or an address"),
        ("http://0x7f.1/a", "the host is not plainly a name or an address"),
        ("http://a@b@c/", "the host is not plainly a name or an address"),
        ("http://[a]@c/", "what stands in front of the host is not plainly a user"),
    ] {
        for option in ["announce", "update-url"] {
            if option == "announce" || !url.starts_with("udp") {
                wrong(&format!("d --{option} {url}"), &format!("`--{option} {url}`: {cause}"), "");
            }
        }
    }
    wrong(
        "d -a http://tä.example/a",
        "`--announce http://tä.example/a`: the host is not plainly a name or an address",
        "a name with other letters is written `xn--…`",
    );
    let folder = Folder::new("d/a 5");
    for url in
        ["udp://x:65535", "http://u:p@x:1/a", "https://[::1]:80/a?b:99999", "http://x:/a", "http://x/a:99999"]
    {
        run(&folder, &format!("d --dry-run -a {url}")).expect(0);
    }
    wrong(
        "d -w https://h/f",
        "`--web-seed https://h/f`: the web seed of a folder must end in `/` (BEP 19)",
        "`https://h/f/`, below which clients expect NAME/PATH",
    );
    for (url, meant) in [
        ("h.example/files", "`http://h.example/files/`, perhaps"),
        ("h.example/files/", "`http://h.example/files/`, perhaps"),
        ("https:h.example", "`https://h.example/`, perhaps"),
        ("h.example:8080", "`http://h.example:8080/`, perhaps"),
        ("files", ""),
        ("/srv/files", ""),
    ] {
        wrong(&format!("d -w {url}"), &format!("`--web-seed {url}`: not a URL"), meant);
    }
    wrong("f -w h.example/f", "`--web-seed h.example/f`: not a URL", "`http://h.example/f`, perhaps");
    wrong("d --node h", "`--node h`: not `HOST:PORT`", "IPv6: `[::1]:6881`");
    wrong("d --node ::1:5", "`--node ::1:5`: not `HOST:PORT`", "IPv6: `[::1]:6881`");
    wrong("d --similar 00", "`--similar 00`: an info hash has 40 or 64 hexadecimal digits", "");
    wrong("d --set a", "`--set a`: there is no `=`", "");
    wrong("d --set a=true", "`--set a=true`: bencode has no truth values: write 1 or 0", "");
    wrong("d --set a=1.5", "`--set a=1.5`: bencode has no such number", "");
    wrong("d --set comment=1", "`--set comment=1`: `comment` is not for `--set`", "use `--comment`");
    wrong(
        "d --set info.pieces=1",
        "`--set info.pieces=1`: `pieces` is not for `--set`",
        "it comes from the data",
    );
    wrong(
        "d --set info.attr=1",
        "`--set info.attr=1`: `attr` is not for `--set`",
        "it belongs to files, not to torrents",
    );
    wrong("d --set =1", "`--set =1`: the key is empty", "");
    let names: Vec<_> = Backend::all().iter().map(|backend| backend.name()).collect();
    let cause = format!("this CPU has no hash backend `abacus` (it has: {})", names.join(", "));
    wrong("d --hash-backend abacus", &cause, "");
}

#[test]
fn clap_speaks_like_us() {
    let folder = Folder::new("d/a 5");
    for typed in [
        "",
        "d --no-such",
        "d -l 13",
        "d --threads 0",
        "d --date yesterday",
        "d --date 1704067200000",
        "d --exclude [",
        "d -l 20 --max-pieces 9",
    ] {
        let outcome = run(&folder, typed).expect(2);
        assert!(outcome.stderr().starts_with("make-torrent: "), "{typed}: {outcome}");
        assert_eq!(outcome.stdout(), "", "{typed}");
    }
}

#[test]
fn what_other_programs_call_it_is_known() {
    let folder = Folder::new("d/a 5");
    for (typed, hint) in [
        ("d --tracker http://t/announce", "`-a URL`, once for each tier"),
        ("d -t http://t/announce", "`-a URL`, once for each tier"),
        ("d --piecesize 1024", "`-l SIZE` is the piece length"),
        ("d --outfile x", "`-o FILE` names the .torrent"),
        ("--input d", "files and folders are named without an option"),
        ("-r d", "folders are taken with all that is in them"),
        ("d -d", "there is no date"),
        ("d --v2", "`--protocol` is"),
        ("d -t many", "see `make-torrent --help`"),
        ("d --webseeds https://h/", "a similar argument exists: `--web-seed`"),
    ] {
        let outcome = run(&folder, typed).expect(2);
        assert!(outcome.stderr().contains(&format!("\nhint: {hint}")), "{typed}: {outcome}");
    }
}

#[test]
fn help_teaches() {
    let folder = Folder::new("");
    let short = run(&folder, "-h").expect(0);
    assert!(short.stdout().contains("Examples:") && short.stderr().is_empty());
    let long = run(&folder, "--help").expect(0);
    for backend in Backend::all() {
        assert!(long.stdout().contains(&format!("`{}`", backend.name())), "{}", backend.name());
    }
    for part in ["up to      1 GiB  512 KiB", "Thumbs.db", "Exit codes", "130"] {
        assert!(long.stdout().contains(part), "{part} is not in {long}");
    }
    assert_eq!(
        run(&folder, "--version").expect(0).stdout(),
        concat!("make-torrent ", env!("CARGO_PKG_VERSION"), "\n")
    );
}

/// An empty source would be another info hash.
#[test]
fn a_variable_that_is_not_set_makes_no_torrent() {
    let folder = Folder::new("d/a 5");
    for option in
        ["--source", "--collection", "--comment", "--created-by", "--name", "--announce", "-l", "--output"]
    {
        let outcome = tool(&folder, "d").args([option, ""]).run().expect(2);
        assert!(outcome.stderr().contains("\nhint: "), "{option}: {outcome}");
        assert_eq!(folder.names(), ["d/", "d/a"], "{option}");
    }
}
