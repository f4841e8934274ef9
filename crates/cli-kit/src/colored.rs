//! Whether there is colour.

use clap::ValueEnum;

use crate::color::ColorMode;
use crate::world::World;

/// Whether standard output and standard error have colour. Looks at what was typed before clap does, because clap's own help and the
/// complaint about another option are to have it, too.
pub(crate) fn wanted(world: &World) -> (bool, bool) {
    let set = |name: &str| world.var(name).filter(|value| !value.is_empty());
    let is_forced = set("CLICOLOR_FORCE").is_some_and(|value| value != "0");
    let is_dumb = set("TERM").is_some_and(|term| term == "dumb");
    let on = |is_terminal: bool| match typed(world) {
        ColorMode::Always => true,
        ColorMode::Never => false,
        ColorMode::Auto => set("NO_COLOR").is_none() && (is_forced || is_terminal && !is_dumb),
    };
    (on(world.stdout_is_terminal), on(world.stderr_is_terminal))
}

/// The last `--color WHEN` or `--color=WHEN`; one that is wrong is for clap to complain about.
fn typed(world: &World) -> ColorMode {
    let mut options = world.args.iter().filter_map(|arg| arg.to_str()).take_while(|arg| *arg != "--");
    let mut mode = ColorMode::Auto;
    while let Some(option) = options.next() {
        let value = match option {
            "--color" => options.next(),
            _ => option.strip_prefix("--color="),
        };
        mode = value.and_then(|value| ColorMode::from_str(value, false).ok()).unwrap_or(mode);
    }
    mode
}

#[cfg(test)]
mod tests;
