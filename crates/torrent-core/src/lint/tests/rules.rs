//! Every code has a rule, every rule a code.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use proptest::prelude::*;

use super::super::*;
use super::torrents::{bytes, dict, file, hybrid, int, leaf, list, pad, v1, v2};

/// The string literals of the sources that look like codes, tests and rules left out.
fn emitted() -> BTreeSet<String> {
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files =
        ["metainfo/refusal.rs", "magnet/read.rs", "data/portable.rs"].map(|file| sources.join(file)).to_vec();
    let lint = fs::read_dir(sources.join("lint")).unwrap().map(|entry| entry.unwrap().path());
    files.extend(lint.filter(|path| path.is_file()));
    let texts = files.iter().map(|path| fs::read_to_string(path).unwrap());
    texts
        .flat_map(|text| text.split('"').filter(|part| is_code(part)).map(str::to_owned).collect::<Vec<_>>())
        .collect()
}

fn is_code(text: &str) -> bool {
    let letter = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    let start = ["E-", "W-", "I-"].iter().find_map(|start| text.strip_prefix(start));
    start.is_some_and(|slug| !slug.is_empty() && slug.bytes().all(letter))
}

#[test]
fn every_code_is_documented_and_no_rule_is_dead() {
    let documented: BTreeSet<String> = RULES.iter().map(|rule| rule.code.to_owned()).collect();
    let emitted = emitted();
    let undocumented: Vec<_> = emitted.difference(&documented).collect();
    let dead: Vec<_> = documented.difference(&emitted).collect();
    assert!(undocumented.is_empty() && dead.is_empty(), "no rule: {undocumented:?}; dead: {dead:?}");
    assert_eq!(documented.len(), RULES.len(), "a code has two rules");
    assert!(RULES.len() > 100);
}

#[test]
fn rules_are_complete_sentences() {
    for rule in RULES {
        assert!(is_code(rule.code), "{}", rule.code);
        assert!(!rule.title.is_empty() && !rule.title.ends_with('.'), "{}", rule.code);
        assert!(!rule.source.is_empty() && rule.text.ends_with('.'), "{}", rule.code);
        assert!((80..500).contains(&rule.text.len()), "{}: {}", rule.code, rule.text.len());
    }
}

#[test]
fn rules_are_found_in_any_case() {
    assert_eq!(rule("w-TRAILING").map(|rule| rule.code), Some("W-trailing"));
    assert_eq!(rule("W-nonsense"), None);
    assert_eq!(rule(""), None);
}

#[test]
fn severity_follows_the_letter() {
    let severity = |code| Finding { code, message: String::new(), file: None }.severity();
    assert_eq!(severity("E-path").name(), "error");
    assert_eq!(severity("W-empty").name(), "warning");
    assert_eq!(severity("I-v2-only").name(), "info");
    assert!(Severity::Error > Severity::Warning && Severity::Warning > Severity::Info);
}

fn samples() -> Vec<Vec<u8>> {
    let tiers = list([list([bytes("udp://t:1")]), list([bytes("http://localhost/a")])]);
    let link = dict([
        ("attr", bytes("l")),
        ("length", int(0)),
        ("path", list([bytes("l")])),
        ("symlink path", list([bytes("a")])),
    ]);
    let files = list([file("a", 16_000), pad(384), file("b/c", 16_000), link]);
    let folder = [("files", files), ("length", vec![]), ("private", int(1))];
    vec![
        v1(
            &[("announce-list", tiers), ("url-list", bytes("http://w/")), ("encoding", bytes("UTF-8"))],
            &folder,
        ),
        v2(&[("file tree", dict([("d", dict([("a", leaf(5, 1, &[]))])), ("e", leaf(0, 0, &[]))]))]),
        hybrid(&[file("a", 16_000), pad(384), file("b", 16_000)], &[("source", bytes("S"))]),
    ]
}

fn assert_sound(findings: &[Finding]) {
    assert!(findings.len() < RULES.len() * 21);
    for finding in findings {
        assert!(rule(finding.code).is_some(), "{}", finding.code);
        assert!(!finding.message.ends_with('.'), "{}", finding.message);
        assert!(finding.message.len() < 1000, "{}", finding.message);
    }
}

proptest! {
    /// Whatever is done to a torrent: it is judged, with codes that have rules.
    #[test]
    fn any_torrent_is_judged(
        sample in 0..3_usize,
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..4),
    ) {
        let mut torrent = samples().swap_remove(sample);
        for (place, byte) in changes {
            let place = place.index(torrent.len());
            torrent[place] = byte;
        }
        assert_sound(&super::findings(&torrent));
    }

    /// The same for names and fields of any bytes.
    #[test]
    fn any_names_are_judged(
        paths in prop::collection::vec(prop::collection::vec(prop::collection::vec(any::<u8>(), 0..6), 1..4), 1..6),
        url in prop::collection::vec(any::<u8>(), 0..30),
    ) {
        let files: Vec<_> = paths
            .iter()
            .map(|path| dict([("length", int(1)), ("path", list(path.iter().map(bytes)))]))
            .collect();
        let info = [("files", list(files)), ("length", vec![]), ("pieces", bytes([7; 20]))];
        let torrent = v1(&[("announce", bytes(&url)), ("url-list", bytes(&url))], &info);
        assert_sound(&super::findings(&torrent));
    }
}
