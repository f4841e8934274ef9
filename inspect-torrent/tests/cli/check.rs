//! What the linter says of torrents (`--check`).

use test_kit::{Folder, bytes};

use crate::{file, holding, run, sample, v1};

#[test]
fn findings_are_lines_and_errors_the_answer_no() {
    let outcome = run(&holding(&v1(&[file(5, &["..", "x"])], &[], &[])), "--check t").expect(1);
    assert!(outcome.stdout().lines().any(|line| line.starts_with("t: E-unsafe-name: ")), "{outcome}");
    run(&holding(&sample()), "--check t").expect(0);
    let refused = run(&holding(b"x"), "--check t").expect(1);
    assert_eq!(refused.stdout(), "t: E-bencode: not a torrent: it is a text file\n");
}

/// Names are shown as in the other modes: a backslash is a backslash, a line break is spelled out once.
#[test]
fn nothing_is_escaped_twice() {
    for (name, shown) in
        [("a\\b", "a\\b"), ("new\nline", "new\\nline"), ("\x1b[0m", "\\x1b[0m"), ("é\u{202e}", "é\\u{202e}")]
    {
        let outcome = run(&holding(&v1(&[file(5, &["d", name])], &[], &[(name, bytes("x"))])), "--check t");
        let shown = format!("t: I-unknown-info-key: the key `{shown}` of");
        assert!(outcome.stdout().contains(&shown), "{outcome}");
    }
}

#[test]
fn strict_makes_warnings_errors() {
    let folder =
        holding(&[v1(&[file(5, &["a"])], &[("announce", bytes("udp://t/"))], &[]), b"!".to_vec()].concat());
    run(&folder, "--check t").expect(0);
    run(&folder, "--check --strict t").expect(1);
}

#[test]
fn codes_are_explained() {
    let folder = Folder::new("");
    let outcome = run(&folder, "--explain e-unsafe-name").expect(0);
    assert!(outcome.stdout().starts_with("E-unsafe-name: "), "{outcome}");
    let unknown = run(&folder, "--explain E-none").expect(2);
    let said = "inspect-torrent: there is no code `E-none`\nhint: `--explain` alone lists all codes\n";
    assert_eq!(unknown.stderr(), said);
    let near = run(&folder, "--explain unsorted").expect(2);
    assert!(near.stderr().contains("hint: perhaps `W-unsorted`; "), "{near}");
    let list = run(&folder, "--explain").expect(0);
    let codes: Vec<&str> = list.stdout().lines().filter_map(|line| line.split("  ").next()).collect();
    assert!(codes.contains(&"W-unsorted") && codes.len() > 100, "{list}");
    for code in codes {
        run(&folder, &format!("--explain {code}")).expect(0);
    }
}
