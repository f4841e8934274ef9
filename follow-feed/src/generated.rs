//! The man page and the shell completions in `doc/` must be what the arguments give; `tests/generate` makes them anew.

use clap::CommandFactory;

use crate::args::Args;

#[test]
fn man_page_and_completions_are_current() {
    test_kit::assert_generated(env!("CARGO_MANIFEST_DIR"), Args::command());
}

#[test]
fn the_man_page_is_whole() {
    test_kit::assert_man_page_is_whole(env!("CARGO_MANIFEST_DIR"), &Args::command());
}

#[test]
fn arguments_are_consistent() {
    Args::command().debug_assert();
}
