use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;
use std::path::PathBuf;

use super::*;
use crate::exit::Exit;
use crate::flags::{Flags, ProgressMode};
use crate::size::parse_size;
use test_kit::Capture;

/// Makes what a test needs
#[derive(Parser, Debug)]
#[command(name = "tool", version)]
struct Typed {
    /// The file that is read
    input: PathBuf,
    /// How large it may be
    #[arg(long, value_parser = parse_size)]
    size: Option<u64>,
    /// Which of the two are meant
    #[arg(long, value_delimiter = ',', value_parser = ["b", "c"])]
    some: Vec<String>,
    #[command(flatten)]
    flags: Flags,
}

fn typed<S: Into<OsString>>(args: impl IntoIterator<Item = S>) -> World {
    World { args: args.into_iter().map(Into::into).collect(), ..World::empty("tool") }
}

fn check_mistake(args: &[&str], message: &str, hint: &str) {
    let failure = parse::<Typed>(&mut typed(args)).expect_err("a mistake");
    assert_eq!(failure, Failure::new(Exit::Usage, message).hint(hint), "{args:?}");
}

#[test]
fn what_is_typed_is_read() {
    let odd = OsString::from_vec(b"odd\xff".into());
    let mut world = typed([odd.clone(), "-qj".into(), "--progress=json".into(), "--size=1M".into()]);
    let typed: Typed = parse(&mut world).unwrap().unwrap();
    assert_eq!((typed.input, typed.size), (PathBuf::from(odd), Some(1 << 20)));
    assert!(typed.flags.quiet && typed.flags.json);
    assert_eq!(typed.flags.progress, ProgressMode::Json);
}

#[test]
fn mistakes_are_said_our_way() {
    let see = "see `tool --help`";
    check_mistake(&[], "the following required arguments were not provided: <INPUT>", see);
    check_mistake(&["a", "--wat"], "unexpected argument `--wat` found", see);
    check_mistake(&["a", "-w"], "unexpected argument `-w` found", see);
    check_mistake(
        &["a", "--sise=1"],
        "unexpected argument `--sise` found",
        "a similar argument exists: `--size`",
    );
    check_mistake(&["a", "b"], "unexpected argument `b` found", see);
    check_mistake(
        &["a", "--size", "don't"],
        "invalid value `don't` for `--size <SIZE>`: `don't` is not a size such as `16384`, `256KiB` or `1M`",
        see,
    );
    check_mistake(
        &["a", "--progress", "some"],
        "invalid value `some` for `--progress <HOW>` [possible values: auto, never, json]",
        see,
    );
}

/// As shells make it of variables that are not set.
#[test]
fn an_empty_value_is_called_that() {
    let unset = "an argument is empty: perhaps a variable of the shell is not set";
    check_mistake(&[""], "INPUT: the value is empty", unset);
    check_mistake(&["a", "--size", ""], "`--size`: the value is empty", unset);
    check_mistake(&["a", "--size="], "`--size`: the value is empty", unset);
    check_mistake(&["a", "--progress", ""], "`--progress`: the value is empty", unset);
    check_mistake(&["a", "--some", "b,"], "`--some`: a value is empty", "a comma is one too many");
    check_mistake(
        &["a", "--size"],
        "a value is required for `--size <SIZE>` but none was supplied",
        "see `tool --help`",
    );
}

#[test]
fn what_other_programs_call_it_is_known() {
    let habits: Habits = &[("-O --large", "`--size` says how large")];
    for (args, hint) in [
        (["a", "--large=5"], "`--size` says how large"),
        (["a", "--large"], "`--size` says how large"),
        (["a", "-O"], "`--size` says how large"),
        (["a", "-P"], "see `tool --help`"),
        (["a", "--size=-O"], "see `tool --help`"),
    ] {
        let failure = parse_with::<Typed>(habits, &mut typed(args)).expect_err("a mistake");
        assert_eq!(failure.hint.as_deref(), Some(hint), "{args:?}");
    }
}

#[test]
fn help_and_version_are_results() {
    for (flag, starts, ends) in [
        ("--help", "Makes what a test needs\n\nUsage: tool [OPTIONS] <INPUT>\n", "\n"),
        ("-V", "tool 0.1.0\n", ""),
    ] {
        let stdout = Capture::default();
        let mut world = World { stdout: Box::new(stdout.clone()), ..typed([flag]) };
        assert!(parse::<Typed>(&mut world).unwrap().is_none());
        let text = stdout.text();
        assert!(text.starts_with(starts) && text.ends_with(ends), "{text}");
    }
}

#[test]
fn help_and_mistakes_have_colour_where_it_is_wanted() {
    let stdout = Capture::default();
    let mut world = World { stdout: Box::new(stdout.clone()), ..typed(["--help", "--color", "always"]) };
    assert!(parse::<Typed>(&mut world).unwrap().is_none());
    world.flush().unwrap();
    let plain = Capture::default();
    let mut world = World { stdout: Box::new(plain.clone()), ..typed(["--help"]) };
    assert!(parse::<Typed>(&mut world).unwrap().is_none());
    world.flush().unwrap();
    let colored = stdout.text();
    assert!(colored.contains("\x1b[1m\x1b[4mOptions:\x1b[0m"), "{colored:?}");
    let mut stripped = colored;
    for code in ["\x1b[0m", "\x1b[1m", "\x1b[4m", "\x1b[36m"] {
        stripped = stripped.replace(code, "");
    }
    assert_eq!(stripped, plain.text());
    assert!(!plain.text().contains('\x1b'));
    let failure = parse::<Typed>(&mut typed(["--color=always"])).expect_err("a mistake");
    assert!(!failure.message.contains('\x1b'), "{failure}");
}
