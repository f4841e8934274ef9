//! From the process to the tool and back: the whole of every `main`.

use std::process::ExitCode;

use crate::command_line::{UNSET, has_nothing};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::watchdog::watch;
use crate::world::World;

/// Runs a tool in the world of this process, says its failure, and gives its exit code.
pub fn enter(tool: &'static str, run: impl FnOnce(&mut World) -> Result<Exit, Failure>) -> ExitCode {
    let mut world = World::from_process(tool);
    let interrupt = world.interrupt.clone();
    watch(&world, move || interrupt.check().err());
    enter_in(&mut world, run).into()
}

/// [`enter`] in a given world. A signal's exit code wins over whatever the tool returned.
pub fn enter_in(world: &mut World, run: impl FnOnce(&mut World) -> Result<Exit, Failure>) -> Exit {
    let outcome = run(world).map_err(|failure| hinted(world, failure));
    // Results before the failure that ended them, as they happened.
    let flushed = world.flush().map(|()| Exit::Yes);
    let exit = ended(world, outcome).max(ended(world, flushed));
    world.interrupt.raised().unwrap_or(exit)
}

/// What is wrong with a command line may be what is not there: how to write a value helps nobody whose value is empty.
fn hinted(world: &World, failure: Failure) -> Failure {
    // `--peer `: …, `--include`: ``: …, or `` …
    let message = &failure.message;
    let shows_nothing = message.contains(" `:") || message.contains(": ``:") || message.starts_with("``");
    let may_be_it = failure.hint.is_none() || shows_nothing;
    let is_it = failure.exit == Exit::Usage && may_be_it && has_nothing(world);
    failure.hint_if(is_it.then_some(UNSET))
}

fn ended(world: &World, outcome: Result<Exit, Failure>) -> Exit {
    outcome.unwrap_or_else(|failure| {
        world.fail(&failure);
        failure.exit
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stderr::Stderr;
    use test_kit::Capture;

    fn check(outcome: Result<Exit, Failure>, signal: Option<Exit>, exit: Exit, said: &str) {
        let stderr = Capture::default();
        let mut world = World { stderr: Stderr::new(stderr.clone()), ..World::empty("tool") };
        let ended = enter_in(&mut world, |world| {
            signal.into_iter().for_each(|exit| world.interrupt.raise(exit));
            outcome
        });
        assert_eq!((ended, stderr.text().as_str()), (exit, said));
    }

    #[test]
    fn the_exit_code_is_the_outcome_unless_there_was_a_signal() {
        let failure = || Err(Failure::of(Exit::Unacceptable, "x", "bad").hint("try y"));
        check(Ok(Exit::No), None, Exit::No, "");
        check(failure(), None, Exit::Unacceptable, "tool: x: bad\nhint: try y\n");
        check(failure(), Some(Exit::Terminated), Exit::Terminated, "tool: x: bad\nhint: try y\n");
        check(Ok(Exit::Yes), Some(Exit::Interrupted), Exit::Interrupted, "");
    }

    #[test]
    fn a_wrong_command_line_with_an_empty_argument_has_the_hint() {
        let unset = "an argument is empty: perhaps a variable of the shell is not set";
        for (args, message, own_hint, hint) in [
            (["a", ""], "`--tracker`: not a URL", None, Some(unset)),
            (["a", "b"], "`--tracker b`: not a URL", None, None),
            (["a", ""], "`--peer `: not HOST:PORT", Some("in brackets"), Some(unset)),
            (["a", ""], "`` cannot be a name", Some("another"), Some(unset)),
            (["a", ""], "`--peer b`: not HOST:PORT", Some("in brackets"), Some("in brackets")),
            (["a", "b "], "`--peer b `: not HOST:PORT", Some("in brackets"), Some("in brackets")),
        ] {
            let stderr = Capture::default();
            let args = args.map(Into::into).to_vec();
            let mut world = World { args, stderr: Stderr::new(stderr.clone()), ..World::empty("tool") };
            enter_in(&mut world, |_| Err(Failure::usage(message).hint_if(own_hint)));
            let hint = hint.map(|hint| format!("hint: {hint}\n")).unwrap_or_default();
            assert_eq!(stderr.text(), format!("tool: {message}\n{hint}"));
        }
    }

    #[test]
    fn results_lost_at_the_end_are_a_failure() {
        let stderr = Capture::default();
        let full = std::io::BufWriter::new(std::fs::File::create("/dev/full").unwrap());
        let mut world =
            World { stdout: Box::new(full), stderr: Stderr::new(stderr.clone()), ..World::empty("tool") };
        let exit = enter_in(&mut world, |world| world.print("result\n").map(|()| Exit::Yes));
        assert_eq!(exit, Exit::LocalIo);
        assert_eq!(stderr.text(), "tool: stdout: no space left on device (ENOSPC)\n");
    }
}
