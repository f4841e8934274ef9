//! Each rule is seen to fail on an offence that is planted here, and to let pass what is none.

use tidy::{Exceptions, Manifest, Never, Source, beyond, broken_nevers, circles, long_files, long_functions};
use tidy::{named_in_vain, shared_names, short_comments, type_names, whole_sources, wrong_arrows};

fn files(texts: &[(&str, &str)]) -> Vec<Source> {
    texts.iter().map(|(path, text)| Source::parse(path, text)).collect()
}

#[test]
fn a_long_function_is_found() {
    let body = "    work();\n".repeat(3);
    let text = format!("/// Words.\nfn short() {{}}\nimpl A {{\nfn long() {{\n{body}}}\n}}\n");
    let sources = files(&[("a/src/lib.rs", &text)]);
    assert_eq!(long_functions(&sources, 4), ["a/src/lib.rs: `long` has 5 lines"]);
    assert_eq!(long_functions(&sources, 5), [""; 0]);
}

#[test]
fn a_long_file_is_found() {
    let sources = files(&[("a/src/lib.rs", "mod b;\n\nmod c;\n")]);
    assert_eq!(long_files(&sources, 2), ["a/src/lib.rs: 3 lines"]);
    assert_eq!(long_files(&sources, 3), [""; 0]);
}

#[test]
fn a_file_that_has_gone_is_found_on_the_map() {
    let paths = ["r/a/src/b/mod.rs", "r/a/src/c.rs"].map(Into::into);
    let page = "`c.rs` and `b/mod.rs` in `a/src/`, `f()`\n```\nc.rs `x.rs`\n```\n`d.rs`, `mod/`, `c/mod.rs`, `not one.rs`";
    let gone = ["`d.rs` is not there", "`mod/` is not there", "`c/mod.rs` is not there"];
    assert_eq!(named_in_vain(page, &paths), gone);
}

#[test]
fn a_circle_is_found() {
    let lib = ("a/src/lib.rs", "mod b; mod c; pub use b::B;");
    let b = ("a/src/b.rs", "use crate::c::C; pub struct B(C);");
    let found = circles(&files(&[lib, b, ("a/src/c.rs", "pub struct C; fn f() { super::b::g() }")]));
    assert_eq!(found, ["a/src/b.rs a/src/c.rs"]);
    // By what the root passes on.
    assert_eq!(
        circles(&files(&[lib, b, ("a/src/c.rs", "use crate::B; pub struct C;")])),
        ["a/src/b.rs a/src/c.rs"]
    );
    // Among the words of a macro.
    let c = ("a/src/c.rs", "pub struct C; fn f() { assert!(crate::b::g()) }");
    assert_eq!(circles(&files(&[lib, b, c])), ["a/src/b.rs a/src/c.rs"]);
}

#[test]
fn what_only_tests_need_is_no_circle() {
    let lib = ("a/src/lib.rs", "mod b; mod c;");
    let c = ("a/src/c.rs", "pub struct C; #[cfg(test)] mod tests { use crate::b::B; }");
    assert_eq!(circles(&files(&[lib, ("a/src/b.rs", "use crate::c::C; pub struct B(C);"), c])), [""; 0]);
}

#[test]
fn who_may_look_is_no_need() {
    let b = ("a/src/b.rs", "mod c; mod d; pub struct B(c::C, super::e::E);");
    let (c, e) =
        (("a/src/b/c.rs", "pub(super) struct C;"), ("a/src/e.rs", "use crate::b::c::C; pub struct E;"));
    assert_eq!(circles(&files(&[("a/src/lib.rs", "mod b; mod e;"), b, c, e])), [""; 0]);
}

#[test]
fn an_arrow_upward_is_found() {
    let manifests = [
        Manifest { name: "low".to_owned(), imports: vec!["high".to_owned()] },
        Manifest { name: "high".to_owned(), imports: vec!["low".to_owned()] },
    ];
    assert_eq!(wrong_arrows(&manifests, &[("high", &["low"])]), ["low imports high"]);
}

#[test]
fn a_never_is_found() {
    let never = |paths| [Never { rule: "no", within: &["a/"], except: &["a/src/ok"], paths }];
    let text = "use std::time::Instant; fn f() { let now = Instant::now(); unsafe { g() } }";
    let sources = files(&[("a/src/lib.rs", text), ("a/src/ok.rs", text), ("b/src/lib.rs", text)]);
    assert_eq!(broken_nevers(&sources, &never(&["std::time::Instant::now"])).len(), 1);
    assert_eq!(broken_nevers(&sources, &never(&["unsafe"])).len(), 1);
    assert_eq!(broken_nevers(&sources, &never(&["std::time::SystemTime"])), [""; 0]);
}

#[test]
fn a_shared_name_is_found() {
    let texts = [
        ("a/src/b.rs", "pub struct Same; struct Own;"),
        ("a/src/c.rs", "pub(crate) enum Same {} pub struct Other; struct Own;"),
    ];
    assert_eq!(shared_names(&type_names(&files(&texts))), ["Same: a/src/b.rs a/src/c.rs"]);
}

#[test]
fn a_short_comment_is_found() {
    let text = "//! What is here.\n\n/// One two three.\nstruct A {\n    /// Which.\n    b: u8,\n}\n\n/// One\n/// two three.\nfn f() {}\n";
    assert_eq!(short_comments(&files(&[("a/src/lib.rs", text)])), ["a/src/lib.rs:5: `Which.`"]);
}

#[test]
fn a_short_comment_of_a_test_is_found() {
    let text = "#[cfg(test)]\nmod tests {\n    /// A peer.\n    struct Peer;\n}\n";
    assert_eq!(short_comments(&[Source::whole("a/src/lib.rs", text)]), ["a/src/lib.rs:3: `A peer.`"]);
    assert_eq!(short_comments(&[Source::parse("a/src/lib.rs", text)]), [""; 0], "tests are another rule's");
}

#[test]
fn every_crate_and_tool_is_read_whole() {
    let folders = [
        "bench/baseline/",
        "crates/cli-kit/",
        "crates/feed/",
        "crates/piece-hash/",
        "crates/swarm-net/tests/",
        "crates/swarm/",
        "crates/test-kit/",
        "crates/torrent-core/benches/",
        "crates/web-client/",
        "fetch/",
        "fuzz/targets/",
        "inspect-torrent/",
        "make-feed/",
        "make-torrent/",
        "tests/tidy/",
        "verify-data/",
    ];
    let read = whole_sources();
    for folder in folders {
        assert!(read.iter().any(|source| source.path.starts_with(folder)), "{folder}");
    }
}

#[test]
fn a_list_of_exceptions_may_only_shrink() {
    let list = Exceptions::parse("Old # because\nGone # no more\n");
    let offences = ["Old: here".to_owned(), "New: there".to_owned()];
    assert_eq!(
        beyond(&offences, &list),
        ["New: there", "Gone: is no offence any more: take it off the list"]
    );
}
