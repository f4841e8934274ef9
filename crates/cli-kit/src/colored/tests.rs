use std::ffi::OsString;

use super::*;

/// Whether a run with these arguments and this variable has colour on a terminal, and elsewhere.
fn check(args: &[&str], variable: &str, expected: (bool, bool)) {
    let (name, value) = variable.split_once('=').unwrap_or((variable, ""));
    let env = [(OsString::from(name), OsString::from(value))].into();
    let args = args.iter().map(OsString::from).collect();
    let mut world = World { args, env, stdout_is_terminal: true, ..World::empty("tool") };
    assert_eq!(wanted(&world), expected, "{:?} {variable}", world.args);
    (world.stdout_is_terminal, world.stderr_is_terminal) = (false, true);
    assert_eq!(wanted(&world), (expected.1, expected.0), "{:?} {variable}", world.args);
}

#[test]
fn colour_follows_the_option_then_the_environment_then_the_terminal() {
    check(&[], "", (true, false));
    for (variable, expected) in [
        ("NO_COLOR=1", (false, false)),
        ("NO_COLOR=0", (false, false)),
        ("NO_COLOR=", (true, false)),
        ("TERM=dumb", (false, false)),
        ("TERM=xterm", (true, false)),
        ("CLICOLOR_FORCE=1", (true, true)),
        ("CLICOLOR_FORCE=0", (true, false)),
    ] {
        check(&["x"], variable, expected);
        check(&["--color", "auto"], variable, expected);
        check(&["--color=always"], variable, (true, true));
        check(&["--color", "never", "--help"], variable, (false, false));
    }
}

#[test]
fn the_last_one_counts_and_what_is_no_option_does_not() {
    check(&["--color=always", "--color=never"], "", (false, false));
    check(&["--color", "sometimes"], "", (true, false));
    check(&["--color"], "", (true, false));
    check(&["--", "--color=always"], "", (true, false));
    check(&["--colors=always"], "", (true, false));
}
