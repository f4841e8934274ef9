//! The linter.

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
    assert_eq!(unknown.stderr(), "inspect-torrent: there is no code `E-none`\n");
}
