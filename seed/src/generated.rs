//! The man page and the shell completions in `doc/` must be what the arguments give; `tests/generate` makes them anew.

use clap::CommandFactory;
use piece_hash::Backend;

use crate::args::Args;

#[test]
fn man_page_and_completions_are_current() {
    let backends = Backend::known().iter().map(|known| known.name);
    let command = test_kit::with_values(Args::command(), "hash_backend", backends);
    test_kit::assert_generated(env!("CARGO_MANIFEST_DIR"), command);
}

#[test]
fn the_man_page_is_whole() {
    test_kit::assert_man_page_is_whole(env!("CARGO_MANIFEST_DIR"), &Args::command());
}

#[test]
fn arguments_are_consistent() {
    Args::command().debug_assert();
}

#[test]
fn what_others_call_otherwise_is_not_ours() {
    test_kit::assert_habits_are_foreign(&Args::command(), crate::habits::HABITS);
}
