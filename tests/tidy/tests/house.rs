//! This repository keeps its own rules.

use tidy::{
    ALLOWED, Exceptions, NEVERS, Source, beyond, broken_nevers, circles, long_files, long_functions,
    manifests,
};
use tidy::{
    named_in_vain, paths, repository, shared_names, short_comments, sources, type_names, whole_sources,
    wrong_arrows,
};

/// Where names must differ: the libraries that one reader reads together.
const LIBRARIES: [&str; 5] =
    ["crates/swarm", "crates/swarm-net", "crates/torrent-core", "crates/feed", "crates/web-client"];

fn check(offences: &[String], list: &str) {
    let wrong = beyond(offences, &Exceptions::read(list));
    assert!(wrong.is_empty(), "\n{}\n", wrong.join("\n"));
}

/// The sources of these crates.
fn of(crates: &[&str]) -> Vec<Source> {
    sources().into_iter().filter(|source| crates.contains(&&*source.krate)).collect()
}

#[test]
fn functions_fit_on_a_screen() {
    check(&long_functions(&sources(), 50), "long-functions");
}

#[test]
fn files_hold_one_idea() {
    check(&long_files(&sources(), 600), "long-files");
}

#[test]
fn no_files_need_each_other_in_a_circle() {
    check(&circles(&sources()), "circles");
}

#[test]
fn crates_import_downward() {
    assert_eq!(wrong_arrows(&manifests(), ALLOWED), [""; 0]);
}

#[test]
fn the_map_names_what_is_there() {
    let page = std::fs::read_to_string(repository().join("ARCHITECTURE.md")).unwrap();
    assert_eq!(named_in_vain(&page, &paths()), [""; 0]);
}

#[test]
fn what_must_never_be_there_is_not() {
    assert_eq!(broken_nevers(&sources(), NEVERS), [""; 0]);
}

#[test]
fn comments_are_sentences() {
    assert_eq!(short_comments(&whole_sources()), [""; 0]);
}

#[test]
fn no_type_name_stands_twice() {
    let all = type_names(&of(&LIBRARIES));
    let shared = shared_names(&all);
    println!("{} of {} type names are shared", shared.len(), all.len());
    check(&shared, "shared-names");
}
