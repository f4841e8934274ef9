//! Progress of several jobs at a time: a line for each. On a terminal they are replaced as a whole and gone at the end; elsewhere
//! they are printed every minute.

use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use rustix::termios::tcgetwinsize;

use super::figures::name_first;
use super::{is_bar, is_plain, plain};
use crate::flags::Flags;
use crate::stderr::Stderr;
use crate::world::World;

/// Where the lines go. Dropping it takes them away.
pub struct Board {
    place: Option<Place>,
    stderr: Stderr,
    shown: Instant,
}

enum Place {
    Screen(ProgressBar),
    /// For the tool of this name.
    Log(&'static str),
}

/// What is shown of a job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// What it is about, escaped.
    pub name: String,
    /// The most telling ones first: a narrow terminal shows those that fit.
    pub figures: Vec<String>,
}

impl Board {
    /// A board, which shows nothing unless somebody wants progress.
    pub fn start(world: &World, flags: &Flags) -> Self {
        let place = match () {
            () if is_bar(world, flags) => Some(Place::Screen(line_on_screen())),
            () if is_plain(world, flags) => Some(Place::Log(world.tool)),
            () => None,
        };
        Self { place, stderr: world.stderr.clone(), shown: Instant::now() }
    }

    /// Whether it is time to show the lines anew.
    pub fn is_due(&self) -> bool {
        let every = match self.place {
            None => return false,
            Some(Place::Screen(_)) => ON_SCREEN,
            Some(Place::Log(_)) => plain::EVERY,
        };
        self.shown.elapsed() >= every
    }

    /// Shows these lines in place of those that it showed before.
    pub fn show(&mut self, lines: &[Line]) {
        self.shown = Instant::now();
        match &self.place {
            None => {}
            Some(Place::Screen(bar)) => {
                self.stderr.set_bar(Some(bar.clone()));
                let fit = |line: &Line| name_first(&line.name, &line.figures, columns() - 1);
                bar.set_message(lines.iter().map(fit).collect::<Vec<_>>().join("\n"));
                bar.tick();
            }
            Some(Place::Log(tool)) => {
                for Line { name, figures } in lines {
                    self.stderr.line(format!("{tool}: {name}  {}", figures.join("  ")).trim_end());
                }
            }
        }
    }

    /// Takes the lines away.
    pub fn finish(&mut self) {
        if let Some(Place::Screen(bar)) = self.place.take() {
            self.stderr.set_bar(None);
            bar.finish_and_clear();
        }
    }
}

impl Drop for Board {
    fn drop(&mut self) {
        self.finish();
    }
}

/// A line at the end of the terminal, or several.
pub(super) fn line_on_screen() -> ProgressBar {
    let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
    bar.set_style(ProgressStyle::with_template("{msg}").expect("the template is well-formed"));
    bar
}

/// How wide the terminal is; at least 1.
pub(super) fn columns() -> usize {
    let columns = tcgetwinsize(rustix::stdio::stderr()).map_or(0, |size| usize::from(size.ws_col));
    if columns == 0 { COLUMNS } else { columns }
}

/// Of a terminal that does not say how wide it is.
const COLUMNS: usize = 80;
const ON_SCREEN: Duration = Duration::from_millis(100);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flags::ProgressMode;
    use test_kit::Capture;

    #[test]
    fn a_log_has_whole_lines_and_who_wants_none_sees_none() {
        let stderr = Capture::default();
        let world = |stderr_is_terminal| World {
            stderr_is_terminal,
            stderr: Stderr::new(stderr.clone()),
            ..World::empty("tool")
        };
        let line = Line { name: "n".repeat(100), figures: vec!["25.0 %".to_owned(), "1 B/s".to_owned()] };
        let mut board = Board::start(&world(false), &Flags::default());
        assert!(!board.is_due());
        board.show(std::slice::from_ref(&line));
        assert_eq!(stderr.text(), format!("tool: {}  25.0 %  1 B/s\n", line.name));
        for (quiet, progress) in
            [(true, ProgressMode::Auto), (false, ProgressMode::Never), (false, ProgressMode::Json)]
        {
            for is_terminal in [true, false] {
                let board = Board::start(&world(is_terminal), &Flags { quiet, progress, ..Flags::default() });
                assert!(board.place.is_none());
            }
        }
        assert!(matches!(Board::start(&world(true), &Flags::default()).place, Some(Place::Screen(_))));
    }
}
