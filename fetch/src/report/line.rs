//! A line for a torrent while it comes, a summary when it is there, and the figures in both.

use std::time::Duration;

use cli_kit::show_size;
use swarm_net::Progress;

/// What, how much, how quick, from how many, for how long. `name` is the torrent's, once it is known.
pub(super) fn line(name: Option<&str>, source: &str, progress: &Progress, is_complete: bool) -> String {
    let shown = shortened(name.unwrap_or(source));
    let peers = format!("{} peer{}", progress.peers, if progress.peers == 1 { "" } else { "s" });
    if let Some(checking) = progress.checking {
        return format!("{shown}  checking what is there: {}", show_size(checking));
    }
    if name.is_none() {
        return format!("{shown}  looking for the metadata, {peers}");
    }
    if is_complete {
        let (uploaded, rate) = (show_size(progress.uploaded), show_size(progress.upload_rate));
        return format!("{shown}  complete, {uploaded} uploaded, {rate}/s, {peers}");
    }
    let left = seconds_left(progress).map(|seconds| format!(", {} left", show_time(seconds)));
    format!(
        "{shown}  {}  {} of {}  {}/s  {peers}{}",
        percent(progress.done, progress.wanted),
        show_size(progress.done),
        show_size(progress.wanted),
        show_size(progress.download_rate),
        left.unwrap_or_default(),
    )
}

/// What it took.
pub(super) fn summary(progress: &Progress, elapsed: Duration) -> String {
    if progress.downloaded == 0 {
        return "all of it was there".to_owned();
    }
    let rate = u128::from(progress.downloaded) * 1000 / elapsed.as_millis().max(1);
    format!(
        "{} in {}, {}/s; {} uploaded",
        show_size(progress.downloaded),
        show_time(elapsed.as_secs()),
        show_size(u64::try_from(rate).unwrap_or(u64::MAX)),
        show_size(progress.uploaded)
    )
}

/// Never 100 % with a byte missing.
fn percent(done: u64, wanted: u64) -> String {
    let tenths = u128::from(done) * 1000 / u128::from(wanted.max(1));
    let tenths = if done < wanted { tenths.min(999) } else { 1000 };
    format!("{}.{} %", tenths / 10, tenths % 10)
}

fn show_time(seconds: u64) -> String {
    match (seconds / 3600, seconds / 60 % 60, seconds % 60) {
        (0, 0, seconds) => format!("{seconds} s"),
        (0, minutes, seconds) => format!("{minutes} min {seconds} s"),
        (hours, minutes, _) => format!("{hours} h {minutes} min"),
    }
}

/// Keeps the end of a long name, which tells more than its start.
fn shortened(name: &str) -> String {
    match name.chars().count().checked_sub(NAME_CHARS) {
        None | Some(0) => name.to_owned(),
        Some(cut) => format!("…{}", name.chars().skip(cut + 1).collect::<String>()),
    }
}

/// How long it takes at the rate of late; rounded up, `None` while nothing moves.
pub(super) fn seconds_left(progress: &Progress) -> Option<u64> {
    match progress.wanted.saturating_sub(progress.done) {
        0 => Some(0),
        left => (progress.download_rate > 0).then(|| left.div_ceil(progress.download_rate)),
    }
}

/// What 80 columns leave beside the figures.
const NAME_CHARS: usize = 24;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_never_say_more_than_is_so() {
        for (done, wanted, text) in
            [(0, 0, "100.0 %"), (0, 5, "0.0 %"), (999_999, 1_000_000, "99.9 %"), (5, 5, "100.0 %")]
        {
            assert_eq!(percent(done, wanted), text);
        }
        let progress =
            |wanted, done, download_rate| Progress { wanted, done, download_rate, ..Progress::default() };
        for (progress, left) in
            [(progress(10, 10, 0), Some(0)), (progress(10, 0, 0), None), (progress(10, 0, 4), Some(3))]
        {
            assert_eq!(seconds_left(&progress), left);
        }
        for (seconds, text) in [(0, "0 s"), (61, "1 min 1 s"), (7325, "2 h 2 min")] {
            assert_eq!(show_time(seconds), text);
        }
    }

    #[test]
    fn a_line_says_what_is_going_on() {
        let check = |name, progress, is_complete, expected| {
            assert_eq!(line(name, "x", &progress, is_complete), expected);
        };
        let progress =
            Progress { wanted: 4096, done: 1024, download_rate: 1024, peers: 2, ..Progress::default() };
        check(None, Progress { peers: 1, ..progress }, false, "x  looking for the metadata, 1 peer");
        check(None, Progress { checking: Some(1024), ..progress }, false, "x  checking what is there: 1 KiB");
        check(Some("n"), progress, false, "n  25.0 %  1 KiB of 4 KiB  1 KiB/s  2 peers, 3 s left");
        check(Some("n"), progress, true, "n  complete, 0 B uploaded, 0 B/s, 2 peers");
        assert_eq!(shortened(&"ä".repeat(30)).chars().count(), NAME_CHARS);
    }

    #[test]
    fn the_summary_knows_when_nothing_had_to_come() {
        let progress = Progress { downloaded: 2048, uploaded: 1, ..Progress::default() };
        assert_eq!(summary(&progress, Duration::from_secs(2)), "2 KiB in 2 s, 1 KiB/s; 1 B uploaded");
        assert_eq!(summary(&Progress::default(), Duration::ZERO), "all of it was there");
    }
}
