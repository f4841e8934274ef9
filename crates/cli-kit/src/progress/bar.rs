//! Progress for people: one line on a terminal, gone when the job is done.

use std::borrow::Cow;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::{Count, View};
use crate::escape::escape;
use crate::stderr::Stderr;

pub(super) struct Bar {
    bar: ProgressBar,
    stderr: Stderr,
    /// Whose name is shown.
    file: Vec<u8>,
}

impl Bar {
    pub(super) fn new(stderr: Stderr, total: Option<u64>) -> Self {
        let bar = ProgressBar::with_draw_target(total, ProgressDrawTarget::stderr());
        let template = if total.is_some() { WITH_TOTAL } else { WITHOUT_TOTAL };
        let style = ProgressStyle::with_template(template).expect("the templates below are well-formed");
        bar.set_style(style.progress_chars("=> "));
        Self { bar, stderr, file: Vec::new() }
    }
}

impl View for Bar {
    /// A job shorter than this shows nothing: a flicker helps nobody.
    fn patience(&self) -> Duration {
        Duration::from_millis(500)
    }

    fn interval(&self) -> Duration {
        Duration::from_millis(100)
    }

    fn draw(&mut self, count: &Count) {
        self.stderr.set_bar(Some(self.bar.clone()));
        self.bar.set_position(count.bytes());
        let file = count.file();
        if file != self.file {
            self.bar.set_message(shorten(&escape(&file)).into_owned());
            self.file = file;
        }
        self.bar.tick();
    }

    fn end(&mut self, _: &Count) {
        self.stderr.set_bar(None);
        self.bar.finish_and_clear();
    }
}

/// Keeps the end of a long path, which tells more than its start. The template cuts what the line has no room for.
fn shorten(name: &str) -> Cow<'_, str> {
    match name.char_indices().rev().nth(NAME_CHARS - 1) {
        Some((cut, _)) if cut > 0 => Cow::Owned(format!("…{}", &name[cut..])),
        _ => Cow::Borrowed(name),
    }
}

/// What 80 columns leave beside the figures.
const NAME_CHARS: usize = 28;
const WITH_TOTAL: &str =
    "[{bar:12}] {binary_bytes}/{binary_total_bytes} {binary_bytes_per_sec} {eta} {wide_msg}";
const WITHOUT_TOTAL: &str = "{spinner} {binary_bytes} {binary_bytes_per_sec} {wide_msg}";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_name_keeps_its_end() {
        let full = "é".repeat(NAME_CHARS);
        let cases = [("", ""), ("a/b", "a/b"), (&full, &full), (&format!("x{full}"), &format!("…{full}"))];
        for (name, shown) in cases {
            assert_eq!(shorten(name), shown);
        }
    }

    #[test]
    fn the_templates_are_well_formed() {
        for total in [None, Some(1)] {
            Bar::new(Stderr::new(std::io::sink()), total);
        }
    }
}
