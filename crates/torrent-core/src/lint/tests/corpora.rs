//! Torrents that nobody here wrote get findings that fit their class.

use serde_json::Value as Json;

use super::super::*;

#[test]
fn corpora() {
    let Some(folder) = test_kit::corpora() else { return };
    let rows = std::fs::read_to_string(folder.join("torrents.jsonl")).unwrap();
    let mut failures = Vec::new();
    for row in rows.lines() {
        let row: Json = serde_json::from_str(row).unwrap();
        let torrent = std::fs::read(folder.join(row["file"].as_str().unwrap())).unwrap();
        let findings = super::findings(&torrent);
        if !fits(row["class"].as_str().unwrap(), &findings) {
            let codes: Vec<_> = findings.iter().map(|finding| finding.code).collect();
            failures.push(format!("{} ({}): {codes:?}", row["file"], row["known_as"][0]));
        }
        assert!(findings.iter().all(|finding| rule(finding.code).is_some()));
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

fn fits(class: &str, findings: &[Finding]) -> bool {
    let worst = findings.iter().map(Finding::severity).max();
    match class {
        "must-accept" => worst != Some(Severity::Error),
        "must-reject" | "unsafe-names" => worst == Some(Severity::Error),
        "lenient" => findings.iter().any(|finding| finding.severity() == Severity::Warning),
        _ => true,
    }
}
