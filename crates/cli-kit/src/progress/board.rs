//! Progress of several jobs at a time: a line for each on a terminal, gone when they are done.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use rustix::termios::tcgetwinsize;

use crate::flags::{Flags, ProgressMode};
use crate::stderr::Stderr;
use crate::world::World;

/// Some lines at the end of a terminal, replaced as a whole. Dropping it takes them away.
pub struct Board {
    shown: Option<(ProgressBar, Stderr)>,
}

impl Board {
    /// A board, which shows nothing unless a person reads standard error and wants progress.
    pub fn start(world: &World, flags: &Flags) -> Self {
        let is_wanted = flags.progress == ProgressMode::Auto && world.stderr_is_terminal && !flags.quiet;
        Self { shown: is_wanted.then(|| (bar(), world.stderr.clone())) }
    }

    /// Whether anybody sees it.
    pub fn is_shown(&self) -> bool {
        self.shown.is_some()
    }

    /// Shows these lines, cut to the width of the terminal. Escape names from outside first.
    pub fn show(&self, lines: &[String]) {
        let Some((bar, stderr)) = &self.shown else { return };
        let columns = tcgetwinsize(rustix::stdio::stderr()).map_or(0, |size| usize::from(size.ws_col));
        let columns = if columns == 0 { COLUMNS } else { columns };
        stderr.set_bar(Some(bar.clone()));
        let lines: Vec<String> = lines.iter().map(|line| line.chars().take(columns - 1).collect()).collect();
        bar.set_message(lines.join("\n"));
        bar.tick();
    }

    /// Takes the lines away.
    pub fn finish(&mut self) {
        if let Some((bar, stderr)) = self.shown.take() {
            stderr.set_bar(None);
            bar.finish_and_clear();
        }
    }
}

impl Drop for Board {
    fn drop(&mut self) {
        self.finish();
    }
}

fn bar() -> ProgressBar {
    let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
    bar.set_style(ProgressStyle::with_template("{msg}").expect("the template is well-formed"));
    bar
}

/// Of a terminal that does not say how wide it is.
const COLUMNS: usize = 80;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_there_sees_nothing() {
        let mut board = Board::start(&World::empty("tool"), &Flags::default());
        assert!(!board.is_shown());
        board.show(&["a".to_owned()]);
        board.finish();
        let world = World { stderr_is_terminal: true, ..World::empty("tool") };
        assert!(Board::start(&world, &Flags::default()).is_shown());
        for (quiet, progress) in
            [(true, ProgressMode::Auto), (false, ProgressMode::Never), (false, ProgressMode::Json)]
        {
            assert!(!Board::start(&world, &Flags { quiet, progress, ..Flags::default() }).is_shown());
        }
    }
}
