//! The figures of a job that runs, and how they share a line with its name.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use crate::size::{show_rate, show_share};
use crate::time::show_duration;

/// Per cent, time left, rate and sizes of a job, most telling first: a narrow line has only the first ones. `rate` is in bytes a
/// second, of late.
pub fn figures(done: u64, total: Option<u64>, rate: u64) -> Vec<String> {
    let left = total.map(|total| total.saturating_sub(done)).filter(|left| *left > 0 && rate > 0);
    let left = left.map(|left| format!("{} left", show_duration(left.div_ceil(rate))));
    let percent = total.map(|total| show_percent(done, total));
    percent.into_iter().chain(left).chain([show_rate(rate), show_share(done, total)]).collect()
}

/// Never 100 % with a byte missing.
pub fn show_percent(done: u64, total: u64) -> String {
    let tenths = u128::from(done) * 1000 / u128::from(total.max(1));
    let tenths = if done < total { tenths.min(999) } else { 1000 };
    format!("{}.{} %", tenths / 10, tenths % 10)
}

/// A name and figures in one line of so many columns. The name is cut before a figure goes; then the last figures go.
pub(super) fn name_first(name: &str, figures: &[String], columns: usize) -> String {
    let least = NAME.min(name.width());
    let kept = that_fit(figures, columns.saturating_sub(least));
    let width = columns.saturating_sub(kept.width());
    format!("{}{kept}", end_of(name, width))
}

/// A bar between the first figure and the others, and the name where there are columns left.
pub(super) fn bar_first(share: Option<f64>, figures: &[String], name: &str, columns: usize) -> String {
    let (first, others) = figures.split_at(share.map_or(0, |_| 1));
    let head = first.concat();
    let head = if head.is_empty() { String::new() } else { format!("{head:>7} ") };
    let others = that_fit(others, columns.saturating_sub(head.len() + BAR_LEAST + 2));
    let left = columns.saturating_sub(head.len() + others.width());
    let bar = share.map(|share| bar(share, (left.saturating_sub(2)).min(BAR))).unwrap_or_default();
    let left = left.saturating_sub(bar.len() + GAP.len());
    let name = if left < NAME.min(name.width()) { String::new() } else { end_of(name, left) };
    format!("{head}{bar}{}{GAP}{name}", if bar.is_empty() { others.trim_start() } else { &others })
        .trim_end()
        .to_owned()
}

/// As many of the first figures as fit, each after a gap.
fn that_fit(figures: &[String], columns: usize) -> String {
    let mut kept = String::new();
    for figure in figures {
        if kept.width() + GAP.len() + figure.width() > columns {
            break;
        }
        kept = kept + GAP + figure;
    }
    kept
}

fn bar(share: f64, columns: usize) -> String {
    let full = (share.clamp(0.0, 1.0) * columns as f64) as usize;
    let tip = if full < columns { ">" } else { "" };
    format!("[{}{tip:<rest$}]", "=".repeat(full), rest = columns - full)
}

/// The end of a long name, which tells more than its start.
fn end_of(name: &str, columns: usize) -> String {
    if name.width() <= columns {
        return name.to_owned();
    }
    let mut width = 1;
    let fits = |(_, c): &(usize, char)| {
        width += c.width().unwrap_or_default();
        width <= columns
    };
    let start = name.char_indices().rev().take_while(fits).last().map_or(name.len(), |(at, _)| at);
    if columns == 0 { String::new() } else { format!("…{}", &name[start..]) }
}

const GAP: &str = "  ";
/// With less, nobody recognizes a name.
const NAME: usize = 10;
const BAR: usize = 20;
const BAR_LEAST: usize = 8;

#[cfg(test)]
mod tests {
    use super::*;

    const GIB: u64 = 1 << 30;
    /// A quarter of 4 GiB, and two minutes for the rest.
    const RATE: u64 = GIB / 40 + 1;

    #[test]
    fn figures_never_say_more_than_is_so() {
        for (done, total, percent) in
            [(0, 0, "100.0 %"), (0, 5, "0.0 %"), (999_999, 1_000_000, "99.9 %"), (5, 5, "100.0 %")]
        {
            assert_eq!(show_percent(done, total), percent);
        }
        let cases: [(u64, Option<u64>, u64, &[&str]); 4] = [
            (GIB, Some(4 * GIB), RATE, &["25.0 %", "2 m left", "25.6 MiB/s", "1.00 of 4.00 GiB"]),
            (GIB, Some(4 * GIB), 0, &["25.0 %", "0 B/s", "1.00 of 4.00 GiB"]),
            (4 * GIB, Some(4 * GIB), 5, &["100.0 %", "5 B/s", "4.00 of 4.00 GiB"]),
            (7, None, 1, &["1 B/s", "7 B"]),
        ];
        for (done, total, rate, expected) in cases {
            assert_eq!(figures(done, total, rate), expected);
        }
    }

    fn check_name(name: &str, columns: usize, expected: &str) {
        let line = name_first(name, &figures(GIB, Some(4 * GIB), RATE), columns);
        assert!(line.width() <= columns, "{line}");
        assert_eq!(line, expected, "{columns}");
    }

    #[test]
    fn names_are_cut_before_figures_go() {
        let name = "ubuntu-24.04.1-live-server-amd64.iso";
        let all = "  25.0 %  2 m left  25.6 MiB/s  1.00 of 4.00 GiB";
        check_name(name, 100, &format!("{name}{all}"));
        check_name(name, 79, &format!("…-24.04.1-live-server-amd64.iso{all}"));
        check_name(name, 58, &format!("…amd64.iso{all}"));
        check_name(name, 57, "…04.1-live-server-amd64.iso  25.0 %  2 m left  25.6 MiB/s");
        check_name(name, 39, "…ive-server-amd64.iso  25.0 %  2 m left");
        check_name("日本語の名前です.iso", 58, &format!("…です.iso{all}"));
        check_name("日本語の名前です.iso", 32, "…名前です.iso  25.0 %  2 m left");
        check_name("x", 12, "x  25.0 %");
        check_name(name, 0, "");
    }

    #[test]
    fn the_bar_takes_what_figures_leave() {
        let figures = figures(GIB, Some(4 * GIB), RATE);
        let check = |columns, expected: &str| {
            let line = bar_first(Some(0.25), &figures, "folder/日本語の名前です.iso", columns);
            assert!(line.width() <= columns, "{line}");
            assert_eq!(line, expected, "{columns}");
        };
        let all = "2 m left  25.6 MiB/s  1.00 of 4.00 GiB";
        check(99, &format!(" 25.0 % [=====>              ]  {all}  folder/日本語の名前です.iso"));
        check(90, &format!(" 25.0 % [=====>              ]  {all}  …語の名前です.iso"));
        check(79, &format!(" 25.0 % [=====>              ]  {all}"));
        check(58, &format!(" 25.0 % [==>     ]  {all}"));
        check(39, " 25.0 % [====>              ]  2 m left");
        check(24, " 25.0 % [===>          ]");
        assert_eq!(bar_first(None, &["7 B/s".into(), "7 B".into()], "x", 80), "7 B/s  7 B  x");
        assert_eq!(bar(1.0, 4), "[====]");
        assert_eq!(bar(0.0, 0), "[]");
    }
}
